using System.Collections.Generic;
using System.Diagnostics;
using BenchmarkDotNet.Attributes;
using Toolkit.Benchmarks.Summary;
using Toolkit.Symbolic.AngularMomentum;
using Toolkit.Symbolic.Tables;

namespace Toolkit.Benchmarks.Tables;

/// <summary>Complete tables and single symbols, one thread.</summary>
public class CoefficientBenchmarks
{
    /// <summary>Every 3j symbol with integer j ≤ 20, correctly rounded; the number of non-zero ones.</summary>
    [Benchmark]
    public long ThreeJ20() => Count(TableKind.ThreeJ, 20);

    /// <summary>Every 3j symbol with integer j ≤ 40.</summary>
    [Benchmark]
    public long ThreeJ40() => Count(TableKind.ThreeJ, 40);

    /// <summary>Every Clebsch–Gordan coefficient with integer l ≤ 20.</summary>
    [Benchmark]
    public long Cg20() => Count(TableKind.Cg, 20);

    /// <summary>Every Gaunt coefficient with l ≤ 20.</summary>
    [Benchmark]
    public long Gaunt20() => Count(TableKind.Gaunt, 20);

    /// <summary>Every 6j symbol with integer j ≤ 5, each by its exact value.</summary>
    [Benchmark]
    public long SixJ5() => Count(TableKind.SixJ, 5);

    /// <summary>The table file real-cg, lmax 10, in memory.</summary>
    [Benchmark]
    public int RealCg10() => TableFile.ToBytes(Spec(TableKind.RealCg, 10)).Length;

    /// <summary>The table file real-cg, lmax 20, in memory.</summary>
    [Benchmark]
    public int RealCg20() => TableFile.ToBytes(Spec(TableKind.RealCg, 20)).Length;

    /// <summary>One exact 3j symbol with every j near 100.</summary>
    [Benchmark]
    public int Single100() => Single(100);

    /// <summary>One exact 3j symbol with every j near 10,000.</summary>
    [Benchmark]
    public int Single10000() => Single(10_000);

    /// <summary>The rows of the summary; the references are the project's own goals.</summary>
    internal static IEnumerable<Row> Summary()
    {
        var b = new CoefficientBenchmarks();
        // The first run is the cold one: nothing of it has been compiled yet.
        long start = Stopwatch.GetTimestamp();
        b.RealCg10();
        yield return new Row("real-cg table", "lmax 10, cold", Stopwatch.GetElapsedTime(start).TotalMilliseconds, "ms", 100, "goal");
        yield return new Row("real-cg table", "lmax 20", Clock.Microseconds(() => b.RealCg20(), 1) / 1e3, "ms", 1000, "goal");
        // Per non-zero coefficient: the zeros are computed, too.
        yield return new Row("3j table", "integer j ≤ 20", Clock.Microseconds(() => b.ThreeJ20()) * 1e3 / b.ThreeJ20(),
            "ns/coefficient", 10, "goal");
        yield return new Row("3j table", "integer j ≤ 40", Clock.Microseconds(() => b.ThreeJ40(), 1) * 1e3 / b.ThreeJ40(),
            "ns/coefficient", 20, "goal");
        yield return new Row("CG table", "integer l ≤ 20", Clock.Microseconds(() => b.Cg20()) * 1e3 / b.Cg20(), "ns/coefficient");
        yield return new Row("Gaunt table", "l ≤ 20", Clock.Microseconds(() => b.Gaunt20()) * 1e3 / b.Gaunt20(), "ns/coefficient");
        yield return new Row("6j table", "integer j ≤ 5", Clock.Microseconds(() => b.SixJ5(), 1) * 1e3 / b.SixJ5(), "ns/coefficient");
        yield return new Row("3j, one exact symbol", "j = 100", Clock.Microseconds(() => b.Single100()), "µs", 50, "goal");
        yield return new Row("3j, one exact symbol", "j = 10000", Clock.Microseconds(() => b.Single10000(), 1) / 1e3, "ms", 1000, "goal");
    }

    private static TableSpec Spec(TableKind kind, int lmax) => TableSpec.Create(kind, lmax);

    private static long Count(TableKind kind, int lmax) => TableStatistics.CountNonZero(Spec(kind, lmax));

    private static int Single(int j)
    {
        return Wigner3j.Exact(j, j, j, j / 10, -j / 5, j / 5 - j / 10).Sign;
    }
}
