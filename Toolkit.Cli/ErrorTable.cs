using System.Collections.Generic;
using System.Globalization;
using System.IO;
using Toolkit.Numerics.Models;

namespace Toolkit.Cli;

/// <summary>Errors of a model as lines separated by tabs.</summary>
internal static class ErrorTable
{
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
