using System;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Toolkit.Numerics.Simd;

namespace Toolkit.Numerics.Stages;

/// <summary>
/// Small matrix products z = x y or z += x y whose rows of z stay in registers, one vector wide, while the inner index runs: what
/// invariants and their derivatives are made of. Written once for every width and every number of rows up to nine, 2l + 1 of l = 4.
/// </summary>
/// <remarks>Each number of z sums its products in the order of the inner index, whatever the width.</remarks>
internal static unsafe class RowTile<TLanes, V, T>
    where TLanes : struct, ILanes<V, T>
    where V : struct
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Whether two vectors fill a register.</summary>
    private static bool IsHalf => TLanes.Count == 8 && VectorWidths.HasSixteen<T>();

    /// <summary>z[i, j] = or += Σ_k x[i, k] y[k, j].</summary>
    /// <param name="rows">The number of i.</param>
    /// <param name="inner">The number of k.</param>
    /// <param name="lanes">The number of j: up to whole vectors are made.</param>
    /// <param name="x">x.</param>
    /// <param name="xi">From i to i.</param>
    /// <param name="xk">From k to k.</param>
    /// <param name="y">y, j contiguous.</param>
    /// <param name="yk">From k to k.</param>
    /// <param name="z">z, j contiguous.</param>
    /// <param name="zi">From i to i.</param>
    /// <param name="adds">Whether z is added to.</param>
    public static void Multiply(int rows, int inner, int lanes, T* x, nint xi, nint xk, T* y, nint yk, T* z, nint zi, bool adds) =>
        All(rows, inner, lanes, x, xi, xk, y, yk, z, zi, adds, T.One, null, false);

    /// <summary>z[i, j] = scale weights[j] Σ_k x[i, k] y[k, j]; rows of z may follow each other without gaps, as what is written behind
    /// the last j of one is then written by the next. Without weights they are 1.</summary>
    /// <param name="rows">The number of i.</param>
    /// <param name="inner">The number of k.</param>
    /// <param name="lanes">The number of j: up to whole vectors of eight are made.</param>
    /// <param name="x">x.</param>
    /// <param name="xi">From i to i.</param>
    /// <param name="xk">From k to k.</param>
    /// <param name="y">y, j contiguous.</param>
    /// <param name="yk">From k to k.</param>
    /// <param name="z">z, j contiguous.</param>
    /// <param name="zi">From i to i.</param>
    /// <param name="scale">What multiplies all.</param>
    /// <param name="weights">What multiplies each j, or null.</param>
    /// <param name="spills">Whether eight more may be read behind y, and written behind z, where registers hold sixteen.</param>
    public static void Weighted(
        int rows, int inner, int lanes, T* x, nint xi, nint xk, T* y, nint yk, T* z, nint zi, T scale, T* weights, bool spills) =>
        All(rows, inner, lanes, x, xi, xk, y, yk, z, zi, false, scale, weights, spills);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void All(int rows, int inner, int lanes, T* x, nint xi, nint xk, T* y, nint yk, T* z, nint zi, bool adds, T scale,
        T* weights, bool spills)
    {
        // Two vectors of eight as one; the last of an odd number by itself, if nothing may be touched behind it.
        int wide = !IsHalf || lanes <= 8 ? 0 : spills ? lanes : lanes & ~15;
        if (lanes > wide)
        {
            Narrow(rows, inner, lanes - wide, x, xi, xk, y + wide, yk, z + wide, zi, adds, scale,
                weights == null ? null : weights + wide);
        }

        if (wide > 0) RowTile<Lanes512<T>, Vector512<T>, T>.Narrow(rows, inner, wide, x, xi, xk, y, yk, z, zi, adds, scale, weights);
    }

    private static void Narrow(
        int rows, int inner, int lanes, T* x, nint xi, nint xk, T* y, nint yk, T* z, nint zi, bool adds, T scale, T* weights)
    {
        for (; rows > 9; rows -= 8, x += 8 * xi, z += 8 * zi)
            Row<Rows8>(inner, lanes, x, xi, xk, y, yk, z, zi, adds, scale, weights);
        switch (rows)
        {
            case 1:
                Row<Rows1>(inner, lanes, x, xi, xk, y, yk, z, zi, adds, scale, weights);
                break;
            case 2:
                Row<Rows2>(inner, lanes, x, xi, xk, y, yk, z, zi, adds, scale, weights);
                break;
            case 3:
                Row<Rows3>(inner, lanes, x, xi, xk, y, yk, z, zi, adds, scale, weights);
                break;
            case 4:
                Row<Rows4>(inner, lanes, x, xi, xk, y, yk, z, zi, adds, scale, weights);
                break;
            case 5:
                Row<Rows5>(inner, lanes, x, xi, xk, y, yk, z, zi, adds, scale, weights);
                break;
            case 6:
                Row<Rows6>(inner, lanes, x, xi, xk, y, yk, z, zi, adds, scale, weights);
                break;
            case 7:
                Row<Rows7>(inner, lanes, x, xi, xk, y, yk, z, zi, adds, scale, weights);
                break;
            case 8:
                Row<Rows8>(inner, lanes, x, xi, xk, y, yk, z, zi, adds, scale, weights);
                break;
            case 9:
                Row<Rows9>(inner, lanes, x, xi, xk, y, yk, z, zi, adds, scale, weights);
                break;
        }
    }

    /// <summary>z_i[j] = scale weights_i[j] Σ_k x[k, i] y[k, i + j], a number less in each row than in the one before, one row behind the
    /// other: a triangle of pairs. Vectors are read and written behind the ends of rows, those of z before the next row is made.</summary>
    /// <param name="rows">The number of i, at most eight.</param>
    /// <param name="inner">The number of k.</param>
    /// <param name="lanes">The number of j of the first row, at least <paramref name="rows"/>.</param>
    /// <param name="x">x, i contiguous.</param>
    /// <param name="xk">From k to k.</param>
    /// <param name="y">y; seven more are read behind whole vectors.</param>
    /// <param name="yk">From k to k.</param>
    /// <param name="z">z.</param>
    /// <param name="scale">What multiplies all.</param>
    /// <param name="weights">What multiplies each, <paramref name="gap"/> more from row to row than z has.</param>
    /// <param name="gap">See there.</param>
    public static void Stairs(
        int rows, int inner, int lanes, T* x, nint xk, T* y, nint yk, T* z, T scale, T* weights, int gap)
    {
        int wide = IsHalf ? lanes & ~15 : 0;
        for (int lane = (lanes - 1) / TLanes.Count * TLanes.Count; lane >= wide; lane -= TLanes.Count)
            Step(Math.Min(rows, lanes - lane), inner, lanes, lane, x, xk, y, yk, z, scale, weights, gap);
        for (int lane = wide - 16; lane >= 0; lane -= 16)
        {
            RowTile<Lanes512<T>, Vector512<T>, T>.Step(
                Math.Min(rows, lanes - lane), inner, lanes, lane, x, xk, y, yk, z, scale, weights, gap);
        }
    }

    private static void Step(
        int rows, int inner, int lanes, int lane, T* x, nint xk, T* y, nint yk, T* z, T scale, T* weights, int gap)
    {
        y += lane;
        z += lane;
        weights += lane;
        switch (rows)
        {
            case 1:
                Step<Rows1>(inner, lanes, x, xk, y, yk, z, scale, weights, gap);
                break;
            case 2:
                Step<Rows2>(inner, lanes, x, xk, y, yk, z, scale, weights, gap);
                break;
            case 3:
                Step<Rows3>(inner, lanes, x, xk, y, yk, z, scale, weights, gap);
                break;
            case 4:
                Step<Rows4>(inner, lanes, x, xk, y, yk, z, scale, weights, gap);
                break;
            case 5:
                Step<Rows5>(inner, lanes, x, xk, y, yk, z, scale, weights, gap);
                break;
            case 6:
                Step<Rows6>(inner, lanes, x, xk, y, yk, z, scale, weights, gap);
                break;
            case 7:
                Step<Rows7>(inner, lanes, x, xk, y, yk, z, scale, weights, gap);
                break;
            case 8:
                Step<Rows8>(inner, lanes, x, xk, y, yk, z, scale, weights, gap);
                break;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Step<TRows>(int inner, nint lanes, T* x, nint xk, T* y, nint yk, T* z, T scale, T* weights, nint gap)
        where TRows : struct, ITileRows
    {
        V s0 = TLanes.Zero, s1 = TLanes.Zero, s2 = TLanes.Zero, s3 = TLanes.Zero;
        V s4 = TLanes.Zero, s5 = TLanes.Zero, s6 = TLanes.Zero, s7 = TLanes.Zero;
        for (int k = 0; k < inner; k++, x += xk, y += yk)
        {
            s0 = TLanes.MultiplyAdd(TLanes.Broadcast(x[0]), TLanes.Load(y), s0);
            if (TRows.Count > 1) s1 = TLanes.MultiplyAdd(TLanes.Broadcast(x[1]), TLanes.Load(y + 1), s1);
            if (TRows.Count > 2) s2 = TLanes.MultiplyAdd(TLanes.Broadcast(x[2]), TLanes.Load(y + 2), s2);
            if (TRows.Count > 3) s3 = TLanes.MultiplyAdd(TLanes.Broadcast(x[3]), TLanes.Load(y + 3), s3);
            if (TRows.Count > 4) s4 = TLanes.MultiplyAdd(TLanes.Broadcast(x[4]), TLanes.Load(y + 4), s4);
            if (TRows.Count > 5) s5 = TLanes.MultiplyAdd(TLanes.Broadcast(x[5]), TLanes.Load(y + 5), s5);
            if (TRows.Count > 6) s6 = TLanes.MultiplyAdd(TLanes.Broadcast(x[6]), TLanes.Load(y + 6), s6);
            if (TRows.Count > 7) s7 = TLanes.MultiplyAdd(TLanes.Broadcast(x[7]), TLanes.Load(y + 7), s7);
        }

        V factor = TLanes.Broadcast(scale);
        Weigh(s0, factor, ref weights, ref z, lanes, gap);
        if (TRows.Count > 1) Weigh(s1, factor, ref weights, ref z, lanes - 1, gap);
        if (TRows.Count > 2) Weigh(s2, factor, ref weights, ref z, lanes - 2, gap);
        if (TRows.Count > 3) Weigh(s3, factor, ref weights, ref z, lanes - 3, gap);
        if (TRows.Count > 4) Weigh(s4, factor, ref weights, ref z, lanes - 4, gap);
        if (TRows.Count > 5) Weigh(s5, factor, ref weights, ref z, lanes - 5, gap);
        if (TRows.Count > 6) Weigh(s6, factor, ref weights, ref z, lanes - 6, gap);
        if (TRows.Count > 7) Weigh(s7, factor, ref weights, ref z, lanes - 7, gap);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Weigh(V sum, V factor, ref T* weights, ref T* z, nint count, nint gap)
    {
        TLanes.Store(TLanes.Multiply(TLanes.Multiply(factor, TLanes.Load(weights)), sum), z);
        z += count;
        weights += count + gap;
    }

    // In the first moments of a process, unoptimised code would take as long as all else; so in the kernels of couplings.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Row<TRows>(
        int inner, int lanes, T* x, nint xi, nint xk, T* y, nint yk, T* z, nint zi, bool adds, T scale, T* weights)
        where TRows : struct, ITileRows
    {
        bool scales = weights != null || scale != T.One;
        int last = lanes <= 0 ? 0 : (lanes - 1) / TLanes.Count * TLanes.Count;
        y += last;
        z += last;
        weights = weights == null ? null : weights + last;
        for (int lane = lanes; lane > 0; lane -= TLanes.Count, y -= TLanes.Count, z -= TLanes.Count)
        {
            V s0 = TLanes.Zero, s1 = TLanes.Zero, s2 = TLanes.Zero, s3 = TLanes.Zero, s4 = TLanes.Zero;
            V s5 = TLanes.Zero, s6 = TLanes.Zero, s7 = TLanes.Zero, s8 = TLanes.Zero;
            T* a = x, b = y;
            for (int k = 0; k < inner; k++, a += xk, b += yk)
            {
                V v = TLanes.Load(b);
                s0 = TLanes.MultiplyAdd(TLanes.Broadcast(a[0]), v, s0);
                if (TRows.Count > 1) s1 = TLanes.MultiplyAdd(TLanes.Broadcast(a[xi]), v, s1);
                if (TRows.Count > 2) s2 = TLanes.MultiplyAdd(TLanes.Broadcast(a[2 * xi]), v, s2);
                if (TRows.Count > 3) s3 = TLanes.MultiplyAdd(TLanes.Broadcast(a[3 * xi]), v, s3);
                if (TRows.Count > 4) s4 = TLanes.MultiplyAdd(TLanes.Broadcast(a[4 * xi]), v, s4);
                if (TRows.Count > 5) s5 = TLanes.MultiplyAdd(TLanes.Broadcast(a[5 * xi]), v, s5);
                if (TRows.Count > 6) s6 = TLanes.MultiplyAdd(TLanes.Broadcast(a[6 * xi]), v, s6);
                if (TRows.Count > 7) s7 = TLanes.MultiplyAdd(TLanes.Broadcast(a[7 * xi]), v, s7);
                if (TRows.Count > 8) s8 = TLanes.MultiplyAdd(TLanes.Broadcast(a[8 * xi]), v, s8);
            }

            if (scales)
            {
                V factor = TLanes.Broadcast(scale);
                if (weights != null)
                {
                    factor = TLanes.Multiply(factor, TLanes.Load(weights));
                    weights -= TLanes.Count;
                }

                s0 = TLanes.Multiply(factor, s0);
                if (TRows.Count > 1) s1 = TLanes.Multiply(factor, s1);
                if (TRows.Count > 2) s2 = TLanes.Multiply(factor, s2);
                if (TRows.Count > 3) s3 = TLanes.Multiply(factor, s3);
                if (TRows.Count > 4) s4 = TLanes.Multiply(factor, s4);
                if (TRows.Count > 5) s5 = TLanes.Multiply(factor, s5);
                if (TRows.Count > 6) s6 = TLanes.Multiply(factor, s6);
                if (TRows.Count > 7) s7 = TLanes.Multiply(factor, s7);
                if (TRows.Count > 8) s8 = TLanes.Multiply(factor, s8);
            }

            Put(s0, z, adds);
            if (TRows.Count > 1) Put(s1, z + zi, adds);
            if (TRows.Count > 2) Put(s2, z + 2 * zi, adds);
            if (TRows.Count > 3) Put(s3, z + 3 * zi, adds);
            if (TRows.Count > 4) Put(s4, z + 4 * zi, adds);
            if (TRows.Count > 5) Put(s5, z + 5 * zi, adds);
            if (TRows.Count > 6) Put(s6, z + 6 * zi, adds);
            if (TRows.Count > 7) Put(s7, z + 7 * zi, adds);
            if (TRows.Count > 8) Put(s8, z + 8 * zi, adds);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Put(V value, T* target, bool adds) => TLanes.Store(adds ? TLanes.Add(TLanes.Load(target), value) : value, target);
}
