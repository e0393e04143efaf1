using System;
using System.Buffers;
using System.Collections.Generic;
using System.Linq;
using System.Numerics;
using System.Runtime.Intrinsics;
using System.Threading.Tasks;
using Toolkit.Numerics.Blocks;
using Toolkit.Numerics.Expansion;
using Toolkit.Numerics.Fields.Potential;
using Toolkit.Numerics.LinearAlgebra;
using Toolkit.Numerics.Neighbors;
using Toolkit.Numerics.Simd;
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
public sealed partial class RepresentationSet
{
    private readonly Representation[] _parts;
    private readonly FeatureProgram<double>[][] _programs;
    private readonly int[] _first, _firstArranged;
    private readonly int _arrangedLength, _batch;
    private readonly bool _isPlain;
    private readonly DensityExpansion[] _expansions;
    private readonly int[] _expansionOf;
    private readonly int[][] _fieldOf, _potentialOf;
    private readonly NamedPotential[] _potentials;
    private readonly MemoryPool _memory;

    /// <summary>A set.</summary>
    /// <param name="parts">One or more.</param>
    /// <exception cref="ArgumentException">None; or different vector fields or potentials of one name.</exception>
    public RepresentationSet(IEnumerable<InvariantRepresentation> parts) : this(parts.ToArray<Representation>()) { }

    private RepresentationSet(Representation[] parts)
    {
        _parts = parts;
        Parts = _parts.OfType<InvariantRepresentation>().ToArray();
        if (_parts.Length == 0) throw new ArgumentException("expected at least one representation", nameof(parts));
        (_first, _firstArranged) = (new int[_parts.Length], new int[_parts.Length]);
        _isPlain = !_parts.Any(static p => p.IsArranged);
        _programs = _parts.Select(static p => p.Programs.ToArray()).ToArray();
        for (int p = 0; p < _parts.Length; p++)
        {
            (_first[p], _firstArranged[p]) = (FeatureCount, _arrangedLength);
            FeatureCount += _parts[p].FeatureCount;
            _arrangedLength += _isPlain ? _parts[p].FeatureCount : CacheLine.Padded(_parts[p].ArrangedLength);
        }
        _batch = _programs.Max(static p => p.Max(static q => q.Batch));
        _expansions = _parts.Select(static p => p.Expansion).Distinct().ToArray();
        _expansionOf = _parts.Select(p => Array.IndexOf(_expansions, p.Expansion)).ToArray();
        VectorField[] fields = _expansions.SelectMany(static e => e.Fields).Distinct().ToArray();
        if (fields.DistinctBy(static f => f.Name).Count() != fields.Length)
            throw new ArgumentException("two different vector fields have the same name", nameof(parts));
        Fields = fields;
        _fieldOf = _expansions.Select(e => e.Fields.Select(f => Array.IndexOf(fields, f)).ToArray()).ToArray();
        _potentials = _parts.SelectMany(static p => p.Potentials).Distinct().ToArray();
        if (_potentials.DistinctBy(static p => p.Name).Count() != _potentials.Length)
            throw new ArgumentException("two different potentials have the same name", nameof(parts));
        _potentialOf = Array.ConvertAll(_parts, p => p.Potentials.Select(f => Array.IndexOf(_potentials, f)).ToArray());
        _memory = new MemoryPool((readout, capacity) =>
            new EnvironmentMemory(_expansions, _parts, FeatureCount, _isPlain ? 0 : _arrangedLength, readout, capacity));
    }

    /// <summary>Writes weights of an atom's features.</summary>
    internal delegate void WeightsOfAtom(int atom, Span<double> weights);

    private delegate void EnergyOfBatch(int first, int count, EnvironmentMemory memory, Span<double> energies);

    /// <summary>One representation of any kind.</summary>
    internal static RepresentationSet Of(Representation part) => new([part]);

    /// <summary>Representations of any kinds.</summary>
    internal static RepresentationSet Of(IReadOnlyList<Representation> parts) => new(parts.ToArray());

    /// <summary>The representations.</summary>
    public IReadOnlyList<InvariantRepresentation> Parts { get; }

    /// <summary>Features per atom, all representations together.</summary>
    public int FeatureCount { get; }

    /// <summary>The vector fields that the features depend on.</summary>
    public IReadOnlyList<VectorField> Fields { get; }

