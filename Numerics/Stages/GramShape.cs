using System;
using System.Collections.Generic;
using System.Linq;
using Toolkit.Numerics.Simd;

namespace Toolkit.Numerics.Stages;

/// <summary>Products of one left channel with right channels side by side.</summary>
/// <param name="Left">The left channel.</param>
/// <param name="Right">What is added to the right channels: where those of the row begin in their block.</param>
/// <param name="Start">The first right channel.</param>
/// <param name="End">The right channel before which they end.</param>
/// <param name="Weight">What multiplies each.</param>
/// <param name="Own">What multiplies the first ones instead; of short rows, all.</param>
/// <param name="Place">The place of the first, set by <see cref="GramShape"/>.</param>
/// <param name="OwnFirst">Where the row's own weights begin, set by it.</param>
internal readonly record struct GramRow(
    int Left, int Right, int Start, int End, double Weight, double[] Own, int Place = 0, int OwnFirst = 0)
{
    /// <summary>A row of one weight.</summary>
    public GramRow(int left, int right, int start, int end, double weight) : this(left, right, start, end, weight, []) { }

    /// <summary>How many products.</summary>
    public int Count => End - Start;

    /// <summary>The weight of one of them.</summary>
    public double WeightOf(int channel) => channel - Start < Own.Length ? Own[channel - Start] : Weight;
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
        Tiles = rows.Chunk(TileRows).Select(static r => (r.Min(static x => x.Start) & ~7, r.Max(static x => x.End))).ToArray();
    }

    /// <summary>The rows.</summary>
    public GramRow[] Rows { get; }

    /// <summary>The first right channel of any, rounded down to whole vectors, and the one before which all end.</summary>
    public int First { get; }

    /// <summary>The right channel before which all end.</summary>
    public int End { get; }

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
    /// <summary>Rows of so many products at most have all weights as their own, so that nothing is asked while they are
    /// multiplied.</summary>
    public const int ShortRow = 64;

    /// <summary>The most rows that are multiplied together.</summary>
    public const int MostRows = 32;

    private static readonly double Root2 = Math.Sqrt(2), Root3 = Math.Sqrt(3), Root6 = Math.Sqrt(6);

    private readonly double[] _own;
    private readonly float[] _ownSingle;

    /// <summary>A shape.</summary>
    /// <param name="rows">Its rows in the order of their products.</param>
    public GramShape(IEnumerable<GramRow> rows)
    {
        var groups = new List<List<GramRow>>();
        var own = new List<double>();
        foreach (GramRow row in rows)
        {
            if (row.Count <= 0) continue;
            GramRow placed = row with { Place = Count, OwnFirst = own.Count };
            if (row.Count <= ShortRow) placed = placed with { Own = [.. Enumerable.Range(row.Start, row.Count).Select(row.WeightOf)] };
            own.AddRange(placed.Own);
            // A whole vector can be read at the last one.
            if (placed.Own.Length > 0) own.AddRange(Enumerable.Repeat(row.Weight, GramGroup.TileRows));
            List<GramRow>? last = groups.Count == 0 ? null : groups[^1];
            if (last is null || last.Count == MostRows || last[^1].Left + 1 != row.Left || last[^1].Right != row.Right)
                groups.Add(last = []);
            last.Add(placed);
            Count = checked(Count + row.Count);
        }

        Groups = groups.Select(static g => new GramGroup([.. g])).ToArray();
        _own = PinnedArray.Of<double>(own.ToArray());
        _ownSingle = PinnedArray.As<double, float>(_own);
    }

    /// <summary>The number of products.</summary>
    public int Count { get; }

    /// <summary>The rows, those together whose left channels lie side by side and whose right ones are the same.</summary>
    public GramGroup[] Groups { get; }

    /// <summary>The products in their order: both channels, the right one in its block, and the weight.</summary>
    public IEnumerable<(int Left, int Right, double Weight)> Products =>
        from rows in Groups
        from row in rows.Rows
        from j in Enumerable.Range(row.Start, row.Count)
        select (row.Left, row.Right + j, row.WeightOf(j));

    /// <summary>The products in their order as lists; no weights where all are 1.</summary>
    public (int[] Left, int[] Right, double[]? Weights) Lists()
    {
        (int Left, int Right, double Weight)[] all = [.. Products];
        return (
            Array.ConvertAll(all, static p => p.Left), Array.ConvertAll(all, static p => p.Right),
            all.All(static p => p.Weight == 1) ? null : Array.ConvertAll(all, static p => p.Weight));
    }

    /// <summary>The rows' own weights.</summary>
    public T[] Own<T>()
        where T : unmanaged => typeof(T) == typeof(double) ? (T[])(object)_own : (T[])(object)_ownSingle;

    /// <summary>Pairs of channels of two factors; of one with itself each unordered pair once. All but a channel with itself times
    /// √2.</summary>
    /// <param name="left">Channels of the left factor.</param>
    /// <param name="right">Channels of the right factor.</param>
    /// <param name="isSquare">Whether the factors are the same.</param>
    /// <param name="isOdd">Whether a channel with itself cancels.</param>
    public static GramShape Pairs(int left, int right, bool isSquare, bool isOdd = false) => Pairs(left, right, isSquare, isOdd, Root2, 1);

    /// <summary>Each channel of one factor with the same channel of the other, times √2 where the factors differ.</summary>
    /// <param name="channels">Channels of each factor.</param>
    /// <param name="isSquare">Whether the factors are the same.</param>
    /// <param name="isOdd">Whether a channel with itself cancels.</param>
    public static GramShape Same(int channels, bool isSquare, bool isOdd) =>
        new(Enumerable.Range(0, isSquare && isOdd ? 0 : channels).Select(q => new GramRow(q, 0, q, q + 1, isSquare ? 1 : Root2)));

    /// <summary>Pairs of channels without weights.</summary>
    /// <param name="left">Channels of the left factor.</param>
    /// <param name="right">Channels of the right factor.</param>
    /// <param name="isSquare">Whether the factors are the same: each unordered pair once.</param>
    /// <param name="isOdd">Whether a channel with itself cancels.</param>
    public static GramShape Plain(int left, int right, bool isSquare, bool isOdd = false) => Pairs(left, right, isSquare, isOdd, 1, 1);

    /// <summary>
    /// Triples (q1, q2, q3) from a first factor and products of the last two (<see cref="Plain"/>), where two neighbouring factors of one
    /// family have their channels in order, times the root of the number of orders of the three factors.
    /// </summary>
    /// <param name="channels">Channels of each factor.</param>
    /// <param name="first">Whether the first two factors are of one family.</param>
    /// <param name="last">Whether the last two are: products stand for q2 ≤ q3 only.</param>
    /// <param name="isOdd">Whether equal factors cancel.</param>
    public static GramShape Thirds(int channels, bool first, bool last, bool isOdd)
    {
        int gap = isOdd ? 1 : 0;
        (int Q2, int Q3)[] pairs =
        [
            .. from q2 in Enumerable.Range(0, channels)
            from q3 in Enumerable.Range(0, channels).Skip(last ? q2 + gap : 0)
            select (q2, q3),
        ];
        return new(Enumerable.Range(0, channels).Select(q1 =>
        {
            int start = first ? Array.FindIndex(pairs, p => p.Q2 >= q1 + gap) : 0;
            if (start < 0) return new GramRow(q1, 0, 0, 0, 1);
            // Behind them no two factors are equal.
            int own = isOdd ? 0 : last ? pairs.Length : first ? pairs.Count(p => p.Q2 <= q1) : 0;
            return new GramRow(q1, 0, start, pairs.Length, Root6,
                [.. pairs[start..Math.Max(start, own)].Select(p => Weight(q1, p.Q2, p.Q3))]);
        }));

        double Weight(int q1, int q2, int q3) => (first && q1 == q2, last && q2 == q3) switch
        {
            (true, true) => 1,
            (false, false) => Root6,
            _ => Root3,
        };
    }

    /// <summary>Pairs of channels.</summary>
    /// <param name="left">Channels of the left factor.</param>
    /// <param name="right">Channels of the right factor.</param>
    /// <param name="isSquare">Whether the factors are the same: each unordered pair once.</param>
    /// <param name="isOdd">Whether a channel with itself cancels.</param>
    /// <param name="weight">What multiplies each.</param>
    /// <param name="equal">What multiplies a channel with itself instead.</param>
    public static GramShape Pairs(int left, int right, bool isSquare, bool isOdd, double weight, double equal) =>
        new(Enumerable.Range(0, left).Select(q => !isSquare
            ? new GramRow(q, 0, 0, right, weight)
            : new GramRow(q, 0, isOdd ? q + 1 : q, right, weight, isOdd ? [] : [equal])));

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
            select new GramRow(k, Pair(first, b, i, 0), start, end, Root6, Own(i, start, end, k)));

        // Only the first and the last one can be equal to another.
        double[] Own(int i, int start, int end, int k) =>
            (all && end == k + 1 ? Enumerable.Range(start, end - start) : first && start == i ? [start] : [])
            .Select(j => Weight(i, j, k)).ToArray();

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
