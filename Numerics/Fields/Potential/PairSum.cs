using System;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Toolkit.Numerics.Harmonics;
using Toolkit.Numerics.Neighbors;
using Toolkit.Numerics.Simd;

namespace Toolkit.Numerics.Fields.Potential;

/// <summary>
/// The part of a potential field that is a sum over pairs: V_{a n l m}(i) += Σ_{j of a} q_j U_nl(r_ij) Y_lm(r̂_ij), over the pairs of a list, or
/// over all other atoms where there is none.
/// </summary>
/// <remarks>Eight neighbours of one species are the lanes; U comes from a table, a neighbour at a time, and is then transposed.</remarks>
internal sealed unsafe class PairSum
{
    private readonly PolynomialTable _table;
    private readonly SphericalHarmonics<double> _harmonics;
    private readonly NeighborList? _pairs;
    private readonly double[] _positions, _charges;
    private readonly int[] _kinds;
    private readonly int _species, _nmax, _lmax, _most;

    internal PairSum(
        PolynomialTable table, SphericalHarmonics<double> harmonics, int nmax, int species,
        NeighborList? pairs, double[] positions, double[] charges, int[] kinds)
    {
        _table = table;
        _harmonics = harmonics;
        _pairs = pairs;
        _positions = positions;
        _charges = charges;
        _kinds = kinds;
        _species = species;
        _nmax = nmax;
        _lmax = harmonics.LMax;
        int most = pairs is null ? kinds.Length : 0;
        if (pairs is not null)
            for (int i = 0; i < pairs.CentreCount; i++)
                most = Math.Max(most, pairs.Offsets[i + 1] - pairs.Offsets[i]);
        _most = (most + 8 * species + 7) / 8 * 8;
    }

    private int Functions => (_lmax + 1) * (_lmax + 1);

    /// <summary>Doubles of scratch of one call.</summary>
    internal long Scratch => 6L * _most + 8L * (4 * Functions + 4 * _table.Padded + Functions * _nmax) + 32 + 2 * _species;

    /// <summary>The neighbours of a centre by species, each filled up to a multiple of eight with charges of zero.</summary>
    private ref struct Neighbours
    {
        internal double* X, Y, Z, R, Q, Index, Free;
        internal int* Start;
    }

    private Neighbours Gather(int centre, double* scratch)
    {
        Neighbours n = default;
        n.X = scratch;
        n.Y = n.X + _most;
        n.Z = n.Y + _most;
        n.R = n.Z + _most;
        n.Q = n.R + _most;
        n.Index = n.Q + _most;
        // [species + 1], and the fill of each behind it.
        n.Start = (int*)(n.Index + _most);
        n.Free = n.Index + _most + (2 * _species + 16) / 8 * 8;
        int* fill = n.Start + _species + 1;
        for (int s = 0; s < _species; s++)
            fill[s] = 0;
        int first = _pairs is null ? 0 : _pairs.Offsets[centre], end = _pairs is null ? _kinds.Length : _pairs.Offsets[centre + 1];
        ReadOnlySpan<int> neighbours = _pairs is null ? default : _pairs.Neighbors;
        for (int pair = first; pair < end; pair++)
        {
            int j = _pairs is null ? pair : neighbours[pair];
            if (_pairs is null && j == centre) continue;
            fill[_kinds[j]]++;
        }
        n.Start[0] = 0;
        for (int s = 0; s < _species; s++)
        {
            n.Start[s + 1] = n.Start[s] + (fill[s] + 7) / 8 * 8;
            fill[s] = n.Start[s];
        }
        double x0 = _positions[3 * centre], y0 = _positions[3 * centre + 1], z0 = _positions[3 * centre + 2];
        for (int pair = first; pair < end; pair++)
        {
            int j = _pairs is null ? pair : neighbours[pair];
            if (_pairs is null && j == centre) continue;
            int at = fill[_kinds[j]]++;
            if (_pairs is null)
            {
                double x = _positions[3 * j] - x0, y = _positions[3 * j + 1] - y0, z = _positions[3 * j + 2] - z0;
                (n.X[at], n.Y[at], n.Z[at], n.R[at]) = (x, y, z, Math.Sqrt(x * x + y * y + z * z));
            }
            else (n.X[at], n.Y[at], n.Z[at], n.R[at]) = (_pairs.X[pair], _pairs.Y[pair], _pairs.Z[pair], _pairs.Distances[pair]);
            n.Q[at] = _charges[j];
            n.Index[at] = j;
        }
        for (int s = 0; s < _species; s++)
            for (int at = fill[s]; at < n.Start[s + 1]; at++)
            {
                (n.X[at], n.Y[at], n.Z[at], n.R[at]) = (0, 0, _table.End, _table.End);
                n.Q[at] = 0;
                n.Index[at] = -1;
            }
        return n;
    }

