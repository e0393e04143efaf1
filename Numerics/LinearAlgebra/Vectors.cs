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

    /// <summary>x ← (x + a)ⁿ, n ≥ 1.</summary>
    public static void AddAndRaise(double a, int n, Span<double> x)
    {
        Vector512<double> offset = Vector512.Create(a);
        int k = 0;
        for (; k <= x.Length - 8; k += 8)
        {
            Vector512<double> v = Vector512.Create<double>(x[k..]) + offset, power = v;
            for (int i = 1; i < n; i++)
                power *= v;
            power.CopyTo(x[k..]);
        }
        for (; k < x.Length; k++)
        {
            double v = x[k] + a, power = v;
            for (int i = 1; i < n; i++)
                power *= v;
            x[k] = power;
        }
    }

    /// <summary>x ← x/√(s t), or zero where s or t is.</summary>
    public static void DivideByRoots(Span<double> x, double s, ReadOnlySpan<double> t)
    {
        t = t[..x.Length];
        double root = Math.Sqrt(s);
        Vector512<double> own = Vector512.Create(root);
        int k = 0;
        for (; k <= x.Length - 8; k += 8)
        {
            Vector512<double> length = own * Vector512.Sqrt(Vector512.Create(t[k..]));
            Vector512<double> isZero = Vector512.Equals(length, Vector512<double>.Zero);
            Vector512.ConditionalSelect(isZero, Vector512<double>.Zero, Vector512.Create<double>(x[k..]) / length).CopyTo(x[k..]);
        }
        for (; k < x.Length; k++)
        {
            double length = root * Math.Sqrt(t[k]);
            x[k] = length == 0 ? 0 : x[k] / length;
        }
    }

    /// <summary>x ← a x, or a x y where there is a y.</summary>
    public static void Scale(double a, Span<double> x, ReadOnlySpan<double> y = default)
    {
        Vector512<double> factor = Vector512.Create(a);
        int k = 0;
        for (; k <= x.Length - 8; k += 8)
        {
            Vector512<double> v = factor * Vector512.Create<double>(x[k..]);
            (y.IsEmpty ? v : v * Vector512.Create(y[k..])).CopyTo(x[k..]);
        }
        for (; k < x.Length; k++)
            x[k] *= y.IsEmpty ? a : a * y[k];
    }
}
