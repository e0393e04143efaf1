namespace Toolkit.Numerics.Coupling;

/// <summary>
/// Copies of the operands in blocks of <see cref="Lanes"/> channels, each row two cache lines: every load is aligned, every
/// address known beforehand, and a lane may be any channel of any environment.
/// </summary>
internal unsafe struct CouplingBlocks<T>
    where T : unmanaged
{
    /// <summary>A [block, row, lane] and so on; dA and dB in the backward pass.</summary>
    internal T* A, B, C, DA, DB;

    internal nint RowsA, RowsB, RowsC;

    /// <summary>16 float64 or 32 float32.</summary>
    internal static int Lanes => 128 / sizeof(T);

    internal readonly CouplingBlocks<T> At(nint block)
    {
        nint a = block * RowsA * Lanes, b = block * RowsB * Lanes;
        CouplingBlocks<T> x = this;
        x.A += a;
        x.B += b;
        x.C += block * RowsC * Lanes;
        x.DA += a;
        x.DB += b;
        return x;
    }
}
