using System;
using System.Buffers;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Threading.Tasks;
using Toolkit.Numerics.Simd;

namespace Toolkit.Numerics.LinearAlgebra;

/// <summary>A strided view of a matrix: element (i, j) is at start + i·rowStep + j·columnStep.</summary>
internal readonly unsafe struct Strided<T>(T* start, nint rowStep, nint columnStep)
    where T : unmanaged
{
    internal readonly T* Start = start;
    internal readonly nint RowStep = rowStep, ColumnStep = columnStep;

    internal Strided<T> At(nint row, nint column) => new(Start + row * RowStep + column * ColumnStep, RowStep, ColumnStep);
    internal Strided<T> Transposed => new(Start, ColumnStep, RowStep);
}

/// <summary>Which part of the result of a product is computed.</summary>
internal enum Part
{
    All,
    Lower,
}

/// <summary>
/// The dense product C ← α A B + β C, after Goto and van de Geijn (ACM TOMS 34, 12, 2008).
/// </summary>
/// <remarks>
/// 1. The inner dimension is cut into slices of <see cref="Depth"/>. Of each slice, a panel of B is copied into strips as
///    wide as three registers, a panel of A into strips of four rows, eight with 512-bit registers; both are then read in
///    order, once per use, whatever the layout and transposition of the originals was.
/// 2. The micro-kernel multiplies a strip of A with a strip of B. Twelve registers hold its 4 × 3 results, three hold the
///    B row, one the broadcast A element: sixteen, what AVX2 has. AVX-512 has thirty-two and takes 8 × 3: 24 results.
///    Twelve independent chains cover two multiply-add ports of four cycles' latency; loads stay below the load ports.
/// 3. A strip of B (48 kB at most) streams from the second-level cache once per strip of A: with eight rows one line for
///    eight multiply-adds, so that it is no limit. The panel of A stays in the second-level cache too.
/// 4. Every element of C sums its products in the order of the inner index within a slice, and slices in order. Neither
///    depends on where the element sits in a tile or on which thread computes it, so the result is bitwise the same for
///    any number of threads and any split of the rows. <see cref="Part.Lower"/> leaves out tiles above the diagonal.
/// </remarks>
internal static unsafe class MatrixProduct<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    internal const int Depth = 256;

    /// <summary>Rows of a tile.</summary>
    private static int Rows<TLanes, V>()
        where TLanes : struct, ILanes<V, T>
        where V : struct => TLanes.Count * sizeof(T) == 64 ? 8 : 4;

    /// <summary>C ← α A B + β C with A [m, k], B [k, n], C [m, n], C's columns contiguous; β = 0 does not read C.</summary>
    internal static void Run(
        int m, int n, int k, T alpha, Strided<T> a, Strided<T> b, T beta, T* c, nint ldc,
        Part part = Part.All, int threads = 1, VectorWidth? width = null)
    {
        if (m <= 0 || n <= 0)
        {
            return;
        }

        VectorWidth w = width ?? VectorWidths.Widest;
        long work = (long)m * n * k;
        threads = (int)Math.Min(threads, 1 + work / (64 * 64 * 64));
        if (threads <= 1)
        {
            Dispatch(w, m, n, k, alpha, a, b, beta, c, ldc, part, 0);
            return;
        }

        // Rows are split so that every thread has the same number of results; the split does not change any of them.
        var cut = new int[threads + 1];
        for (int t = 1; t <= threads; t++)
        {
            double share = (double)t / threads;
            double rows = part == Part.Lower ? m * Math.Sqrt(share) : m * share;
            cut[t] = t == threads ? m : Math.Clamp((int)(Math.Round(rows / 8) * 8), cut[t - 1], m);
        }

        Parallel.For(0, threads, new ParallelOptions { MaxDegreeOfParallelism = threads }, t =>
        {
            int from = cut[t], count = cut[t + 1] - from;
            if (count > 0)
            {
                int columns = part == Part.Lower ? Math.Min(n, cut[t + 1]) : n;
                Dispatch(w, count, columns, k, alpha, a.At(from, 0), b, beta, c + from * ldc, ldc, part, from);
            }
        });
    }

    private static void Dispatch(
        VectorWidth width, int m, int n, int k, T alpha, Strided<T> a, Strided<T> b, T beta, T* c, nint ldc, Part part,
        int firstRow)
    {
        switch (width)
        {
            case VectorWidth.Bits512:
                Panels<Lanes512<T>, Vector512<T>>(m, n, k, alpha, a, b, beta, c, ldc, part, firstRow);
                break;
            case VectorWidth.Bits256:
                Panels<Lanes256<T>, Vector256<T>>(m, n, k, alpha, a, b, beta, c, ldc, part, firstRow);
                break;
            case VectorWidth.Bits128:
                Panels<Lanes128<T>, Vector128<T>>(m, n, k, alpha, a, b, beta, c, ldc, part, firstRow);
                break;
            default:
                Panels<Lanes1<T>, T>(m, n, k, alpha, a, b, beta, c, ldc, part, firstRow);
                break;
        }
    }

    private static void Panels<TLanes, V>(
        int m, int n, int k, T alpha, Strided<T> a, Strided<T> b, T beta, T* c, nint ldc, Part part, int firstRow)
        where TLanes : struct, ILanes<V, T>
        where V : struct
    {
        if (beta != T.One)
        {
            Scale(m, n, beta, c, ldc, part, firstRow);
        }

        int strip = 3 * TLanes.Count, tall = Rows<TLanes, V>();
        int depth = Math.Min(k, Depth);
        int height = Math.Min(RoundUp(m, tall), Math.Max(tall, 384 * 1024 / (Depth * sizeof(T)) / tall * tall));
        int breadth = Math.Min(RoundUp(n, strip), Math.Max(strip, 4096 * 1024 / (Depth * sizeof(T)) / strip * strip));
        T[] rented = ArrayPool<T>.Shared.Rent(depth * (height + breadth) + tall * strip + 192 / sizeof(T));
        try
        {
            fixed (T* start = rented)
            {
                T* pb = (T*)(((nint)start + 63) & ~(nint)63), pa = pb + (nint)depth * breadth;
                pa = (T*)(((nint)pa + 63) & ~(nint)63);
                T* edge = (T*)(((nint)(pa + (nint)depth * height) + 63) & ~(nint)63);
                for (int j = 0; j < n; j += breadth)
                {
                    int columns = Math.Min(breadth, n - j);
                    for (int p = 0; p < k; p += depth)
                    {
                        int slice = Math.Min(depth, k - p);
                        Pack(b.Transposed.At(j, p), columns, slice, strip, T.One, pb);
                        for (int i = 0; i < m; i += height)
                        {
                            int rows = Math.Min(height, m - i);
                            if (part == Part.Lower && firstRow + i + rows <= j)
                            {
                                continue;
                            }

                            Pack(a.At(i, p), rows, slice, tall, alpha, pa);
                            Tiles<TLanes, V>(rows, columns, slice, pa, pb, c + i * ldc + j, ldc, edge,
                                part == Part.Lower ? firstRow + i - j : int.MaxValue);
                        }
                    }
                }
            }
        }
        finally
        {
            ArrayPool<T>.Shared.Return(rented);
        }
    }

    private static int RoundUp(int n, int step) => (n + step - 1) / step * step;

    private static void Scale(int m, int n, T beta, T* c, nint ldc, Part part, int firstRow)
    {
        for (int i = 0; i < m; i++)
        {
            var row = new Span<T>(c + i * ldc, part == Part.Lower ? Math.Min(n, firstRow + i + 1) : n);
            if (beta == T.Zero)
            {
                row.Clear();
                continue;
            }

            for (int j = 0; j < row.Length; j++)
            {
                row[j] *= beta;
            }
        }
    }

    /// <summary>
    /// Copies scale · source [lines, depth] into strips of <paramref name="strip"/> lines, the depth index slowest in each;
    /// the last strip is filled up with zeros.
    /// </summary>
    private static void Pack(Strided<T> source, int lines, int depth, int strip, T scale, T* target)
    {
        nint line = source.RowStep, step = source.ColumnStep;
        for (int first = 0; first < lines; first += strip)
        {
            int count = Math.Min(strip, lines - first);
            T* from = source.Start + first * line;
            if (count < strip)
            {
                new Span<T>(target, strip * depth).Clear();
            }

            if (line == 1 && scale == T.One)
            {
                for (int p = 0; p < depth; p++)
                {
                    CopyLine(from + p * step, target + p * strip, count);
                }
            }
            else if (line == 1)
            {
                for (int p = 0; p < depth; p++)
                {
                    for (int q = 0; q < count; q++)
                    {
                        target[p * strip + q] = scale * from[p * step + q];
                    }
                }
            }
            else if (step == 1)
            {
                Transpose.Copy(count, depth, from, line, target, strip, scale);
            }
            else
            {
                for (int p = 0; p < depth; p++)
                {
                    for (int q = 0; q < count; q++)
                    {
                        target[p * strip + q] = scale * from[q * line + p * step];
                    }
                }
            }

            target += (nint)strip * depth;
        }
    }

    /// <summary>The usual lengths are constants to the compiler, which copies them in registers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void CopyLine(T* from, T* to, int count)
    {
        switch (count * sizeof(T))
        {
            case 32:
                Unsafe.CopyBlockUnaligned(to, from, 32);
                break;
            case 64:
                Unsafe.CopyBlockUnaligned(to, from, 64);
                break;
            case 192:
                Unsafe.CopyBlockUnaligned(to, from, 192);
                break;
            default:
                new ReadOnlySpan<T>(from, count).CopyTo(new Span<T>(to, count));
                break;
        }
    }

    /// <summary>
    /// C += A B over packed panels. Row i of the panel is on the diagonal at column i + <paramref name="diagonal"/>; what
    /// is above the diagonal is not written.
    /// </summary>
    private static void Tiles<TLanes, V>(
        int m, int n, int depth, T* pa, T* pb, T* c, nint ldc, T* edge, int diagonal)
        where TLanes : struct, ILanes<V, T>
        where V : struct
    {
        int strip = 3 * TLanes.Count, tall = Rows<TLanes, V>();
        for (int j = 0; j < n; j += strip)
        {
            T* b = pb + (nint)j * depth;
            int columns = Math.Min(strip, n - j);
            for (int i = 0; i < m; i += tall)
            {
                int rows = Math.Min(tall, m - i);
                T* a = pa + (nint)i * depth;
                T* target = c + i * ldc + j;
                long inside = (long)diagonal + i + 1 - j;
                if (inside + rows - 1 <= 0)
                {
                    continue;
                }

                if (rows == tall && columns == strip && inside >= strip)
                {
                    Tile<TLanes, V>(tall, depth, a, b, target, ldc);
                    continue;
                }

                new Span<T>(edge, tall * strip).Clear();
                Tile<TLanes, V>(tall, depth, a, b, edge, strip);
                for (int r = 0; r < rows; r++)
                {
                    long width = Math.Min(columns, inside + r);
                    for (int q = 0; q < width; q++)
                    {
                        target[r * ldc + q] += edge[r * strip + q];
                    }
                }
            }
        }
    }

    private static void Tile<TLanes, V>(int tall, int depth, T* a, T* b, T* c, nint ldc)
        where TLanes : struct, ILanes<V, T>
        where V : struct
    {
        if (tall == 8)
        {
            Eight<TLanes, V>(depth, a, b, c, ldc);
        }
        else
        {
            Four<TLanes, V>(depth, a, b, c, ldc);
        }
    }

    /// <summary>C [4, three registers] += strip of A · strip of B.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Four<TLanes, V>(int depth, T* a, T* b, T* c, nint ldc)
        where TLanes : struct, ILanes<V, T>
        where V : struct
    {
        V c00 = TLanes.Zero, c01 = TLanes.Zero, c02 = TLanes.Zero;
        V c10 = TLanes.Zero, c11 = TLanes.Zero, c12 = TLanes.Zero;
        V c20 = TLanes.Zero, c21 = TLanes.Zero, c22 = TLanes.Zero;
        V c30 = TLanes.Zero, c31 = TLanes.Zero, c32 = TLanes.Zero;
        for (int p = 0; p < depth; p++)
        {
            V b0 = TLanes.Load(b), b1 = TLanes.Load(b + TLanes.Count), b2 = TLanes.Load(b + 2 * TLanes.Count);
            V x = TLanes.Broadcast(a[0]);
            c00 = TLanes.MultiplyAdd(x, b0, c00);
            c01 = TLanes.MultiplyAdd(x, b1, c01);
            c02 = TLanes.MultiplyAdd(x, b2, c02);
            x = TLanes.Broadcast(a[1]);
            c10 = TLanes.MultiplyAdd(x, b0, c10);
            c11 = TLanes.MultiplyAdd(x, b1, c11);
            c12 = TLanes.MultiplyAdd(x, b2, c12);
            x = TLanes.Broadcast(a[2]);
            c20 = TLanes.MultiplyAdd(x, b0, c20);
            c21 = TLanes.MultiplyAdd(x, b1, c21);
            c22 = TLanes.MultiplyAdd(x, b2, c22);
            x = TLanes.Broadcast(a[3]);
            c30 = TLanes.MultiplyAdd(x, b0, c30);
            c31 = TLanes.MultiplyAdd(x, b1, c31);
            c32 = TLanes.MultiplyAdd(x, b2, c32);
            a += 4;
            b += 3 * TLanes.Count;
        }

        AddTo<TLanes, V>(c, c00, c01, c02);
        AddTo<TLanes, V>(c + ldc, c10, c11, c12);
        AddTo<TLanes, V>(c + 2 * ldc, c20, c21, c22);
        AddTo<TLanes, V>(c + 3 * ldc, c30, c31, c32);
    }

    /// <summary>C [8, three registers] += strip of A · strip of B.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Eight<TLanes, V>(int depth, T* a, T* b, T* c, nint ldc)
        where TLanes : struct, ILanes<V, T>
        where V : struct
    {
        V c00 = TLanes.Zero, c01 = TLanes.Zero, c02 = TLanes.Zero;
        V c10 = TLanes.Zero, c11 = TLanes.Zero, c12 = TLanes.Zero;
        V c20 = TLanes.Zero, c21 = TLanes.Zero, c22 = TLanes.Zero;
        V c30 = TLanes.Zero, c31 = TLanes.Zero, c32 = TLanes.Zero;
        V c40 = TLanes.Zero, c41 = TLanes.Zero, c42 = TLanes.Zero;
        V c50 = TLanes.Zero, c51 = TLanes.Zero, c52 = TLanes.Zero;
        V c60 = TLanes.Zero, c61 = TLanes.Zero, c62 = TLanes.Zero;
        V c70 = TLanes.Zero, c71 = TLanes.Zero, c72 = TLanes.Zero;
        for (int p = 0; p < depth; p++)
        {
            V b0 = TLanes.Load(b), b1 = TLanes.Load(b + TLanes.Count), b2 = TLanes.Load(b + 2 * TLanes.Count);
            V x = TLanes.Broadcast(a[0]);
            c00 = TLanes.MultiplyAdd(x, b0, c00);
            c01 = TLanes.MultiplyAdd(x, b1, c01);
            c02 = TLanes.MultiplyAdd(x, b2, c02);
            x = TLanes.Broadcast(a[1]);
            c10 = TLanes.MultiplyAdd(x, b0, c10);
            c11 = TLanes.MultiplyAdd(x, b1, c11);
            c12 = TLanes.MultiplyAdd(x, b2, c12);
            x = TLanes.Broadcast(a[2]);
            c20 = TLanes.MultiplyAdd(x, b0, c20);
            c21 = TLanes.MultiplyAdd(x, b1, c21);
            c22 = TLanes.MultiplyAdd(x, b2, c22);
            x = TLanes.Broadcast(a[3]);
            c30 = TLanes.MultiplyAdd(x, b0, c30);
            c31 = TLanes.MultiplyAdd(x, b1, c31);
            c32 = TLanes.MultiplyAdd(x, b2, c32);
            x = TLanes.Broadcast(a[4]);
            c40 = TLanes.MultiplyAdd(x, b0, c40);
            c41 = TLanes.MultiplyAdd(x, b1, c41);
            c42 = TLanes.MultiplyAdd(x, b2, c42);
            x = TLanes.Broadcast(a[5]);
            c50 = TLanes.MultiplyAdd(x, b0, c50);
            c51 = TLanes.MultiplyAdd(x, b1, c51);
            c52 = TLanes.MultiplyAdd(x, b2, c52);
            x = TLanes.Broadcast(a[6]);
            c60 = TLanes.MultiplyAdd(x, b0, c60);
            c61 = TLanes.MultiplyAdd(x, b1, c61);
            c62 = TLanes.MultiplyAdd(x, b2, c62);
            x = TLanes.Broadcast(a[7]);
            c70 = TLanes.MultiplyAdd(x, b0, c70);
            c71 = TLanes.MultiplyAdd(x, b1, c71);
            c72 = TLanes.MultiplyAdd(x, b2, c72);
            a += 8;
            b += 3 * TLanes.Count;
        }

        AddTo<TLanes, V>(c, c00, c01, c02);
        AddTo<TLanes, V>(c + ldc, c10, c11, c12);
        AddTo<TLanes, V>(c + 2 * ldc, c20, c21, c22);
        AddTo<TLanes, V>(c + 3 * ldc, c30, c31, c32);
        AddTo<TLanes, V>(c + 4 * ldc, c40, c41, c42);
        AddTo<TLanes, V>(c + 5 * ldc, c50, c51, c52);
        AddTo<TLanes, V>(c + 6 * ldc, c60, c61, c62);
        AddTo<TLanes, V>(c + 7 * ldc, c70, c71, c72);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddTo<TLanes, V>(T* c, V r0, V r1, V r2)
        where TLanes : struct, ILanes<V, T>
        where V : struct
    {
        TLanes.Store(TLanes.Add(TLanes.Load(c), r0), c);
        TLanes.Store(TLanes.Add(TLanes.Load(c + TLanes.Count), r1), c + TLanes.Count);
        TLanes.Store(TLanes.Add(TLanes.Load(c + 2 * TLanes.Count), r2), c + 2 * TLanes.Count);
    }
}
