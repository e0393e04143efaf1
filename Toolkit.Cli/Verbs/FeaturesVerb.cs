using System;
using System.Collections.Generic;
using System.CommandLine;
using System.IO;
using System.Linq;
using Toolkit.Numerics.Coupling;
using Toolkit.Numerics.Files;
using Toolkit.Numerics.Representations;
using Toolkit.Numerics.Structures;
using Toolkit.Symbolic.Tables;

namespace Toolkit.Cli.Verbs;

/// <summary><c>toolkit features</c>: the features of every atom of a file, with their labels.</summary>
internal static class FeaturesVerb
{
    public static Command Create()
    {
        var file = new Argument<string>("FILE.xyz") { Description = "structures in extended XYZ" };
        var specification = new Option<string>("--spec") { Description = "the specification, JSON (see toolkit spec)", Required = true };
        var output = new Option<string>("--out") { Description = "the file to write: .npz, or .mts for metatensor", Required = true };
        var gradients = new Option<bool>("--gradients") { Description = "with the gradients by all positions" };
        var chemiscope = new Option<string?>("--chemiscope") { Description = "also write a map of the atoms for chemiscope, .json" };
        var spinKey = new Option<string?>("--spin-key") { Description = "the atom property that holds the spins of the specification, and that the map shows as arrows" };
        var threads = new Option<int>("--threads")
        {
            Description = "how many threads may work (the result is the same for any number)",
            DefaultValueFactory = _ => Environment.ProcessorCount,
        };
        var verb = new Command("features", "The features of every atom of a file, with their labels.")
            { file, specification, output, gradients, chemiscope, spinKey, threads };
        verb.SetAction(result =>
        {
            string outPath = result.GetValue(output)!;
            string? map = result.GetValue(chemiscope), spins = result.GetValue(spinKey);
            bool isNpz = RequireExtension("--out", outPath, ".npz", ".mts") == ".npz";
            if (map is not null)
            {
                RequireExtension("--chemiscope", map, ".json");
            }
            if (result.GetValue(threads) < 1)
            {
                throw new UsageException($"--threads: found '{result.GetValue(threads)}', expected 1 or more");
            }

            string path = result.GetValue(file)!, specPath = result.GetValue(specification)!;
            Spec spec = Spec.Read(specPath);
            if (spec.Model is not null)
            {
                result.InvocationConfiguration.Error.WriteLine($"toolkit: {specPath}: $.model is for fit; features do not depend on it");
            }
            if (map is not null && spec.Representation.Kind == RepresentationKind.Equivariants)
            {
                throw new InputException(specPath, null, "$.representation.kind", "equivariants", "invariants, of which --chemiscope makes a map");
            }

            spec = WithSpins(spec, spins, specPath, map is not null);
            List<Structure> frames = ExtendedXyzReader.Read(path).ToList();

            // What can fail for lack of a key or a folder fails before the long work.
            spec = spec with { Fields = Features.WithKeys(spec.Fields, frames, path) };
            List<(string, double[][])> arrows = map is null ? []
                : [.. spec.Fields.DistinctBy(static f => f.Key).Select(f => (f.Key!, frames.Select(f.CreateField().Read).ToArray()))];
            if (map is not null && spins is not null && spec.Fields.All(f => f.Key != spins))
            {
                arrows.Add((spins, Labels.Spins(frames, path, spins)));
            }

            RequireFolder(outPath);
            if (map is not null)
            {
                RequireFolder(map);
            }

            // What the library does not bring along is made, and kept for the next time.
            using CouplingTable? table = spec.CouplingLMax > CouplingTable.Default.LMax
                ? CouplingTable.Load(TableCache.GetOrCreate(TableSpec.Create(TableKind.RealCg, spec.CouplingLMax)))
                : null;
            using Progress progress = new(result.InvocationConfiguration.Error);
            FeatureTable features = Features.Compute(
                spec, frames, specPath, path, result.GetValue(gradients), result.GetValue(threads),
                done => progress.Report("structures", done, frames.Count), table);
            progress.Clear();
            if (map is not null)
            {
                Chemiscope.Write(map, Path.GetFileNameWithoutExtension(path), frames, features, spec.Cutoff.Radius, arrows);
            }

            if (isNpz)
            {
                FeatureNpz.Write(outPath, features, [path]);
            }
            else
            {
                Metatensor.Write(outPath, features);
            }

            result.InvocationConfiguration.Output.WriteLine(
                $"{outPath}: {features.StructureCount} structures, {features.SampleCount} samples, "
                + (features.IsEquivariant ? $"{features.Blocks.Count} blocks, {features.Blocks.Sum(static b => b.Channels)} channels" : $"{features.FeatureCount} features")
                + (features.HasGradients ? $", {features.GradientRowCount} gradient rows" : ""));
            return 0;
        });
        return verb;
    }

    /// <summary>The specification with the key of its spins, where one is given.</summary>
    private static Spec WithSpins(Spec spec, string? key, string specPath, bool hasMap)
    {
        if (key is null)
        {
            return spec;
        }

        int count = spec.Fields.Count(static f => f.IsSpin);
        if (count > 1)
        {
            throw new InputException(specPath, null, "$.fields", $"{count} fields of spins with --spin-key", "one, or a key for each in the specification");
        }

        return count == 1 || hasMap
            ? spec with { Fields = [.. spec.Fields.Select(f => f.IsSpin ? f with { Key = key } : f)] }
            : throw new UsageException($"--spin-key: expected only with --chemiscope or a specification with spins, found '{key}' without");
    }

    private static string RequireExtension(string option, string path, params string[] allowed)
    {
        string extension = Path.GetExtension(path).ToLowerInvariant();
        return allowed.Contains(extension)
            ? extension
            : throw new UsageException($"{option}: found '{path}', expected a name that ends with {string.Join(" or ", allowed)}");
    }

    private static void RequireFolder(string path)
    {
        string folder = Path.GetDirectoryName(Path.GetFullPath(path)) ?? "";
        if (!Directory.Exists(folder))
        {
            throw new InputException(path, null, null, "no such folder", "a file that can be written");
        }
    }
}
