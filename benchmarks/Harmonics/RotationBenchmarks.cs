using System.Collections.Generic;
using BenchmarkDotNet.Attributes;
using Toolkit.Benchmarks.Summary;
using Toolkit.Numerics.Harmonics;

namespace Toolkit.Benchmarks.Harmonics;

/// <summary>Rotation matrices of all degrees of real harmonics.</summary>
public class RotationBenchmarks
{
    // About (1, 1, 1) by a third of a turn, then a little about z.
    private static readonly double[] Rotation = [-0.6, 0, 0.8, 0.8, 0, 0.6, 0, 1, 0];

    /// <summary>The matrices of l = 0 … 10.</summary>
    [Benchmark]
    public int To10() => new WignerD(Rotation, 10).LMax;

    /// <summary>The matrices of l = 0 … 100: 1.4 million numbers.</summary>
    [Benchmark]
    public int To100() => new WignerD(Rotation, 100).LMax;

    internal static IEnumerable<Row> Summary()
    {
        var b = new RotationBenchmarks();
        yield return new Row("rotation matrices", "real, l ≤ 10", Clock.Microseconds(() => b.To10()), "µs");
        yield return new Row("rotation matrices", "real, l ≤ 100", Clock.Microseconds(() => b.To100()) / 1e3, "ms");
    }
}
