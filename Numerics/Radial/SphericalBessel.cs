using System;
using System.Runtime.CompilerServices;

namespace Toolkit.Numerics.Radial;

/// <summary>Spherical Bessel functions of the first kind, plain and modified, and the zeros of the plain ones.</summary>
internal static class SphericalBessel
{
    // Ratios r_l = f_l / f_(l−1) from the three-term recurrence taken downwards: an error at the start shrinks by r² per
    // step. Forty steps beyond the last wanted l leave nothing of it where r < 0.65, which is so beyond the turning
    // point l ≈ x of the plain functions.
    private const int Margin = 40;

    /// <summary>j_l(x) for l = 0 … lmax and x ≥ 0, to rounding relative to the largest of the neighbouring |j_l|.</summary>
    /// <remarks>
    /// Upwards while l ≤ x, where both solutions of j_(l+1) = (2l + 1)/x j_l − j_(l−1) oscillate; beyond, where j_l is the
    /// decaying one, by ratios r_l = x / (2l + 1 − x r_(l+1)) taken downwards (DLMF 10.51.1). All j_l with l ≥ x are positive,
    /// so no ratio meets a zero.
    /// </remarks>
    /// <param name="lmax">The largest l.</param>
    /// <param name="x">The argument.</param>
    /// <param name="values">Receives <c>[l]</c>.</param>
    public static void Evaluate(int lmax, double x, Span<double> values)
    {
        values[0] = x == 0 ? 1 : Math.Sin(x) / x;
        int turn = Math.Min((int)x, lmax);
        // sin x / x² − cos x / x cancels below x = 1, but then it is beyond the turning point.
        if (turn >= 1) values[1] = (values[0] - Math.Cos(x)) / x;
        for (int l = 1; l < turn; l++)
            values[l + 1] = (2 * l + 1) / x * values[l] - values[l - 1];
        if (turn == lmax) return;
        double ratio = 0;
        for (int l = lmax + Margin; l > turn; l--)
        {
            ratio = x / (2 * l + 1 - x * ratio);
            if (l <= lmax) values[l] = ratio;
        }
        for (int l = turn + 1; l <= lmax; l++)
            values[l] *= values[l - 1];
    }

    /// <summary>e^(−x) i_l(x) for l = 0 … lmax and x ≥ 0, to about 1e-15 relative.</summary>
    /// <remarks>
    /// By ratios r_l = x / (2l + 1 + x r_(l+1)) taken downwards: all terms are positive. The number of steps grows like
    /// √x; where x exceeds lmax² the recurrence upwards loses no more than a digit and is shorter.
    /// </remarks>
    /// <param name="lmax">The largest l.</param>
    /// <param name="x">The argument.</param>
    /// <param name="values">Receives <c>[l]</c>.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Modified(int lmax, double x, Span<double> values)
    {
        values[0] = x < 0.5 ? Math.Exp(-x) * SinhOver(x) : (1 - Math.Exp(-2 * x)) / (2 * x);
        if (lmax == 0) return;
        if (x > 20 && x > (double)lmax * lmax)
        {
            values[1] = (0.5 * (1 + Math.Exp(-2 * x)) - values[0]) / x;
            for (int l = 1; l < lmax; l++)
                values[l + 1] = values[l - 1] - (2 * l + 1) / x * values[l];
            return;
        }
        // The product of r² from l = start down to lmax is about exp(−start²/x).
        double ratio = 0;
        for (int l = lmax + Margin + (int)Math.Sqrt(40 * x); l >= 1; l--)
        {
            ratio = x / (2 * l + 1 + x * ratio);
            if (l <= lmax) values[l] = ratio;
        }
        for (int l = 1; l <= lmax; l++)
            values[l] *= values[l - 1];
    }

    /// <summary>sinh(x)/x for |x| &lt; 0.5: Σ x^(2k)/(2k + 1)!, whose terms are all positive.</summary>
    private static double SinhOver(double x)
    {
        double sum = 1;
        for (int k = 7; k >= 1; k--)
            sum = 1 + sum * x * x / (2 * k * (2 * k + 1));
        return sum;
    }

    /// <summary>The first positive zeros of j_l, increasing: <c>[l, n]</c> for l = 0 … lmax, n = 0 … count − 1.</summary>
    /// <remarks>
    /// Those of j_0 are multiples of π, and between two neighbouring zeros of j_(l−1) lies exactly one of j_l (DLMF
    /// 10.21(i)): a bracket, in which Newton's steps fall back on halving.
    /// </remarks>
    /// <param name="lmax">The largest l.</param>
    /// <param name="count">The number of zeros of each.</param>
    public static double[] Zeros(int lmax, int count)
    {
        double[] result = new double[(lmax + 1) * count], j = new double[lmax + 2];
        double[] zeros = new double[count + lmax];
        for (int n = 0; n < zeros.Length; n++)
            zeros[n] = (n + 1) * Math.PI;
        zeros.AsSpan(0, count).CopyTo(result);
        for (int l = 1; l <= lmax; l++)
        {
            for (int n = 0; n < zeros.Length - l; n++)
                zeros[n] = Zero(l, zeros[n], zeros[n + 1], j);
            zeros.AsSpan(0, count).CopyTo(result.AsSpan(l * count));
        }
        return result;
    }

    private static double Zero(int l, double low, double high, double[] j)
    {
        Evaluate(l + 1, low, j);
        bool isRising = j[l] < 0;
        double x = 0.5 * (low + high);
        for (int step = 0; step < 100; step++)
        {
            Evaluate(l + 1, x, j);
            if (j[l] == 0) return x;
            if (j[l] < 0 == isRising) low = x;
            else high = x;
            // j_l' = l/x j_l − j_(l+1).
            double next = x - j[l] / (l / x * j[l] - j[l + 1]);
            if (!(next > low && next < high)) next = 0.5 * (low + high);
            if (Math.Abs(next - x) <= double.BitIncrement(x) - x) return next;
            x = next;
        }
        return x;
    }
}
