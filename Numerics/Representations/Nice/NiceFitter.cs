using System;
using System.Collections.Generic;
using System.Linq;
using System.Runtime.InteropServices;
using Toolkit.Numerics.Blocks;
using Toolkit.Numerics.Coupling;
using Toolkit.Numerics.LinearAlgebra;
using Toolkit.Numerics.Selection;
using Toolkit.Numerics.Stages;

namespace Toolkit.Numerics.Representations.Nice;

/// <summary>
/// Fits the iteration: for each order the products worth making, what lower orders know of them, and the principal components of
/// what is left.
/// </summary>
/// <remarks>
/// Each order is one pass over the sample, in which second moments of the products and of the lower orders' features are summed;
/// prediction and components follow from them. Memory is that of the sample's coefficients and some batches.
/// </remarks>
internal sealed class NiceFitter
{
    private readonly NiceSettings _settings;
    private readonly NiceBuilder _builder;
    private readonly NiceSample _sample;
    private readonly int _threads;

    // Mean squares of the channels of each block of covariants; those of the first order as they are scaled.
    private readonly Dictionary<(int Order, NiceKey Key), double[]> _variances = [];

    // What the coefficients of each factor are multiplied with.
    private double[] _scales = [];

    // By ν and σ, where features are chosen by them.
    private readonly IReadOnlyDictionary<(int Order, int Sigma), IndependentCouplings>? _couplings;

    /// <exception cref="Files.InputException">Couplings that are wanted cannot be read, or are not those of the features.</exception>
    public NiceFitter(NiceBuilder builder, NiceSettings settings, NiceSample sample, int threads)
    {
        (_builder, _settings, _sample, _threads) = (builder, settings, sample, threads);
        if (settings.Selection is not { Choice: NiceChoice.Couplings } selection) return;
        if (builder.FirstOrder.Keys.Any(static k => k is not { Sigma: 1, Tau: 1 }))
            throw new ArgumentException("couplings are listed for scalar fields: expected no vectors among the factors", nameof(settings));
        _couplings = selection.ReadCouplings(settings, builder.FirstOrder.Keys.Max(static k => k.Lambda));
    }

    /// <summary>Fits all orders.</summary>
    /// <param name="done">Steps that are fitted already; they are taken as they are.</param>
    /// <param name="finished">Told each step when it is fitted.</param>
    public List<NiceStep> Fit(IReadOnlyList<NiceStep> done, Action<NiceStep>? finished)
    {
        FirstVariances();
        var steps = new List<NiceStep>();
        for (int order = 2; order <= _settings.Order; order++)
        {
            // The last order has no successor that would need its covariants.
            bool[] branches = order == _settings.Order ? [true] : _settings.InvariantsOf == NiceInvariants.Last ? [false] : [true, false];
            var wanted = new List<(NiceStep Step, SortedDictionary<NiceKey, NiceBlock> Products)>();
            foreach (bool isInvariant in branches)
            {
                if (steps.Count < done.Count)
                {
                    NiceStep step = done[steps.Count];
                    _builder.Contract(step, _builder.Expand(step));
                    Remember(step);
                    steps.Add(step);
                }
                else
                {
                    NiceStep step = new(order, isInvariant, Select(order, isInvariant), []);
                    wanted.Add((step, _builder.Expand(step)));
                }
            }

            foreach (NiceStep step in FitSteps(wanted))
            {
                steps.Add(step);
                finished?.Invoke(step);
            }
        }

        return steps;
    }

    /// <summary>Fits the steps of one order in one pass over the sample.</summary>
    private List<NiceStep> FitSteps(List<(NiceStep Step, SortedDictionary<NiceKey, NiceBlock> Products)> wanted)
    {
        if (wanted.Count == 0) return [];
        NiceMoments[][] moments = wanted.Select(w => w.Products.Select(p => Moments(w.Step, p.Key, p.Value)).ToArray()).ToArray();
        NiceMoments[] all = moments.SelectMany(static m => m).ToArray();
        NiceNorms?[] norms = wanted.Select(w => w.Step.IsInvariant ? null : Norms(w.Step)).ToArray();
        Pass((blocks, counts) => Threads.Share(all.Length + norms.Length, _threads, m =>
        {
            for (int b = 0; b < blocks.Length; b++)
            {
                if (m < all.Length) all[m].Add(blocks[b], counts[b]);
                else norms[m - all.Length]?.Add(blocks[b], counts[b]);
            }
        }));
        NiceContraction[] contractions = new NiceContraction[all.Length];
        Threads.Share(all.Length, _threads, m => contractions[m] = all[m].Contract(_settings.Ridge, _sample.Count));
        var fitted = new List<NiceStep>();
        int next = 0;
        for (int w = 0; w < wanted.Count; w++)
        {
            (double possible, double chosen) = norms[w]?.Means(_sample.Count) ?? (0, 0);
            NiceStep step = wanted[w].Step with
            {
                Contractions = contractions[next..(next + moments[w].Length)],
                Possible = possible,
                Chosen = chosen
            };
            next += moments[w].Length;
            _builder.Contract(step, wanted[w].Products);
            Remember(step);
            fitted.Add(step);
        }

        return fitted;
    }

