using System;
using System.Collections.Generic;
using System.Linq;
using Toolkit.Numerics.Expansion;
using Toolkit.Numerics.Learning;
using Toolkit.Numerics.Neighbors;
using Toolkit.Numerics.Representations;
using Toolkit.Numerics.Structures;

namespace Toolkit.Numerics.Models;

/// <summary>Energy, forces and virial of one structure.</summary>
/// <param name="Energy">In the unit of the training energies, eV by default.</param>
/// <param name="Forces">−∂E/∂r: <c>[atom, xyz]</c>, eV/Å.</param>
/// <param name="Virial">−∂E/∂ε for a strain r → (1 + ε) r of atoms and cell, symmetric, xx xy xz yx … row-major, eV.</param>
public sealed record Prediction(double Energy, double[] Forces, double[] Virial);

/// <summary>A sum of atomic energies linear in the features: what a fit on an <see cref="EnergyDesign"/> gives.</summary>
public sealed class LinearPotential
{
    private readonly EnergyDesign _design;
    private readonly double[] _coefficients;

    /// <summary>A potential with the given coefficients.</summary>
    /// <param name="design">Says what the columns are.</param>
    /// <param name="coefficients">One per column.</param>
    /// <exception cref="ArgumentException">Not one coefficient per column.</exception>
    public LinearPotential(EnergyDesign design, IEnumerable<double> coefficients)
    {
        _design = design;
        _coefficients = coefficients.ToArray();
        if (_coefficients.Length != design.Columns)
            throw new ArgumentException($"expected {design.Columns} coefficients; got {_coefficients.Length}", nameof(coefficients));
    }

    /// <summary>Energy, forces and virial by one backward pass through every stage.</summary>
    /// <param name="structure">Its species must all have coefficients.</param>
    /// <param name="threads">How many threads may work; the result is the same for any number.</param>
    public unsafe Prediction Predict(Structure structure, int threads = 1)
    {
        int n = structure.Count, species = _design.Species.Length;
        int[] centre = new int[n];
        double energy = 0;
        for (int i = 0; i < n; i++)
        {
            centre[i] = _design.Species.BinarySearch(structure.Species[i]);
            if (centre[i] < 0)
                throw new ArgumentException(
                    $"atom {i} is {Elements.Symbol(structure.Species[i])}, for which the potential has no coefficients");
            energy += _coefficients[species * _design.FeatureCount + centre[i]];
        }
        double[] forces = new double[3 * n], virial = new double[9];
        int at = 0;
        foreach (InvariantRepresentation part in _design.Representations)
        {
            DensityExpansion expansion = part.Expansion;
            NeighborList list = expansion.Neighbors(structure, threads);
            int[] groups = expansion.GroupsOf(structure);
            double[] energies = new double[n], slopes = new double[3 * list.PairCount];
            int first = at, count = part.FeatureCount;
            part.ForEachEnvironment(n, threads, (i, scratch) =>
            {
                expansion.Gather(list, groups, i, scratch);
                expansion.Forward(scratch, groups[i]);
                ReadOnlySpan<double> weights = _coefficients.AsSpan(centre[i] * _design.FeatureCount + first, count);
                energies[i] = part.ForwardBackward(scratch.Coefficients, weights, scratch.Adjoint);
                expansion.Backward(scratch, slopes);
            });
            // Summed in the order of the pairs, whoever computed them.
            for (int i = 0; i < n; i++)
            {
                energy += energies[i];
                for (int p = list.Offsets[i]; p < list.Offsets[i + 1]; p++)
                {
                    int j = list.Neighbors[p];
                    ReadOnlySpan<double> r = [list.X[p], list.Y[p], list.Z[p]];
                    for (int d = 0; d < 3; d++)
                    {
                        double slope = slopes[3 * p + d];
                        forces[3 * i + d] += slope;
                        forces[3 * j + d] -= slope;
                        for (int e = 0; e < 3; e++)
                            virial[3 * e + d] -= r[e] * slope;
                    }
                }
            }
            at += count;
        }
        return new Prediction(energy, forces, virial);
    }
}
