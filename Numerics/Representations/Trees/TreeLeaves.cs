using System;
using System.Collections.Generic;
using System.Linq;
using Toolkit.Numerics.Coupling;
using Toolkit.Numerics.Expansion;
using Toolkit.Numerics.Fields.Potential;
using Toolkit.Numerics.Stages;

namespace Toolkit.Numerics.Representations.Trees;

/// <summary>The coefficients of one l of a field, for a vector field joined to one J, as products read them.</summary>
/// <param name="L">l.</param>
/// <param name="J">J; l for a scalar field.</param>
/// <param name="IsOdd">Whether they change their sign under the inversion.</param>
/// <param name="Block">Their block.</param>
/// <param name="Row">The row of M = −J in it; of vectors that are not joined, the row of q = 0 and m = −l, those of the other q
/// follow.</param>
/// <param name="Channels">Its channels.</param>
internal sealed record TreeLeaf(int L, int J, bool IsOdd, int Block, int Row, TreeChannels Channels);

/// <summary>
/// Brings the coefficients of any field, density, vectors or potentials, into blocks whose channels lie side by side: where every
/// program begins. Each is made once, whoever reads it.
/// </summary>
internal sealed class TreeLeaves
{
    private readonly DensityExpansion _expansion;
    private readonly IReadOnlyList<NamedPotential> _potentials;
    private readonly CouplingTable _table;
    private readonly ProgramDraft _draft;
    private readonly Dictionary<string, TreeLeaf[]> _made = [], _dotted = [];

    /// <summary>No block so far.</summary>
    /// <param name="expansion">Density and vectors.</param>
    /// <param name="potentials">Potentials.</param>
    /// <param name="table">Coefficients in the real basis.</param>
    /// <param name="draft">Receives blocks and stages.</param>
    public TreeLeaves(DensityExpansion expansion, IReadOnlyList<NamedPotential> potentials, CouplingTable table, ProgramDraft draft) =>
        (_expansion, _potentials, _table, _draft) = (expansion, potentials, table, draft);

    /// <summary>The row of m = −l and q of vectors that are not joined.</summary>
    public static int Row(int l, int q) => 3 * l * l + q * (2 * l + 1);

    /// <summary>The coefficients of a field, by l and J.</summary>
    /// <param name="field">The field as a tree describes it.</param>
    /// <param name="isDotted">Whether vectors stay (q, m), to be multiplied as v·v′.</param>
    /// <exception cref="ArgumentException">There is no such field, or it is another.</exception>
    public IReadOnlyList<TreeLeaf> Of(CouplingField field, bool isDotted)
    {
        Dictionary<string, TreeLeaf[]> made = isDotted ? _dotted : _made;
        if (!made.TryGetValue(field.Name, out TreeLeaf[]? leaves)) made.Add(field.Name, leaves = Make(field, isDotted));

        return leaves;
    }

    private TreeLeaf[] Make(CouplingField field, bool isDotted)
    {
        List<CouplingField> known =
            [CouplingField.Density, .. _expansion.Fields.Select(static f => f.CouplingField),
                .. _potentials.Select(static p => p.CouplingField)];
        int found = known.FindIndex(f => f.Name == field.Name);
        if (found < 0)
        {
            throw new ArgumentException(
                $"the tree has a field '{field.Name}'; there are {string.Join(", ", known.Select(static f => f.Name))}");
        }

        if (known[found] != field)
        {
            throw new ArgumentException(
                $"the tree's field '{field.Name}' is {Words(field)}; the one that is there is {Words(known[found])}");
        }

        if (found == 0) return Density();
        return found <= _expansion.Fields.Count ? Vectors(found - 1, isDotted) : Potential(found - 1 - _expansion.Fields.Count);
    }

    private static string Words(CouplingField f) =>
        $"of rank {f.Rank}, {(f.Axial ? "axial" : "polar")}, {(f.TimeOdd ? "odd" : "even")} under time reversal";

    private TreeLeaf[] Density()
    {
        var leaves = new List<TreeLeaf>();
        foreach (List<FieldFamily> families in ByChannels(l => FieldFamily.OfDensity(_expansion, l)))
        {
            FieldFamily first = families[0];
            int row = 0;
            foreach (FieldFamily f in families)
                row += 2 * f.L + 1;
            int block = _draft.Add(row, first.Count), stride = _draft.Shapes[block].Stride;
            TreeChannels channels = Channels(first);
            row = 0;
            foreach (FieldFamily f in families)
            {
                _draft.Add(new ChannelStage<double>(
                    FeatureProgram<double>.Coefficients, (nint)(f.L * f.L) * _expansion.Width, _expansion.Width, 2 * f.L + 1, f.Lanes,
                        block,
                    (nint)row * stride));
                leaves.Add(new TreeLeaf(f.L, f.L, f.IsOddUnderInversion, block, row, channels));
                row += 2 * f.L + 1;
            }

            _draft.Leaves.AddDensity(block, first.Lanes, families.ConvertAll(static f => f.L), stride);
        }

        return [.. leaves];
    }

