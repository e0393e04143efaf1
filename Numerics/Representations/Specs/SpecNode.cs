using System.Collections.Generic;
using System.Text.Json;
using Toolkit.Numerics.Structures;

namespace Toolkit.Numerics.Representations;

/// <summary>
/// One key of the specification: its meaning, unit, default and range, stated once for the reader, the documentation
/// and the examples.
/// </summary>
/// <param name="Name">The key.</param>
/// <param name="Meaning">What it says, as a sentence without full stop.</param>
internal abstract record SpecNode(string Name, string Meaning);

/// <summary>What a missing object means.</summary>
internal enum SpecAbsence
{
    /// <summary>It must be there.</summary>
    Required,

    /// <summary>All its keys have their defaults.</summary>
    Defaults,

    /// <summary>There is none.</summary>
    Nothing,
}

/// <summary>An object with keys of its own.</summary>
internal sealed record SpecGroup(string Name, string Meaning, SpecAbsence Absence, IReadOnlyList<SpecNode> Members)
    : SpecNode(Name, Meaning)
{
    /// <summary>A word that may stand instead of the object; null: none.</summary>
    public string? Word { get; init; }

    /// <summary>Whether a list of such objects may stand instead of one.</summary>
    public bool MayBeList { get; init; }

    /// <summary>What stands in the place of a default where the object may be absent without one.</summary>
    public string? WhenAbsent { get; init; }
}

/// <summary>A number.</summary>
internal sealed record SpecNumber(string Name, string Meaning, string Unit, double? Default, SpecRange Range)
    : SpecNode(Name, Meaning)
{
    /// <summary>What stands in the place of a default when the key may be absent without one; null: it is required.</summary>
    public string? WhenAbsent { get; init; }
}

/// <summary>A whole number.</summary>
internal sealed record SpecInteger(string Name, string Meaning, int? Default, int Least, int Most) : SpecNode(Name, Meaning)
{
    /// <summary>What stands in the place of a default.</summary>
    public string? WhenAbsent { get; init; }
}

/// <summary>One word out of several; the first is the default where <see cref="IsRequired"/> is false.</summary>
internal sealed record SpecChoice(string Name, string Meaning, bool IsRequired, IReadOnlyList<SpecOption> Options)
    : SpecNode(Name, Meaning)
{
    /// <summary>What stands in the place of the first word as the default.</summary>
    public string? WhenAbsent { get; init; }
}

/// <summary>A list of element symbols.</summary>
internal sealed record SpecElements(string Name, string Meaning, string WhenAbsent) : SpecNode(Name, Meaning)
{
    internal static void Write(Utf8JsonWriter json, string key, IEnumerable<int> species)
    {
        json.WriteStartArray(key);
        foreach (int z in species)
            json.WriteStringValue(Elements.Symbol(z));

        json.WriteEndArray();
    }
}

/// <summary>The name of a file, which may be absent.</summary>
internal sealed record SpecPath(string Name, string Meaning, string WhenAbsent) : SpecNode(Name, Meaning);

/// <summary>Rows of numbers, all of one length, by element symbol; may be absent.</summary>
internal sealed record SpecWeights(string Name, string Meaning, string WhenAbsent) : SpecNode(Name, Meaning);

/// <summary>A matrix of numbers for every l, all of one size; may be absent.</summary>
internal sealed record SpecMatrices(string Name, string Meaning, string WhenAbsent) : SpecNode(Name, Meaning);

/// <summary>A name or a key.</summary>
internal sealed record SpecName(string Name, string Meaning, string? WhenAbsent) : SpecNode(Name, Meaning);

/// <summary>Three numbers, not all zero; may be absent.</summary>
internal sealed record SpecVector(string Name, string Meaning, string WhenAbsent) : SpecNode(Name, Meaning);

/// <summary>Points of a mesh along three vectors, products of 2, 3, 5 and 7; may be absent.</summary>
internal sealed record SpecMesh(string Name, string Meaning, string WhenAbsent) : SpecNode(Name, Meaning)
{
    /// <summary>The most points along a vector.</summary>
    internal const int Most = 4096;
}

/// <summary>Charges: the name of an atom property, or a number for each element; may be absent.</summary>
internal sealed record SpecCharges(string Name, string Meaning, string WhenAbsent) : SpecNode(Name, Meaning);

/// <summary>A list of names, which may be absent.</summary>
internal sealed record SpecNames(string Name, string Meaning, string WhenAbsent) : SpecNode(Name, Meaning);

/// <summary>An object that is read elsewhere; may be absent.</summary>
internal sealed record SpecJson(string Name, string Meaning, string WhenAbsent) : SpecNode(Name, Meaning);

/// <summary>Yes or no.</summary>
internal sealed record SpecFlag(string Name, string Meaning) : SpecNode(Name, Meaning);

/// <summary>A list of objects, which may be absent.</summary>
internal sealed record SpecList(string Name, string Meaning, IReadOnlyList<SpecNode> Members) : SpecNode(Name, Meaning);

/// <summary>A word that a choice may have.</summary>
internal sealed record SpecOption(string Word, string Meaning);

/// <summary>The allowed interval of a number; a bound may be another key, whose value then counts.</summary>
internal sealed record SpecRange(double Above, double Most, string? MostKey = null)
{
    /// <summary>Of lengths in Å.</summary>
    internal static readonly SpecRange Lengths = new(0, 1000);

    /// <summary>Whether <see cref="Above"/> itself is allowed.</summary>
    public bool AllowsAbove { get; init; }
}
