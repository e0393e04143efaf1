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

    internal NiceFit(NiceSettings settings, NiceBasis basis, IReadOnlyList<NicePart> parts) =>
        (Settings, Basis, Parts, Steps) = (settings, basis, parts, parts.SelectMany(static p => p.Steps).ToArray());

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
    public int Environments => Parts.Sum(static p => p.Environments);

    /// <summary>One fit, or one for each species at the centre, increasing.</summary>
    public IReadOnlyList<NicePart> Parts { get; }

    /// <summary>The steps of all parts, one after the other.</summary>
    public IReadOnlyList<NiceStep> Steps { get; }

    /// <summary>The specification (JSON) of the features, where the fit was made for one; null: it was made by the library alone.</summary>
    public string? Spec { get; internal init; }

    /// <summary>What it holds for.</summary>
    internal NiceBasis Basis { get; }

    /// <summary>What tells its sample of environments from others; null: it was not asked for.</summary>
    internal string? Sample { get; init; }

    /// <summary>Whether all orders are there; an interrupted fit has fewer.</summary>
    public bool IsComplete => Parts.All(p => p.Steps.Count == StepsOf(Settings)
        && (p.Output is null) == (Settings is { Standard: NiceStandard.None, Selection: null }));

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
            throw new ArgumentException("no atoms: expected structures to fit on", nameof(structures));

        NiceSample sample = new(fields, count, environments);
        foreach (Structure structure in all)
            sample.Add(structure);

        return Fit(fields, settings, sample, threads, resume, finished is null ? null : (step, _) => finished(step), table);
    }

    /// <summary>Fits on environments.</summary>
    internal static NiceFit Fit(
        NiceFields fields, NiceSettings settings, NiceSample sample, int threads, IReadOnlyList<NiceStep>? resume,
        Action<NiceStep, NiceFit>? finished, CouplingTable? table)
    {
        settings.Validate();
        (int? Centre, NiceSample Sample)[] samples = settings.IsPerSpecies
            ? sample.Species.Select(z => ((int?)z, sample.Of(z))).ToArray()
            : [(null, sample)];
        NiceBasis basis = Builder(fields, settings.Lambda ?? fields.Expansion.LMax, table, settings).Basis;
        // What is there already, and nothing yet of the others.
        int each = StepsOf(settings);
        NicePart[] parts = samples.Select(
            (s, k) => new NicePart(s.Centre, s.Sample.Count, (resume ?? []).Skip(k * each).Take(each).ToArray(), null)).ToArray();
        for (int k = 0; k < parts.Length; k++)
        {
            int part = k;
            NiceFitter fitter = new(
                Builder(fields, settings.Lambda ?? fields.Expansion.LMax, table, settings), settings, samples[k].Sample, threads);
            List<NiceStep> steps = fitter.Fit(parts[k].Steps, finished is null ? null : step =>
            {
                parts[part] = parts[part] with { Steps = [.. parts[part].Steps, step] };
                finished(step, new NiceFit(settings, basis, [.. parts]));
            });
            parts[k] = parts[k] with { Steps = steps, Output = fitter.FitOutput() };
        }

        return new NiceFit(settings, basis, parts);
    }

    /// <summary>A builder for fields.</summary>
    /// <param name="fields">The fields.</param>
    /// <param name="lambda">The largest λ of covariants.</param>
    /// <param name="table">Coefficients in the real basis; null: those of the library.</param>
    /// <param name="settings">The settings.</param>
    /// <param name="part">The fit, where it is executed; null: all that there may be.</param>
    /// <exception cref="ArgumentException">An l, J or λ beyond the table's.</exception>
    internal static NiceBuilder Builder(NiceFields fields, int lambda, CouplingTable? table, NiceSettings settings, NicePart? part = null)
    {
        table ??= CouplingTable.Default;
        table.Require(
            Math.Max(fields.Largest, lambda), $"the largest order of the fields is {fields.Largest} and the largest λ {lambda}",
                nameof(table));
        NiceBuilder builder = new(fields, lambda, table) { InvariantsOf = settings.InvariantsOf };
        if (part?.Output is not { } output) return builder;
        (int Order, NiceKey Key, int Component)[] all = [
            .. builder.Features(settings).Select(static f => (f.Order, f.Key, f.Component)),
            .. part.Steps.SelectMany(s => s.Contractions.Where(c => settings.IsFeature(s, c.Key)).OrderBy(static c => c.Key)
                .SelectMany(c => Enumerable.Range(0, c.Components).Select(k => (s.Order, c.Key, k))))];
        return new NiceBuilder(fields, lambda, table)
        {
            Wanted = output.Indices.Select(f => all[f]).ToHashSet(), Predicting = settings.Invariants.Purify,
            InvariantsOf = settings.InvariantsOf,
        };
    }

    /// <summary>The same, with what it was fitted for.</summary>
    /// <param name="spec">The specification.</param>
    /// <param name="sample">What tells its sample from others.</param>
    internal NiceFit With(string spec, string sample) => new(Settings, Basis, Parts) { Spec = spec, Sample = sample };

    /// <summary>Its first steps, as an interrupted fit leaves them.</summary>
    internal NiceFit First(int steps)
    {
        int each = StepsOf(Settings);
        return new NiceFit(
            Settings, Basis, Parts.Select(
                (p, k) => p with { Steps = p.Steps.Take(Math.Clamp(steps - k * each, 0, each)).ToArray(), Output = null }).ToArray())
        {
            Spec = Spec, Sample = Sample,
        };
    }

    /// <summary>The steps that one part has when it is whole.</summary>
    internal static int StepsOf(NiceSettings settings) =>
        Math.Max(0, settings.InvariantsOf == NiceInvariants.Last ? settings.Order - 1 : 2 * settings.Order - 3);
}
