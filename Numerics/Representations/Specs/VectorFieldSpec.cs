using System.Collections.Generic;
using System.Linq;
using System.Text.Json;
using Toolkit.Numerics.Expansion;

namespace Toolkit.Numerics.Representations;

/// <summary>A vector that atoms carry.</summary>
/// <param name="Name">What labels call it.</param>
/// <param name="Key">The atom property that holds it; null: the usual ones for spins, else the name.</param>
/// <param name="Axial">Whether it keeps its sign under the inversion.</param>
/// <param name="TimeOdd">Whether it changes its sign when time is reversed.</param>
/// <param name="Species">The atomic numbers that carry it, increasing; null: all.</param>
/// <param name="Centre">Where the central atom's own vector goes.</param>
public sealed record VectorFieldSpec(
    string Name, string? Key, bool Axial, bool TimeOdd, IReadOnlyList<int>? Species, CentrePolicy Centre)
{
    private static readonly SpecWords<CentrePolicy> Centres = new(
        ("separate", CentrePolicy.Separate, "to one channel of its own, labelled −1, with the radial function 1"),
        ("include", CentrePolicy.Include, "to the channels of its species, as a neighbour's at distance zero"),
        ("exclude", CentrePolicy.Exclude, "nowhere"));

    /// <summary>The keys of such a field, beside name, kind and center.</summary>
    internal static IReadOnlyList<SpecNode> Members { get; } =
    [
        new SpecName("key", "the atom property that holds it, three numbers per atom, or, for an axial field, one along the axis",
            "spins (axial and timeOdd): REF_magmom, REF_magmoms, magmoms, magmom or spins; others: the name"),
        new SpecFlag("axial", "whether it keeps its sign under the inversion, as a spin does"),
        new SpecFlag("timeOdd", "whether it changes its sign when time is reversed, as a spin does"),
        new SpecVector("axis", "where one number per atom points, as [0, 0, 1]; of any length",
            "not said: only with features that do not change when vectors turn alone"),
        new SpecElements("species", "the elements that carry it", "all"),
    ];

    /// <summary>x, y, z: where a property of one number per atom points; null: not said.</summary>
    public IReadOnlyList<double>? Axis { get; init; }

    /// <summary>What the key center may say of a vector.</summary>
    internal static IReadOnlyList<SpecOption> CentreOptions => Centres.Options;

    /// <summary>Whether it is a spin: axial and odd under time reversal.</summary>
    public bool IsSpin => Axial && TimeOdd;

    /// <summary>The field, read under its key or, where none is given, its name.</summary>
    public VectorField CreateField() => new(Name, Key ?? Name, Axial, TimeOdd, Species, Centre) { Axis = Axis };

    /// <summary>Reads the field at a path that ends with a full stop.</summary>
    internal static VectorFieldSpec Read(SpecReader r, string at, string name)
    {
        int[]? species = r.Elements(at + "species"), all = r.Elements("$.species");
        if (species is not null && all is not null && species.FirstOrDefault(z => !all.Contains(z), -1) is int z && z >= 0)
            throw r.Bad(at + "species", Structures.Elements.Symbol(z), "elements of $.species");

        if (r.IsGiven(at + "axis") && !r.Flag(at + "axial"))
        {
            throw r.Bad(at + "axis", "this key with a field that is not axial",
                "axis only with \"axial\": true, whose property may be one number per atom");
        }

        return new VectorFieldSpec(
            name,
            r.Has(at + "key") ? r.Word(at + "key") : null,
            r.Flag(at + "axial"),
            r.Flag(at + "timeOdd"),
            species,
            r.ChoiceIfAny(at + "center", Centres) ?? CentrePolicy.Separate)
        {
            Axis = r.VectorIfAny(at + "axis"),
        };
    }

    internal void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("name", Name);
        json.WriteString("kind", FieldsSection.Vector);
        if (Key is not null)
            json.WriteString("key", Key);

        json.WriteBoolean("axial", Axial);
        json.WriteBoolean("timeOdd", TimeOdd);
        if (Axis is not null)
        {
            json.WriteStartArray("axis");
            foreach (double x in Axis)
                json.WriteNumberValue(x);

            json.WriteEndArray();
        }

        if (Species is not null)
            SpecElements.Write(json, "species", Species);

        json.WriteString("center", Centres.WordOf(Centre));
        json.WriteEndObject();
    }
}
