using System;
using System.Collections.Generic;
using System.Linq;
using Toolkit.Numerics.Coupling;
using Toolkit.Numerics.Expansion;
using Toolkit.Numerics.Fields.Potential;

namespace Toolkit.Numerics.Representations.Trees;

/// <summary>
/// The invariants that a coupling tree describes: the tree is what is executed. Every allowed value of its names, and of each every
/// tuple of channels of its leaves.
/// </summary>
/// <remarks>Features: σ = 1 before σ = −1, then the orders, then channels, the last leaf's fastest. A vector field's own channel, which has
/// l = 0 only, is left out elsewhere.</remarks>
public sealed class TreeInvariants : InvariantRepresentation
{
    /// <summary>The invariants of a tree.</summary>
    /// <param name="expansion">Density and vector fields, by the names that the tree uses.</param>
    /// <param name="tree">Its root is a coupling to 0, or a leaf of l or J = 0.</param>
    /// <param name="potentials">Potential fields that the tree may use; null: none.</param>
    /// <param name="largest">The largest order that a name of a coupling stands for; null: the expansion's lmax.</param>
    /// <param name="table">Real-basis coupling coefficients; null: those of the library, l ≤ 8.</param>
    /// <exception cref="ArgumentException">A tree whose root is not of order 0, that has a field which is not there, a map, or nothing that
    /// fits; or an order beyond the table's.</exception>
    public TreeInvariants(
        DensityExpansion expansion, CouplingTree tree, IReadOnlyList<NamedPotential>? potentials = null, int? largest = null,
            CouplingTable? table = null)
        : this(expansion, tree, potentials ?? [], largest ?? expansion.LMax, table ?? CouplingTable.Default, TreePolicy.Full) { }

    internal TreeInvariants(
        DensityExpansion expansion, CouplingTree tree, IReadOnlyList<NamedPotential> potentials, int largest, CouplingTable table,
            TreePolicy policy)
        : this(expansion, tree, potentials, policy, new TreeBuilder(expansion, potentials, largest, table, policy).Build(tree)) { }

    private TreeInvariants(
        DensityExpansion expansion, CouplingTree tree, IReadOnlyList<NamedPotential> potentials, TreePolicy policy,
        (FeatureProgram<double> Program, IReadOnlyList<TreeTerm> Terms) made)
        : base(expansion, TreeLabels.Of(tree, Scalars(made.Terms), policy))
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

    private static IReadOnlyList<TreeTerm> Scalars(IReadOnlyList<TreeTerm> terms) => terms.All(static t => t.Lambda == 0)
        ? terms
        : throw new ArgumentException($"the root of the tree has orders to {terms.Max(static t => t.Lambda)}; expected 0, for invariants");
}
