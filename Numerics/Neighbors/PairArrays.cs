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

    public int Capacity => Math.Min(Math.Min(Neighbor.Length, Shift.Length), R.Length);

    /// <summary>Copies pairs from elsewhere.</summary>
    public void Copy(PairArrays source, int from, int at, int count)
    {
        source.Neighbor.AsSpan(from, count).CopyTo(Neighbor.AsSpan(at));
        source.Shift.AsSpan(from, count).CopyTo(Shift.AsSpan(at));
        source.X.AsSpan(from, count).CopyTo(X.AsSpan(at));
        source.Y.AsSpan(from, count).CopyTo(Y.AsSpan(at));
        source.Z.AsSpan(from, count).CopyTo(Z.AsSpan(at));
        source.R.AsSpan(from, count).CopyTo(R.AsSpan(at));
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
}
