using System;
using System.Numerics;
using Toolkit.Numerics.Simd;

namespace Toolkit.Numerics.LinearAlgebra;

/// <summary>A = Q T Qᵀ with tridiagonal T by Householder reflections H = 1 − τ v vᵀ, Q = H_0 H_1 … .</summary>
/// <remarks>
/// 1. A panel of reflections is found without touching the trailing matrix: each column is brought up to date from the
///    panel's vectors v and w, and w = τ (A v − V Wᵀ v − W Vᵀ v) less its part along v. The matrix is read once per column,
///    both triangles of it, row by row.
/// 2. Then the trailing matrix loses V Wᵀ + W Vᵀ in one matrix product of twice the panel's depth.
/// 3. Q is multiplied together from the last panel on in the form 1 − Vᵀ S V (compact WY), by matrix products.
/// </remarks>
internal static unsafe class Tridiagonal<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int Panel = 32;

    /// <summary>
    /// Destroys A [n, n], both triangles given; the diagonal and the elements below it, e[k] = T[k + 1, k], go to d and e,
    /// reflection k to row k of v [n, n] (zero up to column k) and τ[k].
    /// </summary>
    internal static void Reduce(int n, T* a, T* v, T* tau, T* d, T* e, int threads)
    {
        new Span<T>(tau, n).Clear();
        using AlignedScratch<T> scratch = new(5L * Panel * n);
        T* w = scratch.Start, left = w + Panel * n, right = left + 2 * Panel * n;
        for (int k0 = 0; k0 < n; k0 += Panel)
        {
            int k1 = Math.Min(n, k0 + Panel);
            for (int k = k0; k < k1; k++)
            {
                T* row = a + (nint)k * n, vk = v + (nint)k * n, wk = w + (nint)(k - k0) * n;
                for (int i = k0; i < k; i++)
                {
                    T* vi = v + (nint)i * n, wi = w + (nint)(i - k0) * n;
                    Rows<T>.AddScaled(n - k, -vi[k], wi + k, row + k);
                    Rows<T>.AddScaled(n - k, -wi[k], vi + k, row + k);
                }

                d[k] = row[k];
                new Span<T>(vk, n).Clear();
                new Span<T>(wk, n).Clear();
                e[k] = T.Zero;
                if (k == n - 1)
                    break;

                tau[k] = Reflection(n - k - 1, row + k + 1, vk + k + 1, out e[k]);
                if (tau[k] == T.Zero)
                    continue;

                int m = n - k - 1;
                T* x = vk + k + 1;
                MultiplyRows(m, a + (nint)(k + 1) * n + k + 1, n, x, wk + k + 1);
                for (int i = k0; i < k; i++)
                {
                    T* vi = v + (nint)i * n + k + 1, wi = w + (nint)(i - k0) * n + k + 1;
                    T wx = Rows<T>.Dot(m, wi, x), vx = Rows<T>.Dot(m, vi, x);
                    Rows<T>.AddScaled(m, -wx, vi, wk + k + 1);
                    Rows<T>.AddScaled(m, -vx, wi, wk + k + 1);
                }

                T* y = wk + k + 1;
                Rows<T>.Scale(m, tau[k], y);
                Rows<T>.AddScaled(m, -tau[k] * Rows<T>.Dot(m, y, x) / (T.One + T.One), x, y);
            }

            int rest = n - k1, count = k1 - k0;
            if (rest > 0)
            {
                for (int i = 0; i < count; i++)
                {
                    var vi = new ReadOnlySpan<T>(v + (nint)(k0 + i) * n + k1, rest);
                    var wi = new ReadOnlySpan<T>(w + (nint)i * n + k1, rest);
                    vi.CopyTo(new Span<T>(left + (nint)i * rest, rest));
                    wi.CopyTo(new Span<T>(left + (nint)(count + i) * rest, rest));
                    wi.CopyTo(new Span<T>(right + (nint)i * rest, rest));
                    vi.CopyTo(new Span<T>(right + (nint)(count + i) * rest, rest));
                }

                MatrixProduct<T>.Run(
                    rest, rest, 2 * count, -T.One, Dense.View(left, rest, true), Dense.View(right, rest, false), T.One,
                    a + (nint)k1 * n + k1, n, Part.All, threads);
            }
        }
    }

    /// <summary>Qᵀ [n, n] from the reflections.</summary>
    internal static void Accumulate(int n, T* v, T* tau, T* q, int threads)
    {
        new Span<T>(q, checked(n * n)).Clear();
        for (int i = 0; i < n; i++)
            q[(nint)i * n + i] = T.One;

        using AlignedScratch<T> scratch = new(2L * Panel * n + 2 * Panel * Panel);
        T* y = scratch.Start, z = y + Panel * n, s = z + Panel * n, gram = s + Panel * Panel;
        for (int k0 = (n - 1) / Panel * Panel; k0 >= 0; k0 -= Panel)
        {
            // Beyond row and column k0 of Q nothing has happened yet.
            int count = Math.Min(Panel, n - k0), m = n - k0;
            T* block = v + (nint)k0 * n + k0, part = q + (nint)k0 * n + k0;
            MatrixProduct<T>.Run(
                count, count, m, T.One, Dense.View(block, n, false), Dense.View(block, n, true), T.Zero, gram, count);
            Triangle(count, gram, tau + k0, s);
            MatrixProduct<T>.Run(
                m, count, m, T.One, Dense.View(part, n, false), Dense.View(block, n, true), T.Zero, y, count, Part.All, threads);
            MatrixProduct<T>.Run(
                m, count, count, T.One, Dense.View(y, count, false), Dense.View(s, count, true), T.Zero, z, count);
            MatrixProduct<T>.Run(
                m, m, count, -T.One, Dense.View(z, count, false), Dense.View(block, n, false), T.One, part, n, Part.All,
                threads);
        }
    }

    /// <summary>Upper triangular S with H_0 … H_{count−1} = 1 − Vᵀ S V, V [count, m], from V Vᵀ.</summary>
    private static void Triangle(int count, T* gram, T* tau, T* s)
    {
        new Span<T>(s, count * count).Clear();
        for (int j = 0; j < count; j++)
        {
            for (int i = 0; i < j; i++)
            {
                T sum = T.Zero;
                for (int k = i; k < j; k++)
                    sum += s[i * count + k] * gram[k * count + j];

                s[i * count + j] = -tau[j] * sum;
            }

            s[j * count + j] = tau[j];
        }
    }

    /// <summary>v (first element 1) and τ with (1 − τ v vᵀ) x = (image, 0, …); τ = 0 where nothing is to be done.</summary>
    private static T Reflection(int n, T* x, T* v, out T image)
    {
        T first = x[0], rest = T.Zero;
        for (int i = 1; i < n; i++)
            rest += x[i] * x[i];

        if (rest == T.Zero)
        {
            image = first;
            return T.Zero;
        }

        T norm = T.Sqrt(first * first + rest);
        image = first > T.Zero ? -norm : norm;
        T inverse = T.One / (first - image);
        v[0] = T.One;
        for (int i = 1; i < n; i++)
            v[i] = x[i] * inverse;

        return (image - first) / image;
    }

    /// <summary>y = A x, row by row.</summary>
    private static void MultiplyRows(int m, T* a, int lda, T* x, T* y)
    {
        int i = 0;
        for (; i + 4 <= m; i += 4)
        {
            T* r0 = a + (nint)i * lda, r1 = r0 + lda, r2 = r1 + lda, r3 = r2 + lda;
            Vector<T> s0 = Vector<T>.Zero, s1 = s0, s2 = s0, s3 = s0;
            int j = 0;
            for (; j + Vector<T>.Count <= m; j += Vector<T>.Count)
            {
                Vector<T> xj = Vector.Load(x + j);
                s0 += Vector.Load(r0 + j) * xj;
                s1 += Vector.Load(r1 + j) * xj;
                s2 += Vector.Load(r2 + j) * xj;
                s3 += Vector.Load(r3 + j) * xj;
            }

            T t0 = Vector.Sum(s0), t1 = Vector.Sum(s1), t2 = Vector.Sum(s2), t3 = Vector.Sum(s3);
            for (; j < m; j++)
            {
                t0 += r0[j] * x[j];
                t1 += r1[j] * x[j];
                t2 += r2[j] * x[j];
                t3 += r3[j] * x[j];
            }

            (y[i], y[i + 1], y[i + 2], y[i + 3]) = (t0, t1, t2, t3);
        }

        for (; i < m; i++)
            y[i] = Rows<T>.Dot(m, a + (nint)i * lda, x);
    }
}
