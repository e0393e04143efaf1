using System;
using System.Collections.Generic;
using System.Linq;
using Toolkit.Numerics.Files;
using Toolkit.Numerics.Structures;

namespace Toolkit.Numerics.Representations;

/// <summary>Which atoms of structures get features: all, those of some species, those of a mask.</summary>
/// <param name="species">Atomic numbers; null: all.</param>
/// <param name="mask">The atom property that says T or F, or 1 or 0; null: there is none.</param>
internal sealed class CentreChoice(IReadOnlyList<int>? species, string? mask)
{
    /// <summary>The chosen atoms of a structure, increasing.</summary>
    /// <exception cref="InputException">It has no such mask, or one that says something else.</exception>
    public int[] Of(Structure structure, FramePlace place)
    {
        bool[]? isChosen = mask is null ? null : Mask(structure, place, mask);
        var centres = new List<int>(structure.Count);
        for (int i = 0; i < structure.Count; i++)
        {
            if ((species is null || species.Contains(structure.Species[i])) && isChosen?[i] != false)
                centres.Add(i);
        }

        return centres.ToArray();
    }

    private static bool[] Mask(Structure structure, FramePlace place, string key)
    {
        if (!structure.AtomProperties.TryGetValue(key, out PropertyArray? values))
        {
            string has = string.Join(", ", structure.AtomProperties.Keys);
            throw place.Bad(null, $"no atom property {key}; it has {(has.Length > 0 ? has : "none")}", "the mask of chosen centres");
        }

        switch (values)
        {
            case { Components: 1, Kind: PropertyKind.Logical }:
                return values.Logicals.ToArray();
            case { Components: 1, Kind: PropertyKind.Integer or PropertyKind.Real }:
                double[] numbers = values.ToReals();
                int bad = Array.FindIndex(numbers, static x => x is not (0 or 1));
                return bad < 0
                    ? Array.ConvertAll(numbers, static x => x == 1)
                    : throw place.Bad($"atom {bad + 1}, {key}", FormattableString.Invariant($"{numbers[bad]:R}"), "0 or 1");
            default:
                throw place.Bad(key, values.ToString(), "T or F, or 1 or 0, for each atom");
        }
    }
}
