using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Toolkit.Numerics.Coupling;
using Toolkit.Numerics.Files;

namespace Toolkit.Numerics.Representations.Nice;

/// <summary>
/// Fitted iterations as .npz: a header (JSON text: format, settings, the expansion, a checksum) and for each step its pairs and
/// contractions in float64. Reading gives the same features to the bit.
/// </summary>
public static class NiceFile
{
    /// <summary>What the header calls the format. Files of 1, which knew the density alone, are refused: the fit is to be made
    /// again.</summary>
    public const string Format = "nice-fit/2";

    // Where a file of features has it.
    private const string Folder = "nice/";

    private static readonly string[] PairColumns = ["lambda", "sigma", "tau", "channel", "lambda_2", "sigma_2", "tau_2", "channel_2"];

    /// <summary>Writes the file, which appears under its name when it is complete.</summary>
    /// <param name="path">The file.</param>
    /// <param name="fit">The fit; one with fewer steps than its settings ask for is what an interrupted fit leaves.</param>
    /// <exception cref="InputException">The file cannot be written.</exception>
    public static void Write(string path, NiceFit fit)
    {
        ArgumentNullException.ThrowIfNull(fit);
        NpzWriter.Write(path, Arrays(fit, Header(fit, Checksum(fit))));
    }

    /// <summary>The same arrays as a part of a file of features.</summary>
    internal static IReadOnlyList<(string Name, NpyArray Array)> Attachments(NiceFit fit) =>
        Arrays(fit, Header(fit, Checksum(fit))).Select(static a => (Folder + a.Item1, a.Item2)).ToArray();

    /// <summary>Reads a fit from its own file, or out of a file of features that were made by it.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="InputException">It is not there, not of this format, newer, or damaged.</exception>
    public static NiceFit Read(string path)
    {
        IReadOnlyDictionary<string, NpyData> arrays = NpyData.ReadAll(
            path, static name => name == "header" || name.StartsWith("step_", StringComparison.Ordinal)
                || name.StartsWith(Folder, StringComparison.Ordinal));
        if (arrays.ContainsKey(Folder + "header"))
        {
            arrays = arrays.Where(static a => a.Key.StartsWith(Folder, StringComparison.Ordinal))
                .ToDictionary(static a => a.Key[Folder.Length..], static a => a.Value, StringComparer.Ordinal);
        }

        if (!arrays.TryGetValue("header", out NpyData? text))
            throw new InputException(path, null, "header", "none", $"a header of format {Format}");

        string header = text.ToTexts()[0];
        JsonNode json;
        try
        {
            json = JsonNode.Parse(header) ?? throw new JsonException();
        }
        catch (JsonException)
        {
            throw new InputException(path, null, "header", InputError.Quote(header), "JSON");
        }

        string? format = json["format"] is JsonValue v && v.TryGetValue(out string? word) ? word : null;
        if (format != Format)
            throw new InputException(path, null, "header.format", format is null ? "none" : InputError.Quote(format), Format);

        NiceFit fit;
        try
        {
            fit = Parse(json, arrays);
        }
        catch (Exception e) when (e is KeyNotFoundException or InvalidOperationException or FormatException or ArgumentException
            or NullReferenceException or OverflowException or IndexOutOfRangeException)
        {
            throw new InputException(path, null, null, "a file whose header and arrays do not belong together", "a whole file");
        }

        string expected = (string?)json["checksum"] ?? "", found = Checksum(fit);
        return found == expected
            ? fit
            : throw new InputException(path, null, "checksum", $"{found} of the arrays", $"{expected}, as the header says");
    }

