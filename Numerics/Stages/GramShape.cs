using System;
using System.Collections.Generic;
using System.Linq;

namespace Toolkit.Numerics.Stages;

/// <summary>Products of one left channel with right channels side by side.</summary>
/// <param name="Left">The left channel.</param>
/// <param name="Right">What is added to the right channels: where those of the row begin in their block.</param>
/// <param name="Start">The first right channel.</param>
/// <param name="End">The right channel before which they end.</param>
/// <param name="Weight">What multiplies each.</param>
/// <param name="First">What multiplies the first instead.</param>
/// <param name="Last">What multiplies the last instead.</param>
/// <param name="Place">The place of the first, set by <see cref="GramShape"/>.</param>
/// <param name="Weights">Where the row's weights begin in <see cref="GramShape.Weights"/>, set by it.</param>
internal readonly record struct GramRow(
    int Left, int Right, int Start, int End, double Weight, double First, double Last, int Place = 0, int Weights = 0)
{
    /// <summary>A row of one weight.</summary>
    public GramRow(int left, int right, int start, int end, double weight) : this(left, right, start, end, weight, weight, weight) { }

    /// <summary>How many products.</summary>
    public int Count => End - Start;

    /// <summary>The weight of one of them.</summary>
    public double WeightOf(int channel) => channel == Start ? First : channel == End - 1 ? Last : Weight;
}

/// <summary>Rows of a shape that are multiplied together, and what they cover.</summary>
internal sealed class GramGroup
{
    /// <summary>The most rows whose products are held in registers at once.</summary>
    public const int TileRows = 8;

    /// <summary>A group.</summary>
    /// <param name="rows">Rows whose left channels lie side by side and whose right ones are the same.</param>
    public GramGroup(GramRow[] rows)
    {
        Rows = rows;
        (First, End) = (rows.Min(static r => r.Start) & ~7, rows.Max(static r => r.End));
        IsFull = rows.All(r => r.Start == First && Padded(r.End - First) == Width);
        Tiles = rows.Chunk(TileRows).Select(static r => (r.Min(static x => x.Start) & ~7, r.Max(static x => x.End))).ToArray();
    }

    /// <summary>The rows.</summary>
    public GramRow[] Rows { get; }

    /// <summary>The first right channel of any, rounded down to whole vectors, and the one before which all end.</summary>
    public int First { get; }

    /// <summary>The right channel before which all end.</summary>
    public int End { get; }

    /// <summary>Right channels, up to whole vectors.</summary>
    public int Width => Padded(End - First);

    /// <summary>Rows, up to whole vectors.</summary>
    public int Height => Padded(Rows.Length);

    /// <summary>Whether every row begins with <see cref="First"/> and has all vectors.</summary>
    public bool IsFull { get; }

    /// <summary>The same limits of every <see cref="TileRows"/> rows.</summary>
    public (int First, int End)[] Tiles { get; }

    /// <summary>Up to whole vectors of eight.</summary>
    public static int Padded(int count) => (count + 7) & ~7;
}

/// <summary>
/// Which products of the channels of two blocks stand, each unordered tuple of factors once, and with which factors: the same for every
/// product of such factors.
/// </summary>
internal sealed class GramShape
{
    /// <summary>The most rows that are multiplied together.</summary>
    public const int MostRows = 32;

    private static readonly double Root2 = Math.Sqrt(2), Root3 = Math.Sqrt(3), Root6 = Math.Sqrt(6);

    /// <summary>A shape.</summary>
    /// <param name="rows">Its rows in the order of their products.</param>
    public GramShape(IEnumerable<GramRow> rows)
    {
        var groups = new List<List<GramRow>>();
        int weights = 0;
        foreach (GramRow row in rows)
        {
            if (row.Count <= 0) continue;
            GramRow placed = row with { Place = Count, Weights = weights };
            weights += GramGroup.Padded(row.Count);
            List<GramRow>? last = groups.Count == 0 ? null : groups[^1];
            if (last is null || last.Count == MostRows || last[^1].Left + 1 != row.Left || last[^1].Right != row.Right) groups.Add(last = []);
            last.Add(placed);
            Count = checked(Count + row.Count);
        }

        Groups = groups.Select(static g => new GramGroup([.. g])).ToArray();
        Width = Groups.Length == 0 ? 0 : Groups.Max(static g => g.End);
        Weights = new double[Groups.SelectMany(static g => g.Rows).Sum(static r => GramGroup.Padded(r.Count))];
        foreach (GramRow row in Groups.SelectMany(static g => g.Rows))
        {
            for (int k = 0; k < row.Count; k++)
                Weights[row.Weights + k] = row.WeightOf(row.Start + k);
        }
    }

