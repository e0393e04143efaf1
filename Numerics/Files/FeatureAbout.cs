using System;
using System.Collections.Generic;
using System.IO;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Toolkit.Numerics.Files;

/// <summary>
/// What a file of features says about itself, as JSON: format, the version of this program, the files that the structures come
/// from, units, and what a fit behind the features keeps and drops.
/// </summary>
public static class FeatureAbout
{
    /// <summary>The JSON text.</summary>
    /// <param name="sources">The files of the structures; empty: unknown.</param>
    /// <param name="hasGradients">Whether there are gradients.</param>
    /// <param name="fields">The vector fields that there are gradients by.</param>
    /// <param name="fit">What a fit keeps and drops, a line for each step; null: there is none.</param>
    public static string Text(
        IReadOnlyList<string> sources, bool hasGradients, IReadOnlyList<string> fields, IReadOnlyList<string>? fit = null)
    {
        ArgumentNullException.ThrowIfNull(sources);
        ArgumentNullException.ThrowIfNull(fields);
        using MemoryStream stream = new();
        using (Utf8JsonWriter json = new(stream, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteString("format", "toolkit-features/1");
            json.WriteString("version", typeof(FeatureAbout).Assembly.GetName().Version!.ToString(3));
            json.WriteStartArray("source");
            foreach (string source in sources)
                json.WriteStringValue(source);

            json.WriteEndArray();
            if (fit is { Count: > 0 })
            {
                json.WriteStartArray("fit");
                foreach (string line in fit)
                    json.WriteStringValue(line);

                json.WriteEndArray();
            }

            json.WriteStartObject("units");
            json.WriteString("length", "Å");
            json.WriteString("values", "powers of Å and of the vectors' units, as CONVENTIONS.md has them for the factors in spec");
            if (hasGradients)
            {
                json.WriteString("gradients", "those of values per Å");
                foreach (string field in fields)
                    json.WriteString("gradients_" + field, "those of values per unit of the vector");
            }

            json.WriteEndObject();
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(stream.ToArray());
    }
}
