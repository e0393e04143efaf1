using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;

namespace Toolkit.Numerics.Files;

/// <summary>
/// Features as a metatensor file (.mts): invariants are one block under the single key "_", equivariants one block for each
/// (o3_lambda, o3_sigma) with the component o3_mu; samples (system, atom, center_type), of means (system), the labels as
/// properties; with gradients: those by "positions", in 1/Å, samples (sample, system, atom), with the component xyz before the
/// others, and those by each vector field under its name.
/// </summary>
public static class Metatensor
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
        yield return new FeatureArray("keys", layout.IsEquivariant
            ? NpyArray.Records(["o3_lambda", "o3_sigma"], [layout.Blocks.SelectMany(static b => new[] { b.Lambda, b.Sigma }).ToArray()])
            : NpyArray.Records(["_"], [[0]]));
        for (int b = 0; b < layout.Blocks.Count; b++)
        {
            FeatureBlock block = layout.Blocks[b];
            string folder = string.Create(CultureInfo.InvariantCulture, $"blocks/{b}/");
            NpyArray? components = layout.IsEquivariant
                ? NpyArray.Records(["o3_mu"], [Enumerable.Range(-block.Lambda, block.Components).ToArray()])
                : null;
            yield return shapes.Values(folder + "values", block);
            yield return shapes.Samples(folder + "samples", ["system", "atom", "center_type"]);
            if (components is not null)
                yield return new FeatureArray(folder + "components/0", components);

            yield return FeatureShapes.Labels(folder + "properties", block);
            for (int f = -1; layout.HasGradients && f < layout.Fields.Count; f++)
            {
                string gradients = $"{folder}gradients/{(f < 0 ? "positions" : layout.Fields[f])}/";
                yield return f < 0 ? shapes.Gradients(gradients + "values", block) : shapes.VectorGradients(gradients + "values", block, f);
                yield return shapes.GradientSamples(gradients + "samples", ["sample", "system", "atom"]);
                yield return new FeatureArray(gradients + "components/0", NpyArray.Records(["xyz"], [[0, 1, 2]]));
                if (components is not null)
                    yield return new FeatureArray(gradients + "components/1", components);
            }
        }
    }
}
