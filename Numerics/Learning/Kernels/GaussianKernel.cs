using System;

namespace Toolkit.Numerics.Learning.Kernels;

/// <summary>exp(−|p − q|² / 2w²).</summary>
public sealed record GaussianKernel : EnvironmentKernel
{
    /// <summary>The kernel of width w.</summary>
    /// <param name="width">w &gt; 0, in the unit of the (scaled) features.</param>
    public GaussianKernel(double width)
    {
        if (!(width > 0) || !double.IsFinite(width))
            throw new ArgumentOutOfRangeException(nameof(width), width, "expected a positive width");
        Width = width;
    }

    /// <summary>w.</summary>
    public double Width { get; }

    /// <inheritdoc/>
    public override KernelValue Evaluate(double product, double square, double otherSquare)
    {
        double inverse = 1 / (Width * Width);
        double value = Math.Exp(-0.5 * inverse * Math.Max(0, square + otherSquare - 2 * product));
        return new KernelValue(value, inverse * value, -0.5 * inverse * value);
    }
}
