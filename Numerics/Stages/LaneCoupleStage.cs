using System;
using System.Collections.Generic;
using System.Numerics;
using Toolkit.Numerics.Blocks;
using Toolkit.Numerics.Coupling;
using Toolkit.Numerics.Simd;

namespace Toolkit.Numerics.Stages;

/// <summary>
/// Clebsch–Gordan products of listed pairs of channels whose environments lie side by side: for each pair and path
/// C_{L M} = w couple(A_{l1}, B_{l2}, L)_M, all paths of one pair at once, from where the factors lie to where the products are wanted.
/// </summary>
internal sealed unsafe class LaneCoupleStage<T> : Stage<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly CouplingTable _table;
    private readonly int _l1, _l2;
    private readonly int[] _orders;
    private readonly CouplingSum<T> _sum;
    private readonly LanePlace[] _left, _right;
    private readonly T[]? _weights;
    private readonly LanePlace _to;

    /// <summary>The products.</summary>
    /// <param name="table">Coefficients in the real basis.</param>
    /// <param name="l1">Degree of the left factors.</param>
    /// <param name="l2">Degree of the right factors.</param>
    /// <param name="orders">The degrees L of the products, whose rows follow each other.</param>
    /// <param name="left">The left factor of each pair.</param>
    /// <param name="right">The right factor of each pair.</param>
    /// <param name="weights">w of each pair; null: 1.</param>
    /// <param name="to">Where the first pair's products go; the others follow.</param>
    /// <param name="shared">Where sums of the same paths are kept.</param>
    public LaneCoupleStage(
        CouplingTable table, int l1, int l2, IReadOnlyList<int> orders, IReadOnlyList<LanePlace> left, IReadOnlyList<LanePlace> right,
        double[]? weights, LanePlace to, SharedSums<T> shared)
    {
        (_left, _right, _to) = ([.. left], [.. right], to);
        (_table, _l1, _l2, _orders) = (table, l1, l2, [.. orders]);
        _weights = weights is null ? null : Array.ConvertAll(weights, T.CreateChecked);
        int row = 0;
        var paths = new List<CouplingPath>();
        foreach (int l in orders)
        {
            paths.Add(new CouplingPath(l1, l2, l, 0, 0, row));
            row += 2 * l + 1;
        }

        _sum = shared.Get(table, 2 * l1 + 1, 2 * l2 + 1, row, paths);
    }

    private static int Lanes => CouplingBlocks<T>.Lanes;

    /// <inheritdoc/>
    public override long MultiplyAdds => (long)_sum.Count * _left.Length;

    /// <inheritdoc/>
    public override Stage<TOther> As<TOther>(SharedSums<TOther> shared) => new LaneCoupleStage<TOther>(
        _table, _l1, _l2, _orders, _left, _right, _weights is null ? null : Array.ConvertAll(_weights, double.CreateChecked), _to, shared);

    /// <inheritdoc/>
    public override void Forward(BlockMemory<T> blocks, int environments)
    {
        using AlignedScratch<T> scratch = new(_sum.ScratchLength);
        int size = _sum.RowsC * Lanes;
        T* c = blocks.Laned(_to.Block) + (nint)_to.Row * Lanes;
        for (int t = 0; t < _left.Length; t++, c += size)
        {
            Span<T> products = new(c, size);
            products.Clear();
            _sum.RunBlock(Values(blocks, _left[t]), Values(blocks, _right[t]), c, null, null, scratch.Start);
            if (_weights is not null) Scale(products, _weights[t]);
        }
    }

    /// <inheritdoc/>
    public override void Tangent(BlockMemory<T> blocks, BlockMemory<T> changes, int count)
    {
        int rowsA = _sum.RowsA, rowsB = _sum.RowsB, size = _sum.RowsC * Lanes;
        using AlignedScratch<T> scratch = new(_sum.ScratchLength + (rowsA + rowsB) * Lanes);
        T* a = scratch.Start, b = a + rowsA * Lanes, slots = b + rowsB * Lanes;
        T* c = changes.Laned(_to.Block) + (nint)_to.Row * Lanes;
        for (int t = 0; t < _left.Length; t++, c += size)
        {
            Span<T> products = new(c, size);
            products.Clear();
            // Every change is one of environment 0.
            Spread(Values(blocks, _left[t]), a, rowsA);
            Spread(Values(blocks, _right[t]), b, rowsB);
            _sum.RunBlock(Values(changes, _left[t]), b, c, null, null, slots);
            _sum.RunBlock(a, Values(changes, _right[t]), c, null, null, slots);
            if (_weights is not null) Scale(products, _weights[t]);
        }
    }

    /// <inheritdoc/>
    public override void Backward(BlockMemory<T> blocks, int environments)
    {
        int sizeB = _sum.RowsB * Lanes, size = _sum.RowsC * Lanes;
        using AlignedScratch<T> scratch = new(_sum.ScratchLength + sizeB + size);
        T* own = scratch.Start, scaled = own + sizeB, slots = scaled + size;
        T* c = blocks.LanedAdjoints(_to.Block) + (nint)_to.Row * Lanes;
        for (int t = 0; t < _left.Length; t++, c += size)
        {
            T* dc = c;
            if (_weights is not null)
            {
                new Span<T>(c, size).CopyTo(new Span<T>(scaled, size));
                Scale(new Span<T>(scaled, size), _weights[t]);
                dc = scaled;
            }

            T* da = Adjoints(blocks, _left[t]), db = Adjoints(blocks, _right[t]);
            bool isSquare = da == db;
            if (isSquare) new Span<T>(own, sizeB).Clear();
            _sum.RunBlock(Values(blocks, _left[t]), Values(blocks, _right[t]), dc, da, isSquare ? own : db, slots);
            for (int k = 0; isSquare && k < sizeB; k++)
                da[k] += own[k];
        }
    }

    private static T* Values(BlockMemory<T> blocks, LanePlace p) => blocks.Laned(p.Block) + (nint)p.Row * Lanes;

    private static T* Adjoints(BlockMemory<T> blocks, LanePlace p) => blocks.LanedAdjoints(p.Block) + (nint)p.Row * Lanes;

    private static void Spread(T* from, T* to, int rows)
    {
        for (int row = 0; row < rows; row++)
            new Span<T>(to + row * Lanes, Lanes).Fill(from[row * Lanes]);
    }

    private static void Scale(Span<T> values, T weight)
    {
        if (weight == T.One) return;
        foreach (ref T value in values)
            value *= weight;
    }
}
