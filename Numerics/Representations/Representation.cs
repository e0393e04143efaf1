using System;
using System.Collections.Generic;
using System.Linq;
using Toolkit.Numerics.Coupling;
using Toolkit.Numerics.Expansion;
using Toolkit.Numerics.Fields.Potential;
using Toolkit.Numerics.Representations.Gradients;
using Toolkit.Numerics.Structures;

namespace Toolkit.Numerics.Representations;

/// <summary>
/// Numbers that describe every atom's environment, as polynomials in the coefficients of an expansion of the density and, where
/// there are any, of vector fields.
/// </summary>
/// <remarks>
/// A representation states a program, from coefficients to features, and what its features are called. Everything else is common
/// to all (<see cref="RepresentationSet"/>): neighbours, expansion, threads, explicit gradients, energies with all their derivatives.
/// </remarks>
public abstract class Representation
{
    private readonly Lazy<RepresentationSet> _alone;
    private readonly Lazy<LeafRule?> _rule;
    private readonly Lazy<FeatureProgram<float>[]> _singles;

    private protected Representation(DensityExpansion expansion, int featureCount)
    {
        Expansion = expansion;
        FeatureCount = featureCount;
        _alone = new Lazy<RepresentationSet>(() => RepresentationSet.Of(this));
        _singles = new Lazy<FeatureProgram<float>[]>(() => [.. Programs.Select(static p => p.As<float>())]);
        _rule = new Lazy<LeafRule?>(() => Programs.Count > 1 ? null : LeafRule.Create(Program));
    }

    /// <summary>The set of this representation only.</summary>
    private protected RepresentationSet Alone => _alone.Value;

    /// <summary>The expansion that the features are made from.</summary>
    public DensityExpansion Expansion { get; }

    /// <summary>The number of features per atom.</summary>
    public int FeatureCount { get; }

    /// <summary>The number of factors ν, density or vector, the largest where features differ.</summary>
    public abstract int Order { get; }

    /// <summary>What is computed, as data; every feature is one of these trees, or a sum of them over J, times a number.</summary>
    public abstract IReadOnlyList<CouplingTree> CouplingTrees { get; }

    /// <summary>What stands for every atom, into the caller's memory.</summary>
    /// <param name="structure">Its species must all have channels; it has the vectors of the expansion's fields.</param>
    /// <param name="values">Receives <c>[atom, feature]</c>; the features of equivariants are <c>[block, μ, channel]</c>, placed by
    /// <see cref="EquivariantRepresentation.Layout"/>.</param>
    /// <param name="threads">How many threads may work; the result is the same for any number.</param>
    /// <exception cref="ArgumentException">A species without channels; vectors that are absent or not finite; memory of another
    /// length.</exception>
    /// <exception cref="CoincidentAtomsException">Two atoms at the same place.</exception>
    public void Compute(Structure structure, Span<double> values, int threads = 1) => Alone.Compute(structure, values, threads);

    /// <summary>The same in float32: pairs, and potentials, are found in float64 and rounded, all that is made of them is
    /// float32.</summary>
    /// <param name="structure">Its species must all have channels; it has the vectors of the expansion's fields.</param>
    /// <param name="values">Receives the same numbers in the same order.</param>
    /// <param name="threads">How many threads may work; the result is the same for any number.</param>
    /// <exception cref="ArgumentException">As before.</exception>
    /// <exception cref="CoincidentAtomsException">Two atoms at the same place.</exception>
    public void ComputeSingle(Structure structure, Span<float> values, int threads = 1) => Alone.ComputeSingle(structure, values, threads);

    /// <summary>Features of every atom and their gradients with respect to every position and vector they depend on.</summary>
    /// <param name="structure">Its species must all have channels; it has the vectors of the expansion's fields.</param>
    /// <param name="threads">How many threads may work; the result is the same for any number.</param>
    /// <param name="reuse">An earlier result whose memory may be taken; it is void afterwards.</param>
    /// <returns>The features of equivariants are <c>[block, μ, channel]</c>, placed by
    /// <see cref="EquivariantRepresentation.Layout"/>.</returns>
    /// <exception cref="ArgumentException">A species without channels; vectors that are absent or not finite.</exception>
    /// <exception cref="CoincidentAtomsException">Two atoms at the same place.</exception>
    public FeatureGradients ComputeWithGradients(Structure structure, int threads = 1, FeatureGradients? reuse = null) =>
        Alone.ComputeWithGradients(structure, threads, reuse);

    /// <summary>Whether every feature is a homogeneous polynomial of degree <see cref="Order"/> in the coefficients.</summary>
    internal virtual bool IsHomogeneous => true;

    /// <summary>What is executed, from coefficients to features: one program, or one for each species at the centre.</summary>
    internal IReadOnlyList<FeatureProgram<double>> Programs
    {
        get => field ?? throw new InvalidOperationException($"{GetType().Name} has no program");
        private protected init;
    }

    /// <summary>The same programs in float32, made when they are first wanted.</summary>
    internal FeatureProgram<float>[] SinglePrograms => _singles.Value;

    /// <summary>The first of <see cref="Programs"/>, or the only one.</summary>
    internal FeatureProgram<double> Program
    {
        get => Programs[0];
        private protected init => Programs = [value];
    }

    /// <summary>How explicit gradients follow from the program; null where its features are no products of coefficients.</summary>
    internal LeafRule? LeafRule => _rule.Value;

    /// <summary>The potential fields that the program reads beside the expansion, in the order of its blocks.</summary>
    internal virtual IReadOnlyList<NamedPotential> Potentials => [];

    /// <summary>The one of <see cref="Programs"/> that is executed around atoms of a species.</summary>
    /// <exception cref="ArgumentException">There is none for it.</exception>
    internal virtual int ProgramOf(int species) => 0;

    /// <summary>Where the features of one of <see cref="Programs"/> begin; the others are zero around its atoms.</summary>
    internal virtual int FirstFeature(int program) => 0;

    /// <summary>Whether the backward pass takes derivatives by features in another order than that of the features.</summary>
    internal virtual bool IsArranged => false;

    /// <summary>The numbers that <see cref="Arrange"/> makes.</summary>
    internal virtual int ArrangedLength => FeatureCount;

    /// <summary>dE/dfeatures as the program's backward pass takes them: once for all environments that they are the same for.</summary>
    /// <param name="gradient"><c>[feature]</c>.</param>
    /// <param name="arranged">Receives <see cref="ArrangedLength"/> numbers.</param>
    internal virtual void Arrange(ReadOnlySpan<double> gradient, Span<double> arranged) => gradient.CopyTo(arranged);
}
