using System;
using System.Buffers;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Toolkit.Numerics.Simd;

namespace Toolkit.Numerics.Harmonics;

/// <summary>
/// Real spherical harmonics of many points, with first and second derivatives, in float64 or float32.
/// </summary>
/// <typeparam name="T"><c>double</c> or <c>float</c>.</typeparam>
/// <remarks>
/// Orthonormal on the sphere, no Condon–Shortley phase: √2 (−1)^m Re Y_l^m for m &gt; 0, √2 (−1)^m Im Y_l^|m| for m &lt; 0,
/// with Y_l^m the orthonormal complex ones with that phase; row l² + l + m, so that Y_1 ∝ (y, z, x). Points run fastest in
/// every output: values [lm, point], gradients [x y z, lm, point], Hessians [xx xy xz yy yz zz, lm, point]. Derivatives
/// are with respect to the vector r itself (1/Å for points in Å), not to the direction. Instances are immutable and may be
/// shared between threads. The algorithm is told in <c>HarmonicsKernel</c>; the scalar form is the same code, and
/// <see cref="HarmonicsReference"/> is an independent slow formula.
/// </remarks>
public sealed unsafe class SphericalHarmonics<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>The largest degree that is supported.</summary>
    public const int LargestDegree = 50;

    /// <summary>Bytes of output per pass that stay in the second-level cache before they go to memory.</summary>
    private const int PassBytes = 1 << 19;

    private readonly T[] _coefficients;
    private readonly VectorWidth _width;
    private HarmonicsBody<T>? _values, _gradients;

    /// <summary>Prepares the coefficients for degrees 0…lmax.</summary>
    /// <param name="lmax">Largest degree, 0…50.</param>
    /// <param name="kind">Functions of the direction or solid harmonics.</param>
    /// <exception cref="ArgumentOutOfRangeException">lmax is negative or above 50.</exception>
    /// <exception cref="NotSupportedException">T is neither double nor float.</exception>
    public SphericalHarmonics(int lmax, HarmonicsKind kind = HarmonicsKind.Normalised)
        : this(lmax, kind, VectorWidths.Widest)
    {
    }

    internal SphericalHarmonics(int lmax, HarmonicsKind kind, VectorWidth width)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(lmax);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(lmax, LargestDegree);
        if (typeof(T) != typeof(double) && typeof(T) != typeof(float))
            throw new NotSupportedException($"harmonics exist for double and float, not for {typeof(T).Name}");

        LMax = lmax;
        Kind = kind;
        _coefficients = HarmonicsCoefficients.Create<T>(lmax);
        _width = width;
    }

    /// <summary>Largest degree.</summary>
    public int LMax { get; }

    /// <summary>Functions of the direction or solid harmonics.</summary>
    public HarmonicsKind Kind { get; }

    /// <summary>Number of functions, (lmax + 1)².</summary>
    public int Count => (LMax + 1) * (LMax + 1);

    /// <summary>Points in a block of <c>Block</c>: 8 float64 or 16 float32.</summary>
    public static int BlockSize => 64 / Unsafe.SizeOf<T>();

    /// <summary>
    /// One block of <see cref="BlockSize"/> points, for loops that use the functions while they are in the cache. Fill
    /// missing points with anything finite, e.g. zeros. Outputs that begin at a multiple of 64 bytes are written up to
    /// 1.9 times faster: every row is one cache line then, not parts of two.
    /// </summary>
    /// <param name="x">x of the points [BlockSize].</param>
    /// <param name="y">y of the points [BlockSize].</param>
    /// <param name="z">z of the points [BlockSize].</param>
    /// <param name="values">Output [lm, BlockSize].</param>
    /// <param name="gradients">Output [x y z, lm, BlockSize], or empty: not computed.</param>
    /// <exception cref="ArgumentException">A span is too short.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Block(
        ReadOnlySpan<T> x, ReadOnlySpan<T> y, ReadOnlySpan<T> z, Span<T> values, Span<T> gradients = default)
    {
        int size = BlockSize;
        Require(x, size, nameof(x));
        Require(y, size, nameof(y));
        Require(z, size, nameof(z));
        Require(values, Count * size, nameof(values));
        if (!gradients.IsEmpty)
            Require(gradients, 3 * Count * size, nameof(gradients));

        fixed (T* px = x, py = y, pz = z, v = values, g = gradients)
        {
            Block(px, py, pz, v, g);
        }
    }

    /// <summary>The same on pointers that the caller vouches for; <paramref name="gradients"/> may be null.</summary>
    /// <param name="x">x of the points [BlockSize].</param>
    /// <param name="y">y of the points [BlockSize].</param>
    /// <param name="z">z of the points [BlockSize].</param>
    /// <param name="values">Output [lm, BlockSize].</param>
    /// <param name="gradients">Output [x y z, lm, BlockSize], or null.</param>
    /// <param name="distances">|r| of the points, none of them zero, where they are known; or null.</param>
    [SkipLocalsInit]
    internal void Block(T* x, T* y, T* z, T* values, T* gradients, T* distances = null)
    {
        bool normalised = Kind == HarmonicsKind.Normalised;
        HarmonicsBody<T>? body = null;
        if (_width >= VectorWidth.Bits512 && EmittedKernels.IsSupported
            && LMax <= (gradients == null ? HarmonicsCompiler<T>.LargestValues : HarmonicsCompiler<T>.LargestGradients))
        {
            body = gradients == null
                ? _values ??= HarmonicsCompiler<T>.Get(LMax, false, normalised)
                : _gradients ??= HarmonicsCompiler<T>.Get(LMax, true, normalised);
        }

        if (body is null)
        {
            Run(x, y, z, BlockSize, values, BlockSize, gradients, (nint)Count * BlockSize, null);
            return;
        }

        T* point = stackalloc T[7 * BlockSize];
        point = (T*)(((nint)point + 63) & ~(nint)63);
        if (normalised && distances != null) HarmonicsKernel<Lanes512<T>, Vector512<T>, T>.PrepareAt(x, y, z, distances, point);
        else HarmonicsKernel<Lanes512<T>, Vector512<T>, T>.Prepare(x, y, z, normalised, point);
        fixed (T* table = _coefficients)
        {
            body(point, values, gradients, table);
        }
    }

    /// <summary>Values, and derivatives where their spans are not empty, of any number of points.</summary>
    /// <param name="x">x of the points [points].</param>
    /// <param name="y">y of the points [points].</param>
    /// <param name="z">z of the points [points].</param>
    /// <param name="values">Output [lm, point].</param>
    /// <param name="gradients">Output [x y z, lm, point], or empty.</param>
    /// <param name="hessians">Output [xx xy xz yy yz zz, lm, point], or empty; needs the gradients too.</param>
    /// <exception cref="ArgumentException">A span is too short, or Hessians are asked for without gradients.</exception>
    public void Compute(
        ReadOnlySpan<T> x, ReadOnlySpan<T> y, ReadOnlySpan<T> z,
        Span<T> values, Span<T> gradients = default, Span<T> hessians = default)
    {
        int points = x.Length;
        Require(y, points, nameof(y));
        Require(z, points, nameof(z));
        fixed (T* px = x, py = y, pz = z)
        {
            Compute(px, py, pz, 1, points, values, gradients, hessians);
        }
    }

    /// <summary>The same for points stored one after the other.</summary>
    /// <param name="points">x, y, z of each point [points, 3].</param>
    /// <param name="values">Output [lm, point].</param>
    /// <param name="gradients">Output [x y z, lm, point], or empty.</param>
    /// <param name="hessians">Output [xx xy xz yy yz zz, lm, point], or empty; needs the gradients too.</param>
    /// <exception cref="ArgumentException">A span is too short, or its length is no multiple of three.</exception>
    public void ComputeInterleaved(
        ReadOnlySpan<T> points, Span<T> values, Span<T> gradients = default, Span<T> hessians = default)
    {
        if (points.Length % 3 != 0)
            throw new ArgumentException($"expected three numbers per point, got {points.Length}", nameof(points));

        fixed (T* p = points)
        {
            Compute(p, p + 1, p + 2, 3, points.Length / 3, values, gradients, hessians);
        }
    }

    private static void Require(ReadOnlySpan<T> span, long needed, string name)
    {
        if (span.Length < needed)
            Fail(span.Length, needed, name);

        static void Fail(int got, long needed, string name) =>
            throw new ArgumentException($"expected at least {needed} numbers, got {got}", name);
    }

    private void Compute(
        T* x, T* y, T* z, int step, int points, Span<T> values, Span<T> gradients, Span<T> hessians)
    {
        Require(values, (long)Count * points, nameof(values));
        if (!hessians.IsEmpty)
        {
            Require(hessians, 6L * Count * points, nameof(hessians));
            Require(gradients, 3L * Count * points, nameof(gradients));
        }
        else if (!gradients.IsEmpty)
        {
            Require(gradients, 3L * Count * points, nameof(gradients));
        }

        if (points == 0)
            return;

        // Whole passes go through a scratch block that stays in the cache: rows of one point each are too far apart in
        // the output to be read back by the recursion, and a full cache line at a time can be written past the caches.
        int planes = 1 + (gradients.IsEmpty ? 0 : 3) + (hessians.IsEmpty ? 0 : 6);
        int rows = planes * Count;
        // An odd number of lines per row of the block: rows one below the other do not compete for the same cache set.
        int lines = Math.Clamp(PassBytes / 64 / rows, 3, 32), pass = ((lines - 1) | 1) * BlockSize;
        pass = Math.Min(pass, (points + BlockSize - 1) / BlockSize * BlockSize);
        bool stream = (long)rows * points * sizeof(T) > 8L << 18;
        byte[] rented = ArrayPool<byte>.Shared.Rent((rows + 3) * pass * sizeof(T) + 64);
        try
        {
            fixed (byte* start = rented)
            fixed (T* v = values, g = gradients, h = hessians)
            {
                T* block = (T*)(((nint)start + 63) & ~(nint)63);
                T* sx = block + (nint)rows * pass, sy = sx + pass, sz = sy + pass;
                nint plane = (nint)Count * pass;

                // Where rows are whole cache lines apart, all passes but the first begin at a line of each row: no line is
                // written in two pieces.
                nint widest = (nint)(planes > 1 ? g : v);
                int first = pass, head = (int)(-widest & 63) / sizeof(T);
                if (stream && points % BlockSize == 0 && head > 0)
                    first = pass - BlockSize + head;

                for (int p = 0, n; p < points; p += n)
                {
                    n = Math.Min(p == 0 ? first : pass, points - p);
                    int padded = (n + BlockSize - 1) / BlockSize * BlockSize;
                    for (int i = 0; i < n; i++)
                    {
                        nint at = (nint)(p + i) * step;
                        sx[i] = x[at];
                        sy[i] = y[at];
                        sz[i] = z[at];
                    }

                    for (int i = n; i < padded; i++)
                        sx[i] = sy[i] = sz[i] = T.Zero;

                    Run(sx, sy, sz, padded, block, pass, planes > 1 ? block + plane : null, plane,
                        planes > 4 ? block + 4 * plane : null);
                    CopyRows(block, pass, Count, v + p, points, n, stream);
                    if (planes > 1)
                        CopyRows(block + plane, pass, 3 * Count, g + p, points, n, stream);

                    if (planes > 4)
                        CopyRows(block + 4 * plane, pass, 6 * Count, h + p, points, n, stream);
                }
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    private void Run(
        T* x, T* y, T* z, int points, T* values, nint stride, T* gradients, nint plane, T* hessians)
    {
        switch (_width)
        {
            case VectorWidth.Bits512:
                Run<Lanes512<T>, Vector512<T>>(x, y, z, points, values, stride, gradients, plane, hessians);
                break;
            case VectorWidth.Bits256:
                Run<Lanes256<T>, Vector256<T>>(x, y, z, points, values, stride, gradients, plane, hessians);
                break;
            case VectorWidth.Bits128:
                Run<Lanes128<T>, Vector128<T>>(x, y, z, points, values, stride, gradients, plane, hessians);
                break;
            default:
                Run<Lanes1<T>, T>(x, y, z, points, values, stride, gradients, plane, hessians);
                break;
        }
    }

    private void Run<TLanes, V>(
        T* x, T* y, T* z, int points, T* values, nint stride, T* gradients, nint plane, T* hessians)
        where TLanes : struct, ILanes<V, T>
        where V : struct
    {
        bool normalised = Kind == HarmonicsKind.Normalised;
        fixed (T* table = _coefficients)
        {
            for (int p = 0; p < points; p += TLanes.Count)
            {
                if (gradients == null)
                {
                    HarmonicsKernel<TLanes, V, T>.Values(
                        x + p, y + p, z + p, table, LMax, normalised, values + p, stride);
                    continue;
                }

                HarmonicsKernel<TLanes, V, T>.Gradients(
                    x + p, y + p, z + p, table, LMax, normalised, hessians == null,
                    values + p, stride, gradients + p, plane);
                if (hessians != null)
                {
                    HarmonicsKernel<TLanes, V, T>.Hessians(
                        x + p, y + p, z + p, table, LMax, normalised,
                        values + p, stride, gradients + p, plane, hessians + p);
                }
            }
        }
    }

    private static void CopyRows(
        T* source, nint sourceStride, int rows, T* target, nint targetStride, int n, bool stream)
    {
        for (int row = 0; row < rows; row++)
        {
            if (stream)
                Streaming.Copy(source, target, n);
            else
                new ReadOnlySpan<T>(source, n).CopyTo(new Span<T>(target, n));

            source += sourceStride;
            target += targetStride;
        }
    }
}
