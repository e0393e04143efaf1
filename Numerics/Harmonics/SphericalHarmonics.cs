using System;
using System.Runtime.Intrinsics;

namespace Toolkit.Numerics.Harmonics;

/// <summary>
/// Real spherical harmonics Y_lm(r/|r|), orthonormal on the sphere, without the Condon–Shortley phase: Y_1 ∝ (y, z, x).
/// Index l² + l + m, m = −l … l, sines at negative m.
/// </summary>
public sealed class SphericalHarmonics
{
    /// <summary>Points per block.</summary>
    internal const int Lanes = 8;

    private readonly double[] _coefficients;

    /// <summary>Prepares the recursion up to <paramref name="lmax"/>.</summary>
    public SphericalHarmonics(int lmax)
    {
        if (lmax is < 0 or > 50) throw new ArgumentOutOfRangeException(nameof(lmax), lmax, "expected 0 ≤ lmax ≤ 50");
        LMax = lmax;
        _coefficients = HarmonicsCoefficients.Create<double>(lmax);
    }

    /// <summary>The largest l.</summary>
    public int LMax { get; }

    /// <summary>The number of functions, (lmax + 1)².</summary>
    public int Count => (LMax + 1) * (LMax + 1);

    /// <summary>Values at some points.</summary>
    /// <param name="x">x of the vectors: <c>[point]</c>; no vector may be zero.</param>
    /// <param name="y">y: <c>[point]</c>.</param>
    /// <param name="z">z: <c>[point]</c>.</param>
    /// <param name="values">Receives <c>[lm, point]</c>.</param>
    /// <exception cref="ArgumentException">Lengths do not match.</exception>
    public void Compute(ReadOnlySpan<double> x, ReadOnlySpan<double> y, ReadOnlySpan<double> z, Span<double> values) =>
        Compute(x, y, z, values, default);

    /// <summary>Values and gradients at some points.</summary>
    /// <param name="x">x of the vectors: <c>[point]</c>; no vector may be zero.</param>
    /// <param name="y">y: <c>[point]</c>.</param>
    /// <param name="z">z: <c>[point]</c>.</param>
    /// <param name="values">Receives <c>[lm, point]</c>.</param>
    /// <param name="gradients">Receives ∂Y_lm(r/|r|)/∂r: <c>[xyz, lm, point]</c>; empty when not wanted.</param>
    /// <exception cref="ArgumentException">Lengths do not match.</exception>
    public unsafe void Compute(ReadOnlySpan<double> x, ReadOnlySpan<double> y, ReadOnlySpan<double> z,
        Span<double> values, Span<double> gradients)
    {
        int n = x.Length;
        if (y.Length != n || z.Length != n || values.Length != (long)Count * n
            || (gradients.Length != 0 && gradients.Length != 3L * Count * n))
            throw new ArgumentException($"expected {n} y, {n} z, {(long)Count * n} values and 0 or {3L * Count * n} "
                + $"gradients; got {y.Length}, {z.Length}, {values.Length}, {gradients.Length}");
        double[] block = new double[3 * Lanes + 4 * Count * Lanes];
        fixed (double* p = block)
        {
            double* v = p + 3 * Lanes, g = v + Count * Lanes;
            for (int first = 0; first < n; first += Lanes)
            {
                int used = Math.Min(Lanes, n - first);
                for (int k = 0; k < Lanes; k++)
                {
                    // Lanes beyond the last point repeat it.
                    int at = first + Math.Min(k, used - 1);
                    (p[k], p[Lanes + k], p[2 * Lanes + k]) = (x[at], y[at], z[at]);
                }
                if (gradients.Length == 0) Block(p, p + Lanes, p + 2 * Lanes, v);
                else Block(p, p + Lanes, p + 2 * Lanes, v, g);
                for (int lm = 0; lm < Count; lm++)
                    new ReadOnlySpan<double>(v + lm * Lanes, used).CopyTo(values[(lm * n + first)..]);
                for (int row = 0; row < (gradients.Length == 0 ? 0 : 3 * Count); row++)
                    new ReadOnlySpan<double>(g + row * Lanes, used).CopyTo(gradients[(row * n + first)..]);
            }
        }
    }

    /// <summary>Eight points, one per lane: values <c>[lm, lane]</c>.</summary>
    internal unsafe void Block(double* px, double* py, double* pz, double* values)
    {
        Vector512<double> x = Vector512.Load(px), y = Vector512.Load(py), z = Vector512.Load(pz);
        Vector512<double> inverse = Vector512<double>.One / Vector512.Sqrt(x * x + y * y + z * z);
        Solid(x * inverse, y * inverse, z * inverse, values);
    }

