using System;
using System.Collections.Generic;
using System.Runtime.Intrinsics;
using Toolkit.Numerics.Fourier;
using Toolkit.Numerics.Harmonics;
using Toolkit.Numerics.LinearAlgebra;
using Toolkit.Numerics.Simd;
using Toolkit.Numerics.Structures;

namespace Toolkit.Numerics.Fields.Potential;

/// <summary>How a mesh is laid out for one width of the smooth part and one tolerance.</summary>
/// <param name="Local">The functions that the mesh's potential is projected on, R ⊛ Gaussian: <c>[l, n]</c> of the distance.</param>
/// <param name="Spacing">The largest distance of neighbouring points along a lattice vector, Å.</param>
/// <param name="Order">The order of the splines that spread charges.</param>
/// <param name="Points">About how many points lie within the local functions' range.</param>
internal sealed record MeshTables(PolynomialTable Local, double Spacing, int Order, double Points);

/// <summary>
/// The long-ranged part of a structure's potential field by fast Fourier transforms: one potential on a mesh per species, projected
/// locally.
/// </summary>
/// <remarks>
/// 1. The Gaussian e^(−k²s²/2) of the smooth part is shared out in halves: one stays with the potential on the mesh, one goes to the functions that
///    it is projected on, w_nl = R_nl ⊛ Gaussian of width s/√2. Then the plain sum over mesh points, h³ Σ_g φ(g) w(|g − r_i|) Y_lm, is the
///    integral up to e^(−K²s²/8), K = 2π/h: it needs no interpolation, and no function with an edge is ever sampled.
/// 2. Charges are spread by B-splines; their transform is divided out.
/// 3. Two transforms forward and two back for two species, whatever the number of channels; as many again for derivatives.
/// 4. Adjoints are added to the mesh by layers along the first lattice vector: first every second layer, then the others, each by one
///    thread in the order of centres. Layers of one round do not touch the same points: the sums do not depend on threads.
/// </remarks>
internal sealed unsafe class MeshSum
{
    private readonly RealTransform3 _transform;
    private readonly MeshTables _tables;
    private readonly SphericalHarmonics<double> _harmonics;
    private readonly int _lmax, _nmax, _species, _threads;
    private readonly int[] _n;
    private readonly double[] _steps, _inverse, _reciprocal;
    private readonly double _pointVolume, _volume, _width;
    private readonly double[] _positions, _charges;
    private readonly int[] _kinds;
    private readonly SmearedPower _wide;
    private readonly double _zero;
    private readonly double[][] _potential, _spline;
    private readonly int[] _reach;
    private readonly int _most;

    internal MeshSum(
        MeshTables tables, Cell cell, SmearedPower wide, double zero, SphericalHarmonics<double> harmonics, int nmax, int species,
        double[] positions, double[] charges, int[] kinds, int threads)
    {
        _tables = tables;
        _wide = wide;
        _zero = zero;
        _width = wide.Smearing;
        _harmonics = harmonics;
        _lmax = harmonics.LMax;
        _nmax = nmax;
        _species = species;
        _positions = positions;
        _charges = charges;
        _kinds = kinds;
        _threads = threads;
        _n = new int[3];
        _steps = new double[9];
        _reach = new int[3];
        _reciprocal = cell.Reciprocal();
        _inverse = cell.Inverse.ToArray();
        _volume = cell.Volume;
        _spline = new double[3][];
        double range = tables.Local.End, points = 1;
        for (int d = 0; d < 3; d++)
        {
            ReadOnlySpan<double> a = cell.Vector(d);
            double length = Math.Sqrt(a[0] * a[0] + a[1] * a[1] + a[2] * a[2]);
            _n[d] = FourierSize.AtLeast(Math.Max(tables.Order, (int)Math.Ceiling(length / tables.Spacing)));
            for (int x = 0; x < 3; x++)
                _steps[3 * d + x] = a[x] / _n[d];
            _reach[d] = (int)Math.Ceiling(range * _n[d] / cell.Height(d)) + 1;
            _spline[d] = CardinalSpline.Transform(tables.Order, _n[d]);
            points *= 2 * _reach[d] + 1;
        }
        _transform = new RealTransform3(_n[0], _n[1], _n[2]);
        _pointVolume = _volume / _transform.RealLength;
        // The sphere is at most its box.
        double sphere = 4 * Math.PI / 3 * Math.Pow(range + Diagonal(), 3) / _pointVolume + 64;
        _most = (int)(Math.Min(points, sphere) + 8) / 8 * 8 + 8;
        _potential = new double[species][];
        double[] re = new double[_transform.TransformLength], im = new double[_transform.TransformLength];
        for (int a = 0; a < species; a++)
        {
            _potential[a] = new double[_transform.RealLength];
            Spread(a, _potential[a]);
            Convolve(_potential[a], re, im);
        }
    }

