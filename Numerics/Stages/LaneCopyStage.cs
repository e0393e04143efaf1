using System;
using System.Collections.Generic;
using System.Numerics;
using Toolkit.Numerics.Blocks;
using Toolkit.Numerics.Coupling;

namespace Toolkit.Numerics.Stages;

/// <summary>
/// Lays the environments of a batch side by side: channels <c>[environment, row, channel]</c> become <c>[channel, row, lane]</c>.
/// Lanes without an environment are zero.
/// </summary>
internal sealed unsafe class LaneCopyStage<T> : Stage<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly int _from, _row, _rows, _channels;
    private readonly LanePlace _to;

    /// <summary>The copy.</summary>
    /// <param name="from">The block that is read.</param>
    /// <param name="row">Its first row.</param>
    /// <param name="rows">The number of rows.</param>
    /// <param name="channels">Its first channels.</param>
    /// <param name="to">Where the first of them goes; the others follow.</param>
    public LaneCopyStage(int from, int row, int rows, int channels, LanePlace to) => (_from, _row, _rows, _channels, _to) =
        (from, row, rows, channels, to);

    private static int Lanes => CouplingBlocks<T>.Lanes;

    /// <inheritdoc/>
    public override long MultiplyAdds => 0;

    /// <inheritdoc/>
    public override Stage<TOther> As<TOther>(SharedSums<TOther> shared) => new LaneCopyStage<TOther>(_from, _row, _rows, _channels, _to);

    /// <inheritdoc/>
    public override void Forward(BlockMemory<T> blocks, int environments)
    {
        int stride = blocks.Shape(_from).Stride;
        T* to = blocks.Laned(_to.Block) + (nint)_to.Row * Lanes;
        if (environments < Lanes) new Span<T>(to, _channels * _rows * Lanes).Clear();
        for (int i = 0; i < environments; i++)
        {
            T* from = blocks.Values(_from)[i] + (nint)_row * stride;
            for (int row = 0; row < _rows; row++, from += stride)
            {
                T* place = to + (nint)row * Lanes + i;
                for (int q = 0; q < _channels; q++, place += (nint)_rows * Lanes)
                    *place = from[q];
            }
        }
    }

    /// <inheritdoc/>
    public override void Tangent(BlockMemory<T> blocks, BlockMemory<T> changes, int count) => Forward(changes, count);

    /// <inheritdoc/>
    public override void Backward(BlockMemory<T> blocks, int environments)
    {
        int stride = blocks.Shape(_from).Stride;
        T* from = blocks.LanedAdjoints(_to.Block) + (nint)_to.Row * Lanes;
        for (int i = 0; i < environments; i++)
        {
            T* to = blocks.Adjoints(_from)[i] + (nint)_row * stride;
            for (int row = 0; row < _rows; row++, to += stride)
            {
                T* place = from + (nint)row * Lanes + i;
                for (int q = 0; q < _channels; q++, place += (nint)_rows * Lanes)
                    to[q] += *place;
            }
        }
    }
}

/// <summary>
/// Features out of scalars whose environments lie side by side: those listed, shifted and scaled where that is wanted.
/// </summary>
internal sealed unsafe class LaneOutputStage<T> : Stage<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly LanePlace[] _from;
    private readonly T[]? _shifts, _scales;
    private readonly int _to, _first;

    /// <summary>The features.</summary>
    /// <param name="from">The scalars.</param>
    /// <param name="shifts">What is subtracted from each; null: nothing.</param>
    /// <param name="scales">What the difference is multiplied with; null: nothing.</param>
    /// <param name="to">The block of features.</param>
    /// <param name="first">Where the first stands.</param>
    public LaneOutputStage(IReadOnlyList<LanePlace> from, T[]? shifts, T[]? scales, int to, int first) =>
        (_from, _shifts, _scales, _to, _first) = ([.. from], shifts, scales, to, first);

    private static int Lanes => CouplingBlocks<T>.Lanes;

    /// <inheritdoc/>
    public override long MultiplyAdds => _scales is null ? 0 : _from.Length;

    /// <inheritdoc/>
    public override Stage<TOther> As<TOther>(SharedSums<TOther> shared) => new LaneOutputStage<TOther>(
        _from, _shifts is null ? null : Array.ConvertAll(_shifts, TOther.CreateChecked),
            _scales is null ? null : Array.ConvertAll(_scales, TOther.CreateChecked),
        _to, _first);

    /// <inheritdoc/>
    public override void Forward(BlockMemory<T> blocks, int environments) => Run(blocks, environments, _shifts);

    /// <inheritdoc/>
    public override void Tangent(BlockMemory<T> blocks, BlockMemory<T> changes, int count) => Run(changes, count, null);

    /// <inheritdoc/>
    public override void Backward(BlockMemory<T> blocks, int environments)
    {
        for (int k = 0; k < _from.Length; k++)
        {
            T* to = blocks.LanedAdjoints(_from[k].Block) + (nint)_from[k].Row * Lanes;
            for (int i = 0; i < environments; i++)
            {
                T from = blocks.Adjoints(_to)[i][_first + k];
                to[i] += _scales is null ? from : from * _scales[k];
            }
        }
    }

    private void Run(BlockMemory<T> blocks, int environments, T[]? shifts)
    {
        for (int k = 0; k < _from.Length; k++)
        {
            T* from = blocks.Laned(_from[k].Block) + (nint)_from[k].Row * Lanes;
            T shift = shifts is null ? T.Zero : shifts[k];
            for (int i = 0; i < environments; i++)
            {
                T value = from[i] - shift;
                blocks.Values(_to)[i][_first + k] = _scales is null ? value : value * _scales[k];
            }
        }
    }
}
