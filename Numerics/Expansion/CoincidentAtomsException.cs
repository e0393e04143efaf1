using System;

namespace Toolkit.Numerics.Expansion;

/// <summary>Two atoms, or an atom and an image of another, at the same place, within
/// <see cref="DensityExpansion.SmallestDistance"/>: there is no direction between them.</summary>
/// <param name="first">Index of the one.</param>
/// <param name="second">Index of the other.</param>
public sealed class CoincidentAtomsException(int first, int second)
    : ArgumentException($"atoms {first} and {second} are at the same place: there is no direction between them")
{
    /// <summary>Index of the one.</summary>
    public int First { get; } = first;

    /// <summary>Index of the other.</summary>
    public int Second { get; } = second;
}
