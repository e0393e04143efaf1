using System;
using System.Collections.Generic;
using System.Linq;
using Toolkit.Numerics.Learning;
using Toolkit.Numerics.LinearAlgebra;
using Toolkit.Numerics.Representations;
using Toolkit.Numerics.Structures;

namespace Toolkit.Numerics.Models;

/// <summary>A sum of atomic energies linear in the features: what a fit on an <see cref="EnergyDesign"/> gives.</summary>
public sealed class LinearPotential : ILinearReadout
{
    private readonly RepresentationSet _features;
    private readonly int[] _species;
    private readonly double[] _weights, _constants;

    /// <summary>A potential with the given coefficients.</summary>
    /// <param name="design">Says what the columns are.</param>
    /// <param name="coefficients">One per column.</param>
    /// <exception cref="ArgumentException">Not one coefficient per column.</exception>
    public LinearPotential(EnergyDesign design, IEnumerable<double> coefficients)
    {
        ArgumentNullException.ThrowIfNull(design);
        double[] all = coefficients.ToArray();
        if (all.Length != design.Columns)
            throw new ArgumentException($"expected {design.Columns} coefficients; got {all.Length}", nameof(coefficients));
        _features = design.Features;
        _species = design.Species.ToArray();
        int length = design.FeatureCount;
        _weights = all[..(_species.Length * length)];
        _constants = design.Alone is null
            ? all[_weights.Length..]
            : _species.Select((z, s) => -Vectors.Dot(_weights.AsSpan(s * length, length), design.Alone[z])).ToArray();
    }

    /// <summary>A potential as it was kept.</summary>
    /// <param name="features">What computes the features.</param>
    /// <param name="species">Atomic numbers, increasing.</param>
    /// <param name="weights"><c>[species, feature]</c>.</param>
    /// <param name="constants"><c>[species]</c>.</param>
    internal LinearPotential(RepresentationSet features, int[] species, double[] weights, double[] constants)
    {
        if (weights.Length != (long)species.Length * features.FeatureCount || constants.Length != species.Length)
        {
            throw new ArgumentException(
                $"expected {species.Length} × {features.FeatureCount} weights; got {weights.Length}", nameof(weights));
        }

        (_features, _species, _weights, _constants) = (features, species, weights, constants);
    }

    /// <summary><c>[species, feature]</c>.</summary>
    internal double[] AllWeights => _weights;

    /// <summary><c>[species]</c>.</summary>
    internal double[] Constants => _constants;

    /// <summary>The energy of a structure and all its derivatives.</summary>
    /// <param name="structure">Its species must all have coefficients; it has the vectors of the representations' fields.</param>
    /// <param name="threads">How many threads may work; the result is the same for any number.</param>
    /// <exception cref="ArgumentException">A species without coefficients; vectors that are absent or not finite.</exception>
    public Evaluation Predict(Structure structure, int threads = 1)
    {
        ArgumentNullException.ThrowIfNull(structure);
        for (int i = 0; i < structure.Count; i++)
        {
            if (Array.BinarySearch(_species, structure.Species[i]) < 0)
            {
                throw new ArgumentException(
                    $"atom {i} is {Elements.Symbol(structure.Species[i])}, for which the potential has no coefficients");
            }
        }
        return _features.Evaluate(structure, this, threads);
    }

    /// <inheritdoc/>
    public double Constant(int species) => _constants[Array.BinarySearch(_species, species)];

    /// <inheritdoc/>
    public ReadOnlySpan<double> Weights(int species) =>
        _weights.AsSpan(Array.BinarySearch(_species, species) * _features.FeatureCount, _features.FeatureCount);
}
