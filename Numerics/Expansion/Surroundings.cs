using System;
using Toolkit.Numerics.Neighbors;

namespace Toolkit.Numerics.Expansion;

/// <summary>What an expansion needs to know of a whole structure: pairs, species groups and vectors.</summary>
internal sealed class Surroundings
{
    public required NeighborList Pairs { get; init; }

    /// <summary>The species group of each atom.</summary>
    public required int[] Groups { get; init; }

    /// <summary>The vectors of every field: <c>[field, atom, (y, z, x)]</c>, zero for atoms without one.</summary>
    public required double[] Vectors { get; init; }

    /// <summary>One atom's vector of one field, (y, z, x).</summary>
    public ReadOnlySpan<double> Vector(int field, int atom) => Vectors.AsSpan(3 * (field * Groups.Length + atom), 3);
}
