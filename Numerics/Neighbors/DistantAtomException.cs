using System;

namespace Toolkit.Numerics.Neighbors;

/// <summary>An atom so many cells away from the cell that its image in it cannot be told.</summary>
/// <param name="atom">Its index.</param>
/// <param name="distance">How many lattice vectors away.</param>
public sealed class DistantAtomException(int atom, double distance)
    : ArgumentException($"atom {atom} lies {distance:R} lattice vectors away from the cell; expected at most {Farthest}")
{
    /// <summary>The most lattice vectors between an atom and the cell.</summary>
    public const int Farthest = 500_000_000;

    /// <summary>Index of the atom.</summary>
    public int Atom { get; } = atom;

    /// <summary>How many lattice vectors away it is.</summary>
    public double Distance { get; } = distance;
}
