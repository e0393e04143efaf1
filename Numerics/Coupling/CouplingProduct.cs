using System;
using System.Numerics;
using System.Runtime.Intrinsics;
using Toolkit.Numerics.Simd;

namespace Toolkit.Numerics.Coupling;

/// <summary>
/// The Clebsch–Gordan product of equivariants over channels, couple(A, B, L)_M = Σ C A_{m1} B_{m2}, with its backward pass.
/// </summary>
/// <typeparam name="T"><c>double</c> or <c>float</c>.</typeparam>
/// <remarks>
/// Arrays are [environment, m, channel], channel fastest: one register holds one component of as many channels as it has
/// lanes. The coefficients are sorted by the component that they add to, so that each result is summed in a register and
/// stored once. The product is linear in A and in B; hence ∂/∂A and ∂/∂B are the same sum over the same coefficients,
/// sorted by m1 and by m2: one kernel does all three. Instances are immutable and may be shared between threads; an
/// environment's result does not depend on the others.
/// </remarks>
public sealed unsafe class CouplingProduct<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Entry[] _forward, _toA, _toB;
    private readonly VectorWidth _width;

    /// <summary>Takes the coefficients of one path from a table.</summary>
    /// <param name="table">Coefficients in the basis of the arrays (real for real harmonics).</param>
    /// <param name="l1">Degree of A.</param>
    /// <param name="l2">Degree of B.</param>
    /// <param name="l">Degree L of the product; where the triangle rule fails the product is zero.</param>
    /// <exception cref="ArgumentOutOfRangeException">A degree is outside the table.</exception>
    public CouplingProduct(CouplingTable table, int l1, int l2, int l)
        : this(table, l1, l2, l, VectorWidths.Widest)
    {
    }

    internal CouplingProduct(CouplingTable table, int l1, int l2, int l, VectorWidth width)
    {
        ArgumentNullException.ThrowIfNull(table);
        (L1, L2, L, _width) = (l1, l2, l, width);
        CouplingBlock block = table.Block(l1, l2, l);
        int count = block.IsEmpty ? 0 : block.Count;
        _forward = new Entry[count];
        _toA = new Entry[count];
        _toB = new Entry[count];
        for (int i = 0; i < count; i++)
        {
            int m1 = block.M1[i], m2 = block.M2[i], m3 = block.M3[i];
            T value = T.CreateChecked(block.Value[i]);
            _forward[i] = new Entry(m3, m1, m2, value);
            _toA[i] = new Entry(m1, m3, m2, value);
            _toB[i] = new Entry(m2, m3, m1, value);
        }

        Array.Sort(_toA, Entry.Compare);
        Array.Sort(_toB, Entry.Compare);
    }

    /// <summary>Degree of A.</summary>
    public int L1 { get; }

    /// <summary>Degree of B.</summary>
    public int L2 { get; }

    /// <summary>Degree of the product.</summary>
    public int L { get; }

    /// <summary>The number of coefficients.</summary>
    public int Count => _forward.Length;

    /// <summary>C += couple(A, B), channel by channel.</summary>
    /// <param name="environments">Number of environments.</param>
    /// <param name="channels">Number of channels of A, B and C.</param>
    /// <param name="a">A [environment, 2·l1 + 1, channel].</param>
    /// <param name="b">B [environment, 2·l2 + 1, channel].</param>
    /// <param name="c">C [environment, 2·L + 1, channel].</param>
    /// <exception cref="ArgumentException">A span does not have that length.</exception>
    public void Forward(int environments, int channels, ReadOnlySpan<T> a, ReadOnlySpan<T> b, Span<T> c)
    {
        Require(environments, channels, channels, channels, a.Length, b.Length, c.Length);
        fixed (T* pa = a, pb = b, pc = c)
        {
            (nint sa, nint sb, nint sc) = Steps(channels, channels, channels);
            for (nint e = 0; e < environments; e++)
            {
                Sum(_forward, pa + e * sa, channels, false, pb + e * sb, channels, pc + e * sc, channels, channels);
            }
        }
    }

    /// <summary>dA += ∂⟨dC, C⟩/∂A and dB += ∂⟨dC, C⟩/∂B of <see cref="Forward"/>.</summary>
    /// <param name="environments">Number of environments.</param>
    /// <param name="channels">Number of channels of A, B and C.</param>
    /// <param name="a">A [environment, 2·l1 + 1, channel].</param>
    /// <param name="b">B [environment, 2·l2 + 1, channel].</param>
    /// <param name="dc">The derivative with respect to C, like C.</param>
    /// <param name="da">Receives, like A.</param>
    /// <param name="db">Receives, like B.</param>
    /// <exception cref="ArgumentException">A span does not have that length.</exception>
    public void Backward(
        int environments, int channels, ReadOnlySpan<T> a, ReadOnlySpan<T> b, ReadOnlySpan<T> dc, Span<T> da, Span<T> db)
    {
        Require(environments, channels, channels, channels, a.Length, b.Length, dc.Length);
        Require(environments, channels, channels, channels, da.Length, db.Length, dc.Length);
        fixed (T* pa = a, pb = b, pc = dc, qa = da, qb = db)
        {
            (nint sa, nint sb, nint sc) = Steps(channels, channels, channels);
            for (nint e = 0; e < environments; e++)
            {
                T* c = pc + e * sc;
                Sum(_toA, c, channels, false, pb + e * sb, channels, qa + e * sa, channels, channels);
                Sum(_toB, c, channels, false, pa + e * sa, channels, qb + e * sb, channels, channels);
            }
        }
    }

    /// <summary>C += couple(A, B) for every pair of channels; pair (q1, q2) is channel q1·channelsB + q2 of C.</summary>
    /// <param name="environments">Number of environments.</param>
    /// <param name="channelsA">Number of channels of A.</param>
    /// <param name="channelsB">Number of channels of B.</param>
    /// <param name="a">A [environment, 2·l1 + 1, channelsA].</param>
    /// <param name="b">B [environment, 2·l2 + 1, channelsB].</param>
    /// <param name="c">C [environment, 2·L + 1, channelsA·channelsB].</param>
    /// <exception cref="ArgumentException">A span does not have that length.</exception>
    public void ForwardOuter(
        int environments, int channelsA, int channelsB, ReadOnlySpan<T> a, ReadOnlySpan<T> b, Span<T> c)
    {
        int pairs = checked(channelsA * channelsB);
        Require(environments, channelsA, channelsB, pairs, a.Length, b.Length, c.Length);
        fixed (T* pa = a, pb = b, pc = c)
        {
            (nint sa, nint sb, nint sc) = Steps(channelsA, channelsB, pairs);
            for (nint e = 0; e < environments; e++)
            {
                for (int q = 0; q < channelsA; q++)
                {
                    Sum(_forward, pa + e * sa + q, channelsA, true, pb + e * sb, channelsB,
                        pc + e * sc + q * channelsB, pairs, channelsB);
                }
            }
        }
    }

    /// <summary>dA += ∂⟨dC, C⟩/∂A and dB += ∂⟨dC, C⟩/∂B of <see cref="ForwardOuter"/>.</summary>
    /// <param name="environments">Number of environments.</param>
    /// <param name="channelsA">Number of channels of A.</param>
    /// <param name="channelsB">Number of channels of B.</param>
    /// <param name="a">A [environment, 2·l1 + 1, channelsA].</param>
    /// <param name="b">B [environment, 2·l2 + 1, channelsB].</param>
    /// <param name="dc">The derivative with respect to C, like C.</param>
    /// <param name="da">Receives, like A.</param>
    /// <param name="db">Receives, like B.</param>
    /// <exception cref="ArgumentException">A span does not have that length.</exception>
    public void BackwardOuter(
        int environments, int channelsA, int channelsB, ReadOnlySpan<T> a, ReadOnlySpan<T> b, ReadOnlySpan<T> dc,
        Span<T> da, Span<T> db)
    {
        int pairs = checked(channelsA * channelsB), rows = 2 * L1 + 1;
        Require(environments, channelsA, channelsB, pairs, a.Length, b.Length, dc.Length);
        Require(environments, channelsA, channelsB, pairs, da.Length, db.Length, dc.Length);
        // ∂/∂A sums over the channels of B: lane by lane first, then in their order, whatever the width.
        var partial = new T[rows * channelsB];
        fixed (T* pa = a, pb = b, pc = dc, qa = da, qb = db, sum = partial)
        {
            (nint sa, nint sb, nint sc) = Steps(channelsA, channelsB, pairs);
            for (nint e = 0; e < environments; e++)
            {
                for (int q = 0; q < channelsA; q++)
                {
                    T* c = pc + e * sc + q * channelsB;
                    Sum(_toB, pa + e * sa + q, channelsA, true, c, pairs, qb + e * sb, channelsB, channelsB, swap: true);
                    Array.Clear(partial);
                    Sum(_toA, c, pairs, false, pb + e * sb, channelsB, sum, channelsB, channelsB);
                    for (int m = 0; m < rows; m++)
                    {
                        T total = T.Zero;
                        for (int k = 0; k < channelsB; k++)
                        {
                            total += sum[m * channelsB + k];
                        }

                        qa[e * sa + m * channelsA + q] += total;
                    }
                }
            }
        }
    }

    private (nint A, nint B, nint C) Steps(int a, int b, int c) =>
        ((nint)(2 * L1 + 1) * a, (nint)(2 * L2 + 1) * b, (nint)(2 * L + 1) * c);

    private void Require(int environments, int channelsA, int channelsB, int channelsC, int a, int b, int c)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(environments);
        (nint sa, nint sb, nint sc) = Steps(channelsA, channelsB, channelsC);
        if (a != environments * sa || b != environments * sb || c != environments * sc)
        {
            throw new ArgumentException(
                $"l = ({L1}, {L2}, {L}), {environments} environments: expected {environments * sa}, {environments * sb} and "
                + $"{environments * sc} numbers; got {a}, {b} and {c}");
        }
    }

    private void Sum(
        Entry[] entries, T* x, nint xStep, bool scalarX, T* y, nint yStep, T* sum, nint step, int channels,
        bool swap = false)
    {
        fixed (Entry* e = entries)
        {
            switch (_width)
            {
                case VectorWidth.Bits512:
                    Sum<Lanes512<T>, Vector512<T>>(e, entries.Length, x, xStep, scalarX, y, yStep, sum, step, channels, swap);
                    break;
                case VectorWidth.Bits256:
                    Sum<Lanes256<T>, Vector256<T>>(e, entries.Length, x, xStep, scalarX, y, yStep, sum, step, channels, swap);
                    break;
                case VectorWidth.Bits128:
                    Sum<Lanes128<T>, Vector128<T>>(e, entries.Length, x, xStep, scalarX, y, yStep, sum, step, channels, swap);
                    break;
                default:
                    Sum<Lanes1<T>, T>(e, entries.Length, x, xStep, scalarX, y, yStep, sum, step, channels, swap);
                    break;
            }
        }
    }

    private static void Sum<TLanes, V>(
        Entry* entries, int count, T* x, nint xStep, bool scalarX, T* y, nint yStep, T* sum, nint step, int channels,
        bool swap)
        where TLanes : struct, ILanes<V, T>
        where V : struct
    {
        int q = 0;
        for (; q + TLanes.Count <= channels; q += TLanes.Count)
        {
            Lanes<TLanes, V>(entries, count, scalarX ? x : x + q, xStep, scalarX, y + q, yStep, sum + q, step, swap);
        }

        for (; q < channels; q++)
        {
            Lanes<Lanes1<T>, T>(entries, count, scalarX ? x : x + q, xStep, scalarX, y + q, yStep, sum + q, step, swap);
        }
    }

    /// <summary>sum[o] += Σ value · x[i] · y[j] for the channels of one register; with swap, i counts y and j counts x.</summary>
    private static void Lanes<TLanes, V>(
        Entry* entry, int count, T* x, nint xStep, bool scalarX, T* y, nint yStep, T* sum, nint step, bool swap)
        where TLanes : struct, ILanes<V, T>
        where V : struct
    {
        Entry* end = entry + count;
        while (entry < end)
        {
            int output = entry->Output;
            T* target = sum + output * step;
            V total = TLanes.Load(target);
            if (scalarX)
            {
                do
                {
                    nint i = swap ? entry->Right : entry->Left, j = swap ? entry->Left : entry->Right;
                    total = TLanes.MultiplyAdd(
                        TLanes.Broadcast(entry->Value * x[i * xStep]), TLanes.Load(y + j * yStep), total);
                    entry++;
                }
                while (entry < end && entry->Output == output);
            }
            else
            {
                do
                {
                    V scaled = TLanes.Multiply(TLanes.Broadcast(entry->Value), TLanes.Load(x + entry->Left * xStep));
                    total = TLanes.MultiplyAdd(scaled, TLanes.Load(y + entry->Right * yStep), total);
                    entry++;
                }
                while (entry < end && entry->Output == output);
            }

            TLanes.Store(total, target);
        }
    }

    /// <summary>value · x[Left] · y[Right] is added to component Output.</summary>
    private readonly struct Entry(int output, int left, int right, T value)
    {
        internal readonly int Output = output, Left = left, Right = right;
        internal readonly T Value = value;

        internal static int Compare(Entry a, Entry b) =>
            (a.Output, a.Left, a.Right).CompareTo((b.Output, b.Left, b.Right));
    }
}
