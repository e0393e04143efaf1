using System;

namespace Toolkit.Numerics.Structures;

/// <summary>A structure that what is asked for cannot be made of: charges that are missing, an evaluator that does not treat its
/// periodicity, a cell that is too small.</summary>
/// <param name="found">What the structure has.</param>
/// <param name="expected">What it needs.</param>
public sealed class UnfitStructureException(string found, string expected) : ArgumentException($"found {found}, expected {expected}")
{
    /// <summary>What the structure has.</summary>
    public string Found { get; } = found;

    /// <summary>What it needs.</summary>
    public string Expected { get; } = expected;
}
