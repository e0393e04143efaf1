using System.Collections.Generic;
using System.Linq;
using Toolkit.Numerics.Coupling;

namespace Toolkit.Numerics.Representations.Trees;

/// <summary>Labels of what a tree makes: the orders that its names stand for, then (species, n) of every leaf from left to right.</summary>
internal static class TreeLabels
{
    /// <summary>The names of a tree in the order in which a reader meets them.</summary>
    public static IReadOnlyList<string> Names(CouplingNode node) => Orders(node).Where(static o => o.Name is not null).Select(static o => o.Name!).Distinct().ToArray();

    /// <summary>The leaves from left to right; those of a sum are those of its first node.</summary>
    public static IEnumerable<CouplingLeaf> Leaves(CouplingNode node) => node switch
    {
        CouplingLeaf leaf => [leaf],
        CouplingPair pair => Leaves(pair.Left).Concat(Leaves(pair.Right)),
        CouplingMap map => Leaves(map.Node),
        CouplingAddition sum => Leaves(sum.Nodes[0]),
        _ => [],
    };

    /// <summary>The labels of all channels of some terms, one after the other.</summary>
    /// <param name="tree">The tree.</param>
    /// <param name="terms">The terms.</param>
    /// <param name="withSigma">Whether σ is a label: of invariants, scalars and pseudoscalars stand together.</param>
    public static FeatureLabels Of(CouplingTree tree, IEnumerable<TreeTerm> terms, bool withSigma)
    {
        IReadOnlyList<string> names = Names(tree.Root);
        int leaves = Leaves(tree.Root).Count();
        List<string> columns = withSigma ? ["sigma", .. names] : [.. names];
        for (int k = 1; k <= leaves; k++)
        {
            columns.AddRange(leaves == 1 ? ["species", "n"] : [$"species_{k}", $"n_{k}"]);
        }

        var values = new List<int>();
        foreach (TreeTerm term in terms)
        {
            for (int q = 0; q < term.Channels.Count; q++)
            {
                if (withSigma) values.Add(term.Sigma);
                values.AddRange(names.Select(n => term.Names.GetValueOrDefault(n, -1)));
                values.AddRange(term.Channels[q]);
            }
        }

        return new FeatureLabels([.. columns], [.. values]);
    }

    private static IEnumerable<CouplingOrder> Orders(CouplingNode node) => node switch
    {
        CouplingLeaf leaf => leaf.J is { } j ? [leaf.L, j] : [leaf.L],
        CouplingPair pair => [.. Orders(pair.Left), .. Orders(pair.Right), pair.L],
        CouplingMap map => Orders(map.Node),
        CouplingAddition sum => sum.Nodes.SelectMany(Orders),
        _ => [],
    };
}
