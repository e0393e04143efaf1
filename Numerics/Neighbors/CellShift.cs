namespace Toolkit.Numerics.Neighbors;

/// <summary>The periodic image of a neighbour: whole numbers of the lattice vectors a, b and c.</summary>
/// <param name="A">Multiples of the first lattice vector.</param>
/// <param name="B">Multiples of the second lattice vector.</param>
/// <param name="C">Multiples of the third lattice vector.</param>
public readonly record struct CellShift(int A, int B, int C)
{
    /// <summary>The same pair seen from its other end.</summary>
    public static CellShift operator -(CellShift shift) => new(-shift.A, -shift.B, -shift.C);
}
