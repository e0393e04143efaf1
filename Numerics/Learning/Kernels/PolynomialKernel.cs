using System;
using Toolkit.Numerics.LinearAlgebra;

namespace Toolkit.Numerics.Learning.Kernels;

/// <summary>
/// (c + p·q)^ζ: all polynomials of degree ζ in the features, and with c &gt; 0 of lower degrees too. The length of p
/// counts, as it must where a spin's length is part of the physics.
/// </summary>
public sealed record PolynomialKernel : EnvironmentKernel
{
    /// <summary>The kernel of degree ζ.</summary>
    /// <param name="degree">ζ ≥ 1.</param>
    /// <param name="offset">c ≥ 0.</param>
    public PolynomialKernel(int degree, double offset = 0)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(degree, 1);
        if (!(offset >= 0) || !double.IsFinite(offset))
            throw new ArgumentOutOfRangeException(nameof(offset), offset, "expected a number of at least 0");
        (Degree, Offset) = (degree, offset);
    }

    /// <summary>ζ.</summary>
    public int Degree { get; }

    /// <summary>c.</summary>
    public double Offset { get; }

    /// <inheritdoc/>
    public override KernelValue Evaluate(double product, double square, double otherSquare)
    {
        double x = Offset + product, lower = 1;
        for (int k = 1; k < Degree; k++)
            lower *= x;
        return new KernelValue(lower * x, Degree * lower, 0);
    }

    /// <inheritdoc/>
    protected override void Replace(Span<double> values, double square, ReadOnlySpan<double> otherSquares)
    {
        Vectors.AddAndRaise(Offset, Degree, values);
    }
}
