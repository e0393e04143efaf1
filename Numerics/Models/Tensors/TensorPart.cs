using System.Collections.Generic;
using Toolkit.Numerics.Learning;

namespace Toolkit.Numerics.Models.Tensors;

/// <summary>The part of one order λ of a model of dipoles or tensors.</summary>
/// <param name="Design">What it is linear in.</param>
/// <param name="Coefficients"><c>[column]</c>.</param>
/// <param name="Regularizer">λ of the fit.</param>
/// <param name="Trials">Every one tried, and its error.</param>
internal sealed record TensorPart(
    SphericalDesign Design, double[] Coefficients, double Regularizer, IReadOnlyList<(double Regularizer, double Error)> Trials);
