using System;
using System.Collections.Generic;
using System.CommandLine;
using System.IO;
using System.Linq;
using Toolkit.Numerics.Files;
using Toolkit.Numerics.Models;
using Toolkit.Numerics.Models.Tensors;
using Toolkit.Numerics.Representations;
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
        var output = new Option<string>("--out") { Description = "the file to write, .xyz: the structures with energy, energies (of atoms), forces, stress, and field_NAME for −∂E/∂v of each vector field; of a Gaussian process also energy_std and energies_std; of a model of dipoles or tensors NAME, atomic_NAME, and with --derivatives born_charges or derivatives_NAME", Required = true };
        var prefix = new Option<string>("--prefix") { Description = "before these names, as ml_, so that labels of the same name stay", DefaultValueFactory = static _ => "" };
        var derivatives = new Option<bool>("--derivatives") { Description = "of a model of dipoles or tensors: also derivatives by positions, as Born charges" };
        Option<string?> shard = ShardOption.Create("the structures");
        Option<int> threads = ThreadOption.Create();
        Option<bool> force = OutputFile.Force();
        var verb = new Command("predict", "Energies, forces, stress and effective fields, or dipoles or tensors, of structures by a model.") { model, files, output, prefix, derivatives, shard, threads, force };
        verb.SetAction(result =>
        {
            string path = result.GetValue(output)!, before = result.GetValue(prefix)!;
            if (!Path.GetExtension(path).Equals(".xyz", StringComparison.OrdinalIgnoreCase))
                throw new UsageException($"--out: found '{path}', expected a name that ends with .xyz");

            if (!before.All(static c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-'))
                throw new UsageException($"--prefix: found '{before}', expected letters, digits, _ and -");

            (int Part, int Parts)? share = ShardOption.Read(result.GetValue(shard));
            if (share is not null && result.GetValue(shard) == "auto") path = ShardOption.Name(path, share.Value);
            OutputFile.Require(path, result.GetValue(force));
            string folder = result.GetValue(model)!;
            bool withDerivatives = result.GetValue(derivatives), isOfEnergies = ModelFolder.TargetOf(folder) == ModelTarget.Energy;
            if (withDerivatives && isOfEnergies)
                throw new UsageException("--derivatives: found with a model of energies, whose derivatives are always there, expected a model of dipoles or tensors");

            using StructureFiles structures = new(result.GetValue(files)!);
            StructureSource source = structures.Source;
            if (share is var (part, parts))
            {
                int all = source.Read().Count();
                int first = (int)((long)all * (part - 1) / parts), end = (int)((long)all * part / parts);
                source = source.Where(k => k >= first && k < end);
            }

            using Progress progress = new(result.InvocationConfiguration.Error);
            int done = 0, work = ThreadOption.Read(result, threads);
            IEnumerable<Structure> predicted;
            if (isOfEnergies)
            {
                FittedModel fitted = ModelFolder.Read(folder, CouplingTables.Load);
                string[] fields = fitted.Features.Fields.Select(static f => f.Name).ToArray();
                predicted = fitted.Predict(source, work, fitted.HasVariance).Select(p => p.Prediction.Label(p.Structure, fields, before));
            }
            else
            {
                FittedTensor fitted = TensorFolder.Read(folder, CouplingTables.Load);
                predicted = fitted.Predict(source, work, withDerivatives).Select(p => p.Prediction.Label(p.Structure, fitted.Name, before));
            }

            ExtendedXyzWriter.Write(path, predicted.Select(s =>
            {
                progress.Report("structures predicted", ++done, 0);
                return s;
            }));
            progress.Clear();
            result.InvocationConfiguration.Output.WriteLine($"{path}: {done} structures");
            return 0;
        });
        return verb;
    }
}
