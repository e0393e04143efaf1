using System;
using MathNet.Numerics;

namespace Toolkit.Numerics.Radial;

/// <summary>
/// A Gaussian of unit integral and width σ at distance r, projected on the orthonormal GTO basis:
/// g_nl(r) = 4π (2πσ²)^(−3/2) e^(−r²/2σ²) ∫₀^∞ x² R_n(x) e^(−x²/2σ²) i_l(x r/σ²) dx,
/// with i_l the modified spherical Bessel function of the first kind.
/// </summary>
/// <remarks>
/// In closed form where the primitives' terms do not cancel more than two digits (seven functions), by quadrature over the functions
/// themselves, as for any basis, where they do: see <see cref="GtoBasis.Cancellation"/>. For a primitive x^k e^(−x²/2σ_k²) the integral is
/// (√π/4) Γ(A)/Γ(B) (r/2σ²)^l c^(−A) M(A; B; z) with A = (k + l + 3)/2, B = l + 3/2, c = 1/2σ² + 1/2σ_k², z = r²/4σ⁴c and M Kummer's
/// confluent hypergeometric function: the power series of i_l integrated term by term. r²/2σ² > z always, so the product with the
/// exponential never overflows when M is taken as e^(−z) M.
/// </remarks>
public sealed class SmearedGto : DensityProjection
{
    // The closed form is good to 1e-14 for a primitive.
    private const double MostCancellation = 100;

    private readonly GtoBasis _basis;
    private readonly double _sigma;
    private readonly SmearedDensity? _quadrature;

    /// <summary>Radial functions for a density of Gaussians.</summary>
    /// <param name="basis">The orthonormal basis.</param>
    /// <param name="lmax">The largest l.</param>
    /// <param name="cutoff">The cutoff radius, Å.</param>
    /// <param name="sigma">The width σ of the Gaussians, Å.</param>
    /// <exception cref="ArgumentException">A parameter is out of range; or the integrals do not settle to 1e-12 of the largest.</exception>
    public SmearedGto(GtoBasis basis, int lmax, double cutoff, double sigma) : base(basis, lmax, cutoff)
    {
        _basis = basis;
        _sigma = RequireSigma(sigma);
        if (basis.Cancellation > MostCancellation) _quadrature = new SmearedDensity(basis, lmax, cutoff, sigma);
    }

    /// <inheritdoc/>
    public override void Evaluate(double r, Span<double> values, Span<double> first, Span<double> second)
    {
        if (_quadrature is not null)
        {
            _quadrature.Evaluate(r, values, first, second);
            return;
        }
        int nmax = NMax, size = (LMax + 1) * nmax;
        values[..size].Clear();
        first[..size].Clear();
        second[..size].Clear();
        double s2 = _sigma * _sigma;
        double density = 4 * Math.PI * Math.Pow(2 * Math.PI * s2, -1.5);
        for (int l = 0; l <= LMax; l++)
        {
            // P = r^l e^(−r²/2σ²) with its derivatives, the exponential kept apart.
            (double p0, double p1, double p2) = Power(r, l);
            double q1 = p1 - r / s2 * p0;
            double q2 = p2 - 2 * r / s2 * p1 + (r * r / s2 - 1) / s2 * p0;
            for (int k = 0; k < nmax; k++)
            {
                double width = _basis.Widths[k];
                double c = 0.5 / s2 + 0.5 / (width * width);
                double kappa = 1 / (4 * s2 * s2 * c), z = kappa * r * r;
                double a = 0.5 * (k + l + 3), b = l + 1.5;
                double scale = density * 0.25 * Math.Sqrt(Math.PI) * Math.Exp(SpecialFunctions.GammaLn(a)
                    - SpecialFunctions.GammaLn(b) - l * Math.Log(2 * s2) - a * Math.Log(c) + z - 0.5 * r * r / s2);
                double m0 = Kummer.Scaled(a, b, z);
                double m1 = a / b * Kummer.Scaled(a + 1, b + 1, z);
                double m2 = a * (a + 1) / (b * (b + 1)) * Kummer.Scaled(a + 2, b + 2, z);
                double w1 = 2 * kappa * r * m1, w2 = 2 * kappa * m1 + 4 * kappa * z * m2;
                double f0 = scale * p0 * m0;
                double f1 = scale * (q1 * m0 + p0 * w1);
                double f2 = scale * (q2 * m0 + 2 * q1 * w1 + p0 * w2);
                for (int n = 0; n < nmax; n++)
                {
                    double t = _basis.Transform[n * nmax + k];
                    values[l * nmax + n] += t * f0;
                    first[l * nmax + n] += t * f1;
                    second[l * nmax + n] += t * f2;
                }
            }
        }
    }

    /// <summary>r^l and its first two derivatives, also at r = 0.</summary>
    private static (double, double, double) Power(double r, int l) => l switch
    {
        0 => (1, 0, 0),
        1 => (r, 1, 0),
        _ => (Math.Pow(r, l), l * Math.Pow(r, l - 1), l * (l - 1) * Math.Pow(r, l - 2)),
    };
}
