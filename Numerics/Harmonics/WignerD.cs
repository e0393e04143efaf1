using System;
using System.Globalization;
using System.Numerics;

namespace Toolkit.Numerics.Harmonics;

/// <summary>
/// The matrices by which spherical harmonics of degree 0 … <see cref="LMax"/> turn under one rotation or reflection R, in
/// the real basis and in the complex one. They are a representation: the matrices of R·R' are the products of theirs, and
/// each is orthogonal or unitary.
/// </summary>
/// <remarks>
/// R = R_z(α) R_y(β) R_z(γ), and D_{m'm} = e^{−im'α} d_{m'm}(β) e^{−imγ}. For fixed m' ≥ |m| the functions d^l_{m'm} follow
/// from each other in the direction of growing l (Varshalovich, Quantum Theory of Angular Momentum, 4.8.2; theorem d.recursion-j):
///   d^{l+1} = ((l+1)(2l+1) (cos β − m m'/(l(l+1))) d^l − (l+1)/l · √((l²−m²)(l²−m'²)) d^{l−1}) / √(((l+1)²−m²)((l+1)²−m'²)),
/// from d^{m'}_{m'm} = (−1)^{m'−m} √C(2m', m'+m) cos^{m'+m}(β/2) sin^{m'−m}(β/2). In that direction the solution that is
/// wanted grows or oscillates and errors grow slowly: to l = 100 they stay below 10⁻¹². The other (m', m) follow by
/// d_{m'm} = (−1)^{m'−m} d_{mm'} = (−1)^{m'−m} d_{−m',−m}. Immutable, so safe from any number of threads.
/// </remarks>
public sealed class WignerD
{
    // How far a matrix may be from orthogonal: rounding of a user's numbers, not a wrong matrix.
    private const double Tolerance = 1e-6;

    // d^l [(m' + l)(2l+1) + m + l] for each l.
    private readonly double[][] _small;
    private readonly double[][] _real;
    private readonly double _alpha, _gamma;
    private readonly bool _reflects;

    /// <summary>The matrices of one rotation or reflection.</summary>
    /// <param name="rotation">R, orthogonal, [3, 3] row-major: r is turned into R·r.</param>
    /// <param name="lmax">The largest degree, at least 0.</param>
    /// <exception cref="ArgumentException">The matrix is not orthogonal, or not of nine numbers.</exception>
    /// <exception cref="ArgumentOutOfRangeException">lmax is negative.</exception>
    public WignerD(ReadOnlySpan<double> rotation, int lmax)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(lmax);
        if (rotation.Length != 9)
            throw new ArgumentException($"found {rotation.Length} numbers, expected the 9 of a 3×3 matrix", nameof(rotation));

        for (int i = 0; i < 3; i++)
        {
            for (int j = i; j < 3; j++)
            {
                double dot = rotation[3 * i] * rotation[3 * j] + rotation[3 * i + 1] * rotation[3 * j + 1]
                    + rotation[3 * i + 2] * rotation[3 * j + 2];
                if (!(Math.Abs(dot - (i == j ? 1 : 0)) < Tolerance))
                {
                    throw new ArgumentException("found rows " + (i + 1) + " and " + (j + 1) + " with the product "
                        + dot.ToString("R", CultureInfo.InvariantCulture) + ", expected an orthogonal matrix", nameof(rotation));
                }
            }
        }

        LMax = lmax;
        double[] r = rotation.ToArray();
        double determinant = r[0] * (r[4] * r[8] - r[5] * r[7]) - r[1] * (r[3] * r[8] - r[5] * r[6])
            + r[2] * (r[3] * r[7] - r[4] * r[6]);
        _reflects = determinant < 0;
        if (_reflects)
        {
            for (int i = 0; i < 9; i++)
                r[i] = -r[i];
        }

