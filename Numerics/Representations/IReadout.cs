using System;

namespace Toolkit.Numerics.Representations;

/// <summary>
/// An atomic energy as a function of the atom's features: all that a model adds to a representation. Every derivative of
/// the total energy follows (<c>RepresentationSet.Evaluate</c>). Used from several threads at once.
/// </summary>
public interface IReadout
{
    /// <summary>Doubles of memory that one call works in.</summary>
    int WorkLength => 0;

    /// <summary>The energy of one atom and its gradient; nothing is allocated.</summary>
    /// <param name="species">The atom's atomic number.</param>
    /// <param name="features"><c>[feature]</c>, all representations one after the other.</param>
    /// <param name="gradient">Receives dE/dfeatures, <c>[feature]</c>; or empty: only the energy is wanted.</param>
    /// <param name="work"><see cref="WorkLength"/> numbers, of any content.</param>
    /// <returns>The energy.</returns>
    double Evaluate(int species, ReadOnlySpan<double> features, Span<double> gradient, Span<double> work);
}

/// <summary>
/// A readout that is linear in the features: constant + weights · features. The features themselves are then not needed,
/// because they are homogeneous in the coefficients of the expansion.
/// </summary>
public interface ILinearReadout : IReadout
{
    /// <summary>The energy where all features are zero.</summary>
    double Constant(int species);

    /// <summary><c>[feature]</c>.</summary>
    ReadOnlySpan<double> Weights(int species);

    double IReadout.Evaluate(int species, ReadOnlySpan<double> features, Span<double> gradient, Span<double> work)
    {
        ReadOnlySpan<double> weights = Weights(species);
        if (!gradient.IsEmpty) weights.CopyTo(gradient);
        double energy = Constant(species);
        for (int f = 0; f < features.Length; f++)
            energy += weights[f] * features[f];
        return energy;
    }
}
