using System;
using System.Collections.Generic;
using System.Linq;
using System.Runtime.Intrinsics;
using System.Threading.Tasks;
using Toolkit.Numerics.Expansion;
using Toolkit.Numerics.Neighbors;
using Toolkit.Numerics.Structures;

namespace Toolkit.Numerics.Representations;

/// <summary>
/// Representations side by side, their features one after the other; those that share an expansion share its neighbours
/// and coefficients, forward and backward.
/// </summary>
/// <remarks>
/// A model is a set and a readout: the atomic energy as a function of the features. Its derivatives by positions, strain
/// and vectors come from one backward pass through readout, representations and expansion.
/// </remarks>
public sealed class RepresentationSet
{
    private readonly InvariantRepresentation[] _parts;
    private readonly int[] _first;
    private readonly DensityExpansion[] _expansions;
    private readonly int[] _expansionOf;
    private readonly int[][] _fieldOf;

    /// <summary>A set.</summary>
    /// <param name="parts">One or more.</param>
    /// <exception cref="ArgumentException">None; or different vector fields of one name.</exception>
    public RepresentationSet(IEnumerable<InvariantRepresentation> parts)
    {
        _parts = parts.ToArray();
        if (_parts.Length == 0) throw new ArgumentException("expected at least one representation", nameof(parts));
        _first = new int[_parts.Length];
        for (int p = 0; p < _parts.Length; p++)
        {
            _first[p] = FeatureCount;
            FeatureCount += _parts[p].FeatureCount;
        }
        _expansions = _parts.Select(static p => p.Expansion).Distinct().ToArray();
        _expansionOf = _parts.Select(p => Array.IndexOf(_expansions, p.Expansion)).ToArray();
        VectorField[] fields = _expansions.SelectMany(static e => e.Fields).Distinct().ToArray();
        if (fields.DistinctBy(static f => f.Name).Count() != fields.Length)
            throw new ArgumentException("two different vector fields have the same name", nameof(parts));
        Fields = fields;
        _fieldOf = _expansions.Select(e => e.Fields.Select(f => Array.IndexOf(fields, f)).ToArray()).ToArray();
    }

    /// <summary>The representations.</summary>
    public IReadOnlyList<InvariantRepresentation> Parts => _parts;

    /// <summary>Features per atom, all representations together.</summary>
    public int FeatureCount { get; }

    /// <summary>The vector fields that the features depend on.</summary>
    public IReadOnlyList<VectorField> Fields { get; }

    /// <summary>Features of every atom.</summary>
    /// <param name="structure">Its species must all have channels; it has the vectors of all fields.</param>
    /// <param name="threads">How many threads may work; the result is the same for any number.</param>
    /// <returns><c>[atom, feature]</c>.</returns>
    /// <exception cref="ArgumentException">A species without channels; vectors that are absent or not finite.</exception>
    /// <exception cref="CoincidentAtomsException">Two atoms at the same place.</exception>
    public double[] Compute(Structure structure, int threads = 1)
    {
        Surroundings[] around = Around(structure, threads);
        double[] values = new double[structure.Count * FeatureCount];
        ForEachEnvironment(structure.Count, threads, 0, (i, memory) =>
        {
            Expand(around, i, memory);
            Forward(memory, values.AsSpan(i * FeatureCount, FeatureCount));
        });
        Release(around);
        return values;
    }

