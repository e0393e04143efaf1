using System;
using System.Collections.Generic;
using System.Linq;
using Toolkit.Numerics.Expansion;
using Toolkit.Numerics.Models.Known;
using Toolkit.Numerics.Neighbors;
using Toolkit.Numerics.Representations;
using Toolkit.Numerics.Representations.Nice;
using Toolkit.Numerics.Structures;

namespace Toolkit.Numerics.Models;

/// <summary>
/// A model as it comes from a fit and goes to whoever simulates: features, readout, baseline, and what is known of the fit.
/// <see cref="ModelFolder"/> keeps it. Immutable: may be shared between threads.
/// </summary>
public sealed class FittedModel : IFittedModel
{
    private readonly PreparedFeatures _features;
    private readonly int[] _species;
    private readonly KnownEnergy? _known;

    internal FittedModel(PreparedFeatures features, IReadOnlyList<int> species, IReadout readout, CompositionBaseline baseline,
        ModelDoubts doubts, ModelAbout about)
    {
        _known = KnownEnergy.Of(features.Spec.Model);
        (_features, _species, Readout, Baseline, Doubts, About) = (features, species.ToArray(), readout, baseline, doubts, about);
    }

    /// <summary>How its features are made.</summary>
    public Spec Spec => _features.Spec;

    /// <inheritdoc/>
    public int FeatureCount => Features.FeatureCount;

    /// <summary>What computes them.</summary>
    public RepresentationSet Features => _features.Set;

    /// <summary>The atom properties that it reads: vectors and charges.</summary>
    public IReadOnlyList<string> Inputs => _features.Inputs;

    /// <summary>The species of atoms that it knows, atomic numbers, increasing.</summary>
    public IReadOnlyList<int> Species => _species;

    /// <summary>What is added for each atom.</summary>
    public CompositionBaseline Baseline { get; }

    /// <summary>What is known of the fit.</summary>
    public ModelAbout About { get; private init; }

    /// <summary>Whether it can say how sure it is.</summary>
    public bool HasVariance => Doubts.Any;

    /// <summary>Whether it can say how far atoms are from those that it was fitted on.</summary>
    public bool HasGrades => Doubts.Extrapolation is not null;

    /// <summary>The energy of an atom from its features, without the baseline.</summary>
    internal IReadout Readout { get; }

    internal ModelDoubts Doubts { get; }

    internal NiceFit? Nice => _features.Nice;

    /// <summary>The same model with other words about it.</summary>
    public FittedModel With(ModelAbout about) => new(_features, _species, Readout, Baseline, Doubts, about);

    /// <summary>Energy, forces, virial, stress and effective fields.</summary>
    /// <param name="structure">Of species that the model knows, with the vectors and charges that its features read.</param>
    /// <param name="threads">How many threads may work; the result is the same for any number.</param>
    /// <param name="withDeviations">Whether what the model knows of its errors is wanted: standard deviations of energies, grades of
    /// extrapolation.</param>
    /// <exception cref="UnfitStructureException">Another species; vectors that are absent or of another shape.</exception>
    /// <exception cref="CoincidentAtomsException">Two atoms at the same place.</exception>
    public Prediction Predict(Structure structure, int threads = 1, bool withDeviations = false)
    {
        ArgumentNullException.ThrowIfNull(structure);
        Require(structure);
        Evaluation learned = Features.Evaluate(structure, Readout, threads);
        if (_known is not null) learned = KnownEnergy.Sum(learned, _known.Evaluate(structure, threads));
        Prediction prediction = Complete(structure, learned, Enumerable.Range(0, structure.Count).ToArray());
        return withDeviations ? Doubts.AddTo(prediction, structure, () => Features.Compute(structure, threads), threads) : prediction;
    }

    /// <summary>Whether a model sees neighbours alone: no potential and no charges, whose every atom sees every other.</summary>
    public bool IsLocal => Features.Potentials.Count == 0 && _known?.IsLocal != false;

    /// <summary>How far it sees neighbours, Å.</summary>
    public double Cutoff => Math.Max(Features.Cutoff, _known?.Reach ?? 0);

