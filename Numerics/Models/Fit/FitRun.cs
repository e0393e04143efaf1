using System;
using System.Collections.Generic;
using System.Linq;
using Toolkit.Numerics.Coupling;
using Toolkit.Numerics.Files;
using Toolkit.Numerics.Learning;
using Toolkit.Numerics.Representations;
using Toolkit.Numerics.Selection;
using Toolkit.Numerics.Structures;

namespace Toolkit.Numerics.Models.Fit;

/// <summary>
/// Fits a model to a data set, whatever its features: walks through the structures to learn what there is, then once more to
/// gather the equations, in memory that does not grow with the data.
/// </summary>
public sealed class FitRun
{
    // Doubles of rows that are held at a time, unless one structure's need more.
    private const long MostRows = 1 << 24;
    // Of each species and point, environments to choose the points from.
    private const int Drawn = 20;
    // Where a fit has no error, and where it has nothing else.
    private const double SmallestRegulariser = 1e-14, LargestRegulariser = 1e6;

    private readonly PreparedFeatures _features;
    private readonly ModelSpec _model;
    private readonly FitSurvey _survey;
    private readonly StructureSource _source;
    private readonly FitRequest _request;
    private readonly FeatureProgress? _progress;
    private readonly string _specSource;

    private FitRun(
        PreparedFeatures features, ModelSpec model, FitSurvey survey, StructureSource source, string specSource, FitRequest request,
            FeatureProgress? progress) =>
        (_features, _model, _survey, _source, _specSource, _request, _progress) =
            (features, model, survey, source, specSource, request, progress);

    /// <summary>Fits.</summary>
    /// <param name="spec">The specification; without a model, ridge regression with defaults.</param>
    /// <param name="training">The training set; it must be the same in every walk.</param>
    /// <param name="specSource">What messages call the specification.</param>
    /// <param name="request">The rest.</param>
    /// <param name="progress">Told how far the work is; or null.</param>
    /// <param name="table">Coupling coefficients up to <see cref="Spec.CouplingLMax"/>; null: those that come with the library.</param>
    /// <exception cref="InputException">Features that cannot be made; labels that are absent or not finite; too few structures; a
    /// regularizer that is too small; a checkpoint of something else.</exception>
    public static FittedModel Fit(
        Spec spec, StructureSource training, string specSource, FitRequest request, FeatureProgress? progress = null,
            CouplingTable? table = null)
    {
        ArgumentNullException.ThrowIfNull(spec);
        ArgumentNullException.ThrowIfNull(training);
        ArgumentNullException.ThrowIfNull(request);
        return Prepare(spec, training, specSource, request, progress, table).Run();
    }

