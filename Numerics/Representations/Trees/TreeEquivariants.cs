using System;
using System.Collections.Generic;
using System.Linq;
using Toolkit.Numerics.Coupling;
using Toolkit.Numerics.Expansion;
using Toolkit.Numerics.Fields.Potential;

namespace Toolkit.Numerics.Representations.Trees;

/// <summary>
/// The equivariants that a coupling tree describes: the tree is what is executed. Every allowed value of its names, and of each every
/// tuple of channels of its leaves, in blocks (λ, σ).
/// </summary>
public sealed class TreeEquivariants : EquivariantRepresentation
{
    /// <summary>The equivariants of a tree.</summary>
    /// <param name="expansion">Density and vector fields, by the names that the tree uses.</param>
    /// <param name="tree">The tree; its root may be of any orders.</param>
    /// <param name="potentials">Potential fields that the tree may use; null: none.</param>
    /// <param name="largest">The largest order that a name of a coupling stands for; null: the expansion's lmax.</param>
    /// <param name="table">Real-basis coupling coefficients; null: those of the library, l ≤ 8.</param>
    /// <exception cref="ArgumentException">A tree that has a field which is not there, a map, or nothing that fits; or an order beyond
    /// the table's.</exception>
    public TreeEquivariants(
        DensityExpansion expansion, CouplingTree tree, IReadOnlyList<NamedPotential>? potentials = null, int? largest = null,
            CouplingTable? table = null)
        : this(expansion, tree, potentials ?? [], largest ?? expansion.LMax, table ?? CouplingTable.Default, TreePolicy.Full) { }

    internal TreeEquivariants(
        DensityExpansion expansion, CouplingTree tree, IReadOnlyList<NamedPotential> potentials, int largest, CouplingTable table,
            TreePolicy policy)
        : this(expansion, tree, potentials, policy, new TreeBuilder(expansion, potentials, largest, table, policy).Build(tree)) { }

    private TreeEquivariants(
        DensityExpansion expansion, CouplingTree tree, IReadOnlyList<NamedPotential> potentials, TreePolicy policy,
        (FeatureProgram<double> Program, IReadOnlyList<TreeTerm> Terms) made)
        : base(expansion, MakeLayout(tree, made.Terms, policy))
    {
        Program = made.Program;
        Order = TreeLabels.Leaves(tree.Root).Count();
        CouplingTrees = [tree];
        Potentials = potentials;
    }

    /// <inheritdoc/>
    public override int Order { get; }

    /// <summary>The tree.</summary>
    public override IReadOnlyList<CouplingTree> CouplingTrees { get; }

    internal override IReadOnlyList<NamedPotential> Potentials { get; }

    private static EquivariantLayout[] MakeLayout(CouplingTree tree, IReadOnlyList<TreeTerm> terms, TreePolicy policy)
    {
        int order = TreeLabels.Leaves(tree.Root).Count(), first = 0;
        var layout = new List<EquivariantLayout>();
        foreach (IGrouping<(int Lambda, int Sigma), TreeTerm> block in terms.GroupBy(static t => (t.Lambda, t.Sigma)))
        {
            layout.Add(new EquivariantLayout(
                new EquivariantKey(block.Key.Lambda, block.Key.Sigma, order), TreeLabels.Of(tree, block, policy with { HasSigma = false }),
                first));
            first = checked(first + layout[^1].Length);
        }

        return [.. layout];
    }
}
