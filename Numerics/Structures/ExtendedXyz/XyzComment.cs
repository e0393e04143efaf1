using System;
using System.Collections.Generic;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Toolkit.Numerics.Files;

namespace Toolkit.Numerics.Structures;

/// <summary>
/// The second line of a frame. With Properties=… or Lattice=… in it, it is a row of key=value pairs; without, the frame
/// is plain xyz and the line is a free comment, kept as the property "comment".
/// </summary>
/// <remarks>
/// A value is a bare word, a text in "…", '…' or {…} (where a backslash takes the next character as it is), or nested
/// lists in […]. Words of one kind become integers, else reals, else truth values; what starts with _JSON is JSON; all
/// else is text. A key without a value is true. Nine numbers under "stress" or "virial" are a 3×3 matrix column by
/// column, as ASE writes them; under any other key they are a vector of nine.
/// </remarks>
internal sealed partial class XyzComment
{
    private static readonly HashSet<string> ByColumns = new(StringComparer.Ordinal) { "stress", "virial" };

    private readonly string _source;
    private readonly long _line;

    private XyzComment(string source, long line)
    {
        _source = source;
        _line = line;
    }

    internal XyzColumn[] Columns { get; private set; } = XyzColumn.Plain;

    internal bool IsPlain { get; private set; }

    internal Cell? Cell { get; private set; }

    internal Periodicity Periodic { get; private set; }

    internal List<KeyValuePair<string, PropertyValue>> Properties { get; } = [];

    /// <exception cref="InputException">With the line, the key and what is wrong with its value.</exception>
    internal static XyzComment Parse(ReadOnlySpan<char> text, string source, long line)
    {
        XyzComment comment = new(source, line);
        if (ExtendedKey().IsMatch(text))
        {
            comment.ReadPairs(text);
            return comment;
        }

        comment.IsPlain = true;
        text = text.Trim();
        if (!text.IsEmpty)
        {
            comment.Properties.Add(new("comment", comment.Guard("comment", text, static t => PropertyValue.Text(t))));
        }

        return comment;
    }

    /// <summary>Whether nine numbers under this key are a matrix column by column.</summary>
    internal static bool IsByColumns(string key) => ByColumns.Contains(key);

    /// <summary>What a text without brackets means, as a bare word or in quotes.</summary>
    internal static PropertyValue? Numbers(string text)
    {
        List<string> words = [];
        foreach (string word in text.Split([' ', '\t', ',', '\n', '\r', '\f', '\v'], StringSplitOptions.RemoveEmptyEntries))
        {
            words.Add(word);
        }

        return words.Count == 0 ? null
            : words.Count == 1 ? XyzList.OneKind(words, [])
            : XyzList.OneKind(words, [words.Count]);
    }

