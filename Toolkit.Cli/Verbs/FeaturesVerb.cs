using System;
using System.Collections.Generic;
using System.CommandLine;
using System.Globalization;
using System.IO;
using System.Linq;
using Toolkit.Numerics.Coupling;
using Toolkit.Numerics.Files;
using Toolkit.Numerics.Representations;
using Toolkit.Numerics.Representations.Nice;
using Toolkit.Numerics.Structures;
using Toolkit.Symbolic.Tables;

namespace Toolkit.Cli.Verbs;

/// <summary><c>toolkit features</c>: the features of every atom of files, with their labels.</summary>
internal sealed class FeaturesVerb
{
    // Bytes: what takes a while and much of a disk is announced.
    private const long Announced = 1_000_000_000;

    private readonly Argument<string[]> _files = new("FILE")
    {
        Description = "structures in extended XYZ, also compressed by gzip; several, patterns with * and ?, or - for standard input",
        Arity = ArgumentArity.OneOrMore,
    };

    private readonly Option<string> _specification = new("--spec")
    {
        Description = "the specification, JSON (see toolkit spec), or an .npz of features that holds one",
        Required = true,
    };

    private readonly Option<string> _output =
        new("--out") { Description = "the file to write: .npz, or .mts for metatensor", Required = true };
    private readonly Option<bool> _gradients = new("--gradients") { Description = "with the gradients by all positions" };
    private readonly Option<bool> _average =
        new("--average") { Description = "the mean over the atoms of each structure instead of a row for each atom" };

    private readonly Option<string?> _centres =
        new("--centres", "--centers") { Description = "elements whose atoms get features, as C,H; others are neighbours only" };
    private readonly Option<string?> _mask =
        new("--mask") { Description = "the atom property, T or F or 1 or 0, that says which atoms get features" };
    private readonly Option<string?> _blocks = new("--blocks") { Description = "the blocks λ_σ of equivariants to write, as 0_1,2_-1" };

    private readonly Option<string?> _precision = new("--precision")
    {
        Description = "of the numbers in the file: float64, or float32, in which features are made, too (means and gradients are rounded) [default: as the specification says, or float64]",
    };

    private readonly Option<string?> _shard = ShardOption.Create("the structures, all of which are read for species and contractions");

    private readonly Option<string?> _fitted = new("--fitted")
    {
        Description = "with kind nice: a fit to use instead of one made from FILE, from --fit or from features that were made by it, .npz",
    };

    private readonly Option<string?> _fit = new("--fit")
    {
        Description = "with kind nice: the .npz that keeps the fit, order after order; a run that was stopped goes on with what is there",
    };

    private readonly Option<string?> _map = new("--chemiscope")
    {
        Description = "also write a map of the atoms for chemiscope, .json; structures and features are then held in memory",
    };

    private readonly Option<string?> _spinKey = new("--spin-key")
    {
        Description = "the atom property that holds the spins of the specification, and that the map shows as arrows",
    };

    private readonly Option<int> _threads = new("--threads")
    {
        Description = "how many threads may work (the result is the same for any number)",
        DefaultValueFactory = static _ => Environment.ProcessorCount,
    };

    private readonly Option<bool> _force = OutputFile.Force();

    public static Command Create()
    {
        FeaturesVerb options = new();
        var verb = new Command("features", "The features of every atom of files, with their labels.")
        {
            options._files, options._specification, options._output, options._gradients, options._average, options._centres, options._mask,
            options._blocks, options._precision, options._shard, options._fitted, options._fit, options._map, options._spinKey,
                options._threads, options._force,
        };
        verb.SetAction(options.Run);
        return verb;
    }

