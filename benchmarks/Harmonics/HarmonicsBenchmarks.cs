using System;
using System.Collections.Generic;
using BenchmarkDotNet.Attributes;
using Toolkit.Benchmarks.Machine;
using Toolkit.Benchmarks.Summary;
using Toolkit.Benchmarks.Workloads;
using Toolkit.Numerics.Harmonics;
using Toolkit.Numerics.Simd;

namespace Toolkit.Benchmarks.Harmonics;

/// <summary>Real spherical harmonics, float64: blocks that stay in the cache, and 10,000 points to memory.</summary>
public class HarmonicsBenchmarks
{
    private const int Many = 10_000;
    private double[] _x = [], _y = [], _z = [], _values = [], _gradients = [];
    private int _atValues, _atGradients;
    private SphericalHarmonics<double> _harmonics = new(0);

    /// <summary>Largest degree.</summary>
    [Params(6, 10, 20)]
    public int LMax { get; set; }

    /// <summary>Fills the inputs.</summary>
    [GlobalSetup]
    public void Setup() => Prepare(LMax, HarmonicsKind.Solid, VectorWidths.Widest, Many);

    /// <summary>Values and gradients of 10,000 points.</summary>
    [Benchmark(OperationsPerInvoke = Many)]
    public void Gradients() => _harmonics.Compute(_x, _y, _z, _values.AsSpan(_atValues), _gradients.AsSpan(_atGradients));

    /// <summary>Values of 10,000 points.</summary>
    [Benchmark(OperationsPerInvoke = Many)]
    public void Values() => _harmonics.Compute(_x, _y, _z, _values.AsSpan(_atValues));

    private void Prepare(int lmax, HarmonicsKind kind, VectorWidth width, int points)
    {
        _harmonics = new(lmax, kind, width);
        (_x, _y, _z) = (RandomNumbers.Create(points, 1), RandomNumbers.Create(points, 2), RandomNumbers.Create(points, 3));
        (_values, _atValues) = Aligned(_harmonics.Count * points);
        (_gradients, _atGradients) = Aligned(3 * _harmonics.Count * points);
    }

    /// <summary>An array that stays where it is, and its first element at the beginning of a cache line.</summary>
    private static unsafe (double[] Array, int First) Aligned(int size)
    {
        double[] array = GC.AllocateArray<double>(size + 8, pinned: true);
        fixed (double* start = array)
        {
            return (array, (int)(-(nint)start & 63) / sizeof(double));
        }
    }

    private double Block(bool gradients)
    {
        const int Calls = 100;
        return 1e-6 * Clock.Microseconds(() =>
        {
            for (int i = 0; i < Calls; i++)
            {
                _harmonics.Block(
                    _x, _y, _z, _values.AsSpan(_atValues), gradients ? _gradients.AsSpan(_atGradients) : default);
            }
        }) / (Calls * SphericalHarmonics<double>.BlockSize) * 1e9;
    }

    internal static IEnumerable<Row> Summary()
    {
        HarmonicsBenchmarks b = new();
        int block = SphericalHarmonics<double>.BlockSize;
        foreach (HarmonicsKind kind in new[] { HarmonicsKind.Solid, HarmonicsKind.Normalised })
        {
            string name = kind == HarmonicsKind.Solid ? "solid" : "normalised";
            foreach (bool gradients in new[] { false, true })
            {
                foreach (int lmax in new[] { 4, 6, 10, 20 })
                {
                    b.Prepare(lmax, kind, VectorWidth.Scalar, block);
                    double scalar = b.Block(gradients);
                    b.Prepare(lmax, kind, VectorWidths.Widest, block);
                    yield return new(gradients ? "harmonics + gradients" : "harmonics",
                        $"{name} f64, l = {lmax}, in cache", b.Block(gradients), "ns/point", scalar,
                        "scalar form");
                }
            }
        }

        foreach (int lmax in new[] { 6, 10, 20 })
        {
            b.Prepare(lmax, HarmonicsKind.Solid, VectorWidths.Widest, Many);
            (double microseconds, double copy) = MachineLimits.CopyBeside(b.Gradients);
            double bytes = 32.0 * b._harmonics.Count * Many;
            yield return new("harmonics + gradients", $"solid f64, l = {lmax}, 10,000 points to memory, written",
                bytes / microseconds * 1e-3, "GB/s", copy, "copy");
            yield return new("harmonics + gradients", $"solid f64, l = {lmax}, 10,000 points to memory",
                microseconds / Many * 1e3, "ns/point", bytes / Many / copy, "copy");
        }
    }
}
