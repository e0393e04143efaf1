using System.Collections.Generic;

namespace Toolkit.Numerics.Files;

/// <summary>Features of one kind within a row: equivariants [μ, channel], μ = −λ … λ; invariants are one block with λ = 0.</summary>
/// <param name="Lambda">The order λ.</param>
/// <param name="Sigma">+1 or −1: the inversion multiplies by σ (−1)^λ.</param>
/// <param name="LabelNames">What the labels of a channel are called.</param>
/// <param name="Labels">[channel, label] row-major.</param>
/// <param name="First">The place of (μ = −λ, channel 0) in the row.</param>
public sealed record FeatureBlock(int Lambda, int Sigma, IReadOnlyList<string> LabelNames, int[] Labels, int First)
{
    /// <summary>2λ + 1.</summary>
    public int Components => 2 * Lambda + 1;

    /// <summary>The number of channels.</summary>
    public int Channels => Labels.Length / LabelNames.Count;

    /// <summary>Numbers per row.</summary>
    public int Length => Components * Channels;
}
