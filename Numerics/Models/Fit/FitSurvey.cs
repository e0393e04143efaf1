using System;
using System.Collections.Generic;
using System.Linq;
using System.Security.Cryptography;
using Toolkit.Numerics.Files;
using Toolkit.Numerics.Models.Known;
using Toolkit.Numerics.Representations;
using Toolkit.Numerics.Structures;

namespace Toolkit.Numerics.Models.Fit;

/// <summary>
/// What two walks through a training set tell before anything is fitted: the names of its labels, the baseline, how much each label
/// varies, and a fingerprint by which a fit that was stopped knows its data again.
/// </summary>
internal sealed class FitSurvey
{
    private readonly Dictionary<string, Composition> _compositions = new(StringComparer.Ordinal);
    private readonly Dictionary<int, Moments> _alone = [];
    private readonly BaselineKind _kind;
    private readonly KnownEnergy? _known;

    /// <summary>Walks through the structures.</summary>
    /// <param name="source">The training set.</param>
    /// <param name="keys">The names of the labels.</param>
    /// <param name="fields">The vector fields of the specification, their keys known.</param>
    /// <param name="inputs">The atom properties that features are made from.</param>
    /// <param name="model">The model.</param>
    /// <param name="cutoff">How far its features see, Å.</param>
    /// <param name="progress">Told the structures that are read; or null.</param>
    /// <exception cref="InputException">See <see cref="LabelReader"/>; no labels at all; baseline isolated without the atoms.</exception>
    public FitSurvey(StructureSource source, LabelKeys keys, IReadOnlyList<VectorFieldSpec> fields, IReadOnlyList<string> inputs,
        ModelSpec model, double cutoff,
        FeatureProgress? progress)
    {
        _kind = model.Baseline;
        _known = KnownEnergy.Of(model);
        cutoff = Math.Max(cutoff, _known?.Reach ?? 0);
        Reader = new LabelReader(keys, fields, model.Fields);
        foreach ((Structure structure, _) in source.Read())
            Reader.Look(structure);
        Reader.Choose(source.Name, model.Weights.Energy > 0);

        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Moments forces = default, virials = default;
        Moments[] effective = new Moments[fields.Count];
        SortedSet<int> species = [];
        Dictionary<(int, int), double> closest = [];
        foreach ((Structure structure, FramePlace place) in source.Read())
        {
            FrameLabels labels = Reader.Read(structure, place);
            DataFingerprint.Append(hash,
                structure, inputs, [labels.Energy is double e ? [e] : null, labels.Forces, labels.Virial, .. labels.Fields,
                [labels.Weight]]);
            labels = Rest(labels, structure, place);
            Structures++;
            Guard(structure, place, () => ClosestPairs.Add(closest, structure, cutoff));
            foreach (int z in structure.Species)
                species.Add(z);
            if (structure.Count > 0 && labels.Energy is double energy)
            {
                Energies++;
                if (IsAlone(structure)) Add(_alone, structure.Species[0], energy);
                else AddComposition(structure, energy);
            }
            forces.Add(labels.Forces);
            if (labels.Forces is not null) ForcesFrames++;
            if (labels.Virial is not null && structure.Count > 0)
            {
                VirialFrames++;
                virials.Add(Array.ConvertAll(labels.Virial, x => x / structure.Count));
            }
            for (int f = 0; f < effective.Length; f++)
                effective[f].Add(labels.Fields[f]);
            if (labels.Fields.Any(static f => f is not null)) FieldFrames++;
            progress?.Invoke("structures of the training set read", Structures, 0);
        }

        if (Energies + ForcesFrames + VirialFrames + FieldFrames == 0)
            throw new InputException(source.Name, null, null, "no labels", "structures with energies, forces, stress or effective fields");
        Fingerprint = Convert.ToHexStringLower(hash.GetHashAndReset());
        Species = species.ToArray();
        Closest = new ClosestPairs(closest);
        Baseline = MakeBaseline(source.Name);
        EnergyDeviation = Deviation();
        ForcesDeviation = forces.Deviation;
        VirialDeviation = virials.Deviation;
        FieldDeviations = effective.Select(static m => m.Deviation).ToArray();
    }

    /// <summary>Reads labels.</summary>
    public LabelReader Reader { get; }

    /// <summary>How many structures there are, and how many have which label.</summary>
    public int Structures { get; }

    /// <inheritdoc cref="Structures"/>
    public int Energies { get; }

