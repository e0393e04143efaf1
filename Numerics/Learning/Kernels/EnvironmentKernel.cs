using System;

namespace Toolkit.Numerics.Learning.Kernels;

/// <summary>A kernel at one pair of environments, with what its gradient by the first of them is made of.</summary>
/// <param name="Value">k(p, q).</param>
/// <param name="ByProduct">∂k/∂(p·q).</param>
/// <param name="BySquare">∂k/∂|p|², so that ∇_p k = ByProduct q + 2 BySquare p.</param>
public readonly record struct KernelValue(double Value, double ByProduct, double BySquare);

/// <summary>
/// A similarity of two environments with features p and q that depends on p·q, |p|² and |q|² alone: symmetric, and
/// positive definite for any set of environments.
/// </summary>
public abstract record EnvironmentKernel
{
    /// <summary>The kernel and its derivatives.</summary>
    /// <param name="product">p·q.</param>
    /// <param name="square">|p|².</param>
    /// <param name="otherSquare">|q|².</param>
    public abstract KernelValue Evaluate(double product, double square, double otherSquare);

    /// <summary>The kernels of one environment with many others.</summary>
    /// <param name="values">p·q of each; receives k(p, q).</param>
    /// <param name="square">|p|².</param>
    /// <param name="otherSquares">|q|² of each.</param>
    /// <exception cref="ArgumentException">Another number of squares.</exception>
    public void Values(Span<double> values, double square, ReadOnlySpan<double> otherSquares)
    {
        if (values.Length != otherSquares.Length)
            throw new ArgumentException($"{values.Length} products have as many squares; got {otherSquares.Length}", nameof(otherSquares));
        Replace(values, square, otherSquares);
    }

    /// <summary>Puts the kernels of one environment with many others in the place of the products.</summary>
    /// <param name="values">p·q of each; receives k(p, q).</param>
    /// <param name="square">|p|².</param>
    /// <param name="otherSquares">|q|² of each, as many.</param>
    protected virtual void Replace(Span<double> values, double square, ReadOnlySpan<double> otherSquares)
    {
        for (int k = 0; k < values.Length; k++)
            values[k] = Evaluate(values[k], square, otherSquares[k]).Value;
    }
}
