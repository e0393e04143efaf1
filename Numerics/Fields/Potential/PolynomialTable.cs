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

    private const double Rounding = 1e-9;

    private readonly double[] _ends;
    private readonly double[] _perLength;
    private readonly int[] _first;
    // [interval, power, function], pinned.
    private readonly double[] _coefficients;
    private readonly double* _start;

    private PolynomialTable(int functions, int padded, double[] ends, double[] perLength, int[] first, double[] coefficients)
    {
        Functions = functions;
        Padded = padded;
        _ends = ends;
        _perLength = perLength;
        _first = first;
        _coefficients = coefficients;
        _start = (double*)System.Runtime.InteropServices.Marshal.UnsafeAddrOfPinnedArrayElement(coefficients, 0);
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
    /// <param name="scale">A size of each function that errors are measured in: <c>[function]</c>; null: its largest value in each piece,
    /// of which eight intervals are then enough to begin with.</param>
    /// <param name="error">The largest error of a value; or as much as rounding allows, where that is less than 1e-9 above it.</param>
    /// <param name="evaluate">Writes the functions' values at a point.</param>
    internal static PolynomialTable Build(
        int functions, ReadOnlySpan<double> ends, double width, double[]? scale, double error, EvaluateAt evaluate)
    {
        int padded = (functions + 7) / 8 * 8, pieces = ends.Length - 1;
        double[] perLength = new double[pieces];
        int[] first = new int[pieces + 1];
        double[][] parts = new double[pieces][];
        double[] atNodes = new double[Terms * functions], exact = new double[functions];
        for (int piece = 0; piece < pieces; piece++)
        {
            double length = ends[piece + 1] - ends[piece];
            int count = (int)Math.Clamp(Math.Ceiling(length / width), 1, scale is null ? 8 : MostIntervals + 1.0);
            double[] sizes = scale ?? new double[functions];
            double before = double.PositiveInfinity;
            while (true)
            {
                if (count > MostIntervals)
                {
                    throw new InvalidOperationException(
                        $"a radial function on [{ends[piece]:G5}, {ends[piece + 1]:G5}] Å could not be tabulated to {error:G3}");
                }
                // Some intervals tell whether they are short enough; the others are fitted only when they are.
                parts[piece] = new double[count * Terms * padded];
                int step = Math.Max(1, count / 16);
                double worst = 0;
                for (int i = 0; i < count; i += step)
                {
                    Fit(parts[piece], ends[piece], length / count, i);
                    for (int k = 0; scale is null && k < atNodes.Length; k++)
                        sizes[k % functions] = Math.Max(sizes[k % functions], Math.Abs(atNodes[k]));
                    worst = Math.Max(worst, Worst(parts[piece], ends[piece], length / count, i, sizes));
                }
                // Where halving intervals does not help, what is left is the rounding of the functions themselves.
                if (worst <= error || (worst < Rounding && worst > 0.1 * before))
                {
                    for (int i = 0; i < count; i++)
                        if (i % step != 0) Fit(parts[piece], ends[piece], length / count, i);
                    break;
                }
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

        void Fit(double[] c, double start, double h, int i)
        {
            for (int k = 0; k < Terms; k++)
                evaluate(start + h * (i + 0.5 + 0.5 * Cosines[1, k]), atNodes.AsSpan(k * functions, functions));
            Span<double> cheb = stackalloc double[Terms];
            for (int f = 0; f < functions; f++)
            {
                for (int q = 0; q < Terms; q++)
                {
                    double s = 0;
                    for (int k = 0; k < Terms; k++)
                        s += atNodes[k * functions + f] * Cosines[q, k];
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

        double Worst(double[] c, double start, double h, int i, double[] sizes)
        {
            // Between the outermost points of Chebyshev the error is as large as anywhere.
            double worst = 0;
            foreach (double u in (ReadOnlySpan<double>)[-0.95, 0.16])
            {
                evaluate(start + h * (i + 0.5 + 0.5 * u), exact);
                for (int f = 0; f < functions; f++)
                {
                    double s = 0;
                    for (int power = Degree; power >= 0; power--)
                        s = s * u + c[(i * Terms + power) * padded + f];
                    worst = Math.Max(worst, Math.Abs(s - exact[f]) / Math.Max(sizes[f], double.Epsilon));
                }
            }
            return worst;
        }
    }

    /// <summary>Writes the values of all functions at a point.</summary>
    internal delegate void EvaluateAt(double x, Span<double> values);

    // T_q at Chebyshev's points.
    private static readonly double[,] Cosines = AtNodes();

    private static double[,] AtNodes()
    {
        double[,] t = new double[Terms, Terms];
        for (int q = 0; q < Terms; q++)
        {
            for (int k = 0; k < Terms; k++)
                t[q, k] = Math.Cos(Math.PI * q * (k + 0.5) / Terms);
        }

        return t;
    }

    // T_q(u) = Σ Chebyshev[q, power] u^power.
    private static readonly double[,] Chebyshev = Powers();

    private static double[,] Powers()
    {
        double[,] t = new double[Terms, Terms];
        t[0, 0] = 1;
        t[1, 1] = 1;
        for (int q = 2; q < Terms; q++)
        {
            for (int power = 0; power < Terms; power++)
                t[q, power] = (power > 0 ? 2 * t[q - 1, power - 1] : 0) - t[q - 2, power];
        }

        return t;
    }

    /// <summary>Values at eight places within the table: <c>[place, function, padded]</c>.</summary>
    internal void Values(double* x, double* values)
    {
        double** c = stackalloc double*[8];
        double* u = stackalloc double[8];
        for (int k = 0; k < 8; k++)
            u[k] = Find(x[k], out c[k], out _);
        int padded = Padded;
        // Four at once, none of which waits for another.
        for (int k = 0; k < 8; k += 4)
        {
            double* c0 = c[k], c1 = c[k + 1], c2 = c[k + 2], c3 = c[k + 3];
            Vector512<double> t0 = Vector512.Create(u[k]), t1 = Vector512.Create(u[k + 1]), t2 = Vector512.Create(u[k + 2]),
                t3 = Vector512.Create(u[k + 3]);
            for (int f = 0; f < padded; f += 8)
            {
                nint at = Degree * padded + f;
                Vector512<double> v0 = Vector512.Load(c0 + at), v1 = Vector512.Load(c1 + at), v2 = Vector512.Load(c2 + at),
                    v3 = Vector512.Load(c3 + at);
                for (at -= padded; at >= 0; at -= padded)
                {
                    v0 = Vector512.MultiplyAddEstimate(v0, t0, Vector512.Load(c0 + at));
                    v1 = Vector512.MultiplyAddEstimate(v1, t1, Vector512.Load(c1 + at));
                    v2 = Vector512.MultiplyAddEstimate(v2, t2, Vector512.Load(c2 + at));
                    v3 = Vector512.MultiplyAddEstimate(v3, t3, Vector512.Load(c3 + at));
                }
                double* to = values + k * padded + f;
                Vector512.Store(v0, to);
                Vector512.Store(v1, to + padded);
                Vector512.Store(v2, to + 2 * padded);
                Vector512.Store(v3, to + 3 * padded);
            }
        }
    }

    /// <summary>Values and derivatives at eight places.</summary>
    internal void Both(double* x, double* values, double* slopes)
    {
        double** c = stackalloc double*[8];
        double* u = stackalloc double[8], per = stackalloc double[8];
        for (int k = 0; k < 8; k++)
            u[k] = Find(x[k], out c[k], out per[k]);
        int padded = Padded;
        for (int k = 0; k < 8; k += 2)
        {
            double* c0 = c[k], c1 = c[k + 1];
            Vector512<double> t0 = Vector512.Create(u[k]), t1 = Vector512.Create(u[k + 1]);
            for (int f = 0; f < padded; f += 8)
            {
                nint at = Degree * padded + f;
                Vector512<double> v0 = Vector512.Load(c0 + at), v1 = Vector512.Load(c1 + at), d0 = default, d1 = default;
                for (at -= padded; at >= 0; at -= padded)
                {
                    d0 = Vector512.MultiplyAddEstimate(d0, t0, v0);
                    d1 = Vector512.MultiplyAddEstimate(d1, t1, v1);
                    v0 = Vector512.MultiplyAddEstimate(v0, t0, Vector512.Load(c0 + at));
                    v1 = Vector512.MultiplyAddEstimate(v1, t1, Vector512.Load(c1 + at));
                }
                nint to = k * padded + f;
                Vector512.Store(v0, values + to);
                Vector512.Store(v1, values + to + padded);
                Vector512.Store(d0 * (2 * per[k]), slopes + to);
                Vector512.Store(d1 * (2 * per[k + 1]), slopes + to + padded);
            }
        }
    }

    /// <summary>One function at x.</summary>
    internal double Value(double x, int function)
    {
        double u = Find(x, out double* c, out _), v = c[Degree * Padded + function];
        for (int power = Degree - 1; power >= 0; power--)
            v = Math.FusedMultiplyAdd(v, u, c[power * Padded + function]);
        return v;
    }

    /// <summary>One function and its derivative at x.</summary>
    internal (double Value, double Slope) Both(double x, int function)
    {
        double u = Find(x, out double* c, out double per), v = c[Degree * Padded + function], d = 0;
        for (int power = Degree - 1; power >= 0; power--)
        {
            d = Math.FusedMultiplyAdd(d, u, v);
            v = Math.FusedMultiplyAdd(v, u, c[power * Padded + function]);
        }
        return (v, 2 * per * d);
    }

    private double Find(double x, out double* c, out double per)
    {
        int piece = 0;
        while (piece + 2 < _ends.Length && x >= _ends[piece + 1])
            piece++;
        per = _perLength[piece];
        double s = (x - _ends[piece]) * per;
        int i = Math.Clamp((int)s, 0, _first[piece + 1] - _first[piece] - 1);
        c = _start + (nint)(_first[piece] + i) * Terms * Padded;
        return 2 * (s - i) - 1;
    }
}