    [GeneratedRegex(@"(?:^|\s)(?:Properties|Lattice)[ \t]*=", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex ExtendedKey();

    private void ReadPairs(ReadOnlySpan<char> text)
    {
        HashSet<string> seen = new(StringComparer.Ordinal);
        double[]? lattice = null;
        Periodicity? periodic = null;
        int at = 0;
        while (true)
        {
            SkipSpace(text, ref at);
            if (at >= text.Length)
            {
                break;
            }

            string key = ReadKey(text, ref at);
            string name = key.ToUpperInvariant() switch
            {
                "LATTICE" => "Lattice",
                "PROPERTIES" => "Properties",
                "PBC" => "pbc",
                _ => key,
            };
            if (!seen.Add(name))
            {
                throw Bad(name, "the key twice", "each key once");
            }

            (string raw, PropertyValue? value) = ReadValue(text, ref at, name);
            switch (name)
            {
                case "Lattice":
                    lattice = ToLattice(raw, value);
                    break;
                case "pbc":
                    periodic = ToPeriodicity(raw, value);
                    break;
                case "Properties":
                    Columns = XyzColumn.Parse(raw, _source, _line);
                    break;
                default:
                    Properties.Add(new(name, Settle(name, raw, value)));
                    break;
            }
        }

        Place(lattice, periodic);
    }

    private void Place(double[]? lattice, Periodicity? periodic)
    {
        Periodic = periodic ?? (lattice is null ? Periodicity.None : Periodicity.All);
        if (lattice is not null && Array.TrueForAll(lattice, static x => x == 0))
        {
            lattice = null;
        }

        if (lattice is not null)
        {
            try
            {
                Cell = new Cell(lattice);
            }
            catch (ArgumentException)
            {
                throw Bad("Lattice", "dependent vectors " + Cell.Describe(lattice), "linearly independent lattice vectors");
            }
        }

        for (int d = 0; d < 3; d++)
        {
            if (Periodic[d] && (Cell is null || !Cell.Has(d)))
            {
                throw Bad(
                    "Lattice",
                    lattice is null && periodic is not null ? "none" : $"no vector {"abc"[d]}",
                    $"a lattice vector {"abc"[d]}, since the structure is periodic along it (pbc=\"{Periodic}\"{(periodic is null ? ", the default with a Lattice" : "")})");
            }
        }
    }

    private string ReadKey(ReadOnlySpan<char> text, ref int at)
    {
        char c = text[at];
        if (c is '"' or '\'' or '{')
        {
            string quoted = ReadQuoted(text, ref at, "key");
            return quoted.Length > 0 ? quoted : throw Bad("key", "an empty key", "a name before '='");
        }

        int start = at;
        StringBuilder key = new();
        while (at < text.Length && !char.IsWhiteSpace(text[at]) && text[at] != '=')
        {
            if (text[at] is '"' or '\'' or '{' or '}' or '[' or ']')
            {
                throw Bad("key", InputError.Quote(text[start..(at + 1)]), "white space between a value and the next key");
            }

            at += text[at] == '\\' && at + 1 < text.Length ? 1 : 0;
            key.Append(text[at++]);
        }

        return key.Length > 0 ? key.ToString() : throw Bad("key", InputError.Quote(text[start..]), "a name before '='");
    }

    private (string Raw, PropertyValue? Value) ReadValue(ReadOnlySpan<char> text, ref int at, string key)
    {
        int afterKey = at;
        SkipSpace(text, ref at);
        if (at >= text.Length || text[at] != '=')
        {
            if (at == afterKey && at < text.Length)
            {
                throw Bad(key, InputError.Quote(text[at..]), "'=' or white space after the key");
            }

            return ("T", PropertyValue.Logical(true));
        }

        int afterEquals = ++at;
        SkipSpace(text, ref at);
        if (at >= text.Length)
        {
            return ("", null);
        }

        string raw;
        PropertyValue? value;
        switch (text[at])
        {
            case '"' or '\'' or '{':
                raw = ReadQuoted(text, ref at, key);
                value = raw.StartsWith("_JSON ", StringComparison.Ordinal) ? FromJson(key, raw) : Numbers(raw);
                break;
            case '[':
                int closing = XyzList.Closing(text[at..]);
                if (closing < 0)
                {
                    throw Bad(key, InputError.Quote(text[at..]), "a closing bracket ]");
                }

                ReadOnlySpan<char> list = text.Slice(at, closing + 1);
                at += closing + 1;
                raw = list.ToString();
                value = FromList(key, raw);
                break;
            default:
                int start = at;
                // "key= next=3", which ASE writes for an empty text: the word is the next key.
                if (start > afterEquals && StartsPair(text[start..]))
                {
                    at = start;
                    return ("", null);
                }

                StringBuilder word = new();
                while (at < text.Length && !char.IsWhiteSpace(text[at]))
                {
                    if (text[at] == '"')
                    {
                        throw Bad(key, InputError.Quote(text[start..(at + 1)]), "a value in quotes to start with its quote");
                    }

                    at += text[at] == '\\' && at + 1 < text.Length ? 1 : 0;
                    word.Append(text[at++]);
                }

                raw = word.ToString();
                value = Numbers(raw);
                break;
        }

        if (at < text.Length && !char.IsWhiteSpace(text[at]))
        {
            throw Bad(key, InputError.Quote(text[at..]) + " right after a closing quote or bracket", "white space there");
        }

        return (raw, value);
    }

    private static bool StartsPair(ReadOnlySpan<char> text)
    {
        int i = 0;
        while (i < text.Length && (char.IsLetterOrDigit(text[i]) || text[i] is '_' or '-' or '.'))
        {
            i++;
        }

        return i > 0 && i < text.Length && text[i] == '=';
    }

    private string ReadQuoted(ReadOnlySpan<char> text, ref int at, string field)
    {
        int start = at;
        char closing = text[at++] == '{' ? '}' : text[start];
        StringBuilder content = new();
        for (; at < text.Length; at++)
        {
            char c = text[at];
            if (c == closing)
            {
                at++;
                return content.ToString();
            }

            if (c == '\\' && at + 1 < text.Length)
            {
                c = text[++at];
                c = c == 'n' && closing == '"' ? '\n' : c;
            }

            content.Append(c);
        }

        throw Bad(field, InputError.Quote(text[start..]), $"a closing {(closing == '}' ? "brace }" : "quote " + closing)}");
    }

    private PropertyValue FromList(string key, string raw)
    {
        PropertyValue? value = Guard(key, raw, text => XyzList.TryParse(text, out PropertyValue? v, out string found)
            ? v
            : throw Bad(key, found, "nested lists as [[1, 2], [3, 4]]"));
        return value ?? throw Bad(key, InputError.Quote(raw), "rows of one length and one kind");
    }

    private PropertyValue FromJson(string key, string raw)
    {
        string json = raw["_JSON ".Length..].Trim();
        if (json.StartsWith('[') && XyzList.TryParse(json, out _, out _))
        {
            PropertyValue? list = Guard(key, json, static text => XyzList.TryParse(text, out PropertyValue? v, out _) ? v : null);
            if (list is not null)
            {
                return list;
            }
        }
        else if (json is "NaN" or "Infinity" or "-Infinity")
        {
            return Numbers(json)!;
        }

        return Guard(key, json, static text =>
        {
            using JsonDocument document = JsonDocument.Parse(text);
            JsonElement root = document.RootElement;
            return root.ValueKind switch
            {
                JsonValueKind.String => PropertyValue.Text(root.GetString()!),
                JsonValueKind.True => PropertyValue.Logical(true),
                JsonValueKind.False => PropertyValue.Logical(false),
                JsonValueKind.Number => Numbers(root.GetRawText()) ?? PropertyValue.Json(text),
                _ => PropertyValue.Json(text),
            };
        });
    }

    /// <summary>Numbers, or text when they are none; nine numbers of a tensor as 3×3.</summary>
    private PropertyValue Settle(string key, string raw, PropertyValue? value)
    {
        value ??= Guard(key, raw, static text => PropertyValue.Text(text));
        if (!IsByColumns(key) || value.Shape is not [9] || value.Kind is not (PropertyKind.Real or PropertyKind.Integer)
            || raw.StartsWith("_JSON ", StringComparison.Ordinal))
        {
            return value;
        }

        double[] v = value.ToReals();
        return PropertyValue.Real([v[0], v[3], v[6], v[1], v[4], v[7], v[2], v[5], v[8]], 3, 3);
    }

    private double[] ToLattice(string raw, PropertyValue? value) =>
        value is { Kind: PropertyKind.Real or PropertyKind.Integer, Shape: [9] }
            && Array.TrueForAll(value.ToReals(), double.IsFinite)
            ? value.ToReals()
            : throw Bad("Lattice", InputError.Quote(raw), "nine numbers \"ax ay az bx by bz cx cy cz\"");

    private Periodicity ToPeriodicity(string raw, PropertyValue? value)
    {
        InputException bad = Bad("pbc", InputError.Quote(raw), "three truth values \"T T F\"");
        if (value is null || value.Size is not (1 or 3))
        {
            throw bad;
        }

        Span<bool> directions = stackalloc bool[value.Size];
        for (int d = 0; d < directions.Length; d++)
        {
            directions[d] = value.Kind switch
            {
                PropertyKind.Logical => value.Logicals[d],
                PropertyKind.Integer when value.Integers[d] is 0 or 1 => value.Integers[d] == 1,
                _ => throw bad,
            };
        }

        return directions.Length == 1
            ? new(directions[0], directions[0], directions[0])
            : new(directions[0], directions[1], directions[2]);
    }

    private T Guard<T>(string key, ReadOnlySpan<char> text, Func<string, T> make)
    {
        string all = text.ToString();
        try
        {
            return make(all);
        }
        catch (JsonException)
        {
            throw Bad(key, InputError.Quote(all), "JSON after _JSON");
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException)
        {
            throw Bad(key, InputError.Quote(all) + $" ({Facts(e)})", "a value that can be kept");
        }
    }

    private InputException Bad(string field, string found, string expected) => new(_source, _line, field, found, expected);

    private static string Facts(Exception e) => e.Message.Split(" (Parameter", 2)[0].TrimEnd('.');

    private static void SkipSpace(ReadOnlySpan<char> text, ref int at)
    {
        while (at < text.Length && char.IsWhiteSpace(text[at]))
        {
            at++;
        }
    }
}
