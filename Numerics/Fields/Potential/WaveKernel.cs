using System.Runtime.CompilerServices;
using Toolkit.Numerics.Simd;

namespace Toolkit.Numerics.Fields.Potential;

/// <summary>
/// The dense products of sums over waves, with one centre per lane: small matrices that are made on the spot and used once, for which
/// packing would cost as much as multiplying.
/// </summary>
/// <remarks>Twelve results in registers: twelve broadcasts, twelve multiply-adds and one load per step, on every width.</remarks>
internal static unsafe class WaveKernel<TLanes, V>
    where TLanes : struct, ILanes<V, double>
    where V : struct
{
    private const int Tile = 12;

    /// <summary>c[row, lane] += Σ_k a[row·aRow + k·aStep] b[k, lane], b and c with eight lanes.</summary>
    internal static void Add(int rows, int depth, double* a, nint aRow, nint aStep, double* b, double* c)
    {
        for (int lane = 0; lane < 8; lane += TLanes.Count)
        {
            int row = 0;
            for (; row + Tile <= rows; row += Tile)
                Twelve(depth, a + row * aRow, aRow, aStep, b + lane, c + 8 * row + lane);
            for (; row + 4 <= rows; row += 4)
                Four(depth, a + row * aRow, aRow, aStep, b + lane, c + 8 * row + lane);
            for (; row < rows; row++)
            {
                V s = TLanes.Load(c + 8 * row + lane);
                double* p = a + row * aRow;
                for (int k = 0; k < depth; k++, p += aStep)
                    s = TLanes.MultiplyAdd(TLanes.Broadcast(*p), TLanes.Load(b + 8 * k + lane), s);
                TLanes.Store(s, c + 8 * row + lane);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Four(int depth, double* a, nint row, nint step, double* b, double* c)
    {
        V c0 = TLanes.Load(c), c1 = TLanes.Load(c + 8), c2 = TLanes.Load(c + 16), c3 = TLanes.Load(c + 24);
        for (int k = 0; k < depth; k++, a += step, b += 8)
        {
            V x = TLanes.Load(b);
            c0 = TLanes.MultiplyAdd(TLanes.Broadcast(a[0]), x, c0);
            c1 = TLanes.MultiplyAdd(TLanes.Broadcast(a[row]), x, c1);
            c2 = TLanes.MultiplyAdd(TLanes.Broadcast(a[2 * row]), x, c2);
            c3 = TLanes.MultiplyAdd(TLanes.Broadcast(a[3 * row]), x, c3);
        }
        TLanes.Store(c0, c);
        TLanes.Store(c1, c + 8);
        TLanes.Store(c2, c + 16);
        TLanes.Store(c3, c + 24);
    }

    private static void Twelve(int depth, double* a, nint row, nint step, double* b, double* c)
    {
        V c0 = TLanes.Load(c), c1 = TLanes.Load(c + 8), c2 = TLanes.Load(c + 16), c3 = TLanes.Load(c + 24);
        V c4 = TLanes.Load(c + 32), c5 = TLanes.Load(c + 40), c6 = TLanes.Load(c + 48), c7 = TLanes.Load(c + 56);
        V c8 = TLanes.Load(c + 64), c9 = TLanes.Load(c + 72), c10 = TLanes.Load(c + 80), c11 = TLanes.Load(c + 88);
        double* a1 = a + 4 * row, a2 = a + 8 * row;
        for (int k = 0; k < depth; k++, a += step, a1 += step, a2 += step, b += 8)
        {
            V x = TLanes.Load(b);
            c0 = TLanes.MultiplyAdd(TLanes.Broadcast(a[0]), x, c0);
            c1 = TLanes.MultiplyAdd(TLanes.Broadcast(a[row]), x, c1);
            c2 = TLanes.MultiplyAdd(TLanes.Broadcast(a[2 * row]), x, c2);
            c3 = TLanes.MultiplyAdd(TLanes.Broadcast(a[3 * row]), x, c3);
            c4 = TLanes.MultiplyAdd(TLanes.Broadcast(a1[0]), x, c4);
            c5 = TLanes.MultiplyAdd(TLanes.Broadcast(a1[row]), x, c5);
            c6 = TLanes.MultiplyAdd(TLanes.Broadcast(a1[2 * row]), x, c6);
            c7 = TLanes.MultiplyAdd(TLanes.Broadcast(a1[3 * row]), x, c7);
            c8 = TLanes.MultiplyAdd(TLanes.Broadcast(a2[0]), x, c8);
            c9 = TLanes.MultiplyAdd(TLanes.Broadcast(a2[row]), x, c9);
            c10 = TLanes.MultiplyAdd(TLanes.Broadcast(a2[2 * row]), x, c10);
            c11 = TLanes.MultiplyAdd(TLanes.Broadcast(a2[3 * row]), x, c11);
        }
        TLanes.Store(c0, c);
        TLanes.Store(c1, c + 8);
        TLanes.Store(c2, c + 16);
        TLanes.Store(c3, c + 24);
        TLanes.Store(c4, c + 32);
        TLanes.Store(c5, c + 40);
        TLanes.Store(c6, c + 48);
        TLanes.Store(c7, c + 56);
        TLanes.Store(c8, c + 64);
        TLanes.Store(c9, c + 72);
        TLanes.Store(c10, c + 80);
        TLanes.Store(c11, c + 88);
    }
}

/// <summary>The same, on the widest registers there are.</summary>
internal static unsafe class WaveProduct
{
    /// <summary>c[row, lane] += Σ_k a[row·aRow + k·aStep] b[k, lane].</summary>
    internal static void Add(int rows, int depth, double* a, nint aRow, nint aStep, double* b, double* c)
    {
        if (VectorWidths.Has512)
            WaveKernel<Lanes512<double>, System.Runtime.Intrinsics.Vector512<double>>.Add(rows, depth, a, aRow, aStep, b, c);
        else if (System.Runtime.Intrinsics.Vector256.IsHardwareAccelerated)
            WaveKernel<Lanes256<double>, System.Runtime.Intrinsics.Vector256<double>>.Add(rows, depth, a, aRow, aStep, b, c);
        else WaveKernel<Lanes1<double>, double>.Add(rows, depth, a, aRow, aStep, b, c);
    }
}
