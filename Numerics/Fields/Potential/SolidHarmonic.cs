using System;
using Toolkit.Numerics.Simd;

namespace Toolkit.Numerics.Fields.Potential;

/// <summary>
/// One real solid harmonic, |k|^l Y_lm(k̂), along the rows of a mesh of waves, and products of whole rows with it. Where each function is
/// needed on a mesh of its own, all others would be wasted.
/// </summary>
/// <remarks>
/// Y_lm r^l = N Q_l^|m|(z, r²) · Re or Im (x + iy)^|m|, (l − μ) Q_l = (2l − 1) z Q_(l−1) − (l + μ − 1) r² Q_(l−2), and
/// ∂Q_l^μ/∂x = −x Q_(l−1)^(μ+1), ∂Q_l^μ/∂z = (l + μ) Q_(l−1)^μ.
/// </remarks>
internal sealed unsafe class SolidHarmonic
{
    private readonly double[] _up, _down, _nextUp, _nextDown;

    internal SolidHarmonic(int l, int m)
    {
        L = l;
        M = m;
        int order = Math.Abs(m);
        double norm = (2 * l + 1) / (4 * Math.PI) * (m == 0 ? 1 : 2);
        for (int k = l - order + 1; k <= l + order; k++)
            norm /= k;
        // i^l is ±1 or ±i.
        Start = Math.Sqrt(norm) * (l / 2 % 2 == 0 ? 1 : -1);
        for (int k = 1; k <= order; k++)
            Start *= 2 * k - 1;
        (_up, _down) = Steps(order);
        (_nextUp, _nextDown) = Steps(order + 1);

        (double[] Up, double[] Down) Steps(int mu)
        {
            double[] up = new double[Math.Max(0, l - mu)], down = new double[up.Length];
            for (int j = mu + 1; j <= l; j++)
                (up[j - mu - 1], down[j - mu - 1]) = ((2 * j - 1.0) / (j - mu), (j + mu - 1.0) / (j - mu));
            return (up, down);
        }
    }

    /// <summary>l.</summary>
    internal int L { get; }

    /// <summary>m.</summary>
    internal int M { get; }

    /// <summary>Whether i^l is imaginary.</summary>
    internal bool IsOdd => L % 2 == 1;

    private double Start { get; }

    /// <summary>A row of wave vectors: first + t · step.</summary>
    internal struct Row
    {
        internal double X, Y, Z, StepX, StepY, StepZ;

        /// <summary>t = 0, 1, 2, …</summary>
        internal double* Counts;

        /// <summary>The number of waves, a multiple of eight.</summary>
        internal int Length;
    }

