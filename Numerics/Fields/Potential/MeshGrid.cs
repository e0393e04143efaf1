using System;
using System.Runtime.Intrinsics;
using Toolkit.Numerics.Fourier;
using Toolkit.Numerics.LinearAlgebra;
using Toolkit.Numerics.Simd;
using Toolkit.Numerics.Structures;

namespace Toolkit.Numerics.Fields.Potential;

/// <summary>
/// A mesh in a box that repeats, and the splines that carry numbers from atoms to its points and back.
/// </summary>
/// <remarks>
/// 1. Rows have a gap behind them that repeats their beginning, so that the points near an atom are one piece of each row.
/// 2. Atoms go in the order of the mesh, layer by layer along its first axis. To spread, every second layer goes first, each by one thread,
/// then
///    the others: layers of one round do not touch the same points, so that no sum depends on threads.
/// </remarks>
internal sealed unsafe class MeshGrid
{
    private readonly int _order, _padded, _atoms, _layers;
    private readonly int[] _n = new int[3];
    private readonly double[] _inverse;
    // First points, [place, axis], atoms in the order of the mesh; weights and their derivatives [place, axis, point], of the last axis
    // padded with zeros to whole registers.
    private readonly int[] _first;
    private readonly double[] _weights;
    private double[]? _slopes;
    private readonly double[] _positions;
    private readonly int[] _sorted, _starts;
    private readonly SumMemory _memory;

    /// <summary>Lays out a mesh and places the atoms.</summary>
    /// <param name="memory">Where arrays come from.</param>
    /// <param name="box">The vectors of the box: <c>[vector, xyz]</c>, Å.</param>
    /// <param name="points">Points along each of them, good lengths of at least the order.</param>
    /// <param name="order">P of the splines.</param>
    /// <param name="positions"><c>[atom, xyz]</c>, Å.</param>
    /// <param name="threads">Threads.</param>
    internal MeshGrid(SumMemory memory, ReadOnlySpan<double> box, ReadOnlySpan<int> points, int order, double[] positions, int threads)
    {
        _order = order;
        _padded = (order + 7) / 8 * 8;
        _atoms = positions.Length / 3;
        _positions = positions;
        points.CopyTo(_n);
        _inverse = new Cell(box).Inverse.ToArray();
        Transform = new RealTransform3(_n[0], _n[1], _n[2], VectorWidths.Widest, _padded);
        // An atom writes to P planes.
        _layers = _n[0] / order;
        _layers = _layers < 2 ? 1 : _layers / 2 * 2;
        // Columns of 4 × 4 points, along which what one atom has read serves the next.
        long[] keys = memory.Take<long>(_atoms);
        for (int i = 0; i < _atoms; i++)
        {
            int a = First(i, 0);
            long column = ((long)Layer(a) * _n[0] + a / 4) * (_n[1] / 4 + 1) + First(i, 1) / 4;
            keys[i] = ((column * _n[2] + First(i, 2)) << 31) | (long)i;
        }
        Array.Sort(keys, 0, _atoms);
        _sorted = memory.Take<int>(_atoms);
        for (int at = 0; at < _atoms; at++)
            _sorted[at] = (int)(keys[at] & int.MaxValue);
        _first = memory.Take<int>(3 * _atoms);
        _memory = memory;
        _weights = memory.Zeros<double>(_atoms * Stride);
        Splines(default, threads);
        _starts = new int[_layers + 1];
        for (int at = 0; at < _atoms; at++)
            _starts[Layer(_first[3 * at]) + 1]++;
        for (int layer = 0; layer < _layers; layer++)
            _starts[layer + 1] += _starts[layer];
    }

    // Atoms that a thread takes at once.
    private const int Piece = 128;

    private int Layer(int plane) => (int)((long)plane * _layers / _n[0]);

    private int First(int atom, int d) => Modulo(CardinalSpline.First(_order, Place(atom, d)), _n[d]);

