using System;
using System.Collections.Generic;
using System.Linq;
using System.Numerics;
using Toolkit.Numerics.Blocks;
using Toolkit.Numerics.LinearAlgebra;

namespace Toolkit.Numerics.Stages;

/// <summary>One input of a <see cref="MixStage{T}"/>.</summary>
/// <param name="Block">The block.</param>
/// <param name="Channels">Its first channels, as many as are mixed.</param>
/// <param name="Weights">What they are mixed with: <c>[channel, component]</c>.</param>
internal readonly record struct MixInput<T>(int Block, int Channels, T[] Weights);

/// <summary>
/// A linear map on channels, the same for every component m, so that what turns like λ still does: contraction to principal
/// components, subtraction of what lower orders predict, or both at once; with a constant where the block is a scalar.
/// </summary>
internal sealed class MixStage<T> : Stage<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly MixInput<T>[] _inputs;
    private readonly int _to, _rows, _components;
    private readonly T[]? _constant;

    /// <summary>The map.</summary>
    /// <param name="inputs">What is added up; blocks of ours.</param>
    /// <param name="constant">What is added to every environment, <c>[component]</c>; null: nothing.</param>
    /// <param name="to">The block that is made.</param>
    /// <param name="rows">Components 2λ + 1 of all blocks.</param>
    /// <param name="components">Channels of the block that is made.</param>
    public MixStage(IReadOnlyList<MixInput<T>> inputs, T[]? constant, int to, int rows, int components) =>
        (_inputs, _constant, _to, _rows, _components) = ([.. inputs], constant, to, rows, components);

    /// <inheritdoc/>
    public override long MultiplyAdds => (long)_rows * _components * _inputs.Sum(static i => (long)i.Channels);

    /// <inheritdoc/>
    public override Stage<TOther> As<TOther>(SharedSums<TOther> shared) => new MixStage<TOther>(
        Array.ConvertAll(_inputs, static i => new MixInput<TOther>(i.Block, i.Channels, Array.ConvertAll(i.Weights, TOther.CreateChecked))),
        _constant is null ? null : Array.ConvertAll(_constant, TOther.CreateChecked), _to, _rows, _components);

    /// <inheritdoc/>
    public override bool GainsFromBatches => true;

    /// <inheritdoc/>
    public override void Forward(BlockMemory<T> blocks, int environments)
    {
        Mix(blocks, environments);
        if (_constant is null) return;
        int stride = blocks.Shape(_to).Stride;
        Span<T> to = blocks.ValuesOf(_to, environments);
        for (int row = 0; row < environments * _rows; row++)
        {
            for (int k = 0; k < _components; k++)
                to[row * stride + k] += _constant[k];
        }
    }

    /// <inheritdoc/>
    public override void Tangent(BlockMemory<T> blocks, BlockMemory<T> changes, int count) => Mix(changes, count);

    /// <inheritdoc/>
    public override void Backward(BlockMemory<T> blocks, int environments)
    {
        if (_components == 0) return;
        int stride = blocks.Shape(_to).Stride;
        foreach (MixInput<T> input in _inputs)
        {
            if (input.Channels == 0) continue;
            Dense.Multiply(
                environments * _rows, input.Channels, _components, T.One, blocks.AdjointsOf(_to, environments), stride, false,
                input.Weights, _components, true, T.One, blocks.AdjointsOf(input.Block, environments), blocks.Shape(input.Block).Stride);
        }
    }

    private void Mix(BlockMemory<T> blocks, int environments)
    {
        if (_components == 0) return;
        int stride = blocks.Shape(_to).Stride;
        Span<T> to = blocks.ValuesOf(_to, environments);
        bool isFirst = true;
        foreach (MixInput<T> input in _inputs)
        {
            if (input.Channels == 0) continue;
            Dense.Multiply(
                environments * _rows, _components, input.Channels, T.One, blocks.ValuesOf(input.Block, environments),
                blocks.Shape(input.Block).Stride, false, input.Weights, _components, false, isFirst ? T.Zero : T.One, to, stride);
            isFirst = false;
        }

        if (isFirst) to.Clear();
    }
}
