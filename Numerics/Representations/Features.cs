using System;
using System.Globalization;
using Toolkit.Numerics.Coupling;
using Toolkit.Numerics.Expansion;
using Toolkit.Numerics.Files;
using Toolkit.Numerics.Neighbors;
using Toolkit.Numerics.Radial;
using Toolkit.Numerics.Structures;

namespace Toolkit.Numerics.Representations;

/// <summary>The features of a whole data set as a specification says: what the command line and the figures share.</summary>
public static class Features
{
    /// <summary>Features held in memory; <see cref="FeatureRun"/> makes files of any size.</summary>
    /// <param name="spec">How they are made.</param>
    /// <param name="source">The structures.</param>
    /// <param name="specSource">What messages call the specification.</param>
    /// <param name="request">Which of them; null: of every atom, without gradients.</param>
    /// <param name="progress">Told how far the work is; or null.</param>
    /// <param name="table">Coupling coefficients up to <see cref="Spec.CouplingLMax"/>; null: those that come with the library.</param>
    /// <returns>The values with their labels, and the specification with its species written out.</returns>
    /// <exception cref="InputException">See <see cref="FeatureRun"/>.</exception>
    public static FeatureTable Compute(
        Spec spec, StructureSource source, string specSource, FeatureRequest? request = null, FeatureProgress? progress = null,
            CouplingTable? table = null)
    {
        FeatureRun run = FeatureRun.Prepare(spec, source, specSource, request ?? FeatureRequest.Default, progress, table);
        FeatureTable features = new(run.Layout);
        run.Compute(features, progress);
        return features;
    }

    /// <summary>
    /// The specification with the weights of its radial contraction, made from the structures where it leaves them to the data
    /// (<see cref="RadialCovariance"/>); others come back as they are.
    /// </summary>
    /// <param name="spec">The specification.</param>
    /// <param name="source">The structures.</param>
    /// <param name="specSource">What messages call the specification.</param>
    /// <exception cref="InputException">An element without channels; atoms at the same place or too far from the cell; no atoms;
    /// more functions than the basis has.</exception>
    public static Spec WithContraction(Spec spec, StructureSource source, string specSource)
    {
        ArgumentNullException.ThrowIfNull(spec);
        ArgumentNullException.ThrowIfNull(source);
        if (spec.Radial.Contraction is not { Weights: null })
            return spec;

        FeatureSurvey survey = new(spec with { Fields = [] }, source, new CentreChoice(null, null), null);
        return spec with { Radial = WithContraction(survey.Spec, source, specSource, null).Radial };
    }

    /// <summary>The specification, species written out, with the weights of its radial contraction; others come back as they are.</summary>
    internal static Spec WithContraction(Spec spec, StructureSource source, string specSource, FeatureProgress? progress)
    {
        if (spec.Radial.Contraction is not { Weights: null } wanted)
            return spec;

        Spec full = spec with { Fields = [], Radial = spec.Radial with { Contraction = null } };
        RadialCovariance covariance = new(full.CreateExpansion(spec.Species!, specSource));
        foreach ((Structure structure, FramePlace place) in source.Read())
        {
            try
            {
                covariance.Add(structure);
            }
            catch (ArgumentException e) when (Misplaced(place, e) is { } misplaced)
            {
                throw misplaced;
            }

            progress?.Invoke("environments seen by the contraction", covariance.Environments, 0);
        }

        try
        {
            RadialContraction weights =
                wanted.Channels is int channels ? covariance.Contract(channels) : covariance.Contract(wanted.Captured!.Value);
            return spec with { Radial = spec.Radial with { Contraction = new ContractionSpec(null, null, weights) } };
        }
        catch (InvalidOperationException)
        {
            throw new InputException(source.Name, null, null, "no atoms", "structures to make the radial functions from");
        }
        catch (ArgumentOutOfRangeException)
        {
            throw new InputException(
                specSource, null, "$.radial.contraction.channels", $"{wanted.Channels}", "at most the number of radial functions");
        }
    }

    /// <summary>The error of atoms where none can be, with their places; null: it is another.</summary>
    internal static InputException? Misplaced(FramePlace place, ArgumentException e) => e switch
    {
        CoincidentAtomsException c => place.Bad($"atoms {c.First + 1} and {c.Second + 1}", "the same place", "atoms apart"),
        DistantAtomException d => place.Bad(
            $"atom {d.Atom + 1}",
            string.Create(CultureInfo.InvariantCulture, $"a position {d.Distance:R} lattice vectors away from the cell"),
            $"at most {DistantAtomException.Farthest}"),
        UnfitStructureException u => place.Bad(null, u.Found, u.Expected),
        _ => null,
    };
}