    /// <summary>The energy of a structure and all its derivatives, by one backward pass through every stage.</summary>
    /// <param name="structure">Its species must all have channels; it has the vectors of all fields.</param>
    /// <param name="readout">The energy of an atom from its features.</param>
    /// <param name="threads">How many threads may work; the result is the same for any number.</param>
    /// <exception cref="ArgumentException">A species without channels; vectors that are absent or not finite.</exception>
    /// <exception cref="CoincidentAtomsException">Two atoms at the same place.</exception>
    public Evaluation Evaluate(Structure structure, IReadout readout, int threads = 1)
    {
        ArgumentNullException.ThrowIfNull(readout);
        Surroundings[] around = Around(structure, threads);
        int n = structure.Count;
        double[] energies = new double[n];
        double[][] pairs = new double[_expansions.Length][], own = new double[_expansions.Length][];
        for (int e = 0; e < _expansions.Length; e++)
        {
            int fields = _expansions[e].Fields.Count;
            pairs[e] = GC.AllocateUninitializedArray<double>(checked(3 * (1 + fields) * around[e].Pairs.PairCount));
            own[e] = new double[3 * fields * n];
        }
        ForEachEnvironment(n, threads, readout.WorkLength, (i, memory) =>
        {
            Expand(around, i, memory);
            energies[i] = Backward(memory, readout, structure.Species[i]);
            for (int e = 0; e < _expansions.Length; e++)
                _expansions[e].Backward(around[e], i, memory.Scratch[e], pairs[e], own[e]);
        });

        double[] forces = new double[3 * n], virial = new double[9];
        double[][] effective = Fields.Select(_ => new double[3 * n]).ToArray();
        for (int e = 0; e < _expansions.Length; e++)
            Gather(around[e].Pairs, pairs[e], own[e], _fieldOf[e], forces, virial, effective);
        Release(around);
        return new Evaluation(energies.Sum(), energies, forces, virial, effective);
    }

    /// <summary>The atomic energies alone.</summary>
    /// <param name="structure">Its species must all have channels; it has the vectors of all fields.</param>
    /// <param name="readout">The energy of an atom from its features.</param>
    /// <param name="threads">How many threads may work; the result is the same for any number.</param>
    /// <returns><c>[atom]</c>.</returns>
    /// <exception cref="ArgumentException">A species without channels; vectors that are absent or not finite.</exception>
    /// <exception cref="CoincidentAtomsException">Two atoms at the same place.</exception>
    public double[] Energies(Structure structure, IReadout readout, int threads = 1)
    {
        ArgumentNullException.ThrowIfNull(readout);
        Surroundings[] around = Around(structure, threads);
        double[] energies = new double[structure.Count];
        ForEachEnvironment(energies.Length, threads, readout.WorkLength, (i, memory) =>
        {
            Expand(around, i, memory);
            Forward(memory, memory.Features);
            energies[i] = readout.Evaluate(structure.Species[i], memory.Features, default, memory.Readout);
        });
        Release(around);
        return energies;
    }

    /// <summary>Features of every atom and their gradients with respect to every position and vector they depend on.</summary>
    /// <param name="structure">Its species must all have channels; it has the vectors of all fields.</param>
    /// <param name="threads">How many threads may work; the result is the same for any number.</param>
    /// <exception cref="ArgumentException">A species without channels; vectors that are absent or not finite.</exception>
    /// <exception cref="CoincidentAtomsException">Two atoms at the same place.</exception>
    public FeatureGradients ComputeWithGradients(Structure structure, int threads = 1)
    {
        Surroundings[] around = Around(structure, threads);
        int features = FeatureCount, fields = Fields.Count, n = structure.Count;
        (int[] start, int[] atoms, int[][] rowOfPair) = Rows(around, n);
        double[] values = new double[n * features];
        double[] positions = new double[checked((long)atoms.Length * 3 * features)];
        double[] vectors = new double[checked((long)atoms.Length * fields * 3 * features)];
        ForEachEnvironment(n, threads, 0, (i, memory) =>
        {
            Expand(around, i, memory);
            Forward(memory, values.AsSpan(i * features, features));
            for (int e = 0; e < _expansions.Length; e++)
                AddTangents(e, around[e], i, memory, rowOfPair[e], start[i], positions, vectors);

            // Moving all atoms together changes nothing, so the centre's row is minus the sum of the others.
            Span<double> own = positions.AsSpan(start[i] * 3 * features, 3 * features);
            for (int k = start[i] + 1; k < start[i + 1]; k++)
            {
                ReadOnlySpan<double> other = positions.AsSpan(k * 3 * features, 3 * features);
                for (int f = 0; f < own.Length; f++)
                    own[f] -= other[f];
            }
        });
        Release(around);
        return new FeatureGradients(features, Fields, values, start, atoms, positions, vectors);
    }

