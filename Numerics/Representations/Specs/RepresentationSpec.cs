using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text.Json;
using Toolkit.Numerics.Coupling;
using Toolkit.Numerics.Expansion;
using Toolkit.Numerics.Fields.Potential;
using Toolkit.Numerics.Files;
using Toolkit.Numerics.Representations.Nice;

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

    /// <summary>"nice": invariants of any order, by recursion and contraction that are fitted to the data.</summary>
    Nice,

    /// <summary>"tree": what a coupling tree of the user's own describes.</summary>
    Tree,
}

/// <summary>What is made from the density, and which part of it.</summary>
/// <param name="Kind">What is made.</param>
public sealed record RepresentationSpec(RepresentationKind Kind)
{
    private const string Path = "$.representation.";

    private static readonly SpecWords<RepresentationKind> Kinds = new(
        ("power-spectrum", RepresentationKind.PowerSpectrum,
            "the invariants of two density factors, labelled species_1, n_1, species_2, n_2, l"),
        ("radial-spectrum", RepresentationKind.RadialSpectrum, "the invariants of one density factor, labelled species, n"),
        ("bispectrum", RepresentationKind.Bispectrum,
            "the invariants of three density factors, labelled species_1, n_1, … n_3, l_1, l_2, l_3"),
        ("equivariants", RepresentationKind.Equivariants,
            "blocks (λ, σ) that turn like harmonics of order λ: the density's own (order 1) or λ-SOAP (order 2)"),
        ("spin-power-spectrum", RepresentationKind.SpinPowerSpectrum,
            "the invariants of two factors, vectors or density, labelled field_1, species_1, n_1, l_1, field_2, …, J"),
        ("spin-bispectrum", RepresentationKind.SpinBispectrum,
            "the invariants of three factors, vectors or density, labelled field_1, species_1, n_1, l_1, J_1, … J_3"),
        ("nice", RepresentationKind.Nice, "the invariants of up to `order` density factors, by recursion and contraction fitted to the data (NICE), labelled nu, sigma, component"),
        ("tree", RepresentationKind.Tree,
            "what a coupling tree of your own describes: invariants where its root is of order 0, else blocks (λ, σ)"));

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

    internal static SpecGroup Node { get; } =
        new("representation", "what is made from the density; a list of such objects puts their features side by side",
        SpecAbsence.Required,
    [
        new SpecChoice("kind", "the features", true, Kinds.Options),
        new SpecChoice("coupling", "how vectors are joined to the directions of their atoms; only with the spin- kinds", false,
            Couplings.Options)
        {
            WhenAbsent = "`resolved`",
        },
        new SpecChoice("scalars", "the density's own features beside those of the vectors; only with the spin- kinds", false,
            Scalars.Options)
        {
            WhenAbsent = "`include`",
        },
        new SpecChoice("parity", "which σ; only with bispectrum, equivariants of order 2, nice and the spin- kinds", false,
            ParityWords.Options)
        {
            WhenAbsent = "`both` with equivariants, else `proper`",
        },
        new SpecInteger("order",
            "the number of density factors, at most 2 with equivariants, the largest with nice; only with these", null, 1,
            NiceSpec.MostOrder)
        {
            WhenAbsent = $"2 with equivariants, {NiceSpec.DefaultOrder} with nice",
        },
        new SpecInteger("lambda", "the largest λ, at most lmax with order 1 and 2·lmax with order 2, that between the orders of nice, or what the names of couplings in a tree stand for; only with equivariants, nice and tree", null, 0, 2 * SpecSchema.MostAngular)
        {
            WhenAbsent = "lmax",
        },
        new SpecChoice("channels", "which pairs of channels (species, n); only with equivariants of order 2", false, Products.Options)
        {
            WhenAbsent = "`outer`",
        },
        new SpecNames("factors", "the fields that are multiplied, rho the density and names of potentials: two with power-spectrum, three with bispectrum, as many as the order with equivariants; with nice those that each factor may be, vectors too; only with these",
            "the density"),
        new SpecPath("file", "the coupling tree, a file in the format coupling-tree/1 in the folder of the specification; only with tree",
            "key tree"),
        new SpecJson("tree", "the coupling tree itself; only with tree", "key file"),
        .. NiceSpec.Nodes,
    ])
        {
            MayBeList = true,
        };

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

    /// <summary>The fields that are multiplied, where they are not the density alone.</summary>
    public IReadOnlyList<string>? Factors { get; init; }

    /// <summary>What kind nice adds.</summary>
    public NiceSpec? Nice { get; init; }

    /// <summary>The tree of kind tree.</summary>
    public CouplingTree? Tree { get; init; }

    /// <summary>The kind as the specification spells it.</summary>
    internal string Word => Kinds.WordOf(Kind);

