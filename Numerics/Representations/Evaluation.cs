using System.Collections.Generic;

namespace Toolkit.Numerics.Representations;

/// <summary>The energy of a structure and its derivatives.</summary>
/// <param name="Energy">The sum of the atomic energies, in the unit of the training energies, eV by default.</param>
/// <param name="AtomicEnergies"><c>[atom]</c>.</param>
/// <param name="Forces">−∂E/∂r: <c>[atom, xyz]</c>, eV/Å.</param>
/// <param name="Virial">−∂E/∂ε for a strain r → (1 + ε) r of atoms and cell, the vectors kept; xx xy xz yx … row-major, eV.
/// Symmetric where the energy does not change when the atoms are rotated and the vectors are not.</param>
/// <param name="CellGradient">∂E/∂(lattice vectors) with the atoms where they are: <c>[vector a b c, xyz]</c>, eV/Å; zero along
/// directions without periodicity. With H the matrix of lattice vectors, −Virial = Σ_i ∂E/∂r_i r_iᵀ + CellGradientᵀ H:
/// a strain moves the atoms too.</param>
/// <param name="EffectiveFields">−∂E/∂v of each vector field, in the order of <see cref="RepresentationSet.Fields"/>:
/// <c>[atom, xyz]</c>, all three components with the one along v; eV/μB for spins in μB. Zero for atoms without a vector.</param>
public sealed record Evaluation(
    double Energy,
    double[] AtomicEnergies,
    double[] Forces,
    double[] Virial,
    double[] CellGradient,
    IReadOnlyList<double[]> EffectiveFields)
{
    /// <summary>−∂E/∂q of each potential field, in the order of <see cref="RepresentationSet.Potentials"/>: <c>[atom]</c>, eV/e.</summary>
    public IReadOnlyList<double[]> ChargeForces { get; init; } = [];

    /// <summary>−∂E_i/∂ε of each atom's own energy, where it was asked for; they add up to the virial: <c>[atom, xyz, xyz]</c>,
    /// eV.</summary>
    public double[]? AtomicVirials { get; init; }
}
