using System;
using Toolkit.Numerics.LinearAlgebra;

namespace Toolkit.Numerics.Learning.Kernels;

/// <summary>
/// (p·q / |p||q|)^ζ: 1 for parallel feature vectors whatever their length; 0 where one of them is zero (Bartók, Kondor,
/// Csányi, Phys. Rev. B 87, 184115, 2013).
/// </summary>
public sealed record NormalisedPolynomialKernel : EnvironmentKernel
{
    /// <summary>The kernel of degree ζ.</summary>
    /// <param name="degree">ζ ≥ 1.</param>
    public NormalisedPolynomialKernel(int degree)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(degree, 1);
        Degree = degree;
    }

    /// <summary>ζ.</summary>
    public int Degree { get; }

    /// <inheritdoc/>
    public override KernelValue Evaluate(double product, double square, double otherSquare)
    {
        if (square == 0 || otherSquare == 0) return default;
        double length = Math.Sqrt(square) * Math.Sqrt(otherSquare), x = product / length, lower = 1;
        for (int k = 1; k < Degree; k++)
            lower *= x;
        return new KernelValue(lower * x, Degree * lower / length, -0.5 * Degree * lower * x / square);
    }

    /// <inheritdoc/>
    protected override void Replace(Span<double> values, double square, ReadOnlySpan<double> otherSquares)
    {
        Vectors.DivideByRoots(values, square, otherSquares);
        Vectors.AddAndRaise(0, Degree, values);
    }
}
