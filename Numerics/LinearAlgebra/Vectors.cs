using System;
using System.Runtime.Intrinsics;

namespace Toolkit.Numerics.LinearAlgebra;

/// <summary>Sums over single rows, too short for <see cref="Dense"/>.</summary>
internal static class Vectors
{
    /// <summary>x · y.</summary>
    public static double Dot(ReadOnlySpan<double> x, ReadOnlySpan<double> y)
    {
        y = y[..x.Length];
        Vector512<double> even = default, odd = default;
        int k = 0;
        for (; k <= x.Length - 16; k += 16)
        {
            even = Vector512.MultiplyAddEstimate(Vector512.Create(x[k..]), Vector512.Create(y[k..]), even);
            odd = Vector512.MultiplyAddEstimate(Vector512.Create(x[(k + 8)..]), Vector512.Create(y[(k + 8)..]), odd);
        }
        double sum = Vector512.Sum(even + odd);
        for (; k < x.Length; k++)
            sum += x[k] * y[k];
        return sum;
    }

    /// <summary>x · x.</summary>
    public static double Square(ReadOnlySpan<double> x) => Dot(x, x);

    /// <summary>|x − y|².</summary>
    public static double Distance(ReadOnlySpan<double> x, ReadOnlySpan<double> y)
    {
        y = y[..x.Length];
        Vector512<double> total = default;
        int k = 0;
        for (; k <= x.Length - 8; k += 8)
        {
            Vector512<double> d = Vector512.Create(x[k..]) - Vector512.Create(y[k..]);
            total = Vector512.MultiplyAddEstimate(d, d, total);
        }
        double sum = Vector512.Sum(total);
        for (; k < x.Length; k++)
            sum += (x[k] - y[k]) * (x[k] - y[k]);
        return sum;
    }

    /// <summary>y ← y + a x.</summary>
    public static void AddScaled(double a, ReadOnlySpan<double> x, Span<double> y)
    {
        y = y[..x.Length];
        Vector512<double> factor = Vector512.Create(a);
        int k = 0;
        for (; k <= x.Length - 8; k += 8)
            Vector512.MultiplyAddEstimate(factor, Vector512.Create(x[k..]), Vector512.Create<double>(y[k..])).CopyTo(y[k..]);
        for (; k < x.Length; k++)
            y[k] += a * x[k];
    }
}
