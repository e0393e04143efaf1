using System;
using System.Collections.Generic;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace Toolkit.Numerics.Radial;

/// <summary>
/// Löwdin's orthonormalisation of Gaussian-type primitives, worked out with as many digits as it takes: the overlaps of thirty
/// primitives have a condition number beyond 1e20.
/// </summary>
/// <remarks>
/// In units of cutoff/nmax the primitives x^k e^(−x²/2s_k²), s_k² = max(k, 1), depend on no parameter, so there is one transform for
/// each number of them. The overlaps are in closed form, ∫ x^(p+2) e^(−cx²) dx = Γ(A)/(2c^A), A = (p + 3)/2, with c a fraction;
/// S^(−1/2) is the limit of the product form of Denman and Beavers' iteration with scaling (S. H. Cheng, N. J. Higham, C. S. Kenney
/// and A. J. Laub, SIAM J. Matrix Anal. Appl. 22, 1112, 2001). Numbers are integers times 2^(−bits); the bits are doubled until
/// S^(−1/2) S S^(−1/2) is the unit matrix to the last digits of a <see cref="DoubleDouble"/>.
/// </remarks>
internal sealed class GtoTransform
{
    // The error of a sum in DoubleDouble is 2^(−104) times its largest terms; the transform's own must not be seen beside it.
    private const int ResidualBits = 110, FewestBits = 192, MostSteps = 100;

    private static readonly Dictionary<int, GtoTransform> Known = [];

    private readonly int _size;
    private readonly int _bits;

    private GtoTransform(int size)
    {
        _size = size;
        for (_bits = FewestBits; ; _bits *= 2)
        {
            BigInteger[] norms = new BigInteger[size], overlaps = Overlaps(norms);
            BigInteger[] root = InverseRoot(overlaps);
            if (Residual(Product(Product(root, overlaps), root)) > BigInteger.One << (_bits - ResidualBits)) continue;
            Coefficients = new DoubleDouble[size * size];
            for (int n = 0; n < size; n++)
            {
                double sum = 0;
                for (int k = 0; k < size; k++)
                {
                    Coefficients[n * size + k] = DoubleDouble.FromFixed(Times(root[n * size + k], norms[k]), _bits);
                    sum += Math.Abs((double)DoubleDouble.FromFixed(root[n * size + k], _bits));
                }
                Cancellation = Math.Max(Cancellation, sum);
            }
            Extent = Reach();
            return;
        }
    }

    /// <summary>R_n in terms of (x/s_k²)^k e^(−x²/2s_k²), x in units of cutoff/nmax: <c>[n, k]</c>.</summary>
    public DoubleDouble[] Coefficients { get; } = [];

    /// <summary>The largest Σ_k |S^(−1/2)_nk|: how many times larger than their sum the terms of a function may be.</summary>
    public double Cancellation { get; }

    /// <summary>The transform of a number of primitives; made once.</summary>
    public static GtoTransform Of(int size)
    {
        lock (Known)
        {
            if (!Known.TryGetValue(size, out GtoTransform? known)) Known.Add(size, known = new GtoTransform(size));
            return known;
        }
    }

    /// <summary>x beyond which no function is, in units of cutoff/nmax: see <see cref="RadialBasis.Extent"/>.</summary>
    public double Extent { get; }

