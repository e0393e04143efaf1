using System.Numerics;
using System.Runtime.CompilerServices;
using Toolkit.Numerics.Coupling;
using Toolkit.Numerics.Simd;

namespace Toolkit.Numerics.Stages;

/// <summary>
/// Mixes channels that lie anywhere, environments side by side: each of a strip of outputs sums weight · input over all inputs.
/// </summary>
/// <remarks>
/// A row of a channel is two registers of 512 bits. A strip of ten outputs keeps twenty sums in registers; an input costs two loads and
/// ten broadcasts for twenty multiply-adds, below what two load ports deliver. Sixteen registers of 256 bits hold a strip of six. Inputs
/// are read where the products were put, by their addresses: nothing is copied into panels, and the weights were packed when the stage was
/// made. Every output sums its inputs in their order, whatever the width.
/// </remarks>
internal static unsafe class LaneMixKernel<TLanes, V, T>
    where TLanes : struct, ILanes<V, T>
    where V : struct
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>All outputs, row by row.</summary>
    /// <param name="inputs">Where each input begins, <c>[row, lane]</c>.</param>
    /// <param name="count">How many there are.</param>
    /// <param name="weights">Strip by strip, <c>[input, output of the strip]</c>.</param>
    /// <param name="outputs">Where each output begins.</param>
    /// <param name="wanted">How many there are.</param>
    /// <param name="rows">Rows of a channel.</param>
    /// <param name="adds">Whether outputs are added to.</param>
    /// <param name="constant">What each output has more; null: nothing.</param>
    public static void Run(T** inputs, int count, T* weights, T** outputs, int wanted, int rows, bool adds, T* constant)
    {
        nint step = 2 * TLanes.Count, end = (nint)rows * CouplingBlocks<T>.Lanes;
        for (nint at = 0; at < end; at += step)
        {
            T* w = weights;
            for (int first = 0; first < wanted;)
            {
                int rest = wanted - first, strip = LaneMixStrips.Of(rest);
                T** to = outputs + first;
                T* c = constant == null ? null : constant + first;
                switch (strip)
                {
                    case 10:
                        Ten(inputs, count, w, at, to, rest, adds, c);
                        break;
                    case 6:
                        Six(inputs, count, w, at, to, rest, adds, c);
                        break;
                    case 4:
                        Four(inputs, count, w, at, to, rest, adds, c);
                        break;
                    default:
                        Two(inputs, count, w, at, to, rest, adds, c);
                        break;
                }

                w += (nint)strip * count;
                first += strip;
            }
        }
    }

    private static void Ten(T** inputs, int count, T* w, nint at, T** outputs, int wanted, bool adds, T* constant)
    {
        V a0 = TLanes.Zero, b0 = TLanes.Zero;
        V a1 = TLanes.Zero, b1 = TLanes.Zero;
        V a2 = TLanes.Zero, b2 = TLanes.Zero;
        V a3 = TLanes.Zero, b3 = TLanes.Zero;
        V a4 = TLanes.Zero, b4 = TLanes.Zero;
        V a5 = TLanes.Zero, b5 = TLanes.Zero;
        V a6 = TLanes.Zero, b6 = TLanes.Zero;
        V a7 = TLanes.Zero, b7 = TLanes.Zero;
        V a8 = TLanes.Zero, b8 = TLanes.Zero;
        V a9 = TLanes.Zero, b9 = TLanes.Zero;
        for (T** end = inputs + count; inputs < end; inputs++, w += 10)
        {
            V x = TLanes.Load(*inputs + at), y = TLanes.Load(*inputs + at + TLanes.Count), f;
            f = TLanes.Broadcast(w[0]);
            a0 = TLanes.MultiplyAdd(f, x, a0);
            b0 = TLanes.MultiplyAdd(f, y, b0);
            f = TLanes.Broadcast(w[1]);
            a1 = TLanes.MultiplyAdd(f, x, a1);
            b1 = TLanes.MultiplyAdd(f, y, b1);
            f = TLanes.Broadcast(w[2]);
            a2 = TLanes.MultiplyAdd(f, x, a2);
            b2 = TLanes.MultiplyAdd(f, y, b2);
            f = TLanes.Broadcast(w[3]);
            a3 = TLanes.MultiplyAdd(f, x, a3);
            b3 = TLanes.MultiplyAdd(f, y, b3);
            f = TLanes.Broadcast(w[4]);
            a4 = TLanes.MultiplyAdd(f, x, a4);
            b4 = TLanes.MultiplyAdd(f, y, b4);
            f = TLanes.Broadcast(w[5]);
            a5 = TLanes.MultiplyAdd(f, x, a5);
            b5 = TLanes.MultiplyAdd(f, y, b5);
            f = TLanes.Broadcast(w[6]);
            a6 = TLanes.MultiplyAdd(f, x, a6);
            b6 = TLanes.MultiplyAdd(f, y, b6);
            f = TLanes.Broadcast(w[7]);
            a7 = TLanes.MultiplyAdd(f, x, a7);
            b7 = TLanes.MultiplyAdd(f, y, b7);
            f = TLanes.Broadcast(w[8]);
            a8 = TLanes.MultiplyAdd(f, x, a8);
            b8 = TLanes.MultiplyAdd(f, y, b8);
            f = TLanes.Broadcast(w[9]);
            a9 = TLanes.MultiplyAdd(f, x, a9);
            b9 = TLanes.MultiplyAdd(f, y, b9);
        }

        Put(outputs[0] + at, a0, b0, adds, constant, 0);
        if (wanted > 1) Put(outputs[1] + at, a1, b1, adds, constant, 1);
        if (wanted > 2) Put(outputs[2] + at, a2, b2, adds, constant, 2);
        if (wanted > 3) Put(outputs[3] + at, a3, b3, adds, constant, 3);
        if (wanted > 4) Put(outputs[4] + at, a4, b4, adds, constant, 4);
        if (wanted > 5) Put(outputs[5] + at, a5, b5, adds, constant, 5);
        if (wanted > 6) Put(outputs[6] + at, a6, b6, adds, constant, 6);
        if (wanted > 7) Put(outputs[7] + at, a7, b7, adds, constant, 7);
        if (wanted > 8) Put(outputs[8] + at, a8, b8, adds, constant, 8);
        if (wanted > 9) Put(outputs[9] + at, a9, b9, adds, constant, 9);
    }

    private static void Six(T** inputs, int count, T* w, nint at, T** outputs, int wanted, bool adds, T* constant)
    {
        V a0 = TLanes.Zero, b0 = TLanes.Zero;
        V a1 = TLanes.Zero, b1 = TLanes.Zero;
        V a2 = TLanes.Zero, b2 = TLanes.Zero;
        V a3 = TLanes.Zero, b3 = TLanes.Zero;
        V a4 = TLanes.Zero, b4 = TLanes.Zero;
        V a5 = TLanes.Zero, b5 = TLanes.Zero;
        for (T** end = inputs + count; inputs < end; inputs++, w += 6)
        {
            V x = TLanes.Load(*inputs + at), y = TLanes.Load(*inputs + at + TLanes.Count), f;
            f = TLanes.Broadcast(w[0]);
            a0 = TLanes.MultiplyAdd(f, x, a0);
            b0 = TLanes.MultiplyAdd(f, y, b0);
            f = TLanes.Broadcast(w[1]);
            a1 = TLanes.MultiplyAdd(f, x, a1);
            b1 = TLanes.MultiplyAdd(f, y, b1);
            f = TLanes.Broadcast(w[2]);
            a2 = TLanes.MultiplyAdd(f, x, a2);
            b2 = TLanes.MultiplyAdd(f, y, b2);
            f = TLanes.Broadcast(w[3]);
            a3 = TLanes.MultiplyAdd(f, x, a3);
            b3 = TLanes.MultiplyAdd(f, y, b3);
            f = TLanes.Broadcast(w[4]);
            a4 = TLanes.MultiplyAdd(f, x, a4);
            b4 = TLanes.MultiplyAdd(f, y, b4);
            f = TLanes.Broadcast(w[5]);
            a5 = TLanes.MultiplyAdd(f, x, a5);
            b5 = TLanes.MultiplyAdd(f, y, b5);
        }

        Put(outputs[0] + at, a0, b0, adds, constant, 0);
        if (wanted > 1) Put(outputs[1] + at, a1, b1, adds, constant, 1);
        if (wanted > 2) Put(outputs[2] + at, a2, b2, adds, constant, 2);
        if (wanted > 3) Put(outputs[3] + at, a3, b3, adds, constant, 3);
        if (wanted > 4) Put(outputs[4] + at, a4, b4, adds, constant, 4);
        if (wanted > 5) Put(outputs[5] + at, a5, b5, adds, constant, 5);
    }

    private static void Four(T** inputs, int count, T* w, nint at, T** outputs, int wanted, bool adds, T* constant)
    {
        V a0 = TLanes.Zero, b0 = TLanes.Zero;
        V a1 = TLanes.Zero, b1 = TLanes.Zero;
        V a2 = TLanes.Zero, b2 = TLanes.Zero;
        V a3 = TLanes.Zero, b3 = TLanes.Zero;
        for (T** end = inputs + count; inputs < end; inputs++, w += 4)
        {
            V x = TLanes.Load(*inputs + at), y = TLanes.Load(*inputs + at + TLanes.Count), f;
            f = TLanes.Broadcast(w[0]);
            a0 = TLanes.MultiplyAdd(f, x, a0);
            b0 = TLanes.MultiplyAdd(f, y, b0);
            f = TLanes.Broadcast(w[1]);
            a1 = TLanes.MultiplyAdd(f, x, a1);
            b1 = TLanes.MultiplyAdd(f, y, b1);
            f = TLanes.Broadcast(w[2]);
            a2 = TLanes.MultiplyAdd(f, x, a2);
            b2 = TLanes.MultiplyAdd(f, y, b2);
            f = TLanes.Broadcast(w[3]);
            a3 = TLanes.MultiplyAdd(f, x, a3);
            b3 = TLanes.MultiplyAdd(f, y, b3);
        }

        Put(outputs[0] + at, a0, b0, adds, constant, 0);
        if (wanted > 1) Put(outputs[1] + at, a1, b1, adds, constant, 1);
        if (wanted > 2) Put(outputs[2] + at, a2, b2, adds, constant, 2);
        if (wanted > 3) Put(outputs[3] + at, a3, b3, adds, constant, 3);
    }

    private static void Two(T** inputs, int count, T* w, nint at, T** outputs, int wanted, bool adds, T* constant)
    {
        V a0 = TLanes.Zero, b0 = TLanes.Zero;
        V a1 = TLanes.Zero, b1 = TLanes.Zero;
        for (T** end = inputs + count; inputs < end; inputs++, w += 2)
        {
            V x = TLanes.Load(*inputs + at), y = TLanes.Load(*inputs + at + TLanes.Count), f;
            f = TLanes.Broadcast(w[0]);
            a0 = TLanes.MultiplyAdd(f, x, a0);
            b0 = TLanes.MultiplyAdd(f, y, b0);
            f = TLanes.Broadcast(w[1]);
            a1 = TLanes.MultiplyAdd(f, x, a1);
            b1 = TLanes.MultiplyAdd(f, y, b1);
        }

        Put(outputs[0] + at, a0, b0, adds, constant, 0);
        if (wanted > 1) Put(outputs[1] + at, a1, b1, adds, constant, 1);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Put(T* to, V a, V b, bool adds, T* constant, int output)
    {
        if (constant != null)
        {
            V c = TLanes.Broadcast(constant[output]);
            a = TLanes.Add(a, c);
            b = TLanes.Add(b, c);
        }

        if (adds)
        {
            a = TLanes.Add(TLanes.Load(to), a);
            b = TLanes.Add(TLanes.Load(to + TLanes.Count), b);
        }

        TLanes.Store(a, to);
        TLanes.Store(b, to + TLanes.Count);
    }
}
