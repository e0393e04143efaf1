using System;
using System.Collections.Generic;
using System.Linq;
using Toolkit.Numerics.Coupling;
using Toolkit.Numerics.Representations.Trees;
using Toolkit.Numerics.Stages;

namespace Toolkit.Numerics.Representations.Nice;

/// <summary>A block of the iteration: where its channels stand.</summary>
/// <param name="Places">Each channel.</param>
internal sealed record NiceBlock(IReadOnlyList<LanePlace> Places)
{
    /// <summary>The number of channels.</summary>
    public int Channels => Places.Count;
}

/// <summary>
/// Makes the program of an iteration step by step: couple, then contract, order after order. The fit runs it as far as it is.
/// </summary>
/// <remarks>
/// Environments lie side by side (<see cref="LanePlace"/>): products of listed channels are made where they lie, and mixed from where they
/// were put. Products of one sign under inversion and time reversal go to one memory, which stays in the cache until they are
/// contracted and then serves the next.
/// </remarks>
internal sealed class NiceBuilder
{
    // Of channels that are not made.
    private static readonly LanePlace Nowhere = new(-1, 0);

    private readonly ProgramDraft _draft;
    private readonly SharedSums<double> _sums = new();
    private readonly CouplingTable _table;
    private readonly int _lambdaMax, _scratch;
    private readonly List<(Sign Sign, int Block, Stage<double> Stage)> _pending = [];
    private readonly Dictionary<(int Order, bool IsInvariant, NiceKey Key), List<NicePair>> _pairs = [];

    /// <summary>Begins with the fields' coefficients, one block for each (λ, σ, τ).</summary>
    /// <param name="fields">The fields.</param>
    /// <param name="lambdaMax">The largest λ of covariants.</param>
    /// <param name="table">Coefficients in the real basis.</param>
    public NiceBuilder(NiceFields fields, int lambdaMax, CouplingTable table)
    {
        (_table, _lambdaMax) = (table, lambdaMax);
        _draft = new ProgramDraft(fields.Expansion, fields.Potentials);
        TreeLeaves leaves = new(fields.Expansion, fields.Potentials, table, _draft);
        var all = new SortedDictionary<NiceKey, List<(int Factor, TreeLeaf Leaf)>>();
        int[] channels = new int[fields.Factors.Count];
        for (int f = 0; f < channels.Length; f++)
        {
            foreach (TreeLeaf leaf in leaves.Of(fields.Factors[f], false))
            {
                NiceKey key = new(leaf.J, (leaf.J % 2 == 1) == leaf.IsOdd ? 1 : -1, fields.Factors[f].TimeOdd ? -1 : 1);
                if (!all.TryGetValue(key, out var same)) all.Add(key, same = []);
                same.Add((f, leaf));
                channels[f] += leaf.Channels.Count;
            }
        }

        foreach ((NiceKey key, var parts) in all)
        {
            int rows = 2 * key.Lambda + 1, count = parts.Sum(static p => p.Leaf.Channels.Count), block = _draft.AddLaned(rows, count),
                first = 0;
            var factors = new List<int>();
            foreach ((int factor, TreeLeaf leaf) in parts)
            {
                _draft.Add(new LaneCopyStage<double>(leaf.Block, leaf.Row, rows, leaf.Channels.Count, new LanePlace(block, first * rows)));
                first += leaf.Channels.Count;
                factors.AddRange(Enumerable.Repeat(factor, leaf.Channels.Count));
            }

            NiceBlock own = new(Places(block, 0, rows, count));
            Covariants.Add((1, key), own);
            FirstOrder.Add(key, own);
            FactorOf.Add(key, [.. factors]);
            if (key.Lambda == 0) Invariants.Add((1, key), own);
        }

        _scratch = _draft.AddLaned(1, 0);
        Basis = NiceBasis.Of(fields, channels);
    }

    /// <summary>What fits made with it hold for.</summary>
    public NiceBasis Basis { get; }