    /// <summary>Whether it gives blocks (λ, σ) rather than invariants.</summary>
    public bool IsEquivariant =>
        Kind == RepresentationKind.Equivariants || Tree is not null and not { Root: CouplingPair { L: { Name: null, Value: 0 } } };

    /// <summary>The kind for messages about what stands beside it.</summary>
    internal string Described => Tree is null ? Word : $"{Word} of {(IsEquivariant ? "equivariants" : "invariants")}";

    /// <summary>Whether features would change if the vectors of a field alone were turned.</summary>
    internal bool Turns(string field) => IsSpin ? Coupling != FieldCoupling.Summed : Names(field);

    /// <summary>Whether it is made from vectors, which the kind says.</summary>
    internal bool IsSpin => Kind is RepresentationKind.SpinPowerSpectrum or RepresentationKind.SpinBispectrum;

    private bool IsPair => this is { Kind: RepresentationKind.Equivariants, Order: 2 };

    /// <param name="r">The specification.</param>
    /// <param name="source">Its name; the file of a tree is looked for in its folder.</param>
    /// <param name="vectors">Its vector fields.</param>
    /// <param name="potentials">Its potentials.</param>
    internal static RepresentationSpec Read(
        SpecReader r, string source, IReadOnlyList<VectorFieldSpec> vectors, IReadOnlyList<PotentialFieldSpec> potentials)
    {
        RepresentationSpec kind = new(r.Choice(Path + "kind", Kinds));
        bool isEquivariant = kind.Kind == RepresentationKind.Equivariants,
            isCoupled = isEquivariant || kind.Kind == RepresentationKind.Bispectrum;
        int order = r.IntegerIfAny(Path + "order") ?? (kind.Kind == RepresentationKind.Nice ? NiceSpec.DefaultOrder : 2),
            lmax = r.Integer("$.lmax");
        bool isPair = isEquivariant && order == 2, isSpin = kind.IsSpin, isTree = kind.Kind == RepresentationKind.Tree,
            isNice = kind.Kind == RepresentationKind.Nice;
        Only("parity", isPair || isSpin || isNice || kind.Kind == RepresentationKind.Bispectrum,
            "parity only with bispectrum, equivariants of order 2, nice and the spin- kinds");
        Only("coupling", isSpin, "coupling only with the spin- kinds");
        Only("scalars", isSpin, "scalars only with the spin- kinds");
        Only("order", isEquivariant || isNice, "order only with equivariants and nice");
        Only("lambda", isEquivariant || isNice || isTree, "lambda only with equivariants, nice and tree");
        Only("file", isTree, "file only with tree");
        Only("tree", isTree, "tree only with tree");
        Only("factors", isEquivariant || isNice || kind.Kind is RepresentationKind.PowerSpectrum or RepresentationKind.Bispectrum,
            "factors only with power-spectrum, bispectrum, equivariants and nice");
        Only("channels", isPair, "channels only with equivariants of order 2");
        foreach (SpecNode node in NiceSpec.Nodes)
            Only(node.Name, isNice, $"{node.Name} only with nice");

        if (isEquivariant && order > 2)
            throw r.Bad(Path + "order", order.ToString(CultureInfo.InvariantCulture), "1 or 2 with equivariants");

        FieldCoupling coupling = r.ChoiceIfAny(Path + "coupling", Couplings) ?? FieldCoupling.Resolved;
        const int most = SpecSchema.MostCoupled;
        string[]? factors = r.NamesIfAny(Path + "factors");
        int largest = (isSpin && coupling != FieldCoupling.Summed) || (isNice && vectors.Any(f => factors?.Contains(f.Name) == true))
            ? most - 1
            : isSpin && kind.Kind == RepresentationKind.SpinBispectrum || ((isCoupled || isNice) && order > 1) ? most
            : SpecSchema.MostAngular;
        if (lmax > largest)
        {
            throw r.Bad("$.lmax", lmax.ToString(CultureInfo.InvariantCulture),
                $"at most {largest} with {kind.Word}, where the coupling coefficients end");
        }

        int? lambda = r.IntegerIfAny(Path + "lambda");
        int last = isTree || isNice ? most : order == 1 ? lmax : Math.Min(2 * lmax, most);
        if (lambda > last)
        {
            throw r.Bad(Path + "lambda", lambda.Value.ToString(CultureInfo.InvariantCulture),
                $"at most {last} with lmax {lmax} and order {order}");
        }

        int wanted = isEquivariant ? order : kind.Kind == RepresentationKind.Bispectrum ? 3 : 2;
        if (factors is not null)
        {
            if (isNice && (factors.Length == 0 || factors.Distinct().Count() != factors.Length))
            {
                throw r.Bad(Path + "factors", factors.Length == 0 ? "no name" : "a name twice",
                    "one or more names, each once: each field is in every place");
            }

            if (!isNice && factors.Length != wanted)
            {
                throw r.Bad(Path + "factors", $"{factors.Length} names",
                    $"{wanted} with {kind.Word}{(isEquivariant ? $" of order {order}" : "")}");
            }

            string[] names = [CouplingField.Density.Name, .. potentials.Select(static p => p.Name),
                .. isNice ? vectors.Select(static f => f.Name) : []];
            if (factors.FirstOrDefault(f => !names.Contains(f)) is { } unknown)
            {
                throw r.Bad(
                    Path + "factors", InputError.Quote(unknown),
                    $"one of {string.Join(", ", names)}{(vectors.Count > 0 && !isNice ? " (vectors: the spin- kinds, nice, or a tree)" : "")}");
            }

            if (isPair && factors.Any(static f => f != CouplingField.Density.Name) && r.IsGiven(Path + "channels")
                && r.Choice(Path + "channels", Products) == ChannelProduct.Elementwise)
            {
                throw r.Bad(Path + "channels", "elementwise with factors", "outer");
            }

            if (factors.Any(static f => f != CouplingField.Density.Name) && kind.Kind == RepresentationKind.PowerSpectrum && lmax > most)
            {
                throw r.Bad("$.lmax", lmax.ToString(CultureInfo.InvariantCulture),
                    $"at most {most} with factors, where the coupling coefficients end");
            }
        }

        if (isNice && vectors.FirstOrDefault(f => factors?.Contains(f.Name) == true) is { } vector && r.Has(Path + "select.couplings"))
            throw r.Bad(Path + "select.by", $"couplings with the vector {vector.Name} as a factor", "scalar factors");

        CouplingTree? tree = null;
        if (isTree)
        {
            bool isFile = r.Has(Path + "file");
            if (isFile == r.Has(Path + "tree"))
            {
                throw r.Bad("$.representation", isFile ? "both 'file' and 'tree'" : "no key 'file' and no key 'tree'",
                    "one of them, with the coupling tree");
            }

            tree = isFile ? ReadTree(System.IO.Path.Combine(System.IO.Path.GetDirectoryName(source) ?? "", r.Word(Path + "file")))
                : CouplingTreeReader.Parse(r.Word(Path + "tree"), source + ": $.representation.tree");
        }

        kind = kind with { Tree = tree, Factors = factors };
        if (isSpin && vectors.Count == 0)
            throw r.Bad("$", "no vector field", $"fields: the vectors that atoms carry, which {kind.Word} is made from");

        return kind with
        {
            Parities = r.ChoiceIfAny(Path + "parity", ParityWords) ?? (isPair ? Parities.Both : Parities.Proper),
            Coupling = coupling,
            HasScalars = r.ChoiceIfAny(Path + "scalars", Scalars) ?? true,
            Order = order,
            Lambda = lambda,
            Channels = r.ChoiceIfAny(Path + "channels", Products) ?? ChannelProduct.Outer,
            Nice = isNice ? NiceSpec.Read(
                r, source, order, lambda, r.ChoiceIfAny(Path + "parity", ParityWords) ?? Parities.Proper, factors?.Length ?? 1) : null,
        };

        void Only(string key, bool isAllowed, string expected)
        {
            if (!isAllowed && r.IsGiven(Path + key))
                throw r.Bad(Path + key, $"this key with kind {kind.Word}", expected);
        }
    }

