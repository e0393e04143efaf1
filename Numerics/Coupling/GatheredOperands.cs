using System;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Toolkit.Numerics.Coupling;

/// <summary>
/// Operands in memory of any layout: lane (environment, pair) multiplies channel Left[pair] of A with channel Right[pair] of B
/// and goes to place pair of each row of C.
/// </summary>
/// <remarks>Rows of C are set, or added to; rows of dA and dB are added to, pair by pair in their order, whatever the width. Pairs are
/// mostly one channel beside all those of the other factor: they are copied run by run.</remarks>
internal unsafe struct GatheredOperands<T> : ICouplingOperands<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Where each environment begins: <c>[environment]</c>; the derivatives where the pass is backward.</summary>
    internal T** A, B, DA, DB;

    /// <summary>Where each row begins in an environment: <c>[row]</c>.</summary>
    internal nint* RowA, RowB, RowC;

    /// <summary>Where each environment of each row of C begins: <c>[row][environment]</c>.</summary>
    internal T*** C;

    /// <summary>Channels of a pair: <c>[pair]</c>.</summary>
    internal int* Left, Right;

    /// <summary>How many pairs from one on have channels side by side, or, negative, the same channel: <c>[pair]</c>.</summary>
    internal int* LeftRuns, RightRuns;

    /// <summary>What a pair's product is multiplied with, <c>[pair]</c>; null: nothing.</summary>
    internal T* Weights;

    internal int RowsA, RowsB, RowsC, Pairs;

    /// <summary>Whether C is added to.</summary>
    internal bool Adds;

    /// <inheritdoc/>
    public readonly void Load(in CouplingBlocks<T> block, long first, int used, bool backward)
    {
        int step = CouplingBlocks<T>.Lanes;
        for (int at = 0; at < used;)
        {
            (nint environment, int pair, int length) = Piece(first + at, used - at);
            Gather(A[environment], RowA, RowsA, Left + pair, LeftRuns + pair, length, block.A + at);
            Gather(B[environment], RowB, RowsB, Right + pair, RightRuns + pair, length, block.B + at);
            for (int row = 0; backward && row < RowsC; row++)
            {
                T* from = C[row][environment] + RowC[row] + pair;
                Scale(from, pair, length, block.C + row * step + at, false);
            }

            at += length;
        }
    }

    /// <inheritdoc/>
    public readonly void Store(in CouplingBlocks<T> block, long first, int used, bool backward)
    {
        int step = CouplingBlocks<T>.Lanes;
        for (int at = 0; at < used;)
        {
            (nint environment, int pair, int length) = Piece(first + at, used - at);
            if (backward)
            {
                Scatter(block.DA + at, DA[environment], RowA, RowsA, Left + pair, LeftRuns + pair, length);
                Scatter(block.DB + at, DB[environment], RowB, RowsB, Right + pair, RightRuns + pair, length);
            }
            else
            {
                for (int row = 0; row < RowsC; row++)
                {
                    T* to = C[row][environment] + RowC[row] + pair;
                    Scale(block.C + row * step + at, pair, length, to, Adds);
                }
            }

            at += length;
        }
    }

    /// <summary>Pairs of one environment: the first, and how many.</summary>
    private readonly (nint Environment, int Pair, int Length) Piece(long lane, int most)
    {
        int pair = (int)(lane % Pairs);
        return ((nint)(lane / Pairs), pair, Math.Min(most, Pairs - pair));
    }

    /// <summary>The runs of a list of channels.</summary>
    internal static int[] Runs(ReadOnlySpan<int> channels)
    {
        int[] runs = new int[channels.Length];
        for (int p = channels.Length - 1; p >= 0; p--)
        {
            int step = p + 1 < channels.Length ? channels[p + 1] - channels[p] : -1;
            runs[p] = step == 1 ? 1 + Math.Max(1, runs[p + 1]) : step == 0 ? Math.Min(-1, runs[p + 1]) - 1 : 1;
        }

        return runs;
    }

    private static void Gather(T* environment, nint* rows, int count, int* channels, int* runs, int length, T* to)
    {
        for (int i = 0, n; i < length; i += n)
        {
            n = Math.Min(Math.Abs(runs[i]), length - i);
            T* from = environment + channels[i], place = to + i;
            if (runs[i] > 0)
            {
                for (int row = 0; row < count; row++, place += CouplingBlocks<T>.Lanes)
                    Copy(from + rows[row], place, n);
            }
            else
            {
                for (int row = 0; row < count; row++, place += CouplingBlocks<T>.Lanes)
                    Fill(from[rows[row]], place, n);
            }
        }
    }

    private static void Scatter(T* from, T* environment, nint* rows, int count, int* channels, int* runs, int length)
    {
        for (int i = 0, n; i < length; i += n)
        {
            n = Math.Min(Math.Abs(runs[i]), length - i);
            T* to = environment + channels[i], place = from + i;
            if (runs[i] > 0)
            {
                for (int row = 0; row < count; row++, place += CouplingBlocks<T>.Lanes)
                    Add(place, to + rows[row], n);
            }
            else
            {
                for (int row = 0; row < count; row++, place += CouplingBlocks<T>.Lanes)
                {
                    T sum = to[rows[row]];
                    for (int k = 0; k < n; k++)
                        sum += place[k];
                    to[rows[row]] = sum;
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Copy(T* from, T* to, int n)
    {
        int k = 0;
        for (; k + Vector<T>.Count <= n; k += Vector<T>.Count)
            Vector.Store(Vector.Load(from + k), to + k);
        if (Vector<T>.Count > Vector128<T>.Count && k + Vector128<T>.Count <= n)
        {
            Vector128.Store(Vector128.Load(from + k), to + k);
            k += Vector128<T>.Count;
        }

        for (; k < n; k++)
            to[k] = from[k];
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Fill(T value, T* to, int n)
    {
        int k = 0;
        for (; k + Vector<T>.Count <= n; k += Vector<T>.Count)
            Vector.Store(new Vector<T>(value), to + k);
        if (Vector<T>.Count > Vector128<T>.Count && k + Vector128<T>.Count <= n)
        {
            Vector128.Store(Vector128.Create(value), to + k);
            k += Vector128<T>.Count;
        }

        for (; k < n; k++)
            to[k] = value;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(T* from, T* to, int n)
    {
        int k = 0;
        for (; k + Vector<T>.Count <= n; k += Vector<T>.Count)
            Vector.Store(Vector.Load(to + k) + Vector.Load(from + k), to + k);
        if (Vector<T>.Count > Vector128<T>.Count && k + Vector128<T>.Count <= n)
        {
            Vector128.Store(Vector128.Load(to + k) + Vector128.Load(from + k), to + k);
            k += Vector128<T>.Count;
        }

        for (; k < n; k++)
            to[k] += from[k];
    }

    private readonly void Scale(T* from, int pair, int length, T* to, bool adds)
    {
        int i = 0;
        T* weights = Weights == null ? null : Weights + pair;
        for (; i + Vector<T>.Count <= length; i += Vector<T>.Count)
        {
            Vector<T> value = Vector.Load(from + i);
            if (weights != null)
                value *= Vector.Load(weights + i);

            Vector.Store(adds ? Vector.Load(to + i) + value : value, to + i);
        }

        for (; i < length; i++)
        {
            T value = weights != null ? from[i] * weights[i] : from[i];
            to[i] = adds ? to[i] + value : value;
        }
    }
}
