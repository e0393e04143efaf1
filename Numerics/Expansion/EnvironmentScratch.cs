using System;
using System.Runtime.InteropServices;

namespace Toolkit.Numerics.Expansion;

/// <summary>
/// What one thread needs to work on one environment at a time: the pairs in blocks of eight of one species, and
/// aligned memory for a block's harmonics and radial functions.
/// </summary>
internal sealed unsafe class EnvironmentScratch : IDisposable
{
    /// <summary>Pairs per block.</summary>
    public const int Lanes = 8;

    /// <summary>Stands in a block's place without a pair.</summary>
    public const int NoPair = -1;

    private readonly void* _memory;

    public EnvironmentScratch(int lmax, int radialStride, int width, int fields)
    {
        int lm = (lmax + 1) * (lmax + 1), radial = (lmax + 1) * Lanes * radialStride;
        long doubles = (4L + 3 * fields) * lm * Lanes + 2L * radial + 2L * lm * width + 2L * lm * radialStride;
        _memory = NativeMemory.AlignedAlloc((nuint)(doubles * sizeof(double)), 64);
        double* next = (double*)_memory;
        Harmonics = Take(lm * Lanes);
        HarmonicsGradients = Take(3 * lm * Lanes);
        Radial = Take(radial);
        RadialDerivatives = Take(radial);
        Coefficients = Take(lm * width);
        Adjoint = Take(lm * width);
        Tangent = Take(lm * radialStride);
        Scaled = Take(lm * radialStride);
        Weighted = Take(3 * fields * lm * Lanes);

        double* Take(int count)
        {
            double* taken = next;
            next += (count + Lanes - 1) / Lanes * Lanes;
            return taken;
        }
    }

    ~EnvironmentScratch() => NativeMemory.AlignedFree(_memory);

    /// <summary>Number of blocks in use.</summary>
    public int Blocks;

    /// <summary>Vectors and distances, Å: <c>[block, lane]</c>; lanes without a pair lie at the cutoff on the z axis.</summary>
    public double[] X = [], Y = [], Z = [], R = [];

    /// <summary>Index of the pair in the neighbour list, or <see cref="NoPair"/>: <c>[block, lane]</c>.</summary>
    public int[] Pair = [];

    /// <summary>The vectors of the neighbours: <c>[field, (y, z, x), block, lane]</c>, zero in lanes without a pair.</summary>
    public double[] Vectors = [];

    /// <summary>The species group of each block.</summary>
    public int[] Group = [];

    /// <summary>The number of pairs in each block; they come before the places without a pair.</summary>
    public int[] Used = [];

    /// <summary>Y_lm: <c>[lm, lane]</c>.</summary>
    public double* Harmonics { get; }

    /// <summary>∂Y_lm/∂(x, y, z): <c>[xyz, lm, lane]</c>, 1/Å.</summary>
    public double* HarmonicsGradients { get; }

    /// <summary>f g_nl: <c>[lane, l, n padded]</c>.</summary>
    public double* Radial { get; }

    /// <summary>d(f g_nl)/dr: <c>[lane, l, n padded]</c>, 1/Å.</summary>
    public double* RadialDerivatives { get; }

    /// <summary>v_q Y_lm: <c>[field, (y, z, x), lm, lane]</c>.</summary>
    public double* Weighted { get; }

    /// <summary>c: <c>[lm, column, n padded]</c>.</summary>
    public double* Coefficients { get; }

    /// <summary>dE/dc: <c>[lm, column, n padded]</c>.</summary>
    public double* Adjoint { get; }

    /// <summary>One pair's ∂c along one direction: <c>[lm, n padded]</c>.</summary>
    public double* Tangent { get; }

    /// <summary>The same times a pseudo-species' share: <c>[lm, n padded]</c>.</summary>
    public double* Scaled { get; }

    /// <summary>Makes room for as many blocks.</summary>
    public void Reserve(int blocks)
    {
        if (Group.Length >= blocks) return;
        int size = Math.Max(blocks, 2 * Group.Length);
        Array.Resize(ref Group, size);
        Array.Resize(ref Used, size);
        Array.Resize(ref X, Lanes * size);
        Array.Resize(ref Y, Lanes * size);
        Array.Resize(ref Z, Lanes * size);
        Array.Resize(ref R, Lanes * size);
        Array.Resize(ref Pair, Lanes * size);
    }

    public void Dispose()
    {
        NativeMemory.AlignedFree(_memory);
        GC.SuppressFinalize(this);
    }
}
