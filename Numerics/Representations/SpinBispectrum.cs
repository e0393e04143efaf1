using System;
using System.Collections.Generic;
using System.Linq;
using Toolkit.Numerics.Coupling;
using Toolkit.Numerics.Expansion;

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
public sealed unsafe class SpinBispectrum : FieldRepresentation
{
    private readonly TripleProduct[] _products;
    private readonly (int A, int B, int C)[] _factors;
    private readonly int _scratch, _gradientWork, _largestRows;

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
        : this(expansion, new FieldRows(expansion, coupling, table ?? CouplingTable.Default), coupling, density, parities,
            table ?? CouplingTable.Default)
    {
    }

    private SpinBispectrum(DensityExpansion expansion, FieldRows rows, FieldCoupling coupling, bool density, Parities parities,
        CouplingTable table)
        : this(expansion, rows, Products(rows, coupling, density, parities, table).ToArray())
    {
    }

    private SpinBispectrum(DensityExpansion expansion, FieldRows rows, TripleProduct[] products)
        : base(expansion, rows, products.SelectMany(static p => new[] { p.A, p.B, p.C }).Distinct(), MakeLabels(products))
    {
        _products = products;
        _factors = Array.ConvertAll(products, p => (Factors.IndexOf(p.A), Factors.IndexOf(p.B), Factors.IndexOf(p.C)));
        CouplingTrees = products
            .Select(p => new CouplingTree(new CouplingPair(
                new CouplingPair(rows.Leaf(p.A, "l1", "J1"), rows.Leaf(p.B, "l2", "J2"), "J3"), rows.Leaf(p.C, "l3", "J3"), 0)))
            .Distinct().ToArray();
        _scratch = 2 * rows.Length + rows.ChangeLength;
        _gradientWork = (_scratch + products.Max(static p => Math.Max(p.WorkLength, 8 * p.C.Rows)) + 7) / 8 * 8;
        _largestRows = products.Max(static p => Math.Max(Math.Max(p.A.Rows, p.B.Rows), p.C.Rows));
        WorkLength = _gradientWork + Factors.Length + TripleChange.WorkLength(_largestRows, Factors.LargestStride);
    }

    /// <inheritdoc/>
    public override int Order => 3;

    /// <summary>
    /// What is computed, for every allowed l and J, times √k; with J = −1 a sum of trees over J_1 and J_2.
    /// </summary>
    public override IReadOnlyList<CouplingTree> CouplingTrees { get; }

    // Rows, their adjoints, the change of a slot, and what a product works in; then what pairs' gradients are made in.
    internal override int WorkLength { get; }

    internal override void Forward(double* coefficients, double* work, Span<double> features)
    {
        features.Clear();
        foreach (TripleProduct p in _products)
            p.Add(Whole(p.A, coefficients, work), Whole(p.B, coefficients, work), Whole(p.C, coefficients, work), features, work + _scratch);
    }

    internal override void Backward(double* coefficients, double* work, ReadOnlySpan<double> gradient, double* adjoint)
    {
        double* slopes = work + Rows.Length;
        new Span<double>(slopes, Rows.Length).Clear();
        foreach (TripleProduct p in _products)
            p.Backward(Rows.Of(p.A, coefficients, work), Rows.Of(p.A, adjoint, slopes), Rows.Of(p.B, coefficients, work),
                Rows.Of(p.B, adjoint, slopes), Rows.Of(p.C, coefficients, work), Rows.Of(p.C, adjoint, slopes), gradient, work + _scratch);
        Rows.Backward(slopes, adjoint);
    }

    private Factor Whole(FieldFamily family, double* coefficients, double* work) => Factor.Whole(family, Rows.Of(family, coefficients, work));

    private protected override double* FactorMemory(double* work) => work + _gradientWork;

    private protected override void PairGradients(PairFactor* factors, in PairRows rows, double* work)
    {
        for (int p = 0; p < _products.Length; p++)
        {
            (int a, int b, int c) = _factors[p];
            _products[p].PairGradient(factors[a], factors[b], factors[c], rows, _largestRows, Factors.LargestStride, work);
        }
    }

    /// <summary>A product changes by each of its factors that changes.</summary>
    private protected override void AddChange(int field, int slot, double* change, double* coefficients, double* work, Span<double> features)
    {
        foreach (TripleProduct p in _products)
        {
            Factor a = Whole(p.A, coefficients, work), b = Whole(p.B, coefficients, work), c = Whole(p.C, coefficients, work);
            if (p.A.Field == field) p.Add(Factor.Slot(p.A, slot, Rows.Change(p.A, change)), b, c, features, work + _scratch);
            if (p.B.Field == field) p.Add(a, Factor.Slot(p.B, slot, Rows.Change(p.B, change)), c, features, work + _scratch);
            if (p.C.Field == field) p.Add(a, b, Factor.Slot(p.C, slot, Rows.Change(p.C, change)), features, work + _scratch);
        }
    }

