using System;
using System.Collections.Generic;
using System.Linq;
using Toolkit.Numerics.Representations;
using Toolkit.Numerics.Structures;

namespace Toolkit.Numerics.Learning;

/// <summary>
/// Rows of the linear problem "a sum of atomic energies, each a combination of functions of the features of the atom's
/// environment, with coefficients of its own for each species". Columns: those functions for each species of the centre,
/// then one count of atoms per species, to be left without penalty.
/// </summary>
public abstract class PotentialDesign
{
    private readonly int[] _species;

    private protected PotentialDesign(RepresentationSet set, IEnumerable<int> species)
    {
        Features = set;
        _species = species.Distinct().Order().ToArray();
        if (_species.Length == 0) throw new ArgumentException("expected at least one species", nameof(species));
    }

    /// <summary>The representations whose features stand side by side.</summary>
    public RepresentationSet Features { get; }

    /// <summary>Species of the atoms that carry energy, atomic numbers, increasing.</summary>
    public ReadOnlySpan<int> Species => _species;

    /// <summary>Features per atom, all representations together.</summary>
    public int FeatureCount => Features.FeatureCount;

    /// <summary>All columns.</summary>
    public int Columns => FunctionCount + _species.Length;

    /// <summary>Columns at the end that count atoms.</summary>
    public int UnpenalisedColumns => _species.Length;

    /// <summary>The columns before them.</summary>
    private protected abstract int FunctionCount { get; }

    /// <summary>One row: the sum over atoms of their functions, and the counts.</summary>
    /// <param name="structure">All its species are among those of the design.</param>
    /// <param name="threads">How many threads may work; the result is the same for any number.</param>
    /// <returns><c>[column]</c>; times the coefficients it is the energy.</returns>
    /// <exception cref="ArgumentException">An atom of another species.</exception>
    public double[] EnergyRow(Structure structure, int threads = 1)
    {
        int[] species = SpeciesOf(structure);
        double[] row = new double[Columns], features = Features.Compute(structure, threads);
        for (int i = 0; i < species.Length; i++)
            AddValues(species[i], features.AsSpan(i * FeatureCount, FeatureCount), row);
        Count(row, structure);
        Finish(1, row, threads);
        return row;
    }

    /// <summary>The row of the energy and those of its derivatives by positions and vectors.</summary>
    /// <param name="structure">All its species are among those of the design.</param>
    /// <param name="threads">How many threads may work; the result is the same for any number.</param>
    /// <exception cref="ArgumentException">An atom of another species.</exception>
    public DesignRows Rows(Structure structure, int threads = 1)
    {
        int[] species = SpeciesOf(structure);
        int n = structure.Count, fields = Features.Fields.Count, columns = Columns;
        double[] energy = new double[columns], forces = new double[3 * n * columns];
        double[][] effective = Features.Fields.Select(_ => new double[3 * n * columns]).ToArray();
        FeatureGradients gradients = Features.ComputeWithGradients(structure, threads);
        for (int i = 0; i < n; i++)
        {
            ReadOnlySpan<double> features = gradients.Values.Slice(i * FeatureCount, FeatureCount);
            AddValues(species[i], features, energy);
            int start = gradients.Offsets[i], rows = gradients.Offsets[i + 1] - start;
            int first = FirstColumn(species[i]), width = Width(species[i]);
            ReadOnlySpan<double> slopes = Slopes(species[i], features, 3 * rows,
                gradients.Gradients.Slice(3 * start * FeatureCount, 3 * rows * FeatureCount), threads);
            for (int row = 0; row < rows; row++)
                for (int d = 0; d < 3; d++)
                    Subtract(slopes.Slice((3 * row + d) * width, width),
                        forces.AsSpan((3 * gradients.Atoms[start + row] + d) * columns + first, width));
            if (fields == 0) continue;
            slopes = Slopes(species[i], features, 3 * fields * rows,
                gradients.VectorGradients.Slice(3 * fields * start * FeatureCount, 3 * fields * rows * FeatureCount), threads);
            for (int row = 0; row < rows; row++)
                for (int f = 0; f < fields; f++)
                    for (int d = 0; d < 3; d++)
                        Subtract(slopes.Slice(((row * fields + f) * 3 + d) * width, width),
                            effective[f].AsSpan((3 * gradients.Atoms[start + row] + d) * columns + first, width));
        }
        Count(energy, structure);
        Finish(1, energy, threads);
        Finish(3 * n, forces, threads);
        foreach (double[] rows in effective)
            Finish(3 * n, rows, threads);
        return new DesignRows(energy, forces, effective);
    }

    /// <summary>The first column of a species' functions.</summary>
    private protected abstract int FirstColumn(int species);

    /// <summary>The number of a species' functions.</summary>
    private protected abstract int Width(int species);

    /// <summary>Adds an environment's functions to a row.</summary>
    private protected abstract void AddValues(int species, ReadOnlySpan<double> features, Span<double> row);

    /// <summary>Changes of an environment's functions with changes of its features.</summary>
    /// <param name="species">Of the centre.</param>
    /// <param name="features"><c>[feature]</c>.</param>
    /// <param name="count">How many changes.</param>
    /// <param name="changes"><c>[change, feature]</c>.</param>
    /// <param name="threads">How many threads may work.</param>
    /// <returns><c>[change, function of the species]</c>.</returns>
    private protected abstract ReadOnlySpan<double> Slopes(
        int species, ReadOnlySpan<double> features, int count, ReadOnlySpan<double> changes, int threads);

    /// <summary>What is done to finished rows <c>[row, column]</c>.</summary>
    private protected virtual void Finish(int count, Span<double> rows, int threads) { }

    private int[] SpeciesOf(Structure structure)
    {
        ArgumentNullException.ThrowIfNull(structure);
        int[] species = structure.Species.ToArray();
        for (int i = 0; i < species.Length; i++)
        {
            if (Array.BinarySearch(_species, species[i]) < 0)
                throw new ArgumentException($"atom {i} is {Elements.Symbol(species[i])}; expected one of "
                    + string.Join(", ", _species.Select(Elements.Symbol)));
        }
        return species;
    }

    private void Count(Span<double> row, Structure structure)
    {
        foreach (int z in structure.Species)
            row[FunctionCount + Array.BinarySearch(_species, z)]++;
    }

    private static void Subtract(ReadOnlySpan<double> slopes, Span<double> row)
    {
        for (int f = 0; f < slopes.Length; f++)
            row[f] -= slopes[f];
    }
}