    private Surroundings[] Around(Structure structure, int threads) =>
        Array.ConvertAll(_expansions, e => e.Around(structure, threads));

    /// <summary>Gives the lists' memory back; where an exception passes this by they are garbage.</summary>
    private static void Release(Surroundings[] around)
    {
        foreach (Surroundings a in around)
            a.Pairs.Dispose();
    }

    private unsafe void Expand(Surroundings[] around, int centre, EnvironmentMemory memory)
    {
        for (int e = 0; e < _expansions.Length; e++)
            _expansions[e].Expand(around[e], centre, memory.Scratch[e]);
        for (int p = 0; p < _parts.Length; p++)
            _parts[p].Prepare(memory.Scratch[_expansionOf[p]].Coefficients, memory.Work(p));
    }

    private unsafe void Forward(EnvironmentMemory memory, Span<double> features)
    {
        for (int p = 0; p < _parts.Length; p++)
            _parts[p].Forward(memory.Scratch[_expansionOf[p]].Coefficients, memory.Work(p),
                features.Slice(_first[p], _parts[p].FeatureCount));
    }

    /// <summary>The energy of an environment after <see cref="Expand"/>, and dE/dc of every expansion.</summary>
    private unsafe double Backward(EnvironmentMemory memory, IReadout readout, int species)
    {
        for (int e = 0; e < _expansions.Length; e++)
            new Span<double>(memory.Scratch[e].Adjoint, CoefficientCount(e)).Clear();
        if (readout is ILinearReadout linear)
        {
            double energy = linear.Constant(species);
            ReadOnlySpan<double> weights = linear.Weights(species);
            for (int e = 0; e < _expansions.Length; e++)
            {
                EnvironmentScratch scratch = memory.Scratch[e];
                double before = 0;
                for (int p = 0; p < _parts.Length; p++)
                {
                    if (_expansionOf[p] != e) continue;
                    _parts[p].Backward(scratch.Coefficients, memory.Work(p), weights.Slice(_first[p], _parts[p].FeatureCount), scratch.Adjoint);
                    // Features are homogeneous of degree ν in the coefficients: ν E = c · dE/dc (Euler).
                    double after = Dot(scratch.Coefficients, scratch.Adjoint, CoefficientCount(e));
                    energy += (after - before) / _parts[p].Order;
                    before = after;
                }
            }
            return energy;
        }

        Forward(memory, memory.Features);
        double value = readout.Evaluate(species, memory.Features, memory.Gradient, memory.Readout);
        for (int p = 0; p < _parts.Length; p++)
        {
            EnvironmentScratch scratch = memory.Scratch[_expansionOf[p]];
            _parts[p].Backward(scratch.Coefficients, memory.Work(p), memory.Gradient.AsSpan(_first[p], _parts[p].FeatureCount), scratch.Adjoint);
        }
        return value;
    }