    /// <summary>Blocks of the first order.</summary>
    public SortedDictionary<NiceKey, NiceBlock> FirstOrder { get; } = [];

    /// <summary>The factor that each channel of the first order belongs to.</summary>
    public Dictionary<NiceKey, int[]> FactorOf { get; } = [];

    /// <summary>Covariants by ν and block.</summary>
    public Dictionary<(int Order, NiceKey Key), NiceBlock> Covariants { get; } = [];

    /// <summary>Invariants by ν and block.</summary>
    public Dictionary<(int Order, NiceKey Key), NiceBlock> Invariants { get; } = [];

    /// <summary>The invariants that are features, where not all are; others are made only where higher orders are predicted from
    /// them.</summary>
    public HashSet<(int Order, NiceKey Key, int Component)>? Wanted { get; init; }

    /// <summary>How many invariants of each block higher orders are predicted from.</summary>
    public int Predicting { get; init; }

    /// <summary>For which orders invariants are a branch of their own.</summary>
    public NiceInvariants InvariantsOf { get; init; }

    /// <summary>What there is so far, without features.</summary>
    public FeatureProgram<double> Program() => _draft.Build(_pending.Select(static p => p.Stage));

    /// <summary>All scalars that are features, in their order.</summary>
    /// <param name="settings">The settings.</param>
    /// <returns>ν, the block, the number in it, and where it stands.</returns>
    public IEnumerable<(int Order, NiceKey Key, int Component, LanePlace Place)> Features(NiceSettings settings) => Invariants
        .OrderBy(static b => b.Key).Where(b => settings.IsFeature(b.Key.Key))
        .SelectMany(static b => b.Value.Places.Select((place, k) => (b.Key.Order, b.Key.Key, k, place)));

    /// <summary>What an uncontracted channel is a product of: factors by (l, channel) one after the other, and the order after each
    /// but the first.</summary>
    public (List<(int L, int Channel)> Factors, List<int> Orders) Product(int order, NiceKey key, int channel)
    {
        if (order == 1) return ([(key.Lambda, channel)], []);
        if (!_pairs.TryGetValue((order, true, key), out List<NicePair>? pairs)) pairs = _pairs[(order, false, key)];
        return Extend(pairs[channel], order, key.Lambda);

        (List<(int L, int Channel)>, List<int>) Extend(NicePair pair, int nu, int lambda)
        {
            (List<(int L, int Channel)> factors, List<int> orders) = nu == 2
                ? ([(pair.Left.Lambda, pair.LeftChannel)], [])
                    : Extend(_pairs[(nu - 1, false, pair.Left)][pair.LeftChannel], nu - 1, pair.Left.Lambda);
            factors.Add((pair.Right.Lambda, pair.RightChannel));
            orders.Add(lambda);
            return (factors, orders);
        }
    }

    /// <summary>The whole program.</summary>
    /// <param name="features">Scalars, in the order of the features.</param>
    /// <param name="output">How they are shifted and scaled; null: not at all.</param>
    public FeatureProgram<double> Program(IReadOnlyList<LanePlace> features, NiceOutput? output)
    {
        if (features.Count > 0) _draft.AddOutput(new LaneOutputStage<double>(features, output?.Shifts, output?.Scales, _draft.Features, 0));
        return _draft.Build(features.Count);
    }

