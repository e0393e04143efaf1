using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Toolkit.Numerics.Representations;

/// <summary>Which products of two factors stand, and with which weights.</summary>
/// <param name="IsSquare">Whether the factors are the same: each unordered pair of channels once.</param>
/// <param name="Gap">1: no channel with itself.</param>
/// <param name="Scale">The weight; on the diagonal of a square, divided by √2.</param>
internal readonly record struct PairShape(bool IsSquare, int Gap, double Scale)
{
    /// <summary>The first b beside a.</summary>
    public int Start(int a) => IsSquare ? a + Gap : 0;
}

/// <summary>
/// Gradients by one pair of bilinear products p_ab = Σ_M,M' s A_{M a} C_{M M'} B_{M' b}. With the changes of <see cref="PairFactor"/> and
/// the contraction r_b of B with the angular numbers of A, l_a of A with those of B:
/// ∂_d p_ab = r̂_d (g'_a r_b + l_a g'_b) + g_a r^d_b + l^d_a g_b, four outer products for any number of rows.
/// </summary>
internal static unsafe class PairProduct
{
    private static readonly double RootHalf = System.Math.Sqrt(0.5);

    /// <summary>z[i, j] = Σ_m x[m, i] y[m, j], i = 0 … count − 1, j = 0 … width − 1, a multiple of eight.</summary>
    public static void Contract(int rows, double* x, int xStride, int count, double* y, int yStride, int width, double* z, int zStride)
    {
        for (int j = 0; j < width; j += 8)
        {
            int i = 0;
            for (; i + 8 <= count; i += 8)
                ChannelTile.Eight(rows, x + i, xStride, y + j, yStride, z + (nint)i * zStride + j, zStride);
            if (i + 4 <= count)
            {
                ChannelTile.Four(rows, x + i, xStride, y + j, yStride, z + (nint)i * zStride + j, zStride);
                i += 4;
            }
            for (; i < count; i++)
                ChannelTile.One(rows, x + i, xStride, y + j, yStride, z + (nint)i * zStride + j);
        }
    }

    /// <summary>Writes the gradients of all products of two factors.</summary>
    /// <param name="a">A.</param>
    /// <param name="b">B.</param>
    /// <param name="right">r: <c>[kind, channel of B]</c>, kinds B.Stride apart; eight more can be read.</param>
    /// <param name="left">l: <c>[kind, channel of A]</c>, kinds A.Stride apart.</param>
    /// <param name="shape">Which products stand.</param>
    /// <param name="rows">Receives them.</param>
    /// <param name="first">The first of their places.</param>
    /// <param name="end">The place before which whole vectors may be written.</param>
    public static void Write(in PairFactor a, in PairFactor b, double* right, double* left, PairShape shape, in PairRows rows, int first, int end)
    {
        Places(a, b, right, left, shape, rows, first, end);
        for (int f = 0; f < rows.Fields; f++)
            Vectors(f + 1, a, b, right, left, shape, rows, first, end);
    }

    private static void Places(in PairFactor a, in PairFactor b, double* right, double* left, PairShape shape, in PairRows rows, int at, int end)
    {
        int stride = rows.Stride, next = b.Stride, leftNext = a.Stride;
        Vector512<double> ux = Vector512.Create(rows.Direction[0]), uy = Vector512.Create(rows.Direction[1]);
        Vector512<double> uz = Vector512.Create(rows.Direction[2]);
        for (int i = 0; i < a.Count; i++)
        {
            int start = shape.Start(i), count = b.Count - start;
            if (count <= 0) continue;
            double* target = rows.Places + at, r = right + start, values = b.Values + start, slopes = b.Slopes + start, l = left + i;
            Vector512<double> slope = Vector512.Create(shape.Scale * a.Slopes[i]), value = Vector512.Create(shape.Scale * a.Values[i]);
            Vector512<double> l0 = Vector512.Create(shape.Scale * l[0]), lx = Vector512.Create(shape.Scale * l[leftNext]);
            Vector512<double> ly = Vector512.Create(shape.Scale * l[2 * leftNext]), lz = Vector512.Create(shape.Scale * l[3 * leftNext]);
            for (int j = 0; j < count; j += 8)
            {
                Vector512<double> g = Vector512.Load(values + j);
                Vector512<double> along = Vector512.MultiplyAddEstimate(slope, Vector512.Load(r + j), l0 * Vector512.Load(slopes + j));
                Vector512<double> x = Vector512.MultiplyAddEstimate(value, Vector512.Load(r + next + j), lx * g);
                Vector512<double> y = Vector512.MultiplyAddEstimate(value, Vector512.Load(r + 2 * next + j), ly * g);
                Vector512<double> z = Vector512.MultiplyAddEstimate(value, Vector512.Load(r + 3 * next + j), lz * g);
                int room = end - at - j;
                Put(Vector512.MultiplyAddEstimate(ux, along, x), target + j, room);
                Put(Vector512.MultiplyAddEstimate(uy, along, y), target + stride + j, room);
                Put(Vector512.MultiplyAddEstimate(uz, along, z), target + 2 * (nint)stride + j, room);
            }
            if (shape is { IsSquare: true, Gap: 0 }) ScaleFirst(target, stride);
            at += count;
        }
    }

