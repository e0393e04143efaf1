using System;
using System.Collections.Generic;
using System.Linq;
using Toolkit.Numerics.Blocks;
using Toolkit.Numerics.Coupling;
using Toolkit.Numerics.Expansion;
using Toolkit.Numerics.Stages;

namespace Toolkit.Numerics.Representations.Nice;

/// <summary>A block of the iteration.</summary>
/// <param name="Block">Its number in the program.</param>
/// <param name="Channels">Its channels.</param>
internal readonly record struct NiceBlock(int Block, int Channels);

/// <summary>
/// Makes the program of an iteration step by step: couple, then contract, order after order. The fit runs it as far as it is.
/// </summary>
internal sealed class NiceBuilder
{
    private readonly List<BlockShape> _shapes = [];
    private readonly List<Stage<double>> _stages = [];
    private readonly SharedSums<double> _sums = new();
    private readonly CouplingTable _table;
    private readonly DensityExpansion _expansion;
    private readonly int _lambdaMax;

    /// <summary>Begins with the density's coefficients, one block for each l.</summary>
    /// <param name="expansion">The expansion.</param>
    /// <param name="lambdaMax">The largest λ of covariants.</param>
    /// <param name="table">Coefficients in the real basis.</param>
    public NiceBuilder(DensityExpansion expansion, int lambdaMax, CouplingTable table)
    {
        (_expansion, _table, _lambdaMax) = (expansion, table, lambdaMax);
        FieldChannels channels = new(expansion);
        int[] places = Enumerable.Range(0, channels.Count).Select(channels.Place).ToArray();
        _shapes.Add(new BlockShape(channels.Rows, expansion.Width, true));
        for (int l = 0; l <= expansion.LMax; l++)
        {
            NiceBlock block = Add(2 * l + 1, channels.Count);
            Covariants.Add((1, l, 1), block);
            _stages.Add(new ChannelStage<double>(
                FeatureProgram<double>.Coefficients, (nint)l * l * expansion.Width, expansion.Width, 2 * l + 1, places, block.Block));
        }

        Invariants.Add((1, 1), Covariants[(1, 0, 1)]);
    }

    /// <summary>Covariants by (ν, λ, σ).</summary>
    public Dictionary<(int Order, int Lambda, int Sigma), NiceBlock> Covariants { get; } = [];

    /// <summary>Invariants by (ν, σ).</summary>
    public Dictionary<(int Order, int Sigma), NiceBlock> Invariants { get; } = [];

    /// <summary>Channels of the density.</summary>
    public int DensityChannels => Covariants[(1, 0, 1)].Channels;

    /// <summary>What there is so far, without features.</summary>
    public FeatureProgram<double> Program() => new([.. _shapes, new BlockShape(1, 0, true)], [.. _stages], []);

    /// <summary>The whole program: the blocks named, one after the other, are the features.</summary>
    public FeatureProgram<double> Program(IReadOnlyList<NiceBlock> features)
    {
        var outputs = new List<Stage<double>>();
        int first = 0, block = _shapes.Count;
        foreach (NiceBlock f in features)
        {
            outputs.Add(new ChannelStage<double>(f.Block, 0, f.Channels, 1, Enumerable.Range(0, f.Channels).ToArray(), block, first));
            first = checked(first + f.Channels);
        }

        return new FeatureProgram<double>([.. _shapes, new BlockShape(1, first, true)], [.. _stages], outputs);
    }

