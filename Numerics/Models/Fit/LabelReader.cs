using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using Toolkit.Numerics.Expansion;
using Toolkit.Numerics.Files;
using Toolkit.Numerics.Representations;
using Toolkit.Numerics.Structures;

namespace Toolkit.Numerics.Models.Fit;

/// <summary>
/// Reads what there is to learn from structures, of which only some may have forces or stress: first it looks at all of them to
/// find out which names are used, then it reads one after the other.
/// </summary>
internal sealed class LabelReader
{
    // Squares of more, weighted and added up, are no numbers any more.
    private const double Largest = 1e100;

    private readonly SortedSet<string> _seen = new(StringComparer.Ordinal), _seenOfAtoms = new(StringComparer.Ordinal);
    private readonly Quantity _energy, _forces, _stress, _virial, _weight;
    private readonly Quantity[] _fields;
    private readonly VectorField[] _vectors;
    private readonly FieldPart _part;

    /// <summary>A reader.</summary>
    /// <param name="keys">The names.</param>
    /// <param name="fields">The vector fields of the specification, their own keys known.</param>
    /// <param name="part">Which part of effective fields is wanted.</param>
    public LabelReader(LabelKeys keys, IReadOnlyList<VectorFieldSpec> fields, FieldPart part)
    {
        _vectors = fields.Select(static f => f.CreateField()).ToArray();
        _part = part;
        _energy = new("energy", "--energy-key", keys.Energy, LabelKeys.UsualEnergy);
        _forces = new("forces", "--forces-key", keys.Forces, LabelKeys.UsualForces);
        _stress = new("stress", "--stress-key", keys.Stress, LabelKeys.UsualStress);
        _virial = new("virial", "--virial-key", keys.Virial, LabelKeys.UsualVirial);
        _weight = new("weight", "--weight-key", keys.Weight, []);
        _fields = fields.Select((f, k) => new Quantity(
            $"effective fields ({f.Name})", "--field-key", k < keys.Fields.Count ? keys.Fields[k] : null,
                f.IsSpin ? LabelKeys.UsualSpinFields : [])).ToArray();
    }

    /// <summary>The names that are used, after <see cref="Choose"/>; null: there is none.</summary>
    public LabelKeys Keys => new()
    {
        Energy = _energy.Chosen, Forces = _forces.Chosen, Stress = _stress.Chosen, Virial = _virial.Chosen,
        Fields = _fields.Select(static f => f.Chosen).ToArray(), Weight = _weight.Chosen,
    };

    /// <summary>Looks at the names of one structure.</summary>
    public void Look(Structure structure)
    {
        foreach (string key in structure.Properties.Keys)
            _seen.Add(key);
        foreach (string key in structure.AtomProperties.Keys)
            _seenOfAtoms.Add(key);
    }

    /// <summary>Decides on the names once all structures are seen.</summary>
    /// <param name="source">What messages call the structures.</param>
    /// <param name="needsEnergy">Whether there must be an energy.</param>
    /// <exception cref="InputException">A name that was given is nowhere; stress and virial are both given; there is no energy.</exception>
    public void Choose(string source, bool needsEnergy)
    {
        if (_stress.Given is not null && _virial.Given is not null)
            throw new InputException(source, null, "--stress-key", "with --virial-key", "one of them");
        foreach ((Quantity quantity, SortedSet<string> seen) in Both())
        {
            quantity.Chosen = quantity.Candidates.FirstOrDefault(seen.Contains);
            if (quantity.Chosen is null && (quantity.Given is not null || (quantity == _energy && needsEnergy)))
            {
                string has = string.Join(", ", seen.Count > 0 ? seen : ["no such properties"]);
                throw new InputException(source, null, null, $"no {quantity.Name}; there are {has}",
                    $"the key {string.Join(" or ", quantity.Candidates)}{(quantity.Given is null ? $", or another that {quantity.Option} names" : "")}");
            }
        }
        // One of two ways to say the same.
        if (_virial.Chosen is not null && _virial.Given is null
            && (_stress.Given is not null || IsReference(_stress) && !IsReference(_virial)))
        {
            _virial.Chosen = null;
        }
        else if (_virial.Chosen is not null)
        {
            _stress.Chosen = null;
        }

        static bool IsReference(Quantity q) => q.Chosen?.StartsWith("REF_", StringComparison.Ordinal) == true;
    }

