using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Runtime.InteropServices;
using Toolkit.Benchmarks.Coupling;
using Toolkit.Benchmarks.Fields;
using Toolkit.Benchmarks.Harmonics;
using Toolkit.Benchmarks.LinearAlgebra;
using Toolkit.Benchmarks.Machine;
using Toolkit.Benchmarks.Models;
using Toolkit.Benchmarks.Neighbors;
using Toolkit.Benchmarks.Proofs;
using Toolkit.Benchmarks.Representations;
using Toolkit.Benchmarks.Tables;
using Toolkit.Numerics.Simd;

namespace Toolkit.Benchmarks.Summary;

/// <summary>The summary: every area of the benchmarks contributes its rows.</summary>
internal static class Report
{
    private static readonly Func<IEnumerable<Row>>[] Areas =
    [
        CoefficientBenchmarks.Summary,
        TableGenerationBenchmarks.Summary,
        MachineLimits.Summary,
        HarmonicsBenchmarks.Summary,
        RotationBenchmarks.Summary,
        DenseBenchmarks.Summary,
        CouplingProductBenchmarks.Summary,
        ProofBenchmarks.Summary,
        NeighborBenchmarks.Summary,
        RepresentationBenchmarks.Summary,
        CoupledBenchmarks.Summary,
        NiceBenchmarks.Summary,
        SpinBenchmarks.Summary,
        PotentialBenchmarks.Summary,
        FourierBenchmarks.Summary,
    ];

    // Take minutes: only where they are asked for.
    private static readonly Func<IEnumerable<Row>>[] LongAreas =
        [PotentialScaling.Summary, LeastSquaresScaling.Summary, FitScaling.Summary];

    /// <summary>Tab-separated: kernel, workload, value, unit, reference value, ratio; comments start with #.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="only">Part of the name of the class whose rows are wanted; empty: all.</param>
    public static void Print(TextWriter output, string only)
    {
        output.WriteLine($"# {RuntimeInformation.FrameworkDescription}, {RuntimeInformation.OSArchitecture}, widest vectors: "
            + (int)VectorWidths.Widest + " bits");
        output.WriteLine("kernel\tworkload\tvalue\tunit\treference\tratio");
        foreach (Func<IEnumerable<Row>> area in only.Length > 0 ? [.. Areas, .. LongAreas] : Areas)
        {
            if (!area.Method.DeclaringType!.Name.Contains(only, StringComparison.OrdinalIgnoreCase))
                continue;
            foreach (Row row in area())
            {
                string reference = row.Reference is { } r ? $"{Text(r)} ({row.ReferenceName})" : "";
                string ratio = row.Reference is { } s ? Text(row.Value / s) : "";
                output.WriteLine($"{row.Kernel}\t{row.Workload}\t{Text(row.Value)}\t{row.Unit}\t{reference}\t{ratio}");
                output.Flush();
            }
        }
    }

    private static string Text(double value) => value.ToString("G3", CultureInfo.InvariantCulture);
}
