using System;
using System.Collections.Generic;

namespace Toolkit.Numerics.Files;

/// <summary>
/// Features as .npz: values [sample, feature]; samples (structure, atom, species); features (the labels); spec (JSON
/// text); and with gradients: gradients [row, xyz, feature] in 1/Å and gradient_samples (sample, structure, atom).
/// </summary>
public static class FeatureNpz
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
        yield return ("values", NpyArray.Reals(table.Values, table.SampleCount, table.FeatureCount));
        yield return ("samples", NpyArray.Records(["structure", "atom", "species"], table.Samples));
        yield return ("features", NpyArray.Records(table.LabelNames, [table.LabelValues]));
        yield return ("spec", NpyArray.Text(table.Spec));
        if (table.HasGradients)
        {
            yield return ("gradients", NpyArray.Reals(table.Gradients, table.GradientRowCount, 3, table.FeatureCount));
            yield return ("gradient_samples", NpyArray.Records(["sample", "structure", "atom"], table.GradientSamples));
        }
    }
}
