using System;
using System.Collections.Generic;
using System.Linq;
using Toolkit.Numerics.Coupling;
using Toolkit.Numerics.Expansion;
using Toolkit.Numerics.Fields.Potential;
using Toolkit.Numerics.Stages;

namespace Toolkit.Numerics.Representations.Nice;

/// <summary>
/// N-body invariants by recursion and contraction (NICE): equivariants of order ν + 1 are products of those of order ν with the
/// coefficients of density, vectors or potentials; of each order the worthwhile products are made, what lower orders know is subtracted and the rest contracted to
/// principal components.
/// </summary>
/// <remarks>
/// (J. Nigam, S. Pozdnyakov, M. Ceriotti, J. Chem. Phys. 153, 121101, 2020.) |ρ^(ν+1); σ; λμ⟩ = Σ ⟨l m; k q|λμ⟩ ⟨n|ρ; l m⟩
/// ⟨Q|ρ^ν; σ (−1)^(l+k+λ); k q⟩. Features: ν slowest, then σ = +1 before −1, then component; those of ν = 1 are the
/// coefficients of order 0, (field, species, n). Where features that are odd under time reversal are wanted, τ = +1 stands before −1 in each σ.
/// It is fitted once, on a sample, and is then a fixed polynomial with exact derivatives.
/// </remarks>
public sealed class NiceFeatures : InvariantRepresentation
{
    /// <summary>The features of a fitted iteration.</summary>
    /// <param name="expansion">The expansion of density and vectors that it was fitted with.</param>
    /// <param name="fit">The fit.</param>
    /// <param name="table">Real-basis coupling coefficients; null: those of the library, l ≤ 8.</param>
    /// <param name="potentials">The potential fields that it was fitted with; null: none.</param>
    /// <exception cref="ArgumentException">A fit of another expansion or other fields; or an l, J or λ is beyond the table's.</exception>
    public NiceFeatures(DensityExpansion expansion, NiceFit fit, CouplingTable? table = null, IReadOnlyList<NamedPotential>? potentials = null)
        : this(new NiceFields(expansion, potentials, fit?.Factors.Select(static f => f.Field.Name).ToArray()), fit!, table) { }

    private NiceFeatures(NiceFields fields, NiceFit fit, CouplingTable? table) : this(fields, fit, Build(fields, fit, table)) { }

    private NiceFeatures(NiceFields fields, NiceFit fit, (FeatureLabels Labels, FeatureProgram<double> Program) made)
        : base(fields.Expansion, made.Labels)
    {
        (Fit, Potentials, ReadsVectors) = (fit, fields.Potentials, fields.HasVectors);
        Program = made.Program;
        CouplingTrees = TreesOf(fit.Settings, fields.Factors);
    }

    /// <summary>The fit that is executed.</summary>
    public NiceFit Fit { get; }

    /// <inheritdoc/>
    public override int Order => Fit.Settings.Order;

    /// <summary>What is computed before channels are mixed, for each order: every feature is a sum of such trees.</summary>
    public override IReadOnlyList<CouplingTree> CouplingTrees { get; }

    /// <summary>Multiply-adds that coupling and contraction of one environment take, expansion left out.</summary>
    public long MultiplyAdds => Program!.MultiplyAdds;

    internal override bool IsHomogeneous => false;

    internal override IReadOnlyList<NamedPotential> Potentials { get; }

    internal override bool ReadsVectors { get; }

    /// <summary><see cref="CouplingTrees"/> of all orders up to one.</summary>
    /// <param name="settings">The settings.</param>
    /// <param name="fields">The factors.</param>
    internal static IReadOnlyList<CouplingTree> TreesOf(NiceSettings settings, IReadOnlyList<CouplingField> fields)
    {
        var trees = new List<CouplingTree>();
        for (int order = 1; order <= settings.Order; order++)
        {
            foreach (CouplingField[] factors in Choices(fields, order))
            {
                // Exchanging the first two gives the same; what is odd under time reversal is no feature unless it is asked for.
                if (order > 1 && fields.ToList().IndexOf(factors[0]) > fields.ToList().IndexOf(factors[1])) continue;
                if (factors.Count(static f => f.TimeOdd) % 2 == 0 || settings.HasTimeOdd) trees.Add(Tree(factors));
            }
        }

        return trees;
    }

    private static IEnumerable<CouplingField[]> Choices(IReadOnlyList<CouplingField> fields, int order) => order == 0
        ? [[]]
        : Choices(fields, order - 1).SelectMany(first => fields.Select(f => (CouplingField[])[.. first, f]));

    private static CouplingTree Tree(CouplingField[] factors)
    {
        if (factors.Length == 1) return new CouplingTree(factors[0].Rank == 0 ? new CouplingLeaf(factors[0], 0) : new CouplingLeaf(factors[0], 1, 0));
        string before = factors[0].Rank == 0 ? "l1" : "j1";
        CouplingNode node = Leaf(factors[0], 1, before);
        for (int nu = 2; nu <= factors.Length; nu++)
        {
            // The last factor has the order of all before it.
            bool isLast = nu == factors.Length;
            node = new CouplingPair(node, Leaf(factors[nu - 1], nu, isLast ? before : factors[nu - 1].Rank == 0 ? $"l{nu}" : $"j{nu}"), isLast ? 0 : $"k{nu}");
            before = $"k{nu}";
        }

        return new CouplingTree(node);

        static CouplingLeaf Leaf(CouplingField field, int nu, string order) =>
            field.Rank == 0 ? new CouplingLeaf(field, order) : new CouplingLeaf(field, $"l{nu}", order);
    }

    private static (FeatureLabels Labels, FeatureProgram<double> Program) Build(NiceFields fields, NiceFit fit, CouplingTable? table)
    {
        NiceBuilder builder = NiceFit.Builder(fields, fit.Settings.Lambda ?? fields.Expansion.LMax, table);
        fit.Basis.Require(builder.Basis);
        foreach (NiceStep step in fit.Steps)
        {
            builder.Contract(step, builder.Expand(step));
        }

        var places = new List<LanePlace>();
        var labels = new List<int>();
        foreach (((int order, NiceKey key), NiceBlock block) in builder.Invariants.OrderBy(static b => b.Key))
        {
            if (!fit.Settings.IsFeature(key)) continue;
            places.AddRange(block.Places);
            for (int k = 0; k < block.Channels; k++)
            {
                labels.AddRange(fit.Settings.HasTimeOdd ? [order, key.Sigma, key.Tau, k] : [order, key.Sigma, k]);
            }
        }

        string[] columns = fit.Settings.HasTimeOdd ? ["nu", "sigma", "tau", "component"] : ["nu", "sigma", "component"];
        return (new FeatureLabels(columns, [.. labels]), builder.Program(places));
    }
}
