using System;
using System.Collections.Generic;
using System.CommandLine;
using System.IO;
using System.Linq;
using Toolkit.Cli.Fitting;
using Toolkit.Numerics.Models;
using Toolkit.Numerics.Models.Fit;
using Toolkit.Numerics.Representations;
using Toolkit.Numerics.Structures;

namespace Toolkit.Cli.Verbs;

/// <summary><c>toolkit fit</c>: from a training set to a model.</summary>
internal sealed class FitVerb
{
    private readonly Option<string> _specification =
        new("--spec") { Description = "the specification, JSON (see toolkit spec)", Required = true };

    private readonly Option<string[]> _train = new("--train")
    {
        Description = "the training set: structures in extended XYZ, also compressed by gzip; several, or patterns with * and ?",
        Required = true,
        AllowMultipleArgumentsPerToken = true,
        Arity = ArgumentArity.OneOrMore,
    };

    private readonly Option<string[]> _test = new("--test")
    {
        Description = "structures to test the model with",
        AllowMultipleArgumentsPerToken = true,
        Arity = ArgumentArity.OneOrMore,
    };

    private readonly Option<string> _output = new("--out") { Description = "the model's folder", Required = true };
    private readonly Option<string[]> _set =
        new("--set") { Description = "a key of the specification to replace, as radial.nmax=6; any number of times" };

    private readonly Option<string[]> _sweep = new("--sweep")
    {
        Description = "a key of the specification and values to try, as radial.nmax=4,5,6; with several, every combination: a model for each, in folders within --out",
    };

    private readonly Option<string?> _shard = ShardOption.Create("the training set, whose equations are gathered into OUT.shard-i-of-n.npz; all of it is read for baseline and weights");

    private readonly Option<bool> _merge = new("--merge")
    {
        Description = "add up the equations that all parts have gathered (OUT.shard-i-of-n.npz), and solve",
    };

    private readonly Option<string?> _curve = new("--learning-curve")
    {
        Description = "numbers of structures, as 50,100,200: the specification is fitted to random parts of the training set, too, and the report has their errors on the test set",
    };

    private readonly LabelOptions _labels = new();
    private readonly Option<int> _threads = ThreadOption.Create();
    private readonly Option<bool> _force = new("--force") { Description = "replace a model that is there" };

    public static Command Create()
    {
        FitVerb options = new();
        var verb = new Command("fit", "A model of energies, forces, stress and effective fields, or of dipoles or tensors, from a training set. Stopped, it goes on where it was when it is called again.")
        {
            options._specification, options._train, options._test,
                options._output, options._set, options._sweep, options._curve, options._shard, options._merge, options._threads,
                options._force,
        };
        foreach (Option option in options._labels.All)
            verb.Options.Add(option);

        verb.SetAction(options.Run);
        return verb;
    }

    private int Run(ParseResult result)
    {
        TextWriter error = result.InvocationConfiguration.Error, output = result.InvocationConfiguration.Output;
        string outPath = result.GetValue(_output)!, specPath = result.GetValue(_specification)!;
        int threads = ThreadOption.Read(result, _threads);
        string[] settings = result.GetValue(_set) ?? [];
        Spec spec = SpecOverrides.Read(specPath, settings);
        LabelKeys keys = KeysOf(result, spec);
        IReadOnlyList<IReadOnlyList<string>> combinations = Sweep.Combinations(result.GetValue(_sweep) ?? []);
        IReadOnlyList<int> curve = LearningCurve.Sizes(result.GetValue(_curve));
        bool isForced = result.GetValue(_force), isSweep = combinations.Count > 1 || combinations[0].Count > 0;
        (int Part, int Parts)? shard = ShardOption.Read(result.GetValue(_shard));
        bool isMerge = result.GetValue(_merge);
        if ((shard is not null || isMerge) && (isSweep || curve.Count > 0 || (shard is not null && isMerge)))
            throw new UsageException($"{(shard is not null ? "--shard" : "--merge")}: found with --sweep, --learning-curve, or each other, expected one of them");
        if (curve.Count > 0 && result.GetValue(_test) is not { Length: > 0 })
            throw new UsageException("--learning-curve: found no --test, expected structures to find the errors on");

        (string Path, Spec Spec)[] models = [.. combinations.Select(c => isSweep
            ? (Path.Combine(outPath, Sweep.Name(c)), SpecOverrides.Read(specPath, [.. settings, .. c]))
            : (outPath, spec))];
        if (isSweep) OutputFile.RequireFolder(outPath);
        foreach ((string path, _) in models)
            if (shard is null) ModelFolder.RequireFree(path, isForced);

        using StructureFiles training = new(result.GetValue(_train)!), test = new(result.GetValue(_test) ?? []);
        using Progress progress = new(error);
        if (shard is var (part, parts))
        {
            FitJob own = new(spec, specPath, keys, threads, Report) { Resumed = Resumed };
            string path = ShardOption.Name(FitJob.EquationsOf(outPath), (part, parts));
            OutputFile.Require(path, true);
            (int first, int end) = own.Gather(training.Source, (part, parts), path);
            progress.Clear();
            output.WriteLine($"{path}: structures {first + 1} to {end}");
            return 0;
        }

        LearningCurve.Require(curve, training.Source);
        string[] shards = isMerge ? FitJob.Shards(outPath) : [];
        StructureSource? tested = test.Files.Count > 0 ? test.Source : null;
        List<(string, LabelError[])> found = [];
        foreach ((string path, Spec own) in models)
        {
            FitJob job = new(own, specPath, keys, threads, Report) { Equations = shards, Resumed = Resumed };
            (IFittedModel model, Dictionary<string, ModelEvaluation> sets, IReadOnlyList<CurvePoint> points) =
                job.Run(path, isForced, training.Source, tested, curve);
            progress.Clear();
            output.WriteLine($"{path}: {model.About.Structures} structures, {model.FeatureCount} features, regularizer {FormattableString.Invariant($"{model.About.Regularizer:G3}")}");
            ErrorTable.Write(output, sets);
            if (points.Count > 0) ErrorTable.Write(output, points);
            found.Add((Path.GetFileName(path), [.. sets.Last().Value.Errors.Where(static e => e.Species is null)]));
        }

        foreach (string used in shards)
            File.Delete(used);

        if (isSweep) ErrorTable.Write(output, tested is null ? "train" : "test", found);
        return 0;

        void Report(string what, long done, long total) => progress.Report(what, done, total);

        void Resumed(string file)
        {
            progress.Clear();
            error.WriteLine($"toolkit: {file}: going on where an earlier fit was stopped");
        }
    }

    private LabelKeys KeysOf(ParseResult result, Spec spec)
    {
        ModelTarget target = spec.Model?.Target ?? ModelTarget.Energy;
        LabelKeys keys = target == ModelTarget.Energy ? _labels.Read(result) : _labels.Read(result, target);
        return keys.Fields.Count <= spec.Fields.Count
            ? keys
            : throw new UsageException(
                $"--field-key: found {keys.Fields.Count}, expected one for each of the specification's {spec.Fields.Count} vector fields");
    }
}
