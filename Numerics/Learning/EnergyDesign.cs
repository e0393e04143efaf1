using System;
using System.Collections.Generic;
using Toolkit.Numerics.LinearAlgebra;
using Toolkit.Numerics.Representations;

namespace Toolkit.Numerics.Learning;

/// <summary>
/// The design whose functions are the features themselves: an energy linear in the features, as in SNAP. Columns:
/// (species of the centre, representation, feature), then one count of atoms per species.
/// </summary>
public sealed class EnergyDesign : PotentialDesign
{
    /// <summary>A design from one or more representations side by side.</summary>
    /// <param name="representations">Their features are concatenated.</param>
    /// <param name="species">Species of the atoms that carry energy, atomic numbers.</param>
    public EnergyDesign(IEnumerable<InvariantRepresentation> representations, IEnumerable<int> species)
        : base(new RepresentationSet(representations), species)
    {
    }

    private EnergyDesign(RepresentationSet set, IEnumerable<int> species, IReadOnlyDictionary<int, double[]>? alone)
        : base(set, species, alone)
    {
    }

    /// <summary>A design from a set.</summary>
    /// <param name="set">What computes the features.</param>
    /// <param name="species">Species of the atoms that carry energy, atomic numbers.</param>
    /// <param name="alone">See <see cref="PotentialDesign.Alone"/>; or null.</param>
    public static EnergyDesign Of(RepresentationSet set, IEnumerable<int> species, IReadOnlyDictionary<int, double[]>? alone = null) =>
        new(set, species, alone);

    /// <summary>The representations whose features stand side by side.</summary>
    public IReadOnlyList<InvariantRepresentation> Representations => Features.Parts;

    private protected override int FunctionCount => Species.Length * FeatureCount;

    private protected override int FirstColumn(int species) => Species.BinarySearch(species) * FeatureCount;

    private protected override int Width(int species) => FeatureCount;

    private protected override void AddValues(int species, ReadOnlySpan<double> features, Span<double> row) =>
        Vectors.AddScaled(1, features, row.Slice(FirstColumn(species), FeatureCount));

    private protected override ReadOnlySpan<double> Slopes(
        int species, ReadOnlySpan<double> features, int count, ReadOnlySpan<double> changes, int threads) => changes;
}
