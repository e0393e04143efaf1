using System;
using Toolkit.Numerics.LinearAlgebra;
using Toolkit.Numerics.Neighbors;
using Toolkit.Numerics.Simd;
using Toolkit.Numerics.Structures;

namespace Toolkit.Numerics.Fields.Potential;

/// <summary>
/// A potential field at work on one structure: values of any centres, adjoints of any centres in any order, derivatives at the end. Its
/// methods are called by one thread at a time; they use several themselves.
/// </summary>
public sealed unsafe class PotentialState : IDisposable
{
    // Partial sums of derivatives, one per run of centres: what is added to what does not depend on threads.
    private const int MostRuns = 8;
    private const long RunMemory = 64 << 20;

    private readonly PotentialField _field;
    private readonly Structure _structure;
    private readonly double[] _positions, _charges, _own;
    private readonly int[] _kinds;
    private readonly int _threads;
    private readonly NeighborList? _pairs;
    private readonly PairSum _near;
    private readonly WaveSum? _far;
    private readonly MeshSum? _mesh;
    private double[]? _adjoints;

    internal PotentialState(PotentialField field, Structure structure, double[] charges, int[] kinds, int threads)
    {
        _field = field;
        _structure = structure;
        _positions = structure.Positions.ToArray();
        _charges = charges;
        _kinds = kinds;
        _threads = threads;
        int nmax = field.Basis.NMax, species = field.Species.Length;
        if (!structure.Periodic.Any)
        {
            if (field.Settings.Evaluator is not (PotentialEvaluator.Auto or PotentialEvaluator.Pairs))
                throw new ArgumentException("the structure repeats nowhere, so that it has no waves; use the evaluator Auto or Pairs", nameof(structure));
            (PolynomialTable table, _own) = field.Whole(Diameter());
            _near = new PairSum(table, field.Harmonics, nmax, species, null, _positions, charges, kinds);
            return;
        }

        if (field.Settings.Evaluator == PotentialEvaluator.Pairs)
            throw new ArgumentException("the structure repeats, so that the sum over pairs never ends; use the evaluator Auto or Waves", nameof(structure));
        if (kinds.Length == 0)
            throw new ArgumentException("the structure has a cell and no atom", nameof(structure));
        (double measure, double thickness) = Extent(structure);
        double density = kinds.Length / (measure * (structure.Periodic.Dimensions switch
        {
            3 => 1,
            2 => thickness + 3,
            _ => Math.PI * 0.25 * (thickness + 3) * (thickness + 3),
        }));
        double across = 2 * (thickness + field.Reach);
        int free = 3 - structure.Periodic.Dimensions;
        if (free > 0 && field.Settings.Evaluator == PotentialEvaluator.Mesh)
            throw new ArgumentException(
                $"the structure repeats in {3 - free} of three directions; the mesh serves those that repeat in all, use the evaluator Auto or Waves", nameof(structure));
        (double width, bool mesh) = field.ChooseSplit(density, measure * Math.Pow(across, free), free == 0 ? 0 : measure * Math.Pow(across, free - 1) * 60, free == 0);
        SplitTables split = field.Split(width);
        _own = split.Own;
        _pairs = NeighborList.Build(structure, split.PairCutoff, threads);
        _near = new PairSum(split.Pairs, field.Harmonics, nmax, species, _pairs, _positions, charges, kinds);
        if (mesh)
            _mesh = new MeshSum(field.Mesh(split), structure.Cell!, split.Wide, field.Zero(split), field.Harmonics, nmax, species, _positions, charges, kinds, threads);
        else
            _far = new WaveSum(field.Lattice(split, structure, thickness), field.WaveTable(), field.Harmonics, nmax, species,
                _positions, charges, kinds, threads);
        PairCutoff = split.PairCutoff;
        SplitWidth = width;
    }

    private long ScratchLength => Math.Max(_near.Scratch, Math.Max(_far?.Scratch ?? 0, _mesh?.Scratch ?? 0));

    /// <summary>The distance up to which pairs were summed, Å; 0 where all are.</summary>
    public double PairCutoff { get; }

    /// <summary>The width at which the sums are split, Å; 0 where they are not.</summary>
    public double SplitWidth { get; }

    /// <summary>Points of the mesh along each lattice vector; empty where there is none.</summary>
    public ReadOnlySpan<int> MeshSize => _mesh is null ? default : _mesh.Size;

    /// <summary>The number of wave vectors, one of k and −k counted.</summary>
    public int WaveCount => _far?.Count ?? 0;

    /// <summary>The number of pairs that are summed, each seen from both ends.</summary>
    public long PairCount => _pairs?.PairCount ?? (long)_kinds.Length * (_kinds.Length - 1);

