using System;
using System.Collections.Generic;
using System.Numerics;
using Toolkit.Numerics.Blocks;

namespace Toolkit.Numerics.Stages;

/// <summary>
/// A sparse linear map on the rows of a block, the same for every channel: what joins the l of harmonics and the 1 of vectors to J.
/// </summary>
internal sealed unsafe class RowStage<T> : Stage<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly int _from, _to;
    private readonly RowTerm[] _terms;
    private readonly RowMap<T> _map, _transposed;

    /// <summary>The map.</summary>
    /// <param name="from">The block that is read, one of ours.</param>
    /// <param name="to">The block that is made, with the same channels.</param>
    /// <param name="rows">Its rows; those without a term are zero.</param>
    /// <param name="terms">The map.</param>
    public RowStage(int from, int to, int rows, IReadOnlyList<RowTerm> terms)
    {
        (_from, _to, _terms) = (from, to, [.. terms]);
        _map = new RowMap<T>(rows, _terms);
        int sources = 0;
        foreach (RowTerm t in _terms)
            sources = Math.Max(sources, t.From + 1);
        _transposed = new RowMap<T>(sources, Array.ConvertAll(_terms, static t => new RowTerm(t.From, t.To, t.Value)));
    }

    /// <inheritdoc/>
    public override long MultiplyAdds => 0;

    /// <inheritdoc/>
    public override Stage<TOther> As<TOther>(SharedSums<TOther> shared) => new RowStage<TOther>(_from, _to, _map.Rows, _terms);

    /// <inheritdoc/>
    public override void Forward(BlockMemory<T> blocks, int environments) => Map(blocks, environments);

    /// <inheritdoc/>
    public override void Tangent(BlockMemory<T> blocks, BlockMemory<T> changes, int count) => Map(changes, count);

    /// <inheritdoc/>
    public override void Backward(BlockMemory<T> blocks, int environments)
    {
        int stride = blocks.Shape(_to).Stride;
        for (int i = 0; i < environments; i++)
            _transposed.Run(blocks.Adjoints(_to)[i], stride, blocks.Adjoints(_from)[i], stride, stride, true);
    }

    /// <inheritdoc/>
    public override bool AddSlopes(SlopePlan plan)
    {
        if (!plan.IsLeaf(_to)) plan.Hide(_to);
        return true;
    }

    private void Map(BlockMemory<T> blocks, int environments)
    {
        int stride = blocks.Shape(_to).Stride;
        for (int i = 0; i < environments; i++)
            _map.Run(blocks.Values(_from)[i], stride, blocks.Values(_to)[i], stride, stride, false);
    }
}
