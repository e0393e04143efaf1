using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Toolkit.Benchmarks.Neighbors;
using Toolkit.Benchmarks.Representations;
using Toolkit.Benchmarks.Tables;

namespace Toolkit.Benchmarks.Summary;

/// <summary>The summary: every area of the benchmarks contributes its rows.</summary>
internal static class Report
{
    private static readonly Func<IEnumerable<Row>>[] Areas =
    [
        TableGenerationBenchmarks.Summary,
        NeighborBenchmarks.Summary,
        RepresentationBenchmarks.Summary,
    ];

    /// <summary>Tab-separated: kernel, workload, value, unit, reference value, ratio; comments start with #.</summary>
    public static void Print(TextWriter output)
    {
        output.WriteLine($"# {RuntimeInformation.FrameworkDescription}, {RuntimeInformation.OSArchitecture}, widest vectors: "
            + (Vector512.IsHardwareAccelerated ? "512" : Vector256.IsHardwareAccelerated ? "256" : "128") + " bits");
        output.WriteLine("kernel\tworkload\tvalue\tunit\treference\tratio");
        foreach (Func<IEnumerable<Row>> area in Areas)
            foreach (Row row in area())
            {
                string reference = row.Reference is { } r ? $"{Text(r)} ({row.ReferenceName})" : "";
                string ratio = row.Reference is { } s ? Text(row.Value / s) : "";
                output.WriteLine($"{row.Kernel}\t{row.Workload}\t{Text(row.Value)}\t{row.Unit}\t{reference}\t{ratio}");
                output.Flush();
            }
    }

    private static string Text(double value) => value.ToString("G3", CultureInfo.InvariantCulture);
}