    /// <summary>The same for some atoms of a structure whose neighbours somebody else has found, as a simulation does that is spread over
    /// processes.</summary>
    /// <param name="structure">Of species that the model knows, with the vectors that its features read.</param>
    /// <param name="pairs">The neighbours of the centres, at least to <see cref="Cutoff"/>.</param>
    /// <param name="centres">The atoms whose energies are added up, each once; atomic energies of others are zero.</param>
    /// <param name="threads">How many threads may work; the result is the same for any number.</param>
    /// <param name="withAtomicVirials">Whether <see cref="Evaluation.AtomicVirials"/> are wanted.</param>
    /// <exception cref="UnfitStructureException">Another species; vectors that are absent or of another shape.</exception>
    /// <exception cref="ArgumentException">Neighbours of other atoms, or not far enough.</exception>
    /// <exception cref="NotSupportedException">The model is not local.</exception>
    /// <exception cref="CoincidentAtomsException">Two atoms at the same place.</exception>
    public Prediction Predict(
        Structure structure, NeighborList pairs, ReadOnlySpan<int> centres, int threads = 1, bool withAtomicVirials = false)
    {
        ArgumentNullException.ThrowIfNull(structure);
        ArgumentNullException.ThrowIfNull(pairs);
        Require(structure);
        if (_known?.IsLocal == false) throw new NotSupportedException("the charges of the model's electrostatics see more than neighbours");
        if (pairs.Cutoff < Cutoff) throw new ArgumentException($"expected neighbours to {Cutoff} Å; got {pairs.Cutoff} Å", nameof(pairs));
        Evaluation learned = Features.Evaluate(structure, pairs, centres, Readout, threads, withAtomicVirials);
        if (_known is not null) learned = KnownEnergy.Sum(learned, _known.Evaluate(structure, pairs, centres.ToArray()));
        return Complete(structure, learned, centres);
    }

    /// <summary>How far atoms are from those that the model was fitted on.</summary>
    /// <param name="structure">Of species that the model knows, with the vectors and charges that its features read.</param>
    /// <param name="threads">How many threads may work; the result is the same for any number.</param>
    /// <returns><c>[atom]</c>: <see cref="Prediction.Extrapolation"/>.</returns>
    /// <exception cref="InvalidOperationException">The model has no grades.</exception>
    /// <exception cref="UnfitStructureException">Another species; vectors that are absent or of another shape.</exception>
    /// <exception cref="CoincidentAtomsException">Two atoms at the same place.</exception>
    public double[] Grades(Structure structure, int threads = 1)
    {
        ArgumentNullException.ThrowIfNull(structure);
        ExtrapolationGrade grade = RequireGrade();
        Require(structure);
        return grade.Of(structure.Species, Features.Compute(structure, threads));
    }

    /// <summary>How far some atoms of a structure, whose neighbours somebody else has found, are from those that the model was
    /// fitted on.</summary>
    /// <param name="structure">Of species that the model knows, with the vectors that its features read.</param>
    /// <param name="pairs">The neighbours of the centres, at least to the cutoff of the features.</param>
    /// <param name="centres">The atoms.</param>
    /// <param name="threads">How many threads may work; the result is the same for any number.</param>
    /// <returns><c>[centre]</c>: <see cref="Prediction.Extrapolation"/>.</returns>
    /// <exception cref="InvalidOperationException">The model has no grades.</exception>
    /// <exception cref="UnfitStructureException">Another species; vectors that are absent or of another shape.</exception>
    /// <exception cref="ArgumentException">Neighbours of other atoms, or not far enough.</exception>
    /// <exception cref="NotSupportedException">The features are not local.</exception>
    /// <exception cref="CoincidentAtomsException">Two atoms at the same place.</exception>
    public double[] Grades(Structure structure, NeighborList pairs, ReadOnlySpan<int> centres, int threads = 1)
    {
        ArgumentNullException.ThrowIfNull(structure);
        ExtrapolationGrade grade = RequireGrade();
        Require(structure);
        int[] species = new int[centres.Length];
        for (int k = 0; k < species.Length; k++)
            species[k] = structure.Species[centres[k]];
        return grade.Of(species, Features.Compute(structure, pairs, centres, threads));
    }

    private ExtrapolationGrade RequireGrade() => Doubts.Extrapolation
        ?? throw new InvalidOperationException(
            "found a model without grades of extrapolation, expected one that was fitted with model.extrapolation");

