using System;
using System.Numerics;
using System.Runtime.CompilerServices;
using Toolkit.Numerics.Simd;

namespace Toolkit.Numerics.Stages;

/// <summary>Σ_M A[M, left] B[M, right] for the products of a <see cref="GramShape"/>, and its derivatives, in one width: small matrix
/// products held in registers, a piece of the right channels at a time, so that what is made stays in the nearest cache.</summary>
/// <remarks>
/// Channels of families are few and the products of a row stand without gaps, so that rows begin anywhere. They are nevertheless read
/// and written as whole vectors: what a vector writes behind its row is made next. Only the last rows, behind which others' numbers
/// stand, are finished number by number.
/// <para>Backward, the derivatives of a group of rows are weighted once into a small matrix W[left, right] and turned round in registers;
/// then dA[M, left] = Σ_right B[M, right] W and dB[M, right] = Σ_left A[M, left] W hold all M in registers at once.</para>
/// </remarks>
internal static unsafe class GramTile<TLanes, V, T>
    where TLanes : struct, ILanes<V, T>
    where V : struct
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    // Right channels of a piece.
    private const int Piece = GramShape.ShortRow, Slack = 8;

    /// <summary>Numbers that <see cref="Backward"/> works in, from the start of a cache line.</summary>
    public const int Work = 2 * (GramShape.MostRows * Piece + Slack);

    /// <summary>Sets the products, or adds to them: of one A with some B, one tile of the shape after the other for all of these.</summary>
    /// <param name="shape">Which stand.</param>
    /// <param name="components">The number of M.</param>
    /// <param name="scale">What multiplies them beside their weights.</param>
    /// <param name="left">A.</param>
    /// <param name="leftStep">From M to M.</param>
    /// <param name="right">The first B.</param>
    /// <param name="rightStep">From M to M.</param>
    /// <param name="count">How many B.</param>
    /// <param name="rightNext">From B to B.</param>
    /// <param name="target">Receives the products with the first.</param>
    /// <param name="targetNext">From B to B there.</param>
    /// <param name="adds">Whether they are added.</param>
    /// <param name="isFollowed">Whether memory follows the last B: eight numbers behind its whole vectors of eight can be read.</param>
    [SkipLocalsInit]
    public static void Contract(GramShape shape, int components, T scale, T* left, nint leftStep, T* right, nint rightStep, int count,
        nint rightNext, T* target, nint targetNext, bool adds, bool isFollowed)
    {
        const int stride = Piece + Slack;
        T* product = stackalloc T[GramGroup.TileRows * stride], own = PinnedArray.First(shape.Own<T>());
        foreach (GramGroup group in shape.Groups)
        {
            GramRow[] all = group.Rows;
            for (int tile = 0, r = 0; r < all.Length; tile++, r += GramGroup.TileRows)
            {
                int rows = Math.Min(GramGroup.TileRows, all.Length - r);
                GramRow top = all[r], bottom = all[r + rows - 1];
                (int first, int last, bool areStairs) = group.Tiles[tile];
                T* a = left + top.Left, b = right + top.Right, to = target;
                // What the last vectors of a row write behind it is made next, but behind the last row.
                bool hasRoom = !adds && bottom.Place + bottom.Count + GramGroup.TileRows <= shape.Count;
                if (hasRoom && group.IsWhole)
                {
                    T* weights = top.Own.Length > 0 ? own + top.OwnFirst : null;
                    T factor = weights != null ? scale : scale * T.CreateChecked(top.Weight);
                    for (int q = 0; q < count; q++, b += rightNext, to += targetNext)
                    {
                        RowTile<TLanes, V, T>.Weighted(
                            rows, components, top.Count, a, 1, leftStep, b + top.Start, rightStep, to + top.Place, top.Count, factor,
                            weights, isFollowed && bottom.Place + bottom.Count + 2 * GramGroup.TileRows <= shape.Count);
                    }
                }
                else if (hasRoom && areStairs && isFollowed)
                {
                    for (int q = 0; q < count; q++, b += rightNext, to += targetNext)
                    {
                        RowTile<TLanes, V, T>.Stairs(
                            rows, components, top.Count, a, leftStep, b + top.Start, rightStep, to + top.Place, scale,
                            own + top.OwnFirst, GramShape.Gap);
                    }
                }
                else
                {
                    for (int q = 0; q < count; q++, b += rightNext, to += targetNext)
                    {
                        for (int at = first; at < last; at += Piece)
                        {
                            int lanes = Math.Min(Piece, last - at);
                            RowTile<TLanes, V, T>.Weighted(
                                rows, components, lanes, a, 1, leftStep, b + at, rightStep, product, stride, T.One, null, isFollowed);
                            // Behind a row that is made in pieces stands the beginning of the next one.
                            Put(all.AsSpan(r, rows), product, stride, at, lanes, last - first <= Piece, own, scale, to, to + shape.Count,
                                adds);
                        }
                    }
                }
            }
        }
    }

    /// <summary>Adds the derivatives by both factors.</summary>
    /// <param name="shape">Which products stand.</param>
    /// <param name="components">The number of M.</param>
    /// <param name="scale">What multiplies them beside their weights.</param>
    /// <param name="gradient">The derivatives by them.</param>
    /// <param name="left">A.</param>
    /// <param name="leftStep">From M to M.</param>
    /// <param name="right">B.</param>
    /// <param name="rightStep">From M to M.</param>
    /// <param name="leftSum">Receives the derivatives by A, like A.</param>
    /// <param name="rightSum">Receives those by B, like B.</param>
    /// <param name="work"><see cref="Work"/> numbers.</param>
    public static void Backward(
        GramShape shape, int components, T scale, T* gradient, T* left, nint leftStep, T* right, nint rightStep, T* leftSum, T* rightSum,
            T* work)
    {
        T* rows = work, columns = work + Work / 2, end = gradient + shape.Count, own = PinnedArray.First(shape.Own<T>());
        foreach (GramGroup group in shape.Groups)
        {
            GramRow[] all = group.Rows;
            for (int at = group.First; at < group.End; at += Piece)
            {
                int lanes = Math.Min(Piece, group.End - at), width = GramGroup.Padded(lanes), begin = 0, stop = all.Length;
                while (begin < stop && (all[begin].End <= at || all[begin].Start >= at + lanes)) begin++;
                while (stop > begin && (all[stop - 1].End <= at || all[stop - 1].Start >= at + lanes)) stop--;
                if (begin == stop) continue;
                int height = GramGroup.Padded(stop - begin), r = all[0].Right + at, l = all[begin].Left;
                for (int q = begin; q < stop; q++)
                    Weigh(all[q], own + all[q].OwnFirst, scale, gradient + all[q].Place, end, at, width, rows + (q - begin) * width);
                new Span<T>(rows + (stop - begin) * width, (height - stop + begin) * width).Clear();
                Transpose.Copy(height, width, rows, width, columns, height, T.One);
                RowTile<TLanes, V, T>.Multiply(
                    components, lanes, height, right + r, rightStep, 1, columns, height, leftSum + l, leftStep, true);
                RowTile<TLanes, V, T>.Multiply(
                    components, stop - begin, width, left + l, leftStep, 1, rows, width, rightSum + r, rightStep, true);
            }
        }
    }

    /// <summary>Products of a tile to their places.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Put(
        ReadOnlySpan<GramRow> tile, T* product, int stride, int at, int lanes, bool areWhole, T* own, T scale, T* target, T* end, bool adds)
    {
        V factor = TLanes.Broadcast(scale);
        foreach (GramRow row in tile)
        {
            T* weights = own + row.OwnFirst, place = target + row.Place;
            int from = Math.Max(row.Start, at), to = Math.Min(row.End, at + lanes);
            if (areWhole)
            {
                Put(product + row.Start - at, weights, factor, scale, place, row.Count, end, adds);
            }
            else if (to > from)
            {
                Put(product + from - at, weights, row.Own.Length, from - row.Start, scale, T.CreateChecked(row.Weight),
                    place + (from - row.Start), to - from, place + row.Count, adds);
            }

            product += stride;
        }
    }

    /// <summary>A short row, all of whose weights are its own.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Put(T* values, T* weights, V factor, T scale, T* target, int count, T* end, bool adds)
    {
        int k = 0;
        for (; k < count && target + k + TLanes.Count <= end && !(adds && k + TLanes.Count > count); k += TLanes.Count)
        {
            V value = TLanes.Multiply(TLanes.Multiply(factor, TLanes.Load(weights + k)), TLanes.Load(values + k));
            TLanes.Store(adds ? TLanes.Add(TLanes.Load(target + k), value) : value, target + k);
        }

        for (; k < count; k++)
        {
            T value = scale * weights[k] * values[k];
            target[k] = adds ? target[k] + value : value;
        }
    }

    /// <summary>Some products of a long row.</summary>
    private static void Put(T* values, T* own, int owns, int at, T scale, T weight, T* target, int count, T* end, bool adds)
    {
        V same = TLanes.Broadcast(scale * weight), factor = TLanes.Broadcast(scale);
        int k = 0;
        for (; k < count && target + k + TLanes.Count <= end && !(adds && k + TLanes.Count > count); k += TLanes.Count)
        {
            V value = TLanes.Multiply(at + k < owns ? TLanes.Multiply(factor, TLanes.Load(own + at + k)) : same, TLanes.Load(values + k));
            TLanes.Store(adds ? TLanes.Add(TLanes.Load(target + k), value) : value, target + k);
        }

        for (; k < count; k++)
        {
            T value = scale * (at + k < owns ? own[at + k] : weight) * values[k];
            target[k] = adds ? target[k] + value : value;
        }
    }

    /// <summary>dE/d(products without weights) of one row from a right channel on, zero where none stand.</summary>
    private static void Weigh(GramRow row, T* own, T scale, T* gradient, T* end, int first, int width, T* to)
    {
        int from = Math.Max(row.Start, first), stop = Math.Min(row.End, first + width), owns = row.Own.Length, at = from - row.Start,
            count = stop - from;
        int lead = count <= 0 ? width : from - first;
        for (int k = 0; k < lead; k += TLanes.Count)
            TLanes.Store(TLanes.Zero, to + k);
        if (count <= 0) return;
        T weight = T.CreateChecked(row.Weight);
        V same = TLanes.Broadcast(scale * weight), factor = TLanes.Broadcast(scale);
        T* target = to + lead, source = gradient + at;
        int j = 0;
        for (; j < count && source + j + TLanes.Count <= end; j += TLanes.Count)
        {
            TLanes.Store(TLanes.Multiply(
                at + j < owns ? TLanes.Multiply(factor, TLanes.Load(own + at + j)) : same, TLanes.Load(source + j)), target + j);
        }

        for (; j < count; j++)
            target[j] = scale * (at + j < owns ? own[at + j] : weight) * source[j];
        for (int k = lead + count; k < width; k += TLanes.Count)
            TLanes.Store(TLanes.Zero, to + k);
    }
}
