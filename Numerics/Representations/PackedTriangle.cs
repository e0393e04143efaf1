using System;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Toolkit.Numerics.Simd;

namespace Toolkit.Numerics.Representations;

/// <summary>
/// Gradients of the products of eight channels with themselves, the upper triangle row by row without gaps: 36 numbers.
/// </summary>
/// <remarks>
/// Eight numbers are made at once from operands permuted to their rows and columns, so that whole vectors are written one
/// behind the other. Row by row, nearly every vector would be written across two cache lines, which took three times as long.
/// </remarks>
internal static unsafe class PackedTriangle
{
    /// <summary>Channels.</summary>
    public const int Side = ChannelTile.Side;

    /// <summary>Numbers of a triangle.</summary>
    public const int Count = Side * (Side + 1) / 2;

    private const int Vectors = (Count + Side - 1) / Side;

    /// <summary>Row and column of each number, padded with zeros; and 1 on the diagonal, √2 off it.</summary>
    private static readonly long[] RowOf = new long[Vectors * Side], ColumnOf = new long[Vectors * Side];

    private static readonly double[] Weight = new double[Vectors * Side];

    static PackedTriangle()
    {
        int at = 0;
        for (int i = 0; i < Side; i++)
            for (int j = i; j < Side; j++, at++)
                (RowOf[at], ColumnOf[at], Weight[at]) = (i, j, i == j ? 1 : Math.Sqrt(2));
    }

    /// <summary>Whether the processor permutes eight numbers at once.</summary>
    public static bool IsSupported => Avx512F.IsSupported;

    /// <summary>
    /// For each l and along each of three directions d, scale_l · weight (b_d,i g_j + g_i b_d,j + u_d (a_i s_j + s_i a_j)), weight 1
    /// on the diagonal and √2 off it.
    /// </summary>
    /// <param name="count">The number of l.</param>
    /// <param name="ab">Eight numbers a and three times eight numbers b for each l.</param>
    /// <param name="g">Eight numbers for each l.</param>
    /// <param name="s">Eight numbers for each l.</param>
    /// <param name="u">Three numbers.</param>
    /// <param name="scales">One number for each l.</param>
    /// <param name="target">Receives the triangles of all l one behind the other, <paramref name="stride"/> from direction to
    /// direction.</param>
    /// <param name="stride">Doubles from direction to direction of the target.</param>
    /// <param name="soon">Memory of the same size without gaps, fetched into the cache little by little: fetched
    /// all at once it would be waited for.</param>
    public static void Gradients(int count, double* ab, double* g, double* s, double* u, double* scales, double* target, int stride,
        double* soon)
    {
        Vector512<double> ux = Vector512.Create(u[0]), uy = Vector512.Create(u[1]), uz = Vector512.Create(u[2]);
        fixed (long* rows = RowOf, columns = ColumnOf)
        fixed (double* weights = Weight)
        {
            for (int l = 0; l < count; l++, ab += 4 * Side, g += Side, s += Side, target += Count, soon += 3 * Count)
            {
                Vector512<double> factor = Vector512.Create(scales[l]), va = factor * Vector512.Load(ab), vg = factor * Vector512.Load(g);
                Vector512<double> vs = Vector512.Load(s), bx = Vector512.Load(ab + Side), by = Vector512.Load(ab + 2 * Side);
                Vector512<double> bz = Vector512.Load(ab + 3 * Side);
                for (int k = 0; k < Vectors * Side; k += Side)
                {
                    CacheLine.FetchFar(soon + 3 * k);
                    CacheLine.FetchFar(soon + 3 * k + Side);
                    CacheLine.FetchFar(soon + 3 * k + 2 * Side);
                    Vector512<long> row = Vector512.Load(rows + k), column = Vector512.Load(columns + k);
                    Vector512<double> weight = Vector512.Load(weights + k);
                    Vector512<double> gi = weight * Avx512F.PermuteVar8x64(vg, row), gj = weight * Avx512F.PermuteVar8x64(vg, column);
                    Vector512<double> radial = Avx512F.PermuteVar8x64(va, row) * Avx512F.PermuteVar8x64(vs, column);
                    radial = Vector512.MultiplyAddEstimate(Avx512F.PermuteVar8x64(vs, row), Avx512F.PermuteVar8x64(va, column), radial);
                    radial *= weight;
                    Put(bx, ux, row, column, gi, gj, radial, target + k, Count - k);
                    Put(by, uy, row, column, gi, gj, radial, target + stride + k, Count - k);
                    Put(bz, uz, row, column, gi, gj, radial, target + 2 * stride + k, Count - k);
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Put(Vector512<double> b, Vector512<double> u, Vector512<long> row, Vector512<long> column, Vector512<double> gi,
        Vector512<double> gj, Vector512<double> radial, double* target, int left)
    {
        Vector512<double> sum = Vector512.MultiplyAddEstimate(Avx512F.PermuteVar8x64(b, row), gj, u * radial);
        sum = Vector512.MultiplyAddEstimate(Avx512F.PermuteVar8x64(b, column), gi, sum);
        // Of the last vector only half is a triangle's.
        if (left >= Side) Vector512.Store(sum, target);
        else Vector256.Store(sum.GetLower(), target);
    }
}
