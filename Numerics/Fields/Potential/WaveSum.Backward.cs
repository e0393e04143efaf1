using System;
using System.Collections.Generic;
using System.Runtime.Intrinsics;
using Toolkit.Numerics.LinearAlgebra;
using Toolkit.Numerics.Simd;

namespace Toolkit.Numerics.Fields.Potential;

internal sealed unsafe partial class WaveSum
{
    /// <summary>
    /// Goes back from up to eight centres: ∂E/∂r of the centres, and sums over centres that <see cref="Sources"/> and
    /// <see cref="Strain"/> need.
    /// </summary>
    /// <param name="positions">Positions of all atoms.</param>
    /// <param name="first">The first centre.</param>
    /// <param name="count">1…8.</param>
    /// <param name="adjoints">Of the first centre: <c>[centre, lm, (species, n)]</c>.</param>
    /// <param name="gradient">∂E/∂r, added to: <c>[atom, xyz]</c>.</param>
    /// <param name="back">∂E/∂ŝ, added to: <c>[species, re im, wave]</c>; E changes by Re Σ back dŝ.</param>
    /// <param name="channelSums">Σ of waves times adjoints, added to: <c>[wave, column]</c>; or null.</param>
    /// <param name="scratch"><see cref="Scratch"/> numbers.</param>
    internal void Backward(
        double[] positions, int first, int count, double* adjoints, double* gradient, double* back, double* channelSums, double* scratch)
    {
        double* powers = scratch, gr = powers + 8L * PowersLength, gi = gr + 8 * Slice, zr = gi + 8 * Slice, zi = zr + 8 * Slice;
        double* p = zi + 8 * Slice, q = p + 8 * Slice, adjoint = q + 8 * Slice, turned = adjoint + 8 * Columns;
        Lanes(positions, first, count, powers);
        int channels = _channels, lm = (_lmax + 1) * (_lmax + 1), all = Count;
        Vector512<double> gx = default, gy = default, gz = default;
        fixed (double* even = _evenMatrix, odd = _oddMatrix, factors = _factors, waves = _lattice.Waves)
        {
            for (int species = 0; species < _species; species++)
            {
                new Span<double>(adjoint, 16 * Columns).Clear();
                int e = 0, o = _even;
                for (int l = 0; l <= _lmax; l++)
                {
                    for (int m = l * l; m < (l + 1) * (l + 1); m++)
                    {
                        for (int n = 0; n < _nmax; n++)
                        {
                            int column = l % 2 == 0 ? e++ : o++;
                            for (int lane = 0; lane < count; lane++)
                            {
                                double v = adjoints[((long)lane * lm + m) * channels + species * _nmax + n];
                                adjoint[8 * column + lane] = v;
                                turned[lane * Columns + column] = v;
                            }
                        }
                    }
                }

                double* br = back + 2L * species * all, bi = br + all;
                Run run = default;
                for (int k0 = 0; k0 < all; k0 += Slice)
                {
                    int some = Math.Min(Slice, all - k0);
                    Waves(powers, ref run, some, gr, gi);
                    Turn(some, factors + 2L * species * all + k0, factors + (2L * species + 1) * all + k0, gr, gi, zr, zi);
                    new Span<double>(p, 16 * Slice).Clear();
                    WaveProduct.Add(some, _even, even + (long)k0 * _even, _even, 1, adjoint, p);
                    if (_odd > 0) WaveProduct.Add(some, _odd, odd + (long)k0 * _odd, _odd, 1, adjoint + 8 * _even, q);
                    for (int k = 0; k < some; k++)
                    {
                        // E = Re Σ w z, w = P − iQ, z = ŝ e^(ik·r): ∂E/∂r = −k Im(w z), ∂E/∂ŝ = Σ w e^(ik·r).
                        Vector512<double> wr = Vector512.Load(p + 8 * k), wi = Vector512.Load(q + 8 * k);
                        Vector512<double> im = wr * Vector512.Load(zi + 8 * k) - wi * Vector512.Load(zr + 8 * k);
                        gx -= im * waves[k0 + k];
                        gy -= im * waves[all + k0 + k];
                        gz -= im * waves[2 * all + k0 + k];
                        Vector512<double> r = Vector512.Load(gr + 8 * k), i = Vector512.Load(gi + 8 * k);
                        br[k0 + k] += Vector512.Sum(wr * r + wi * i);
                        bi[k0 + k] += Vector512.Sum(wr * i - wi * r);
                    }
                    if (channelSums != null) Outer(some, count, zr, zi, turned, channelSums + (long)k0 * Columns);
                }
            }
        }

        for (int lane = 0; lane < count; lane++)
        {
            gradient[3 * (first + lane)] += gx[lane];
            gradient[3 * (first + lane) + 1] += gy[lane];
            gradient[3 * (first + lane) + 2] += gz[lane];
        }
    }