    /// <summary>Adds to the values of one centre.</summary>
    /// <param name="centre">The atom.</param>
    /// <param name="values"><c>[lm, (species, n)]</c>.</param>
    /// <param name="scratch"><see cref="Scratch"/> numbers.</param>
    internal void Forward(int centre, double* values, double* scratch)
    {
        Neighbours n = Gather(centre, scratch);
        int lm = Functions, padded = _table.Padded, channels = _species * _nmax;
        double* harmonics = n.Free, rows = harmonics + 8 * lm, radial = rows + 8 * padded, sums = radial + 8 * padded;
        for (int species = 0; species < _species; species++)
        {
            if (n.Start[species] == n.Start[species + 1]) continue;
            new Span<double>(sums, 8 * lm * _nmax).Clear();
            for (int block = n.Start[species]; block < n.Start[species + 1]; block += 8)
            {
                _harmonics.Block(n.X + block, n.Y + block, n.Z + block, harmonics, null, null);
                for (int lane = 0; lane < 8; lane++)
                    _table.Values(n.R[block + lane], rows + lane * padded);
                Transpose.Copy(8, padded, rows, padded, radial, 8, 1.0);
                Vector512<double> q = Vector512.Load(n.Q + block);
                double* s = sums;
                for (int l = 0, m = 0; l <= _lmax; l++)
                    for (int end = (l + 1) * (l + 1); m < end; m++)
                    {
                        Vector512<double> y = q * Vector512.Load(harmonics + 8 * m);
                        for (int k = 0; k < _nmax; k++, s += 8)
                            Vector512.Store(Vector512.MultiplyAddEstimate(y, Vector512.Load(radial + 8 * (l * _nmax + k)), Vector512.Load(s)), s);
                    }
            }
            for (int m = 0; m < lm; m++)
                for (int k = 0; k < _nmax; k++)
                    values[m * channels + species * _nmax + k] += Vector512.Sum(Vector512.Load(sums + 8 * (m * _nmax + k)));
        }
    }

    /// <summary>Goes back from one centre.</summary>
    /// <param name="centre">The atom.</param>
    /// <param name="adjoints">∂E/∂V: <c>[lm, (species, n)]</c>.</param>
    /// <param name="gradient">∂E/∂r, added to: <c>[atom, xyz]</c>.</param>
    /// <param name="charge">∂E/∂q, added to: <c>[atom]</c>.</param>
    /// <param name="strain">∂E/∂ε, added to: 3 × 3.</param>
    /// <param name="scratch"><see cref="Scratch"/> numbers.</param>
    internal void Backward(int centre, double* adjoints, double* gradient, double* charge, double* strain, double* scratch)
    {
        Neighbours n = Gather(centre, scratch);
        int lm = Functions, padded = _table.Padded, channels = _species * _nmax;
        double* harmonics = n.Free, turns = harmonics + 8 * lm, rows = turns + 24 * lm, slopeRows = rows + 8 * padded;
        double* radial = slopeRows + 8 * padded, slopes = radial + 8 * padded;
        for (int species = 0; species < _species; species++)
            for (int block = n.Start[species]; block < n.Start[species + 1]; block += 8)
            {
                _harmonics.Block(n.X + block, n.Y + block, n.Z + block, harmonics, turns, null);
                for (int lane = 0; lane < 8; lane++)
                    _table.Both(n.R[block + lane], rows + lane * padded, slopeRows + lane * padded);
                Transpose.Copy(8, padded, rows, padded, radial, 8, 1.0);
                Transpose.Copy(8, padded, slopeRows, padded, slopes, 8, 1.0);
                Vector512<double> gx = default, gy = default, gz = default, along = default, value = default;
                double* a = adjoints + species * _nmax;
                for (int l = 0, m = 0; l <= _lmax; l++)
                    for (int end = (l + 1) * (l + 1); m < end; m++, a += channels)
                    {
                        Vector512<double> s = default, ds = default;
                        for (int k = 0; k < _nmax; k++)
                        {
                            Vector512<double> w = Vector512.Create(a[k]);
                            s = Vector512.MultiplyAddEstimate(w, Vector512.Load(radial + 8 * (l * _nmax + k)), s);
                            ds = Vector512.MultiplyAddEstimate(w, Vector512.Load(slopes + 8 * (l * _nmax + k)), ds);
                        }
                        Vector512<double> y = Vector512.Load(harmonics + 8 * m);
                        value = Vector512.MultiplyAddEstimate(s, y, value);
                        along = Vector512.MultiplyAddEstimate(ds, y, along);
                        gx = Vector512.MultiplyAddEstimate(s, Vector512.Load(turns + 8 * m), gx);
                        gy = Vector512.MultiplyAddEstimate(s, Vector512.Load(turns + 8 * (lm + m)), gy);
                        gz = Vector512.MultiplyAddEstimate(s, Vector512.Load(turns + 8 * (2 * lm + m)), gz);
                    }
                for (int lane = 0; lane < 8; lane++)
                {
                    int j = (int)n.Index[block + lane];
                    if (j < 0) continue;
                    double r = n.R[block + lane], q = n.Q[block + lane], x = n.X[block + lane], y = n.Y[block + lane], z = n.Z[block + lane];
                    // At the same place the field has a gradient, from l = 1, but no direction to measure it along; it is the limit of nothing.
                    double radialPart = r > 0 ? along[lane] / r : 0;
                    double dx = q * (gx[lane] + radialPart * x), dy = q * (gy[lane] + radialPart * y), dz = q * (gz[lane] + radialPart * z);
                    charge[j] += value[lane];
                    gradient[3 * j] += dx;
                    gradient[3 * j + 1] += dy;
                    gradient[3 * j + 2] += dz;
                    gradient[3 * centre] -= dx;
                    gradient[3 * centre + 1] -= dy;
                    gradient[3 * centre + 2] -= dz;
                    strain[0] += dx * x;
                    strain[1] += dx * y;
                    strain[2] += dx * z;
                    strain[3] += dy * x;
                    strain[4] += dy * y;
                    strain[5] += dy * z;
                    strain[6] += dz * x;
                    strain[7] += dz * y;
                    strain[8] += dz * z;
                }
            }
    }
}
