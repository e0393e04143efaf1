using System;
using System.Collections.Generic;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Toolkit.Numerics.Harmonics;
using Toolkit.Numerics.LinearAlgebra;
using Toolkit.Numerics.Simd;

namespace Toolkit.Numerics.Fields.Potential;

/// <summary>
/// The long-ranged part of a structure's potential field as a sum over waves:
/// V_{a n l m}(i) = Re Σ_k c(k) ŝ_a(k) e^(ik·r_i) · 4π i^l R̃_nl(k) Y_lm(k̂), ŝ_a(k) = Σ_{j of a} q_j e^(−ik·r_j).
/// </summary>
/// <remarks>
/// i^l makes it the real part for even l and the imaginary part for odd l; each is one matrix product of waves at centres with
/// c R̃ Y. Eight centres are the lanes. A wave at a centre is the product of three factors, one per vector of the lattice of
/// waves, of which only the last changes within a run.
/// </remarks>
internal sealed unsafe class WaveSum
{
    // Waves that are worked on at once: their values at eight centres stay in the second-level cache.
    private const int Slice = 192;

    private readonly WaveLattice _lattice;
    private readonly PolynomialTable _radial;
    private readonly SphericalHarmonics<double> _harmonics;
    private readonly int _lmax, _nmax, _species, _even, _odd;
    private readonly double[] _evenMatrix, _oddMatrix;
    private readonly double[] _factors;

    /// <summary>The matrix of waves against channels, and the structure factors.</summary>
    internal WaveSum(
        WaveLattice lattice, PolynomialTable radial, SphericalHarmonics<double> harmonics, int nmax, int species,
        double[] positions, double[] charges, int[] kinds, int threads)
    {
        _lattice = lattice;
        _radial = radial;
        _harmonics = harmonics;
        _lmax = harmonics.LMax;
        _nmax = nmax;
        _species = species;
        for (int l = 0; l <= _lmax; l++)
        {
            if (l % 2 == 0) _even += (2 * l + 1) * nmax;
            else _odd += (2 * l + 1) * nmax;
        }
        _evenMatrix = GC.AllocateUninitializedArray<double>(checked(lattice.Count * _even));
        _oddMatrix = GC.AllocateUninitializedArray<double>(checked(lattice.Count * _odd));
        FillMatrix(threads);
        _factors = new double[2 * species * lattice.Count];
        Factors(positions, charges, kinds, threads);
    }

    /// <summary>Channels of even l, then of odd l: <c>[l of that parity, m, n]</c>.</summary>
    internal int Columns => _even + _odd;

    /// <summary>The number of waves.</summary>
    internal int Count => _lattice.Count;

    private static double Sign(int l) => ((l + 1) / 2) % 2 == 0 ? 1 : -1;

    private void FillMatrix(int threads)
    {
        int blocks = (Count + 7) / 8, lm = (_lmax + 1) * (_lmax + 1);
        Threads.Share((blocks + 31) / 32, threads, part =>
        {
            using AlignedScratch<double> scratch = new(32 + 8 * lm + 8 * _radial.Padded);
            double* x = scratch.Start, y = x + 8, z = y + 8, lengths = z + 8, harmonics = lengths + 8, radials = harmonics + 8 * lm;
            for (int block = 32 * part; block < Math.Min(32 * part + 32, blocks); block++)
            {
                Load(8 * block, x, y, z);
                _harmonics.Block(x, y, z, harmonics, null);
                for (int lane = 0; lane < 8; lane++)
                    lengths[lane] = Math.Sqrt(x[lane] * x[lane] + y[lane] * y[lane] + z[lane] * z[lane]);
                _radial.Values(lengths, radials);
                for (int lane = 0; lane < Math.Min(8, Count - 8 * block); lane++)
                {
                    int k = 8 * block + lane;
                    double* radial = radials + lane * _radial.Padded;
                    int even = k * _even, odd = k * _odd;
                    for (int l = 0; l <= _lmax; l++)
                    {
                        double front = 4 * Math.PI * Sign(l) * _lattice.Weights[k];
                        for (int m = l * l; m < (l + 1) * (l + 1); m++)
                        {
                            double a = front * harmonics[8 * m + lane];
                            for (int n = 0; n < _nmax; n++)
                            {
                                double v = a * radial[l * _nmax + n];
                                if (l % 2 == 0) _evenMatrix[even++] = v;
                                else _oddMatrix[odd++] = v;
                            }
                        }
                    }
                }
            }
        });
    }

