using System;
using System.Runtime.Intrinsics;
using Toolkit.Numerics.LinearAlgebra;
using Toolkit.Numerics.Simd;

namespace Toolkit.Numerics.Fourier;

/// <summary>
/// The Fourier transform of a real function on a periodic grid of three dimensions, and its inverse:
/// X(k0, k1, k2) = Σ x(j0, j1, j2) e^(−2πi (j0 k0/n0 + j1 k1/n1 + j2 k2/n2)), of which the half with k2 ≤ n2/2 is kept.
/// </summary>
/// <remarks>
/// 1. Along the last axis twice as many rows as a register has lanes are transformed at once: one row as the real part and
///    one as the imaginary part of a complex line, taken apart afterwards, X = (Z_k + Z*_(n−k))/2. That serves odd lengths,
///    too, and needs no roots of its own.
/// 2. Along the other axes neighbouring columns are the lanes: loads and stores are whole registers.
/// 3. Real and imaginary parts are separate arrays whose rows are an odd number of cache lines long, so that the lines of
///    a column do not compete for the same cache sets.
/// The result is the same for any number of threads. An instance may be used by several threads at once.
/// </remarks>
public sealed unsafe class RealTransform3
{
    private readonly LinePlan _plan0, _plan1, _plan2;
    private readonly VectorWidth _width;

    /// <summary>Plans transforms of one size.</summary>
    /// <param name="n0">Points along the first axis.</param>
    /// <param name="n1">Points along the second axis.</param>
    /// <param name="n2">Points along the last axis, whose points are neighbours in memory.</param>
    /// <exception cref="ArgumentOutOfRangeException">
    /// A length that is no product of 2, 3, 5 and 7 (<see cref="FourierSize"/>), or more than 2³¹ numbers in all.
    /// </exception>
    public RealTransform3(int n0, int n1, int n2) : this(n0, n1, n2, VectorWidths.Widest)
    {
    }

    internal RealTransform3(int n0, int n1, int n2, VectorWidth width, int gap = 0)
    {
        (N0, N1, N2) = (n0, n1, n2);
        Row = n2 + gap;
        _plan0 = new LinePlan(n0);
        _plan1 = new LinePlan(n1);
        _plan2 = new LinePlan(n2);
        _width = width;
        Columns = ((n2 / 2 + 8) / 8 | 1) * 8;
        if ((long)n0 * n1 * Math.Max(Row, Columns) > int.MaxValue)
            throw new ArgumentOutOfRangeException(nameof(n0), $"{n0} × {n1} × {n2}", "the grid has more than 2^31 points");
    }

    /// <summary>Points along the first axis.</summary>
    public int N0 { get; }

    /// <summary>Points along the second axis.</summary>
    public int N1 { get; }

    /// <summary>Points along the last axis.</summary>
    public int N2 { get; }

    /// <summary>The distance of neighbouring rows of the real array: N2, or more where what lies between belongs to the caller.</summary>
    internal int Row { get; }

    /// <summary>The length of a row of the transform: n2/2 + 1 numbers that count, then zeros.</summary>
    public int Columns { get; }

    /// <summary>The number of points of the grid: length of the real array.</summary>
    public int RealLength => N0 * N1 * Row;

    /// <summary>The length of either array of the transform.</summary>
    public int TransformLength => N0 * N1 * Columns;

    /// <summary>Computes the transform, not normalised.</summary>
    /// <param name="values">x: <c>[n0, n1, n2]</c>.</param>
    /// <param name="re">Receives the real parts: <c>[n0, n1, Columns]</c>.</param>
    /// <param name="im">Receives the imaginary parts.</param>
    /// <param name="threads">Threads to use; the result does not depend on it.</param>
    /// <exception cref="ArgumentException">An array has another length.</exception>
    public void Forward(ReadOnlySpan<double> values, Span<double> re, Span<double> im, int threads = 1)
    {
        fixed (double* x = values)
            Run(x, values.Length, re, im, null, true, threads);
    }

    /// <summary>
    /// Computes Σ_k X(k) e^(+2πi …) over all k, the half that is not stored being the complex conjugate: n0 n1 n2 times the function that
    /// X is the transform of.
    /// </summary>
    /// <param name="re">Real parts: <c>[n0, n1, Columns]</c>; used as working memory, undefined afterwards.</param>
    /// <param name="im">Imaginary parts, the same.</param>
    /// <param name="values">Receives the function: <c>[n0, n1, n2]</c>.</param>
    /// <param name="threads">Threads to use; the result does not depend on it.</param>
    /// <exception cref="ArgumentException">An array has another length.</exception>
    public void Inverse(Span<double> re, Span<double> im, Span<double> values, int threads = 1)
    {
        fixed (double* x = values)
            Run(x, values.Length, re, im, null, false, threads);
    }