    /// <summary>Points of the mesh along each lattice vector.</summary>
    internal ReadOnlySpan<int> Size => _n;

    private double Diagonal()
    {
        double sum = 0;
        for (int d = 0; d < 3; d++)
            sum += Math.Sqrt(_steps[3 * d] * _steps[3 * d] + _steps[3 * d + 1] * _steps[3 * d + 1] + _steps[3 * d + 2] * _steps[3 * d + 2]);
        return sum;
    }

    private double Place(int atom, int d) => _n[d] *
        (_positions[3 * atom] * _inverse[d] + _positions[3 * atom + 1] * _inverse[3 + d] + _positions[3 * atom + 2] * _inverse[6 + d]);

    private static int Modulo(int i, int n)
    {
        int m = i % n;
        return m < 0 ? m + n : m;
    }

    /// <summary>The charges of one species on the mesh.</summary>
    private void Spread(int species, double[] density)
    {
        Array.Clear(density);
        int order = _tables.Order;
        Span<double> w = stackalloc double[3 * CardinalSpline.Largest];
        Span<int> first = stackalloc int[3];
        for (int j = 0; j < _kinds.Length; j++)
        {
            if (_kinds[j] != species) continue;
            for (int d = 0; d < 3; d++)
                first[d] = CardinalSpline.Evaluate(order, Place(j, d), w.Slice(d * CardinalSpline.Largest, order), default);
            for (int a = 0; a < order; a++)
            {
                int row0 = Modulo(first[0] + a, _n[0]) * _n[1];
                double wa = _charges[j] * w[a];
                for (int b = 0; b < order; b++)
                {
                    int row = (row0 + Modulo(first[1] + b, _n[1])) * _n[2], at = Modulo(first[2], _n[2]);
                    double wb = wa * w[CardinalSpline.Largest + b];
                    for (int c = 0; c < order; c++)
                    {
                        density[row + at] += wb * w[2 * CardinalSpline.Largest + c];
                        at = at + 1 == _n[2] ? 0 : at + 1;
                    }
                }
            }
        }
    }

    /// <summary>Replaces a density by its potential; symmetric, so that it serves adjoints, too.</summary>
    private void Convolve(double[] grid, double[] re, double[] im)
    {
        _transform.Forward(grid, re, im, _threads);
        Threads.Share(_n[0], _threads, k0 =>
        {
            for (int k1 = 0; k1 < _n[1]; k1++)
                for (int k2 = 0; k2 <= _n[2] / 2; k2++)
                {
                    int at = (k0 * _n[1] + k1) * _transform.Columns + k2;
                    double c = Weight(k0, k1, k2, out _, out _, out _, out _, withSlope: false);
                    re[at] *= c;
                    im[at] *= c;
                }
        });
        _transform.Inverse(re, im, grid, _threads);
    }

    /// <summary>What a wave of the density is multiplied by, and the derivative of that by |k|.</summary>
    private double Weight(int k0, int k1, int k2, out double x, out double y, out double z, out double slope, bool withSlope)
    {
        slope = x = y = z = 0;
        // The highest waves of even sizes have no sign; they carry nothing.
        if (2 * k0 == _n[0] || 2 * k1 == _n[1] || 2 * k2 == _n[2]) return 0;
        int h0 = 2 * k0 > _n[0] ? k0 - _n[0] : k0, h1 = 2 * k1 > _n[1] ? k1 - _n[1] : k1;
        double[] b = _reciprocal;
        x = h0 * b[0] + h1 * b[3] + k2 * b[6];
        y = h0 * b[1] + h1 * b[4] + k2 * b[7];
        z = h0 * b[2] + h1 * b[5] + k2 * b[8];
        double k = Math.Sqrt(x * x + y * y + z * z), half = 0.5 * _width * _width;
        double front = Math.Exp(0.5 * half * k * k) / (_volume * _spline[0][k0] * _spline[1][k1] * _spline[2][k2]);
        if (k == 0) return front * _zero;
        double value = _wide.Transform(k);
        // The product falls as e^(−w²k²/4), but the front alone overflows where it is below the smallest float64.
        if (value == 0 || !double.IsFinite(front)) return 0;
        if (withSlope) slope = front * (WaveLattice.TransformSlope(_wide, k, value) + half * k * value);
        return front * value;
    }

