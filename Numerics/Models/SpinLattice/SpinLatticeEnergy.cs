namespace Toolkit.Numerics.Models.SpinLattice;

/// <summary>A structure's energy under a spin–lattice Hamiltonian, with all its first derivatives.</summary>
/// <param name="Energy">eV.</param>
/// <param name="AtomEnergies"><c>[atom]</c>, eV; they add up to the energy, a pair's being shared in halves.</param>
/// <param name="Forces">−∂E/∂r at fixed spins: <c>[atom, xyz]</c>, eV/Å.</param>
/// <param name="Virial">−∂E/∂ε_ab for a strain r → (1 + ε) r of atoms and cell at fixed spins: <c>[a, b]</c>, eV. It is
/// symmetric unless a term ties spins to directions in space.</param>
/// <param name="Fields">Effective fields −∂E/∂v: <c>[atom, xyz]</c>, eV/μB, along the spin as well as across it.</param>
public sealed record SpinLatticeEnergy(
    double Energy, double[] AtomEnergies, double[] Forces, double[] Virial, double[] Fields);
