using System;
using System.Collections.Generic;
using System.Text.Json;

namespace Toolkit.Numerics.Representations;

/// <summary>What is fitted to the features.</summary>
public enum ModelKind
{
    /// <summary>A linear model with a penalty.</summary>
    Ridge,

    /// <summary>A sparse Gaussian process.</summary>
    GaussianProcess,
}

/// <summary>What a model gives.</summary>
public enum ModelTarget
{
    /// <summary>Energies, and what follows from them.</summary>
    Energy,

    /// <summary>Dipoles: what turns like a vector.</summary>
    Dipole,

    /// <summary>Symmetric 3 × 3 tensors, as polarisabilities.</summary>
    Tensor,
}

/// <summary>How the weight of the penalty is chosen.</summary>
public enum RegularizerChoice
{
    /// <summary>By the error on parts of the data left out.</summary>
    CrossValidation,

    /// <summary>By the probability of the data.</summary>
    Evidence,
}

/// <summary>What is taken off energies before a model learns them.</summary>
public enum BaselineKind
{
    /// <summary>The combination of one energy for each species that is closest to the energies.</summary>
    Fitted,

    /// <summary>Energies of atoms alone, which then are exact.</summary>
    Isolated,

    /// <summary>Nothing.</summary>
    None,
}

/// <summary>Which part of effective fields −∂E/∂v is learned.</summary>
public enum FieldPart
{
    /// <summary>All of it.</summary>
    Full,

    /// <summary>What is perpendicular to the vector, of which the torque is made.</summary>
    Perpendicular,

    /// <summary>The torque: vector × field.</summary>
    Torque,
}

/// <summary>What compares environments in a Gaussian process.</summary>
public enum KernelKind
{
    /// <summary>(offset + p·q)^degree.</summary>
    Polynomial,

    /// <summary>(p·q / |p||q|)^degree.</summary>
    NormalisedPolynomial,

    /// <summary>exp(−|p − q|²/2 width²).</summary>
    Gaussian,
}

/// <summary>How the environments are chosen that others are compared with.</summary>
public enum PointChoice
{
    /// <summary>Far from one another.</summary>
    FarthestPoints,

    /// <summary>Spanning the others.</summary>
    Cur,
}

/// <summary>A kernel; what its kind does not read has its default.</summary>
/// <param name="Kind">The kind.</param>
/// <param name="Degree">Of polynomials.</param>
/// <param name="Offset">Of the kind polynomial.</param>
/// <param name="Width">Of the kind gaussian.</param>
public sealed record KernelSpec(KernelKind Kind = KernelKind.Polynomial, int Degree = 2, double Offset = 1, double Width = 1);

/// <summary>The screened repulsion of nuclei.</summary>
/// <param name="Inner">Where it begins to fade, Å.</param>
/// <param name="Outer">Where it ends, Å.</param>
public sealed record RepulsionSpec(double Inner, double Outer);

/// <summary>What counts how much in a fit; each label in units of its standard deviation over the data.</summary>
/// <param name="Energy">Of a structure's energy per atom, which counts once for each atom.</param>
/// <param name="Forces">Of each component of a force.</param>
/// <param name="Stress">Of each component of the virial per atom, which counts once for each atom.</param>
/// <param name="Fields">Of each component of an effective field.</param>
public sealed record LabelWeights(double Energy, double Forces, double Stress, double Fields);

/// <summary>The section "model": what is fitted to the features, and how.</summary>
public sealed record ModelSpec
{
    internal const int DefaultFolds = 5, DefaultPoints = 500;

    private static readonly SpecWords<ModelKind> Kinds = new(
        ("ridge", ModelKind.Ridge, "ridge regression on standardised features"),
        ("gp", ModelKind.GaussianProcess, "a sparse Gaussian process with predictive variances (deterministic training conditional, DTC)"));

    private static readonly SpecWords<ModelTarget> Targets = new(
        ("energy", ModelTarget.Energy, "energies, forces, stress and effective fields, from invariants"),
        ("dipole", ModelTarget.Dipole, "dipoles and Born charges, from equivariants of λ = 1"),
        ("tensor", ModelTarget.Tensor, "symmetric 3×3 tensors, as polarisabilities, from equivariants of λ = 0 and 2"));

    private static readonly SpecWords<RegularizerChoice> Choices = new(
        ("cross-validation", RegularizerChoice.CrossValidation, "by the error on folds left out"),
        ("evidence", RegularizerChoice.Evidence, "by the probability of the data"));

