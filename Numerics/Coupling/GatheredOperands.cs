using System;
using System.Numerics;

namespace Toolkit.Numerics.Coupling;

/// <summary>
/// Operands in memory of any layout: lane (environment, pair) multiplies channel Left[pair] of A with channel Right[pair] of B
/// and goes to place pair of each row of C.
/// </summary>
/// <remarks>Rows of C are set, or added to; rows of dA and dB are added to, pair by pair in their order, whatever the width.</remarks>
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
            Gather(A[environment], RowA, RowsA, Left + pair, length, block.A + at);
            Gather(B[environment], RowB, RowsB, Right + pair, length, block.B + at);
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
                Scatter(block.DA + at, DA[environment], RowA, RowsA, Left + pair, length);
                Scatter(block.DB + at, DB[environment], RowB, RowsB, Right + pair, length);
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

    private static void Gather(T* environment, nint* rows, int count, int* channels, int length, T* to)
    {
        for (int row = 0; row < count; row++, to += CouplingBlocks<T>.Lanes)
        {
            T* from = environment + rows[row];
            for (int i = 0; i < length; i++)
                to[i] = from[channels[i]];
        }
    }

    private static void Scatter(T* from, T* environment, nint* rows, int count, int* channels, int length)
    {
        for (int row = 0; row < count; row++, from += CouplingBlocks<T>.Lanes)
        {
            T* to = environment + rows[row];
            for (int i = 0; i < length;)
            {
                // Neighbours that go to one place are summed before.
                int channel = channels[i];
                T sum = to[channel];
                do
                {
                    sum += from[i];
                    i++;
                }
                while (i < length && channels[i] == channel);
                to[channel] = sum;
            }
        }
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
