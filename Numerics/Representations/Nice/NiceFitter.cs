using System;
using System.Collections.Generic;
using System.Linq;
using Toolkit.Numerics.Blocks;
using Toolkit.Numerics.Coupling;
using Toolkit.Numerics.Expansion;
using Toolkit.Numerics.LinearAlgebra;

namespace Toolkit.Numerics.Representations.Nice;

/// <summary>
/// Fits the iteration: for each order the products worth making, what lower orders know of them, and the principal components of
/// what is left.
/// </summary>
/// <remarks>
/// Each order is one pass over the sample, in which second moments of the products and of the lower orders' features are summed;
/// prediction and components follow from them. Memory is that of the sample's coefficients and one batch.
/// </remarks>
internal sealed unsafe class NiceFitter
{
    /// <summary>Components below this part of the products' mean square are rounding: they are left out.</summary>
    private const double Rank = 1e-13;

    private readonly NiceSettings _settings;
    private readonly NiceBuilder _builder;
    private readonly DensityExpansion _expansion;
    private readonly double[] _coefficients;
    private readonly int _environments, _length, _threads;

    // Mean squares of the channels of each block of covariants.
    private readonly Dictionary<(int Order, int Lambda, int Sigma), double[]> _variances = [];

    public NiceFitter(DensityExpansion expansion, NiceSettings settings, NiceSample sample, CouplingTable table, int threads)
    {
        (_expansion, _settings, _threads) = (expansion, settings, threads);
        _builder = new NiceBuilder(expansion, settings.Lambda ?? expansion.LMax, table);
        (_length, _environments, _coefficients) = (sample.Length, sample.Count, sample.Coefficients);
    }

    /// <summary>Fits all orders.</summary>
    /// <param name="done">Steps that are fitted already; they are taken as they are.</param>
    /// <param name="finished">Told each step when it is fitted.</param>
    public List<NiceStep> Fit(IReadOnlyList<NiceStep> done, Action<NiceStep>? finished)
    {
        DensityVariances();
        var steps = new List<NiceStep>();
        for (int order = 2; order <= _settings.Order; order++)
        {
            // The last order has no successor that would need its covariants.
            foreach (bool isInvariant in order < _settings.Order ? (bool[])[true, false] : [true])
            {
                NiceStep step;
                if (steps.Count < done.Count)
                {
                    step = done[steps.Count];
                    _builder.Contract(step, _builder.Expand(step));
                    Remember(step);
                }
                else
                {
                    step = FitStep(order, isInvariant);
                    finished?.Invoke(step);
                }

                steps.Add(step);
            }
        }

        return steps;
    }

    private NiceStep FitStep(int order, bool isInvariant)
    {
        NiceBranch branch = isInvariant ? _settings.Invariants : _settings.Covariants;
        var step = new NiceStep(order, isInvariant, Select(order, isInvariant, branch.Expand), []);
        SortedDictionary<(int Lambda, int Minus), NiceBlock> products = _builder.Expand(step);
        Moments[] moments = products.Select(p => new Moments(this, step, branch, p.Key.Lambda, p.Key.Minus == 0 ? 1 : -1, p.Value)).ToArray();
        FeatureProgram<double> program = _builder.Program();
        using (BlockMemory<double> blocks = program.CreateMemory(program.Batch, false))
        {
            fixed (double* coefficients = _coefficients)
            {
                for (int first = 0; first < _environments; first += blocks.Capacity)
                {
                    int count = Math.Min(blocks.Capacity, _environments - first);
                    for (int k = 0; k < count; k++)
                    {
                        blocks.Point(FeatureProgram<double>.Coefficients, k, coefficients + (nint)(first + k) * _length, null);
                    }

                    program.Prepare(blocks, count);
                    foreach (Moments m in moments)
                    {
                        m.Add(blocks, count);
                    }
                }
            }
        }

        step = step with { Contractions = moments.Select(m => m.Contract(_settings.Ridge)).ToArray() };
        _builder.Contract(step, products);
        Remember(step);
        return step;
    }

