using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;

namespace Toolkit.Numerics.Files;

/// <summary>
/// Features as a metatensor file (.mts): invariants are one block under the single key "_", equivariants one block for each
/// (o3_lambda, o3_sigma) with the component o3_mu; samples (system, atom, center_type), the labels as properties; with
/// gradients: those by "positions", in 1/Å, samples (sample, system, atom), with the component xyz before the others, and
/// those by each vector field under its name.
/// </summary>
public static class Metatensor
{
    /// <summary>Writes the file, which appears under its name when it is complete.</summary>
    /// <exception cref="InputException">The file cannot be written.</exception>
    public static void Write(string path, FeatureTable table)
    {
        ArgumentNullException.ThrowIfNull(table);
        NpzWriter.Write(path, table.IsEquivariant ? Equivariants(table) : Invariants(table));
    }

    private static IEnumerable<(string, NpyArray)> Invariants(FeatureTable table)
    {
        const string Block = "blocks/0/";
        yield return ("keys", NpyArray.Records(["_"], [[0]]));
        yield return (Block + "values", NpyArray.Reals(table.Values, table.SampleCount, table.FeatureCount));
        yield return (Block + "samples", Samples(table));
        yield return (Block + "properties", NpyArray.Records(table.LabelNames, [table.LabelValues]));
        if (table.HasGradients)
        {
            yield return (Block + Gradient + "values", NpyArray.Reals(table.Gradients, table.GradientRowCount, 3, table.FeatureCount));
            yield return (Block + Gradient + "samples", GradientSamples(table));
            yield return (Block + Gradient + "components/0", Directions);
            for (int f = 0; f < table.Fields.Count; f++)
            {
                string vectors = $"{Block}gradients/{table.Fields[f]}/";
                yield return (vectors + "values", NpyArray.Reals(table.VectorGradients(f), table.GradientRowCount, 3, table.FeatureCount));
                yield return (vectors + "samples", GradientSamples(table));
                yield return (vectors + "components/0", Directions);
            }
        }
    }

    private static IEnumerable<(string, NpyArray)> Equivariants(FeatureTable table)
    {
        yield return ("keys", NpyArray.Records(
            ["o3_lambda", "o3_sigma"], [table.Blocks.SelectMany(static b => new[] { b.Lambda, b.Sigma }).ToArray()]));
        for (int b = 0; b < table.Blocks.Count; b++)
        {
            FeatureBlock block = table.Blocks[b];
            string folder = string.Create(CultureInfo.InvariantCulture, $"blocks/{b}/");
            NpyArray components = NpyArray.Records(["o3_mu"], [Enumerable.Range(-block.Lambda, block.Components).ToArray()]);
            yield return (folder + "values", NpyArray.Reals(
                table.Cut(table.Values, block), table.SampleCount, block.Components, block.Channels));
            yield return (folder + "samples", Samples(table));
            yield return (folder + "components/0", components);
            yield return (folder + "properties", NpyArray.Records(block.LabelNames, [block.Labels]));
            if (table.HasGradients)
            {
                yield return (folder + Gradient + "values", NpyArray.Reals(
                    table.Cut(table.Gradients, block), table.GradientRowCount, 3, block.Components, block.Channels));
                yield return (folder + Gradient + "samples", GradientSamples(table));
                yield return (folder + Gradient + "components/0", Directions);
                yield return (folder + Gradient + "components/1", components);
            }
        }
    }

    private const string Gradient = "gradients/positions/";

    private static NpyArray Directions => NpyArray.Records(["xyz"], [[0, 1, 2]]);

    private static NpyArray Samples(FeatureTable table) => NpyArray.Records(["system", "atom", "center_type"], table.Samples);

    private static NpyArray GradientSamples(FeatureTable table) =>
        NpyArray.Records(["sample", "system", "atom"], table.GradientSamples);
}
