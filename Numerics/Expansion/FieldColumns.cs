using System;
using System.Collections.Generic;

namespace Toolkit.Numerics.Expansion;

/// <summary>
/// Where one vector field stands among the columns of the coefficients: three columns (y, z, x) for each slot; the slots
/// are the centre's own, where it has one, and the species that carry the vector.
/// </summary>
internal sealed class FieldColumns
{
    private readonly int[] _slotOfGroup;

    public FieldColumns(VectorField field, int first, ReadOnlySpan<int> groups)
    {
        Field = field;
        First = first;
        var labels = new List<int>();
        if (field.Centre == CentrePolicy.Separate) labels.Add(DensityExpansion.CentreLabel);
        _slotOfGroup = new int[groups.Length];
        for (int g = 0; g < groups.Length; g++)
        {
            _slotOfGroup[g] = -1;
            if (groups[g] == DensityExpansion.CentreLabel || !field.IsCarriedBy(groups[g])) continue;
            _slotOfGroup[g] = labels.Count;
            labels.Add(groups[g]);
        }
        Labels = labels.ToArray();
    }

    public VectorField Field { get; }

    /// <summary>The first column.</summary>
    public int First { get; }

    /// <summary>Species label of each slot.</summary>
    public int[] Labels { get; }

    /// <summary>Whether slot 0 is the centre's own: one channel, n = 0, and only l = 0.</summary>
    public bool HasOwn => Field.Centre == CentrePolicy.Separate;

    /// <summary>The slot of a group of the density; negative: the species carries none.</summary>
    public int Slot(int group) => _slotOfGroup[group];

    /// <summary>The first of the three columns of a slot.</summary>
    public int Column(int slot) => First + 3 * slot;

    /// <summary>The columns of all slots.</summary>
    public int Count => 3 * Labels.Length;

    /// <summary>The number of channels n of a slot for one l.</summary>
    public int Channels(int slot, int l, int nmax) => !HasOwn || slot > 0 ? nmax : l == 0 ? 1 : 0;
}
