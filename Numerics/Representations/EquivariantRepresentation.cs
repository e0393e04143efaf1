using System;
using System.Collections.Generic;
using System.Linq;
using Toolkit.Numerics.Expansion;
using Toolkit.Numerics.Structures;

namespace Toolkit.Numerics.Representations;

/// <summary>
/// Equivariants of every atom's environment: blocks whose 2λ + 1 components turn with the structure like real harmonics
/// of order λ.
/// </summary>
public abstract class EquivariantRepresentation : Representation
{
    private readonly Lazy<RepresentationSet> _alone;

    private protected EquivariantRepresentation(DensityExpansion expansion, IReadOnlyList<EquivariantLayout> layout)
        : base(expansion, layout.Sum(static b => b.Length))
    {
        Layout = layout;
        _alone = new Lazy<RepresentationSet>(() => RepresentationSet.Of(this));
    }

    /// <summary>The blocks, and where each stands among the numbers of one environment.</summary>
    public IReadOnlyList<EquivariantLayout> Layout { get; }

    /// <summary>The equivariants of every atom.</summary>
    /// <param name="structure">Its species must all have channels.</param>
    /// <param name="threads">How many threads may work; the result is the same for any number.</param>
    /// <exception cref="ArgumentException">A species without channels.</exception>
    /// <exception cref="CoincidentAtomsException">Two atoms at the same place.</exception>
    public EquivariantBlocks Compute(Structure structure, int threads = 1) =>
        EquivariantBlocks.Cut(Layout, structure.Count, _alone.Value.Compute(structure, threads));

    /// <summary>The same into the caller's memory, <c>[atom, block, μ, channel]</c> with blocks placed by <see cref="Layout"/>.</summary>
    /// <param name="structure">Its species must all have channels.</param>
    /// <param name="values">Receives atoms · <see cref="Representation.FeatureCount"/> numbers.</param>
    /// <param name="threads">How many threads may work; the result is the same for any number.</param>
    /// <exception cref="ArgumentException">A species without channels; memory of another length.</exception>
    /// <exception cref="CoincidentAtomsException">Two atoms at the same place.</exception>
    public void Compute(Structure structure, Span<double> values, int threads = 1) => _alone.Value.Compute(structure, values, threads);

    /// <summary>The equivariants of every atom and their gradients by every position they depend on.</summary>
    /// <param name="structure">Its species must all have channels.</param>
    /// <param name="threads">How many threads may work; the result is the same for any number.</param>
    /// <param name="reuse">An earlier result whose memory may be taken; it is void afterwards.</param>
    /// <returns>Features are <c>[block, μ, channel]</c>, placed by <see cref="Layout"/>.</returns>
    /// <exception cref="ArgumentException">A species without channels.</exception>
    /// <exception cref="CoincidentAtomsException">Two atoms at the same place.</exception>
    public FeatureGradients ComputeWithGradients(Structure structure, int threads = 1, FeatureGradients? reuse = null) =>
        _alone.Value.ComputeWithGradients(structure, threads, reuse);

    /// <summary>
    /// The backward pass: Σ weights · values over all atoms, blocks, μ and channels, taken as an energy, with all its
    /// derivatives. With weights dE/dvalues these are the derivatives of E.
    /// </summary>
    /// <param name="structure">Its species must all have channels.</param>
    /// <param name="weights">Blocks like those of <see cref="Compute(Structure, int)"/>.</param>
    /// <param name="threads">How many threads may work; the result is the same for any number.</param>
    /// <exception cref="ArgumentException">A species without channels; other blocks or another number of atoms.</exception>
    /// <exception cref="CoincidentAtomsException">Two atoms at the same place.</exception>
    public Evaluation Evaluate(Structure structure, EquivariantBlocks weights, int threads = 1)
    {
        ArgumentNullException.ThrowIfNull(weights);
        return _alone.Value.Evaluate(structure, weights.Join(Layout), threads);
    }
}