    /// <summary>
    /// <see cref="Forward(ReadOnlySpan{double}, Span{double}, Span{double}, int)"/> or its inverse where only some of the columns are
    /// wanted, or are not zero.
    /// </summary>
    /// <param name="values">The function, rows at distances of <see cref="Row"/>.</param>
    /// <param name="re">Real parts. Backward, columns that do not count are zero up to the last that does in any row; forward, they are
    /// undefined.</param>
    /// <param name="im">Imaginary parts.</param>
    /// <param name="used">How many columns count, a multiple of eight: <c>[k1]</c>; null: all.</param>
    /// <param name="forward">The direction.</param>
    /// <param name="threads">Threads.</param>
    internal void Run(Span<double> values, Span<double> re, Span<double> im, int[]? used, bool forward, int threads)
    {
        fixed (double* x = values)
            Run(x, values.Length, re, im, used, forward, threads);
    }

    private void Run(double* x, int length, Span<double> re, Span<double> im, int[]? used, bool forward, int threads)
    {
        if (length != RealLength || re.Length != TransformLength || im.Length != TransformLength)
        {
            throw new ArgumentException(
                $"expected {RealLength} real numbers and twice {TransformLength} of the transform, got {length}, {re.Length} and {im.Length}");
        }

        fixed (double* r = re, i = im)
        {
            switch (_width)
            {
                case VectorWidth.Bits512: Run<Lanes512<double>, Vector512<double>>(x, r, i, used, forward, threads); break;
                case VectorWidth.Bits256: Run<Lanes256<double>, Vector256<double>>(x, r, i, used, forward, threads); break;
                case VectorWidth.Bits128: Run<Lanes128<double>, Vector128<double>>(x, r, i, used, forward, threads); break;
                default: Run<Lanes1<double>, double>(x, r, i, used, forward, threads); break;
            }
        }
    }

    private void Run<TLanes, V>(double* x, double* re, double* im, int[]? used, bool forward, int threads)
        where TLanes : struct, ILanes<V, double>
        where V : struct
    {
        int most = Columns;
        if (used is not null)
        {
            most = 0;
            foreach (int columns in used)
                most = Math.Max(most, columns);
        }
        if (forward)
        {
            Rows<TLanes, V>(x, re, im, most, true, threads);
            Second<TLanes, V>(re, im, most, threads);
            First<TLanes, V>(re, im, used, threads);
            return;
        }
        // The other sign of the exponent: real and imaginary parts exchanged.
        First<TLanes, V>(im, re, used, threads);
        Second<TLanes, V>(im, re, most, threads);
        Rows<TLanes, V>(x, re, im, most, false, threads);
    }

    /// <summary>Along the first axis.</summary>
    private void First<TLanes, V>(double* re, double* im, int[]? used, int threads)
        where TLanes : struct, ILanes<V, double>
        where V : struct
    {
        if (N0 == 1) return;
        nint step = (nint)N1 * Columns;
        Threads.Share(N1, threads, row =>
        {
            int groups = (used is null ? Columns : used[row]) / 8;
            using AlignedScratch<double> scratch = new(LineKernel<TLanes, V>.Scratch(N0));
            fixed (double* roots = _plan0.Roots)
            {
                for (int group = 0; group < groups; group++)
                {
                    Lines<TLanes, V>(_plan0, re + (nint)row * Columns + 8 * group, im + (nint)row * Columns + 8 * group, step,
                        scratch.Start, roots);
                }
            }
        });
    }

    /// <summary>Along the second axis.</summary>
    private void Second<TLanes, V>(double* re, double* im, int most, int threads)
        where TLanes : struct, ILanes<V, double>
        where V : struct
    {
        if (N1 == 1) return;
        nint plane = (nint)N1 * Columns;
        Threads.Share(N0, threads, at =>
        {
            using AlignedScratch<double> scratch = new(LineKernel<TLanes, V>.Scratch(N1));
            fixed (double* roots = _plan1.Roots)
            {
                for (int group = 0; group < most / 8; group++)
                    Lines<TLanes, V>(_plan1, re + at * plane + 8 * group, im + at * plane + 8 * group, Columns, scratch.Start, roots);
            }
        });
    }

    /// <summary>Eight columns, in place.</summary>
    private static void Lines<TLanes, V>(LinePlan plan, double* re, double* im, nint step, double* scratch, double* roots)
        where TLanes : struct, ILanes<V, double>
        where V : struct
    {
        for (int lane = 0; lane < 8; lane += TLanes.Count)
            LineKernel<TLanes, V>.Run(plan, re + lane, im + lane, step, re + lane, im + lane, step, scratch, roots);
    }