    /// <summary>sums[wave, column] += Σ_lane z[wave, lane] turned[lane, column].</summary>
    private void Outer(int waves, int count, double* zr, double* zi, double* turned, double* sums)
    {
        int columns = Columns;
        for (int k = 0; k < waves; k++)
        {
            double* row = sums + (long)k * columns;
            for (int part = 0; part < 2; part++)
            {
                double* z = (part == 0 ? zr : zi) + 8 * k;
                int begin = part == 0 ? 0 : _even, end = part == 0 ? _even : columns, c = begin;
                for (; c + 8 <= end; c += 8)
                {
                    Vector512<double> s = Vector512.Load(row + c);
                    for (int lane = 0; lane < count; lane++)
                        s = Vector512.MultiplyAddEstimate(Vector512.Create(z[lane]), Vector512.Load(turned + lane * columns + c), s);
                    Vector512.Store(s, row + c);
                }
                for (; c < end; c++)
                {
                    double s = row[c];
                    for (int lane = 0; lane < count; lane++)
                        s += z[lane] * turned[lane * columns + c];
                    row[c] = s;
                }
            }
        }
    }

    /// <summary>What follows for the sources from ∂E/∂ŝ.</summary>
    /// <param name="positions">Positions of all atoms.</param>
    /// <param name="charges">q.</param>
    /// <param name="kinds">The species' index of each atom.</param>
    /// <param name="back">∂E/∂ŝ: <c>[species, re im, wave]</c>.</param>
    /// <param name="gradient">∂E/∂r, added to.</param>
    /// <param name="charge">∂E/∂q, added to.</param>
    /// <param name="threads">Threads.</param>
    internal void Sources(
        double[] positions, double[] charges, int[] kinds, double[] back, double[] gradient, double[] charge, int threads)
    {
        int[] rows = _lattice.Rows;
        List<int> starts = RowStarts();
        int count = Count;
        const int piece = 32;
        Threads.Share((kinds.Length + piece - 1) / piece, threads, part =>
        {
            using AlignedScratch<double> scratch = new(PowersLength);
            Tables(scratch.Start, out double* r0, out double* i0, out double* r1, out double* i1, out double* r2, out double* i2);
            fixed (double* all = back, waves = _lattice.Waves)
            {
                for (int j = piece * part; j < Math.Min(piece * part + piece, kinds.Length); j++)
                {
                    double x = positions[3 * j], y = positions[3 * j + 1], z = positions[3 * j + 2];
                    Powers(0, x, y, z, -1, r0, i0);
                    Powers(1, x, y, z, -1, r1, i1);
                    Powers(2, x, y, z, -1, r2, i2);
                    double* br = all + 2L * kinds[j] * count, bi = br + count;
                    Vector512<double> gx = default, gy = default, gz = default, dq = default;
                    double sx = 0, sy = 0, sz = 0, sq = 0;
                    for (int row = 0; row < rows.Length / 4; row++)
                    {
                        int h0 = rows[4 * row] + _lattice.Extent[0], h1 = rows[4 * row + 1] + _lattice.Extent[1];
                        int h2 = rows[4 * row + 2] + _lattice.Extent[2], run = rows[4 * row + 3], at = starts[row], k = 0;
                        double a = r0[h0] * r1[h1] - i0[h0] * i1[h1], b = r0[h0] * i1[h1] + i0[h0] * r1[h1];
                        Vector512<double> va = Vector512.Create(a), vb = Vector512.Create(b);
                        for (; k + 8 <= run; k += 8)
                        {
                            Vector512<double> c = Vector512.Load(r2 + h2 + k), s = Vector512.Load(i2 + h2 + k);
                            Vector512<double> er = va * c - vb * s, ei = va * s + vb * c;
                            Vector512<double> tr = Vector512.Load(br + at + k), ti = Vector512.Load(bi + at + k);
                            dq += tr * er - ti * ei;
                            Vector512<double> im = tr * ei + ti * er;
                            gx += im * Vector512.Load(waves + at + k);
                            gy += im * Vector512.Load(waves + count + at + k);
                            gz += im * Vector512.Load(waves + 2 * count + at + k);
                        }
                        for (; k < run; k++)
                        {
                            double er = a * r2[h2 + k] - b * i2[h2 + k], ei = a * i2[h2 + k] + b * r2[h2 + k];
                            sq += br[at + k] * er - bi[at + k] * ei;
                            double im = br[at + k] * ei + bi[at + k] * er;
                            sx += im * waves[at + k];
                            sy += im * waves[count + at + k];
                            sz += im * waves[2 * count + at + k];
                        }
                    }
                    gradient[3 * j] += charges[j] * (sx + Vector512.Sum(gx));
                    gradient[3 * j + 1] += charges[j] * (sy + Vector512.Sum(gy));
                    gradient[3 * j + 2] += charges[j] * (sz + Vector512.Sum(gz));
                    charge[j] += sq + Vector512.Sum(dq);
                }
            }
        });
    }

