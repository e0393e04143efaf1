using System.Runtime.Intrinsics;

namespace Toolkit.Numerics.Stages;

/// <summary>Products of some channels with eight channels, summed over m in registers: what invariants and their gradients are
/// made of.</summary>
/// <remarks>Rows m of a factor are a stride apart, channels contiguous; a tile is <c>[i, j]</c>, 64 doubles.</remarks>
internal static unsafe class ChannelTile
{
    /// <summary>Channels per side.</summary>
    public const int Side = 8;

    /// <summary>z[i, j] = Σ_m x[m, i] y[m, j] for eight i and eight j.</summary>
    /// <param name="rows">The number of m.</param>
    /// <param name="x">Eight channels, rows <paramref name="xStride"/> apart.</param>
    /// <param name="xStride">Doubles from m to m of x.</param>
    /// <param name="y">Eight channels, rows <paramref name="yStride"/> apart.</param>
    /// <param name="yStride">Doubles from m to m of y.</param>
    /// <param name="z">Receives the products, rows <paramref name="zStride"/> apart.</param>
    /// <param name="zStride">Doubles from i to i.</param>
    public static void Eight(int rows, double* x, int xStride, double* y, int yStride, double* z, int zStride)
    {
        Vector512<double> s0 = default, s1 = default, s2 = default, s3 = default, s4 = default, s5 = default, s6 = default, s7 = default;
        for (int m = 0; m < rows; m++, x += xStride, y += yStride)
        {
            Vector512<double> row = Vector512.Load(y);
            s0 = Vector512.MultiplyAddEstimate(Vector512.Create(x[0]), row, s0);
            s1 = Vector512.MultiplyAddEstimate(Vector512.Create(x[1]), row, s1);
            s2 = Vector512.MultiplyAddEstimate(Vector512.Create(x[2]), row, s2);
            s3 = Vector512.MultiplyAddEstimate(Vector512.Create(x[3]), row, s3);
            s4 = Vector512.MultiplyAddEstimate(Vector512.Create(x[4]), row, s4);
            s5 = Vector512.MultiplyAddEstimate(Vector512.Create(x[5]), row, s5);
            s6 = Vector512.MultiplyAddEstimate(Vector512.Create(x[6]), row, s6);
            s7 = Vector512.MultiplyAddEstimate(Vector512.Create(x[7]), row, s7);
        }
        Vector512.Store(s0, z);
        Vector512.Store(s1, z + zStride);
        Vector512.Store(s2, z + 2 * zStride);
        Vector512.Store(s3, z + 3 * zStride);
        Vector512.Store(s4, z + 4 * zStride);
        Vector512.Store(s5, z + 5 * zStride);
        Vector512.Store(s6, z + 6 * zStride);
        Vector512.Store(s7, z + 7 * zStride);
    }

    /// <summary>The same for four i.</summary>
    public static void Four(int rows, double* x, int xStride, double* y, int yStride, double* z, int zStride)
    {
        Vector512<double> s0 = default, s1 = default, s2 = default, s3 = default;
        for (int m = 0; m < rows; m++, x += xStride, y += yStride)
        {
            Vector512<double> row = Vector512.Load(y);
            s0 = Vector512.MultiplyAddEstimate(Vector512.Create(x[0]), row, s0);
            s1 = Vector512.MultiplyAddEstimate(Vector512.Create(x[1]), row, s1);
            s2 = Vector512.MultiplyAddEstimate(Vector512.Create(x[2]), row, s2);
            s3 = Vector512.MultiplyAddEstimate(Vector512.Create(x[3]), row, s3);
        }
        Vector512.Store(s0, z);
        Vector512.Store(s1, z + zStride);
        Vector512.Store(s2, z + 2 * zStride);
        Vector512.Store(s3, z + 3 * zStride);
    }

    /// <summary>The same for one i.</summary>
    public static void One(int rows, double* x, int xStride, double* y, int yStride, double* z)
    {
        Vector512<double> sum = default;
        for (int m = 0; m < rows; m++, x += xStride, y += yStride)
            sum = Vector512.MultiplyAddEstimate(Vector512.Create(x[0]), Vector512.Load(y), sum);
        Vector512.Store(sum, z);
    }

