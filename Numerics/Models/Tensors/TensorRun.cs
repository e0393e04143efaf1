using System;
using System.Collections.Generic;
using System.Linq;
using System.Security.Cryptography;
using Toolkit.Numerics.Coupling;
using Toolkit.Numerics.Files;
using Toolkit.Numerics.Learning;
using Toolkit.Numerics.Models.Fit;
using Toolkit.Numerics.Representations;
using Toolkit.Numerics.Structures;

namespace Toolkit.Numerics.Models.Tensors;

/// <summary>
/// Fits dipoles or symmetric tensors, each order λ by ridge regression of its own on equivariants of that λ, in memory that does not grow with the
/// data.
/// </summary>
public static class TensorRun
{
    private const long MostRows = 1 << 24;
    private const int Saves = 20, LeastBetweenSaves = 16;

    /// <summary>Fits.</summary>
    /// <param name="spec">The specification, with a model whose target is dipole or tensor.</param>
    /// <param name="training">The training set; it must be the same in every walk.</param>
    /// <param name="specSource">What messages call the specification.</param>
    /// <param name="request">The rest.</param>
    /// <param name="progress">Told how far the work is; or null.</param>
    /// <param name="table">Coupling coefficients up to <see cref="Spec.CouplingLMax"/>; null: those that come with the library.</param>
    /// <exception cref="InputException">Features that cannot be made or do not turn like the target; labels that are absent or wrong; too few
    /// structures; a regularizer that is too small; a checkpoint of something else.</exception>
    public static FittedTensor Fit(
        Spec spec, StructureSource training, string specSource, FitRequest request, FeatureProgress? progress = null, CouplingTable? table = null)
    {
        ArgumentNullException.ThrowIfNull(spec);
        ArgumentNullException.ThrowIfNull(training);
        ArgumentNullException.ThrowIfNull(request);
        if (spec.Model is not { Target: not ModelTarget.Energy } model)
            throw new ArgumentException("the specification's model has the target energy", nameof(spec));
        RequireEquivariants(spec, specSource);
        PreparedFeatures features = PreparedFeatures.FromData(spec, training, specSource, new FeatureRequest { Threads = request.Threads }, progress, table);
        TensorLabels labels = new(model.Target, request.Keys);
        int total = labels.Choose(training);
        (int[] species, double[] deviations, string fingerprint, int labelled) = Survey(training, labels, model, features.Inputs);
        if (labelled == 0) throw new InputException(training.Name, null, null, "no structure with atoms and a label that counts", "labels whose weight is not 0");
        EquivariantRepresentation[] representations = [.. features.Representations.Cast<EquivariantRepresentation>()];
        SphericalDesign[] designs = [.. TensorShape.Orders(model.Target).Select(l => DesignOf(l, representations, species, model.IsMean, specSource))];

        int count = RidgeSteps.Folds(model, total, training.Name), every = request.CheckpointEvery ?? Math.Max(LeastBetweenSaves, (total + Saves - 1) / Saves);
        foreach (SphericalDesign design in designs)
            RidgeSteps.RequireMemory(design.Columns, design.Channels, count, specSource);
        // Folds of the first order, then of the second.
        NormalEquations[] folds = [.. designs.SelectMany(d => Enumerable.Range(0, count).Select(_ => new NormalEquations(d.Columns)))];
        int done = 0;
        FitCheckpoint? checkpoint = request.Checkpoint is null ? null : new FitCheckpoint(
            request.Checkpoint, string.Join('\n', features.Spec.ToJson(), fingerprint, labels.Keys.ToString(), every, count));
        if (checkpoint?.Read([.. folds.Select(static f => f.Columns)]) is var (before, kept)) (done, folds) = (before, kept);
        long perAtom = representations.Sum(static r => (long)r.FeatureCount);
        foreach ((int index, _, _, Rows? rows) in StructureStream.Each(
            training.Read().Skip(done), request.Threads, Math.Max(1, MostRows / perAtom), (s, place, inside) => RowsOf(s, place, inside)))
        {
            int number = done + index;
            for (int k = 0, first = 0; k < designs.Length && rows is not null; first += designs[k++].Components)
                folds[k * count + RidgeSteps.Fold(number, count)].Add(rows.Of[k], rows.Targets.AsSpan(first, designs[k].Components), rows.Weights[k], request.Threads);
            progress?.Invoke("structures fitted", number + 1, total);
            if ((number + 1) % every != 0) continue;
            foreach (NormalEquations fold in folds)
                fold.Factor(request.Threads);
            if (number + 1 < total) checkpoint?.Write(number + 1, folds);
        }

        progress?.Invoke("equations to solve", 0, 1);
        TensorPart[] parts = new TensorPart[designs.Length];
        for (int k = 0; k < parts.Length; k++)
        {
            RidgeFit fit = RidgeSteps.Solve(
                model, folds[(k * count)..((k + 1) * count)], designs[k].UnpenalisedColumns, RidgePenalty.Standardised, specSource, request.Threads);
            parts[k] = new TensorPart(designs[k], [.. fit.Coefficients], fit.Regulariser, [.. fit.Trials.Select(static t => (t.Regulariser, t.Error))]);
        }
        return new FittedTensor(features, species, parts, new ModelAbout
        {
            Version = typeof(TensorRun).Assembly.GetName().Version?.ToString(3) ?? "",
            Sources = training.Names,
            Fingerprint = fingerprint,
            Structures = total,
            Rows = folds.Sum(static f => f.Rows),
            Keys = labels.Keys,
            Regularizer = parts[^1].Regularizer,
            Trials = parts[^1].Trials,
        });

        Rows? RowsOf(Structure structure, FramePlace place, int threads)
        {
            (double[]? values, double weight) = labels.Read(structure, place);
            if (values is null || weight == 0 || structure.Count == 0) return null;
            EquivariantBlocks[] equivariants = Array.ConvertAll(representations, r => r.Compute(structure, threads));
            // Sums over atoms are wrong by more in larger structures, by the root of their number.
            double size = model.IsMean ? 1 : 1 / Math.Sqrt(structure.Count);
            return new Rows(
                Array.ConvertAll(designs, d => d.Rows(structure, equivariants)), TensorShape.ToSpherical(model.Target, values),
                Array.ConvertAll(deviations, d => weight * size / (d > 0 ? d : 1)));
        }
    }

