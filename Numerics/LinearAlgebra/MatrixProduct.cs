using System;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
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
/// 1. The inner dimension is cut into equal slices of at most <see cref="Depth"/>. Of each slice, a panel of B is copied into
///    strips as wide as three registers, a block of A into strips of four rows, eight with 512-bit registers; both are then
///    read in order, once per use, whatever the layout and transposition of the originals was.
/// 2. The micro-kernel multiplies a strip of A with a strip of B. Twelve registers hold its 4 × 3 results, three hold the
///    B row, one the broadcast A element: sixteen, what AVX2 has. AVX-512 has thirty-two and takes 8 × 3: 24 results.
///    Twelve independent chains cover two multiply-add ports of four cycles' latency; loads stay below the load ports. Two
///    kernels, because eight rows spill with sixteen registers (a third slower) and four leave half of thirty-two idle (a
///    fifth slower).
/// 3. The block of A stays in the second-level cache and so does the strip of B that is being used; everything else is asked
///    for before it is needed: the next strip of B, which comes from farther away, a line per step; the rows of the tile of
///    C one after the other while its products are summed, because all at once they would hold up the loads of A and B.
/// 4. Every element of C sums its products in the order of the inner index within a slice, and slices in order. Neither
///    depends on where the element sits in a tile or on which thread computes it, so the result is bitwise the same for
///    any number of threads, which take blocks of rows as they are ready for them: two cores are not equally fast where
///    others use them too. <see cref="Part.Lower"/> leaves out tiles above the diagonal.
/// </remarks>
internal static unsafe class MatrixProduct<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Longest slice of the inner dimension.</summary>
    private const int Depth = 384;

    /// <summary>Rows of a block of A, bytes of a panel of B, strips of it that are copied together.</summary>
    private const int Height = 64, Panel = 4096 * 1024, Group = 8;

    /// <summary>What copying an element costs, in multiply-adds.</summary>
    private const long PackWork = 32;

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
            return;

        if (k <= 0 || (beta != T.One && beta != T.Zero))
            Scale(m, n, beta, c, ldc, part);

        if (k <= 0)
            return;

        bool fresh = beta == T.Zero;
        threads = Threads.For((long)m * n * k, threads);
        switch (width ?? VectorWidths.Widest)
        {
            case VectorWidth.Bits512:
                Panels<Lanes512<T>, Vector512<T>>(m, n, k, alpha, a, b, fresh, c, ldc, part, threads);
                break;
            case VectorWidth.Bits256:
                Panels<Lanes256<T>, Vector256<T>>(m, n, k, alpha, a, b, fresh, c, ldc, part, threads);
                break;
            case VectorWidth.Bits128:
                Panels<Lanes128<T>, Vector128<T>>(m, n, k, alpha, a, b, fresh, c, ldc, part, threads);
                break;
            default:
                Panels<Lanes1<T>, T>(m, n, k, alpha, a, b, fresh, c, ldc, part, threads);
                break;
        }
    }

    private static void Panels<TLanes, V>(
        int m, int n, int k, T alpha, Strided<T> a, Strided<T> b, bool fresh, T* c, nint ldc, Part part, int threads)
        where TLanes : struct, ILanes<V, T>
        where V : struct
    {
        int strip = 3 * TLanes.Count, tall = Rows<TLanes, V>();
        int slices = (k + Depth - 1) / Depth, depth = slices > 1 ? RoundUp((k + slices - 1) / slices, 16) : k;
        int breadth = Math.Min(RoundUp(n, strip), Panel / (Depth * sizeof(T)) / strip * strip);
        int height = threads > 1 ? Math.Clamp(RoundUp(m / (8 * threads), 8), 32, Height) : Height;
        using AlignedScratch<T> panel = new((long)Even(depth) * breadth);
        T* pb = panel.Start;
        for (int j = 0; j < n; j += breadth)
        {
            for (int p = 0; p < k; p += depth)
            {
                int j0 = j, p0 = p, columns = Math.Min(breadth, n - j), slice = Math.Min(depth, k - p);
                Threads.Share((columns + Group * strip - 1) / (Group * strip), Threads.For(PackWork * columns * slice, threads), group =>
                {
                    int first = Group * strip * group, count = Math.Min(Group * strip, columns - first);
                    Pack(b.Transposed.At(j0 + first, p0), count, slice, strip, T.One, pb + (nint)first * Even(slice));
                });
                Threads.Share((m + height - 1) / height, threads, block =>
                {
                    int i = block * height, rows = Math.Min(height, m - i);
                    if (part == Part.Lower && i + rows <= j0)
                        return;

                    using AlignedScratch<T> scratch = new((long)Even(slice) * RoundUp(rows, tall) + tall * strip);
                    T* edge = scratch.Start, pa = edge + tall * strip;
                    Pack(a.At(i, p0), rows, slice, tall, alpha, pa);
                    Tiles<TLanes, V>(rows, columns, Even(slice), pa, pb, c + i * ldc + j0, ldc, edge,
                        part == Part.Lower ? i - j0 : int.MaxValue, fresh && p0 == 0);
                });
            }
        }
    }

    private static int Even(int depth) => RoundUp(depth, 2);

    private static int RoundUp(int n, int step) => (n + step - 1) / step * step;

    private static void Scale(int m, int n, T beta, T* c, nint ldc, Part part)
    {
        for (int i = 0; i < m; i++)
        {
            var row = new Span<T>(c + i * ldc, part == Part.Lower ? Math.Min(n, i + 1) : n);
            if (beta == T.Zero)
            {
                row.Clear();
                continue;
            }

            for (int j = 0; j < row.Length; j++)
                row[j] *= beta;
        }
    }

    /// <summary>
    /// Copies scale · source [lines, depth] into strips of <paramref name="strip"/> lines, the depth index slowest in each;
    /// the last strip and an odd depth are filled up with zeros.
    /// </summary>
    private static void Pack(Strided<T> source, int lines, int depth, int strip, T scale, T* target)
    {
        nint line = source.RowStep, step = source.ColumnStep;
        int size = strip * Even(depth), strips = (lines + strip - 1) / strip;
        if (lines % strip > 0)
            new Span<T>(target + (strips - 1) * (nint)size, size).Clear();

        for (nint s = 1; size > strip * depth && s <= strips; s++)
            new Span<T>(target + s * size - strip, strip).Clear();

        // Rows of the source in order where they are contiguous, not strips.
        for (int p = 0; line == 1 && p < depth; p++)
        {
            T* from = source.Start + p * step, to = target + p * strip;
            for (int first = 0; first < lines; first += strip, from += strip, to += size)
                CopyLine(from, to, Math.Min(strip, lines - first), scale);
        }

        for (int first = 0; line != 1 && first < lines; first += strip, target += size)
            Transpose.Copy(Math.Min(strip, lines - first), depth, source.Start + first * line, line, target, strip, scale);
    }

    /// <summary>The usual lengths are constants to the compiler, which copies them in registers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void CopyLine(T* from, T* to, int count, T scale)
    {
        switch (scale == T.One ? count * sizeof(T) : 0)
        {
            case 32:
                Unsafe.CopyBlockUnaligned(to, from, 32);
                break;
            case 48:
                Unsafe.CopyBlockUnaligned(to, from, 48);
                break;
            case 64:
                Unsafe.CopyBlockUnaligned(to, from, 64);
                break;
            case 96:
                Unsafe.CopyBlockUnaligned(to, from, 96);
                break;
            case 192:
                Unsafe.CopyBlockUnaligned(to, from, 192);
                break;
            default:
                for (int q = 0; q < count; q++)
                    to[q] = scale * from[q];

                break;
        }
    }

    /// <summary>
    /// C += A B over packed panels, or C = A B. Row i of the panel is on the diagonal at column i + <paramref name="diagonal"/>;
    /// what is above the diagonal is not written.
    /// </summary>
    private static void Tiles<TLanes, V>(
        int m, int n, int depth, T* pa, T* pb, T* c, nint ldc, T* edge, int diagonal, bool fresh)
        where TLanes : struct, ILanes<V, T>
        where V : struct
    {
        int strip = 3 * TLanes.Count, tall = Rows<TLanes, V>();
        for (int j = 0; j < n; j += strip)
        {
            T* b = pb + (nint)j * depth, next = b + (nint)strip * depth, end = next + (nint)strip * depth;
            int columns = Math.Min(strip, n - j);
            for (int i = 0; i < m; i += tall)
            {
                int rows = Math.Min(tall, m - i);
                T* a = pa + (nint)i * depth;
                T* target = c + i * ldc + j;
                long inside = (long)diagonal + i + 1 - j;
                if (inside + rows - 1 <= 0)
                    continue;

                T* ahead = next < end ? next : a;
                next += (nint)depth / 2 * (64 / sizeof(T));
                if (rows == tall && columns == strip && inside >= strip)
                {
                    Tile<TLanes, V>(tall, depth, a, b, target, ldc, ahead, fresh);
                    continue;
                }

                Tile<TLanes, V>(tall, depth, a, b, edge, strip, ahead, true);
                for (int r = 0; r < rows; r++)
                {
                    long width = Math.Min(columns, inside + r);
                    for (int q = 0; q < width; q++)
                        target[r * ldc + q] = fresh ? edge[r * strip + q] : target[r * ldc + q] + edge[r * strip + q];
                }
            }
        }
    }

    private static void Tile<TLanes, V>(int tall, int depth, T* a, T* b, T* c, nint ldc, T* ahead, bool fresh)
        where TLanes : struct, ILanes<V, T>
        where V : struct
    {
        if (tall == 8)
            Eight<TLanes, V>(depth, a, b, c, ldc, ahead, fresh);
        else
            Four<TLanes, V>(depth, a, b, c, ldc, ahead, fresh);
    }

    /// <summary>C [4, three registers] = or += strip of A · strip of B; the depth is even.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Four<TLanes, V>(int depth, T* a, T* b, T* c, nint ldc, T* ahead, bool fresh)
        where TLanes : struct, ILanes<V, T>
        where V : struct
    {
        V c00 = TLanes.Zero, c01 = TLanes.Zero, c02 = TLanes.Zero;
        V c10 = TLanes.Zero, c11 = TLanes.Zero, c12 = TLanes.Zero;
        V c20 = TLanes.Zero, c21 = TLanes.Zero, c22 = TLanes.Zero;
        V c30 = TLanes.Zero, c31 = TLanes.Zero, c32 = TLanes.Zero;
        T* row = c;
        for (int r = 1, p = 0; r <= 4; r++, row += ldc)
        {
            CacheLine.Fetch(row, 3 * TLanes.Count * sizeof(T));
            for (int end = depth * r / 4; p < end; p += 2)
            {
                CacheLine.FetchFar(ahead);
                CacheLine.Fetch(a + 8 * 4);
                V b0 = TLanes.Load(b), b1 = TLanes.Load(b + TLanes.Count), b2 = TLanes.Load(b + 2 * TLanes.Count);
                Row<TLanes, V>(a[0], b0, b1, b2, ref c00, ref c01, ref c02);
                Row<TLanes, V>(a[1], b0, b1, b2, ref c10, ref c11, ref c12);
                Row<TLanes, V>(a[2], b0, b1, b2, ref c20, ref c21, ref c22);
                Row<TLanes, V>(a[3], b0, b1, b2, ref c30, ref c31, ref c32);
                CacheLine.Fetch(a + 9 * 4);
                b0 = TLanes.Load(b + 3 * TLanes.Count);
                b1 = TLanes.Load(b + 4 * TLanes.Count);
                b2 = TLanes.Load(b + 5 * TLanes.Count);
                Row<TLanes, V>(a[4], b0, b1, b2, ref c00, ref c01, ref c02);
                Row<TLanes, V>(a[5], b0, b1, b2, ref c10, ref c11, ref c12);
                Row<TLanes, V>(a[6], b0, b1, b2, ref c20, ref c21, ref c22);
                Row<TLanes, V>(a[7], b0, b1, b2, ref c30, ref c31, ref c32);
                a += 2 * 4;
                b += 6 * TLanes.Count;
                ahead += 64 / sizeof(T);
            }
        }

        Put<TLanes, V>(c, c00, c01, c02, fresh);
        Put<TLanes, V>(c + ldc, c10, c11, c12, fresh);
        Put<TLanes, V>(c + 2 * ldc, c20, c21, c22, fresh);
        Put<TLanes, V>(c + 3 * ldc, c30, c31, c32, fresh);
    }

    /// <summary>C [8, three registers] = or += strip of A · strip of B; the depth is even.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Eight<TLanes, V>(int depth, T* a, T* b, T* c, nint ldc, T* ahead, bool fresh)
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
        T* row = c;
        for (int r = 1, p = 0; r <= 8; r++, row += ldc)
        {
            CacheLine.Fetch(row, 3 * TLanes.Count * sizeof(T));
            for (int end = depth * r / 8; p < end; p += 2)
            {
                CacheLine.FetchFar(ahead);
                CacheLine.Fetch(a + 8 * 8);
                V b0 = TLanes.Load(b), b1 = TLanes.Load(b + TLanes.Count), b2 = TLanes.Load(b + 2 * TLanes.Count);
                Row<TLanes, V>(a[0], b0, b1, b2, ref c00, ref c01, ref c02);
                Row<TLanes, V>(a[1], b0, b1, b2, ref c10, ref c11, ref c12);
                Row<TLanes, V>(a[2], b0, b1, b2, ref c20, ref c21, ref c22);
                Row<TLanes, V>(a[3], b0, b1, b2, ref c30, ref c31, ref c32);
                Row<TLanes, V>(a[4], b0, b1, b2, ref c40, ref c41, ref c42);
                Row<TLanes, V>(a[5], b0, b1, b2, ref c50, ref c51, ref c52);
                Row<TLanes, V>(a[6], b0, b1, b2, ref c60, ref c61, ref c62);
                Row<TLanes, V>(a[7], b0, b1, b2, ref c70, ref c71, ref c72);
                CacheLine.Fetch(a + 9 * 8);
                b0 = TLanes.Load(b + 3 * TLanes.Count);
                b1 = TLanes.Load(b + 4 * TLanes.Count);
                b2 = TLanes.Load(b + 5 * TLanes.Count);
                Row<TLanes, V>(a[8], b0, b1, b2, ref c00, ref c01, ref c02);
                Row<TLanes, V>(a[9], b0, b1, b2, ref c10, ref c11, ref c12);
                Row<TLanes, V>(a[10], b0, b1, b2, ref c20, ref c21, ref c22);
                Row<TLanes, V>(a[11], b0, b1, b2, ref c30, ref c31, ref c32);
                Row<TLanes, V>(a[12], b0, b1, b2, ref c40, ref c41, ref c42);
                Row<TLanes, V>(a[13], b0, b1, b2, ref c50, ref c51, ref c52);
                Row<TLanes, V>(a[14], b0, b1, b2, ref c60, ref c61, ref c62);
                Row<TLanes, V>(a[15], b0, b1, b2, ref c70, ref c71, ref c72);
                a += 2 * 8;
                b += 6 * TLanes.Count;
                ahead += 64 / sizeof(T);
            }
        }

        Put<TLanes, V>(c, c00, c01, c02, fresh);
        Put<TLanes, V>(c + ldc, c10, c11, c12, fresh);
        Put<TLanes, V>(c + 2 * ldc, c20, c21, c22, fresh);
        Put<TLanes, V>(c + 3 * ldc, c30, c31, c32, fresh);
        Put<TLanes, V>(c + 4 * ldc, c40, c41, c42, fresh);
        Put<TLanes, V>(c + 5 * ldc, c50, c51, c52, fresh);
        Put<TLanes, V>(c + 6 * ldc, c60, c61, c62, fresh);
        Put<TLanes, V>(c + 7 * ldc, c70, c71, c72, fresh);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Row<TLanes, V>(T a, V b0, V b1, V b2, ref V c0, ref V c1, ref V c2)
        where TLanes : struct, ILanes<V, T>
        where V : struct
    {
        V x = TLanes.Broadcast(a);
        c0 = TLanes.MultiplyAdd(x, b0, c0);
        c1 = TLanes.MultiplyAdd(x, b1, c1);
        c2 = TLanes.MultiplyAdd(x, b2, c2);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Put<TLanes, V>(T* c, V r0, V r1, V r2, bool fresh)
        where TLanes : struct, ILanes<V, T>
        where V : struct
    {
        if (!fresh)
        {
            r0 = TLanes.Add(TLanes.Load(c), r0);
            r1 = TLanes.Add(TLanes.Load(c + TLanes.Count), r1);
            r2 = TLanes.Add(TLanes.Load(c + 2 * TLanes.Count), r2);
        }

        TLanes.Store(r0, c);
        TLanes.Store(r1, c + TLanes.Count);
        TLanes.Store(r2, c + 2 * TLanes.Count);
    }
}