    /// <summary>Adds the products of a step.</summary>
    /// <returns>The block of products of each (λ, σ), in the order of λ, σ = +1 first.</returns>
    public SortedDictionary<(int Lambda, int Minus), NiceBlock> Expand(NiceStep step)
    {
        // How many products each block gets, before any stage can say where they go.
        var groups = step.Pairs.GroupBy(static p => (p.K, p.Sigma, p.L)).ToArray();
        var counts = new SortedDictionary<(int Lambda, int Minus), int>();
        foreach (var group in groups)
        {
            foreach ((int lambda, int sigma) in Products(step.IsInvariant, group.Key.K, group.Key.Sigma, group.Key.L))
            {
                (int, int) key = (lambda, sigma == 1 ? 0 : 1);
                counts[key] = counts.GetValueOrDefault(key) + group.Count();
            }
        }

        var blocks = new SortedDictionary<(int Lambda, int Minus), NiceBlock>();
        var next = new Dictionary<(int Lambda, int Minus), int>();
        foreach (((int Lambda, int Minus) key, int count) in counts)
        {
            blocks.Add(key, Add(2 * key.Lambda + 1, count));
            next.Add(key, 0);
        }

        foreach (var group in groups)
        {
            (int k, int sigma, int l) = group.Key;
            NiceBlock a = Covariants[(step.Order - 1, k, sigma)], b = Covariants[(1, l, 1)];
            var paths = new List<CouplePath>();
            foreach ((int lambda, int product) in Products(step.IsInvariant, k, sigma, l))
            {
                (int, int) key = (lambda, product == 1 ? 0 : 1);
                NiceBlock to = blocks[key];
                paths.Add(new CouplePath(k, l, lambda, 0, 0, to.Block, next[key], _shapes[to.Block].Stride));
                next[key] += group.Count();
            }

            if (paths.Count == 0) continue;
            _stages.Add(new CoupleStage<double>(
                _table, CoupleFactor.Of(a.Block, 2 * k + 1, _shapes[a.Block].Stride), CoupleFactor.Of(b.Block, 2 * l + 1, _shapes[b.Block].Stride),
                group.Select(static p => p.Channel).ToArray(), group.Select(static p => p.Density).ToArray(), null, paths, _sums));
        }

        return blocks;
    }

    /// <summary>Adds the contraction of a step's products; without one they are the step's blocks themselves.</summary>
    public void Contract(NiceStep step, SortedDictionary<(int Lambda, int Minus), NiceBlock> products)
    {
        foreach (((int lambda, int minus), NiceBlock product) in products)
        {
            int sigma = minus == 0 ? 1 : -1;
            NiceContraction? c = step.Contractions.FirstOrDefault(x => x.Lambda == lambda && x.Sigma == sigma);
            if (c is null) continue;
            NiceBlock to = product;
            if (c.Weights.Length > 0 || c.Components == 0)
            {
                to = Add(2 * lambda + 1, c.Components);
                var inputs = new List<MixInput<double>> { new(product.Block, c.Products, c.Weights) };
                for (int order = 1; order <= c.Lower.Count; order++)
                {
                    if (c.Lower[order - 1].Length == 0) continue;
                    inputs.Add(new MixInput<double>(
                        Lower(step.IsInvariant, order, lambda, sigma)!.Value.Block, c.Lower[order - 1].Length / c.Components, c.Lower[order - 1]));
                }

                _stages.Add(new MixStage<double>(inputs, c.Constant.Length == 0 ? null : c.Constant, to.Block, 2 * lambda + 1, c.Components));
            }

            if (step.IsInvariant) Invariants.Add((step.Order, sigma), to);
            else Covariants.Add((step.Order, lambda, sigma), to);
        }
    }

    /// <summary>The block of a lower order that predicts, or null.</summary>
    public NiceBlock? Lower(bool isInvariant, int order, int lambda, int sigma) =>
        isInvariant
            ? Invariants.TryGetValue((order, sigma), out NiceBlock i) ? i : null
            : Covariants.TryGetValue((order, lambda, sigma), out NiceBlock c) ? c : null;

    /// <summary>Which (λ, σ) a product (k, σ) ⊗ l gives.</summary>
    public IEnumerable<(int Lambda, int Sigma)> Products(bool isInvariant, int k, int sigma, int l)
    {
        int end = isInvariant ? 0 : Math.Min(k + l, _lambdaMax);
        for (int lambda = Math.Abs(k - l); lambda <= end; lambda++)
        {
            yield return (lambda, (k + l + lambda) % 2 == 0 ? sigma : -sigma);
        }
    }

    private NiceBlock Add(int rows, int channels)
    {
        _shapes.Add(new BlockShape(rows, channels));
        return new NiceBlock(_shapes.Count - 1, channels);
    }
}
