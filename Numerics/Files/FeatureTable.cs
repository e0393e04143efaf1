using System;
using System.Collections.Generic;
using Toolkit.Numerics.Structures;

namespace Toolkit.Numerics.Files;

/// <summary>
/// Invariant features of many structures with their labels, ready to be written: one sample per atom, in the order of
/// the structures and of their atoms; gradients beside them when asked for.
/// </summary>
/// <param name="labelNames">What the labels of a feature are called, e.g. species_1, n_1, species_2, n_2, l.</param>
/// <param name="labels">[feature, label] row-major.</param>
/// <param name="spec">The JSON text that says how the features were made.</param>
/// <param name="hasGradients">Whether every structure comes with gradients.</param>
public sealed class FeatureTable(IReadOnlyList<string> labelNames, int[] labels, string spec, bool hasGradients)
{
    private readonly List<double[]> _values = [];
    private readonly List<int[]> _samples = [];
    private readonly List<double[]> _gradients = [];
    private readonly List<int[]> _gradientSamples = [];

    /// <summary>What the labels of a feature are called.</summary>
    public IReadOnlyList<string> LabelNames { get; } = labelNames;

    /// <summary>The number of features per atom.</summary>
    public int FeatureCount { get; } = labels.Length / labelNames.Count;

    /// <summary>The number of structures so far.</summary>
    public int StructureCount => _values.Count;

    /// <summary>The number of samples so far: one per atom.</summary>
    public long SampleCount { get; private set; }

    /// <summary>The number of gradient rows so far.</summary>
    public long GradientRowCount { get; private set; }

    /// <summary>Whether gradients are kept.</summary>
    public bool HasGradients { get; } = hasGradients;

    /// <summary>[structure][atom, feature]: the values.</summary>
    public IReadOnlyList<double[]> Values => _values;

    internal string Spec { get; } = spec;

    internal int[] LabelValues { get; } = labels;

    /// <summary>[structure][atom, (structure, atom, species)].</summary>
    internal IReadOnlyList<int[]> Samples => _samples;

    /// <summary>[structure][row, xyz, feature].</summary>
    internal IReadOnlyList<double[]> Gradients => _gradients;

    /// <summary>[structure][row, (sample, structure, atom)].</summary>
    internal IReadOnlyList<int[]> GradientSamples => _gradientSamples;

    /// <summary>Adds the features of one structure.</summary>
    /// <param name="structure">The structure.</param>
    /// <param name="values">[atom, feature]; kept, not copied.</param>
    /// <exception cref="ArgumentException">Wrong length; or gradients are expected.</exception>
    public void Add(Structure structure, double[] values)
    {
        RequireGradients(false);
        AddValues(structure, values);
    }

    /// <summary>Adds the features of one structure and their gradients.</summary>
    /// <param name="structure">The structure.</param>
    /// <param name="values">[atom, feature]; kept, not copied.</param>
    /// <param name="offsets">[atom + 1]: rows offsets[i] … offsets[i + 1] − 1 are gradients of atom i's features.</param>
    /// <param name="atoms">[row]: the atom by whose position the row differentiates.</param>
    /// <param name="gradients">[row, xyz, feature], 1/Å; kept, not copied.</param>
    /// <exception cref="ArgumentException">Wrong length; or no gradients are expected.</exception>
    public void Add(Structure structure, double[] values, ReadOnlySpan<int> offsets, ReadOnlySpan<int> atoms, double[] gradients)
    {
        RequireGradients(true);
        if (offsets.Length != structure.Count + 1 || gradients.LongLength != 3L * atoms.Length * FeatureCount)
        {
            throw new ArgumentException(
                $"{structure.Count} atoms and {atoms.Length} rows of {FeatureCount} features do not fit {offsets.Length} offsets and {gradients.LongLength} gradients.",
                nameof(gradients));
        }

        long first = SampleCount;
        int index = StructureCount;
        AddValues(structure, values);
        int[] samples = new int[3 * atoms.Length];
        for (int i = 0; i < structure.Count; i++)
        {
            for (int row = offsets[i]; row < offsets[i + 1]; row++)
            {
                samples[3 * row] = checked((int)(first + i));
                samples[3 * row + 1] = index;
                samples[3 * row + 2] = atoms[row];
            }
        }

        _gradientSamples.Add(samples);
        _gradients.Add(gradients);
        GradientRowCount += atoms.Length;
    }

    private void RequireGradients(bool given)
    {
        if (given != HasGradients)
        {
            throw new ArgumentException(given ? "This table keeps no gradients." : "This table wants gradients of every structure.");
        }
    }

    private void AddValues(Structure structure, double[] values)
    {
        if (values.LongLength != (long)structure.Count * FeatureCount)
        {
            throw new ArgumentException($"{structure.Count} atoms have {(long)structure.Count * FeatureCount} values; got {values.LongLength}.", nameof(values));
        }

        int[] samples = new int[3 * structure.Count];
        for (int i = 0; i < structure.Count; i++)
        {
            samples[3 * i] = StructureCount;
            samples[3 * i + 1] = i;
            samples[3 * i + 2] = structure.Species[i];
        }

        _samples.Add(samples);
        _values.Add(values);
        SampleCount += structure.Count;
    }
}
