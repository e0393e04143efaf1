using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text.Json;
using System.Text.Json.Nodes;
using Toolkit.Numerics.Files;
using Toolkit.Numerics.Representations;

namespace Toolkit.Cli;

/// <summary>Keys of a specification that the command line gives: <c>--set radial.nmax=6</c> instead of another file.</summary>
internal static class SpecOverrides
{
    /// <summary>Reads a specification with some keys replaced or added.</summary>
    /// <param name="path">Its file.</param>
    /// <param name="settings">As <c>radial.nmax=6</c>; elements of lists by number, as <c>fields.0.key=magmoms</c>. A value that is no
    /// JSON is a word.</param>
    /// <exception cref="UsageException">Not of this form, a path through something that has no keys, or what makes a specification wrong
    /// that is right without it.</exception>
    /// <exception cref="InputException">The specification is not right.</exception>
    public static Spec Read(string path, IReadOnlyList<string> settings)
    {
        if (settings.Count == 0) return Spec.Read(path);
        string text;
        if (Path.GetExtension(path).Equals(".npz", StringComparison.OrdinalIgnoreCase))
        {
            text = Spec.Read(path).ToJson();
        }
        else
        {
            InputFile.Require(path, "a specification in JSON");
            text = File.ReadAllText(path);
        }

        JsonNode? root;
        try
        {
            root = JsonNode.Parse(text, null, new JsonDocumentOptions
            {
                CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true, AllowDuplicateProperties = false,
            });
        }
        catch (JsonException)
        {
            // What is wrong, and in which line, is said by the reader.
            return Spec.Read(path);
        }

        foreach (string setting in settings)
        {
            int equals = setting.IndexOf('=', StringComparison.Ordinal);
            if (equals < 1) throw new UsageException($"--set: found '{setting}', expected key=value, as radial.nmax=6");
            string[] keys = setting[..equals].Trim().Split('.');
            JsonNode? at = root;
            for (int k = 0; k < keys.Length - 1; k++)
            {
                if (at is JsonObject parent && !parent.ContainsKey(keys[k])) parent[keys[k]] = new JsonObject();
                at = Child(at, keys[k], setting);
            }

            JsonNode? value = Value(setting[(equals + 1)..].Trim());
            switch (at)
            {
                case JsonObject parent:
                    parent[keys[^1]] = value;
                    break;
                case JsonArray list when Index(keys[^1], list.Count) is int index:
                    list[index] = value;
                    break;
                default:
                    throw NoSuch(keys[^1], setting);
            }
        }

        try
        {
            return Spec.Parse(root!.ToJsonString(), path);
        }
        catch (InputException e) when (IsRight(text, path))
        {
            InputError error = e.Error;
            string blamed = string.Join(" --set ", Blamed(settings, error.Field));
            throw new UsageException($"--set {blamed}: {error.Field}: found {error.Found}, expected {error.Expected}");
        }
    }

    /// <summary>The settings that an error at a place of the specification is of; all where none can be told.</summary>
    private static IReadOnlyList<string> Blamed(IReadOnlyList<string> settings, string? place)
    {
        string[] own = [.. settings.Where(s => place is not null
            && $"$.{s[..s.IndexOf('=', StringComparison.Ordinal)].Trim()}.".StartsWith(place + ".", StringComparison.Ordinal))];
        return own.Length > 0 ? own : settings;
    }

    /// <summary>Whether the specification is right as it stands in the file.</summary>
    private static bool IsRight(string text, string path)
    {
        try
        {
            Spec.Parse(text, path);
            return true;
        }
        catch (InputException)
        {
            return false;
        }
    }

    private static JsonNode? Child(JsonNode? node, string key, string setting) => node switch
    {
        JsonObject parent => parent[key],
        JsonArray list when Index(key, list.Count) is int index => list[index],
        _ => throw NoSuch(key, setting),
    };

    private static int? Index(string key, int count) =>
        int.TryParse(key, NumberStyles.None, CultureInfo.InvariantCulture, out int index) && index < count ? index : null;

    private static UsageException NoSuch(string key, string setting) =>
        new($"--set: found '{setting}', expected a path of keys; there is no '{key}' to go through");

    private static JsonNode? Value(string text)
    {
        try
        {
            return JsonNode.Parse(text);
        }
        catch (JsonException)
        {
            return JsonValue.Create(text);
        }
    }
}
