using System;
using System.Collections.Generic;
using System.Linq;
using System.Text.Json;
using Toolkit.Numerics.LinearAlgebra;
using Toolkit.Numerics.Structures;

namespace Toolkit.Numerics.Files;

/// <summary>
/// Structures and a map of their atoms as chemiscope JSON, version 1: the first principal components of the features
/// of every atom, where they are given, the scalar properties that all structures have, and, on request, vector properties as arrows.
/// </summary>
/// <remarks>
/// The format has no place for a number that is missing: its values are all numbers or all texts, and NaN is no JSON. A
/// property with such a number somewhere is left out, and the description inside the file says which and why. A property
/// that has the name of another one, or of a principal component, gets a name of its own.
/// Chemiscope 1.1.0 accepts such files (its own <c>validateDataset</c>). Its viewer divides by the length of an arrow: a
/// vector of length zero is written as one along z of no visible length and width.
/// </remarks>
public static class Chemiscope
{
    private const int Components = 3;

    // Å: an arrow that is not to be seen.
    private const double Unseen = 1e-9;

    /// <summary>Writes the file, which appears under its name when it is complete.</summary>
    /// <param name="path">The file's name.</param>
    /// <param name="name">The title of the data set.</param>
    /// <param name="frames">The structures.</param>
    /// <param name="table">The features of these structures; null: the map is of their properties alone.</param>
    /// <param name="cutoff">The radius of an environment, Å.</param>
    /// <param name="vectors">Vectors to draw as arrows: a name, and [frame][atom, xyz], finite; null: none.</param>
    /// <param name="replace">Whether a file that is there may be replaced.</param>
    /// <returns>The properties that are left out, each with the reason: what the file's description says, too.</returns>
    /// <exception cref="InputException">The file cannot be written.</exception>
    public static IReadOnlyList<string> Write(
        string path,
        string name,
        IReadOnlyList<Structure> frames,
        FeatureTable? table,
        double cutoff,
        IReadOnlyList<(string Name, double[][] Values)>? vectors = null,
        bool replace = true)
    {
        ArgumentNullException.ThrowIfNull(frames);
        int components = table is null ? 0 : Math.Min(Components, table.Layout.RowLength);
        HashSet<string> taken = [.. Enumerable.Range(1, components).Select(ComponentName)];
        List<string> omitted = [];
        List<Scalars> scalars = [.. AtomScalars(frames, taken, omitted), .. StructureScalars(frames, taken, omitted)];
        AtomicFile.Write(path, stream =>
        {
            using Utf8JsonWriter json = new(stream);
            json.WriteStartObject();
            json.WriteStartObject("meta");
            json.WriteString("name", name);
            if (omitted.Count > 0)
                json.WriteString("description", "Left out: " + string.Join("; ", omitted) + ".");

            json.WriteEndObject();
            WriteStructures(json, frames);
            json.WriteStartObject("properties");
            if (table is not null) WriteMap(json, table, components);
            foreach (Scalars property in scalars)
            {
                StartProperty(json, property.Name, property.Target);
                foreach (double x in property.Numbers)
                    json.WriteNumberValue(x);

                foreach (string text in property.Texts)
                    json.WriteStringValue(text);

                EndProperty(json);
            }

            json.WriteEndObject();
            WriteEnvironments(json, frames, cutoff);
            if (vectors is { Count: > 0 })
            {
                json.WriteStartObject("shapes");
                foreach ((string key, double[][] values) in vectors)
                    WriteArrows(json, key, values);

                json.WriteEndObject();
            }

            json.WriteEndObject();
        }, replace);
        return omitted;
    }

    private static string ComponentName(int number) => $"principal component {number}";

    private static void WriteStructures(Utf8JsonWriter json, IReadOnlyList<Structure> frames)
    {
        json.WriteStartArray("structures");
        foreach (Structure frame in frames)
        {
            json.WriteStartObject();
            json.WriteNumber("size", frame.Count);
            json.WriteStartArray("names");
            foreach (int z in frame.Species)
                json.WriteStringValue(Elements.Symbol(z));

            json.WriteEndArray();
            for (int k = 0; k < 3; k++)
            {
                json.WriteStartArray(k == 0 ? "x" : k == 1 ? "y" : "z");
                for (int i = 0; i < frame.Count; i++)
                    json.WriteNumberValue(frame.Positions[3 * i + k]);

                json.WriteEndArray();
            }

            // A molecule's box is none; a slab's missing vector has nothing to draw.
            if (frame.Cell is { IsComplete: true } cell && frame.Periodic.Any)
            {
                json.WriteStartArray("cell");
                foreach (double x in cell.Vectors)
                    json.WriteNumberValue(x);

                json.WriteEndArray();
            }

            json.WriteEndObject();
            json.Flush();
        }

        json.WriteEndArray();
    }

    private static void WriteMap(Utf8JsonWriter json, FeatureTable table, int count)
    {
        double[] map = PrincipalComponents.Project(table.Values, table.Layout.RowLength, count);
        for (int c = 0; c < count; c++)
        {
            StartProperty(json, ComponentName(c + 1), "atom");
            for (int i = c; i < map.Length; i += count)
                json.WriteNumberValue(map[i]);

            EndProperty(json);
        }
    }