    /// <summary>Computes values.</summary>
    /// <param name="first">The first centre.</param>
    /// <param name="count">How many.</param>
    /// <param name="values">Receives <c>[centre, lm, (species, n)]</c>.</param>
    /// <exception cref="ArgumentException">Centres that are not there, or another length.</exception>
    public void Forward(int first, int count, Span<double> values)
    {
        Require(first, count, values.Length);
        int size = _field.ValuesPerCentre, nmax = _field.Basis.NMax;
        values.Clear();
        fixed (double* all = values)
        {
            double* to = all;
            Threads.Share((count + 7) / 8, _threads, block =>
            {
                int begin = 8 * block, some = Math.Min(8, count - begin);
                using AlignedScratch<double> scratch = new(ScratchLength);
                for (int i = begin; i < begin + some; i++)
                {
                    double* v = to + (long)i * size;
                    for (int n = 0; n < nmax; n++)
                        v[_kinds[first + i] * nmax + n] = _charges[first + i] * _own[n];
                    _near.Forward(first + i, v, scratch.Start);
                    _mesh?.Forward(first + i, v, scratch.Start);
                }
                _far?.Forward(_positions, first + begin, some, to + (long)begin * size, scratch.Start);
            });
        }
    }

    /// <summary>Takes ∂E/∂V of some centres; what is given twice for a centre is added.</summary>
    /// <param name="first">The first centre.</param>
    /// <param name="count">How many.</param>
    /// <param name="adjoints"><c>[centre, lm, (species, n)]</c>.</param>
    /// <exception cref="ArgumentException">Centres that are not there, or another length.</exception>
    /// <exception cref="InvalidOperationException">The exterior is sharp: values jump.</exception>
    public void Backward(int first, int count, ReadOnlySpan<double> adjoints)
    {
        Require(first, count, adjoints.Length);
        if (_field.Settings.SharpExterior is not null)
            throw new InvalidOperationException("an exterior with a sharp boundary has no gradients; give it a cutoff function");
        int size = _field.ValuesPerCentre;
        _adjoints ??= new double[checked(_kinds.Length * size)];
        Span<double> to = _adjoints.AsSpan(first * size, count * size);
        for (int k = 0; k < to.Length; k++)
            to[k] += adjoints[k];
    }

    /// <summary>The derivatives of E, whose adjoints were given, by everything that the field depends on.</summary>
    public PotentialDerivatives End()
    {
        int atoms = _kinds.Length, size = _field.ValuesPerCentre, nmax = _field.Basis.NMax, species = _field.Species.Length;
        double[] gradient = new double[3 * atoms], charge = new double[atoms], strain = new double[9];
        if (_adjoints is not null)
        {
            // Pairs and waves apart: the strain of the waves needs their own forces.
            int blocks = (atoms + 7) / 8, waves = _far?.Count ?? 0, columns = _far?.Columns ?? 0;
            long memory = 8 * (7L * atoms + 9 + 2L * species * waves + (long)waves * columns);
            int runs = (int)Math.Clamp(RunMemory / memory, 1, Math.Min(MostRuns, Math.Max(blocks, 1)));
            double[][] gradients = new double[runs][], waveGradients = new double[runs][], backs = new double[runs][], sums = new double[runs][];
            Threads.Share(runs, _threads, run =>
            {
                double[] local = gradients[run] = new double[4 * atoms + 9], wave = waveGradients[run] = new double[3 * atoms];
                double[] back = backs[run] = new double[2 * species * waves], sum = sums[run] = new double[waves * columns];
                using AlignedScratch<double> scratch = new(ScratchLength);
                fixed (double* adjoints = _adjoints, g = local, w = wave, b = back, s = sum)
                    for (int block = (int)((long)blocks * run / runs); block < (int)((long)blocks * (run + 1) / runs); block++)
                    {
                        int first = 8 * block, count = Math.Min(8, atoms - first);
                        for (int i = first; i < first + count; i++)
                        {
                            double* a = adjoints + (long)i * size;
                            for (int n = 0; n < nmax; n++)
                                g[3 * atoms + i] += a[_kinds[i] * nmax + n] * _own[n];
                            _near.Backward(i, a, g, g + 3 * atoms, g + 4 * atoms, scratch.Start);
                        }
                        _far?.Backward(_positions, first, count, adjoints + (long)first * size, w, b, s, scratch.Start);
                    }
            });
            for (int run = 0; run < runs; run++)
            {
                Vectors.AddScaled(1, gradients[run].AsSpan(0, 3 * atoms), gradient);
                Vectors.AddScaled(1, gradients[run].AsSpan(3 * atoms, atoms), charge);
                Vectors.AddScaled(1, gradients[run].AsSpan(4 * atoms, 9), strain);
                if (run == 0) continue;
                Vectors.AddScaled(1, waveGradients[run], waveGradients[0]);
                Vectors.AddScaled(1, backs[run], backs[0]);
                Vectors.AddScaled(1, sums[run], sums[0]);
            }
            _mesh?.Backward(_adjoints, gradient, charge, strain);
            if (_far is not null)
            {
                _far.Sources(_positions, _charges, _kinds, backs[0], waveGradients[0], charge, _threads);
                _far.Strain(sums[0], waveGradients[0], _positions, strain);
                Vectors.AddScaled(1, waveGradients[0], gradient);
            }
        }
        return Derivatives(_structure, gradient, charge, strain);
    }

