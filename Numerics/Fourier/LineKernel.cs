using System.Runtime.CompilerServices;
using Toolkit.Numerics.Simd;

namespace Toolkit.Numerics.Fourier;

/// <summary>
/// Complex Fourier transforms of as many lines as a register has lanes, X_k = Σ_j x_j e^(−2πi jk/n).
/// </summary>
/// <remarks>
/// Stockham's self-sorting passes, by decimation in frequency: a pass of radix r turns the length m that is left, with s lines
/// side by side, into m/r and r·s; the result is in order, and nothing is ever permuted. One lane is one line, so that the
/// roots of unity are broadcast and no lane does another lane's work. Real and imaginary parts are apart. Exchanging them
/// on both sides gives the transform with e^(+2πi jk/n).
/// </remarks>
internal static unsafe class LineKernel<TLanes, V>
    where TLanes : struct, ILanes<V, double>
    where V : struct
{
    /// <summary>Doubles of scratch that <see cref="Run"/> needs.</summary>
    internal static long Scratch(int n) => 4L * n * TLanes.Count;

    /// <summary>Transforms the lines that begin at the elements of one register.</summary>
    /// <param name="plan">The passes.</param>
    /// <param name="re">Real parts of the input: element j of all lines at re + j·step.</param>
    /// <param name="im">Imaginary parts.</param>
    /// <param name="step">Distance of elements.</param>
    /// <param name="toRe">Real parts of the result; may be the input.</param>
    /// <param name="toIm">Imaginary parts.</param>
    /// <param name="toStep">Distance of elements of the result.</param>
    /// <param name="scratch"><see cref="Scratch"/> numbers.</param>
    /// <param name="roots">The plan's roots.</param>
    internal static void Run(
        LinePlan plan, double* re, double* im, nint step, double* toRe, double* toIm, nint toStep, double* scratch, double* roots)
    {
        int n = plan.Length, passes = plan.Radices.Length, left = n, side = 1;
        nint size = (nint)n * TLanes.Count;
        if (passes == 0)
        {
            TLanes.Store(TLanes.Load(re), toRe);
            TLanes.Store(TLanes.Load(im), toIm);
            return;
        }

        double* xr = re, xi = im;
        nint xs = step;
        for (int pass = 0; pass < passes; pass++)
        {
            bool last = pass == passes - 1;
            double* yr = last ? toRe : scratch + (pass & 1) * 2 * size, yi = last ? toIm : yr + size;
            nint ys = last ? toStep : TLanes.Count;
            int radix = plan.Radices[pass];
            double* w = roots + plan.Starts[pass];
            switch (radix)
            {
                case 2: Two(left / 2, side, xr, xi, xs, yr, yi, ys, w); break;
                case 3: Three(left / 3, side, xr, xi, xs, yr, yi, ys, w); break;
                case 4: Four(left / 4, side, xr, xi, xs, yr, yi, ys, w); break;
                case 5: Five(left / 5, side, xr, xi, xs, yr, yi, ys, w); break;
                default: Seven(left / 7, side, xr, xi, xs, yr, yi, ys, w); break;
            }

            xr = yr;
            xi = yi;
            xs = ys;
            left /= radix;
            side *= radix;
        }
    }

    /// <summary>Stores (ar, ai) · w.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Turned(V ar, V ai, double* w, double* yr, double* yi)
    {
        V wr = TLanes.Broadcast(w[0]), wi = TLanes.Broadcast(w[1]);
        TLanes.Store(TLanes.SubtractProduct(ai, wi, TLanes.Multiply(ar, wr)), yr);
        TLanes.Store(TLanes.MultiplyAdd(ar, wi, TLanes.Multiply(ai, wr)), yi);
    }

    private static void Two(int parts, int side, double* xr, double* xi, nint xs, double* yr, double* yi, nint ys, double* w)
    {
        nint across = (nint)parts * side * xs, next = side * ys;
        for (int p = 0; p < parts; p++, w += 2)
        {
            double* ar = xr + (nint)p * side * xs, ai = xi + (nint)p * side * xs;
            double* br = yr + (nint)p * 2 * side * ys, bi = yi + (nint)p * 2 * side * ys;
            for (int q = 0; q < side; q++, ar += xs, ai += xs, br += ys, bi += ys)
            {
                V r0 = TLanes.Load(ar), i0 = TLanes.Load(ai), r1 = TLanes.Load(ar + across), i1 = TLanes.Load(ai + across);
                TLanes.Store(TLanes.Add(r0, r1), br);
                TLanes.Store(TLanes.Add(i0, i1), bi);
                Turned(TLanes.Subtract(r0, r1), TLanes.Subtract(i0, i1), w, br + next, bi + next);
            }
        }
    }

    private static void Three(int parts, int side, double* xr, double* xi, nint xs, double* yr, double* yi, nint ys, double* w)
    {
        const double half = 0.5, root = 0.86602540378443864676;
        V h = TLanes.Broadcast(half), s = TLanes.Broadcast(root);
        nint across = (nint)parts * side * xs, next = side * ys;
        for (int p = 0; p < parts; p++, w += 4)
        {
            double* ar = xr + (nint)p * side * xs, ai = xi + (nint)p * side * xs;
            double* br = yr + (nint)p * 3 * side * ys, bi = yi + (nint)p * 3 * side * ys;
            for (int q = 0; q < side; q++, ar += xs, ai += xs, br += ys, bi += ys)
            {
                V r0 = TLanes.Load(ar), i0 = TLanes.Load(ai);
                V r1 = TLanes.Load(ar + across), i1 = TLanes.Load(ai + across);
                V r2 = TLanes.Load(ar + 2 * across), i2 = TLanes.Load(ai + 2 * across);
                V tr = TLanes.Add(r1, r2), ti = TLanes.Add(i1, i2);
                TLanes.Store(TLanes.Add(r0, tr), br);
                TLanes.Store(TLanes.Add(i0, ti), bi);
                V mr = TLanes.SubtractProduct(h, tr, r0), mi = TLanes.SubtractProduct(h, ti, i0);
                // −i √3/2 (x1 − x2).
                V dr = TLanes.Multiply(s, TLanes.Subtract(i1, i2)), di = TLanes.Multiply(s, TLanes.Subtract(r2, r1));
                Turned(TLanes.Add(mr, dr), TLanes.Add(mi, di), w, br + next, bi + next);
                Turned(TLanes.Subtract(mr, dr), TLanes.Subtract(mi, di), w + 2, br + 2 * next, bi + 2 * next);
            }
        }
    }

    private static void Four(int parts, int side, double* xr, double* xi, nint xs, double* yr, double* yi, nint ys, double* w)
    {
        nint across = (nint)parts * side * xs, next = side * ys;
        for (int p = 0; p < parts; p++, w += 6)
        {
            double* ar = xr + (nint)p * side * xs, ai = xi + (nint)p * side * xs;
            double* br = yr + (nint)p * 4 * side * ys, bi = yi + (nint)p * 4 * side * ys;
            for (int q = 0; q < side; q++, ar += xs, ai += xs, br += ys, bi += ys)
            {
                V r0 = TLanes.Load(ar), i0 = TLanes.Load(ai);
                V r1 = TLanes.Load(ar + across), i1 = TLanes.Load(ai + across);
                V r2 = TLanes.Load(ar + 2 * across), i2 = TLanes.Load(ai + 2 * across);
                V r3 = TLanes.Load(ar + 3 * across), i3 = TLanes.Load(ai + 3 * across);
                V er = TLanes.Add(r0, r2), ei = TLanes.Add(i0, i2), fr = TLanes.Subtract(r0, r2), fi = TLanes.Subtract(i0, i2);
                V gr = TLanes.Add(r1, r3), gi = TLanes.Add(i1, i3);
                // −i (x1 − x3).
                V hr = TLanes.Subtract(i1, i3), hi = TLanes.Subtract(r3, r1);
                TLanes.Store(TLanes.Add(er, gr), br);
                TLanes.Store(TLanes.Add(ei, gi), bi);
                Turned(TLanes.Add(fr, hr), TLanes.Add(fi, hi), w, br + next, bi + next);
                Turned(TLanes.Subtract(er, gr), TLanes.Subtract(ei, gi), w + 2, br + 2 * next, bi + 2 * next);
                Turned(TLanes.Subtract(fr, hr), TLanes.Subtract(fi, hi), w + 4, br + 3 * next, bi + 3 * next);
            }
        }
    }

    private static void Five(int parts, int side, double* xr, double* xi, nint xs, double* yr, double* yi, nint ys, double* w)
    {
        // cos and sin of 72° and 144°.
        V c1 = TLanes.Broadcast(0.30901699437494742410), c2 = TLanes.Broadcast(-0.80901699437494742410);
        V s1 = TLanes.Broadcast(0.95105651629515357212), s2 = TLanes.Broadcast(0.58778525229247312917);
        nint across = (nint)parts * side * xs, next = side * ys;
        for (int p = 0; p < parts; p++, w += 8)
        {
            double* ar = xr + (nint)p * side * xs, ai = xi + (nint)p * side * xs;
            double* br = yr + (nint)p * 5 * side * ys, bi = yi + (nint)p * 5 * side * ys;
            for (int q = 0; q < side; q++, ar += xs, ai += xs, br += ys, bi += ys)
            {
                V r0 = TLanes.Load(ar), i0 = TLanes.Load(ai);
                V r1 = TLanes.Load(ar + across), i1 = TLanes.Load(ai + across);
                V r2 = TLanes.Load(ar + 2 * across), i2 = TLanes.Load(ai + 2 * across);
                V r3 = TLanes.Load(ar + 3 * across), i3 = TLanes.Load(ai + 3 * across);
                V r4 = TLanes.Load(ar + 4 * across), i4 = TLanes.Load(ai + 4 * across);
                V ar1 = TLanes.Add(r1, r4), ai1 = TLanes.Add(i1, i4), ar2 = TLanes.Add(r2, r3), ai2 = TLanes.Add(i2, i3);
                V dr1 = TLanes.Subtract(r1, r4), di1 = TLanes.Subtract(i1, i4);
                V dr2 = TLanes.Subtract(r2, r3), di2 = TLanes.Subtract(i2, i3);
                TLanes.Store(TLanes.Add(r0, TLanes.Add(ar1, ar2)), br);
                TLanes.Store(TLanes.Add(i0, TLanes.Add(ai1, ai2)), bi);
                V m1r = TLanes.MultiplyAdd(c1, ar1, TLanes.MultiplyAdd(c2, ar2, r0));
                V m1i = TLanes.MultiplyAdd(c1, ai1, TLanes.MultiplyAdd(c2, ai2, i0));
                V m2r = TLanes.MultiplyAdd(c2, ar1, TLanes.MultiplyAdd(c1, ar2, r0));
                V m2i = TLanes.MultiplyAdd(c2, ai1, TLanes.MultiplyAdd(c1, ai2, i0));
                // −i (s1 d1 + s2 d2) and −i (s2 d1 − s1 d2).
                V n1r = TLanes.MultiplyAdd(s1, di1, TLanes.Multiply(s2, di2));
                V n1i = TLanes.Negate(TLanes.MultiplyAdd(s1, dr1, TLanes.Multiply(s2, dr2)));
                V n2r = TLanes.SubtractProduct(s1, di2, TLanes.Multiply(s2, di1));
                V n2i = TLanes.SubtractProduct(s2, dr1, TLanes.Multiply(s1, dr2));
                Turned(TLanes.Add(m1r, n1r), TLanes.Add(m1i, n1i), w, br + next, bi + next);
                Turned(TLanes.Add(m2r, n2r), TLanes.Add(m2i, n2i), w + 2, br + 2 * next, bi + 2 * next);
                Turned(TLanes.Subtract(m2r, n2r), TLanes.Subtract(m2i, n2i), w + 4, br + 3 * next, bi + 3 * next);
                Turned(TLanes.Subtract(m1r, n1r), TLanes.Subtract(m1i, n1i), w + 6, br + 4 * next, bi + 4 * next);
            }
        }
    }

    private static void Seven(int parts, int side, double* xr, double* xi, nint xs, double* yr, double* yi, nint ys, double* w)
    {
        // cos and sin of 1, 2, 3 sevenths of the circle.
        V c1 = TLanes.Broadcast(0.62348980185873353053), c2 = TLanes.Broadcast(-0.22252093395631440429);
        V c3 = TLanes.Broadcast(-0.90096886790241912624);
        V s1 = TLanes.Broadcast(0.78183148246802980871), s2 = TLanes.Broadcast(0.97492791218182360702);
        V s3 = TLanes.Broadcast(0.43388373911755812048);
        nint across = (nint)parts * side * xs, next = side * ys;
        for (int p = 0; p < parts; p++, w += 12)
        {
            double* ar = xr + (nint)p * side * xs, ai = xi + (nint)p * side * xs;
            double* br = yr + (nint)p * 7 * side * ys, bi = yi + (nint)p * 7 * side * ys;
            for (int q = 0; q < side; q++, ar += xs, ai += xs, br += ys, bi += ys)
            {
                V r0 = TLanes.Load(ar), i0 = TLanes.Load(ai);
                Pair(ar, ai, across, 1, out V r1, out V i1, out V u1, out V v1);
                Pair(ar, ai, across, 2, out V r2, out V i2, out V u2, out V v2);
                Pair(ar, ai, across, 3, out V r3, out V i3, out V u3, out V v3);
                TLanes.Store(TLanes.Add(TLanes.Add(r0, r1), TLanes.Add(r2, r3)), br);
                TLanes.Store(TLanes.Add(TLanes.Add(i0, i1), TLanes.Add(i2, i3)), bi);
                V minus3 = TLanes.Negate(s3), minus1 = TLanes.Negate(s1);
                Both(r0, i0, r1, i1, r2, i2, r3, i3, u1, v1, u2, v2, u3, v3, c1, c2, c3, s1, s2, s3,
                    w, w + 10, br + next, bi + next, br + 6 * next, bi + 6 * next);
                Both(r0, i0, r1, i1, r2, i2, r3, i3, u1, v1, u2, v2, u3, v3, c2, c3, c1, s2, minus3, minus1,
                    w + 2, w + 8, br + 2 * next, bi + 2 * next, br + 5 * next, bi + 5 * next);
                Both(r0, i0, r1, i1, r2, i2, r3, i3, u1, v1, u2, v2, u3, v3, c3, c1, c2, s3, minus1, s2,
                    w + 4, w + 6, br + 3 * next, bi + 3 * next, br + 4 * next, bi + 4 * next);
            }
        }
    }

    /// <summary>x_k + x_(7−k) and x_k − x_(7−k).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Pair(double* ar, double* ai, nint across, int k, out V r, out V i, out V u, out V v)
    {
        V r1 = TLanes.Load(ar + k * across), i1 = TLanes.Load(ai + k * across);
        V r2 = TLanes.Load(ar + (7 - k) * across), i2 = TLanes.Load(ai + (7 - k) * across);
        r = TLanes.Add(r1, r2);
        i = TLanes.Add(i1, i2);
        u = TLanes.Subtract(r1, r2);
        v = TLanes.Subtract(i1, i2);
    }

    /// <summary>Results j and 7 − j of radix 7: sums with cosines a, b, c and −i times differences with sines d, e, f.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Both(
        V r0, V i0, V r1, V i1, V r2, V i2, V r3, V i3, V u1, V v1, V u2, V v2, V u3, V v3,
        V a, V b, V c, V d, V e, V f, double* w, double* w2, double* yr, double* yi, double* zr, double* zi)
    {
        V mr = TLanes.MultiplyAdd(a, r1, TLanes.MultiplyAdd(b, r2, TLanes.MultiplyAdd(c, r3, r0)));
        V mi = TLanes.MultiplyAdd(a, i1, TLanes.MultiplyAdd(b, i2, TLanes.MultiplyAdd(c, i3, i0)));
        V nr = TLanes.MultiplyAdd(d, v1, TLanes.MultiplyAdd(e, v2, TLanes.Multiply(f, v3)));
        V ni = TLanes.Negate(TLanes.MultiplyAdd(d, u1, TLanes.MultiplyAdd(e, u2, TLanes.Multiply(f, u3))));
        Turned(TLanes.Add(mr, nr), TLanes.Add(mi, ni), w, yr, yi);
        Turned(TLanes.Subtract(mr, nr), TLanes.Subtract(mi, ni), w2, zr, zi);
    }
}