    /// <summary>
    /// The upper triangle of weights[i, j] Σ_m c[m, i] c[m, j] packed: (0, 0) at <paramref name="target"/>, (i + 1, i + 1) behind
    /// (i, i) by <paramref name="step"/> − i + 1.
    /// </summary>
    /// <remarks>Row by row from the last, whole vectors: what a vector writes to the left of its row belongs to rows, or to
    /// tiles further right, that are still to come.</remarks>
    public static void Square(double* c, int stride, int count, double* weights, double* target, int step)
    {
        Vector512<double> s0 = default, s1 = default, s2 = default, s3 = default, s4 = default, s5 = default, s6 = default, s7 = default;
        for (int m = 0; m < count; m++, c += stride)
        {
            Vector512<double> row = Vector512.Load(c);
            s0 = Vector512.MultiplyAddEstimate(Vector512.Create(c[0]), row, s0);
            s1 = Vector512.MultiplyAddEstimate(Vector512.Create(c[1]), row, s1);
            s2 = Vector512.MultiplyAddEstimate(Vector512.Create(c[2]), row, s2);
            s3 = Vector512.MultiplyAddEstimate(Vector512.Create(c[3]), row, s3);
            s4 = Vector512.MultiplyAddEstimate(Vector512.Create(c[4]), row, s4);
            s5 = Vector512.MultiplyAddEstimate(Vector512.Create(c[5]), row, s5);
            s6 = Vector512.MultiplyAddEstimate(Vector512.Create(c[6]), row, s6);
            s7 = Vector512.MultiplyAddEstimate(Vector512.Create(c[7]), row, s7);
        }
        target += 7 * step - 21;
        Vector512.Store(Vector512.Load(weights + 56) * s7, target);
        Vector512.Store(Vector512.Load(weights + 48) * s6, target -= step - 6);
        Vector512.Store(Vector512.Load(weights + 40) * s5, target -= step - 5);
        Vector512.Store(Vector512.Load(weights + 32) * s4, target -= step - 4);
        Vector512.Store(Vector512.Load(weights + 24) * s3, target -= step - 3);
        Vector512.Store(Vector512.Load(weights + 16) * s2, target -= step - 2);
        Vector512.Store(Vector512.Load(weights + 8) * s1, target -= step - 1);
        Vector512.Store(Vector512.Load(weights) * s0, target - step);
    }

    /// <summary>target[m, j] += Σ_i a[m, i] tile[i, j], m = 0 … count − 1.</summary>
    public static void AddProduct(double* a, double* tile, double* target, int stride, int count)
    {
        Vector512<double> t0 = Vector512.Load(tile), t1 = Vector512.Load(tile + 8), t2 = Vector512.Load(tile + 16);
        Vector512<double> t3 = Vector512.Load(tile + 24), t4 = Vector512.Load(tile + 32), t5 = Vector512.Load(tile + 40);
        Vector512<double> t6 = Vector512.Load(tile + 48), t7 = Vector512.Load(tile + 56);
        for (int m = 0; m < count; m++, a += stride, target += stride)
        {
            // Two chains, so that a multiply-add does not wait for the one before it.
            Vector512<double> even = Vector512.Load(target), odd = Vector512.Create(a[1]) * t1;
            even = Vector512.MultiplyAddEstimate(Vector512.Create(a[0]), t0, even);
            odd = Vector512.MultiplyAddEstimate(Vector512.Create(a[3]), t3, odd);
            even = Vector512.MultiplyAddEstimate(Vector512.Create(a[2]), t2, even);
            odd = Vector512.MultiplyAddEstimate(Vector512.Create(a[5]), t5, odd);
            even = Vector512.MultiplyAddEstimate(Vector512.Create(a[4]), t4, even);
            odd = Vector512.MultiplyAddEstimate(Vector512.Create(a[7]), t7, odd);
            even = Vector512.MultiplyAddEstimate(Vector512.Create(a[6]), t6, even);
            Vector512.Store(even + odd, target);
        }
    }

    /// <summary>z[i, j] = Σ_m x[m, i] y[m, j], i = 0 … count − 1, j = 0 … width − 1, a multiple of eight.</summary>
    public static void Contract(int rows, double* x, nint xStride, int count, double* y, nint yStride, int width, double* z, nint zStride)
    {
        for (int j = 0; j < width; j += Side)
        {
            int i = 0;
            for (; i + Side <= count; i += Side)
                Eight(rows, x + i, (int)xStride, y + j, (int)yStride, z + i * zStride + j, (int)zStride);
            if (i + 4 <= count)
            {
                Four(rows, x + i, (int)xStride, y + j, (int)yStride, z + i * zStride + j, (int)zStride);
                i += 4;
            }
            for (; i < count; i++)
                One(rows, x + i, (int)xStride, y + j, (int)yStride, z + i * zStride + j);
        }
    }
}
