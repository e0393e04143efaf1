using System.Collections.Generic;
using System.Linq;
using System.Text.Json;
using Toolkit.Numerics.Structures;

namespace Toolkit.Numerics.Representations;

/// <summary>The form of a pair potential.</summary>
public enum PairKind
{
    /// <summary>D[(R/r)¹² − 2(R/r)⁶].</summary>
    LennardJones,

    /// <summary>D[e^(−2a(r−R)) − 2e^(−a(r−R))].</summary>
    Morse,
}

/// <summary>A pair potential that a model knows.</summary>
/// <param name="First">An atomic number.</param>
/// <param name="Second">Another, or the same.</param>
/// <param name="Kind">The form.</param>
/// <param name="Depth">D, eV.</param>
/// <param name="Distance">R, Å.</param>
/// <param name="Rate">a, 1/Å; only of Morse.</param>
/// <param name="Inner">Where it begins to fade, Å.</param>
/// <param name="Outer">Where it ends, Å.</param>
public sealed record PairSpec(int First, int Second, PairKind Kind, double Depth, double Distance, double Rate, double Inner, double Outer)
{
    private static readonly SpecWords<PairKind> Kinds = new(
        ("lennard-jones", PairKind.LennardJones, "D[(R/r)¹² − 2(R/r)⁶]"),
        ("morse", PairKind.Morse, "D[e^(−2a(r−R)) − 2e^(−a(r−R))]"));

    internal static SpecList Node { get; } =
        new("pairs", "potentials of pairs that are known, taken off labels before they are learned and added to predictions",
    [
        new SpecElements("elements", "the two elements, or one whose atoms are the pair", "required"),
        new SpecChoice("kind", "the form", true, Kinds.Options),
        new SpecNumber("depth", "D of its minimum", "eV", null, new(0, 1e6)),
        new SpecNumber("distance", "R of its minimum", "Å", null, SpecRange.Lengths),
        new SpecNumber("rate", "a; only with kind morse", "1/Å", null, new(0, 1000)) { WhenAbsent = "required with morse" },
        new SpecNumber("outer", "the distance where it ends", "Å", null, SpecRange.Lengths),
        new SpecNumber("inner", "the distance where it begins to fade", "Å", null, new(0, 1000, "outer") { AllowsAbove = true })
        {
            WhenAbsent = "half of outer",
        },
    ]);

    internal static IReadOnlyList<PairSpec> ReadAll(SpecReader r, string at) =>
        [.. r.Each(at).Select(item => Read(item, at + "."))];

    private static PairSpec Read(SpecReader r, string at)
    {
        if (r.Elements(at + "elements") is not { Length: 1 or 2 } elements)
        {
            throw r.Bad(at + "elements",
                r.Has(at + "elements") ? "more than two" : "no key",
                "the two elements, or one whose atoms are the pair, as [\"Na\", \"Cl\"]");
        }

        PairKind kind = r.Choice(at + "kind", Kinds);
        if (r.Has(at + "rate") != (kind == PairKind.Morse))
        {
            throw r.Bad(at + "rate", r.Has(at + "rate") ? "this key with kind lennard-jones" : "no key",
                "rate with kind morse, and only there");
        }

        double outer = r.Number(at + "outer");
        return new PairSpec(
            elements[0], elements[^1], kind,
                r.Number(at + "depth"), r.Number(at + "distance"), r.NumberIfAny(at + "rate") ?? 0,
                r.NumberIfAny(at + "inner") ?? 0.5 * outer, outer);
    }

    internal void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        SpecElements.Write(json, "elements", First == Second ? [First] : [First, Second]);
        json.WriteString("kind", Kinds.WordOf(Kind));
        json.WriteNumber("depth", Depth);
        json.WriteNumber("distance", Distance);
        if (Kind == PairKind.Morse) json.WriteNumber("rate", Rate);
        json.WriteNumber("outer", Outer);
        json.WriteNumber("inner", Inner);
        json.WriteEndObject();
    }
}

/// <summary>Charges whose Coulomb energy a model knows.</summary>
/// <param name="Key">The atom property with charges; null: <paramref name="ByElement"/>.</param>
/// <param name="ByElement">Charges by atomic number, e.</param>
/// <param name="Permittivity">The relative permittivity that screens them.</param>
public sealed record ElectrostaticsSpec(string? Key, IReadOnlyDictionary<int, double>? ByElement, double Permittivity)
{
    internal static SpecGroup Node { get; } = new("electrostatics",
        "Coulomb's law of given charges over all periodic images (Ewald), which is taken off labels before they are learned and added to predictions; a uniform background makes up for a net charge of a crystal", SpecAbsence.Nothing,
    [
        new SpecCharges("charges", "the atom property with charges, or an object with one for each element", "required"),
        new SpecNumber("permittivity", "the relative permittivity that screens them", "1", 1, new(0, 1e6)),
    ]);

    internal static ElectrostaticsSpec Read(SpecReader r, string at) => r.ChargesIfAny(at + "charges") is { } charges
        ? new ElectrostaticsSpec(charges as string, charges as IReadOnlyDictionary<int, double>, r.Number(at + "permittivity"))
        : throw r.Bad(at[..^1], "no key 'charges'", "the atom property with charges, or an object with one for each element");

    internal void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject("electrostatics");
        if (Key is not null)
        {
            json.WriteString("charges", Key);
        }
        else
        {
            json.WriteStartObject("charges");
            foreach ((int z, double q) in ByElement!.OrderBy(static c => c.Key))
                json.WriteNumber(Elements.Symbol(z), q);

            json.WriteEndObject();
        }
        json.WriteNumber("permittivity", Permittivity);
        json.WriteEndObject();
    }
}
