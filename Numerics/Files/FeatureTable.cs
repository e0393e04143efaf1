using System;
using System.Collections.Generic;
using Toolkit.Numerics.Structures;

namespace Toolkit.Numerics.Files;

/// <summary>
/// Features of many structures with their labels, ready to be written: one sample per atom, in the order of the
/// structures and of their atoms; gradients beside them when asked for. Invariants are one row of numbers; equivariants are
/// blocks, side by side in an atom's row.
/// </summary>
public sealed class FeatureTable
{
    private readonly List<double[]> _values = [];
    private readonly List<int[]> _samples = [];
    private readonly List<double[]> _gradients = [];
    private readonly List<int[]> _gradientSamples = [];
    private readonly List<double[]> _vectorGradients = [];

    /// <summary>A table of invariants.</summary>
    /// <param name="labelNames">What the labels of a feature are called, e.g. species_1, n_1, species_2, n_2, l.</param>
    /// <param name="labels">[feature, label] row-major.</param>
    /// <param name="spec">The JSON text that says how the features were made.</param>
    /// <param name="hasGradients">Whether every structure comes with gradients.</param>
    /// <param name="fields">The vector fields that there are gradients by, beside positions; null: none.</param>
    public FeatureTable(IReadOnlyList<string> labelNames, int[] labels, string spec, bool hasGradients, IReadOnlyList<string>? fields = null)
    {
        Fields = fields ?? [];
        (LabelNames, LabelValues, Blocks, Spec, HasGradients) = (labelNames, labels, [], spec, hasGradients);
        FeatureCount = labels.Length / labelNames.Count;
    }

    /// <summary>A table of equivariants.</summary>
    /// <param name="blocks">The blocks of an atom's row.</param>
    /// <param name="spec">The JSON text that says how the features were made.</param>
    /// <param name="hasGradients">Whether every structure comes with gradients.</param>
    public FeatureTable(IReadOnlyList<FeatureBlock> blocks, string spec, bool hasGradients)
    {
        (LabelNames, LabelValues, Blocks, Spec, HasGradients) = ([], [], blocks, spec, hasGradients);
        foreach (FeatureBlock block in blocks)
            FeatureCount += block.Length;
        IsEquivariant = true;
    }

    /// <summary>What the labels of an invariant are called.</summary>
    public IReadOnlyList<string> LabelNames { get; }

    /// <summary>The vector fields that there are gradients by.</summary>
    public IReadOnlyList<string> Fields { get; } = [];

    /// <summary>Whether the features are blocks of equivariants.</summary>
    public bool IsEquivariant { get; }

    /// <summary>The blocks of equivariants in an atom's row; none for invariants.</summary>
    public IReadOnlyList<FeatureBlock> Blocks { get; }

    /// <summary>The length of an atom's row.</summary>
    public int FeatureCount { get; }

    /// <summary>The number of structures so far.</summary>
    public int StructureCount => _values.Count;

    /// <summary>The number of samples so far: one per atom.</summary>
    public long SampleCount { get; private set; }

    /// <summary>The number of gradient rows so far.</summary>
    public long GradientRowCount { get; private set; }

    /// <summary>Whether gradients are kept.</summary>
    public bool HasGradients { get; }

    /// <summary>[structure][atom, feature]: the values.</summary>
    public IReadOnlyList<double[]> Values => _values;

    internal string Spec { get; }

    internal int[] LabelValues { get; }

    /// <summary>[structure][row, μ, channel] out of [structure][row, feature].</summary>
    internal double[][] Cut(IReadOnlyList<double[]> rows, FeatureBlock block)
    {
        double[][] parts = new double[rows.Count][];
        for (int s = 0; s < parts.Length; s++)
        {
            long count = FeatureCount == 0 ? 0 : rows[s].LongLength / FeatureCount;
            parts[s] = new double[count * block.Length];
            for (long i = 0; i < count; i++)
                Array.Copy(rows[s], i * FeatureCount + block.First, parts[s], i * block.Length, block.Length);
        }
        return parts;
    }

    /// <summary>[structure][atom, (structure, atom, species)].</summary>
    internal IReadOnlyList<int[]> Samples => _samples;

    /// <summary>[structure][row, xyz, feature].</summary>
    internal IReadOnlyList<double[]> Gradients => _gradients;

    /// <summary>[structure][row, xyz, feature] of one vector field.</summary>
    internal double[][] VectorGradients(int field)
    {
        double[][] parts = new double[_vectorGradients.Count][];
        int size = 3 * FeatureCount;
        for (int s = 0; s < parts.Length; s++)
        {
            long rows = _gradientSamples[s].Length / 3;
            parts[s] = new double[rows * size];
            for (long row = 0; row < rows; row++)
                Array.Copy(_vectorGradients[s], (row * Fields.Count + field) * size, parts[s], row * size, size);
        }
        return parts;
    }

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
    /// <param name="vectors">[row, field, xyz, feature], gradients by the vectors; kept, not copied; null: there are no fields.</param>
    /// <exception cref="ArgumentException">Wrong length; or no gradients are expected.</exception>
    public void Add(
        Structure structure, double[] values, ReadOnlySpan<int> offsets, ReadOnlySpan<int> atoms, double[] gradients, double[]? vectors = null)
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
        if (Fields.Count > 0)
        {
            _vectorGradients.Add(vectors is not null && vectors.LongLength == gradients.LongLength * Fields.Count
                ? vectors
                : throw new ArgumentException($"expected gradients by {string.Join(", ", Fields)}", nameof(vectors)));
        }

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
