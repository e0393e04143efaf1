using System;
using System.Collections.Generic;
using System.Linq;
using Toolkit.Numerics.Coupling;
using Toolkit.Numerics.Expansion;
using Toolkit.Numerics.Fields.Potential;
using Toolkit.Numerics.Stages;

namespace Toolkit.Numerics.Representations;

/// <summary>
/// The invariants of order ν = 3: b = √k · couple(c_{q1 l1}, couple(c_{q2 l2}, c_{q3 l3}, l1), 0), q = (species, n).
/// </summary>
/// <remarks>
/// A 3j symbol is symmetric in its columns up to (−1)^(l1+l2+l3): any order of the three factors gives the same invariant up
/// to that sign. Each unordered triple of factors (l1 q1) ≤ (l2 q2) ≤ (l3 q3) stands once, times the root of the
/// number k of its orders, so that the dot product of two feature vectors is that of the full set. Where l1 + l2 + l3 is odd
/// (pseudoscalars, σ = −1) two equal factors give zero, and such triples are left out. What stands is linearly
/// independent: as many features as the multiplicity of (λ = 0, σ) in the third symmetric power of the channels.
/// Features: (l1, l2, l3) slowest, then q1, q2, q3.
/// </remarks>
public sealed unsafe class Bispectrum : InvariantRepresentation
{
    /// <summary>The bispectrum of a density expansion.</summary>
    /// <param name="expansion">The expansion; its density alone is used.</param>
    /// <param name="parities">Proper: true scalars; pseudo: pseudoscalars; or both.</param>
    /// <param name="table">Real-basis coupling coefficients; null: those of the library, l ≤ 8.</param>
    /// <exception cref="ArgumentException">lmax is beyond the table's; or more than 2³¹ features.</exception>
    public Bispectrum(DensityExpansion expansion, Parities parities = Parities.Proper, CouplingTable? table = null)
        : this(expansion, null, new FieldChannels(expansion), parities, table ?? CouplingTable.Default) { }

    /// <summary>The bispectrum of a potential field, three factors of it in the place of three of the density.</summary>
    /// <param name="expansion">The expansion whose atoms and cutoff environments are those of.</param>
    /// <param name="potential">The field.</param>
    /// <param name="parities">Proper: true scalars; pseudo: pseudoscalars; or both.</param>
    /// <param name="table">Real-basis coupling coefficients; null: those of the library, l ≤ 8.</param>
    /// <exception cref="ArgumentException">lmax is beyond the table's; or more than 2³¹ features.</exception>
    public static Bispectrum OfPotential(
        DensityExpansion expansion, NamedPotential potential, Parities parities = Parities.Proper, CouplingTable? table = null)
    {
        ArgumentNullException.ThrowIfNull(potential);
        return new Bispectrum(expansion, potential, new FieldChannels(potential.Field, 1), parities, table ?? CouplingTable.Default);
    }

    private Bispectrum(DensityExpansion expansion, NamedPotential? potential, FieldChannels channels, Parities parities,
        CouplingTable table)
        : this(expansion, potential, channels, Triples(channels, parities, table), table) { }

    private Bispectrum(DensityExpansion expansion, NamedPotential? potential, FieldChannels channels, Triple[] triples, CouplingTable table)
        : base(expansion, MakeLabels(channels, triples))
    {
        Potentials = potential is null ? [] : [potential];
        CouplingField field = potential?.CouplingField ?? CouplingField.Density;
        CouplingTrees =
        [
            new(new CouplingPair(new CouplingLeaf(field, "l1"),
                new CouplingPair(new CouplingLeaf(field, "l2"), new CouplingLeaf(field, "l3"), "l1"), 0)),
        ];
        Program = Execute(new ProgramDraft(expansion, Potentials), channels, triples, FeatureCount, table);
    }

    /// <inheritdoc/>
    public override int Order => 3;

    /// <summary>What is computed, for every l1 ≤ l2 ≤ l3, times the root of the number of orders of the factors.</summary>
    public override IReadOnlyList<CouplingTree> CouplingTrees { get; }

    internal override IReadOnlyList<NamedPotential> Potentials { get; }

