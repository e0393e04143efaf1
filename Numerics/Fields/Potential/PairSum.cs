using System;
using System.Runtime.Intrinsics;
using Toolkit.Numerics.Harmonics;
using Toolkit.Numerics.Neighbors;
using Toolkit.Numerics.Simd;
using Toolkit.Numerics.Structures;

namespace Toolkit.Numerics.Fields.Potential;

/// <summary>
/// The part of a potential field that is a sum over pairs: V_{a n l m}(i) += Σ_{j of a} q_j U_nl(r_ij) Y_lm(r̂_ij), over the pairs within a
/// distance, or over all others where nothing repeats.
/// </summary>
/// <remarks>Eight neighbours of one species are the lanes; U comes from a table, a neighbour at a time, and is then transposed.</remarks>
internal sealed unsafe class PairSum
{
    private readonly PolynomialTable _table;
    private readonly SphericalHarmonics<double> _harmonics;
    private readonly NeighborRuns? _runs;
    private readonly double[] _positions, _charges;
    private readonly int[] _kinds;
    private readonly int _species, _nmax, _channels, _lmax;

    /// <summary>A sum over the pairs within the table's range, or over all pairs, for numbers with so many channels in all.</summary>
    internal PairSum(
        PolynomialTable table, SphericalHarmonics<double> harmonics, int nmax, int species, int channels,
        Structure structure, double[] positions, double[] charges, int[] kinds)
    {
        _table = table;
        _harmonics = harmonics;
        _runs = structure.Periodic.Any ? new NeighborRuns(structure, table.End) : null;
        _positions = positions;
        _charges = charges;
        _kinds = kinds;
        _species = species;
        _nmax = nmax;
        _channels = channels;
        _lmax = harmonics.LMax;
    }

    // Centres that are worked on at once where there are no runs.
    private const int Together = 8;

    private int Functions => (_lmax + 1) * (_lmax + 1);

    /// <summary>Centres come in so many runs.</summary>
    internal int Runs => _runs?.Count ?? (_kinds.Length + Together - 1) / Together;

    /// <summary>Adds to the values of the centres of one run.</summary>
    /// <param name="run">Which.</param>
    /// <param name="values">Of all centres: <c>[centre, lm, channel]</c>, from the first channel of species on; those are species,
    /// n.</param>
    internal void Forward(int run, double* values) =>
        EachCentre(run, (in Neighbours n) => Forward(n, values + (nint)n.Centre * Functions * _channels));

    /// <summary>Goes back from the centres of one run.</summary>
    /// <param name="run">Which.</param>
    /// <param name="adjoints">∂E/∂V of all centres: <c>[centre, lm, (species, n)]</c>.</param>
    /// <param name="gradient">∂E/∂r, added to: <c>[atom, xyz]</c>.</param>
    /// <param name="charge">∂E/∂q, added to: <c>[atom]</c>.</param>
    /// <param name="strain">∂E/∂ε, added to: 3 × 3.</param>
    internal void Backward(int run, double* adjoints, double* gradient, double* charge, double* strain) =>
        EachCentre(run, (in Neighbours n) => Backward(n, adjoints + (nint)n.Centre * Functions * _channels, gradient, charge, strain));

    /// <summary>The neighbours of a centre by species, each filled up to a multiple of eight with charges of zero.</summary>
    private ref struct Neighbours
    {
        internal int Centre;
        internal double* X, Y, Z, R, Q, Free;
        internal int* Index, Start;
    }

    private delegate void OnCentre(in Neighbours neighbours);

    private void EachCentre(int run, OnCentre action)
    {
        if (_runs is null)
        {
            using AlignedScratch<double> memory = new(Scratch(_kinds.Length));
            for (int i = Together * run; i < Math.Min(Together * run + Together, _kinds.Length); i++)
                action(Gather(i, _kinds.Length, null, 0, memory.Start));
            return;
        }
        using NeighborRuns.Run list = _runs.List(run);
        int most = 0, at = 0;
        foreach (int i in list.Atoms)
            most = Math.Max(most, list.CountOf(i));
        using AlignedScratch<double> scratch = new(Scratch(most));
        foreach (int i in list.Atoms)
        {
            action(Gather(i, list.CountOf(i), list.Pairs, at, scratch.Start));
            at += list.CountOf(i);
        }
    }

    // All neighbours and the filling of each species.
    private int Room(int most) => (most + 8 * _species + 7) / 8 * 8;

    private long Scratch(int most) => 6L * Room(most) + 8L * (4 * Functions + 4 * _table.Padded + Functions * _nmax) + 32 + 2 * _species;

