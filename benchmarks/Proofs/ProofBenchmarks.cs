using System;
using System.Collections.Generic;
using System.Linq;
using System.Numerics;
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
    public object RecursionM() => Relation(Symbol.ThreeJ, [0, 0, 0, 0, 2, -2], [0, 0, 0, 0, -2, 2]);

    /// <summary>Schulten and Gordon's recursion in j.</summary>
    [Benchmark]
    public object RecursionJ() => Relation(Symbol.ThreeJ, [2, 0, 0, 0, 0, 0], [-2, 0, 0, 0, 0, 0]);

    /// <summary>The recursion of the 6j symbol.</summary>
    [Benchmark]
    public object SixJ() => Relation(Symbol.SixJ, [2, 0, 0, 0, 0, 0], [-2, 0, 0, 0, 0, 0]);

    private static object Relation(Symbol symbol, int[] first, int[] second) =>
        Derivation.relation(symbol, 14, ListModule.OfSeq([Shift([0, 0, 0, 0, 0, 0]), Shift(first), Shift(second)]));

    private static FSharpList<BigInteger> Shift(int[] twice) => ListModule.OfSeq(twice.Select(k => new BigInteger(k)));

    /// <summary>How long the peer may take; what takes longer has no figure.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    internal static IEnumerable<Row> Summary()
    {
        var work = new ProofBenchmarks();
        yield return Beside("3j recursion in m", () => work.RecursionM(), MaximaPeer.RecursionM);
        yield return Beside("3j recursion in j", () => work.RecursionJ(), MaximaPeer.RecursionJ);
        yield return Beside("6j recursion", () => work.SixJ(), MaximaPeer.SixJ);
    }

    private static Row Beside(string workload, Action work, string term)
    {
        double own = Clock.Microseconds(work, 1) / 1000;
        return new Row("proof", workload, own, "ms", MaximaPeer.Milliseconds(term, Patience), "Maxima's Zeilberger, sums only");
    }
}