    /// <summary>Sums over the pairs in their order, whoever computed them.</summary>
    private static void Gather(NeighborList list, double[] pairs, double[] own, int[] fieldOf, double[] forces, double[] virial, double[][] effective)
    {
        int fields = fieldOf.Length, step = 3 * (1 + fields);
        ReadOnlySpan<int> offsets = list.Offsets, neighbors = list.Neighbors;
        ReadOnlySpan<double> x = list.X, y = list.Y, z = list.Z;
        double xx = 0, xy = 0, xz = 0, yx = 0, yy = 0, yz = 0, zx = 0, zy = 0, zz = 0;
        for (int i = 0; i < list.CentreCount; i++)
        {
            double fx = 0, fy = 0, fz = 0;
            for (int p = offsets[i]; p < offsets[i + 1]; p++)
            {
                ReadOnlySpan<double> slopes = pairs.AsSpan(step * p, 3);
                double sx = slopes[0], sy = slopes[1], sz = slopes[2];
                (fx, fy, fz) = (fx + sx, fy + sy, fz + sz);
                Span<double> neighbor = forces.AsSpan(3 * neighbors[p], 3);
                neighbor[0] -= sx;
                neighbor[1] -= sy;
                neighbor[2] -= sz;
                (xx, xy, xz) = (xx - sx * x[p], xy - sx * y[p], xz - sx * z[p]);
                (yx, yy, yz) = (yx - sy * x[p], yy - sy * y[p], yz - sy * z[p]);
                (zx, zy, zz) = (zx - sz * x[p], zy - sz * y[p], zz - sz * z[p]);
            }
            forces[3 * i] += fx;
            forces[3 * i + 1] += fy;
            forces[3 * i + 2] += fz;
        }
        ReadOnlySpan<double> sums = [xx, xy, xz, yx, yy, yz, zx, zy, zz];
        for (int k = 0; k < 9; k++)
            virial[k] += sums[k];

        for (int f = 0; f < fields; f++)
        {
            double[] field = effective[fieldOf[f]];
            for (int p = 0; p < list.PairCount; p++)
                for (int d = 0; d < 3; d++)
                    field[3 * neighbors[p] + d] -= pairs[step * p + 3 * (1 + f) + d];
            for (int i = 0; i < list.CentreCount; i++)
                for (int d = 0; d < 3; d++)
                    field[3 * i + d] -= own[3 * (i * fields + f) + d];
        }
    }

    /// <summary>
    /// One row per (centre, atom it depends on): the centre itself first, then its neighbours in order of index; the
    /// images of one neighbour share a row.
    /// </summary>
    private static (int[] Start, int[] Atoms, int[][] RowOfPair) Rows(Surroundings[] around, int n)
    {
        int[] start = new int[n + 1], row = new int[n];
        var atoms = new List<int>();
        int[][] rowOfPair = Array.ConvertAll(around, static a => new int[a.Pairs.PairCount]);
        var seen = new SortedSet<int>();
        for (int i = 0; i < n; i++)
        {
            seen.Clear();
            foreach (Surroundings a in around)
                foreach (int j in a.Pairs.Neighbors[a.Pairs.Offsets[i]..a.Pairs.Offsets[i + 1]])
                    if (j != i) seen.Add(j);
            row[i] = atoms.Count;
            atoms.Add(i);
            foreach (int j in seen)
            {
                row[j] = atoms.Count;
                atoms.Add(j);
            }
            for (int e = 0; e < around.Length; e++)
                for (int p = around[e].Pairs.Offsets[i]; p < around[e].Pairs.Offsets[i + 1]; p++)
                    rowOfPair[e][p] = row[around[e].Pairs.Neighbors[p]];
            start[i + 1] = atoms.Count;
        }
        return (start, atoms.ToArray(), rowOfPair);
    }

    /// <summary>Adds the gradients of the features that one expansion's pairs and own vectors contribute.</summary>
    private unsafe void AddTangents(int e, Surroundings around, int centre, EnvironmentMemory memory, int[] rowOfPair, int centreRow,
        double[] positions, double[] vectors)
    {
        DensityExpansion expansion = _expansions[e];
        EnvironmentScratch scratch = memory.Scratch[e];
        int fields = expansion.Fields.Count, all = Fields.Count;
        for (int block = 0; block < scratch.Blocks; block++)
        {
            expansion.Differentiate(scratch, block);
            for (int lane = 0; lane < EnvironmentScratch.Lanes; lane++)
            {
                int pair = scratch.Pair[block * EnvironmentScratch.Lanes + lane];
                if (pair == EnvironmentScratch.NoPair) break;
                int row = rowOfPair[pair], neighbor = around.Pairs.Neighbors[pair], group = scratch.Group[block];
                // A centre's own image moves with it.
                for (int d = 0; d < 3 && row != centreRow; d++)
                {
                    expansion.Tangent(scratch, block, lane, d);
                    int at = row * 3 + d;
                    AddTangent(e, memory, group, positions, at);
                    for (int f = 0; f < fields; f++)
                    {
                        int slot = expansion.Columns(f).Slot(group);
                        if (slot >= 0) AddFieldTangent(e, memory, f, slot, around.Vector(f, neighbor), positions, at);
                    }
                }
                if (fields == 0) continue;
                expansion.ValueTangent(scratch, lane);
                for (int f = 0; f < fields; f++)
                {
                    int slot = expansion.Columns(f).Slot(group);
                    if (slot >= 0) AddVectorRows(e, memory, f, slot, vectors, row * all + _fieldOf[e][f]);
                }
            }
        }
        for (int f = 0; f < fields; f++)
        {
            int slot = expansion.OwnTangent(scratch, f, around.Groups[centre]);
            if (slot >= 0) AddVectorRows(e, memory, f, slot, vectors, centreRow * all + _fieldOf[e][f]);
        }
    }

