using System;
using System.Collections.Generic;
using System.Linq;
using Toolkit.Numerics.Representations;
using Toolkit.Numerics.Structures;

namespace Toolkit.Numerics.Learning;

/// <summary>
/// Rows of the linear problem "a sum of atomic energies, each linear in the features of the atom's environment, with
/// coefficients of its own for each species". Columns: (species of the centre, representation, feature), then one count
/// of atoms per species, to be left without penalty.
/// </summary>
public sealed class EnergyDesign
{
    private readonly InvariantRepresentation[] _representations;
    private readonly int[] _species;

    /// <summary>A design from one or more representations side by side.</summary>
    /// <param name="representations">Their features are concatenated.</param>
    /// <param name="species">Species of the atoms that carry energy, atomic numbers.</param>
    public EnergyDesign(IEnumerable<InvariantRepresentation> representations, IEnumerable<int> species)
    {
        _representations = representations.ToArray();
        _species = species.Distinct().Order().ToArray();
        if (_representations.Length == 0 || _species.Length == 0)
            throw new ArgumentException("expected at least one representation and one species");
        FeatureCount = _representations.Sum(r => r.FeatureCount);
    }

    /// <summary>The representations whose features stand side by side.</summary>
    public IReadOnlyList<InvariantRepresentation> Representations => _representations;

    /// <summary>Species of the centres, increasing.</summary>
    public ReadOnlySpan<int> Species => _species;

    /// <summary>Features per atom, all representations together.</summary>
    public int FeatureCount { get; }

    /// <summary>All columns.</summary>
    public int Columns => _species.Length * (FeatureCount + 1);

    /// <summary>Columns at the end that count atoms.</summary>
    public int UnpenalisedColumns => _species.Length;

    /// <summary>One row: the sum over atoms of their features, and the counts.</summary>
    /// <returns><c>[column]</c>; times the coefficients it is the energy.</returns>
    public double[] EnergyRow(Structure structure)
    {
        double[] row = new double[Columns];
        int at = 0;
        foreach (InvariantRepresentation part in _representations)
        {
            AddEnergy(row, at, structure, part.Compute(structure));
            at += part.FeatureCount;
        }
        Count(row, structure);
        return row;
    }

    /// <summary>The energy row and the rows of the forces.</summary>
    /// <returns>Energy <c>[column]</c> and forces <c>[atom · 3 + xyz, column]</c>, −∂(energy row)/∂r.</returns>
    public (double[] Energy, double[] Forces) Rows(Structure structure)
    {
        double[] energy = new double[Columns];
        double[] forces = new double[3 * structure.Count * Columns];
        int at = 0;
        foreach (InvariantRepresentation part in _representations)
        {
            FeatureGradients gradients = part.ComputeWithGradients(structure);
            int count = part.FeatureCount;
            AddEnergy(energy, at, structure, gradients.Values);
            for (int i = 0; i < structure.Count; i++)
            {
                int first = Block(structure, i) + at;
                for (int row = gradients.Offsets[i]; row < gradients.Offsets[i + 1]; row++)
                    for (int d = 0; d < 3; d++)
                    {
                        ReadOnlySpan<double> slope = gradients.Gradients.Slice((row * 3 + d) * count, count);
                        Span<double> force = forces.AsSpan((gradients.Atoms[row] * 3 + d) * Columns + first, count);
                        for (int f = 0; f < count; f++)
                            force[f] -= slope[f];
                    }
            }
            at += count;
        }
        Count(energy, structure);
        return (energy, forces);
    }

    private void AddEnergy(Span<double> row, int at, Structure structure, ReadOnlySpan<double> values)
    {
        int count = values.Length / Math.Max(1, structure.Count);
        for (int i = 0; i < structure.Count; i++)
        {
            Span<double> target = row.Slice(Block(structure, i) + at, count);
            ReadOnlySpan<double> source = values.Slice(i * count, count);
            for (int f = 0; f < count; f++)
                target[f] += source[f];
        }
    }

    private void Count(Span<double> row, Structure structure)
    {
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
