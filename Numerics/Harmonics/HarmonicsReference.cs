using System;

namespace Toolkit.Numerics.Harmonics;

/// <summary>One real spherical harmonic at a time from the explicit formula: what the fast kernels are tested against.</summary>
public static class HarmonicsReference
{
    /// <summary>
    /// |r|^l Y_lm(r/|r|) by the finite sum over powers of z and x² + y² of the associated Legendre function,
    /// Σ_k (−1)^k (2l−2k)! / (2^l k! (l−k)! (l−2k−m)!) z^(l−2k−m) r^(2k) times Re or Im (x + iy)^m
    /// (Varshalovich, Moskalev, Khersonskii 1988, section 5.2). The sum cancels: about l digits in 3 are lost.
    /// </summary>
    /// <param name="l">Degree, 0…25.</param>
    /// <param name="m">Order, −l…l; negative: sine.</param>
    /// <param name="x">x of the vector.</param>
    /// <param name="y">y of the vector.</param>
    /// <param name="z">z of the vector.</param>
    /// <exception cref="ArgumentOutOfRangeException">l is outside 0…25 or |m| &gt; l.</exception>
    public static double Solid(int l, int m, double x, double y, double z)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(l);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(l, 25);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Math.Abs(m), l, nameof(m));
        int order = Math.Abs(m);
        double square = x * x + y * y + z * z, sum = 0.0;
        for (int k = 0; 2 * k <= l - order; k++)
        {
            double term = Factorial(2 * l - 2 * k) / (Factorial(k) * Factorial(l - k) * Factorial(l - 2 * k - order));
            sum += (k % 2 == 0 ? term : -term) * Math.Pow(z, l - 2 * k - order) * Math.Pow(square, k);
        }

        double re = 1.0, im = 0.0;
        for (int k = 0; k < order; k++)
            (re, im) = (re * x - im * y, re * y + im * x);

        double norm = Math.Sqrt(
            (2 * l + 1) / (4.0 * Math.PI) * Factorial(l - order) / Factorial(l + order) * (order > 0 ? 2.0 : 1.0));
        return norm * Math.ScaleB(sum, -l) * (m < 0 ? im : re);
    }

    private static double Factorial(int n)
    {
        double f = 1.0;
        for (int k = 2; k <= n; k++)
            f *= k;

        return f;
    }
}
