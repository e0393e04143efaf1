using System;
using System.Buffers;
using System.Collections.Generic;
using System.Linq;
using System.Numerics;
using Toolkit.Numerics.Expansion;
using Toolkit.Numerics.Fields.Potential;
using Toolkit.Numerics.LinearAlgebra;
using Toolkit.Numerics.Simd;
using Toolkit.Numerics.Structures;

namespace Toolkit.Numerics.Representations;

/// <content>Several structures at a time, whose environments fill batches together.</content>
public sealed partial class RepresentationSet
{
    // Bytes of features that fill no cache, and of those of a batch that stay in it until they are written past it.
    private const long Streamed = 1 << 23, Cached = 1 << 19;

    /// <summary>Features of every atom of several structures. Small ones fill batches together, which is faster than one after the
    /// other where programs work on many environments at once.</summary>
    /// <param name="structures">The structures.</param>
    /// <param name="values">Receives <c>[atom of all structures, feature]</c>.</param>
    /// <param name="threads">How many threads may work; the result is the same for any number.</param>
    /// <exception cref="ArgumentException">A species without channels; vectors that are absent or not finite; memory of another
    /// length.</exception>
    /// <exception cref="CoincidentAtomsException">Two atoms at the same place.</exception>
    public void Compute(IReadOnlyList<Structure> structures, Span<double> values, int threads = 1) =>
        ComputeAll(structures, values, threads);

    /// <summary>The same in float32: pairs, and potentials, are found in float64 and rounded, all that is made of them is
    /// float32.</summary>
    /// <param name="structures">The structures.</param>
    /// <param name="values">Receives <c>[atom of all structures, feature]</c>.</param>
    /// <param name="threads">How many threads may work; the result is the same for any number.</param>
    /// <exception cref="ArgumentException">A species without channels; vectors that are absent or not finite; memory of another
    /// length.</exception>
    /// <exception cref="CoincidentAtomsException">Two atoms at the same place.</exception>
    public void ComputeSingle(IReadOnlyList<Structure> structures, Span<float> values, int threads = 1) =>
        ComputeAll(structures, values, threads);

    private void ComputeAll<T>(IReadOnlyList<Structure> structures, Span<T> values, int threads)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(structures);
        long atoms = structures.Sum(static s => (long)s.Count);
        if (values.Length != atoms * FeatureCount)
        {
            throw new ArgumentException(
                $"{atoms} atoms with {FeatureCount} features: expected {atoms * FeatureCount} numbers; got {values.Length}",
                    nameof(values));
        }

