using System;
using Toolkit.Numerics.Expansion;
using Toolkit.Numerics.Structures;

namespace Toolkit.Numerics.Representations;

/// <summary>Rotation-invariant features of every atom's environment: scalars, or pseudoscalars.</summary>
public abstract class InvariantRepresentation : Representation
{
    private readonly Lazy<RepresentationSet> _alone;

    private protected InvariantRepresentation(DensityExpansion expansion, FeatureLabels labels) : base(expansion, labels.Count)
    {
        Labels = labels;
        _alone = new Lazy<RepresentationSet>(() => RepresentationSet.Of(this));
    }

    /// <summary>What each feature is.</summary>
    public FeatureLabels Labels { get; }

    /// <summary>Features of every atom.</summary>
    /// <param name="structure">Its species must all have channels; it has the vectors of the expansion's fields.</param>
    /// <param name="threads">How many threads may work; the result is the same for any number.</param>
    /// <returns><c>[atom, feature]</c>.</returns>
    /// <exception cref="ArgumentException">A species without channels; vectors that are absent or not finite.</exception>
    /// <exception cref="CoincidentAtomsException">Two atoms at the same place.</exception>
    public double[] Compute(Structure structure, int threads = 1) => _alone.Value.Compute(structure, threads);

    /// <summary>The same into the caller's memory.</summary>
    /// <param name="structure">Its species must all have channels; it has the vectors of the expansion's fields.</param>
    /// <param name="values">Receives <c>[atom, feature]</c>.</param>
    /// <param name="threads">How many threads may work; the result is the same for any number.</param>
    /// <exception cref="ArgumentException">As before; or memory of another length.</exception>
    /// <exception cref="CoincidentAtomsException">Two atoms at the same place.</exception>
    public void Compute(Structure structure, Span<double> values, int threads = 1) => _alone.Value.Compute(structure, values, threads);

    /// <summary>Features of every atom and their gradients with respect to every position and vector they depend on.</summary>
    /// <param name="structure">Its species must all have channels; it has the vectors of the expansion's fields.</param>
    /// <param name="threads">How many threads may work; the result is the same for any number.</param>
    /// <param name="reuse">An earlier result whose memory may be taken; it is void afterwards.</param>
    /// <exception cref="ArgumentException">A species without channels; vectors that are absent or not finite.</exception>
    /// <exception cref="CoincidentAtomsException">Two atoms at the same place.</exception>
    public FeatureGradients ComputeWithGradients(Structure structure, int threads = 1, FeatureGradients? reuse = null) =>
        _alone.Value.ComputeWithGradients(structure, threads, reuse);
}
