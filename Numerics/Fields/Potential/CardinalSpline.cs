using System;

namespace Toolkit.Numerics.Fields.Potential;

/// <summary>
/// The centred B-spline M of an even order P on the integers, by which charges are spread over the points of a mesh
/// (U. Essmann et al., J. Chem. Phys. 103, 8577, 1995): P − 2 times continuously differentiable, zero beyond P/2.
/// </summary>
internal static class CardinalSpline
{
    /// <summary>The largest order.</summary>
    internal const int Largest = 16;

    /// <summary>The first of the P points near u where M is not zero.</summary>
    internal static int First(int order, double u) => (int)Math.Floor(u) - order / 2 + 1;

    /// <summary>M(u − g) at the P points g = first … first + P − 1 near u, and dM/du where wanted.</summary>
    /// <param name="order">P.</param>
    /// <param name="u">The place.</param>
    /// <param name="values">Receives <c>[point]</c>.</param>
    /// <param name="slopes">Receives <c>[point]</c>, or is empty.</param>
    internal static void Evaluate(int order, double u, Span<double> values, Span<double> slopes)
    {
        double w = u - Math.Floor(u);
        // M_n(w + j), j = 0 … n − 1, from the hat of order 2: M_n(x) = [x M_(n−1)(x) + (n − x) M_(n−1)(x − 1)]/(n − 1).
        values[0] = w;
        values[1] = 1 - w;
        for (int n = 3; n <= order; n++)
        {
            if (n == order && !slopes.IsEmpty)
            {
                // M'_n(x) = M_(n−1)(x) − M_(n−1)(x − 1).
                slopes[0] = values[0];
                for (int j = 1; j < n - 1; j++)
                    slopes[j] = values[j] - values[j - 1];
                slopes[n - 1] = -values[n - 2];
            }
            values[n - 1] = (n - (w + n - 1)) * values[n - 2] / (n - 1);
            for (int j = n - 2; j >= 1; j--)
                values[j] = ((w + j) * values[j] + (n - w - j) * values[j - 1]) / (n - 1);
            values[0] = w * values[0] / (n - 1);
        }
        // values[j] belongs to the point whose distance is w + j − P/2: in order of points they run backwards.
        values[..order].Reverse();
        if (!slopes.IsEmpty) slopes[..order].Reverse();
    }

    /// <summary>Σ_g M(g) cos(2πkg/n), k = 0 … n − 1: what spreading multiplies a wave by, at the points.</summary>
    internal static double[] Transform(int order, int n)
    {
        Span<double> m = stackalloc double[Largest];
        Evaluate(order, 0, m, default);
        int first = First(order, 0);
        double[] result = new double[n];
        for (int k = 0; k < n; k++)
        {
            for (int j = 0; j < order; j++)
                result[k] += m[j] * Math.Cos(2 * Math.PI * ((long)k * Math.Abs(first + j) % n) / n);
        }

        return result;
    }
}
