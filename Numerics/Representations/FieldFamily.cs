using System;
using System.Collections.Generic;
using Toolkit.Numerics.Expansion;

namespace Toolkit.Numerics.Representations;

/// <summary>The channels (slot, n) that the density, or one vector field, has for one l.</summary>
internal sealed class FieldFamily
{
    private FieldFamily(int l, int[] labels, int stride, bool isOdd, Func<int, int> channels)
    {
        (L, IsOddUnderInversion) = (l, isOdd);
        List<int> lanes = [], species = [], radials = [];
        for (int slot = 0; slot < labels.Length; slot++)
        {
            for (int n = 0, count = channels(slot); n < count; n++)
            {
                lanes.Add(slot * stride + n);
                species.Add(labels[slot]);
                radials.Add(n);
            }
        }

        (Lanes, Species, N) = ([.. lanes], [.. species], [.. radials]);
    }

    public int L { get; }

    public bool IsOddUnderInversion { get; }

    /// <summary>The place of each channel in a row.</summary>
    public int[] Lanes { get; }

    public int[] Species { get; }

    public int[] N { get; }

    /// <summary>The number of channels.</summary>
    public int Count => Lanes.Length;

    /// <summary>Those of the density; the centre's own group has l = 0 only.</summary>
    public static FieldFamily OfDensity(DensityExpansion expansion, int l)
    {
        int[] labels = expansion.Groups.ToArray();
        return new FieldFamily(l, labels, expansion.GroupStride, l % 2 == 1,
            g => l > 0 && labels[g] == DensityExpansion.CentreLabel ? 0 : expansion.NMax);
    }

    /// <summary>Those of a vector field. A polar vector changes its sign under the inversion, an axial one does not.</summary>
    public static FieldFamily OfVectors(DensityExpansion expansion, int field, int l)
    {
        FieldColumns columns = expansion.Columns(field);
        return new FieldFamily(
            l, columns.Labels, expansion.GroupStride, (l % 2 == 1) != !columns.Field.Axial, s => columns.Channels(s, l, expansion.NMax));
    }
}
