using System;
using Toolkit.Numerics.Representations;

namespace Toolkit.Numerics.Models.Known;

/// <summary>
/// A potential of the pairs of one or two elements that is known before a model is fitted, with a minimum of a depth D at a distance R:
/// that of Lennard-Jones, D[(R/r)¹² − 2(R/r)⁶], or of Morse, D[e^(−2a(r−R)) − 2e^(−a(r−R))]; faded out between two distances.
/// </summary>
/// <param name="Spec">Elements, kind and numbers.</param>
public sealed record PairPotential(PairSpec Spec) : IPairEnergy
{
    /// <inheritdoc/>
    public double Outer => Spec.Outer;

    /// <inheritdoc/>
    public (double Energy, double Slope) Pair(int first, int second, double distance)
    {
        if (distance >= Spec.Outer || !((first, second) == (Spec.First, Spec.Second) || (second, first) == (Spec.First, Spec.Second)))
            return default;
        double energy, slope;
        if (Spec.Kind == PairKind.Morse)
        {
            double x = Math.Exp(-Spec.Rate * (distance - Spec.Distance));
            (energy, slope) = (Spec.Depth * x * (x - 2), -2 * Spec.Depth * Spec.Rate * x * (x - 1));
        }
        else
        {
            double x = Math.Pow(Spec.Distance / distance, 6);
            (energy, slope) = (Spec.Depth * x * (x - 2), -12 * Spec.Depth / distance * x * (x - 1));
        }
        return PairEnergies.Fade(energy, slope, distance, Spec.Inner, Spec.Outer);
    }
}
