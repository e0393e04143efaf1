using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using Toolkit.Numerics.Coupling;
using Toolkit.Numerics.Expansion;
using Toolkit.Numerics.Fields.Potential;
using Toolkit.Numerics.Stages;

namespace Toolkit.Numerics.Representations.Trees;

/// <summary>One value of a node: the orders that its names stand for, how it turns, and where it is.</summary>
/// <param name="Names">What the names below the node stand for.</param>
/// <param name="Lambda">λ.</param>
/// <param name="IsOdd">Whether it changes its sign under the inversion.</param>
/// <param name="Block">Its block.</param>
/// <param name="Row">The row of M = −λ there.</param>
/// <param name="Channels">Its channels.</param>
internal sealed record TreeTerm(ImmutableDictionary<string, int> Names, int Lambda, bool IsOdd, int Block, int Row, TreeChannels Channels)
{
    /// <summary>σ: under the inversion the components are multiplied by σ (−1)^λ.</summary>
    public int Sigma => (Lambda % 2 == 1) == IsOdd ? 1 : -1;
}

/// <summary>
/// Makes a program of a coupling tree: one block for each node and set of channels, all allowed orders of its names in it, one
/// stage for each pair of blocks that is coupled.
/// </summary>
internal sealed class TreeBuilder
{
    private readonly CouplingTable _table;
    private readonly ProgramDraft _draft;
    private readonly TreeLeaves _leaves;
    private readonly int _largest;
    private readonly TreePolicy _policy;
    private readonly Dictionary<CouplingNode, IReadOnlyList<TreeTerm>> _made = [];

    /// <summary>A builder.</summary>
    /// <param name="expansion">Density and vectors.</param>
    /// <param name="potentials">Potentials.</param>
    /// <param name="largest">The largest order that a name of a coupling stands for.</param>
    /// <param name="table">Coefficients in the real basis.</param>
    /// <param name="policy">Which of its values stand, and with what factors.</param>
    public TreeBuilder(DensityExpansion expansion, IReadOnlyList<NamedPotential> potentials, int largest, CouplingTable table,
        TreePolicy policy)
    {
        (_table, _largest, _policy) = (table, largest, policy);
        _draft = new ProgramDraft(expansion, potentials);
        _leaves = new TreeLeaves(expansion, potentials, table, _draft);
    }

    /// <summary>The program of a tree and what its features are.</summary>
    /// <param name="tree">The tree.</param>
    /// <returns>The program, and the terms of its root in the order of λ, σ = 1 first: they stand one after the other, each <c>[M,
    /// channel]</c>
    /// with those of one (λ, σ) side by side.</returns>
    /// <exception cref="ArgumentException">A field that is not there, a map, or a tree of which nothing is left.</exception>
    public (FeatureProgram<double> Program, IReadOnlyList<TreeTerm> Terms) Build(CouplingTree tree)
    {
        // Products are not made before they know their place among the features; whatever else a root may be is copied there.
        List<TreeProduct>? products = tree.Root is CouplingPair pair
            ? Products(pair).FindAll(p => _policy.Parities.Include(p.Term.Sigma == 1 ? 0 : 1))
                .ConvertAll(p => p with { Scale = p.Scale * _policy.Phase(p.Term.Names) })
            : null;
        TreeTerm[] terms = [.. (
            products?.Select(static p => p.Term).Distinct<TreeTerm>(ReferenceEqualityComparer.Instance)
            ?? Terms(tree.Root).Where(t => tree.Root is not CouplingLeaf || t.Lambda <= _largest))
            .OrderBy(static t => t.Lambda).ThenByDescending(static t => t.Sigma)];
        if (terms.Length == 0) throw new ArgumentException("no orders fit the tree: it has no features", nameof(tree));
        int features = _draft.Features, next = 0;
        var places = new Dictionary<TreeTerm, (int First, int Step)>(ReferenceEqualityComparer.Instance);
        foreach (IGrouping<(int Lambda, int Sigma), TreeTerm> block in terms.GroupBy(static t => (t.Lambda, t.Sigma)))
        {
            int channels = 0;
            foreach (TreeTerm t in block)
                channels = checked(channels + t.Channels.Count);

            int first = next;
            foreach (TreeTerm t in block)
            {
                places.Add(t, (first, channels));
                first = checked(first + t.Channels.Count);
            }

            next = checked(next + (2 * block.Key.Lambda + 1) * channels);
        }

        if (products is not null)
        {
            foreach (TreeProduct[] group in Groups(products))
            {
                _draft.AddOutput(Couple(group, p => new CouplePath(
                    p.LeftOrder, p.RightOrder, p.Term.Lambda, p.LeftRow, p.RightRow, features, places[p.Term].First, places[p.Term].Step)));
            }
        }
        else
        {
            foreach (TreeTerm t in terms)
            {
                for (int m = 0; m < 2 * t.Lambda + 1; m++)
                {
                    int stride = _draft.Shapes[t.Block].Stride;
                    _draft.AddOutput(new ChannelStage<double>(
                        t.Block, (nint)(t.Row + m) * stride, stride, 1, Enumerable.Range(0, t.Channels.Count).ToArray(), features,
                        places[t].First + (nint)m * places[t].Step));
                }
            }
        }

        return (_draft.Build(next), terms);
    }