    /// <summary>Along the last axis: real rows to half spectra, or back.</summary>
    private void Rows<TLanes, V>(double* x, double* re, double* im, int most, bool forward, int threads)
        where TLanes : struct, ILanes<V, double>
        where V : struct
    {
        int lanes = TLanes.Count, rows = N0 * N1, batch = 2 * lanes, count = Math.Min(N2 / 2 + 1, most);
        // Some batches to a piece of work: a thread's scratch is taken once per piece.
        const int piece = 16;
        int batches = (rows + batch - 1) / batch;
        Threads.Share((batches + piece - 1) / piece, threads, part =>
        {
            nint size = (nint)N2 * lanes, half = (nint)Columns * lanes;
            using AlignedScratch<double> memory = new(LineKernel<TLanes, V>.Scratch(N2) + 2 * size + 4 * half);
            double* scratch = memory.Start, zr = scratch + LineKernel<TLanes, V>.Scratch(N2), zi = zr + size, a = zi + size;
            new Span<double>(zr, checked((int)(2 * size + 4 * half))).Clear();
            fixed (double* roots = _plan2.Roots)
            {
                for (int b = part * piece; b < Math.Min((part + 1) * piece, batches); b++)
                {
                    int row = b * batch, first = Math.Min(lanes, rows - row), second = Math.Clamp(rows - row - lanes, 0, lanes);
                    double* x0 = x + (nint)row * Row, x1 = x0 + (nint)lanes * Row;
                    nint at = (nint)row * Columns, then = at + (nint)lanes * Columns;
                    if (forward)
                    {
                        ToLanes(first, N2, x0, Row, zr, lanes);
                        ToLanes(second, N2, x1, Row, zi, lanes);
                        LineKernel<TLanes, V>.Run(_plan2, zr, zi, lanes, zr, zi, lanes, scratch, roots);
                        Apart<TLanes, V>(zr, zi, a);
                        FromLanes(most, first, a, lanes, re + at, Columns);
                        FromLanes(most, first, a + half, lanes, im + at, Columns);
                        FromLanes(most, second, a + 2 * half, lanes, re + then, Columns);
                        FromLanes(most, second, a + 3 * half, lanes, im + then, Columns);
                    }
                    else
                    {
                        ToLanes(first, count, re + at, Columns, a, lanes);
                        ToLanes(first, count, im + at, Columns, a + half, lanes);
                        ToLanes(second, count, re + then, Columns, a + 2 * half, lanes);
                        ToLanes(second, count, im + then, Columns, a + 3 * half, lanes);
                        Together<TLanes, V>(a, zr, zi);
                        LineKernel<TLanes, V>.Run(_plan2, zi, zr, lanes, zi, zr, lanes, scratch, roots);
                        FromLanes(N2, first, zr, lanes, x0, Row);
                        FromLanes(N2, second, zi, lanes, x1, Row);
                    }
                }
            }
        });
    }

    private static void ToLanes(int rows, int columns, double* from, nint fromStep, double* to, nint lanes) =>
        Transpose.Copy(rows, columns, from, fromStep, to, lanes, 1.0);

    private static void FromLanes(int rows, int columns, double* from, nint lanes, double* to, nint toStep) =>
        Transpose.Copy(rows, columns, from, lanes, to, toStep, 1.0);

    /// <summary>The spectra of the two real rows in one complex line: re, im, re, im, each <c>[Columns, lane]</c>.</summary>
    private void Apart<TLanes, V>(double* zr, double* zi, double* a)
        where TLanes : struct, ILanes<V, double>
        where V : struct
    {
        nint lanes = TLanes.Count, half = Columns * lanes;
        V h = TLanes.Broadcast(0.5);
        for (int k = 0; k <= N2 / 2; k++)
        {
            nint up = k * lanes, down = (k == 0 ? 0 : N2 - k) * lanes;
            V r = TLanes.Multiply(h, TLanes.Load(zr + up)), i = TLanes.Multiply(h, TLanes.Load(zi + up));
            V s = TLanes.Multiply(h, TLanes.Load(zr + down)), j = TLanes.Multiply(h, TLanes.Load(zi + down));
            TLanes.Store(TLanes.Add(r, s), a + up);
            TLanes.Store(TLanes.Subtract(i, j), a + half + up);
            TLanes.Store(TLanes.Add(i, j), a + 2 * half + up);
            TLanes.Store(TLanes.Subtract(s, r), a + 3 * half + up);
        }
    }

    /// <summary>The inverse of <see cref="Apart"/>.</summary>
    private void Together<TLanes, V>(double* a, double* zr, double* zi)
        where TLanes : struct, ILanes<V, double>
        where V : struct
    {
        nint lanes = TLanes.Count, half = Columns * lanes;
        for (int k = 0; k <= N2 / 2; k++)
        {
            nint up = k * lanes, down = (k == 0 ? 0 : N2 - k) * lanes;
            V ar = TLanes.Load(a + up), ai = TLanes.Load(a + half + up);
            V br = TLanes.Load(a + 2 * half + up), bi = TLanes.Load(a + 3 * half + up);
            // At k = 0 and n/2 a real function's transform is real.
            if (down == 0 || down == up) ai = bi = TLanes.Zero;
            TLanes.Store(TLanes.Add(ar, bi), zr + down);
            TLanes.Store(TLanes.Subtract(br, ai), zi + down);
            TLanes.Store(TLanes.Subtract(ar, bi), zr + up);
            TLanes.Store(TLanes.Add(ai, br), zi + up);
        }
    }
}
