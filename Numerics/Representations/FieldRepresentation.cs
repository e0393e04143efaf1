using System;
using Toolkit.Numerics.Expansion;

namespace Toolkit.Numerics.Representations;

/// <summary>Invariants made of families of the density and of vector fields.</summary>
public abstract unsafe class FieldRepresentation : InvariantRepresentation
{
    private protected FieldRepresentation(DensityExpansion expansion, FieldRows rows, FeatureLabels labels) : base(expansion, labels)
    {
        if (labels.Count == 0) throw new ArgumentException("no features of this kind", nameof(expansion));
        Rows = rows;
    }

    private protected FieldRows Rows { get; }

    internal sealed override void Prepare(double* coefficients, double* work) => Rows.Forward(coefficients, work);

    internal sealed override void AddTangent(double* coefficients, double* work, double* tangent, int group, Span<double> features) =>
        AddChange(FieldFamily.Density, group, tangent, coefficients, work, features);

    internal sealed override void AddFieldTangent(double* coefficients, double* work, double* tangent, int field, int slot,
        ReadOnlySpan<double> vector, Span<double> features)
    {
        // Behind the rows and their adjoints.
        double* change = work + 2 * Rows.Length;
        Rows.Tangent(field, tangent, vector, change);
        AddChange(field + 1, slot, change, coefficients, work, features);
    }

    /// <summary>Adds the change of the features when one slot of a field's rows changes.</summary>
    private protected abstract void AddChange(int field, int slot, double* change, double* coefficients, double* work, Span<double> features);
}
