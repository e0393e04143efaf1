using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text.Json.Nodes;
using Toolkit.Numerics.LinearAlgebra;
using Toolkit.Numerics.Models;
using Toolkit.Numerics.Structures;

namespace Toolkit.Cli;

/// <summary>
/// Structures of the data on the page of a report, to be turned by hand, beside a map of their features: points that lie near one another
/// are alike to the model. The page holds all that it shows and asks no other place for anything.
/// </summary>
internal sealed class StructureMap
{
    // What a page can hold and a reader look at.
    private const int MostStructures = 300, MostAtoms = 30_000;

    private readonly List<Shown> _all = [];

    /// <summary>Takes structures of a set, spread evenly over it.</summary>
    /// <param name="model">A model of energies has a map; others have structures alone.</param>
    /// <param name="name">What the page calls the set.</param>
    /// <param name="source">The structures.</param>
    /// <param name="threads">How many threads may work.</param>
    public void Add(IFittedModel model, string name, StructureSource source, int threads)
    {
        List<(int Number, Structure Structure)> taken = [];
        int every = 1, number = 0, atoms = 0;
        foreach ((Structure structure, _) in source.Read())
        {
            if (number++ % every != 0 || structure.Count == 0) continue;
            taken.Add((number, structure));
            atoms += structure.Count;
            // Every second of those that are there, and of those to come.
            while (taken.Count > 1 && (taken.Count > MostStructures || atoms > MostAtoms))
            {
                every *= 2;
                taken = [.. taken.Where(s => (s.Number - 1) % every == 0)];
                atoms = taken.Sum(static s => s.Structure.Count);
            }
        }

        foreach ((int k, Structure structure) in taken.Where(static s => s.Structure.Count <= MostAtoms))
            _all.Add(model is FittedModel fitted ? Of(fitted, name, k, structure, threads) : new Shown(name, k, structure, null, null, []));
    }

    /// <summary>A part of a page; empty where there are no structures.</summary>
    public string Html(IFittedModel model)
    {
        if (_all.Count == 0) return "";
        double[][] features = [.. _all.Where(static s => s.Features is not null).Select(static s => s.Features!)];
        bool isMap = features.Length == _all.Count && features.Length > 2;
        int dimensions = isMap ? Math.Min(2, features[0].Length) : 0;
        double[] places = isMap ? PrincipalComponents.Project(features, features[0].Length, dimensions) : [];
        int[] species = [.. _all.SelectMany(static s => s.Structure.Species.ToArray()).Distinct().Order()];
        var json = new JsonObject
        {
            ["elements"] = new JsonArray([.. species.Select(static z => (JsonNode)Elements.Symbol(z))]),
            ["numbers"] = new JsonArray([.. species.Select(static z => (JsonNode)z)]),
            ["structures"] = new JsonArray(
                [.. _all.Select((s, k) => (JsonNode)Json(s, species, isMap ? places.AsSpan(dimensions * k, dimensions).ToArray() : null))]),
        };
        using Stream code = typeof(StructureMap).Assembly.GetManifestResourceStream("structures.js")!;
        using StreamReader text = new(code);
        // Nothing in the data may end the script that holds it.
        return $$"""
            <h2>Structures</h2>
            <p>{{(isMap ? $"Left: the first {dimensions} principal components of the structures' mean features, coloured by energy per atom beyond the baseline; a click chooses the structure that stands right. " : "")}}Turn it with the pointer, the wheel changes its size, the keys ← and → go through {{_all.Count}} structures.</p>
            <div id="structures"></div>
            <script type="application/json" id="structures-data">{{json.ToJsonString().Replace("<", "\\u003c", StringComparison.Ordinal)}}</script>
            <script>
            {{text.ReadToEnd()}}
            </script>

            """;
    }

    private static Shown Of(FittedModel model, string set, int number, Structure structure, int threads)
    {
        double[] features = model.Features.Compute(structure, threads), mean = new double[model.FeatureCount];
        for (int k = 0; k < features.Length; k++)
            mean[k % mean.Length] += features[k] / structure.Count;
        double energy = (model.Predict(structure, threads).Energy - model.Baseline.Of(structure)) / structure.Count;
        return new Shown(set, number, structure, mean, energy,
            [.. model.Features.Fields.Select(f => (f.Name, (double[]?)f.Read(structure)))]);
    }

    private static JsonObject Json(Shown shown, int[] species, double[]? place)
    {
        Structure s = shown.Structure;
        var json = new JsonObject
        {
            ["name"] = string.Create(CultureInfo.InvariantCulture, $"{shown.Set} {shown.Number}"),
            ["species"] = new JsonArray([.. s.Species.ToArray().Select(z => (JsonNode)Array.BinarySearch(species, z))]),
            ["positions"] = Numbers(s.Positions.ToArray(), 3),
        };
        if (s.Cell is { IsComplete: true } cell) json["cell"] = Numbers(cell.Vectors.ToArray(), 3);
        if (place is not null) json["place"] = Numbers(place, 6);
        if (shown.Energy is double energy) json["energy"] = Math.Round(energy, 6);
        JsonObject arrows = [];
        double[]? forces = ((string[])["REF_forces", "forces"]).Select(key => s.AtomProperties.GetValueOrDefault(key))
            .FirstOrDefault(static p => p is { Kind: PropertyKind.Real, Components: 3 })?.Reals.ToArray();
        foreach ((string name, double[]? values) in shown.Vectors.Append(("forces", forces))
            .Where(static v => v.Item2?.All(double.IsFinite) == true))
        {
            arrows[name] = Numbers(values!, 3);
        }

        if (arrows.Count > 0) json["arrows"] = arrows;
        return json;
    }

    private static JsonArray Numbers(double[] values, int digits) => new([.. values.Select(x => (JsonNode)Math.Round(x, digits))]);

    /// <summary>A structure of the page.</summary>
    private sealed record Shown(
        string Set, int Number, Structure Structure, double[]? Features, double? Energy,
            IReadOnlyList<(string Name, double[]? Values)> Vectors);
}
