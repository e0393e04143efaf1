using System;
using System.Numerics;
using System.Runtime.Intrinsics;
using Toolkit.Numerics.Blocks;
using Toolkit.Numerics.Simd;

namespace Toolkit.Numerics.Stages;

/// <summary>What a <see cref="GramStage{T}"/> executes, in the widest registers of the process that hold no more than eight
/// numbers.</summary>
internal abstract class GramKernel<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>The kernel of some terms.</summary>
    public static GramKernel<T> Create(int features, GramTerm[] terms) => VectorWidths.OfEight<T>() switch
    {
        VectorWidth.Bits512 => new GramKernel<Lanes512<T>, Vector512<T>, T>(features, terms),
        VectorWidth.Bits256 => new GramKernel<Lanes256<T>, Vector256<T>, T>(features, terms),
        VectorWidth.Bits128 => new GramKernel<Lanes128<T>, Vector128<T>, T>(features, terms),
        _ => new GramKernel<Lanes1<T>, T, T>(features, terms),
    };

    /// <summary>As of a stage.</summary>
    public abstract void Forward(BlockMemory<T> blocks, int environments);

    /// <summary>As of a stage.</summary>
    public abstract void Tangent(BlockMemory<T> blocks, BlockMemory<T> changes, int count);

    /// <summary>As of a stage.</summary>
    public abstract void Backward(BlockMemory<T> blocks, int environments);
}

/// <summary>Invariants of two factors and their derivatives, in one width.</summary>
internal sealed unsafe class GramKernel<TLanes, V, T> : GramKernel<T>
    where TLanes : struct, ILanes<V, T>
    where V : struct
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly GramTerm[] _terms;
    private readonly int _features, _longest;

    /// <summary>The kernel.</summary>
    /// <param name="features">The block of features.</param>
    /// <param name="terms">What is made.</param>
    public GramKernel(int features, GramTerm[] terms)
    {
        (_features, _terms) = (features, terms);
        foreach (GramTerm t in terms)
            _longest = Math.Max(_longest, t.Shape.Count);
    }

    /// <inheritdoc/>
    public override void Forward(BlockMemory<T> blocks, int environments)
    {
        using AlignedScratch<T> made = new(blocks.IsStreamed ? _longest + 8 : 0);
        for (int i = 0; i < environments; i++)
        {
            T* features = blocks.Values(_features)[i];
            foreach (GramTerm t in _terms)
            {
                Contract(t, At(blocks, t.Left, i), At(blocks, t.Right, i), blocks.IsStreamed ? made.Start : features + t.First, false,
                    !blocks.Shape(t.Right.Block).IsForeign);
                if (blocks.IsStreamed) Streaming.Copy(made.Start, features + t.First, t.Shape.Count);
            }
        }
    }

    /// <inheritdoc/>
    public override void Tangent(BlockMemory<T> blocks, BlockMemory<T> changes, int count)
    {
        for (int i = 0; i < count; i++)
        {
            foreach (GramTerm t in _terms)
            {
                T* to = changes.Values(_features)[i] + t.First;
                Contract(t, At(changes, t.Left, i), At(blocks, t.Right, 0), to, false, false);
                Contract(t, At(blocks, t.Left, 0), At(changes, t.Right, i), to, true, false);
            }
        }
    }

    /// <inheritdoc/>
    public override void Backward(BlockMemory<T> blocks, int environments)
    {
        using AlignedScratch<T> work = new(GramTile<TLanes, V, T>.Work);
        for (int i = 0; i < environments; i++)
        {
            foreach (GramTerm t in _terms)
            {
                GramTile<TLanes, V, T>.Backward(
                    t.Shape, t.Components, T.CreateChecked(t.Scale), blocks.Adjoints(_features)[i] + t.First, At(blocks, t.Left, i),
                        t.Left.Step,
                    At(blocks, t.Right, i), t.Right.Step, blocks.Adjoints(t.Left.Block)[i] + t.Left.First,
                        blocks.Adjoints(t.Right.Block)[i] + t.Right.First, work.Start);
            }
        }
    }

    private static T* At(BlockMemory<T> blocks, GramFactor factor, int environment) =>
        blocks.Values(factor.Block)[environment] + factor.First;

    private static void Contract(GramTerm t, T* left, T* right, T* target, bool adds, bool isFollowed) =>
        GramTile<TLanes, V, T>.Contract(
            t.Shape, t.Components, T.CreateChecked(t.Scale), left, t.Left.Step, right, t.Right.Step, 1, 0, target, 0, adds, isFollowed);
}
