using System;
using System.Collections.Generic;
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
internal sealed unsafe partial class WaveSum
{
    // Waves that are worked on at once: their values at eight centres stay in the second-level cache.
    private const int Slice = 192;

    private readonly WaveLattice _lattice;
    private readonly PolynomialTable _radial;
    private readonly SphericalHarmonics<double> _harmonics;
    private readonly int _lmax, _nmax, _species, _channels, _even, _odd;
    private readonly double[] _evenMatrix, _oddMatrix;
    private readonly double[] _factors;

    /// <summary>The matrix of waves against channels, and the structure factors.</summary>
    internal WaveSum(
        SumMemory memory, WaveLattice lattice, PolynomialTable radial, SphericalHarmonics<double> harmonics, int nmax, int species,
            int channels,
        double[] positions, double[] charges, int[] kinds, int threads)
    {
        _lattice = lattice;
        _radial = radial;
        _harmonics = harmonics;
        _lmax = harmonics.LMax;
        _nmax = nmax;
        _species = species;
        _channels = channels;
        for (int l = 0; l <= _lmax; l++)
        {
            if (l % 2 == 0) _even += (2 * l + 1) * nmax;
            else _odd += (2 * l + 1) * nmax;
        }
        _evenMatrix = memory.Take<double>(checked(lattice.Count * _even));
        _oddMatrix = memory.Take<double>(checked(lattice.Count * _odd));
        FillMatrix(threads);
        _factors = memory.Zeros<double>(2 * species * lattice.Count);
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
            int first = starts.BinarySearch((int)((long)count * part / parts)),
                last = starts.BinarySearch((int)((long)count * (part + 1) / parts));
            first = first < 0 ? ~first : first;
            last = last < 0 ? ~last : last;
            using AlignedScratch<double> scratch = new(PowersLength);
            Tables(scratch.Start, out double* r0, out double* i0, out double* r1, out double* i1, out double* r2, out double* i2);
            fixed (double* factors = _factors)
            {
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
        int channels = _channels, lm = (_lmax + 1) * (_lmax + 1);
        fixed (double* even = _evenMatrix, odd = _oddMatrix, factors = _factors)
        {
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
                {
                    for (int m = l * l; m < (l + 1) * (l + 1); m++)
                    {
                        for (int n = 0; n < _nmax; n++)
                        {
                            double* s = sums + 8 * (l % 2 == 0 ? e++ : o++);
                            for (int lane = 0; lane < count; lane++)
                                values[((long)lane * lm + m) * channels + species * _nmax + n] += s[lane];
                        }
                    }
                }
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
            Vector512<double> r = Vector512.Load(gr + 8 * k), i = Vector512.Load(gi + 8 * k), a = Vector512.Create(sr[k]),
                b = Vector512.Create(si[k]);
            Vector512.Store(a * r - b * i, zr + 8 * k);
            Vector512.Store(a * i + b * r, zi + 8 * k);
        }
    }
}