    /// <summary>Gathers the equations of a part of the structures, for a fit that several processes share: each writes a file, and a fit
    /// whose request names all of them (<see cref="FitRequest.Shards"/>) adds them up and solves.</summary>
    /// <param name="spec">The specification; without a model, ridge regression with defaults.</param>
    /// <param name="training">The whole training set, which every process reads: baseline, weights and points are those of all.</param>
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
        ArgumentNullException.ThrowIfNull(spec);
        ArgumentNullException.ThrowIfNull(training);
        ArgumentNullException.ThrowIfNull(request);
        if (!(shard.Part >= 1 && shard.Part <= shard.Parts))
            throw new ArgumentException($"expected a part from 1 to {shard.Parts}; got {shard.Part}", nameof(shard));
        FitRun run = Prepare(spec, training, specSource, request, progress, table);
        PotentialDesign design = run.Design();
        (int first, int end) = EquationTree.Part(run._survey.Structures, shard.Part, shard.Parts);
        run.File(path, run.Folds(), Name(shard)).Write(run.Gather(design, first, end, Name(shard)).Nodes);
        return (first, end);
    }

    internal static string Name((int Part, int Parts) shard) => $"shard {shard.Part} of {shard.Parts}";

    private static FitRun Prepare(
        Spec spec, StructureSource training, string specSource, FitRequest request, FeatureProgress? progress, CouplingTable? table)
    {
        if (spec.Nice?.IsSingle == true)
        {
            throw new InputException(
                specSource, null, "$.representation.precision", "float32", "float64: a model needs derivatives, which are float64 alone");
        }

        ModelSpec model = spec.Model ?? ModelSpec.Default;
        string? niceFile = request.Checkpoint is null ? null : NiceFileOf(request.Checkpoint);
        PreparedFeatures features = PreparedFeatures.FromData(
            spec with { Model = model }, training, specSource,
            new FeatureRequest { Threads = request.Threads, FitFile = niceFile, Resumed = request.Resumed }, progress, table)
            .Invariant(specSource);
        FitSurvey survey = new(training, request.Keys, features.Spec.Fields, features.Inputs, model, features.Set.Cutoff, progress);
        return new FitRun(features, model, survey, training, specSource, request, progress);
    }

    /// <summary>The file that keeps the fit of kind nice beside a checkpoint.</summary>
    public static string NiceFileOf(string checkpoint) => checkpoint + ".nice.npz";

    private FittedModel Run()
    {
        PotentialDesign design = Design();
        NormalEquations[] folds = (_request.Shards.Count > 0 ? Merge(design) : Gather(design, 0, _survey.Structures, "")).Whole();
        if (!folds.Any(static f => f.Rows > 0))
        {
            throw new InputException(
                _source.Name, null, null, "no label that counts", "labels whose weight is not 0, of structures with atoms");
        }

        bool isPlain = design is KernelDesign;
        RidgePenalty penalty = isPlain ? RidgePenalty.Plain : RidgePenalty.Standardised;
        _progress?.Invoke("equations to solve", 0, 1);
        RidgeFit fit = RidgeSteps.Solve(_model, folds, design.UnpenalisedColumns, penalty, _specSource, _request.Threads);
        IReadout readout;
        KernelVariance? variance = null;
        LinearPotential[] committee = [];
        ModelSpread? spread = null;
        if (design is KernelDesign process)
        {
            var potential = new KernelPotential(process, fit.Coefficients);
            readout = potential;
            variance = VarianceOf(process, potential, folds, fit);
        }
        else
        {
            readout = new LinearPotential((EnergyDesign)design, fit.Coefficients);
            if (_model.HasCommittee) committee = Committee((EnergyDesign)design, folds, fit.Regulariser);
            // What is computed of energies is not doubted by it, but couplings of spins are.
            if (_features.Set.Fields.Count > 0) spread = SpreadOf((EnergyDesign)design, folds, fit);
        }

        return new FittedModel(_features, _survey.Species, readout, _survey.Baseline,
            new ModelDoubts(variance, committee, Extrapolation()) { Spread = spread },
            new ModelAbout
            {
                Version = typeof(FitRun).Assembly.GetName().Version?.ToString(3) ?? "",
                Sources = _source.Names,
                Fingerprint = _survey.Fingerprint,
                Structures = _survey.Structures,
                Rows = folds.Sum(static f => f.Rows),
                Keys = _survey.Reader.Keys,
                Closest = _survey.Closest,
                Regularizer = fit.Regulariser,
                Trials = fit.Trials.Select(static t => (t.Regulariser, t.Error)).ToArray(),
            });
    }

    private PotentialDesign Design() => _model.Kind == ModelKind.Ridge
        ? EnergyDesign.Of(_features.Set, _survey.Species, Alone())
        : ProcessDesign();

    /// <summary>The same fit without each of the folds.</summary>
    private LinearPotential[] Committee(EnergyDesign design, NormalEquations[] folds, double regularizer)
    {
        if (folds.Count(static f => f.Rows > 0) < 2)
        {
            throw new InputException(
                _source.Name, null, null, $"{_survey.Structures} structures for a committee",
                "structures with labels in two folds at least");
        }

        return [.. Enumerable.Range(0, folds.Length).Select(k =>
        {
            _progress?.Invoke("members of the committee", k + 1, folds.Length);
            RidgeFit fit = RidgeSteps.Solve(
                _model with { Regularizer = regularizer },
                    [RidgeSteps.Without(folds, k, _request.Threads)], design.UnpenalisedColumns, RidgePenalty.Standardised, _specSource,
                    _request.Threads);
            return new LinearPotential(design, fit.Coefficients);
        })];
    }

    /// <summary>The environments that say how far others are away, where that is wanted.</summary>
    private ExtrapolationGrade? Extrapolation()
    {
        if (!_model.HasExtrapolation) return null;
        int length = _features.Set.FeatureCount;
        if (length >= ActiveSet.MostColumns)
        {
            throw new InputException(
                _specSource, null, "$.model.extrapolation", $"{length} features", $"fewer than {ActiveSet.MostColumns}");
        }

        return ExtrapolationGrade.Of(Sample(Drawn * (length + 1), "structures to measure extrapolation by"), _request.Threads);
    }

    /// <summary>Some environments of each species.</summary>
    private EnvironmentSample Sample(int most, string told)
    {
        int length = _features.Set.FeatureCount, done = 0;
        return EnvironmentSample.Draw(length, StructureStream.Each(
            _source.Read(), _request.Threads, Math.Max(1, MostRows / length), (s, _, inside) => _features.Set.Compute(s, inside))
                .Select(r =>
            {
                _progress?.Invoke(told, ++done, _survey.Structures);
                return (r.Structure.Species.ToArray(), r.Result);
            }), most);
    }

    /// <summary>The features of atoms alone, where their energies are to be exact.</summary>
    private Dictionary<int, double[]>? Alone()
    {
        if (_model.Baseline != BaselineKind.Isolated) return null;
        Dictionary<int, double[]> alone = [];
        foreach ((Structure structure, FramePlace place) in _source.Read())
        {
            if (FitSurvey.IsAlone(structure) && _survey.Reader.Read(structure, place).Energy is not null)
                alone.TryAdd(structure.Species[0], _features.Set.Compute(structure));
        }
        return alone;
    }

    private KernelDesign ProcessDesign()
    {
        EnvironmentSample sample = Sample(checked(Drawn * _model.Points), "structures to choose points from");
        int[] blocks = _features.Set.Parts.SelectMany(static (p, k) => Enumerable.Repeat(k, p.FeatureCount)).ToArray();
        SparsePoints points = SparsePoints.Select(
            sample, FeatureScaling.Centred(sample, blocks), _model.Points, _model.Selection.Selection());
        try
        {
            return new KernelDesign(_features.Set, _model.Kernel.Create(), points, _survey.Species, _request.Threads, Alone());
        }
        catch (ArgumentException)
        {
            throw new InputException(
                _specSource, null, "$.model.kernel", "one that is not positive definite on the chosen environments",
                "another kernel, or fewer points");
        }
    }

    private int Folds() => RidgeSteps.Folds(_model, _survey.Structures, _source.Name);

    private EquationTree Tree(PotentialDesign design)
    {
        int count = Folds();
        RidgeSteps.RequireMemory(design.Columns, design.FeatureCount, count, _specSource);
        return new EquationTree(_survey.Structures, Enumerable.Repeat(design.Columns, count).ToArray(), _request.Threads);
    }

    /// <summary>The equations of all parts.</summary>
    private EquationTree Merge(PotentialDesign design)
    {
        EquationTree all = Tree(design);
        int count = Folds();
        for (int k = 0; k < _request.Shards.Count; k++)
        {
            string path = _request.Shards[k], name = Name((k + 1, _request.Shards.Count));
            foreach (EquationNode node in File(path, count, name).Read(Enumerable.Repeat(design.Columns, count).ToArray())
                ?? throw new InputException(path, null, null, "no such file", $"{name} of the fit, which makes it when it is run again"))
            {
                all.Add(node);
            }
        }
        return all;
    }

    /// <summary>A file of equations of this fit and no other.</summary>
    private FitCheckpoint File(string path, int folds, string part) =>
        new(path, string.Join('\n', _features.Spec.ToJson(), _survey.Fingerprint, ModelFolder.KeysJson(_survey.Reader.Keys).ToJsonString(),
            folds, part));

    /// <summary>The equations of consecutive structures.</summary>
    private EquationTree Gather(PotentialDesign design, int first, int end, string part)
    {
        int every = RidgeSteps.Every(_request, _survey.Structures);
        EquationTree tree = Tree(design);
        FitCheckpoint? checkpoint = _request.Checkpoint is null ? null : File(_request.Checkpoint, Folds(), $"{part} in steps of {every}");
        long perAtom = (3L + (3 * _features.Set.Fields.Count)) * design.Columns;
        tree.Gather(first, end, every, checkpoint, _request.Resumed, done => StructureStream.Each(
            _source.Read().Take(end).Skip(done), _request.Threads, Math.Max(1, MostRows / perAtom),
                (s, place, inside) => RowsOf(design, s, place, inside)),
            (structure, number, folds) =>
            {
                RidgeSteps.Add(
                    structure.Place, () => structure.Result.AddTo(folds[RidgeSteps.Fold(number, folds.Length)], _request.Threads));
                _progress?.Invoke("structures fitted", number + 1 - first, end - first);
            });
        return tree;
    }

    private Rows RowsOf(PotentialDesign design, Structure structure, FramePlace place, int threads)
    {
        FrameLabels labels = _survey.Rest(_survey.Reader.Read(structure, place), structure, place);
        LabelWeights weights = _model.Weights;
        Rows rows = new(design.Columns);
        if (structure.Count == 0 || labels.Weight == 0) return rows;
        // Atoms alone are the baseline itself.
        bool isBaseline = _model.Baseline == BaselineKind.Isolated && FitSurvey.IsAlone(structure);
        bool hasEnergy = labels.Energy is not null && weights.Energy > 0 && !isBaseline;
        bool hasForces = labels.Forces is not null && weights.Forces > 0 && structure.Count > 1;
        bool hasVirial = labels.Virial is not null && weights.Stress > 0;
        bool hasFields = weights.Fields > 0 && labels.Fields.Any(static f => f is not null);
        if (!(hasEnergy || hasForces || hasVirial || hasFields)) return rows;

        DesignRows made = design.Rows(
            structure, (hasForces ? DesignParts.Forces : 0) | (hasVirial ? DesignParts.Virial : 0) | (hasFields ? DesignParts.Fields : 0),
            threads);
        // What is per atom counts once for each atom, as forces do.
        double n = Math.Sqrt(structure.Count);
        if (hasEnergy)
        {
            rows.Add(made.Energy, [labels.Energy!.Value - _survey.Baseline.Of(structure)],
                labels.Weight * Scaled(weights.Energy, _survey.EnergyDeviation) / n);
        }

        if (hasForces) rows.Add(made.Forces, labels.Forces!, labels.Weight * Scaled(weights.Forces, _survey.ForcesDeviation));
        if (hasVirial)
        {
            rows.Add(FrameLabels.SymmetricRows(made.Virial, design.Columns), labels.Virial!,
                labels.Weight * Scaled(weights.Stress, _survey.VirialDeviation) / n);
        }

        for (int f = 0; f < labels.Fields.Count && hasFields; f++)
        {
            if (labels.Fields[f] is not double[] field) continue;
            FieldParts.Keep(_model.Fields, _features.Set.Fields[f].Read(structure), made.EffectiveFields[f], design.Columns);
            rows.Add(made.EffectiveFields[f], field, labels.Weight * Scaled(weights.Fields, _survey.FieldDeviations[f]));
        }
        return rows;

        // Labels that are all the same have no scale.
        static double Scaled(double weight, double deviation) => deviation > 0 ? weight / deviation : weight;
    }

    private KernelVariance VarianceOf(KernelDesign design, KernelPotential potential, NormalEquations[] folds, RidgeFit fit)
    {
        ReducedProblem problem = Problem(design, folds, RidgePenalty.Plain);
        problem.Solve(fit.Regulariser, _request.Threads);
        double[] coefficients = fit.Coefficients.ToArray();
        double rows = folds.Sum(static f => (double)f.Rows);
        double noise = (folds.Sum(f => f.Residual(coefficients)) + problem.Penalty(coefficients, fit.Regulariser))
            / Math.Max(1, rows - design.UnpenalisedColumns);
        return new KernelVariance(
            potential, design.WhiteningMatrix.ToArray(), problem.InverseFactor(_request.Threads), noise,
                Math.Max(double.Epsilon, fit.Regulariser * rows), design.Alone);
    }

    /// <summary>How other linear models differ that explain the labels as well; null: float64 cannot tell.</summary>
    /// <remarks>
    /// The regulariser of the fit is chosen for the errors, or given, and says little of how large a coefficient may be that no label
    /// determines: as large as those that are determined. So noise and the prior's width are those of D. J. C. MacKay, Neural Comput. 4,
    /// 415 (1992): the residual and the squares of coefficients by the numbers of what is left free and of what is determined.
    /// </remarks>
    private ModelSpread? SpreadOf(EnergyDesign design, NormalEquations[] folds, RidgeFit fit)
    {
        ReducedProblem problem = Problem(design, folds, RidgePenalty.Standardised);
        if (Solvable(fit.Regulariser) is not double chosen) return null;
        double[] coefficients = fit.Coefficients.ToArray();
        double rows = folds.Sum(static f => (double)f.Rows),
            determined = Math.Max(1, problem.Determined(chosen, problem.InverseFactor(_request.Threads))),
            noise = folds.Sum(f => f.Residual(coefficients)) / Math.Max(1, rows - design.UnpenalisedColumns - determined),
            width = problem.Penalty(coefficients, 1) / rows / determined;
        if (!(width > 0)) return null;
        // With a larger one what labels determine is wider, and what they leave open is as it was.
        if (Solvable(noise / (width * rows)) is not double regulariser) return null;
        return new ModelSpread([.. ModelSpread.Differences(problem.InverseFactor(_request.Threads), width * regulariser * rows)
            .Select(own => new LinearPotential(design, [.. own, .. new double[design.UnpenalisedColumns]]))]);

        // The smallest from one on that float64 can solve with; solved.
        double? Solvable(double from)
        {
            for (double trial = Math.Max(SmallestRegulariser, from); trial < LargestRegulariser; trial *= 10)
                if (problem.Solve(trial, _request.Threads) is not null) return trial;
            return null;
        }
    }

    private ReducedProblem Problem(PotentialDesign design, NormalEquations[] folds, RidgePenalty penalty)
    {
        double[] sums = new double[(design.Columns + 1) * (design.Columns + 1)];
        foreach (NormalEquations fold in folds)
            fold.AddSums(sums, _request.Threads);
        return new(folds, sums, design.UnpenalisedColumns, penalty);
    }

    /// <summary>The rows of one structure with their targets and weights.</summary>
    private sealed class Rows(int columns)
    {
        private readonly List<(double[] Rows, double[] Targets, double Weight)> _all = [];

        public void Add(double[] rows, double[] targets, double weight) => _all.Add((rows, targets, weight));

        public void AddTo(NormalEquations equations, int threads)
        {
            foreach ((double[] rows, double[] targets, double weight) in _all)
                equations.Add(rows.AsSpan(0, targets.Length * columns), targets, weight, threads);
        }
    }
}
