using System.Collections.Generic;

namespace Toolkit.Numerics.Files;

/// <summary>Which numbers of the batches an array of a feature file is made of.</summary>
internal enum FeatureRows
{
    /// <summary>None: the array is known before them.</summary>
    None,

    /// <summary>Values of one block.</summary>
    Values,

    /// <summary>The rows' samples.</summary>
    Samples,

    /// <summary>Gradients of one block by positions.</summary>
    Gradients,

    /// <summary>Gradients of one block by the vectors of one field.</summary>
    VectorGradients,

    /// <summary>The gradient rows' samples.</summary>
    GradientSamples,
}

/// <summary>One array of a feature file.</summary>
/// <param name="Name">Its name without ".npy".</param>
/// <param name="Array">Its type and shape, and where <paramref name="Rows"/> is none its data.</param>
/// <param name="Rows">What it is made of.</param>
/// <param name="Block">The block.</param>
/// <param name="Field">The number of the field.</param>
internal sealed record FeatureArray(
    string Name, NpyArray Array, FeatureRows Rows = FeatureRows.None, FeatureBlock? Block = null, int Field = 0);

/// <summary>The arrays of a layout with as many rows, whatever a format calls them.</summary>
internal sealed class FeatureShapes(FeatureLayout layout, long samples, long gradientRows)
{
    public FeatureLayout Layout => layout;

    public FeatureArray Values(string name, FeatureBlock block) =>
        new(name, NpyArray.RealsToCome(layout.IsSingle, [samples, .. Axes(block)]), FeatureRows.Values, block);

    public FeatureArray Gradients(string name, FeatureBlock block) =>
        new(name, NpyArray.RealsToCome(layout.IsSingle, [gradientRows, 3, .. Axes(block)]), FeatureRows.Gradients, block);

    public FeatureArray VectorGradients(string name, FeatureBlock block, int field) =>
        new(name, NpyArray.RealsToCome(layout.IsSingle, [gradientRows, 3, .. Axes(block)]), FeatureRows.VectorGradients, block, field);

    /// <param name="name">The array's name.</param>
    /// <param name="names">Structure, atom, species as the format calls them; of means the first alone.</param>
    public FeatureArray Samples(string name, IReadOnlyList<string> names) =>
        new(name, NpyArray.RecordsToCome(layout.IsAveraged ? [names[0]] : names, samples), FeatureRows.Samples);

    public FeatureArray GradientSamples(string name, IReadOnlyList<string> names) =>
        new(name, NpyArray.RecordsToCome(names, gradientRows), FeatureRows.GradientSamples);

    public static FeatureArray Labels(string name, FeatureBlock block) => new(name, NpyArray.Records(block.LabelNames, [block.Labels]));

    private long[] Axes(FeatureBlock block) => layout.IsEquivariant ? [block.Components, block.Channels] : [block.Channels];
}