    /// <summary>Doubles of scratch of one call.</summary>
    internal long Scratch
    {
        get
        {
            int lm = (_lmax + 1) * (_lmax + 1);
            return 5L * _most + 8L * (4 * lm + 4 * _tables.Local.Padded + lm * _nmax * _species + lm) + 64;
        }
    }

    /// <summary>The points within range of a centre: x, y, z, r relative to it and the point's index, filled up to a multiple of eight.</summary>
    private int Near(int centre, double* x, double* y, double* z, double* r, int* index)
    {
        Span<double> u = [Place(centre, 0), Place(centre, 1), Place(centre, 2)];
        double range = _tables.Local.End, square = range * range;
        double[] e = _steps;
        double ee = e[6] * e[6] + e[7] * e[7] + e[8] * e[8];
        int count = 0, m0 = (int)Math.Floor(u[0]), m1 = (int)Math.Floor(u[1]);
        for (int i0 = m0 - _reach[0]; i0 <= m0 + _reach[0]; i0++)
            for (int i1 = m1 - _reach[1]; i1 <= m1 + _reach[1]; i1++)
            {
                double d0 = i0 - u[0], d1 = i1 - u[1];
                double px = d0 * e[0] + d1 * e[3], py = d0 * e[1] + d1 * e[4], pz = d0 * e[2] + d1 * e[5];
                // |p + t e|² < range².
                double pe = (px * e[6] + py * e[7] + pz * e[8]) / ee, root = pe * pe - (px * px + py * py + pz * pz - square) / ee;
                if (!(root > 0)) continue;
                root = Math.Sqrt(root);
                int low = (int)Math.Ceiling(u[2] - pe - root), high = (int)Math.Floor(u[2] - pe + root);
                int row = (Modulo(i0, _n[0]) * _n[1] + Modulo(i1, _n[1])) * _n[2], at = Modulo(low, _n[2]);
                for (int i2 = low; i2 <= high; i2++)
                {
                    double t = i2 - u[2], vx = px + t * e[6], vy = py + t * e[7], vz = pz + t * e[8];
                    double distance = Math.Sqrt(vx * vx + vy * vy + vz * vz);
                    // A point at the very centre has no direction; its gradient is that beside it.
                    if (distance < 1e-6) vz = distance = 1e-6;
                    x[count] = vx;
                    y[count] = vy;
                    z[count] = vz;
                    r[count] = Math.Min(distance, range);
                    index[count++] = row + at;
                    at = at + 1 == _n[2] ? 0 : at + 1;
                }
            }
        int whole = (count + 7) / 8 * 8;
        for (int k = count; k < whole; k++)
        {
            x[k] = y[k] = 0;
            z[k] = r[k] = range;
            index[k] = -1;
        }
        return whole;
    }

    private struct Block
    {
        internal double* X, Y, Z, R, Free;
        internal int* Index;
    }

    private Block Slice(double* scratch)
    {
        Block b = default;
        b.X = scratch;
        b.Y = b.X + _most;
        b.Z = b.Y + _most;
        b.R = b.Z + _most;
        b.Index = (int*)(b.R + _most);
        b.Free = b.R + 2 * _most;
        return b;
    }

