using System;
using System.Runtime.InteropServices;
using Toolkit.Numerics.Harmonics;
using Toolkit.Numerics.Simd;

namespace Toolkit.Numerics.Expansion;

/// <summary>Where the values of one environment are made in one precision.</summary>
internal unsafe struct ExpansionPlaces<T>
    where T : unmanaged
{
    /// <summary>x of the pairs, Å: <c>[block, lane]</c>.</summary>
    public T* X;

    /// <summary>y of the pairs, Å.</summary>
    public T* Y;

    /// <summary>z of the pairs, Å.</summary>
    public T* Z;

    /// <summary>Distances, Å.</summary>
    public T* R;

    /// <summary>The vectors of the neighbours: <c>[field, (y, z, x), block, lane]</c>.</summary>
    public T* Vectors;

    /// <summary>f g_nl: <c>[block, lane, l, n padded]</c>.</summary>
    public T* Radial;

    /// <summary>From block to block of them.</summary>
    public nint RadialStep;

    /// <summary>Y_lm of as many points as harmonics are made of at once: <c>[lm, point]</c>.</summary>
    public T* Harmonics;

    /// <summary>v_q Y_lm of the block at hand: <c>[field, (y, z, x), lm, lane]</c>.</summary>
    public T* Weighted;

    /// <summary>c: <c>[lm, column, n padded]</c>.</summary>
    public T* Coefficients;
}

/// <summary>Memory for the values of one environment in float32, made of pairs that were found in float64.</summary>
/// <param name="rows">The number of (l, m).</param>
/// <param name="radial">Radial functions of a pair.</param>
/// <param name="width">Numbers of a row of coefficients.</param>
/// <param name="fields">Vector fields.</param>
internal sealed unsafe class SingleMemory(int rows, int radial, int width, int fields) : IDisposable
{
    private const int Lanes = EnvironmentScratch.Lanes, Bytes = sizeof(float);

    // Whole vectors may be read at the last coefficients, and whole lines are set to zero.
    private const int Slack = 16;

    private readonly float* _fixed = Allocate(
        (long)rows * (SphericalHarmonics<float>.BlockSize + 3L * fields * Lanes + width) + Slack);

    private float* _pairs;
    private int _room;

    ~SingleMemory() => Free();

    /// <summary>c: <c>[lm, column, n padded]</c>.</summary>
    public float* Coefficients => _fixed + (nint)rows * (SphericalHarmonics<float>.BlockSize + 3 * fields * Lanes);

    /// <summary>Rounds the pairs of an environment.</summary>
    public ExpansionPlaces<float> Round(EnvironmentScratch scratch)
    {
        // Harmonics are made of whole vectors of points.
        int points = SphericalHarmonics<float>.BlockSize, pairs = scratch.Blocks * Lanes, padded = (pairs + points - 1) / points * points;
        if (_room < padded)
        {
            NativeMemory.AlignedFree(_pairs);
            _pairs = null;
            _room = Math.Max(padded, 2 * _room);
            _pairs = Allocate(_room * (4L + 3 * fields + radial));
        }

        ExpansionPlaces<float> places = new()
        {
            X = _pairs, Y = _pairs + _room, Z = _pairs + 2 * _room, R = _pairs + 3 * _room, Vectors = _pairs + 4 * _room,
            Radial = _pairs + (4 + 3 * fields) * (nint)_room, RadialStep = radial * Lanes, Harmonics = _fixed,
            Weighted = _fixed + rows * points, Coefficients = Coefficients,
        };
        SinglePrecision.Round(scratch.X, places.X, pairs);
        SinglePrecision.Round(scratch.Y, places.Y, pairs);
        SinglePrecision.Round(scratch.Z, places.Z, pairs);
        SinglePrecision.Round(scratch.R, places.R, pairs);
        SinglePrecision.Round(scratch.Vectors, places.Vectors, 3 * fields * pairs);
        for (int k = pairs; k < padded; k++)
            (places.X[k], places.Y[k], places.Z[k], places.R[k]) = (0, 0, 1, 1);
        return places;
    }

    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    private static float* Allocate(long count) => (float*)NativeMemory.AlignedAlloc(checked((nuint)(count * Bytes)), 64);

    private void Free()
    {
        NativeMemory.AlignedFree(_fixed);
        NativeMemory.AlignedFree(_pairs);
    }
}