    private static string Header(NiceFit fit, string checksum)
    {
        NiceSettings s = fit.Settings;
        var json = new JsonObject
        {
            ["format"] = Format,
            ["version"] = typeof(NiceFit).Assembly.GetName().Version?.ToString(3),
            ["order"] = s.Order,
            ["lambda"] = s.Lambda,
            ["parity"] = s.Parities.ToString(),
            ["timeOdd"] = s.HasTimeOdd,
            ["scaling"] = s.Scaling.ToString(),
            ["standard"] = s.Standard.ToString(),
            ["perSpecies"] = s.IsPerSpecies,
            ["selection"] = s.Selection is not { } selection ? null : SelectionOf(selection),
            ["covariants"] = Branch(s.Covariants),
            ["invariants"] = Branch(s.Invariants),
            ["ridge"] = s.Ridge,
            ["lmax"] = fit.LMax,
            ["nmax"] = fit.NMax,
            ["groups"] = new JsonArray(fit.Groups.Select(static g => (JsonNode)g).ToArray()),
            ["cutoff"] = fit.Cutoff,
            ["factors"] = new JsonArray(fit.Factors.Select(static f => (JsonNode)new JsonObject
            {
                ["name"] = f.Field.Name,
                ["rank"] = f.Field.Rank,
                ["axial"] = f.Field.Axial,
                ["timeOdd"] = f.Field.TimeOdd,
                ["channels"] = f.Channels,
            }).ToArray()),
            ["parts"] = new JsonArray(fit.Parts.Select(static p => (JsonNode)new JsonObject
            {
                ["centre"] = p.Centre, ["environments"] = p.Environments, ["steps"] = p.Steps.Count,
            }).ToArray()),
            ["steps"] = new JsonArray(fit.Steps.Select(static t => (JsonNode)new JsonObject
            {
                ["order"] = t.Order,
                ["invariant"] = t.IsInvariant,
                ["possible"] = t.Possible,
                ["chosen"] = t.Chosen,
                ["contractions"] = new JsonArray(t.Contractions.Select(static c => (JsonNode)new JsonObject
                {
                    ["lambda"] = c.Lambda,
                    ["sigma"] = c.Sigma,
                    ["tau"] = c.Tau,
                    ["products"] = c.Products,
                    ["components"] = c.Components,
                    ["lower"] = c.Lower.Count,
                    ["made"] = c.Made,
                    ["total"] = c.Total,
                }).ToArray()),
            }).ToArray()),
            ["checksum"] = checksum,
        };
        // As it was before there was a choice.
        if (s.InvariantsOf != NiceInvariants.Each)
            json["invariantsOf"] = s.InvariantsOf.ToString();

        if (fit.IsComplete)
            json["report"] = new JsonArray(NiceReport.Lines(fit).Select(static line => (JsonNode)line).ToArray());

        foreach ((string key, string? text) in new[] { ("spec", fit.Spec), ("sample", fit.Sample) })
        {
            if (text is not null)
                json[key] = text;
        }

        return json.ToJsonString(new JsonSerializerOptions { WriteIndented = true });
    }

    private static JsonObject Branch(NiceBranch b) => new()
    {
        ["expand"] = b.Expand, ["components"] = b.Components, ["captured"] = b.Captured, ["purify"] = b.Purify,
    };

    private static IEnumerable<(string, NpyArray)> Arrays(NiceFit fit, string header)
    {
        yield return ("header", NpyArray.Text(header));
        for (int p = 0; p < fit.Parts.Count; p++)
        {
            if (fit.Parts[p].Output is not { } output) continue;
            yield return (Output(p, "indices"), NpyArray.Records(["feature"], [output.Indices]));
            yield return (Output(p, "shifts"), NpyArray.Reals(output.Shifts, output.Shifts.Length));
            yield return (Output(p, "scales"), NpyArray.Reals(output.Scales, output.Scales.Length));
        }

        for (int k = 0; k < fit.Steps.Count; k++)
        {
            double[] weights = fit.Steps[k].Pairs.Select(static p => p.Weight).ToArray();
            yield return (Name(k, "pairs"), NpyArray.Records(PairColumns, [Integers(fit.Steps[k])]));
            yield return (Name(k, "pair_weights"), NpyArray.Reals(weights, weights.Length));
            foreach (NiceContraction c in fit.Steps[k].Contractions)
            {
                foreach ((string name, double[] values) in Numbers(c))
                    yield return (Name(k, name), NpyArray.Reals(values, values.Length));
            }
        }
    }

