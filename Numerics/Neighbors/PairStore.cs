using System;
using System.Runtime.Intrinsics;

namespace Toolkit.Numerics.Neighbors;

/// <summary>Growing arrays of pairs, one array per quantity, filled by one thread.</summary>
internal sealed class PairStore
{
    public int Count;
    public int[] Neighbor;
    public CellShift[] Shift;
    public double[] X, Y, Z, R;

    public PairStore(int capacity)
    {
        Neighbor = new int[capacity];
        Shift = new CellShift[capacity];
        X = new double[capacity];
        Y = new double[capacity];
        Z = new double[capacity];
        R = new double[capacity];
    }

    /// <summary>Makes room for <paramref name="extra"/> more pairs.</summary>
    public void Reserve(int extra)
    {
        int needed = Count + extra;
        if (needed <= Neighbor.Length) return;
        Resize(Math.Max(needed, Neighbor.Length + Neighbor.Length / 2));
    }

    public void Trim() => Resize(Count);

    /// <summary>Turns the squared distances of the pairs from <paramref name="first"/> on into distances.</summary>
    public void TakeRoots(int first)
    {
        Span<double> r = R.AsSpan(first, Count - first);
        int k = 0;
        for (; k + 4 <= r.Length; k += 4)
            Vector256.Sqrt(Vector256.Create<double>(r.Slice(k, 4))).CopyTo(r[k..]);
        for (; k < r.Length; k++)
            r[k] = Math.Sqrt(r[k]);
    }

    /// <summary>Copies all pairs of <paramref name="part"/> to the position <paramref name="at"/>.</summary>
    public void Place(PairStore part, int at)
    {
        Array.Copy(part.Neighbor, 0, Neighbor, at, part.Count);
        Array.Copy(part.Shift, 0, Shift, at, part.Count);
        Array.Copy(part.X, 0, X, at, part.Count);
        Array.Copy(part.Y, 0, Y, at, part.Count);
        Array.Copy(part.Z, 0, Z, at, part.Count);
        Array.Copy(part.R, 0, R, at, part.Count);
    }

    private void Resize(int capacity)
    {
        Array.Resize(ref Neighbor, capacity);
        Array.Resize(ref Shift, capacity);
        Array.Resize(ref X, capacity);
        Array.Resize(ref Y, capacity);
        Array.Resize(ref Z, capacity);
        Array.Resize(ref R, capacity);
    }
}
