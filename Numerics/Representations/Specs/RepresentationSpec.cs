using System;
using System.Globalization;
using System.Text.Json;
using Toolkit.Numerics.Coupling;
using Toolkit.Numerics.Expansion;
using Toolkit.Numerics.Files;

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
    private const string Path = "$.representation.";

    private static readonly SpecWords<RepresentationKind> Kinds = new(
        ("power-spectrum", RepresentationKind.PowerSpectrum, "the invariants of two density factors, labelled species_1, n_1, species_2, n_2, l"),
        ("radial-spectrum", RepresentationKind.RadialSpectrum, "the invariants of one density factor, labelled species, n"),
        ("bispectrum", RepresentationKind.Bispectrum, "the invariants of three density factors, labelled species_1, n_1, … n_3, l_1, l_2, l_3"),
        ("equivariants", RepresentationKind.Equivariants, "blocks (λ, σ) that turn like harmonics of order λ: the density's own (order 1) or λ-SOAP (order 2)"),
        ("spin-power-spectrum", RepresentationKind.SpinPowerSpectrum, "the invariants of two factors, vectors or density, labelled field_1, species_1, n_1, l_1, field_2, …, J"),
        ("spin-bispectrum", RepresentationKind.SpinBispectrum, "the invariants of three factors, vectors or density, labelled field_1, species_1, n_1, l_1, J_1, … J_3"));

    private static readonly SpecWords<FieldCoupling> Couplings = new(
        ("resolved", FieldCoupling.Resolved, "to each J: invariant when atoms and vectors turn together, as with spin–orbit coupling"),
        ("summed", FieldCoupling.Summed, "not at all, vectors only as v·v': invariant when the vectors alone turn, too"),
        ("both", FieldCoupling.Both, "both sets"));

    private static readonly SpecWords<bool> Scalars = new(
        ("include", true, "in the set; with them products of density and vectors that are even under time reversal"),
        ("exclude", false, "not in the set"));

    private static readonly SpecWords<Parities> ParityWords = new(
        ("proper", Parities.Proper, "σ = +1: scalars, polar vectors, …"),
        ("pseudo", Parities.Pseudo, "σ = −1: pseudoscalars, axial vectors, …"),
        ("both", Parities.Both, "all"));

    private static readonly SpecWords<ChannelProduct> Products = new(
        ("outer", ChannelProduct.Outer, "every channel with every other"),
        ("elementwise", ChannelProduct.Elementwise, "each channel with itself"));

    internal static SpecGroup Node { get; } = new("representation", "what is made from the density", SpecAbsence.Required,
    [
        new SpecChoice("kind", "the features", true, Kinds.Options),
        new SpecChoice("coupling", "how vectors are joined to the directions of their atoms; only with the spin- kinds", false, Couplings.Options)
        {
            WhenAbsent = "`resolved`",
        },
        new SpecChoice("scalars", "the density's own features beside those of the vectors; only with the spin- kinds", false, Scalars.Options)
        {
            WhenAbsent = "`include`",
        },
        new SpecChoice("parity", "which σ; only with bispectrum, equivariants of order 2 and the spin- kinds", false, ParityWords.Options)
        {
            WhenAbsent = "`both` with equivariants, else `proper`",
        },
        new SpecInteger("order", "the number of density factors; only with equivariants", null, 1, 2) { WhenAbsent = "2" },
        new SpecInteger("lambda", "the largest λ, at most lmax with order 1 and 2·lmax with order 2; only with equivariants", null, 0, 2 * SpecSchema.MostAngular)
        {
            WhenAbsent = "lmax",
        },
        new SpecChoice("channels", "which pairs of channels (species, n); only with equivariants of order 2", false, Products.Options)
        {
            WhenAbsent = "`outer`",
        },
    ]);

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

    /// <summary>The kind as the specification spells it.</summary>
    internal string Word => Kinds.WordOf(Kind);

    private bool IsSpin => Kind is RepresentationKind.SpinPowerSpectrum or RepresentationKind.SpinBispectrum;

    private bool IsPair => this is { Kind: RepresentationKind.Equivariants, Order: 2 };

    internal static RepresentationSpec Read(SpecReader r)
    {
        RepresentationSpec kind = new(r.Choice(Path + "kind", Kinds));
        bool isEquivariant = kind.Kind == RepresentationKind.Equivariants, isCoupled = isEquivariant || kind.Kind == RepresentationKind.Bispectrum;
        int order = r.IntegerIfAny(Path + "order") ?? 2, lmax = r.Integer("$.lmax");
        bool isPair = isEquivariant && order == 2, isSpin = kind.IsSpin;
        Only("parity", isPair || isSpin || kind.Kind == RepresentationKind.Bispectrum, "parity only with bispectrum, equivariants of order 2 and the spin- kinds");
        Only("coupling", isSpin, "coupling only with the spin- kinds");
        Only("scalars", isSpin, "scalars only with the spin- kinds");
        Only("order", isEquivariant, "order only with equivariants");
        Only("lambda", isEquivariant, "lambda only with equivariants");
        Only("channels", isPair, "channels only with equivariants of order 2");
        FieldCoupling coupling = r.ChoiceIfAny(Path + "coupling", Couplings) ?? FieldCoupling.Resolved;
        const int most = SpecSchema.MostCoupled;
        int largest = isSpin && coupling != FieldCoupling.Summed ? most - 1
            : isSpin && kind.Kind == RepresentationKind.SpinBispectrum || (isCoupled && order > 1) ? most
            : SpecSchema.MostAngular;
        if (lmax > largest)
        {
            throw r.Bad("$.lmax", lmax.ToString(CultureInfo.InvariantCulture), $"at most {largest} with {kind.Word}, where the coupling coefficients end");
        }

        int? lambda = r.IntegerIfAny(Path + "lambda");
        int last = order == 1 ? lmax : Math.Min(2 * lmax, most);
        if (lambda > last)
        {
            throw r.Bad(Path + "lambda", lambda.Value.ToString(CultureInfo.InvariantCulture), $"at most {last} with lmax {lmax} and order {order}");
        }

        kind.RequireFields(r);
        return kind with
        {
            Parities = r.ChoiceIfAny(Path + "parity", ParityWords) ?? (isPair ? Parities.Both : Parities.Proper),
            Coupling = coupling,
            HasScalars = r.ChoiceIfAny(Path + "scalars", Scalars) ?? true,
            Order = order,
            Lambda = lambda,
            Channels = r.ChoiceIfAny(Path + "channels", Products) ?? ChannelProduct.Outer,
        };

        void Only(string key, bool isAllowed, string expected)
        {
            if (!isAllowed && r.IsGiven(Path + key))
            {
                throw r.Bad(Path + key, $"this key with kind {kind.Word}", expected);
            }
        }
    }

    private void RequireFields(SpecReader r)
    {
        int count = r.Integer("$.fields");
        if (IsSpin != count > 0)
        {
            throw count > 0
                ? r.Bad("$.fields", "vector fields with kind " + Word, "fields only with the spin- kinds")
                : r.Bad("$", "no vector field", $"fields: the vectors that atoms carry, which {Word} is made from");
        }
    }

    /// <param name="json">Receives the section.</param>
    /// <param name="lmax">The largest angular momentum, which is the default of λ.</param>
    internal void Write(Utf8JsonWriter json, int lmax)
    {
        json.WriteStartObject("representation");
        json.WriteString("kind", Word);
        if (IsSpin)
        {
            json.WriteString("coupling", Couplings.WordOf(Coupling));
            json.WriteString("scalars", Scalars.WordOf(HasScalars));
        }

        if (IsPair || IsSpin || Kind == RepresentationKind.Bispectrum)
        {
            json.WriteString("parity", ParityWords.WordOf(Parities));
        }

        if (Kind == RepresentationKind.Equivariants)
        {
            json.WriteNumber("order", Order);
            json.WriteNumber("lambda", Lambda ?? lmax);
        }

        if (IsPair)
        {
            json.WriteString("channels", Products.WordOf(Channels));
        }

        json.WriteEndObject();
    }

    /// <summary>The largest angular momentum of the coupling coefficients that it needs; 0: none.</summary>
    internal int CouplingLMax(int lmax) => Kind switch
    {
        RepresentationKind.Bispectrum => lmax,
        RepresentationKind.Equivariants when Order > 1 => Math.Max(lmax, Lambda ?? lmax),
        RepresentationKind.SpinPowerSpectrum when Coupling == FieldCoupling.Summed => 0,
        RepresentationKind.SpinBispectrum when Coupling == FieldCoupling.Summed => lmax,
        RepresentationKind.SpinPowerSpectrum or RepresentationKind.SpinBispectrum => lmax + 1,
        _ => 0,
    };

    /// <summary>The representation.</summary>
    /// <param name="expansion">What it is made from.</param>
    /// <param name="source">What messages call the specification.</param>
    /// <param name="table">Coupling coefficients; null: those that come with the library.</param>
    /// <exception cref="InputException">Coupling coefficients that end too early, or no features.</exception>
    internal Representation CreateRepresentation(DensityExpansion expansion, string source, CouplingTable? table)
    {
        try
        {
            return Kind switch
            {
                RepresentationKind.PowerSpectrum => new PowerSpectrum(expansion),
                RepresentationKind.RadialSpectrum => new RadialSpectrum(expansion),
                RepresentationKind.Bispectrum => new Bispectrum(expansion, Parities, table),
                RepresentationKind.SpinPowerSpectrum => new SpinPowerSpectrum(expansion, Coupling, HasScalars, Parities, table),
                RepresentationKind.SpinBispectrum => new SpinBispectrum(expansion, Coupling, HasScalars, Parities, table),
                _ when Order == 1 => new DensityEquivariants(expansion, Lambda),
                _ => new LambdaSoap(expansion, Lambda, Parities, Channels, table),
            };
        }
        catch (ArgumentException)
        {
            int reach = (table ?? CouplingTable.Default).LMax, needed = CouplingLMax(expansion.LMax);
            (string found, string expected) = needed > reach
                ? ($"coupling coefficients up to l = {reach}", $"up to {needed}, which these features need")
                : ("no features of this kind", "a kind with features");
            throw new InputException(source, null, "$.representation", found, expected);
        }
    }
}