    private void Remember(NiceStep step)
    {
        foreach (NiceContraction c in step.IsInvariant ? [] : step.Contractions)
        {
            _variances.Add((step.Order, c.Lambda, c.Sigma), c.Variances);
        }
    }

    /// <summary>The products worth making: those whose factors' shares in the variance of their orders have the largest product.</summary>
    private List<NicePair> Select(int order, bool isInvariant, int? expand)
    {
        var candidates = new List<(double Importance, NicePair Pair)>[] { [], [] };
        double before = Total(order - 1), density = Total(1);
        foreach (((int o, int k, int sigma), double[] a) in _variances.OrderBy(static v => v.Key))
        {
            if (o != order - 1) continue;
            for (int l = 0; l <= _expansion.LMax; l++)
            {
                if (!_builder.Products(isInvariant, k, sigma, l).Any()) continue;
                if (isInvariant && !_settings.Parities.Include(sigma == 1 ? 0 : 1)) continue;
                double[] b = _variances[(1, l, 1)];
                bool isOdd = ((k + l) % 2 == 0 ? sigma : -sigma) != 1;
                for (int i = 0; i < a.Length; i++)
                {
                    for (int q = 0; q < b.Length; q++)
                    {
                        candidates[isOdd ? 1 : 0].Add((a[i] / before * (b[q] / density), new NicePair(k, sigma, i, l, q)));
                    }
                }
            }
        }

        // Even and odd ones compete among themselves.
        return candidates.SelectMany(same => (expand is int most
                ? same.OrderByDescending(static c => c.Importance).ThenBy(static c => Key(c.Pair)).Take(most) : same)
            .Select(static c => c.Pair)).OrderBy(Key).ToList();
    }

    private static (int, int, int, int, int) Key(NicePair p) => (p.K, -p.Sigma, p.L, p.Channel, p.Density);

    private double Total(int order) => Math.Max(double.Epsilon, _variances.Where(v => v.Key.Order == order).Sum(static v => v.Value.Sum()));

    private void DensityVariances()
    {
        int channels = _builder.DensityChannels;
        FieldChannels places = new(_expansion);
        for (int l = 0; l <= _expansion.LMax; l++)
        {
            double[] sums = new double[channels];
            for (int i = 0; i < _environments; i++)
            {
                for (int row = l * l; row < (l + 1) * (l + 1); row++)
                {
                    for (int q = 0; q < channels; q++)
                    {
                        double x = _coefficients[(long)i * _length + row * _expansion.Width + places.Place(q)];
                        sums[q] += x * x;
                    }
                }
            }

            _variances.Add((1, l, 1), Array.ConvertAll(sums, s => s / _environments));
        }
    }

    /// <summary>Second moments of the products of one (λ, σ) and of the lower orders' features that predict them.</summary>
    private sealed class Moments
    {
        private readonly NiceFitter _fitter;
        private readonly NiceBranch _branch;
        private readonly NiceBlock _products;
        private readonly int _lambda, _sigma;
        private readonly List<(int Order, NiceBlock Block, int Used)> _lower = [];
        private readonly bool _hasConstant;
        private readonly double[] _xx, _xy, _yy, _x, _y;
        private readonly int _orders, _used;

        public Moments(NiceFitter fitter, NiceStep step, NiceBranch branch, int lambda, int sigma, NiceBlock products)
        {
            (_fitter, _branch, _lambda, _sigma, _products) = (fitter, branch, lambda, sigma, products);
            _orders = step.Order - 1;
            for (int order = 1; order < step.Order && branch.Purify > 0; order++)
            {
                if (fitter._builder.Lower(step.IsInvariant, order, lambda, sigma) is { Channels: > 0 } block)
                    _lower.Add((order, block, Math.Min(branch.Purify, block.Channels)));
            }

            _used = _lower.Sum(static b => b.Used);
            // A constant is a scalar: it must not be added to what turns or changes its sign.
            _hasConstant = step.IsInvariant && branch.Purify > 0 && sigma == 1;
            int m = products.Channels;
            _xx = branch.IsContracted ? new double[checked(m * m)] : new double[m];
            (_xy, _yy, _x, _y) = (new double[m * _used], new double[_used * _used], new double[m], new double[_used]);
        }

