using System;
using System.Collections.Generic;
using System.Linq;
using Toolkit.Numerics.Structures;

namespace Toolkit.Numerics.Models.Spins;

/// <summary>Turns moments to where a model's energy is least while atoms stay where they are; their lengths are kept, or found as
/// well.</summary>
/// <remarks>
/// Steps along the field (across the moment where lengths are kept) of the length of Barzilai and Borwein (IMA J. Numer. Anal. 8, 141
/// (1988)), cut until the energy is below the largest of the last ones (L. Grippo, F. Lampariello, S. Lucidi, SIAM J. Numer. Anal. 23, 707
/// (1986)). It ends in a minimum near where it began: where all torques vanish by symmetry it does not begin.
/// </remarks>
public static class MomentRelaxation
{
    // Energies that a step is compared with, the part of the slope that it has to win, and the smallest step.
    private const int Memory = 8;
    private const double Armijo = 1e-4, Smallest = 1e-12;

    // Lengths beyond this multiple of the longest moment at the beginning are a model that does not bound them.
    private const double Runaway = 3;

    /// <summary>Relaxes.</summary>
    /// <param name="model">A model with a field of vectors.</param>
    /// <param name="structure">With moments; those of length 0 stay so where lengths are kept.</param>
    /// <param name="settings">When to stop, and whether lengths change.</param>
    /// <param name="threads">How many threads may work; the result is the same for any number.</param>
    /// <exception cref="UnboundedMomentsException">Lengths grow without end: the model has no minimum there.</exception>
    /// <exception cref="UnfitStructureException">See <see cref="FittedModel.Predict(Structure, int, bool)"/>.</exception>
    public static RelaxedMoments Run(FittedModel model, Structure structure, MomentRelaxationSettings settings, int threads = 1)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(structure);
        ArgumentNullException.ThrowIfNull(settings);
        int f = settings.Field;
        if (!(f >= 0 && f < model.Features.Fields.Count))
            throw new ArgumentException($"expected a field of {model.Features.Fields.Count}; got {f}", nameof(settings));
        FittedModel.Require(structure, [.. model.Species], model.Features.Fields);
        string key = model.Features.Fields[f].Key;
        double[] v = model.Features.Fields[f].Read(structure), lengths = Lengths(v);
        double most = Math.Max(1e-3, lengths.Max()) * Runaway;
        (double energy, double[] slope) = At(v);
        double start = energy, largest = Largest(slope);
        double[] last = [.. Enumerable.Repeat(energy, Memory)];
        // The first step turns no moment by more than a tenth of the longest.
        double step = largest > 0 ? 0.1 * Math.Max(1e-3, lengths.Max()) / largest : 0;
        int steps = 0;
        for (; steps < settings.MostSteps && largest > settings.Tolerance; steps++)
        {
            double square = slope.Sum(static g => g * g), bar = last.Max();
            double[] moved, after;
            double below;
            while (true)
            {
                moved = Moved(v, slope, step, lengths, settings.WithLengths);
                if (settings.WithLengths && Lengths(moved) is var all && all.Max() > most)
                {
                    int atom = Array.IndexOf(all, all.Max());
                    // A long step is no proof; a short one that ends there is.
                    if (Lengths(v).Max() > 0.9 * most) throw new UnboundedMomentsException(atom, all[atom]);
                }
                else
                {
                    (below, after) = At(moved);
                    if (below <= bar - Armijo * step * square || step < Smallest) break;
                }
                step *= 0.4;
            }

            double sy = 0, ss = 0;
            for (int k = 0; k < v.Length; k++)
            {
                double s = moved[k] - v[k];
                ss += s * s;
                sy += s * (after[k] - slope[k]);
            }
            bool isStuck = step < Smallest || ss == 0;
            (v, slope, energy, largest) = (moved, after, below, Largest(after));
            last[steps % Memory] = energy;
            if (isStuck) break;
            step = sy > 0 ? ss / sy : 2 * step;
        }

        return new RelaxedMoments(
            structure.WithAtomProperty(key, PropertyArray.Real(v, 3)), start, energy, largest, steps, largest <= settings.Tolerance);

