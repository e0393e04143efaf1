using System;
using System.Collections.Concurrent;
using Toolkit.Numerics.Structures;

namespace Toolkit.Numerics.Fields.Potential;

/// <summary>
/// The wave vectors that a long-ranged sum over a lattice of one, two or three dimensions needs, as whole multiples of three
/// vectors, and the weight c(k) of each:
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
/// and p ≤ 3, k = 0 of the total potential is left out: a uniform background. Instances may be used by several threads.
/// </remarks>
internal sealed class WaveWeights
{
    private readonly SmearedPower _power;
    private readonly Windowed? _windowed;
    private readonly double _uniform;
    private readonly double[] _box, _reciprocal;

    /// <summary>Finds the box.</summary>
    /// <param name="cell">The lattice.</param>
    /// <param name="periodic">The directions that repeat, at least one.</param>
    /// <param name="power">V_p of the long-ranged part.</param>
    /// <param name="uniform">c(0) times the volume where all directions repeat.</param>
    /// <param name="cutoff">The largest |k|, 1/Å.</param>
    /// <param name="thickness">The largest distance across of a point from a source, Å; not read where all directions repeat.</param>
    /// <param name="error">What the window may be wrong by, relative.</param>
    internal WaveWeights(
        Cell cell, Periodicity periodic, SmearedPower power, double uniform, double cutoff, double thickness, double error)
    {
        int d = periodic.Dimensions;
        Directions = d;
        Cutoff = cutoff;
        _power = power;
        double[] vectors = new double[9];
        int count = 0;
        for (int k = 0; k < 3; k++)
            if (periodic[k]) cell.Vector(k).CopyTo(vectors.AsSpan(3 * count++));
        // The cell of the periodic vectors alone is completed by unit vectors orthogonal to them.
        _box = new Cell(vectors).Completed.ToArray();
        double period = 0, ramp = 0, tail = Math.Sqrt(-Math.Log(error));
        if (d < 3)
        {
            // The window ½ erfc((ρ − middle)/width) and its transform, e^(−k² width²/4)/k, are both cut at the same error.
            (ramp, period) = Across(cutoff, thickness, error);
            for (int k = d; k < 3; k++)
            {
                for (int x = 0; x < 3; x++)
                    _box[3 * k + x] *= period;
            }
        }
        Cell box = new(_box);
        _reciprocal = box.Reciprocal();
        Volume = box.Volume;
        _uniform = uniform / Volume;
        InPlane = new double[9];
        if (d == 3)
        {
            InPlane[0] = InPlane[4] = InPlane[8] = 1;
        }
        else
        {
            // Σ a_i ⊗ b_i / 2π over the periodic directions, which b_i lies along where the rest is orthogonal.
            for (int i = 0; i < d; i++)
            {
                for (int x = 0; x < 3; x++)
                {
                    for (int y = 0; y < 3; y++)
                        InPlane[3 * x + y] += _box[3 * i + x] * _reciprocal[3 * i + y] / (2 * Math.PI);
                }
            }
        }

        if (d < 3) _windowed = new Windowed(d, power, cutoff, thickness, ramp, tail, period, _box, _reciprocal, Volume);
    }

    /// <summary>Over what length the window falls, and at what period the box is repeated across, Å.</summary>
    internal static (double Ramp, double Period) Across(double cutoff, double thickness, double error)
    {
        double ramp = -4 * Math.Log(error) / cutoff;
        return (ramp, Math.Ceiling(2 * thickness + ramp));
    }

    /// <summary>Bytes and multiply-adds, about, that the weights of all waves of a slab or wire take.</summary>
    /// <param name="cutoff">The largest |k|, 1/Å.</param>
    /// <param name="thickness">The largest distance across, Å.</param>
    /// <param name="error">What the window may be wrong by, relative.</param>
    /// <param name="directions">d, 1 or 2.</param>
    /// <param name="measure">The cell's length or area, Å or Å².</param>
    internal static (double Bytes, double Work) Cost(double cutoff, double thickness, double error, int directions, double measure)
    {
        (double ramp, double period) = Across(cutoff, thickness, error);
        double distances = 4 * cutoff * (thickness + ramp), across = period * cutoff / (2 * Math.PI);
        // Of k and −k one counts; functions of the distance for each wave along, waves at the distances for each length across.
        double along = directions == 1 ? measure * cutoff / (2 * Math.PI) : measure * cutoff * cutoff / (8 * Math.PI);
        double lengths = directions == 2 ? across : 0.5 * across * across;
        return (8 * distances * (2 * along + lengths), distances * along * (directions == 2 ? across : across * across));
    }

    /// <summary>The number of periodic directions d.</summary>
    internal int Directions { get; }

    /// <summary>The largest |k|, 1/Å.</summary>
    internal double Cutoff { get; }

    /// <summary>The box: the vectors of periodic directions first, then those across, <c>[vector, xyz]</c>, Å.</summary>
    internal ReadOnlySpan<double> Box => _box;

    /// <summary>Its volume, Å³.</summary>
    internal double Volume { get; }

    /// <summary>The vectors whose whole multiples the wave vectors are: <c>[vector, xyz]</c>, 1/Å.</summary>
    internal double[] Reciprocal => _reciprocal;

    /// <summary>The projection on the span of the periodic directions: 3 × 3.</summary>
    internal double[] InPlane { get; }

    /// <summary>c(k) and ∂c/∂|q|, q the part of k along the periodic directions, at constant volume; Å^(−p).</summary>
    internal (double Weight, double Slope) At(int h0, int h1, int h2)
    {
        if (Directions == 2) return _windowed!.Weight(h0, h1, h2 * h2);
        if (Directions == 1) return _windowed!.Weight(h0, 0, h1 * h1 + h2 * h2);
        if (h0 == 0 && h1 == 0 && h2 == 0) return (_uniform, 0);
        double k = Length(h0, h1, h2), c = _power.Transform(k);
        return (c / Volume, _power.TransformSlope(k, c) / Volume);
    }

