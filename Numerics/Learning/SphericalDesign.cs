using System;
using System.Collections.Generic;
using System.Linq;
using Toolkit.Numerics.LinearAlgebra;
using Toolkit.Numerics.Representations;
using Toolkit.Numerics.Structures;

namespace Toolkit.Numerics.Learning;

/// <summary>
/// Rows of the linear problem "what turns like real harmonics of order λ is the sum, or the mean, over atoms of combinations of their
/// equivariants of that λ, with coefficients of their own for each species": symmetry-adapted regression of one order (A. Grisafi et al.,
/// Phys. Rev. Lett. 120, 036002, 2018).
/// </summary>
/// <remarks>Columns: species, then the channels of all representations; for λ = 0 a last one, which is a constant of each atom.</remarks>
public sealed class SphericalDesign
{
    private readonly EquivariantRepresentation[] _representations;
    private readonly int[] _species;
    private readonly bool _isMean;

    /// <summary>A design from one or more representations side by side.</summary>
    /// <param name="lambda">λ.</param>
    /// <param name="representations">Their blocks of that λ with σ = 1 are used.</param>
    /// <param name="species">Species of the atoms that count, atomic numbers.</param>
    /// <param name="isMean">Whether a structure has the mean of its atoms, not their sum.</param>
    /// <exception cref="ArgumentException">No blocks of this order, or no species.</exception>
    public SphericalDesign(int lambda, IEnumerable<EquivariantRepresentation> representations, IEnumerable<int> species, bool isMean)
    {
        _representations = [.. representations];
        _species = [.. species.Distinct().Order()];
        (Lambda, _isMean) = (lambda, isMean);
        if (_species.Length == 0) throw new ArgumentException("expected at least one species", nameof(species));
        Channels = _representations.Sum(r => Used(r).Sum(static b => b.Channels));
        if (Channels == 0)
            throw new ArgumentException($"no representation has equivariants of λ = {lambda}, σ = 1", nameof(representations));
    }

    /// <summary>λ.</summary>
    public int Lambda { get; }

    /// <summary>2λ + 1.</summary>
    public int Components => 2 * Lambda + 1;

    /// <summary>Channels of all representations, which each species has coefficients for.</summary>
    public int Channels { get; }

    /// <summary>Coefficients.</summary>
    public int Columns => _species.Length * Channels + (Lambda == 0 ? 1 : 0);

    /// <summary>Columns without a penalty, the last.</summary>
    public int UnpenalisedColumns => Lambda == 0 ? 1 : 0;

    private IEnumerable<EquivariantLayout> Used(EquivariantRepresentation representation) =>
        representation.Layout.Where(b => b.Key.Lambda == Lambda && b.Key.Sigma == 1);

    /// <summary>The rows of a structure.</summary>
    /// <param name="structure">At least one atom; those of other species than the design's only stand around.</param>
    /// <param name="equivariants">Of its atoms, by every representation.</param>
    /// <returns><c>[μ, column]</c>.</returns>
    public double[] Rows(Structure structure, IReadOnlyList<EquivariantBlocks> equivariants)
    {
        ArgumentNullException.ThrowIfNull(structure);
        ArgumentNullException.ThrowIfNull(equivariants);
        double[] rows = new double[Components * Columns];
        double share = Share(structure);
        ForEach(structure, equivariants, (atom, species, first, values, channels) =>
        {
            for (int mu = 0; mu < Components; mu++)
            {
                Vectors.AddScaled(share, values.Slice(mu * channels, channels),
                    rows.AsSpan(mu * Columns + species * Channels + first, channels));
            }
        });
        if (Lambda == 0) rows[^1] = share * structure.Count;
        return rows;
    }

    /// <summary>What each atom adds.</summary>
    /// <param name="structure">The atoms.</param>
    /// <param name="equivariants">Of the atoms, by every representation.</param>
    /// <param name="coefficients"><c>[column]</c>.</param>
    /// <returns><c>[atom, μ]</c>; their sum is that of the structure.</returns>
    public double[] Atoms(Structure structure, IReadOnlyList<EquivariantBlocks> equivariants, double[] coefficients)
    {
        ArgumentNullException.ThrowIfNull(structure);
        ArgumentNullException.ThrowIfNull(equivariants);
        ArgumentNullException.ThrowIfNull(coefficients);
        double[] atoms = new double[structure.Count * Components];
        double share = Share(structure);
        if (Lambda == 0) Array.Fill(atoms, share * coefficients[^1]);
        ForEach(structure, equivariants, (atom, species, first, values, channels) =>
        {
            ReadOnlySpan<double> c = coefficients.AsSpan(species * Channels + first, channels);
            for (int mu = 0; mu < Components; mu++)
                atoms[atom * Components + mu] += share * Vectors.Dot(values.Slice(mu * channels, channels), c);
        });
        return atoms;
    }

    /// <summary>The derivatives of one component by the positions.</summary>
    /// <param name="structure">The atoms.</param>
    /// <param name="coefficients"><c>[column]</c>.</param>
    /// <param name="mu">The component's place, 0 … 2λ.</param>
    /// <param name="threads">How many threads may work; the result is the same for any number.</param>
    /// <returns><c>[atom, xyz]</c>.</returns>
    public double[] Slopes(Structure structure, double[] coefficients, int mu, int threads)
    {
        ArgumentNullException.ThrowIfNull(structure);
        ArgumentNullException.ThrowIfNull(coefficients);
        double[] slopes = new double[3 * structure.Count];
        double share = Share(structure);
        int first = 0;
        foreach (EquivariantRepresentation representation in _representations)
        {
            List<EquivariantBlock> weights = [];
            foreach (EquivariantLayout layout in representation.Layout)
            {
                double[] values = new double[structure.Count * layout.Length];
                if (layout.Key.Lambda == Lambda && layout.Key.Sigma == 1)
                {
                    for (int i = 0; i < structure.Count; i++)
                    {
                        int s = Array.BinarySearch(_species, structure.Species[i]);
                        if (s >= 0)
                        {
                            coefficients.AsSpan(s * Channels + first, layout.Channels)
                                .CopyTo(values.AsSpan(i * layout.Length + mu * layout.Channels));
                        }
                    }
                    first += layout.Channels;
                }
                weights.Add(new EquivariantBlock(layout.Key, layout.Labels, structure.Count, values));
            }
            Vectors.AddScaled(-share, representation.Evaluate(structure, new EquivariantBlocks(structure.Count, weights), threads).Forces,
                slopes);
        }
        return slopes;
    }

    private double Share(Structure structure) => _isMean ? 1.0 / structure.Count : 1;

    private delegate void OnAtom(int atom, int species, int first, ReadOnlySpan<double> values, int channels);

    /// <summary>Calls for the numbers <c>[μ, channel]</c> of every block of every atom that counts.</summary>
    private void ForEach(Structure structure, IReadOnlyList<EquivariantBlocks> equivariants, OnAtom action)
    {
        int first = 0;
        for (int r = 0; r < _representations.Length; r++)
        {
            foreach (EquivariantLayout layout in Used(_representations[r]))
            {
                EquivariantBlock block = equivariants[r][layout.Key];
                for (int i = 0; i < structure.Count; i++)
                {
                    int s = Array.BinarySearch(_species, structure.Species[i]);
                    if (s >= 0) action(i, s, first, block[i], block.Channels);
                }
                first += layout.Channels;
            }
        }
    }
}