    private int Stride => 2 * _order + _padded;

    /// <summary>The transform of arrays on this mesh.</summary>
    internal RealTransform3 Transform { get; }

    /// <summary>Points along each vector of the box.</summary>
    internal ReadOnlySpan<int> Size => _n;

    private double Place(int atom, int d)
    {
        double f = _positions[3 * atom] * _inverse[d] + _positions[3 * atom + 1] * _inverse[3 + d]
            + _positions[3 * atom + 2] * _inverse[6 + d];
        return _n[d] * (f - Math.Floor(f));
    }

    private void Splines(double[]? slopes, int threads) => Threads.Share((_atoms + Piece - 1) / Piece, threads, piece =>
    {
        for (int at = Piece * piece; at < Math.Min(Piece * piece + Piece, _atoms); at++)
        {
            for (int d = 0; d < 3; d++)
            {
                double place = Place(_sorted[at], d);
                int start = at * Stride + d * _order;
                CardinalSpline.Evaluate(
                    _order, place, _weights.AsSpan(start, _order), slopes is null ? default : slopes.AsSpan(start, _order));
                _first[3 * at + d] = Modulo(CardinalSpline.First(_order, place), _n[d]);
            }
        }
    });

    private static int Modulo(int i, int n)
    {
        int m = i % n;
        return m < 0 ? m + n : m;
    }

    /// <summary>Sets a mesh to Σ_i amount_i M(g − r_i).</summary>
    /// <param name="amounts"><c>[atom]</c>.</param>
    /// <param name="grid">Receives the sum.</param>
    /// <param name="threads">Threads.</param>
    internal void Spread(double[] amounts, double[] grid, int threads)
    {
        int plane = _n[1] * Transform.Row;
        Threads.Share(_n[0], threads, p => Array.Clear(grid, p * plane, plane));
        for (int round = 0; round < Math.Min(2, _layers); round++)
        {
            Threads.Share((_layers + 1 - round) / 2, threads, k =>
            {
                int layer = 2 * k + round;
                nint* rows = stackalloc nint[2 * CardinalSpline.Largest];
                fixed (double* to = grid, w = _weights)
                {
                    for (int at = _starts[layer]; at < _starts[layer + 1]; at++)
                    {
                        int i = _sorted[at];
                        if (amounts[i] == 0) continue;
                        Rows(at, rows);
                        if (VectorWidths.Has512)
                            MeshKernel<Lanes512<double>, Vector512<double>>.Spread(_order, w + (nint)at * Stride, amounts[i], to, rows);
                        else if (Vector256.IsHardwareAccelerated)
                            MeshKernel<Lanes256<double>, Vector256<double>>.Spread(_order, w + (nint)at * Stride, amounts[i], to, rows);
                        else MeshKernel<Lanes1<double>, double>.Spread(_order, w + (nint)at * Stride, amounts[i], to, rows);
                    }
                }
            });
        }

        Threads.Share(_n[0], threads, p =>
        {
            fixed (double* g = grid)
            {
                for (int k1 = 0; k1 < _n[1]; k1++)
                {
                    double* row = g + ((nint)p * _n[1] + k1) * Transform.Row;
                    for (int k = 0; k < _order; k++)
                        row[k] += row[_n[2] + k];
                }
            }
        });
    }

    /// <summary>Fills the gaps behind rows, which <see cref="Gather"/> and <c>Slopes</c> read.</summary>
    internal void Close(double[] grid, int threads) => Threads.Share(_n[0], threads, p =>
    {
        fixed (double* g = grid)
        {
            for (int k1 = 0; k1 < _n[1]; k1++)
            {
                double* row = g + ((nint)p * _n[1] + k1) * Transform.Row;
                for (int k = 0; k < _order; k++)
                    row[_n[2] + k] = row[k];
            }
        }
    });