    /// <summary>The number of products.</summary>
    public int Count { get; }

    /// <summary>The right channels of a row end before this.</summary>
    public int Width { get; }

    /// <summary>The rows, those together whose left channels lie side by side and whose right ones are the same.</summary>
    public GramGroup[] Groups { get; }

    /// <summary>The weights of each row, up to whole vectors of eight with zeros.</summary>
    public double[] Weights { get; }

    /// <summary>Pairs of channels of two factors; of one with itself each unordered pair once. All but a channel with itself times √2.</summary>
    /// <param name="left">Channels of the left factor.</param>
    /// <param name="right">Channels of the right factor.</param>
    /// <param name="isSquare">Whether the factors are the same.</param>
    public static GramShape Pairs(int left, int right, bool isSquare) => new(Enumerable.Range(0, left).Select(q => isSquare
        ? new GramRow(q, 0, q, right, Root2, 1, q + 1 == right ? 1 : Root2)
        : new GramRow(q, 0, 0, right, Root2)));

    /// <summary>
    /// Triples (q1, q2, q3) from products of the first two and a third factor, where two neighbouring factors of one family have
    /// their channels in order, times the root of the number of orders of the three factors.
    /// </summary>
    /// <param name="channels">Channels of each factor.</param>
    /// <param name="first">Whether the first two factors are of one family: products stand for q1 ≤ q2 only.</param>
    /// <param name="last">Whether the last two are.</param>
    /// <param name="isOdd">Whether equal factors cancel.</param>
    public static GramShape Triples(int channels, bool first, bool last, bool isOdd)
    {
        int gap = isOdd ? 1 : 0;
        return new(
            from q1 in Enumerable.Range(0, channels)
            from q2 in Enumerable.Range(0, channels).Skip(first ? q1 + gap : 0)
            let start = last ? q2 + gap : 0
            let weight = first && q1 == q2 ? Root3 : Root6
            let equal = last && start == q2 ? first && q1 == q2 ? 1 : Root3 : weight
            select new GramRow(Pair(first, channels, q1, q2), 0, start, channels, weight, equal, start + 1 == channels ? equal : weight));
    }

    /// <summary>
    /// Triples (a, c, b) from a factor C and products of A and B: of a family that stands twice in A and B only a ≤ b, of one that stands
    /// three times a ≤ b ≤ c; times the root of the number of orders of the three factors.
    /// </summary>
    /// <param name="a">Channels of A.</param>
    /// <param name="b">Channels of B.</param>
    /// <param name="c">Channels of C.</param>
    /// <param name="first">Whether A and B are of one family: products stand for a ≤ b only.</param>
    /// <param name="all">Whether C is of it, too.</param>
    /// <param name="isOdd">Whether equal factors cancel.</param>
    public static GramShape Middle(int a, int b, int c, bool first, bool all, bool isOdd)
    {
        int gap = first && isOdd ? 1 : 0;
        return new(
            from i in Enumerable.Range(0, a)
            from k in Enumerable.Range(0, c)
            let start = first ? i + gap : 0
            let end = all ? Math.Min(b, k + 1 - gap) : b
            where end > start
            select new GramRow(k, Pair(first, b, i, 0), start, end, Root6, Weight(i, start, k), Weight(i, end - 1, k)));

        double Weight(int i, int j, int k)
        {
            bool meets = first && i == j, meetsLast = all && j == k;
            return meets && meetsLast ? 1 : meets || meetsLast ? Root3 : Root6;
        }
    }

    /// <summary>The place of the pair (q1, q2) among the pairs of two factors.</summary>
    /// <param name="isTriangle">Whether only pairs with q1 ≤ q2 stand.</param>
    /// <param name="channels">Channels of the second factor.</param>
    /// <param name="q1">First channel.</param>
    /// <param name="q2">Second channel.</param>
    public static int Pair(bool isTriangle, int channels, int q1, int q2) =>
        isTriangle ? q1 * channels - q1 * (q1 + 1) / 2 + q2 : q1 * channels + q2;
}
