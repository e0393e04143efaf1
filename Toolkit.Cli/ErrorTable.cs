using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using Toolkit.Cli.Fitting;
using Toolkit.Numerics.Models;

namespace Toolkit.Cli;

/// <summary>Errors of a model as lines separated by tabs.</summary>
internal static class ErrorTable
{
    /// <summary>A learning curve: the errors of fits to parts of the training set.</summary>
    public static void Write(TextWriter output, IReadOnlyList<CurvePoint> curve)
    {
        output.WriteLine("structures fitted\tlabel\tRMSE\tMAE\tunit");
        foreach (CurvePoint point in curve)
        {
            foreach (LabelError e in point.Errors)
            {
                output.WriteLine(string.Create(
                    CultureInfo.InvariantCulture, $"{point.Structures}\t{e.Label}\t{e.RootMeanSquare:G4}\t{e.Mean:G4}\t{e.Unit}"));
            }
        }
    }

    /// <summary>What a sweep found, the smallest error of each label marked.</summary>
    public static void Write(TextWriter output, string set, IReadOnlyList<(string Name, LabelError[] Errors)> models)
    {
        output.WriteLine("model\tset\tlabel\tRMSE\tunit\tbest");
        foreach ((string name, LabelError[] errors) in models)
        {
            foreach (LabelError e in errors)
            {
                double least = models.SelectMany(static m => m.Errors).Where(o => o.Label == e.Label).Min(static o => o.RootMeanSquare);
                output.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{name}\t{set}\t{e.Label}\t{e.RootMeanSquare:G4}\t{e.Unit}\t{(e.RootMeanSquare == least ? "*" : "-")}"));
            }
        }
    }

    public static void Write(TextWriter output, IReadOnlyDictionary<string, ModelEvaluation> sets)
    {
        output.WriteLine("set\tlabel\tspecies\tcount\tRMSE\tMAE\tlargest\tunit\t% of std");
        foreach ((string set, ModelEvaluation evaluation) in sets)
        {
            foreach (LabelError e in evaluation.Errors)
            {
                string percent = e.Percent is double p ? p.ToString("0.00", CultureInfo.InvariantCulture) : "-";
                output.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"{set}\t{e.Label}\t{e.Species ?? "all"}\t{e.Count}\t{e.RootMeanSquare:G4}\t{e.Mean:G4}\t{e.Largest:G4}\t{e.Unit}\t{percent}"));
            }
        }
    }
}
