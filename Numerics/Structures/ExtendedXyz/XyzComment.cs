using System;
using System.Collections.Generic;
using System.Linq;
using System.Text.Json;
using System.Text.RegularExpressions;
using Toolkit.Numerics.Files;
using static Toolkit.Numerics.Structures.XyzTokens;

namespace Toolkit.Numerics.Structures;

/// <summary>
/// The second line of a frame. With Properties=… or Lattice=… in it, or where every word of it is key=value, it is a row of
/// such pairs; else it is a free comment, kept as the property "comment". Without Properties the atoms' lines are those of plain
/// xyz.
/// </summary>
/// <remarks>
/// A value is a bare word, a text in "…", '…' or {…} (where a backslash takes the next character as it is), or nested
/// lists in […]. Words of one kind become integers, else reals, else truth values; what starts with _JSON is JSON; all
/// else is text, and so is a list whose rows differ or a quote that is never closed: no value but those of cell and columns
/// can make a file unreadable. A key without a value is true, unless it has one elsewhere. A key with two values is refused, since
/// nobody can tell which is meant (the format does not say; ASE takes the last). Nine numbers under
/// "stress" or "virial" are a 3×3 matrix column by column, as ASE writes them; under any other key they are a vector of
/// nine.
/// <para>
/// The lattice vectors are those of Lattice or of lines VEC1 … after the atoms. Without pbc the structure is periodic along
/// each vector that is not zero. Where pbc itself says T along a direction that has no vector, the file describes a
/// crystal whose cell is lost: as a cluster, which is how ASE computes it, its atoms would miss neighbours
/// without a word, so it is refused; pbc="F F F" reads it as a cluster.
/// </para>
/// </remarks>
internal sealed partial class XyzComment
{
    private static readonly HashSet<string> ByColumns = new(StringComparer.Ordinal) { "stress", "virial" };

    private readonly string _source;
    private readonly long _line;
    // Of each property, as it is written; null: without a value.
    private readonly List<string?> _written = [];
    private string? _properties;
    private string? _pbc;
    private double[]? _lattice;
    private Periodicity? _periodic;

    private XyzComment(string source, long line)
    {
        _source = source;
        _line = line;
    }

    internal XyzColumn[] Columns { get; private set; } = XyzColumn.Plain;

    /// <summary>Whether Properties names the columns; else lines may have further words.</summary>
    internal bool HasProperties { get; private set; }

    internal Cell? Cell { get; private set; }

    internal Periodicity Periodic { get; private set; }

    internal List<KeyValuePair<string, PropertyValue>> Properties { get; } = [];

    /// <summary>Reads the line.</summary>
    /// <param name="text">The line.</param>
    /// <param name="source">What messages call the file.</param>
    /// <param name="line">Its number.</param>
    /// <param name="before">That of the frame before, which mostly has the same columns and lattice.</param>
    /// <exception cref="InputException">With the line, the key and what is wrong with its value.</exception>
    internal static XyzComment Parse(ReadOnlySpan<char> text, string source, long line, XyzComment? before = null)
    {
        XyzComment comment = new(source, line);
        if (ExtendedKey().IsMatch(text) || IsAllPairs(text))
        {
            comment.ReadPairs(text, before);
            return comment;
        }

        text = text.Trim();
        if (!text.IsEmpty)
            comment.Properties.Add(new("comment", PropertyValue.Text(text.ToString())));

        return comment;
    }

    /// <summary>Whether nine numbers under this key are a matrix column by column.</summary>
    internal static bool IsByColumns(string key) => ByColumns.Contains(key);

    /// <summary>What a text without brackets means, as a bare word or in quotes.</summary>
    internal static PropertyValue? Numbers(string text)
    {
        if (Reals(text) is { } reals)
            return reals;

        List<string> words = [.. text.Split([' ', '\t', ',', '\n', '\r', '\f', '\v'], StringSplitOptions.RemoveEmptyEntries)];
        return words.Count == 0 ? null
            : words.Count == 1 ? XyzList.OneKind(words, [])
            : XyzList.OneKind(words, [words.Count]);
    }

    /// <summary>The usual case without strings of words: decimal numbers with a point and spaces between them; null where it is
    /// another.</summary>
    private static PropertyValue? Reals(string text)
    {
        Span<double> numbers = stackalloc double[9];
        int count = 0;
        for (int at = 0; at < text.Length; count++)
            if (count == numbers.Length || !DecimalNumber.TryReadNext(text, ref at, out numbers[count])) return null;

        return count == 0 ? null : count == 1 ? PropertyValue.Real(numbers[0]) : PropertyValue.Real(numbers[..count], count);
    }