        public void Add(BlockMemory<double> blocks, int count)
        {
            int m = _products.Channels, rows = count * (2 * _lambda + 1), stride = blocks.Shape(_products.Block).Stride;
            ReadOnlySpan<double> x = blocks.ValuesOf(_products.Block, count);
            if (!_branch.IsContracted)
            {
                for (int row = 0; row < rows; row++)
                {
                    for (int k = 0; k < m; k++)
                    {
                        _xx[k] += x[row * stride + k] * x[row * stride + k];
                    }
                }

                return;
            }

            Dense.AddGram(rows, m, 1.0, x, stride, 1, _xx, m, _fitter._threads);
            int first = 0;
            foreach ((_, NiceBlock a, int used) in _lower)
            {
                ReadOnlySpan<double> y = blocks.ValuesOf(a.Block, count);
                int ld = blocks.Shape(a.Block).Stride, second = 0;
                Dense.Multiply(m, used, rows, 1.0, x, stride, true, y, ld, false, 1, _xy.AsSpan(first), _used, _fitter._threads);
                foreach ((_, NiceBlock b, int other) in _lower)
                {
                    Dense.Multiply(used, other, rows, 1.0, y, ld, true, blocks.ValuesOf(b.Block, count), blocks.Shape(b.Block).Stride, false, 1,
                        _yy.AsSpan(first * _used + second), _used, 1);
                    second += other;
                }

                for (int row = 0; _hasConstant && row < rows; row++)
                {
                    for (int k = 0; k < used; k++)
                    {
                        _y[first + k] += y[row * ld + k];
                    }
                }

                first += used;
            }

            for (int row = 0; _hasConstant && row < rows; row++)
            {
                for (int k = 0; k < m; k++)
                {
                    _x[k] += x[row * stride + k];
                }
            }
        }

        public NiceContraction Contract(double ridge)
        {
            int m = _products.Channels, n = _fitter._environments;
            if (!_branch.IsContracted)
            {
                double[] squares = Array.ConvertAll(_xx, s => s / n);
                return new NiceContraction(_lambda, _sigma, m, m, [], [], [], squares, squares.Sum());
            }

            Dense.Symmetrise(m, _xx, m);
            Centre(_xx, _x, _x, n);
            Centre(_xy, _x, _y, n);
            Centre(_yy, _y, _y, n);
            double before = Trace();
            double[] prediction = Predict(ridge);
            // What the prediction leaves: Σ (x − Rᵀy)(x − Rᵀy)ᵀ = xx − xy R − (xy R)ᵀ + Rᵀ yy R.
            if (_used > 0)
            {
                double[] known = new double[m * m], half = new double[_used * m];
                Dense.Multiply(m, m, _used, _xy, prediction, known);
                Dense.Multiply(_used, m, _used, _yy, prediction, half);
                Dense.Multiply(m, m, _used, 1.0, prediction, m, true, half, m, false, 1, _xx, m);
                for (int i = 0; i < m; i++)
                {
                    for (int j = 0; j < m; j++)
                    {
                        _xx[i * m + j] -= known[i * m + j] + known[j * m + i];
                    }
                }
            }

            double total = Trace();
            (double[] values, double[] vectors) = Leading(total, before);
            int components = values.Length;
            double[] weights = new double[m * components];
            for (int k = 0; k < components; k++)
            {
                for (int i = 0; i < m; i++)
                {
                    weights[i * components + k] = vectors[k * m + i];
                }
            }

            double[] constant = _hasConstant ? new double[components] : [];
            for (int k = 0; k < constant.Length; k++)
            {
                for (int i = 0; i < m; i++)
                {
                    double mean = _x[i] / n;
                    for (int j = 0; j < _used; j++)
                    {
                        mean -= prediction[j * m + i] * (_y[j] / n);
                    }

                    constant[k] -= mean * weights[i * components + k];
                }
            }

            return new NiceContraction(
                _lambda, _sigma, m, components, weights, LowerWeights(prediction, weights, components), constant,
                Array.ConvertAll(values, v => v / n), total / n);
        }

