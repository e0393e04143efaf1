using System;

namespace Toolkit.Numerics.Fields.Potential;

/// <summary>
/// The incomplete gamma functions that 1/r^p, smeared by Gaussians, and its Fourier transform consist of: for every a that is a
/// multiple of ½ with |a| ≤ 20, zero and negative ones too, to about 1e-14 relative.
/// </summary>
public static class IncompleteGamma
{
    private const double EulerGamma = 0.57721566490153286061;

    // Below, power series; above, the continued fraction, which converges slowly only near zero.
    private const double Small = 1;

    private const double LargestOrder = 20;

    /// <summary>Γ(a, x) = ∫_x^∞ t^(a − 1) e^(−t) dt.</summary>
    /// <param name="a">A multiple of ½, |a| ≤ 20.</param>
    /// <param name="x">x ≥ 0.</param>
    /// <returns>+∞ for x = 0 and a ≤ 0.</returns>
    /// <exception cref="ArgumentOutOfRangeException">a is no such number, or x is negative or not a number.</exception>
    public static double Upper(double a, double x)
    {
        Require(a, x);
        if (x == 0) return a > 0 ? Gamma(a) : double.PositiveInfinity;
        // The fraction's first denominator is x + 1 − a: nowhere near zero from here on.
        if (x >= (a < 2 ? Small : a)) return Fraction(a, x);
        if (a >= 2) return Gamma(a) - Math.Pow(x, a) * Gamma(a) * SeriesStar(a, x);

        // From ½ or 0 by Γ(a + 1, x) = a Γ(a, x) + x^a e^(−x) (DLMF 8.8.2), which is stable in both directions for x ≤ 1.
        bool isHalf = a != Math.Floor(a);
        double e = Math.Exp(-x), at = isHalf ? 0.5 : 0;
        double value = isHalf ? Math.Sqrt(Math.PI) - Math.Sqrt(Math.PI * x) * SeriesStar(0.5, x) : ExponentialSeries(x);
        for (; at < a; at++)
            value = at * value + Math.Pow(x, at) * e;
        for (; at > a; at--)
            value = (value - Math.Pow(x, at - 1) * e) / (at - 1);
        return value;
    }

    /// <summary>γ*(a, x) = x^(−a) P(a, x), P the regularised lower function γ(a, x)/Γ(a): entire in x, 1/Γ(a + 1) at 0.</summary>
    /// <param name="a">A positive multiple of ½, at most 20.</param>
    /// <param name="x">x ≥ 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">a is no such number, or x is negative or not a number.</exception>
    public static double LowerStar(double a, double x)
    {
        Require(a, x);
        if (!(a > 0)) throw new ArgumentOutOfRangeException(nameof(a), a, "expected a positive order");
        return x < a + 1 ? SeriesStar(a, x) : Math.Pow(x, -a) * (1 - Fraction(a, x) / Gamma(a));
    }

    /// <summary>E₁(x) = Γ(0, x), x &gt; 0; +∞ at 0.</summary>
    public static double ExponentialIntegral(double x) => Upper(0, x);

    /// <summary>erfc x, relative accuracy kept as far as it is above the smallest float64.</summary>
    public static double Erfc(double x) => x < 0
        ? 2 - Erfc(-x)
        : Upper(0.5, x * x) / Math.Sqrt(Math.PI);

    /// <summary>Γ(a) for a positive multiple of ½.</summary>
    internal static double Gamma(double a)
    {
        double at = a == Math.Floor(a) ? 1 : 0.5, value = at == 1 ? 1 : Math.Sqrt(Math.PI);
        for (; at < a; at++)
            value *= at;
        return value;
    }

    private static void Require(double a, double x)
    {
        if (!(Math.Abs(a) <= LargestOrder) || 2 * a != Math.Floor(2 * a))
            throw new ArgumentOutOfRangeException(nameof(a), a, $"expected a multiple of 1/2 of size at most {LargestOrder}");
        if (!(x >= 0)) throw new ArgumentOutOfRangeException(nameof(x), x, "expected x ≥ 0");
    }

    /// <summary>γ*(a, x) = e^(−x) Σ x^k/Γ(a + k + 1) (DLMF 8.7.1): all terms are positive.</summary>
    private static double SeriesStar(double a, double x)
    {
        double term = 1, sum = 1;
        for (int k = 1; term > 1e-18 * sum; k++)
        {
            term *= x / (a + k);
            sum += term;
        }
        return sum * Math.Exp(-x) / Gamma(a + 1);
    }

    /// <summary>E₁(x) = −γ − ln x − Σ (−x)^k/(k k!) (DLMF 6.6.2), for x ≤ 1.</summary>
    private static double ExponentialSeries(double x)
    {
        double term = 1, sum = 0;
        for (int k = 1; Math.Abs(term) > 1e-19; k++)
        {
            term *= -x / k;
            sum += term / k;
        }
        return -EulerGamma - Math.Log(x) - sum;
    }

    /// <summary>Γ(a, x) = x^a e^(−x) / (x + 1 − a − (1 − a)/(x + 3 − a − 2(2 − a)/…)) (DLMF 8.9.2), by Lentz's method.</summary>
    private static double Fraction(double a, double x)
    {
        if (x > 745) return 0;
        double b = x + 1 - a, c = 1e300, d = 1 / b, h = d;
        for (int k = 1; k < 10000; k++)
        {
            double numerator = -k * (k - a);
            b += 2;
            d = 1 / (numerator * d + b);
            c = b + numerator / c;
            double factor = c * d;
            h *= factor;
            if (Math.Abs(factor - 1) < 1e-16) break;
        }
        return Math.Exp(-x) * Math.Pow(x, a) * h;
    }
}
