using System;
using Toolkit.Numerics.Expansion;
using Toolkit.Numerics.Structures;

namespace Toolkit.Numerics.Representations;

/// <summary>Rotation-invariant features of every atom's environment: scalars, or pseudoscalars.</summary>
public abstract class InvariantRepresentation : Representation
{
    private protected InvariantRepresentation(DensityExpansion expansion, FeatureLabels labels) : base(expansion, labels.Count) =>
        Labels = labels;

    /// <summary>What each feature is.</summary>
    public FeatureLabels Labels { get; }

    /// <summary>Features of every atom.</summary>
    /// <param name="structure">Its species must all have channels; it has the vectors of the expansion's fields.</param>
    /// <param name="threads">How many threads may work; the result is the same for any number.</param>
    /// <returns><c>[atom, feature]</c>.</returns>
    /// <exception cref="ArgumentException">A species without channels; vectors that are absent or not finite.</exception>
    /// <exception cref="CoincidentAtomsException">Two atoms at the same place.</exception>
    public double[] Compute(Structure structure, int threads = 1) => Alone.Compute(structure, threads);
}
