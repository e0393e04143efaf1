using System.Collections.Generic;

namespace Toolkit.Numerics.Models.Fit;

/// <summary>
/// Under which names a data set has what is learned. A name that is given is used and no other; where none is given the usual ones
/// are looked for, REF_ first, and the first that any structure has is used for all of them.
/// </summary>
public sealed record LabelKeys
{
    /// <summary>The energy, eV; null: REF_energy, energy.</summary>
    public string? Energy { get; init; }

    /// <summary>The forces, eV/Å; null: REF_forces, forces.</summary>
    public string? Forces { get; init; }

    /// <summary>The stress, eV/Å³; null: REF_stress, stress, where there is no virial.</summary>
    public string? Stress { get; init; }

    /// <summary>The virial, eV; null: REF_virial, virial.</summary>
    public string? Virial { get; init; }

    /// <summary>−∂E/∂v of each vector field of the specification in their order, eV/μB for spins; null: REF_magforces,
    /// REF_magfield, magforces, magfield for spins, nothing for others.</summary>
    public IReadOnlyList<string?> Fields { get; init; } = [];

    /// <summary>The dipole, e·Å, or tensor of models of these; null: REF_dipole, dipole; REF_polarizability, polarizability,
    /// REF_dielectric, dielectric.</summary>
    public string? Tensor { get; init; }

    /// <summary>A number that the weights of a structure's labels are multiplied by; null: none.</summary>
    public string? Weight { get; init; }

    internal static readonly string[] UsualEnergy = ["REF_energy", "energy"];
    internal static readonly string[] UsualForces = ["REF_forces", "forces"];
    internal static readonly string[] UsualStress = ["REF_stress", "stress"];
    internal static readonly string[] UsualVirial = ["REF_virial", "virial"];
    internal static readonly string[] UsualDipole = ["REF_dipole", "dipole"];
    internal static readonly string[] UsualTensor = ["REF_polarizability", "polarizability", "REF_dielectric", "dielectric"];
    internal static readonly string[] UsualSpinFields = ["REF_magforces", "REF_magfield", "magforces", "magfield"];
}
