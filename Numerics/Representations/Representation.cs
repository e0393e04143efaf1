using System;
using System.Collections.Generic;
using Toolkit.Numerics.Coupling;
using Toolkit.Numerics.Expansion;
using Toolkit.Numerics.Fields.Potential;
using Toolkit.Numerics.Structures;

namespace Toolkit.Numerics.Representations;

/// <summary>
/// Numbers that describe every atom's environment, as polynomials in the coefficients of an expansion of the density and, where
/// there are any, of vector fields.
/// </summary>
/// <remarks>
/// A representation states three maps on one environment: coefficients to features, a change of the coefficients to a
/// change of the features (forward product), and a gradient by features to a gradient by coefficients (backward
/// product). Everything else is common to all (<see cref="RepresentationSet"/>): neighbours, expansion, threads, explicit
/// gradients, energies with all their derivatives.
/// </remarks>
public abstract class Representation
{
    private readonly Lazy<RepresentationSet> _alone;
    private IReadOnlyList<FeatureProgram<double>>? _programs;

    private protected Representation(DensityExpansion expansion, int featureCount)
    {
        Expansion = expansion;
        FeatureCount = featureCount;
        _alone = new Lazy<RepresentationSet>(() => RepresentationSet.Of(this));
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

    /// <summary>What is executed, from coefficients to features; null where the maps below are the representation's own.</summary>
    internal FeatureProgram<double>? Program { get; private protected init; }

    /// <summary>All that is executed: one program, or one for each species at the centre.</summary>
    internal virtual IReadOnlyList<FeatureProgram<double>> Programs => _programs ??= Program is null ? [] : [Program];

    /// <summary>The potential fields that the program reads beside the expansion, in the order of its blocks.</summary>
    internal virtual IReadOnlyList<NamedPotential> Potentials => [];

    /// <summary>The one of <see cref="Programs"/> that is executed around atoms of a species.</summary>
    /// <exception cref="ArgumentException">There is none for it.</exception>
    internal virtual int ProgramOf(int species) => 0;

    /// <summary>Where the features of one of <see cref="Programs"/> begin; the others are zero around its atoms.</summary>
    internal virtual int FirstFeature(int program) => 0;

    /// <summary>Whether the program reads vector fields of the expansion.</summary>
    internal virtual bool ReadsVectors => false;

    /// <summary>Doubles of aligned memory that <see cref="Prepare"/> fills for one environment.</summary>
    internal virtual int WorkLength => 0;

    /// <summary>What the other maps have in common, once per environment and before them.</summary>
    /// <param name="coefficients"><c>[lm, column, n padded]</c>.</param>
    /// <param name="work">Receives what the representation likes.</param>
    internal virtual unsafe void Prepare(double* coefficients, double* work) { }

    /// <summary>Features from coefficients.</summary>
    /// <param name="coefficients"><c>[lm, column, n padded]</c>.</param>
    /// <param name="work">After <see cref="Prepare"/>.</param>
    /// <param name="features">Receives <c>[feature]</c>.</param>
    internal virtual unsafe void Forward(double* coefficients, double* work, Span<double> features) => throw OwnMapsOnly();

    /// <summary>Adds to <paramref name="features"/> their change when one group of the density changes by ∂c.</summary>
    /// <param name="coefficients"><c>[lm, column, n padded]</c>.</param>
    /// <param name="work">After <see cref="Prepare"/>.</param>
    /// <param name="tangent"><c>[lm, n padded]</c>.</param>
    /// <param name="group">The group that changes.</param>
    /// <param name="features">Receives the sum, <c>[feature]</c>.</param>
    internal virtual unsafe void AddTangent(double* coefficients, double* work, double* tangent, int group, Span<double> features) =>
        throw OwnMapsOnly();

    /// <summary>The same when the components c^q of one slot of a vector field change by v_q ∂c.</summary>
    /// <param name="coefficients"><c>[lm, column, n padded]</c>.</param>
    /// <param name="work">After <see cref="Prepare"/>.</param>
    /// <param name="tangent"><c>[lm, n padded]</c>.</param>
    /// <param name="field">The field in the expansion.</param>
    /// <param name="slot">The slot that changes.</param>
    /// <param name="vector">(y, z, x).</param>
    /// <param name="features">Receives the sum, <c>[feature]</c>.</param>
    internal virtual unsafe void AddFieldTangent(double* coefficients, double* work, double* tangent, int field, int slot,
        ReadOnlySpan<double> vector, Span<double> features) { }

    /// <summary>What the gradients by all pairs of an environment have in common, after <see cref="Prepare"/>.</summary>
    /// <param name="coefficients"><c>[lm, column, n padded]</c>.</param>
    /// <param name="work">After <see cref="Prepare"/>.</param>
    internal virtual unsafe void PrepareGradients(double* coefficients, double* work) { }

    /// <summary>What the gradients by the pairs of one block have in common, once it is differentiated.</summary>
    /// <param name="scratch">The environment, its block differentiated.</param>
    /// <param name="work">After <see cref="PrepareGradients"/>.</param>
    /// <param name="block">The block.</param>
    internal virtual unsafe void PrepareBlock(EnvironmentScratch scratch, double* work, int block) { }

    /// <summary>The gradients of all features by the place and by the vectors of one pair's neighbour.</summary>
    /// <param name="around">The structure.</param>
    /// <param name="scratch">The environment, its block differentiated.</param>
    /// <param name="part">What the representation works in, after <see cref="PrepareBlock"/>.</param>
    /// <param name="block">The pair's block.</param>
    /// <param name="lane">The pair's place in its block.</param>
    /// <param name="places">Receives <c>[xyz, feature]</c>, rows <paramref name="stride"/> apart.</param>
    /// <param name="vectors">Receives <c>[field of the expansion, xyz, feature]</c>, rows <paramref name="stride"/> apart.</param>
    /// <param name="stride">From row to row.</param>
    /// <param name="soon">Memory that <paramref name="places"/> will be copied to, rows without gaps: it may be fetched meanwhile.</param>
    /// <remarks>Unless a representation knows better, six forward products: slow, and what others are compared with.</remarks>
    internal virtual unsafe void PairGradients(Surroundings around, EnvironmentScratch scratch, PartMemory part, int block, int lane,
        Span<double> places, Span<double> vectors, int stride, double* soon)
    {
        PairGradient(around, scratch, part, block, lane, places, stride);
        PairVectorGradient(scratch, part, block, lane, vectors, stride);
    }

    /// <summary>The gradients of all features by the place of one pair's neighbour.</summary>
    /// <param name="around">The structure.</param>
    /// <param name="scratch">The environment, its block differentiated.</param>
    /// <param name="part">What the representation works in, after <see cref="Prepare"/>.</param>
    /// <param name="block">The pair's block.</param>
    /// <param name="lane">The pair's place in its block.</param>
    /// <param name="gradients">Receives <c>[xyz, feature]</c>, rows <paramref name="stride"/> apart.</param>
    /// <param name="stride">From row to row.</param>
    internal unsafe void PairGradient(Surroundings around, EnvironmentScratch scratch, PartMemory part, int block, int lane,
        Span<double> gradients, int stride)
    {
        int group = scratch.Group[block], neighbor = around.Pairs.Neighbors[scratch.Pair[block * EnvironmentScratch.Lanes + lane]];
        for (int d = 0; d < 3 && Program is not null; d++)
        {
            Expansion.Tangent(scratch, block, lane, d);
            PlaceDensity(scratch, part, d, group);
            for (int f = 0; f < Expansion.Fields.Count && ReadsVectors; f++)
                PlaceVector(scratch, part, d, f, Expansion.Columns(f).Slot(group), around.Vector(f, neighbor));
        }
        if (Program is not null)
        {
            part.Follow(3, gradients, stride);
            return;
        }
        for (int d = 0; d < 3; d++)
        {
            Span<double> row = gradients.Slice(d * stride, FeatureCount);
            row.Clear();
            Expansion.Tangent(scratch, block, lane, d);
            AddDensityTangent(scratch, part, group, row);
            for (int f = 0; f < Expansion.Fields.Count; f++)
            {
                int slot = Expansion.Columns(f).Slot(group);
                if (slot >= 0)
                    AddFieldTangent(scratch.Coefficients, part.Work(0), scratch.Tangent, f, slot, around.Vector(f, neighbor), row);
            }
        }
    }

    /// <summary>The gradients of all features by the vectors of one pair's neighbour.</summary>
    /// <param name="scratch">The environment, its block differentiated.</param>
    /// <param name="part">What the representation works in, after <see cref="Prepare"/>.</param>
    /// <param name="block">The pair's block.</param>
    /// <param name="lane">The pair's place in its block.</param>
    /// <param name="gradients">Receives <c>[field of the expansion, xyz, feature]</c>, rows <paramref name="stride"/> apart.</param>
    /// <param name="stride">From row to row.</param>
    internal unsafe void PairVectorGradient(EnvironmentScratch scratch, PartMemory part, int block, int lane, Span<double> gradients, int stride)
    {
        if (Expansion.Fields.Count == 0) return;
        Expansion.ValueTangent(scratch, lane);
        for (int f = 0; f < Expansion.Fields.Count; f++)
            VectorGradient(scratch, part, f, Expansion.Columns(f).Slot(scratch.Group[block]), gradients[(3 * f * stride)..], stride);
    }

    /// <summary>The gradients of all features by a vector that changes one slot by <see cref="EnvironmentScratch.Tangent"/>.</summary>
    /// <param name="scratch">The environment.</param>
    /// <param name="part">What the representation works in, after <see cref="Prepare"/>.</param>
    /// <param name="field">The field in the expansion.</param>
    /// <param name="slot">The slot; negative: none.</param>
    /// <param name="gradients">Receives <c>[xyz, feature]</c>, rows <paramref name="stride"/> apart.</param>
    /// <param name="stride">From row to row.</param>
    internal unsafe void VectorGradient(EnvironmentScratch scratch, PartMemory part, int field, int slot, Span<double> gradients, int stride)
    {
        for (int d = 0; d < 3; d++)
        {
            Span<double> row = gradients.Slice(d * stride, FeatureCount);
            row.Clear();
            // Vectors are (y, z, x).
            ReadOnlySpan<double> along = d switch { 0 => [0, 0, 1], 1 => [1, 0, 0], _ => [0, 1, 0] };
            if (Program is null && slot >= 0) AddFieldTangent(scratch.Coefficients, part.Work(0), scratch.Tangent, field, slot, along, row);
            else if (ReadsVectors) PlaceVector(scratch, part, d, field, slot, along);
        }
        if (Program is not null) part.Follow(3, gradients, stride);
    }

    /// <summary>The numbers that <see cref="Arrange"/> makes.</summary>
    internal virtual int ArrangedLength => FeatureCount;

    /// <summary>dE/dfeatures as <see cref="Backward"/> takes them: once for all environments that they are the same for.</summary>
    /// <param name="gradient"><c>[feature]</c>.</param>
    /// <param name="arranged">Receives <see cref="ArrangedLength"/> numbers.</param>
    internal virtual void Arrange(ReadOnlySpan<double> gradient, Span<double> arranged) => gradient.CopyTo(arranged);

    /// <summary>Adds dE/dc that follows from dE/dfeatures.</summary>
    /// <param name="coefficients"><c>[lm, column, n padded]</c>.</param>
    /// <param name="work">After <see cref="Prepare"/>.</param>
    /// <param name="gradient">After <see cref="Arrange"/>.</param>
    /// <param name="adjoint">Receives the sum, <c>[lm, column, n padded]</c>; padding stays zero.</param>
    internal virtual unsafe void Backward(double* coefficients, double* work, ReadOnlySpan<double> gradient, double* adjoint) =>
        throw OwnMapsOnly();

    private InvalidOperationException OwnMapsOnly() => new($"{GetType().Name} has neither a program nor maps of its own");

    /// <summary><see cref="AddTangent"/> for a pair of a group: of its own column, or of all that its species is mixed to.</summary>
    private unsafe void AddDensityTangent(EnvironmentScratch scratch, PartMemory part, int group, Span<double> features)
    {
        if (Expansion.Mixing is null)
        {
            AddTangent(scratch.Coefficients, part.Work(0), scratch.Tangent, group, features);
            return;
        }
        int first = Expansion.FirstMixed, size = (Expansion.LMax + 1) * (Expansion.LMax + 1) * Expansion.GroupStride;
        ReadOnlySpan<double> shares = Expansion.Shares(group);
        for (int k = 0; k < shares.Length; k++)
        {
            for (int c = 0; c < size; c++)
                scratch.Scaled[c] = shares[k] * scratch.Tangent[c];
            AddTangent(scratch.Coefficients, part.Work(0), scratch.Scaled, first + k, features);
        }
    }

    /// <summary>What <see cref="AddDensityTangent"/> adds, as a change that the program follows.</summary>
    private unsafe void PlaceDensity(EnvironmentScratch scratch, PartMemory part, int change, int group)
    {
        if (Expansion.Mixing is null)
        {
            part.Place(change, scratch.Tangent, group, 1);
            return;
        }
        ReadOnlySpan<double> shares = Expansion.Shares(group);
        for (int k = 0; k < shares.Length; k++)
            part.Place(change, scratch.Tangent, Expansion.FirstMixed + k, shares[k]);
    }

    /// <summary>The components of one slot of a vector field changed by a vector times <see cref="EnvironmentScratch.Tangent"/>.</summary>
    private unsafe void PlaceVector(EnvironmentScratch scratch, PartMemory part, int change, int field, int slot, ReadOnlySpan<double> vector)
    {
        if (slot < 0) return;
        int first = Expansion.Columns(field).Column(slot);
        for (int q = 0; q < 3; q++)
            part.Place(change, scratch.Tangent, first + q, vector[q]);
    }
}
