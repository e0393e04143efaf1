using System;
using System.Collections.Generic;
using System.Linq;
using Toolkit.Numerics.Coupling;
using Toolkit.Numerics.Expansion;
using Toolkit.Numerics.Structures;

namespace Toolkit.Numerics.Representations.Nice;

/// <summary>
/// N-body invariants by recursion and contraction (NICE): equivariants of order ν + 1 are products of those of order ν with the
/// density; of each order the worthwhile products are made, what lower orders know is subtracted and the rest contracted to
/// principal components.
/// </summary>
/// <remarks>
/// (J. Nigam, S. Pozdnyakov, M. Ceriotti, J. Chem. Phys. 153, 121101, 2020.) |ρ^(ν+1); σ; λμ⟩ = Σ ⟨l m; k q|λμ⟩ ⟨n|ρ; l m⟩
/// ⟨Q|ρ^ν; σ (−1)^(l+k+λ); k q⟩. Features: ν slowest, then σ = +1 before −1, then component; those of ν = 1 are the coefficients
/// of l = 0, (species, n). It is fitted once, on a sample, and is then a fixed polynomial with exact derivatives.
/// </remarks>
public sealed class NiceFeatures : InvariantRepresentation
{
    private static readonly string[] Columns = ["nu", "sigma", "component"];

    /// <summary>The features of a fitted iteration.</summary>
    /// <param name="expansion">The expansion that it was fitted with; its density alone is used.</param>
    /// <param name="fit">The fit.</param>
    /// <param name="table">Real-basis coupling coefficients; null: those of the library, l ≤ 8.</param>
    /// <exception cref="ArgumentException">A fit of another expansion; or an l or λ is beyond the table's.</exception>
    public NiceFeatures(DensityExpansion expansion, NiceFit fit, CouplingTable? table = null)
        : this(expansion, fit, Build(expansion, fit, table ?? CouplingTable.Default)) { }

    private NiceFeatures(DensityExpansion expansion, NiceFit fit, (FeatureLabels Labels, FeatureProgram<double> Program) made)
        : base(expansion, made.Labels)
    {
        Fit = fit;
        Program = made.Program;
        CouplingTrees = TreesOf(fit.Settings.Order);
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

    /// <summary><see cref="CouplingTrees"/> of all orders up to one.</summary>
    internal static IReadOnlyList<CouplingTree> TreesOf(int order) => Enumerable.Range(1, order).Select(Tree).ToArray();

    private static CouplingTree Tree(int order)
    {
        if (order == 1) return new CouplingTree(new CouplingLeaf(CouplingField.Density, 0));
        CouplingNode node = new CouplingLeaf(CouplingField.Density, "l1");
        for (int nu = 2; nu <= order; nu++)
        {
            bool isLast = nu == order;
            string l = isLast && nu > 2 ? $"k{nu - 1}" : isLast ? "l1" : $"l{nu}";
            node = new CouplingPair(node, new CouplingLeaf(CouplingField.Density, l), isLast ? 0 : $"k{nu}");
        }

        return new CouplingTree(node);
    }

    private static (FeatureLabels Labels, FeatureProgram<double> Program) Build(DensityExpansion expansion, NiceFit fit, CouplingTable table)
    {
        ArgumentNullException.ThrowIfNull(expansion);
        ArgumentNullException.ThrowIfNull(fit);
        fit.RequireFor(expansion);
        table.Require(
            Math.Max(expansion.LMax, fit.LambdaMax), $"lmax is {expansion.LMax} and the largest λ {fit.LambdaMax}", nameof(table));
        NiceBuilder builder = new(expansion, fit.LambdaMax, table);
        foreach (NiceStep step in fit.Steps)
        {
            builder.Contract(step, builder.Expand(step));
        }

        var blocks = new List<NiceBlock>();
        var labels = new List<int>();
        for (int order = 1; order <= fit.Settings.Order; order++)
        {
            foreach (int sigma in (int[])[1, -1])
            {
                if (!fit.Settings.Parities.Include(sigma == 1 ? 0 : 1) || !builder.Invariants.TryGetValue((order, sigma), out NiceBlock block)) continue;
                blocks.Add(block);
                for (int k = 0; k < block.Channels; k++)
                {
                    labels.AddRange([order, sigma, k]);
                }
            }
        }

        return (new FeatureLabels(Columns, [.. labels]), builder.Program(blocks));
    }
}