        // Energy and ∂E/∂v, across the moments where lengths are kept.
        (double Energy, double[] Slope) At(double[] moments)
        {
            Prediction found = model.Predict(structure.WithAtomProperty(key, PropertyArray.Real(moments, 3)), threads);
            double[] by = Array.ConvertAll(found.Learned.EffectiveFields[f], static b => -b);
            if (settings.WithLengths) return (found.Energy, by);
            for (int i = 0; i < lengths.Length; i++)
            {
                Span<double> g = by.AsSpan(3 * i, 3);
                ReadOnlySpan<double> m = moments.AsSpan(3 * i, 3);
                if (lengths[i] == 0)
                {
                    g.Clear();
                    continue;
                }
                double along = (g[0] * m[0] + g[1] * m[1] + g[2] * m[2]) / (lengths[i] * lengths[i]);
                for (int d = 0; d < 3; d++)
                    g[d] -= along * m[d];
            }
            return (found.Energy, by);
        }
    }

    /// <summary>The same with every structure of a data set.</summary>
    /// <exception cref="Files.InputException">While walking: a structure that the model does not know.</exception>
    public static IEnumerable<RelaxedMoments> Run(
        FittedModel model, StructureSource source, MomentRelaxationSettings settings, int threads = 1)
    {
        ArgumentNullException.ThrowIfNull(source);
        return StructureStream.Each(source.Read(), threads, StructureStream.MostAtoms, (s, _, inside) => Run(model, s, settings, inside))
            .Select(static r => r.Result);
    }

    private static double[] Moved(double[] v, double[] slope, double step, double[] lengths, bool withLengths)
    {
        double[] moved = [.. v.Select((x, k) => x - step * slope[k])];
        if (withLengths) return moved;
        double[] now = Lengths(moved);
        for (int k = 0; k < moved.Length; k++)
            moved[k] *= now[k / 3] > 0 ? lengths[k / 3] / now[k / 3] : 0;
        return moved;
    }

    private static double[] Lengths(double[] v) =>
        [.. Enumerable.Range(0, v.Length / 3)
            .Select(i => Math.Sqrt(v[3 * i] * v[3 * i] + v[3 * i + 1] * v[3 * i + 1] + v[3 * i + 2] * v[3 * i + 2]))];

    private static double Largest(double[] slope) => slope.Length == 0 ? 0 : Lengths(slope).Max();
}

/// <summary>When a relaxation of moments stops, and what it may change.</summary>
public sealed record MomentRelaxationSettings
{
    /// <summary>The number of the field among the model's.</summary>
    public int Field { get; init; }

    /// <summary>Whether lengths are found, too; else they are kept.</summary>
    public bool WithLengths { get; init; }

    /// <summary>The largest field that may be left on a moment (across it, where lengths are kept), eV/μB.</summary>
    public double Tolerance { get; init; } = 1e-5;

    /// <summary>The most steps.</summary>
    public int MostSteps { get; init; } = 2000;
}

/// <summary>Where moments have come to.</summary>
/// <param name="Structure">With them.</param>
/// <param name="Start">The energy before, eV.</param>
/// <param name="Energy">The energy now, eV.</param>
/// <param name="Left">The largest field that is left, eV/μB.</param>
/// <param name="Steps">How many there were.</param>
/// <param name="IsDone">Whether that is within the tolerance.</param>
public sealed record RelaxedMoments(Structure Structure, double Start, double Energy, double Left, int Steps, bool IsDone);

/// <summary>A model whose energy falls without end as moments grow.</summary>
public sealed class UnboundedMomentsException : Exception
{
    internal UnboundedMomentsException(int atom, double length)
        : base(FormattableString.Invariant(
            $"the model does not bound the lengths of moments: that of atom {atom + 1} grows beyond {length:G3}"))
        => (Atom, Length) = (atom, length);

    /// <summary>The atom, from 0 on.</summary>
    public int Atom { get; }

    /// <summary>The length that it was at.</summary>
    public double Length { get; }
}
