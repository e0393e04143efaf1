using System;
using System.Collections.Generic;
using System.Linq;
using Toolkit.Numerics.Stages;

namespace Toolkit.Numerics.Representations.Gradients;

/// <summary>Slopes by one leaf of a segment's features.</summary>
/// <param name="Source">Where they are: <c>[k, other]</c>.</param>
/// <param name="FirstAngle">The first number W_k.</param>
/// <param name="Count">How many W_k.</param>
/// <param name="L">The order of the radial functions.</param>
/// <param name="Field">0: the density; f + 1: vector field f.</param>
/// <param name="At">Where the slopes contracted with the numbers of eight pairs are: <c>[kind, pair, other]</c>.</param>
/// <param name="Stride">From kind to kind of them.</param>
internal readonly record struct SegmentSlope(SlopeSource Source, int FirstAngle, int Count, int L, int Field, int At, int Stride)
{
    /// <summary>Kinds of numbers W of a leaf: W, ∂W/∂x, ∂W/∂y, ∂W/∂z, of vectors also ∂W/∂v_x, ∂W/∂v_y, ∂W/∂v_z.</summary>
    public int Kinds => LeafRule.Kinds(Field);
}

/// <summary>One component of some features.</summary>
/// <param name="Place">The first of them in its chunk.</param>
/// <param name="Count">How many.</param>
/// <param name="Slopes">By each leaf.</param>
/// <param name="Runs">The runs, and what each kind of neighbour changes of them.</param>
internal sealed record Segment(int Place, int Count, SegmentSlope[] Slopes, LeafRuns Runs);

/// <summary>Segments side by side that are made together, few enough to stay in the cache.</summary>
/// <param name="First">The first feature.</param>
/// <param name="Count">How many.</param>
/// <param name="Segments">The segments.</param>
/// <param name="Length">Doubles of their contracted slopes.</param>
internal sealed record Chunk(int First, int Count, Segment[] Segments, int Length);

/// <summary>
/// Explicit gradients of any program whose features are products of leaves, whatever the tree: a neighbour changes a leaf by a matrix
/// of rank two in channel and component, so that with the slopes S of a feature by the leaf (<see cref="SlopePlan"/>) and their
/// contractions R = Σ_k W_k S_k, R^d = Σ_k ∂_d W_k S_k over the components alone, the feature changes by Σ_leaves u_d g' R + g R^d: two
/// multiply-adds for each leaf and direction.
/// </summary>
internal sealed class LeafRule
{
    /// <summary>The first kind of number W that is a derivative by the vector.</summary>
    public const int FirstVectorKind = 4;

    private const int ChunkSize = 1024, Lanes = 8;

    private LeafRule(SlopePlan plan, LeafAngles angles, Chunk[] chunks) => (Plan, Angles, Chunks) = (plan, angles, chunks);

    /// <summary>One component of an output.</summary>
    /// <param name="First">Its first feature.</param>
    /// <param name="Output">The output.</param>
    /// <param name="Component">Which component.</param>
    /// <param name="Runs">The runs of the output.</param>
    private sealed record Row(int First, SlopeOutput Output, int Component, LeafRuns Runs);

    /// <summary>How slopes are made.</summary>
    public SlopePlan Plan { get; }

    /// <summary>The numbers W_k.</summary>
    public LeafAngles Angles { get; }

    /// <summary>The features in their order.</summary>
    public Chunk[] Chunks { get; }

    /// <summary>Kinds of numbers W of a field.</summary>
    public static int Kinds(int field) => field == 0 ? 4 : 7;

    /// <summary>The rule for a program; null where its features are not products of leaves.</summary>
    public static LeafRule? Create(FeatureProgram<double> program)
    {
        if (program.Leaves is not { } leaves
            || SlopePlan.Create(leaves.All, program.Stages.Concat(program.Outputs), program.Shapes) is not { } plan)
        {
            return null;
        }

        var all = new List<Row>();
        foreach (SlopeOutput output in plan.Outputs)
        {
            LeafRuns runs = new(output);
            for (int m = 0; m < output.Components; m++)
                all.Add(new Row(output.First + m * output.Step, output, m, runs));
        }

        all.Sort(static (a, b) => a.First.CompareTo(b.First));
        int next = 0;
        foreach (Row row in all)
        {
            if (row.First != next) return null;
            next += row.Output.Channels;
        }

        if (next != program.Shapes[program.Features].Channels) return null;
        var chunks = new List<Chunk>();
        var segments = new List<Segment>();
        int begin = 0, size = 0, length = 0;
        foreach ((int first, SlopeOutput output, int m, LeafRuns runs) in all)
        {
            int count = output.Channels;
            SegmentSlope[] slopes = new SegmentSlope[output.Terms.Count];
            for (int p = 0; p < slopes.Length; p++)
            {
                SlopeTerm t = output.Terms[p];
                bool isUnit = t.Source.Block == SlopeSource.Unit;
                SlopeSource source = isUnit ? t.Source : t.Source with { First = t.Source.First + m * t.Source.StepM };
                int angle = t.Rows.FirstAngle + (isUnit ? t.Rows.FirstK + m : 0);
                int same = Array.FindIndex(slopes, 0, p, s => s.Source == source && s.FirstAngle == angle);
                slopes[p] = new SegmentSlope(
                    source, angle, isUnit ? 1 : t.Rows.Count, t.Rows.L, t.Leaf.Field, same < 0 ? length : slopes[same].At, source.Others);
                if (same < 0) length += (Lanes * Kinds(t.Leaf.Field) * source.Others + 7) / 8 * 8;
            }

            segments.Add(new Segment(first - begin, count, slopes, runs));
            size += count;
            if (size < ChunkSize && first + count < next) continue;
            chunks.Add(new Chunk(begin, size, [.. segments], length));
            segments.Clear();
            (begin, size, length) = (begin + size, 0, 0);
        }

        return new LeafRule(plan, program.Leaves.Angles, [.. chunks]);
    }
}
