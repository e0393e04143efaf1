using System;
using System.Collections.Generic;
using System.Linq;
using System.Text.Json;
using Toolkit.Numerics.Files;

namespace Toolkit.Numerics.Coupling;

/// <summary>Reads coupling-tree/1 strictly, so that a user's own tree can be executed: unknown and repeated keys are errors.</summary>
public static class CouplingTreeReader
{
    // JSON nested deeper is no tree that anybody computes.
    private const int DeepestText = 512;

    /// <summary>The tree in a text.</summary>
    /// <param name="json">JSON; comments are allowed.</param>
    /// <param name="source">What messages call it: the file's name.</param>
    /// <exception cref="InputException">Not JSON, or not a coupling tree: where, what was found, what was expected.</exception>
    public static CouplingTree Parse(string json, string source)
    {
        ArgumentNullException.ThrowIfNull(json);
        try
        {
            using JsonDocument document = JsonDocument.Parse(
                json, new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, MaxDepth = DeepestText });
            Reader reader = new(source);
            Dictionary<string, JsonElement> top = reader.Members("$", document.RootElement, "format", "fields", "tree");
            string format = reader.Text("$.format", reader.Need("$", top, "format"));
            if (format != "coupling-tree/1") throw reader.Error("$.format", InputError.Quote(format), "coupling-tree/1");
            return new CouplingTree(reader.Node("$.tree", reader.Need("$", top, "tree"), reader.Fields(reader.Need("$", top, "fields"))));
        }
        catch (JsonException e)
        {
            throw new InputException(source, e.LineNumber + 1, null, "what is not JSON", "a coupling tree, JSON");
        }
    }

    private sealed class Reader(string source)
    {
        public InputException Error(string where, string found, string expected) => new(source, null, where, found, expected);

        public Dictionary<string, JsonElement> Members(string where, JsonElement element, params string[] known)
        {
            if (element.ValueKind != JsonValueKind.Object) throw Error(where, Show(element), $"an object with {string.Join(", ", known)}");
            var members = new Dictionary<string, JsonElement>();
            foreach (JsonProperty p in element.EnumerateObject())
            {
                if (!known.Contains(p.Name))
                    throw Error(where, $"the key {InputError.Quote(p.Name)}", $"one of {string.Join(", ", known)}");
                if (!members.TryAdd(p.Name, p.Value)) throw Error(where, $"the key {InputError.Quote(p.Name)} twice", "it once");
            }

            return members;
        }

        public JsonElement Need(string where, Dictionary<string, JsonElement> members, string key) =>
            members.TryGetValue(key, out JsonElement value) ? value : throw Error(where, "nothing", $"the key '{key}'");

        public string Text(string where, JsonElement element) =>
            element.ValueKind == JsonValueKind.String ? element.GetString()! : throw Error(where, Show(element), "a text");

        public Dictionary<string, CouplingField> Fields(JsonElement element)
        {
            if (element.ValueKind != JsonValueKind.Object) throw Error("$.fields", Show(element), "an object of named fields");
            var fields = new Dictionary<string, CouplingField>();
            foreach (JsonProperty p in element.EnumerateObject())
            {
                string where = $"$.fields.{p.Name}";
                if (!IsName(p.Name))
                {
                    throw Error("$.fields", InputError.Quote(p.Name),
                        "a name of letters, digits and underscores that starts with a letter");
                }

                Dictionary<string, JsonElement> members = Members(where, p.Value, "rank", "parity", "time");
                int rank = 0;
                if (members.TryGetValue("rank", out JsonElement r)
                    && !(r.ValueKind == JsonValueKind.Number && r.TryGetInt32(out rank) && rank is 0 or 1))
                {
                    throw Error($"{where}.rank", Show(r), "0 or 1");
                }

                bool isAxial = Choose($"{where}.parity", Need(where, members, "parity"), "polar", "axial");
                bool isOdd = Choose($"{where}.time", Need(where, members, "time"), "even", "odd");
                if (!fields.TryAdd(p.Name, new CouplingField(p.Name, rank, isAxial, isOdd)))
                    throw Error("$.fields", $"the field {InputError.Quote(p.Name)} twice", "it once");
            }

            return fields;
        }

        public CouplingNode Node(string where, JsonElement element, Dictionary<string, CouplingField> fields)
        {
            Dictionary<string, JsonElement> m = Members(where, element, "leaf", "l", "J", "couple", "L", "sumJ", "map", "sum");
            if (m.TryGetValue("map", out JsonElement map))
            {
                Only(where, m, "map");
                return new CouplingMap(Node($"{where}.map", map, fields));
            }

            if (m.TryGetValue("sum", out JsonElement sum))
            {
                Only(where, m, "sum");
                if (sum.ValueKind != JsonValueKind.Array || sum.GetArrayLength() == 0)
                    throw Error($"{where}.sum", Show(sum), "an array of at least one node");
                return new CouplingAddition(sum.EnumerateArray().Select((n, i) => Node($"{where}.sum[{i}]", n, fields)).ToArray());
            }

            if (m.TryGetValue("couple", out JsonElement couple))
            {
                Only(where, m, "couple", "L", "sumJ");
                if (couple.ValueKind != JsonValueKind.Array || couple.GetArrayLength() != 2)
                    throw Error($"{where}.couple", Show(couple), "an array of two nodes");
                bool isSummed = false;
                if (m.TryGetValue("sumJ", out JsonElement s))
                {
                    if (s.ValueKind is not (JsonValueKind.True or JsonValueKind.False))
                        throw Error($"{where}.sumJ", Show(s), "true or false");
                    isSummed = s.ValueKind == JsonValueKind.True;
                }

                CouplingOrder order = Order($"{where}.L", Need(where, m, "L"));
                return isSummed
                    ? new CouplingPair(Dotted($"{where}.couple[0]", couple[0], fields), Dotted($"{where}.couple[1]", couple[1], fields),
                        order, true)
                    : new CouplingPair(Node($"{where}.couple[0]", couple[0], fields), Node($"{where}.couple[1]", couple[1], fields), order);
            }

            CouplingField field = Field($"{where}.leaf", Need(where, m, "leaf"), fields);
            if (field.Rank == 0) Only(where, m, "leaf", "l");
            else Only(where, m, "leaf", "l", "J");
            return new CouplingLeaf(
                field, Order($"{where}.l", Need(where, m, "l")),
                    field.Rank == 0 ? default(CouplingOrder?) : Order($"{where}.J", Need(where, m, "J")));
        }

        /// <summary>A vector leaf whose J is summed over, so that it has none.</summary>
        private CouplingLeaf Dotted(string where, JsonElement element, Dictionary<string, CouplingField> fields)
        {
            Dictionary<string, JsonElement> m = Members(where, element, "leaf", "l");
            CouplingField field = Field($"{where}.leaf", Need(where, m, "leaf"), fields);
            return field.Rank == 1
                ? new CouplingLeaf(field, Order($"{where}.l", Need(where, m, "l")))
                : throw Error($"{where}.leaf", $"'{field.Name}'", "a field of rank 1, since its J is summed over");
        }

        private CouplingField Field(string where, JsonElement element, Dictionary<string, CouplingField> fields)
        {
            string name = Text(where, element);
            return fields.TryGetValue(name, out CouplingField? field)
                ? field
                : throw Error(where, InputError.Quote(name), $"one of the fields {string.Join(", ", fields.Keys)}");
        }

        private CouplingOrder Order(string where, JsonElement element)
        {
            if (element.ValueKind == JsonValueKind.Number && element.TryGetInt32(out int n) && n >= 0) return n;
            if (element.ValueKind == JsonValueKind.String && element.GetString() is { } name && IsName(name)) return name;
            throw Error(where, Show(element), "an integer ≥ 0 or a name of letters, digits and underscores that starts with a letter");
        }

        private bool Choose(string where, JsonElement element, string no, string yes) => Text(where, element) switch
        {
            string found when found == no => false,
            string found when found == yes => true,
            string found => throw Error(where, InputError.Quote(found), $"{no} or {yes}"),
        };

        private void Only(string where, Dictionary<string, JsonElement> members, params string[] known)
        {
            foreach (string key in members.Keys)
                if (!known.Contains(key)) throw Error(where, $"the key '{key}'", $"only {string.Join(", ", known)}");
        }

        private static bool IsName(string name) =>
            name.Length > 0 && char.IsAsciiLetter(name[0]) && name.All(static c => char.IsAsciiLetterOrDigit(c) || c == '_');

        private static string Show(JsonElement element) => InputError.Quote(element.GetRawText().ReplaceLineEndings(" "));
    }
}
