using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Toolkit.Numerics.Simd;

/// <summary>Eight rows of eight doubles to eight columns.</summary>
internal static unsafe class Transposed
{
    /// <summary>target[j, i] = source[i, j].</summary>
    /// <param name="source">Eight rows, <paramref name="stride"/> apart.</param>
    /// <param name="stride">Doubles from row to row.</param>
    /// <param name="target">Receives eight contiguous rows.</param>
    public static void Block(double* source, int stride, double* target)
    {
        if (Avx512F.IsSupported) Block512(source, stride, target);
        else if (Avx.IsSupported)
        {
            for (int i = 0; i < 8; i += 4)
                for (int j = 0; j < 8; j += 4)
                    Block256(source + i * stride + j, stride, target + j * 8 + i);
        }
        else
        {
            for (int i = 0; i < 8; i++)
                for (int j = 0; j < 8; j++)
                    target[j * 8 + i] = source[i * stride + j];
        }
    }

    private static void Block512(double* s, int stride, double* target)
    {
        Vector512<double> r0 = Vector512.Load(s), r1 = Vector512.Load(s + stride);
        Vector512<double> a = Avx512F.UnpackLow(r0, r1), b = Avx512F.UnpackHigh(r0, r1);
        (r0, r1) = (Vector512.Load(s + 2 * stride), Vector512.Load(s + 3 * stride));
        Vector512<double> c = Avx512F.UnpackLow(r0, r1), d = Avx512F.UnpackHigh(r0, r1);
        (r0, r1) = (Vector512.Load(s + 4 * stride), Vector512.Load(s + 5 * stride));
        Vector512<double> e = Avx512F.UnpackLow(r0, r1), f = Avx512F.UnpackHigh(r0, r1);
        (r0, r1) = (Vector512.Load(s + 6 * stride), Vector512.Load(s + 7 * stride));
        Vector512<double> g = Avx512F.UnpackLow(r0, r1), h = Avx512F.UnpackHigh(r0, r1);
        // Quarters 0 and 2 (0x88) or 1 and 3 (0xdd) of both operands.
        Columns(a, c, e, g, target);
        Columns(b, d, f, h, target + 8);

        static void Columns(Vector512<double> a, Vector512<double> c, Vector512<double> e, Vector512<double> g, double* target)
        {
            Vector512<double> low = Avx512F.Shuffle4x128(a, c, 0x88), high = Avx512F.Shuffle4x128(e, g, 0x88);
            Vector512.Store(Avx512F.Shuffle4x128(low, high, 0x88), target);
            Vector512.Store(Avx512F.Shuffle4x128(low, high, 0xdd), target + 4 * 8);
            low = Avx512F.Shuffle4x128(a, c, 0xdd);
            high = Avx512F.Shuffle4x128(e, g, 0xdd);
            Vector512.Store(Avx512F.Shuffle4x128(low, high, 0x88), target + 2 * 8);
            Vector512.Store(Avx512F.Shuffle4x128(low, high, 0xdd), target + 6 * 8);
        }
    }

    private static void Block256(double* s, int stride, double* target)
    {
        Vector256<double> r0 = Vector256.Load(s), r1 = Vector256.Load(s + stride);
        Vector256<double> r2 = Vector256.Load(s + 2 * stride), r3 = Vector256.Load(s + 3 * stride);
        Vector256<double> a = Avx.UnpackLow(r0, r1), b = Avx.UnpackHigh(r0, r1);
        Vector256<double> c = Avx.UnpackLow(r2, r3), d = Avx.UnpackHigh(r2, r3);
        Vector256.Store(Avx.Permute2x128(a, c, 0x20), target);
        Vector256.Store(Avx.Permute2x128(b, d, 0x20), target + 8);
        Vector256.Store(Avx.Permute2x128(a, c, 0x31), target + 16);
        Vector256.Store(Avx.Permute2x128(b, d, 0x31), target + 24);
    }
}
