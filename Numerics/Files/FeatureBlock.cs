using System.Collections.Generic;

namespace Toolkit.Numerics.Files;

/// <summary>Channels that stand together within a row, component after component.</summary>
/// <param name="First">The place of (μ = −λ, the first channel).</param>
/// <param name="Channels">How many there are, and from μ to μ + 1.</param>
public readonly record struct FeatureColumns(int First, int Channels);

/// <summary>Features of one kind within a row: equivariants [μ, channel], μ = −λ … λ; invariants are one block with λ = 0.</summary>
/// <param name="Lambda">The order λ.</param>
/// <param name="Sigma">+1 or −1: the inversion multiplies by σ (−1)^λ.</param>
/// <param name="LabelNames">What the labels of a channel are called.</param>
/// <param name="Labels">[channel, label] row-major.</param>
/// <param name="Columns">Where the channels stand in the row, in their order; more than one run where several representations have
/// such features.</param>
public sealed record FeatureBlock(
    int Lambda, int Sigma, IReadOnlyList<string> LabelNames, int[] Labels, IReadOnlyList<FeatureColumns> Columns)
{
    /// <summary>2λ + 1.</summary>
    public int Components => 2 * Lambda + 1;

    /// <summary>The number of channels.</summary>
    public int Channels => Labels.Length / LabelNames.Count;

    /// <summary>Numbers per row.</summary>
    public int Length => Components * Channels;
}
