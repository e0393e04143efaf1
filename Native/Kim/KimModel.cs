using System;
using System.Globalization;
using System.Linq;
using System.Runtime.InteropServices;
using Toolkit.Numerics.Models;
using Toolkit.Numerics.Neighbors;
using Toolkit.Numerics.Structures;

namespace Toolkit.Native.Kim;

/// <summary>A model as the KIM API holds it: what was read from its folder, the numbers that the API keeps pointers to, and memory that
/// is used again at every step.</summary>
internal sealed unsafe class KimModel : IDisposable
{
    // One number of threads for all models of a process: a rank of MPI has one core.
    private static readonly int Threads =
        int.TryParse(Environment.GetEnvironmentVariable("TOOLKIT_THREADS"), NumberStyles.None, CultureInfo.InvariantCulture, out int n)
            && n > 0 ? n : 1;

    private readonly FittedModel _model;
    private readonly bool _isGrade;
    private int[] _offsets = [], _neighbors = [], _centres = [];

    /// <summary>Reads a model.</summary>
    /// <param name="path">Its folder.</param>
    /// <param name="isGrade">Whether grades of extrapolation stand in the place of energies, and nothing else is computed.</param>
    /// <exception cref="NotSupportedException">A model that KIM cannot run.</exception>
    public KimModel(string path, bool isGrade)
    {
        (_model, _isGrade) = (ModelFolder.Read(path), isGrade);
        if (isGrade && !_model.HasGrades)
            throw new NotSupportedException("the model has no grades of extrapolation: fit it with model.extrapolation");
        if (!_model.IsLocal)
            throw new NotSupportedException("the model is long-ranged: KIM hands over neighbours alone; toolkit serve runs it by i-PI");
        if (_model.Inputs.Count > 0)
        {
            throw new NotSupportedException(
                $"the model reads {string.Join(", ", _model.Inputs)} of atoms, which KIM does not carry; toolkit serve runs it by i-PI");
        }

        Cutoff = (double*)NativeMemory.Alloc(sizeof(double));
        ContributingAlone = (int*)NativeMemory.Alloc(sizeof(int));
        (*Cutoff, *ContributingAlone) = (_model.Cutoff, 1);
    }

    /// <summary>The model.</summary>
    public FittedModel Model => _model;

    /// <summary>What it computes, of what KIM has names for. Where forces are not among it engines take them as zero, and say so.</summary>
    public ReadOnlySpan<int> Computed => _isGrade
        ? [KimApi.Energy, KimApi.ParticleEnergy]
        : [KimApi.Energy, KimApi.Forces, KimApi.ParticleEnergy, KimApi.Virial, KimApi.ParticleVirial];

    /// <summary>How far atoms see each other, Å.</summary>
    public double* Cutoff { get; }

    /// <summary>1: neighbours of ghosts are not asked for.</summary>
    public int* ContributingAlone { get; }

    /// <summary>One step.</summary>
    /// <param name="arguments">Of KIM.</param>
    /// <exception cref="InvalidOperationException">KIM has not what it promised.</exception>
    public void Compute(nint arguments)
    {
        int* count = Integers(arguments, KimApi.Count), species = Integers(arguments, KimApi.SpeciesCodes),
            contributing = Integers(arguments, KimApi.Contributing);
        double* positions = Reals(arguments, KimApi.Coordinates), energy = Reals(arguments, KimApi.Energy),
            forces = Reals(arguments, KimApi.Forces);
        double* energies = Reals(arguments, KimApi.ParticleEnergy), virial = Reals(arguments, KimApi.Virial),
            virials = Reals(arguments, KimApi.ParticleVirial);
        int n = *count, centres = Gather(arguments, n, contributing);
        if (energies != null) new Span<double>(energies, n).Clear();
        if (forces != null) new Span<double>(forces, 3 * n).Clear();
        if (virial != null) new Span<double>(virial, 6).Clear();
        if (virials != null) new Span<double>(virials, 6 * n).Clear();
        if (energy != null) *energy = 0;
        if (centres == 0) return;

        Structure structure = Structure.Create(new ReadOnlySpan<int>(species, n), new ReadOnlySpan<double>(positions, 3 * n));
        using NeighborList pairs = NeighborList.Of(structure, _model.Cutoff, _offsets.AsSpan(0, n + 1), _neighbors.AsSpan(0, _offsets[n]));
        if (_isGrade)
        {
            double[] grades = _model.Grades(structure, pairs, _centres.AsSpan(0, centres), Threads);
            if (energy != null) *energy = grades.Sum();
            for (int k = 0; energies != null && k < centres; k++)
                energies[_centres[k]] = grades[k];
            return;
        }

        Prediction found = _model.Predict(structure, pairs, _centres.AsSpan(0, centres), Threads, virials != null);
        if (energy != null) *energy = found.Energy;
        if (energies != null) found.AtomicEnergies.CopyTo(new Span<double>(energies, n));
        if (forces != null) found.Forces.CopyTo(new Span<double>(forces, 3 * n));
        if (virial != null) ToKim(found.Virial, virial);
        for (int i = 0; virials != null && i < n; i++)
            ToKim(found.Learned.AtomicVirials!.AsSpan(9 * i, 9), virials + 6 * i);
    }

    /// <summary>KIM's virial: xx yy zz yz xz xy, with the sign of ∂E/∂ε. Every atom's is symmetric, for its energy does not change when its
    /// neighbours are turned.</summary>
    private static void ToKim(ReadOnlySpan<double> virial, double* to)
    {
        (to[0], to[1], to[2]) = (-virial[0], -virial[4], -virial[8]);
        (to[3], to[4], to[5]) = (-virial[5], -virial[2], -virial[1]);
    }

    public void Dispose()
    {
        NativeMemory.Free(Cutoff);
        NativeMemory.Free(ContributingAlone);
    }

    /// <summary>Copies the neighbours of all atoms whose energies count.</summary>
    /// <returns>How many these are.</returns>
    private int Gather(nint arguments, int n, int* contributing)
    {
        if (_offsets.Length <= n) (_offsets, _centres) = (new int[n + n / 8 + 1], new int[n + n / 8 + 1]);
        int centres = 0, at = 0;
        for (int i = 0; i < n; i++)
        {
            _offsets[i] = at;
            if (contributing[i] == 0) continue;
            _centres[centres++] = i;
            int count;
            int* neighbors;
            if (KimApi.GetNeighbors(arguments, 0, i, &count, &neighbors) != 0)
                throw new InvalidOperationException($"no neighbours of atom {i}");
            if (at + count > _neighbors.Length) Array.Resize(ref _neighbors, Math.Max(at + count, 2 * _neighbors.Length));
            new ReadOnlySpan<int>(neighbors, count).CopyTo(_neighbors.AsSpan(at));
            at += count;
        }
        _offsets[n] = at;
        return centres;
    }

    private static int* Integers(nint arguments, int name)
    {
        int* found;
        return KimApi.GetIntegers(arguments, name, &found) == 0 && found != null ? found
            : throw new InvalidOperationException($"no argument {name}");
    }

    /// <summary>Null: not wanted.</summary>
    private static double* Reals(nint arguments, int name)
    {
        double* found;
        return KimApi.GetReals(arguments, name, &found) == 0 ? found : null;
    }
}
