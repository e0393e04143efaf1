using System;

namespace Toolkit.Numerics.Radial;

/// <summary>Kummer's confluent hypergeometric function for the positive arguments of Gaussian integrals.</summary>
internal static class Kummer
{
    /// <summary>e^(−z) M(a; b; z) for a, b &gt; 0 and z ≥ 0, to about 1e-14 relative.</summary>
    /// <remarks>
    /// Large z: the asymptotic series Γ(b)/Γ(a) z^(a−b) Σ (b−a)_k (1−a)_k / (k! z^k) (DLMF 13.7.1), taken when it
    /// reaches rounding level before its terms grow. Otherwise the power series: all terms are positive, so nothing
    /// cancels; it is summed outwards from its largest term so that nothing overflows either.
    /// </remarks>
    public static double Scaled(double a, double b, double z)
    {
        if (z == 0) return 1;
        if (z > 30 && Asymptotic(a, b, z, out double value)) return value;

        // Terms t_k = (a)_k z^k / ((b)_k k!) rise until k ≈ z: normalise by the one at the peak.
        int peak = (int)z;
        double peakLog = -z + MathNet.Numerics.SpecialFunctions.GammaLn(a + peak)
            - MathNet.Numerics.SpecialFunctions.GammaLn(a) - MathNet.Numerics.SpecialFunctions.GammaLn(b + peak)
            + MathNet.Numerics.SpecialFunctions.GammaLn(b) + peak * Math.Log(z)
            - MathNet.Numerics.SpecialFunctions.GammaLn(peak + 1.0);
        double sum = 1;
        double term = 1;
        for (int k = peak; term > 1e-18 * sum; k++)
        {
            term *= (a + k) * z / ((b + k) * (k + 1));
            sum += term;
        }
        term = 1;
        for (int k = peak - 1; k >= 0 && term > 1e-18 * sum; k--)
        {
            term *= (b + k) * (k + 1) / ((a + k) * z);
            sum += term;
        }
        return sum * Math.Exp(peakLog);
    }

    private static bool Asymptotic(double a, double b, double z, out double value)
    {
        double term = 1, sum = 1;
        value = 0;
        for (int k = 0; Math.Abs(term) > 1e-17 * Math.Abs(sum); k++)
        {
            double next = term * (b - a + k) * (1 - a + k) / ((k + 1) * z);
            // Growing terms early on may still fall; terms that grow past k ≈ z never will.
            if (k > z || double.IsInfinity(next)) return false;
            term = next;
            sum += term;
        }
        // Alternation among large terms would eat digits.
        if (!(Math.Abs(sum) > 0.1)) return false;
        value = sum * Math.Exp(MathNet.Numerics.SpecialFunctions.GammaLn(b)
            - MathNet.Numerics.SpecialFunctions.GammaLn(a) + (a - b) * Math.Log(z));
        return true;
    }
}
