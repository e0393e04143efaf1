using System;
using System.Runtime.InteropServices;
using Toolkit.Numerics.Neighbors;
using Toolkit.Numerics.Structures;

namespace Toolkit.Native.Abi;

/// <summary>Neighbours that the caller has found: <c>toolkit_pairs</c> of toolkit.h.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct PairsView
{
    /// <summary>First neighbour of each atom, and the end: <c>[atom + 1]</c>.</summary>
    public int* Offsets;

    /// <summary>The atoms j of the pairs: <c>[pair]</c>.</summary>
    public int* Neighbors;

    /// <summary>Their images, whole numbers of the lattice vectors: <c>[pair, abc]</c>; or null.</summary>
    public int* Shifts;

    /// <summary>How many atoms are centres.</summary>
    public long CentreCount;

    /// <summary>The atoms whose energies are added up: <c>[centre]</c>.</summary>
    public int* Centres;

    /// <summary>The pairs that are closer than a cutoff.</summary>
    public readonly NeighborList Read(Structure structure, double cutoff)
    {
        var offsets = new ReadOnlySpan<int>(Offsets, structure.Count + 1);
        int pairs = offsets[^1];
        return NeighborList.Of(structure, cutoff, offsets, new ReadOnlySpan<int>(Neighbors, pairs),
            Shifts == null ? default : new ReadOnlySpan<CellShift>(Shifts, pairs));
    }
}
