using System;
using System.Buffers;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Toolkit.Numerics.Coupling;
using Toolkit.Numerics.Expansion;
using Toolkit.Numerics.Fields.Potential;
using Toolkit.Numerics.Files;
using Toolkit.Numerics.Radial;
using Toolkit.Numerics.Representations.Nice;

namespace Toolkit.Numerics.Representations;

/// <summary>
/// How features are made, as a user states it in JSON (comments allowed, unknown keys refused): cutoff, density, radial
/// basis, lmax, species, representation, and the model to fit. docs/spec.md lists every key.
/// </summary>
/// <param name="Cutoff">How far an environment reaches.</param>
/// <param name="Density">What a neighbour adds.</param>
/// <param name="Radial">The radial basis.</param>
/// <param name="LMax">The largest angular momentum.</param>
/// <param name="Species">Atomic numbers that have channels, increasing; null: those of the data.</param>
/// <param name="Alchemical">How species are mixed; null: not at all.</param>
/// <param name="Representations">What is made from the density: one or more, whose features stand side by side.</param>
/// <param name="Model">What is fitted; null: nothing.</param>
public sealed record Spec(
    CutoffFunction Cutoff,
    DensitySpec Density,
    RadialSpec Radial,
    int LMax,
    IReadOnlyList<int>? Species,
    AlchemicalSpec? Alchemical,
    IReadOnlyList<RepresentationSpec> Representations,
    ModelSpec? Model)
{
    /// <summary>The vectors that atoms carry.</summary>
    public IReadOnlyList<VectorFieldSpec> Fields { get; init; } = [];

    /// <summary>The potentials around atoms.</summary>
    public IReadOnlyList<PotentialFieldSpec> Potentials { get; init; } = [];

    /// <summary>The largest angular momentum of the coupling coefficients that the representation needs; 0: none.</summary>
    public int CouplingLMax => Representations.Max(r => r.CouplingLMax(LMax));

    /// <summary>What kind nice adds, where one of the representations is of it.</summary>
    public NiceSpec? Nice => Representations.FirstOrDefault(static r => r.Nice is not null)?.Nice;

    /// <summary>Two specifications are equal when they say the same.</summary>
    public bool Equals(Spec? other) => other is not null && ToJson() == other.ToJson();

    /// <inheritdoc/>
    public override int GetHashCode() => ToJson().GetHashCode(StringComparison.Ordinal);

    /// <summary>Reads a file of JSON, or the specification that a file of features (.npz) was made by.</summary>
    /// <exception cref="InputException">The file cannot be read; or see <see cref="Parse"/>.</exception>
    public static Spec Read(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (Path.GetExtension(path).Equals(".npz", StringComparison.OrdinalIgnoreCase))
        {
            NpyData text = NpyData.Read(path, "spec")
                ?? throw new InputException(
                    path, null, "spec", "no such array", "a file of features with the specification that they were made by");
            return Parse(text.ToTexts()[0], $"{path}: spec");
        }

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
        (VectorFieldSpec[] vectors, PotentialFieldSpec[] potentials) = FieldsSection.Read(r);
        return new Spec(
            CutoffSection.Read(r),
            DensitySpec.Read(r),
            RadialSpec.Read(r),
            r.Integer("$.lmax"),
            r.Elements("$.species"),
            AlchemicalSpec.Read(r),
            RepresentationsSection.Read(r, source, vectors, potentials),
            ModelSpec.Read(r))
        {
            Fields = vectors,
            Potentials = potentials,
        };
    }

    /// <summary>The whole specification as JSON, defaults written out; reads back as the same.</summary>
    public string ToJson()
    {
        ArrayBufferWriter<byte> text = new();
        using (Utf8JsonWriter json =
            new(text, new JsonWriterOptions { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            CutoffSection.Write(json, Cutoff);
            Density.Write(json);
            Radial.Write(json);
            json.WriteNumber("lmax", LMax);
            if (Species is not null)
                SpecElements.Write(json, "species", Species);

            Alchemical?.Write(json);
            FieldsSection.Write(json, Fields, Potentials);
            RepresentationsSection.Write(json, Representations, LMax);
            Model?.Write(json);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(text.WrittenSpan);
    }

    /// <summary>The representations with channels for the given species, side by side; they share their fields.</summary>
    /// <param name="species">Atomic numbers; used where <see cref="Species"/> is null.</param>
    /// <param name="source">What messages call the specification.</param>
    /// <param name="table">Coupling coefficients up to <see cref="CouplingLMax"/>; null: those that come with the library.</param>
    /// <param name="fit">What kind nice executes; null with the others.</param>
    /// <exception cref="InputException">A basis that cannot be made in float64, with the key to change; coupling coefficients
    /// that end too early; kind nice without a fit, or with that of another expansion.</exception>
    public IReadOnlyList<Representation> CreateRepresentations(
        IEnumerable<int> species, string source, CouplingTable? table = null, NiceFit? fit = null)
    {
        int[] all = species.ToArray();
        DensityExpansion expansion = CreateExpansion(all, source);
        NamedPotential[] potentials = CreatePotentials(all, source);
        return Representations.Select(r => r.CreateRepresentation(expansion, potentials, source, table, fit)).ToArray();
    }

    /// <summary>The same where there is one.</summary>
    /// <param name="species">Atomic numbers; used where <see cref="Species"/> is null.</param>
    /// <param name="source">What messages call the specification.</param>
    /// <param name="table">Coupling coefficients up to <see cref="CouplingLMax"/>; null: those that come with the library.</param>
    /// <param name="fit">What kind nice executes; null with the others.</param>
    /// <exception cref="InputException">A list of several is specified; or see <see cref="CreateRepresentations"/>.</exception>
    public Representation CreateRepresentation(IEnumerable<int> species, string source, CouplingTable? table = null, NiceFit? fit = null) =>
        Representations.Count == 1
            ? CreateRepresentations(species, source, table, fit)[0]
            : throw new InputException(source, null, "$.representation", $"{Representations.Count} representations", "one");

    /// <summary>The same where there is one, and it must be of invariants.</summary>
    /// <param name="species">Atomic numbers; used where <see cref="Species"/> is null.</param>
    /// <param name="source">What messages call the specification.</param>
    /// <param name="table">Coupling coefficients up to <see cref="CouplingLMax"/>; null: those that come with the library.</param>
    /// <exception cref="InputException">Equivariants are specified; or see <see cref="CreateRepresentation"/>.</exception>
    public InvariantRepresentation CreateInvariants(IEnumerable<int> species, string source, CouplingTable? table = null) =>
        CreateRepresentation(species, source, table) as InvariantRepresentation ?? throw new InputException(
            source, null, "$.representation.kind", InputError.Quote(Representations[0].Word), "a kind of invariants");

    /// <summary>The expansion that the representation is made from.</summary>
    /// <param name="species">Atomic numbers; used where <see cref="Species"/> is null.</param>
    /// <param name="source">What messages call the specification.</param>
    /// <exception cref="InputException">A basis that cannot be made in float64, with the key to change.</exception>
    internal DensityExpansion CreateExpansion(IEnumerable<int> species, string source)
    {
        IRadialFunctions functions = CreateFunctions(source);
        int[] all = (Species ?? species).Distinct().Order().ToArray();
        SpeciesMixing? mixing = Alchemical?.CreateMixing(all, source);
        try
        {
            return new DensityExpansion(
                RadialTable.Build(functions, Cutoff), all, Density.Centre, Fields.Select(static f => f.CreateField()), mixing);
        }
        catch (ArgumentException) when (all.Length > 0)
        {
            throw new InputException(source, null, Density.Sigma is null ? "$.radial.nmax" : "$.density.sigma", Widths(),
                $"functions that {RadialTable.MostIntervals} intervals hold to 1e-9: a wider Gaussian or fewer functions");
        }
    }

    /// <summary>What kind nice begins with.</summary>
    /// <param name="species">Atomic numbers; used where <see cref="Species"/> is null.</param>
    /// <param name="source">What messages call the specification.</param>
    internal NiceFields CreateFields(IEnumerable<int> species, string source) =>
        new(CreateExpansion(species, source), CreatePotentials(species, source),
            Representations.FirstOrDefault(static r => r.Nice is not null)?.Factors);

    /// <summary>The potentials that factors and trees may name.</summary>
    private NamedPotential[] CreatePotentials(IEnumerable<int> species, string source)
    {
        if (Potentials.Count == 0)
            return [];

        int[] all = (Species ?? species).Distinct().Order().ToArray();
        RadialBasis basis = Radial.CreateBasis(LMax, Cutoff.Radius, source);
        return Potentials.Select(p => p.CreateField(basis, LMax, Cutoff, all, source)).ToArray();
    }

    /// <summary>What the representations compute, as data, each tree once; the same whatever the species, however they are mixed,
    /// and up to whatever l.</summary>
    /// <param name="source">What messages call the specification.</param>
    /// <exception cref="InputException">See <see cref="CreateRepresentations"/>.</exception>
    public IReadOnlyList<CouplingTree> CouplingTrees(string source)
    {
        Spec plain = this with
        {
            LMax = Math.Min(LMax, CouplingTable.Default.LMax - 1),
            Alchemical = null,
            Radial = Radial with { Contraction = null },
            Potentials = [.. Potentials.Select(static p => p with { SpeciesCharges = null })],
        };
        int[] species = [.. Fields.SelectMany(static f => f.Species ?? []), 1];
        return Representations
            .SelectMany(r => r.Nice is { } nice
                ? NiceFeatures.TreesOf(nice.Settings, (r.Factors ?? [CouplingField.Density.Name]).Select(name =>
                    Fields.FirstOrDefault(f => f.Name == name)?.CreateField().CouplingField ?? new CouplingField(name)).ToArray())
                : (plain with { Representations = [r with { Lambda = null }] }).CreateRepresentation(species, source).CouplingTrees)
            .DistinctBy(static t => t.ToJson())
            .ToArray();
    }

    /// <summary>The radial functions of the density, weighted and contracted as specified.</summary>
    private IRadialFunctions CreateFunctions(string source)
    {
        RadialBasis basis = Radial.CreateBasis(LMax, Cutoff.Radius, source);
        IRadialFunctions functions;
        try
        {
            functions = DensityProjection.Create(basis, LMax, Cutoff.Radius, Density.Sigma);
        }
        catch (ArgumentException)
        {
            throw new InputException(
                source, null, "$.density.sigma", Widths(), "a width for which the integrals over the functions settle to 1e-12");
        }

        if (Radial.Scaling is not null)
            functions = new ScaledFunctions(functions, Radial.Scaling);

        return Radial.Contraction?.Apply(functions, source) ?? functions;
    }

    /// <summary>What the radial functions' widths are set by, for messages.</summary>
    private string Widths() => string.Create(
        CultureInfo.InvariantCulture,
        $"{(Density.Sigma is double sigma ? $"{sigma:R} Å with " : "")}{(Radial.NMax is int n ? $"{n} functions" : "tabulated functions")} within {Cutoff.Radius:R} Å");
}
