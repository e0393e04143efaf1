using System;
using System.Collections.Generic;
using System.Diagnostics;
using Toolkit.Benchmarks.Summary;
using Toolkit.Numerics.Learning;

namespace Toolkit.Benchmarks.LinearAlgebra;

/// <summary>
/// What a linear model of 5000 features sums up over 100,000 structures, streamed by blocks on two threads: sums of products, and the
/// triangular factor. It takes a minute and a half: only where it is asked for by name.
/// </summary>
internal static class LeastSquaresScaling
{
    private const int Columns = 5000, Rows = 100_000, Block = 2000;

    internal static IEnumerable<Row> Summary()
    {
        var random = new Random(1);
        double[] rows = new double[Block * Columns], targets = new double[Block];
        for (int k = 0; k < rows.Length; k++)
            rows[k] = random.NextDouble() - 0.5;
        foreach ((string name, Func<LeastSquares> create) in new (string, Func<LeastSquares>)[]
            { ("sums of products", () => new ProductSums(Columns)), ("triangular factor", () => new NormalEquations(Columns)) })
        {
            string workload = $"{Columns} columns, {Rows} rows, 2 threads";
            double before = Environment.WorkingSet;
            long start = Stopwatch.GetTimestamp();
            LeastSquares sums = create();
            for (int done = 0; done < Rows; done += Block)
            {
                for (int k = 0; k < Block; k++)
                    targets[k] = rows[k * Columns] + done;
                sums.Add(rows, targets, 1, 2);
            }

            sums.Settle(2);
            yield return new Row(name, workload, Stopwatch.GetElapsedTime(start).TotalSeconds, "s", 120, "goal");
            yield return new Row("memory", name, (Process.GetCurrentProcess().PeakWorkingSet64 - before) / 1e9, "GB", 4, "goal");
        }
    }
}
