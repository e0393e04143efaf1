using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Runtime.InteropServices;
using Toolkit.Numerics.Stages;

namespace Toolkit.Numerics.Representations.Gradients;

/// <summary>One leaf's part in a run of features side by side.</summary>
/// <param name="Slope">Which of the segment's slopes.</param>
/// <param name="IsFast">Whether the leaf's channel changes along the run, and the others' do not; else it is the other way round.</param>
/// <param name="Radial">Where the first channel's radial function is: l · (n padded) + n.</param>
/// <param name="Other">The place of the first of the others' channels.</param>
/// <param name="Weight">What multiplies it.</param>
internal readonly record struct RunTerm(int Slope, bool IsFast, int Radial, int Other, double Weight);

/// <summary>
/// Features side by side whose changes are alike: Σ of one or two leaves whose channel stands still, A and B, and of one whose channel
/// runs, F; whatever else there is comes in a list.
/// </summary>
internal struct Run
{
    /// <summary>The first feature in its segment, and how many.</summary>
    public int Place, Count;

    /// <summary>How many of A and B there are, and of F; <see cref="Many"/>: all are in the list.</summary>
    public int Slow, Fast;

    /// <summary>Which of the segment's slopes.</summary>
    public int SlopeA, SlopeB, SlopeF;

    /// <summary>Where the radial functions are; see <see cref="RunTerm"/>.</summary>
    public int RadialA, RadialB, RadialF;

    /// <summary>The places of the first of the others' channels.</summary>
    public int OtherA, OtherB, OtherF;

    /// <summary>Where the weights of the features begin, of whole vectors; in a list the terms have theirs.</summary>
    public int Weights;

    /// <summary>How many such runs follow each other, and by how much each differs from the one before.</summary>
    public int Repeat, StepCount, StepWeights, StepRadialA, StepRadialB, StepRadialF, StepOtherA, StepOtherB, StepOtherF;

    /// <summary>Whether the place of A's others follows that of the features instead, as that of products does which stand side by
    /// side.</summary>
    public bool IsPackedA;

    /// <summary>The terms of a list.</summary>
    public int First, End;

    /// <summary>Stands for <see cref="Slow"/> where there is a list.</summary>
    public const int Many = 3;

    /// <summary>Where the features are written as whole vectors: how many, and the first of each one's rows and columns; see
    /// <see cref="Planes"/>.</summary>
    public int Vectors, Places;

    /// <summary>Whether the leaves' channels are those of an outer product: what belongs to the run's own channels is the same in
    /// all.</summary>
    public readonly bool IsOuter =>
        Slow == 1 && Fast == 1 && Count <= 8 && StepOtherA == 0 && StepRadialF == 0 && StepWeights == 0 && StepCount == 0;

    /// <summary>Whether runs are a vector at most, and a channel runs beside one or two that stand still.</summary>
    public readonly bool IsShort => Slow is 1 or 2 && Fast == 1 && Count <= 8 && StepCount <= 0;