    private TreeLeaf[] Potential(int potential)
    {
        PotentialField field = _potentials[potential].Field;
        int count = field.ChannelCount, own = field.FirstChannel, lmax = field.LMax;
        // The centre's own charge touches l = 0 only.
        if (own == 0) return Potential(potential, 0, lmax, 0);
        return lmax == 0 ? Potential(potential, 0, 0, 0) : [.. Potential(potential, 0, 0, 0), .. Potential(potential, 1, lmax, own)];

        TreeLeaf[] Potential(int source, int first, int last, int from)
        {
            int rows = (last + 1) * (last + 1) - first * first, nmax = field.Basis.NMax, block = _draft.Add(rows, count - from);
            int[] labels = new int[2 * (count - from)], places = Enumerable.Range(from, count - from).ToArray(), groups = field.Groups;
            for (int q = from; q < count; q++)
                (labels[2 * (q - from)], labels[2 * (q - from) + 1]) = (groups[q / nmax], q % nmax);

            TreeChannels channels = new(1, labels);
            _draft.Add(new ChannelStage<double>(1 + source, (nint)(first * first) * count, count, rows, places, block));
            return Enumerable.Range(first, last - first + 1)
                .Select(l => new TreeLeaf(l, l, l % 2 == 1, block, l * l - first * first, channels)).ToArray();
        }
    }

    private TreeLeaf[] Vectors(int field, bool isDotted)
    {
        var leaves = new List<TreeLeaf>();
        FieldColumns columns = _expansion.Columns(field);
        int stride = _expansion.GroupStride, width = _expansion.Width;
        foreach (List<FieldFamily> families in ByChannels(l => FieldFamily.OfVectors(_expansion, field, l)))
        {
            // The coefficients themselves, rows (l, q, m); those of an l without these channels stay zero.
            FieldFamily first = families[0];
            int raw = _draft.Add(3 * (_expansion.LMax + 1) * (_expansion.LMax + 1), first.Count), rawStride = _draft.Shapes[raw].Stride;
            TreeChannels channels = Channels(first);
            foreach (FieldFamily f in families)
            {
                for (int q = 0; q < 3; q++)
                {
                    int[] places = Array.ConvertAll(f.Lanes, lane => (columns.Column(lane / stride) + q) * stride + lane % stride);
                    _draft.Add(new ChannelStage<double>(
                        FeatureProgram<double>.Coefficients, (nint)(f.L * f.L) * width, width, 2 * f.L + 1, places, raw,
                            (nint)Row(f.L, q) * rawStride));
                }
            }

            var rows = new List<LeafRows>();
            if (isDotted)
            {
                foreach (FieldFamily f in families)
                {
                    leaves.Add(new TreeLeaf(f.L, f.L, f.IsOddUnderInversion, raw, Row(f.L, 0), channels));
                    for (int q = 0; q < 3; q++)
                        rows.Add(new LeafRows((nint)Row(f.L, q) * rawStride, f.L, Row(f.L, 0), 3 * (2 * f.L + 1), q * (2 * f.L + 1)));
                }

                var single = new List<AngleTerm[]>();
                for (int l = 0; l <= _expansion.LMax; l++)
                {
                    for (int q = 0; q < 3; q++)
                    {
                        for (int lm = l * l; lm < (l + 1) * (l + 1); lm++)
                            single.Add([new AngleTerm(q, lm, 1)]);
                    }
                }

                _draft.Leaves.AddVectors(raw, field, first.Lanes, rows, single);
                continue;
            }

            var terms = new List<RowTerm>();
            var angles = new List<AngleTerm[]>();
            int block = _draft.Features, blockStride = (first.Count + 7) / 8 * 8;
            foreach (FieldFamily f in families)
            {
                for (int j = Math.Abs(f.L - 1); j <= f.L + 1; j++)
                {
                    CouplingBlock c = _table.Block(f.L, 1, j);
                    int row = angles.Count;
                    leaves.Add(new TreeLeaf(f.L, j, f.IsOddUnderInversion, block, row, channels));
                    rows.Add(new LeafRows((nint)row * blockStride, f.L, row, 2 * j + 1));
                    // The coefficients of one M follow each other.
                    for (int m = 0, k = 0; m < 2 * j + 1; m++)
                    {
                        int begin = k;
                        while (k < c.Count && c.M3[k] == m)
                            k++;
                        var own = new AngleTerm[k - begin];
                        for (int t = 0; t < own.Length; t++)
                        {
                            (int m1, int q, double value) = (c.M1[begin + t], c.M2[begin + t], c[begin + t]);
                            terms.Add(new RowTerm(row + m, Row(f.L, q) + m1, value));
                            own[t] = new AngleTerm(q, f.L * f.L + m1, value);
                        }

                        angles.Add(own);
                    }
                }
            }

            _draft.Add(angles.Count, first.Count);
            _draft.Add(new RowStage<double>(raw, block, angles.Count, terms));
            _draft.Leaves.AddVectors(block, field, first.Lanes, rows, angles);
        }

        return [.. leaves];
    }

    /// <summary>The families of all l, together those that have the same channels; those without any are left out.</summary>
    private List<List<FieldFamily>> ByChannels(Func<int, FieldFamily> family)
    {
        var all = new List<List<FieldFamily>>();
        for (int l = 0; l <= _expansion.LMax; l++)
        {
            FieldFamily next = family(l);
            if (next.Count == 0) continue;
            List<FieldFamily>? alike = all.Find(f => f[0].Lanes.AsSpan().SequenceEqual(next.Lanes));
            if (alike is null) all.Add(alike = []);
            alike.Add(next);
        }

        return all;
    }

    private static TreeChannels Channels(FieldFamily family)
    {
        int[] labels = new int[2 * family.Count];
        for (int k = 0; k < family.Count; k++)
            (labels[2 * k], labels[2 * k + 1]) = (family.Species[k], family.N[k]);

        return new TreeChannels(1, labels);
    }
}
