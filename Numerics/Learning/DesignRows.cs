using System.Collections.Generic;

namespace Toolkit.Numerics.Learning;

/// <summary>Rows of a linear problem that one structure gives: times the coefficients they are its energy and derivatives.</summary>
/// <param name="Energy"><c>[column]</c>.</param>
/// <param name="Forces">−∂(energy row)/∂r: <c>[atom · 3 + xyz, column]</c>.</param>
/// <param name="EffectiveFields">−∂(energy row)/∂v for each vector field of the representations, in their order:
/// <c>[atom · 3 + xyz, column]</c>.</param>
public sealed record DesignRows(double[] Energy, double[] Forces, IReadOnlyList<double[]> EffectiveFields);
