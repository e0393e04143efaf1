using System;
using System.Globalization;
using System.IO;
using System.Linq;
// <readme>
using Toolkit.Numerics.Models;
using Toolkit.Numerics.Models.Fit;
using Toolkit.Numerics.Representations;
using Toolkit.Numerics.Structures;
// </readme>

namespace Toolkit.Examples;

internal static class FitMethane
{
    internal static void Run(TextWriter output) => Workplace.Run(() =>
    {
        File.Move("methane.xyz", "train.xyz");
        File.WriteAllText("spec.json", """
            {"cutoff": {"radius": 4}, "radial": {"nmax": 3}, "lmax": 2, "representation": {"kind": "power-spectrum"}, "model": {"kind": "ridge"}}
            """);
        Fit(output);
    });

    private static void Fit(TextWriter output)
    {
        // <readme>
        Spec spec = Spec.Read("spec.json");
        StructureSource training = StructureSource.OfFiles([("train.xyz", "train.xyz")]);
        FittedModel model = FitRun.Fit(spec, training, "spec.json", new FitRequest { Threads = Environment.ProcessorCount });
        ModelFolder.Write("model", model);

        Structure structure = ExtendedXyzReader.Read("train.xyz").First();
        Prediction found = ModelFolder.Read("model").Predict(structure);   // found.Energy, .Forces, .Stress
        // </readme>
        bool isSame = found.Energy == model.Predict(structure).Energy;
        bool isClosed = Math.Abs(Enumerable.Range(0, 5).Sum(k => found.Forces[3 * k])) < 1e-9;
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"fit: {model.Features.FeatureCount} features, read back the same: {isSame}, forces add up to nothing: {isClosed}"));
    }
}
