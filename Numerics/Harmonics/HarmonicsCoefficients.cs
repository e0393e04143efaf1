using System;
using System.Numerics;

namespace Toolkit.Numerics.Harmonics;

/// <summary>The five numbers per (l, m ≥ 0) from which degree l follows from degrees l − 1 and l − 2.</summary>
/// <remarks>
/// Let R_lm be the orthonormal solid harmonic (m &lt; 0: sine). The associated Legendre functions' recursion in l and the
/// ladder relations ∇± = ∂x ± i∂y, ∇±R_lm ∝ R_{l−1,m±1}, give (NIST DLMF 14.10, Hobson 1931, §§ 80–93;
/// for all l, with these roots, the theorem harmonics.real-recursions)
/// <code>
/// R_lm  = a z R_{l−1,m} − b r² R_{l−2,m}            a² = (2l+1)(2l−1)/((l−m)(l+m))
///                                                   b² = (2l+1)(l−1−m)(l−1+m)/((2l−3)(l−m)(l+m))
/// R_ll  = s (x R_{l−1,l−1} − y R_{l−1,−(l−1)})      s² = (2l+1)/(2l), doubled for l = 1
/// ∂z R_lm = ζ R_{l−1,m}                             ζ² = f (l−m)(l+m)            f = (2l+1)/(2l−1)
/// ∂x R_lm = −α R_{l−1,m+1} + β R_{l−1,m−1}          α² = f (l−m)(l−m−1)/4, doubled for m = 0
///                                                   β² = f (l+m)(l+m−1)/4, doubled for m = 1
/// </code>
/// Each number is the root of a rational whose numerator and denominator are exact in double, so it carries the
/// roundings of one division and one root. For m = l the place of a holds s and the place of b is not used.
/// </remarks>
internal static class HarmonicsCoefficients
{
    internal const int PerEntry = 5;
    internal const int A = 0, B = 1, Zeta = 2, Alpha = 3, Beta = 4;

    /// <summary>R_00 = Y_00 = 1/√(4π).</summary>
    internal static readonly double Y00 = Math.Sqrt(0.25 / Math.PI);

    /// <summary>Index of the first of the numbers of (l, m).</summary>
    internal static int Index(int l, int m) => (l * (l + 1) / 2 + m) * PerEntry;

    internal static T[] Create<T>(int lmax)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var table = new T[Index(lmax + 1, 0)];
        for (int l = 1; l <= lmax; l++)
        {
            for (int m = 0; m <= l; m++)
            {
                Span<T> entry = table.AsSpan(Index(l, m), PerEntry);
                double f = 2.0 * l + 1.0, g = 2.0 * l - 1.0;
                double lm = (double)(l - m) * (l + m);
                if (m == l)
                {
                    entry[A] = Root(l == 1 ? 2.0 * f : f, 2.0 * l);
                }
                else
                {
                    entry[A] = Root(f * g, lm);
                    entry[B] = l < 2 ? T.Zero : Root(f * (l - 1 - m) * (l - 1 + m), (2.0 * l - 3.0) * lm);
                }

                entry[Zeta] = Root(f * lm, g);
                entry[Alpha] = Root(f * (l - m) * (l - m - 1), (m == 0 ? 2.0 : 4.0) * g);
                entry[Beta] = m == 0 ? T.Zero : Root(f * (l + m) * (l + m - 1), (m == 1 ? 2.0 : 4.0) * g);
            }
        }

        return table;

        static T Root(double p, double q) => T.CreateChecked(Math.Sqrt(p / q));
    }
}
