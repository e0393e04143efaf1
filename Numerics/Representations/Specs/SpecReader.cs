using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text.Json;
using Toolkit.Numerics.Files;
using Toolkit.Numerics.Fourier;

namespace Toolkit.Numerics.Representations;

/// <summary>
/// Reads a JSON text by the schema: every key must be known, every value of its type and in its range. What is absent
/// gets its default.
/// </summary>
internal sealed class SpecReader
{
    // Two slips of the finger; more is another word.
    private const int FarthestSuggestion = 2;

    private static readonly JsonDocumentOptions Options = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    private readonly string _source, _section = "", _place = "";
    private readonly Dictionary<string, object> _values = new(StringComparer.Ordinal);
    private readonly HashSet<string> _given = new(StringComparer.Ordinal);

    private SpecReader(string source) => _source = source;

    private SpecReader(SpecReader whole, string section, string place) =>
        (_source, _section, _place, _values, _given) = (whole._source, section, place, whole._values, whole._given);

    /// <summary>Values by path ("$.cutoff.radius"): double, int, string, or int[] for elements.</summary>
    /// <exception cref="InputException">With the path, what was found and what was expected.</exception>
    internal static SpecReader Read(string json, string source)
    {
        SpecReader reader = new(source);
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(json, Options);
        }
        catch (JsonException e)
        {
            // The message ends with the place, which is said in our way.
            string what = e.Message.Split(" LineNumber:", 2)[0].Split(" Path:", 2)[0].TrimEnd('.');
            throw new InputException(source, (e.LineNumber ?? 0) + 1, null, $"no JSON ({what})", "a JSON object");
        }

        using (document)
        {
            reader.Object(document.RootElement, "$", SpecSchema.Root);
        }