    /// <summary>Adds the products of a step, to be contracted next.</summary>
    /// <returns>The products of each block.</returns>
    public SortedDictionary<NiceKey, NiceBlock> Expand(NiceStep step)
    {
        var products = new SortedDictionary<NiceKey, List<LanePlace>>();
        foreach (var same in step.Pairs.GroupBy(static p => new Sign(p.Left.Inversion * p.Right.Inversion, p.Left.Tau * p.Right.Tau))
            .OrderBy(static s => s.Key))
        {
            var groups = same.GroupBy(static p => (p.Left, p.Right))
                .Select(g => (g.Key.Left, g.Key.Right, Pairs: g.ToArray(), Orders: Orders(step.IsInvariant, g.Key.Left, g.Key.Right)))
                .Where(static g => g.Orders.Length > 0).ToArray();
            int[][] made = Made(step, Array.ConvertAll(groups, static g => (g.Left.Times(g.Right, g.Orders[0]), g.Pairs.Length)));
            int block = _draft.AddLaned(1, groups.Zip(made, static (g, own) => own.Length * g.Orders.Sum(static l => 2 * l + 1)).Sum()),
                first = 0;
            for (int g = 0; g < groups.Length; g++)
            {
                (NiceKey left, NiceKey right, NicePair[] all, int[] orders) = groups[g];
                NiceBlock a = Covariants[(step.Order - 1, left)], b = FirstOrder[right];
                NicePair[] pairs = Array.ConvertAll(made[g], t => all[t]);
                double[] weights = Array.ConvertAll(pairs, static p => p.Weight);
                if (pairs.Length > 0)
                {
                    _pending.Add((same.Key, block, new LaneCoupleStage<double>(
                        _table, left.Lambda, right.Lambda,
                            orders, Array.ConvertAll(pairs, p => a.Places[p.LeftChannel]),
                            Array.ConvertAll(pairs, p => b.Places[p.RightChannel]),
                        Array.TrueForAll(weights, static w => w == 1) ? null : weights, new LanePlace(block, first), _sums)));
                }

                int rows = orders.Sum(static l => 2 * l + 1), row = first;
                foreach (int l in orders)
                {
                    NiceKey key = left.Times(right, l);
                    if (!products.TryGetValue(key, out var places)) products.Add(key, places = []);
                    LanePlace[] own = Enumerable.Repeat(Nowhere, all.Length).ToArray();
                    for (int t = 0; t < pairs.Length; t++)
                        own[made[g][t]] = new LanePlace(block, row + t * rows);

                    places.AddRange(own);
                    if (!_pairs.TryGetValue((step.Order, step.IsInvariant, key), out var pairsOf))
                        _pairs.Add((step.Order, step.IsInvariant, key), pairsOf = []);
                    pairsOf.AddRange(all);
                    row += 2 * l + 1;
                }

                first += pairs.Length * rows;
            }
        }

        return new SortedDictionary<NiceKey, NiceBlock>(products.ToDictionary(static p => p.Key, static p => new NiceBlock(p.Value)));
    }

    /// <summary>Adds the contraction of a step's products; without one they are the step's blocks themselves.</summary>
    public void Contract(NiceStep step, SortedDictionary<NiceKey, NiceBlock> products)
    {
        foreach (var same in _pending.Where(p => products.Values.Any(b => BlockOf(b) == p.Block)).GroupBy(static p => (p.Sign, p.Block))
            .ToArray())
        {
            foreach (var pending in same)
            {
                _draft.Add(pending.Stage);
                _pending.Remove(pending);
            }

            bool isContracted = false;
            foreach ((NiceKey key, NiceBlock product) in products)
            {
                if (BlockOf(product) != same.Key.Block) continue;
                NiceContraction c = step.Contractions.First(x => x.Key == key);
                NiceBlock made = product;
                if (c.Weights.Length > 0 || c.Components == 0)
                {
                    made = Mix(step, c, product);
                    isContracted = true;
                }

                Put(step, key, made);
            }

            if (isContracted) _draft.Lend(_scratch, same.Key.Block);
        }

        foreach ((NiceKey key, NiceBlock product) in products.Where(static p => BlockOf(p.Value) < 0))
            Put(step, key, product);
    }

    private void Put(NiceStep step, NiceKey key, NiceBlock made)
    {
        if (step.IsInvariant || (InvariantsOf == NiceInvariants.Last && key.Lambda == 0)) Invariants.Add((step.Order, key), made);
        if (!step.IsInvariant) Covariants.Add((step.Order, key), made);
    }

