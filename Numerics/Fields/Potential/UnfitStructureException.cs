using System;

namespace Toolkit.Numerics.Fields.Potential;

/// <summary>A structure that a potential field cannot be made of: charges that are missing, or an evaluator that does not treat its
/// periodicity.</summary>
/// <param name="found">What the structure has.</param>
/// <param name="expected">What the field needs.</param>
public sealed class UnfitStructureException(string found, string expected) : ArgumentException($"found {found}, expected {expected}")
{
    /// <summary>What the structure has.</summary>
    public string Found { get; } = found;

    /// <summary>What the field needs.</summary>
    public string Expected { get; } = expected;
}
