using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Security.Cryptography;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Toolkit.Numerics.Coupling;
using Toolkit.Numerics.Files;
using Toolkit.Numerics.Learning;
using Toolkit.Numerics.Models.Fit;
using Toolkit.Numerics.Representations;
using Toolkit.Numerics.Representations.Nice;
using Toolkit.Numerics.Selection;
using Toolkit.Numerics.Structures;

namespace Toolkit.Numerics.Models;

/// <summary>
/// A model as a folder that can be copied to another machine: <c>model.json</c>, which says in words what it is, and
/// <c>weights.npz</c>, its numbers in float64. It appears under its name when it is whole.
/// </summary>
public static class ModelFolder
{
    /// <summary>What model.json calls the format; a later one has another number.</summary>
    public const string Format = "toolkit-model/1";

    private const string Family = "toolkit-model/", About = "model.json", Weights = "weights.npz", Nice = "nice.npz",
        BasisName = "basis", SpreadWeights = "spread_weights";

    /// <summary>Writes the folder.</summary>
    /// <param name="path">Its name; a model that is there is replaced where that is allowed.</param>
    /// <param name="model">The model.</param>
    /// <param name="replace">Whether a model that is there may be replaced.</param>
    /// <param name="beside">Other files to lie in the folder, as a report: names and contents.</param>
    /// <exception cref="InputException">It cannot be written, or something else than a model is there.</exception>
    public static void Write(string path, FittedModel model, bool replace = false, IEnumerable<(string Name, string Text)>? beside = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        JsonObject own = new()
        {
            ["features"] = model.Features.FeatureCount,
            ["baseline"] = new JsonObject(
                model.Baseline.Energies.Select(static e => KeyValuePair.Create(Elements.Symbol(e.Key), (JsonNode?)e.Value))),
        };
        WriteParts(path, model, own, Arrays(model), model.Nice, replace, beside);
    }

