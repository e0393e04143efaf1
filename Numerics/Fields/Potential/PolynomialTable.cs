using System;
using System.Runtime.Intrinsics;

namespace Toolkit.Numerics.Fields.Potential;

/// <summary>
/// Fast values and derivatives of many smooth functions of one variable: polynomials on equal intervals, fitted to a
/// requested error.
/// </summary>
/// <remarks>
/// Degree 9 through Chebyshev's points: with κ the largest wave number of a function the error is (κh/4)^10/(10!/2) for
/// intervals of width h, so that few are needed even for 1e-13. Where functions are smooth only piecewise, each piece has
/// intervals of its own. Memory: <c>[interval, power, function]</c>, functions padded to eight.
/// </remarks>
internal sealed unsafe class PolynomialTable
{
    private const int Degree = 9, Terms = Degree + 1, MostIntervals = 1 << 12;

    private const double Rounding = 1e-11;

    private readonly double[] _ends;
    private readonly double[] _perLength;
    private readonly int[] _first;
    private readonly double[] _coefficients;

    private PolynomialTable(int functions, int padded, double[] ends, double[] perLength, int[] first, double[] coefficients)
    {
        Functions = functions;
        Padded = padded;
        _ends = ends;
        _perLength = perLength;
        _first = first;
        _coefficients = coefficients;
    }

    /// <summary>The number of functions.</summary>
    internal int Functions { get; }

    /// <summary>The same, rounded up to a multiple of eight.</summary>
    internal int Padded { get; }

    /// <summary>Where the table ends.</summary>
    internal double End => _ends[^1];

    /// <summary>Tabulates.</summary>
    /// <param name="functions">How many.</param>
    /// <param name="ends">Where pieces begin and end, increasing.</param>
    /// <param name="width">An interval to begin with.</param>
    /// <param name="scale">A size of each function that errors are measured in: <c>[function]</c>.</param>
    /// <param name="error">The largest error of a value; or as much as rounding allows, where that is less than 1e-11 above it.</param>
    /// <param name="evaluate">Writes the functions' values at a point.</param>
    internal static PolynomialTable Build(
        int functions, ReadOnlySpan<double> ends, double width, double[] scale, double error, EvaluateAt evaluate)
    {
        int padded = (functions + 7) / 8 * 8, pieces = ends.Length - 1;
        double[] perLength = new double[pieces];
        int[] first = new int[pieces + 1];
        double[][] parts = new double[pieces][];
        for (int piece = 0; piece < pieces; piece++)
        {
            double length = ends[piece + 1] - ends[piece];
            int count = Math.Max(1, (int)Math.Ceiling(length / width));
            double before = double.PositiveInfinity;
            while (true)
            {
                if (count > MostIntervals)
                    throw new InvalidOperationException(
                        $"a radial function on [{ends[piece]:G5}, {ends[piece + 1]:G5}] Å could not be tabulated to {error:G3}");
                parts[piece] = Fit(functions, padded, ends[piece], length / count, count);
                double worst = Worst(parts[piece], ends[piece], length / count, count);
                // Where halving intervals does not help, what is left is the rounding of the functions themselves.
                if (worst <= error || (worst < Rounding && worst > 0.1 * before)) break;
                before = worst;
                count *= 2;
            }
            perLength[piece] = count / length;
            first[piece + 1] = first[piece] + count;
        }
        double[] all = GC.AllocateArray<double>(first[pieces] * Terms * padded + 8, pinned: true);
        for (int piece = 0; piece < pieces; piece++)
            parts[piece].CopyTo(all, first[piece] * Terms * padded);
        return new PolynomialTable(functions, padded, ends.ToArray(), perLength, first, all);

        double[] Fit(int functions, int padded, double start, double h, int count)
        {
            double[] c = new double[count * Terms * padded], v = new double[Terms * functions], cheb = new double[Terms];
            double[] nodes = new double[Terms];
            for (int k = 0; k < Terms; k++)
                nodes[k] = Math.Cos(Math.PI * (k + 0.5) / Terms);
            for (int i = 0; i < count; i++)
            {
                for (int k = 0; k < Terms; k++)
                    evaluate(start + h * (i + 0.5 + 0.5 * nodes[k]), v.AsSpan(k * functions, functions));
                for (int f = 0; f < functions; f++)
                {
                    for (int q = 0; q < Terms; q++)
                    {
                        double s = 0;
                        for (int k = 0; k < Terms; k++)
                            s += v[k * functions + f] * Math.Cos(Math.PI * q * (k + 0.5) / Terms);
                        cheb[q] = (q == 0 ? 1 : 2) * s / Terms;
                    }
                    for (int power = 0; power < Terms; power++)
                    {
                        double s = 0;
                        for (int q = power; q < Terms; q++)
                            s += cheb[q] * Chebyshev[q, power];
                        c[(i * Terms + power) * padded + f] = s;
                    }
                }
            }
            return c;
        }

        double Worst(double[] c, double start, double h, int count)
        {
            // Between the outermost points of Chebyshev the error is as large as anywhere.
            double worst = 0;
            double[] exact = new double[functions];
            int step = Math.Max(1, count / 16);
            for (int i = 0; i < count; i += step)
                foreach (double u in (ReadOnlySpan<double>)[-0.95, 0.16])
                {
                    evaluate(start + h * (i + 0.5 + 0.5 * u), exact);
                    for (int f = 0; f < functions; f++)
                    {
                        double s = 0;
                        for (int power = Degree; power >= 0; power--)
                            s = s * u + c[(i * Terms + power) * padded + f];
                        worst = Math.Max(worst, Math.Abs(s - exact[f]) / scale[f]);
                    }
                }
            return worst;
        }
    }