    private int Run(ParseResult result)
    {
        TextWriter error = result.InvocationConfiguration.Error;
        string outPath = result.GetValue(_output)!, specPath = result.GetValue(_specification)!;
        string? map = result.GetValue(_map), spinKey = result.GetValue(_spinKey);
        RequireExtension("--out", outPath, ".npz", ".mts");
        if (map is not null)
            RequireExtension("--chemiscope", map, ".json");

        FeatureRequest request = RequestOf(result);
        if (result.GetValue(_shard) == "auto")
            outPath = ShardOption.Name(outPath, request.Shard!.Value);

        if (map is not null && request is not { IsAveraged: false, CentreSpecies: null, CentreMask: null, Shard: null })
            throw new UsageException("--chemiscope: found with --average, --centres, --mask or --shard, expected a map of all atoms");

        Spec spec = Spec.Read(specPath);
        if (spec.Model is not null)
            error.WriteLine($"toolkit: {specPath}: $.model is for fit; features do not depend on it");

        if (map is not null && spec.Representations.Any(static r => r.IsEquivariant))
        {
            throw new InputException(
                specPath, null, "$.representation.kind", "equivariants", "invariants, of which --chemiscope makes a map");
        }

        if (result.GetValue(_precision) is null && spec.Nice?.IsSingle == true)
            request = request with { IsSingle = true };

        request = WithFit(request, spec, specPath, outPath, result);
        spec = WithSpins(spec, spinKey, specPath, map is not null);
        bool replaces = result.GetValue(_force);
        foreach (string path in map is null ? [outPath] : (string[])[outPath, map])
            OutputFile.Require(path, replaces);

        using StructureFiles files = new(result.GetValue(_files)!);
        List<Structure>? frames = map is null ? null : files.Source.Read().Select(static f => f.Structure).ToList();
        StructureSource source = frames is null ? files.Source : StructureSource.Of(frames, files.Source.Name);
        double[][]? arrows = spinKey is not null && frames is not null && spec.Fields.All(f => f.Key != spinKey)
            ? Labels.Spins(frames, source.Name, spinKey)
            : null;

        // What the library does not bring along is made, and kept for the next time.
        using CouplingTable? table = spec.CouplingLMax > CouplingTable.Default.LMax
            ? CouplingTable.Load(TableCache.GetOrCreate(TableSpec.Create(TableKind.RealCg, spec.CouplingLMax)))
            : null;
        using Progress progress = new(error);
        FeatureRun run = FeatureRun.Prepare(spec, source, specPath, request, Report, table);
        FeatureFile file = new(outPath, run.Layout, run.SampleCount, run.GradientRowCount);
        progress.Clear();
        foreach (string line in run.FitReport)
            error.WriteLine($"toolkit: fit: {line}");

        if (file.Length > Announced)
        {
            error.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"toolkit: {outPath}: {file.Length / 1e9:0.00} GB to write: {Contents(run)}"));
            OutputFile.Require(outPath, true, file.Length);
        }

        FeatureTable? held = map is null ? null : new FeatureTable(run.Layout with { HasGradients = false, Fields = [] });
        file.Write(sink => run.Compute(held is null ? sink : new Both(sink, held), Report), replaces);
        progress.Clear();
        if (map is not null)
        {
            List<(string, double[][])> shown =
                [.. run.Spec.Fields.DistinctBy(static f => f.Key).Select(f => (f.Key!, frames!.Select(f.CreateField().Read).ToArray()))];
            if (arrows is not null)
                shown.Add((spinKey!, arrows));

            Chemiscope.Write(map, Path.GetFileNameWithoutExtension(files.Files[0].Name), frames!, held!, spec.Cutoff.Radius, shown,
                replaces);
        }

        result.InvocationConfiguration.Output.WriteLine($"{outPath}: {run.StructureCount} structures, {Contents(run)}");
        return 0;

        void Report(string what, long done, long total) => progress.Report(what, done, total);
    }

    private FeatureRequest RequestOf(ParseResult result)
    {
        int threads = result.GetValue(_threads);
        string precision = result.GetValue(_precision) ?? "float64";
        if (threads < 1)
            throw new UsageException($"--threads: found '{threads}', expected 1 or more");

        return new FeatureRequest
        {
            HasGradients = result.GetValue(_gradients),
            IsAveraged = result.GetValue(_average),
            CentreSpecies = result.GetValue(_centres)?.Split(',').Select(static word => Elements.TryParse(word.Trim(), out int z)
                ? z
                : throw new UsageException($"--centres: found '{word}', expected the symbols of elements, as C,H")).ToArray(),
            CentreMask = result.GetValue(_mask),
            Blocks = BlocksOf(result.GetValue(_blocks)),
            IsSingle = precision is "float64" or "float32"
                ? precision == "float32"
                : throw new UsageException($"--precision: found '{precision}', expected float64 or float32"),
            Shard = ShardOption.Read(result.GetValue(_shard)),
            Threads = threads,
        };
    }

    private static (int, int)[]? BlocksOf(string? words)
    {
        (int, int)[]? blocks = words?.Split(',').Select(static word => Pair(word, '_') is ( >= 0, 1 or -1) and var block
            ? block
            : throw new UsageException($"--blocks: found '{word}', expected λ_σ with σ 1 or -1, as 0_1,2_-1")).ToArray();
        return blocks?.Distinct().Count() == blocks?.Length
            ? blocks
            : throw new UsageException($"--blocks: found a block twice in '{words}', expected each once");
    }

    /// <summary>The request with the fit of kind nice that is given, or the place of the one to be made.</summary>
    private FeatureRequest WithFit(FeatureRequest request, Spec spec, string specPath, string outPath, ParseResult result)
    {
        string? fitted = result.GetValue(_fitted), fit = result.GetValue(_fit);
        if (spec.Nice is null)
        {
            return (fitted ?? fit) is null
                ? request
                : throw new UsageException(
                    $"{(fitted is null ? "--fit" : "--fitted")}: found with features that are not fitted, expected only with kind nice");
        }

        if (fitted is not null && fit is not null)
            throw new UsageException("--fit: found with --fitted, expected one of them");

        if (fit is not null)
        {
            RequireExtension("--fit", fit, ".npz");
            OutputFile.Require(fit, true);
            return request with { FitFile = fit };
        }

        // Features that are made as others were are made by their fit.
        fitted ??= IsNpz(specPath) ? specPath : null;
        if (fitted is null && !IsNpz(outPath))
            throw new UsageException($"--out: found '{outPath}', which has no place for the fit, expected .npz, or --fit or --fitted");

        return fitted is null ? request : request with { Fitted = (NiceFile.Read(fitted), fitted) };
    }

    private static bool IsNpz(string path) => Path.GetExtension(path).Equals(".npz", StringComparison.OrdinalIgnoreCase);

    /// <summary>Two whole numbers with a sign between; null: something else.</summary>
    private static (int First, int Second)? Pair(string text, char separator)
    {
        string[] words = text.Trim().Split(separator);
        return words.Length == 2
            && int.TryParse(words[0], NumberStyles.None, CultureInfo.InvariantCulture, out int first)
            && int.TryParse(words[1], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int second)
            ? (first, second)
            : null;
    }

    private static string Contents(FeatureRun run) => $"{run.SampleCount} samples, "
        + (run.Layout.IsEquivariant
            ? $"{run.Layout.Blocks.Count} blocks, {run.Layout.Blocks.Sum(static b => b.Channels)} channels"
            : $"{run.Layout.FeatureCount} features")
        + (run.Layout.HasGradients ? $", {run.GradientRowCount} gradient rows" : "");

    /// <summary>The specification with the key of its spins, where one is given.</summary>
    private static Spec WithSpins(Spec spec, string? key, string specPath, bool hasMap)
    {
        if (key is null)
            return spec;

        int count = spec.Fields.Count(static f => f.IsSpin);
        if (count > 1)
        {
            throw new InputException(
                specPath, null, "$.fields", $"{count} fields of spins with --spin-key", "one, or a key for each in the specification");
        }

        return count == 1 || hasMap
            ? spec with { Fields = [.. spec.Fields.Select(f => f.IsSpin ? f with { Key = key } : f)] }
            : throw new UsageException($"--spin-key: expected only with --chemiscope or a specification with spins, found '{key}' without");
    }

    private static void RequireExtension(string option, string path, params string[] allowed)
    {
        if (!allowed.Contains(Path.GetExtension(path).ToLowerInvariant()))
            throw new UsageException($"{option}: found '{path}', expected a name that ends with {string.Join(" or ", allowed)}");
    }

    /// <summary>A file, and the values in memory for a map.</summary>
    private sealed class Both(IFeatureSink file, FeatureTable values) : IFeatureSink
    {
        public void Add(FeatureBatch batch)
        {
            file.Add(batch);
            values.Add(new FeatureBatch { Samples = batch.Samples, Values = batch.Values, SingleValues = batch.SingleValues });
        }
    }
}
