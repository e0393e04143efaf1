using System;
using System.Collections.Generic;
using System.Linq;

namespace Toolkit.Numerics.Coupling;

/// <summary>a[I] b[J] + Sign · a[−I] b[−J], the components counted from 0 and mirrored at the middle.</summary>
internal readonly record struct CouplingCombination(int I, int J, int Sign) : IComparable<CouplingCombination>
{
    public int CompareTo(CouplingCombination other) => (I, J, Sign).CompareTo((other.I, other.J, other.Sign));
}

/// <summary>Outputs that share combinations: Rows of C, Slots of combinations, Matrix [row, slot].</summary>
internal sealed record CouplingComponent(int[] Rows, int[] Slots, double[,] Matrix);

/// <summary>With c, s for I, Mirror of A: slots of a_c b_c − a_s b_s, a_c b_c + a_s b_s, a_c b_s ± a_s b_c.</summary>
internal readonly record struct CouplingQuad(int J, int Mirror, int Minus, int Plus, int CrossPlus, int CrossMinus);

/// <summary>The quads of one component I of A and its mirror image.</summary>
internal sealed record CouplingRun(int I, int Mirror, CouplingQuad[] Quads);

/// <summary>The products of the same two factors, for one or more degrees L.</summary>
/// <remarks>
/// Paths with the same two factors form a stage. In the real basis the component M of every product of one stage is made
/// of the same few combinations: with c and s for +m and −m and both m1, m2 &gt; 0,
/// <code>
/// a_c b_c − a_s b_s,  a_c b_s + a_s b_c    belong to |M| = m1 + m2,
/// a_c b_c + a_s b_s,  a_c b_s − a_s b_c    belong to |M| = |m1 − m2|,
/// </code>
/// the real and imaginary parts of products of e^(±im1φ) and e^(±im2φ); single products remain where m1 or m2 is 0. So the
/// (2 l1 + 1)(2 l2 + 1) products are combined once and serve all L, two table entries become one coefficient, and what is
/// left is one small dense matrix [L, combination] for each |M| and parity: about half a multiply-add per table entry. The
/// pattern is read off the table (mirrored entries of equal size), not assumed: a table in another basis has single
/// products only and still works.
/// </remarks>
internal sealed class CouplingStage
{
    private readonly int _l1, _l2;

    /// <summary>First rows of the factors.</summary>
    internal readonly int RowA, RowB;

    /// <summary>The combinations in the order of their slots.</summary>
    internal readonly List<CouplingCombination> Combinations = [];

    /// <summary>What is left to do with them.</summary>
    internal readonly List<CouplingComponent> Components = [];

    /// <summary>The combinations of pairs again, as they are made.</summary>
    internal readonly CouplingRun[] Runs;

    /// <summary>The number of table entries.</summary>
    internal readonly int Count;

    internal CouplingStage(CouplingTable table, int l1, int l2, int rowA, int rowB, IEnumerable<CouplingPath> paths)
    {
        (_l1, _l2, RowA, RowB) = (l1, l2, rowA, rowB);
        var outputs = new SortedDictionary<int, SortedDictionary<(int I, int J), double>>();
        foreach (CouplingPath path in paths)
        {
            CouplingBlock block = table.Block(l1, l2, path.L);
            for (int e = 0; !block.IsEmpty && e < block.Count; e++)
            {
                int row = path.RowC + block.M3[e];
                if (!outputs.TryGetValue(row, out SortedDictionary<(int I, int J), double>? terms))
                    outputs[row] = terms = [];

                (int, int) place = (block.M1[e], block.M2[e]);
                terms[place] = terms.GetValueOrDefault(place) + block[e];
                Count++;
            }
        }

        Connect(outputs.ToDictionary(o => o.Key, o => Combine(o.Value)));
        Runs = FindRuns();
    }

    /// <summary>The row of A that mirrors component i, and of B that mirrors j.</summary>
    internal (int A, int B) Mirror(CouplingCombination k) => (RowA + 2 * _l1 - k.I, RowB + 2 * _l2 - k.J);

    private List<(CouplingCombination Combination, double Value)> Combine(SortedDictionary<(int I, int J), double> terms)
    {
        var combined = new List<(CouplingCombination, double)>();
        foreach (((int i, int j), double value) in terms)
        {
            (int, int) mirror = (2 * _l1 - i, 2 * _l2 - j);
            bool pair = i != _l1 && j != _l2 && terms.TryGetValue(mirror, out double other)
                && Math.Abs(other) == Math.Abs(value);
            if (!pair)
                combined.Add((new CouplingCombination(i, j, 0), value));
            else if (i > _l1)
                combined.Add((new CouplingCombination(i, j, terms[mirror] == value ? 1 : -1), value));
        }

        return combined;
    }

    private void Connect(Dictionary<int, List<(CouplingCombination Combination, double Value)>> outputs)
    {
        var users = outputs.SelectMany(o => o.Value, (o, t) => (t.Combination, Row: o.Key)).ToLookup(u => u.Combination, u => u.Row);
        var done = new HashSet<int>();
        foreach (int start in outputs.Keys.Order())
        {
            if (!done.Add(start))
                continue;

            var rows = new SortedSet<int> { start };
            var open = new Stack<int>(rows);
            while (open.TryPop(out int row))
            {
                foreach (int next in outputs[row].SelectMany(t => users[t.Combination]))
                {
                    if (done.Add(next))
                    {
                        rows.Add(next);
                        open.Push(next);
                    }
                }
            }

            CouplingCombination[] combinations =
                rows.SelectMany(r => outputs[r]).Select(t => t.Combination).Distinct().Order().ToArray();
            int[] numbers = rows.ToArray();
            var matrix = new double[numbers.Length, combinations.Length];
            for (int r = 0; r < numbers.Length; r++)
            {
                foreach ((CouplingCombination combination, double value) in outputs[numbers[r]])
                    matrix[r, Array.BinarySearch(combinations, combination)] += value;
            }

            int[] slots = Enumerable.Range(Combinations.Count, combinations.Length).ToArray();
            Components.Add(new CouplingComponent(numbers, slots, matrix));
            Combinations.AddRange(combinations);
        }
    }

    /// <summary>The combinations of pairs, those with one component of A together; missing ones have no slot (−1).</summary>
    private CouplingRun[] FindRuns()
    {
        var slot = new Dictionary<CouplingCombination, int>();
        for (int s = 0; s < Combinations.Count; s++)
            slot[Combinations[s]] = s;

        return Combinations.Where(k => k.Sign != 0).GroupBy(k => k.I).OrderBy(g => g.Key).Select(run =>
        {
            int i = run.Key;
            IEnumerable<int> right = run.Select(k => Math.Max(k.J, 2 * _l2 - k.J)).Distinct().Order();
            return new CouplingRun(i, 2 * _l1 - i, right.Select(j =>
            {
                int mirror = 2 * _l2 - j;
                return new CouplingQuad(j, mirror, Slot(i, j, -1), Slot(i, j, 1), Slot(i, mirror, 1), Slot(i, mirror, -1));
            }).ToArray());
        }).ToArray();

        int Slot(int i, int j, int sign) => slot.GetValueOrDefault(new CouplingCombination(i, j, sign), -1);
    }
}