    private static FeatureLabels MakeLabels(TripleProduct[] products)
    {
        List<int> values = [];
        foreach (TripleProduct p in products)
            foreach ((int i, int j, int k) in p.Channels())
                foreach ((FieldFamily f, int q) in new[] { (p.A, i), (p.B, j), (p.C, k) })
                    values.AddRange([f.Field, f.Species[q], f.N[q], f.L, f.J]);
        string[] names = Enumerable.Range(1, 3).SelectMany(k => new[] { $"field_{k}", $"species_{k}", $"n_{k}", $"l_{k}", $"J_{k}" }).ToArray();
        return new FeatureLabels(names, values.ToArray());
    }

    private static IEnumerable<TripleProduct> Products(FieldRows rows, FieldCoupling coupling, bool density, Parities parities, CouplingTable table)
    {
        table.Require(rows.Density.Count - 1, $"lmax is {rows.Density.Count - 1}", nameof(table));
        int first = 0;
        foreach (TripleProduct product in Resolved(rows, coupling, density, parities, table)
            .Concat(coupling == FieldCoupling.Resolved ? [] : Summed(rows, coupling, parities, table))
            .Select(make => make(first)))
        {
            if (product.Count == 0) continue;
            first += product.Count;
            yield return product;
        }
    }

    /// <summary>All unordered triples of families; those of the density alone also where vectors are not resolved.</summary>
    private static IEnumerable<Func<int, TripleProduct>> Resolved(
        FieldRows rows, FieldCoupling coupling, bool density, Parities parities, CouplingTable table)
    {
        FieldFamily[] all = coupling == FieldCoupling.Summed
            ? rows.Density.ToArray()
            : rows.Density.Concat(rows.Vectors.Where(static f => f.J != FieldBasis.Uncoupled)).ToArray();
        for (int i = 0; i < all.Length; i++)
            for (int j = i; j < all.Length; j++)
                for (int k = j; k < all.Length; k++)
                {
                    FieldFamily f = all[i], g = all[j], h = all[k];
                    if (h.Field == FieldFamily.Density && !density) continue;
                    if (h.J < Math.Abs(f.J - g.J) || h.J > f.J + g.J || !FieldRows.IsKept(parities, f, g, h)) continue;
                    // A family that stands twice comes first.
                    (FieldFamily a, FieldFamily b, FieldFamily c) = i == j ? (f, g, h) : (g, h, f);
                    bool isOdd = (a.J + b.J + c.J) % 2 != 0;
                    yield return at => new TripleProduct(a, b, c, TripleProduct.Coupled(table, a.J, b.J, c.J), isOdd, Scale(c.J), at);
                }
    }

    /// <summary>Two vectors of one or two fields as v·v' beside one factor of the density.</summary>
    private static IEnumerable<Func<int, TripleProduct>> Summed(FieldRows rows, FieldCoupling coupling, Parities parities, CouplingTable table)
    {
        // With all J, the rows of l = 0 are those of J = 1.
        FieldFamily[] vectors = rows.Vectors
            .Where(static f => f.J == FieldBasis.Uncoupled || f.L == 0).Select(static f => f.J == FieldBasis.Uncoupled ? f : f.AsUncoupled()).ToArray();
        for (int i = 0; i < vectors.Length; i++)
            for (int j = i; j < vectors.Length; j++)
                foreach (FieldFamily c in rows.Density)
                {
                    FieldFamily a = vectors[i], b = vectors[j];
                    if (c.L < Math.Abs(a.L - b.L) || c.L > a.L + b.L || !FieldRows.IsKept(parities, a, b, c)) continue;
                    // At l1 = l2 = 0 the product is the one with J1 = J2 = 1.
                    if (coupling == FieldCoupling.Both && a.L == 0 && b.L == 0) continue;
                    bool isOdd = (a.L + b.L + c.L) % 2 != 0;
                    yield return at => new TripleProduct(a, b, c, TripleProduct.Dotted(table, a.L, b.L, c.L), isOdd, Scale(c.L), at);
                }
    }

    /// <summary>couple(X, Y, 0) = (−1)^L Σ_M X_M Y_M / √(2L + 1).</summary>
    private static double Scale(int l) => (l % 2 == 0 ? 1 : -1) / Math.Sqrt(2 * l + 1);
}
