using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.Json;
using Toolkit.Numerics.Files;

namespace Toolkit.Numerics.Coupling;

/// <summary>
/// Which couplings of a field's coefficients, one after the other, are independent where factors are equal: a file that <c>toolkit
/// independent</c> writes and <c>toolkit check</c> certifies (independent-couplings/1).
/// </summary>
/// <remarks>
/// It goes by patterns of factors, their orders l and how many of each are the same channel, whatever the number of channels. Of all
/// sequences with the same factors one is listed: l increasing, of one l the channels that are there most often first, and of these
/// the lower channel first.
/// </remarks>
public sealed class IndependentCouplings
{
    private const string Format = "independent-couplings/1", Expected = $"a file of toolkit independent ({Format})";

    private readonly Dictionary<string, HashSet<string>> _patterns = [];

    private IndependentCouplings(int order, int lmax, int lambda, int sigma) => (Order, LMax, Lambda, Sigma) = (order, lmax, lambda, sigma);

    /// <summary>ν: the number of factors.</summary>
    public int Order { get; }

    /// <summary>The largest l.</summary>
    public int LMax { get; }

    /// <summary>λ of the result.</summary>
    public int Lambda { get; }

    /// <summary>σ of the result: 1 or −1.</summary>
    public int Sigma { get; }

    /// <summary>The largest order of what is coupled on the way.</summary>
    public int LargestOrder { get; private set; }

    /// <summary>The number of couplings of all patterns: of independent ones with one channel for each factor that is not equal to
    /// another.</summary>
    public int Count => _patterns.Values.Sum(static p => p.Count);

    /// <summary>Reads a file.</summary>
    /// <param name="path">Its name.</param>
    /// <exception cref="InputException">It is not there, or of another kind.</exception>
    public static IndependentCouplings Read(string path)
    {
        try
        {
            return Parse(File.ReadAllText(path), path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            string found = e is FileNotFoundException or DirectoryNotFoundException ? "no such file" : e.Message;
            throw new InputException(path, null, null, found, Expected);
        }
    }

    /// <summary>Reads a text.</summary>
    /// <param name="json">The text.</param>
    /// <param name="source">What messages call it.</param>
    /// <exception cref="InputException">It is of another kind.</exception>
    public static IndependentCouplings Parse(string json, string source)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(json);
            JsonElement root = document.RootElement;
            string? format = root.GetProperty("format").GetString();
            if (format != Format) throw new InputException(source, null, "format", InputError.Quote(format), Format);
            IndependentCouplings basis = new(Whole("order"), Whole("lmax"), Whole("lambda"), Whole("sigma"));
            foreach (JsonElement pattern in root.GetProperty("patterns").EnumerateArray())
                basis.Add(pattern, source);
            return basis;

            int Whole(string name) => root.GetProperty(name).GetInt32();
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new InputException(source, null, null, "another text", Expected);
        }
    }

    /// <summary>Whether a coupling is one of those that are listed.</summary>
    /// <param name="factors">l and channel of each factor, in the order in which they are coupled.</param>
    /// <param name="orders">What is coupled so far, after each factor but the first; λ at the end.</param>
    public bool Contains(ReadOnlySpan<(int L, int Channel)> factors, ReadOnlySpan<int> orders)
    {
        List<(int L, int Channel, int Count)> runs = [];
        foreach ((int l, int channel) in factors)
        {
            if (runs.Count > 0 && runs[^1].L == l && runs[^1].Channel == channel)
                runs[^1] = (l, channel, runs[^1].Count + 1);
            else
                runs.Add((l, channel, 1));
        }

        for (int r = 1; r < runs.Count; r++)
            if (Place(runs[r - 1]).CompareTo(Place(runs[r])) >= 0) return false;

        // A channel that comes back after another is not in this order either.
        return runs.DistinctBy(static r => (r.L, r.Channel)).Count() == runs.Count
            && _patterns.TryGetValue(Name(runs.Select(static r => (r.L, r.Count))), out HashSet<string>? couplings)
            && couplings.Contains(Name(orders));

        static (int, int, int) Place((int L, int Channel, int Count) run) => (run.L, -run.Count, run.Channel);
    }

    private void Add(JsonElement pattern, string source)
    {
        (int L, int Count)[] factors =
            [.. pattern.GetProperty("factors").EnumerateArray().Select(static f => (f[0].GetInt32(), f[1].GetInt32()))];
        HashSet<string> couplings = [];
        foreach (JsonElement coupling in pattern.GetProperty("couplings").EnumerateArray())
        {
            int[] orders = [.. coupling.EnumerateArray().Select(static l => l.GetInt32())];
            if (factors.Sum(static f => f.Count) != Order || orders.Length != Order - 1)
            {
                throw new InputException(
                    source, null, "patterns", $"a coupling of {orders.Length + 1} factors", $"{Order} factors, as order says");
            }

            LargestOrder = Math.Max(LargestOrder, orders.DefaultIfEmpty().Max());
            couplings.Add(Name(orders));
        }

        if (!_patterns.TryAdd(Name(factors), couplings))
            throw new InputException(source, null, "patterns", $"the pattern {Name(factors)} twice", "each once");
    }

    private static string Name(IEnumerable<(int L, int Count)> factors) =>
        string.Join(' ', factors.Select(static f => $"{f.L}×{f.Count}"));

    private static string Name(ReadOnlySpan<int> orders) => string.Join(' ', orders.ToArray());
}
