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
/// Equations: M. Domina, M. Cobelli, S. Sanvito, Phys. Rev. B 105, 214439 (2022). u* u' equals the product of the real
/// coefficients used here wherever the features are even under the inversion: the factor i that real-cg leaves out for
/// J = l then stands in both. The density takes part as u with J = l; its own pairs are those of <see cref="PowerSpectrum"/>,
/// with 1/√(2l + 1). Kept are pairs whose signs under time reversal cancel, and, unless pseudoscalars are asked for, those
/// whose signs under the inversion cancel: l + l' even for two spins. Each unordered pair of channels (field, species, n, l)
/// stands once, off-diagonal ones times √2. Labels: field_1, species_1, n_1, l_1, field_2, species_2, n_2, l_2, J;
/// field 0 is the density, 1 … are the expansion's vector fields, species −1 is the centre's own channel, J = −1 says
/// summed over J. Features: J-resolved ones first, J slowest, then the summed ones by l.
/// </remarks>
public sealed class SpinPowerSpectrum : InvariantRepresentation
{
    private readonly Layout _layout;

    /// <summary>The power spectrum of an expansion with vector fields.</summary>
    /// <param name="expansion">The expansion; it has at least one vector field.</param>
    /// <param name="coupling">Which sets of features.</param>
    /// <param name="density">Whether the density takes part: its own features, and its products with vectors where those
    /// are even under time reversal.</param>
    /// <param name="pseudoscalars">Whether features that change their sign under the inversion are kept, too.</param>
    /// <param name="table">Coupling coefficients real-cg; null: those that come with the library, to J = 8.</param>
    /// <exception cref="ArgumentException">No vector field; or J = lmax + 1 is not in the table.</exception>
    public SpinPowerSpectrum(
        DensityExpansion expansion,
        FieldCoupling coupling = FieldCoupling.Resolved,
        bool density = true,
        bool pseudoscalars = false,
        CouplingTable? table = null)
        : this(expansion, coupling, density, new Layout(expansion, coupling, density, pseudoscalars, table ?? CouplingTable.Default))
    {
    }

    private SpinPowerSpectrum(DensityExpansion expansion, FieldCoupling coupling, bool density, Layout layout)
        : base(expansion, layout.Labels())
    {
        _layout = layout;
        Coupling = coupling;
        HasDensity = density;
        CouplingTrees = layout.Trees().ToArray();
    }

    /// <summary>Which sets of features there are.</summary>
    public FieldCoupling Coupling { get; }

    /// <summary>Whether the density takes part.</summary>
    public bool HasDensity { get; }

    /// <inheritdoc/>
    public override int Order => 2;

    /// <summary>
    /// What is computed, for every allowed l, l', J: p = (−1)^J √(2J + 1) couple(u, u', 0) with a vector, (−1)^l couple(c, c', 0)
    /// for the density alone; summed over J where J = −1.
    /// </summary>
    public override IReadOnlyList<CouplingTree> CouplingTrees { get; }

    internal override int WorkLength => _layout.WorkLength;

    internal override unsafe void Prepare(double* coefficients, double* work)
    {
        for (int f = 0; f < _layout.Bases.Length; f++)
            _layout.Bases[f].Forward(coefficients, work + _layout.RowsAt[f]);
    }

    internal override unsafe void Forward(double* coefficients, double* work, Span<double> features)
    {
        foreach (FamilyProduct p in _layout.Products)
        {
            p.Forward(Rows(p.A, coefficients, work), Rows(p.B, coefficients, work), features, work + _layout.WeightsAt);
        }
    }

    internal override unsafe void AddTangent(double* coefficients, double* work, double* tangent, int group, Span<double> features) =>
        AddTangent(FieldFamily.Density, group, tangent, coefficients, work, features);

    internal override unsafe void AddFieldTangent(double* coefficients, double* work, double* tangent, int field, int slot,
        ReadOnlySpan<double> vector, Span<double> features)
    {
        double* change = work + _layout.WeightsAt;
        _layout.Bases[field].Tangent(tangent, vector, change);
        AddTangent(field + 1, slot, change, coefficients, work, features);
    }

    internal override unsafe void Backward(double* coefficients, double* work, ReadOnlySpan<double> gradient, double* adjoint)
    {
        int rows = _layout.RowsLength;
        new Span<double>(work + rows, rows).Clear();
        foreach (FamilyProduct p in _layout.Products)
        {
            p.Backward(Rows(p.A, coefficients, work), Rows(p.A, adjoint, work + rows), Rows(p.B, coefficients, work),
                Rows(p.B, adjoint, work + rows), gradient, work + _layout.WeightsAt);
        }
        for (int f = 0; f < _layout.Bases.Length; f++)
            _layout.Bases[f].Backward(work + rows + _layout.RowsAt[f], adjoint);
    }

    private unsafe void AddTangent(int field, int slot, double* change, double* coefficients, double* work, Span<double> features)
    {
        int stride = Expansion.GroupStride;
        foreach (FamilyProduct p in _layout.Products)
        {
            if (p.A.Field == field)
                p.AddTangent(p.A, slot, new FamilyRows(change + p.A.Row * stride, stride), Rows(p.B, coefficients, work), features);
            if (p.B.Field == field && !ReferenceEquals(p.A, p.B))
                p.AddTangent(p.B, slot, new FamilyRows(change + p.B.Row * stride, stride), Rows(p.A, coefficients, work), features);
        }
    }

    private unsafe FamilyRows Rows(FieldFamily family, double* coefficients, double* rows)
    {
        if (family.Field == FieldFamily.Density) return new FamilyRows(coefficients + family.Row * Expansion.Width, Expansion.Width);
        int f = family.Field - 1, width = _layout.Bases[f].RowWidth;
        return new FamilyRows(rows + _layout.RowsAt[f] + family.Row * width, width);
    }

