using System;
using System.Collections.Generic;
using System.Numerics;
using System.Runtime.Intrinsics;
using Toolkit.Numerics.Blocks;
using Toolkit.Numerics.Coupling;
using Toolkit.Numerics.Simd;

namespace Toolkit.Numerics.Stages;

/// <summary>
/// A linear map on channels whose environments lie side by side, the same for every component m, so that what turns like λ still does:
/// contraction to principal components and subtraction of what lower orders predict, as one matrix; with a constant where the block is a
/// scalar.
/// </summary>
internal sealed unsafe class LaneMixStage<T> : Stage<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly LanePlace[] _inputs, _outputs;
    private readonly int _rows, _fresh;
    private readonly T[] _forward, _toFresh, _toOthers;
    private readonly T[]? _constant;

    /// <summary>The map.</summary>
    /// <param name="inputs">The channels that are mixed; the first of them are read by this stage alone.</param>
    /// <param name="fresh">How many of them those are: their derivatives are set, not added to.</param>
    /// <param name="weights"><c>[input, component]</c>.</param>
    /// <param name="constant">What is added to every environment, <c>[component]</c>; null: nothing.</param>
    /// <param name="outputs">Where the components go.</param>
    /// <param name="rows">Components 2λ + 1 of all channels.</param>
    public LaneMixStage(
        IReadOnlyList<LanePlace> inputs, int fresh, ReadOnlySpan<double> weights, double[]? constant, IReadOnlyList<LanePlace> outputs,
            int rows)
    {
        (_inputs, _outputs, _fresh, _rows) = ([.. inputs], [.. outputs], fresh, rows);
        _constant = constant is null ? null : Pinned(constant.Length, k => T.CreateChecked(constant[k]));
        int count = _inputs.Length, components = _outputs.Length;
        double[] w = weights.ToArray();
        _forward = Packed(components, count, (o, i) => w[i * components + o]);
        _toFresh = Packed(fresh, components, (o, i) => w[o * components + i]);
        _toOthers = Packed(count - fresh, components, (o, i) => w[(fresh + o) * components + i]);
    }

    private LaneMixStage(
        LanePlace[] inputs, LanePlace[] outputs, int fresh, int rows, T[] forward, T[] toFresh, T[] toOthers, T[]? constant)
    {
        (_inputs, _outputs, _fresh, _rows) = (inputs, outputs, fresh, rows);
        (_forward, _toFresh, _toOthers, _constant) = (forward, toFresh, toOthers, constant);
    }

    private static int Lanes => CouplingBlocks<T>.Lanes;

    /// <inheritdoc/>
    public override long MultiplyAdds => (long)_rows * _inputs.Length * _outputs.Length;

    /// <inheritdoc/>
    public override Stage<TOther> As<TOther>(SharedSums<TOther> shared) => new LaneMixStage<TOther>(
        _inputs, _outputs, _fresh, _rows, PinnedArray.As<T, TOther>(_forward), PinnedArray.As<T, TOther>(_toFresh),
            PinnedArray.As<T, TOther>(_toOthers),
        _constant is null ? null : PinnedArray.As<T, TOther>(_constant));

    /// <inheritdoc/>
    public override void Forward(BlockMemory<T> blocks, int environments) => Mix(blocks, _constant);

    /// <inheritdoc/>
    public override void Tangent(BlockMemory<T> blocks, BlockMemory<T> changes, int count) => Mix(changes, null);

    /// <inheritdoc/>
    public override void Backward(BlockMemory<T> blocks, int environments)
    {
        using AlignedScratch<nint> places = new(_inputs.Length + _outputs.Length);
        T** inputs = (T**)places.Start, outputs = inputs + _inputs.Length;
        Point(_inputs, inputs, blocks, true);
        Point(_outputs, outputs, blocks, true);
        Run(outputs, _outputs.Length, _toFresh, inputs, _fresh, false, null);
        Run(outputs, _outputs.Length, _toOthers, inputs + _fresh, _inputs.Length - _fresh, true, null);
    }

    private void Mix(BlockMemory<T> blocks, T[]? constant)
    {
        using AlignedScratch<nint> places = new(_inputs.Length + _outputs.Length);
        T** inputs = (T**)places.Start, outputs = inputs + _inputs.Length;
        Point(_inputs, inputs, blocks, false);
        Point(_outputs, outputs, blocks, false);
        Run(inputs, _inputs.Length, _forward, outputs, _outputs.Length, false, constant);
    }

    private static void Point(LanePlace[] places, T** to, BlockMemory<T> blocks, bool adjoints)
    {
        int block = -1;
        T* first = null;
        for (int k = 0; k < places.Length; k++)
        {
            if (places[k].Block != block)
            {
                block = places[k].Block;
                first = adjoints ? blocks.LanedAdjoints(block) : blocks.Laned(block);
            }

            to[k] = first + (nint)places[k].Row * Lanes;
        }
    }

    private void Run(T** inputs, int count, T[] weights, T** outputs, int wanted, bool adds, T[]? constant)
    {
        fixed (T* w = weights, c = constant)
        {
            switch (VectorWidths.Widest)
            {
                case VectorWidth.Bits512:
                    LaneMixKernel<Lanes512<T>, Vector512<T>, T>.Run(inputs, count, w, outputs, wanted, _rows, adds, c);
                    break;
                case VectorWidth.Bits256:
                    LaneMixKernel<Lanes256<T>, Vector256<T>, T>.Run(inputs, count, w, outputs, wanted, _rows, adds, c);
                    break;
                case VectorWidth.Bits128:
                    LaneMixKernel<Lanes128<T>, Vector128<T>, T>.Run(inputs, count, w, outputs, wanted, _rows, adds, c);
                    break;
                default:
                    LaneMixKernel<Lanes1<T>, T, T>.Run(inputs, count, w, outputs, wanted, _rows, adds, c);
                    break;
            }
        }
    }

    /// <summary>Weights as the kernel reads them: strips of outputs, the inputs one after the other in each.</summary>
    private static T[] Packed(int outputs, int inputs, Func<int, int, double> weight)
    {
        var packed = new List<T>();
        for (int first = 0; first < outputs;)
        {
            int strip = LaneMixStrips.Of(outputs - first);
            for (int i = 0; i < inputs; i++)
            {
                for (int o = first; o < first + strip; o++)
                    packed.Add(o < outputs ? T.CreateChecked(weight(o, i)) : T.Zero);
            }

            first += strip;
        }

        return Pinned(packed.Count, k => packed[k]);
    }

    private static T[] Pinned(int count, Func<int, T> value)
    {
        T[] pinned = GC.AllocateUninitializedArray<T>(count, pinned: true);
        for (int k = 0; k < count; k++)
            pinned[k] = value(k);

        return pinned;
    }
}

/// <summary>How many outputs a mixing kernel makes at a time.</summary>
internal static class LaneMixStrips
{
    /// <summary>Outputs of the next strip: ten where there are so many, and as many registers; else the fewest that do.</summary>
    /// <param name="rest">Outputs that are left.</param>
    internal static int Of(int rest) => rest > 6 && VectorWidths.Has512 ? 10 : rest > 4 ? 6 : rest > 2 ? 4 : 2;
}