    /// <summary>What one structure has.</summary>
    /// <exception cref="InputException">Values of another shape, or not finite.</exception>
    public FrameLabels Read(Structure structure, FramePlace place)
    {
        double[]? virial = OfStructure(_virial, structure, place, "a 3×3 matrix, or six numbers xx yy zz yz xz xy", Labels.Matrix);
        if (OfStructure(_stress, structure, place, "a 3×3 matrix, or six numbers xx yy zz yz xz xy", Labels.Matrix) is double[] stress)
        {
            double volume = structure.Cell is { IsComplete: true } cell
                ? cell.Volume
                : throw place.Bad(_stress.Chosen, "a stress without a cell of three vectors", "the virial, or a cell");
            virial = Array.ConvertAll(stress, x => -volume * x);
        }
        double weight = OfStructure(_weight, structure, place, "one number", Scalar)?[0] ?? 1;
        if (weight < 0) throw place.Bad(_weight.Chosen, FormattableString.Invariant($"{weight:R}"), "a number of at least 0");
        return new FrameLabels(
            OfStructure(_energy, structure, place, "one number", Scalar)?[0],
            OfAtoms(_forces, structure, place),
            virial is null ? null : FrameLabels.Symmetric(virial),
            _fields.Select((f, k) => Part(OfAtoms(f, structure, place), k, structure, place)).ToArray(),
            weight);
    }

    private double[]? Part(double[]? values, int field, Structure structure, FramePlace place)
    {
        if (values is null) return null;
        try
        {
            FittedModel.RequireVectors(structure, _vectors[field]);
        }
        catch (UnfitStructureException e)
        {
            throw place.Bad(null, e.Found, e.Expected);
        }

        FieldParts.Keep(_part, _vectors[field].Read(structure), values, 1);
        return values;
    }

    private static double[]? Scalar(PropertyValue v) => v.IsScalar ? v.ToReals() : null;

    private IEnumerable<(Quantity, SortedSet<string>)> Both() =>
        new[] { (_energy, _seen), (_stress, _seen), (_virial, _seen), (_weight, _seen), (_forces, _seenOfAtoms) }.Concat(
            _fields.Select(f => (f, _seenOfAtoms)));

    private static double[]? OfStructure(
        Quantity quantity, Structure structure, FramePlace place, string expected, Func<PropertyValue, double[]?> read) =>
        quantity.Chosen is not null && structure.Properties.TryGetValue(quantity.Chosen, out PropertyValue? v)
            ? Finite(v.Kind is PropertyKind.Real or PropertyKind.Integer ? read(v) : null, quantity.Chosen, v.ToString(), place, expected)
            : null;

    private static double[]? OfAtoms(Quantity quantity, Structure structure, FramePlace place) =>
        quantity.Chosen is not null && structure.AtomProperties.TryGetValue(quantity.Chosen, out PropertyArray? v)
            ? Finite(
                v.Kind is PropertyKind.Real or PropertyKind.Integer && v.Components == 3 ? v.ToReals() : null, quantity.Chosen,
                    v.ToString(), place,
                "three numbers per atom")
            : null;

    private static double[] Finite(double[]? values, string key, string? found, FramePlace place, string expected)
    {
        if (values is null) throw place.Bad(key, found ?? "something else", expected);
        Require(values, key, place);
        return values;
    }

    /// <summary>Refuses what nothing can be learned of: numbers that are not finite, or so large that their squares are not.</summary>
    public static void Require(double[] values, string key, FramePlace place)
    {
        int bad = Array.FindIndex(values, static x => !(Math.Abs(x) <= Largest));
        if (bad < 0) return;
        throw place.Bad(key, string.Create(CultureInfo.InvariantCulture, $"{values[bad]} as number {bad + 1}"),
            double.IsFinite(values[bad]) ? FormattableString.Invariant($"numbers of at most {Largest}") : "finite numbers");
    }

    private sealed class Quantity(string name, string option, string? given, string[] usual)
    {
        public string Name => name;

        public string Option => option;

        public string? Given => given;

        public string[] Candidates { get; } = given is null ? usual : [given];

        public string? Chosen { get; set; }
    }
}
