using System;
using System.Buffers;

namespace Toolkit.Numerics.Neighbors;

/// <summary>
/// Pairs, one array per quantity, from the shared pool: lists are made at every step of a simulation, and fresh memory
/// for them would cost as much as the search. What an array holds before it is written is arbitrary. A whole vector may be read
/// at the last pair.
/// </summary>
internal sealed class PairArrays(int count)
{
    private const int Padding = 8;

    public int[] Neighbor = ArrayPool<int>.Shared.Rent(count);
    public CellShift[] Shift = ArrayPool<CellShift>.Shared.Rent(count);
    public double[] X = Rent(count), Y = Rent(count), Z = Rent(count), R = Rent(count);

    /// <summary>Writes a pair.</summary>
    public void Set(int pair, int neighbor, CellShift shift, double x, double y, double z, double r)
    {
        Neighbor[pair] = neighbor;
        Shift[pair] = shift;
        (X[pair], Y[pair], Z[pair], R[pair]) = (x, y, z, r);
    }

    /// <summary>Gives the arrays back; there are no pairs any more.</summary>
    public void Return()
    {
        ArrayPool<int>.Shared.Return(Neighbor);
        ArrayPool<CellShift>.Shared.Return(Shift);
        foreach (double[] array in (ReadOnlySpan<double[]>)[X, Y, Z, R])
            ArrayPool<double>.Shared.Return(array);
        (Neighbor, Shift, X, Y, Z, R) = ([], [], [], [], [], []);
    }

    private static double[] Rent(int count) => ArrayPool<double>.Shared.Rent(checked(count + Padding));
}