    /// <summary>|k|.</summary>
    internal double Length(int h0, int h1, int h2)
    {
        double[] b = _reciprocal;
        double x = h0 * b[0] + h1 * b[3] + h2 * b[6], y = h0 * b[1] + h1 * b[4] + h2 * b[7], z = h0 * b[2] + h1 * b[5] + h2 * b[8];
        return Math.Sqrt(x * x + y * y + z * z);
    }

    /// <summary>
    /// What atoms that move across against waves that do not add to ∂E/∂ε: in a strain, wave vectors along the periodic directions, q,
    /// change as the reciprocal lattice does; those across keep their lengths and stay orthogonal, dk = −P εᵀ k + (1 − P) ε P k, P the
    /// projection on the periodic directions.
    /// </summary>
    /// <param name="gradient">∂E/∂r of the waves alone: <c>[atom, xyz]</c>.</param>
    /// <param name="positions"><c>[atom, xyz]</c>.</param>
    /// <param name="strain">∂E/∂ε, added to: 3 × 3.</param>
    internal void StrainAcross(double[] gradient, double[] positions, double[] strain)
    {
        if (Directions == 3) return;
        double[] p = InPlane;
        Span<double> along = stackalloc double[3], across = stackalloc double[3];
        for (int i = 0; i < positions.Length; i += 3)
        {
            for (int a = 0; a < 3; a++)
            {
                along[a] = across[a] = 0;
                for (int b = 0; b < 3; b++)
                {
                    along[a] += p[3 * a + b] * gradient[i + b];
                    across[a] += ((a == b ? 1 : 0) - p[3 * a + b]) * positions[i + b];
                }
            }
            for (int a = 0; a < 3; a++)
            {
                for (int b = 0; b < 3; b++)
                    strain[3 * a + b] += gradient[i + a] * across[b] + across[a] * along[b];
            }
        }
    }

    private static double Norm(ReadOnlySpan<double> v) => Math.Sqrt(v[0] * v[0] + v[1] * v[1] + v[2] * v[2]);

    /// <summary>The weights of a lattice of one or two dimensions.</summary>
    private sealed class Windowed
    {
        private const int Points = 16;

        private readonly double[] _distances, _measure, _times, _timeWeights, _decay;
        private readonly ConcurrentDictionary<int, double[]> _waves = new();
        private readonly ConcurrentDictionary<(int, int), (double[] G, double[] Slope)> _functions = new();
        private readonly Func<int, double[]> _wave;
        private readonly Func<(int, int), (double[] G, double[] Slope)> _function;
        private readonly int _directions;
        private readonly double _step, _front, _volume;
        private readonly double[] _b;
        private readonly SmearedPower _power;

        internal Windowed(
            int directions, SmearedPower power, double cutoff, double thickness, double ramp, double tail, double period,
            double[] vectors, double[] b, double volume)
        {
            _directions = directions;
            _power = power;
            _wave = Wave;
            _function = Function;
            _step = 2 * Math.PI / period;
            _b = b;
            _volume = volume;
            _front = Math.Pow(Math.PI, 0.5 * directions) / IncompleteGamma.Gamma(0.5 * power.Exponent);
            double middle = thickness + 0.5 * ramp, width = 0.5 * ramp / tail;
            (_distances, _measure) = GaussLegendre.Chain(Points, GaussLegendre.Split(0, thickness + ramp, 4 / cutoff));
            for (int q = 0; q < _distances.Length; q++)
            {
                // Across: both sides of a slab, rings round a wire.
                _measure[q] *= 0.5 * IncompleteGamma.Erfc((_distances[q] - middle) / width)
                    * (directions == 2 ? 2 : 2 * Math.PI * _distances[q]);
            }

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

        /// <summary>c and ∂c/∂q of one wave vector along and of the square of one multiple across, in squares of the step.</summary>
        internal (double Weight, double Slope) Weight(int h0, int h1, int square)
        {
            (double[] g, double[] slope) = _functions.GetOrAdd((h0, h1), _function);
            double[] wave = _waves.GetOrAdd(square, _wave);
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
            double k = _step * Math.Sqrt(square);
            double[] wave = new double[_distances.Length];
            for (int q = 0; q < wave.Length; q++)
                wave[q] = _measure[q] * (_directions == 2 ? Math.Cos(k * _distances[q]) : CylinderBessel(k * _distances[q]));
            return wave;
        }

        private (double[] G, double[] Slope) Function((int, int) along)
        {
            (int h0, int h1) = along;
            double x = 0;
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
            return (g, slope);
        }

        // J₀ is asked for at hundreds of thousands of places: tables of pieces of its range, made when they are needed.
        private const double Piece = 64;

        private static readonly ConcurrentDictionary<int, PolynomialTable> Bessel = new();

        private static double CylinderBessel(double x) => Bessel.GetOrAdd((int)(x / Piece), static piece => PolynomialTable.Build(
            1, [piece * Piece, (piece + 1) * Piece], 0.6, [1], 1e-13, static (y, values) => values[0] = CylinderBesselSum(y))).Value(x, 0);

        /// <summary>J₀ to rounding: (1/π) ∫₀^π cos(x sin θ) dθ by the trapezoidal rule, which converges faster than any power.</summary>
        private static double CylinderBesselSum(double x)
        {
            int n = 20 + (int)(0.8 * x);
            double sum = 1;
            for (int k = 1; k < n; k++)
                sum += Math.Cos(x * Math.Sin(Math.PI * k / n));
            return sum / n;
        }
    }
}
