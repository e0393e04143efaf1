using System;
using System.Collections.Generic;
using Toolkit.Numerics.Structures;

namespace Toolkit.Numerics.Fields.Potential;

/// <summary>
/// The wave vectors of a long-ranged sum over a lattice of one, two or three dimensions, and the weight c(k) of each:
/// Σ_images V_p(|r + image|) = Σ_k c(k) e^(ik·r) for every r that lies within a given distance across the periodic directions.
/// </summary>
/// <remarks>
/// Periodic in all directions, c = Ṽ_p(k)/volume. Where d = 1 or 2 directions repeat, the sum over images is a function of ρ, the
/// vector across, for each wave vector q along: G_q(ρ) = π^(d/2)/Γ(p/2) ∫₀^T t^((p−d)/2 − 1) e^(−q²/4t − tρ²) dt per length or area
/// of the cell. It is needed for |ρ| up to the thickness only. A smooth window that is 1 there and falls to zero beyond
/// makes it a function on a box that is repeated across, too, at a period at which copies do not touch: three-dimensional
/// wave vectors again, with c from the cosine (Bessel) transform of window times G. No dipole correction, no empty
/// space to converge, tilted cells as any other, and every exponent.
/// q = 0: kept for p &gt; d, its infinite constant dropped for p ≤ d (<see cref="SmearedPower.Uniform"/>). Periodic in all directions
/// and p ≤ 3, k = 0 of the total potential is left out: a uniform background.
/// </remarks>
internal sealed class WaveLattice
{
    private const int Points = 16;

    private WaveLattice(int directions, double[] basis, double[] inPlane, int[] extent, int[] rows, double[] waves, double[] weights, double[] slopes)
    {
        Directions = directions;
        Basis = basis;
        InPlane = inPlane;
        Extent = extent;
        Rows = rows;
        Waves = waves;
        Weights = weights;
        Slopes = slopes;
    }

    /// <summary>The number of periodic directions d.</summary>
    internal int Directions { get; }

    /// <summary>Three vectors whose whole multiples the wave vectors are, those of periodic directions first: <c>[vector, xyz]</c>, 1/Å.</summary>
    internal double[] Basis { get; }

    /// <summary>The projection on the span of the periodic directions: 3 × 3.</summary>
    internal double[] InPlane { get; }

    /// <summary>The largest multiple of each vector.</summary>
    internal int[] Extent { get; }

    /// <summary>Runs of neighbouring wave vectors: <c>[row, (h0, h1, first h2, count)]</c>.</summary>
    internal int[] Rows { get; }

    /// <summary>The wave vectors of one half of k-space: <c>[xyz, wave]</c>, 1/Å; k = 0, where it counts, is the first.</summary>
    internal double[] Waves { get; }

    /// <summary>The number of wave vectors.</summary>
    internal int Count => Weights.Length;

    /// <summary>c(k), twice where the other half has one, too: <c>[wave]</c>, Å^(−p).</summary>
    internal double[] Weights { get; }

    /// <summary>∂c/∂|q|, q the part of k along the periodic directions, at constant volume: <c>[wave]</c>.</summary>
    internal double[] Slopes { get; }

