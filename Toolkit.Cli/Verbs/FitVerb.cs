using System;
using System.Collections.Generic;
using System.CommandLine;
using System.IO;
using System.Linq;
using Toolkit.Numerics.Coupling;
using Toolkit.Numerics.Files;
using Toolkit.Numerics.Models;
using Toolkit.Numerics.Models.Fit;
using Toolkit.Numerics.Models.Tensors;
using Toolkit.Numerics.Representations;
using Toolkit.Numerics.Structures;

namespace Toolkit.Cli.Verbs;

/// <summary><c>toolkit fit</c>: from a training set to a model.</summary>
internal sealed class FitVerb
{
    private readonly Option<string> _specification = new("--spec") { Description = "the specification, JSON (see toolkit spec)", Required = true };

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
    private readonly Option<string[]> _set = new("--set") { Description = "a key of the specification to replace, as radial.nmax=6; any number of times" };
    private readonly LabelOptions _labels = new();
    private readonly Option<int> _threads = ThreadOption.Create();
    private readonly Option<bool> _force = new("--force") { Description = "replace a model that is there" };

    public static Command Create()
    {
        FitVerb options = new();
        var verb = new Command("fit", "A model of energies, forces, stress and effective fields, or of dipoles or tensors, from a training set. Stopped, it goes on where it was when it is called again.")
        {
            options._specification, options._train, options._test, options._output, options._set, options._threads, options._force,
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
        Spec spec = SpecOverrides.Read(specPath, result.GetValue(_set) ?? []);
        ModelFolder.RequireFree(outPath, result.GetValue(_force));
        ModelTarget target = spec.Model?.Target ?? ModelTarget.Energy;
        LabelKeys keys = target == ModelTarget.Energy ? _labels.Read(result) : _labels.Read(result, target);
        if (keys.Fields.Count > spec.Fields.Count)
            throw new UsageException($"--field-key: found {keys.Fields.Count}, expected one for each of the specification's {spec.Fields.Count} vector fields");

        using StructureFiles training = new(result.GetValue(_train)!), test = new(result.GetValue(_test) ?? []);
        using CouplingTable? table = CouplingTables.IfBeyond(spec.CouplingLMax);
        using Progress progress = new(error);
        string checkpoint = Path.TrimEndingDirectorySeparator(outPath) + ".checkpoint.npz";
        AtomicFile.RequireWritable(checkpoint);
        if (File.Exists(checkpoint))
            error.WriteLine($"toolkit: {checkpoint}: going on where an earlier fit was stopped");

        FitRequest request = new() { Keys = keys, Threads = threads, Checkpoint = checkpoint };
        Dictionary<string, ModelEvaluation> sets = [];
        IFittedModel model;
        if (target == ModelTarget.Energy)
        {
            FittedModel fitted = FitRun.Fit(spec, training.Source, specPath, request, Report, table);
            Compare(source => ModelEvaluation.Run(fitted, source, keys, threads, Report));
            fitted = fitted.With(About(fitted));
            ModelFolder.Write(outPath, fitted, result.GetValue(_force), Reports(fitted));
            model = fitted;
        }
        else
        {
            FittedTensor fitted = TensorRun.Fit(spec, training.Source, specPath, request, Report, table);
            Compare(source => TensorEvaluation.Run(fitted, source, keys, threads, Report));
            fitted = fitted.With(About(fitted));
            TensorFolder.Write(outPath, fitted, result.GetValue(_force), Reports(fitted));
            model = fitted;
        }

        File.Delete(checkpoint);
        File.Delete(FitRun.NiceFileOf(checkpoint));
        output.WriteLine($"{outPath}: {model.About.Structures} structures, {model.FeatureCount} features, regularizer {FormattableString.Invariant($"{model.About.Regularizer:G3}")}");
        ErrorTable.Write(output, sets);
        return 0;

        void Report(string what, long done, long total) => progress.Report(what, done, total);

        void Compare(Func<StructureSource, ModelEvaluation> run)
        {
            sets["train"] = run(training.Source);
            if (test.Files.Count > 0) sets["test"] = run(test.Source);
            progress.Clear();
        }

        ModelAbout About(IFittedModel fitted) => fitted.About with { Errors = sets.ToDictionary(static s => s.Key, static s => s.Value.Errors) };

        (string, string)[] Reports(IFittedModel fitted) =>
            [("report.html", ModelReport.Html(Path.GetFileName(outPath), fitted, sets)), ("report.json", ModelReport.Json(fitted, sets))];
    }
}