    private void Load(int first, double* x, double* y, double* z)
    {
        int count = Count;
        for (int lane = 0; lane < 8; lane++)
        {
            int k = first + lane;
            x[lane] = k < count ? _lattice.Waves[k] : 0;
            y[lane] = k < count ? _lattice.Waves[count + k] : 0;
            z[lane] = k < count ? _lattice.Waves[2 * count + k] : 0;
        }
    }

    /// <summary>e^(±i h g·r) of one atom for h = −extent … extent: real parts, then imaginary parts.</summary>
    private void Powers(int direction, double x, double y, double z, double sign, double* re, double* im)
    {
        ReadOnlySpan<double> g = _lattice.Source.Reciprocal.AsSpan(3 * direction, 3);
        int most = _lattice.Extent[direction];
        (double s, double c) = Math.SinCos(sign * (g[0] * x + g[1] * y + g[2] * z));
        double a = 1, b = 0;
        re[most] = 1;
        im[most] = 0;
        for (int h = 1; h <= most; h++)
        {
            (a, b) = (a * c - b * s, a * s + b * c);
            re[most + h] = a;
            im[most + h] = b;
            re[most - h] = a;
            im[most - h] = -b;
        }
    }

    private int PowersLength => 2 * (2 * (_lattice.Extent[0] + _lattice.Extent[1] + _lattice.Extent[2]) + 3) + 16;

    /// <summary>ŝ_a(k): each wave sums its atoms in their order, so that nothing depends on how waves are shared out.</summary>
    private void Factors(double[] positions, double[] charges, int[] kinds, int threads)
    {
        int[] rows = _lattice.Rows;
        List<int> starts = RowStarts();
        int parts = Math.Min(Math.Max(1, threads), Math.Max(1, rows.Length / 4));
        int count = Count;
        Threads.Share(parts, threads, part =>
        {
            int first = starts.BinarySearch((int)((long)count * part / parts)), last = starts.BinarySearch((int)((long)count * (part + 1) / parts));
            first = first < 0 ? ~first : first;
            last = last < 0 ? ~last : last;
            using AlignedScratch<double> scratch = new(PowersLength);
            Tables(scratch.Start, out double* r0, out double* i0, out double* r1, out double* i1, out double* r2, out double* i2);
            fixed (double* factors = _factors)
                for (int j = 0; j < kinds.Length; j++)
                {
                    double x = positions[3 * j], y = positions[3 * j + 1], z = positions[3 * j + 2], q = charges[j];
                    Powers(0, x, y, z, -1, r0, i0);
                    Powers(1, x, y, z, -1, r1, i1);
                    Powers(2, x, y, z, -1, r2, i2);
                    double* re = factors + 2L * kinds[j] * count, im = re + count;
                    for (int row = first; row < Math.Min(last, rows.Length / 4); row++)
                    {
                        int h0 = rows[4 * row] + _lattice.Extent[0], h1 = rows[4 * row + 1] + _lattice.Extent[1];
                        int h2 = rows[4 * row + 2] + _lattice.Extent[2], run = rows[4 * row + 3], at = starts[row];
                        double a = q * (r0[h0] * r1[h1] - i0[h0] * i1[h1]), b = q * (r0[h0] * i1[h1] + i0[h0] * r1[h1]);
                        int k = 0;
                        Vector512<double> va = Vector512.Create(a), vb = Vector512.Create(b);
                        for (; k + 8 <= run; k += 8)
                        {
                            Vector512<double> c = Vector512.Load(r2 + h2 + k), s = Vector512.Load(i2 + h2 + k);
                            Vector512.Store(Vector512.Load(re + at + k) + va * c - vb * s, re + at + k);
                            Vector512.Store(Vector512.Load(im + at + k) + va * s + vb * c, im + at + k);
                        }
                        for (; k < run; k++)
                        {
                            double c = r2[h2 + k], s = i2[h2 + k];
                            re[at + k] = re[at + k] + a * c - b * s;
                            im[at + k] = im[at + k] + a * s + b * c;
                        }
                    }
                }
        });
    }

