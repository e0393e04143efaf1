using System;
using System.Collections.Generic;
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
internal sealed record GramRow(
    int Left, int Right, int Start, int End, double Weight, double[] Own, int Place = 0, int OwnFirst = 0)
{
    /// <summary>A row of one weight.</summary>
    public GramRow(int left, int right, int start, int end, double weight) : this(left, right, start, end, weight, []) { }

    /// <summary>How many products.</summary>
    public int Count => End - Start;

    /// <summary>The weight of one of them.</summary>
    public double WeightOf(int channel) => channel - Start < Own.Length ? Own[channel - Start] : Weight;
}

/// <summary>What some rows of a <see cref="GramGroup"/> cover.</summary>
/// <param name="First">The first right channel of any, rounded down to whole vectors.</param>
/// <param name="End">The right channel before which all end.</param>
/// <param name="AreStairs">Whether each begins a channel later than the one before and all end together, with weights of their own:
/// pairs of the channels of one family.</param>
internal readonly record struct GramTileRows(int First, int End, bool AreStairs);

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
        Tiles = new GramTileRows[(rows.Length + TileRows - 1) / TileRows];
        First = int.MaxValue;
        for (int tile = 0; tile < Tiles.Length; tile++)
        {
            int first = int.MaxValue, end = 0, begin = tile * TileRows;
            // Those of one vector are faster made with what is left of them.
            bool areStairs = rows[begin].Count > TileRows;
            for (int r = begin; r < Math.Min(rows.Length, begin + TileRows); r++)
            {
                (first, end) = (Math.Min(first, rows[r].Start & ~7), Math.Max(end, rows[r].End));
                areStairs &= rows[r].Start == rows[begin].Start + r - begin && rows[r].End == rows[begin].End
                    && rows[r].Own.Length == rows[r].Count;
            }

            Tiles[tile] = new GramTileRows(first, end, areStairs);
            (First, End) = (Math.Min(First, first), Math.Max(End, end));
        }

        IsWhole = rows[0].Start % 8 == 0 && (rows[0].Own.Length == 0 || rows[0].Own.Length == rows[0].Count);
        foreach (GramRow row in rows)
        {
            IsWhole &= row.Start == rows[0].Start && row.Count == rows[0].Count && row.Weight == rows[0].Weight
                && row.Own.AsSpan().SequenceEqual(rows[0].Own);
        }
    }

    /// <summary>Whether all rows have the same right channels and weights, all or none their own, from the start of a vector: they are made
    /// where they stand.</summary>
    public bool IsWhole { get; }

    /// <summary>The rows.</summary>
    public GramRow[] Rows { get; }

    /// <summary>The first right channel of any, rounded down to whole vectors, and the one before which all end.</summary>
    public int First { get; }

    /// <summary>The right channel before which all end.</summary>
    public int End { get; }

    /// <summary>Every <see cref="TileRows"/> rows.</summary>
    public GramTileRows[] Tiles { get; }

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

    /// <summary>Numbers between the weights of one row and of the next.</summary>
    public const int Gap = 8;

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
            if (row.Count <= ShortRow)
            {
                double[] all = new double[row.Count];
                for (int k = 0; k < all.Length; k++)
                    all[k] = row.WeightOf(row.Start + k);
                placed = placed with { Own = all };
            }

            own.AddRange(placed.Own);
            for (int k = 0; placed.Own.Length > 0 && k < Gap; k++)
                own.Add(row.Weight);
            List<GramRow>? last = groups.Count == 0 ? null : groups[^1];
            if (last is null || last.Count == MostRows || last[^1].Left + 1 != row.Left || last[^1].Right != row.Right)
                groups.Add(last = []);
            last.Add(placed);
            Count = checked(Count + row.Count);
        }

        // Whole vectors can be read at the last one, of sixteen, too.
        own.AddRange(new double[Gap]);
        Groups = groups.ConvertAll(static g => new GramGroup([.. g])).ToArray();
        _own = PinnedArray.Of<double>([.. own]);
        _ownSingle = PinnedArray.As<double, float>(_own);
    }

    /// <summary>The number of products.</summary>
    public int Count { get; }

    /// <summary>The rows, those together whose left channels lie side by side and whose right ones are the same.</summary>
    public GramGroup[] Groups { get; }

    /// <summary>The products in their order: the left channel of each, the right one in its block, and the weights; none where all are
    /// 1.</summary>
    public (int[] Left, int[] Right, double[]? Weights) Lists()
    {
        int[] left = new int[Count], right = new int[Count];
        double[] weights = new double[Count];
        bool isWeighted = false;
        foreach (GramGroup group in Groups)
        {
            foreach (GramRow row in group.Rows)
            {
                for (int k = 0, at = row.Place; k < row.Count; k++, at++)
                {
                    (left[at], right[at], weights[at]) = (row.Left, row.Right + row.Start + k, row.WeightOf(row.Start + k));
                    isWeighted |= weights[at] != 1;
                }
            }
        }

        return (left, right, isWeighted ? weights : null);
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
    public static GramShape Same(int channels, bool isSquare, bool isOdd)
    {
        var rows = new GramRow[isSquare && isOdd ? 0 : channels];
        for (int q = 0; q < rows.Length; q++)
            rows[q] = new GramRow(q, 0, q, q + 1, isSquare ? 1 : Root2);
        return new(rows);
    }

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
        var pairs = new List<(int Q2, int Q3)>();
        int[] firsts = new int[channels + 2];
        for (int q2 = 0; q2 < channels; q2++)
        {
            firsts[q2] = pairs.Count;
            for (int q3 = last ? q2 + gap : 0; q3 < channels; q3++)
                pairs.Add((q2, q3));
        }

        firsts[channels] = firsts[channels + 1] = pairs.Count;
        var rows = new List<GramRow>();
        for (int q1 = 0; q1 < channels; q1++)
        {
            int start = first ? firsts[q1 + gap] : 0;
            // Behind them no two factors are equal.
            double[] own = new double[Math.Max(0, (isOdd ? 0 : last ? pairs.Count : first ? firsts[q1 + 1] : 0) - start)];
            for (int k = 0; k < own.Length; k++)
                own[k] = Weight(q1, pairs[start + k].Q2, pairs[start + k].Q3);
            rows.Add(new GramRow(q1, 0, start, pairs.Count, Root6, own));
        }

        return new(rows);

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
    public static GramShape Pairs(int left, int right, bool isSquare, bool isOdd, double weight, double equal)
    {
        var rows = new GramRow[left];
        for (int q = 0; q < left; q++)
        {
            rows[q] = !isSquare
                ? new GramRow(q, 0, 0, right, weight)
                : new GramRow(q, 0, isOdd ? q + 1 : q, right, weight, isOdd ? [] : [equal]);
        }

        return new(rows);
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
        var rows = new List<GramRow>();
        for (int i = 0; i < a; i++)
        {
            int start = first ? i + gap : 0;
            for (int k = 0; k < c; k++)
            {
                int end = all ? Math.Min(b, k + 1 - gap) : b;
                if (end > start) rows.Add(new GramRow(k, Pair(first, b, i, 0), start, end, Root6, Own(i, start, end, k)));
            }
        }

        return new(rows);

        // Only the first and the last one can be equal to another.
        double[] Own(int i, int start, int end, int k)
        {
            double[] own = new double[all && end == k + 1 ? end - start : first && start == i ? 1 : 0];
            for (int j = 0; j < own.Length; j++)
                own[j] = Weight(i, start + j, k);
            return own;
        }

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