    private NiceNorms Norms(NiceStep step)
    {
        var first = _builder.FirstOrder.Select(b => (b.Key, b.Value, Array.ConvertAll(_builder.FactorOf[b.Key], f => _scales[f])))
            .ToArray();
        return new NiceNorms(
            step.Order == 2 ? first : _builder.Covariants.Where(b => b.Key.Order == step.Order - 1).OrderBy(static b => b.Key)
                .Select(static b =>
                (b.Key.Key, b.Value, Enumerable.Repeat(1.0, b.Value.Channels).ToArray())),
            first, step.Pairs);
    }

    /// <summary>Which features are kept, and how they are shifted and scaled; null: all as they are.</summary>
    public NiceOutput? FitOutput()
    {
        if (_settings is { Standard: NiceStandard.None, Selection: null }) return null;
        var features = _builder.Features(_settings).ToArray();
        if (_couplings is not null && _settings.Standard == NiceStandard.None)
        {
            int[] listed = Listed(features);
            return new NiceOutput(listed, new double[listed.Length], [.. Enumerable.Repeat(1.0, listed.Length)]);
        }

        int n = _sample.Count, count = features.Length, done = 0;
        double[] rows = new double[checked(count * n)];
        Pass((blocks, counts) =>
        {
            for (int b = 0; b < blocks.Length; b++)
            {
                for (int f = 0; f < count; f++)
                    Lane(blocks[b], features[f].Place, counts[b]).CopyTo(rows.AsSpan(f * n + done));

                done += counts[b];
            }
        });
        double[] shifts = new double[count], scales = new double[count], variances = new double[count];
        Array.Fill(scales, 1);
        for (int f = 0; f < count && _settings.Standard != NiceStandard.None; f++)
        {
            ReadOnlySpan<double> row = rows.AsSpan(f * n, n);
            foreach (double x in row) shifts[f] += x / n;
            foreach (double x in row) variances[f] += (x - shifts[f]) * (x - shifts[f]) / n;
        }

        if (_settings.Standard != NiceStandard.None)
        {
            foreach (var block in Enumerable.Range(0, count).GroupBy(f => (features[f].Order, features[f].Key)))
            {
                double total = block.Sum(f => variances[f]);
                foreach (int f in block)
                {
                    double variance = _settings.Standard == NiceStandard.Blocks ? total : variances[f];
                    // What is the same in every environment, but for rounding, has nothing to scale.
                    scales[f] = variance > 1e-24 * shifts[f] * shifts[f] && variance > 0 ? 1 / Math.Sqrt(variance) : 1;
                }
            }
        }

        for (int f = 0; f < count; f++)
        {
            foreach (ref double x in rows.AsSpan(f * n, n))
                x = (x - shifts[f]) * scales[f];
        }

        int[] kept = _settings.Selection is not { } selection ? Enumerable.Range(0, count).ToArray()
            : (selection.Choice switch
            {
                NiceChoice.Cur => CurRows.Select(rows, n, selection.Count),
                NiceChoice.Couplings => Listed(features),
                NiceChoice.Independent => IndependentRows.Select(rows, n, selection.Count, threads: _threads).Rows,
                _ => FarthestPoints.Select(rows, n, selection.Count),
            }).Order().ToArray();
        return new NiceOutput(kept, Array.ConvertAll(kept, f => shifts[f]), Array.ConvertAll(kept, f => scales[f]));
    }

    /// <summary>The features whose couplings are listed; those of fewer than three factors are independent as they are.</summary>
    private int[] Listed((int Order, NiceKey Key, int Component, LanePlace Place)[] features) =>
        [.. Enumerable.Range(0, features.Length).Where(f =>
    {
        (int order, NiceKey key, int component, _) = features[f];
        if (!_couplings!.TryGetValue((order, key.Sigma), out IndependentCouplings? basis)) return true;
        (List<(int, int)> factors, List<int> orders) = _builder.Product(order, key, component);
        return basis.Contains(CollectionsMarshal.AsSpan(factors), CollectionsMarshal.AsSpan(orders));
    })];

    private static unsafe ReadOnlySpan<double> Lane(BlockMemory<double> blocks, LanePlace place, int count) =>
        new(blocks.Laned(place.Block) + (nint)place.Row * CouplingBlocks<double>.Lanes, count);

    private NiceMoments Moments(NiceStep step, NiceKey key, NiceBlock products)
    {
        NiceBranch branch = step.IsInvariant ? _settings.Invariants : _settings.Covariants;
        var lower = new List<(int Order, NiceBlock Block)>();
        for (int order = 1; order < step.Order && branch.Purify > 0; order++)
        {
            if (_builder.Lower(step.IsInvariant, order, key) is { Channels: > 0 } block)
                lower.Add((order, new NiceBlock(block.Places.Take(branch.Purify).ToArray())));
        }

        // A constant is a scalar: it must not be added to what turns or changes its sign.
        return new NiceMoments(key, branch, step.Order - 1, products, lower,
            step.IsInvariant && branch.Purify > 0 && key is { Sigma: 1, Tau: 1 });
    }

