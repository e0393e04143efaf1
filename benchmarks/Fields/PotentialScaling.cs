using System;
using System.Collections.Generic;
using System.Diagnostics;
using Toolkit.Benchmarks.Summary;
using Toolkit.Benchmarks.Workloads;
using Toolkit.Numerics.Fields.Potential;
using Toolkit.Numerics.Structures;

namespace Toolkit.Benchmarks.Fields;

/// <summary>
/// Time and memory of potential fields on a mesh (as in <see cref="PotentialBenchmarks"/>, error 1e-4) from ten thousand to a million ions.
/// It takes minutes and 2 GB: only where it is asked for by name.
/// </summary>
internal static class PotentialScaling
{
    internal static IEnumerable<Row> Summary()
    {
        PotentialField field = PotentialBenchmarks.Field(1e-4, PotentialEvaluator.Mesh);
        // Compiled and tabulated before the first is timed.
        for (int k = 0; k < 10; k++)
            field.Compute(MoltenSalt.Create(5));
        double firstCount = 0, firstTime = 0;
        foreach (int n in (int[])[11, 23, 50])
        {
            Structure structure = MoltenSalt.Create(n);
            double[] values = new double[structure.Count * field.ValuesPerCentre];
            GC.Collect();
            GC.WaitForPendingFinalizers();
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, true, true);
            double before = Environment.WorkingSet, best = double.PositiveInfinity, peak = 0;
            for (int k = 0; k < (n < 40 ? 3 : 1); k++)
            {
                long start = Stopwatch.GetTimestamp();
                using PotentialState state = field.Begin(structure);
                state.Forward(0, structure.Count, values);
                best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalMicroseconds);
                peak = Math.Max(peak, Process.GetCurrentProcess().PeakWorkingSet64 - before);
            }
            string workload = $"molten NaCl, {structure.Count} ions, lmax 4, 1e-4";
            yield return new Row("potential field, mesh", workload, best / structure.Count, "µs/ion", 300, "goal");
            yield return new Row("memory beyond the output", workload, peak / structure.Count, "B/ion", 8000, "goal");
            if (firstCount == 0)
            {
                (firstCount, firstTime) = (structure.Count, best);
            }
            else
            {
                yield return new Row("exponent of time",
                    $"{firstCount} to {structure.Count} ions", Math.Log(best / firstTime) / Math.Log(structure.Count / firstCount), "",
                    1.15, "goal");
            }
        }
    }
}
