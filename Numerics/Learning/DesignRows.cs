using System;
using System.Collections.Generic;

namespace Toolkit.Numerics.Learning;

/// <summary>Rows of a linear problem that one structure gives: times the coefficients they are its energy and derivatives.</summary>
/// <param name="Energy"><c>[column]</c>.</param>
/// <param name="Forces">−∂(energy row)/∂r: <c>[atom · 3 + xyz, column]</c>; empty where they were not asked for.</param>
/// <param name="EffectiveFields">−∂(energy row)/∂v for each vector field of the representations, in their order:
/// <c>[atom · 3 + xyz, column]</c>, or empty.</param>
public sealed record DesignRows(double[] Energy, double[] Forces, IReadOnlyList<double[]> EffectiveFields)
{
    /// <summary>−∂(energy row)/∂ε for a strain r → (1 + ε) r of atoms and cell: <c>[xyz · 3 + xyz, column]</c>, or empty.</summary>
    public double[] Virial { get; init; } = [];
}

/// <summary>Which rows of a structure are wanted; the energy's always are.</summary>
[Flags]
public enum DesignParts
{
    /// <summary>The energy alone.</summary>
    Energy = 0,

    /// <summary>The forces.</summary>
    Forces = 1,

    /// <summary>The virial.</summary>
    Virial = 2,

    /// <summary>The effective fields.</summary>
    Fields = 4,
}