    /// <summary>Finds the vectors and weights.</summary>
    /// <param name="cell">The lattice.</param>
    /// <param name="periodic">The directions that repeat, at least one.</param>
    /// <param name="power">V_p of the long-ranged part.</param>
    /// <param name="uniform">c(0) times the volume where all directions repeat.</param>
    /// <param name="cutoff">The largest |k|, 1/Å.</param>
    /// <param name="thickness">The largest distance across of a point from a source, Å; not read where all directions repeat.</param>
    /// <param name="error">What the window may be wrong by, relative.</param>
    internal static WaveLattice Build(
        Cell cell, Periodicity periodic, SmearedPower power, double uniform, double cutoff, double thickness, double error)
    {
        int d = periodic.Dimensions;
        double[] vectors = new double[9];
        int count = 0;
        for (int k = 0; k < 3; k++)
            if (periodic[k]) cell.Vector(k).CopyTo(vectors.AsSpan(3 * count++));
        // The cell of the periodic vectors alone is completed by unit vectors orthogonal to them.
        ReadOnlySpan<double> whole = new Cell(vectors).Completed;
        double[] across = whole.ToArray();
        double period = 0, ramp = 0, tail = Math.Sqrt(-Math.Log(error));
        if (d < 3)
        {
            // The window ½ erfc((ρ − middle)/width) and its transform, e^(−k² width²/4)/k, are both cut at the same error.
            ramp = 4 * tail * tail / cutoff;
            period = Math.Ceiling(2 * thickness + ramp);
            for (int k = d; k < 3; k++)
                for (int x = 0; x < 3; x++)
                    across[3 * k + x] *= period;
        }
        Cell box = new(across);
        double[] b = box.Reciprocal();
        double volume = box.Volume;

        double[] inPlane = new double[9];
        if (d == 3) inPlane[0] = inPlane[4] = inPlane[8] = 1;
        else
            // Σ a_i ⊗ b_i / 2π over the periodic directions, which b_i lies along where the rest is orthogonal.
            for (int i = 0; i < d; i++)
                for (int x = 0; x < 3; x++)
                    for (int y = 0; y < 3; y++)
                        inPlane[3 * x + y] += across[3 * i + x] * b[3 * i + y] / (2 * Math.PI);

        int[] extent = new int[3];
        for (int k = 0; k < 3; k++)
            // |h| = |k·a|/2π.
            extent[k] = (int)(cutoff * Norm(across.AsSpan(3 * k, 3)) / (2 * Math.PI));

        List<int> rows = [];
        List<double> xs = [], ys = [], zs = [], weights = [], slopes = [];
        double zero = d == 3 ? uniform / volume : 0;
        Windowed? windowed = d == 3 ? null : new Windowed(d, power, cutoff, thickness, ramp, tail, period, across, b, extent, volume);
        if (d < 3) zero = windowed!.Weight(d == 2 ? extent[1] : 0, 0).Weight;
        if (zero != 0)
        {
            rows.AddRange([0, 0, 0, 1]);
            Add(0, 0, 0, zero, 0);
        }
        double square = cutoff * cutoff;
        for (int h0 = 0; h0 <= extent[0]; h0++)
            for (int h1 = h0 == 0 ? 0 : -extent[1]; h1 <= extent[1]; h1++)
            {
                int begin = h0 == 0 && h1 == 0 ? 1 : -extent[2], start = 0, run = 0;
                for (int h2 = begin; h2 <= extent[2]; h2++)
                {
                    double x = h0 * b[0] + h1 * b[3] + h2 * b[6], y = h0 * b[1] + h1 * b[4] + h2 * b[7], z = h0 * b[2] + h1 * b[5] + h2 * b[8];
                    double k2 = x * x + y * y + z * z;
                    if (k2 > square) continue;
                    if (run == 0) start = h2;
                    run++;
                    if (d == 3)
                    {
                        double k = Math.Sqrt(k2), c = power.Transform(k);
                        Add(x, y, z, 2 * c / volume, 2 * TransformSlope(power, k, c) / volume);
                    }
                    else
                    {
                        int first = d == 2 ? h0 * (2 * extent[1] + 1) + h1 + extent[1] : h0;
                        (double weight, double slope) = windowed!.Weight(first, d == 2 ? h2 * h2 : h1 * h1 + h2 * h2);
                        Add(x, y, z, 2 * weight, 2 * slope);
                    }
                }
                if (run > 0) rows.AddRange([h0, h1, start, run]);
            }

        double[] waves = [.. xs, .. ys, .. zs];
        return new WaveLattice(d, b, inPlane, extent, rows.ToArray(), waves, weights.ToArray(), slopes.ToArray());

        void Add(double x, double y, double z, double weight, double slope)
        {
            xs.Add(x);
            ys.Add(y);
            zs.Add(z);
            weights.Add(weight);
            slopes.Add(slope);
        }
    }

    /// <summary>dṼ_p/dk.</summary>
    internal static double TransformSlope(SmearedPower power, double k, double value)
    {
        // Ṽ = C (k²/4)^e Γ(−e, k²/4T), e = (p − 3)/2, and dΓ(a, x)/dx = −x^(a−1) e^(−x).
        double e = 0.5 * (power.Exponent - 3), quarter = 0.25 * k * k, x = quarter / power.Bound;
        double front = Math.Pow(Math.PI, 1.5) / IncompleteGamma.Gamma(0.5 * power.Exponent);
        return 2 / k * (e * value - front * Math.Pow(quarter, e) * Math.Pow(x, -e) * Math.Exp(-x));
    }

    private static double Norm(ReadOnlySpan<double> v) => Math.Sqrt(v[0] * v[0] + v[1] * v[1] + v[2] * v[2]);

    /// <summary>The weights of a lattice of one or two dimensions.</summary>
    private sealed unsafe class Windowed
    {
        private readonly double[] _distances, _measure, _times, _timeWeights, _decay;
        private readonly Dictionary<int, double[]> _waves = [];
        private readonly Dictionary<int, (double[] G, double[] Slope)> _functions = [];
        private readonly int _directions;
        private readonly double _step, _front, _volume;
        private readonly double[] _b;
        private readonly int[] _extent;
        private readonly SmearedPower _power;

