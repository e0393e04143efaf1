using System;
using System.Collections.Generic;
using Toolkit.Numerics.Neighbors;
using Toolkit.Numerics.Structures;

namespace Toolkit.Numerics.Models;

/// <summary>
/// How close atoms of each pair of species were in a training set, so that a model without a repulsive core can tell where it guesses:
/// nothing that was learned keeps closer atoms apart.
/// </summary>
/// <param name="Distances">Å, by the smaller and the larger atomic number; pairs that were never within <see cref="Within"/>, or the
/// model's cutoff where that is less, are absent.</param>
public sealed record ClosestPairs(IReadOnlyDictionary<(int First, int Second), double> Distances)
{
    /// <summary>Farther pairs are not looked at, Å.</summary>
    public const double Within = 3;

    // Å: what is as close as the closest but for this is not worth a word.
    private const double Allowed = 0.05;

    /// <summary>Takes the pairs of a structure into account.</summary>
    /// <param name="closest">The distances so far.</param>
    /// <param name="structure">The structure.</param>
    /// <param name="cutoff">How far the model sees, Å: what it does not see may be too much to look at, in a cell that is tiny.</param>
    internal static void Add(Dictionary<(int, int), double> closest, Structure structure, double cutoff)
    {
        using NeighborList list = NeighborList.Build(structure, Math.Min(Within, cutoff));
        for (int i = 0; i < structure.Count; i++)
        {
            for (int p = list.Offsets[i]; p < list.Offsets[i + 1]; p++)
            {
                (int, int) key = Key(structure.Species[i], structure.Species[list.Neighbors[p]]);
                if (!closest.TryGetValue(key, out double least) || list.Distances[p] < least) closest[key] = list.Distances[p];
            }
        }
    }

    /// <summary>The pair of a structure that is closest in comparison with those of the training set, where it is closer than any of
    /// them.</summary>
    /// <param name="structure">The structure.</param>
    /// <param name="cutoff">How far the model sees, Å.</param>
    /// <returns>Two atoms, their distance, and that of the closest such pair in the training set, Å; null: none is closer.</returns>
    public (int First, int Second, double Distance, double Known)? Closer(Structure structure, double cutoff)
    {
        ArgumentNullException.ThrowIfNull(structure);
        double within = Math.Min(Within, cutoff);
        (int, int, double, double)? worst = null;
        double ratio = 1;
        using NeighborList list = NeighborList.Build(structure, within);
        for (int i = 0; i < structure.Count; i++)
        {
            for (int p = list.Offsets[i]; p < list.Offsets[i + 1]; p++)
            {
                double known = Distances.GetValueOrDefault(Key(structure.Species[i], structure.Species[list.Neighbors[p]]), within),
                    r = list.Distances[p];
                if (r >= known - Allowed || r >= ratio * known) continue;
                (ratio, worst) = (r / known, (i, list.Neighbors[p], r, known));
            }
        }

        return worst;
    }

    private static (int, int) Key(int a, int b) => (Math.Min(a, b), Math.Max(a, b));
}
