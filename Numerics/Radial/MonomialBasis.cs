using System;

namespace Toolkit.Numerics.Radial;

/// <summary>
/// The monomials r^(l + 2n), n = 0 … nmax − 1, orthonormalised in order of n (Gram–Schmidt) on [0, r_c] with the metric
/// r² dr: R_nl(r) = √((4n + 2l + 3)/r_c³) ρ^l P_n^(0, l + 1/2)(2ρ² − 1), ρ = r/r_c, P the Jacobi polynomials.
/// </summary>
/// <remarks>
/// R_nl Y_lm are polynomials in x, y, z: smooth at the origin, and those with n = 0 are the solid harmonics, so that the
/// projection of a 1/r potential on them gives its multipoles (K. K. Huguenin-Dumittan, P. Loche, N. Haoran,
/// M. Ceriotti, J. Phys. Chem. Lett. 14, 9612, 2023). As closed forms they stay exact for any nmax, where an
/// orthonormalisation of the monomials themselves would lose all digits at about twelve.
/// </remarks>
public sealed class MonomialBasis : RadialBasis
{
    /// <summary>The orthonormalised monomials.</summary>
    /// <param name="nmax">The number of radial functions.</param>
    /// <param name="cutoff">The radius r_c, Å.</param>
    /// <exception cref="ArgumentOutOfRangeException">nmax or the cutoff is not positive.</exception>
    public MonomialBasis(int nmax, double cutoff) : base(nmax, int.MaxValue, RequireCutoff(cutoff)) { }

    /// <inheritdoc/>
    public override void Evaluate(double r, int lmax, Span<double> values, Span<double> first, Span<double> second)
    {
        double x = r / Extent, t = 2 * x * x - 1, volume = Extent * Extent * Extent;
        // x^(l−2), x^(l−1), x^l; the first two only ever stand beside a factor that is zero where they would be infinite.
        double two = 0, one = 0, power = 1;
        for (int l = 0; l <= lmax; l++)
        {
            double b = l + 0.5;
            double p = 1, p1 = 0, p2 = 0, before = 0, before1 = 0, before2 = 0;
            for (int n = 0; n < NMax; n++)
            {
                // f = x^l p(t), dt/dx = 4x.
                double norm = Math.Sqrt((4 * n + 2 * l + 3) / volume);
                int at = l * NMax + n;
                double d = 4 * x * p1, dd = 4 * p1 + 16 * x * x * p2;
                values[at] = norm * power * p;
                first[at] = norm / Extent * (l * one * p + power * d);
                second[at] = norm / (Extent * Extent) * (l * (l - 1) * two * p + 2 * l * one * d + power * dd);

                // (n + 1)(n + b + 1)(2n + b) P_(n+1) = ½(2n + b + 1)[(2n + b + 2)(2n + b) t − b²] P_n
                //   − n(n + b)(2n + b + 2) P_(n−1)   (DLMF 18.9.2 with α = 0, β = b), and its derivatives by t.
                double s = 2 * n + b, lead = (n + 1) * (n + b + 1) * s;
                double slope = 0.5 * (s + 1) * (s + 2) * s / lead, constant = -0.5 * (s + 1) * b * b / lead;
                double back = n * (n + b) * (s + 2) / lead, factor = slope * t + constant;
                (p, p1, p2, before, before1, before2) = (
                    factor * p - back * before,
                    factor * p1 + slope * p - back * before1,
                    factor * p2 + 2 * slope * p1 - back * before2,
                    p, p1, p2);
            }
            (two, one, power) = (one, power, power * x);
        }
    }
}