        internal Windowed(
            int directions, SmearedPower power, double cutoff, double thickness, double ramp, double tail, double period,
            double[] vectors, double[] b, int[] extent, double volume)
        {
            _directions = directions;
            _power = power;
            _step = 2 * Math.PI / period;
            _b = b;
            _extent = extent;
            _volume = volume;
            _front = Math.Pow(Math.PI, 0.5 * directions) / IncompleteGamma.Gamma(0.5 * power.Exponent);
            double middle = thickness + 0.5 * ramp, width = 0.5 * ramp / tail;
            (_distances, _measure) = GaussLegendre.Chain(Points, GaussLegendre.Split(0, thickness + ramp, 4 / cutoff));
            for (int q = 0; q < _distances.Length; q++)
                // Across: both sides of a slab, rings round a wire.
                _measure[q] *= 0.5 * IncompleteGamma.Erfc((_distances[q] - middle) / width) * (directions == 2 ? 2 : 2 * Math.PI * _distances[q]);

            // t from where the smallest q > 0 leaves nothing, in equal steps of its logarithm.
            // |q| |a_i| ≥ |q·a_i|, a multiple of 2π that is not zero for one i.
            double smallest = double.PositiveInfinity;
            for (int i = 0; i < directions; i++)
                smallest = Math.Min(smallest, 2 * Math.PI / Norm(vectors.AsSpan(3 * i, 3)));
            double low = Math.Min(Math.Log(smallest * smallest / 170), Math.Log(power.Bound) - 1);
            (_times, _timeWeights) = GaussLegendre.Chain(Points, GaussLegendre.Split(low, Math.Log(power.Bound), 1.2));
            _decay = new double[_times.Length * _distances.Length];
            for (int t = 0; t < _times.Length; t++)
            {
                _times[t] = Math.Exp(_times[t]);
                _timeWeights[t] *= _front * Math.Pow(_times[t], 0.5 * (power.Exponent - directions));
                for (int q = 0; q < _distances.Length; q++)
                    _decay[t * _distances.Length + q] = Math.Exp(-_times[t] * _distances[q] * _distances[q]);
            }
        }

        /// <summary>c and ∂c/∂q of one wave vector along and one squared length across, in squares of the step.</summary>
        internal (double Weight, double Slope) Weight(int along, int square)
        {
            (double[] g, double[] slope) = Function(along);
            double[] wave = Wave(square);
            double c = 0, s = 0;
            for (int q = 0; q < wave.Length; q++)
            {
                c += g[q] * wave[q];
                s += slope[q] * wave[q];
            }
            // Per volume of the box, whose part across is the period (squared).
            return (c / _volume, s / _volume);
        }

        private double[] Wave(int square)
        {
            if (_waves.TryGetValue(square, out double[]? wave)) return wave;
            double k = _step * Math.Sqrt(square);
            wave = new double[_distances.Length];
            PolynomialTable? bessel = _directions == 2 ? null : BesselTable(k * _distances[^1]);
            double* value = stackalloc double[8];
            for (int q = 0; q < wave.Length; q++)
            {
                bessel?.Values(k * _distances[q], value);
                wave[q] = _measure[q] * (bessel is null ? Math.Cos(k * _distances[q]) : value[0]);
            }
            return _waves[square] = wave;
        }

        private (double[] G, double[] Slope) Function(int along)
        {
            if (_functions.TryGetValue(along, out (double[], double[]) known)) return known;
            double x = 0;
            int h0 = _directions == 2 ? along / (2 * _extent[1] + 1) : along;
            int h1 = _directions == 2 ? along % (2 * _extent[1] + 1) - _extent[1] : 0;
            for (int k = 0; k < 3; k++)
            {
                double v = h0 * _b[k] + h1 * (_directions == 2 ? _b[3 + k] : 0);
                x += v * v;
            }
            double[] g = new double[_distances.Length], slope = new double[_distances.Length];
            if (h0 == 0 && h1 == 0)
            {
                for (int q = 0; q < g.Length; q++)
                    g[q] = _power.Uniform(_directions, _distances[q]);
            }
            else
            {
                double length = Math.Sqrt(x);
                for (int t = 0; t < _times.Length; t++)
                {
                    double f = _timeWeights[t] * Math.Exp(-0.25 * x / _times[t]), df = -0.5 * length / _times[t] * f;
                    if (f == 0) continue;
                    ReadOnlySpan<double> decay = _decay.AsSpan(t * g.Length, g.Length);
                    for (int q = 0; q < g.Length; q++)
                    {
                        g[q] += f * decay[q];
                        slope[q] += df * decay[q];
                    }
                }
            }
            return _functions[along] = (g, slope);
        }

        // J₀ is asked for at hundreds of thousands of places: a table, which grows when needed.
        private static PolynomialTable? _bessel;

        private static PolynomialTable BesselTable(double last)
        {
            PolynomialTable? table = _bessel;
            if (table is not null && table.End >= last) return table;
            return _bessel = PolynomialTable.Build(1, [0, 1.2 * last + 50], 0.6, [1], 1e-13, (x, values) => values[0] = CylinderBessel(x));
        }

        /// <summary>J₀ to rounding: (1/π) ∫₀^π cos(x sin θ) dθ by the trapezoidal rule, which converges faster than any power.</summary>
        private static double CylinderBessel(double x)
        {
            int n = 20 + (int)(0.8 * x);
            double sum = 1;
            for (int k = 1; k < n; k++)
                sum += Math.Cos(x * Math.Sin(Math.PI * k / n));
            return sum / n;
        }
    }
}
