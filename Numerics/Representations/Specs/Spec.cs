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

    /// <summary>"bispectrum": the invariants of three density factors.</summary>
    Bispectrum,

    /// <summary>"equivariants": blocks (λ, σ) of one or two density factors.</summary>
    Equivariants,

    /// <summary>"spin-power-spectrum": the invariants of two factors, vectors or density.</summary>
    SpinPowerSpectrum,

    /// <summary>"spin-bispectrum": the invariants of three factors, vectors or density.</summary>
    SpinBispectrum,
}

/// <summary>What is made from the density, and which part of it.</summary>
/// <param name="Kind">What is made.</param>
public sealed record RepresentationSpec(RepresentationKind Kind)
{
    /// <summary>How vectors are joined to the directions of their atoms.</summary>
    public FieldCoupling Coupling { get; init; }

    /// <summary>Whether the density's own features stand beside those of the vectors.</summary>
    public bool HasScalars { get; init; } = true;

    /// <summary>Which σ, for the bispectrum, equivariants and features of vectors.</summary>
    public Parities Parities { get; init; }

    /// <summary>The number of density factors of equivariants.</summary>
    public int Order { get; init; } = 2;

    /// <summary>The largest λ of equivariants; null: lmax.</summary>
    public int? Lambda { get; init; }

    /// <summary>The pairs of channels of equivariants.</summary>
    public ChannelProduct Channels { get; init; }
}

/// <summary>The functions of a radial basis.</summary>
public enum RadialKind
{
    /// <summary>"gto": <see cref="GtoBasis"/>.</summary>
    Gto,

    /// <summary>"laplacian": <see cref="LaplacianBasis"/>.</summary>
    Laplacian,

    /// <summary>"monomial": <see cref="MonomialBasis"/>.</summary>
    Monomial,

    /// <summary>"tabulated": <see cref="TabulatedBasis"/>.</summary>
    Tabulated,
}

/// <summary>The density of one neighbour.</summary>
/// <param name="Sigma">The width σ of its Gaussian, Å; null: a point.</param>
/// <param name="Centre">What the central atom adds.</param>
public sealed record DensitySpec(double? Sigma, CentrePolicy Centre);

/// <summary>The radial basis.</summary>
/// <param name="Kind">The functions.</param>
/// <param name="NMax">Their number for each l; null with <see cref="RadialKind.Tabulated"/>, where the file says it.</param>
/// <param name="File">The table, relative to the specification's folder; null with the other kinds.</param>
/// <param name="Scaling">A neighbour's weight by its distance; null: 1.</param>
public sealed record RadialSpec(RadialKind Kind, int? NMax, string? File, RadialScaling? Scaling)
{
    /// <summary>Fewer functions made from these; null: these.</summary>
    public ContractionSpec? Contraction { get; init; }
}

/// <summary>How many radial functions are made, or which.</summary>
/// <param name="Channels">Their number; null: by the part to keep, or the weights'.</param>
/// <param name="Captured">The part of the mean square of the coefficients of every l to keep; null: by number or weights.</param>
/// <param name="Weights">The combinations; null: from the data (<see cref="Features.WithContraction"/>).</param>
public sealed record ContractionSpec(int? Channels, double? Captured, RadialContraction? Weights);

/// <summary>The mixing of species to pseudo-species.</summary>
/// <param name="Channels">The number of pseudo-species; null: that of the species, or the weights'.</param>
/// <param name="RowWidth">δ_row of the similarity in the periodic table, in rows; null with weights.</param>
/// <param name="ColumnWidth">δ_column, in columns; null with weights.</param>
/// <param name="Weights">Each species' shares in the pseudo-species, by atomic number; null: from the similarity.</param>
public sealed record AlchemicalSpec(int? Channels, double? RowWidth, double? ColumnWidth, IReadOnlyDictionary<int, double[]>? Weights)
{
    /// <summary>The mixing of the given species.</summary>
    /// <exception cref="ArgumentException">A species without weights; more pseudo-species than species.</exception>
    internal SpeciesMixing Create(IReadOnlyList<int> species)
    {
        if (Weights is null)
        {
            return SpeciesMixing.FromPeriodicTable(species, RowWidth!.Value, ColumnWidth!.Value, Channels ?? species.Count);
        }

        int length = Weights.First().Value.Length;
        double[] all = species.SelectMany(z => Weights.TryGetValue(z, out double[]? row)
            ? row
            : throw new ArgumentException($"no weights for {Elements.Symbol(z)}")).ToArray();
        return new SpeciesMixing(species, length, all);
    }
}

