using System;
using Toolkit.Numerics.LinearAlgebra;
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
    private readonly double[] _positions, _charges, _own, _separate;
    private readonly int[] _kinds;
    private readonly int _threads;
    // Null where charges are as wide as the split.
    private readonly PairSum? _near;
    private readonly WaveSum? _far;
    private readonly MeshSum? _mesh;
    private readonly SumMemory _memory;
    private double[]? _adjoints;
    // Of all centres, which are done at once: kept where they are asked for in parts.
    private double[]? _values;
    private bool _isDisposed;

    internal PotentialState(PotentialField field, Structure structure, double[] charges, int[] kinds, int threads)
    {
        _memory = field.Memory();
        _field = field;
        _structure = structure;
        _positions = structure.Positions.ToArray();
        _charges = charges;
        _kinds = kinds;
        _threads = threads;
        int nmax = field.Basis.NMax, species = field.Species.Length, channels = field.ChannelCount;
        _separate = field.SeparateOwn();
        structure = field.Short(structure);
        Plan = field.PlanShort(structure);
        if (Plan.Evaluator == PotentialEvaluator.Pairs)
        {
            (PolynomialTable table, _own) = field.Whole(Diameter(_positions));
            _near = new PairSum(table, field.Harmonics, nmax, species, channels, structure, _positions, charges, kinds);
            return;
        }
        SplitTables split = field.Split(Plan.SplitWidth, field.From(structure));
        _own = split.Own;
        if (split.Pairs is not null)
            _near = new PairSum(split.Pairs, field.Harmonics, nmax, species, channels, structure, _positions, charges, kinds);
        WaveWeights waves = field.Waves(split, structure, field.Settings.MeshSize is not null);
        if (Plan.Evaluator == PotentialEvaluator.Mesh)
        {
            _mesh = new MeshSum(_memory, waves,
                [.. Plan.MeshSize], Plan.SplineOrder, field.WaveTable(), field.LMax, nmax, species, channels, _positions, charges, kinds,
                threads);
        }
        else
        {
            _far = new WaveSum(_memory, new WaveLattice(waves), field.WaveTable(), field.Harmonics, nmax, species, channels, _positions,
                charges, kinds, threads);
        }
    }

    /// <summary>How the sums are done, with estimates of cost and error.</summary>
    public PotentialPlan Plan { get; }

    /// <summary>Computes values.</summary>
    /// <param name="first">The first centre.</param>
    /// <param name="count">How many.</param>
    /// <param name="values">Receives <c>[centre, lm, (species, n)]</c>.</param>
    /// <exception cref="ArgumentException">Centres that are not there, or another length.</exception>
    public void Forward(int first, int count, Span<double> values)
    {
        Require(first, count, values.Length);
        if (_values is null && count == _kinds.Length)
        {
            All(values);
            return;
        }
        if (_values is null) All((_values = _memory.Take<double>(Length)).AsSpan(0, Length));
        _values.AsSpan(first * _field.ValuesPerCentre, values.Length).CopyTo(values);
    }

    private int Length => checked(_kinds.Length * _field.ValuesPerCentre);

    private void All(Span<double> values)
    {
        int size = _field.ValuesPerCentre, nmax = _field.Basis.NMax, count = _kinds.Length;
        values.Clear();
        fixed (double* all = values)
        {
            double* to = all + _field.FirstChannel;
            for (int i = 0; i < count; i++)
            {
                for (int n = 0; n < nmax; n++)
                    to[(nint)i * size + _kinds[i] * nmax + n] = _charges[i] * _own[n];
                for (int n = 0; n < _separate.Length; n++)
                    all[(nint)i * size + n] = _charges[i] * _separate[n];
            }
            if (_near is not null) Threads.Share(_near.Runs, _threads, run => _near.Forward(run, to));
            _mesh?.Forward(to);
            if (_far is null) return;
            Threads.Share((count + 7) / 8, _threads, block =>
            {
                using AlignedScratch<double> scratch = new(_far.Scratch);
                _far.Forward(_positions, 8 * block, Math.Min(8, count - 8 * block), to + (nint)block * 8 * size, scratch.Start);
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
        _adjoints ??= _memory.Zeros<double>(Length);
        Span<double> to = _adjoints.AsSpan(first * size, count * size);
        for (int k = 0; k < to.Length; k++)
            to[k] += adjoints[k];
    }

    /// <summary>The derivatives of E, whose adjoints were given, by everything that the field depends on.</summary>
    public PotentialDerivatives End()
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        int atoms = _kinds.Length;
        double[] gradient = new double[3 * atoms], charge = new double[atoms], strain = new double[9];
        if (_adjoints is not null)
        {
            Near(gradient, charge, strain);
            if (_far is not null) Far(gradient, charge, strain);
            if (_mesh is not null)
            {
                fixed (double* adjoints = _adjoints)
                    _mesh.Backward(adjoints + _field.FirstChannel, gradient, charge, strain);
            }
        }
        return Derivatives(_structure, gradient, charge, strain);
    }

    /// <summary>Adds the part of the pairs and of each centre's own charge.</summary>
    private void Near(double[] gradient, double[] charge, double[] strain)
    {
        int atoms = _kinds.Length, size = _field.ValuesPerCentre, nmax = _field.Basis.NMax;
        int first = _field.FirstChannel;
        for (int i = 0; i < atoms; i++)
        {
            for (int n = 0; n < nmax; n++)
                charge[i] += _adjoints![(long)i * size + first + _kinds[i] * nmax + n] * _own[n];
            for (int n = 0; n < _separate.Length; n++)
                charge[i] += _adjoints![(long)i * size + n] * _separate[n];
        }
        if (_near is null) return;
        double[][] sums = new double[Parts(8 * (4L * atoms + 9), _near.Runs)][];
        for (int part = 0; part < sums.Length; part++)
            sums[part] = _memory.Zeros<double>(4 * atoms + 9);
        Threads.Share(sums.Length, _threads, part =>
        {
            fixed (double* adjoints = _adjoints, g = sums[part])
            {
                for (int run = (int)((long)_near.Runs * part / sums.Length); run < (int)(
                    (long)_near.Runs * (part + 1) / sums.Length); run++)
                {
                    _near.Backward(run, adjoints + first, g, g + 3 * atoms, g + 4 * atoms);
                }
            }
        });
        foreach (double[] sum in sums)
        {
            Vectors.AddScaled(1, sum.AsSpan(0, 3 * atoms), gradient);
            Vectors.AddScaled(1, sum.AsSpan(3 * atoms, atoms), charge);
            Vectors.AddScaled(1, sum.AsSpan(4 * atoms, 9), strain);
        }
    }

    /// <summary>Adds the part of the waves, whose strain needs their own forces.</summary>
    private void Far(double[] gradient, double[] charge, double[] strain)
    {
        int atoms = _kinds.Length, size = _field.ValuesPerCentre, first = _field.FirstChannel, blocks = (atoms + 7) / 8;
        int back = 2 * _field.Species.Length * _far!.Count, columns = _far.Count * _far.Columns;
        // Forces, ∂E/∂ŝ, and sums over centres: one behind the other.
        double[][] sums = new double[Parts(8 * (3L * atoms + back + columns), blocks)][];
        int length = checked(3 * atoms + back + columns);
        for (int part = 0; part < sums.Length; part++)
            sums[part] = _memory.Zeros<double>(length);
        Threads.Share(sums.Length, _threads, part =>
        {
            using AlignedScratch<double> scratch = new(_far.Scratch);
            fixed (double* adjoints = _adjoints, s = sums[part])
            {
                for (int block = (int)((long)blocks * part / sums.Length); block < (int)((long)blocks * (part + 1) / sums.Length); block++)
                {
                    _far.Backward(_positions, 8 * block, Math.Min(8, atoms - 8 * block), adjoints + first + (nint)block * 8 * size,
                        s, s + 3 * atoms, s + 3 * atoms + back, scratch.Start);
                }
            }
        });
        double[] sum = sums[0];
        for (int part = 1; part < sums.Length; part++)
            Vectors.AddScaled(1, sums[part].AsSpan(0, length), sum.AsSpan(0, length));
        double[] forces = sum[..(3 * atoms)];
        _far.Sources(_positions, _charges, _kinds, sum[(3 * atoms)..(3 * atoms + back)], forces, charge, _threads);
        _far.Strain(sum[(3 * atoms + back)..length], forces, _positions, strain);
        Vectors.AddScaled(1, forces, gradient);
    }

    /// <summary>How many partial sums of a size there are: what is added to what does not depend on threads.</summary>
    private static int Parts(long bytes, int runs) => (int)Math.Clamp(RunMemory / bytes, 1, Math.Clamp(runs, 1, MostRuns));

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
            {
                for (int a = 0; a < 3; a++)
                {
                    for (int b = 0; b < 3; b++)
                        rest[3 * a + b] -= gradient[i + a] * r[i + b];
                }
            }

            for (int v = 0; v < 3; v++)
            {
                if (!structure.Periodic[v]) continue;
                for (int a = 0; a < 3; a++)
                {
                    for (int b = 0; b < 3; b++)
                        cell[3 * v + a] += rest[3 * a + b] * inverse[3 * b + v];
                }
            }
        }
        return new PotentialDerivatives(Negative(gradient), Negative(strain), cell, Negative(charge));

        static double[] Negative(double[] values) => Array.ConvertAll(values, v => 0 - v);
    }

    /// <summary>Gives its working memory to the next structure; it is not to be used afterwards.</summary>
    public void Dispose()
    {
        if (_isDisposed) return;
        _isDisposed = true;
        _values = _adjoints = null;
        _field.Return(_memory);
    }

    private void Require(int first, int count, int length)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
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
                double along = completed[3 * k] * positions[i] + completed[3 * k + 1] * positions[i + 1]
                    + completed[3 * k + 2] * positions[i + 2];
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
    internal static double Diameter(ReadOnlySpan<double> positions)
    {
        double sum = 0;
        for (int x = 0; x < 3; x++)
        {
            double low = double.PositiveInfinity, high = double.NegativeInfinity;
            for (int i = x; i < positions.Length; i += 3)
            {
                low = Math.Min(low, positions[i]);
                high = Math.Max(high, positions[i]);
            }
            if (high > low) sum += (high - low) * (high - low);
        }
        return Math.Sqrt(sum);
    }
}