    /// <inheritdoc cref="Structures"/>
    public int ForcesFrames { get; }

    /// <inheritdoc cref="Structures"/>
    public int VirialFrames { get; }

    /// <inheritdoc cref="Structures"/>
    public int FieldFrames { get; }

    /// <summary>The species of the atoms, increasing.</summary>
    public IReadOnlyList<int> Species { get; }

    /// <summary>How close atoms are.</summary>
    public ClosestPairs Closest { get; }

    /// <summary>What is taken off energies.</summary>
    public CompositionBaseline Baseline { get; }

    /// <summary>The standard deviation of energies less the baseline, eV per atom; 0: they do not vary.</summary>
    public double EnergyDeviation { get; }

    /// <summary>The same of forces, eV/Å.</summary>
    public double ForcesDeviation { get; }

    /// <summary>The same of virials, eV per atom.</summary>
    public double VirialDeviation { get; }

    /// <summary>The same of the effective fields.</summary>
    public IReadOnlyList<double> FieldDeviations { get; }

    /// <summary>SHA-256 over all structures and what is learned of them.</summary>
    public string Fingerprint { get; }

    /// <summary>What of labels is learned.</summary>
    /// <exception cref="InputException">Atoms at the same place.</exception>
    public FrameLabels Rest(FrameLabels labels, Structure structure, FramePlace place)
    {
        if (_known is { } known) Guard(structure, place, () => labels = labels.Less(known.Evaluate(structure)));
        return labels;
    }

    /// <summary>Work on one structure, whose errors say where it is.</summary>
    private static void Guard(Structure structure, FramePlace place, Action work)
    {
        try
        {
            work();
        }
        catch (Exception e) when (StructureStream.Told(structure, place, e) is { } told)
        {
            throw told;
        }
    }

    /// <summary>One atom in empty space.</summary>
    public static bool IsAlone(Structure structure) => structure.Count == 1 && structure.Periodic == Periodicity.None;

    private static void Add<T>(Dictionary<T, Moments> all, T key, double x)
        where T : notnull
    {
        Moments moments = all.GetValueOrDefault(key);
        moments.Add(x);
        all[key] = moments;
    }

    private void AddComposition(Structure structure, double energy)
    {
        SortedDictionary<int, int> atoms = [];
        foreach (int z in structure.Species)
            atoms[z] = atoms.GetValueOrDefault(z) + 1;
        string formula = string.Join(' ', atoms);
        if (!_compositions.TryGetValue(formula, out Composition? composition))
            _compositions.Add(formula, composition = new Composition(atoms));
        composition.Energies.Add(energy);
    }

    private CompositionBaseline MakeBaseline(string source)
    {
        switch (_kind)
        {
            case BaselineKind.None:
                return new([]);
            case BaselineKind.Isolated:
                int[] missing = Species.Where(z => !_alone.ContainsKey(z)).ToArray();
                if (missing.Length > 0)
                {
                    throw new InputException(
                        source, null, "$.model.baseline",
                        $"no structure of one atom {string.Join(", ", missing.Select(Elements.Symbol))} with an energy",
                        "one for each species, or baseline fitted");
                }

                return new(_alone.Select(static a => KeyValuePair.Create(a.Key, a.Value.Mean)));
            default:
                return CompositionBaseline.Fitted([.. _compositions.Values.Select(static c => (c.Atoms, c.Energies.Count, c.Energies.Mean)),
                    .. _alone.Select(static a =>
                        ((IReadOnlyDictionary<int, int>)new Dictionary<int, int> { [a.Key] = 1 }, a.Value.Count, a.Value.Mean))]);
        }
    }

    /// <summary>The standard deviation of the energies' rest, per atom.</summary>
    private double Deviation()
    {
        double sum = 0, squares = 0, count = 0;
        foreach (Composition c in _compositions.Values)
        {
            double n = c.Atoms.Values.Sum(), left = (c.Energies.Mean - c.Atoms.Sum(a => a.Value * Baseline.Of(a.Key))) / n;
            sum += c.Energies.Count * left;
            squares += c.Energies.Squares / (n * n) + c.Energies.Count * left * left;
            count += c.Energies.Count;
        }
        if (count == 0) return 0;
        double mean = sum / count;
        return Math.Sqrt(Math.Max(0, squares / count - mean * mean));
    }

    private sealed class Composition(IReadOnlyDictionary<int, int> atoms)
    {
        public readonly IReadOnlyDictionary<int, int> Atoms = atoms;
        public Moments Energies;
    }
}
