using System;
using System.Collections.Generic;
using System.Linq;
using Toolkit.Numerics.Coupling;
using Toolkit.Numerics.Expansion;
using Toolkit.Numerics.Fields.Potential;
using Toolkit.Numerics.Structures;

namespace Toolkit.Numerics.Representations.Nice;

/// <summary>
/// A fitted iteration: which products are made of each order, and how they are contracted. It holds for expansions with the
/// same lmax, species, radial functions and fields as that of the fit.
/// </summary>
public sealed class NiceFit
{
    /// <summary>The most environments that a fit takes from its structures unless it is told otherwise.</summary>
    public const int DefaultEnvironments = 5000;

    internal NiceFit(NiceSettings settings, NiceBasis basis, int environments, IReadOnlyList<NiceStep> steps) =>
        (Settings, Basis, Environments, Steps) = (settings, basis, environments, steps);

    /// <summary>The settings.</summary>
    public NiceSettings Settings { get; }

    /// <summary>lmax of the expansion.</summary>
    public int LMax => Basis.LMax;

    /// <summary>Radial functions of the expansion.</summary>
    public int NMax => Basis.NMax;

    /// <summary>Species labels of the expansion's groups of channels.</summary>
    public IReadOnlyList<int> Groups => Basis.Groups;

    /// <summary>The expansion's cutoff radius, Å.</summary>
    public double Cutoff => Basis.Cutoff;

    /// <summary>The fields that are factors, and how many channels each has.</summary>
    public IReadOnlyList<NiceFactor> Factors => Basis.Factors;

    /// <summary>How many environments it was fitted on.</summary>
    public int Environments { get; }

    /// <summary>The orders, from ν = 2 on: the invariants of each, then its covariants.</summary>
    public IReadOnlyList<NiceStep> Steps { get; }

    /// <summary>The specification (JSON) of the features, where the fit was made for one; null: it was made by the library alone.</summary>
    public string? Spec { get; internal init; }

    /// <summary>What it holds for.</summary>
    internal NiceBasis Basis { get; }

    /// <summary>What tells its sample of environments from others; null: it was not asked for.</summary>
    internal string? Sample { get; init; }

    /// <summary>Whether all orders are there; an interrupted fit has fewer.</summary>
    public bool IsComplete => Steps.Count == Math.Max(0, 2 * Settings.Order - 3);

    /// <summary>The largest λ of covariants.</summary>
    public int LambdaMax => Settings.Lambda ?? LMax;

    /// <summary>Fits on the environments of structures.</summary>
    /// <param name="expansion">The expansion of density and vectors.</param>
    /// <param name="settings">The settings.</param>
    /// <param name="structures">The sample.</param>
    /// <param name="environments">The most environments that are used, spread evenly over the structures. Where there are fewer
    /// than components, or products depend on each other, there are fewer components.</param>
    /// <param name="threads">How many threads may work; the result is the same for any number.</param>
    /// <param name="resume">Steps of a fit of the same sample that was interrupted; they are not fitted again.</param>
    /// <param name="finished">Told each step when it is fitted.</param>
    /// <param name="table">Real-basis coupling coefficients; null: those of the library, l ≤ 8.</param>
    /// <param name="potentials">Potential fields that may be factors; null: none.</param>
    /// <param name="factors">The names of the fields whose coefficients are factors, each of them in every place: rho the density, vector
    /// fields of the expansion, potentials; null: the density alone.</param>
    /// <exception cref="ArgumentException">Settings that contradict each other; no atoms; a species without channels; a factor that is
    /// no field; an l, J or λ beyond the table's.</exception>
    public static NiceFit Fit(
        DensityExpansion expansion, NiceSettings settings, IEnumerable<Structure> structures, int environments = DefaultEnvironments,
        int threads = 1, IReadOnlyList<NiceStep>? resume = null, Action<NiceStep>? finished = null, CouplingTable? table = null,
        IReadOnlyList<NamedPotential>? potentials = null, IReadOnlyList<string>? factors = null)
    {
        NiceFields fields = new(expansion, potentials, factors);
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

        NiceSample sample = new(fields, count, environments);
        foreach (Structure structure in all)
        {
            sample.Add(structure);
        }

        return Fit(fields, settings, sample, threads, resume, finished is null ? null : (step, _) => finished(step), table);
    }

    /// <summary>Fits on environments.</summary>
    internal static NiceFit Fit(
        NiceFields fields, NiceSettings settings, NiceSample sample, int threads, IReadOnlyList<NiceStep>? resume,
        Action<NiceStep, NiceFit>? finished, CouplingTable? table)
    {
        settings.Validate();
        NiceBuilder builder = Builder(fields, settings.Lambda ?? fields.Expansion.LMax, table);
        var steps = new List<NiceStep>();
        NiceFitter fitter = new(builder, settings, sample, threads);
        return So(fitter.Fit(resume ?? [], finished is null ? null : step =>
        {
            steps.Add(step);
            finished(step, So([.. (resume ?? []).Take(2 * settings.Order), .. steps]));
        }));

        NiceFit So(IReadOnlyList<NiceStep> done) => new(settings, builder.Basis, sample.Count, done);
    }

    /// <summary>A builder for fields.</summary>
    /// <exception cref="ArgumentException">An l, J or λ beyond the table's.</exception>
    internal static NiceBuilder Builder(NiceFields fields, int lambda, CouplingTable? table)
    {
        table ??= CouplingTable.Default;
        table.Require(
            Math.Max(fields.Largest, lambda), $"the largest order of the fields is {fields.Largest} and the largest λ {lambda}", nameof(table));
        return new NiceBuilder(fields, lambda, table);
    }

    /// <summary>The same, with what it was fitted for.</summary>
    /// <param name="spec">The specification.</param>
    /// <param name="sample">What tells its sample from others.</param>
    internal NiceFit With(string spec, string sample) => new(Settings, Basis, Environments, Steps) { Spec = spec, Sample = sample };

    /// <summary>Its first steps, as an interrupted fit leaves them.</summary>
    internal NiceFit First(int steps) => new(Settings, Basis, Environments, Steps.Take(steps).ToArray()) { Spec = Spec, Sample = Sample };
}
