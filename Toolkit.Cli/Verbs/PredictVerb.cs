using System;
using System.Collections.Generic;
using System.CommandLine;
using System.IO;
using System.Linq;
using Toolkit.Cli.Predicting;
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
        var output = new Option<string>("--out") { Description = "the file to write; .csv: numbers with units; .json: for chemiscope, forces as arrows; .mts: energies and their gradients for metatensor; .xyz: the structures with energy, energies (of atoms), forces, stress, and field_NAME for −∂E/∂v of each vector field; of a Gaussian process also energy_std and energies_std; of a model of dipoles or tensors NAME, atomic_NAME, and with --derivatives born_charges or derivatives_NAME", Required = true };
        var prefix = new Option<string>(
            "--prefix")
        {
            Description = "before these names, as ml_, so that labels of the same name stay",
            DefaultValueFactory = static _ => ""
        };
        var derivatives = new Option<bool>(
            "--derivatives")
        { Description = "of a model of dipoles or tensors: also derivatives by positions, as Born charges" };
        var perAtom = new Option<bool>("--per-atom") { Description = "with .csv: a line for each atom instead of each structure" };
        Option<string?> shard = ShardOption.Create("the structures");
        Option<int> threads = ThreadOption.Create();
        Option<bool> force = OutputFile.Force();
        var verb = new Command("predict",
            "Energies, forces, stress and effective fields, or dipoles or tensors, of structures by a model.") { model, files, output,
            prefix, derivatives, perAtom, shard, threads, force };
        verb.SetAction(result =>
        {
            string path = result.GetValue(output)!, before = result.GetValue(prefix)!;
            string extension = Path.GetExtension(path).ToLowerInvariant();
            if (extension is not (".xyz" or ".csv" or ".json" or ".mts"))
                throw new UsageException($"--out: found '{path}', expected a name that ends with .xyz, .csv, .json or .mts");

            if (result.GetValue(perAtom) && extension != ".csv")
                throw new UsageException($"--per-atom: found with '{path}', expected it with .csv");

            if (extension != ".xyz" && result.GetValue(shard) is not null)
                throw new UsageException($"--shard: found with '{path}', expected a name that ends with .xyz");

            if (!before.All(static c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-'))
                throw new UsageException($"--prefix: found '{before}', expected letters, digits, _ and -");

            (int Part, int Parts)? share = ShardOption.Read(result.GetValue(shard));
            if (share is not null && result.GetValue(shard) == "auto") path = ShardOption.Name(path, share.Value);
            bool replaces = result.GetValue(force);
            OutputFile.Require(path, replaces);
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
            if (extension == ".mts" && !isOfEnergies)
                throw new UsageException($"--out: found '{path}' with a model of dipoles or tensors, expected .xyz, .csv or .json");

            IEnumerable<(Structure Structure, Func<Structure, Structure> Label, Prediction? Energies, ReadOnlyMemory<byte> Text)> predicted;
            bool isText = extension == ".xyz";
            double cutoff;
            ClosestPairs? known = null;
            if (isOfEnergies)
            {
                FittedModel fitted = ModelFolder.Read(folder, CouplingTables.Load);
                string[] fields = fitted.Features.Fields.Select(static f => f.Name).ToArray();
                cutoff = fitted.Cutoff;
                // A core keeps atoms apart where nothing was learned.
                known = fitted.Spec.Model?.Repulsion is null ? fitted.About.Closest : null;
                // Numbers become text on the threads that predict, which takes about as long as a small model does.
                predicted = fitted.Predict(
                    source, (s, p) => isText ? ExtendedXyzWriter.ToUtf8(p.Label(s, fields, before)) : default, work, fitted.HasVariance)
                    .Select(p => (p.Structure, (Func<Structure, Structure>)(s => p.Prediction.Label(s, fields, before)),
                        (Prediction?)p.Prediction, p.Result));
            }
            else
            {
                FittedTensor fitted = TensorFolder.Read(folder, CouplingTables.Load);
                cutoff = fitted.Spec.Cutoff.Radius;
                predicted = fitted.Predict(
                    source, (s, p) => isText ? ExtendedXyzWriter.ToUtf8(p.Label(s, fitted.Name, before)) : default, work, withDerivatives)
                    .Select(p => (p.Structure, (Func<Structure, Structure>)(s => p.Prediction.Label(s, fitted.Name, before)),
                        (Prediction?)null, p.Result));
            }

            int close = 0;
            string closest = "";
            predicted = predicted.Select(p =>
            {
                progress.Report("structures predicted", ++done, 0);
                if (known?.Closer(p.Structure, cutoff) is var (i, j, r, least) && close++ == 0)
                {
                    closest = FormattableString.Invariant(
                        $"structure {done}, atoms {i + 1} and {j + 1} ({Elements.Symbol(p.Structure.Species[i])}, {Elements.Symbol(p.Structure.Species[j])}) at {r:0.00} Å, there at least {least:0.00} Å");
                }

                return p;
            });
            switch (extension)
            {
                case ".csv":
                    PredictionCsv.Write(path, predicted.Select(static p => p.Label(Bare(p.Structure))), result.GetValue(perAtom), before,
                        isOfEnergies, replaces);
                    break;
                case ".mts":
                    EnergyMap.Write(path, predicted.Select(static p => (p.Structure, p.Energies!)), replaces);
                    break;
                case ".json":
                    List<Structure> frames = [.. predicted.Select(static p => p.Label(p.Structure))];
                    Chemiscope.Write(path, Path.GetFileName(Path.TrimEndingDirectorySeparator(folder)), frames, null, cutoff,
                        Arrows(frames, before), replaces);
                    break;
                default:
                    ExtendedXyzWriter.WriteUtf8(path, predicted.Select(static p => p.Text), replaces);
                    break;
            }

            progress.Clear();
            if (close > 0)
            {
                result.InvocationConfiguration.Error.WriteLine(
                    $"toolkit: warning: {close} of {done} structures have atoms closer than any of the training set: {closest}");
            }

            result.InvocationConfiguration.Output.WriteLine($"{path}: {done} structures");
            return 0;
        });
        return verb;
    }

    /// <summary>Atoms and cell alone.</summary>
    private static Structure Bare(Structure s) => Structure.Create(s.Species, s.Positions, s.Cell, s.Periodic);

    /// <summary>Forces and other vectors of atoms that are predicted, to be drawn.</summary>
    private static (string, double[][])[] Arrows(List<Structure> frames, string prefix) => frames.Count == 0
        ? []
        : [.. frames[0].AtomProperties.Where(
            p => p.Value.Components == 3 && p.Value.Kind == PropertyKind.Real && p.Key.StartsWith(prefix, StringComparison.Ordinal)
            && (p.Key == prefix + "forces"
                || p.Key.StartsWith(prefix + "field_", StringComparison.Ordinal)
                || p.Key.StartsWith(prefix + "atomic_", StringComparison.Ordinal)))
            .Select(p => (p.Key, frames.Select(f => f.AtomProperties[p.Key].ToReals()).ToArray()))];
}
