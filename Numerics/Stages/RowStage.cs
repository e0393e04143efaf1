using System;
using System.Collections.Generic;
using System.Numerics;
using System.Runtime.Intrinsics;
using Toolkit.Numerics.Blocks;
using Toolkit.Numerics.Simd;

namespace Toolkit.Numerics.Stages;

/// <summary>One term of a <see cref="RowStage{T}"/>: <paramref name="Value"/> times the row <paramref name="From"/> is added to the
/// row <paramref name="To"/>.</summary>
/// <param name="To">Row of the block that is made.</param>
/// <param name="From">Row of the block that is read.</param>
/// <param name="Value">The number.</param>
internal sealed record RowTerm(int To, int From, double Value);

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
            _transposed.Run(blocks.Adjoints(_to)[i], blocks.Adjoints(_from)[i], stride, true);
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
            _map.Run(blocks.Values(_from)[i], blocks.Values(_to)[i], stride, false);
    }
}

/// <summary>A sparse matrix whose rows are made one after the other, in registers until all their terms are there.</summary>
internal sealed unsafe class RowMap<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private static readonly VectorWidth Width = VectorWidths.OfEight<T>();

    private readonly int[] _ends, _sources;
    private readonly T[] _values;

    /// <summary>The matrix.</summary>
    /// <param name="rows">Rows that are made.</param>
    /// <param name="terms">Its terms.</param>
    public RowMap(int rows, RowTerm[] terms)
    {
        RowTerm[] sorted = [.. terms];
        Array.Sort(sorted, static (x, y) => x.To != y.To ? x.To.CompareTo(y.To) : x.From.CompareTo(y.From));
        (_ends, _sources, _values) = (new int[rows], new int[sorted.Length], new T[sorted.Length]);
        for (int k = 0; k < sorted.Length; k++)
            (_ends[sorted[k].To], _sources[k], _values[k]) = (k + 1, sorted[k].From, T.CreateChecked(sorted[k].Value));
        for (int row = 1; row < rows; row++)
            _ends[row] = Math.Max(_ends[row], _ends[row - 1]);
    }

    /// <summary>Rows that are made.</summary>
    public int Rows => _ends.Length;

    /// <summary>y = or += the matrix times x.</summary>
    /// <param name="x">Rows so far apart.</param>
    /// <param name="y">Rows so far apart.</param>
    /// <param name="stride">Numbers of a row, a multiple of eight.</param>
    /// <param name="adds">Whether y is added to.</param>
    public void Run(T* x, T* y, int stride, bool adds)
    {
        switch (Width)
        {
            case VectorWidth.Bits512:
                Run<Lanes512<T>, Vector512<T>>(x, y, stride, adds);
                break;
            case VectorWidth.Bits256:
                Run<Lanes256<T>, Vector256<T>>(x, y, stride, adds);
                break;
            case VectorWidth.Bits128:
                Run<Lanes128<T>, Vector128<T>>(x, y, stride, adds);
                break;
            default:
                Run<Lanes1<T>, T>(x, y, stride, adds);
                break;
        }
    }

    private void Run<TLanes, V>(T* x, T* y, int stride, bool adds)
        where TLanes : struct, ILanes<V, T>
        where V : struct
    {
        fixed (int* ends = _ends, sources = _sources)
        fixed (T* values = _values)
        {
            for (int lane = 0; lane < stride; lane += TLanes.Count)
            {
                T* from = x + lane, to = y + lane;
                for (int row = 0, k = 0; row < _ends.Length; row++, to += stride)
                {
                    V sum = adds ? TLanes.Load(to) : TLanes.Zero;
                    for (int end = ends[row]; k < end; k++)
                        sum = TLanes.MultiplyAdd(TLanes.Broadcast(values[k]), TLanes.Load(from + (nint)sources[k] * stride), sum);
                    TLanes.Store(sum, to);
                }
            }
        }
    }
}
