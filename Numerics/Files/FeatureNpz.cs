using System;
using System.Collections.Generic;
using System.Globalization;

namespace Toolkit.Numerics.Files;

/// <summary>
/// Features as .npz: samples (structure, atom, species), of means (structure); values [sample, feature] with features (the
/// labels), or for every block of equivariants values_λ_σ [sample, μ, channel] with features_λ_σ; spec (JSON text); about (JSON text:
/// <see cref="FeatureAbout"/>); and with gradients: gradient_samples (sample, structure, atom) and gradients [row, xyz, feature] or
/// gradients_λ_σ [row, xyz, μ, channel], in 1/Å, and gradients_NAME [row, xyz, feature] by the vectors of each field, per unit of the
/// vector.
/// </summary>
public static class FeatureNpz
{
    /// <summary>Writes the file, which appears under its name when it is complete.</summary>
    /// <exception cref="InputException">The file cannot be written.</exception>
    public static void Write(string path, FeatureTable table)
    {
        ArgumentNullException.ThrowIfNull(table);
        new FeatureFile(path, table.Layout, table.SampleCount, table.GradientRowCount, Arrays).Write(table.CopyTo);
    }

    internal static IEnumerable<FeatureArray> Arrays(FeatureShapes shapes)
    {
        FeatureLayout layout = shapes.Layout;
        foreach (FeatureBlock block in layout.Blocks)
        {
            string key = layout.IsEquivariant ? string.Create(CultureInfo.InvariantCulture, $"_{block.Lambda}_{block.Sigma}") : "";
            yield return shapes.Values("values" + key, block);
            yield return FeatureShapes.Labels("features" + key, block);
            if (layout.HasGradients)
            {
                yield return shapes.Gradients("gradients" + key, block);
                for (int f = 0; f < layout.Fields.Count; f++)
                    yield return shapes.VectorGradients($"gradients_{layout.Fields[f]}{key}", block, f);
            }
        }

        yield return shapes.Samples("samples", ["structure", "atom", "species"]);
        yield return new FeatureArray("spec", NpyArray.Text(layout.Spec));
        yield return new FeatureArray(
            "about", NpyArray.Text(FeatureAbout.Text(layout.Sources, layout.HasGradients, layout.Fields, layout.Fit)));
        if (layout.HasGradients)
            yield return shapes.GradientSamples("gradient_samples", ["sample", "structure", "atom"]);

        foreach ((string name, NpyArray array) in layout.Attachments)
            yield return new FeatureArray(name, array);
    }
}
