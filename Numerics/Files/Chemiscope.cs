using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.Json;
using Toolkit.Numerics.LinearAlgebra;
using Toolkit.Numerics.Structures;

namespace Toolkit.Numerics.Files;

/// <summary>
/// Structures and a map of their atoms as chemiscope JSON, version 1: the first principal components of the features
/// of every atom, the finite scalar properties that all structures have, and, on request, vector properties as arrows.
/// </summary>
/// <remarks>
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
    /// <param name="table">The features of these structures.</param>
    /// <param name="cutoff">The radius of an environment, Å.</param>
    /// <param name="vectors">Vectors to draw as arrows: a name, and [frame][atom, xyz], finite; null: none.</param>
    /// <exception cref="InputException">The file cannot be written.</exception>
    public static void Write(
        string path,
        string name,
        IReadOnlyList<Structure> frames,
        FeatureTable table,
        double cutoff,
        IReadOnlyList<(string Name, double[][] Values)>? vectors = null)
    {
        ArgumentNullException.ThrowIfNull(frames);
        ArgumentNullException.ThrowIfNull(table);
        AtomicFile.Write(path, stream =>
        {
            using Utf8JsonWriter json = new(stream);
            json.WriteStartObject();
            json.WriteStartObject("meta");
            json.WriteString("name", name);
            json.WriteEndObject();
            WriteStructures(json, frames);
            json.WriteStartObject("properties");
            WriteMap(json, table);
            WriteAtomScalars(json, frames);
            WriteScalars(json, frames);
            json.WriteEndObject();
            WriteEnvironments(json, frames, cutoff);
            if (vectors is { Count: > 0 })
            {
                json.WriteStartObject("shapes");
                foreach ((string key, double[][] values) in vectors)
                {
                    WriteArrows(json, key, values);
                }

                json.WriteEndObject();
            }

            json.WriteEndObject();
        });
    }

    private static void WriteStructures(Utf8JsonWriter json, IReadOnlyList<Structure> frames)
    {
        json.WriteStartArray("structures");
        foreach (Structure frame in frames)
        {
            json.WriteStartObject();
            json.WriteNumber("size", frame.Count);
            json.WriteStartArray("names");
            foreach (int z in frame.Species)
            {
                json.WriteStringValue(Elements.Symbol(z));
            }

            json.WriteEndArray();
            for (int k = 0; k < 3; k++)
            {
                json.WriteStartArray(k == 0 ? "x" : k == 1 ? "y" : "z");
                for (int i = 0; i < frame.Count; i++)
                {
                    json.WriteNumberValue(frame.Positions[3 * i + k]);
                }

                json.WriteEndArray();
            }

            // A molecule's box is none; a slab's missing vector has nothing to draw.
            if (frame.Cell is { IsComplete: true } cell && frame.Periodic.Any)
            {
                json.WriteStartArray("cell");
                foreach (double x in cell.Vectors)
                {
                    json.WriteNumberValue(x);
                }

                json.WriteEndArray();
            }

            json.WriteEndObject();
            json.Flush();
        }

        json.WriteEndArray();
    }

    private static void WriteMap(Utf8JsonWriter json, FeatureTable table)
    {
        int count = Math.Min(Components, table.Layout.RowLength);
        double[] map = PrincipalComponents.Project(table.Values, table.Layout.RowLength, count);
        for (int c = 0; c < count; c++)
        {
            StartProperty(json, $"principal component {c + 1}", "atom");
            for (int i = c; i < map.Length; i += count)
            {
                json.WriteNumberValue(map[i]);
            }

            EndProperty(json);
        }
    }

    private static void WriteAtomScalars(Utf8JsonWriter json, IReadOnlyList<Structure> frames)
    {
        foreach (string key in frames.Count > 0 ? frames[0].AtomProperties.Keys : [])
        {
            PropertyArray?[] values = frames.Select(f => f.AtomProperties.GetValueOrDefault(key)).ToArray();
            if (!Array.TrueForAll(values, static v => v is { Components: 1, Kind: PropertyKind.Real or PropertyKind.Integer }
                && Array.TrueForAll(v.ToReals(), double.IsFinite)))
            {
                continue;
            }

            StartProperty(json, key, "atom");
            foreach (double x in values.SelectMany(static v => v!.ToReals()))
            {
                json.WriteNumberValue(x);
            }

            EndProperty(json);
        }
    }

    private static void WriteScalars(Utf8JsonWriter json, IReadOnlyList<Structure> frames)
    {
        foreach (string key in frames.Count > 0 ? frames[0].Properties.Keys : [])
        {
            PropertyValue?[] values = frames.Select(f => f.Properties.GetValueOrDefault(key)).ToArray();
            bool areNumbers = Array.TrueForAll(values, static v =>
                v is { IsScalar: true, Kind: PropertyKind.Real or PropertyKind.Integer } && double.IsFinite(v.ToReals()[0]));
            bool areTexts = Array.TrueForAll(values, static v => v is { IsScalar: true, Kind: PropertyKind.Text });
            bool isTaken = frames[0].AtomProperties.ContainsKey(key);
            if ((!areNumbers && !areTexts) || isTaken)
            {
                continue;
            }

            StartProperty(json, key, "structure");
            foreach (PropertyValue? value in values)
            {
                if (areTexts)
                {
                    json.WriteStringValue(value!.Texts[0]);
                }
                else
                {
                    json.WriteNumberValue(value!.ToReals()[0]);
                }
            }

            EndProperty(json);
        }
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
                {
                    json.WriteNumber("scale", Unseen);
                }

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
