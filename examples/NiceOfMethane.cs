using System;
using System.Globalization;
using System.IO;
using System.Linq;
// <readme>
using Toolkit.Numerics.Expansion;
using Toolkit.Numerics.Radial;
using Toolkit.Numerics.Representations;
using Toolkit.Numerics.Representations.Nice;
using Toolkit.Numerics.Structures;
// </readme>

namespace Toolkit.Examples;

internal static class NiceOfMethane
{
    internal static void Run(TextWriter output) => Workplace.Run(() => OfFile(output));

    private static void OfFile(TextWriter output)
    {
        // <readme>
        Structure[] sample = ExtendedXyzReader.Read("methane.xyz").ToArray();
        var radial = RadialTable.Build(new SmearedGto(new GtoBasis(4, 4.0), 3, 4.0, 0.4), new CutoffFunction(4.0, 0.5));
        var density = new DensityExpansion(radial, [1, 6]);
        NiceFit nice = NiceFit.Fit(density, new NiceSettings { Order = 4 }, sample, environments: 1000, threads: 2);
        NiceFile.Write("nice.npz", nice);

        var invariants = new NiceFeatures(density, NiceFile.Read("nice.npz"));
        double[] nu4 = invariants.Compute(sample[0]);                                                  // [atom, (ν, σ, component)]
        Evaluation sums = new RepresentationSet([invariants]).Evaluate(sample[0], Enumerable.Repeat(1.0, nu4.Length).ToArray());
        // </readme>

        double net = Enumerable.Range(0, 3).Max(k => Math.Abs(Enumerable.Range(0, sample[0].Count).Sum(i => sums.Forces[3 * i + k])));
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"NICE: orders up to {nice.Settings.Order}, {nice.Steps.Count} steps fitted, forces add up to nothing: {net < 1e-8}"));
    }
}