    /// <summary>The potential fields that the features depend on.</summary>
    public IReadOnlyList<NamedPotential> Potentials => _potentials;

    /// <summary>How far the features see neighbours, Å: the largest cutoff of all representations. Potentials see every atom.</summary>
    public double Cutoff => _expansions.Max(static e => e.Cutoff);

    /// <summary>Features of every atom.</summary>
    /// <param name="structure">Its species must all have channels; it has the vectors of all fields.</param>
    /// <param name="threads">How many threads may work; the result is the same for any number.</param>
    /// <returns><c>[atom, feature]</c>.</returns>
    /// <exception cref="ArgumentException">A species without channels; vectors that are absent or not finite.</exception>
    /// <exception cref="CoincidentAtomsException">Two atoms at the same place.</exception>
    public double[] Compute(Structure structure, int threads = 1)
    {
        ArgumentNullException.ThrowIfNull(structure);
        double[] values = new double[checked(structure.Count * FeatureCount)];
        Compute(structure, values, threads);
        return values;
    }

    /// <summary>The same into the caller's memory.</summary>
    /// <param name="structure">Its species must all have channels; it has the vectors of all fields.</param>
    /// <param name="values">Receives <c>[atom, feature]</c>.</param>
    /// <param name="threads">How many threads may work; the result is the same for any number.</param>
    /// <exception cref="ArgumentException">As before; or memory of another length.</exception>
    /// <exception cref="CoincidentAtomsException">Two atoms at the same place.</exception>
    public void Compute(Structure structure, Span<double> values, int threads = 1) => ComputeOne(structure, values, threads);

    /// <summary>The same in float32: pairs, and potentials, are found in float64 and rounded, all that is made of them is
    /// float32.</summary>
    /// <param name="structure">Its species must all have channels; it has the vectors of all fields.</param>
    /// <param name="values">Receives <c>[atom, feature]</c>.</param>
    /// <param name="threads">How many threads may work; the result is the same for any number.</param>
    /// <exception cref="ArgumentException">As before; or memory of another length.</exception>
    /// <exception cref="CoincidentAtomsException">Two atoms at the same place.</exception>
    public void ComputeSingle(Structure structure, Span<float> values, int threads = 1) => ComputeOne(structure, values, threads);

    private void ComputeOne<T>(Structure structure, Span<T> values, int threads)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(structure);
        if (values.Length != (long)structure.Count * FeatureCount)
        {
            throw new ArgumentException(
                $"{structure.Count} atoms with {FeatureCount} features: expected {(long)structure.Count * FeatureCount} numbers; got {values.Length}",
                nameof(values));
        }

