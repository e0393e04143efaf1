using System.Numerics;
using System.Runtime.CompilerServices;
using Toolkit.Numerics.Simd;

namespace Toolkit.Numerics.Stages;

/// <summary>
/// Products of eight channels with eight others, summed over m in registers and put in their places among all pairs: what the power
/// spectrum of a field is made of. Registers hold eight numbers.
/// </summary>
internal static unsafe class SquareTile<TLanes, V, T>
    where TLanes : struct, ILanes<V, T>
    where V : struct
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int Side = ChannelTile.Side;

    /// <summary>weights[l, i, j] Σ_m x[lm, i] y[lm, j] of each l, the last first: (0, 0) of l = 0 at <paramref name="target"/>,
    /// (i + 1, j) behind (i, j) by <paramref name="step"/> − i.</summary>
    /// <param name="first">The first l.</param>
    /// <param name="last">The last l.</param>
    /// <param name="from">The first i that is made.</param>
    /// <param name="x"><c>[lm, i]</c>.</param>
    /// <param name="y"><c>[lm, j]</c>.</param>
    /// <param name="weights"><c>[l, i, j]</c>.</param>
    /// <param name="target">Receives the products; whole vectors: of a triangle, what is to the left of j = i is overwritten by rows that
    /// come later.</param>
    /// <param name="width">From lm to lm.</param>
    /// <param name="pairs">From l to l of the target.</param>
    /// <param name="step">From (0, j) to (1, j) of it.</param>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Make(int first, int last, int from, T* x, T* y, T* weights, T* target, nint width, nint pairs, nint step)
    {
        T* a = x + ((last + 1) * (last + 1) - 1) * width, b = y + (a - x);
        for (int l = last; l >= first; l--)
        {
            V s0 = TLanes.Zero, s1 = TLanes.Zero, s2 = TLanes.Zero, s3 = TLanes.Zero;
            V s4 = TLanes.Zero, s5 = TLanes.Zero, s6 = TLanes.Zero, s7 = TLanes.Zero;
            for (int m = l; m >= -l; m--, a -= width, b -= width)
            {
                V row = TLanes.Load(b);
                s0 = TLanes.MultiplyAdd(TLanes.Broadcast(a[0]), row, s0);
                s1 = TLanes.MultiplyAdd(TLanes.Broadcast(a[1]), row, s1);
                s2 = TLanes.MultiplyAdd(TLanes.Broadcast(a[2]), row, s2);
                s3 = TLanes.MultiplyAdd(TLanes.Broadcast(a[3]), row, s3);
                s4 = TLanes.MultiplyAdd(TLanes.Broadcast(a[4]), row, s4);
                s5 = TLanes.MultiplyAdd(TLanes.Broadcast(a[5]), row, s5);
                s6 = TLanes.MultiplyAdd(TLanes.Broadcast(a[6]), row, s6);
                s7 = TLanes.MultiplyAdd(TLanes.Broadcast(a[7]), row, s7);
            }

            T* w = weights + l * Side * Side, to = target + l * pairs;
            Put(7, from, s7, w, to, step);
            Put(6, from, s6, w, to, step);
            Put(5, from, s5, w, to, step);
            Put(4, from, s4, w, to, step);
            Put(3, from, s3, w, to, step);
            Put(2, from, s2, w, to, step);
            Put(1, from, s1, w, to, step);
            Put(0, from, s0, w, to, step);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Put(int i, int from, V sum, T* weights, T* target, nint step)
    {
        if (i >= from) TLanes.Store(TLanes.Multiply(sum, TLanes.Load(weights + i * Side)), target + i * step - i * (i - 1) / 2);
    }
}