    private List<int> RowStarts()
    {
        List<int> starts = [0];
        for (int row = 0; row < _lattice.Rows.Length / 4; row++)
            starts.Add(starts[row] + _lattice.Rows[4 * row + 3]);
        return starts;
    }

    private void Tables(double* start, out double* r0, out double* i0, out double* r1, out double* i1, out double* r2, out double* i2)
    {
        int n0 = 2 * _lattice.Extent[0] + 1, n1 = 2 * _lattice.Extent[1] + 1, n2 = 2 * _lattice.Extent[2] + 1;
        r0 = start;
        i0 = r0 + n0;
        r1 = i0 + n0;
        i1 = r1 + n1;
        r2 = i1 + n1;
        i2 = r2 + n2;
    }

    /// <summary>Doubles of scratch per call of <see cref="Forward"/> and <see cref="Backward"/>.</summary>
    internal long Scratch => 8L * PowersLength + 8 * Slice * 6L + 16L * Columns;

    /// <summary>Adds the values of up to eight centres.</summary>
    /// <param name="positions">Positions of all atoms.</param>
    /// <param name="first">The first centre.</param>
    /// <param name="count">1…8.</param>
    /// <param name="values">Of the first centre: <c>[centre, lm, (species, n)]</c>.</param>
    /// <param name="scratch"><see cref="Scratch"/> numbers.</param>
    internal void Forward(double[] positions, int first, int count, double* values, double* scratch)
    {
        double* powers = scratch, gr = powers + 8L * PowersLength, gi = gr + 8 * Slice, zr = gi + 8 * Slice, zi = zr + 8 * Slice;
        double* sums = zr + 4 * 8 * Slice;
        Lanes(positions, first, count, powers);
        int channels = _species * _nmax, lm = (_lmax + 1) * (_lmax + 1);
        fixed (double* even = _evenMatrix, odd = _oddMatrix, factors = _factors)
            for (int species = 0; species < _species; species++)
            {
                new Span<double>(sums, 8 * Columns).Clear();
                Run run = default;
                for (int k0 = 0; k0 < Count; k0 += Slice)
                {
                    int waves = Math.Min(Slice, Count - k0);
                    Waves(powers, ref run, waves, gr, gi);
                    Turn(waves, factors + 2L * species * Count + k0, factors + (2L * species + 1) * Count + k0, gr, gi, zr, zi);
                    WaveProduct.Add(_even, waves, even + (long)k0 * _even, 1, _even, zr, sums);
                    if (_odd > 0) WaveProduct.Add(_odd, waves, odd + (long)k0 * _odd, 1, _odd, zi, sums + 8 * _even);
                }
                int e = 0, o = _even;
                for (int l = 0; l <= _lmax; l++)
                    for (int m = l * l; m < (l + 1) * (l + 1); m++)
                        for (int n = 0; n < _nmax; n++)
                        {
                            double* s = sums + 8 * (l % 2 == 0 ? e++ : o++);
                            for (int lane = 0; lane < count; lane++)
                                values[((long)lane * lm + m) * channels + species * _nmax + n] += s[lane];
                        }
            }
    }

    /// <summary>A place in the lattice's rows.</summary>
    private struct Run
    {
        internal int Row, Offset;
    }

