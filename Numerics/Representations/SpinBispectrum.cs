using System;
using System.Collections.Generic;
using System.Linq;
using Toolkit.Numerics.Coupling;
using Toolkit.Numerics.Expansion;
using Toolkit.Numerics.Stages;

namespace Toolkit.Numerics.Representations;

/// <summary>
/// The invariants of three factors, vectors among them: b = √k couple(couple(u_1, u_2, J_3), u_3, 0), u_{nlJM} = Σ ⟨l m 1 q|J M⟩ c^q_{nlm}
/// for a vector field and c_{nlm} with J = l for the density; k is the number of orders of the three factors.
/// </summary>
/// <remarks>
/// Of spins, which are odd under time reversal, two stand beside one factor of the density (ρvv): such features see what no
/// power spectrum does, as the exchange of two spins by way of a third atom and v_j × v_k along Moriya's axis. The set
/// that is invariant under separate rotations multiplies the vectors as v·v':
/// √k Σ_q couple(couple(c^q_{l1}, c^q_{l2}, l3), c_{l3}, 0). The even features of time-even fields have one or three
/// vectors, too. Each unordered triple of factors (field, species, n, l, J) stands once; where exchanging two equal ones
/// changes the sign (J_1 + J_2 + J_3 odd) the product is zero and left out. Labels: field, species, n, l, J of each factor, as
/// for <see cref="SpinPowerSpectrum"/>; J = −1: multiplied as v·v'.
/// </remarks>
public sealed class SpinBispectrum : InvariantRepresentation
{
    /// <summary>The bispectrum of an expansion with vector fields.</summary>
    /// <param name="expansion">The expansion; it has at least one vector field.</param>
    /// <param name="coupling">Which sets of features.</param>
    /// <param name="density">Whether the invariants of three factors of the density stand in the set, too.</param>
    /// <param name="parities">Scalars, pseudoscalars, which change their sign under the inversion, or both.</param>
    /// <param name="table">Coupling coefficients real-cg; null: those that come with the library, to J = 8.</param>
    /// <exception cref="ArgumentException">No vector field; J = lmax + 1 is not in the table; or there are no such features.</exception>
    public SpinBispectrum(
        DensityExpansion expansion,
        FieldCoupling coupling = FieldCoupling.Resolved,
        bool density = true,
        Parities parities = Parities.Proper,
        CouplingTable? table = null)
        : this(expansion, new FieldFactors(expansion, coupling, table ?? CouplingTable.Default), coupling, density, parities,
            table ?? CouplingTable.Default)
    {
    }

    private SpinBispectrum(
        DensityExpansion expansion, FieldFactors factors, FieldCoupling coupling, bool density, Parities parities, CouplingTable table)
        : this(expansion, factors, Products(factors, coupling, density, parities, table), table)
    {
    }

    private SpinBispectrum(DensityExpansion expansion, FieldFactors factors, Product[] products, CouplingTable table)
        : base(expansion, MakeLabels(products))
    {
        CouplingTrees = products
            .Select(p => new CouplingTree(new CouplingPair(
                new CouplingPair(factors.Tree(p.A, "l1", "J1"), factors.Tree(p.B, "l2", "J2"), p.IsDotted ? "l3" : "J3", p.IsDotted),
                factors.Tree(p.C, "l3", p.IsDotted ? "l3" : "J3"), 0)))
            .Distinct().ToArray();
        Program = Execute(factors, products, FeatureCount, table);
    }

    /// <inheritdoc/>
    public override int Order => 3;

    /// <summary>
    /// What is computed, for every allowed l and J, times √k; with J = −1 a sum of trees over J_1 and J_2.
    /// </summary>
    public override IReadOnlyList<CouplingTree> CouplingTrees { get; }

