using System.Collections.Generic;

namespace Toolkit.Numerics.Representations.Trees;

/// <summary>Which pairs of channels a product has.</summary>
internal enum TreePairs
{
    /// <summary>Every channel of one with every channel of the other.</summary>
    All,

    /// <summary>Of one with itself: each unordered pair once.</summary>
    Unordered,

    /// <summary>The same without a channel beside itself: those products are zero.</summary>
    Different,
}

/// <summary>
/// Which of a tree's values stand, with what factors, and how they are labelled: a user's own tree has all as they are, a kind of
/// features leaves out what stands twice.
/// </summary>
internal sealed record TreePolicy
{
    /// <summary>All values as they are.</summary>
    public static TreePolicy Full { get; } = new();

    /// <summary>Whether two leaves of one field that are coupled stand once for both orders, times √2 where they differ.</summary>
    public bool IsUnordered { get; init; }

    /// <summary>Which σ of the root.</summary>
    public Parities Parities { get; init; } = Parities.Both;

    /// <summary>Whether σ is a label: of invariants, scalars and pseudoscalars may stand together.</summary>
    public bool HasSigma { get; init; } = true;

    /// <summary>Whether labels begin with the channels rather than with the orders.</summary>
    public bool ChannelsFirst { get; init; }

    /// <summary>The name of an order that is no label: the λ of a block.</summary>
    public string? Hidden { get; init; }

    /// <summary>The name whose order l gives every value the sign (−1)^l; null: none.</summary>
    public string? PhasedBy { get; init; }

    /// <summary>The sign of a value.</summary>
    public double Phase(IReadOnlyDictionary<string, int> names) => PhasedBy is not null && names[PhasedBy] % 2 == 1 ? -1 : 1;
}