    /// <summary>
    /// ∂E/∂ε of a strain of atoms and lattice; how wave vectors change is told at <see cref="WaveWeights.StrainAcross"/>.
    /// </summary>
    /// <param name="channelSums"><c>[wave, column]</c>, of <see cref="Backward"/>.</param>
    /// <param name="gradient">∂E/∂r of this sum alone: <c>[atom, xyz]</c>.</param>
    /// <param name="positions">Positions.</param>
    /// <param name="strain">∂E/∂ε, added to: 3 × 3.</param>
    internal void Strain(double[] channelSums, double[] gradient, double[] positions, double[] strain)
    {
        int lm = (_lmax + 1) * (_lmax + 1);
        double[] p = _lattice.Source.InPlane;
        using AlignedScratch<double> scratch = new(32 + 32 * lm + 16 * _radial.Padded);
        double* x = scratch.Start, y = x + 8, z = y + 8, lengths = z + 8, harmonics = lengths + 8, slopes = harmonics + 8 * lm;
        double* radials = slopes + 24 * lm, changes = radials + 8 * _radial.Padded;
        Span<double> k = stackalloc double[3], g = stackalloc double[3], along = stackalloc double[3], across = stackalloc double[3];
        Span<double> kAlong = stackalloc double[3];
        for (int block = 0; block < Count; block += 8)
        {
            Load(block, x, y, z);
            _harmonics.Block(x, y, z, harmonics, slopes);
            for (int lane = 0; lane < 8; lane++)
                lengths[lane] = Math.Sqrt(x[lane] * x[lane] + y[lane] * y[lane] + z[lane] * z[lane]);
            _radial.Both(lengths, radials, changes);
            for (int lane = 0; lane < Math.Min(8, Count - block); lane++)
            {
                (k[0], k[1], k[2]) = (x[lane], y[lane], z[lane]);
                double length = lengths[lane];
                double* radial = radials + lane * _radial.Padded, change = changes + lane * _radial.Padded;
                g.Clear();
                double value = 0;
                int e = (block + lane) * Columns, o = e + _even;
                for (int l = 0; l <= _lmax; l++)
                {
                    for (int m = l * l; m < (l + 1) * (l + 1); m++)
                    {
                        double s = 0, ds = 0;
                        for (int n = 0; n < _nmax; n++)
                        {
                            double sum = channelSums[l % 2 == 0 ? e++ : o++];
                            s += sum * radial[l * _nmax + n];
                            ds += sum * change[l * _nmax + n];
                        }
                        double front = 4 * Math.PI * Sign(l), harmonic = harmonics[8 * m + lane];
                        value += front * s * harmonic;
                        if (length == 0) continue;
                        for (int c = 0; c < 3; c++)
                            g[c] += front * (s * slopes[8 * (c * lm + m) + lane] + ds * harmonic * k[c] / length);
                    }
                }

                double weight = _lattice.Weights[block + lane], slope = _lattice.Slopes[block + lane], flat = 0;
                for (int a = 0; a < 3; a++)
                {
                    along[a] = kAlong[a] = 0;
                    for (int b = 0; b < 3; b++)
                    {
                        along[a] += p[3 * a + b] * g[b];
                        kAlong[a] += p[3 * a + b] * k[b];
                    }
                    across[a] = g[a] - along[a];
                    flat += kAlong[a] * kAlong[a];
                }
                flat = Math.Sqrt(flat);
                for (int a = 0; a < 3; a++)
                {
                    for (int b = 0; b < 3; b++)
                    {
                        double d = weight * (across[a] * kAlong[b] - k[a] * along[b] - value * p[3 * a + b]);
                        if (flat > 0) d -= slope * value * kAlong[a] * kAlong[b] / flat;
                        strain[3 * a + b] += d;
                    }
                }
            }
        }

        _lattice.Source.StrainAcross(gradient, positions, strain);
    }
}
