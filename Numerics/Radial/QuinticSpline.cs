using System;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Toolkit.Numerics.Radial;

/// <summary>
/// Interpolating quintic splines of many functions on one uniform grid, as coefficients of B-splines: four times
/// continuously differentiable, and one number per function and node, where pieces of polynomials take six.
/// </summary>
/// <remarks>
/// With N intervals of width h there are N + 5 coefficients; within interval i, at t = x/h − i in [0, 1],
/// S = Σ_k B_k(t) c_{i+k}, k = 0 … 5. The N + 1 values and the first and second derivatives at both ends fix them:
/// at a node S = (1, 26, 66, 26, 1)·c/120, h S' = (−1, −10, 0, 10, 1)·c/24, h² S'' = (1, 2, −6, 2, 1)·c/6.
/// </remarks>
internal static class QuinticSpline
{
    /// <summary>B-splines that are not zero within an interval.</summary>
    public const int Support = 6;

    /// <summary>Coefficients beyond the number of intervals.</summary>
    public const int Extra = 5;

    private const int Band = 4;

    /// <summary>Solves for the coefficients.</summary>
    /// <param name="intervals">N.</param>
    /// <param name="count">Functions.</param>
    /// <param name="c">
    /// <c>[N + 5, function]</c>: on entry h² S'' and h S' at the beginning, the N + 1 values, h S' and h² S'' at the
    /// end; on return the coefficients.
    /// </param>
    public static void Solve(int intervals, int count, Span<double> c)
    {
        int rows = intervals + Extra;
        // Rows of the band matrix, entry (row, column) at [row, column − row + Band]. The order of the rows needs no
        // pivoting: values are diagonally dominant, and the end conditions reduce to pivots 1, −8, 54.
        double[] a = new double[rows * (2 * Band + 1)];
        for (int row = 0; row < rows; row++)
        {
            int column = Math.Clamp(row - 2, 0, intervals);
            ReadOnlySpan<double> stencil = Math.Min(row, rows - 1 - row) switch
            {
                0 => [1.0 / 6, 2.0 / 6, -1, 2.0 / 6, 1.0 / 6],
                1 => [-1.0 / 24, -10.0 / 24, 0, 10.0 / 24, 1.0 / 24],
                _ => [1.0 / 120, 26.0 / 120, 66.0 / 120, 26.0 / 120, 1.0 / 120],
            };
            stencil.CopyTo(a.AsSpan(row * (2 * Band + 1) + column - row + Band));
        }
        for (int pivot = 0; pivot < rows; pivot++)
        {
            ReadOnlySpan<double> source = a.AsSpan(pivot * (2 * Band + 1) + Band, Band + 1);
            for (int row = pivot + 1; row <= Math.Min(pivot + Band, rows - 1); row++)
            {
                Span<double> target = a.AsSpan(row * (2 * Band + 1) + Band - (row - pivot), Band + 1);
                double factor = target[0] / source[0];
                if (factor == 0) continue;
                for (int k = 0; k <= Band; k++)
                    target[k] -= factor * source[k];
                Subtract(c, row, pivot, factor, count);
            }
        }
        for (int row = rows - 1; row >= 0; row--)
        {
            ReadOnlySpan<double> source = a.AsSpan(row * (2 * Band + 1) + Band, Band + 1);
            for (int k = 1; k <= Math.Min(Band, rows - 1 - row); k++)
                Subtract(c, row, row + k, source[k], count);
            foreach (ref double value in c.Slice(row * count, count))
                value /= source[0];
        }
    }

    private static void Subtract(Span<double> c, int row, int other, double factor, int count)
    {
        Span<double> target = c.Slice(row * count, count);
        ReadOnlySpan<double> source = c.Slice(other * count, count);
        for (int q = 0; q < count; q++)
            target[q] -= factor * source[q];
    }

    /// <summary>f B_k(t), k = 0 … 5, one t per lane: <c>[k, lane]</c>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe void Weights(Vector512<double> t, Vector512<double> f, double* weights)
    {
        Vector512<double> u = Vector512<double>.One - t, t2 = t * t, u2 = u * u, g = f * (1.0 / 120);
        Vector512.Store(g * (u2 * u2 * u), weights);
        Vector512.Store(g * Horner(t, 26, -50, 20, 20, -20, 5), weights + 8);
        Vector512.Store(g * Horner(t, 66, 0, -60, 0, 30, -10), weights + 16);
        Vector512.Store(g * Horner(t, 26, 50, 20, -20, -20, 10), weights + 24);
        Vector512.Store(g * Horner(t, 1, 5, 10, 10, 5, -5), weights + 32);
        Vector512.Store(g * (t2 * t2 * t), weights + 40);
    }

    /// <summary>a B_k(t) + b B'_k(t), k = 0 … 5, one t per lane: <c>[k, lane]</c>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe void Slopes(Vector512<double> t, Vector512<double> a, Vector512<double> b, double* weights)
    {
        Vector512<double> u = Vector512<double>.One - t, t2 = t * t, u2 = u * u;
        a *= 1.0 / 120;
        b *= 1.0 / 24;
        Vector512.Store(u2 * u2 * (a * u - b), weights);
        Vector512.Store(a * Horner(t, 26, -50, 20, 20, -20, 5) + b * Horner(t, -10, 8, 12, -16, 5), weights + 8);
        Vector512.Store(a * Horner(t, 66, 0, -60, 0, 30, -10) + b * Horner(t, 0, -24, 0, 24, -10), weights + 16);
        Vector512.Store(a * Horner(t, 26, 50, 20, -20, -20, 10) + b * Horner(t, 10, 8, -12, -16, 10), weights + 24);
        Vector512.Store(a * Horner(t, 1, 5, 10, 10, 5, -5) + b * Horner(t, 1, 4, 6, 4, -5), weights + 32);
        Vector512.Store(t2 * t2 * (a * t + b), weights + 40);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<double> Horner(Vector512<double> t, double c0, double c1, double c2, double c3, double c4, double c5) =>
        Vector512.MultiplyAddEstimate(Horner(t, c1, c2, c3, c4, c5), t, Vector512.Create(c0));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<double> Horner(Vector512<double> t, double c0, double c1, double c2, double c3, double c4)
    {
        Vector512<double> v = Vector512.MultiplyAddEstimate(Vector512.Create(c4), t, Vector512.Create(c3));
        v = Vector512.MultiplyAddEstimate(v, t, Vector512.Create(c2));
        v = Vector512.MultiplyAddEstimate(v, t, Vector512.Create(c1));
        return Vector512.MultiplyAddEstimate(v, t, Vector512.Create(c0));
    }
}