    [GeneratedRegex(@"(?:^|\s)(?:Properties|Lattice)[ \t]*=", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex ExtendedKey();

    private void ReadPairs(ReadOnlySpan<char> text, XyzComment? before)
    {
        int at = 0;
        while (true)
        {
            SkipSpace(text, ref at);
            if (at >= text.Length)
                break;

            string key = ReadKey(text, ref at);
            if (key.Length == 0)
            {
                // A value without a name.
                at = WordEnd(text, at);
                continue;
            }

            string name = key.Equals("Lattice", StringComparison.OrdinalIgnoreCase) ? "Lattice"
                : key.Equals("Properties", StringComparison.OrdinalIgnoreCase) ? "Properties"
                : key.Equals("pbc", StringComparison.OrdinalIgnoreCase) ? "pbc"
                : key;
            if ((name == "Lattice" && _lattice is not null) || (name == "Properties" && HasProperties)
                || (name == "pbc" && _pbc is not null))
            {
                throw Bad(name, "the key twice", "each key once");
            }

            (string raw, char kind) = ReadValue(text, ref at, name);
            switch (name)
            {
                case "Lattice":
                    _lattice = ToLattice(raw, Meaning(raw, kind));
                    break;
                case "pbc":
                    _periodic = before?._pbc == raw ? before._periodic : ToPeriodicity(raw, Meaning(raw, kind));
                    _pbc = raw;
                    break;
                case "Properties":
                    Columns = before?._properties == raw ? before.Columns : XyzColumn.Parse(raw, _source, _line);
                    _properties = raw;
                    HasProperties = true;
                    break;
                default:
                    if (Properties.FindIndex(p => p.Key == name) is >= 0 and int there)
                    {
                        string? other = _written[there];
                        if (kind == Absent || other == raw) break;
                        if (other is not null)
                            throw Bad(name, $"two values, {InputError.Quote(other)} and {InputError.Quote(raw)}", "each key once");
                        _written.RemoveAt(there);
                        Properties.RemoveAt(there);
                    }

                    _written.Add(kind == Absent ? null : raw);
                    Properties.Add(new(name, Settle(name, raw, Meaning(raw, kind))));
                    break;
            }
        }
    }

    /// <summary>Settles cell and periodicity when the whole frame is known.</summary>
    /// <param name="vectors">Lattice vectors that stand in lines after the atoms; null where there are none.</param>
    /// <exception cref="InputException">
    /// Vectors at both places, dependent ones, or none along a direction in which pbc says that the structure is periodic.
    /// </exception>
    internal void Place(double[]? vectors)
    {
        if (vectors is not null && _lattice is not null)
            throw Bad("Lattice", "a Lattice and lines VEC1 … after the atoms", "one of the two");

        double[] lattice = _lattice ?? vectors ?? new double[9];
        bool Has(int d) => lattice.AsSpan(3 * d, 3).ContainsAnyExcept(0.0);
        if (Has(0) || Has(1) || Has(2))
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

        Periodic = _periodic ?? new(Has(0), Has(1), Has(2));
        for (int d = 0; d < 3; d++)
        {
            if (Periodic[d] && !Has(d))
            {
                throw Bad(
                    "Lattice",
                    Cell is null ? "none" : $"no vector {"abc"[d]}",
                    $"a lattice vector {"abc"[d]}, since pbc=\"{Periodic}\" says that the structure is periodic along it; or pbc=F there");
            }
        }
    }

    /// <summary>A name up to white space or '='; empty where there is none.</summary>
    private static string ReadKey(ReadOnlySpan<char> text, ref int at)
    {
        int end = text[at] is '"' or '\'' or '{' ? QuotedEnd(text, at) : at;
        if (end > at + 2 && (end == text.Length || char.IsWhiteSpace(text[end]) || text[end] == '='))
        {
            string quoted = Unquoted(text[at..end]);
            at = end;
            return Visible(quoted);
        }

        int start = at;
        while (at < text.Length && !char.IsWhiteSpace(text[at]) && text[at] != '=')
            at += text[at] == '\\' && at + 1 < text.Length ? 2 : 1;

        return Visible(Word(text[start..at]));

        // Names have no control characters.
        static string Visible(string name)
        {
            foreach (char c in name)
                if (char.IsControl(c)) return string.Concat(name.Select(static c => char.IsControl(c) ? '_' : c));

            return name;
        }
    }

    // What a value stands in: brackets, quotes or braces, nothing; or there is none, or none that could be anything but text.
    private const char List = '[', Quotes = '"', Bare = 'w', Absent = 'T', Text = 't';

    private (string Raw, char Kind) ReadValue(ReadOnlySpan<char> text, ref int at, string key)
    {
        SkipSpace(text, ref at);
        if (at >= text.Length || text[at] != '=')
            return ("T", Absent);

        int afterEquals = ++at;
        SkipSpace(text, ref at);
        // "key= next=3", which ASE writes for an empty text: the word is the next key.
        if (at >= text.Length || (at > afterEquals && StartsPair(text[at..])))
            return ("", Text);

        int start = at;
        at = ValueEnd(text, start);
        ReadOnlySpan<char> all = text[start..at];
        bool isDelimited = all[0] switch
        {
            '"' or '\'' or '{' => QuotedEnd(all, 0) == all.Length,
            '[' => XyzList.Closing(all) + 1 == all.Length,
            _ => true,
        };
        if (!isDelimited)
        {
            if (key is "Lattice" or "Properties" or "pbc")
            {
                throw Bad(key, InputError.Quote(text[start..]),
                    $"a closing {(all[0] == '{' ? "brace }" : all[0] == '[' ? "bracket ]" : "quote " + all[0])}, then white space");
            }

            return (all.ToString(), Text);
        }

        return all[0] switch
        {
            '[' => (all.ToString(), List),
            '"' or '\'' or '{' => (Unquoted(all), Quotes),
            _ => (Word(all), Bare),
        };
    }

