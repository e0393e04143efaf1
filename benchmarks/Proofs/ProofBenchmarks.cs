using System.Collections.Generic;
using BenchmarkDotNet.Attributes;
using Microsoft.FSharp.Collections;
using Toolkit.Benchmarks.Summary;
using Toolkit.Symbolic.Hypergeometric;
using Toolkit.Symbolic.Proofs;

namespace Toolkit.Benchmarks.Proofs;

/// <summary>Recursions of the 3j and 6j symbols: derived, proved and normalised, for all quantum numbers.</summary>
public class ProofBenchmarks
{
    /// <summary>Schulten and Gordon's recursion in m.</summary>
    [Benchmark]
    public object RecursionM() => Relation(SymbolModule.threeJ, [0, 0, 0, 0, 2, -2], [0, 0, 0, 0, -2, 2]);

    /// <summary>Schulten and Gordon's recursion in j.</summary>
    [Benchmark]
    public object RecursionJ() => Relation(SymbolModule.threeJ, [2, 0, 0, 0, 0, 0], [-2, 0, 0, 0, 0, 0]);

    /// <summary>The recursion of the 6j symbol.</summary>
    [Benchmark]
    public object SixJ() => Relation(SymbolModule.sixJ, [2, 0, 0, 0, 0, 0], [-2, 0, 0, 0, 0, 0]);

    private static object Relation(Symbol symbol, int[] first, int[] second) =>
        Derivation.relation(symbol, 14, ListModule.OfSeq<int[]>([[0, 0, 0, 0, 0, 0], first, second]));

    internal static IEnumerable<Row> Summary()
    {
        var work = new ProofBenchmarks();
        yield return new Row("proof", "3j recursion in m", Clock.Microseconds(() => work.RecursionM(), 1) / 1000, "ms");
        yield return new Row("proof", "3j recursion in j", Clock.Microseconds(() => work.RecursionJ(), 1) / 1000, "ms");
        yield return new Row("proof", "6j recursion", Clock.Microseconds(() => work.SixJ(), 1) / 1000, "ms");
    }
}
