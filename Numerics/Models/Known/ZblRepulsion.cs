using System;
using Toolkit.Numerics.Neighbors;
using Toolkit.Numerics.Representations;
using Toolkit.Numerics.Structures;

namespace Toolkit.Numerics.Models.Known;

/// <summary>
/// What keeps atoms apart where a training set has none so close: the screened repulsion of two nuclei (Ziegler, Biersack,
/// Littmark, The Stopping and Range of Ions in Solids, 1985), faded out by the quintic 1 − 10t³ + 15t⁴ − 6t⁵ between two distances.
/// </summary>
/// <param name="Inner">Where it begins to fade, Å.</param>
/// <param name="Outer">Where it ends, Å.</param>
public sealed record ZblRepulsion(double Inner, double Outer) : IPairEnergy
{
    // e²/4πε₀ in eV Å, and the Bohr radius in Å.
    private const double Coulomb = 14.3996455, Bohr = 0.529177210903;

    private static readonly (double Share, double Rate)[] Screening =
        [(0.18175, 3.19980), (0.50986, 0.94229), (0.28022, 0.40290), (0.02817, 0.20162)];

    /// <summary>The energy of a pair, eV, and its derivative by the distance, eV/Å.</summary>
    /// <param name="first">An atomic number.</param>
    /// <param name="second">Another.</param>
    /// <param name="distance">Å.</param>
    public (double Energy, double Slope) Pair(int first, int second, double distance)
    {
        if (distance >= Outer) return default;
        double length = 0.8854 * Bohr / (Math.Pow(first, 0.23) + Math.Pow(second, 0.23)), factor = Coulomb * first * second / distance;
        double screened = 0, slope = 0;
        foreach ((double share, double rate) in Screening)
        {
            double x = share * Math.Exp(-rate * distance / length);
            screened += x;
            slope -= rate / length * x;
        }
        double energy = factor * screened, bySlope = factor * (slope - screened / distance);
        return PairEnergies.Fade(energy, bySlope, distance, Inner, Outer);
    }

    /// <summary>The energy of a structure, half of each pair's with either atom, and its derivatives.</summary>
    /// <param name="structure">Atoms of number 0 repel nothing.</param>
    /// <param name="threads">How many threads may work; the result is the same for any number.</param>
    public Evaluation Evaluate(Structure structure, int threads = 1)
    {
        ArgumentNullException.ThrowIfNull(structure);
        using NeighborList list = NeighborList.Build(structure, Outer, threads);
        return Evaluate(structure, list);
    }

    /// <summary>The same from neighbours that are given: of the pairs of each atom half the energy is that atom's.</summary>
    /// <param name="structure">Atoms of number 0 repel nothing.</param>
    /// <param name="list">Its neighbours, at least to the outer distance.</param>
    internal Evaluation Evaluate(Structure structure, NeighborList list) => PairEnergies.Evaluate(structure, list, [this]);
}