    /// <summary>Signs, and the cell's share of the strain.</summary>
    internal static PotentialDerivatives Derivatives(Structure structure, double[] gradient, double[] charge, double[] strain)
    {
        double[] cell = new double[9];
        if (structure.Cell is { } lattice)
        {
            // ∂E/∂ε = Σ ∂E/∂r rᵀ + Gᵀ H.
            double[] rest = (double[])strain.Clone();
            ReadOnlySpan<double> r = structure.Positions, inverse = lattice.Inverse;
            for (int i = 0; i < gradient.Length; i += 3)
                for (int a = 0; a < 3; a++)
                    for (int b = 0; b < 3; b++)
                        rest[3 * a + b] -= gradient[i + a] * r[i + b];
            for (int v = 0; v < 3; v++)
            {
                if (!structure.Periodic[v]) continue;
                for (int a = 0; a < 3; a++)
                    for (int b = 0; b < 3; b++)
                        cell[3 * v + a] += rest[3 * a + b] * inverse[3 * b + v];
            }
        }
        return new PotentialDerivatives(Negative(gradient), Negative(strain), cell, Negative(charge));

        static double[] Negative(double[] values) => Array.ConvertAll(values, v => 0 - v);
    }

    /// <summary>Gives the memory of the pairs back.</summary>
    public void Dispose() => _pairs?.Dispose();

    private void Require(int first, int count, int length)
    {
        if (first < 0 || count < 0 || first > _kinds.Length - count)
            throw new ArgumentException($"expected centres within 0 … {_kinds.Length - 1}, got {count} from {first} on");
        if (length != (long)count * _field.ValuesPerCentre)
            throw new ArgumentException($"{count} centres have {(long)count * _field.ValuesPerCentre} values; got {length}");
    }

    /// <summary>Volume, area or length of the periodic cell, and an upper bound of the distance of two atoms across it, Å.</summary>
    internal static (double Measure, double Thickness) Extent(Structure structure)
    {
        ReadOnlySpan<double> positions = structure.Positions;
        double[] vectors = new double[9];
        int d = 0;
        for (int k = 0; k < 3; k++)
            if (structure.Periodic[k]) structure.Cell!.Vector(k).CopyTo(vectors.AsSpan(3 * d++));
        Cell lattice = new(vectors);
        ReadOnlySpan<double> completed = lattice.Completed;
        double square = 0;
        for (int k = d; k < 3; k++)
        {
            double low = double.PositiveInfinity, high = double.NegativeInfinity;
            for (int i = 0; i < positions.Length; i += 3)
            {
                double along = completed[3 * k] * positions[i] + completed[3 * k + 1] * positions[i + 1] + completed[3 * k + 2] * positions[i + 2];
                low = Math.Min(low, along);
                high = Math.Max(high, along);
            }
            square += (high - low) * (high - low);
        }
        // The completing vectors have unit length.
        return (1 / Math.Abs(Determinant(lattice.Inverse)), Math.Sqrt(square));
    }

    private static double Determinant(ReadOnlySpan<double> m) =>
        m[0] * (m[4] * m[8] - m[5] * m[7]) - m[1] * (m[3] * m[8] - m[5] * m[6]) + m[2] * (m[3] * m[7] - m[4] * m[6]);

    /// <summary>An upper bound of the distance of two atoms, Å.</summary>
    private double Diameter()
    {
        double sum = 0;
        for (int x = 0; x < 3; x++)
        {
            double low = double.PositiveInfinity, high = double.NegativeInfinity;
            for (int i = x; i < _positions.Length; i += 3)
            {
                low = Math.Min(low, _positions[i]);
                high = Math.Max(high, _positions[i]);
            }
            if (high > low) sum += (high - low) * (high - low);
        }
        return Math.Sqrt(sum);
    }
}