        StructureFields[] fields = BeginAll(structures, threads, false);
        try
        {
            Compute(new Environments(fields, structures.Select(static s => Enumerable.Range(0, s.Count).ToArray()).ToArray()), (int)atoms,
                values, threads);
        }
        finally
        {
            Array.ForEach(fields, static f => f.Dispose());
        }
    }

    /// <summary>Features of some atoms of each of several structures.</summary>
    /// <param name="structures">The structures.</param>
    /// <param name="centres">The atoms of each.</param>
    /// <param name="values">Receives <c>[centre of all structures, feature]</c>.</param>
    /// <param name="threads">How many threads may work; the result is the same for any number.</param>
    internal void Compute<T>(IReadOnlyList<SurroundedStructure> structures, IReadOnlyList<int[]> centres, Span<T> values, int threads)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Compute(new Environments(structures.Select(static s => s.Fields).ToArray(), centres), centres.Sum(static c => c.Length), values,
            threads);

    /// <summary>Features of environments. Many are made where they stay in the cache and then written past it: memory that is not read
    /// soon would be read before it is written.</summary>
    private unsafe void Compute<T>(Environments environments, int total, Span<T> values, int threads)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int features = FeatureCount, batch = 1;
        bool streams = (long)sizeof(T) * values.Length > Streamed, areStreamed = streams, isLaned = false;
        for (int part = 0; part < _parts.Length; part++)
        {
            foreach (FeatureProgram<T> p in Programs<T>(part))
                (batch, areStreamed, isLaned) = (Math.Max(batch, p.Batch), areStreamed && p.Streams, isLaned || p.IsLaned);
        }

        if (streams && !areStreamed && !isLaned) batch = (int)Math.Clamp(Cached / ((long)sizeof(T) * features), 1, batch);
        fixed (T* start = values)
        {
            T* rows = start;
            ForEachBatch(total, threads, 0, batch, (first, count, memory) =>
            {
                Expand<T>(environments, first, count, memory);
                if (!streams || areStreamed)
                {
                    Forward(memory, count, rows + (nint)first * features, features, areStreamed);
                    return;
                }

                T* made = (T*)memory.Features(0);
                nint stride = (nint)(memory.Features(1) - memory.Features(0));
                Forward(memory, count, made, stride);
                for (int k = 0; k < count; k++)
                    Streaming.Copy(made + k * stride, rows + (nint)(first + k) * features, features);
            });
        }
    }

    /// <summary>What the fields know of each structure.</summary>
    private StructureFields[] BeginAll(IReadOnlyList<Structure> structures, int threads, bool adjoints)
    {
        StructureFields[] fields = new StructureFields[structures.Count];
        try
        {
            if (structures.Count == 1) fields[0] = Begin(structures[0], threads, adjoints);
            else Threads.Share(structures.Count, threads, s => fields[s] = Begin(structures[s], 1, adjoints));
        }
        catch
        {
            Array.ForEach(fields, static f => f?.Dispose());
            throw;
        }

        return fields;
    }

    /// <param name="structures">The structures.</param>
    /// <param name="readout">Doubles of memory that the energy works in.</param>
    /// <param name="energy">The energies of a batch after <see cref="Expand"/>; adds dE/dc to the adjoints.</param>
    /// <param name="threads">How many threads may work.</param>
    private Evaluation[] Evaluate(IReadOnlyList<Structure> structures, int readout, EnergyOfBatch energy, int threads)
    {
        StructureFields[] around = BeginAll(structures, threads, true);
        try
        {
            Environments all = structures.Count == 1
                ? new Environments(around[0], null)
                : new Environments(around, structures.Select(static s => Enumerable.Range(0, s.Count).ToArray()).ToArray());
            return Evaluate(structures, around, all, structures.Sum(static s => s.Count), readout, energy, threads);
        }
        finally
        {
            Array.ForEach(around, static f => f.Dispose());
        }
    }

    private Evaluation[] Evaluate(
        IReadOnlyList<Structure> structures, StructureFields[] around, Environments environments, int n, int readout, EnergyOfBatch energy,
            int threads,
        bool withAtomicVirials = false)
    {
        int count = structures.Count;
        double[] energies = new double[n];
        double[][][] pairs = new double[count][][], own = new double[count][][];
        for (int s = 0; s < count; s++)
        {
            // One more, so that a whole vector can be read at the last triple.
            pairs[s] = Array.ConvertAll(Expansions(), e => ArrayPool<double>.Shared.Rent(
                checked(3 * (1 + _expansions[e].Fields.Count) * around[s].Around[e].Pairs.PairCount + 1)));
            own[s] = Array.ConvertAll(Expansions(), e => new double[3 * _expansions[e].Fields.Count * structures[s].Count]);
        }

        if (count == 1 && n < structures[0].Count) ClearOthers(around[0], environments, n, pairs[0]);

        ForEachBatch(n, threads, readout, _batch, (first, used, memory) =>
        {
            Expand<double>(environments, first, used, memory);
            ClearAdjoints(memory, used);
            energy(first, used, memory, energies.AsSpan(first, used));
            for (int k = 0; k < used; k++)
            {
                int s = environments.Structure(first + k);
                for (int e = 0; e < _expansions.Length; e++)
                    _expansions[e].Backward(around[s].Around[e], memory.Centre(k), memory.Scratch(e, k), pairs[s][e], own[s][e]);
            }
        });

        double[][] atomic = structures.Select(static s => new double[s.Count]).ToArray();
        for (int k = 0; k < n; k++)
            atomic[environments.Structure(k)][environments.Centre(k)] = energies[k];
        var found = new Evaluation[count];
        for (int s = 0; s < count; s++)
            found[s] = Gather(around[s], structures[s].Count, pairs[s], own[s], atomic[s], withAtomicVirials);
        return found;

        int[] Expansions() => Enumerable.Range(0, _expansions.Length).ToArray();
    }

    /// <summary>Sets to zero what pairs of atoms add whose energies do not count.</summary>
    private void ClearOthers(StructureFields around, Environments environments, int n, double[][] pairs)
    {
        for (int e = 0; e < _expansions.Length; e++)
        {
            ReadOnlySpan<int> offsets = around.Around[e].Pairs.Offsets;
            bool[] isCentre = new bool[offsets.Length - 1];
            for (int k = 0; k < n; k++)
                isCentre[environments.Centre(k)] = true;
            int step = 3 * (1 + _expansions[e].Fields.Count);
            for (int i = 0; i < isCentre.Length; i++)
                if (!isCentre[i]) pairs[e].AsSpan(step * offsets[i], step * (offsets[i + 1] - offsets[i])).Clear();
        }
    }

    /// <summary>The derivatives of a structure's energy from those by its pairs and by its potentials.</summary>
    private unsafe Evaluation Gather(
        StructureFields around, int n, double[][] pairs, double[][] own, double[] energies, bool withAtomicVirials)
    {
        double[] forces = new double[3 * n], virial = new double[9], cell = new double[9];
        double[][] effective = Fields.Select(_ => new double[3 * n]).ToArray();
        double[]? atomic = withAtomicVirials ? new double[9 * n] : null;
        for (int e = 0; e < _expansions.Length; e++)
        {
            fixed (double* slopes = pairs[e])
                Gather(around.Around[e].Pairs, slopes, own[e], _fieldOf[e], forces, virial, cell, effective, atomic);
            ArrayPool<double>.Shared.Return(pairs[e]);
        }

        double[][] charges = new double[_potentials.Length][];
        for (int p = 0; p < charges.Length; p++)
        {
            PotentialDerivatives d = around.End(p);
            Vectors.AddScaled(1, d.Forces, forces);
            Vectors.AddScaled(1, d.Virial, virial);
            Vectors.AddScaled(1, d.CellGradient, cell);
            charges[p] = d.ChargeForces;
        }

        return new Evaluation(energies.Sum(), energies, forces, virial, cell, effective) { ChargeForces = charges, AtomicVirials = atomic };
    }
}
