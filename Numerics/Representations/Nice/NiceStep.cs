using System.Collections.Generic;

namespace Toolkit.Numerics.Representations.Nice;

/// <summary>A product of the iteration: a channel of the order before with a channel of the first order.</summary>
/// <param name="Left">The block of the order before.</param>
/// <param name="LeftChannel">Its channel.</param>
/// <param name="Right">The block of the first order.</param>
/// <param name="RightChannel">Its channel: (field, l, species, n).</param>
/// <param name="Weight">What the product is multiplied with: the scales of the fields, and √2 where a product of two different
/// channels of the first order stands for both orders of its factors.</param>
public readonly record struct NicePair(NiceKey Left, int LeftChannel, NiceKey Right, int RightChannel, double Weight);

/// <summary>How the products of one block are contracted: components = products · Weights − predictions from lower orders.</summary>
/// <param name="Key">The block.</param>
/// <param name="Products">The number of products that the block has before.</param>
/// <param name="Components">The number of components.</param>
/// <param name="Weights"><c>[product, component]</c>.</param>
/// <param name="Lower">For each lower order from 1 on, <c>[channel, component]</c> for the channels that are used; empty: none.</param>
/// <param name="Constant"><c>[component]</c>, of invariants; empty: none.</param>
/// <param name="Variances">The mean squares of the components, falling; of products that are not contracted those of each.</param>
/// <param name="Total">The mean square of all products after purification, of invariants about their means.</param>
public sealed record NiceContraction(
    NiceKey Key, int Products, int Components, double[] Weights, IReadOnlyList<double[]> Lower, double[] Constant, double[] Variances,
        double Total)
{
    /// <summary>The mean square of all products as they were made.</summary>
    public double Made { get; init; }

    /// <summary>λ.</summary>
    public int Lambda => Key.Lambda;

    /// <summary>σ.</summary>
    public int Sigma => Key.Sigma;

    /// <summary>τ.</summary>
    public int Tau => Key.Tau;
}

/// <summary>One order of a fitted iteration, of covariants or of invariants.</summary>
/// <param name="Order">ν.</param>
/// <param name="IsInvariant">Whether these are the features of the order, with λ = 0 only.</param>
/// <param name="Pairs">The products, those of one pair of blocks together.</param>
/// <param name="Contractions">For each block that there is; its <see cref="NiceContraction.Weights"/> are empty where products stay as they
/// are.</param>
public sealed record NiceStep(
    int Order, bool IsInvariant, IReadOnlyList<NicePair> Pairs, IReadOnlyList<NiceContraction> Contractions)
{
    /// <summary>Of covariants: the mean square of all products of the order before with the first order, to every λ: ⟨|A|² |B|²⟩, since
    /// Σ_{λμ} |(a⊗b)_{λμ}|² = |a|² |b|² when all λ are kept.</summary>
    public double Possible { get; init; }

    /// <summary>Of covariants: the part of <see cref="Possible"/> that the pairs which are made have.</summary>
    public double Chosen { get; init; }
}

/// <summary>The fit of the environments of one species at the centre, or of all.</summary>
/// <param name="Centre">The species; null: all.</param>
/// <param name="Environments">How many environments it was fitted on.</param>
/// <param name="Steps">The orders, from ν = 2 on: the invariants of each, then its covariants.</param>
/// <param name="Output">Which features are kept, and how they are shifted and scaled; null: all as they are.</param>
public sealed record NicePart(int? Centre, int Environments, IReadOnlyList<NiceStep> Steps, NiceOutput? Output);

/// <summary>The features that are kept, and how they are shifted and scaled.</summary>
/// <param name="Indices">Which, among all.</param>
/// <param name="Shifts">What is subtracted from each.</param>
/// <param name="Scales">What the difference is multiplied with.</param>
public sealed record NiceOutput(int[] Indices, double[] Shifts, double[] Scales);
