using System;
using Toolkit.Numerics.Models;

namespace Toolkit.Native.Abi;

internal unsafe partial struct PredictionView
{
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
