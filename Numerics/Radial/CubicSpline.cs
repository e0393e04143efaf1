using System;

namespace Toolkit.Numerics.Radial;

/// <summary>
/// The cubic spline through given points that is one cubic over its first two and over its last two intervals
/// ("not-a-knot"): two continuous derivatives, and an error of fourth order up to the ends without knowing any derivative there.
/// </summary>
internal sealed class CubicSpline
{
    /// <summary>The least number of points.</summary>
    public const int LeastPoints = 4;

    private readonly double[] _x, _y, _second;

    /// <summary>Interpolates.</summary>
    /// <param name="x">Abscissae, increasing, at least four; kept.</param>
    /// <param name="y">Values; kept.</param>
    public CubicSpline(double[] x, double[] y)
    {
        (_x, _y) = (x, y);
        int n = x.Length;
        double[] m = _second = new double[n];
        double[] diagonal = new double[n], upper = new double[n];

        // Continuity of the first derivative at point i:
        //   h_(i−1) m_(i−1) + 2(h_(i−1) + h_i) m_i + h_i m_(i+1) = 6 (slope_i − slope_(i−1)),
        // with the end's m eliminated by continuity of the third derivative at its neighbour.
        double first = H(0) / H(1), last = H(n - 2) / H(n - 3);
        for (int i = 1; i < n - 1; i++)
        {
            double lower = H(i - 1);
            diagonal[i] = 2 * (H(i - 1) + H(i));
            upper[i] = H(i);
            m[i] = 6 * ((y[i + 1] - y[i]) / H(i) - (y[i] - y[i - 1]) / H(i - 1));
            if (i == 1)
            {
                diagonal[i] += H(0) * (1 + first);
                upper[i] -= H(0) * first;
                continue;
            }
            if (i == n - 2)
            {
                diagonal[i] += H(n - 2) * (1 + last);
                lower -= H(n - 2) * last;
            }
            double factor = lower / diagonal[i - 1];
            diagonal[i] -= factor * upper[i - 1];
            m[i] -= factor * m[i - 1];
        }
        m[n - 2] /= diagonal[n - 2];
        for (int i = n - 3; i >= 1; i--)
            m[i] = (m[i] - upper[i] * m[i + 1]) / diagonal[i];
        m[0] = m[1] * (1 + first) - m[2] * first;
        m[n - 1] = m[n - 2] * (1 + last) - m[n - 3] * last;

        double H(int i) => x[i + 1] - x[i];
    }

    /// <summary>Value and two derivatives; beyond the ends the end's cubic.</summary>
    public (double Value, double First, double Second) Evaluate(double x)
    {
        int i = Array.BinarySearch(_x, x);
        i = Math.Clamp(i >= 0 ? i : ~i - 1, 0, _x.Length - 2);
        double h = _x[i + 1] - _x[i], b = (x - _x[i]) / h, a = 1 - b;
        double m0 = _second[i], m1 = _second[i + 1];
        return (
            a * _y[i] + b * _y[i + 1] + h * h / 6 * ((a * a * a - a) * m0 + (b * b * b - b) * m1),
            (_y[i + 1] - _y[i]) / h + h / 6 * ((3 * b * b - 1) * m1 - (3 * a * a - 1) * m0),
            a * m0 + b * m1);
    }
}
