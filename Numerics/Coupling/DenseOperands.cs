using System;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace Toolkit.Numerics.Coupling;

/// <summary>
/// Operands in arrays [environment, row, channel]; with Outer, channel q of C is the pair (q / ChannelsB, q % ChannelsB).
/// </summary>
internal unsafe struct DenseOperands<T> : ICouplingOperands<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    internal T* A, B, C, DA, DB;
    internal int RowsA, RowsB, RowsC, ChannelsA, ChannelsB;
    internal bool Outer;

    internal readonly int ChannelsC => Outer ? ChannelsA * ChannelsB : ChannelsB;

    /// <inheritdoc/>
    public readonly void Load(in CouplingBlocks<T> block, long first, int used, bool backward)
    {
        int step = CouplingBlocks<T>.Lanes;
        for (int at = 0; at < used;)
        {
            Piece p = Next(first + at, used - at);
            if (Outer)
            {
                for (int row = 0; row < RowsA; row++)
                    new Span<T>(block.A + row * step + at, p.Length).Fill(A[p.A + (nint)row * ChannelsA]);
            }
            else
            {
                Copy(A + p.A, ChannelsA, block.A + at, RowsA, p.Length);
            }

            Copy(B + p.B, ChannelsB, block.B + at, RowsB, p.Length);
            if (backward)
                Copy(C + p.C, ChannelsC, block.C + at, RowsC, p.Length);

            at += p.Length;
        }
    }

    /// <inheritdoc/>
    public readonly void Store(in CouplingBlocks<T> block, long first, int used, bool backward)
    {
        for (int at = 0; at < used;)
        {
            Piece p = Next(first + at, used - at);
            if (!backward)
            {
                Add(block.C + at, C + p.C, ChannelsC, RowsC, p.Length);
            }
            else
            {
                if (Outer)
                    AddTotals(block.DA + at, DA + p.A, p.Length);
                else
                    Add(block.DA + at, DA + p.A, ChannelsA, RowsA, p.Length);

                Add(block.DB + at, DB + p.B, ChannelsB, RowsB, p.Length);
            }

            at += p.Length;
        }
    }

    /// <summary>Channels that are neighbours in the arrays: where their first rows begin, and how many there are.</summary>
    private readonly record struct Piece(nint A, nint B, nint C, int Length);

    private readonly Piece Next(long lane, int most)
    {
        int channelsC = ChannelsC, channel = (int)(lane % channelsC), right = Outer ? channel % ChannelsB : channel;
        int left = Outer ? channel / ChannelsB : channel;
        nint environment = (nint)(lane / channelsC);
        return new Piece(
            environment * RowsA * ChannelsA + left, environment * RowsB * ChannelsB + right,
            environment * RowsC * channelsC + channel, Math.Min(most, ChannelsB - right));
    }

    private static void Copy(T* source, nint step, T* block, int rows, int length)
    {
        if (length == CouplingBlocks<T>.Lanes)
        {
            for (int row = 0; row < rows; row++)
                Unsafe.CopyBlockUnaligned(block + row * CouplingBlocks<T>.Lanes, source + row * step, 128);

            return;
        }

        for (int row = 0; row < rows; row++)
            new ReadOnlySpan<T>(source + row * step, length).CopyTo(new Span<T>(block + row * CouplingBlocks<T>.Lanes, length));
    }

    private static void Add(T* block, T* target, nint step, int rows, int length)
    {
        for (int row = 0; row < rows; row++)
        {
            T* from = block + row * CouplingBlocks<T>.Lanes, to = target + row * step;
            int q = 0;
            for (; q + Vector<T>.Count <= length; q += Vector<T>.Count)
                Vector.Store(Vector.Load(to + q) + Vector.Load(from + q), to + q);

            for (; q < length; q++)
                to[q] += from[q];
        }
    }

    /// <summary>∂/∂A of one channel of A sums over channels of B, in their order, whatever the block and the width.</summary>
    private readonly void AddTotals(T* block, T* target, int length)
    {
        for (int row = 0; row < RowsA; row++)
        {
            T* from = block + row * CouplingBlocks<T>.Lanes;
            T total = target[(nint)row * ChannelsA];
            for (int q = 0; q < length; q++)
                total += from[q];

            target[(nint)row * ChannelsA] = total;
        }
    }
}