    /// <summary>Takes the next run, too, where it differs from the last of these as they do from each other.</summary>
    public bool Takes(in Run next)
    {
        if (Slow == Many || (Slow, Fast, SlopeA, SlopeB, SlopeF) != (next.Slow, next.Fast, next.SlopeA, next.SlopeB, next.SlopeF)
            || Slow + Fast == 0)
        {
            return false;
        }

        int last = Repeat - 1, place = Place;
        for (int r = 0; r < Repeat; r++)
            place += Count + r * StepCount;
        if (place != next.Place) return false;
        Run step = new()
        {
            StepCount = next.Count - Count - last * StepCount, StepWeights = next.Weights - Weights - last * StepWeights,
            StepRadialA = next.RadialA - RadialA - last * StepRadialA, StepOtherA = next.OtherA - OtherA - last * StepOtherA,
            StepRadialB = next.RadialB - RadialB - last * StepRadialB, StepOtherB = next.OtherB - OtherB - last * StepOtherB,
            StepRadialF = next.RadialF - RadialF - last * StepRadialF, StepOtherF = next.OtherF - OtherF - last * StepOtherF,
        };
        bool isPacked = next.OtherA - OtherA == next.Place - Place && (Repeat == 1 || IsPackedA);
        if (Repeat > 1 && ((StepCount, StepWeights, StepRadialA, StepRadialB, StepOtherB, StepRadialF, StepOtherF) != (
            step.StepCount, step.StepWeights, step.StepRadialA, step.StepRadialB, step.StepOtherB, step.StepRadialF, step.StepOtherF)
            || (!isPacked && (IsPackedA || StepOtherA != step.StepOtherA))))
        {
            return false;
        }

        IsPackedA = isPacked;
        (StepCount, StepWeights, StepRadialA, StepOtherA) = (step.StepCount, step.StepWeights, step.StepRadialA, step.StepOtherA);
        (StepRadialB, StepOtherB, StepRadialF, StepOtherF) = (step.StepRadialB, step.StepOtherB, step.StepRadialF, step.StepOtherF);
        Repeat++;
        return true;
    }
}

/// <summary>What one kind of neighbour changes of some features.</summary>
/// <param name="Runs">All features, those that it does not change, too.</param>
/// <param name="Terms">The terms of lists.</param>
/// <param name="Weights">Weights of whole vectors.</param>
/// <param name="Places">Of each vector of a plane its eight rows, then its eight columns.</param>
internal sealed record RunList(Run[] Runs, RunTerm[] Terms, double[] Weights, long[] Places)
{
    /// <summary>Whether all are planes.</summary>
    public bool IsPlanes { get; } = Array.TrueForAll(Runs, static r => r.Vectors > 0);
}

/// <summary>Features that are products of leaves, cut into runs along which one factor's channel changes, for each kind of
/// neighbour.</summary>
/// <param name="output">The features.</param>
internal sealed class LeafRuns(SlopeOutput output)
{
    private const double Rounding = 4e-16;

    private readonly ConcurrentDictionary<(int Group, int Field), RunList> _lists = [];
    private readonly SlopeTerm[] _terms = [.. output.Terms];

    /// <summary>What a kind of neighbour changes.</summary>
    /// <param name="group">The kind.</param>
    /// <param name="field">Only what a vector field's leaves do; −1: what all do.</param>
    /// <param name="shares">How much such a neighbour adds to a slot of a field.</param>
    /// <param name="stride">n padded.</param>
    public RunList Of(int group, int field, Func<int, int, double> shares, int stride) =>
        _lists.TryGetValue((group, field), out RunList? list) ? list : _lists.GetOrAdd((group, field), Make(field, shares, stride));