    /// <summary>Products of two factors, each made once for all third factors, then a matrix product with the third.</summary>
    private static FeatureProgram<double> Execute(FieldFactors factors, Product[] products, int features, CouplingTable table)
    {
        ProgramDraft draft = factors.Draft;
        int block = draft.Features, length = 0, place = 0;
        var places = new Dictionary<CoupledKey, GramFactor>();
        var paths = new Dictionary<PairKey, Pair>();
        var shapes = new Dictionary<ShapeKey, GramShape>();
        var terms = new List<GramTerm>();
        foreach (Product p in products)
        {
            bool isSquare = ReferenceEquals(p.A, p.B);
            CoupledKey coupled = new(p.A, p.B, p.Order);
            if (!places.TryGetValue(coupled, out GramFactor? at))
            {
                at = new(block, length, isSquare ? p.A.Count * (p.A.Count + 1) / 2 : p.A.Count * p.B.Count);
                places.Add(coupled, at);
                length = checked(length + (2 * p.Order + 1) * at.Step);
                PairKey pair = new(p.A.Leaf.Block, p.B.Leaf.Block, isSquare);
                if (!paths.TryGetValue(pair, out Pair? made)) paths.Add(pair, made = new(p.A, p.B, isSquare, []));
                // Vectors stay (q, m) where they are multiplied as v·v'.
                int a = p.IsDotted ? p.A.L : p.A.J, b = p.IsDotted ? p.B.L : p.B.J;
                for (int q = 0; q < (p.IsDotted ? 3 : 1); q++)
                {
                    made.Paths.Add(new CouplePath(
                        a, b, p.Order, p.A.Leaf.Row + q * (2 * a + 1), p.B.Leaf.Row + q * (2 * b + 1), block, at.First, at.Step));
                }
            }

            bool isAll = isSquare && ReferenceEquals(p.B, p.C);
            ShapeKey key = new(p.A.Count, p.B.Count, p.C.Count, isSquare, isAll, p.IsOdd);
            if (!shapes.TryGetValue(key, out GramShape? shape))
                shapes.Add(key, shape = GramShape.Middle(p.A.Count, p.B.Count, p.C.Count, isSquare, isAll, p.IsOdd));
            if (shape.Count == 0) continue;
            // couple(X, Y, 0) = (−1)^L Σ_M X_M Y_M / √(2L + 1).
            terms.Add(new GramTerm(
                2 * p.Order + 1, factors.Gram(p.C), at, shape,
                (p.Order % 2 == 0 ? 1 : -1) / Math.Sqrt(2 * p.Order + 1), place));
            place += shape.Count;
        }

        draft.Add(1, length);
        foreach (Pair pair in paths.Values)
        {
            draft.Add(OuterCoupleStage<double>.Create(
                table, Rows(draft, pair.A), Rows(draft, pair.B), GramShape.Plain(pair.A.Count, pair.B.Count, pair.IsSquare), pair.Paths));
        }

        draft.AddOutput(new GramStage<double>(draft.Features, terms));
        return draft.Build(features);
    }

    /// <summary>Products that are made once.</summary>
    private sealed record CoupledKey(FieldFactor A, FieldFactor B, int Order);

    /// <summary>Blocks whose products are made together.</summary>
    private sealed record PairKey(int A, int B, bool IsSquare);

    /// <summary>Their channels, and the products.</summary>
    private sealed record Pair(FieldFactor A, FieldFactor B, bool IsSquare, List<CouplePath> Paths);

    /// <summary>What products whose shapes are the same have in common.</summary>
    private sealed record ShapeKey(int A, int B, int C, bool IsSquare, bool IsAll, bool IsOdd);

    private static CoupleFactor Rows(ProgramDraft draft, FieldFactor factor) =>
        CoupleFactor.Of(factor.Leaf.Block, draft.Shapes[factor.Leaf.Block].Rows, draft.Shapes[factor.Leaf.Block].Stride);

    /// <summary>All products of the channels of three factors, each unordered triple once.</summary>
    /// <param name="A">A.</param>
    /// <param name="B">B; the same object for a factor that stands twice.</param>
    /// <param name="C">C; the same object only where B is, too.</param>
    /// <param name="IsDotted">Whether the vectors of A and B are multiplied as v·v'.</param>
    private sealed record Product(FieldFactor A, FieldFactor B, FieldFactor C, bool IsDotted)
    {
        /// <summary>What A and B are coupled to.</summary>
        public int Order => C.J;