    /// <summary>The values of a node; one that stands in several places of a tree is made once.</summary>
    private IReadOnlyList<TreeTerm> Terms(CouplingNode node)
    {
        if (!_made.TryGetValue(node, out IReadOnlyList<TreeTerm>? terms))
        {
            terms = node switch
            {
                CouplingLeaf leaf => Leaf(leaf),
                CouplingPair pair => Pair(pair),
                CouplingAddition sum => Sum(sum),
                _ => throw new ArgumentException(
                    "the tree has a map, whose numbers a tree does not say; expected couplings, sums and leaves"),
            };
            _made.Add(node, terms);
        }

        return terms;
    }

    private TreeTerm[] Leaf(CouplingLeaf leaf)
    {
        var terms = new List<TreeTerm>();
        foreach (TreeLeaf c in _leaves.Of(leaf.Field, false))
        {
            ImmutableDictionary<string, int>? names = Bind(ImmutableDictionary<string, int>.Empty, leaf.L, c.L);
            if (leaf.J is { } j) names = Bind(names, j, c.J);
            if (names is not null) terms.Add(new TreeTerm(names, c.J, c.IsOdd, c.Block, c.Row, c.Channels));
        }

        return [.. terms];
    }

    private TreeTerm[] Pair(CouplingPair pair)
    {
        var terms = new List<TreeTerm>();
        foreach (TreeProduct[] group in Groups(Products(pair)))
        {
            int block = _draft.Add(group.Sum(static p => 2 * p.Term.Lambda + 1), group[0].Term.Channels.Count), row = 0;
            int stride = _draft.Shapes[block].Stride;
            var rows = new Dictionary<TreeTerm, int>(ReferenceEqualityComparer.Instance);
            foreach (TreeProduct p in group)
            {
                if (!rows.TryAdd(p.Term, row)) continue;
                terms.Add(p.Term with { Block = block, Row = row });
                row += 2 * p.Term.Lambda + 1;
            }

            _draft.Add(Couple(group, p => new CouplePath(
                p.LeftOrder, p.RightOrder, p.Term.Lambda, p.LeftRow, p.RightRow, block, rows[p.Term] * stride, stride)));
        }

        return [.. terms];
    }

