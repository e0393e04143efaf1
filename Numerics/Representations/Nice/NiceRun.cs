using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.Json.Nodes;
using Toolkit.Numerics.Coupling;
using Toolkit.Numerics.Files;
using Toolkit.Numerics.Structures;

namespace Toolkit.Numerics.Representations.Nice;

/// <summary>The fit behind a specification of kind nice: made from the data set that features are wanted of, or an earlier one.</summary>
internal static class NiceRun
{
    /// <summary>The specification with what an earlier fit knows of its data: species, and the weights of the radial contraction.</summary>
    /// <param name="spec">The specification.</param>
    /// <param name="fit">The fit.</param>
    /// <param name="specSource">What messages call the specification.</param>
    /// <param name="fitSource">What messages call the fit.</param>
    /// <exception cref="InputException">The fit is of another specification, or not a whole one.</exception>
    public static Spec Complete(Spec spec, NiceFit fit, string specSource, string fitSource)
    {
        if (!fit.IsComplete)
        {
            throw new InputException(
                fitSource, null, "steps", $"{fit.Steps.Count} of an interrupted fit", "a whole fit (--fit goes on with this one)");
        }

        if (spec.Nice is null)
        {
            throw new InputException(
                specSource, null, "$.representation.kind",
                    string.Join(", ", spec.Representations.Select(static r => InputError.Quote(r.Word))),
                    $"nice, whose fit {fitSource} is");
        }

        if (fit.Spec is null)
            return spec;

        Spec fitted = Spec.Parse(fit.Spec, fitSource + ": spec");
        Spec completed = spec with
        {
            Species = spec.Species ?? fitted.Species,
            Radial = spec.Radial.Contraction is { Weights: null } wanted && fitted.Radial.Contraction?.Weights is { } weights
                && (wanted.Channels ?? weights.NMax) == weights.NMax
                ? spec.Radial with { Contraction = fitted.Radial.Contraction }
                : spec.Radial,
            Representations =
            [
                .. spec.Representations.Select(
                    r => r.Nice is { } nice ? r with { Nice = nice with { Environments = fitted.Nice!.Environments } } : r),
            ],
        };
        JsonObject ours = JsonNode.Parse(completed.ToJson())!.AsObject(), theirs = JsonNode.Parse(fit.Spec)!.AsObject();
        foreach (string key in ours.Select(static o => o.Key).Union(theirs.Select(static o => o.Key)))
        {
            if (key != "model" && !JsonNode.DeepEquals(ours[key], theirs[key]))
            {
                throw new InputException(
                    specSource, null, "$." + key, Show(ours[key]), $"{Show(theirs[key])}, which {fitSource} was fitted with");
            }
        }

        return completed;
    }

    /// <summary>Fits on a data set.</summary>
    /// <param name="spec">The specification with all that it leaves to the data.</param>
    /// <param name="fields">Its fields.</param>
    /// <param name="structures">The structures, with the atoms whose environments belong to the data.</param>
    /// <param name="all">The number of these environments.</param>
    /// <param name="threads">How many threads may work; the result is the same for any number.</param>
    /// <param name="file">Keeps what is fitted, order after order; a fit of the same that it has is gone on with. Null: nothing is
    /// kept.</param>
    /// <param name="resumed">Told where the file is gone on with; or null.</param>
    /// <param name="progress">Told how far the work is; or null.</param>
    /// <param name="table">Coupling coefficients; null: those of the library.</param>
    /// <exception cref="InputException">The file holds another fit.</exception>
    public static NiceFit Fit(
        Spec spec, NiceFields fields, IEnumerable<(Structure Structure, FramePlace Place, int[] Centres)> structures, long all,
        int threads, string? file, Action<string>? resumed, FeatureProgress? progress, CouplingTable? table)
    {
        NiceSpec nice = spec.Nice!;
        NiceSample sample = new(fields, all, nice.Environments);
        foreach ((Structure structure, FramePlace place, int[] centres) in structures)
        {
            try
            {
                sample.Add(structure, centres);
            }
            catch (ArgumentException e) when (Features.Misplaced(place, e) is { } misplaced)
            {
                throw misplaced;
            }

            progress?.Invoke("environments of the fit", sample.Count, Math.Min(all, nice.Environments));
        }

        string fingerprint = sample.Fingerprint(), json = spec.ToJson();
        List<NiceStep> steps = [];
        if (file is not null && File.Exists(file))
        {
            NiceFit before = NiceFile.Read(file);
            steps.AddRange(before.Spec == json && before.Sample == fingerprint
                ? before.Steps
                : throw new InputException(
                    file, null, null, "a fit of another specification or other structures", "one of these, or no such file"));
            resumed?.Invoke(file);
        }

        int total = NiceFit.StepsOf(nice.Settings) * (nice.Settings.IsPerSpecies ? sample.Species.Length : 1);
        NiceFit whole = Whole(NiceFit.Fit(fields, nice.Settings, sample, threads, steps, (_, fit) =>
        {
            progress?.Invoke("steps of the fit", fit.Steps.Count, total);
            if (file is not null)
                NiceFile.Write(file, Whole(fit));
        }, table));
        if (file is not null && whole.Parts.Any(static p => p.Output is not null))
            NiceFile.Write(file, whole);

        return whole;

        NiceFit Whole(NiceFit fit) => fit.With(json, fingerprint);
    }

    private static string Show(JsonNode? node) => node is null ? "none" : InputError.Quote(node.ToJsonString());
}