/// <summary>A vector that atoms carry.</summary>
/// <param name="Name">What labels call it.</param>
/// <param name="Key">The atom property that holds it; null: the usual ones for spins, else the name.</param>
/// <param name="Axial">Whether it keeps its sign under the inversion.</param>
/// <param name="TimeOdd">Whether it changes its sign when time is reversed.</param>
/// <param name="Species">The atomic numbers that carry it, increasing; null: all.</param>
/// <param name="Centre">Where the central atom's own vector goes.</param>
public sealed record VectorFieldSpec(
    string Name, string? Key, bool Axial, bool TimeOdd, IReadOnlyList<int>? Species, CentrePolicy Centre)
{
    /// <summary>Whether it is a spin: axial and odd under time reversal.</summary>
    public bool IsSpin => Axial && TimeOdd;

    /// <summary>The field, read under its key or, where none is given, its name.</summary>
    public VectorField ToField() => new(Name, Key ?? Name, Axial, TimeOdd, Species, Centre);
}

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
/// <param name="Radial">The radial basis.</param>
/// <param name="LMax">The largest angular momentum.</param>
/// <param name="Species">Atomic numbers that have channels, increasing; null: those of the data.</param>
/// <param name="Alchemical">How species are mixed; null: not at all.</param>
/// <param name="Representation">What is made from the density.</param>
/// <param name="Model">What is fitted; null: nothing.</param>
public sealed record Spec(
    CutoffFunction Cutoff,
    DensitySpec Density,
    RadialSpec Radial,
    int LMax,
    IReadOnlyList<int>? Species,
    AlchemicalSpec? Alchemical,
    RepresentationSpec Representation,
    RidgeSpec? Model)
{
    private const double DefaultSmoothing = 0.1;

    private static readonly (string Word, CentrePolicy Policy)[] OwnVectors =
    [
        (SpecSchema.Separate, CentrePolicy.Separate),
        (SpecSchema.Include, CentrePolicy.Include),
        (SpecSchema.Exclude, CentrePolicy.Exclude),
    ];

    private static readonly (string Word, FieldCoupling Coupling)[] Couplings =
    [
        (SpecSchema.Resolved, FieldCoupling.Resolved),
        (SpecSchema.Summed, FieldCoupling.Summed),
        (SpecSchema.Both, FieldCoupling.Both),
    ];

    private static readonly (string Word, CutoffKind Kind)[] CutoffKinds =
        [(SpecSchema.ShiftedCosine, CutoffKind.ShiftedCosine), (SpecSchema.Polynomial, CutoffKind.Polynomial)];

    private static readonly (string Word, CentrePolicy Policy)[] Centres =
    [
        (SpecSchema.Include, CentrePolicy.Include),
        (SpecSchema.Exclude, CentrePolicy.Exclude),
        (SpecSchema.Separate, CentrePolicy.Separate),
    ];

    private static readonly (string Word, RadialKind Kind)[] RadialKinds =
    [
        (SpecSchema.Gto, RadialKind.Gto),
        (SpecSchema.Laplacian, RadialKind.Laplacian),
        (SpecSchema.Monomial, RadialKind.Monomial),
        (SpecSchema.Tabulated, RadialKind.Tabulated),
    ];

    private static readonly (string Word, RepresentationKind Kind)[] Kinds =
    [
        (SpecSchema.PowerSpectrum, RepresentationKind.PowerSpectrum),
        (SpecSchema.RadialSpectrum, RepresentationKind.RadialSpectrum),
        (SpecSchema.Bispectrum, RepresentationKind.Bispectrum),
        (SpecSchema.Equivariants, RepresentationKind.Equivariants),
        (SpecSchema.SpinPowerSpectrum, RepresentationKind.SpinPowerSpectrum),
        (SpecSchema.SpinBispectrum, RepresentationKind.SpinBispectrum),
    ];

    private static readonly (string Word, Parities Parities)[] ParityWords =
        [(SpecSchema.Proper, Parities.Proper), (SpecSchema.Pseudo, Parities.Pseudo), (SpecSchema.Both, Parities.Both)];

    private static readonly (string Word, ChannelProduct Product)[] Products =
        [(SpecSchema.Outer, ChannelProduct.Outer), (SpecSchema.Elementwise, ChannelProduct.Elementwise)];

    /// <summary>The vectors that atoms carry.</summary>
    public IReadOnlyList<VectorFieldSpec> Fields { get; init; } = [];

    /// <summary>Two specifications are equal when they say the same.</summary>
    public bool Equals(Spec? other) => other is not null && ToJson() == other.ToJson();

    /// <inheritdoc/>
    public override int GetHashCode() => ToJson().GetHashCode(StringComparison.Ordinal);

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
            RadialOf(r),
            r.Integer("$.lmax"),
            r.Elements("$.species"),
            AlchemicalOf(r),
            RepresentationOf(r),
            r.Has("$.model")
                ? new RidgeSpec(r.Has("$.model.regularizer") ? r.Number("$.model.regularizer") : null, r.Integer("$.model.folds"))
                : null)
        {
            Fields = FieldsOf(r),
        };
    }

    /// <summary>The invariants with channels for the given species.</summary>
    /// <param name="species">Atomic numbers; used where <see cref="Species"/> is null.</param>
    /// <param name="source">What messages call the specification.</param>
    /// <param name="table">Coupling coefficients up to <see cref="CouplingLMax"/>; null: those that come with the library.</param>
    /// <exception cref="InputException">
    /// A basis that cannot be made in float64, with the key to change; coupling coefficients that end too early; or
    /// equivariants are specified.
    /// </exception>
    public InvariantRepresentation Build(IEnumerable<int> species, string source, CouplingTable? table = null) =>
        Create(species, source, table) as InvariantRepresentation ?? throw new InputException(
            source, null, "$.representation.kind", InputError.Quote(Word(Kinds, Representation.Kind)), "a kind of invariants");

    /// <summary>The largest angular momentum of the coupling coefficients that the representation needs; 0: none.</summary>
    public int CouplingLMax => Representation.Kind switch
    {
        RepresentationKind.Bispectrum => LMax,
        RepresentationKind.Equivariants when Representation.Order > 1 => Math.Max(LMax, Representation.Lambda ?? LMax),
        RepresentationKind.SpinPowerSpectrum when Representation.Coupling == FieldCoupling.Summed => 0,
        RepresentationKind.SpinBispectrum when Representation.Coupling == FieldCoupling.Summed => LMax,
        RepresentationKind.SpinPowerSpectrum or RepresentationKind.SpinBispectrum => LMax + 1,
        _ => 0,
    };

    /// <summary>The representation with channels for the given species.</summary>
    /// <param name="species">Atomic numbers; used where <see cref="Species"/> is null.</param>
    /// <param name="source">What messages call the specification.</param>
    /// <param name="table">Coupling coefficients up to <see cref="CouplingLMax"/>; null: those that come with the library.</param>
    /// <exception cref="InputException">A basis that cannot be made in float64, with the key to change; coupling coefficients
    /// that end too early.</exception>
    public Representation Create(IEnumerable<int> species, string source, CouplingTable? table = null)
    {
        DensityExpansion expansion = CreateExpansion(species, source);
        try
        {
            return Representation.Kind switch
            {
                RepresentationKind.PowerSpectrum => new PowerSpectrum(expansion),
                RepresentationKind.RadialSpectrum => new RadialSpectrum(expansion),
                RepresentationKind.Bispectrum => new Bispectrum(expansion, Representation.Parities, table),
                RepresentationKind.SpinPowerSpectrum => new SpinPowerSpectrum(
                    expansion, Representation.Coupling, Representation.HasScalars, Representation.Parities, table),
                RepresentationKind.SpinBispectrum => new SpinBispectrum(
                    expansion, Representation.Coupling, Representation.HasScalars, Representation.Parities, table),
                _ when Representation.Order == 1 => new DensityEquivariants(expansion, Representation.Lambda),
                _ => new LambdaSoap(expansion, Representation.Lambda, Representation.Parities, Representation.Channels, table),
            };
        }
        catch (ArgumentException)
        {
            int reach = (table ?? CouplingTable.Default).LMax;
            (string found, string expected) = CouplingLMax > reach
                ? ($"coupling coefficients up to l = {reach}", $"up to {CouplingLMax}, which these features need")
                : ("no features of this kind", "a kind with features");
            throw new InputException(source, null, "$.representation", found, expected);
        }
    }

    /// <summary>The expansion that the representation is made from.</summary>
    /// <param name="species">Atomic numbers; used where <see cref="Species"/> is null.</param>
    /// <param name="source">What messages call the specification.</param>
    /// <exception cref="InputException">A basis that cannot be made in float64, with the key to change.</exception>
    internal DensityExpansion CreateExpansion(IEnumerable<int> species, string source)
    {
        IRadialFunctions functions = Functions(source);
        int[] all = (Species ?? species).Distinct().Order().ToArray();
        SpeciesMixing? mixing = Mixing(all, source);
        try
        {
            return new DensityExpansion(
                RadialTable.Build(functions, Cutoff), all, Density.Centre, Fields.Select(static f => f.ToField()), mixing);
        }
        catch (ArgumentException) when (all.Length > 0)
        {
            throw new InputException(source, null, Density.Sigma is null ? "$.radial.nmax" : "$.density.sigma", Widths(),
                $"functions that {RadialTable.MostIntervals} intervals hold to 1e-9: a wider Gaussian or fewer functions");
        }
    }

    /// <summary>The radial functions of the density, weighted and contracted as specified.</summary>
    private IRadialFunctions Functions(string source)
    {
        RadialBasis basis = Basis(source);
        IRadialFunctions functions;
        try
        {
            functions = DensityProjection.Create(basis, LMax, Cutoff.Radius, Density.Sigma);
        }
        catch (ArgumentException)
        {
            throw new InputException(source, null, "$.density.sigma", Widths(), "a width for which the integrals over the functions settle to 1e-12");
        }

        if (Radial.Scaling is not null)
        {
            functions = new ScaledFunctions(functions, Radial.Scaling);
        }

        if (Radial.Contraction is not ContractionSpec contraction)
        {
            return functions;
        }

        const string Key = "$.radial.contraction";
        RadialContraction weights = contraction.Weights ?? throw new InputException(source, null, Key, "no weights", "weights, which a data set gives");
        return weights.LMax == functions.LMax && weights.SourceNMax == functions.NMax
            ? weights.Apply(functions)
            : throw new InputException(
                source, null, Key, $"weights for l up to {weights.LMax} with {weights.SourceNMax} columns",
                $"for every l up to lmax, {functions.LMax}, with a column for each of the {functions.NMax} radial functions");
    }

    /// <summary>What the radial functions' widths are set by, for messages.</summary>
    private string Widths() => string.Create(
        CultureInfo.InvariantCulture,
        $"{(Density.Sigma is double sigma ? $"{sigma:R} Å with " : "")}{(Radial.NMax is int n ? $"{n} functions" : "tabulated functions")} within {Cutoff.Radius:R} Å");

    private SpeciesMixing? Mixing(int[] species, string source)
    {
        if (Alchemical is not AlchemicalSpec alchemical)
        {
            return null;
        }

        int[] missing = alchemical.Weights is IReadOnlyDictionary<int, double[]> weights ? Array.FindAll(species, z => !weights.ContainsKey(z)) : [];
        string found = missing.Length > 0 ? "no weights for " + string.Join(", ", missing.Select(Elements.Symbol))
            : alchemical.Weights is null && alchemical.Channels > species.Length ? $"{alchemical.Channels} pseudo-species of {species.Length} species"
            : "";
        return found.Length == 0
            ? alchemical.Create(species)
            : throw new InputException(source, null, "$.alchemical", found, "weights for every species, and no more pseudo-species than species");
    }

    /// <summary>What the representation computes, as data; the same whatever the species, however they are mixed, and up to
    /// whatever l.</summary>
    /// <param name="source">What messages call the specification.</param>
    /// <exception cref="InputException">See <see cref="Create"/>.</exception>
    public IReadOnlyList<CouplingTree> CouplingTrees(string source) =>
        (this with
        {
            LMax = Math.Min(LMax, CouplingTable.Default.LMax - 1),
            Alchemical = null,
            Radial = Radial with { Contraction = null },
            Representation = Representation with { Lambda = null },
        }).Create(Fields.SelectMany(static f => f.Species ?? []).Append(1), source).CouplingTrees;

    private RadialBasis Basis(string source)
    {
        switch (Radial.Kind)
        {
            case RadialKind.Gto:
                return new GtoBasis(Radial.NMax!.Value, Cutoff.Radius);
            case RadialKind.Laplacian:
                return new LaplacianBasis(Radial.NMax!.Value, LMax, Cutoff.Radius);
            case RadialKind.Monomial:
                return new MonomialBasis(Radial.NMax!.Value, Cutoff.Radius);
            default:
                string path = Path.Combine(Path.GetDirectoryName(source) ?? "", Radial.File!);
                TabulatedBasis basis = TabulatedBasis.Read(path);
                if (basis.LMax < LMax)
                {
                    throw new InputException(path, null, null, $"functions for l up to {basis.LMax}", $"l up to lmax, {LMax}");
                }

                return basis.Extent >= Cutoff.Radius
                    ? basis
                    : throw new InputException(
                        path,
                        null,
                        "r",
                        string.Create(CultureInfo.InvariantCulture, $"radii up to {basis.Extent:R} Å"),
                        string.Create(CultureInfo.InvariantCulture, $"up to the cutoff radius {Cutoff.Radius:R} Å"));
        }
    }

    private static AlchemicalSpec? AlchemicalOf(SpecReader r)
    {
        const string Path = "$.alchemical.";
        if (!r.Has("$.alchemical"))
        {
            return null;
        }

        if (!r.Has(Path + "weights"))
        {
            return new AlchemicalSpec(
                r.Has(Path + "channels") ? r.Integer(Path + "channels") : null,
                r.Has(Path + "row") ? r.Number(Path + "row") : 1,
                r.Has(Path + "column") ? r.Number(Path + "column") : 1,
                null);
        }

        foreach (string key in new[] { "channels", "row", "column" })
        {
            if (r.IsGiven(Path + key))
            {
                throw r.Bad(Path + key, "this key beside weights", "weights alone, or none");
            }
        }

        return new AlchemicalSpec(null, null, null, r.Rows(Path + "weights"));
    }

    private static RepresentationSpec RepresentationOf(SpecReader r)
    {
        const string Path = "$.representation.";
        string word = r.Word(Path + "kind");
        RepresentationKind kind = Of(Kinds, word);
        bool isEquivariant = kind == RepresentationKind.Equivariants, isCoupled = isEquivariant || kind == RepresentationKind.Bispectrum;
        int order = r.Has(Path + "order") ? r.Integer(Path + "order") : 2, lmax = r.Integer("$.lmax");
        bool isPair = isEquivariant && order == 2, isSpin = IsSpin(kind);
        Only("parity", isPair || isSpin || kind == RepresentationKind.Bispectrum, "parity only with bispectrum, equivariants of order 2 and the spin- kinds");
        Only("coupling", isSpin, "coupling only with the spin- kinds");
        Only("scalars", isSpin, "scalars only with the spin- kinds");
        Only("order", isEquivariant, "order only with equivariants");
        Only("lambda", isEquivariant, "lambda only with equivariants");
        Only("channels", isPair, "channels only with equivariants of order 2");
        const int most = SpecSchema.MostCoupled;
        if (isCoupled && order > 1 && lmax > most)
        {
            throw r.Bad("$.lmax", lmax.ToString(CultureInfo.InvariantCulture), $"at most {most} with {word}, where the coupling coefficients end");
        }

        FieldCoupling coupling = r.Has(Path + "coupling") ? Of(Couplings, r.Word(Path + "coupling")) : FieldCoupling.Resolved;
        int largestSpin = coupling == FieldCoupling.Summed && kind == RepresentationKind.SpinPowerSpectrum ? SpecSchema.MostAngular
            : coupling == FieldCoupling.Summed ? most : most - 1;
        if (isSpin && lmax > largestSpin)
        {
            throw r.Bad("$.lmax", lmax.ToString(CultureInfo.InvariantCulture), $"at most {largestSpin} with {word}, where the coupling coefficients end");
        }

        int? lambda = r.Has(Path + "lambda") ? r.Integer(Path + "lambda") : null;
        int largest = order == 1 ? lmax : Math.Min(2 * lmax, most);
        return lambda <= largest || lambda is null
            ? new RepresentationSpec(kind)
            {
                Parities = r.Has(Path + "parity") ? Of(ParityWords, r.Word(Path + "parity"))
                    : isPair ? Parities.Both : Parities.Proper,
                Coupling = coupling,
                HasScalars = !r.Has(Path + "scalars") || r.Word(Path + "scalars") == SpecSchema.Include,
                Order = order,
                Lambda = lambda,
                Channels = r.Has(Path + "channels") ? Of(Products, r.Word(Path + "channels")) : ChannelProduct.Outer,
            }
            : throw r.Bad(Path + "lambda", lambda.Value.ToString(CultureInfo.InvariantCulture), $"at most {largest} with lmax {lmax} and order {order}");

        void Only(string key, bool isAllowed, string expected)
        {
            if (!isAllowed && r.IsGiven(Path + key))
            {
                throw r.Bad(Path + key, $"this key with kind {word}", expected);
            }
        }
    }

    private static bool IsSpin(RepresentationKind kind) => kind is RepresentationKind.SpinPowerSpectrum or RepresentationKind.SpinBispectrum;

    private static VectorFieldSpec[] FieldsOf(SpecReader r)
    {
        string word = r.Word("$.representation.kind");
        int count = r.Integer("$.fields");
        if (IsSpin(Of(Kinds, word)) != count > 0)
        {
            throw count > 0
                ? r.Bad("$.fields", "vector fields with kind " + word, "fields only with the spin- kinds")
                : r.Bad("$", "no vector field", $"fields: the vectors that atoms carry, which {word} is made from");
        }

        VectorFieldSpec[] fields = new VectorFieldSpec[count];
        for (int k = 0; k < count; k++)
        {
            string at = $"$.fields[{k}].", name = r.Word(at + "name");
            if (!VectorField.IsName(name))
            {
                throw r.Bad(at + "name", InputError.Quote(name), "letters, digits and underscores, a letter first, and not rho");
            }

            if (fields.Take(k).Any(f => f.Name == name))
            {
                throw r.Bad(at + "name", InputError.Quote(name) + " twice", "each name once");
            }

            int[]? species = r.Elements(at + "species"), all = r.Elements("$.species");
            if (species is not null && all is not null && species.FirstOrDefault(z => !all.Contains(z), -1) is int z && z >= 0)
            {
                throw r.Bad(at + "species", Structures.Elements.Symbol(z), "elements of $.species");
            }

            fields[k] = new VectorFieldSpec(
                name,
                r.Has(at + "key") ? r.Word(at + "key") : null,
                r.Flag(at + "axial"),
                r.Flag(at + "timeOdd"),
                species,
                Of(OwnVectors, r.Word(at + "center")));
        }

        return fields;
    }

    private static RadialSpec RadialOf(SpecReader r)
    {
        RadialKind kind = Of(RadialKinds, r.Word("$.radial.kind"));
        bool isTabulated = kind == RadialKind.Tabulated;
        if (isTabulated && r.IsGiven("$.radial.nmax"))
        {
            throw r.Bad("$.radial.nmax", "a number of functions with kind tabulated", "none: the file says how many");
        }

        if (isTabulated != r.Has("$.radial.file"))
        {
            throw isTabulated
                ? r.Bad("$.radial", "no key 'file'", "file: the table of radial functions")
                : r.Bad("$.radial.file", "a file with kind " + r.Word("$.radial.kind"), "file only with kind tabulated");
        }

        return new RadialSpec(
            kind,
            isTabulated ? null : r.Integer("$.radial.nmax"),
            isTabulated ? r.Word("$.radial.file") : null,
            r.Has("$.radial.scaling")
                ? new RadialScaling(r.Number("$.radial.scaling.rate"), r.Number("$.radial.scaling.scale"), r.Integer("$.radial.scaling.exponent"))
                : null)
        {
            Contraction = r.Has("$.radial.contraction") ? ContractionOf(r, isTabulated ? null : r.Integer("$.radial.nmax")) : null,
        };
    }

    private static ContractionSpec ContractionOf(SpecReader r, int? nmax)
    {
        const string Path = "$.radial.contraction", Weights = Path + ".weights";
        string[] given = new[] { "channels", "captured", "weights" }.Where(key => r.IsGiven($"{Path}.{key}")).ToArray();
        if (given.Length != 1)
        {
            throw r.Bad(Path, given.Length == 0 ? "none of its keys" : string.Join(" and ", given), "one of channels, captured, weights");
        }

        if (!r.Has(Weights))
        {
            int? channels = r.Has(Path + ".channels") ? r.Integer(Path + ".channels") : null;
            return channels > nmax
                ? throw r.Bad(Path + ".channels", channels.Value.ToString(CultureInfo.InvariantCulture), $"at most nmax, {nmax}")
                : new ContractionSpec(channels, r.Has(Path + ".captured") ? r.Number(Path + ".captured") : null, null);
        }

        double[][][] w = r.Matrices(Weights);
        int lmax = r.Integer("$.lmax"), rows = w[0].Length, columns = w[0][0].Length;
        if (w.Length != lmax + 1)
        {
            throw r.Bad(Weights, $"{w.Length} matrices", $"{lmax + 1}, one for every l up to lmax");
        }

        if (rows > columns || (nmax is not null && columns != nmax))
        {
            throw r.Bad(Weights, $"{rows} rows of {columns} numbers", nmax is null ? "no more rows than numbers in a row" : $"at most {nmax} rows of {nmax} numbers (nmax)");
        }

        return new ContractionSpec(null, null, new RadialContraction(lmax, rows, columns, w.SelectMany(static m => m.SelectMany(static row => row)).ToArray()));
    }

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
            json.WriteString("kind", Word(RadialKinds, Radial.Kind));
            if (Radial.NMax is int nmax)
            {
                json.WriteNumber("nmax", nmax);
            }

            if (Radial.File is not null)
            {
                json.WriteString("file", Radial.File);
            }

            if (Radial.Scaling is not null)
            {
                json.WriteStartObject("scaling");
                json.WriteNumber("rate", Radial.Scaling.Rate);
                json.WriteNumber("scale", Radial.Scaling.Scale);
                json.WriteNumber("exponent", Radial.Scaling.Exponent);
                json.WriteEndObject();
            }

            if (Radial.Contraction is not null)
            {
                WriteContraction(json, Radial.Contraction);
            }

            json.WriteEndObject();
            json.WriteNumber("lmax", LMax);
            if (Species is not null)
            {
                WriteElements(json, "species", Species);
            }

            if (Alchemical is not null)
            {
                WriteAlchemical(json, Alchemical);
            }

            WriteFields(json);
            json.WriteStartObject("representation");
            json.WriteString("kind", Word(Kinds, Representation.Kind));
            bool isPair = Representation is { Kind: RepresentationKind.Equivariants, Order: 2 };
            if (IsSpin(Representation.Kind))
            {
                json.WriteString("coupling", Word(Couplings, Representation.Coupling));
                json.WriteString("scalars", Representation.HasScalars ? SpecSchema.Include : SpecSchema.Exclude);
            }

            if (isPair || IsSpin(Representation.Kind) || Representation.Kind == RepresentationKind.Bispectrum)
            {
                json.WriteString("parity", Word(ParityWords, Representation.Parities));
            }

            if (Representation.Kind == RepresentationKind.Equivariants)
            {
                json.WriteNumber("order", Representation.Order);
                json.WriteNumber("lambda", Representation.Lambda ?? LMax);
            }

            if (isPair)
            {
                json.WriteString("channels", Word(Products, Representation.Channels));
            }

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

    private static void WriteContraction(Utf8JsonWriter json, ContractionSpec contraction)
    {
        json.WriteStartObject("contraction");
        if (contraction.Channels is int channels)
        {
            json.WriteNumber("channels", channels);
        }

        if (contraction.Captured is double captured)
        {
            json.WriteNumber("captured", captured);
        }

        if (contraction.Weights is RadialContraction w)
        {
            json.WriteStartArray("weights");
            for (int l = 0; l <= w.LMax; l++)
            {
                json.WriteStartArray();
                for (int k = 0; k < w.NMax; k++)
                {
                    json.WriteStartArray();
                    foreach (double weight in w.Weights(l).Slice(k * w.SourceNMax, w.SourceNMax))
                    {
                        json.WriteNumberValue(weight);
                    }

                    json.WriteEndArray();
                }

                json.WriteEndArray();
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    private static void WriteAlchemical(Utf8JsonWriter json, AlchemicalSpec alchemical)
    {
        json.WriteStartObject("alchemical");
        if (alchemical.Channels is int channels)
        {
            json.WriteNumber("channels", channels);
        }

        if (alchemical.Weights is null)
        {
            json.WriteNumber("row", alchemical.RowWidth!.Value);
            json.WriteNumber("column", alchemical.ColumnWidth!.Value);
        }
        else
        {
            json.WriteStartObject("weights");
            foreach ((int z, double[] row) in alchemical.Weights)
            {
                json.WriteStartArray(Elements.Symbol(z));
                foreach (double weight in row)
                {
                    json.WriteNumberValue(weight);
                }

                json.WriteEndArray();
            }

            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private void WriteFields(Utf8JsonWriter json)
    {
        if (Fields.Count == 0)
        {
            return;
        }

        json.WriteStartArray("fields");
        foreach (VectorFieldSpec field in Fields)
        {
            json.WriteStartObject();
            json.WriteString("name", field.Name);
            json.WriteString("kind", SpecSchema.Vector);
            if (field.Key is not null)
            {
                json.WriteString("key", field.Key);
            }

            json.WriteBoolean("axial", field.Axial);
            json.WriteBoolean("timeOdd", field.TimeOdd);
            if (field.Species is not null)
            {
                WriteElements(json, "species", field.Species);
            }

            json.WriteString("center", Word(OwnVectors, field.Centre));
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteElements(Utf8JsonWriter json, string key, IReadOnlyList<int> species)
    {
        json.WriteStartArray(key);
        foreach (int z in species)
        {
            json.WriteStringValue(Elements.Symbol(z));
        }

        json.WriteEndArray();
    }

    private static T Of<T>((string Word, T Value)[] words, string word) => Array.Find(words, w => w.Word == word).Value;

    private static string Word<T>((string Word, T Value)[] words, T value)
        where T : struct => Array.Find(words, w => EqualityComparer<T>.Default.Equals(w.Value, value)).Word;
}
