using System.Collections.Generic;
using BenchmarkDotNet.Attributes;
using Toolkit.Benchmarks.Summary;
using Toolkit.Benchmarks.Workloads;
using Toolkit.Numerics.Coupling;
using Toolkit.Numerics.Simd;

namespace Toolkit.Benchmarks.Coupling;

/// <summary>Clebsch–Gordan products of 100 environments × 64 channels, all paths with every degree up to lmax.</summary>
public class CouplingProductBenchmarks
{
    private const int Environments = 100, Channels = 64;
    private readonly List<CouplingProduct<double>> _paths = [];
    private double[][] _a = [], _b = [], _c = [], _da = [], _db = [];
    private long _work;

    /// <summary>Largest degree.</summary>
    [Params(4, 6)]
    public int LMax { get; set; }

    /// <summary>Reads the coefficients and fills the inputs.</summary>
    [GlobalSetup]
    public void Setup() => Prepare(VectorWidths.Widest);

    /// <summary>All products.</summary>
    [Benchmark]
    public void Forward()
    {
        foreach (CouplingProduct<double> p in _paths)
        {
            p.Forward(Environments, Channels, _a[p.L1], _b[p.L2], _c[p.L]);
        }
    }

    /// <summary>All backward passes, to both factors.</summary>
    [Benchmark]
    public void Backward()
    {
        foreach (CouplingProduct<double> p in _paths)
        {
            p.Backward(Environments, Channels, _a[p.L1], _b[p.L2], _c[p.L], _da[p.L1], _db[p.L2]);
        }
    }

    private void Prepare(VectorWidth width)
    {
        _paths.Clear();
        _work = 0;
        for (int l1 = 0; l1 <= LMax; l1++)
        {
            for (int l2 = 0; l2 <= LMax; l2++)
            {
                for (int l = int.Abs(l1 - l2); l <= int.Min(LMax, l1 + l2); l++)
                {
                    CouplingProduct<double> path = new(CouplingTable.Default, l1, l2, l, width);
                    _paths.Add(path);
                    _work += (long)path.Count * Environments * Channels;
                }
            }
        }

        (_a, _b, _c, _da, _db) = (Blocks(1), Blocks(2), Blocks(3), Blocks(4), Blocks(5));
    }

    private double[][] Blocks(int seed)
    {
        var blocks = new double[LMax + 1][];
        for (int l = 0; l <= LMax; l++)
        {
            blocks[l] = RandomNumbers.Create(Environments * (2 * l + 1) * Channels, seed + l);
        }

        return blocks;
    }

    internal static IEnumerable<Row> Summary()
    {
        foreach (int lmax in new[] { 4, 6 })
        {
            CouplingProductBenchmarks b = new() { LMax = lmax };
            b.Prepare(VectorWidth.Scalar);
            double forward = Clock.Microseconds(b.Forward) * 1e3 / b._work;
            double backward = Clock.Microseconds(b.Backward) * 1e3 / b._work;
            b.Prepare(VectorWidths.Widest);
            yield return new("CG product", $"f64, lmax {lmax}, forward", Clock.Microseconds(b.Forward) * 1e3 / b._work,
                "ns per non-zero·channel", forward, "scalar form");
            yield return new("CG product", $"f64, lmax {lmax}, backward", Clock.Microseconds(b.Backward) * 1e3 / b._work,
                "ns per non-zero·channel", backward, "scalar form");
        }
    }
}
