using System;
using System.Collections.Generic;
using System.Linq;
using Toolkit.Numerics.LinearAlgebra;

namespace Toolkit.Numerics.Models;

/// <summary>
/// How other linear models that explain the labels as well differ from the one that was found, so that whatever is computed linearly from
/// a model has a standard deviation: that of the coefficients' normal distribution given the labels, of which a few are drawn.
/// </summary>
/// <remarks>
/// With noise of variance s² on weighted labels and a normal prior, coefficients have the covariance s² (XᵀW²X + λN S²)⁻¹ = s² L⁻ᵀL⁻¹;
/// s L⁻ᵀz with normal z is a draw (of the last layer of a network: F. Bigi, S. Chong, M. Ceriotti, F. Grasselli, Mach. Learn.: Sci.
/// Technol. 5, 045018 (2024)). Where the labels do not tell two functions apart it is wide, however well the labels are reproduced. (Of a
/// sparse Gaussian process the coefficients alone say nothing of that: functions beyond those of its points are open, too.)
/// </remarks>
/// <param name="Draws">The differences, without constants.</param>
internal sealed record ModelSpread(IReadOnlyList<LinearPotential> Draws)
{
    /// <summary>How many are drawn: standard deviations are uncertain by a fifth.</summary>
    public const int Count = 12;

    // The same differences in every fit.
    private const int Seed = 1;

    /// <summary>Draws differences of coefficients.</summary>
    /// <param name="inverse">L⁻¹: <c>[row, column]</c>, lower.</param>
    /// <param name="noise">s².</param>
    /// <returns><c>[draw][coefficient]</c>.</returns>
    public static double[][] Differences(double[] inverse, double noise)
    {
        int n = (int)Math.Sqrt(inverse.Length);
        double size = Math.Sqrt(Math.Max(0, noise));
        Random random = new(Seed);
        double[][] all = new double[Count][];
        for (int k = 0; k < Count; k++)
        {
            all[k] = new double[n];
            for (int i = 0; i < n; i++)
                Vectors.AddScaled(size * NormalNumbers.Next(random), inverse.AsSpan(i * n, i + 1), all[k].AsSpan(0, i + 1));
        }

        return all;
    }

    /// <summary>The standard deviation of a number from its differences in the draws.</summary>
    public static double Deviation(IEnumerable<double> differences) => Math.Sqrt(differences.Average(static d => d * d));
}
