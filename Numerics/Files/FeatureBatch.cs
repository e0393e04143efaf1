using System;

namespace Toolkit.Numerics.Files;

/// <summary>Features of some atoms, or of structures as wholes, on their way into a file or table.</summary>
public readonly ref struct FeatureBatch
{
    /// <summary>[row, (structure, atom, species)]; of means [row, structure].</summary>
    public required ReadOnlySpan<int> Samples { get; init; }

    /// <summary>[row, feature]; empty where they are in <see cref="SingleValues"/>.</summary>
    public ReadOnlySpan<double> Values { get; init; }

    /// <summary>[row, feature], the same where they were made in float32.</summary>
    public ReadOnlySpan<float> SingleValues { get; init; }

    /// <summary>[gradient row, (sample, structure, atom)]: the row whose gradient it is, counted from the first batch on, and
    /// the atom that moves.</summary>
    public ReadOnlySpan<int> GradientSamples { get; init; }

    /// <summary>[gradient row, xyz, feature], 1/Å.</summary>
    public ReadOnlySpan<double> Gradients { get; init; }

    /// <summary>[gradient row, field, xyz, feature], gradients by the vectors.</summary>
    public ReadOnlySpan<double> VectorGradients { get; init; }

    /// <summary>A copy of the values in either precision.</summary>
    internal double[] CopyValues()
    {
        if (SingleValues.IsEmpty)
            return Values.ToArray();

        double[] values = new double[SingleValues.Length];
        for (int k = 0; k < values.Length; k++)
            values[k] = SingleValues[k];

        return values;
    }
}

/// <summary>Takes features batch after batch, in the order in which files hold them.</summary>
public interface IFeatureSink
{
    /// <summary>Takes a batch; its memory is the caller's.</summary>
    void Add(FeatureBatch batch);
}
