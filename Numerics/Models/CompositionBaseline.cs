using System;
using System.Collections.Generic;
using System.Linq;
using MathNet.Numerics.LinearAlgebra;
using Toolkit.Numerics.Learning;
using Toolkit.Numerics.Structures;

namespace Toolkit.Numerics.Models;

/// <summary>
/// An energy for each atom by its species alone, which a model adds to what it has learned: total energies of thousands of eV per
/// atom lie in it, and what is learned is the small rest.
/// </summary>
public sealed class CompositionBaseline
{
    private readonly SortedDictionary<int, double> _energies;

    /// <summary>A baseline.</summary>
    /// <param name="energies">eV by atomic number.</param>
    public CompositionBaseline(IEnumerable<KeyValuePair<int, double>> energies) => _energies = new(energies.ToDictionary());

    /// <summary>eV by atomic number, increasing.</summary>
    public IReadOnlyDictionary<int, double> Energies => _energies;

    /// <summary>The energy of one atom; 0 for species that there is none of.</summary>
    public double Of(int species) => _energies.GetValueOrDefault(species);

    /// <summary>The energy of a structure's atoms.</summary>
    public double Of(Structure structure)
    {
        ArgumentNullException.ThrowIfNull(structure);
        return Of(structure.Species);
    }

    /// <summary>The energy of some atoms.</summary>
    /// <param name="species">Their atomic numbers.</param>
    public double Of(ReadOnlySpan<int> species)
    {
        // By counts, so that the order of atoms changes no digit.
        double sum = 0;
        foreach ((int z, double energy) in _energies)
            sum += energy * species.Count(z);
        return sum;
    }

    /// <summary>
    /// The energies whose sums are closest to those of structures, per atom; where compositions do not tell species apart, the
    /// smallest ones.
    /// </summary>
    /// <param name="compositions">Numbers of atoms by species, how many structures have them, and the mean of their energies, eV.</param>
    internal static CompositionBaseline Fitted(
        IReadOnlyCollection<(IReadOnlyDictionary<int, int> Atoms, long Structures, double Mean)> compositions)
    {
        int[] species = compositions.SelectMany(static c => c.Atoms.Keys).Distinct().Order().ToArray();
        if (species.Length == 0) return new([]);
        var sums = new NormalEquations(species.Length);
        foreach ((IReadOnlyDictionary<int, int> atoms, long structures, double mean) in compositions)
            sums.Add(species.Select(z => (double)atoms.GetValueOrDefault(z)).ToArray(), [mean], Math.Sqrt(structures) / atoms.Values.Sum());

        int n = species.Length;
        double[] factor = sums.Factor().ToArray();
        var triangle = Matrix<double>.Build.Dense(n, n, (i, j) => j >= i ? factor[i * (n + 1) + j] : 0);
        var right = Vector<double>.Build.Dense(n, i => factor[i * (n + 1) + n]);
        var svd = triangle.Svd();
        Vector<double> along = svd.U.TransposeThisAndMultiply(right);
        double least = 1e-10 * svd.S[0];
        for (int k = 0; k < n; k++)
            along[k] = svd.S[k] > least ? along[k] / svd.S[k] : 0;
        Vector<double> energies = svd.VT.TransposeThisAndMultiply(along);
        return new(species.Zip(energies, static (z, e) => KeyValuePair.Create(z, e)));
    }
}
