using System;
using System.Collections.Generic;
using System.Linq;
using Toolkit.Numerics.Coupling;
using Toolkit.Numerics.Expansion;

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
public sealed unsafe class SpinPowerSpectrum : FieldRepresentation
{
    private readonly FamilyProduct[] _products;
    private readonly (int A, int B)[] _factors;
    private readonly int _gradientWork;

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
        : this(expansion, new FieldRows(expansion, coupling, table ?? CouplingTable.Default), coupling, density, parities)
    {
    }

    private SpinPowerSpectrum(DensityExpansion expansion, FieldRows rows, FieldCoupling coupling, bool density, Parities parities)
        : this(expansion, rows, Products(rows, coupling, density, parities).ToArray())
    {
    }

    private SpinPowerSpectrum(DensityExpansion expansion, FieldRows rows, FamilyProduct[] products)
        : base(expansion, rows, products.SelectMany(static p => new[] { p.A, p.B }).Distinct(), MakeLabels(products))
    {
        _products = products;
        _factors = Array.ConvertAll(products, p => (Factors.IndexOf(p.A), Factors.IndexOf(p.B)));
        CouplingTrees = products.Select(p => new CouplingTree(new CouplingPair(rows.Leaf(p.A, "l1", "J"), rows.Leaf(p.B, "l2", "J"), 0)))
            .Distinct().ToArray();
        int weights = products.Max(static p => p.A.Count * p.B.Width + p.B.Count * p.A.Width);
        _gradientWork = (2 * rows.Length + Math.Max(weights, rows.ChangeLength) + 7) / 8 * 8;
        WorkLength = _gradientWork + Factors.Length + FamilyProduct.PairWorkLength(Factors.LargestStride);
    }

    /// <inheritdoc/>
    public override int Order => 2;

    /// <summary>
    /// What is computed, for every allowed l1, l2, J: p = (−1)^J √(2J + 1) couple(u, u', 0) with a vector, (−1)^J couple(c, c', 0)
    /// for the density alone, each times √2 where the factors differ; summed over J where the label J is −1.
    /// </summary>
    public override IReadOnlyList<CouplingTree> CouplingTrees { get; }

    // Rows, their adjoints, and the weights of a product or the change of a slot; then what pairs' gradients are made in.
    internal override int WorkLength { get; }

    internal override void Forward(double* coefficients, double* work, Span<double> features)
    {
        foreach (FamilyProduct p in _products)
            p.Forward(Rows.Of(p.A, coefficients, work), Rows.Of(p.B, coefficients, work), features, work + 2 * Rows.Length);
    }

    internal override void Backward(double* coefficients, double* work, ReadOnlySpan<double> gradient, double* adjoint)
    {
        double* slopes = work + Rows.Length;
        new Span<double>(slopes, Rows.Length).Clear();
        foreach (FamilyProduct p in _products)
            p.Backward(Rows.Of(p.A, coefficients, work), Rows.Of(p.A, adjoint, slopes), Rows.Of(p.B, coefficients, work),
                Rows.Of(p.B, adjoint, slopes), gradient, work + 2 * Rows.Length);
        Rows.Backward(slopes, adjoint);
    }

    private protected override double* FactorMemory(double* work) => work + _gradientWork;

    private protected override void PairGradients(PairFactor* factors, in PairRows rows, double* work)
    {
        for (int p = 0; p < _products.Length; p++)
            _products[p].PairGradient(factors[_factors[p].A], factors[_factors[p].B], rows, work);
    }

    private protected override void AddChange(int field, int slot, double* change, double* coefficients, double* work, Span<double> features)
    {
        foreach (FamilyProduct p in _products)
        {
            if (p.A.Field == field)
                p.AddTangent(p.A, slot, Rows.Change(p.A, change), Rows.Of(p.B, coefficients, work), features);
            if (p.B.Field == field && !ReferenceEquals(p.A, p.B))
                p.AddTangent(p.B, slot, Rows.Change(p.B, change), Rows.Of(p.A, coefficients, work), features);
        }
    }

    private static FeatureLabels MakeLabels(FamilyProduct[] products)
    {
        List<int> values = [];
        foreach (FamilyProduct p in products)
            for (int i = 0; i < p.A.Count; i++)
                for (int j = ReferenceEquals(p.A, p.B) ? i : 0; j < p.B.Count; j++)
                    values.AddRange([p.A.Field, p.A.Species[i], p.A.N[i], p.A.L, p.B.Field, p.B.Species[j], p.B.N[j], p.B.L, p.A.J]);
        return new FeatureLabels(["field_1", "species_1", "n_1", "l_1", "field_2", "species_2", "n_2", "l_2", "J"], values.ToArray());
    }

    private static IEnumerable<FamilyProduct> Products(FieldRows rows, FieldCoupling coupling, bool density, Parities parities)
    {
        FieldFamily[] families = (density ? rows.Density.Concat(rows.Vectors) : rows.Vectors)
            .OrderBy(static f => f.J == FieldBasis.Uncoupled).ThenBy(static f => f.J).ThenBy(static f => f.L).ToArray();
        int first = 0;
        for (int i = 0; i < families.Length; i++)
            for (int j = i; j < families.Length; j++)
            {
                (FieldFamily a, FieldFamily b) = families[i].Field <= families[j].Field ? (families[i], families[j]) : (families[j], families[i]);
                bool isScalar = a.Field == FieldFamily.Density, isScalarToo = b.Field == FieldFamily.Density;
                if (a.J != b.J || (a.J == FieldBasis.Uncoupled && a.L != b.L) || !FieldRows.IsKept(parities, a, b)) continue;
                // A vector alone is not invariant under rotations of the vectors only.
                if (isScalar != isScalarToo && coupling == FieldCoupling.Summed) continue;
                FamilyProduct product = new(a, b, isScalar && isScalarToo ? 1 / Math.Sqrt(2 * a.L + 1) : 1, first);
                if (product.Count == 0) continue;
                first += product.Count;
                yield return product;
            }
    }
}
