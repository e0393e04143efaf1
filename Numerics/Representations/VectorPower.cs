using System;
using System.Collections.Generic;
using System.Linq;
using Toolkit.Numerics.Coupling;
using Toolkit.Numerics.Expansion;
using Toolkit.Numerics.Stages;

namespace Toolkit.Numerics.Representations;

/// <summary>
/// One feature: the power |v|^(2k) of the centre's own vector. With the power spectrum's |v|² these are the terms of a
/// Landau expansion of the energy of an atom's moment, in the span of linear models.
/// </summary>
public sealed class VectorPower : InvariantRepresentation
{
    private readonly int _power;

    /// <summary>|v|^(2k) of a vector field of an expansion.</summary>
    /// <param name="expansion">Has the field.</param>
    /// <param name="field">Index in <see cref="DensityExpansion.Fields"/>; the centre's own vector has a channel of its own.</param>
    /// <param name="power">k ≥ 1.</param>
    /// <exception cref="ArgumentException">No such field, or its centre's vectors are not separate.</exception>
    public VectorPower(DensityExpansion expansion, int field, int power) : base(expansion, MakeLabels(expansion, field, power))
    {
        _power = power;
        CouplingLeaf own = new(expansion.Fields[field].CouplingField, 0, 1);
        CouplingPair square = new(own, own, 0);
        CouplingTrees = [new CouplingTree(Enumerable.Repeat(square, power).Aggregate((a, b) => new CouplingPair(a, b, 0)))];
        Program = Execute(field, power);
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

    /// <summary>The own channel is v Y_00, Y_00² = 1/4π, and couple(v, v, 0) = −v·v / √3.</summary>
    private FeatureProgram<double> Execute(int field, int power)
    {
        int n = Expansion.GroupStride, width = Expansion.Width, first = Expansion.Columns(field).Column(0) * n;
        CouplingTable table = CouplingTable.Default;
        ProgramDraft draft = new(Expansion, []);
        int own = draft.Add(3, 1), square = -1, stride = draft.Shapes[own].Stride;
        for (int q = 0; q < 3; q++)
            draft.Add(new ChannelStage<double>(FeatureProgram<double>.Coefficients, first + q * n, width, 1, [0], own, (nint)q * stride));
        draft.Leaves.AddVectors(
            own, field, [0], [new LeafRows(0, 0, 0, 3)], [[new AngleTerm(0, 0, 1)], [new AngleTerm(1, 0, 1)], [new AngleTerm(2, 0, 1)]]);
        int blocks = draft.Features + power - 1;
        for (int k = 0; k < power; k++)
        {
            int a = k == 0 ? own : draft.Features - 1, l = k == 0 ? 1 : 0, to = k == power - 1 ? blocks : draft.Add(1, 1);
            CoupleStage<double> stage = new(
                table, CoupleFactor.Of(a, 2 * l + 1, stride), CoupleFactor.Of(k == 0 ? own : square, 2 * l + 1, stride), [0], [0],
                k == 0 ? [-4 * Math.PI * Math.Sqrt(3)] : null, [new CouplePath(l, l, 0, 0, 0, to, 0, 1)]);
            if (k == 0) square = to;
            if (to == blocks) draft.AddOutput(stage);
            else draft.Add(stage);
        }
        return draft.Build(1);
    }
}
