using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Toolkit.Numerics.Simd;

/// <summary>
/// Copies small blocks of a matrix transposed: what packing and triangular solves need of row-major data, and products with
/// one pair per lane of functions with eight n per lane.
/// </summary>
internal static unsafe class Transpose
{
    /// <summary>to[p·toStep + q] = scale · from[q·fromStep + p] for p &lt; columns and q &lt; rows.</summary>
    internal static void Copy<T>(int rows, int columns, T* from, nint fromStep, T* to, nint toStep, T scale)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int wholeRows = HasBlocks<T>() ? rows & ~3 : 0, wholeColumns = HasBlocks<T>() ? columns & ~3 : 0, p0 = 0;
        if (typeof(T) == typeof(double) && Avx512F.IsSupported && wholeRows % 8 == 0)
        {
            for (; p0 + 8 <= wholeColumns; p0 += 8)
            {
                for (int q = 0; q < wholeRows; q += 8)
                    Eight512((double*)(from + q * fromStep + p0), fromStep, (double*)(to + p0 * toStep + q), toStep, *(double*)&scale);
            }
        }

        for (int p = p0; p < wholeColumns; p += 4)
        {
            for (int q = 0; q < wholeRows; q += 4)
                Block(from + q * fromStep + p, fromStep, to + p * toStep + q, toStep, scale);
        }

        for (int q = 0; q < rows; q++)
        {
            for (int p = q < wholeRows ? wholeColumns : 0; p < columns; p++)
                to[p * toStep + q] = scale * from[q * fromStep + p];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool HasBlocks<T>() => typeof(T) == typeof(double) ? Avx.IsSupported : Sse.IsSupported;

    /// <summary>Four by four.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Block<T>(T* from, nint fromStep, T* to, nint toStep, T scale)
        where T : unmanaged
    {
        if (typeof(T) == typeof(double))
        {
            double* f = (double*)from, t = (double*)to;
            Vector256<double> s = Vector256.Create(*(double*)&scale);
            Vector256<double> a = s * Vector256.Load(f), b = s * Vector256.Load(f + fromStep);
            Vector256<double> c = s * Vector256.Load(f + 2 * fromStep), d = s * Vector256.Load(f + 3 * fromStep);
            Vector256<double> ab0 = Avx.UnpackLow(a, b), ab1 = Avx.UnpackHigh(a, b);
            Vector256<double> cd0 = Avx.UnpackLow(c, d), cd1 = Avx.UnpackHigh(c, d);
            Avx.Permute2x128(ab0, cd0, 0x20).Store(t);
            Avx.Permute2x128(ab1, cd1, 0x20).Store(t + toStep);
            Avx.Permute2x128(ab0, cd0, 0x31).Store(t + 2 * toStep);
            Avx.Permute2x128(ab1, cd1, 0x31).Store(t + 3 * toStep);
        }
        else
        {
            float* f = (float*)from, t = (float*)to;
            Vector128<float> s = Vector128.Create(*(float*)&scale);
            Vector128<float> a = s * Vector128.Load(f), b = s * Vector128.Load(f + fromStep);
            Vector128<float> c = s * Vector128.Load(f + 2 * fromStep), d = s * Vector128.Load(f + 3 * fromStep);
            Vector128<float> ab0 = Sse.UnpackLow(a, b), ab1 = Sse.UnpackHigh(a, b);
            Vector128<float> cd0 = Sse.UnpackLow(c, d), cd1 = Sse.UnpackHigh(c, d);
            Sse.MoveLowToHigh(ab0, cd0).Store(t);
            Sse.MoveHighToLow(cd0, ab0).Store(t + toStep);
            Sse.MoveLowToHigh(ab1, cd1).Store(t + 2 * toStep);
            Sse.MoveHighToLow(cd1, ab1).Store(t + 3 * toStep);
        }
    }

    /// <summary>target[j, i] = source[i, j] for eight rows and columns.</summary>
    /// <param name="source">Eight rows, <paramref name="stride"/> apart.</param>
    /// <param name="stride">Doubles from row to row.</param>
    /// <param name="target">Receives eight contiguous rows.</param>
    internal static void Eight(double* source, int stride, double* target)
    {
        if (Avx512F.IsSupported)
            Eight512(source, stride, target, 8, 1.0);
        else
            Copy(8, 8, source, stride, target, 8, 1.0);
    }

    /// <summary>Eight by eight.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Eight512(double* from, nint fromStep, double* to, nint toStep, double scale)
    {
        Vector512<double> s = Vector512.Create(scale);
        (Vector512<double> a, Vector512<double> b) = Pairs(from, fromStep, s);
        (Vector512<double> c, Vector512<double> d) = Pairs(from + 2 * fromStep, fromStep, s);
        (Vector512<double> e, Vector512<double> f) = Pairs(from + 4 * fromStep, fromStep, s);
        (Vector512<double> g, Vector512<double> h) = Pairs(from + 6 * fromStep, fromStep, s);
        Columns(a, c, e, g, to, 2 * toStep);
        Columns(b, d, f, h, to + toStep, 2 * toStep);

        // Even and odd columns of two rows, alternately.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static (Vector512<double> Even, Vector512<double> Odd) Pairs(double* row, nint step, Vector512<double> s)
        {
            Vector512<double> first = s * Vector512.Load(row), second = s * Vector512.Load(row + step);
            return (Avx512F.UnpackLow(first, second), Avx512F.UnpackHigh(first, second));
        }

        // Quarters 0 and 2 (0x88) or 1 and 3 (0xdd) of both operands.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        static void Columns(
            Vector512<double> a, Vector512<double> c, Vector512<double> e, Vector512<double> g, double* to, nint step)
        {
            Vector512<double> low = Avx512F.Shuffle4x128(a, c, 0x88), high = Avx512F.Shuffle4x128(e, g, 0x88);
            Vector512.Store(Avx512F.Shuffle4x128(low, high, 0x88), to);
            Vector512.Store(Avx512F.Shuffle4x128(low, high, 0xdd), to + 2 * step);
            low = Avx512F.Shuffle4x128(a, c, 0xdd);
            high = Avx512F.Shuffle4x128(e, g, 0xdd);
            Vector512.Store(Avx512F.Shuffle4x128(low, high, 0x88), to + step);
            Vector512.Store(Avx512F.Shuffle4x128(low, high, 0xdd), to + 3 * step);
        }
    }
}