    /// <summary>Σ_g M(g − r_i) grid(g).</summary>
    /// <param name="grid">A closed mesh.</param>
    /// <param name="values">Receives <c>[atom]</c>.</param>
    /// <param name="threads">Threads.</param>
    internal void Gather(double[] grid, double[] values, int threads) => Threads.Share((_atoms + Piece - 1) / Piece, threads, piece =>
    {
        nint* rows = stackalloc nint[2 * CardinalSpline.Largest];
        fixed (double* from = grid, w = _weights)
        {
            for (int at = Piece * piece; at < Math.Min(Piece * piece + Piece, _atoms); at++)
            {
                int i = _sorted[at];
                Rows(at, rows);
                values[i] = VectorWidths.Has512
                    ? MeshKernel<Lanes512<double>, Vector512<double>>.Gather(_order, w + (nint)at * Stride, from, rows)
                    : Vector256.IsHardwareAccelerated
                        ? MeshKernel<Lanes256<double>, Vector256<double>>.Gather(_order, w + (nint)at * Stride, from, rows)
                    : MeshKernel<Lanes1<double>, double>.Gather(_order, w + (nint)at * Stride, from, rows);
            }
        }
    });

    /// <summary>Adds amount_i ∂/∂r_i Σ_g M(g − r_i) grid(g).</summary>
    /// <param name="grid">A closed mesh.</param>
    /// <param name="amounts"><c>[atom]</c>.</param>
    /// <param name="gradient"><c>[atom, xyz]</c>.</param>
    /// <param name="threads">Threads.</param>
    internal void Slopes(double[] grid, double[] amounts, double[] gradient, int threads)
    {
        if (_slopes is null) Splines(_slopes = _memory.Zeros<double>(_atoms * Stride), threads);
        Threads.Share((_atoms + Piece - 1) / Piece, threads, piece => Slopes(piece, grid, amounts, gradient));
    }

    private void Slopes(int piece, double[] grid, double[] amounts, double[] gradient)
    {
        nint* rows = stackalloc nint[2 * CardinalSpline.Largest];
        double* g = stackalloc double[3];
        fixed (double* from = grid, w = _weights, dw = _slopes)
        {
            for (int at = Piece * piece; at < Math.Min(Piece * piece + Piece, _atoms); at++)
            {
                int i = _sorted[at];
                double amount = amounts[i];
                if (amount == 0) continue;
                Rows(at, rows);
                double* weights = w + (nint)at * Stride, change = dw + (nint)at * Stride;
                if (VectorWidths.Has512) MeshKernel<Lanes512<double>, Vector512<double>>.Slopes(_order, weights, change, from, rows, g);
                else if (Vector256.IsHardwareAccelerated)
                    MeshKernel<Lanes256<double>, Vector256<double>>.Slopes(_order, weights, change, from, rows, g);
                else MeshKernel<Lanes1<double>, double>.Slopes(_order, weights, change, from, rows, g);
                double g0 = amount * _n[0] * g[0], g1 = amount * _n[1] * g[1], g2 = amount * _n[2] * g[2];
                for (int x = 0; x < 3; x++)
                    gradient[3 * i + x] += g0 * _inverse[3 * x] + g1 * _inverse[3 * x + 1] + g2 * _inverse[3 * x + 2];
            }
        }
    }

    /// <summary>Where the points of the atom at a place begin: planes and the rows within them, the place in the row included.</summary>
    private void Rows(int at, nint* rows)
    {
        int a = _first[3 * at], b = _first[3 * at + 1];
        nint row = Transform.Row, plane = _n[1] * row;
        for (int k = 0; k < _order; k++)
        {
            rows[k] = a * plane;
            rows[CardinalSpline.Largest + k] = b * row + _first[3 * at + 2];
            a = a + 1 == _n[0] ? 0 : a + 1;
            b = b + 1 == _n[1] ? 0 : b + 1;
        }
    }
}
