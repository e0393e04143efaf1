using System.Collections.Generic;
using BenchmarkDotNet.Attributes;
using Toolkit.Benchmarks.Summary;
using Toolkit.Benchmarks.Workloads;
using Toolkit.Numerics.Neighbors;
using Toolkit.Numerics.Structures;

namespace Toolkit.Benchmarks.Neighbors;

/// <summary>Building the neighbour list.</summary>
public class NeighborBenchmarks
{
    private readonly Structure _silicon = PerturbedSilicon.Create();

    /// <summary>512 silicon atoms, 28 neighbours each.</summary>
    [Benchmark(OperationsPerInvoke = 512)]
    public int Silicon()
    {
        using NeighborList list = NeighborList.Build(_silicon, 5);
        return list.PairCount;
    }

    internal static IEnumerable<Row> Summary()
    {
        var work = new NeighborBenchmarks();
        yield return new Row("neighbours", PerturbedSilicon.Name, Clock.Microseconds(() => work.Silicon()) / 512, "µs/atom");
    }
}
