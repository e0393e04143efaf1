using System;
using System.Collections.Generic;
using System.Linq;
using Toolkit.Numerics.Coupling;
using Toolkit.Numerics.Expansion;
using Toolkit.Numerics.Stages;

namespace Toolkit.Numerics.Representations;

/// <summary>Which pairs of channels a product of two factors has.</summary>
public enum ChannelProduct
{
    /// <summary>Every channel of one with every channel of the other.</summary>
    Outer,

    /// <summary>Each channel with itself.</summary>
    Elementwise,
}

/// <summary>
/// The equivariants of order ν = 2 (λ-SOAP): √k · couple(c_{q1 l1}, c_{q2 l2}, λ) for all l1, l2, q = (species, n), in blocks
/// (λ, σ = (−1)^(l1+l2+λ)).
/// </summary>
/// <remarks>
/// (A. Grisafi, D. M. Wilkins, G. Csányi, M. Ceriotti, Phys. Rev. Lett. 120, 036002, 2018.) Exchanging the factors gives the
/// same equivariant times σ: each unordered pair (l1 q1) ≤ (l2 q2) stands once, times the root of the number k of its
/// orders, so that the dot product of two blocks is that of the full set; a factor beside itself has no σ = −1. At λ = 0 the
/// values are those of the power spectrum times (−1)^l. Channels of a block: l1 slowest, l2, then q1, q2.
/// </remarks>
public sealed unsafe class LambdaSoap : EquivariantRepresentation
{
    /// <summary>The ν = 2 equivariants of a density expansion.</summary>
    /// <param name="expansion">The expansion; its density alone is used.</param>
    /// <param name="lambdaMax">The largest λ; null: the expansion's lmax.</param>
    /// <param name="parities">Which σ.</param>
    /// <param name="product">Which pairs of channels.</param>
    /// <param name="table">Real-basis coupling coefficients; null: those of the library, l ≤ 8.</param>
    /// <exception cref="ArgumentException">An l or λ is beyond the table's; or λ is negative or above 2·lmax.</exception>
    public LambdaSoap(
        DensityExpansion expansion,
        int? lambdaMax = null,
        Parities parities = Parities.Both,
        ChannelProduct product = ChannelProduct.Outer,
        CouplingTable? table = null)
        : this(expansion, product,
            table ?? CouplingTable.Default,
            Plan(expansion, lambdaMax ?? expansion.LMax, parities, product, table ?? CouplingTable.Default))
    { }

    private LambdaSoap(
        DensityExpansion expansion, ChannelProduct product, CouplingTable table, (EquivariantLayout[] Layout, Path[] Paths) plan)
        : base(expansion, plan.Layout) =>
        Program = Execute(expansion, plan.Paths, FeatureCount, product, table);

    /// <inheritdoc/>
    public override int Order => 2;

    /// <summary>What is computed, for every l1 ≤ l2 and λ, times the root of the number of orders of the factors.</summary>
    public override IReadOnlyList<CouplingTree> CouplingTrees { get; } =
    [
        new(new CouplingPair(new CouplingLeaf(CouplingField.Density, "l1"), new CouplingLeaf(CouplingField.Density, "l2"), "lambda")),
    ];

    /// <summary>Products of all pairs of l, for each list of pairs of channels that they have.</summary>
    private static FeatureProgram<double> Execute(
        DensityExpansion expansion, Path[] paths, int features, ChannelProduct product, CouplingTable table)
    {
        FieldChannels channels = new(expansion);
        ProgramDraft draft = new(expansion, []);
        int count = channels.Count, field = draft.Add(channels), stride = draft.Shapes[field].Stride;
        CoupleFactor density = CoupleFactor.Of(field, channels.Rows, stride);
        foreach (IGrouping<(bool IsSquare, bool IsOdd), Path> same in paths.GroupBy(
            static p => (p.L1 == p.L2, p.L1 == p.L2 && p.Start(0) > 0)))
        {
            GramShape shape = product == ChannelProduct.Outer
                ? GramShape.Pairs(count, count, same.Key.IsSquare, same.Key.IsOdd)
                : GramShape.Same(count, same.Key.IsSquare, same.Key.IsOdd);
            draft.AddOutput(OuterCoupleStage<double>.Create(table, density, density, shape,
                same.Select(p => new CouplePath(p.L1, p.L2, p.Lambda, p.Row1, p.Row2, draft.Features, p.Place(0), p.Width)).ToArray()));
        }

        return draft.Build(features);
    }