    private static JsonObject SelectionOf(NiceSelection selection)
    {
        JsonObject json = new() { ["count"] = selection.Count, ["choice"] = selection.Choice.ToString() };
        if (selection.Files.Count > 0) json["files"] = new JsonArray([.. selection.Files.Select(static f => (JsonNode)f)]);
        return json;
    }

    private static string Name(int step, string name) => string.Create(CultureInfo.InvariantCulture, $"step_{step}/{name}");

    private static string Output(int part, string name) => string.Create(CultureInfo.InvariantCulture, $"step_output_{part}/{name}");

    private static int[] Integers(NiceStep step) =>
        step.Pairs.SelectMany(static p => (int[])[
            p.Left.Lambda, p.Left.Sigma, p.Left.Tau, p.LeftChannel, p.Right.Lambda, p.Right.Sigma, p.Right.Tau, p.RightChannel]).ToArray();

    private static IEnumerable<(string Name, double[] Values)> Numbers(NiceContraction c)
    {
        string key = Suffix(c.Key);
        yield return ($"weights_{key}", c.Weights);
        yield return ($"constant_{key}", c.Constant);
        yield return ($"variances_{key}", c.Variances);
        for (int order = 1; order <= c.Lower.Count; order++)
            yield return (string.Create(CultureInfo.InvariantCulture, $"lower_{order}_{key}"), c.Lower[order - 1]);
    }

    private static string Suffix(NiceKey key) => string.Create(CultureInfo.InvariantCulture, $"{key.Lambda}_{key.Sigma}_{key.Tau}");

