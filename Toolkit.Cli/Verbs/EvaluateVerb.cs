using System.Collections.Generic;
using System.CommandLine;
using System.IO;
using System.Text;
using Toolkit.Numerics.Files;
using Toolkit.Numerics.Models;

namespace Toolkit.Cli.Verbs;

/// <summary><c>toolkit evaluate</c>: how far a model is from the labels of files.</summary>
internal static class EvaluateVerb
{
    public static Command Create()
    {
        var model = new Argument<string>("MODEL") { Description = "a model's folder, made by toolkit fit" };
        var files = new Argument<string[]>("FILE")
        {
            Description = "structures with energies, forces, stress or effective fields: extended XYZ, patterns, or - for standard input",
            Arity = ArgumentArity.OneOrMore,
        };
        var output = new Option<string?>("--out") { Description = "also write the report, .json or .html" };
        Option<int> threads = ThreadOption.Create();
        Option<bool> force = OutputFile.Force();
        LabelOptions labels = new();
        var verb = new Command("evaluate", "The errors of a model on structures whose labels are known.") { model, files, output, threads, force };
        foreach (Option option in labels.All)
            verb.Options.Add(option);

        verb.SetAction(result =>
        {
            string? path = result.GetValue(output);
            string extension = Path.GetExtension(path ?? ".json").ToLowerInvariant();
            if (extension is not (".json" or ".html"))
                throw new UsageException($"--out: found '{path}', expected a name that ends with .json or .html");

            if (path is not null)
                OutputFile.Require(path, result.GetValue(force));

            FittedModel fitted = ModelFolder.Read(result.GetValue(model)!, CouplingTables.Load);
            using StructureFiles structures = new(result.GetValue(files)!);
            using Progress progress = new(result.InvocationConfiguration.Error);
            ModelEvaluation evaluation = ModelEvaluation.Run(
                fitted, structures.Source, labels.Read(result, fitted.About.Keys), ThreadOption.Read(result, threads), (what, done, total) => progress.Report(what, done, total));
            progress.Clear();
            Dictionary<string, ModelEvaluation> sets = new() { [structures.Source.Name] = evaluation };
            ErrorTable.Write(result.InvocationConfiguration.Output, sets);
            if (path is not null)
            {
                string text = extension == ".json" ? ModelReport.Json(fitted, sets) : ModelReport.Html(Path.GetFileName(result.GetValue(model)!), fitted, sets);
                AtomicFile.Write(path, stream => stream.Write(Encoding.UTF8.GetBytes(text)));
            }

            return 0;
        });
        return verb;
    }
}
