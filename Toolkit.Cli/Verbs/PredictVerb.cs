using System;
using System.CommandLine;
using System.IO;
using System.Linq;
using Toolkit.Numerics.Files;
using Toolkit.Numerics.Models;
using Toolkit.Numerics.Structures;

namespace Toolkit.Cli.Verbs;

/// <summary><c>toolkit predict</c>: what a model says of structures, in a file that other programs read.</summary>
internal static class PredictVerb
{
    public static Command Create()
    {
        var model = new Argument<string>("MODEL") { Description = "a model's folder, made by toolkit fit" };
        var files = new Argument<string[]>("FILE")
        {
            Description = "structures in extended XYZ, patterns, or - for standard input",
            Arity = ArgumentArity.OneOrMore,
        };
        var output = new Option<string>("--out") { Description = "the file to write, .xyz: the structures with energy, energies (of atoms), forces, stress, and field_NAME for −∂E/∂v of each vector field; of a Gaussian process also energy_std and energies_std", Required = true };
        var prefix = new Option<string>("--prefix") { Description = "before these names, as ml_, so that labels of the same name stay", DefaultValueFactory = static _ => "" };
        Option<int> threads = ThreadOption.Create();
        Option<bool> force = OutputFile.Force();
        var verb = new Command("predict", "Energies, forces, stress and effective fields of structures by a model.") { model, files, output, prefix, threads, force };
        verb.SetAction(result =>
        {
            string path = result.GetValue(output)!, before = result.GetValue(prefix)!;
            if (!Path.GetExtension(path).Equals(".xyz", StringComparison.OrdinalIgnoreCase))
                throw new UsageException($"--out: found '{path}', expected a name that ends with .xyz");

            if (!before.All(static c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-'))
                throw new UsageException($"--prefix: found '{before}', expected letters, digits, _ and -");

            OutputFile.Require(path, result.GetValue(force));
            FittedModel fitted = ModelFolder.Read(result.GetValue(model)!, CouplingTables.Load);
            using StructureFiles structures = new(result.GetValue(files)!);
            using Progress progress = new(result.InvocationConfiguration.Error);
            int done = 0;
            ExtendedXyzWriter.Write(path, fitted.Predict(structures.Source, ThreadOption.Read(result, threads), fitted.HasVariance).Select(p =>
            {
                progress.Report("structures predicted", ++done, 0);
                return p.Prediction.Label(p.Structure, fitted.Features.Fields.Select(static f => f.Name).ToArray(), before);
            }));
            progress.Clear();
            result.InvocationConfiguration.Output.WriteLine($"{path}: {done} structures");
            return 0;
        });
        return verb;
    }
}
