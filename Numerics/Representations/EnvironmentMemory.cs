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
    private readonly int _expansions, _row, _arranged;
    private double* _explicit;
    private long _room;
    private bool[] _marks = [];
    private int[] _counts = [];

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
        (_expansions, Capacity) = (expansions.Count, capacity);
        _scratch = Enumerable.Range(0, capacity).SelectMany(_ => expansions.Select(static e => e.CreateScratch())).ToArray();
        (FeatureCount, _row, _arranged) = (features, CacheLine.Padded(features), arranged);
        Readout = new double[readout];
        long doubles = (long)capacity * (2L * _row + arranged);
        _memory = NativeMemory.AlignedAlloc((nuint)(doubles * sizeof(double) + 64), 64);
        _features = (double*)_memory;
        _gradients = _features + (nint)capacity * _row;
        Arranged = _gradients + (nint)capacity * _row;
        _parts = parts.Select(p => new PartMemory(p, capacity)).ToArray();
    }

    ~EnvironmentMemory() => Free();

    /// <summary>The most environments of a batch.</summary>
    public int Capacity { get; }

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

    /// <summary>Memory for some features' gradients by several places and the sum of them, each <c>[xyz, feature]</c> with rows so far
    /// apart.</summary>
    public double* Rows(int places, int stride)
    {
        long room = 3L * (places + 1) * stride;
        if (_room < room)
        {
            NativeMemory.AlignedFree(_explicit);
            _explicit = (double*)NativeMemory.AlignedAlloc((nuint)(room * sizeof(double)), 64);
            _room = room;
        }
        return _explicit;
    }

    /// <summary>As many marks, none set.</summary>
    public Span<bool> Marks(int count)
    {
        if (_marks.Length < count) _marks = new bool[2 * count];
        _marks.AsSpan(0, count).Clear();
        return _marks.AsSpan(0, count);
    }

    /// <summary>As many counts, all zero.</summary>
    public Span<int> Counts(int count)
    {
        if (_counts.Length < count) _counts = new int[2 * count];
        _counts.AsSpan(0, count).Clear();
        return _counts.AsSpan(0, count);
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
