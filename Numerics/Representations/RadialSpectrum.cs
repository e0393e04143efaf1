using System;
using System.Collections.Generic;
using Toolkit.Numerics.Coupling;
using Toolkit.Numerics.Expansion;

namespace Toolkit.Numerics.Representations;

/// <summary>
/// The invariants of order ν = 1: the l = 0 coefficients c_{a n 0 0}, a smeared pair-distance histogram for each
/// neighbour species. Features: (species, n), n fastest.
/// </summary>
public sealed class RadialSpectrum : InvariantRepresentation
{
    /// <summary>The ν = 1 invariants of a density expansion.</summary>
    public RadialSpectrum(DensityExpansion expansion) : base(expansion, MakeLabels(expansion)) { }

    /// <inheritdoc/>
    public override int Order => 1;

    /// <summary>What is computed: the density's coefficients of order 0 as they are.</summary>
    public override IReadOnlyList<CouplingTree> CouplingTrees { get; } = [new(new CouplingLeaf(CouplingField.Density, 0))];

    private static FeatureLabels MakeLabels(DensityExpansion expansion)
    {
        int[] values = new int[2 * expansion.ChannelCount];
        for (int q = 0; q < expansion.ChannelCount; q++)
        {
            values[2 * q] = expansion.Groups[q / expansion.NMax];
            values[2 * q + 1] = q % expansion.NMax;
        }
        return new FeatureLabels(["species", "n"], values);
    }

    internal override unsafe void Forward(double* coefficients, double* work, Span<double> features)
    {
        int nmax = Expansion.NMax;
        for (int q = 0; q < features.Length; q++)
            features[q] = coefficients[q / nmax * Expansion.GroupStride + q % nmax];
    }

    internal override unsafe void AddTangent(double* coefficients, double* work, double* tangent, int group, Span<double> features)
    {
        int nmax = Expansion.NMax;
        for (int n = 0; n < nmax; n++)
            features[group * nmax + n] += tangent[n];
    }

    internal override unsafe void Backward(double* coefficients, double* work, ReadOnlySpan<double> gradient, double* adjoint)
    {
        int nmax = Expansion.NMax;
        for (int q = 0; q < gradient.Length; q++)
            adjoint[q / nmax * Expansion.GroupStride + q % nmax] += gradient[q];
    }
}
