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
/// Fits dipoles or symmetric tensors, each order λ by ridge regression of its own on equivariants of that λ, in memory that does not grow
/// with the data.
/// </summary>
public static class TensorRun
{
    private const long MostRows = 1 << 24;

    /// <summary>Fits.</summary>
    /// <param name="spec">The specification, with a model whose target is dipole or tensor.</param>
    /// <param name="training">The training set; it must be the same in every walk.</param>
    /// <param name="specSource">What messages call the specification.</param>
    /// <param name="request">The rest.</param>
    /// <param name="progress">Told how far the work is; or null.</param>
    /// <param name="table">Coupling coefficients up to <see cref="Spec.CouplingLMax"/>; null: those that come with the library.</param>
    /// <exception cref="InputException">Features that cannot be made or do not turn like the target; labels that are absent or wrong; too
    /// few structures; a regularizer that is too small; a checkpoint of something else.</exception>
    public static FittedTensor Fit(
        Spec spec, StructureSource training, string specSource, FitRequest request, FeatureProgress? progress = null,
            CouplingTable? table = null)
    {
        Task task = new(spec, training, specSource, request, progress, table);
        NormalEquations[] folds = (request.Shards.Count > 0 ? task.Merge() : task.Gather(0, task.Total, "")).Whole();
        progress?.Invoke("equations to solve", 0, 1);
        return task.Solve(folds);
    }

    /// <summary>Gathers the equations of a part of the structures, for a fit that several processes share
    /// (<see cref="FitRun.FitShard"/>).</summary>
    /// <param name="spec">The specification, with a model whose target is dipole or tensor.</param>
    /// <param name="training">The whole training set, which every process reads.</param>
    /// <param name="specSource">What messages call the specification.</param>
    /// <param name="request">The rest.</param>
    /// <param name="shard">Which part, from 1 on, and of how many: consecutive structures.</param>
    /// <param name="path">The file to write.</param>
    /// <param name="progress">Told how far the work is; or null.</param>
    /// <param name="table">Coupling coefficients up to <see cref="Spec.CouplingLMax"/>; null: those that come with the library.</param>
    /// <returns>The first structure of the part, from 0 on, and the one after its last.</returns>
    /// <exception cref="InputException">See <see cref="Fit"/>.</exception>
    public static (int First, int End) FitShard(
        Spec spec, StructureSource training, string specSource, FitRequest request, (int Part, int Parts) shard, string path,
        FeatureProgress? progress = null, CouplingTable? table = null)
    {
        if (!(shard.Part >= 1 && shard.Part <= shard.Parts))
            throw new ArgumentException($"expected a part from 1 to {shard.Parts}; got {shard.Part}", nameof(shard));
        Task task = new(spec, training, specSource, request, progress, table);
        (int first, int end) = EquationTree.Part(task.Total, shard.Part, shard.Parts);
        task.File(path, FitRun.Name(shard)).Write(task.Gather(first, end, FitRun.Name(shard)).Nodes);
        return (first, end);
    }

    /// <summary>One fit: what is known before equations are gathered, and what is done with them.</summary>
    private sealed class Task
    {
        private readonly StructureSource _training;
        private readonly string _specSource, _fingerprint;
        private readonly FitRequest _request;
        private readonly FeatureProgress? _progress;
        private readonly ModelSpec _model;
        private readonly PreparedFeatures _features;
        private readonly TensorLabels _labels;
        private readonly int[] _species;
        private readonly double[] _deviations;
        private readonly EquivariantRepresentation[] _representations;
        private readonly SphericalDesign[] _designs;
        private readonly int _folds;

        public Task(Spec spec, StructureSource training, string specSource, FitRequest request, FeatureProgress? progress,
            CouplingTable? table)
        {
            ArgumentNullException.ThrowIfNull(spec);
            ArgumentNullException.ThrowIfNull(training);
            ArgumentNullException.ThrowIfNull(request);
            if (spec.Model is not { Target: not ModelTarget.Energy } model)
                throw new ArgumentException("the specification's model has the target energy", nameof(spec));
            RequireEquivariants(spec, specSource);
            (_training, _specSource, _request, _progress, _model) = (training, specSource, request, progress, model);
            _features = PreparedFeatures.FromData(
                spec, training, specSource, new FeatureRequest { Threads = request.Threads }, progress, table);
            _labels = new(model.Target, request.Keys);
            Total = _labels.Choose(training);
            (_species, _deviations, _fingerprint, int labelled) = Survey(training, _labels, model, _features.Inputs);
            if (labelled == 0)
            {
                throw new InputException(
                    training.Name, null, null, "no structure with atoms and a label that counts", "labels whose weight is not 0");
            }

            _representations = [.. _features.Representations.Cast<EquivariantRepresentation>()];
            _designs = [.. TensorShape.Orders(model.Target).Select(l => DesignOf(l, _representations, _species, model.IsMean, specSource))];
            _folds = RidgeSteps.Folds(model, Total, training.Name);
            foreach (SphericalDesign design in _designs)
                RidgeSteps.RequireMemory(design.Columns, design.Channels, _folds, specSource);
        }

        /// <summary>The number of structures.</summary>
        public int Total { get; }

