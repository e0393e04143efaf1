using System;

namespace Toolkit.Numerics.Fields.Potential;

/// <summary>
/// What one source adds to the field at a centre so far away that neither the radial functions nor its smearing reach it: U_nl(d) as a
/// series in 1/d, for clusters of any size.
/// </summary>
/// <remarks>
/// 1/|r − d|^p = Σ_n C_n^(p/2)(cos γ) rⁿ/d^(n+p), and Gegenbauer's polynomials in those of Legendre (DLMF 18.18.16) give
/// U_nl(d) = 4π Σ_j (p/2)_(l+j)/(3/2)_(l+j) · ((p − 1)/2)_j/j! · ∫ r² R_nl r^(l+2j) dr / d^(p+l+2j). At p = 1 that is one term. From
/// <see cref="Begin"/> on, terms fall at least like 2.25^(−j).
/// </remarks>
internal sealed class MultipoleFunctions
{
    private const int Terms = 45;

    private readonly int _exponent, _lmax, _nmax;
    // [j, l, n], lengths in units of the beginning.
    private readonly double[] _coefficients;

    /// <summary>Prepares the series.</summary>
    /// <param name="basis">R_nl.</param>
    /// <param name="exponent">p.</param>
    /// <param name="smearing">σ, Å.</param>
    internal MultipoleFunctions(RadialTransform basis, int exponent, double smearing)
    {
        (_exponent, _lmax, _nmax) = (exponent, basis.LMax, basis.NMax);
        // exp(−8.5²/2) = 2e-16.
        Begin = Math.Max(1.5 * basis.Reach, basis.Reach + 8.5 * smearing);
        int terms = exponent == 1 ? 1 : Terms, channels = basis.Channels;
        _coefficients = new double[terms * channels];
        double[] moments = new double[channels];
        double along = 1;
        for (int j = 0; j < terms; j++)
        {
            double turn = along;
            for (int k = 0; k < j; k++)
                turn *= (0.5 * exponent + k) / (1.5 + k);
            for (int l = 0; l <= _lmax; l++)
            {
                basis.Moments(l + 2 * j, Begin, moments);
                for (int n = 0; n < _nmax; n++)
                    _coefficients[j * channels + l * _nmax + n] = 4 * Math.PI * turn * moments[l * _nmax + n] / Math.Pow(Begin, exponent);
                turn *= (0.5 * exponent + j + l) / (1.5 + j + l);
            }
            along *= (0.5 * (exponent - 1) + j) / (j + 1);
        }
    }

    /// <summary>The distance from which on the series is the function, to rounding, Å.</summary>
    internal double Begin { get; }

    /// <summary>U_nl(d), d at least <see cref="Begin"/>: <c>[l, n]</c>.</summary>
    internal void Evaluate(double distance, Span<double> values)
    {
        int channels = (_lmax + 1) * _nmax;
        double x = Begin / distance, power = Math.Pow(x, _exponent);
        for (int l = 0; l <= _lmax; l++, power *= x)
        {
            for (int n = 0; n < _nmax; n++)
            {
                double sum = 0;
                for (int at = _coefficients.Length - channels + l * _nmax + n; at >= 0; at -= channels)
                    sum = sum * x * x + _coefficients[at];
                values[l * _nmax + n] = power * sum;
            }
        }
    }
}
