using System;

namespace Toolkit.Numerics.Representations.Nice;

/// <summary>How a block of equivariants transforms.</summary>
/// <param name="Lambda">It turns like harmonics of order λ.</param>
/// <param name="Sigma">Under the inversion it is multiplied by σ (−1)^λ.</param>
/// <param name="Tau">Under time reversal it is multiplied by τ.</param>
public readonly record struct NiceKey(int Lambda, int Sigma, int Tau = 1) : IComparable<NiceKey>
{
    /// <summary>By λ, σ = +1 before −1, τ = +1 before −1.</summary>
    /// <param name="other">Another.</param>
    public int CompareTo(NiceKey other) => (Lambda, -Sigma, -Tau).CompareTo((other.Lambda, -other.Sigma, -other.Tau));

    /// <summary>The sign under the inversion, σ (−1)^λ.</summary>
    internal int Inversion => Lambda % 2 == 0 ? Sigma : -Sigma;

    /// <summary>How the products with another to one order turn: σ′ = σ₁ σ₂ (−1)^(λ₁+λ₂+λ), τ′ = τ₁ τ₂.</summary>
    /// <param name="other">The other factor.</param>
    /// <param name="lambda">The order of the product.</param>
    internal NiceKey Times(NiceKey other, int lambda) =>
        new(lambda, (Lambda + other.Lambda + lambda) % 2 == 0 ? Sigma * other.Sigma : -Sigma * other.Sigma, Tau * other.Tau);
}
