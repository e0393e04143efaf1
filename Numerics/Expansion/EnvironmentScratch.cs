using System;
using System.Runtime.InteropServices;

namespace Toolkit.Numerics.Expansion;

/// <summary>
/// What one thread needs to work on one environment at a time: the pairs in blocks of eight of one species, and
/// aligned memory for the harmonics of one block and the radial functions of all, which the backward pass uses again.
/// </summary>
internal sealed unsafe class EnvironmentScratch : IDisposable
{
    /// <summary>Pairs per block.</summary>
    public const int Lanes = 8;

    /// <summary>Stands in a block's place without a pair.</summary>
    public const int NoPair = -1;

    private readonly void* _memory;

    // Doubles of a block's radial functions; those of all blocks, and behind them their derivatives.
    private readonly int _radial;

    // Doubles of the harmonics of a block; with their gradients four times as many.
    private readonly int _harmonics;
    private readonly int _fields;
    private readonly double* _one;
    private double* _blocks, _all;
    private int _room;

    public EnvironmentScratch(int lmax, int radialStride, int width, int fields)
    {
        int lm = (lmax + 1) * (lmax + 1);
        _radial = (lmax + 1) * Lanes * radialStride;
        _harmonics = lm * Lanes;
        _fields = fields;
        long doubles = (4L + 3 * fields) * lm * Lanes + 2L * lm * width + 1L * lm * radialStride;
        _memory = NativeMemory.AlignedAlloc((nuint)(doubles * sizeof(double)), 64);
        double* next = (double*)_memory;
        _one = Harmonics = Take(4 * _harmonics);
        Coefficients = Take(lm * width);
        Adjoint = Take(lm * width);
        Tangent = Take(lm * radialStride);
        Weighted = Take(3 * fields * lm * Lanes);

        double* Take(int count)
        {
            double* taken = next;
            next += (count + Lanes - 1) / Lanes * Lanes;
            return taken;
        }
    }

    ~EnvironmentScratch() => Free();

    /// <summary>Number of blocks in use.</summary>
    public int Blocks;

    /// <summary>x of the pairs, Å: <c>[block, lane]</c>; lanes without a pair lie at the cutoff on the z axis.</summary>
    public double* X { get; private set; }

    /// <summary>y of the pairs, Å: <c>[block, lane]</c>.</summary>
    public double* Y { get; private set; }

    /// <summary>z of the pairs, Å: <c>[block, lane]</c>.</summary>
    public double* Z { get; private set; }

    /// <summary>Distances, Å: <c>[block, lane]</c>.</summary>
    public double* R { get; private set; }

    /// <summary>Index of the pair in the neighbour list, or <see cref="NoPair"/>: <c>[block, lane]</c>.</summary>
    public int[] Pair = [];

    /// <summary>The vectors of the neighbours: <c>[field, (y, z, x), block, lane]</c>, zero in lanes without a pair.</summary>
    public double* Vectors { get; private set; }

    /// <summary>The species group of each block.</summary>
    public int[] Group = [];

    /// <summary>The number of pairs in each block; they come before the places without a pair.</summary>
    public int[] Used = [];

    /// <summary>Y_lm of the block at hand: <c>[lm, lane]</c>.</summary>
    public double* Harmonics { get; private set; }

    /// <summary>∂Y_lm/∂(x, y, z) of the block at hand: <c>[xyz, lm, lane]</c>, 1/Å.</summary>
    public double* HarmonicsGradients => Harmonics + _harmonics;

    /// <summary>v_q Y_lm of the block at hand: <c>[field, (y, z, x), lm, lane]</c>.</summary>
    public double* Weighted { get; }

    /// <summary>f g_nl of the block at hand: <c>[lane, l, n padded]</c>.</summary>
    public double* Radial { get; private set; }

    /// <summary>d(f g_nl)/dr of the block at hand: <c>[lane, l, n padded]</c>, 1/Å.</summary>
    public double* RadialDerivatives { get; private set; }

    /// <summary>c: <c>[lm, column, n padded]</c>.</summary>
    public double* Coefficients { get; }

    /// <summary>dE/dc: <c>[lm, column, n padded]</c>.</summary>
    public double* Adjoint { get; }

    /// <summary>One pair's ∂c along one direction: <c>[lm, n padded]</c>.</summary>
    public double* Tangent { get; }

    /// <summary>Memory for values in float32, where they were wanted.</summary>
    public SingleMemory? Single { get; set; }

    /// <summary>Where values are made in float64.</summary>
    public ExpansionPlaces<double> Places => new()
    {
        X = X, Y = Y, Z = Z, R = R, Vectors = Vectors, Radial = _blocks, RadialStep = _radial, Harmonics = _one, Weighted = Weighted,
        Coefficients = Coefficients,
    };

    /// <summary>Takes a block in hand.</summary>
    /// <param name="block">The block.</param>
    /// <param name="keeps">Whether its harmonics and their gradients have a place of their own, where they stay; else they share one, which
    /// the cache has.</param>
    public void Select(int block, bool keeps = false)
    {
        if (keeps && _all == null)
            _all = (double*)NativeMemory.AlignedAlloc(checked((nuint)(4L * _room * _harmonics * sizeof(double))), 64);
        Harmonics = keeps ? _all + 4 * (nint)block * _harmonics : _one;
        Radial = _blocks + (nint)block * _radial;
        RadialDerivatives = _blocks + (nint)(_room + block) * _radial;
    }

    /// <summary>Makes room for as many blocks; what is there is lost.</summary>
    public void Reserve(int blocks)
    {
        if (Group.Length >= blocks) return;
        int size = Math.Max(blocks, 2 * Group.Length);
        Array.Resize(ref Group, size);
        Array.Resize(ref Used, size);
        Array.Resize(ref Pair, Lanes * size);
        NativeMemory.AlignedFree(_blocks);
        NativeMemory.AlignedFree(_all);
        _blocks = _all = null;
        long doubles = checked(size * (2L * _radial + (4L + 3 * _fields) * Lanes));
        _blocks = (double*)NativeMemory.AlignedAlloc(checked((nuint)(doubles * sizeof(double))), 64);
        nint lanes = (nint)size * Lanes;
        X = _blocks + 2 * (nint)size * _radial;
        Y = X + lanes;
        Z = Y + lanes;
        R = Z + lanes;
        Vectors = R + lanes;
        _room = size;
    }

    public void Dispose()
    {
        Single?.Dispose();
        Free();
        GC.SuppressFinalize(this);
    }

    private void Free()
    {
        NativeMemory.AlignedFree(_blocks);
        NativeMemory.AlignedFree(_all);
        NativeMemory.AlignedFree(_memory);
    }
}
