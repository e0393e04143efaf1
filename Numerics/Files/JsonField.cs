using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Toolkit.Numerics.Files;

/// <summary>A value in a JSON file that knows where it stands, so that what is wrong with it is said with the file and the key.</summary>
/// <param name="Source">The file.</param>
/// <param name="Path">The keys to it, with dots between; empty for the whole.</param>
/// <param name="Node">The value; null: it is null or not there.</param>
internal readonly record struct JsonField(string Source, string Path, JsonNode? Node)
{
    /// <summary>Reads a file.</summary>
    /// <param name="path">Its name.</param>
    /// <exception cref="InputException">It is no JSON, or has a key twice.</exception>
    public static JsonField Read(string path) => Parse(File.ReadAllText(path), path);

    /// <summary>Reads a text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="source">What messages call it.</param>
    /// <exception cref="InputException">It is no JSON, or has a key twice.</exception>
    public static JsonField Parse(string text, string source)
    {
        try
        {
            return new(source, "", JsonNode.Parse(text, null, new JsonDocumentOptions { AllowDuplicateProperties = false }));
        }
        catch (JsonException e)
        {
            throw new InputException(source, e.LineNumber + 1, null, "no JSON, or a key twice", "JSON as toolkit writes it");
        }
    }

    /// <summary>The value of a key.</summary>
    public JsonField this[string key] => new(Source, Path.Length == 0 ? key : $"{Path}.{key}", (Node as JsonObject)?[key]);

    /// <summary>Whether there is something.</summary>
    public bool IsThere => Node is not null;

    /// <summary>A text.</summary>
    /// <exception cref="InputException">It is none.</exception>
    public string Text() => TextOrNull() ?? throw Bad("a text");

    /// <summary>A text; null where it is null or not there.</summary>
    /// <exception cref="InputException">It is something else.</exception>
    public string? TextOrNull() => Node is null ? null : As<string>("a text");

    /// <summary>A finite number.</summary>
    /// <exception cref="InputException">It is none.</exception>
    public double Real() => As<double>("a finite number") is var x && double.IsFinite(x) ? x : throw Bad("a finite number");

    /// <summary>A whole number that is not negative.</summary>
    /// <exception cref="InputException">It is none.</exception>
    public long Count() => As<long>("a whole number") is >= 0 and long n ? n : throw Bad("a whole number of at least 0");

    /// <summary>The elements of a list.</summary>
    /// <exception cref="InputException">It is none.</exception>
    public IReadOnlyList<JsonField> Items()
    {
        (string source, string path) = (Source, Path);
        return Node is JsonArray list ? [.. list.Select((e, k) => new JsonField(source, $"{path}[{k}]", e))] : throw Bad("a list");
    }

    /// <summary>The keys of an object and their values.</summary>
    /// <exception cref="InputException">It is none.</exception>
    public IReadOnlyList<(string Key, JsonField Value)> Entries()
    {
        JsonField self = this;
        return Node is JsonObject keys ? [.. keys.Select(e => (e.Key, self[e.Key]))] : throw Bad("an object { … }");
    }

    /// <summary>The error of this value.</summary>
    /// <param name="expected">What was expected.</param>
    public InputException Bad(string expected) =>
        new(Source, null, Path.Length == 0 ? null : Path, Node is null ? "none" : InputError.Quote(Node.ToJsonString()), expected);

    private T As<T>(string expected) => Node is JsonValue value && value.TryGetValue(out T? found) ? found : throw Bad(expected);
}