    private static readonly SpecWords<BaselineKind> Baselines = new(
        ("fitted", BaselineKind.Fitted, "one energy for each species, by least squares"),
        ("isolated", BaselineKind.Isolated,
            "the energies of the structures of one atom in the training set, which the model then gives exactly"),
        ("none", BaselineKind.None, "nothing"));

    private static readonly SpecWords<FieldPart> FieldParts = new(
        ("full", FieldPart.Full, "all three components: lengths were free, or the part along the vector is a derivative, too"),
        ("perpendicular", FieldPart.Perpendicular, "what is perpendicular to the vector: lengths were held by constraints"),
        ("torque", FieldPart.Torque,
            "the vector times the field (×), the torque, which counts long vectors more: lengths were held by constraints"));

    private static readonly SpecWords<KernelKind> KernelWords = new(
        ("polynomial", KernelKind.Polynomial, "(offset + p·q)^degree"),
        ("normalised-polynomial", KernelKind.NormalisedPolynomial, "(p·q / |p||q|)^degree"),
        ("gaussian", KernelKind.Gaussian, "exp(−|p − q|²/2 width²)"));

    private static readonly SpecWords<PointChoice> Selections = new(
        ("farthest-points", PointChoice.FarthestPoints, "far from one another"),
        ("cur", PointChoice.Cur, "spanning the others"));

    /// <summary>Ridge regression with all defaults.</summary>
    public static ModelSpec Default { get; } = new();

    /// <summary>The kind.</summary>
    public ModelKind Kind { get; init; }

    /// <summary>What it gives.</summary>
    public ModelTarget Target { get; init; }

    /// <summary>Whether a structure's dipole or tensor is the mean of what its atoms have, not the sum.</summary>
    public bool IsMean { get; init; }

    /// <summary>The weight of the penalty; null: see <see cref="Choice"/>.</summary>
    public double? Regularizer { get; init; }

    /// <summary>How the weight of the penalty is chosen where it is not given.</summary>
    public RegularizerChoice Choice { get; init; }

    /// <summary>The number of parts of the data in cross-validation.</summary>
    public int Folds { get; init; } = DefaultFolds;

    /// <summary>Whether there are also fits without each of the folds, whose spread is the standard deviation of energies; of
    /// ridge.</summary>
    public bool HasCommittee { get; init; }

    /// <summary>Whether the model says how far atoms are from those that it was fitted on.</summary>
    public bool HasExtrapolation { get; init; }

    /// <summary>What is taken off energies first.</summary>
    public BaselineKind Baseline { get; init; }

    /// <summary>Which part of effective fields counts.</summary>
    public FieldPart Fields { get; init; }

    /// <summary>The repulsion that is taken off labels first and added to predictions; null: none.</summary>
    public RepulsionSpec? Repulsion { get; init; }

    /// <summary>Pair potentials that are taken off labels first and added to predictions.</summary>
    public IReadOnlyList<PairSpec> Pairs { get; init; } = [];

    /// <summary>The charges whose energy is taken off labels first and added to predictions; null: none.</summary>
    public ElectrostaticsSpec? Electrostatics { get; init; }

    /// <summary>What counts how much.</summary>
    public LabelWeights Weights { get; init; } = new(1, 1, 1, 1);

    /// <summary>Compares environments, in a Gaussian process.</summary>
    public KernelSpec Kernel { get; init; } = new();

    /// <summary>The environments that others are compared with, for each species, in a Gaussian process.</summary>
    public int Points { get; init; } = DefaultPoints;

    /// <summary>How they are chosen.</summary>
    public PointChoice Selection { get; init; }