    /// <summary>The same on one width of registers.</summary>
    internal static class Kernel<TLanes, V>
        where TLanes : struct, ILanes<V, double>
        where V : struct
    {
        /// <summary>to = i^l f Y |k|^l · from.</summary>
        internal static void Multiply(SolidHarmonic h, in Row row, double* f, double* fromRe, double* fromIm, double* toRe, double* toIm)
        {
            V x0 = TLanes.Broadcast(row.X), y0 = TLanes.Broadcast(row.Y), z0 = TLanes.Broadcast(row.Z);
            V dx = TLanes.Broadcast(row.StepX), dy = TLanes.Broadcast(row.StepY), dz = TLanes.Broadcast(row.StepZ),
                start = TLanes.Broadcast(h.Start);
            int order = Math.Abs(h.M), steps = h._up.Length;
            fixed (double* up = h._up, down = h._down)
            {
                for (int k = 0; k < row.Length; k += TLanes.Count)
                {
                    V t = TLanes.Load(row.Counts + k), x = TLanes.MultiplyAdd(t, dx, x0), y = TLanes.MultiplyAdd(t, dy, y0),
                        z = TLanes.MultiplyAdd(t, dz, z0);
                    V r = TLanes.MultiplyAdd(x, x, TLanes.MultiplyAdd(y, y, TLanes.Multiply(z, z))), q = start, before = TLanes.Zero;
                    for (int j = 0; j < steps; j++)
                    {
                        V next = TLanes.SubtractProduct(TLanes.Multiply(TLanes.Broadcast(down[j]), r), before,
                            TLanes.Multiply(TLanes.Multiply(TLanes.Broadcast(up[j]), z), q));
                        before = q;
                        q = next;
                    }
                    V c = TLanes.Broadcast(1), s = TLanes.Zero;
                    for (int j = 0; j < order; j++)
                    {
                        V next = TLanes.SubtractProduct(y, s, TLanes.Multiply(x, c));
                        s = TLanes.MultiplyAdd(x, s, TLanes.Multiply(y, c));
                        c = next;
                    }
                    V w = TLanes.Multiply(TLanes.Load(f + k), TLanes.Multiply(q, h.M < 0 ? s : c));
                    V re = TLanes.Multiply(w, TLanes.Load(fromRe + k)), im = TLanes.Multiply(w, TLanes.Load(fromIm + k));
                    TLanes.Store(h.IsOdd ? TLanes.Negate(im) : re, toRe + k);
                    TLanes.Store(h.IsOdd ? re : im, toIm + k);
                }
            }
        }

        /// <summary>
        /// Goes back from a channel. With A the transform of its adjoints, D that of the charges, w = f Y |k|^l: adds (i^l w)* A to ∂E/∂D,
        /// the products A* i^l D w to a sum for each wave, and Σ A* i^l D k_a ∂_b w, the derivative at constant c, to nine sums.
        /// </summary>
        /// <param name="h">The harmonic.</param>
        /// <param name="row">The waves.</param>
        /// <param name="f">c R̃/|k|^l.</param>
        /// <param name="df">c (R̃/|k|^l)'/|k|.</param>
        /// <param name="counts">How often each wave counts.</param>
        /// <param name="aRe">A.</param>
        /// <param name="aIm">A.</param>
        /// <param name="dRe">D.</param>
        /// <param name="dIm">D.</param>
        /// <param name="backRe">∂E/∂D, added to.</param>
        /// <param name="backIm">∂E/∂D, added to.</param>
        /// <param name="products">Added to: <c>[wave]</c>.</param>
        /// <param name="sums">Added to: 3 × 3.</param>
        internal static void Back(
            SolidHarmonic h, in Row row, double* f, double* df, double* counts, double* aRe, double* aIm, double* dRe, double* dIm,
            double* backRe, double* backIm, double* products, double* sums)
        {
            V x0 = TLanes.Broadcast(row.X), y0 = TLanes.Broadcast(row.Y), z0 = TLanes.Broadcast(row.Z);
            V dx = TLanes.Broadcast(row.StepX), dy = TLanes.Broadcast(row.StepY), dz = TLanes.Broadcast(row.StepZ),
                start = TLanes.Broadcast(h.Start);
            int order = Math.Abs(h.M), steps = h._up.Length, nextSteps = h.L - order - 2;
            // Q_(μ+1)^(μ+1) = (2μ + 1) Q_μ^μ, where l − 1 has it; ∂z needs Q_(l−1)^μ.
            V nextStart = TLanes.Broadcast(order + 1 <= h.L - 1 ? h.Start * (2 * order + 1) : 0), degree = TLanes.Broadcast(h.L + order);
            V power = TLanes.Broadcast(order);
            V xx = TLanes.Zero, xy = xx, xz = xx, yx = xx, yy = xx, yz = xx, zx = xx, zy = xx, zz = xx;
            fixed (double* up = h._up, down = h._down, nextUp = h._nextUp, nextDown = h._nextDown)
            {
                for (int k = 0; k < row.Length; k += TLanes.Count)
                {
                    V t = TLanes.Load(row.Counts + k), x = TLanes.MultiplyAdd(t, dx, x0), y = TLanes.MultiplyAdd(t, dy, y0),
                        z = TLanes.MultiplyAdd(t, dz, z0);
                    V r = TLanes.MultiplyAdd(x, x, TLanes.MultiplyAdd(y, y, TLanes.Multiply(z, z))), q = start, before = TLanes.Zero;
                    for (int j = 0; j < steps; j++)
                    {
                        V next = TLanes.SubtractProduct(TLanes.Multiply(TLanes.Broadcast(down[j]), r), before,
                            TLanes.Multiply(TLanes.Multiply(TLanes.Broadcast(up[j]), z), q));
                        before = q;
                        q = next;
                    }
                    V p = nextStart, beforeP = TLanes.Zero;
                    for (int j = 0; j < nextSteps; j++)
                    {
                        V next = TLanes.SubtractProduct(TLanes.Multiply(TLanes.Broadcast(nextDown[j]), r), beforeP,
                            TLanes.Multiply(TLanes.Multiply(TLanes.Broadcast(nextUp[j]), z), p));
                        beforeP = p;
                        p = next;
                    }
                    V c = TLanes.Broadcast(1), s = TLanes.Zero, lowerC = TLanes.Zero, lowerS = TLanes.Zero;
                    for (int j = 0; j < order; j++)
                    {
                        (lowerC, lowerS) = (c, s);
                        V next = TLanes.SubtractProduct(y, s, TLanes.Multiply(x, c));
                        s = TLanes.MultiplyAdd(x, s, TLanes.Multiply(y, c));
                        c = next;
                    }
                    // Re: ∂x = μ Re', ∂y = −μ Im'; Im: ∂x = μ Im', ∂y = μ Re'.
                    V turn = h.M < 0 ? s : c, turnX = TLanes.Multiply(power, h.M < 0 ? lowerS : lowerC);
                    V turnY = TLanes.Multiply(power, h.M < 0 ? lowerC : TLanes.Negate(lowerS));

                    V ar = TLanes.Load(aRe + k), ai = TLanes.Load(aIm + k), dr = TLanes.Load(dRe + k), di = TLanes.Load(dIm + k);
                    V factor = TLanes.Load(f + k), y1 = TLanes.Multiply(q, turn), w = TLanes.Multiply(factor, y1);
                    V product;
                    if (h.IsOdd)
                    {
                        product = TLanes.SubtractProduct(ar, di, TLanes.Multiply(ai, dr));
                        TLanes.Store(TLanes.MultiplyAdd(w, ai, TLanes.Load(backRe + k)), backRe + k);
                        TLanes.Store(TLanes.SubtractProduct(w, ar, TLanes.Load(backIm + k)), backIm + k);
                    }
                    else
                    {
                        product = TLanes.MultiplyAdd(ar, dr, TLanes.Multiply(ai, di));
                        TLanes.Store(TLanes.MultiplyAdd(w, ar, TLanes.Load(backRe + k)), backRe + k);
                        TLanes.Store(TLanes.MultiplyAdd(w, ai, TLanes.Load(backIm + k)), backIm + k);
                    }
                    product = TLanes.Multiply(product, TLanes.Load(counts + k));
                    TLanes.Store(TLanes.MultiplyAdd(w, product, TLanes.Load(products + k)), products + k);
                    V radial = TLanes.Multiply(product, TLanes.Multiply(TLanes.Load(df + k), y1));
                    product = TLanes.Multiply(product, factor);
                    // ∂Y|k|^l.
                    V low = TLanes.Multiply(p, turn);
                    V gx = TLanes.SubtractProduct(x, low, TLanes.Multiply(q, turnX)),
                        gy = TLanes.SubtractProduct(y, low, TLanes.Multiply(q, turnY));
                    V gz = TLanes.Multiply(degree, TLanes.Multiply(before, turn));
                    gx = TLanes.MultiplyAdd(product, gx, TLanes.Multiply(radial, x));
                    gy = TLanes.MultiplyAdd(product, gy, TLanes.Multiply(radial, y));
                    gz = TLanes.MultiplyAdd(product, gz, TLanes.Multiply(radial, z));
                    xx = TLanes.MultiplyAdd(x, gx, xx);
                    xy = TLanes.MultiplyAdd(x, gy, xy);
                    xz = TLanes.MultiplyAdd(x, gz, xz);
                    yx = TLanes.MultiplyAdd(y, gx, yx);
                    yy = TLanes.MultiplyAdd(y, gy, yy);
                    yz = TLanes.MultiplyAdd(y, gz, yz);
                    zx = TLanes.MultiplyAdd(z, gx, zx);
                    zy = TLanes.MultiplyAdd(z, gy, zy);
                    zz = TLanes.MultiplyAdd(z, gz, zz);
                }
            }

            sums[0] += TLanes.Sum(xx);
            sums[1] += TLanes.Sum(xy);
            sums[2] += TLanes.Sum(xz);
            sums[3] += TLanes.Sum(yx);
            sums[4] += TLanes.Sum(yy);
            sums[5] += TLanes.Sum(yz);
            sums[6] += TLanes.Sum(zx);
            sums[7] += TLanes.Sum(zy);
            sums[8] += TLanes.Sum(zz);
        }
    }
}