    /// <summary>Values of the same orders added; where one of the nodes has none, there is none.</summary>
    private TreeTerm[] Sum(CouplingAddition sum)
    {
        IReadOnlyList<TreeTerm>[] all = sum.Nodes.Select(Terms).ToArray();
        var terms = new List<TreeTerm>();
        foreach (TreeTerm first in all[0])
        {
            var chosen = new List<TreeTerm> { first };
            ImmutableDictionary<string, int>? names = first.Names;
            foreach (IReadOnlyList<TreeTerm> others in all.Skip(1))
            {
                TreeTerm? same = others.FirstOrDefault(
                    t => t.Lambda == first.Lambda && t.IsOdd == first.IsOdd && t.Channels.Count == first.Channels.Count
                        && Join(names, t.Names) is not null);
                if (same is null)
                {
                    names = null;
                    break;
                }

                chosen.Add(same);
                names = Join(names, same.Names)!;
            }

            if (names is null) continue;
            int rows = 2 * first.Lambda + 1, block = _draft.Add(rows, first.Channels.Count);
            _draft.Add(new SumStage<double>(
                chosen.Select(t => (t.Block, (nint)t.Row * _draft.Shapes[t.Block].Stride)).ToArray(), block, rows));
            terms.Add(first with { Names = names, Block = block, Row = 0 });
        }

        return terms.Count > 0 ? [.. terms]
            : throw new ArgumentException("a sum of the tree adds what is of different orders, signs or channels");
    }

    /// <summary>A product of two values, not yet in a block.</summary>
    private sealed record TreeProduct(
        int LeftBlock, int LeftOrder, int LeftRow, TreeChannels Left, int RightBlock, int RightOrder, int RightRow, TreeChannels Right,
            TreeTerm Term,
        TreePairs Pairs = TreePairs.All, double Scale = 1);

    private List<TreeProduct> Products(CouplingPair pair)
    {
        var products = new List<TreeProduct>();
        var channels = new Dictionary<(TreeChannels, TreeChannels, TreePairs), TreeChannels>();
        if (pair.SumJ)
        {
            CouplingLeaf a = (CouplingLeaf)pair.Left, b = (CouplingLeaf)pair.Right;
            foreach (TreeLeaf x in _leaves.Of(a.Field, true))
            {
                foreach (TreeLeaf y in _leaves.Of(b.Field, true))
                {
                    if (Bind(Bind(ImmutableDictionary<string, int>.Empty, a.L, x.L), b.L, y.L) is not { } names) continue;
                    foreach ((TreeTerm term, _) in Orders(
                        pair, names, x.L, y.L, x.IsOdd != y.IsOdd, x.Channels, y.Channels, false, channels))
                    {
                        for (int q = 0; q < 3; q++)
                        {
                            products.Add(new TreeProduct(
                                x.Block, x.L, x.Row + q * (2 * x.L + 1), x.Channels, y.Block, y.L, y.Row + q * (2 * y.L + 1), y.Channels,
                                term));
                        }
                    }
                }
            }

            return products;
        }

        IReadOnlyList<TreeTerm> left = Terms(pair.Left), right = Terms(pair.Right);
        // Exchanging two factors of one field gives the same up to a sign: each unordered pair once.
        bool isUnordered = _policy.IsUnordered && pair is { Left: CouplingLeaf a1, Right: CouplingLeaf b1 } && a1.Field == b1.Field;
        for (int i = 0; i < left.Count; i++)
        {
            TreeTerm x = left[i];
            for (int k = isUnordered ? i : 0; k < right.Count; k++)
            {
                TreeTerm y = right[k];
                if (Join(x.Names, y.Names) is not { } names) continue;
                foreach ((TreeTerm term, TreePairs pairs) in Orders(
                    pair, names, x.Lambda, y.Lambda, x.IsOdd != y.IsOdd, x.Channels, y.Channels, isUnordered && i == k, channels))
                {
                    if (term.Channels.Count == 0) continue;
                    products.Add(new TreeProduct(
                        x.Block, x.Lambda, x.Row, x.Channels, y.Block, y.Lambda, y.Row, y.Channels, term, pairs,
                            isUnordered ? Math.Sqrt(2) : 1));
                }
            }
        }

        return products;
    }