    /// <summary>Adds the change of all features of one expansion's representations to a row of gradients.</summary>
    private unsafe void AddTangent(int e, EnvironmentMemory memory, int group, double[] gradients, int row)
    {
        EnvironmentScratch scratch = memory.Scratch[e];
        for (int p = 0; p < _parts.Length; p++)
            if (_expansionOf[p] == e)
                _parts[p].AddTangent(scratch.Coefficients, memory.Work(p), scratch.Tangent, group,
                    gradients.AsSpan(row * FeatureCount + _first[p], _parts[p].FeatureCount));
    }

    private unsafe void AddFieldTangent(int e, EnvironmentMemory memory, int field, int slot, ReadOnlySpan<double> vector,
        double[] gradients, int row)
    {
        EnvironmentScratch scratch = memory.Scratch[e];
        for (int p = 0; p < _parts.Length; p++)
            if (_expansionOf[p] == e)
                _parts[p].AddFieldTangent(scratch.Coefficients, memory.Work(p), scratch.Tangent, field, slot, vector,
                    gradients.AsSpan(row * FeatureCount + _first[p], _parts[p].FeatureCount));
    }

    /// <summary>The three rows of derivatives by x, y and z of a vector, (y, z, x) among the coefficients.</summary>
    private void AddVectorRows(int e, EnvironmentMemory memory, int field, int slot, double[] vectors, int at)
    {
        AddFieldTangent(e, memory, field, slot, [0, 0, 1], vectors, 3 * at);
        AddFieldTangent(e, memory, field, slot, [1, 0, 0], vectors, 3 * at + 1);
        AddFieldTangent(e, memory, field, slot, [0, 1, 0], vectors, 3 * at + 2);
    }

    private int CoefficientCount(int e) => (_expansions[e].LMax + 1) * (_expansions[e].LMax + 1) * _expansions[e].Width;

    /// <summary>x · y for a count that is a multiple of eight.</summary>
    private static unsafe double Dot(double* x, double* y, int count)
    {
        Vector512<double> even = default, odd = default;
        for (int k = 0; k < count; k += 16)
        {
            even = Vector512.MultiplyAddEstimate(Vector512.Load(x + k), Vector512.Load(y + k), even);
            if (k + 8 < count) odd = Vector512.MultiplyAddEstimate(Vector512.Load(x + k + 8), Vector512.Load(y + k + 8), odd);
        }
        return Vector512.Sum(even + odd);
    }

    /// <summary>Runs <paramref name="work"/> on environments 0 … count − 1, each thread with memory of its own.</summary>
    private void ForEachEnvironment(int count, int threads, int readout, Action<int, EnvironmentMemory> work)
    {
        if (threads <= 1 || count < 2)
        {
            using EnvironmentMemory memory = new(_expansions, _parts, FeatureCount, readout);
            for (int i = 0; i < count; i++)
                work(i, memory);
            return;
        }
        Parallel.For(0, count, new ParallelOptions { MaxDegreeOfParallelism = threads },
            () => new EnvironmentMemory(_expansions, _parts, FeatureCount, readout),
            (i, _, memory) =>
            {
                work(i, memory);
                return memory;
            },
            static memory => memory.Dispose());
    }
}
