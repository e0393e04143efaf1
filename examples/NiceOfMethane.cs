using System;
using System.Globalization;
using System.IO;
using System.Linq;
using Toolkit.Numerics.Expansion;
using Toolkit.Numerics.Radial;
using Toolkit.Numerics.Representations;
using Toolkit.Numerics.Representations.Nice;
using Toolkit.Numerics.Structures;

namespace Toolkit.Examples;

internal static class NiceOfMethane
{
    internal static void Run(TextWriter output)
    {
        string folder = Directory.CreateTempSubdirectory("toolkit").FullName, file = Path.Combine(folder, "nice.npz");
        try
        {
            var radial = RadialTable.Build(new SmearedGto(new GtoBasis(4, 4.0), 3, 4.0, 0.4), new CutoffFunction(4.0, 0.5));
            Structure[] sample = ExtendedXyzReader.Read(Path.Combine(AppContext.BaseDirectory, "methane.xyz")).ToArray();
            Structure structure = sample[0];

            // <readme>
            var density = new DensityExpansion(radial, [1, 6]);
            NiceFit nice = NiceFit.Fit(density, new NiceSettings { Order = 4 }, sample, environments: 1000, threads: Environment.ProcessorCount);
            NiceFile.Write(file, nice);

            var invariants = new NiceFeatures(density, NiceFile.Read(file));
            double[] nu4 = invariants.Compute(structure);                                                  // [atom, (ν, σ, component)]
            Evaluation sums = new RepresentationSet([invariants]).Evaluate(structure, Enumerable.Repeat(1.0, nu4.Length).ToArray());
            // </readme>

            double net = Enumerable.Range(0, 3).Max(k => Math.Abs(Enumerable.Range(0, structure.Count).Sum(i => sums.Forces[3 * i + k])));
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"NICE: orders up to {nice.Settings.Order}, {nice.Steps.Count} steps fitted, forces add up to nothing: {net < 1e-8}"));
        }
        finally
        {
            Directory.Delete(folder, true);
        }
    }
}
