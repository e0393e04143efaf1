using System;
using System.Globalization;
using System.Linq;
using System.Text;
using System.Text.Json;

namespace Toolkit.Numerics.Coupling;

/// <summary>What a coefficient table says of itself in its first line.</summary>
/// <param name="What">The kind of coefficient: 3j, cg, real-cg, …</param>
/// <param name="Basis">The harmonics that the m's number: complex or real.</param>
/// <param name="Convention">The name of the convention; <c>toolkit</c> is that of CONVENTIONS.md.</param>
/// <param name="TwiceLMax">Twice the largest l.</param>
/// <param name="Half">Whether half-integer l are there, too.</param>
/// <param name="Single">Whether the values are float32, not float64.</param>
/// <param name="Generator">The command that makes the table.</param>
/// <param name="Blocks">The number of triples (l1, l2, l3) with a non-zero coefficient.</param>
/// <param name="Entries">The number of non-zero coefficients.</param>
/// <param name="Index">The position of the index in the file, in bytes.</param>
/// <param name="Length">The length of the file in bytes.</param>
/// <param name="Checksum">SHA-256 as 64 hexadecimal digits.</param>
public sealed record CouplingTableHeader(string What, string Basis, string Convention, int TwiceLMax, bool Half,
    bool Single, string Generator, int Blocks, long Entries, long Index, long Length, string Checksum)
{
    internal static CouplingTableHeader Parse(string name, ReadOnlySpan<byte> line, string format)
    {
        if (line[0] != (byte)'{' || line[^1] != (byte)'\n')
            throw CouplingTable.Damaged(name, "expected a line of JSON in the first 1024 bytes");
        try
        {
            using JsonDocument document = JsonDocument.Parse(line.ToArray());
            JsonElement root = document.RootElement;
            string found = Text(root, "format");
            if (found != format)
                throw new FormatException($"found format '{found}', expected '{format}'");
            string checksum = Text(root, "checksum");
            if (checksum.Length != 64 || line.IndexOf(Encoding.UTF8.GetBytes(checksum)) < 0)
                throw new FormatException("checksum: expected 64 hexadecimal digits");
            return new CouplingTableHeader(Text(root, "what"), Text(root, "basis"), Text(root, "convention"),
                TwiceLMaxOf(Text(root, "lmax")), Field(root, "half", JsonValueKind.True, JsonValueKind.False).GetBoolean(),
                IsSingle(root), Text(root, "generator"), checked((int)Number(root, "blocks")), Number(root, "entries"),
                Number(root, "index"), Number(root, "length"), checksum);
        }
        // The parser's own message quotes the text, which need not be printable.
        catch (JsonException e)
        {
            throw CouplingTable.Damaged(name, $"the header is not JSON at byte {e.BytePositionInLine}");
        }
        catch (InvalidOperationException)
        {
            throw CouplingTable.Damaged(name, "a text in the header is not UTF-8");
        }
        catch (Exception e) when (e is FormatException or OverflowException)
        {
            throw CouplingTable.Damaged(name, $"in the header: {e.Message}");
        }
    }

    // float64 unless it is said.
    private static bool IsSingle(JsonElement root) => root.TryGetProperty("precision", out _) && Text(root, "precision") switch
    {
        "float32" => true,
        "float64" => false,
        var other => throw new FormatException($"precision: found '{other}', expected float64 or float32"),
    };

    private static JsonElement Field(JsonElement root, string key, JsonValueKind kind, JsonValueKind other) =>
        root.TryGetProperty(key, out JsonElement value) && (value.ValueKind == kind || value.ValueKind == other)
            ? value
            : throw new FormatException($"'{key}' is missing or of the wrong type");

    private static string Text(JsonElement root, string key) =>
        Printable(Field(root, key, JsonValueKind.String, JsonValueKind.String).GetString()!);

    // Error messages stay on one line whatever a damaged header says.
    private static string Printable(string text) =>
        text.Any(char.IsControl) ? throw new FormatException("a text has control characters") : text;

    private static long Number(JsonElement root, string key) =>
        Field(root, key, JsonValueKind.Number, JsonValueKind.Number).GetInt64();

    // "8" or "7/2".
    private static int TwiceLMaxOf(string text)
    {
        bool halves = text.EndsWith("/2", StringComparison.Ordinal);
        string digits = halves ? text[..^2] : text;
        return int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out int n)
            && n <= (halves ? 254 : 127)
            ? (halves ? n : 2 * n)
            : throw new FormatException($"lmax: found '{text}', expected a number from 0 to 127");
    }
}
