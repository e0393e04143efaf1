using System;
using System.Collections.Generic;
using System.Linq;
using Toolkit.Numerics.Representations;
using Toolkit.Numerics.Structures;

namespace Toolkit.Numerics.Models;

/// <summary>What a fitted model says of one structure.</summary>
/// <param name="Energy">eV, with the model's baseline.</param>
/// <param name="AtomicEnergies"><c>[atom]</c>, eV, with the baseline of each species.</param>
/// <param name="Learned">The energy less the baseline of species, what is known of pairs and charges included, and all derivatives: forces,
/// virial, effective fields.</param>
public sealed record Prediction(double Energy, double[] AtomicEnergies, Evaluation Learned)
{
    /// <summary>−∂E/∂r: <c>[atom, xyz]</c>, eV/Å.</summary>
    public double[] Forces => Learned.Forces;

    /// <summary>−∂E/∂ε for a strain r → (1 + ε) r: <c>[xyz, xyz]</c> row-major, eV.</summary>
    public double[] Virial => Learned.Virial;

    /// <summary>−Virial over the volume: <c>[xyz, xyz]</c> row-major, eV/Å³; null without a cell of three vectors.</summary>
    public double[]? Stress { get; init; }

    /// <summary>The standard deviation of the energy, eV, where the model knows it and was asked.</summary>
    public double? EnergyDeviation { get; init; }

    /// <summary>The same of each atom's energy.</summary>
    public double[]? AtomicDeviations { get; init; }

    /// <summary>How far each atom is from those that the model was fitted on, where the model knows it and was asked: at most about 1
    /// within.</summary>
    public double[]? Extrapolation { get; init; }

    /// <summary>The structure with what is predicted, under the names that other programs know: energy, energies (of atoms), forces,
    /// stress, field_NAME for −∂E/∂v, energy_std and energies_std, extrapolation (of atoms) and extrapolation_max.</summary>
    /// <param name="structure">The structure; what it has under these names is replaced.</param>
    /// <param name="fields">The names of the vector fields.</param>
    /// <param name="prefix">Before every name.</param>
    public Structure Label(Structure structure, IReadOnlyList<string> fields, string prefix = "")
    {
        ArgumentNullException.ThrowIfNull(structure);
        List<KeyValuePair<string, PropertyValue>> whole = [new(prefix + "energy", PropertyValue.Real(Energy))];
        List<KeyValuePair<string, PropertyArray>> atoms =
        [
            new(prefix + "energies", PropertyArray.Real(AtomicEnergies)), new(prefix + "forces", PropertyArray.Real(Forces, 3)),
        ];
        if (Stress is not null) whole.Add(new(prefix + "stress", PropertyValue.Real(Stress, 3, 3)));
        for (int f = 0; f < fields.Count; f++)
            atoms.Add(new($"{prefix}field_{fields[f]}", PropertyArray.Real(Learned.EffectiveFields[f], 3)));
        if (EnergyDeviation is double deviation) whole.Add(new(prefix + "energy_std", PropertyValue.Real(deviation)));
        if (AtomicDeviations is not null) atoms.Add(new(prefix + "energies_std", PropertyArray.Real(AtomicDeviations)));
        if (Extrapolation is { Length: > 0 })
        {
            atoms.Add(new(prefix + "extrapolation", PropertyArray.Real(Extrapolation)));
            whole.Add(new(prefix + "extrapolation_max", PropertyValue.Real(Extrapolation.Max())));
        }
        return structure.With(whole, atoms);
    }
}
