using System;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Toolkit.Numerics.Stages;

namespace Toolkit.Numerics.Representations.Gradients;

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
    /// Along each of three directions d, scale · weight (b_d,i g_j + g_i b_d,j + u_d (a_i s_j + s_i a_j)), weight 1 on the diagonal and
    /// √2 off it.
    /// </summary>
    /// <param name="ab">Eight numbers a and three times eight numbers b.</param>
    /// <param name="g">Eight numbers.</param>
    /// <param name="s">Eight numbers.</param>
    /// <param name="ux">u_x.</param>
    /// <param name="uy">u_y.</param>
    /// <param name="uz">u_z.</param>
    /// <param name="scale">The scale.</param>
    /// <param name="target">Receives the triangles, <paramref name="stride"/> from direction to direction.</param>
    /// <param name="stride">Doubles from direction to direction of the target.</param>
    public static void Gradients(double* ab, double* g, double* s, Vector512<double> ux, Vector512<double> uy, Vector512<double> uz, double scale,
        double* target, int stride)
    {
        Vector512<double> factor = Vector512.Create(scale), va = factor * Vector512.Load(ab), vg = factor * Vector512.Load(g);
        Vector512<double> vs = Vector512.Load(s), bx = Vector512.Load(ab + Side), by = Vector512.Load(ab + 2 * Side);
        Vector512<double> bz = Vector512.Load(ab + 3 * Side);
        fixed (long* rows = RowOf, columns = ColumnOf)
        fixed (double* weights = Weight)
        {
            for (int k = 0; k < Vectors * Side; k += Side)
            {
                Vector512<long> row = Vector512.Load(rows + k), column = Vector512.Load(columns + k);
                Vector512<double> weight = Vector512.Load(weights + k);
                Vector512<double> gi = weight * Avx512F.PermuteVar8x64(vg, row), gj = weight * Avx512F.PermuteVar8x64(vg, column);
                Vector512<double> radial = Avx512F.PermuteVar8x64(va, row) * Avx512F.PermuteVar8x64(vs, column);
                radial = Vector512.MultiplyAddEstimate(Avx512F.PermuteVar8x64(vs, row), Avx512F.PermuteVar8x64(va, column), radial);
                radial *= weight;
                Put(bx, ux, row, column, gi, gj, radial, target + k, Count - k);
                Put(by, uy, row, column, gi, gj, radial, target + stride + k, Count - k);
                Put(bz, uz, row, column, gi, gj, radial, target + 2 * (nint)stride + k, Count - k);
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