    /// <summary>Adds to the values of one centre.</summary>
    /// <param name="centre">The atom.</param>
    /// <param name="values"><c>[lm, (species, n)]</c>.</param>
    /// <param name="scratch"><see cref="Scratch"/> numbers.</param>
    internal void Forward(int centre, double* values, double* scratch)
    {
        Block b = Slice(scratch);
        int lm = (_lmax + 1) * (_lmax + 1), padded = _tables.Local.Padded, channels = _species * _nmax;
        double* harmonics = b.Free, rows = harmonics + 8 * lm, radial = rows + 8 * padded, sums = radial + 8 * padded;
        int count = Near(centre, b.X, b.Y, b.Z, b.R, b.Index);
        new Span<double>(sums, 8 * lm * channels).Clear();
        double* gathered = stackalloc double[8 * _species];
        for (int block = 0; block < count; block += 8)
        {
            _harmonics.Block(b.X + block, b.Y + block, b.Z + block, harmonics, null, null);
            for (int lane = 0; lane < 8; lane++)
                _tables.Local.Values(b.R[block + lane], rows + lane * padded);
            Transpose.Copy(8, padded, rows, padded, radial, 8, 1.0);
            for (int a = 0; a < _species; a++)
            {
                double[] potential = _potential[a];
                for (int lane = 0; lane < 8; lane++)
                {
                    int at = b.Index[block + lane];
                    gathered[lane] = at < 0 ? 0 : potential[at];
                }
                Vector512<double> q = Vector512.Load(gathered);
                double* s = sums + 8 * a * lm * _nmax;
                for (int l = 0, m = 0; l <= _lmax; l++)
                    for (int end = (l + 1) * (l + 1); m < end; m++)
                    {
                        Vector512<double> y = q * Vector512.Load(harmonics + 8 * m);
                        for (int k = 0; k < _nmax; k++, s += 8)
                            Vector512.Store(Vector512.MultiplyAddEstimate(y, Vector512.Load(radial + 8 * (l * _nmax + k)), Vector512.Load(s)), s);
                    }
            }
        }
        for (int a = 0; a < _species; a++)
            for (int m = 0; m < lm; m++)
                for (int k = 0; k < _nmax; k++)
                    values[m * channels + a * _nmax + k] += _pointVolume * Vector512.Sum(Vector512.Load(sums + 8 * ((a * lm + m) * _nmax + k)));
    }

    /// <summary>Derivatives of Σ adjoint · value.</summary>
    /// <param name="adjoints"><c>[atom, lm, (species, n)]</c>.</param>
    /// <param name="gradient">∂E/∂r, added to: <c>[atom, xyz]</c>.</param>
    /// <param name="charge">∂E/∂q, added to: <c>[atom]</c>.</param>
    /// <param name="strain">∂E/∂ε, added to: 3 × 3.</param>
    internal void Backward(double[] adjoints, double[] gradient, double[] charge, double[] strain)
    {
        double[][] back = new double[_species][];
        for (int a = 0; a < _species; a++)
            back[a] = new double[_transform.RealLength];

        // Layers of whole planes, at least as thick as what a centre reaches to both sides; an even number of them, or one.
        int thick = 2 * _reach[0] + 2, layers = _n[0] / thick;
        layers = layers < 2 ? 1 : layers / 2 * 2;
        List<int>[] members = new List<int>[layers];
        for (int layer = 0; layer < layers; layer++)
            members[layer] = [];
        for (int i = 0; i < _kinds.Length; i++)
        {
            int plane = Modulo((int)Math.Floor(Place(i, 0)), _n[0]);
            members[(int)((long)plane * layers / _n[0])].Add(i);
        }
        double[][] strains = new double[layers][];
        for (int round = 0; round < Math.Min(2, layers); round++)
            Threads.Share((layers + 1 - round) / 2, _threads, k =>
            {
                int layer = 2 * k + round;
                double[] local = strains[layer] = new double[9];
                using AlignedScratch<double> scratch = new(Scratch);
                fixed (double* a = adjoints, g = gradient, s = local)
                    foreach (int i in members[layer])
                        Centre(i, a + (long)i * (_lmax + 1) * (_lmax + 1) * _species * _nmax, back, g + 3 * i, s, scratch.Start);
            });
        for (int layer = 0; layer < layers; layer++)
            Vectors.AddScaled(1, strains[layer], strain);

        double[] re = new double[_transform.TransformLength], im = new double[_transform.TransformLength];
        double[] sourceRe = new double[_transform.TransformLength], sourceIm = new double[_transform.TransformLength];
        double[] density = new double[_transform.RealLength];
        for (int a = 0; a < _species; a++)
        {
            Spread(a, density);
            _transform.Forward(density, sourceRe, sourceIm, _threads);
            _transform.Forward(back[a], re, im, _threads);
            double[][] planes = new double[_n[0]][];
            Threads.Share(_n[0], _threads, k0 =>
            {
                double[] local = planes[k0] = new double[9];
                for (int k1 = 0; k1 < _n[1]; k1++)
                    for (int k2 = 0; k2 <= _n[2] / 2; k2++)
                    {
                        int at = (k0 * _n[1] + k1) * _transform.Columns + k2;
                        double c = Weight(k0, k1, k2, out double x, out double y, out double z, out double slope, withSlope: true);
                        if (slope != 0)
                        {
                            // E = Σ_k c ρ̂ ψ̂*, and dk = −εᵀ k; the splines and the product of volumes do not change.
                            double d = -(k2 == 0 ? 1 : 2) * slope * (sourceRe[at] * re[at] + sourceIm[at] * im[at]) / Math.Sqrt(x * x + y * y + z * z);
                            local[0] += d * x * x;
                            local[1] += d * x * y;
                            local[2] += d * x * z;
                            local[4] += d * y * y;
                            local[5] += d * y * z;
                            local[8] += d * z * z;
                        }
                        re[at] *= c;
                        im[at] *= c;
                    }
                local[3] = local[1];
                local[6] = local[2];
                local[7] = local[5];
            });
            foreach (double[] local in planes)
                Vectors.AddScaled(1, local, strain);
            _transform.Inverse(re, im, back[a], _threads);
        }

        Threads.Share((_kinds.Length + 63) / 64, _threads, part =>
        {
            for (int j = 64 * part; j < Math.Min(64 * part + 64, _kinds.Length); j++)
                Source(j, back[_kinds[j]], gradient, charge);
        });
    }