    internal static SpecGroup Node { get; } =
        new("model", "what is fitted to the features; without it there are features only", SpecAbsence.Nothing,
    [
        new SpecChoice("kind", "the model", true, Kinds.Options),
        new SpecChoice("target", "what the model gives", false, Targets.Options),
        new SpecFlag("average", "target dipole or tensor: whether a structure has the mean of what its atoms have, as a dielectric tensor, not the sum, as a polarisability"),
        new SpecNumber("regularizer", "the weight of the penalty; of a Gaussian process, the variance of the noise of a label in units of its weight over that of the process and the number of labels", "1", null, new(0, double.MaxValue) { AllowsAbove = true })
        {
            WhenAbsent = "chosen",
        },
        new SpecChoice("choose", "how the regularizer is chosen", false, Choices.Options),
        new SpecInteger("folds", "the number of parts of the data in cross-validation", DefaultFolds, 2, 1000),
        new SpecFlag("committee", "whether there are also fits without each of the folds, whose spread (jackknife) is the standard deviation of energies; only with ridge and target energy"),
        new SpecFlag("extrapolation", "whether the model keeps a D-optimal choice of its environments, by which predictions say how far each atom lies outside: a square matrix of the features for each species; only with target energy"),
        new SpecChoice("baseline", "what is taken off energies before they are learned, kept in the model", false, Baselines.Options),
        new SpecGroup("repulsion", "the screened repulsion of nuclei (ZBL), which is taken off labels before they are learned and keeps atoms apart where no data do", SpecAbsence.Nothing,
        [
            new SpecNumber("outer", "the distance where it ends", "Å", 1, SpecRange.Lengths),
            new SpecNumber("inner", "the distance where it begins to fade", "Å", null, new(0, 1000, "outer") { AllowsAbove = true })
            {
                WhenAbsent = "half of outer",
            },
        ]),
        PairSpec.Node,
        ElectrostaticsSpec.Node,
        new SpecChoice("fields", "which part of the effective fields −∂E/∂v is learned and compared", false, FieldParts.Options),
        new SpecGroup("weights",
            "what counts how much, each label in units of its standard deviation over the training set; 0: not at all",
            SpecAbsence.Defaults,
        [
            Weight("energy", "of a structure's energy per atom, which counts once for each atom"),
            Weight("forces", "of each component of a force"),
            Weight("stress", "of each component of the virial per atom, which counts once for each atom"),
            Weight("fields", "of each component of an effective field −∂E/∂v"),
        ]),
        new SpecGroup("kernel", "what compares environments, their features centred and scaled; only with gp", SpecAbsence.Nothing,
        [
            new SpecChoice("kind", "the kernel", false, KernelWords.Options),
            new SpecInteger("degree", "of the polynomials", 2, 1, 20),
            new SpecNumber("offset", "of the kind polynomial", "1", 1, new(0, double.MaxValue) { AllowsAbove = true }),
            new SpecNumber("width", "of the kind gaussian, the features of all representations together having the mean square length 1 for each", "1", 1, new(0, double.MaxValue)),
        ])
        {
            WhenAbsent = "polynomial of degree 2 with offset 1",
        },
        new SpecInteger("points", "the environments of each species that others are compared with; only with gp", null, 1, 20000)
        {
            WhenAbsent = "500",
        },
        new SpecChoice("selection", "how they are chosen; only with gp", false, Selections.Options) { WhenAbsent = "`farthest-points`" },
    ]);

