using System;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Toolkit.Numerics.Radial;

/// <summary>
/// Radial functions times the cutoff function, tabulated for speed: quintic Hermite pieces on a uniform grid, built
/// from exact values and two derivatives to a requested error.
/// </summary>
/// <remarks>
/// A quintic Hermite piece of width h is off by at most h⁶/46080 · max |g⁽⁶⁾|, and most in the middle of the piece. The
/// grid is doubled until the error measured there is within the tolerance. The cutoff function is applied in closed
/// form after the interpolation: its kinks in higher derivatives would spoil the order.
/// Memory: <c>[interval, l, power 0…5, n]</c> with n padded to a multiple of eight, so that one load brings eight n.
/// </remarks>
public sealed class RadialTable
{
    /// <summary>The lanes that n is padded to.</summary>
    internal const int Lanes = 8;

    private const int Powers = 6;
    private const int MostIntervals = 1 << 14;

    private readonly double[] _coefficients;
    private readonly double _perLength;
    private readonly int _intervals;

    private RadialTable(IRadialFunctions functions, CutoffFunction cutoff, double[] coefficients, int intervals,
        double error)
    {
        NMax = functions.NMax;
        LMax = functions.LMax;
        Cutoff = cutoff;
        _coefficients = coefficients;
        _intervals = intervals;
        _perLength = intervals / cutoff.Radius;
        Error = error;
    }

    /// <summary>The number of radial channels.</summary>
    public int NMax { get; }

    /// <summary>The largest l.</summary>
    public int LMax { get; }

    /// <summary>The cutoff that multiplies every function.</summary>
    public CutoffFunction Cutoff { get; }

    /// <summary>The largest error found on the grid's mid-points, as a fraction of the largest |g_nl|.</summary>
    public double Error { get; }

    /// <summary>The number of pieces.</summary>
    public int Intervals => _intervals;

    /// <summary>n padded to whole vectors: the stride of one l.</summary>
    internal int Stride => (NMax + Lanes - 1) / Lanes * Lanes;

    /// <summary>Tabulates <paramref name="functions"/> with an error of at most <paramref name="tolerance"/>.</summary>
    /// <param name="functions">The exact functions.</param>
    /// <param name="cutoff">The cutoff function; its radius is the table's end.</param>
    /// <param name="tolerance">Largest error as a fraction of the largest |g_nl| on [0, cutoff].</param>
    /// <exception cref="ArgumentException">The tolerance is out of reach of 2¹⁴ pieces or of float64.</exception>
    public static RadialTable Build(IRadialFunctions functions, CutoffFunction cutoff, double tolerance = 1e-9)
    {
        ArgumentNullException.ThrowIfNull(functions);
        ArgumentNullException.ThrowIfNull(cutoff);
        if (!(tolerance > 0)) throw new ArgumentOutOfRangeException(nameof(tolerance), tolerance, "expected a positive error");
        double error = double.NaN;
        for (int intervals = 16; intervals <= MostIntervals; intervals *= 2)
        {
            double[] coefficients = Pieces(functions, cutoff.Radius, intervals);
            var table = new RadialTable(functions, cutoff, coefficients, intervals, double.NaN);
            error = table.MidpointError(functions);
            if (error <= tolerance) return new RadialTable(functions, cutoff, coefficients, intervals, error);
        }
        throw new ArgumentException(
            $"the radial functions cannot be tabulated to {tolerance:R}: {MostIntervals} pieces leave an error of {error:R}");
    }

    /// <summary>f(r) g_nl(r) and its derivative.</summary>
    /// <param name="r">Distance, Å, within [0, cutoff].</param>
    /// <param name="values">Receives <c>[l, n]</c>.</param>
    /// <param name="derivatives">Receives <c>[l, n]</c>, per Å.</param>
    public unsafe void Evaluate(double r, Span<double> values, Span<double> derivatives)
    {
        int stride = Stride, size = (LMax + 1) * stride;
        double[] v = new double[size], d = new double[size];
        fixed (double* pv = v, pd = d)
            Evaluate(r, pv, pd);
        for (int l = 0; l <= LMax; l++)
        {
            v.AsSpan(l * stride, NMax).CopyTo(values[(l * NMax)..]);
            d.AsSpan(l * stride, NMax).CopyTo(derivatives[(l * NMax)..]);
        }
    }

    /// <summary>f(r) g_nl(r): <paramref name="values"/> receives [l, n padded].</summary>
    internal unsafe void Evaluate(double r, double* values)
    {
        int stride = Stride;
        fixed (double* table = &_coefficients[Locate(r, out double at)])
        {
            Vector512<double> f = Vector512.Create(Cutoff.Value(r)), t = Vector512.Create(at);
            double* c = table;
            for (int l = 0; l <= LMax; l++)
            {
                for (int n = 0; n < stride; n += Lanes)
                    Vector512.Store(f * Horner(c + n, stride, t), values + n);
                values += stride;
                c += Powers * stride;
            }
        }
    }

