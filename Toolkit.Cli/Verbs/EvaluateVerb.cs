using System.Collections.Generic;
using System.CommandLine;
using System.IO;
using System.Text;
using Toolkit.Numerics.Files;
using Toolkit.Numerics.Models;
using Toolkit.Numerics.Models.Tensors;
using Toolkit.Numerics.Representations;

namespace Toolkit.Cli.Verbs;

/// <summary><c>toolkit evaluate</c>: how far a model is from the labels of files.</summary>
internal static class EvaluateVerb
{
    public static Command Create()
    {
        var model = new Argument<string>("MODEL") { Description = "a model's folder, made by toolkit fit" };
        var files = new Argument<string[]>("FILE")
        {
            Description = "structures with energies, forces, stress or effective fields, dipoles or tensors: extended XYZ, patterns, or - for standard input",
            Arity = ArgumentArity.OneOrMore,
        };
        var output = new Option<string?>("--out") { Description = "also write the report, .json or .html" };
        Option<int> threads = ThreadOption.Create();
        Option<bool> force = OutputFile.Force();
        LabelOptions labels = new();
        var verb = new Command("evaluate", "The errors of a model on structures whose labels are known.") { model, files, output, threads,
            force };
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

            string folder = result.GetValue(model)!;
            ModelTarget target = ModelFolder.TargetOf(folder);
            using StructureFiles structures = new(result.GetValue(files)!);
            using Progress progress = new(result.InvocationConfiguration.Error);
            IFittedModel fitted = target == ModelTarget.Energy ? ModelFolder.Read(folder, CouplingTables.Load)
                : TensorFolder.Read(folder, CouplingTables.Load);
            int work = ThreadOption.Read(result, threads);
            ModelEvaluation evaluation = fitted is FittedTensor tensor
                ? TensorEvaluation.Run(tensor, structures.Source, labels.Read(result, target), work, Report)
                : ModelEvaluation.Run((FittedModel)fitted, structures.Source, labels.Read(result, fitted.About.Keys), work, Report);
            progress.Clear();
            Dictionary<string, ModelEvaluation> sets = new() { [structures.Source.Name] = evaluation };
            ErrorTable.Write(result.InvocationConfiguration.Output, sets);
            if (path is not null)
            {
                StructureMap map = new();
                if (extension == ".html") map.Add(fitted, "structure", structures.Source, work);
                string text = extension == ".json" ? ModelReport.Json(fitted, sets)
                    : ModelReport.Html(Path.GetFileName(folder), fitted, sets, map);
                AtomicFile.Write(path, stream => stream.Write(Encoding.UTF8.GetBytes(text)), result.GetValue(force));
            }

            return 0;

            void Report(string what, long done, long total) => progress.Report(what, done, total);
        });
        return verb;
    }
}
