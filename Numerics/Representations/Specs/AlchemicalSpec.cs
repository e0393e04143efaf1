using System.Collections.Generic;
using System.Linq;
using System.Text.Json;
using Toolkit.Numerics.Expansion;
using Toolkit.Numerics.Files;
using Toolkit.Numerics.Structures;

namespace Toolkit.Numerics.Representations;

/// <summary>The mixing of species to pseudo-species.</summary>
/// <param name="Channels">The number of pseudo-species; null: that of the species, or the weights'.</param>
/// <param name="RowWidth">δ_row of the similarity in the periodic table, in rows; null with weights.</param>
/// <param name="ColumnWidth">δ_column, in columns; null with weights.</param>
/// <param name="Weights">Each species' shares in the pseudo-species, by atomic number; null: from the similarity.</param>
public sealed record AlchemicalSpec(int? Channels, double? RowWidth, double? ColumnWidth, IReadOnlyDictionary<int, double[]>? Weights)
{
    private const string Path = "$.alchemical.";

    internal static SpecGroup Node { get; } = new("alchemical",
        "how species are mixed to pseudo-species, whose numbers 0, 1, … then stand for species in labels", SpecAbsence.Nothing,
    [
        new SpecInteger("channels", "the number of pseudo-species; not with weights", null, 1, Elements.Last)
        {
            WhenAbsent = "that of the species",
        },
        new SpecNumber("row", "δ_row of the similarity exp(−Δrow²/2δ_row² − Δcolumn²/2δ_column²) in the periodic table; not with weights",
            "1", null, new(0, 1000))
        {
            WhenAbsent = "1",
        },
        new SpecNumber("column", "δ_column; not with weights", "1", null, new(0, 1000))
        {
            WhenAbsent = "1",
        },
        new SpecWeights("weights", "for every species its share in each pseudo-species, as {\"H\": [1, 0], \"C\": [0.3, 1]}",
            "from the similarity"),
    ]);

    internal static AlchemicalSpec? Read(SpecReader r)
    {
        if (!r.Has("$.alchemical"))
            return null;

        if (!r.Has(Path + "weights"))
        {
            return new AlchemicalSpec(
                r.IntegerIfAny(Path + "channels"), r.NumberIfAny(Path + "row") ?? 1, r.NumberIfAny(Path + "column") ?? 1, null);
        }

        foreach (string key in new[] { "channels", "row", "column" })
        {
            if (r.IsGiven(Path + key))
                throw r.Bad(Path + key, "this key beside weights", "weights alone, or none");
        }

        return new AlchemicalSpec(null, null, null, r.Rows(Path + "weights"));
    }

    internal void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject("alchemical");
        if (Channels is int channels)
            json.WriteNumber("channels", channels);

        if (Weights is null)
        {
            json.WriteNumber("row", RowWidth!.Value);
            json.WriteNumber("column", ColumnWidth!.Value);
        }
        else
        {
            json.WriteStartObject("weights");
            foreach ((int z, double[] row) in Weights)
            {
                json.WriteStartArray(Elements.Symbol(z));
                foreach (double weight in row)
                    json.WriteNumberValue(weight);

                json.WriteEndArray();
            }

            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    /// <summary>The mixing of the given species.</summary>
    /// <param name="species">Atomic numbers.</param>
    /// <param name="source">What messages call the specification.</param>
    /// <exception cref="InputException">A species without weights; more pseudo-species than species.</exception>
    internal SpeciesMixing CreateMixing(IReadOnlyList<int> species, string source)
    {
        int[] missing = species.Where(z => Weights?.ContainsKey(z) == false).ToArray();
        string found = missing.Length > 0 ? "no weights for " + string.Join(", ", missing.Select(Elements.Symbol))
            : Weights is null && Channels > species.Count ? $"{Channels} pseudo-species of {species.Count} species"
            : "";
        if (found.Length > 0)
        {
            throw new InputException(
                source, null, "$.alchemical", found, "weights for every species, and no more pseudo-species than species");
        }

        return Weights is null
            ? SpeciesMixing.FromPeriodicTable(species, RowWidth!.Value, ColumnWidth!.Value, Channels ?? species.Count)
            : new SpeciesMixing(species, Weights.First().Value.Length, species.SelectMany(z => Weights[z]).ToArray());
    }
}