    private static (EquivariantLayout[], Path[]) Plan(
        DensityExpansion expansion, int lambdaMax, Parities parities, ChannelProduct product, CouplingTable table)
    {
        int lmax = expansion.LMax, first = 0;
        if (lambdaMax < 0 || lambdaMax > 2 * lmax)
            throw new ArgumentOutOfRangeException(nameof(lambdaMax), lambdaMax, $"expected 0 ≤ λ ≤ {2 * lmax}, twice lmax");
        table.Require(Math.Max(lmax, lambdaMax), $"lmax is {lmax} and the largest λ {lambdaMax}", nameof(table));
        FieldChannels channels = new(expansion);
        var layout = new List<EquivariantLayout>();
        var paths = new List<Path>();
        for (int lambda = 0; lambda <= lambdaMax; lambda++)
        {
            foreach (int sigma in (ReadOnlySpan<int>)[1, -1])
            {
                int parity = sigma == 1 ? 0 : 1, width = 0;
                if (!parities.Include(parity)) continue;
                var own = new List<Path>();
                var labels = new List<int>();
                for (int l1 = 0; l1 <= lmax; l1++)
                {
                    for (int l2 = Math.Max(l1, lambda - l1); l2 <= Math.Min(l1 + lambda, lmax); l2++)
                    {
                        if ((l1 + l2 + lambda) % 2 != parity) continue;
                        Path path = new(l1, l2, lambda, sigma, first, width);
                        int before = labels.Count;
                        AddLabels(path, channels, product, labels);
                        if (labels.Count == before) continue;
                        own.Add(path);
                        path.Count = labels.Count / Columns.Length - width;
                        width += path.Count;
                    }
                }

                if (width == 0) continue;
                foreach (Path path in own)
                    path.Width = width;
                paths.AddRange(own);
                layout.Add(new EquivariantLayout(
                    new EquivariantKey(lambda, sigma, 2), new FeatureLabels(Columns, labels.ToArray()), first));
                first = checked(first + layout[^1].Length);
            }
        }

        return (layout.ToArray(), paths.ToArray());
    }

    private static readonly string[] Columns = ["species_1", "n_1", "species_2", "n_2", "l_1", "l_2"];

    private static void AddLabels(Path path, FieldChannels channels, ChannelProduct product, List<int> labels)
    {
        foreach ((int q1, int q2) in path.Channels(channels, product))
            labels.AddRange([channels.Species(q1), channels.N(q1), channels.Species(q2), channels.N(q2), path.L1, path.L2]);
    }

    /// <summary>One (l1 ≤ l2, λ): where its channels are in its block, and its product.</summary>
    private sealed class Path(int l1, int l2, int lambda, int sigma, int block, int channel)
    {
        public int L1 => l1;

        public int L2 => l2;

        public int Row1 => l1 * l1;

        public int Row2 => l2 * l2;

        public int Lambda => lambda;

        public int Components => 2 * lambda + 1;

        /// <summary>The number of its own channels.</summary>
        public int Count { get; set; }

        /// <summary>The pairs of channels, in the order of its own.</summary>
        public IEnumerable<(int Q1, int Q2)> Channels(FieldChannels channels, ChannelProduct product)
        {
            for (int q1 = 0; q1 < channels.Count; q1++)
            {
                bool isOuter = product == ChannelProduct.Outer;
                if (!isOuter && Start(q1) > q1) continue;
                for (int q2 = isOuter ? Start(q1) : q1; q2 < (isOuter ? channels.Count : q1 + 1); q2++)
                    yield return (q1, q2);
            }
        }

        /// <summary>The channels of the whole block.</summary>
        public int Width { get; set; }

        /// <summary>The place of the first channel's component k.</summary>
        public int Place(int k) => block + k * Width + channel;

        /// <summary>The first q2 beside q1: with l1 = l2 each unordered pair once, and for σ = −1 no pair of equals.</summary>
        public int Start(int q1) => l1 != l2 ? 0 : sigma == 1 ? q1 : q1 + 1;
    }
}