    /// <summary>Writes the folder of any model.</summary>
    /// <param name="path">Its name.</param>
    /// <param name="model">What all models have in common.</param>
    /// <param name="own">What it has beside.</param>
    /// <param name="arrays">Its numbers.</param>
    /// <param name="nice">The fit of kind nice; or null.</param>
    /// <param name="replace">Whether a model that is there may be replaced.</param>
    /// <param name="beside">Other files.</param>
    internal static void WriteParts(
        string path, IFittedModel model,
            JsonObject own, IEnumerable<(string, NpyArray)> arrays, NiceFit? nice, bool replace,
            IEnumerable<(string Name, string Text)>? beside)
    {
        RequireFree(path, replace);
        AtomicFolder.Write(path, folder =>
        {
            string basis = Basis(model.Species, own, model.Spec).ToJsonString();
            NpzWriter.Write(Path.Combine(folder, Weights), [(BasisName, NpyArray.Text(basis)), .. arrays]);
            if (nice is not null) NiceFile.Write(Path.Combine(folder, Nice), nice);
            foreach ((string name, string text) in beside ?? [])
                File.WriteAllText(Path.Combine(folder, name), text);
            string json = Json(model, own, folder, nice is not null).ToJsonString(
                new JsonSerializerOptions { WriteIndented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
            File.WriteAllText(Path.Combine(folder, About), json + "\n");
        }, replace);
    }

    /// <summary>Checks that a model could be written under this name.</summary>
    /// <param name="path">The name.</param>
    /// <param name="replace">Whether a model that is there may be replaced.</param>
    /// <exception cref="InputException">A file, a folder of something else, a model that may not be replaced, or a place that cannot be
    /// written to.</exception>
    public static void RequireFree(string path, bool replace)
    {
        ArgumentNullException.ThrowIfNull(path);
        AtomicFolder.RequireWritable(path);
        string full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        if (File.Exists(full)) throw new InputException(path, null, null, "a file", "a name for a model's folder");
        if (Directory.Exists(full) && Directory.EnumerateFileSystemEntries(full).Any())
        {
            if (!File.Exists(Path.Combine(full, About)))
                throw new InputException(path, null, null, "a folder of something else", "a new name for a model's folder");
            if (!replace) throw new InputException(path, null, null, "a model that is there", "another name, or --force to replace it");
        }
    }

    /// <summary>Reads the folder.</summary>
    /// <param name="path">Its name.</param>
    /// <param name="table">Gives coupling coefficients up to an angular momentum where those of the library end too early; or null.</param>
    /// <exception cref="InputException">It is not there, no model, of dipoles or tensors, of a newer format, or damaged.</exception>
    public static FittedModel Read(string path, Func<int, CouplingTable>? table = null) => ReadParts(path, table, Parse);

    /// <summary>What the model in a folder gives.</summary>
    /// <param name="path">Its name.</param>
    /// <exception cref="InputException">It is not there, or no model.</exception>
    public static ModelTarget TargetOf(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return ReadJson(path)["spec"] is { IsThere: true } spec ? SpecOf(spec).Model?.Target ?? default : default;
    }

    /// <summary>What is read of a model's folder before its own kind is looked at.</summary>
    internal sealed record Parts(
        string About, JsonField Json, Spec Spec, PreparedFeatures Features, int[] Species, IReadOnlyDictionary<string, NpyData> Arrays);

    /// <summary>Reads the folder of any model.</summary>
    internal static T ReadParts<T>(string path, Func<int, CouplingTable>? table, Func<Parts, T> parse)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        JsonField json = ReadJson(path);
        string? format = json["format"].TextOrNull();
        if (format != Format)
        {
            throw new InputException(json.Source, null, "format", format is null ? "none" : InputError.Quote(format),
                format?.StartsWith(Family, StringComparison.Ordinal) == true ? $"{Format}: a newer version of the toolkit reads it"
                    : Format);
        }

        foreach (string file in new[] { Weights, Nice })
        {
            if (json["files"][file].TextOrNull() is not { } expected) continue;
            string found = Checksum(Path.Combine(path, file));
            if (found != expected)
            {
                throw new InputException(
                    Path.Combine(path, file), null, "SHA-256", found, $"{expected}, as {About} says: a file that is whole");
            }
        }

        Spec spec = SpecOf(json["spec"]);
        int[] species = [.. json["species"].Items().Select(static s => Number(s, s.Text()))];
        if (spec.Species is { } known && species.FirstOrDefault(z => !known.Contains(z)) is > 0 and int unknown)
            throw json["species"].Bad($"species of spec.species, not {Elements.Symbol(unknown)}");
        try
        {
            NiceFit? nice = json["files"][Nice].IsThere ? NiceFile.Read(Path.Combine(path, Nice)) : null;
            CouplingTable? coefficients = spec.CouplingLMax > CouplingTable.Default.LMax ? table?.Invoke(spec.CouplingLMax) : null;
            IReadOnlyDictionary<string, NpyData> arrays = NpyData.ReadAll(Path.Combine(path, Weights));
            RequireTogether(json, spec, arrays);
            return parse(new Parts(
                json.Source, json, spec, PreparedFeatures.From(spec, json.Source + ": spec", nice, coefficients), species, arrays));
        }
        catch (Exception e) when (
            e is KeyNotFoundException or InvalidOperationException or FormatException or ArgumentException or NullReferenceException
            or OverflowException or IndexOutOfRangeException)
        {
            throw new InputException(path, null, null, $"{About} and {Weights} that do not belong together", "a whole model");
        }
    }

    private static Spec SpecOf(JsonField json) =>
        Spec.Parse((json.Node ?? throw json.Bad("the specification")).ToJsonString(), $"{json.Source}: spec");

    /// <summary>All that predictions depend on beside the numbers themselves, which knows it: numbers of other features, species or
    /// energies of atoms would give other results without a word.</summary>
    private static JsonObject Basis(IEnumerable<int> species, JsonObject own, Spec spec) => new()
    {
        ["species"] = new JsonArray([.. species.Select(static z => (JsonNode)Elements.Symbol(z))]),
        ["own"] = own.DeepClone(),
        ["spec"] = JsonNode.Parse(spec.ToJson()),
    };

    /// <summary>Refuses a model.json that says something else than the numbers were made for. (Those of the first versions do not
    /// tell.)</summary>
    private static void RequireTogether(JsonField json, Spec spec, IReadOnlyDictionary<string, NpyData> arrays)
    {
        if (!arrays.TryGetValue(BasisName, out NpyData? text)) return;
        JsonField basis = JsonField.Parse(text.ToTexts()[0], $"{Weights}: {BasisName}");
        JsonField? other = !JsonNode.DeepEquals(basis["species"].Node, json["species"].Node) ? json["species"]
            : SpecOf(basis["spec"]).ToJson() != spec.ToJson() ? json["spec"] : null;
        foreach ((string key, JsonField value) in basis["own"].Entries())
            if (!JsonNode.DeepEquals(value.Node, json[key].Node)) other ??= json[key];

        if (other is { } changed)
        {
            throw new InputException(json.Source, null, changed.Path, "something else than what the numbers were made for",
                $"it as {Weights} has it: a model is changed by another fit");
        }
    }

    private static JsonField ReadJson(string path)
    {
        string about = Path.Combine(path, About);
        try
        {
            return JsonField.Read(about);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException(path, null, null,
                Directory.Exists(path) ? $"a folder without {About}" : File.Exists(path) ? "a file" : "no such folder",
                    "a model's folder, made by toolkit fit");
        }
    }

    private static string Checksum(string file)
    {
        try
        {
            using FileStream stream = File.OpenRead(file);
            return Convert.ToHexStringLower(SHA256.HashData(stream));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException(
                file, null, null, e is FileNotFoundException ? "no such file" : "a file that may not be read", "the numbers of the model");
        }
    }

    private static JsonObject Json(IFittedModel model, JsonObject own, string folder, bool hasNice)
    {
        ModelAbout about = model.About;
        var files = new JsonObject { [Weights] = Checksum(Path.Combine(folder, Weights)) };
        if (hasNice) files[Nice] = Checksum(Path.Combine(folder, Nice));
        var errors = new JsonObject();
        foreach ((string set, IReadOnlyList<LabelError> all) in about.Errors)
            errors[set] = new JsonArray(all.Select(static e => (JsonNode)ErrorJson(e)).ToArray());
        JsonObject json = new()
        {
            ["format"] = Format,
            ["version"] = about.Version,
            ["units"] = new JsonObject { ["length"] = "Å", ["energy"] = "eV", ["forces"] = "eV/Å", ["stress"] = "eV/Å³", ["spin"] = "μB" },
            ["species"] = new JsonArray(model.Species.Select(static z => (JsonNode)Elements.Symbol(z)).ToArray()),
            ["cutoff"] = model.Spec.Cutoff.Radius,
        };
        foreach ((string name, JsonNode? value) in own)
            json[name] = value?.DeepClone();
        JsonObject rest = new()
        {
            ["training"] = new JsonObject
            {
                ["files"] = new JsonArray(about.Sources.Select(static s => (JsonNode)s).ToArray()),
                ["fingerprint"] = about.Fingerprint,
                ["structures"] = about.Structures,
                ["rows"] = about.Rows,
                ["closest"] = about.Closest is null ? null : new JsonObject(about.Closest.Distances.OrderBy(static d => d.Key)
                    .Select(static d => KeyValuePair.Create(
                        $"{Elements.Symbol(d.Key.First)}-{Elements.Symbol(d.Key.Second)}", (JsonNode?)d.Value))),
                ["keys"] = KeysJson(about.Keys),
                ["regularizer"] = about.Regularizer,
                ["trials"] = new JsonArray(
                    about.Trials.Where(static t => double.IsFinite(t.Error))
                    .Select(static t => (JsonNode)new JsonArray(t.Regularizer, t.Error)).ToArray()),
            },
            ["errors"] = errors,
            ["spec"] = JsonNode.Parse(model.Spec.ToJson()),
            ["files"] = files,
        };
        foreach ((string name, JsonNode? value) in rest)
            json[name] = value?.DeepClone();
        return json;
    }

    internal static JsonObject ErrorJson(LabelError e)
    {
        var json = new JsonObject { ["label"] = e.Label };
        if (e.Species is not null) json["species"] = e.Species;
        json["unit"] = e.Unit;
        json["count"] = e.Count;
        json["rmse"] = e.RootMeanSquare;
        json["mae"] = e.Mean;
        json["largest"] = e.Largest;
        json["deviation"] = e.Deviation;
        return json;
    }

    private static LabelError ErrorOf(JsonField json) => new(
        json["label"].Text(), json["species"].TextOrNull(), json["unit"].Text(), json["count"].Count(), json["rmse"].Real(),
        json["mae"].Real(), json["largest"].Real(), json["deviation"].Real());

    internal static JsonObject KeysJson(LabelKeys keys)
    {
        JsonObject json = keys.Tensor is not null
            ? new() { ["tensor"] = keys.Tensor }
            : new() { ["energy"] = keys.Energy, ["forces"] = keys.Forces, ["stress"] = keys.Stress, ["virial"] = keys.Virial };
        json["weight"] = keys.Weight;
        json["fields"] = new JsonArray(keys.Fields.Select(static f => (JsonNode?)f).ToArray());
        return json;
    }

    private static IEnumerable<(string, NpyArray)> Arrays(FittedModel model)
    {
        long features = model.Features.FeatureCount;
        if (model.Readout is LinearPotential linear)
        {
            yield return ("weights", NpyArray.Reals(linear.AllWeights, model.Species.Count, features));
            yield return ("constants", NpyArray.Reals(linear.Constants, model.Species.Count));
            if (model.Doubts.Committee is { Count: > 0 } members)
            {
                yield return ("committee_weights",
                    NpyArray.Reals([.. members.SelectMany(static m => m.AllWeights)], members.Count, model.Species.Count, features));
                yield return ("committee_constants",
                    NpyArray.Reals([.. members.SelectMany(static m => m.Constants)], members.Count, model.Species.Count));
            }
            foreach ((string, NpyArray) array in Grades(model))
                yield return array;
            if (model.Doubts.Spread is { } spread)
            {
                yield return (SpreadWeights, NpyArray.Reals(
                    [.. spread.Draws.SelectMany(static d => d.AllWeights)], spread.Draws.Count, model.Species.Count, features));
            }

            yield break;
        }
        var kernel = (KernelPotential)model.Readout;
        FeatureScaling scaling = kernel.Points.Scaling;
        long points = kernel.Points.Count;
        yield return ("coefficients", NpyArray.Reals(kernel.Coefficients, points));
        yield return ("constants", NpyArray.Reals(model.Species.Select(z => kernel.Constants[z]).ToArray(), model.Species.Count));
        foreach (int z in scaling.Species)
        {
            string symbol = Elements.Symbol(z);
            yield return ($"shift_{symbol}", NpyArray.Reals(scaling.Shift(z).ToArray(), features));
            yield return ($"scale_{symbol}", NpyArray.Reals(scaling.Scale(z).ToArray(), features));
            double[] rows = kernel.Points.Rows(z).ToArray();
            yield return ($"points_{symbol}", NpyArray.Reals(rows, rows.Length / features, features));
        }
        foreach ((string, NpyArray) array in Grades(model))
            yield return array;
        KernelVariance variance = model.Doubts.Variance!;
        yield return ("whitening", NpyArray.Reals(variance.Whitening, points, points));
        yield return ("posterior", NpyArray.Reals(variance.Posterior, points, points));
        yield return ("noise", NpyArray.Reals([variance.Noise, variance.Ratio], 2));
        foreach ((int z, double[] alone) in variance.Alone ?? new Dictionary<int, double[]>())
            yield return ($"alone_{Elements.Symbol(z)}", NpyArray.Reals(alone, features));
    }

    private static IEnumerable<(string, NpyArray)> Grades(FittedModel model)
    {
        if (model.Doubts.Extrapolation is not { } grade) yield break;
        foreach ((int z, ActiveSet set) in grade.Sets)
        {
            string symbol = Elements.Symbol(z);
            yield return ($"active_shift_{symbol}", NpyArray.Reals(grade.Scaling.Shift(z).ToArray(), set.Columns - 1));
            yield return ($"active_scale_{symbol}", NpyArray.Reals(grade.Scaling.Scale(z).ToArray(), set.Columns - 1));
            yield return ($"active_inverse_{symbol}", NpyArray.Reals(set.Inverse, set.Columns, set.Columns));
        }
    }

    private static ExtrapolationGrade? GradesOf(Parts read)
    {
        const string Prefix = "active_inverse_";
        Dictionary<int, (double[], double[])> maps = [];
        Dictionary<int, ActiveSet> sets = [];
        foreach (string symbol in read.Arrays.Keys.Where(static k => k.StartsWith(Prefix, StringComparison.Ordinal))
            .Select(static k => k[Prefix.Length..]))
        {
            double[] shift = read.Arrays["active_shift_" + symbol].ToReals();
            maps.Add(Number(symbol), (shift, read.Arrays["active_scale_" + symbol].ToReals()));
            sets.Add(Number(symbol), ActiveSet.Of(shift.Length + 1, read.Arrays[Prefix + symbol].ToReals()));
        }
        return sets.Count == 0 ? null : new ExtrapolationGrade(FeatureScaling.Of(maps), sets);
    }

    private static FittedModel Parse(Parts read)
    {
        (string source, JsonField json, Spec spec, PreparedFeatures features, int[] species, IReadOnlyDictionary<string, NpyData> arrays) =
            read;
        if (spec.Model is { Target: not ModelTarget.Energy })
        {
            throw new InputException(
                source, null, "spec.model.target", spec.Model.Target == ModelTarget.Dipole ? "dipole" : "tensor", "a model of energies");
        }

        features.Invariant(source + ": spec");
        double[] constants = arrays["constants"].ToReals();
        var baseline = new CompositionBaseline(
            json["baseline"].Entries().Select(static e => KeyValuePair.Create(Number(e.Value, e.Key), e.Value.Real())));
        ModelAbout about = AboutOf(json);
        if (spec.Model is not { Kind: ModelKind.GaussianProcess } process)
        {
            var linear = new LinearPotential(features.Set, species, arrays["weights"].ToReals(), constants);
            List<LinearPotential> committee = [];
            if (arrays.TryGetValue("committee_weights", out NpyData? all))
            {
                double[] w = all.ToReals(), c = arrays["committee_constants"].ToReals();
                int one = species.Length * features.Set.FeatureCount;
                for (int k = 0; k < c.Length / species.Length; k++)
                {
                    committee.Add(new LinearPotential(
                        features.Set, species, w[(k * one)..((k + 1) * one)], c[(k * species.Length)..((k + 1) * species.Length)]));
                }
            }
            ModelSpread? spread = arrays.TryGetValue(SpreadWeights, out NpyData? draws)
                ? new([.. draws.ToReals().Chunk(species.Length * features.Set.FeatureCount)
                    .Select(w => new LinearPotential(features.Set, species, w, new double[species.Length]))])
                : null;
            return new FittedModel(
                features, species, linear, baseline, new ModelDoubts(null, committee, GradesOf(read)) { Spread = spread }, about);
        }
        Dictionary<int, (double[], double[])> maps = [];
        Dictionary<int, double[]> points = [], alone = [];
        foreach (int z in arrays.Keys.Where(static k => k.StartsWith("shift_", StringComparison.Ordinal))
            .Select(static k => Number(k["shift_".Length..])))
        {
            string symbol = Elements.Symbol(z);
            maps.Add(z, (arrays["shift_" + symbol].ToReals(), arrays["scale_" + symbol].ToReals()));
            points.Add(z, arrays["points_" + symbol].ToReals());
            if (arrays.TryGetValue("alone_" + symbol, out NpyData? own)) alone.Add(z, own.ToReals());
        }
        var kernel = new KernelPotential(
            features.Set, process.Kernel.Create(), SparsePoints.Of(FeatureScaling.Of(maps), points), arrays["coefficients"].ToReals(),
            species.Zip(constants).ToDictionary(static p => p.First, static p => p.Second));
        double[] noise = arrays["noise"].ToReals();
        var variance = new KernelVariance(
            kernel, arrays["whitening"].ToReals(), arrays["posterior"].ToReals(), noise[0], noise[1], alone.Count > 0 ? alone : null);
        return new FittedModel(features, species, kernel, baseline, new ModelDoubts(variance, [], GradesOf(read)), about);
    }

    internal static ModelAbout AboutOf(JsonField json)
    {
        JsonField training = json["training"], keys = training["keys"];
        return new ModelAbout
        {
            Version = json["version"].TextOrNull() ?? "",
            Sources = [.. training["files"].Items().Select(static f => f.Text())],
            Fingerprint = training["fingerprint"].Text(),
            Structures = (int)Math.Min(int.MaxValue, training["structures"].Count()),
            Rows = training["rows"].Count(),
            Closest = training["closest"].IsThere
                ? new ClosestPairs(training["closest"].Entries().ToDictionary(
                    static d => d.Key.Split('-') is [var a, var b] ? (Number(d.Value, a), Number(d.Value, b))
                        : throw d.Value.Bad("two elements with - between"),
                    static d => d.Value.Real()))
                : null,
            Keys = new LabelKeys
            {
                Energy = keys["energy"].TextOrNull(), Forces = keys["forces"].TextOrNull(), Stress = keys["stress"].TextOrNull(),
                Virial = keys["virial"].TextOrNull(), Tensor = keys["tensor"].TextOrNull(), Weight = keys["weight"].TextOrNull(),
                Fields = [.. keys["fields"].Items().Select(static f => f.TextOrNull())],
            },
            Regularizer = training["regularizer"].Real(),
            Trials = [.. training["trials"].Items().Select(static t => t.Items() is [var regularizer, var error]
                ? (regularizer.Real(), error.Real()) : throw t.Bad("a regularizer and an error"))],
            Errors = json["errors"].Entries().ToDictionary(
                static e => e.Key, static e => (IReadOnlyList<LabelError>)[.. e.Value.Items().Select(ErrorOf)]),
        };
    }

    private static int Number(string symbol) => Elements.TryParse(symbol, out int z) ? z : throw new FormatException(symbol);

    private static int Number(JsonField field, string symbol) => Elements.TryParse(symbol, out int z) ? z
        : throw new InputException(field.Source, null, field.Path, InputError.Quote(symbol), "an element's symbol");
}
