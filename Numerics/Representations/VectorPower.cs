using System;
using System.Collections.Generic;
using System.Linq;
using Toolkit.Numerics.Coupling;
using Toolkit.Numerics.Expansion;

namespace Toolkit.Numerics.Representations;

/// <summary>
/// One feature: the power |v|^(2k) of the centre's own vector. With the power spectrum's |v|² these are the terms of a
/// Landau expansion of the energy of an atom's moment, in the span of linear models.
/// </summary>
public sealed class VectorPower : InvariantRepresentation
{
    private readonly int _field;
    private readonly int _power;

    /// <summary>|v|^(2k) of a vector field of an expansion.</summary>
    /// <param name="expansion">Has the field.</param>
    /// <param name="field">Index in <see cref="DensityExpansion.Fields"/>; the centre's own vector has a channel of its own.</param>
    /// <param name="power">k ≥ 1.</param>
    /// <exception cref="ArgumentException">No such field, or its centre's vectors are not separate.</exception>
    public VectorPower(DensityExpansion expansion, int field, int power) : base(expansion, MakeLabels(expansion, field, power))
    {
        (_field, _power) = (field, power);
        CouplingLeaf own = new(expansion.Fields[field].CouplingField, 0, 1);
        CouplingPair square = new(own, own, 0);
        CouplingTrees = [new CouplingTree(Enumerable.Repeat(square, power).Aggregate((a, b) => new CouplingPair(a, b, 0)))];
    }

    /// <inheritdoc/>
    public override int Order => 2 * _power;

    /// <summary>What is computed, times a number: the square v·v coupled to 0 with itself, k of them.</summary>
    public override IReadOnlyList<CouplingTree> CouplingTrees { get; }

    private static FeatureLabels MakeLabels(DensityExpansion expansion, int field, int power)
    {
        ArgumentNullException.ThrowIfNull(expansion);
        ArgumentOutOfRangeException.ThrowIfLessThan(power, 1);
        if ((uint)field >= (uint)expansion.Fields.Count)
            throw new ArgumentException($"expected a field below {expansion.Fields.Count}; got {field}", nameof(field));
        if (expansion.Fields[field].Centre != CentrePolicy.Separate)
            throw new ArgumentException($"the centre's own {expansion.Fields[field].Name} has no channel of its own", nameof(field));
        return new FeatureLabels(["field", "power"], [field + 1, power]);
    }

    internal override unsafe void Forward(double* coefficients, double* work, Span<double> features) =>
        features[0] = Math.Pow(Square(coefficients), _power);

    internal override unsafe void AddTangent(double* coefficients, double* work, double* tangent, int group, Span<double> features) { }

    internal override unsafe void AddFieldTangent(double* coefficients, double* work, double* tangent, int field, int slot,
        ReadOnlySpan<double> vector, Span<double> features)
    {
        if (field != _field || slot != 0) return;
        double* own = Own(coefficients);
        double along = 0;
        for (int q = 0; q < 3; q++)
            along += own[q * Expansion.GroupStride] * vector[q];
        features[0] += Slope(coefficients) * along * tangent[0];
    }

    internal override unsafe void Backward(double* coefficients, double* work, ReadOnlySpan<double> gradient, double* adjoint)
    {
        double* own = Own(coefficients), target = Own(adjoint);
        double slope = gradient[0] * Slope(coefficients);
        for (int q = 0; q < 3; q++)
            target[q * Expansion.GroupStride] += slope * own[q * Expansion.GroupStride];
    }

    /// <summary>∂|v|^(2k)/∂c = this times c.</summary>
    private unsafe double Slope(double* coefficients) => 8 * Math.PI * _power * Math.Pow(Square(coefficients), _power - 1);

    /// <summary>|v|²: the own channel is c = v Y_00, Y_00² = 1/4π.</summary>
    private unsafe double Square(double* coefficients)
    {
        double* own = Own(coefficients);
        int stride = Expansion.GroupStride;
        return 4 * Math.PI * (own[0] * own[0] + own[stride] * own[stride] + own[2 * stride] * own[2 * stride]);
    }

    private unsafe double* Own(double* coefficients) => coefficients + Expansion.Columns(_field).Column(0) * Expansion.GroupStride;
}
