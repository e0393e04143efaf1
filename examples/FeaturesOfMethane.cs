using System.IO;
// <readme>
using Toolkit.Numerics.Expansion;
using Toolkit.Numerics.Radial;
using Toolkit.Numerics.Representations;
using Toolkit.Numerics.Structures;
// </readme>
using System;
using System.Globalization;

namespace Toolkit.Examples;

internal static class FeaturesOfMethane
{
    internal static void Run(TextWriter output) => Workplace.Run(() => OfFile(output));

    private static void OfFile(TextWriter output)
    {
        // <readme>
        var radial = RadialTable.Build(new SmearedGto(new GtoBasis(8, 5.0), 6, 5.0, 0.4), new CutoffFunction(5.0, 0.5));
        var expansion = new DensityExpansion(radial, [1, 6]);
        var features = new PowerSpectrum(expansion);
        var covariants = new LambdaSoap(expansion);
        foreach (Structure methane in ExtendedXyzReader.Read("methane.xyz"))
        {
            double[] values = features.Compute(methane);                                                       // [atom, feature]
            FeatureGradients gradients = features.ComputeWithGradients(methane);
            ReadOnlySpan<double> vectors = covariants.Compute(methane)[new EquivariantKey(1, 1, 2)].Values;    // [atom, μ, channel]
            // <not shown>
            output.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"methane: {values.Length} values, {gradients.Gradients.Length} gradients, {vectors.Length} components of vectors, norm {Norm(values):F6}"));
            // </not shown>
        }
        // </readme>
    }

    private static double Norm(double[] values)
    {
        double sum = 0;
        foreach (double x in values)
            sum += x * x;
        return Math.Sqrt(sum);
    }
}