        /// <summary>Unknowns of the folds of the first order, then of the second.</summary>
        private int[] Columns => [.. _designs.SelectMany(d => Enumerable.Repeat(d.Columns, _folds))];

        /// <summary>A file of equations of this fit and no other.</summary>
        public FitCheckpoint File(string path, string part) =>
            new(path, string.Join('\n', _features.Spec.ToJson(), _fingerprint, _labels.Keys.ToString(), _folds, part));

        /// <summary>The equations of consecutive structures.</summary>
        public EquationTree Gather(int first, int end, string part)
        {
            int every = RidgeSteps.Every(_request, Total);
            EquationTree tree = new(Total, Columns, _request.Threads);
            FitCheckpoint? checkpoint = _request.Checkpoint is null ? null : File(_request.Checkpoint, $"{part} in steps of {every}");
            long perAtom = _representations.Sum(static r => (long)r.FeatureCount);
            tree.Gather(first, end, every, checkpoint, _request.Resumed, done => StructureStream.Each(
                _training.Read().Take(end).Skip(done), _request.Threads, Math.Max(1, MostRows / perAtom), RowsOf),
                (structure, number, folds) =>
                {
                    for (int k = 0, component = 0; k < _designs.Length
                        && structure.Result is { } rows; component += _designs[k++].Components)
                    {
                        NormalEquations fold = folds[(k * _folds) + RidgeSteps.Fold(number, _folds)];
                        (int first, SphericalDesign design, double[] own, double weight) =
                            (component, _designs[k], rows.Of[k], rows.Weights[k]);
                        RidgeSteps.Add(structure.Place, () => fold.Add(
                            own, rows.Targets.AsSpan(first, design.Components), weight, _request.Threads));
                    }

                    _progress?.Invoke("structures fitted", number + 1 - first, end - first);
                });
            return tree;
        }

        /// <summary>The equations of all parts.</summary>
        public EquationTree Merge()
        {
            EquationTree all = new(Total, Columns, _request.Threads);
            for (int k = 0; k < _request.Shards.Count; k++)
            {
                string path = _request.Shards[k], name = FitRun.Name((k + 1, _request.Shards.Count));
                foreach (EquationNode node in File(path, name).Read(Columns)
                    ?? throw new InputException(
                        path, null, null, "no such file", $"{name} of the fit, which makes it when it is run again"))
                {
                    all.Add(node);
                }
            }
            return all;
        }

        /// <summary>The model.</summary>
        public FittedTensor Solve(NormalEquations[] folds)
        {
            TensorPart[] parts = new TensorPart[_designs.Length];
            for (int k = 0; k < parts.Length; k++)
            {
                RidgeFit fit = RidgeSteps.Solve(
                    _model, folds[(k * _folds)..((k + 1) * _folds)], _designs[k].UnpenalisedColumns, RidgePenalty.Standardised, _specSource,
                        _request.Threads);
                parts[k] = new TensorPart(
                    _designs[k], [.. fit.Coefficients], fit.Regulariser, [.. fit.Trials.Select(static t => (t.Regulariser, t.Error))]);
            }
            return new FittedTensor(_features, _species, parts, new ModelAbout
            {
                Version = typeof(TensorRun).Assembly.GetName().Version?.ToString(3) ?? "",
                Sources = _training.Names,
                Fingerprint = _fingerprint,
                Structures = Total,
                Rows = folds.Sum(static f => f.Rows),
                Keys = _labels.Keys,
                Regularizer = parts[^1].Regularizer,
                Trials = parts[^1].Trials,
            });
        }

        private Rows? RowsOf(Structure structure, FramePlace place, int threads)
        {
            (double[]? values, double weight) = _labels.Read(structure, place);
            if (values is null || weight == 0 || structure.Count == 0) return null;
            EquivariantBlocks[] equivariants = Array.ConvertAll(_representations, r => r.Compute(structure, threads));
            // Sums over atoms are wrong by more in larger structures, by the root of their number.
            double size = _model.IsMean ? 1 : 1 / Math.Sqrt(structure.Count);
            return new Rows(
                Array.ConvertAll(_designs, d => d.Rows(structure, equivariants)), TensorShape.ToSpherical(_model.Target, values),
                Array.ConvertAll(_deviations, d => weight * size / (d > 0 ? d : 1)));
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
            {
                moments[k].Add(Array.ConvertAll(
                    spherical[first..(first + 2 * orders[k] + 1)], x => model.IsMean ? x : x / Math.Sqrt(structure.Count)));
            }
        }
        return ([.. species], Array.ConvertAll(moments, static m => m.Deviation), Convert.ToHexStringLower(hash.GetHashAndReset()),
            labelled);
    }

    private static void RequireEquivariants(Spec spec, string specSource)
    {
        if (!spec.Representations.All(static r => r.IsEquivariant))
        {
            throw new InputException(
                specSource, null, "$.representation.kind", "invariants, of which nothing is made that turns",
                "equivariants, with a target dipole or tensor");
        }
    }

    private static SphericalDesign DesignOf(
        int lambda, EquivariantRepresentation[] representations, int[] species, bool isMean, string specSource)
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
