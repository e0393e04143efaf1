using System;
using System.Collections.Generic;
using System.Linq;
using System.Numerics;
using Toolkit.Numerics.Blocks;

namespace Toolkit.Numerics.Stages;

/// <summary>
/// Takes listed channels of a block side by side: out of the coefficients of a field, where they are padded by groups and other
/// fields stand between, or those that a selection keeps.
/// </summary>
internal sealed unsafe class ChannelStage<T> : Stage<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly int _from, _to, _rows;
    private readonly nint _first, _step, _toFirst;
    private readonly (int From, int To, int Count)[] _runs;

    // Runs that end at this channel or before it have others behind them, as long as a vector.
    private readonly int _whole;

    /// <summary>The copy.</summary>
    /// <param name="from">The block that is read.</param>
    /// <param name="first">Where its first row begins in an environment.</param>
    /// <param name="step">From row to row of it.</param>
    /// <param name="rows">The number of rows.</param>
    /// <param name="places">Where the channels stand in a row, in the order in which they are wanted.</param>
    /// <param name="to">The block that is made: so many rows, these channels.</param>
    /// <param name="toFirst">Where the first of them stands in an environment of it.</param>
    public ChannelStage(int from, nint first, nint step, int rows, IReadOnlyList<int> places, int to, nint toFirst = 0)
        : this(from, first, step, rows, Runs(places), to, toFirst) { }

    private ChannelStage(int from, nint first, nint step, int rows, (int From, int To, int Count)[] runs, int to, nint toFirst) =>
        (_from, _first, _step, _rows, _runs, _to, _toFirst, _whole) =
            (from, first, step, rows, runs, to, toFirst, runs.Sum(static r => r.Count) - Vector<T>.Count + 1);

    /// <summary>Channels that lie side by side already, as pieces.</summary>
    private static (int From, int To, int Count)[] Runs(IReadOnlyList<int> places)
    {
        var starts = new List<int>();
        for (int k = 0; k < places.Count; k++)
            if (k == 0 || places[k - 1] + 1 != places[k]) starts.Add(k);

        var runs = new (int From, int To, int Count)[starts.Count];
        for (int r = 0; r < runs.Length; r++)
            runs[r] = (places[starts[r]], starts[r], (r + 1 < runs.Length ? starts[r + 1] : places.Count) - starts[r]);
        return runs;
    }

    /// <inheritdoc/>
    public override long MultiplyAdds => 0;

    /// <inheritdoc/>
    public override Stage<TOther> As<TOther>(SharedSums<TOther> shared) =>
        new ChannelStage<TOther>(_from, _first, _step, _rows, _runs, _to, _toFirst);

    /// <inheritdoc/>
    public override void Forward(BlockMemory<T> blocks, int environments) => Copy(blocks, environments);

    /// <inheritdoc/>
    public override void Tangent(BlockMemory<T> blocks, BlockMemory<T> changes, int count) => Copy(changes, count);

    /// <inheritdoc/>
    public override void Backward(BlockMemory<T> blocks, int environments)
    {
        int stride = blocks.Shape(_to).Stride;
        for (int i = 0; i < environments; i++)
        {
            T* from = blocks.Adjoints(_to)[i] + _toFirst, to = blocks.Adjoints(_from)[i] + _first;
            for (int row = 0; row < _rows; row++, from += stride, to += _step)
            {
                foreach ((int place, int channel, int count) in _runs)
                {
                    T* x = from + channel, y = to + place;
                    int k = 0;
                    for (; k + Vector<T>.Count <= count; k += Vector<T>.Count)
                        Vector.Store(Vector.Load(y + k) + Vector.Load(x + k), y + k);
                    for (; k < count; k++)
                        y[k] += x[k];
                }
            }
        }
    }

    /// <inheritdoc/>
    public override bool AddSlopes(SlopePlan plan)
    {
        if (plan.IsLeaf(_to)) return true;
        // Several rows are coefficients on their way to a leaf.
        if (_rows != 1)
        {
            plan.Hide(_to);
            return true;
        }

        int[] places = [.. _runs.SelectMany(static r => Enumerable.Range(r.From, r.Count))];
        var terms = new List<SlopeTerm>();
        foreach (SlopeTerm x in plan.Row(_from, _first))
        {
            terms.Add(x with
            {
                Own = Array.ConvertAll(places, q => x.Own[q]),
                Other = Array.ConvertAll(places, q => x.Other[q]),
                Weights = x.Weights is null ? null : Array.ConvertAll(places, q => x.Weights[q]),
            });
        }

        plan.Add(_to, _toFirst, 1, 1, places.Length, terms);
        return true;
    }

    private void Copy(BlockMemory<T> blocks, int environments)
    {
        int stride = blocks.Shape(_to).Stride;
        if (_runs.Length == 1 && _step == stride && stride - _runs[0].Count < ChannelTile.Side)
        {
            Move(blocks, environments, (_rows - 1) * stride + _runs[0].Count);
            return;
        }

        for (int i = 0; i < environments; i++)
        {
            T* from = blocks.Values(_from)[i] + _first + (_rows - 1) * _step, to = blocks.Values(_to)[i] + _toFirst + (_rows - 1) * stride;
            for (int row = 0; row < _rows; row++, from -= _step, to -= stride)
            {
                // Whole vectors, where what they write behind a run is overwritten by the next; the system's copy is made for more.
                foreach ((int place, int channel, int count) in _runs)
                {
                    T* x = from + place, y = to + channel;
                    int k = 0, whole = channel + count <= _whole ? count : count - Vector<T>.Count + 1;
                    for (; k < whole; k += Vector<T>.Count)
                        Vector.Store(Vector.Load(x + k), y + k);
                    for (; k < count; k++)
                        y[k] = x[k];
                }
            }
        }
    }

    /// <summary>All rows in one piece where they are equally far apart, with the padding between them, which is nobody else's.</summary>
    private void Move(BlockMemory<T> blocks, int environments, int length)
    {
        for (int i = 0; i < environments; i++)
        {
            T* x = blocks.Values(_from)[i] + _first + _runs[0].From, y = blocks.Values(_to)[i] + _toFirst + _runs[0].To;
            new ReadOnlySpan<T>(x, length).CopyTo(new Span<T>(y, length));
        }
    }
}
