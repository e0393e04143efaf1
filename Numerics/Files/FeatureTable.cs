using System;
using System.Collections.Generic;

namespace Toolkit.Numerics.Files;

/// <summary>Features of many structures with their labels, held in memory; the rows are those of a feature file.</summary>
/// <param name="layout">What it holds.</param>
public sealed class FeatureTable(FeatureLayout layout) : IFeatureSink
{
    private readonly List<double[]> _values = [];
    private readonly List<int[]> _samples = [];
    private readonly List<int[]> _gradientSamples = [];
    private readonly List<double[]> _gradients = [];
    private readonly List<double[]> _vectorGradients = [];

    /// <summary>What it holds.</summary>
    public FeatureLayout Layout { get; } = layout;

    /// <summary>The number of rows so far.</summary>
    public long SampleCount { get; private set; }

    /// <summary>The number of gradient rows so far.</summary>
    public long GradientRowCount { get; private set; }

    /// <summary>[batch][row, feature]: the values as they are computed, <see cref="FeatureLayout.RowLength"/> numbers in a row.</summary>
    public IReadOnlyList<double[]> Values => _values;

    /// <summary>[batch][row, (structure, atom, species)]; of means [batch][row, structure].</summary>
    public IReadOnlyList<int[]> Samples => _samples;

    /// <summary>[batch][gradient row, (sample, structure, atom)].</summary>
    public IReadOnlyList<int[]> GradientSamples => _gradientSamples;

    /// <summary>[batch][gradient row, xyz, feature], 1/Å.</summary>
    public IReadOnlyList<double[]> Gradients => _gradients;

    /// <summary>[batch][gradient row, field, xyz, feature], gradients by the vectors.</summary>
    public IReadOnlyList<double[]> VectorGradients => _vectorGradients;

    /// <summary>Adds a copy of a batch.</summary>
    /// <exception cref="ArgumentException">Numbers that do not fit together.</exception>
    public void Add(FeatureBatch batch)
    {
        long rows = batch.Samples.Length / Layout.SampleLength, gradientRows = batch.GradientSamples.Length / 3;
        double[] values = batch.CopyValues();
        if (values.Length != rows * Layout.RowLength
            || batch.Gradients.Length != gradientRows * 3 * Layout.RowLength
            || batch.VectorGradients.Length != gradientRows * 3 * Layout.RowLength * Layout.Fields.Count)
        {
            throw new ArgumentException(
                $"{rows} rows and {gradientRows} of gradients with {Layout.RowLength} features do not fit {values.Length} values and "
                + $"{batch.Gradients.Length} + {batch.VectorGradients.Length} gradients.",
                nameof(batch));
        }

        SampleCount += rows;
        GradientRowCount += gradientRows;
        _samples.Add(batch.Samples.ToArray());
        _values.Add(values);
        _gradientSamples.Add(batch.GradientSamples.ToArray());
        _gradients.Add(batch.Gradients.ToArray());
        _vectorGradients.Add(batch.VectorGradients.ToArray());
    }

    /// <summary>Gives all batches to another.</summary>
    public void CopyTo(IFeatureSink sink)
    {
        ArgumentNullException.ThrowIfNull(sink);
        for (int k = 0; k < _values.Count; k++)
        {
            sink.Add(new FeatureBatch
            {
                Samples = _samples[k],
                Values = _values[k],
                GradientSamples = _gradientSamples[k],
                Gradients = _gradients[k],
                VectorGradients = _vectorGradients[k],
            });
        }
    }
}