    /// <summary>SHA-256 over all that the features depend on.</summary>
    private static string Checksum(NiceFit fit)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] item = new byte[8];
        hash.AppendData(System.Text.Encoding.UTF8.GetBytes(Header(fit, "")));
        foreach (NicePart part in fit.Parts)
            Add(part.Output?.Indices ?? [], [.. part.Output?.Shifts ?? [], .. part.Output?.Scales ?? []]);

        foreach (NiceStep step in fit.Steps)
        {
            Add(Integers(step), step.Pairs.Select(static p => p.Weight)
                .Concat(step.Contractions.SelectMany(Numbers).SelectMany(static n => n.Values)));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());

        void Add(int[] integers, IEnumerable<double> reals)
        {
            foreach (int i in integers)
            {
                BinaryPrimitives.WriteInt64LittleEndian(item, i);
                hash.AppendData(item);
            }

            foreach (double x in reals)
            {
                BinaryPrimitives.WriteDoubleLittleEndian(item, x);
                hash.AppendData(item);
            }
        }
    }

    private static NiceFit Parse(JsonNode json, IReadOnlyDictionary<string, NpyData> arrays)
    {
        NiceSettings settings = new()
        {
            Order = (int)json["order"]!,
            Lambda = (int?)json["lambda"],
            Parities = Enum.Parse<Parities>((string)json["parity"]!),
            HasTimeOdd = (bool)json["timeOdd"]!,
            Scaling = Enum.Parse<NiceScaling>((string)json["scaling"]!),
            Standard = Enum.Parse<NiceStandard>((string)json["standard"]!),
            IsPerSpecies = (bool)json["perSpecies"]!,
            Selection = json["selection"] is not { } chosen ? null
                : new NiceSelection((int)chosen["count"]!, Enum.Parse<NiceChoice>((string)chosen["choice"]!))
                {
                    Files = chosen["files"] is JsonArray files ? [.. files.Select(static f => (string)f!)] : [],
                },
            InvariantsOf = json["invariantsOf"] is { } of ? Enum.Parse<NiceInvariants>((string)of!) : NiceInvariants.Each,
            Covariants = BranchOf(json["covariants"]!),
            Invariants = BranchOf(json["invariants"]!),
            Ridge = (double)json["ridge"]!,
        };
        settings.Validate();
        var steps = new List<NiceStep>();
        foreach (JsonNode? step in json["steps"]!.AsArray())
        {
            int k = steps.Count;
            int[] pairs = Array.ConvertAll(arrays[Name(k, "pairs")].ToIntegers(), static x => checked((int)x));
            double[] weights = arrays[Name(k, "pair_weights")].ToReals();
            steps.Add(new NiceStep(
                (int)step!["order"]!, (bool)step["invariant"]!,
                weights.Select((w, i) => new NicePair(
                    new NiceKey(pairs[8 * i], pairs[8 * i + 1], pairs[8 * i + 2]), pairs[8 * i + 3],
                    new NiceKey(pairs[8 * i + 4], pairs[8 * i + 5], pairs[8 * i + 6]), pairs[8 * i + 7], w)).ToArray(),
                step["contractions"]!.AsArray().Select(c => ContractionOf(c!, k, arrays)).ToArray())
            {
                Possible = (double)step["possible"]!,
                Chosen = (double)step["chosen"]!,
            });
        }

        NiceBasis basis = new(
            (int)json["lmax"]!, (int)json["nmax"]!, json["groups"]!.AsArray().Select(static g => (int)g!).ToArray(),
                (double)json["cutoff"]!,
            json["factors"]!.AsArray().Select(static f => new NiceFactor(
                new CouplingField((string)f!["name"]!, (int)f["rank"]!, (bool)f["axial"]!, (bool)f["timeOdd"]!), (int)f["channels"]!))
                    .ToArray());
        var parts = new List<NicePart>();
        int taken = 0;
        foreach (JsonNode? part in json["parts"]!.AsArray())
        {
            int count = (int)part!["steps"]!, p = parts.Count;
            parts.Add(new NicePart(
                (int?)part["centre"], (int)part["environments"]!, steps.GetRange(taken, count),
                !arrays.TryGetValue(Output(p, "indices"), out NpyData? indices) ? null : new NiceOutput(
                    Array.ConvertAll(indices.ToIntegers(), static x => checked((int)x)), arrays[Output(p, "shifts")].ToReals(),
                        arrays[Output(p, "scales")].ToReals())));
            taken += count;
        }

        if (taken != steps.Count || parts.Count == 0) throw new FormatException();
        return new NiceFit(settings, basis, parts)
        {
            Spec = (string?)json["spec"],
            Sample = (string?)json["sample"],
        };
    }

    private static NiceBranch BranchOf(JsonNode json) => new()
    {
        Expand = (int?)json["expand"], Components = (int?)json["components"], Captured = (double?)json["captured"],
        Purify = (int)json["purify"]!,
    };

    private static NiceContraction ContractionOf(JsonNode json, int step, IReadOnlyDictionary<string, NpyData> arrays)
    {
        NiceKey block = new((int)json["lambda"]!, (int)json["sigma"]!, (int)json["tau"]!);
        int products = (int)json["products"]!, components = (int)json["components"]!;
        string key = Suffix(block);
        double[] weights = Read("weights"), constant = Read("constant"), variances = Read("variances");
        if ((weights.Length != 0 && weights.Length != (long)products * components)
            || (constant.Length != 0 && constant.Length != components))
        {
            throw new FormatException();
        }

        double[][] lower = Enumerable.Range(1, (int)json["lower"]!)
            .Select(order => Read(string.Create(CultureInfo.InvariantCulture, $"lower_{order}"))).ToArray();
        return new NiceContraction(block, products, components, weights, lower, constant, variances, (double)json["total"]!)
        {
            Made = (double)json["made"]!,
        };

        double[] Read(string name) => arrays[Name(step, $"{name}_{key}")].ToReals();
    }
}