    /// <summary>Which families there are, which are multiplied, and where their rows stand in the memory.</summary>
    private sealed class Layout
    {
        private readonly DensityExpansion _expansion;

        public Layout(DensityExpansion expansion, FieldCoupling coupling, bool density, bool pseudoscalars, CouplingTable table)
        {
            ArgumentNullException.ThrowIfNull(expansion);
            if (expansion.Fields.Count == 0) throw new ArgumentException("expected an expansion with a vector field", nameof(expansion));
            if (coupling != FieldCoupling.Summed && expansion.LMax + 1 > table.LMax)
                throw new ArgumentException(
                    $"the coupling table ends at {table.LMax}; J goes to lmax + 1 = {expansion.LMax + 1}", nameof(table));
            _expansion = expansion;
            Bases = Enumerable.Range(0, expansion.Fields.Count).Select(f => new FieldBasis(expansion, f, coupling, table)).ToArray();
            RowsAt = new int[Bases.Length];
            for (int f = 0; f < Bases.Length; f++)
            {
                RowsAt[f] = RowsLength;
                RowsLength += Bases[f].RowCount * Bases[f].RowWidth;
            }

            List<FieldFamily> families = [];
            if (density) families.AddRange(Enumerable.Range(0, expansion.LMax + 1).Select(l => FieldFamily.OfDensity(expansion, l)));
            for (int f = 0; f < Bases.Length; f++)
                families.AddRange(Bases[f].Blocks.Select(b => FieldFamily.OfVectors(expansion, f, b)));
            int first = 0;
            List<FamilyProduct> products = [];
            foreach ((FieldFamily a, FieldFamily b) in Pairs(families, coupling, pseudoscalars))
            {
                bool isScalar = a.Field == FieldFamily.Density && b.Field == FieldFamily.Density;
                FamilyProduct product = new(a, b, isScalar ? 1 / Math.Sqrt(2 * a.L + 1) : 1, first);
                first += product.Count;
                if (product.Count > 0) products.Add(product);
            }
            Products = products.ToArray();
            FeatureCount = first;
            int weights = Products.Max(static p => p.A.Count * p.B.Width + p.B.Count * p.A.Width);
            int change = Bases.Max(static b => b.RowCount) * expansion.GroupStride;
            WeightsAt = 2 * RowsLength;
            WorkLength = WeightsAt + Math.Max(weights, change);
        }

        public FieldBasis[] Bases { get; }

        /// <summary>Where each field's rows start; the adjoints of all rows follow the rows.</summary>
        public int[] RowsAt { get; }

        public int RowsLength { get; }

        public int WeightsAt { get; }

        public int WorkLength { get; }

        public FamilyProduct[] Products { get; }

        private int FeatureCount { get; }

        public FeatureLabels Labels()
        {
            int[] values = new int[9 * FeatureCount];
            int at = 0;
            foreach (FamilyProduct p in Products)
                for (int i = 0; i < p.A.Count; i++)
                    for (int j = ReferenceEquals(p.A, p.B) ? i : 0; j < p.B.Count; j++)
                    {
                        ReadOnlySpan<int> label =
                            [p.A.Field, p.A.Species[i], p.A.N[i], p.A.L, p.B.Field, p.B.Species[j], p.B.N[j], p.B.L, p.A.J];
                        label.CopyTo(values.AsSpan(at));
                        at += label.Length;
                    }
            return new FeatureLabels(["field_1", "species_1", "n_1", "l_1", "field_2", "species_2", "n_2", "l_2", "J"], values);
        }

        public IEnumerable<CouplingTree> Trees() => Products
            .Select(p => new CouplingTree(new CouplingPair(Leaf(p.A, p.B, "l1"), Leaf(p.B, p.A, p.A.L == p.B.L ? "l1" : "l2"), 0)))
            .Distinct();

        private CouplingLeaf Leaf(FieldFamily family, FieldFamily other, string l)
        {
            if (family.Field == FieldFamily.Density)
                return new CouplingLeaf(CouplingField.Density, other.Field == FieldFamily.Density ? "l" : "J");
            return new CouplingLeaf(
                _expansion.Fields[family.Field - 1].CouplingField, other.Field == FieldFamily.Density ? "l" : l, (CouplingOrder)"J");
        }

        private static IEnumerable<(FieldFamily A, FieldFamily B)> Pairs(
            List<FieldFamily> families, FieldCoupling coupling, bool pseudoscalars)
        {
            FieldFamily[] ordered = families.OrderBy(static f => f.J == FieldBasis.Uncoupled).ThenBy(static f => f.J).ThenBy(static f => f.L)
                .ToArray();
            for (int a = 0; a < ordered.Length; a++)
                for (int b = a; b < ordered.Length; b++)
                {
                    (FieldFamily left, FieldFamily right) = ordered[a].Field <= ordered[b].Field ? (ordered[a], ordered[b]) : (ordered[b], ordered[a]);
                    bool isScalar = left.Field == FieldFamily.Density, isScalarToo = right.Field == FieldFamily.Density;
                    if (left.J != right.J || (left.J == FieldBasis.Uncoupled && left.L != right.L)) continue;
                    // A vector alone is not invariant under rotations of the vectors only.
                    if (isScalar != isScalarToo && coupling == FieldCoupling.Summed) continue;
                    if (left.IsOddInTime != right.IsOddInTime) continue;
                    if (left.IsOddUnderInversion != right.IsOddUnderInversion && !pseudoscalars) continue;
                    yield return (left, right);
                }
        }
    }
}