    /// <summary>One property: numbers, or else texts.</summary>
    private sealed record Scalars(string Name, string Target, double[] Numbers, string[] Texts);

    private static IEnumerable<Scalars> AtomScalars(IReadOnlyList<Structure> frames, HashSet<string> taken, List<string> omitted)
    {
        foreach (string key in frames.SelectMany(static f => f.AtomProperties.Keys).Distinct())
        {
            PropertyArray?[] values = frames.Select(f => f.AtomProperties.GetValueOrDefault(key)).ToArray();
            if (Array.TrueForAll(values, static v => v is null or { Components: 1, Kind: PropertyKind.Real or PropertyKind.Integer })
                && Numbers(key, values, static v => v.ToReals(), omitted) is double[] numbers)
            {
                yield return new Scalars(Free(key, taken), "atom", numbers, []);
            }
        }
    }

    private static IEnumerable<Scalars> StructureScalars(IReadOnlyList<Structure> frames, HashSet<string> taken, List<string> omitted)
    {
        foreach (string key in frames.SelectMany(static f => f.Properties.Keys).Distinct())
        {
            PropertyValue?[] values = frames.Select(f => f.Properties.GetValueOrDefault(key)).ToArray();
            if (Array.TrueForAll(values, static v => v is { IsScalar: true, Kind: PropertyKind.Text }))
            {
                yield return new Scalars(Free(key, taken), "structure", [], Array.ConvertAll(values, static v => v!.Texts[0]));
            }
            else if (Array.TrueForAll(values, static v => v is null or { IsScalar: true, Kind: PropertyKind.Real or PropertyKind.Integer })
                && Numbers(key, values, static v => v.ToReals(), omitted) is double[] numbers)
            {
                yield return new Scalars(Free(key, taken), "structure", numbers, []);
            }
        }
    }

    /// <summary>All numbers of a property; null, with the reason on the list, where one is missing or not finite.</summary>
    private static double[]? Numbers<T>(string key, T?[] values, Func<T, double[]> read, List<string> omitted)
        where T : class
    {
        double[][] numbers = Array.ConvertAll(values, v => v is null ? [] : read(v));
        int bad = Array.FindIndex(values, static v => v is null);
        int odd = Array.FindIndex(numbers, static n => !Array.TrueForAll(n, double.IsFinite));
        if (bad >= 0 || odd >= 0)
        {
            omitted.Add(odd >= 0
                ? $"{key} ({Array.Find(numbers[odd], static x => !double.IsFinite(x))} in structure {odd + 1})"
                : $"{key} (absent in structure {bad + 1})");
            return null;
        }

        return [.. numbers.SelectMany(static n => n)];
    }

    /// <summary>The name, or, where there is one of that name, the name with a remark.</summary>
    private static string Free(string name, HashSet<string> taken)
    {
        while (!taken.Add(name))
            name += " (of the file)";

        return name;
    }

    private static void WriteEnvironments(Utf8JsonWriter json, IReadOnlyList<Structure> frames, double cutoff)
    {
        json.WriteStartArray("environments");
        for (int f = 0; f < frames.Count; f++)
        {
            for (int i = 0; i < frames[f].Count; i++)
            {
                json.WriteStartObject();
                json.WriteNumber("structure", f);
                json.WriteNumber("center", i);
                json.WriteNumber("cutoff", cutoff);
                json.WriteEndObject();
            }
        }

        json.WriteEndArray();
    }

    private static void WriteArrows(Utf8JsonWriter json, string name, IReadOnlyList<double[]> values)
    {
        json.WriteStartObject(name);
        json.WriteString("kind", "arrow");
        json.WriteStartObject("parameters");
        json.WriteStartObject("global");
        json.WriteNumber("baseRadius", 0.1);
        json.WriteNumber("headRadius", 0.2);
        json.WriteNumber("headLength", 0.3);
        json.WriteEndObject();
        json.WriteStartArray("atom");
        foreach (double[] frame in values)
        {
            for (int i = 0; i < frame.Length; i += 3)
            {
                bool isZero = frame[i] == 0 && frame[i + 1] == 0 && frame[i + 2] == 0;
                json.WriteStartObject();
                json.WriteStartArray("vector");
                json.WriteNumberValue(frame[i]);
                json.WriteNumberValue(frame[i + 1]);
                json.WriteNumberValue(isZero ? Unseen : frame[i + 2]);
                json.WriteEndArray();
                if (isZero)
                    json.WriteNumber("scale", Unseen);

                json.WriteEndObject();
            }
        }

        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void StartProperty(Utf8JsonWriter json, string name, string target)
    {
        json.WriteStartObject(name);
        json.WriteString("target", target);
        json.WriteStartArray("values");
    }

    private static void EndProperty(Utf8JsonWriter json)
    {
        json.WriteEndArray();
        json.WriteEndObject();
        json.Flush();
    }
}