    /// <summary>R_n, R_n' and R_n'' in units of cutoff/nmax: <c>[n]</c> each.</summary>
    // Tables are made in the first moments of a process: unoptimised code would take as long as all else.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Evaluate(double x, Span<double> values, Span<double> first, Span<double> second)
    {
        Span<DoubleDouble> sums = stackalloc DoubleDouble[3 * _size];
        sums.Clear();
        for (int k = 0; k < _size; k++)
        {
            // t = x/s² and its powers k, k − 1, k − 2, which are those of the derivatives: s² = k but for k = 0.
            int s2 = Math.Max(k, 1);
            DoubleDouble t = (DoubleDouble)x / s2, p0 = 1, p1 = 0, p2 = 0;
            for (int power = 1; power <= k; power++)
                (p0, p1, p2) = (p0 * t, p0, p1);
            p2 = p2 * (k - 1) / s2;
            DoubleDouble e = DoubleDouble.Exp(t * t * (-0.5 * s2));
            DoubleDouble f0 = e * p0, f1 = e * (p1 - t * p0), f2 = e * (p2 - 2 * (t * p1) + (t * t - (DoubleDouble)1 / s2) * p0);
            for (int n = 0; n < _size; n++)
            {
                DoubleDouble c = Coefficients[n * _size + k];
                sums[3 * n] += c * f0;
                sums[3 * n + 1] += c * f1;
                sums[3 * n + 2] += c * f2;
            }
        }
        for (int n = 0; n < _size; n++)
            (values[n], first[n], second[n]) = ((double)sums[3 * n], (double)sums[3 * n + 1], (double)sums[3 * n + 2]);
    }

    /// <summary>Where all functions have fallen to 1e-20 of the largest value of any.</summary>
    private double Reach()
    {
        double[] v = new double[_size], first = new double[_size], second = new double[_size];
        double largest = 0, width = Math.Sqrt(Math.Max(_size - 1, 1)), reach = 10 * width;
        for (double x = 0; x < reach; x += 0.5)
            largest = Math.Max(largest, At(x));
        while (At(reach) > 1e-20 * largest)
            reach += 0.25 * width;
        return reach;

        double At(double x)
        {
            Evaluate(x, v, first, second);
            double most = 0;
            foreach (double value in v)
                most = Math.Max(most, Math.Abs(value));
            return most;
        }
    }

    private BigInteger One => BigInteger.One << _bits;

    /// <summary>Overlaps of the normalised primitives, and what normalises (x/s_k²)^k e^(−x²/2s_k²).</summary>
    private BigInteger[] Overlaps(BigInteger[] norms)
    {
        BigInteger rootPi = Root(Pi());
        for (int k = 0; k < _size; k++)
            norms[k] = (One << _bits) / Root(Moment(k, k, rootPi));
        var result = new BigInteger[_size * _size];
        for (int k = 0; k < _size; k++)
        {
            for (int q = 0; q <= k; q++)
                result[k * _size + q] = result[q * _size + k] = k == q ? One : Times(Times(Moment(k, q, rootPi), norms[k]), norms[q]);
        }

        return result;
    }

    /// <summary>∫ x² (x/s_k²)^k (x/s_q²)^q e^(−c x²) dx over x ≥ 0 with c = 1/2s_k² + 1/2s_q².</summary>
    private BigInteger Moment(int k, int q, BigInteger rootPi)
    {
        int sk = Math.Max(k, 1), sq = Math.Max(q, 1), p = k + q, whole = (p + 3) / 2;
        BigInteger above = 2 * sk * sq, below = sk + sq;
        BigInteger denominator = 2 * BigInteger.Pow(below, whole) * BigInteger.Pow(sk, k) * BigInteger.Pow(sq, q);
        BigInteger numerator = BigInteger.Pow(above, whole);
        if (p % 2 == 1) return (Factorial(whole - 1) * numerator << _bits) / denominator;
        // A = whole + 1/2: Γ(A) = (2 whole)!/(4^whole whole!) √π, and one more root of 1/c.
        numerator *= Factorial(2 * whole);
        denominator *= Factorial(whole) << (2 * whole);
        return Times(rootPi * numerator / denominator, Root((above << _bits) / below));
    }