    private static void Vectors(int field, in PairFactor a, in PairFactor b, double* right, double* left, PairShape shape, in PairRows rows,
        int at, int end)
    {
        double* target = rows.VectorsOf(field - 1);
        int stride = rows.Stride;
        // A factor of another field does not change; what it is multiplied with is then any number.
        bool hasLeft = a.Field == field, hasRight = b.Field == field;
        double* r = hasLeft ? right + PairFactor.FirstVectorKind * b.Stride : b.Values;
        double* l = hasRight ? left + PairFactor.FirstVectorKind * a.Stride : a.Values;
        int next = hasLeft ? b.Stride : 0, leftNext = hasRight ? a.Stride : 0;
        double leftScale = hasLeft ? shape.Scale : 0, rightScale = hasRight ? shape.Scale : 0;
        for (int i = 0; i < a.Count; i++)
        {
            int start = shape.Start(i), count = b.Count - start;
            if (count <= 0) continue;
            double* values = b.Values + start, own = r + start;
            Vector512<double> value = Vector512.Create(leftScale * a.Values[i]), lx = Vector512.Create(rightScale * l[i]);
            Vector512<double> ly = Vector512.Create(rightScale * l[leftNext + i]), lz = Vector512.Create(rightScale * l[2 * leftNext + i]);
            for (int j = 0; j < count; j += 8)
            {
                Vector512<double> g = Vector512.Load(values + j);
                int room = end - at - j;
                Put(Vector512.MultiplyAddEstimate(value, Vector512.Load(own + j), lx * g), target + at + j, room);
                Put(Vector512.MultiplyAddEstimate(value, Vector512.Load(own + next + j), ly * g), target + stride + at + j, room);
                Put(Vector512.MultiplyAddEstimate(value, Vector512.Load(own + 2 * next + j), lz * g), target + 2 * (nint)stride + at + j, room);
            }
            if (shape is { IsSquare: true, Gap: 0 }) ScaleFirst(target + at, stride);
            at += count;
        }
    }

    /// <summary>The same for products of each channel with itself, of the density alone.</summary>
    /// <param name="a">A.</param>
    /// <param name="b">B, with the channels of A.</param>
    /// <param name="right">r: <c>[kind, channel]</c>.</param>
    /// <param name="left">l: <c>[kind, channel]</c>.</param>
    /// <param name="scale">The weight.</param>
    /// <param name="rows">Receives the gradients.</param>
    /// <param name="first">The place of the first channel.</param>
    public static void WriteDiagonal(in PairFactor a, in PairFactor b, double* right, double* left, double scale, in PairRows rows, int first)
    {
        for (int d = 0; d < 3; d++)
        {
            double* target = rows.Places + (nint)d * rows.Stride + first, r = right + (1 + d) * b.Stride, l = left + (1 + d) * a.Stride;
            double along = rows.Direction[d];
            for (int q = 0; q < a.Count; q++)
                target[q] = scale * (along * (a.Slopes[q] * right[q] + left[q] * b.Slopes[q]) + a.Values[q] * r[q] + l[q] * b.Values[q]);
        }
    }

    /// <summary>Writes up to eight numbers; those that are too many belong to what is written next, where there is room.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Put(Vector512<double> values, double* target, int room)
    {
        if (room >= 8) Vector512.Store(values, target);
        else PutSome(values, target, room);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void PutSome(Vector512<double> values, double* target, int room)
    {
        double* all = stackalloc double[8];
        Vector512.Store(values, all);
        for (int k = 0; k < room; k++)
            target[k] = all[k];
    }

    private static void ScaleFirst(double* target, int stride)
    {
        target[0] *= RootHalf;
        target[stride] *= RootHalf;
        target[2 * (nint)stride] *= RootHalf;
    }
}
