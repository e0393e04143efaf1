using System;
using System.Buffers;

namespace Toolkit.Numerics.Neighbors;

/// <summary>
/// Pairs, one array per quantity, from the shared pool: lists are made at every step of a simulation, and fresh memory
/// for them would cost as much as the search. What an array holds before it is written is arbitrary.
/// </summary>
internal sealed class PairArrays(int count)
{
    public int[] Neighbor = ArrayPool<int>.Shared.Rent(count);
    public CellShift[] Shift = ArrayPool<CellShift>.Shared.Rent(count);
    public double[] X = ArrayPool<double>.Shared.Rent(count), Y = ArrayPool<double>.Shared.Rent(count);
    public double[] Z = ArrayPool<double>.Shared.Rent(count), R = ArrayPool<double>.Shared.Rent(count);

    /// <summary>Gives the arrays back; there are no pairs any more.</summary>
    public void Return()
    {
        ArrayPool<int>.Shared.Return(Neighbor);
        ArrayPool<CellShift>.Shared.Return(Shift);
        foreach (double[] array in (ReadOnlySpan<double[]>)[X, Y, Z, R])
            ArrayPool<double>.Shared.Return(array);
        (Neighbor, Shift, X, Y, Z, R) = ([], [], [], [], [], []);
    }
}