    /// <summary>Where the first of its channels stands that is made; −1: none is.</summary>
    private static int BlockOf(NiceBlock block) => block.Places.FirstOrDefault(static p => p.Block >= 0, Nowhere).Block;

    /// <summary>Which pairs of each group are made: all, or of scalars that are features as they are those that are wanted.</summary>
    private int[][] Made(NiceStep step, (NiceKey Key, int Pairs)[] groups)
    {
        // Before a fit nothing is known of contractions, and nothing is left out.
        bool chooses = step.IsInvariant && Wanted is not null
            && step.Contractions.All(static c => c.Weights.Length == 0 && c.Components == c.Products);
        var numbers = new Dictionary<NiceKey, int>();
        return Array.ConvertAll(groups, g =>
        {
            int start = numbers.GetValueOrDefault(g.Key);
            numbers[g.Key] = start + g.Pairs;
            return Enumerable.Range(0, g.Pairs).Where(t => !chooses || Wanted!.Contains((step.Order, g.Key, start + t))).ToArray();
        });
    }

    /// <summary>The block of a lower order that predicts, or null.</summary>
    public NiceBlock? Lower(bool isInvariant, int order, NiceKey key) =>
        (isInvariant ? Invariants : Covariants).GetValueOrDefault((order, key));

    /// <summary>Which λ the products of two blocks are made to.</summary>
    public int[] Orders(bool isInvariant, NiceKey left, NiceKey right)
    {
        int first = Math.Abs(left.Lambda - right.Lambda), end = isInvariant ? 0 : Math.Min(left.Lambda + right.Lambda, _lambdaMax);
        return first > end ? [] : Enumerable.Range(first, end - first + 1).ToArray();
    }

    private NiceBlock Mix(NiceStep step, NiceContraction c, NiceBlock product)
    {
        int rows = 2 * c.Lambda + 1;
        int[] kept = Enumerable.Range(0, c.Components)
            .Where(k => !step.IsInvariant || Wanted is null || k < Predicting || Wanted.Contains((step.Order, c.Key, k))).ToArray();
        LanePlace[] own = Places(_draft.AddLaned(rows, kept.Length), 0, rows, kept.Length), all = new LanePlace[c.Components];
        Array.Fill(all, Nowhere);
        for (int k = 0; k < kept.Length; k++)
            all[kept[k]] = own[k];

        var inputs = new List<LanePlace>(product.Places);
        var weights = new List<double>(c.Weights);
        for (int order = 1; order <= c.Lower.Count; order++)
        {
            if (c.Lower[order - 1].Length == 0) continue;
            inputs.AddRange(Lower(step.IsInvariant, order, c.Key)!.Places.Take(c.Lower[order - 1].Length / c.Components));
            weights.AddRange(c.Lower[order - 1]);
        }

        double[] columns = new double[inputs.Count * kept.Length];
        for (int i = 0; i < inputs.Count; i++)
        {
            for (int k = 0; k < kept.Length; k++)
                columns[i * kept.Length + k] = weights[i * c.Components + kept[k]];
        }

        double[]? constant = c.Constant.Length == 0 ? null : Array.ConvertAll(kept, k => c.Constant[k]);
        _draft.Add(new LaneMixStage<double>(inputs, product.Channels, columns, constant, own, rows));
        return new NiceBlock(all);
    }

    private static LanePlace[] Places(int block, int first, int rows, int count) =>
        Enumerable.Range(0, count).Select(k => new LanePlace(block, first + k * rows)).ToArray();

    /// <summary>What products have in common that share their memory: no block has products of two of them.</summary>
    private readonly record struct Sign(int Inversion, int Tau) : IComparable<Sign>
    {
        public int CompareTo(Sign other) => (-Inversion, -Tau).CompareTo((-other.Inversion, -other.Tau));
    }
}
