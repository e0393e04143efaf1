using System;
using System.Collections.Generic;
using Toolkit.Numerics.Coupling;
using Toolkit.Numerics.Expansion;

namespace Toolkit.Numerics.Representations;

/// <summary>
/// The equivariants of order ν = 1: the coefficients c_{a n λ μ} of the density themselves, one block (λ, σ = +1) for each λ,
/// channels (species, n).
/// </summary>
public sealed unsafe class DensityEquivariants : EquivariantRepresentation
{
    private readonly FieldChannels _channels;

    private readonly int _rows;

    /// <summary>The ν = 1 equivariants of a density expansion.</summary>
    /// <param name="expansion">The expansion; its density alone is used.</param>
    /// <param name="lambdaMax">The largest λ; null: the expansion's lmax.</param>
    /// <exception cref="ArgumentOutOfRangeException">λ is negative or above lmax.</exception>
    public DensityEquivariants(DensityExpansion expansion, int? lambdaMax = null)
        : base(expansion, MakeLayout(expansion, lambdaMax ?? expansion.LMax))
    {
        _channels = new FieldChannels(expansion);
        _rows = Layout.Count * Layout.Count;
    }

    /// <inheritdoc/>
    public override int Order => 1;

    /// <summary>What is computed: the density's coefficients as they are.</summary>
    public override IReadOnlyList<CouplingTree> CouplingTrees { get; } = [new(new CouplingLeaf(CouplingField.Density, "lambda"))];

    internal override int WorkLength => _channels.Rows * _channels.Stride;

    internal override void Forward(double* coefficients, double* work, Span<double> features)
    {
        int channels = _channels.Count;
        _channels.Gather(coefficients, work);
        for (int row = 0; row < _rows; row++)
            new ReadOnlySpan<double>(work + row * _channels.Stride, channels).CopyTo(features[(row * channels)..]);
    }

    internal override void AddTangent(double* coefficients, double* work, double* tangent, int group, Span<double> features)
    {
        int nmax = Expansion.NMax, stride = Expansion.GroupStride;
        for (int row = 0; row < _rows; row++)
            for (int n = 0; n < nmax; n++)
                features[row * _channels.Count + group * nmax + n] += tangent[row * stride + n];
    }

    internal override void Backward(double* coefficients, double* work, ReadOnlySpan<double> gradient, double* adjoint)
    {
        int channels = _channels.Count;
        new Span<double>(work, _channels.Rows * _channels.Stride).Clear();
        for (int row = 0; row < _rows; row++)
            gradient.Slice(row * channels, channels).CopyTo(new Span<double>(work + row * _channels.Stride, channels));
        _channels.AddTo(work, adjoint);
    }

    private static EquivariantLayout[] MakeLayout(DensityExpansion expansion, int lambdaMax)
    {
        if (lambdaMax < 0 || lambdaMax > expansion.LMax)
            throw new ArgumentOutOfRangeException(nameof(lambdaMax), lambdaMax, $"expected 0 ≤ λ ≤ {expansion.LMax}, lmax");
        FieldChannels channels = new(expansion);
        int[] values = new int[2 * channels.Count];
        for (int q = 0; q < channels.Count; q++)
            (values[2 * q], values[2 * q + 1]) = (channels.Species(q), channels.N(q));
        FeatureLabels labels = new(["species", "n"], values);
        var layout = new EquivariantLayout[lambdaMax + 1];
        for (int l = 0; l < layout.Length; l++)
            layout[l] = new EquivariantLayout(new EquivariantKey(l, 1, 1), labels, l * l * channels.Count);
        return layout;
    }
}