        return reader;
    }

    /// <summary>The same text for each object of a section that may be one or a list of them: paths and messages of each are
    /// asked for as if it stood there alone.</summary>
    internal IEnumerable<SpecReader> Each(string section) =>
        Value(section) is int count ? Enumerable.Range(0, count).Select(k => new SpecReader(this, section, $"{section}[{k}]")) : [this];

    internal bool Has(string path) => Value(path) is not null;

    /// <summary>Whether the text itself has the key, rather than its default.</summary>
    internal bool IsGiven(string path) => _given.Contains(Place(path));

    internal double Number(string path) => (double)Value(path)!;

    internal int Integer(string path) => (int)Value(path)!;

    /// <summary>Whether a word stands in the place of an object.</summary>
    internal bool IsWord(string path) => Value(path) is string;

    internal string Word(string path) => (string)Value(path)!;

    internal double? NumberIfAny(string path) => Has(path) ? Number(path) : null;

    internal int? IntegerIfAny(string path) => Has(path) ? Integer(path) : null;

    internal T Choice<T>(string path, SpecWords<T> words)
        where T : struct => words.ValueOf(Word(path));

    internal T? ChoiceIfAny<T>(string path, SpecWords<T> words)
        where T : struct => Has(path) ? Choice(path, words) : null;

    internal IReadOnlyDictionary<int, double[]> Rows(string path) => (IReadOnlyDictionary<int, double[]>)Value(path)!;

    /// <summary><c>[l][row][column]</c>, all rows of one length and all matrices of as many.</summary>
    internal double[][][] Matrices(string path) => (double[][][])Value(path)!;

    internal bool Flag(string path) => (bool)Value(path)!;

    /// <summary>A list of names, or null.</summary>
    internal string[]? NamesIfAny(string path) => (string[]?)Value(path);

    /// <summary>x, y, z, or null.</summary>
    internal double[]? VectorIfAny(string path) => (double[]?)Value(path);

    /// <summary>Points along three vectors, or null.</summary>
    internal (int A, int B, int C)? MeshIfAny(string path) => Value(path) is int[] points ? (points[0], points[1], points[2]) : null;

    /// <summary>A string or charges by atomic number, or null.</summary>
    internal object? ChargesIfAny(string path) => Value(path);

    internal int[]? Elements(string path) => (int[]?)Value(path);

    internal InputException Bad(string path, string found, string expected) => new(_source, null, Place(path), found, expected);

    private object? Value(string path) => _values.GetValueOrDefault(Place(path));

    /// <summary>Where a path is found when its section is an object of a list.</summary>
    private string Place(string path) =>
        _section.Length > 0 && path.StartsWith(_section, StringComparison.Ordinal)
            && (path.Length == _section.Length || path[_section.Length] == '.')
            ? _place + path[_section.Length..]
            : path;

    private void Object(JsonElement element, string path, IReadOnlyList<SpecNode> members)
    {
        if (element.ValueKind != JsonValueKind.Object)
            throw Bad(path, Show(element), "an object { … }");

        Dictionary<string, JsonElement> given = new(StringComparer.Ordinal);
        foreach (JsonProperty property in element.EnumerateObject())
        {
            if (!members.Any(m => m.Name == property.Name))
            {
                string? near = Nearest(property.Name, members.Select(static m => m.Name));
                string known = string.Join(", ", members.Select(static m => m.Name));
                throw Bad(
                    path,
                    "the unknown key " + InputError.Quote(property.Name),
                    near is null ? $"one of {known}" : $"'{near}' perhaps; known are {known}");
            }

            if (!given.TryAdd(property.Name, property.Value))
                throw Bad($"{path}.{property.Name}", "the key twice", "each key once");
        }

        foreach (SpecNode member in members)
        {
            string at = $"{path}.{member.Name}";
            if (given.TryGetValue(member.Name, out JsonElement value))
            {
                _values[at] = Value(value, at, member);
                _given.Add(at);
            }
            else if (member is SpecGroup { Absence: SpecAbsence.Defaults } group)
            {
                using JsonDocument empty = JsonDocument.Parse("{}");
                Object(empty.RootElement, at, group.Members);
            }
            else if (Default(member) is object fallback)
            {
                _values[at] = fallback;
            }
            else if (member is SpecGroup { Absence: SpecAbsence.Required } or SpecNumber { WhenAbsent: null }
                or SpecChoice { IsRequired: true } or SpecName { WhenAbsent: null })
            {
                throw Bad(path, $"no key '{member.Name}'", $"{member.Name}: {member.Meaning}{Allowed(member)}");
            }
        }
    }

    private object Value(JsonElement value, string at, SpecNode node)
    {
        switch (node)
        {
            case SpecGroup { Word: string word } when value.ValueKind == JsonValueKind.String:
                return value.GetString() == word ? word : throw Bad(at, Show(value), $"\"{word}\" or an object {{ … }}");
            case SpecGroup { MayBeList: true } several when value.ValueKind == JsonValueKind.Array:
                return value.GetArrayLength() > 0 ? Objects(value, at, several.Members)
                    : throw Bad(at, Show(value), "an object { … } or a list of objects");
            case SpecGroup group:
                Object(value, at, group.Members);
                return true;
            case SpecNumber number:
                double most = number.Range.MostKey is string key ? Number(at[..at.LastIndexOf('.')] + "." + key) : number.Range.Most;
                if (value.ValueKind != JsonValueKind.Number || !value.TryGetDouble(out double x)
                    || !(number.Range.AllowsAbove ? x >= number.Range.Above : x > number.Range.Above) || !(x <= most))
                {
                    throw Bad(at, Show(value), "a number" + Interval(number, most));
                }

                return x;
            case SpecInteger integer:
                return value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int i) && i >= integer.Least && i <= integer.Most
                    ? i
                    : throw Bad(at, Show(value), $"a whole number {integer.Least}…{integer.Most}");
            case SpecChoice choice:
                return value.ValueKind == JsonValueKind.String && choice.Options.Any(o => o.Word == value.GetString())
                    ? value.GetString()!
                    : throw Bad(at, Show(value), "one of " + string.Join(", ", choice.Options.Select(static o => o.Word)));
            case SpecWeights:
                return Weights(value, at);
            case SpecMatrices:
                return Matrices(value, at);
            case SpecCharges:
                return Charges(value, at);
            case SpecNames:
                return List(value, at, "a list of names, as [\"rho\", \"V\"]")
                    .Select((v, n) => v.ValueKind == JsonValueKind.String && v.GetString()!.Length > 0
                        ? v.GetString()!
                        : throw Bad($"{at}[{n}]", Show(v), "a name"))
                    .ToArray();
            case SpecVector:
                double[] vector = value.ValueKind == JsonValueKind.Array
                    && value.EnumerateArray().All(static v => v.ValueKind == JsonValueKind.Number)
                    ? value.EnumerateArray().Select(static v => v.GetDouble()).ToArray()
                    : [];
                return vector.Length == 3 && vector.Sum(static x => x * x) is > 0 and < double.PositiveInfinity
                    ? vector
                    : throw Bad(at, Show(value), "three numbers, not all zero, as [0, 0, 1]");
            case SpecMesh:
                int[] points = value.ValueKind == JsonValueKind.Array
                    ? value.EnumerateArray().Select(static v => v.ValueKind == JsonValueKind.Number && v.TryGetInt32(out int n) ? n : 0)
                    .ToArray() : [];
                return points.Length == 3 && points.All(static n => n <= SpecMesh.Most && FourierSize.IsGood(n))
                    ? points
                    : throw Bad(at, Show(value), $"three products of 2, 3, 5 and 7, at most {SpecMesh.Most} each, as [48, 48, 60]");
            case SpecJson:
                return value.ValueKind == JsonValueKind.Object ? value.GetRawText() : throw Bad(at, Show(value), "an object { … }");
            case SpecName:
                return value.ValueKind == JsonValueKind.String && value.GetString()!.Length > 0
                    ? value.GetString()!
                    : throw Bad(at, Show(value), "a name");
            case SpecFlag:
                return value.ValueKind is JsonValueKind.True or JsonValueKind.False
                    ? value.GetBoolean()
                    : throw Bad(at, Show(value), "true or false");
            case SpecList list:
                return Objects(value, at, list.Members);
            case SpecPath:
                return value.ValueKind == JsonValueKind.String && value.GetString()!.Length > 0
                    ? value.GetString()!
                    : throw Bad(at, Show(value), "the name of a file");
            default:
                return Species(value, at);
        }
    }

    /// <summary>The objects of a list, their values under "$.fields[0].name" and so on; returns their number.</summary>
    private int Objects(JsonElement value, string at, IReadOnlyList<SpecNode> members)
    {
        if (value.ValueKind != JsonValueKind.Array)
            throw Bad(at, Show(value), "a list of objects [{ … }, …]");

        int count = 0;
        foreach (JsonElement item in value.EnumerateArray())
        {
            Object(item, $"{at}[{count}]", members);
            count++;
        }

        return count;
    }

    private int[] Species(JsonElement value, string at)
    {
        InputException bad = Bad(at, Show(value), "a list of element symbols, each once, as [\"C\", \"H\"]");
        if (value.ValueKind != JsonValueKind.Array || value.GetArrayLength() == 0)
            throw bad;

        SortedSet<int> numbers = [];
        int place = 0;
        foreach (JsonElement item in value.EnumerateArray())
        {
            if (item.ValueKind != JsonValueKind.String || !Structures.Elements.TryParse(item.GetString(), out int z))
                throw Bad($"{at}[{place}]", Show(item), "an element's symbol");

            if (!numbers.Add(z))
                throw bad;

            place++;
        }

        return numbers.ToArray();
    }

    private double[][][] Matrices(JsonElement value, string at)
    {
        JsonElement[] all = List(value, at, "a list of matrices [[[ … ], …], …]");
        double[][][] matrices = new double[all.Length][][];
        for (int l = 0; l < all.Length; l++)
        {
            string path = $"{at}[{l}]";
            JsonElement[] rows = List(all[l], path, "a list of rows of numbers");
            matrices[l] = new double[rows.Length][];
            for (int k = 0; k < rows.Length; k++)
            {
                matrices[l][k] = List(rows[k], $"{path}[{k}]", "a row of finite numbers")
                    .Select((v, n) => v.ValueKind == JsonValueKind.Number && v.TryGetDouble(out double x) && double.IsFinite(x)
                        ? x
                        : throw Bad($"{path}[{k}][{n}]", Show(v), "a finite number"))
                    .ToArray();
                if (matrices[l][k].Length != matrices[0][0].Length)
                    throw Bad($"{path}[{k}]", $"{matrices[l][k].Length} numbers", $"{matrices[0][0].Length}, as before");
            }

            if (rows.Length != matrices[0].Length)
                throw Bad(path, $"{rows.Length} rows", $"{matrices[0].Length}, as before");
        }

        return matrices;
    }

    private JsonElement[] List(JsonElement value, string at, string expected) =>
        value.ValueKind == JsonValueKind.Array && value.GetArrayLength() > 0 ? value.EnumerateArray().ToArray()
            : throw Bad(at, Show(value), expected);

    private SortedDictionary<int, double[]> Weights(JsonElement value, string at)
    {
        SortedDictionary<int, double[]> rows = [];
        int length = 0;
        if (value.ValueKind != JsonValueKind.Object)
            throw Bad(at, Show(value), "an object { \"H\": [ … ], … }");

        foreach (JsonProperty property in value.EnumerateObject())
        {
            string path = $"{at}.{property.Name}";
            if (!Structures.Elements.TryParse(property.Name, out int z))
                throw Bad(at, InputError.Quote(property.Name), "an element's symbol");

            bool isList = property.Value.ValueKind == JsonValueKind.Array;
            double[] row = isList && property.Value.EnumerateArray().All(static v => v.ValueKind == JsonValueKind.Number)
                ? property.Value.EnumerateArray().Select(static v => v.GetDouble()).ToArray()
                : [];
            if (row.Length == 0 || (rows.Count > 0 && row.Length != length) || !row.All(double.IsFinite))
            {
                throw Bad(path, Show(property.Value),
                    rows.Count > 0 ? $"a list of {length} finite numbers, as before" : "a list of finite numbers");
            }

            if (!rows.TryAdd(z, row))
                throw Bad(path, "the element twice", "each element once");

            length = row.Length;
        }

        return rows.Count > 0 ? rows : throw Bad(at, "{}", "at least one element");
    }

    /// <summary>The name of a property, or charges by atomic number.</summary>
    private object Charges(JsonElement value, string at)
    {
        if (value.ValueKind == JsonValueKind.String && value.GetString()!.Length > 0)
            return value.GetString()!;

        if (value.ValueKind != JsonValueKind.Object)
            throw Bad(at, Show(value), "the name of an atom property, or an object { \"Na\": 1, … }");

        SortedDictionary<int, double> charges = [];
        foreach (JsonProperty property in value.EnumerateObject())
        {
            if (!Structures.Elements.TryParse(property.Name, out int z))
                throw Bad(at, InputError.Quote(property.Name), "an element's symbol");

            if (property.Value.ValueKind != JsonValueKind.Number || !property.Value.TryGetDouble(out double q) || !double.IsFinite(q))
                throw Bad($"{at}.{property.Name}", Show(property.Value), "a finite number, in e");

            if (!charges.TryAdd(z, q))
                throw Bad($"{at}.{property.Name}", "the element twice", "each element once");
        }

        return charges.Count > 0 ? charges : throw Bad(at, "{}", "at least one element");
    }

    private static object? Default(SpecNode node) => node switch
    {
        SpecNumber { Default: double x } => x,
        SpecInteger { Default: int i } => i,
        SpecChoice { IsRequired: false, WhenAbsent: null } choice => choice.Options[0].Word,
        SpecFlag => false,
        SpecList => 0,
        _ => null,
    };

    private static string Allowed(SpecNode node) =>
        node is SpecChoice choice ? ", one of " + string.Join(", ", choice.Options.Select(static o => o.Word)) : "";

    private static string Interval(SpecNumber number, double most)
    {
        string unit = number.Unit == "1" ? "" : " " + number.Unit;
        string low = (number.Range.AllowsAbove ? " of at least " : " above ")
            + number.Range.Above.ToString("R", CultureInfo.InvariantCulture);
        string high = most < double.MaxValue
            ? $" and at most {most.ToString("R", CultureInfo.InvariantCulture)}{(number.Range.MostKey is string key ? $" (the {key})" : "")}"
            : "";
        return low + high + unit;
    }

    private static string Show(JsonElement element) => InputError.Quote(element.GetRawText());

    /// <summary>The known key that is closest to an unknown one, or null when none is close.</summary>
    private static string? Nearest(string unknown, IEnumerable<string> known) => known
        .Select(name => (Name: name, Distance: Distance(unknown.ToLowerInvariant(), name)))
        .Where(n => n.Distance <= FarthestSuggestion && n.Distance < n.Name.Length)
        .OrderBy(static n => n.Distance)
        .Select(static n => n.Name)
        .FirstOrDefault();

    /// <summary>How many letters must be inserted, left out or replaced (V. Levenshtein, 1965).</summary>
    private static int Distance(string a, string b)
    {
        int[] row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (int i = 1; i <= a.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.Length; j++)
            {
                int above = row[j];
                row[j] = Math.Min(Math.Min(row[j], row[j - 1]) + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1));
                diagonal = above;
            }
        }

        return row[b.Length];
    }
}
