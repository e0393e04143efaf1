using System;
using System.Collections.Generic;
using System.Linq;
using Toolkit.Numerics.Neighbors;
using Toolkit.Numerics.Representations;
using Toolkit.Numerics.Structures;

namespace Toolkit.Numerics.Models.Known;

/// <summary>Sums of energies of pairs, with all derivatives.</summary>
internal static class PairEnergies
{
    /// <summary>Half of each pair's energy with either atom.</summary>
    /// <param name="structure">The atoms.</param>
    /// <param name="list">Their neighbours, at least to where the energies end.</param>
    /// <param name="terms">The energies.</param>
    /// <param name="centres">The atoms whose halves count; null: all.</param>
    public static Evaluation Evaluate(Structure structure, NeighborList list, IReadOnlyList<IPairEnergy> terms, int[]? centres = null)
    {
        int n = structure.Count;
        double[] energies = new double[n], forces = new double[3 * n], virial = new double[9], cell = new double[9],
            atomic = new double[9 * n];
        Span<double> pull = stackalloc double[3];
        foreach (int i in centres ?? Enumerable.Range(0, n))
        {
            for (int p = list.Offsets[i]; p < list.Offsets[i + 1]; p++)
            {
                int j = list.Neighbors[p];
                double r = list.Distances[p], energy = 0, slope = 0;
                foreach (IPairEnergy term in terms)
                {
                    (double value, double by) = term.Pair(structure.Species[i], structure.Species[j], r);
                    energy += value;
                    slope += by;
                }
                energies[i] += 0.5 * energy;
                ReadOnlySpan<double> d = [list.X[p], list.Y[p], list.Z[p]];
                CellShift shift = list.Shifts[p];
                ReadOnlySpan<double> images = [shift.A, shift.B, shift.C];
                for (int a = 0; a < 3; a++)
                    pull[a] = 0.5 * slope * d[a] / r;
                for (int a = 0; a < 3; a++)
                {
                    forces[3 * i + a] += pull[a];
                    forces[3 * j + a] -= pull[a];
                    for (int b = 0; b < 3; b++)
                    {
                        virial[3 * a + b] -= pull[a] * d[b];
                        atomic[9 * i + 3 * a + b] -= pull[a] * d[b];
                        cell[3 * b + a] += images[b] * pull[a];
                    }
                }
            }
        }
        return new Evaluation(energies.Sum(), energies, forces, virial, cell, []) { AtomicVirials = atomic };
    }

    /// <summary>An energy faded out by the quintic 1 − 10t³ + 15t⁴ − 6t⁵ between two distances.</summary>
    public static (double Energy, double Slope) Fade(double energy, double slope, double distance, double inner, double outer)
    {
        if (distance <= inner) return (energy, slope);
        double t = (distance - inner) / (outer - inner);
        double fade = 1 - t * t * t * (10 - t * (15 - 6 * t)), falling = -30 * t * t * (1 - t) * (1 - t) / (outer - inner);
        return (energy * fade, slope * fade + energy * falling);
    }
}