    /// <summary>The species, how much each order varies, the fingerprint, and the number of labels.</summary>
    private static (int[] Species, double[] Deviations, string Fingerprint, int Labelled) Survey(
        StructureSource training, TensorLabels labels, ModelSpec model, IReadOnlyList<string> inputs)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        SortedSet<int> species = [];
        int[] orders = TensorShape.Orders(model.Target);
        Moments[] moments = new Moments[orders.Length];
        int labelled = 0;
        foreach ((Structure structure, FramePlace place) in training.Read())
        {
            (double[]? values, double weight) = labels.Read(structure, place);
            DataFingerprint.Append(hash, structure, inputs, [values, [weight]]);
            foreach (int z in structure.Species)
                species.Add(z);
            if (values is null || weight == 0 || structure.Count == 0) continue;
            labelled++;
            double[] spherical = TensorShape.ToSpherical(model.Target, values);
            for (int k = 0, first = 0; k < orders.Length; first += 2 * orders[k++] + 1)
                moments[k].Add(Array.ConvertAll(spherical[first..(first + 2 * orders[k] + 1)], x => model.IsMean ? x : x / Math.Sqrt(structure.Count)));
        }
        return ([.. species], Array.ConvertAll(moments, static m => m.Deviation), Convert.ToHexStringLower(hash.GetHashAndReset()), labelled);
    }

    private static void RequireEquivariants(Spec spec, string specSource)
    {
        if (!spec.Representations.All(static r => r.IsEquivariant))
            throw new InputException(specSource, null, "$.representation.kind", "invariants, of which nothing is made that turns", "equivariants, with a target dipole or tensor");
    }

    private static SphericalDesign DesignOf(int lambda, EquivariantRepresentation[] representations, int[] species, bool isMean, string specSource)
    {
        try
        {
            return new SphericalDesign(lambda, representations, species, isMean);
        }
        catch (ArgumentException)
        {
            throw new InputException(specSource, null, "$.representation", $"no equivariants of λ = {lambda}, σ = 1",
                lambda == 0 ? "parity proper or both" : $"lambda of at least {lambda} and parity proper or both");
        }
    }

    /// <summary>The rows of one structure.</summary>
    /// <param name="Of">Of each order.</param>
    /// <param name="Targets">Of all orders.</param>
    /// <param name="Weights">Of each order.</param>
    private sealed record Rows(double[][] Of, double[] Targets, double[] Weights);
}
