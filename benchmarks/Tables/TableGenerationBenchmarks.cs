using System.Collections.Generic;
using BenchmarkDotNet.Attributes;
using Toolkit.Benchmarks.Summary;
using Toolkit.Symbolic.Tables;

namespace Toolkit.Benchmarks.Tables;

/// <summary>Complete coefficient tables, exact and correctly rounded, as table files in memory.</summary>
public class TableGenerationBenchmarks
{
    /// <summary>Real-basis Clebsch–Gordan coefficients to lmax 6.</summary>
    [Benchmark]
    public byte[] RealCoupling6() => Generate(6);

    private static byte[] Generate(int lmax) =>
        TableFile.ToBytes(TableSpec.Create(TableKind.RealCg, lmax));

    internal static IEnumerable<Row> Summary()
    {
        var work = new TableGenerationBenchmarks();
        yield return new Row("table generation", "real-cg, lmax 6", Clock.Microseconds(() => work.RealCoupling6(), 1) / 1000, "ms");
    }
}
