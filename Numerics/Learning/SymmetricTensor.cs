using System;

namespace Toolkit.Numerics.Learning;

/// <summary>
/// Symmetric 3 × 3 tensors, such as dielectric tensors, as what turns like spherical harmonics of order 0 and 2, so that models of each λ
/// can learn them.
/// </summary>
/// <remarks>
/// The map is an isometry: Σ s² = Σ t². s_0 = Tr t/√3; s_(λ=2, m=−2…2) = √2 t_xy, √2 t_yz, (2 t_zz − t_xx − t_yy)/√6, √2 t_xz, (t_xx −
/// t_yy)/√2.
/// </remarks>
public static class SymmetricTensor
{
    /// <summary>Numbers of λ = 0 and λ = 2 together.</summary>
    public const int Count = 6;

    private static readonly double Root2 = Math.Sqrt(2), Root3 = Math.Sqrt(3), Root6 = Math.Sqrt(6);

    /// <summary>From a matrix; an antisymmetric part is dropped.</summary>
    /// <param name="tensor">3 × 3, row-major.</param>
    /// <param name="spherical">Receives λ = 0, then λ = 2 with m = −2 … 2.</param>
    /// <exception cref="ArgumentException">Other lengths.</exception>
    public static void ToSpherical(ReadOnlySpan<double> tensor, Span<double> spherical)
    {
        Require(tensor.Length, spherical.Length);
        double xx = tensor[0], yy = tensor[4], zz = tensor[8];
        spherical[0] = (xx + yy + zz) / Root3;
        spherical[1] = (tensor[1] + tensor[3]) / Root2;
        spherical[2] = (tensor[5] + tensor[7]) / Root2;
        spherical[3] = (2 * zz - xx - yy) / Root6;
        spherical[4] = (tensor[2] + tensor[6]) / Root2;
        spherical[5] = (xx - yy) / Root2;
    }

    /// <summary>Back to a matrix.</summary>
    /// <param name="spherical">λ = 0, then λ = 2 with m = −2 … 2.</param>
    /// <param name="tensor">Receives 3 × 3, row-major.</param>
    /// <exception cref="ArgumentException">Other lengths.</exception>
    public static void ToCartesian(ReadOnlySpan<double> spherical, Span<double> tensor)
    {
        Require(tensor.Length, spherical.Length);
        double mean = spherical[0] / Root3, along = spherical[3] / Root6, across = spherical[5] / Root2;
        tensor[0] = mean - along + across;
        tensor[4] = mean - along - across;
        tensor[8] = mean + 2 * along;
        tensor[1] = tensor[3] = spherical[1] / Root2;
        tensor[5] = tensor[7] = spherical[2] / Root2;
        tensor[2] = tensor[6] = spherical[4] / Root2;
    }

    private static void Require(int tensor, int spherical)
    {
        if (tensor != 9 || spherical != Count)
            throw new ArgumentException($"expected 9 Cartesian and {Count} spherical numbers; got {tensor} and {spherical}");
    }
}
