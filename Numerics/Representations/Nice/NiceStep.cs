using System;
using System.Collections.Generic;

namespace Toolkit.Numerics.Representations.Nice;

/// <summary>A product of the iteration: a channel of the order before with a channel of the density.</summary>
/// <param name="K">λ of the order before.</param>
/// <param name="Sigma">σ of it.</param>
/// <param name="Channel">Its channel.</param>
/// <param name="L">l of the density.</param>
/// <param name="Density">The density's channel (species, n).</param>
public readonly record struct NicePair(int K, int Sigma, int Channel, int L, int Density);

/// <summary>How the products of one (λ, σ) are contracted: components = products · Weights − predictions from lower orders.</summary>
/// <param name="Lambda">λ.</param>
/// <param name="Sigma">σ.</param>
/// <param name="Products">The number of products that the block has before.</param>
/// <param name="Components">The number of components.</param>
/// <param name="Weights"><c>[product, component]</c>.</param>
/// <param name="Lower">For each lower order from 1 on, <c>[channel, component]</c> for the channels that are used; empty: none.</param>
/// <param name="Constant"><c>[component]</c>, of invariants; empty: none.</param>
/// <param name="Variances">The mean squares of the components, falling; of products that are not contracted those of each.</param>
/// <param name="Total">The mean square of all products after purification.</param>
public sealed record NiceContraction(
    int Lambda, int Sigma, int Products, int Components, double[] Weights, IReadOnlyList<double[]> Lower, double[] Constant,
    double[] Variances, double Total);

/// <summary>One order of a fitted iteration, of covariants or of invariants.</summary>
/// <param name="Order">ν.</param>
/// <param name="IsInvariant">Whether these are the features of the order, with λ = 0 only.</param>
/// <param name="Pairs">The products, those of one (K, Sigma, L) together.</param>
/// <param name="Contractions">For each (λ, σ) that there is; null where products stay as they are.</param>
public sealed record NiceStep(
    int Order, bool IsInvariant, IReadOnlyList<NicePair> Pairs, IReadOnlyList<NiceContraction> Contractions);