    /// <summary>What a value means; null for text.</summary>
    private static PropertyValue? Meaning(string raw, char kind) => kind switch
    {
        List => FromList(raw),
        Quotes when raw.StartsWith("_JSON ", StringComparison.Ordinal) => FromJson(raw),
        Absent => PropertyValue.Logical(true),
        Text => null,
        _ => Numbers(raw),
    };

    private static PropertyValue? FromList(string raw) =>
        Kept(raw, static text => XyzList.TryParse(text, isJson: false, out PropertyValue? v) ? v : null);

    private static PropertyValue? FromJson(string raw)
    {
        string json = raw["_JSON ".Length..].Trim();
        if (json is "NaN" or "Infinity" or "-Infinity")
            return Numbers(json);

        PropertyValue? list = json.StartsWith('[')
            ? Kept(json, static text => XyzList.TryParse(text, isJson: true, out PropertyValue? v) ? v : null)
            : null;
        return list ?? Kept(json, static text =>
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

    /// <summary>A value, or null for what is none: it stays text.</summary>
    private static PropertyValue? Kept(string text, Func<string, PropertyValue?> make)
    {
        try
        {
            return make(text);
        }
        catch (Exception e) when (e is JsonException or ArgumentException or InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>Numbers, or text when they are none; nine numbers of a tensor as 3×3.</summary>
    private static PropertyValue Settle(string key, string raw, PropertyValue? value)
    {
        value ??= PropertyValue.Text(raw);
        if (!IsByColumns(key) || value.Shape is not [9] || value.Kind is not (PropertyKind.Real or PropertyKind.Integer)
            || raw.StartsWith("_JSON ", StringComparison.Ordinal))
        {
            return value;
        }

        double[] v = value.ToReals();
        return PropertyValue.Real([v[0], v[3], v[6], v[1], v[4], v[7], v[2], v[5], v[8]], 3, 3);
    }

    private double[] ToLattice(string raw, PropertyValue? value)
    {
        if (value is not { Kind: PropertyKind.Real or PropertyKind.Integer })
            throw Refused();

        double[] numbers = value.ToReals();
        return !Array.TrueForAll(numbers, double.IsFinite) ? throw Refused()
            : value.Shape is [9] or [3, 3] ? numbers
            : value.Shape is [3] ? [numbers[0], 0, 0, 0, numbers[1], 0, 0, 0, numbers[2]]
            : throw Refused();

        InputException Refused() => Bad(
            "Lattice", InputError.Quote(raw), "nine numbers \"ax ay az bx by bz cx cy cz\", three rows [[ax, ay, az], [bx, by, bz], [cx, cy, cz]], or the three edges of a box");
    }

    private Periodicity ToPeriodicity(string raw, PropertyValue? value)
    {
        if (value is null && raw.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries) is { Length: 1 or 3 } words
            && Array.TrueForAll(words, static w => XyzScalar.TryAnyLogical(w, out _)))
        {
            value = PropertyValue.Logical(Array.ConvertAll(words, static w => XyzScalar.TryAnyLogical(w, out bool v) && v), words.Length);
        }

        if (value is null || value.Size is not (1 or 3))
            throw Refused();

        Span<bool> directions = stackalloc bool[value.Size];
        for (int d = 0; d < directions.Length; d++)
        {
            directions[d] = value.Kind switch
            {
                PropertyKind.Logical => value.Logicals[d],
                PropertyKind.Integer when value.Integers[d] is 0 or 1 => value.Integers[d] == 1,
                _ => throw Refused(),
            };
        }

        return directions.Length == 1
            ? new(directions[0], directions[0], directions[0])
            : new(directions[0], directions[1], directions[2]);

        InputException Refused() => Bad("pbc", InputError.Quote(raw), "three truth values \"T T F\"");
    }

    private InputException Bad(string field, string found, string expected) => new(_source, _line, field, found, expected);
}
