using System.Collections.Generic;
using System.Linq;
using Toolkit.Numerics.Coupling;
using Toolkit.Numerics.Files;
using Toolkit.Numerics.Representations.Nice;
using Toolkit.Numerics.Structures;

namespace Toolkit.Numerics.Representations;

/// <summary>Features that leave nothing open: a specification with all that it left to the data, and what computes it.</summary>
internal sealed class PreparedFeatures
{
    private PreparedFeatures(Spec spec, IReadOnlyList<Representation> representations, NiceFit? nice)
    {
        (Spec, Representations, Nice) = (spec, representations, nice);
        Set = RepresentationSet.Of(representations);
    }

    /// <summary>The specification, complete.</summary>
    public Spec Spec { get; }

    /// <summary>The representations, in the order of the specification.</summary>
    public IReadOnlyList<Representation> Representations { get; }

    /// <summary>The fit of kind nice; null: there is none.</summary>
    public NiceFit? Nice { get; }

    /// <summary>What computes the features.</summary>
    public RepresentationSet Set { get; }

    /// <summary>How many atoms of each structure get features, where there were structures.</summary>
    public IReadOnlyList<int> Centres { get; private init; } = [];

    /// <summary>The atom properties that features and what a model knows are made from.</summary>
    public IReadOnlyList<string> Inputs =>
        [.. Spec.Fields.Select(static f => f.Key!),
            .. Spec.Potentials.Select(static p => p.Charges).Append(Spec.Model?.Electrostatics?.Key).OfType<string>().Distinct()];

    /// <summary>From a data set, in one walk, and another where the specification leaves a contraction or a fit to it.</summary>
    /// <param name="spec">The specification.</param>
    /// <param name="source">The structures.</param>
    /// <param name="specSource">What messages call the specification.</param>
    /// <param name="request">Which features: atoms, threads, and the fit of kind nice.</param>
    /// <param name="progress">Told how far the work is; or null.</param>
    /// <param name="table">Coupling coefficients; null: those of the library.</param>
    /// <exception cref="InputException">See <see cref="FeatureRun.Prepare"/>.</exception>
    public static PreparedFeatures FromData(
        Spec spec, StructureSource source, string specSource, FeatureRequest request, FeatureProgress? progress, CouplingTable? table)
    {
        if (request.Fitted is var (given, givenSource)) spec = NiceRun.Complete(spec, given, specSource, givenSource);
        CentreChoice choice = new(request.CentreSpecies, request.CentreMask);
        FeatureSurvey survey = new(spec, source, choice, progress);
        spec = Features.WithContraction(survey.Spec, source, specSource, progress);
        NiceFit? nice = request.Fitted?.Fit;
        if (spec.Nice is not null && nice is null)
        {
            long all = survey.Centres.Sum(static n => (long)n);
            nice = all == 0 ? null : NiceRun.Fit(
                spec, spec.CreateFields(spec.Species!, specSource),
                    source.Read().Select(s => (s.Structure, s.Place, choice.Of(s.Structure, s.Place))),
                all, request.Threads, request.FitFile, request.Resumed, progress, table);
        }
        return new PreparedFeatures(
            spec, spec.CreateRepresentations(spec.Species!, specSource, table, nice), nice)
        { Centres = survey.Centres };
    }

    /// <summary>From a specification that leaves nothing open.</summary>
    /// <exception cref="InputException">See <see cref="Spec.CreateRepresentations"/>.</exception>
    public static PreparedFeatures From(Spec spec, string specSource, NiceFit? nice, CouplingTable? table) =>
        new(spec, spec.CreateRepresentations(spec.Species!, specSource, table, nice), nice);

    /// <summary>The same, if they are invariants.</summary>
    /// <param name="specSource">What messages call the specification.</param>
    /// <exception cref="InputException">There are equivariants.</exception>
    public PreparedFeatures Invariant(string specSource) =>
        Representations.All(static r => r is InvariantRepresentation)
            ? this
            : throw new InputException(specSource, null, "$.representation.kind", "equivariants", "invariants, of which an energy is made");
}
