using System;
using System.IO;
using System.Linq;
using Toolkit.Numerics.Structures;

namespace Toolkit.Benchmarks.Workloads;

/// <summary>The random methane configurations that the NICE figures are trained on.</summary>
internal static class Methane
{
    public const string Name = "CH4 × 896, cutoff 5 Å";

    public static Structure[] Load()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            string path = Path.Combine(folder.FullName, "paper-reproductions", "nice-2020", "data", "methane.xyz");
            if (File.Exists(path)) return ExtendedXyzReader.Read(path).ToArray();
        }
        throw new FileNotFoundException("expected paper-reproductions/nice-2020/data/methane.xyz above the benchmarks");
    }
}