        private double[][] LowerWeights(double[] prediction, double[] weights, int components)
        {
            if (_lower.Count == 0) return [];
            double[][] lower = Enumerable.Range(0, _orders).Select(static _ => Array.Empty<double>()).ToArray();
            int m = _products.Channels, first = 0;
            foreach ((int order, _, int used) in _lower)
            {
                double[] part = new double[used * components];
                if (components > 0)
                    Dense.Multiply(used, components, m, -1.0, prediction.AsSpan(first * m), m, false, weights, components, false, 0, part, components);
                lower[order - 1] = part;
                first += used;
            }

            return lower;
        }

        /// <summary>Subtracts what the means make of second moments.</summary>
        private void Centre(double[] moments, double[] left, double[] right, int n)
        {
            for (int i = 0; _hasConstant && i < left.Length; i++)
            {
                for (int j = 0; j < right.Length; j++)
                {
                    moments[i * right.Length + j] -= left[i] * right[j] / n;
                }
            }
        }

        /// <summary>R: <c>[lower feature, product]</c> of the ridge regression of products on lower orders' features.</summary>
        private double[] Predict(double ridge)
        {
            int m = _products.Channels;
            double[] prediction = new double[_used * m];
            if (_used == 0) return prediction;
            double scale = 0;
            for (int k = 0; k < _used; k++)
            {
                scale += _yy[k * _used + k] / _used;
            }

            if (scale <= 0) return prediction;
            for (double factor = Math.Max(ridge, 1e-15); ; factor *= 10)
            {
                double[] matrix = (double[])_yy.Clone();
                for (int k = 0; k < _used; k++)
                {
                    matrix[k * _used + k] += factor * scale;
                }

                if (Cholesky.Factor(_used, matrix, _used) >= 0) continue;
                for (int i = 0; i < m; i++)
                {
                    for (int j = 0; j < _used; j++)
                    {
                        prediction[j * m + i] = _xy[i * _used + j];
                    }
                }

                Cholesky.Solve(_used, matrix, _used, m, prediction, m);
                return prediction;
            }
        }

        private double Trace()
        {
            double sum = 0;
            for (int k = 0; k < _products.Channels; k++)
            {
                sum += Math.Max(0, _xx[k * _products.Channels + k]);
            }

            return sum;
        }

        /// <summary>The components that are kept: as many as wanted, or as there are.</summary>
        /// <param name="total">The trace that is left.</param>
        /// <param name="before">That before the prediction was subtracted: its rounding is no component.</param>
        private (double[] Values, double[] Vectors) Leading(double total, double before)
        {
            int m = _products.Channels, most = Math.Min(m, _branch.Components ?? m);
            double[] values, vectors;
            if (m > 512 && 4 * most < m)
            {
                (values, vectors) = (new double[most], new double[most * m]);
                RandomisedEigen.Decompose<double>(m, _xx, m, most, values, vectors, 100, 1e-12, 1, _fitter._threads);
            }
            else
            {
                (values, vectors) = LeadingEigen.Decompose(m, _xx);
            }

            int count = 0;
            double kept = 0;
            while (count < most && values[count] > Rank * before
                && !(_branch.Captured is double captured && kept >= captured * total))
            {
                kept += values[count++];
            }

            return (values[..count], vectors[..(count * m)]);
        }
    }
}
