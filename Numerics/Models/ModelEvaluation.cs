using System;
using System.Collections.Generic;
using System.Linq;
using Toolkit.Numerics.Files;
using Toolkit.Numerics.Models.Fit;
using Toolkit.Numerics.Representations;
using Toolkit.Numerics.Structures;

namespace Toolkit.Numerics.Models;

/// <summary>Compares a model with the labels of a data set, one structure after the other.</summary>
public sealed class ModelEvaluation
{
    private readonly SortedDictionary<(int Order, string Label, int Species), Sums> _sums = [];

    private ModelEvaluation() { }

    /// <summary>How many structures were compared.</summary>
    public int Structures { get; private set; }

    /// <summary>The errors, energies first; of each label those of all atoms, then by species where there are several.</summary>
    public IReadOnlyList<LabelError> Errors => _sums
        .Where(s => s.Key.Species < 0 || _sums.Keys.Count(k => k.Label == s.Key.Label) > 2)
        .Select(static s => s.Value.Error(s.Key.Label, s.Key.Species)).ToArray();

    /// <summary>References and predictions of a label, at most some thousands, spread evenly over the set.</summary>
    /// <param name="label">As in <see cref="Errors"/>.</param>
    public IReadOnlyList<(double Reference, double Predicted)> Pairs(string label) =>
        _sums.FirstOrDefault(s => s.Key.Label == label && s.Key.Species < 0).Value?.Pairs ?? [];

    /// <summary>Compares.</summary>
    /// <param name="model">The model.</param>
    /// <param name="source">The structures; labels that only some have are compared where they are.</param>
    /// <param name="keys">The names of the labels.</param>
    /// <param name="threads">How many threads may work; the result is the same for any number.</param>
    /// <param name="progress">Told how many structures are done; or null.</param>
    /// <exception cref="InputException">Names that were given and are nowhere; no labels at all; structures that the model does not
    /// know.</exception>
    public static ModelEvaluation Run(
        FittedModel model, StructureSource source, LabelKeys keys, int threads, FeatureProgress? progress = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(source);
        FieldPart part = model.Spec.Model?.Fields ?? FieldPart.Full;
        LabelReader reader = new(keys, model.Spec.Fields, part);
        int total = 0;
        foreach ((Structure structure, _) in source.Read())
        {
            reader.Look(structure);
            total++;
        }
        reader.Choose(source.Name, false);
        var result = new ModelEvaluation();
        foreach ((_, Structure structure, _, (FrameLabels labels, Prediction found)) in StructureStream.Each(
            source.Read(), threads, StructureStream.MostAtoms, (s, place, inside) => (reader.Read(s, place), model.Predict(s, inside))))
        {
            result.Add(model, structure, labels, found);
            progress?.Invoke("structures compared", result.Structures, total);
        }
        return result._sums.Count > 0
            ? result
            : throw new InputException(
                source.Name, null, null, "no labels", "structures with energies, forces, stress or effective fields");
    }

    /// <summary>Compares, structure after structure.</summary>
    /// <param name="structures">Of each structure, what is compared: the label's place among others, its name and unit, reference and
    /// prediction.</param>
    internal static ModelEvaluation Of(
        IEnumerable<IEnumerable<(int Order, string Label, string Unit, double Reference, double Predicted)>> structures)
    {
        var result = new ModelEvaluation();
        foreach (var structure in structures)
        {
            result.Structures++;
            foreach ((int order, string label, string unit, double reference, double predicted) in structure)
                result.Get(order, label, -1, unit).Add(reference, predicted);
        }
        return result;
    }

    private void Add(FittedModel model, Structure structure, FrameLabels labels, Prediction found)
    {
        Structures++;
        double n = structure.Count;
        if (n == 0) return;
        if (labels.Energy is double energy)
        {
            double baseline = model.Baseline.Of(structure);
            Get(0, "energy", -1, "eV/atom").Add((energy - baseline) / n, found.Learned.Energy / n);
        }
        if (labels.Forces is not null) AddAtoms(1, "forces", "eV/Å", structure, labels.Forces, found.Forces);
        if (labels.Virial is not null)
        {
            double[] ours = FrameLabels.Symmetric(found.Virial);
            for (int k = 0; k < 6; k++)
            {
                Get(2, "virial", -1, "eV/atom").Add(labels.Virial[k] / n, ours[k] / n);
                if (structure.Cell is { IsComplete: true } cell)
                    Get(3, "stress", -1, "eV/Å³").Add(-labels.Virial[k] / cell.Volume, -ours[k] / cell.Volume);
            }
        }
        for (int f = 0; f < labels.Fields.Count; f++)
        {
            if (labels.Fields[f] is not double[] field) continue;
            FieldPart part = model.Spec.Model?.Fields ?? FieldPart.Full;
            double[] predicted = [.. found.Learned.EffectiveFields[f]];
            FieldParts.Keep(part, model.Features.Fields[f].Read(structure), predicted, 1);
            string what = part == FieldPart.Torque ? "torque" : "field", remark = part == FieldPart.Perpendicular ? " (perpendicular)" : "";
            AddAtoms(4 + f, $"{what} {model.Features.Fields[f].Name}{remark}",
                part == FieldPart.Torque ? "eV" : "eV/" + (model.Spec.Fields[f].IsSpin ? "μB" : "1"), structure, field, predicted);
        }
    }

    private void AddAtoms(int order, string label, string unit, Structure structure, double[] reference, double[] found)
    {
        for (int k = 0; k < reference.Length; k++)
        {
            Get(order, label, -1, unit).Add(reference[k], found[k]);
            Get(order, label, structure.Species[k / 3], unit).Add(reference[k], found[k]);
        }
    }

    private Sums Get(int order, string label, int species, string unit)
    {
        if (!_sums.TryGetValue((order, label, species), out Sums? sums))
            _sums.Add((order, label, species), sums = new Sums(unit));
        return sums;
    }

    /// <summary>Errors as they add up.</summary>
    private sealed class Sums(string unit)
    {
        private const int MostPairs = 4000;

        private Moments _labels;
        private double _squares, _sizes, _largest;
        private long _step = 1;

        public List<(double, double)> Pairs { get; } = [];

        public void Add(double reference, double predicted)
        {
            if (_labels.Count % _step == 0)
            {
                Pairs.Add((reference, predicted));
                if (Pairs.Count == MostPairs)
                {
                    // Every second one stays.
                    for (int k = 0; 2 * k < Pairs.Count; k++)
                        Pairs[k] = Pairs[2 * k];
                    Pairs.RemoveRange(MostPairs / 2, MostPairs / 2);
                    _step *= 2;
                }
            }
            _labels.Add(reference);
            double error = Math.Abs(predicted - reference);
            _squares += error * error;
            _sizes += error;
            _largest = Math.Max(_largest, error);
        }

        public LabelError Error(string label, int species) => new(
            label, species < 0 ? null : Elements.Symbol(species), unit, _labels.Count, Math.Sqrt(_squares / _labels.Count),
                _sizes / _labels.Count,
            _largest, _labels.Deviation);
    }
}