    /// <summary>Writes the values of all functions at a point.</summary>
    internal delegate void EvaluateAt(double x, Span<double> values);

    // T_q(u) = Σ Chebyshev[q, power] u^power.
    private static readonly double[,] Chebyshev = Powers();

    private static double[,] Powers()
    {
        double[,] t = new double[Terms, Terms];
        t[0, 0] = 1;
        t[1, 1] = 1;
        for (int q = 2; q < Terms; q++)
            for (int power = 0; power < Terms; power++)
                t[q, power] = (power > 0 ? 2 * t[q - 1, power - 1] : 0) - t[q - 2, power];
        return t;
    }

    /// <summary>Values at x (within the table): <c>[function, padded]</c>.</summary>
    internal void Values(double x, double* values)
    {
        double u = Find(x, out double* c, out _);
        for (int f = 0; f < Padded; f += 8)
        {
            Vector512<double> t = Vector512.Create(u), v = Vector512.Load(c + Degree * Padded + f);
            for (int power = Degree - 1; power >= 0; power--)
                v = Vector512.MultiplyAddEstimate(v, t, Vector512.Load(c + power * Padded + f));
            Vector512.Store(v, values + f);
        }
    }

    /// <summary>Values and derivatives at x.</summary>
    internal void Both(double x, double* values, double* slopes)
    {
        double u = Find(x, out double* c, out double per);
        for (int f = 0; f < Padded; f += 8)
        {
            Vector512<double> t = Vector512.Create(u), v = Vector512.Load(c + Degree * Padded + f), d = default;
            for (int power = Degree - 1; power >= 0; power--)
            {
                d = Vector512.MultiplyAddEstimate(d, t, v);
                v = Vector512.MultiplyAddEstimate(v, t, Vector512.Load(c + power * Padded + f));
            }
            Vector512.Store(v, values + f);
            Vector512.Store(d * (2 * per), slopes + f);
        }
    }

    private double Find(double x, out double* c, out double per)
    {
        int piece = 0;
        while (piece + 2 < _ends.Length && x >= _ends[piece + 1])
            piece++;
        per = _perLength[piece];
        double s = (x - _ends[piece]) * per;
        int i = Math.Clamp((int)s, 0, _first[piece + 1] - _first[piece] - 1);
        // Pinned.
        c = (double*)System.Runtime.InteropServices.Marshal.UnsafeAddrOfPinnedArrayElement(_coefficients, (_first[piece] + i) * Terms * Padded);
        return 2 * (s - i) - 1;
    }
}
