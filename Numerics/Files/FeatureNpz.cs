using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;

namespace Toolkit.Numerics.Files;

/// <summary>
/// Features as .npz: samples (structure, atom, species); values [sample, feature] with features (the labels), or for every
/// block of equivariants values_λ_σ [sample, μ, channel] with features_λ_σ; spec (JSON text); about (JSON text:
/// <see cref="FeatureAbout"/>); and with gradients:
/// gradient_samples (sample, structure, atom) and gradients [row, xyz, feature] or gradients_λ_σ [row, xyz, μ, channel], in 1/Å,
/// and gradients_NAME [row, xyz, feature] by the vectors of each field, per unit of the vector.
/// </summary>
public static class FeatureNpz
{
    /// <summary>Writes the file, which appears under its name when it is complete.</summary>
    /// <param name="path">The file's name.</param>
    /// <param name="table">The features.</param>
    /// <param name="sources">The files of the structures; null: unknown.</param>
    /// <exception cref="InputException">The file cannot be written.</exception>
    public static void Write(string path, FeatureTable table, IReadOnlyList<string>? sources = null)
    {
        ArgumentNullException.ThrowIfNull(table);
        string about = FeatureAbout.Text(sources ?? [], table.HasGradients, table.Fields);
        NpzWriter.Write(path, (table.IsEquivariant ? Equivariants(table) : Invariants(table)).Append(("about", NpyArray.Text(about))));
    }

    private static IEnumerable<(string, NpyArray)> Invariants(FeatureTable table)
    {
        yield return ("values", NpyArray.Reals(table.Values, table.SampleCount, table.FeatureCount));
        yield return ("features", NpyArray.Records(table.LabelNames, [table.LabelValues]));
        if (table.HasGradients)
        {
            yield return ("gradients", NpyArray.Reals(table.Gradients, table.GradientRowCount, 3, table.FeatureCount));
            for (int f = 0; f < table.Fields.Count; f++)
            {
                yield return ("gradients_" + table.Fields[f],
                    NpyArray.Reals(table.VectorGradients(f), table.GradientRowCount, 3, table.FeatureCount));
            }
        }

        foreach ((string, NpyArray) array in Common(table))
        {
            yield return array;
        }
    }

    private static IEnumerable<(string, NpyArray)> Equivariants(FeatureTable table)
    {
        foreach (FeatureBlock block in table.Blocks)
        {
            string key = string.Create(CultureInfo.InvariantCulture, $"_{block.Lambda}_{block.Sigma}");
            yield return ("values" + key, NpyArray.Reals(table.Cut(table.Values, block), table.SampleCount, block.Components, block.Channels));
            yield return ("features" + key, NpyArray.Records(block.LabelNames, [block.Labels]));
            if (table.HasGradients)
            {
                yield return ("gradients" + key, NpyArray.Reals(
                    table.Cut(table.Gradients, block), table.GradientRowCount, 3, block.Components, block.Channels));
            }
        }

        foreach ((string, NpyArray) array in Common(table))
        {
            yield return array;
        }
    }

    private static IEnumerable<(string, NpyArray)> Common(FeatureTable table)
    {
        yield return ("samples", NpyArray.Records(["structure", "atom", "species"], table.Samples));
        yield return ("spec", NpyArray.Text(table.Spec));
        if (table.HasGradients)
        {
            yield return ("gradient_samples", NpyArray.Records(["sample", "structure", "atom"], table.GradientSamples));
        }
    }
}