    /// <summary>The same with gradients <c>[xyz, lm, lane]</c>, by ∇Y(r) = (∇R(u) − l u Y) / |r|, u = r/|r|.</summary>
    internal unsafe void Block(double* px, double* py, double* pz, double* values, double* gradients)
    {
        Vector512<double> x = Vector512.Load(px), y = Vector512.Load(py), z = Vector512.Load(pz);
        Vector512<double> inverse = Vector512<double>.One / Vector512.Sqrt(x * x + y * y + z * z);
        x *= inverse;
        y *= inverse;
        z *= inverse;
        Solid(x, y, z, values);
        double* gx = gradients, gy = gx + Count * Lanes, gz = gy + Count * Lanes;
        Vector512.Store(Vector512<double>.Zero, gx);
        Vector512.Store(Vector512<double>.Zero, gy);
        Vector512.Store(Vector512<double>.Zero, gz);
        fixed (double* coefficients = _coefficients)
        {
            for (int l = 1; l <= LMax; l++)
            {
                // Row centres of degree l and l − 1: index l² + l and l² − l.
                double* below = values + (l * l - l) * Lanes, here = values + (l * l + l) * Lanes;
                long at = (l * l + l) * Lanes;
                Vector512<double> xl = x * l, yl = y * l, zl = z * l;
                for (int m = 0; m <= l; m++)
                {
                    double* k = coefficients + HarmonicsCoefficients.Index(l, m);
                    Vector512<double> zeta = Vector512.Create(k[HarmonicsCoefficients.Zeta]);
                    Vector512<double> alpha = Vector512.Create(k[HarmonicsCoefficients.Alpha]);
                    Vector512<double> beta = Vector512.Create(k[HarmonicsCoefficients.Beta]);
                    // Cosines C and sines S of degree l − 1; absent ones are zero.
                    Vector512<double> upC = Load(below, m + 1, l - 1), upS = Load(below, -m - 1, l - 1);
                    Vector512<double> downC = m > 0 ? Load(below, m - 1, l - 1) : default;
                    Vector512<double> downS = m > 1 ? Load(below, 1 - m, l - 1) : default;
                    Vector512<double> cos = Vector512.Load(here + m * Lanes);
                    Vector512.Store((beta * downC - alpha * upC - xl * cos) * inverse, gx + at + m * Lanes);
                    Vector512.Store((-beta * downS - alpha * upS - yl * cos) * inverse, gy + at + m * Lanes);
                    Vector512.Store((zeta * Load(below, m, l - 1) - zl * cos) * inverse, gz + at + m * Lanes);
                    if (m == 0) continue;
                    Vector512<double> sin = Vector512.Load(here - m * Lanes);
                    Vector512.Store((beta * downS - alpha * upS - xl * sin) * inverse, gx + at - m * Lanes);
                    Vector512.Store((beta * downC + alpha * upC - yl * sin) * inverse, gy + at - m * Lanes);
                    Vector512.Store((zeta * Load(below, -m, l - 1) - zl * sin) * inverse, gz + at - m * Lanes);
                }
            }
        }

        static Vector512<double> Load(double* centre, int m, int l) =>
            Math.Abs(m) > l ? Vector512<double>.Zero : Vector512.Load(centre + m * Lanes);
    }

    /// <summary>R_lm at unit vectors, degree by degree (<see cref="HarmonicsCoefficients"/> has the recursion).</summary>
    private unsafe void Solid(Vector512<double> x, Vector512<double> y, Vector512<double> z, double* values)
    {
        Vector512.Store(Vector512.Create(HarmonicsCoefficients.Y00), values);
        fixed (double* coefficients = _coefficients)
        {
            for (int l = 1; l <= LMax; l++)
            {
                double* two = values + ((l - 1) * (l - 1) - (l - 1)) * Lanes;
                double* one = values + (l * l - l) * Lanes, here = values + (l * l + l) * Lanes;
                double* k = coefficients + HarmonicsCoefficients.Index(l, 0);
                for (int m = 0; m < l; m++, k += HarmonicsCoefficients.PerEntry)
                {
                    Vector512<double> az = Vector512.Create(k[HarmonicsCoefficients.A]) * z;
                    Vector512<double> b = Vector512.Create(k[HarmonicsCoefficients.B]);
                    Vector512<double> cos = az * Vector512.Load(one + m * Lanes);
                    Vector512<double> sin = az * Vector512.Load(one - m * Lanes);
                    if (m <= l - 2)
                    {
                        cos -= b * Vector512.Load(two + m * Lanes);
                        sin -= b * Vector512.Load(two - m * Lanes);
                    }
                    Vector512.Store(sin, here - m * Lanes);
                    Vector512.Store(cos, here + m * Lanes);
                }
                Vector512<double> s = Vector512.Create(k[HarmonicsCoefficients.A]);
                Vector512<double> c1 = Vector512.Load(one + (l - 1) * Lanes);
                Vector512<double> s1 = l == 1 ? Vector512<double>.Zero : Vector512.Load(one - (l - 1) * Lanes);
                Vector512.Store(s * (x * s1 + y * c1), here - l * Lanes);
                Vector512.Store(s * (x * c1 - y * s1), here + l * Lanes);
            }
        }
    }
}
