using System.Collections.Generic;
using BenchmarkDotNet.Attributes;
using Toolkit.Benchmarks.Summary;
using Toolkit.Benchmarks.Workloads;
using Toolkit.Numerics.Coupling;
using Toolkit.Numerics.Simd;

namespace Toolkit.Benchmarks.Coupling;

/// <summary>
/// Clebsch–Gordan products of 100 environments × 64 channels, all paths with every degree up to lmax, those of one L
/// added up: compiled at run time, table-driven, and table-driven one number at a time.
/// </summary>
public class CouplingProductBenchmarks
{
    private const int Environments = 100, Channels = 64;
    private CouplingSum<double> _sum = CouplingSum<double>.AllPaths(CouplingTable.Default, 0, 0, 0);
    private double[] _a = [], _b = [], _c = [], _da = [], _db = [];

    /// <summary>Largest degree.</summary>
    [Params(4, 6)]
    public int LMax { get; set; }

    /// <summary>Compiled, not table-driven.</summary>
    [Params(false, true)]
    public bool Compiled { get; set; }

    /// <summary>Reads the coefficients and fills the inputs.</summary>
    [GlobalSetup]
    public void Setup() => Prepare(VectorWidths.Widest);

    /// <summary>All products.</summary>
    [Benchmark]
    public void Forward() => _sum.Forward(Environments, Channels, _a, _b, _c);

    /// <summary>All backward passes, to both factors.</summary>
    [Benchmark]
    public void Backward() => _sum.Backward(Environments, Channels, _a, _b, _c, _da, _db);

    private void Prepare(VectorWidth width)
    {
        _sum = CouplingSum<double>.AllPaths(CouplingTable.Default, LMax, LMax, LMax, width, Compiled ? 0 : long.MaxValue);
        int size = Environments * Channels * _sum.RowsA;
        (_a, _b, _c) = (RandomNumbers.Create(size, 1), RandomNumbers.Create(size, 2), RandomNumbers.Create(size, 3));
        (_da, _db) = (new double[size], new double[size]);
    }

    private (double Forward, double Backward) Measure(VectorWidth width)
    {
        Prepare(width);
        double work = 1e-3 * _sum.Count * Environments * Channels;
        return (Clock.Microseconds(Forward) / work, Clock.Microseconds(Backward) / work);
    }

    internal static IEnumerable<Row> Summary()
    {
        const string Unit = "ns per non-zero·channel";
        foreach (int lmax in new[] { 4, 6 })
        {
            CouplingProductBenchmarks b = new() { LMax = lmax };
            var scalar = b.Measure(VectorWidth.Scalar);
            foreach (bool compiled in new[] { false, true })
            {
                b.Compiled = compiled;
                var found = b.Measure(VectorWidths.Widest);
                string form = compiled ? "compiled" : "table-driven";
                yield return new("CG product", $"f64, lmax {lmax}, forward, {form}", found.Forward, Unit, scalar.Forward, "scalar form");
                yield return new("CG product", $"f64, lmax {lmax}, backward, {form}", found.Backward, Unit, scalar.Backward, "scalar form");
            }
        }
    }
}