    internal static ModelSpec? Read(SpecReader r)
    {
        const string Path = "$.model.";
        if (!r.Has("$.model")) return null;
        ModelKind kind = r.Choice(Path + "kind", Kinds);
        foreach (string key in (string[])["kernel", "points", "selection"])
        {
            if (kind != ModelKind.GaussianProcess && r.IsGiven(Path + key))
                throw r.Bad(Path + key, "this key with kind ridge", $"{key} only with kind gp");
        }
        ModelTarget target = r.Choice(Path + "target", Targets);
        if (target != ModelTarget.Energy && kind != ModelKind.Ridge)
            throw r.Bad(Path + "target", $"{Targets.WordOf(target)} with kind gp", "it with kind ridge");
        if (kind != ModelKind.Ridge && r.Flag(Path + "committee"))
            throw r.Bad(Path + "committee", "this key with kind gp, which knows its variance", "committee only with kind ridge");
        if (target == ModelTarget.Energy && r.Flag(Path + "average"))
            throw r.Bad(Path + "average", "this key with target energy", "average only with target dipole or tensor");
        LabelWeights weights = new(Number("weights.energy"), Number("weights.forces"), Number("weights.stress"), Number("weights.fields"));
        if (weights is { Energy: 0, Forces: 0, Stress: 0, Fields: 0 })
            throw r.Bad(Path + "weights", "0 for all", "at least one that counts");
        IReadOnlyList<PairSpec> pairs = PairSpec.ReadAll(r, Path + "pairs");
        foreach ((string key, bool isUsed) in (ReadOnlySpan<(string, bool)>)
            [
                ("baseline", r.Choice(Path + "baseline", Baselines) != default),
                ("repulsion", r.Has(Path + "repulsion")),
                ("committee", r.Flag(Path + "committee")),
                ("extrapolation", r.Flag(Path + "extrapolation")),
                ("pairs", pairs.Count > 0),
                ("electrostatics", r.Has(Path + "electrostatics")),
                ("fields", r.Choice(Path + "fields", FieldParts) != default),
                ("weights", weights != Default.Weights),
            ])
        {
            if (isUsed && target != ModelTarget.Energy)
                throw r.Bad(Path + key, $"this key with target {Targets.WordOf(target)}", $"{key} only with target energy");
        }
        return new ModelSpec
        {
            Kind = kind,
            Target = target,
            IsMean = r.Flag(Path + "average"),
            Regularizer = r.NumberIfAny(Path + "regularizer"),
            Choice = r.Choice(Path + "choose", Choices),
            Folds = r.Integer(Path + "folds"),
            HasCommittee = r.Flag(Path + "committee"),
            HasExtrapolation = r.Flag(Path + "extrapolation"),
            Baseline = r.Choice(Path + "baseline", Baselines),
            Repulsion = r.Has(Path + "repulsion")
                ? new RepulsionSpec(r.NumberIfAny(Path + "repulsion.inner") ?? 0.5 * Number("repulsion.outer"), Number("repulsion.outer"))
                : null,
            Pairs = pairs.Count > 0 ? pairs : Default.Pairs,
            Electrostatics = r.Has(Path + "electrostatics") ? ElectrostaticsSpec.Read(r, Path + "electrostatics.") : null,
            Fields = r.Choice(Path + "fields", FieldParts),
            Weights = weights,
            Kernel = r.Has(Path + "kernel") ? ReadKernel(r, Path + "kernel.") : Default.Kernel,
            Points = r.IntegerIfAny(Path + "points") ?? DefaultPoints,
            Selection = r.ChoiceIfAny(Path + "selection", Selections) ?? default,
        };

        double Number(string key) => r.Number(Path + key);
    }

    private static KernelSpec ReadKernel(SpecReader r, string at) =>
        new(r.Choice(at + "kind", KernelWords), r.Integer(at + "degree"), r.Number(at + "offset"), r.Number(at + "width"));

    internal void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject("model");
        json.WriteString("kind", Kinds.WordOf(Kind));
        json.WriteString("target", Targets.WordOf(Target));
        if (Target != ModelTarget.Energy) json.WriteBoolean("average", IsMean);
        if (Regularizer is double regularizer)
            json.WriteNumber("regularizer", regularizer);
        json.WriteString("choose", Choices.WordOf(Choice));
        json.WriteNumber("folds", Folds);
        if (Target != ModelTarget.Energy)
        {
            json.WriteEndObject();
            return;
        }
        if (HasCommittee) json.WriteBoolean("committee", true);
        if (HasExtrapolation) json.WriteBoolean("extrapolation", true);
        json.WriteString("baseline", Baselines.WordOf(Baseline));
        if (Repulsion is not null)
        {
            json.WriteStartObject("repulsion");
            json.WriteNumber("outer", Repulsion.Outer);
            json.WriteNumber("inner", Repulsion.Inner);
            json.WriteEndObject();
        }
        if (Pairs.Count > 0)
        {
            json.WriteStartArray("pairs");
            foreach (PairSpec pair in Pairs)
                pair.Write(json);
            json.WriteEndArray();
        }
        Electrostatics?.Write(json);
        json.WriteString("fields", FieldParts.WordOf(Fields));
        json.WriteStartObject("weights");
        json.WriteNumber("energy", Weights.Energy);
        json.WriteNumber("forces", Weights.Forces);
        json.WriteNumber("stress", Weights.Stress);
        json.WriteNumber("fields", Weights.Fields);
        json.WriteEndObject();
        if (Kind == ModelKind.GaussianProcess)
        {
            json.WriteStartObject("kernel");
            json.WriteString("kind", KernelWords.WordOf(Kernel.Kind));
            json.WriteNumber("degree", Kernel.Degree);
            json.WriteNumber("offset", Kernel.Offset);
            json.WriteNumber("width", Kernel.Width);
            json.WriteEndObject();
            json.WriteNumber("points", Points);
            json.WriteString("selection", Selections.WordOf(Selection));
        }
        json.WriteEndObject();
    }

    private static SpecNumber Weight(string name, string meaning) =>
        new(name, meaning, "1", 1, new(0, double.MaxValue) { AllowsAbove = true });
}