    /// <summary>Adds what each centre's species has by itself.</summary>
    private Prediction Complete(Structure structure, Evaluation learned, ReadOnlySpan<int> centres)
    {
        double[] atoms = learned.AtomicEnergies.ToArray();
        int[] species = new int[centres.Length];
        for (int k = 0; k < species.Length; k++)
        {
            species[k] = structure.Species[centres[k]];
            atoms[centres[k]] += Baseline.Of(species[k]);
        }
        return new Prediction(learned.Energy + Baseline.Of(species), atoms, learned)
        {
            Stress = structure.Cell is { IsComplete: true } cell ? Array.ConvertAll(learned.Virial, x => -x / cell.Volume) : null,
        };
    }

    /// <summary>Predictions for a data set, one structure after the other, in memory for a few.</summary>
    /// <param name="source">The structures.</param>
    /// <param name="threads">How many threads may work; the result is the same for any number.</param>
    /// <param name="withDeviations">Whether what the model knows of its errors is wanted: standard deviations of energies, grades of
    /// extrapolation.</param>
    /// <exception cref="Files.InputException">While walking: a structure that the model does not know.</exception>
    public IEnumerable<(Structure Structure, Prediction Prediction)> Predict(
        StructureSource source, int threads = 1, bool withDeviations = false)
    {
        ArgumentNullException.ThrowIfNull(source);
        return StructureStream.Each(source.Read(), threads, StructureStream.MostAtoms, (s, _, inside) => Predict(s, inside, withDeviations))
            .Select(static r => (r.Structure, r.Result));
    }

    /// <summary>Predictions for a data set and what is made of each, on the threads that predict.</summary>
    /// <param name="source">The structures.</param>
    /// <param name="finish">Makes something of a prediction; for several structures at a time.</param>
    /// <param name="threads">How many threads may work; the result is the same for any number.</param>
    /// <param name="withDeviations">Whether what the model knows of its errors is wanted: standard deviations of energies, grades of
    /// extrapolation.</param>
    /// <typeparam name="T">What is made.</typeparam>
    /// <exception cref="Files.InputException">While walking: a structure that the model does not know.</exception>
    public IEnumerable<(Structure Structure, Prediction Prediction, T Result)> Predict<T>(
        StructureSource source, Func<Structure, Prediction, T> finish, int threads = 1, bool withDeviations = false) =>
        StructureStream.Predictions(source, threads, (s, inside) => Predict(s, inside, withDeviations), finish);

    private void Require(Structure structure) => Require(structure, _species, Features.Fields);

    /// <summary>Checks that a structure has what a model reads.</summary>
    /// <exception cref="UnfitStructureException">Another species; vectors that are absent or of another shape.</exception>
    internal static void Require(Structure structure, int[] species, IReadOnlyList<VectorField> fields)
    {
        for (int i = 0; i < structure.Count; i++)
        {
            if (Array.BinarySearch(species, structure.Species[i]) < 0)
            {
                throw new UnfitStructureException($"{Elements.Symbol(structure.Species[i])} as atom {i + 1}",
                    $"species that the model knows: {string.Join(", ", species.Select(Elements.Symbol))}");
            }
        }
        foreach (VectorField field in fields)
            RequireVectors(structure, field);
    }

    /// <summary>Checks that a structure has the vectors of a field.</summary>
    /// <exception cref="UnfitStructureException">They are absent, of another shape or not finite.</exception>
    internal static void RequireVectors(Structure structure, VectorField field)
    {
        string has = string.Join(", ", structure.AtomProperties.Keys);
        if (!structure.AtomProperties.TryGetValue(field.Key, out PropertyArray? values))
        {
            throw new UnfitStructureException(
                $"no atom property {field.Key}; there is {(has.Length > 0 ? has : "none")}",
                $"{field.Expected}: the field {field.Name}");
        }

        if (field.TryRead(structure) is not double[] vectors)
            throw new UnfitStructureException($"{values} as {field.Key}", $"{field.Expected}: the field {field.Name}");
        if (!vectors.All(double.IsFinite))
            throw new UnfitStructureException($"a number that is not finite in {field.Key}", "finite numbers");
    }
}
