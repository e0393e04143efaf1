using System;
using System.Collections.Generic;
using System.Runtime.CompilerServices;
using MathNet.Numerics.Integration;

namespace Toolkit.Numerics.Radial;

/// <summary>
/// A Gaussian of unit integral and width σ at distance r, projected on any basis by quadrature:
/// g_nl(r) = 4π (2πσ²)^(−3/2) ∫₀^Extent x² R_nl(x) e^(−(x²+r²)/2σ²) i_l(x r/σ²) dx, i_l the modified spherical Bessel function.
/// </summary>
/// <remarks>
/// Gauss–Legendre rules on pieces no wider than 2σ nor an eighth of the basis's range that end at its knots, with R_nl kept at the nodes.
/// The number of points is doubled until values and second derivatives at probes along [0, cutoff] stay; the change is the error's
/// bound, since the rules converge exponentially. Derivatives act on the kernel, so they are as exact as values.
/// </remarks>
public sealed class SmearedDensity : DensityProjection
{
    // The second derivative's kernel is a difference of terms (r/σ)² as large as itself. Where the functions are flat, nothing but
    // the rounding of those terms is left of it.
    private const double Tolerance = 1e-12, CurvatureTolerance = 1e-9, CurvatureRounding = 1e-14;
    private const int FewestPoints = 4, MostPoints = 64, Probes = 9;

    // exp(−9²/2) = 3e-18.
    private const double Reach = 9;

    private readonly double _sigma;
    private double[] _nodes = [], _weights = [], _basis = [];

    /// <summary>Radial functions for a density of Gaussians.</summary>
    /// <param name="basis">The basis.</param>
    /// <param name="lmax">The largest l.</param>
    /// <param name="cutoff">The cutoff radius, Å; the basis may end before it.</param>
    /// <param name="sigma">The width σ of the Gaussians, Å.</param>
    /// <exception cref="ArgumentException">The integrals do not settle to 1e-12 of the largest.</exception>
    public SmearedDensity(RadialBasis basis, int lmax, double cutoff, double sigma) : base(basis, lmax, cutoff)
    {
        _sigma = RequireSigma(sigma);
        double[] coarse = [], fine;
        double change = double.PositiveInfinity, steepness = cutoff / (sigma * sigma);
        for (int points = FewestPoints; points <= MostPoints; points *= 2)
        {
            Tabulate(points);
            fine = Probe();
            if (coarse.Length > 0)
            {
                int half = fine.Length / 2;
                (double value, change) = Compare(coarse.AsSpan(0, half), fine.AsSpan(0, half));
                (double curvature, double turn) = Compare(coarse.AsSpan(half), fine.AsSpan(half));
                double rounding = CurvatureRounding * steepness * steepness * value;
                if (change <= Tolerance * value && turn <= Math.Max(CurvatureTolerance * curvature, rounding)) return;
                change /= value;
            }
            coarse = fine;
        }
        throw new ArgumentException(
            $"σ = {sigma:R} Å: the integrals over the radial functions do not settle beyond {change:E1} of the largest");
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Evaluate(double r, Span<double> values, Span<double> first, Span<double> second)
    {
        int size = (LMax + 1) * NMax;
        values = values[..size];
        first = first[..size];
        second = second[..size];
        values.Clear();
        first.Clear();
        second.Clear();
        double s2 = _sigma * _sigma;
        Span<double> i = stackalloc double[LMax + 3], d = stackalloc double[LMax + 2];
        int start = Array.BinarySearch(_nodes, r - Reach * _sigma);
        for (int k = start < 0 ? ~start : start; k < _nodes.Length && _nodes[k] <= r + Reach * _sigma; k++)
        {
            double x = _nodes[k], weight = _weights[k] * Math.Exp(-(x - r) * (x - r) / (2 * s2));
            // i_l' = (l i_(l−1) + (l + 1) i_(l+1)) / (2l + 1) (DLMF 10.51.5), all scaled by e^(−z).
            SphericalBessel.Modified(LMax + 2, x * r / s2, i);
            for (int l = 0; l <= LMax + 1; l++)
                d[l] = ((l == 0 ? 0 : l * i[l - 1]) + (l + 1) * i[l + 1]) / (2 * l + 1);
            for (int l = 0; l <= LMax; l++)
            {
                double dd = ((l == 0 ? 0 : l * d[l - 1]) + (l + 1) * d[l + 1]) / (2 * l + 1);
                double w0 = weight * i[l], w1 = weight * (x * d[l] - r * i[l]) / s2;
                double w2 = weight * ((x * x * dd - 2 * x * r * d[l] + r * r * i[l]) / s2 - i[l]) / s2;
                for (int at = l * NMax; at < (l + 1) * NMax; at++)
                {
                    double radial = _basis[k * size + at];
                    values[at] += w0 * radial;
                    first[at] += w1 * radial;
                    second[at] += w2 * radial;
                }
            }
        }
    }

    /// <summary>Nodes, weights with all factors that r is not part of, and the basis there.</summary>
    private void Tabulate(int points)
    {
        ReadOnlySpan<double> knots = Basis.Knots;
        GaussLegendreRule unit = new(0, 1, points);
        var nodes = new List<double>();
        var weights = new List<double>();
        for (int piece = 0; piece <= knots.Length; piece++)
        {
            double low = piece == 0 ? 0 : knots[piece - 1], high = piece == knots.Length ? Basis.Extent : knots[piece];
            int parts = (int)Math.Ceiling((high - low) / Math.Min(2 * _sigma, Basis.Extent / 8));
            double width = (high - low) / parts;
            for (int part = 0; part < parts; part++)
            {
                for (int k = 0; k < points; k++)
                {
                    nodes.Add(low + (part + unit.Abscissas[k]) * width);
                    weights.Add(unit.Weights[k] * width);
                }
            }
        }
        int size = (LMax + 1) * NMax;
        _nodes = nodes.ToArray();
        _weights = weights.ToArray();
        Array.Sort(_nodes, _weights);
        _basis = new double[_nodes.Length * size];
        double[] first = new double[size], second = new double[size];
        double density = 4 * Math.PI * Math.Pow(2 * Math.PI * _sigma * _sigma, -1.5);
        for (int k = 0; k < _nodes.Length; k++)
        {
            _weights[k] *= density * _nodes[k] * _nodes[k];
            Basis.Evaluate(_nodes[k], LMax, _basis.AsSpan(k * size, size), first, second);
        }
    }

    /// <summary>Values and second derivatives along [0, cutoff]: <c>[which, probe, l, n]</c>.</summary>
    private double[] Probe()
    {
        int size = (LMax + 1) * NMax;
        double[] result = new double[2 * Probes * size], first = new double[size];
        for (int k = 0; k < Probes; k++)
            Evaluate(Cutoff * k / (Probes - 1), result.AsSpan(k * size, size), first, result.AsSpan((Probes + k) * size, size));
        return result;
    }

    /// <summary>The largest value and the largest change.</summary>
    private static (double Largest, double Difference) Compare(ReadOnlySpan<double> before, ReadOnlySpan<double> after)
    {
        double largest = 0, difference = 0;
        for (int k = 0; k < after.Length; k++)
        {
            largest = Math.Max(largest, Math.Abs(after[k]));
            difference = Math.Max(difference, Math.Abs(after[k] - before[k]));
        }
        return (largest, difference);
    }
}
