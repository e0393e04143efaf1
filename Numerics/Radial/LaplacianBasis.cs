using System;

namespace Toolkit.Numerics.Radial;

/// <summary>
/// Eigenfunctions of the Laplacian in a sphere, zero on its surface:
/// R_nl(r) = √(2/r_c³) / |j_(l+1)(z_nl)| · j_l(z_nl r/r_c), z_nl the (n+1)-th positive zero of the spherical Bessel function j_l,
/// n = 0 … nmax − 1. Orthonormal on [0, r_c] with the metric r² dr.
/// </summary>
/// <remarks>
/// Of all orthonormal bases of a given size it resolves the smoothest densities best, smooth in the sense of
/// ∫|∇ρ|² (F. Bigi, K. K. Huguenin-Dumittan, M. Ceriotti, D. E. Manolopoulos, J. Chem. Phys. 157, 234101, 2022).
/// </remarks>
public sealed class LaplacianBasis : RadialBasis
{
    private readonly double[] _zeros, _norms;

    /// <summary>Finds the zeros and norms.</summary>
    /// <param name="nmax">The number of radial functions.</param>
    /// <param name="lmax">The largest l.</param>
    /// <param name="cutoff">The radius r_c of the sphere, Å.</param>
    /// <exception cref="ArgumentOutOfRangeException">nmax or the cutoff is not positive, or lmax is negative.</exception>
    public LaplacianBasis(int nmax, int lmax, double cutoff) : base(nmax, lmax, RequireCutoff(cutoff))
    {
        _zeros = SphericalBessel.Zeros(lmax, nmax);
        _norms = new double[_zeros.Length];
        double[] j = new double[lmax + 2];
        for (int k = 0; k < _zeros.Length; k++)
        {
            int l = k / nmax;
            SphericalBessel.Evaluate(l + 1, _zeros[k], j);
            _norms[k] = Math.Sqrt(2 / (cutoff * cutoff * cutoff)) / Math.Abs(j[l + 1]);
        }
    }

    /// <summary>The eigenvalue (z_nl / r_c)² of −∇² that R_nl Y_lm belongs to, Å⁻².</summary>
    public double Eigenvalue(int n, int l)
    {
        if ((uint)n >= (uint)NMax || (uint)l > (uint)LMax)
            throw new ArgumentOutOfRangeException(nameof(n), (n, l), $"expected n < {NMax} and l ≤ {LMax}");
        double k = _zeros[l * NMax + n] / Extent;
        return k * k;
    }

    /// <inheritdoc/>
    public override void Evaluate(double r, int lmax, Span<double> values, Span<double> first, Span<double> second)
    {
        Span<double> j = stackalloc double[lmax + 3], d = stackalloc double[lmax + 2];
        for (int l = 0; l <= lmax; l++)
        {
            for (int n = 0; n < NMax; n++)
            {
                int at = l * NMax + n;
                double k = _zeros[at] / Extent, norm = _norms[at];
                SphericalBessel.Evaluate(l + 2, k * r, j);
                // j_l' = (l j_(l−1) − (l + 1) j_(l+1)) / (2l + 1), twice (DLMF 10.51.2).
                for (int q = Math.Max(l - 1, 0); q <= l + 1; q++)
                    d[q] = ((q == 0 ? 0 : q * j[q - 1]) - (q + 1) * j[q + 1]) / (2 * q + 1);
                values[at] = norm * j[l];
                first[at] = norm * k * d[l];
                second[at] = norm * k * k * ((l == 0 ? 0 : l * d[l - 1]) - (l + 1) * d[l + 1]) / (2 * l + 1);
            }
        }
    }
}
