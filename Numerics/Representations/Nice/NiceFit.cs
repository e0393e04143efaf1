using System;
using System.Collections.Generic;
using System.Linq;
using Toolkit.Numerics.Coupling;
using Toolkit.Numerics.Expansion;
using Toolkit.Numerics.Structures;

namespace Toolkit.Numerics.Representations.Nice;

/// <summary>
/// A fitted iteration: which products are made of each order, and how they are contracted. It holds for expansions with the
/// same lmax, species and radial functions as that of the fit.
/// </summary>
public sealed class NiceFit
{
    /// <summary>The most environments that a fit takes from its structures unless it is told otherwise.</summary>
    public const int DefaultEnvironments = 5000;

    internal NiceFit(NiceSettings settings, int lmax, int nmax, IReadOnlyList<int> groups, double cutoff, int environments, IReadOnlyList<NiceStep> steps) =>
        (Settings, LMax, NMax, Groups, Cutoff, Environments, Steps) = (settings, lmax, nmax, groups, cutoff, environments, steps);

    /// <summary>The settings.</summary>
    public NiceSettings Settings { get; }

    /// <summary>lmax of the expansion.</summary>
    public int LMax { get; }

    /// <summary>Radial functions of the expansion.</summary>
    public int NMax { get; }

    /// <summary>Species labels of the expansion's groups of channels.</summary>
    public IReadOnlyList<int> Groups { get; }

    /// <summary>The expansion's cutoff radius, Å.</summary>
    public double Cutoff { get; }

    /// <summary>How many environments it was fitted on.</summary>
    public int Environments { get; }

    /// <summary>The orders, from ν = 2 on: the invariants of each, then its covariants.</summary>
    public IReadOnlyList<NiceStep> Steps { get; }

    /// <summary>The specification (JSON) of the features, where the fit was made for one; null: it was made by the library alone.</summary>
    public string? Spec { get; internal init; }

    /// <summary>What tells its sample of environments from others; null: it was not asked for.</summary>
    internal string? Sample { get; init; }

    /// <summary>Whether all orders are there; an interrupted fit has fewer.</summary>
    public bool IsComplete => Steps.Count == Math.Max(0, 2 * Settings.Order - 3);

    /// <summary>The largest λ of covariants.</summary>
    public int LambdaMax => Settings.Lambda ?? LMax;

    /// <summary>Fits on the environments of structures.</summary>
    /// <param name="expansion">The expansion; its density alone is used.</param>
    /// <param name="settings">The settings.</param>
    /// <param name="structures">The sample.</param>
    /// <param name="environments">The most environments that are used, spread evenly over the structures. Where there are fewer
    /// than components, or products depend on each other, there are fewer components.</param>
    /// <param name="threads">How many threads may work; the result is the same for any number.</param>
    /// <param name="resume">Steps of a fit of the same sample that was interrupted; they are not fitted again.</param>
    /// <param name="finished">Told each step when it is fitted.</param>
    /// <param name="table">Real-basis coupling coefficients; null: those of the library, l ≤ 8.</param>
    /// <exception cref="ArgumentException">Settings that contradict each other; no atoms; a species without channels; an l or λ
    /// beyond the table's.</exception>
    public static NiceFit Fit(
        DensityExpansion expansion, NiceSettings settings, IEnumerable<Structure> structures, int environments = DefaultEnvironments,
        int threads = 1, IReadOnlyList<NiceStep>? resume = null, Action<NiceStep>? finished = null, CouplingTable? table = null)
    {
        ArgumentNullException.ThrowIfNull(expansion);
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(structures);
        ArgumentOutOfRangeException.ThrowIfLessThan(environments, 1);
        settings.Validate();
        Structure[] all = structures.ToArray();
        long count = all.Sum(static s => (long)s.Count);
        if (count == 0)
        {
            throw new ArgumentException("no atoms: expected structures to fit on", nameof(structures));
        }

        NiceSample sample = new(expansion, count, environments);
        foreach (Structure structure in all)
        {
            sample.Add(structure);
        }

        return Fit(expansion, settings, sample, threads, resume, finished, table);
    }

    /// <summary>Fits on environments.</summary>
    internal static NiceFit Fit(
        DensityExpansion expansion, NiceSettings settings, NiceSample sample, int threads, IReadOnlyList<NiceStep>? resume,
        Action<NiceStep>? finished, CouplingTable? table)
    {
        settings.Validate();
        table ??= CouplingTable.Default;
        int lambda = settings.Lambda ?? expansion.LMax;
        table.Require(Math.Max(expansion.LMax, lambda), $"lmax is {expansion.LMax} and the largest λ {lambda}", nameof(table));
        List<NiceStep> steps = new NiceFitter(expansion, settings, sample, table, threads).Fit(resume ?? [], finished);
        return Of(expansion, settings, sample, steps);
    }

    /// <summary>The same, with what it was fitted for.</summary>
    /// <param name="spec">The specification.</param>
    /// <param name="sample">What tells its sample from others.</param>
    internal NiceFit With(string spec, string sample) => new(Settings, LMax, NMax, Groups, Cutoff, Environments, Steps) { Spec = spec, Sample = sample };

    /// <summary>What is fitted so far.</summary>
    internal static NiceFit Of(DensityExpansion expansion, NiceSettings settings, NiceSample sample, IReadOnlyList<NiceStep> steps) =>
        new(settings, expansion.LMax, expansion.NMax, expansion.Groups.ToArray(), expansion.Cutoff, sample.Count, steps);

    /// <exception cref="ArgumentException">It was fitted with another expansion.</exception>
    internal void RequireFor(DensityExpansion expansion)
    {
        if ((LMax, NMax, Cutoff) != (expansion.LMax, expansion.NMax, expansion.Cutoff) || !expansion.Groups.SequenceEqual(Groups.ToArray()))
        {
            throw new ArgumentException(
                $"expected an expansion with lmax {LMax}, nmax {NMax}, cutoff {Cutoff} Å and channels of {string.Join(", ", Groups)}; got lmax "
                + $"{expansion.LMax}, nmax {expansion.NMax}, cutoff {expansion.Cutoff} Å and {string.Join(", ", expansion.Groups.ToArray())}",
                nameof(expansion));
        }
    }
}