    /// <summary>Runs what there is of the program over the sample, some batches at a time.</summary>
    private void Pass(Action<BlockMemory<double>[], int[]> batches)
    {
        FeatureProgram<double> program = _builder.Program();
        BlockMemory<double>[] blocks =
            Enumerable.Range(0, Math.Max(1, _threads)).Select(_ => program.CreateMemory(program.Batch, false)).ToArray();
        int[] counts = new int[blocks.Length];
        for (int first = 0; first < _sample.Count;)
        {
            int used = 0, start = first;
            for (; used < blocks.Length && first < _sample.Count; used++)
            {
                counts[used] = Math.Min(blocks[used].Capacity, _sample.Count - first);
                first += counts[used];
            }

            Threads.Share(used, _threads, b =>
            {
                _sample.Point(blocks[b], start + b * blocks[b].Capacity, counts[b]);
                program.Prepare(blocks[b], counts[b]);
            });
            batches(blocks[..used], counts);
        }

        foreach (BlockMemory<double> memory in blocks)
            memory.Dispose();
    }

    private void Remember(NiceStep step)
    {
        foreach (NiceContraction c in step.IsInvariant ? [] : step.Contractions)
            _variances.Add((step.Order, c.Key), c.Variances);
    }

    /// <summary>The products worth making: those whose factors' shares in the variance of their orders have the largest product.</summary>
    private List<NicePair> Select(int order, bool isInvariant)
    {
        int? expand = (isInvariant ? _settings.Invariants : _settings.Covariants).Expand;
        var candidates = new SortedDictionary<(int, int), List<(double Importance, NicePair Pair)>>();
        double before = Total(order - 1), first = Total(1);
        foreach (((int o, NiceKey left), double[] a) in _variances.OrderBy(static v => v.Key))
        {
            if (o != order - 1) continue;
            foreach (NiceKey right in _builder.FirstOrder.Keys)
            {
                // Two factors of the first order are one product, whichever comes first.
                int order2 = order == 2 ? left.CompareTo(right) : -1;
                if (order2 > 0 || _builder.Orders(isInvariant, left, right).Length == 0) continue;
                if (isInvariant && !_settings.IsFeature(left.Times(right, 0))) continue;
                double[] b = _variances[(1, right)];
                (int, int) sign = (-left.Inversion * right.Inversion, -left.Tau * right.Tau);
                if (!candidates.TryGetValue(sign, out var same)) candidates.Add(sign, same = []);
                for (int i = 0; i < a.Length; i++)
                {
                    for (int q = order2 == 0 ? i : 0; q < b.Length; q++)
                    {
                        bool isTwice = order == 2 && (order2 != 0 || i != q);
                        double scale = _scales[_builder.FactorOf[right][q]] * (order == 2 ? _scales[_builder.FactorOf[left][i]] : 1);
                        same.Add((
                            (isTwice ? 2 : 1) * (a[i] / before * (b[q] / first)),
                            new NicePair(left, i, right, q, isTwice ? Math.Sqrt(2) * scale : scale)));
                    }
                }
            }
        }

        // Those of different signs under the inversion or time reversal do not compete.
        return candidates.Values.SelectMany(same => (expand is int most
                ? same.OrderByDescending(static c => c.Importance).ThenBy(static c => Key(c.Pair)).Take(most) : same)
            .Select(static c => c.Pair)).OrderBy(Key).ToList();
    }

    private static (NiceKey, NiceKey, int, int) Key(NicePair p) => (p.Left, p.Right, p.LeftChannel, p.RightChannel);

    private double Total(int order) => Math.Max(double.Epsilon, _variances.Where(v => v.Key.Order == order).Sum(static v => v.Value.Sum()));

    private void FirstVariances()
    {
        NiceMoments[] moments = _builder.FirstOrder.Select(static b => new NiceMoments(b.Key, new NiceBranch(), 0, b.Value, [], false))
            .ToArray();
        Pass((blocks, counts) =>
        {
            for (int b = 0; b < blocks.Length; b++)
            {
                foreach (NiceMoments m in moments)
                    m.Add(blocks[b], counts[b]);
            }
        });
        double[][] variances = Array.ConvertAll(moments, m => m.Contract(0, _sample.Count).Variances);
        double[] totals = new double[_builder.Basis.Factors.Count];
        ForEachChannel((k, q, factor) => totals[factor] += variances[k][q]);
        _scales = Array.ConvertAll(totals, t => _settings.Scaling == NiceScaling.Fields && t > 0 ? 1 / Math.Sqrt(t) : 1);
        ForEachChannel((k, q, factor) => variances[k][q] *= _scales[factor] * _scales[factor]);
        for (int k = 0; k < moments.Length; k++)
            _variances.Add((1, moments[k].Key), variances[k]);

        void ForEachChannel(Action<int, int, int> action)
        {
            for (int k = 0; k < moments.Length; k++)
            {
                int[] factors = _builder.FactorOf[moments[k].Key];
                for (int q = 0; q < factors.Length; q++)
                    action(k, q, factors[q]);
            }
        }
    }
}