        // α is free where sin β = 0; what R_z(−α) R leaves is R_y(β) R_z(γ) for any β, so that γ always fits α.
        _alpha = Math.Atan2(r[5], r[2]);
        (double sinAlpha, double cosAlpha) = Math.SinCos(_alpha);
        _gamma = Math.Atan2(cosAlpha * r[3] - sinAlpha * r[0], cosAlpha * r[4] - sinAlpha * r[1]);
        double sinBeta = cosAlpha * r[2] + sinAlpha * r[5];
        double beta = Math.Atan2(sinBeta, r[8]);
        (double s, double c) = Math.SinCos(beta / 2);
        _small = Small(lmax, c, s);
        _real = new double[lmax + 1][];
        for (int l = 0; l <= lmax; l++)
            _real[l] = RealMatrix(l);
    }

    /// <summary>The largest degree.</summary>
    public int LMax { get; }

    /// <summary>
    /// The matrix M with S_l(R·r) = M · S_l(r) for the real harmonics S_l = (S_{l,−l}, …, S_{l,l}): by it expansion coefficients
    /// turn when the structure does.
    /// </summary>
    /// <param name="l">0 … <see cref="LMax"/>.</param>
    /// <returns>[2l+1, 2l+1], row-major.</returns>
    /// <exception cref="ArgumentOutOfRangeException">l is outside.</exception>
    public ReadOnlySpan<double> Real(int l) => _real[Checked(l)];

    /// <summary>
    /// Wigner's D^l_{m'm}(R), phases of Condon and Shortley: Y_lm(R⁻¹·r) = Σ_{m'} Y_lm'(r) D_{m'm}(R); for a reflection times
    /// (−1)^l of its rotation part.
    /// </summary>
    /// <param name="l">0 … <see cref="LMax"/>.</param>
    /// <returns>[m' + l, m + l], row-major, a new array.</returns>
    /// <exception cref="ArgumentOutOfRangeException">l is outside.</exception>
    public Complex[] Complex(int l)
    {
        double[] d = _small[Checked(l)];
        int n = 2 * l + 1;
        var result = new Complex[n * n];
        double parity = _reflects && (l & 1) == 1 ? -1 : 1;
        for (int row = 0; row < n; row++)
        {
            for (int column = 0; column < n; column++)
            {
                (double sin, double cos) = Math.SinCos(-(row - l) * _alpha - (column - l) * _gamma);
                double size = parity * d[row * n + column];
                result[row * n + column] = new Complex(size * cos, size * sin);
            }
        }

        return result;
    }

    private int Checked(int l) => (uint)l <= (uint)LMax
        ? l
        : throw new ArgumentOutOfRangeException(nameof(l), l, $"expected 0 … {LMax}");

    private static double[][] Small(int lmax, double c, double s)
    {
        double[][] d = new double[lmax + 1][];
        for (int l = 0; l <= lmax; l++)
            d[l] = new double[(2 * l + 1) * (2 * l + 1)];

        double cosBeta = (c - s) * (c + s);
        double[] seeds = new double[2 * lmax + 1];
        for (int m1 = 0; m1 <= lmax; m1++)
        {
            Seeds(m1, c, s, seeds);
            for (int m = -m1; m <= m1; m++)
            {
                double before = 0, value = seeds[m + m1];
                for (int l = m1; ; l++)
                {
                    Store(d[l], l, m1, m, value);
                    if (l == lmax)
                        break;

                    double next;
                    if (l == 0)
                    {
                        next = cosBeta;
                    }
                    else
                    {
                        double up = Math.Sqrt((double)((l + 1 - m) * (l + 1 + m)) * ((l + 1 - m1) * (l + 1 + m1)));
                        double down = Math.Sqrt((double)((l - m) * (l + m)) * ((l - m1) * (l + m1)));
                        double middle = cosBeta - (double)(m * m1) / (l * (l + 1));
                        next = (l + 1) * ((2 * l + 1) * middle * value - down / l * before) / up;
                    }

                    before = value;
                    value = next;
                }
            }
        }

        return d;
    }

    // d^j_{jm} for m = −j … j; β lies in [0, π], so c and s are not negative. Binomial coefficients to 2j = 50 are exact; for
    // larger j, where powers may leave the range of float64, logarithms add up.
    private static void Seeds(int j, double c, double s, double[] seeds)
    {
        double logC = Math.Log(c), logS = Math.Log(s);
        double binomial = 1, logBinomial = 0;
        for (int k = 0; k <= 2 * j; k++)
        {
            // m = k − j: √C(2j, k) c^k s^{2j−k}.
            double size = 2 * j <= 50
                ? Math.Sqrt(binomial) * Math.Pow(c, k) * Math.Pow(s, 2 * j - k)
                : Math.Exp(logBinomial / 2 + (k == 0 ? 0 : k * logC) + (k == 2 * j ? 0 : (2 * j - k) * logS));
            seeds[k] = ((2 * j - k) & 1) == 0 ? size : -size;
            binomial = binomial * (2 * j - k) / (k + 1);
            logBinomial += Math.Log((double)(2 * j - k) / (k + 1));
        }
    }

    // m1 ≥ |m| and the entries that follow from it.
    private static void Store(double[] d, int l, int m1, int m, double value)
    {
        int n = 2 * l + 1;
        double mirrored = ((m1 - m) & 1) == 0 ? value : -value;
        d[(m1 + l) * n + m + l] = value;
        d[(m + l) * n + m1 + l] = mirrored;
        d[(-m1 + l) * n - m + l] = mirrored;
        d[(-m + l) * n - m1 + l] = value;
    }

    // Z(α) · Δ · Z(γ): Z turns the pair (m, −m) by the angle mα, Δ is d between the real functions.
    private double[] RealMatrix(int l)
    {
        double[] d = _small[l];
        int n = 2 * l + 1;
        double[] result = new double[n * n];
        double parity = _reflects && (l & 1) == 1 ? -1 : 1;
        double D(int a, int b) => d[(a + l) * n + b + l];
        double root2 = Math.Sqrt(2);
        (double Sin, double Cos)[] turnsA = Turns(l, _alpha), turnsC = Turns(l, _gamma);
        for (int m = 0; m <= l; m++)
        {
            double signM = (m & 1) == 0 ? 1 : -1;
            for (int k = 0; k <= l; k++)
            {
                double sign = ((m + k) & 1) == 0 ? 1 : -1;
                // Between cosines, and between sines.
                double even, odd;
                if (m == 0 || k == 0)
                {
                    even = (m == 0 && k == 0 ? 1 : root2 * sign) * D(m, k);
                    odd = 0;
                }
                else
                {
                    even = sign * D(m, k) + signM * D(m, -k);
                    odd = sign * D(m, k) - signM * D(m, -k);
                }

                (double sa, double ca) = turnsA[m];
                (double sc, double cc) = turnsC[k];
                result[(m + l) * n + k + l] = parity * (ca * even * cc - sa * odd * sc);
                if (k > 0)
                    result[(m + l) * n - k + l] = parity * (-ca * even * sc - sa * odd * cc);

                if (m > 0)
                    result[(-m + l) * n + k + l] = parity * (sa * even * cc + ca * odd * sc);

                if (m > 0 && k > 0)
                    result[(-m + l) * n - k + l] = parity * (-sa * even * sc + ca * odd * cc);
            }
        }

        return result;
    }

    private static (double Sin, double Cos)[] Turns(int l, double angle)
    {
        var turns = new (double, double)[l + 1];
        for (int m = 0; m <= l; m++)
            turns[m] = Math.SinCos(m * angle);

        return turns;
    }
}
