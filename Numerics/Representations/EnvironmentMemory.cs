using System;
using System.Collections.Generic;
using System.Linq;
using System.Runtime.InteropServices;
using Toolkit.Numerics.Expansion;
using Toolkit.Numerics.Simd;

namespace Toolkit.Numerics.Representations;

/// <summary>What one thread needs to work on one environment at a time with all representations of a set.</summary>
internal sealed unsafe class EnvironmentMemory : IDisposable
{
    private readonly void* _memory;
    private readonly nint[] _work;
    private readonly int _vectors;
    private double* _gradients;
    private bool[] _isWritten = [];

    public EnvironmentMemory(IReadOnlyList<DensityExpansion> expansions, IReadOnlyList<Representation> parts,
        int features, int readout)
    {
        Scratch = expansions.Select(static e => e.CreateScratch()).ToArray();
        Features = new double[features];
        Gradient = new double[features];
        Readout = new double[readout];
        _vectors = expansions.Max(static e => e.Fields.Count);
        _work = new nint[parts.Count];
        long bytes = parts.Sum(static p => Padded(p.WorkLength) + Padded(p.ArrangedLength)) + 64;
        _memory = NativeMemory.AlignedAlloc((nuint)bytes, 64);
        byte* next = (byte*)_memory;
        for (int p = 0; p < _work.Length; p++)
        {
            _work[p] = (nint)next;
            next += Padded(parts[p].WorkLength);
        }
        Arranged = (double*)next;
    }

    ~EnvironmentMemory() => Free();

    /// <summary>One for each expansion.</summary>
    public EnvironmentScratch[] Scratch { get; }

    /// <summary><c>[feature]</c>.</summary>
    public double[] Features { get; }

    /// <summary>dE/dfeatures: <c>[feature]</c>.</summary>
    public double[] Gradient { get; }

    /// <summary>The same as the representations take it, each beginning at a cache line.</summary>
    public double* Arranged { get; }

    /// <summary>What the readout works in.</summary>
    public double[] Readout { get; }

    /// <summary>The gradient of one pair: <c>[xyz, feature]</c>; after <see cref="BeginGradients"/>, like the next two.</summary>
    public Span<double> PairGradient => new(_gradients, Rows);

    /// <summary>The gradient by the centre's own place: <c>[xyz, feature]</c>.</summary>
    public Span<double> CentreGradient => new(_gradients + PaddedRows, Rows);

    /// <summary>The gradient of one pair by its vectors: <c>[field of the expansion, xyz, feature]</c>.</summary>
    public Span<double> VectorGradient => new(_gradients + 2 * PaddedRows, checked(_vectors * Rows));

    /// <summary>Doubles of a gradient by one place or vector; and up to the next cache line.</summary>
    private int Rows => checked(3 * Features.Length);

    private nint PaddedRows => CacheLine.Padded(Rows);

    /// <summary>Prepares for the gradients of an environment with as many rows.</summary>
    public void BeginGradients(int rows)
    {
        if (_gradients == null)
        {
            nuint size = (nuint)((2 + _vectors) * PaddedRows * sizeof(double));
            _gradients = (double*)NativeMemory.AlignedAlloc(size, 64);
            NativeMemory.Clear(_gradients, size);
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

    /// <summary>What a representation works in.</summary>
    public double* Work(int part) => (double*)_work[part];

    public void Dispose()
    {
        foreach (EnvironmentScratch scratch in Scratch)
            scratch.Dispose();
        Free();
        GC.SuppressFinalize(this);
    }

    private void Free()
    {
        NativeMemory.AlignedFree(_memory);
        NativeMemory.AlignedFree(_gradients);
    }

    private static long Padded(int doubles) => (long)sizeof(double) * CacheLine.Padded(doubles);
}
