using System.Numerics;

namespace Toolkit.Numerics.LinearAlgebra;

/// <summary>Sums and dot products of rows: for what is too small or too slender for matrix products.</summary>
internal static unsafe class Rows<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    internal static T Dot(int n, T* x, T* y)
    {
        Vector<T> s0 = Vector<T>.Zero, s1 = s0;
        int i = 0;
        for (; i + 2 * Vector<T>.Count <= n; i += 2 * Vector<T>.Count)
        {
            s0 += Vector.Load(x + i) * Vector.Load(y + i);
            s1 += Vector.Load(x + i + Vector<T>.Count) * Vector.Load(y + i + Vector<T>.Count);
        }

        T total = Vector.Sum(s0 + s1);
        for (; i < n; i++)
            total += x[i] * y[i];

        return total;
    }

    /// <summary>y += factor · x.</summary>
    internal static void AddScaled(int n, T factor, T* x, T* y)
    {
        Vector<T> f = new(factor);
        int i = 0;
        for (; i + Vector<T>.Count <= n; i += Vector<T>.Count)
            Vector.Store(Vector.Load(y + i) + f * Vector.Load(x + i), y + i);

        for (; i < n; i++)
            y[i] += factor * x[i];
    }

    internal static void Scale(int n, T factor, T* x)
    {
        for (int i = 0; i < n; i++)
            x[i] *= factor;
    }

    /// <summary>
    /// Gram–Schmidt on rows x [count, n], each twice ("twice is enough": B. N. Parlett, The Symmetric Eigenvalue Problem,
    /// § 6.9). A row that loses all but rounding errors of its length becomes zero.
    /// </summary>
    internal static void Orthonormalise(int count, int n, T* x)
    {
        T least = T.CreateChecked(100) * (T.BitIncrement(T.One) - T.One);
        for (int c = 0; c < count; c++)
        {
            T* row = x + (nint)c * n;
            T before = T.Sqrt(Dot(n, row, row));
            if (before > T.Zero)
                Scale(n, T.One / before, row);

            T length = T.Zero;
            for (int pass = 0; pass < 2; pass++)
            {
                for (int b = 0; b < c; b++)
                {
                    T* other = x + (nint)b * n;
                    AddScaled(n, -Dot(n, other, row), other, row);
                }

                length = T.Sqrt(Dot(n, row, row));
                if (!(length > least))
                    break;

                Scale(n, T.One / length, row);
            }

            if (!(length > least))
                Scale(n, T.Zero, row);
        }
    }
}