    /// <summary>Products of the last two factors to the order of the first, then a matrix product with it: of the three it has the fewest
    /// components, and all pairs of the others stand side by side.</summary>
    private static FeatureProgram<double> Execute(
        ProgramDraft draft, FieldChannels channels, Triple[] triples, int features, CouplingTable table)
    {
        int count = channels.Count, field = draft.Add(channels), products = draft.Features, stride = draft.Shapes[field].Stride;
        var terms = new List<GramTerm>();
        var paths = new List<(GramShape Shape, CouplePath Path)>();
        var shapes = new Dictionary<(bool, bool), GramShape>();
        int length = 0;
        foreach (Triple t in triples)
        {
            (bool, bool) key = (t.L2 == t.L3, t.IsOdd);
            if (!shapes.TryGetValue(key, out GramShape? shape))
                shapes.Add(key, shape = GramShape.Plain(count, count, key.Item1, key.Item2));
            paths.Add((shape, new CouplePath(t.L2, t.L3, t.L1, t.Row2, t.Row3, products, length, shape.Count)));
            terms.Add(new GramTerm(
                2 * t.L1 + 1, new GramFactor(field, t.Row1 * stride, stride), new GramFactor(products, length, shape.Count), t.Shape,
                    t.Scale, t.First));
            length = checked(length + (2 * t.L1 + 1) * shape.Count);
        }
        draft.Add(1, length);
        CoupleFactor factor = CoupleFactor.Of(field, channels.Rows, stride);
        foreach (IGrouping<GramShape, (GramShape, CouplePath Path)> same in paths.GroupBy(static p => p.Shape))
            draft.Add(OuterCoupleStage<double>.Create(table, factor, factor, same.Key, same.Select(static p => p.Path).ToArray()));
        draft.AddOutput(new GramStage<double>(draft.Features, terms));
        return draft.Build(features);
    }

    private static Triple[] Triples(FieldChannels field, Parities parities, CouplingTable table)
    {
        int lmax = field.LMax, channels = field.Count;
        table.Require(lmax, $"lmax is {lmax}", nameof(table));
        var triples = new List<Triple>();
        var shapes = new Dictionary<(bool, bool, bool), GramShape>();
        int first = 0;
        for (int l1 = 0; l1 <= lmax; l1++)
        {
            for (int l2 = l1; l2 <= lmax; l2++)
            {
                for (int l3 = l2; l3 <= Math.Min(l1 + l2, lmax); l3++)
                {
                    if (!parities.Include(l1 + l2 + l3)) continue;
                    (bool, bool, bool) key = (l1 == l2, l2 == l3, (l1 + l2 + l3) % 2 != 0);
                    if (!shapes.TryGetValue(key, out GramShape? shape))
                        shapes.Add(key, shape = GramShape.Thirds(channels, key.Item1, key.Item2, key.Item3));
                    if (shape.Count == 0) continue;
                    // ⟨l m l m'|00⟩ in the real basis is (−1)^l δ / √(2l + 1).
                    double scale = (l1 % 2 == 0 ? 1 : -1) / Math.Sqrt(2 * l1 + 1);
                    triples.Add(new Triple(l1, l2, l3, scale, first, shape));
                    first = checked(first + shape.Count);
                }
            }
        }

        return triples.ToArray();
    }

    private static FeatureLabels MakeLabels(FieldChannels channels, Triple[] triples)
    {
        const int Columns = 9;
        int features = triples.Length == 0 ? 0 : triples[^1].First + triples[^1].Shape.Count;
        int[] values = new int[checked(Columns * features)];
        int at = 0;
        foreach (Triple t in triples)
        {
            foreach ((int q1, int q2, int q3) in t.Channels(channels.Count))
            {
                foreach (int q in (int[])[q1, q2, q3])
                {
                    values[at++] = channels.Species(q);
                    values[at++] = channels.N(q);
                }
                values[at++] = t.L1;
                values[at++] = t.L2;
                values[at++] = t.L3;
            }
        }

        return new FeatureLabels(["species_1", "n_1", "species_2", "n_2", "species_3", "n_3", "l_1", "l_2", "l_3"], values);
    }

    /// <summary>l1 ≤ l2 ≤ l3: the factor before the sums, and where the features start.</summary>
    private sealed record Triple(int L1, int L2, int L3, double Scale, int First, GramShape Shape)
    {
        /// <summary>The triples of channels in their order.</summary>
        public IEnumerable<(int Q1, int Q2, int Q3)> Channels(int count)
        {
            int gap = IsOdd ? 1 : 0;
            for (int q1 = 0; q1 < count; q1++)
            {
                for (int q2 = L1 == L2 ? q1 + gap : 0; q2 < count; q2++)
                {
                    for (int q3 = L2 == L3 ? q2 + gap : 0; q3 < count; q3++)
                        yield return (q1, q2, q3);
                }
            }
        }

        /// <summary>Whether it is a pseudoscalar.</summary>
        public bool IsOdd => (L1 + L2 + L3) % 2 != 0;

        public int Row1 => L1 * L1;

        public int Row2 => L2 * L2;

        public int Row3 => L3 * L3;
    }
}
