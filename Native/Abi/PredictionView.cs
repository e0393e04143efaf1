using System;
using System.Runtime.InteropServices;
using Toolkit.Numerics.Models;

namespace Toolkit.Native.Abi;

/// <summary>Where a prediction goes in the caller's memory: <c>toolkit_prediction</c> of toolkit.h. What is null is not wanted.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct PredictionView
{
    /// <summary>eV.</summary>
    public double* Energy;

    /// <summary><c>[atom]</c>, eV.</summary>
    public double* Energies;

    /// <summary><c>[atom, xyz]</c>, eV/Å.</summary>
    public double* Forces;

    /// <summary>−∂E/∂ε: <c>[xyz, xyz]</c>, eV.</summary>
    public double* Virial;

    /// <summary>−∂E/∂v of each vector field, in the order of the model's: <c>[field, atom, xyz]</c>.</summary>
    public double* Fields;

    /// <summary>The standard deviation of the energy, eV; not a number where the model knows none.</summary>
    public double* EnergyDeviation;

    /// <summary>The same of each atom's energy: <c>[atom]</c>.</summary>
    public double* Deviations;

    /// <summary>Whether standard deviations are wanted.</summary>
    public readonly bool HasDeviations => EnergyDeviation != null || Deviations != null;

    /// <summary>Writes a prediction there.</summary>
    public readonly void Write(Prediction prediction)
    {
        if (Energy != null) *Energy = prediction.Energy;
        Copy(prediction.AtomicEnergies, Energies);
        Copy(prediction.Forces, Forces);
        Copy(prediction.Virial, Virial);
        for (int f = 0; f < prediction.Learned.EffectiveFields.Count && Fields != null; f++)
            Copy(prediction.Learned.EffectiveFields[f], Fields + (nint)f * prediction.Forces.Length);
        if (EnergyDeviation != null) *EnergyDeviation = prediction.EnergyDeviation ?? double.NaN;
        if (Deviations == null) return;
        if (prediction.AtomicDeviations is not null) Copy(prediction.AtomicDeviations, Deviations);
        else new Span<double>(Deviations, prediction.AtomicEnergies.Length).Fill(double.NaN);
    }

    private static void Copy(double[] from, double* to)
    {
        if (to != null) from.CopyTo(new Span<double>(to, from.Length));
    }
}
