using System;
using System.Collections.Generic;
using System.Linq;
using System.Numerics;
using Toolkit.Numerics.Blocks;

namespace Toolkit.Numerics.Stages;

/// <summary>One term of a <see cref="RowStage{T}"/>: <paramref name="Value"/> times the row <paramref name="From"/> is added to the
/// row <paramref name="To"/>.</summary>
/// <param name="To">Row of the block that is made.</param>
/// <param name="From">Row of the block that is read.</param>
/// <param name="Value">The number.</param>
internal readonly record struct RowTerm(int To, int From, double Value);

/// <summary>
/// A sparse linear map on the rows of a block, the same for every channel: what joins the l of harmonics and the 1 of vectors to J.
/// </summary>
internal sealed unsafe class RowStage<T> : Stage<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly int _from, _to, _rows;
    private readonly (int To, int From, T Value)[] _terms;

    /// <summary>The map.</summary>
    /// <param name="from">The block that is read, one of ours.</param>
    /// <param name="to">The block that is made, with the same channels.</param>
    /// <param name="rows">Its rows; those without a term are zero.</param>
    /// <param name="terms">The map.</param>
    public RowStage(int from, int to, int rows, IEnumerable<RowTerm> terms)
    {
        (_from, _to, _rows) = (from, to, rows);
        _terms = terms.OrderBy(static t => t.To).ThenBy(static t => t.From).Select(static t => (t.To, t.From, T.CreateChecked(t.Value))).ToArray();
    }

    /// <inheritdoc/>
    public override long MultiplyAdds => 0;

    /// <inheritdoc/>
    public override Stage<TOther> As<TOther>(SharedSums<TOther> shared) =>
        new RowStage<TOther>(_from, _to, _rows, _terms.Select(static t => new RowTerm(t.To, t.From, double.CreateChecked(t.Value))));

    /// <inheritdoc/>
    public override void Forward(BlockMemory<T> blocks, int environments) => Map(blocks, environments);

    /// <inheritdoc/>
    public override void Tangent(BlockMemory<T> blocks, BlockMemory<T> changes, int count) => Map(changes, count);

    /// <inheritdoc/>
    public override void Backward(BlockMemory<T> blocks, int environments)
    {
        int stride = blocks.Shape(_to).Stride;
        for (int i = 0; i < environments; i++)
        {
            T* to = blocks.Adjoints(_to)[i], from = blocks.Adjoints(_from)[i];
            foreach ((int row, int source, T value) in _terms)
                Add(value, to + row * stride, from + source * stride, stride);
        }
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
        {
            T* to = blocks.Values(_to)[i], from = blocks.Values(_from)[i];
            new Span<T>(to, _rows * stride).Clear();
            foreach ((int row, int source, T value) in _terms)
                Add(value, from + source * stride, to + row * stride, stride);
        }
    }

    /// <summary>y += value x.</summary>
    private static void Add(T value, T* x, T* y, int count)
    {
        Vector<T> factor = new(value);
        int k = 0;
        for (; k + Vector<T>.Count <= count; k += Vector<T>.Count)
            (System.Numerics.Vector.Load(y + k) + factor * System.Numerics.Vector.Load(x + k)).Store(y + k);

        for (; k < count; k++)
            y[k] += value * x[k];
    }
}
