using System;
using System.Collections.Generic;
using System.Linq;
using System.Runtime.InteropServices;
using Toolkit.Numerics.Expansion;
using Toolkit.Numerics.Simd;

namespace Toolkit.Numerics.Representations;

/// <summary>What one thread needs to work on a batch of environments with all representations of a set.</summary>
internal sealed unsafe class EnvironmentMemory : IDisposable
{
    private readonly void* _memory;
    private readonly PartMemory[] _parts;
    private readonly EnvironmentScratch[] _scratch;
    private readonly double* _features, _gradients;
    private readonly int _expansions, _vectors, _row, _arranged;
    private double* _explicit;
    private bool[] _isWritten = [];

    /// <summary>Memory of a thread.</summary>
    /// <param name="expansions">The expansions of the set.</param>
    /// <param name="parts">Its representations.</param>
    /// <param name="features">Features of an environment.</param>
    /// <param name="arranged">Numbers of an environment's derivatives as the backward passes take them.</param>
    /// <param name="readout">Numbers that a readout works in.</param>
    /// <param name="capacity">The most environments of a batch.</param>
    public EnvironmentMemory(IReadOnlyList<DensityExpansion> expansions, IReadOnlyList<Representation> parts,
        int features, int arranged, int readout, int capacity)
    {
        _expansions = expansions.Count;
        _scratch = Enumerable.Range(0, capacity).SelectMany(_ => expansions.Select(static e => e.CreateScratch())).ToArray();
        (FeatureCount, _row, _arranged) = (features, CacheLine.Padded(features), arranged);
        Readout = new double[readout];
        _vectors = expansions.Max(static e => e.Fields.Count);
        long doubles = (long)capacity * (2L * _row + arranged) + parts.Sum(p => (long)capacity * CacheLine.Padded(p.WorkLength));
        _memory = NativeMemory.AlignedAlloc((nuint)(doubles * sizeof(double) + 64), 64);
        _features = (double*)_memory;
        _gradients = _features + (nint)capacity * _row;
        Arranged = _gradients + (nint)capacity * _row;
        double* next = Arranged + (nint)capacity * arranged;
        _parts = new PartMemory[parts.Count];
        for (int p = 0; p < _parts.Length; p++)
        {
            _parts[p] = new PartMemory(parts[p], next, capacity);
            next += (nint)capacity * CacheLine.Padded(parts[p].WorkLength);
        }
    }

    ~EnvironmentMemory() => Free();

    /// <summary>The environments of which batches are made.</summary>
    public Environments Environments { get; set; }

    /// <summary>The number of the first one of the batch.</summary>
    public int First { get; set; }

    /// <summary>The fields of the structure that an environment of the batch belongs to.</summary>
    public StructureFields Fields(int k) => Environments.Fields(First + k);

    /// <summary>Its atom.</summary>
    public int Centre(int k) => Environments.Centre(First + k);

    /// <summary>Features of an environment.</summary>
    public int FeatureCount { get; }

    /// <summary>What the readout works in.</summary>
    public double[] Readout { get; }

    /// <summary>Derivatives by the features as the representations take them, each beginning at a cache line: <c>[environment of
    /// the batch, number]</c>.</summary>
    public double* Arranged { get; }

    /// <summary>The gradient of one pair: <c>[xyz, feature]</c>; after <see cref="BeginGradients"/>, like the next two.</summary>
    public Span<double> PairGradient => new(_explicit, Rows);

    /// <summary>The gradient by the centre's own place: <c>[xyz, feature]</c>.</summary>
    public Span<double> CentreGradient => new(_explicit + PaddedRows, Rows);

    /// <summary>The gradient of one pair by its vectors: <c>[field of the expansion, xyz, feature]</c>.</summary>
    public Span<double> VectorGradient => new(_explicit + 2 * PaddedRows, checked(_vectors * Rows));

    /// <summary>Doubles of a gradient by one place or vector; and up to the next cache line.</summary>
    private int Rows => checked(3 * FeatureCount);

    private nint PaddedRows => CacheLine.Padded(Rows);

    /// <summary>An expansion of one environment of the batch.</summary>
    public EnvironmentScratch Scratch(int expansion, int environment) => _scratch[environment * _expansions + expansion];

    /// <summary>What a representation works in.</summary>
    public PartMemory Part(int part) => _parts[part];

    /// <summary>Features of one environment of the batch: <c>[feature]</c>.</summary>
    public double* Features(int environment) => _features + (nint)environment * _row;

    /// <summary>Derivatives by them: <c>[feature]</c>.</summary>
    public double* Gradient(int environment) => _gradients + (nint)environment * _row;

    /// <summary>Derivatives by the features of one environment of the batch, as the representations take them.</summary>
    public double* ArrangedOf(int environment) => Arranged + (nint)environment * _arranged;

    /// <summary>Prepares for the gradients of an environment with as many rows.</summary>
    public void BeginGradients(int rows)
    {
        if (_explicit == null)
        {
            nuint size = (nuint)((2 + _vectors) * PaddedRows * sizeof(double));
            _explicit = (double*)NativeMemory.AlignedAlloc(size, 64);
            NativeMemory.Clear(_explicit, size);
        }
        if (_isWritten.Length < rows) _isWritten = new bool[2 * rows];
        CentreGradient.Clear();
        _isWritten.AsSpan(0, rows).Clear();
    }

    /// <summary>Whether this row of the environment is asked about for the first time.</summary>
    public bool IsFirst(int row)
    {
        bool isFirst = !_isWritten[row];
        _isWritten[row] = true;
        return isFirst;
    }

    public void Dispose()
    {
        foreach (EnvironmentScratch scratch in _scratch)
            scratch.Dispose();
        foreach (PartMemory part in _parts)
            part.Dispose();
        Free();
        GC.SuppressFinalize(this);
    }

    private void Free()
    {
        NativeMemory.AlignedFree(_memory);
        NativeMemory.AlignedFree(_explicit);
    }
}
