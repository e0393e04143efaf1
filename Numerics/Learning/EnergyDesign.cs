using System;
using System.Collections.Generic;
using System.Linq;
using Toolkit.Numerics.Representations;
using Toolkit.Numerics.Structures;

namespace Toolkit.Numerics.Learning;

/// <summary>The rows of one structure in the linear problem of an <see cref="EnergyDesign"/>.</summary>
/// <param name="Energy"><c>[column]</c>; times the coefficients it is the energy.</param>
/// <param name="Forces">−∂(energy row)/∂r: <c>[atom · 3 + xyz, column]</c>.</param>
/// <param name="EffectiveFields">−∂(energy row)/∂v of each vector field of the features: <c>[atom · 3 + xyz, column]</c>.</param>
public sealed record DesignRows(double[] Energy, double[] Forces, IReadOnlyList<double[]> EffectiveFields);

/// <summary>
/// Rows of the linear problem "a sum of atomic energies, each linear in the features of the atom's environment, with
/// coefficients of its own for each species". Columns: (species of the centre, representation, feature), then one count
/// of atoms per species, to be left without penalty.
/// </summary>
public sealed class EnergyDesign
{
    private readonly int[] _species;

    /// <summary>A design from one or more representations side by side.</summary>
    /// <param name="representations">Their features are concatenated.</param>
    /// <param name="species">Species of the atoms that carry energy, atomic numbers.</param>
    public EnergyDesign(IEnumerable<InvariantRepresentation> representations, IEnumerable<int> species)
    {
        Features = new RepresentationSet(representations);
        _species = species.Distinct().Order().ToArray();
        if (_species.Length == 0) throw new ArgumentException("expected at least one species", nameof(species));
    }

    /// <summary>The features of an atom.</summary>
    public RepresentationSet Features { get; }

    /// <summary>The representations whose features stand side by side.</summary>
    public IReadOnlyList<InvariantRepresentation> Representations => Features.Parts;

    /// <summary>Species of the centres, increasing.</summary>
    public ReadOnlySpan<int> Species => _species;

    /// <summary>Features per atom, all representations together.</summary>
    public int FeatureCount => Features.FeatureCount;

    /// <summary>All columns.</summary>
    public int Columns => _species.Length * (FeatureCount + 1);

    /// <summary>Columns at the end that count atoms.</summary>
    public int UnpenalisedColumns => _species.Length;

    /// <summary>One row: the sum over atoms of their features, and the counts.</summary>
    /// <returns><c>[column]</c>; times the coefficients it is the energy.</returns>
    public double[] EnergyRow(Structure structure)
    {
        double[] row = new double[Columns];
        AddEnergy(row, structure, Features.Compute(structure));
        return row;
    }

    /// <summary>The energy row and the rows of its derivatives.</summary>
    public DesignRows Rows(Structure structure)
    {
        FeatureGradients gradients = Features.ComputeWithGradients(structure);
        int n = structure.Count, fields = Features.Fields.Count;
        double[] energy = new double[Columns], forces = new double[3 * n * Columns];
        double[][] effective = Features.Fields.Select(_ => new double[3 * n * Columns]).ToArray();
        AddEnergy(energy, structure, gradients.Values);
        for (int i = 0; i < n; i++)
        {
            int first = Block(structure, i);
            for (int row = gradients.Offsets[i]; row < gradients.Offsets[i + 1]; row++)
            {
                int atom = gradients.Atoms[row];
                for (int d = 0; d < 3; d++)
                {
                    Subtract(gradients.Gradients, row * 3 + d, forces, atom * 3 + d, first);
                    for (int f = 0; f < fields; f++)
                        Subtract(gradients.VectorGradients, (row * fields + f) * 3 + d, effective[f], atom * 3 + d, first);
                }
            }
        }
        return new DesignRows(energy, forces, effective);
    }

    private void Subtract(ReadOnlySpan<double> gradients, int from, double[] rows, int to, int first)
    {
        ReadOnlySpan<double> slope = gradients.Slice(from * FeatureCount, FeatureCount);
        Span<double> row = rows.AsSpan(to * Columns + first, FeatureCount);
        for (int f = 0; f < row.Length; f++)
            row[f] -= slope[f];
    }

    private void AddEnergy(Span<double> row, Structure structure, ReadOnlySpan<double> values)
    {
        for (int i = 0; i < structure.Count; i++)
        {
            Span<double> target = row.Slice(Block(structure, i), FeatureCount);
            ReadOnlySpan<double> source = values.Slice(i * FeatureCount, FeatureCount);
            for (int f = 0; f < target.Length; f++)
                target[f] += source[f];
        }
        foreach (int z in structure.Species)
            row[_species.Length * FeatureCount + Array.BinarySearch(_species, z)]++;
    }

    /// <summary>First column of the centre's species.</summary>
    private int Block(Structure structure, int atom)
    {
        int found = Array.BinarySearch(_species, structure.Species[atom]);
        return found >= 0
            ? found * FeatureCount
            : throw new ArgumentException($"atom {atom} is {Elements.Symbol(structure.Species[atom])}; expected one of "
                + string.Join(", ", _species.Select(Elements.Symbol)));
    }
}
