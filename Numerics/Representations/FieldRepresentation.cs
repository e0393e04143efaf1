using System;
using System.Collections.Generic;
using Toolkit.Numerics.Expansion;

namespace Toolkit.Numerics.Representations;

/// <summary>Invariants made of families of the density and of vector fields.</summary>
public abstract unsafe class FieldRepresentation : InvariantRepresentation
{
    private protected FieldRepresentation(DensityExpansion expansion, FieldRows rows, IEnumerable<FieldFamily> families, FeatureLabels labels)
        : base(expansion, labels)
    {
        if (labels.Count == 0) throw new ArgumentException("no features of this kind", nameof(expansion));
        Rows = rows;
        Factors = new PairFactors(expansion, families, rows);
    }

    private protected FieldRows Rows { get; }

    /// <summary>The factors of the products.</summary>
    private protected PairFactors Factors { get; }

    /// <summary>Where <see cref="Factors"/> works.</summary>
    private protected abstract double* FactorMemory(double* work);

    internal sealed override void PrepareGradients(double* coefficients, double* work) =>
        Factors.Begin(coefficients, work, FactorMemory(work));

    internal sealed override void PrepareBlock(EnvironmentScratch scratch, double* work, int block) =>
        Factors.BeginBlock(scratch, block, FactorMemory(work));

    internal sealed override void PairGradients(Surroundings around, EnvironmentScratch scratch, PartMemory part, int block, int lane,
        Span<double> places, Span<double> vectors, int stride, double* soon)
    {
        double* work = part.Work(0);
        double* memory = FactorMemory(work);
        PairFactor* factors = stackalloc PairFactor[Factors.Count];
        Factors.Select(scratch, block, lane, memory, factors);
        fixed (double* p = places, v = vectors)
            PairGradients(factors, new PairRows(p, v, stride, FeatureCount, Expansion.Fields.Count, Factors.Direction(memory)), memory + Factors.Length);
    }

    /// <summary>The gradients of all features by one pair.</summary>
    /// <param name="factors">The factors as the pair changes them.</param>
    /// <param name="rows">Receives the gradients.</param>
    /// <param name="work">What follows <see cref="FactorMemory"/>.</param>
    private protected abstract void PairGradients(PairFactor* factors, in PairRows rows, double* work);

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