        using SurroundedStructure surrounded = Surround(structure, threads);
        surrounded.Compute(surrounded.All, values, threads);
    }

    /// <summary>The energy of a structure and all its derivatives, by one backward pass through every stage.</summary>
    /// <param name="structure">Its species must all have channels; it has the vectors of all fields.</param>
    /// <param name="readout">The energy of an atom from its features.</param>
    /// <param name="threads">How many threads may work; the result is the same for any number.</param>
    /// <exception cref="ArgumentException">A species without channels; vectors that are absent or not finite.</exception>
    /// <exception cref="CoincidentAtomsException">Two atoms at the same place.</exception>
    public Evaluation Evaluate(Structure structure, IReadout readout, int threads = 1)
    {
        ArgumentNullException.ThrowIfNull(structure);
        return Evaluate([structure], readout, threads)[0];
    }

    /// <summary>The same of several structures: small ones fill batches together, which is faster than one after the other where programs
    /// work on many environments at once.</summary>
    /// <param name="structures">The structures.</param>
    /// <param name="readout">The energy of an atom from its features.</param>
    /// <param name="threads">How many threads may work; the result is the same for any number.</param>
    /// <exception cref="ArgumentException">A species without channels; vectors that are absent or not finite.</exception>
    /// <exception cref="CoincidentAtomsException">Two atoms at the same place.</exception>
    public Evaluation[] Evaluate(IReadOnlyList<Structure> structures, IReadout readout, int threads = 1)
    {
        ArgumentNullException.ThrowIfNull(structures);
        ArgumentNullException.ThrowIfNull(readout);
        int[] species = structures.SelectMany(static s => s.Species.ToArray()).ToArray();
        return WithReadout(species, readout, (work, energy) => Evaluate(structures, work, energy, threads));
    }

    /// <summary>The energy of some atoms of a structure whose neighbours somebody else has found, as a simulation does that is spread over
    /// processes: the other atoms, copies of what other processes hold, are neighbours only.</summary>
    /// <param name="structure">Its species must all have channels; it has the vectors of all fields.</param>
    /// <param name="pairs">The neighbours of the centres, at least to the largest cutoff.</param>
    /// <param name="centres">The atoms whose energies are added up, each once.</param>
    /// <param name="readout">The energy of an atom from its features.</param>
    /// <param name="threads">How many threads may work; the result is the same for any number.</param>
    /// <returns>Atomic energies of the centres, zero for others; forces on all atoms.</returns>
    /// <exception cref="ArgumentException">A species without channels; vectors that are absent or not finite; a list that ends too
    /// early.</exception>
    /// <param name="withAtomicVirials">Whether <see cref="Evaluation.AtomicVirials"/> are wanted.</param>
    /// <exception cref="NotSupportedException">There is a potential field: every atom sees every other.</exception>
    /// <exception cref="CoincidentAtomsException">Two atoms at the same place.</exception>
    public Evaluation Evaluate(
        Structure structure, NeighborList pairs, ReadOnlySpan<int> centres, IReadout readout, int threads = 1,
            bool withAtomicVirials = false)
    {
        ArgumentNullException.ThrowIfNull(structure);
        ArgumentNullException.ThrowIfNull(readout);
        RequireReach(structure, pairs);
        int[] chosen = centres.ToArray(), species = Array.ConvertAll(chosen, i => structure.Species[i]);
        return WithReadout(species, readout, (work, energy) =>
        {
            using StructureFields around = Begin(structure, threads, true, pairs);
            return Evaluate([structure], [around], new Environments(around, chosen), chosen.Length, work, energy, threads,
                withAtomicVirials);
        })[0];
    }

    /// <summary>Hands the energies of a readout, and how much memory it works in, to what runs over environments.</summary>
    /// <param name="species">Of each environment.</param>
    /// <param name="readout">The readout.</param>
    /// <param name="run">Runs.</param>
    private unsafe Evaluation[] WithReadout(int[] species, IReadout readout, Func<int, EnergyOfBatch, Evaluation[]> run)
    {
        if (readout is not ILinearReadout linear)
        {
            return run(readout.WorkLength,
                (first, count, memory, energies) => Backward(memory, readout, species.AsSpan(first, count), energies));
        }

        // The weights of a species are the same for all its atoms.
        int[] kinds = species.Distinct().ToArray();
        using AlignedScratch<double> arranged = new((long)kinds.Length * _arrangedLength);
        double* first = arranged.Start;
        for (int k = 0; k < kinds.Length; k++)
            Arrange(linear.Weights(kinds[k]), first + k * _arrangedLength);
        return run(0, (at, count, memory, energies) =>
        {
            double** weights = stackalloc double*[count];
            for (int k = 0; k < count; k++)
                weights[k] = first + Array.IndexOf(kinds, species[at + k]) * _arrangedLength;
            Backward(memory, weights, energies);
            for (int k = 0; k < count; k++)
                energies[k] += linear.Constant(species[at + k]);
        });
    }

    /// <summary>
    /// The backward pass alone: Σ weights · features over all atoms, taken as an energy, with all its derivatives. With
    /// weights dE/dfeatures these are the derivatives of E.
    /// </summary>
    /// <param name="structure">Its species must all have channels; it has the vectors of all fields.</param>
    /// <param name="weights"><c>[atom, feature]</c>.</param>
    /// <param name="threads">How many threads may work; the result is the same for any number.</param>
    /// <exception cref="ArgumentException">A species without channels; vectors that are absent or not finite; not one weight
    /// for each feature of each atom.</exception>
    /// <exception cref="CoincidentAtomsException">Two atoms at the same place.</exception>
    public unsafe Evaluation Evaluate(Structure structure, ReadOnlyMemory<double> weights, int threads = 1)
    {
        ArgumentNullException.ThrowIfNull(structure);
        if (weights.Length != (long)structure.Count * FeatureCount)
        {
            throw new ArgumentException(
                $"{structure.Count} atoms with {FeatureCount} features: expected {(long)structure.Count * FeatureCount} weights; got {weights.Length}",
                nameof(weights));
        }

        using MemoryHandle pinned = weights.Pin();
        double* rows = (double*)pinned.Pointer;
        return Evaluate(
            [structure], 0, (first, count, memory, energies) =>
            {
                double** arranged = stackalloc double*[count];
                for (int k = 0; k < count; k++)
                    arranged[k] = Arranged(rows + (nint)(first + k) * FeatureCount, memory, k);
                Backward(memory, arranged, energies);
            }, threads)[0];
    }

    /// <summary>The same with the weights of one atom at a time.</summary>
    /// <param name="structure">As before.</param>
    /// <param name="weights">Writes an atom's weights.</param>
    /// <param name="threads">How many threads may work.</param>
    internal unsafe Evaluation Evaluate(Structure structure, WeightsOfAtom weights, int threads) => Evaluate(
        [structure], 0, (first, count, memory, energies) =>
        {
            double** arranged = stackalloc double*[count];
            for (int k = 0; k < count; k++)
            {
                weights(first + k, new Span<double>(memory.Gradient(k), FeatureCount));
                arranged[k] = Arranged(memory.Gradient(k), memory, k);
            }

            Backward(memory, arranged, energies);
        }, threads)[0];

    /// <summary>The atomic energies alone.</summary>
    /// <param name="structure">Its species must all have channels; it has the vectors of all fields.</param>
    /// <param name="readout">The energy of an atom from its features.</param>
    /// <param name="threads">How many threads may work; the result is the same for any number.</param>
    /// <returns><c>[atom]</c>.</returns>
    /// <exception cref="ArgumentException">A species without channels; vectors that are absent or not finite.</exception>
    /// <exception cref="CoincidentAtomsException">Two atoms at the same place.</exception>
    public unsafe double[] Energies(Structure structure, IReadout readout, int threads = 1)
    {
        ArgumentNullException.ThrowIfNull(readout);
        using StructureFields around = Begin(structure, threads);
        double[] energies = new double[structure.Count];
        Environments all = new(around, null);
        ForEachBatch(energies.Length, threads, readout.WorkLength, _batch, (first, count, memory) =>
        {
            Expand<double>(all, first, count, memory);
            Forward(memory, count, memory.Features(0), (nint)(memory.Features(1) - memory.Features(0)));
            for (int k = 0; k < count; k++)
            {
                energies[first + k] = readout.Evaluate(
                    structure.Species[first + k], new ReadOnlySpan<double>(memory.Features(k), FeatureCount), default, memory.Readout);
            }
        });
        return energies;
    }

    private StructureFields Begin(Structure structure, int threads, bool adjoints = false, NeighborList? pairs = null) =>
        new(_expansions, Array.ConvertAll(_potentials, static p => p.Field), structure, threads, adjoints, pairs);

    /// <summary>Coefficients of a batch.</summary>
    private unsafe void Expand<T>(Environments environments, int first, int count, EnvironmentMemory memory)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        (memory.Environments, memory.First) = (environments, first);
        for (int k = 0; k < count; k++)
        {
            for (int e = 0; e < _expansions.Length; e++)
                _expansions[e].Expand<T>(memory.Fields(k).Around[e], memory.Centre(k), memory.Scratch(e, k));
        }
    }

    /// <summary>The environments of a batch whose centres a program is for.</summary>
    /// <returns>How many there are.</returns>
    private unsafe int Choose(int part, int program, EnvironmentMemory memory, int count, int* chosen)
    {
        int used = 0;
        for (int k = 0; k < count; k++)
        {
            if (_programs[part].Length == 1 || _parts[part].ProgramOf(memory.Fields(k).Structure.Species[memory.Centre(k)]) == program)
                chosen[used++] = k;
        }

        return used;
    }

    /// <summary>Says where the coefficients of one environment of the batch are that a program reads, in one of its places.</summary>
    private unsafe void Point<T>(int part, EnvironmentMemory memory, BlockMemory<T> blocks, int place, int k, bool adjoints)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        EnvironmentScratch scratch = memory.Scratch(_expansionOf[part], k);
        if (typeof(T) == typeof(double))
            blocks.Point(FeatureProgram<T>.Coefficients, place, (T*)scratch.Coefficients, adjoints ? (T*)scratch.Adjoint : null);
        else blocks.Point(FeatureProgram<T>.Coefficients, place, (T*)scratch.Single!.Coefficients, null);
        for (int q = 0; q < _potentialOf[part].Length; q++)
        {
            int potential = _potentialOf[part][q], centre = memory.Centre(k);
            double* values = memory.Fields(k).Values(potential, centre);
            if (typeof(T) == typeof(double))
                blocks.Point(1 + q, place, (T*)values, adjoints ? (T*)memory.Fields(k).Adjoints(potential, centre) : null);
            else blocks.Point(1 + q, place, (T*)memory.Part(part).Rounded(q, place, values), null);
        }
    }

    /// <summary>Features of a batch after <see cref="Expand"/>.</summary>
    /// <param name="memory">The thread's memory.</param>
    /// <param name="count">How many environments.</param>
    /// <param name="features">Receives <c>[environment, feature]</c>.</param>
    /// <param name="stride">From environment to environment.</param>
    /// <param name="isStreamed">Whether nobody reads them soon.</param>
    private unsafe void Forward<T>(EnvironmentMemory memory, int count, T* features, nint stride, bool isStreamed = false)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int* chosen = stackalloc int[count];
        for (int p = 0; p < _parts.Length; p++)
        {
            FeatureProgram<T>[] programs = Programs<T>(p);
            for (int q = 0; q < programs.Length; q++)
            {
                int used = Choose(p, q, memory, count, chosen);
                if (used == 0) continue;
                BlockMemory<T> blocks = memory.Part(p).Blocks(programs[q], q, false);
                blocks.IsStreamed = isStreamed;
                memory.Part(p).Current = q;
                for (int k = 0; k < used; k++)
                {
                    T* row = features + chosen[k] * stride + _first[p];
                    if (programs.Length > 1) new Span<T>(row, _parts[p].FeatureCount).Clear();
                    Point(p, memory, blocks, k, chosen[k], false);
                    blocks.Point(programs[q].Features, k, row + _parts[p].FirstFeature(q), null);
                }
                programs[q].Prepare(blocks, used);
                programs[q].Forward(blocks, used);
            }
        }
    }

    private FeatureProgram<T>[] Programs<T>(int part)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        typeof(T) == typeof(double) ? (FeatureProgram<T>[])(object)_programs[part]
            : (FeatureProgram<T>[])(object)_parts[part].SinglePrograms;

    /// <summary>dE/dfeatures as the backward passes take them.</summary>
    private unsafe void Arrange(ReadOnlySpan<double> gradient, double* arranged)
    {
        for (int p = 0; p < _parts.Length; p++)
            _parts[p].Arrange(gradient.Slice(_first[p], _parts[p].FeatureCount), Arranged(p, arranged));
    }

    /// <summary>The same of one environment of a batch, where they are if they are taken as they are.</summary>
    private unsafe double* Arranged(double* gradient, EnvironmentMemory memory, int k)
    {
        if (_isPlain) return gradient;
        Arrange(new ReadOnlySpan<double>(gradient, FeatureCount), memory.ArrangedOf(k));
        return memory.ArrangedOf(k);
    }

    private unsafe Span<double> Arranged(int part, double* arranged) => new(arranged + _firstArranged[part], _parts[part].ArrangedLength);

    /// <summary>The energies of a batch after <see cref="Expand"/>; adds dE/dc of every expansion.</summary>
    private unsafe void Backward(EnvironmentMemory memory, IReadout readout, ReadOnlySpan<int> species, Span<double> energies)
    {
        int count = species.Length;
        Forward(memory, count, memory.Features(0), (nint)(memory.Features(1) - memory.Features(0)));
        double** arranged = stackalloc double*[count];
        for (int k = 0; k < count; k++)
        {
            Span<double> gradient = new(memory.Gradient(k), FeatureCount);
            energies[k] = readout.Evaluate(
                species[k], new ReadOnlySpan<double>(memory.Features(k), FeatureCount), gradient, memory.Readout);
            arranged[k] = Arranged(memory.Gradient(k), memory, k);
        }
        for (int p = 0; p < _parts.Length; p++)
            Backward(p, memory, arranged, count);
    }

    /// <summary>weights · features of a batch after <see cref="Expand"/>, without making the features, and adds dE/dc.</summary>
    private unsafe void Backward(EnvironmentMemory memory, double** arranged, Span<double> energies)
    {
        energies.Clear();
        Span<double> before = stackalloc double[energies.Length];
        for (int e = 0; e < _expansions.Length; e++)
        {
            before.Clear();
            for (int p = 0; p < _parts.Length; p++)
            {
                if (_expansionOf[p] != e) continue;
                Backward(p, memory, arranged, energies.Length);
                if (!IsHomogeneous(p)) AddEnergies(p, memory, arranged, energies);
                for (int k = 0; k < energies.Length; k++)
                {
                    // Features are homogeneous of degree ν in the coefficients: ν E = c · dE/dc (Euler).
                    EnvironmentScratch scratch = memory.Scratch(e, k);
                    double after = Dot(scratch.Coefficients, scratch.Adjoint, CoefficientCount(e));
                    if (IsHomogeneous(p)) energies[k] += (after - before[k]) / _parts[p].Order;
                    before[k] = after;
                }
            }
        }
    }

    /// <summary>weights · features of a program that has run.</summary>
    private unsafe void AddEnergies(int part, EnvironmentMemory memory, double** arranged, Span<double> energies)
    {
        FeatureProgram<double>[] programs = _programs[part];
        int* chosen = stackalloc int[energies.Length];
        for (int q = 0; q < programs.Length; q++)
        {
            int used = Choose(part, q, memory, energies.Length, chosen), first = _parts[part].FirstFeature(q);
            if (used == 0) continue;
            BlockMemory<double> blocks = memory.Part(part).Blocks(programs[q], q, true);
            for (int k = 0; k < used; k++)
                blocks.Values(programs[q].Features)[k] = memory.Features(chosen[k]) + _first[part] + first;
            programs[q].Forward(blocks, used);
            for (int k = 0; k < used; k++)
            {
                double* weights = arranged[chosen[k]] + _firstArranged[part] + first,
                    features = memory.Features(chosen[k]) + _first[part] + first;
                for (int f = 0; f < programs[q].Shapes[programs[q].Features].Channels; f++)
                    energies[chosen[k]] += weights[f] * features[f];
            }
        }
    }

    private unsafe void Backward(int part, EnvironmentMemory memory, double** arranged, int count)
    {
        FeatureProgram<double>[] programs = _programs[part];
        int* chosen = stackalloc int[count];
        for (int q = 0; q < programs.Length; q++)
        {
            int used = Choose(part, q, memory, count, chosen);
            if (used == 0) continue;
            BlockMemory<double> blocks = memory.Part(part).Blocks(programs[q], q, true);
            for (int k = 0; k < used; k++)
            {
                Point(part, memory, blocks, k, chosen[k], true);
                blocks.Point(programs[q].Features, k, null, arranged[chosen[k]] + _firstArranged[part] + _parts[part].FirstFeature(q));
            }
            programs[q].Prepare(blocks, used);
            programs[q].Backward(blocks, used);
        }
    }

    private unsafe void ClearAdjoints(EnvironmentMemory memory, int count)
    {
        for (int k = 0; k < count; k++)
        {
            for (int e = 0; e < _expansions.Length; e++)
                CacheLine.Clear(memory.Scratch(e, k).Adjoint, CoefficientCount(e));
        }
    }

    /// <summary>Sums over the pairs in their order, whoever computed them.</summary>
    /// <remarks>Of every vector of four lanes the last is not used: it holds what stands behind a triple.</remarks>
    private static unsafe void Gather(NeighborList list, double* pairs, double[] own, int[] fieldOf, double[] forces, double[] virial,
        double[] cell, double[][] effective, double[]? atomic)
    {
        int fields = fieldOf.Length, step = 3 * (1 + fields);
        ReadOnlySpan<CellShift> shifts = list.Shifts;
        Vector256<double> x = default, y = default, z = default, a = default, b = default, c = default;
        using AlignedScratch<double> memory = new(4L * list.CentreCount);
        double* sums = memory.Start;
        new Span<double>(sums, 4 * list.CentreCount).Clear();
        fixed (int* offsets = list.Offsets, neighbors = list.Neighbors)
        fixed (double* rx = list.X, ry = list.Y, rz = list.Z)
        {
            double* slopes = pairs;
            for (int i = 0; i < list.CentreCount; i++)
            {
                Vector256<double> force = default, beforeX = x, beforeY = y, beforeZ = z;
                for (int p = offsets[i]; p < offsets[i + 1]; p++, slopes += step)
                {
                    Vector256<double> s = Vector256.Load(slopes);
                    force += s;
                    double* neighbor = sums + 4 * (nint)neighbors[p];
                    (Vector256.Load(neighbor) - s).Store(neighbor);
                    x = Vector256.MultiplyAddEstimate(Vector256.Create(rx[p]), s, x);
                    y = Vector256.MultiplyAddEstimate(Vector256.Create(ry[p]), s, y);
                    z = Vector256.MultiplyAddEstimate(Vector256.Create(rz[p]), s, z);
                    // Where the neighbour is an image r_ij = r_j + shift · H − r_i.
                    CellShift shift = shifts[p];
                    a = Vector256.MultiplyAddEstimate(Vector256.Create((double)shift.A), s, a);
                    b = Vector256.MultiplyAddEstimate(Vector256.Create((double)shift.B), s, b);
                    c = Vector256.MultiplyAddEstimate(Vector256.Create((double)shift.C), s, c);
                }
                (Vector256.Load(sums + 4 * (nint)i) + force).Store(sums + 4 * (nint)i);
                if (atomic is null) continue;
                (beforeX, beforeY, beforeZ) = (x - beforeX, y - beforeY, z - beforeZ);
                for (int d = 0; d < 3; d++)
                {
                    atomic[9 * i + 3 * d] -= beforeX[d];
                    atomic[9 * i + 3 * d + 1] -= beforeY[d];
                    atomic[9 * i + 3 * d + 2] -= beforeZ[d];
                }
            }
        }
        for (int i = 0; i < list.CentreCount; i++)
        {
            for (int d = 0; d < 3; d++)
                forces[3 * i + d] += sums[4 * i + d];
        }

        for (int d = 0; d < 3; d++)
        {
            virial[3 * d] -= x[d];
            virial[3 * d + 1] -= y[d];
            virial[3 * d + 2] -= z[d];
            cell[d] += a[d];
            cell[3 + d] += b[d];
            cell[6 + d] += c[d];
        }

        ReadOnlySpan<int> neighborOf = list.Neighbors;
        for (int f = 0; f < fields; f++)
        {
            double[] field = effective[fieldOf[f]];
            for (int p = 0; p < list.PairCount; p++)
            {
                for (int d = 0; d < 3; d++)
                    field[3 * neighborOf[p] + d] -= pairs[(nint)step * p + 3 * (1 + f) + d];
            }

            for (int i = 0; i < list.CentreCount; i++)
            {
                for (int d = 0; d < 3; d++)
                    field[3 * i + d] -= own[3 * (i * fields + f) + d];
            }
        }
    }

    /// <summary>Whether the features' values follow from their derivatives by the coefficients of their expansion.</summary>
    private bool IsHomogeneous(int part) => _parts[part].IsHomogeneous && _potentialOf[part].Length == 0;

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

    /// <summary>Runs <paramref name="work"/> on batches of environments 0 … count − 1, each thread with memory of its own. What it
    /// throws is thrown, from one of the threads where there are several; memory in which something was thrown is left to the
    /// collector.</summary>
    private void ForEachBatch(int count, int threads, int readout, int capacity, Action<int, int, EnvironmentMemory> work)
    {
        int batches = (count + capacity - 1) / capacity;
        // The last batch is not to be left over for one of the threads alone.
        if (threads > 1 && batches < 4 * threads)
            (capacity, batches) = Batches(count, threads, capacity);
        if (threads <= 1 || batches < 2)
        {
            EnvironmentMemory memory = _memory.Rent(readout, capacity);
            for (int b = 0; b < batches; b++)
                work(b * capacity, Math.Min(capacity, count - b * capacity), memory);
            _memory.Return(memory);
            return;
        }
        Threads.Unwrapped(() => Parallel.For(0, batches, new ParallelOptions { MaxDegreeOfParallelism = threads },
            () => _memory.Rent(readout, capacity),
            (b, _, memory) =>
            {
                work(b * capacity, Math.Min(capacity, count - b * capacity), memory);
                return memory;
            },
            _memory.Return));
    }

    /// <summary>Smaller batches where there would be too few for all threads.</summary>
    private static (int Capacity, int Batches) Batches(int count, int threads, int capacity)
    {
        int smaller = Math.Clamp((count + 4 * threads - 1) / (4 * threads), 1, capacity);
        return (smaller, (count + smaller - 1) / smaller);
    }
}
