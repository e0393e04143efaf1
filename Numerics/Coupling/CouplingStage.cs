using System;
using System.Collections.Generic;

namespace Toolkit.Numerics.Coupling;

/// <summary>a[I] b[J] + Sign · a[−I] b[−J], the components counted from 0 and mirrored at the middle.</summary>
internal sealed record CouplingCombination(int I, int J, int Sign);

/// <summary>Degrees of two factors, and where they begin.</summary>
internal sealed record CouplingFactors(int L1, int L2, int RowA, int RowB);

/// <summary>Outputs that share combinations: Rows of C, Slots of combinations, Matrix [row, slot].</summary>
internal sealed record CouplingComponent(int[] Rows, int[] Slots, double[,] Matrix);

/// <summary>With c, s for I, Mirror of A: slots of a_c b_c − a_s b_s, a_c b_c + a_s b_s, a_c b_s ± a_s b_c.</summary>
internal sealed record CouplingQuad(int J, int Mirror, int Minus, int Plus, int CrossPlus, int CrossMinus);

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

    internal CouplingStage(CouplingTable table, CouplingFactors factors, IReadOnlyList<CouplingPath> paths, List<int> own)
    {
        (_l1, _l2, RowA, RowB) = factors;
        int rows = 0;
        foreach (int p in own)
            rows = Math.Max(rows, paths[p].RowC + 2 * paths[p].L + 1);
        // Of each row of C the entries [i, j]; null: it has none.
        double[]?[] outputs = new double[]?[rows];
        foreach (int p in own)
        {
            CouplingBlock block = table.Block(_l1, _l2, paths[p].L);
            for (int e = 0; !block.IsEmpty && e < block.Count; e++, Count++)
                (outputs[paths[p].RowC + block.M3[e]] ??= new double[(2 * _l1 + 1) * Width])[block.M1[e] * Width + block.M2[e]] += block[e];
        }

        int[] slots = new int[3 * (2 * _l1 + 1) * Width];
        Array.Fill(slots, -1);
        Connect(Array.ConvertAll(outputs, entries => entries is null ? null : Combine(entries)), slots);
        Runs = FindRuns(slots);
    }

    /// <summary>What a row of C is made of: numbers of combinations, increasing, and what multiplies each.</summary>
    private sealed record Row(List<int> Combinations, List<double> Values);

    /// <summary>Components of B.</summary>
    private int Width => 2 * _l2 + 1;

    /// <summary>The row of A that mirrors component i, and of B that mirrors j.</summary>
    internal (int A, int B) Mirror(CouplingCombination k) => (RowA + 2 * _l1 - k.I, RowB + 2 * _l2 - k.J);

    /// <summary>The number of a combination, in the order of i, j and sign.</summary>
    private int Number(int i, int j, int sign) => 3 * (i * Width + j) + sign + 1;

    /// <summary>A row whose entries [i, j] are so many.</summary>
    private Row Combine(double[] entries)
    {
        Row row = new([], []);
        for (int at = 0; at < entries.Length; at++)
        {
            int i = at / Width, j = at % Width;
            double value = entries[at], other = entries[entries.Length - 1 - at];
            bool isPair = i != _l1 && j != _l2 && Math.Abs(other) == Math.Abs(value);
            if (value == 0 || (isPair && i < _l1)) continue;
            row.Combinations.Add(Number(i, j, !isPair ? 0 : other == value ? 1 : -1));
            row.Values.Add(value);
        }

        return row;
    }

    /// <summary>Puts the rows together that share combinations, and gives these their slots.</summary>
    private void Connect(Row?[] outputs, int[] slots)
    {
        var users = new List<int>?[slots.Length];
        for (int row = 0; row < outputs.Length; row++)
        {
            foreach (int k in outputs[row]?.Combinations ?? [])
                (users[k] ??= []).Add(row);
        }

        bool[] isDone = new bool[outputs.Length];
        for (int start = 0; start < outputs.Length; start++)
        {
            if (isDone[start] || outputs[start] is not { Combinations.Count: > 0 }) continue;
            isDone[start] = true;
            List<int> rows = [start], combinations = [];
            for (int r = 0; r < rows.Count; r++)
            {
                foreach (int k in outputs[rows[r]]!.Combinations)
                {
                    if (users[k] is not { } others) continue;
                    users[k] = null;
                    combinations.Add(k);
                    foreach (int next in others)
                    {
                        if (isDone[next]) continue;
                        isDone[next] = true;
                        rows.Add(next);
                    }
                }
            }

            rows.Sort();
            combinations.Sort();
            int first = Combinations.Count;
            int[] own = new int[combinations.Count];
            foreach (int k in combinations)
            {
                own[Combinations.Count - first] = slots[k] = Combinations.Count;
                Combinations.Add(new CouplingCombination(k / 3 / Width, k / 3 % Width, k % 3 - 1));
            }

            var matrix = new double[rows.Count, combinations.Count];
            for (int r = 0; r < rows.Count; r++)
            {
                Row row = outputs[rows[r]]!;
                for (int t = 0; t < row.Values.Count; t++)
                    matrix[r, slots[row.Combinations[t]] - first] = row.Values[t];
            }

            Components.Add(new CouplingComponent([.. rows], own, matrix));
        }
    }

    /// <summary>The combinations of pairs, those with one component of A together; missing ones have no slot (−1).</summary>
    private CouplingRun[] FindRuns(int[] slots)
    {
        var runs = new List<CouplingRun>();
        for (int i = _l1 + 1; i <= 2 * _l1; i++)
        {
            var quads = new List<CouplingQuad>();
            for (int j = _l2 + 1; j <= 2 * _l2; j++)
            {
                int mirror = 2 * _l2 - j;
                CouplingQuad quad = new(
                    j, mirror, slots[Number(i, j, -1)], slots[Number(i, j, 1)], slots[Number(i, mirror, 1)], slots[Number(i, mirror, -1)]);
                if (Math.Max(Math.Max(quad.Minus, quad.Plus), Math.Max(quad.CrossPlus, quad.CrossMinus)) >= 0) quads.Add(quad);
            }

            if (quads.Count > 0) runs.Add(new CouplingRun(i, 2 * _l1 - i, [.. quads]));
        }

        return [.. runs];
    }
}