        /// <summary>Whether exchanging two factors changes the sign.</summary>
        public bool IsOdd => (IsDotted ? A.L + B.L + C.L : A.J + B.J + C.J) % 2 != 0;

        /// <summary>The triples of channels in their order: a slowest, then c, then b.</summary>
        public IEnumerable<(int A, int B, int C)> Channels()
        {
            bool isSquare = ReferenceEquals(A, B), isAll = isSquare && ReferenceEquals(B, C);
            int gap = isSquare && IsOdd ? 1 : 0;
            for (int i = 0; i < A.Count; i++)
            {
                for (int k = 0; k < C.Count; k++)
                {
                    for (int j = isSquare ? i + gap : 0; j < (isAll ? Math.Min(B.Count, k + 1 - gap) : B.Count); j++)
                        yield return (i, j, k);
                }
            }
        }
    }

    private static FeatureLabels MakeLabels(Product[] products)
    {
        List<int> values = [];
        foreach (Product p in products)
        {
            foreach ((int i, int j, int k) in p.Channels())
            {
                foreach ((FieldFactor f, int q) in new[] { (p.A, i), (p.B, j), (p.C, k) })
                    values.AddRange([f.Field, .. f.Labels(q), f.L, f.J]);
            }
        }

        if (values.Count == 0) throw new ArgumentException("no features of this kind", "expansion");
        List<string> names = [];
        for (int k = 1; k <= 3; k++)
            names.AddRange([$"field_{k}", $"species_{k}", $"n_{k}", $"l_{k}", $"J_{k}"]);
        return new FeatureLabels([.. names], [.. values]);
    }

    private static Product[] Products(FieldFactors factors, FieldCoupling coupling, bool density, Parities parities, CouplingTable table)
    {
        int lmax = factors.Density[^1].L;
        table.Require(lmax, $"lmax is {lmax}", nameof(table));
        return [.. Resolved(factors, density, parities), .. Summed(factors, coupling, parities)];
    }

    /// <summary>All unordered triples of factors; those of the density alone also where vectors are not resolved.</summary>
    private static IEnumerable<Product> Resolved(FieldFactors factors, bool density, Parities parities)
    {
        FieldFactor[] all = [.. factors.Density, .. factors.Joined];
        for (int i = 0; i < all.Length; i++)
        {
            for (int j = i; j < all.Length; j++)
            {
                for (int k = j; k < all.Length; k++)
                {
                    FieldFactor f = all[i], g = all[j], h = all[k];
                    if (h.Field == 0 && !density) continue;
                    if (h.J < Math.Abs(f.J - g.J) || h.J > f.J + g.J || !FieldFactors.IsKept(parities, f, g, h)) continue;
                    // A factor that stands twice comes first.
                    yield return i == j ? new Product(f, g, h, false) : new Product(g, h, f, false);
                }
            }
        }
    }

    /// <summary>Two vectors of one or two fields as v·v' beside one factor of the density.</summary>
    private static IEnumerable<Product> Summed(FieldFactors factors, FieldCoupling coupling, Parities parities)
    {
        for (int i = 0; i < factors.Dotted.Count; i++)
        {
            for (int j = i; j < factors.Dotted.Count; j++)
            {
                foreach (FieldFactor c in factors.Density)
                {
                    FieldFactor a = factors.Dotted[i], b = factors.Dotted[j];
                    if (c.L < Math.Abs(a.L - b.L) || c.L > a.L + b.L || !FieldFactors.IsKept(parities, a, b, c)) continue;
                    // At l1 = l2 = 0 the product is the one with J1 = J2 = 1.
                    if (coupling == FieldCoupling.Both && a.L == 0 && b.L == 0) continue;
                    yield return new Product(a, b, c, true);
                }
            }
        }
    }
}
