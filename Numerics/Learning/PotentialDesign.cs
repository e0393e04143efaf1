using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Linq;
using Toolkit.Numerics.LinearAlgebra;
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
    // Doubles of gradients that are held at a time, unless one atom's need more.
    private const long MostGradients = 1 << 20;

    // Atoms whose features are held at a time, unless one structure has more.
    private const int MostAtoms = 1024;

    private readonly int[] _species;
    private readonly Lazy<double[]>? _aloneRow;

    // Memory of gradients from one structure to the next: so much is new and cleared by the system again and again otherwise.
    private readonly ConcurrentBag<FeatureGradients> _idle = [];

    private protected PotentialDesign(RepresentationSet set, IEnumerable<int> species, IReadOnlyDictionary<int, double[]>? alone = null)
    {
        Features = set;
        _species = species.Distinct().Order().ToArray();
        Alone = alone;
        if (alone is not null) _aloneRow = new Lazy<double[]>(AloneRow);
        if (alone is not null && _species.Any(z => !alone.ContainsKey(z)))
            throw new ArgumentException("expected the features of an atom alone for each species", nameof(alone));
        if (_species.Length == 0) throw new ArgumentException("expected at least one species", nameof(species));
    }

    /// <summary>The representations whose features stand side by side.</summary>
    public RepresentationSet Features { get; }

    /// <summary>Species of the atoms that carry energy, atomic numbers, increasing.</summary>
    public ReadOnlySpan<int> Species => _species;

    /// <summary>Features per atom, all representations together.</summary>
    public int FeatureCount => Features.FeatureCount;

    /// <summary>Features of an atom alone by species, at which the model's energies are zero: functions are then those of the
    /// environment less those of the atom alone, and no column counts atoms. Null: columns count atoms.</summary>
    public IReadOnlyDictionary<int, double[]>? Alone { get; }

    /// <summary>All columns.</summary>
    public int Columns => FunctionCount + UnpenalisedColumns;

    /// <summary>Columns at the end that count atoms.</summary>
    public int UnpenalisedColumns => Alone is null ? _species.Length : 0;

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

    /// <summary>The rows of many structures' energies; small structures are faster together than one by one.</summary>
    /// <param name="structures">All their species are among those of the design.</param>
    /// <param name="threads">How many threads may work; the result is the same for any number.</param>
    /// <returns><c>[structure, column]</c>.</returns>
    /// <exception cref="ArgumentException">An atom of another species.</exception>
    public double[] EnergyRows(IReadOnlyList<Structure> structures, int threads = 1)
    {
        ArgumentNullException.ThrowIfNull(structures);
        double[] rows = new double[checked(structures.Count * Columns)];
        for (int first = 0, end; first < structures.Count; first = end)
        {
            int atoms = 0;
            for (end = first; end < structures.Count && (end == first || atoms < MostAtoms); end++)
                atoms += structures[end].Count;
            Structure[] some = structures.Skip(first).Take(end - first).ToArray();
            double[] features = new double[checked(atoms * FeatureCount)];
            Features.Compute(some, features, threads);
            for (int k = 0, atom = 0; k < some.Length; k++)
            {
                Span<double> row = rows.AsSpan((first + k) * Columns, Columns);
                foreach (int z in SpeciesOf(some[k]))
                    AddValues(z, features.AsSpan(atom++ * FeatureCount, FeatureCount), row);
                Count(row, some[k]);
            }
        }
        Finish(structures.Count, rows, threads);
        return rows;
    }

    /// <summary>The row of the energy and those of its derivatives by positions and vectors.</summary>
    /// <param name="structure">All its species are among those of the design.</param>
    /// <param name="threads">How many threads may work; the result is the same for any number.</param>
    /// <exception cref="ArgumentException">An atom of another species.</exception>
    public DesignRows Rows(Structure structure, int threads = 1) => Rows(structure, DesignParts.Forces | DesignParts.Fields, threads);

    /// <summary>The row of the energy and those of the derivatives that are wanted.</summary>
    /// <param name="structure">All its species are among those of the design.</param>
    /// <param name="parts">Which.</param>
    /// <param name="threads">How many threads may work; the result is the same for any number.</param>
    /// <exception cref="ArgumentException">An atom of another species.</exception>
    public DesignRows Rows(Structure structure, DesignParts parts, int threads = 1)
    {
        int[] species = SpeciesOf(structure);
        if (parts == DesignParts.Energy)
            return new DesignRows(EnergyRow(structure, threads), [], Features.Fields.Select(static _ => Array.Empty<double>()).ToArray());
        var rows = new Sums(this, structure.Count, parts);
        // With a potential every feature depends on every atom.
        if (Features.Potentials.Count > 0) AddByColumns(structure, species, rows, threads);
        else AddByGradients(structure, species, rows, threads);
        Count(rows.Energy, structure);
        Finish(1, rows.Energy, threads);
        Finish(rows.Forces.Length / Columns, rows.Forces, threads);
        Finish(rows.Virial.Length / Columns, rows.Virial, threads);
        foreach (double[] field in rows.Fields)
            Finish(field.Length / Columns, field, threads);
        return new DesignRows(rows.Energy, rows.Forces, rows.Fields) { Virial = rows.Virial };
    }

    /// <summary>Rows from gradients that are written out, for a part of the atoms at a time.</summary>
    private void AddByGradients(Structure structure, int[] species, Sums sums, int threads)
    {
        int n = structure.Count, fields = sums.HasFields ? Features.Fields.Count : 0, length = FeatureCount;
        using RepresentationSet.SurroundedStructure surrounded = Features.Surround(structure, threads);
        int[] rowCounts = surrounded.RowCounts(surrounded.All);
        _idle.TryTake(out FeatureGradients? reuse);
        for (int from = 0, end; from < n; from = end)
        {
            long size = 0;
            for (end = from; end < n && (end == from || size < MostGradients); end++)
                size += (rowCounts[end] * (1L + Features.Fields.Count) + 3) * 3 * length;
            int[] part = end - from == n ? surrounded.All : surrounded.All[from..end];
            FeatureGradients gradients = reuse = surrounded.ComputeWithGradients(part, threads, reuse, sums.Virial.Length > 0);
            for (int k = 0; k < part.Length; k++)
            {
                int z = species[part[k]], first = FirstColumn(z), width = Width(z);
                ReadOnlySpan<double> features = gradients.Values.Slice(k * length, length);
                AddValues(z, features, sums.Energy);
                int start = gradients.Offsets[k], rows = gradients.Offsets[k + 1] - start;
                if (sums.Forces.Length > 0)
                {
                    ReadOnlySpan<double> slopes = Slopes(z, features, 3 * rows,
                        gradients.Gradients.Slice(3 * start * length, 3 * rows * length), threads);
                    for (int row = 0; row < 3 * rows; row++)
                    {
                        Subtract(slopes.Slice(row * width, width),
                            sums.Forces.AsSpan((3 * gradients.Atoms[start + row / 3] + row % 3) * Columns + first, width));
                    }
                }
                if (sums.Virial.Length > 0)
                {
                    ReadOnlySpan<double> slopes =
                        Slopes(z, features, 9, gradients.StrainGradients.Slice(9 * k * length, 9 * length), threads);
                    for (int row = 0; row < 9; row++)
                        Subtract(slopes.Slice(row * width, width), sums.Virial.AsSpan(row * Columns + first, width));
                }
                if (fields > 0)
                {
                    ReadOnlySpan<double> slopes = Slopes(z, features, 3 * fields * rows,
                        gradients.VectorGradients.Slice(3 * fields * start * length, 3 * fields * rows * length), threads);
                    for (int row = 0; row < rows; row++)
                    {
                        for (int f = 0; f < fields; f++)
                        {
                            for (int d = 0; d < 3; d++)
                            {
                                Subtract(slopes.Slice(((row * fields + f) * 3 + d) * width, width),
                                    sums.Fields[f].AsSpan((3 * gradients.Atoms[start + row] + d) * Columns + first, width));
                            }
                        }
                    }
                }
            }
        }

        // With the atom that is one too many for the limit.
        if (reuse?.PositionMemory.Length <= 2 * MostGradients) _idle.Add(reuse);
    }

    /// <summary>Rows by one backward pass for each column: the work of a column is that of a prediction.</summary>
    private void AddByColumns(Structure structure, int[] species, Sums sums, int threads)
    {
        int n = structure.Count, length = FeatureCount;
        double[] features = Features.Compute(structure, threads), unit = new double[length * length];
        for (int f = 0; f < length; f++)
            unit[f * length + f] = 1;
        // [atom][feature, function of its species]
        double[][] slopes = new double[n][];
        for (int i = 0; i < n; i++)
        {
            AddValues(species[i], features.AsSpan(i * length, length), sums.Energy);
            slopes[i] = Slopes(species[i], features.AsSpan(i * length, length), length, unit, threads).ToArray();
        }
        foreach (int z in species.Distinct())
        {
            int width = Width(z), first = FirstColumn(z);
            Threads.Share(width, threads, m =>
            {
                double[] weights = new double[n * length];
                for (int i = 0; i < n; i++)
                {
                    for (int f = 0; f < length && species[i] == z; f++)
                        weights[i * length + f] = slopes[i][f * width + m];
                }

                Evaluation found = Features.Evaluate(structure, weights);
                Put(found.Forces, sums.Forces);
                Put(found.Virial, sums.Virial);
                for (int f = 0; f < sums.Fields.Length; f++)
                    Put(found.EffectiveFields[f], sums.Fields[f]);

                void Put(double[] values, double[] rows)
                {
                    for (int k = 0; k < values.Length && rows.Length > 0; k++)
                        rows[k * Columns + first + m] = values[k];
                }
            });
        }
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
            {
                throw new ArgumentException($"atom {i} is {Elements.Symbol(species[i])}; expected one of "
                    + string.Join(", ", _species.Select(Elements.Symbol)));
            }
        }
        return species;
    }

    private void Count(Span<double> row, Structure structure)
    {
        foreach (int z in structure.Species)
        {
            if (_aloneRow is null) row[FunctionCount + Array.BinarySearch(_species, z)]++;
            else Subtract(_aloneRow.Value.AsSpan(FirstColumn(z), Width(z)), row.Slice(FirstColumn(z), Width(z)));
        }
    }

    /// <summary>The functions of atoms alone, each species in its columns.</summary>
    private double[] AloneRow()
    {
        double[] row = new double[Columns];
        foreach (int z in _species)
            AddValues(z, Alone![z], row);
        return row;
    }

    private static void Subtract(ReadOnlySpan<double> slopes, Span<double> row)
    {
        for (int f = 0; f < slopes.Length; f++)
            row[f] -= slopes[f];
    }

    /// <summary>Rows as they add up.</summary>
    private sealed class Sums(PotentialDesign design, int atoms, DesignParts parts)
    {
        public readonly double[] Energy = new double[design.Columns];
        public readonly double[] Forces = New(design, parts, DesignParts.Forces, 3 * atoms);
        public readonly double[] Virial = New(design, parts, DesignParts.Virial, 9);
        public readonly double[][] Fields = design.Features.Fields.Select(_ => New(design, parts, DesignParts.Fields, 3 * atoms)).ToArray();

        public bool HasFields => Fields.Length > 0 && Fields[0].Length > 0;

        private static double[] New(PotentialDesign design, DesignParts parts, DesignParts part, int rows) =>
            new double[parts.HasFlag(part) ? checked(rows * design.Columns) : 0];
    }
}