    /// <summary>The same with d/dr in <paramref name="derivatives"/>, [l, n padded].</summary>
    internal unsafe void Evaluate(double r, double* values, double* derivatives)
    {
        int stride = Stride;
        fixed (double* table = &_coefficients[Locate(r, out double at)])
        {
            (double value, double derivative) = Cutoff.Evaluate(r);
            Vector512<double> f = Vector512.Create(value), df = Vector512.Create(derivative), t = Vector512.Create(at);
            Vector512<double> scale = Vector512.Create(value * _perLength);
            double* c = table;
            for (int l = 0; l <= LMax; l++)
            {
                for (int n = 0; n < stride; n += Lanes)
                {
                    Vector512<double> v = Vector512.Load(c + 5 * stride + n), d = v;
                    v = Vector512.MultiplyAddEstimate(v, t, Vector512.Load(c + 4 * stride + n));
                    for (int k = 3; k >= 0; k--)
                    {
                        d = Vector512.MultiplyAddEstimate(d, t, v);
                        v = Vector512.MultiplyAddEstimate(v, t, Vector512.Load(c + k * stride + n));
                    }
                    Vector512.Store(f * v, values + n);
                    Vector512.Store(Vector512.MultiplyAddEstimate(df, v, scale * d), derivatives + n);
                }
                values += stride;
                derivatives += stride;
                c += Powers * stride;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static unsafe Vector512<double> Horner(double* c, int stride, Vector512<double> t)
    {
        Vector512<double> v = Vector512.Load(c + 5 * stride);
        for (int k = 4; k >= 0; k--)
            v = Vector512.MultiplyAddEstimate(v, t, Vector512.Load(c + k * stride));
        return v;
    }

    /// <summary>Where the piece of r starts in the table, and r's place 0…1 within it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int Locate(double r, out double t)
    {
        double scaled = r * _perLength;
        int interval = Math.Clamp((int)scaled, 0, _intervals - 1);
        t = scaled - interval;
        return interval * (LMax + 1) * Powers * Stride;
    }

    private static double[] Pieces(IRadialFunctions functions, double radius, int intervals)
    {
        int nmax = functions.NMax, size = (functions.LMax + 1) * nmax;
        int stride = (nmax + Lanes - 1) / Lanes * Lanes;
        double h = radius / intervals;
        double[] coefficients = new double[intervals * (functions.LMax + 1) * Powers * stride];
        double[] left = new double[3 * size], right = new double[3 * size];
        functions.Evaluate(0, left.AsSpan(0, size), left.AsSpan(size, size), left.AsSpan(2 * size, size));
        for (int i = 0; i < intervals; i++)
        {
            functions.Evaluate((i + 1) * h, right.AsSpan(0, size), right.AsSpan(size, size), right.AsSpan(2 * size, size));
            for (int l = 0; l <= functions.LMax; l++)
                for (int n = 0; n < nmax; n++)
                {
                    int k = l * nmax + n;
                    double f0 = left[k], d0 = left[size + k] * h, s0 = 0.5 * left[2 * size + k] * h * h;
                    double f1 = right[k], d1 = right[size + k] * h, s1 = 0.5 * right[2 * size + k] * h * h;
                    // The three end conditions at t = 1 fix the upper half of the polynomial.
                    double f = f1 - f0 - d0 - s0, d = d1 - d0 - 2 * s0, s = s1 - s0;
                    Span<double> c = coefficients.AsSpan((i * (functions.LMax + 1) + l) * Powers * stride + n);
                    c[0] = f0;
                    c[stride] = d0;
                    c[2 * stride] = s0;
                    c[3 * stride] = 10 * f - 4 * d + s;
                    c[4 * stride] = -15 * f + 7 * d - 2 * s;
                    c[5 * stride] = 6 * f - 3 * d + s;
                }
            (left, right) = (right, left);
        }
        return coefficients;
    }

    private unsafe double MidpointError(IRadialFunctions functions)
    {
        int nmax = NMax, size = (LMax + 1) * nmax, stride = Stride;
        double[] exact = new double[size], first = new double[size], second = new double[size];
        double error = 0, largest = 0;
        Vector512<double> half = Vector512.Create(0.5);
        double* lanes = stackalloc double[Lanes];
        for (int i = 0; i < _intervals; i++)
        {
            functions.Evaluate((i + 0.5) / _perLength, exact, first, second);
            fixed (double* c = &_coefficients[i * (LMax + 1) * Powers * stride])
            {
                for (int l = 0; l <= LMax; l++)
                    for (int n = 0; n < nmax; n++)
                    {
                        if (n % Lanes == 0) Vector512.Store(Horner(c + l * Powers * stride + n, stride, half), lanes);
                        error = Math.Max(error, Math.Abs(lanes[n % Lanes] - exact[l * nmax + n]));
                        largest = Math.Max(largest, Math.Abs(exact[l * nmax + n]));
                    }
            }
        }
        return error / largest;
    }
}