    private RunList Make(int field, Func<int, int, double> shares, int stride)
    {
        var runs = new List<Run>();
        var all = new List<RunTerm>();
        var weights = new List<double>();
        var known = new Dictionary<int, int>();
        for (int start = 0, end; start < output.Channels; start = end)
        {
            end = start + 1;
            while (end < output.Channels && Continues(start, end))
                end++;
            Run run = new() { Place = start, Count = end - start, First = all.Count, Repeat = 1 };
            bool isAlike = true;
            double scale = 0;
            // A product that stands alone takes the part of one more of the run before.
            int fast = runs.Count > 0 && runs[^1].Fast == 1 ? runs[^1].SlopeF : -1;
            if (fast >= 0 && Part(field, shares, _terms[fast], start) == 0) fast = -1;
            for (int p = 0; p < _terms.Length; p++)
            {
                SlopeTerm t = _terms[p];
                double part = Part(field, shares, t, start);
                if (part == 0) continue;
                double own = part * (t.Weights?[start] ?? 1);
                bool isFast = end > start + 1 ? t.Own[start + 1] != t.Own[start] : fast >= 0 ? p == fast : run.Slow > 0 && run.Fast == 0;
                RunTerm term = new(p, isFast, t.Rows.L * stride + t.Leaf.Radials[t.Own[start]], t.Other[start], own);
                isAlike &= scale == 0 || Math.Abs(own / scale - 1) < Rounding;
                if (scale == 0) scale = own;
                all.Add(term);
                if (term.IsFast && run.Fast++ == 0) (run.SlopeF, run.RadialF, run.OtherF) = (p, term.Radial, term.Other);
                if (!term.IsFast && run.Slow == 1) (run.SlopeB, run.RadialB, run.OtherB) = (p, term.Radial, term.Other);
                if (!term.IsFast && run.Slow++ == 0) (run.SlopeA, run.RadialA, run.OtherA) = (p, term.Radial, term.Other);
            }

            run.End = all.Count;
            if (run.Slow + run.Fast == 0)
            {
                // What does not change is cleared at once.
                if (runs.Count > 0 && runs[^1].Slow + runs[^1].Fast == 0)
                {
                    runs[^1] = runs[^1] with { Count = runs[^1].Count + run.Count };
                    continue;
                }
            }
            else if (!isAlike || run.Slow > 2 || run.Fast > 1)
            {
                run.Slow = Run.Many;
            }
            else
            {
                all.RemoveRange(run.First, run.End - run.First);
            }

            // The first term has weights relative to the run's first feature, as all others have.
            double[] row = new double[(run.Count + 7) / 8 * 8];
            for (int k = 0; k < run.Count; k++)
                row[k] = output.Scale * (run.Slow == Run.Many ? 1 : scale) * Relative(start + k, start);
            HashCode hash = default;
            hash.AddBytes(MemoryMarshal.AsBytes<double>(row));
            if (!known.TryGetValue(hash.ToHashCode(), out run.Weights)
                || !CollectionsMarshal.AsSpan(weights)[run.Weights..].StartsWith(row))
            {
                known[hash.ToHashCode()] = run.Weights = weights.Count;
                weights.AddRange(row);
            }

            if (runs.Count == 0 || !CollectionsMarshal.AsSpan(runs)[^1].Takes(run)) runs.Add(run);
        }

        return field < 0 && Planes.IsSupported ? Planes.Of(runs, all, weights) : new RunList([.. runs], [.. all], [.. weights], []);
    }

    /// <summary>How much a kind of neighbour adds to a leaf's channel of a product.</summary>
    private static double Part(int field, Func<int, int, double> shares, SlopeTerm t, int product) =>
        field >= 0 && t.Leaf.Field != field + 1 ? 0 : shares(t.Leaf.Field, t.Leaf.Slots[t.Own[product]]);

    /// <summary>Whether a product follows those from <paramref name="start"/> on as its predecessor does, its weights by all leaves
    /// alike.</summary>
    private bool Continues(int start, int next)
    {
        double ratio = Relative(next, start);
        foreach (SlopeTerm t in _terms)
        {
            int own = t.Own[next] - t.Own[next - 1], other = t.Other[next] - t.Other[next - 1];
            bool isFast = own == 1 && other == 0 && t.Leaf.Slots[t.Own[next]] == t.Leaf.Slots[t.Own[next - 1]],
                isSlow = own == 0 && other == 1;
            if (next == start + 1 ? !isFast && !isSlow : t.Own[start + 1] != t.Own[start] ? !isFast : !isSlow) return false;
            if (t.Weights is not null && Math.Abs(t.Weights[next] / t.Weights[start] - ratio) > Rounding * Math.Abs(ratio)) return false;
            if (t.Weights is null && Math.Abs(ratio - 1) > Rounding) return false;
        }

        return true;
    }

    /// <summary>The weight of one product by that of another.</summary>
    private double Relative(int product, int other) => _terms is [{ Weights: { } weights }, ..] ? weights[product] / weights[other] : 1;
}
