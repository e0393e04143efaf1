using System;
using System.Collections.Generic;
using System.Linq;
using Toolkit.Numerics.LinearAlgebra;
using Toolkit.Numerics.Structures;

namespace Toolkit.Numerics.Expansion;

/// <summary>
/// Neighbour species as mixtures of fewer pseudo-species: the density of pseudo-species α is Σ_a u_aα times that of species
/// a, so that c_{α n l m} = Σ_a u_aα c_{a n l m}.
/// </summary>
public sealed class SpeciesMixing
{
    private readonly int[] _species;
    private readonly double[] _weights;

    /// <summary>A mixing with the given weights.</summary>
    /// <param name="species">Atomic numbers, each once.</param>
    /// <param name="pseudoSpecies">The number of pseudo-species.</param>
    /// <param name="weights">u: <c>[species, pseudo-species]</c>.</param>
    /// <exception cref="ArgumentException">A species twice; not one finite weight for each species and pseudo-species.</exception>
    public SpeciesMixing(IEnumerable<int> species, int pseudoSpecies, ReadOnlySpan<double> weights)
    {
        int[] given = species.ToArray();
        _species = given.Distinct().Order().ToArray();
        if (_species.Length != given.Length) throw new ArgumentException("a species is there twice", nameof(species));
        if (pseudoSpecies < 1)
            throw new ArgumentOutOfRangeException(nameof(pseudoSpecies), pseudoSpecies, "expected at least one pseudo-species");
        if (weights.Length != (long)given.Length * pseudoSpecies)
        {
            throw new ArgumentException(
                $"{given.Length} species and {pseudoSpecies} pseudo-species: expected {(long)given.Length * pseudoSpecies} weights; got {weights.Length}",
                nameof(weights));
        }

        PseudoCount = pseudoSpecies;
        _weights = new double[weights.Length];
        for (int k = 0; k < given.Length; k++)
        {
            int place = Array.BinarySearch(_species, given[k]);
            weights.Slice(k * pseudoSpecies, pseudoSpecies).CopyTo(_weights.AsSpan(place * pseudoSpecies));
        }
        foreach (double weight in _weights)
            if (!double.IsFinite(weight)) throw new ArgumentException("a weight is not finite", nameof(weights));
    }

    /// <summary>The number of pseudo-species.</summary>
    public int PseudoCount { get; }

    /// <summary>The species, increasing atomic numbers.</summary>
    public ReadOnlySpan<int> Species => _species;

    /// <summary>u_aα of the species at a place of <see cref="Species"/>: <c>[pseudo-species]</c>.</summary>
    public ReadOnlySpan<double> Weights(int place) => _weights.AsSpan(place * PseudoCount, PseudoCount);

    /// <summary>
    /// From the similarity of elements in the periodic table, κ_ab = exp(−(Δrow)²/2δ_row² − (Δcolumn)²/2δ_column²): u is the
    /// matrix of its leading eigenvectors times the roots of their eigenvalues, so that Σ_α u_aα u_bα is the best
    /// approximation of κ_ab, and κ_ab itself with as many pseudo-species as species.
    /// </summary>
    /// <remarks>(M. J. Willatt, F. Musil, M. Ceriotti, Phys. Chem. Chem. Phys. 20, 29661, 2018.) The largest component of each
    /// eigenvector is positive.</remarks>
    /// <param name="species">Atomic numbers.</param>
    /// <param name="rowWidth">δ_row, in rows, positive.</param>
    /// <param name="columnWidth">δ_column, in columns, positive.</param>
    /// <param name="pseudoSpecies">The number of pseudo-species, at most that of the species.</param>
    /// <exception cref="ArgumentException">A width that is not positive; more pseudo-species than species.</exception>
    public static SpeciesMixing FromPeriodicTable(IEnumerable<int> species, double rowWidth, double columnWidth, int pseudoSpecies)
    {
        int[] all = species.Distinct().Order().ToArray();
        if (!(rowWidth > 0) || !(columnWidth > 0))
            throw new ArgumentOutOfRangeException(nameof(rowWidth), (rowWidth, columnWidth), "expected positive widths");
        if (pseudoSpecies < 1 || pseudoSpecies > all.Length)
        {
            throw new ArgumentOutOfRangeException(
                nameof(pseudoSpecies), pseudoSpecies, $"{pseudoSpecies} pseudo-species of {all.Length} species");
        }

        int n = all.Length;
        double[] similarity = new double[n * n];
        for (int a = 0; a < n; a++)
        {
            for (int b = 0; b < n; b++)
            {
                double row = (PeriodicTable.Row(all[a]) - PeriodicTable.Row(all[b])) / rowWidth;
                double column = (PeriodicTable.Column(all[a]) - PeriodicTable.Column(all[b])) / columnWidth;
                similarity[a * n + b] = Math.Exp(-0.5 * (row * row + column * column));
            }
        }

        (double[] values, double[] vectors) = LeadingEigen.Decompose(n, similarity);
        double[] weights = new double[n * pseudoSpecies];
        for (int k = 0; k < pseudoSpecies; k++)
        {
            for (int a = 0; a < n; a++)
                weights[a * pseudoSpecies + k] = Math.Sqrt(values[k]) * vectors[k * n + a];
        }

        return new SpeciesMixing(all, pseudoSpecies, weights);
    }
}
