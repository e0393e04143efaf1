using System;
using System.Collections.Generic;
using System.Linq;
using System.Runtime.Intrinsics;
using Toolkit.Numerics.Coupling;
using Toolkit.Numerics.Expansion;

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
    private static readonly double Root2 = Math.Sqrt(2);

    private readonly DensityChannels _channels;
    private readonly Path[] _paths;
    private readonly ChannelProduct _product;
    private readonly int _largest, _largestCoupled;
    private readonly PairFactors _factors;

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
        : this(expansion, product, Plan(expansion, lambdaMax ?? expansion.LMax, parities, product, table ?? CouplingTable.Default)) { }

    private LambdaSoap(DensityExpansion expansion, ChannelProduct product, (EquivariantLayout[] Layout, Path[] Paths) plan)
        : base(expansion, plan.Layout)
    {
        (_channels, _product, _paths) = (new DensityChannels(expansion), product, plan.Paths);
        int lambda = plan.Layout.Length == 0 ? 0 : plan.Layout[^1].Key.Lambda, stride = _channels.Stride;
        _largest = (2 * lambda + 1) * (product == ChannelProduct.Outer ? stride * stride : stride);
        _largestCoupled = PairFactor.PlaceKinds * (2 * lambda + 1);
        _factors = PairFactors.OfDensity(expansion);
    }

    /// <inheritdoc/>
    public override int Order => 2;

    /// <summary>What is computed, for every l1 ≤ l2 and λ, times the root of the number of orders of the factors.</summary>
    public override IReadOnlyList<CouplingTree> CouplingTrees { get; } =
    [
        new(new CouplingPair(new CouplingLeaf(CouplingField.Density, "l1"), new CouplingLeaf(CouplingField.Density, "l2"), "lambda")),
    ];

    // Channels c, their adjoint, one group's tangent among all channels, one product, and the adjoint of one factor; then what
    // pairs' gradients are made in: the factors, angular numbers coupled with a row, and those contracted with each factor.
    internal override int WorkLength =>
        FirstFactor + _factors.Length + _largestCoupled * (2 * Expansion.LMax + 1 + 2 * _channels.Stride) + PairFactor.AllKinds;

    private int FirstFactor => 3 * _channels.Rows * _channels.Stride + _largest + (2 * Expansion.LMax + 1) * _channels.Stride;

    internal override void Prepare(double* coefficients, double* work) => _channels.Gather(coefficients, work);

    internal override void Forward(double* coefficients, double* work, Span<double> features)
    {
        int stride = _channels.Stride, count = _channels.Count;
        double* pairs = Pairs(work);
        features.Clear();
        foreach (Path p in _paths)
        {
            Couple(p, work, stride, work, stride, pairs);
            Add(p, pairs, stride, stride, 0, count, 0, count, features);
        }
    }

    internal override void AddTangent(double* coefficients, double* work, double* tangent, int group, Span<double> features)
    {
        int stride = _channels.Stride, count = _channels.Count, own = Expansion.GroupStride, nmax = Expansion.NMax;
        int first = group * nmax, end = first + nmax;
        double* pairs = Pairs(work);
        if (_product == ChannelProduct.Elementwise)
        {
            // The other groups do not change.
            double* change = work + 2 * _channels.Rows * stride;
            for (int row = 0; row < _channels.Rows; row++)
            {
                new Span<double>(change + row * stride, stride).Clear();
                new ReadOnlySpan<double>(tangent + row * own, nmax).CopyTo(new Span<double>(change + row * stride + first, nmax));
            }
            foreach (Path p in _paths)
            {
                Couple(p, change, stride, work, stride, pairs);
                Add(p, pairs, stride, stride, 0, count, 0, count, features);
                Couple(p, work, stride, change, stride, pairs);
                Add(p, pairs, stride, stride, 0, count, 0, count, features);
            }
            return;
        }
        foreach (Path p in _paths)
        {
            Couple(p, tangent, own, work, stride, pairs);
            Add(p, pairs, own, stride, first, end, 0, count, features);
            Couple(p, work, stride, tangent, own, pairs);
            Add(p, pairs, stride, own, 0, count, first, end, features);
        }
    }

    internal override void PrepareGradients(double* coefficients, double* work) => _factors.Begin(coefficients, null, work + FirstFactor);

    internal override void PrepareBlock(EnvironmentScratch scratch, double* work, int block) =>
        _factors.BeginBlock(scratch, block, work + FirstFactor);

    internal override void PairGradients(Surroundings around, EnvironmentScratch scratch, double* work, int block, int lane,
        Span<double> places, Span<double> vectors, int stride, double* soon)
    {
        double* memory = work + FirstFactor;
        PairFactor* factors = stackalloc PairFactor[_factors.Count];
        _factors.Select(scratch, block, lane, memory, factors);
        fixed (double* p = places, v = vectors)
        {
            PairRows rows = new PairRows(p, v, stride, FeatureCount, Expansion.Fields.Count, _factors.Direction(memory)).OfDensity();
            foreach (Path path in _paths)
                PairGradient(path, factors[path.L1], factors[path.L2], rows, memory + _factors.Length);
        }
    }

    /// <summary>For each μ a product of <see cref="PairProduct"/>, whose angular numbers are those of one l coupled with a row of the other.</summary>
    private void PairGradient(Path p, in PairFactor a, in PairFactor b, in PairRows rows, double* work)
    {
        const int kinds = PairFactor.PlaceKinds;
        int step = kinds * p.Components;
        double* coupled = work, right = coupled + _largestCoupled * (2 * Expansion.LMax + 1), left = right + _largestCoupled * _channels.Stride;
        p.CoupleAngles(a, isLeft: true, coupled);
        PairProduct.Contract(b.Rows, coupled, step, step, b.Coefficients, b.Stride, b.Stride, right, b.Stride);
        p.CoupleAngles(b, isLeft: false, coupled);
        PairProduct.Contract(a.Rows, coupled, step, step, a.Coefficients, a.Stride, a.Stride, left, a.Stride);
        PairShape shape = new(p.L1 == p.L2, p.Start(0), Root2);
        for (int k = 0; k < p.Components; k++, right += kinds * b.Stride, left += kinds * a.Stride)
        {
            int first = p.Place(k);
            if (_product == ChannelProduct.Outer)
                PairProduct.Write(a, b, right, left, shape, rows, first, first + p.Channels);
            else
                PairProduct.WriteDiagonal(a, b, right, left, p.Weight, rows, first);
        }
    }

    internal override void Backward(double* coefficients, double* work, ReadOnlySpan<double> gradient, double* adjoint)
    {
        int stride = _channels.Stride;
        double* sum = work + _channels.Rows * stride;
        double* slopes = Pairs(work);
        double* second = slopes + _largest;
        new Span<double>(sum, _channels.Rows * stride).Clear();
        foreach (Path p in _paths)
        {
            int size = p.Components * (_product == ChannelProduct.Outer ? stride * stride : stride);
            Slopes(p, gradient, slopes, size);
            int a = (2 * p.L1 + 1) * stride, b = (2 * p.L2 + 1) * stride;
            new Span<double>(second, b).Clear();
            ReadOnlySpan<double> left = new(work + p.Row1 * stride, a), right = new(work + p.Row2 * stride, b), slope = new(slopes, size);
            Span<double> leftSum = new(sum + p.Row1 * stride, a), rightSum = new(second, b);
            if (_product == ChannelProduct.Outer)
                p.Product.BackwardOuter(1, stride, stride, left, right, slope, leftSum, rightSum);
            else
                p.Product.Backward(1, stride, left, right, slope, leftSum, rightSum);
            for (int k = 0; k < b; k++)
                sum[p.Row2 * stride + k] += second[k];
        }
        _channels.AddTo(sum, adjoint);
    }

    private double* Pairs(double* work) => work + 3 * _channels.Rows * _channels.Stride;

    /// <summary>The product of rows <c>[lm, channel padded]</c>: <c>[μ, q1 · stride2 + q2]</c>, or <c>[μ, q]</c>.</summary>
    private void Couple(Path p, double* first, int stride1, double* second, int stride2, double* pairs)
    {
        int size = p.Components * (_product == ChannelProduct.Outer ? stride1 * stride2 : stride1);
        Span<double> result = new(pairs, size);
        ReadOnlySpan<double> left = new(first + p.Row1 * stride1, (2 * p.L1 + 1) * stride1);
        ReadOnlySpan<double> right = new(second + p.Row2 * stride2, (2 * p.L2 + 1) * stride2);
        result.Clear();
        if (_product == ChannelProduct.Outer)
            p.Product.ForwardOuter(1, stride1, stride2, left, right, result);
        else
            p.Product.Forward(1, stride1, left, right, result);
    }

    /// <summary>Adds the products of channels within the given ranges to the features, times their weights.</summary>
    private void Add(Path p, double* pairs, int stride1, int stride2, int first1, int end1, int first2, int end2, Span<double> features)
    {
        if (_product == ChannelProduct.Elementwise)
        {
            for (int k = 0; k < p.Components; k++)
            {
                Span<double> row = features.Slice(p.Place(k), _channels.Count);
                for (int q = 0; q < row.Length; q++)
                    row[q] += p.Weight * pairs[k * stride1 + q];
            }
            return;
        }
        for (int k = 0; k < p.Components; k++)
            for (int q1 = first1; q1 < end1; q1++)
            {
                int start = p.Start(q1), from = Math.Max(first2, start);
                if (from >= end2) continue;
                double* values = pairs + (k * stride1 + q1 - first1) * stride2 + from - first2;
                Span<double> row = features.Slice(p.Place(k) + p.Row(q1, _channels.Count) + from - start, end2 - from);
                for (int q = 0; q < row.Length; q++)
                    row[q] += Root2 * values[q];
                if (p.Meets(q1, from)) row[0] += (1 - Root2) * values[0];
            }
    }

    /// <summary>dE/d(unweighted products), zero where nothing stands: as <see cref="Couple"/>.</summary>
    private void Slopes(Path p, ReadOnlySpan<double> gradient, double* slopes, int size)
    {
        int stride = _channels.Stride, count = _channels.Count;
        new Span<double>(slopes, size).Clear();
        for (int k = 0; k < p.Components; k++)
        {
            if (_product == ChannelProduct.Elementwise)
            {
                ReadOnlySpan<double> own = gradient.Slice(p.Place(k), count);
                for (int q = 0; q < count; q++)
                    slopes[k * stride + q] = p.Weight * own[q];
                continue;
            }
            for (int q1 = 0; q1 < count; q1++)
            {
                int start = p.Start(q1);
                if (start >= count) continue;
                double* row = slopes + (k * stride + q1) * stride;
                ReadOnlySpan<double> own = gradient.Slice(p.Place(k) + p.Row(q1, count), count - start);
                for (int q = start; q < count; q++)
                    row[q] = Root2 * own[q - start];
                if (p.Meets(q1, start)) row[start] = own[0];
            }
        }
    }

    private static (EquivariantLayout[], Path[]) Plan(
        DensityExpansion expansion, int lambdaMax, Parities parities, ChannelProduct product, CouplingTable table)
    {
        int lmax = expansion.LMax, first = 0;
        if (lambdaMax < 0 || lambdaMax > 2 * lmax)
            throw new ArgumentOutOfRangeException(nameof(lambdaMax), lambdaMax, $"expected 0 ≤ λ ≤ {2 * lmax}, twice lmax");
        table.Require(Math.Max(lmax, lambdaMax), $"lmax is {lmax} and the largest λ {lambdaMax}", nameof(table));
        DensityChannels channels = new(expansion);
        var layout = new List<EquivariantLayout>();
        var paths = new List<Path>();
        for (int lambda = 0; lambda <= lambdaMax; lambda++)
            foreach (int sigma in (ReadOnlySpan<int>)[1, -1])
            {
                int parity = sigma == 1 ? 0 : 1, width = 0;
                if (!parities.Include(parity)) continue;
                var own = new List<Path>();
                var labels = new List<int>();
                for (int l1 = 0; l1 <= lmax; l1++)
                    for (int l2 = Math.Max(l1, lambda - l1); l2 <= Math.Min(l1 + lambda, lmax); l2++)
                    {
                        if ((l1 + l2 + lambda) % 2 != parity) continue;
                        Path path = new(l1, l2, lambda, sigma, first, width, table);
                        int before = labels.Count;
                        AddLabels(path, channels, product, labels);
                        if (labels.Count == before) continue;
                        own.Add(path);
                        path.Channels = labels.Count / Columns.Length - width;
                        width += path.Channels;
                    }
                if (width == 0) continue;
                foreach (Path path in own)
                    path.Width = width;
                paths.AddRange(own);
                layout.Add(new EquivariantLayout(new EquivariantKey(lambda, sigma, 2), new FeatureLabels(Columns, labels.ToArray()), first));
                first = checked(first + layout[^1].Length);
            }
        return (layout.ToArray(), paths.ToArray());
    }

    private static readonly string[] Columns = ["species_1", "n_1", "species_2", "n_2", "l_1", "l_2"];

    private static void AddLabels(Path path, DensityChannels channels, ChannelProduct product, List<int> labels)
    {
        for (int q1 = 0; q1 < channels.Count; q1++)
        {
            bool isOuter = product == ChannelProduct.Outer;
            if (!isOuter && path.Start(q1) > q1) continue;
            for (int q2 = isOuter ? path.Start(q1) : q1; q2 < (isOuter ? channels.Count : q1 + 1); q2++)
                labels.AddRange([channels.Species(q1), channels.N(q1), channels.Species(q2), channels.N(q2), path.L1, path.L2]);
        }
    }

    /// <summary>One (l1 ≤ l2, λ): where its channels are in its block, and its product.</summary>
    private sealed class Path(int l1, int l2, int lambda, int sigma, int block, int channel, CouplingTable table)
    {
        private readonly (int M1, int M2, int Mu, double Value)[] _terms = TripleProduct.Coupled(table, l1, l2, lambda).ToArray();

        public int L1 => l1;

        public int L2 => l2;

        public int Row1 => l1 * l1;

        public int Row2 => l2 * l2;

        public int Components => 2 * lambda + 1;

        public CouplingProduct<double> Product { get; } = new(table, l1, l2, lambda);

        /// <summary>Its own channels.</summary>
        public int Channels { get; set; }

        /// <summary>The channels of the whole block.</summary>
        public int Width { get; set; }

        /// <summary>The root of the number of orders of a channel with itself.</summary>
        public double Weight => l1 == l2 ? 1 : Root2;

        /// <summary>The place of the first channel's component k.</summary>
        public int Place(int k) => block + k * Width + channel;

        /// <summary>The first q2 beside q1: with l1 = l2 each unordered pair once, and for σ = −1 no pair of equals.</summary>
        public int Start(int q1) => l1 != l2 ? 0 : sigma == 1 ? q1 : q1 + 1;

        /// <summary>The place of the pair (q1, Start(q1)) among the path's channels.</summary>
        public int Row(int q1, int count) =>
            l1 != l2 ? q1 * count : sigma == 1 ? q1 * count - q1 * (q1 - 1) / 2 : q1 * count - q1 * (q1 + 1) / 2;

        /// <summary>Σ C W of one factor's angular numbers W: <c>[m of the other, μ, kind]</c>.</summary>
        public void CoupleAngles(in PairFactor factor, bool isLeft, double* coupled)
        {
            int step = PairFactor.PlaceKinds * Components;
            new Span<double>(coupled, step * (2 * (isLeft ? l2 : l1) + 1)).Clear();
            foreach ((int m1, int m2, int mu, double value) in _terms)
            {
                double* angles = factor.Angles + (isLeft ? m1 : m2) * PairFactor.AngleStride;
                double* sum = coupled + (isLeft ? m2 : m1) * step + mu * PairFactor.PlaceKinds;
                Vector256.Store(Vector256.MultiplyAddEstimate(Vector256.Create(value), Vector256.Load(angles), Vector256.Load(sum)), sum);
            }
        }

        /// <summary>Whether both factors are the same.</summary>
        public bool Meets(int q1, int q2) => l1 == l2 && q1 == q2;
    }
}