    /// <summary>One source: the mesh of ∂E/∂density through its spline.</summary>
    private void Source(int j, double[] grid, double[] gradient, double[] charge)
    {
        int order = _tables.Order;
        Span<double> w = stackalloc double[3 * CardinalSpline.Largest], dw = stackalloc double[3 * CardinalSpline.Largest];
        Span<int> first = stackalloc int[3];
        for (int d = 0; d < 3; d++)
            first[d] = CardinalSpline.Evaluate(order, Place(j, d), w.Slice(d * CardinalSpline.Largest, order), dw.Slice(d * CardinalSpline.Largest, order));
        double value = 0, g0 = 0, g1 = 0, g2 = 0;
        for (int a = 0; a < order; a++)
        {
            int row0 = Modulo(first[0] + a, _n[0]) * _n[1];
            for (int b = 0; b < order; b++)
            {
                int row = (row0 + Modulo(first[1] + b, _n[1])) * _n[2], at = Modulo(first[2], _n[2]);
                double s = 0, ds = 0;
                for (int c = 0; c < order; c++)
                {
                    double v = grid[row + at];
                    s += v * w[2 * CardinalSpline.Largest + c];
                    ds += v * dw[2 * CardinalSpline.Largest + c];
                    at = at + 1 == _n[2] ? 0 : at + 1;
                }
                double wa = w[a], wb = w[CardinalSpline.Largest + b];
                value += wa * wb * s;
                g0 += dw[a] * wb * s;
                g1 += wa * dw[CardinalSpline.Largest + b] * s;
                g2 += wa * wb * ds;
            }
        }
        charge[j] += value;
        for (int x = 0; x < 3; x++)
            gradient[3 * j + x] += _charges[j] * (g0 * _n[0] * _inverse[3 * x] + g1 * _n[1] * _inverse[3 * x + 1] + g2 * _n[2] * _inverse[3 * x + 2]);
    }

