using System;
using System.Collections.Generic;
using System.Linq;
using Toolkit.Numerics.Coupling;
using Toolkit.Numerics.Expansion;
using Toolkit.Numerics.Stages;

namespace Toolkit.Numerics.Representations;

/// <summary>
/// The power spectrum of vector fields, and of the density beside them. With u_{nlJM} = Σ ⟨l m 1 q|J M⟩ c^q_{nlm} the
/// features are p_{nn'll'J} = Σ_M u_{nlJM} u'_{n'l'JM}, or summed over J, p_{nn'l} = Σ_J p_{nn'llJ} = Σ_{m q} c^q_{nlm} c'^q_{n'lm}.
/// </summary>
/// <remarks>
/// Equations: M. Domina, M. Cobelli, S. Sanvito, Phys. Rev. B 105, 214439 (2022). For two spins u* u' equals the
/// product of the real coefficients used here wherever it is even under the inversion: the factor i that real-cg leaves out
/// for J = l then stands in both. The density takes part as u with J = l; its own pairs are those of <see cref="PowerSpectrum"/>,
/// with 1/√(2l + 1). Kept are pairs whose signs under time reversal cancel and, unless pseudoscalars are asked for, those
/// whose signs under the inversion cancel: l + l' even for two spins. Each unordered pair of channels (field, species, n, l)
/// stands once, off-diagonal ones times √2. Labels: field_1, species_1, n_1, l_1, field_2, species_2, n_2, l_2, J;
/// field 0 is the density, 1 … are the expansion's vector fields, species −1 is the centre's own channel, J = −1 says
/// summed over J. Features: J-resolved ones first, J slowest, then the summed ones by l.
/// </remarks>
public sealed class SpinPowerSpectrum : InvariantRepresentation
{
    /// <summary>The power spectrum of an expansion with vector fields.</summary>
    /// <param name="expansion">The expansion; it has at least one vector field.</param>
    /// <param name="coupling">Which sets of features.</param>
    /// <param name="density">Whether the density takes part: its own features, and its products with vectors where those
    /// are even under time reversal.</param>
    /// <param name="parities">Scalars, pseudoscalars, which change their sign under the inversion, or both.</param>
    /// <param name="table">Coupling coefficients real-cg; null: those that come with the library, to J = 8.</param>
    /// <exception cref="ArgumentException">No vector field; J = lmax + 1 is not in the table; or there are no such features.</exception>
    public SpinPowerSpectrum(
        DensityExpansion expansion,
        FieldCoupling coupling = FieldCoupling.Resolved,
        bool density = true,
        Parities parities = Parities.Proper,
        CouplingTable? table = null)
        : this(expansion, new FieldFactors(expansion, coupling, table ?? CouplingTable.Default), coupling, density, parities)
    {
    }

    private SpinPowerSpectrum(DensityExpansion expansion, FieldFactors factors, FieldCoupling coupling, bool density, Parities parities)
        : this(expansion, factors, Products(factors, coupling, density, parities).ToArray())
    {
    }

    private SpinPowerSpectrum(DensityExpansion expansion, FieldFactors factors, Product[] products) : base(expansion, MakeLabels(products))
    {
        CouplingTrees = products.Select(p => new CouplingTree(new CouplingPair(
            factors.Tree(p.A, "l1", "J"),
                factors.Tree(p.B, p.A.J == FieldFactors.Uncoupled ? "l1" : "l2", "J"), 0, p.A.J == FieldFactors.Uncoupled))).Distinct()
                .ToArray();
        var shapes = new Dictionary<ShapeKey, GramShape>();
        var terms = new List<GramTerm>();
        int first = 0;
        foreach (Product p in products)
        {
            ShapeKey key = new(p.A.Count, p.B.Count, p.IsSquare);
            if (!shapes.TryGetValue(key, out GramShape? shape)) shapes.Add(key, shape = GramShape.Pairs(p.A.Count, p.B.Count, p.IsSquare));
            terms.Add(new GramTerm(p.A.Rows, factors.Gram(p.A), factors.Gram(p.B), shape, p.Scale, first));
            first += shape.Count;
        }

        factors.Draft.AddOutput(new GramStage<double>(factors.Draft.Features, terms));
        Program = factors.Draft.Build(FeatureCount);
    }

    /// <inheritdoc/>
    public override int Order => 2;

    /// <summary>
    /// What is computed, for every allowed l1, l2, J: p = (−1)^J √(2J + 1) couple(u, u', 0) with a vector, (−1)^J couple(c, c', 0)
    /// for the density alone, each times √2 where the factors differ; summed over J where the label J is −1.
    /// </summary>
    public override IReadOnlyList<CouplingTree> CouplingTrees { get; }

    /// <summary>All products of the channels of two factors, of one with itself each unordered pair once.</summary>
    private sealed record Product(FieldFactor A, FieldFactor B, double Scale)
    {
        public bool IsSquare => ReferenceEquals(A, B);
    }

    /// <summary>What products whose shapes are the same have in common.</summary>
    private sealed record ShapeKey(int A, int B, bool IsSquare);

    private static FeatureLabels MakeLabels(Product[] products)
    {
        if (products.Length == 0) throw new ArgumentException("no features of this kind", "expansion");
        List<int> values = [];
        foreach ((FieldFactor a, FieldFactor b, _) in products)
        {
            for (int i = 0; i < a.Count; i++)
            {
                for (int j = ReferenceEquals(a, b) ? i : 0; j < b.Count; j++)
                    values.AddRange([a.Field, .. a.Labels(i), a.L, b.Field, .. b.Labels(j), b.L, a.J]);
            }
        }

        return new FeatureLabels(["field_1", "species_1", "n_1", "l_1", "field_2", "species_2", "n_2", "l_2", "J"], values.ToArray());
    }

    private static IEnumerable<Product> Products(FieldFactors all, FieldCoupling coupling, bool density, Parities parities)
    {
        // Those with a J by J and l, then the others by l.
        List<FieldFactor> factors = [], resolved = [.. density ? all.Density : [], .. all.Joined];
        int lmax = all.Density[^1].L;
        for (int j = 0; j <= lmax + 1; j++)
        {
            for (int l = 0; l <= lmax; l++)
            {
                foreach (FieldFactor f in resolved)
                    if (f.J == j && f.L == l) factors.Add(f);
            }
        }

        // At l = 0 the sum over J is the single J = 1.
        for (int l = coupling == FieldCoupling.Summed ? 0 : 1; l <= lmax; l++)
        {
            foreach (FieldFactor f in all.Dotted)
                if (f.L == l) factors.Add(f);
        }

        for (int i = 0; i < factors.Count; i++)
        {
            for (int j = i; j < factors.Count; j++)
            {
                (FieldFactor a, FieldFactor b) = factors[i].Field <= factors[j].Field ? (factors[i], factors[j]) : (factors[j], factors[i]);
                bool isScalar = a.Field == 0, isScalarToo = b.Field == 0;
                if (a.J != b.J || (a.J == FieldFactors.Uncoupled && a.L != b.L) || !FieldFactors.IsKept(parities, a, b)) continue;
                // A vector alone is not invariant under rotations of the vectors only.
                if (isScalar != isScalarToo && coupling == FieldCoupling.Summed) continue;
                yield return new Product(a, b, isScalar && isScalarToo ? 1 / Math.Sqrt(2 * a.L + 1) : 1);
            }
        }
    }
}
