using System.Collections.Generic;
using System.Linq;
using System.Numerics;
using Toolkit.Numerics.Blocks;

namespace Toolkit.Numerics.Stages;

/// <summary>One factor of a <see cref="GramTerm"/>.</summary>
/// <param name="Block">Its block.</param>
/// <param name="First">Where its first row begins in an environment.</param>
/// <param name="Step">From row to row.</param>
internal sealed record GramFactor(int Block, int First, int Step);

/// <summary>One set of features of a <see cref="GramStage{T}"/>.</summary>
/// <param name="Components">The number of rows M of both factors.</param>
/// <param name="Left">The left factor.</param>
/// <param name="Right">The right factor.</param>
/// <param name="Shape">Which products stand.</param>
/// <param name="Scale">What multiplies them beside their weights.</param>
/// <param name="First">The place of the first feature.</param>
internal sealed record GramTerm(int Components, GramFactor Left, GramFactor Right, GramShape Shape, double Scale, int First);

/// <summary>
/// Invariants of two factors that turn alike, coefficients or products: Σ_M A[M, a] B[M, b], times the root of the number of orders of
/// all that is multiplied; small matrix products held in registers.
/// </summary>
internal sealed unsafe class GramStage<T> : Stage<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly int _features;
    private readonly GramTerm[] _terms;
    private readonly GramKernel<T> _kernel;

    /// <summary>The invariants.</summary>
    /// <param name="features">The block of features.</param>
    /// <param name="terms">What is made.</param>
    public GramStage(int features, IReadOnlyList<GramTerm> terms)
    {
        (_features, _terms) = (features, [.. terms]);
        _kernel = GramKernel<T>.Create(features, _terms);
    }

    /// <inheritdoc/>
    public override long MultiplyAdds => _terms.Sum(static t => (long)t.Components * t.Shape.Count);

    /// <inheritdoc/>
    public override bool Streams => true;

    /// <inheritdoc/>
    public override void Forward(BlockMemory<T> blocks, int environments) => _kernel.Forward(blocks, environments);

    /// <inheritdoc/>
    public override void Tangent(BlockMemory<T> blocks, BlockMemory<T> changes, int count) => _kernel.Tangent(blocks, changes, count);

    /// <inheritdoc/>
    public override void Backward(BlockMemory<T> blocks, int environments) => _kernel.Backward(blocks, environments);

    /// <inheritdoc/>
    public override Stage<TOther> As<TOther>(SharedSums<TOther> shared) => new GramStage<TOther>(_features, _terms);

    /// <inheritdoc/>
    public override bool AddSlopes(SlopePlan plan)
    {
        var shapes = new Dictionary<GramShape, CoupledChannels>();
        foreach (GramTerm t in _terms)
        {
            if (!shapes.TryGetValue(t.Shape, out CoupledChannels? channels)) shapes.Add(t.Shape, channels = new(t.Shape));
            var terms = new List<SlopeTerm>();
            foreach (bool isLeft in (bool[])[true, false])
            {
                GramFactor changed = isLeft ? t.Left : t.Right, kept = isLeft ? t.Right : t.Left;
                int width = channels.WidthOfOther(isLeft);
                SlopeSource other = new(kept.Block, kept.First, kept.Step, 0, width);
                foreach (SlopeTerm x in plan.Terms(changed.Block, changed.First))
                {
                    bool isUnit = x.Source.Block == SlopeSource.Unit;
                    int inner = isUnit ? 1 : x.Source.Others, step = isLeft ? width : inner;
                    SlopeChannels made = channels.Of(x, isLeft, step);
                    SlopeSource source = isUnit ? other with { StepM = 0, StepK = kept.Step }
                        : plan.Reserve(1, x.Rows.Count, inner * width);
                    if (!isUnit)
                    {
                        plan.Products.Add(new ContractedSlopes(
                            t.Components, x.Rows.Count, isLeft ? x.Source : other, isLeft ? other : x.Source, source));
                    }

                    terms.Add(new SlopeTerm(x.Leaf, x.Rows, source, made.Own, made.Other, made.Weights));
                }
            }

            plan.Add(_features, t.First, 1, 1, t.Shape.Count, terms, t.Scale);
        }

        return true;
    }
}
