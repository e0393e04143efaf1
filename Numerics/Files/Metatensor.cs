using System;
using System.Collections.Generic;

namespace Toolkit.Numerics.Files;

/// <summary>
/// Features as a metatensor file (.mts): one block under the single key "_", samples (system, atom, center_type), the
/// features' labels as properties; with gradients: those by "positions", in 1/Å, samples (sample, system, atom), one
/// component xyz.
/// </summary>
public static class Metatensor
{
    /// <summary>Writes the file, which appears under its name when it is complete.</summary>
    /// <exception cref="InputException">The file cannot be written.</exception>
    public static void Write(string path, FeatureTable table)
    {
        ArgumentNullException.ThrowIfNull(table);
        NpzWriter.Write(path, Arrays(table));
    }

    private static IEnumerable<(string, NpyArray)> Arrays(FeatureTable table)
    {
        const string Block = "blocks/0/";
        yield return ("keys", NpyArray.Records(["_"], [[0]]));
        yield return (Block + "values", NpyArray.Reals(table.Values, table.SampleCount, table.FeatureCount));
        yield return (Block + "samples", NpyArray.Records(["system", "atom", "center_type"], table.Samples));
        yield return (Block + "properties", NpyArray.Records(table.LabelNames, [table.LabelValues]));
        if (table.HasGradients)
        {
            const string Gradient = Block + "gradients/positions/";
            yield return (Gradient + "values", NpyArray.Reals(table.Gradients, table.GradientRowCount, 3, table.FeatureCount));
            yield return (Gradient + "samples", NpyArray.Records(["sample", "system", "atom"], table.GradientSamples));
            yield return (Gradient + "components/0", NpyArray.Records(["xyz"], [[0, 1, 2]]));
        }
    }
}
