using System;
using System.Collections.Generic;
using System.Linq;
using Toolkit.Numerics.Coupling;
using Toolkit.Numerics.Files;
using Toolkit.Numerics.Representations;
using Toolkit.Numerics.Representations.Nice;
using Toolkit.Numerics.Structures;

namespace Toolkit.Numerics.Models.Fit;

/// <summary>The features that a model is linear in or compares: a specification with all that it left to the data.</summary>
/// <param name="Spec">The specification, complete.</param>
/// <param name="Set">What computes the features.</param>
/// <param name="Nice">The fit of kind nice; null: there is none.</param>
internal sealed record PreparedFeatures(Spec Spec, RepresentationSet Set, NiceFit? Nice)
{
    /// <summary>The atom properties that features are made from.</summary>
    public IReadOnlyList<string> Inputs =>
        [.. Spec.Fields.Select(static f => f.Key!), .. Spec.Potentials.Select(static p => p.Charges).OfType<string>()];

    /// <summary>From a data set.</summary>
    /// <param name="spec">The specification.</param>
    /// <param name="source">The structures.</param>
    /// <param name="specSource">What messages call the specification.</param>
    /// <param name="threads">How many threads may work; the result is the same for any number.</param>
    /// <param name="niceFile">Keeps the fit of kind nice, order after order; or null.</param>
    /// <param name="progress">Told how far the work is; or null.</param>
    /// <param name="table">Coupling coefficients; null: those of the library.</param>
    /// <exception cref="InputException">See <see cref="FeatureRun.Prepare"/>; equivariants are specified.</exception>
    public static PreparedFeatures FromData(
        Spec spec, StructureSource source, string specSource, int threads, string? niceFile, FeatureProgress? progress, CouplingTable? table)
    {
        CentreChoice all = new(null, null);
        FeatureSurvey survey = new(spec, source, all, progress);
        spec = Features.WithContraction(survey.Spec, source, specSource, progress);
        NiceFit? nice = spec.Nice is null ? null : NiceRun.Fit(
            spec, spec.CreateFields(spec.Species!, specSource), source.Read().Select(s => (s.Structure, s.Place, all.Of(s.Structure, s.Place))),
            survey.Centres.Sum(static n => (long)n), threads, niceFile, progress, table);
        return From(spec, specSource, nice, table);
    }

    /// <summary>From a specification that leaves nothing open.</summary>
    /// <exception cref="InputException">Equivariants are specified; or see <see cref="Spec.CreateRepresentations"/>.</exception>
    public static PreparedFeatures From(Spec spec, string specSource, NiceFit? nice, CouplingTable? table)
    {
        Representation[] parts = [.. spec.CreateRepresentations(spec.Species!, specSource, table, nice)];
        InvariantRepresentation[] invariants = [.. parts.OfType<InvariantRepresentation>()];
        if (invariants.Length < parts.Length)
            throw new InputException(specSource, null, "$.representation.kind", "equivariants", "invariants, of which an energy is made");
        return new PreparedFeatures(spec, new RepresentationSet(invariants), nice);
    }
}
