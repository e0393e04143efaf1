using System;
using System.Collections.Generic;
using System.Linq;
using Toolkit.Numerics.Learning;
using Toolkit.Numerics.Representations;
using Toolkit.Numerics.Structures;

namespace Toolkit.Numerics.Models;

/// <summary>A sum of atomic energies linear in the features: what a fit on an <see cref="EnergyDesign"/> gives.</summary>
public sealed class LinearPotential : ILinearReadout
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

    /// <summary>The energy of a structure and all its derivatives.</summary>
    /// <param name="structure">Its species must all have coefficients; it has the vectors of the representations' fields.</param>
    /// <param name="threads">How many threads may work; the result is the same for any number.</param>
    /// <exception cref="ArgumentException">A species without coefficients; vectors that are absent or not finite.</exception>
    public Evaluation Predict(Structure structure, int threads = 1)
    {
        for (int i = 0; i < structure.Count; i++)
        {
            if (_design.Species.BinarySearch(structure.Species[i]) < 0)
                throw new ArgumentException(
                    $"atom {i} is {Elements.Symbol(structure.Species[i])}, for which the potential has no coefficients");
        }
        return _design.Features.Evaluate(structure, this, threads);
    }

    /// <inheritdoc/>
    public double Constant(int species) =>
        _coefficients[_design.Species.Length * _design.FeatureCount + _design.Species.BinarySearch(species)];

    /// <inheritdoc/>
    public ReadOnlySpan<double> Weights(int species) =>
        _coefficients.AsSpan(_design.Species.BinarySearch(species) * _design.FeatureCount, _design.FeatureCount);
}
