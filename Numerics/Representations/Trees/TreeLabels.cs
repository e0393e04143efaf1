using System;
using System.Collections.Generic;
using System.Linq;
using Toolkit.Numerics.Coupling;

namespace Toolkit.Numerics.Representations.Trees;

/// <summary>Labels of what a tree makes: the orders that its names stand for, then (species, n) of every leaf from left to right.</summary>
internal static class TreeLabels
{
    /// <summary>The names of a tree in the order in which a reader meets them.</summary>
    public static IReadOnlyList<string> Names(CouplingNode node) =>
        Orders(node).Where(static o => o.Name is not null).Select(static o => o.Name!).Distinct().ToArray();

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
    /// <param name="policy">Which columns stand, and in which order.</param>
    public static FeatureLabels Of(CouplingTree tree, IEnumerable<TreeTerm> terms, TreePolicy policy)
    {
        IReadOnlyList<string> names = Names(tree.Root);
        int leaves = Leaves(tree.Root).Count();
        List<string> columns = policy.HasSigma ? ["sigma"] : [], channels = [];
        for (int k = 1; k <= leaves; k++)
            channels.AddRange(leaves == 1 ? ["species", "n"] : [$"species_{k}", $"n_{k}"]);

        columns.AddRange(policy.ChannelsFirst ? [.. channels, .. names.Where(n => n != policy.Hidden)] : [.. names, .. channels]);
        var values = new List<int>();
        foreach (TreeTerm term in terms)
        {
            int[] orders = names.Where(n => n != policy.Hidden).Select(n => term.Names.GetValueOrDefault(n, -1)).ToArray();
            for (int q = 0; q < term.Channels.Count; q++)
            {
                if (policy.HasSigma) values.Add(term.Sigma);
                if (!policy.ChannelsFirst) values.AddRange(orders);
                values.AddRange(term.Channels[q]);
                if (policy.ChannelsFirst) values.AddRange(orders);
            }
        }

        return new FeatureLabels([.. columns], [.. values]);
    }

    /// <summary>The largest order of coefficients that a tree takes, its named couplings left out.</summary>
    /// <param name="node">The tree.</param>
    /// <param name="lmax">The largest l of the fields.</param>
    public static int Largest(CouplingNode node, int lmax) => node switch
    {
        CouplingLeaf { J: null } => lmax,
        CouplingLeaf => lmax + 1,
        CouplingPair pair => Math.Max(
            pair.L.Name is null ? pair.L.Value : 0, Math.Max(Largest(pair.Left, lmax), Largest(pair.Right, lmax))),
        CouplingMap map => Largest(map.Node, lmax),
        CouplingAddition sum => sum.Nodes.Max(n => Largest(n, lmax)),
        _ => 0,
    };

    private static IEnumerable<CouplingOrder> Orders(CouplingNode node) => node switch
    {
        CouplingLeaf leaf => leaf.J is { } j ? [leaf.L, j] : [leaf.L],
        CouplingPair pair => [.. Orders(pair.Left), .. Orders(pair.Right), pair.L],
        CouplingMap map => Orders(map.Node),
        CouplingAddition sum => sum.Nodes.SelectMany(Orders),
        _ => [],
    };
}