    /// <summary>The three factors of waves at eight centres: per vector <c>[h, re im, lane]</c>.</summary>
    private void Lanes(double[] positions, int first, int count, double* powers)
    {
        double* to = powers;
        double* one = stackalloc double[2 * (2 * Math.Max(_lattice.Extent[0], Math.Max(_lattice.Extent[1], _lattice.Extent[2])) + 1)];
        for (int direction = 0; direction < 3; direction++)
        {
            int n = 2 * _lattice.Extent[direction] + 1;
            for (int lane = 0; lane < 8; lane++)
            {
                int i = first + Math.Min(lane, count - 1);
                Powers(direction, positions[3 * i], positions[3 * i + 1], positions[3 * i + 2], 1, one, one + n);
                for (int h = 0; h < n; h++)
                {
                    to[16 * h + lane] = one[h];
                    to[16 * h + 8 + lane] = one[n + h];
                }
            }
            to += 16 * n;
        }
    }

    /// <summary>The next waves at eight centres: <c>[wave, lane]</c>.</summary>
    private void Waves(double* powers, ref Run run, int waves, double* re, double* im)
    {
        int[] rows = _lattice.Rows;
        double* p1 = powers + 16 * (2 * _lattice.Extent[0] + 1), p2 = p1 + 16 * (2 * _lattice.Extent[1] + 1);
        while (waves > 0)
        {
            int h0 = rows[4 * run.Row] + _lattice.Extent[0], h1 = rows[4 * run.Row + 1] + _lattice.Extent[1];
            int h2 = rows[4 * run.Row + 2] + _lattice.Extent[2] + run.Offset, left = rows[4 * run.Row + 3] - run.Offset;
            double* a = powers + 16 * h0, b = p1 + 16 * h1, c = p2 + 16 * h2;
            Vector512<double> ar = Vector512.Load(a), ai = Vector512.Load(a + 8), br = Vector512.Load(b), bi = Vector512.Load(b + 8);
            Vector512<double> r = ar * br - ai * bi, i = ar * bi + ai * br;
            int take = Math.Min(left, waves);
            for (int k = 0; k < take; k++, re += 8, im += 8, c += 16)
            {
                Vector512<double> cr = Vector512.Load(c), ci = Vector512.Load(c + 8);
                Vector512.Store(r * cr - i * ci, re);
                Vector512.Store(r * ci + i * cr, im);
            }
            waves -= take;
            run.Offset += take;
            if (take == left) run = new Run { Row = run.Row + 1 };
        }
    }

    /// <summary>Waves times structure factors.</summary>
    private static void Turn(int waves, double* sr, double* si, double* gr, double* gi, double* zr, double* zi)
    {
        for (int k = 0; k < waves; k++)
        {
            Vector512<double> r = Vector512.Load(gr + 8 * k), i = Vector512.Load(gi + 8 * k), a = Vector512.Create(sr[k]), b = Vector512.Create(si[k]);
            Vector512.Store(a * r - b * i, zr + 8 * k);
            Vector512.Store(a * i + b * r, zi + 8 * k);
        }
    }

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
        int channels = _species * _nmax, lm = (_lmax + 1) * (_lmax + 1), all = Count;
        Vector512<double> gx = default, gy = default, gz = default;
        fixed (double* even = _evenMatrix, odd = _oddMatrix, factors = _factors, waves = _lattice.Waves)
            for (int species = 0; species < _species; species++)
            {
                new Span<double>(adjoint, 16 * Columns).Clear();
                int e = 0, o = _even;
                for (int l = 0; l <= _lmax; l++)
                    for (int m = l * l; m < (l + 1) * (l + 1); m++)
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
                    for (int b = 0; b < 3; b++)
                    {
                        double d = weight * (across[a] * kAlong[b] - k[a] * along[b] - value * p[3 * a + b]);
                        if (flat > 0) d -= slope * value * kAlong[a] * kAlong[b] / flat;
                        strain[3 * a + b] += d;
                    }
            }
        }

        _lattice.Source.StrainAcross(gradient, positions, strain);
    }
}