    private static CouplingTree ReadTree(string path)
    {
        try
        {
            return CouplingTreeReader.Parse(System.IO.File.ReadAllText(path), path);
        }
        catch (Exception e) when (e is System.IO.IOException or UnauthorizedAccessException)
        {
            throw new InputException(
                path, null, null, e is System.IO.FileNotFoundException or System.IO.DirectoryNotFoundException ? "no such file" : e.Message,
                "a coupling tree in JSON");
        }
    }

    /// <summary>Whether factors or a tree name a field.</summary>
    internal bool Names(string field) => Tree is not null
        ? Trees.TreeLabels.Leaves(Tree.Root).Any(l => l.Field.Name == field)
        : Factors?.Contains(field) == true;

    /// <param name="json">Receives the section.</param>
    /// <param name="lmax">The largest angular momentum, which is the default of λ.</param>
    internal void Write(Utf8JsonWriter json, int lmax)
    {
        json.WriteStartObject();
        json.WriteString("kind", Word);
        if (IsSpin)
        {
            json.WriteString("coupling", Couplings.WordOf(Coupling));
            json.WriteString("scalars", Scalars.WordOf(HasScalars));
        }

        if (IsPair || IsSpin || Nice is not null || Kind == RepresentationKind.Bispectrum)
            json.WriteString("parity", ParityWords.WordOf(Parities));

        if (Kind is RepresentationKind.Equivariants or RepresentationKind.Nice)
        {
            json.WriteNumber("order", Order);
            json.WriteNumber("lambda", Lambda ?? lmax);
        }

        if (IsPair)
            json.WriteString("channels", Products.WordOf(Channels));

        Nice?.Write(json);
        if (Factors is not null)
        {
            json.WriteStartArray("factors");
            foreach (string factor in Factors)
                json.WriteStringValue(factor);

            json.WriteEndArray();
        }

        if (Tree is not null)
        {
            json.WriteNumber("lambda", Lambda ?? lmax);
            json.WritePropertyName("tree");
            json.WriteRawValue(Tree.ToJson());
        }

        json.WriteEndObject();
    }

