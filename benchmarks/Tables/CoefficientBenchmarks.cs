using System;
using System.Collections.Generic;
using System.Diagnostics;
using BenchmarkDotNet.Attributes;
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

    /// <summary>Rows of the summary: kernel, workload, value, unit, reference, where the reference is the goal.</summary>
    public static IEnumerable<(string Kernel, string Workload, double Value, string Unit, double Reference)> Rows()
    {
        var b = new CoefficientBenchmarks();
        // The first of all is the cold one.
        yield return ("real-cg table", "lmax 10, cold", Seconds(() => b.RealCg10(), 1) * 1e3, "ms", 100);
        yield return ("real-cg table", "lmax 20", Seconds(() => b.RealCg20(), 3) * 1e3, "ms", 1000);
        // 1,840,167 and 52,4xx,xxx are what the triangle and m rules leave; the count here is of non-zero ones.
        yield return ("3j table", "integer j <= 20", Seconds(() => b.ThreeJ20(), 7) / b.ThreeJ20() * 1e9, "ns/coefficient", 10);
        yield return ("3j table", "integer j <= 40", Seconds(() => b.ThreeJ40(), 3) / b.ThreeJ40() * 1e9, "ns/coefficient", 20);
        yield return ("3j, one exact symbol", "j = 100", Seconds(() => b.Single100(), 200) * 1e6, "us", 50);
        yield return ("3j, one exact symbol", "j = 10000", Seconds(() => b.Single10000(), 3) * 1e3, "ms", 1000);
    }

    private static TableSpec Spec(TableKind kind, int lmax) =>
        TableSpec.TryCreate(kind, HalfInteger.FromInteger(lmax), false).ResultValue;

    private static long Count(TableKind kind, int lmax) => TableStatistics.CountNonZero(Spec(kind, lmax));

    private static int Single(int j)
    {
        HalfInteger h = HalfInteger.FromInteger(j);
        return Wigner3j.Exact(h, h, h, HalfInteger.FromInteger(j / 10), HalfInteger.FromInteger(-j / 5),
            HalfInteger.FromInteger(j / 5 - j / 10)).Sign;
    }

    private static double Seconds(Action action, int repeats)
    {
        var times = new double[repeats];
        for (int i = 0; i < repeats; i++)
        {
            long start = Stopwatch.GetTimestamp();
            action();
            times[i] = Stopwatch.GetElapsedTime(start).TotalSeconds;
        }
        Array.Sort(times);
        return times[repeats / 2];
    }
}
