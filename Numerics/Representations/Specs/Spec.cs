using System;
using System.Buffers;
using System.Collections.Generic;
using System.IO;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Toolkit.Numerics.Coupling;
using Toolkit.Numerics.Expansion;
using Toolkit.Numerics.Files;
using Toolkit.Numerics.Radial;
using Toolkit.Numerics.Structures;

namespace Toolkit.Numerics.Representations;

/// <summary>What a representation is made from the density.</summary>
public enum RepresentationKind
{
    /// <summary>"power-spectrum": the invariants of two density factors.</summary>
    PowerSpectrum,

    /// <summary>"radial-spectrum": the invariants of one density factor.</summary>
    RadialSpectrum,
}

/// <summary>The density of one neighbour.</summary>
/// <param name="Sigma">The width σ of its Gaussian, Å; null: a point.</param>
/// <param name="Centre">What the central atom adds.</param>
public sealed record DensitySpec(double? Sigma, CentrePolicy Centre);

/// <summary>Ridge regression on the features.</summary>
/// <param name="Regularizer">The weight of the penalty; null: by cross-validation.</param>
/// <param name="Folds">The number of parts of the data in cross-validation.</param>
public sealed record RidgeSpec(double? Regularizer, int Folds);

/// <summary>
/// How features are made, as a user states it in JSON (comments allowed, unknown keys refused): cutoff, density, radial
/// basis, lmax, species, representation, and the model to fit. docs/spec.md lists every key.
/// </summary>
/// <param name="Cutoff">How far an environment reaches.</param>
/// <param name="Density">What a neighbour adds.</param>
/// <param name="NMax">The number of radial functions (GTO).</param>
/// <param name="LMax">The largest angular momentum.</param>
/// <param name="Species">Atomic numbers that have channels, increasing; null: those of the data.</param>
/// <param name="Kind">What is made from the density.</param>
/// <param name="Model">What is fitted; null: nothing.</param>
public sealed record Spec(
    CutoffFunction Cutoff,
    DensitySpec Density,
    int NMax,
    int LMax,
    IReadOnlyList<int>? Species,
    RepresentationKind Kind,
    RidgeSpec? Model)
{
    private const double DefaultSmoothing = 0.1;

    private static readonly (string Word, CutoffKind Kind)[] CutoffKinds =
        [(SpecSchema.ShiftedCosine, CutoffKind.ShiftedCosine), (SpecSchema.Polynomial, CutoffKind.Polynomial)];

    private static readonly (string Word, CentrePolicy Policy)[] Centres =
    [
        (SpecSchema.Include, CentrePolicy.Include),
        (SpecSchema.Exclude, CentrePolicy.Exclude),
        (SpecSchema.Separate, CentrePolicy.Separate),
    ];

    private static readonly (string Word, RepresentationKind Kind)[] Kinds =
    [
        (SpecSchema.PowerSpectrum, RepresentationKind.PowerSpectrum),
        (SpecSchema.RadialSpectrum, RepresentationKind.RadialSpectrum),
    ];

    /// <summary>Reads a file.</summary>
    /// <exception cref="InputException">The file cannot be read; or see <see cref="Parse"/>.</exception>
    public static Spec Read(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        string json;
        try
        {
            json = File.ReadAllText(path, new UTF8Encoding(false, true));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or DecoderFallbackException)
        {
            string found = e is FileNotFoundException or DirectoryNotFoundException ? "no such file"
                : Directory.Exists(path) ? "a folder" : e is DecoderFallbackException ? "bytes that are no UTF-8" : e.Message;
            throw new InputException(path, null, null, found, "a specification in JSON");
        }

        return Parse(json, path);
    }

    /// <summary>Reads a JSON text.</summary>
    /// <param name="json">The text; comments and trailing commas are allowed.</param>
    /// <param name="source">What messages call it.</param>
    /// <exception cref="InputException">
    /// No JSON, an unknown key, a missing one, or a value that is out of its range: with the JSON path.
    /// </exception>
    public static Spec Parse(string json, string source)
    {
        ArgumentNullException.ThrowIfNull(json);
        SpecReader r = SpecReader.Read(json, source);
        double radius = r.Number("$.cutoff.radius");
        double smoothing = r.Has("$.cutoff.smoothing") ? r.Number("$.cutoff.smoothing") : DefaultSmoothing * radius;
        bool isGaussian = r.Word("$.density.kind") == SpecSchema.Gaussian;
        if (!isGaussian && r.IsGiven("$.density.sigma"))
        {
            throw r.Bad("$.density.sigma", "a width with kind delta", "sigma only with kind gaussian");
        }

        return new Spec(
            new CutoffFunction(radius, smoothing, Of(CutoffKinds, r.Word("$.cutoff.kind"))),
            new DensitySpec(isGaussian ? r.Number("$.density.sigma") : null, Of(Centres, r.Word("$.density.center"))),
            r.Integer("$.radial.nmax"),
            r.Integer("$.lmax"),
            r.Elements("$.species"),
            Of(Kinds, r.Word("$.representation.kind")),
            r.Has("$.model")
                ? new RidgeSpec(r.Has("$.model.regularizer") ? r.Number("$.model.regularizer") : null, r.Integer("$.model.folds"))
                : null);
    }

    /// <summary>The representation with channels for the given species.</summary>
    /// <param name="species">Atomic numbers; used where <see cref="Species"/> is null.</param>
    /// <param name="source">What messages call the specification.</param>
    /// <exception cref="InputException">A basis that cannot be made in float64, with the key to change.</exception>
    public InvariantRepresentation Build(IEnumerable<int> species, string source)
    {
        string key = "$.radial.nmax";
        try
        {
            GtoBasis basis = new(NMax, Cutoff.Radius);
            key = "$.density";
            IRadialFunctions functions = Density.Sigma is double sigma
                ? new SmearedGto(basis, LMax, Cutoff.Radius, sigma)
                : new PointGto(basis, LMax, Cutoff.Radius);
            DensityExpansion expansion = new(RadialTable.Build(functions, Cutoff), Species ?? species, Density.Centre);
            return Kind == RepresentationKind.PowerSpectrum ? new PowerSpectrum(expansion) : new RadialSpectrum(expansion);
        }
        catch (ArgumentException e)
        {
            throw new InputException(source, null, key, e.Message.Split(" (Parameter", 2)[0].TrimEnd('.'), "a basis that float64 can hold");
        }
    }

    /// <summary>What the representation computes, as data; the same whatever the species.</summary>
    /// <param name="source">What messages call the specification.</param>
    /// <exception cref="InputException">See <see cref="Build"/>.</exception>
    public IReadOnlyList<CouplingTree> CouplingTrees(string source) => Build([1], source).CouplingTrees;

    /// <summary>The whole specification as JSON, defaults written out; reads back as the same.</summary>
    public string ToJson()
    {
        ArrayBufferWriter<byte> text = new();
        using (Utf8JsonWriter json = new(text, new JsonWriterOptions { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteStartObject("cutoff");
            json.WriteNumber("radius", Cutoff.Radius);
            json.WriteNumber("smoothing", Cutoff.Smoothing);
            json.WriteString("kind", Word(CutoffKinds, Cutoff.Kind));
            json.WriteEndObject();
            json.WriteStartObject("density");
            json.WriteString("kind", Density.Sigma is null ? SpecSchema.Delta : SpecSchema.Gaussian);
            if (Density.Sigma is double sigma)
            {
                json.WriteNumber("sigma", sigma);
            }

            json.WriteString("center", Word(Centres, Density.Centre));
            json.WriteEndObject();
            json.WriteStartObject("radial");
            json.WriteString("kind", SpecSchema.Gto);
            json.WriteNumber("nmax", NMax);
            json.WriteEndObject();
            json.WriteNumber("lmax", LMax);
            if (Species is not null)
            {
                json.WriteStartArray("species");
                foreach (int z in Species)
                {
                    json.WriteStringValue(Elements.Symbol(z));
                }

                json.WriteEndArray();
            }

            json.WriteStartObject("representation");
            json.WriteString("kind", Word(Kinds, Kind));
            json.WriteEndObject();
            if (Model is not null)
            {
                json.WriteStartObject("model");
                json.WriteString("kind", SpecSchema.Ridge);
                if (Model.Regularizer is double regularizer)
                {
                    json.WriteNumber("regularizer", regularizer);
                }

                json.WriteNumber("folds", Model.Folds);
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(text.WrittenSpan);
    }

    private static T Of<T>((string Word, T Value)[] words, string word) => Array.Find(words, w => w.Word == word).Value;

    private static string Word<T>((string Word, T Value)[] words, T value)
        where T : struct => Array.Find(words, w => EqualityComparer<T>.Default.Equals(w.Value, value)).Word;
}