    /// <summary>The largest angular momentum of the coupling coefficients that it needs; 0: none.</summary>
    internal int CouplingLMax(int lmax) => Kind switch
    {
        RepresentationKind.Bispectrum => lmax,
        RepresentationKind.PowerSpectrum when ReadsPotentials => lmax,
        RepresentationKind.Tree => Math.Max(Lambda ?? lmax, Trees.TreeLabels.Largest(Tree!.Root, lmax)),
        RepresentationKind.Nice when Order > 1 => Math.Max(lmax + (Factors is null ? 0 : 1), Lambda ?? lmax),
        RepresentationKind.Equivariants when Order > 1 => Math.Max(lmax, Lambda ?? lmax),
        RepresentationKind.SpinPowerSpectrum when Coupling == FieldCoupling.Summed => 0,
        RepresentationKind.SpinBispectrum when Coupling == FieldCoupling.Summed => lmax,
        RepresentationKind.SpinPowerSpectrum or RepresentationKind.SpinBispectrum => lmax + 1,
        _ => 0,
    };

    /// <summary>The representation.</summary>
    /// <param name="expansion">What it is made from.</param>
    /// <param name="potentials">The potentials beside it.</param>
    /// <param name="source">What messages call the specification.</param>
    /// <param name="table">Coupling coefficients; null: those that come with the library.</param>
    /// <param name="fit">What kind nice executes; null with the others.</param>
    /// <exception cref="InputException">Coupling coefficients that end too early, no features, or no fit, or that of another
    /// expansion.</exception>
    internal Representation CreateRepresentation(
        DensityExpansion expansion, IReadOnlyList<NamedPotential> potentials, string source, CouplingTable? table, NiceFit? fit)
    {
        try
        {
            return Kind switch
            {
                RepresentationKind.Tree => CreateTree(expansion, potentials, source, table),
                RepresentationKind.Nice => CreateNice(expansion, potentials, source, table, fit),
                RepresentationKind.PowerSpectrum when ReadsPotentials =>
                    FactorProducts.PowerSpectrum(expansion, potentials, Factors!, table),
                RepresentationKind.Bispectrum when ReadsPotentials =>
                    FactorProducts.Bispectrum(expansion, potentials, Factors!, Parities, table),
                RepresentationKind.Equivariants when ReadsPotentials =>
                    FactorProducts.Equivariants(expansion, potentials, Factors!, Lambda, Parities, table),
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

    private NiceFeatures CreateNice(
        DensityExpansion expansion, IReadOnlyList<NamedPotential> potentials, string source, CouplingTable? table, NiceFit? fit)
    {
        try
        {
            return new NiceFeatures(
                expansion, fit ?? throw new InputException(
                    source, null, "$.representation.kind", "nice without a fit", "a fit, which a data set gives"), table, potentials);
        }
        catch (ArgumentException e) when (fit is not null && (table ?? CouplingTable.Default).LMax >= CouplingLMax(expansion.LMax))
        {
            throw new InputException(
                source, null, "$.representation", e.Message.Split(" (Parameter", 2)[0], "the specification of the fit");
        }
    }

    /// <summary>A tree's faults are told as they are: its file is the user's own.</summary>
    private Representation CreateTree(
        DensityExpansion expansion, IReadOnlyList<NamedPotential> potentials, string source, CouplingTable? table)
    {
        try
        {
            NamedPotential[] used = potentials.Where(p => Trees.TreeLabels.Leaves(Tree!.Root).Any(l => l.Field.Name == p.Name)).ToArray();
            return IsEquivariant
                ? new Trees.TreeEquivariants(expansion, Tree!, used, Lambda, table)
                : new Trees.TreeInvariants(expansion, Tree!, used, Lambda, table);
        }
        catch (ArgumentException e) when ((table ?? CouplingTable.Default).LMax >= CouplingLMax(expansion.LMax))
        {
            throw new InputException(
                source, null, "$.representation.tree", "a tree that cannot be executed (" + e.Message.Split(" (Parameter", 2)[0] + ")",
                "another tree or other fields");
        }
    }

    private bool ReadsPotentials => Factors is not null && Factors.Any(static f => f != CouplingField.Density.Name);
}