    /// <summary>Sorts neighbours by species: those of a list, or all other atoms.</summary>
    private Neighbours Gather(int centre, int count, PairArrays? pairs, int first, double* scratch)
    {
        Neighbours n = default;
        int room = Room(count);
        n.Centre = centre;
        n.X = scratch;
        n.Y = n.X + room;
        n.Z = n.Y + room;
        n.R = n.Z + room;
        n.Q = n.R + room;
        n.Index = (int*)(n.Q + room);
        // [species + 1], and the fill of each behind it.
        n.Start = n.Index + 2 * room;
        n.Free = n.Q + 2 * room + (2 * _species + 16) / 8 * 8;
        int* fill = n.Start + _species + 1;
        for (int s = 0; s < _species; s++)
            fill[s] = 0;
        for (int k = 0; k < count; k++)
        {
            int j = pairs is null ? k : pairs.Neighbor[first + k];
            if (pairs is null && j == centre) continue;
            fill[_kinds[j]]++;
        }
        n.Start[0] = 0;
        for (int s = 0; s < _species; s++)
        {
            n.Start[s + 1] = n.Start[s] + (fill[s] + 7) / 8 * 8;
            fill[s] = n.Start[s];
        }
        double x0 = _positions[3 * centre], y0 = _positions[3 * centre + 1], z0 = _positions[3 * centre + 2];
        for (int k = 0; k < count; k++)
        {
            int j = pairs is null ? k : pairs.Neighbor[first + k];
            if (pairs is null && j == centre) continue;
            int at = fill[_kinds[j]]++;
            if (pairs is null)
            {
                double x = _positions[3 * j] - x0, y = _positions[3 * j + 1] - y0, z = _positions[3 * j + 2] - z0;
                (n.X[at], n.Y[at], n.Z[at], n.R[at]) = (x, y, z, Math.Sqrt(x * x + y * y + z * z));
            }
            else
            {
                (n.X[at], n.Y[at], n.Z[at], n.R[at]) = (pairs.X[first + k], pairs.Y[first + k], pairs.Z[first + k], pairs.R[first + k]);
            }

            n.Q[at] = _charges[j];
            n.Index[at] = j;
        }
        for (int s = 0; s < _species; s++)
        {
            for (int at = fill[s]; at < n.Start[s + 1]; at++)
            {
                (n.X[at], n.Y[at], n.Z[at], n.R[at]) = (0, 0, _table.End, _table.End);
                n.Q[at] = 0;
                n.Index[at] = -1;
            }
        }

        return n;
    }

    private void Forward(in Neighbours n, double* values)
    {
        int lm = Functions, padded = _table.Padded, channels = _channels;
        double* harmonics = n.Free, rows = harmonics + 8 * lm, radial = rows + 8 * padded, sums = radial + 8 * padded;
        for (int species = 0; species < _species; species++)
        {
            if (n.Start[species] == n.Start[species + 1]) continue;
            new Span<double>(sums, 8 * lm * _nmax).Clear();
            for (int block = n.Start[species]; block < n.Start[species + 1]; block += 8)
            {
                _harmonics.Block(n.X + block, n.Y + block, n.Z + block, harmonics, null, null);
                _table.Values(n.R + block, rows);
                Transpose.Copy(8, padded, rows, padded, radial, 8, 1.0);
                Vector512<double> q = Vector512.Load(n.Q + block);
                double* s = sums;
                for (int l = 0, m = 0; l <= _lmax; l++)
                {
                    for (int end = (l + 1) * (l + 1); m < end; m++)
                    {
                        Vector512<double> y = q * Vector512.Load(harmonics + 8 * m);
                        for (int k = 0; k < _nmax; k++, s += 8)
                        {
                            Vector512.Store(Vector512.MultiplyAddEstimate(
                                y, Vector512.Load(radial + 8 * (l * _nmax + k)), Vector512.Load(s)), s);
                        }
                    }
                }
            }
            for (int m = 0; m < lm; m++)
            {
                for (int k = 0; k < _nmax; k++)
                    values[m * channels + species * _nmax + k] += Vector512.Sum(Vector512.Load(sums + 8 * (m * _nmax + k)));
            }
        }
    }

    private void Backward(in Neighbours n, double* adjoints, double* gradient, double* charge, double* strain)
    {
        int centre = n.Centre;
        int lm = Functions, padded = _table.Padded, channels = _channels;
        double* harmonics = n.Free, turns = harmonics + 8 * lm, rows = turns + 24 * lm, slopeRows = rows + 8 * padded;
        double* radial = slopeRows + 8 * padded, slopes = radial + 8 * padded;
        for (int species = 0; species < _species; species++)
        {
            for (int block = n.Start[species]; block < n.Start[species + 1]; block += 8)
            {
                _harmonics.Block(n.X + block, n.Y + block, n.Z + block, harmonics, turns, null);
                _table.Both(n.R + block, rows, slopeRows);
                Transpose.Copy(8, padded, rows, padded, radial, 8, 1.0);
                Transpose.Copy(8, padded, slopeRows, padded, slopes, 8, 1.0);
                Vector512<double> gx = default, gy = default, gz = default, along = default, value = default;
                double* a = adjoints + species * _nmax;
                for (int l = 0, m = 0; l <= _lmax; l++)
                {
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
                }

                for (int lane = 0; lane < 8; lane++)
                {
                    int j = n.Index[block + lane];
                    if (j < 0) continue;
                    double r = n.R[block + lane], q = n.Q[block + lane], x = n.X[block + lane], y = n.Y[block + lane],
                        z = n.Z[block + lane];
                    // At the same place the field has a gradient, from l = 1, but no direction to measure it along; it is the limit of
                    // nothing.
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
}