    /// <summary>One centre: adjoints to the mesh, and what follows for its place and the strain.</summary>
    private void Centre(int centre, double* adjoints, double[][] back, double* gradient, double* strain, double* scratch)
    {
        Block b = Slice(scratch);
        int lm = (_lmax + 1) * (_lmax + 1), padded = _tables.Local.Padded, channels = _species * _nmax;
        double* harmonics = b.Free, turns = harmonics + 8 * lm, rows = turns + 24 * lm, slopeRows = rows + 8 * padded;
        double* radial = slopeRows + 8 * padded, slopes = radial + 8 * padded;
        int count = Near(centre, b.X, b.Y, b.Z, b.R, b.Index);
        double* lanes = stackalloc double[16];
        Vector512<double> ex = default, ey = default, ez = default;
        Vector512<double> xx = default, xy = default, xz = default, yx = default, yy = default, yz = default, zx = default, zy = default, zz = default;
        for (int block = 0; block < count; block += 8)
        {
            _harmonics.Block(b.X + block, b.Y + block, b.Z + block, harmonics, turns, null);
            for (int lane = 0; lane < 8; lane++)
                _tables.Local.Both(b.R[block + lane], rows + lane * padded, slopeRows + lane * padded);
            Transpose.Copy(8, padded, rows, padded, radial, 8, 1.0);
            Transpose.Copy(8, padded, slopeRows, padded, slopes, 8, 1.0);
            Vector512<double> gx = default, gy = default, gz = default, along = default;
            for (int a = 0; a < _species; a++)
            {
                double[] potential = _potential[a], to = back[a];
                for (int lane = 0; lane < 8; lane++)
                {
                    int at = b.Index[block + lane];
                    lanes[lane] = at < 0 ? 0 : potential[at];
                }
                Vector512<double> q = Vector512.Load(lanes), u = default, sx = default, sy = default, sz = default, sr = default;
                double* w = adjoints + a * _nmax;
                for (int l = 0, m = 0; l <= _lmax; l++)
                    for (int end = (l + 1) * (l + 1); m < end; m++, w += channels)
                    {
                        Vector512<double> s = default, ds = default;
                        for (int k = 0; k < _nmax; k++)
                        {
                            Vector512<double> c = Vector512.Create(w[k]);
                            s = Vector512.MultiplyAddEstimate(c, Vector512.Load(radial + 8 * (l * _nmax + k)), s);
                            ds = Vector512.MultiplyAddEstimate(c, Vector512.Load(slopes + 8 * (l * _nmax + k)), ds);
                        }
                        Vector512<double> y = Vector512.Load(harmonics + 8 * m);
                        u = Vector512.MultiplyAddEstimate(s, y, u);
                        sr = Vector512.MultiplyAddEstimate(ds, y, sr);
                        sx = Vector512.MultiplyAddEstimate(s, Vector512.Load(turns + 8 * m), sx);
                        sy = Vector512.MultiplyAddEstimate(s, Vector512.Load(turns + 8 * (lm + m)), sy);
                        sz = Vector512.MultiplyAddEstimate(s, Vector512.Load(turns + 8 * (2 * lm + m)), sz);
                    }
                gx += q * sx;
                gy += q * sy;
                gz += q * sz;
                along += q * sr;
                Vector512.Store(u * _pointVolume, lanes + 8);
                for (int lane = 0; lane < 8; lane++)
                {
                    int at = b.Index[block + lane];
                    if (at >= 0) to[at] += lanes[8 + lane];
                }
            }
            Vector512<double> x = Vector512.Load(b.X + block), yv = Vector512.Load(b.Y + block), z = Vector512.Load(b.Z + block);
            Vector512<double> radialPart = along / Vector512.Load(b.R + block);
            gx += radialPart * x;
            gy += radialPart * yv;
            gz += radialPart * z;
            ex += gx;
            ey += gy;
            ez += gz;
            xx += gx * x;
            xy += gx * yv;
            xz += gx * z;
            yx += gy * x;
            yy += gy * yv;
            yz += gy * z;
            zx += gz * x;
            zy += gz * yv;
            zz += gz * z;
        }
        gradient[0] -= _pointVolume * Vector512.Sum(ex);
        gradient[1] -= _pointVolume * Vector512.Sum(ey);
        gradient[2] -= _pointVolume * Vector512.Sum(ez);
        ReadOnlySpan<Vector512<double>> all = [xx, xy, xz, yx, yy, yz, zx, zy, zz];
        for (int k = 0; k < 9; k++)
            strain[k] += _pointVolume * Vector512.Sum(all[k]);
    }
}