    /// <summary>S^(−1/2).</summary>
    private BigInteger[] InverseRoot(BigInteger[] s)
    {
        int n = _size;
        BigInteger[] m = (BigInteger[])s.Clone(), y = new BigInteger[n * n];
        for (int i = 0; i < n; i++)
            y[i * n + i] = One;
        for (int step = 0; step < MostSteps; step++)
        {
            BigInteger distance = Residual(m);
            BigInteger[] inverse = Inverse(m);
            // μ² = 4^shift brings the largest eigenvalues of M and of its inverse together.
            int shift = distance >> (_bits - 1) == 0 ? 0 : (int)((Largest(inverse).GetBitLength() - Largest(m).GetBitLength()) / 4);
            BigInteger[] factor = new BigInteger[n * n];
            for (int i = 0; i < n * n; i++)
            {
                // y ← ½ y (μ + M⁻¹/μ), M ← ½ (1 + ½ (μ² M + M⁻¹/μ²)).
                factor[i] = Shifted(inverse[i], -shift - 1);
                m[i] = Shifted(m[i], 2 * shift - 2) + Shifted(inverse[i], -2 * shift - 2);
            }
            for (int i = 0; i < n; i++)
            {
                factor[i * n + i] += Shifted(One, shift - 1);
                m[i * n + i] += One >> 1;
            }
            y = Product(y, factor);
            // The error is squared in each step.
            if (distance >> (_bits / 2) == 0) break;
        }
        return y;
    }

    /// <summary>The largest element of M − 1.</summary>
    private BigInteger Residual(BigInteger[] m)
    {
        BigInteger largest = 0;
        for (int i = 0; i < _size; i++)
        {
            for (int j = 0; j < _size; j++)
                largest = BigInteger.Max(largest, BigInteger.Abs(m[i * _size + j] - (i == j ? One : 0)));
        }

        return largest;
    }

    private static BigInteger Largest(BigInteger[] m)
    {
        BigInteger largest = 0;
        foreach (BigInteger x in m)
            largest = BigInteger.Max(largest, BigInteger.Abs(x));
        return largest;
    }

    private BigInteger[] Product(BigInteger[] a, BigInteger[] b)
    {
        int n = _size;
        var result = new BigInteger[n * n];
        for (int i = 0; i < n; i++)
        {
            for (int j = 0; j < n; j++)
            {
                BigInteger sum = 0;
                for (int k = 0; k < n; k++)
                    sum += a[i * n + k] * b[k * n + j];
                result[i * n + j] = sum >> _bits;
            }
        }

        return result;
    }

    /// <summary>The inverse of a positive definite matrix, by Gauss and Jordan's elimination; no pivoting is needed.</summary>
    private BigInteger[] Inverse(BigInteger[] matrix)
    {
        int n = _size;
        BigInteger[] a = (BigInteger[])matrix.Clone();
        for (int p = 0; p < n; p++)
        {
            BigInteger pivot = (One << _bits) / a[p * n + p];
            for (int j = 0; j < n; j++)
                a[p * n + j] = j == p ? pivot : Times(a[p * n + j], pivot);
            for (int i = 0; i < n; i++)
            {
                if (i == p) continue;
                BigInteger factor = a[i * n + p];
                for (int j = 0; j < n; j++)
                    a[i * n + j] = j == p ? -Times(factor, pivot) : a[i * n + j] - Times(factor, a[p * n + j]);
            }
        }
        return a;
    }

    private BigInteger Times(BigInteger a, BigInteger b) => a * b >> _bits;

    private static BigInteger Shifted(BigInteger a, int bits) => bits >= 0 ? a << bits : a >> -bits;

    private static BigInteger Factorial(int n)
    {
        BigInteger result = 1;
        for (int k = 2; k <= n; k++)
            result *= k;
        return result;
    }

    /// <summary>√a by Newton's iteration on integers, from above.</summary>
    private BigInteger Root(BigInteger a)
    {
        BigInteger square = a << _bits, x = BigInteger.One << (int)(square.GetBitLength() / 2 + 1);
        while (true)
        {
            BigInteger next = (x + square / x) >> 1;
            if (next >= x) return x;
            x = next;
        }
    }

    /// <summary>π = 16 arctan(1/5) − 4 arctan(1/239), J. Machin.</summary>
    private BigInteger Pi()
    {
        const int guard = 16;
        return (16 * Arctan(5) - 4 * Arctan(239)) >> guard;

        BigInteger Arctan(int inverse)
        {
            BigInteger power = (One << guard) / inverse, sum = 0;
            for (int k = 0; power != 0; k++, power /= inverse * inverse)
                sum += (k % 2 == 0 ? power : -power) / (2 * k + 1);
            return sum;
        }
    }
}