    /// <summary>The products of two values to every allowed order.</summary>
    private IEnumerable<(TreeTerm Term, TreePairs Pairs)> Orders(
        CouplingPair pair, ImmutableDictionary<string, int> names, int l1, int l2, bool isOdd, TreeChannels left, TreeChannels right,
            bool isSquare,
        Dictionary<(TreeChannels, TreeChannels, TreePairs), TreeChannels> known)
    {
        int end = pair.L.Name is null ? pair.L.Value : Math.Min(l1 + l2, _largest);
        for (int l = Math.Abs(l1 - l2); l <= Math.Min(l1 + l2, end); l++)
        {
            if (Bind(names, pair.L, l) is not { } bound) continue;
            TreePairs pairs = !isSquare ? TreePairs.All : (l1 + l2 + l) % 2 == 0 ? TreePairs.Unordered : TreePairs.Different;
            if (!known.TryGetValue((left, right, pairs), out TreeChannels? channels))
            {
                (int[] i, int[] j) = Pairs(left, right, pairs);
                known.Add((left, right, pairs), channels = TreeChannels.Product(left, i, right, j));
            }

            yield return (new TreeTerm(bound, l, isOdd, -1, 0, channels), pairs);
        }
    }

    private static IEnumerable<TreeProduct[]> Groups(List<TreeProduct> products) =>
        products.GroupBy(static p => (p.LeftBlock, p.Left, p.RightBlock, p.Right, p.Pairs, p.Scale)).Select(static g => g.ToArray());

    /// <summary>The stage of products of one pair of blocks.</summary>
    private Stage<double> Couple(TreeProduct[] group, Func<TreeProduct, CouplePath> path)
    {
        TreeProduct one = group[0];
        bool isSquare = one.Pairs != TreePairs.All;
        GramShape shape = GramShape.Pairs(
            one.Left.Count, one.Right.Count, isSquare, one.Pairs == TreePairs.Different, one.Scale,
                isSquare ? one.Scale / Math.Sqrt(2) : one.Scale);
        _table.Require(
            group.Max(static p => Math.Max(Math.Max(p.LeftOrder, p.RightOrder), p.Term.Lambda)),
                "the tree's largest order is beyond the table", "table");
        return OuterCoupleStage<double>.Create(
            _table, CoupleFactor.Of(one.LeftBlock, _draft.Shapes[one.LeftBlock].Rows, _draft.Shapes[one.LeftBlock].Stride),
            CoupleFactor.Of(one.RightBlock, _draft.Shapes[one.RightBlock].Rows, _draft.Shapes[one.RightBlock].Stride), shape,
            Array.ConvertAll(group, p => path(p)));
    }

    /// <summary>The channels that are multiplied.</summary>
    private static (int[] Left, int[] Right) Pairs(TreeChannels a, TreeChannels b, TreePairs pairs)
    {
        var left = new List<int>();
        var right = new List<int>();
        for (int q = 0; q < a.Count; q++)
        {
            for (int k = pairs == TreePairs.All ? 0 : pairs == TreePairs.Unordered ? q : q + 1; k < b.Count; k++)
            {
                left.Add(q);
                right.Add(k);
            }
        }

        return ([.. left], [.. right]);
    }

    /// <summary>The names with one more, or null where it stands for another number already, or a number is another.</summary>
    private static ImmutableDictionary<string, int>? Bind(ImmutableDictionary<string, int>? names, CouplingOrder order, int value)
    {
        if (names is null) return null;
        if (order.Name is null) return order.Value == value ? names : null;
        return names.TryGetValue(order.Name, out int known) ? known == value ? names : null : names.Add(order.Name, value);
    }

    private static ImmutableDictionary<string, int>? Join(ImmutableDictionary<string, int> a, ImmutableDictionary<string, int> b)
    {
        foreach ((string name, int value) in b)
        {
            if (Bind(a, name, value) is not { } bound) return null;
            a = bound;
        }

        return a;
    }
}
