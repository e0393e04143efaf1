using System.Numerics;
using System.Runtime.Intrinsics;
using Toolkit.Numerics.Simd;

namespace Toolkit.Numerics.Stages;

/// <summary>Products of eight channels with themselves, summed over m in registers: what the power spectrum of a field is made
/// of.</summary>
internal static unsafe class ChannelTile
{
    /// <summary>Channels per side.</summary>
    public const int Side = 8;

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
}

/// <summary><see cref="RowTile{TLanes, V, T}"/> in the widest registers of the process that hold no more than eight numbers.</summary>
internal static unsafe class ChannelTile<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private static readonly VectorWidth Width = VectorWidths.OfEight<T>();

    /// <summary>z[i, j] = or += Σ_k x[i, k] y[k, j], see <see cref="RowTile{TLanes, V, T}.Multiply"/>.</summary>
    public static void Multiply(int rows, int inner, int lanes, T* x, nint xi, nint xk, T* y, nint yk, T* z, nint zi, bool adds)
    {
        switch (Width)
        {
            case VectorWidth.Bits512:
                RowTile<Lanes512<T>, Vector512<T>, T>.Multiply(rows, inner, lanes, x, xi, xk, y, yk, z, zi, adds);
                break;
            case VectorWidth.Bits256:
                RowTile<Lanes256<T>, Vector256<T>, T>.Multiply(rows, inner, lanes, x, xi, xk, y, yk, z, zi, adds);
                break;
            case VectorWidth.Bits128:
                RowTile<Lanes128<T>, Vector128<T>, T>.Multiply(rows, inner, lanes, x, xi, xk, y, yk, z, zi, adds);
                break;
            default:
                RowTile<Lanes1<T>, T, T>.Multiply(rows, inner, lanes, x, xi, xk, y, yk, z, zi, adds);
                break;
        }
    }

    /// <summary>y = factor x.</summary>
    public static void Scale(T factor, T* x, T* y, int count)
    {
        Vector<T> f = new(factor);
        int k = 0;
        for (; k + Vector<T>.Count <= count; k += Vector<T>.Count)
            Vector.Store(f * Vector.Load(x + k), y + k);
        for (; k < count; k++)
            y[k] = factor * x[k];
    }
}
