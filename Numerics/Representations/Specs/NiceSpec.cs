using System.Collections.Generic;
using System.Globalization;
using System.Text.Json;
using Toolkit.Numerics.Representations.Nice;

namespace Toolkit.Numerics.Representations;

/// <summary>What kind nice adds to a representation: the settings of the iteration, and on how much of the data it is fitted.</summary>
/// <param name="Settings">The settings.</param>
/// <param name="Environments">The most environments that it is fitted on.</param>
public sealed record NiceSpec(NiceSettings Settings, int Environments)
{
    /// <summary>Whether features are made in float32 unless it is asked otherwise.</summary>
    public bool IsSingle { get; init; }

    /// <summary>The largest order that can be asked for.</summary>
    internal const int MostOrder = 10;

    /// <summary>The order where none is given.</summary>
    internal const int DefaultOrder = 4;

    private const string Path = "$.representation.", None = "none", All = "all";
    private const int Many = 1_000_000;

    private static readonly SpecWords<bool> Times = new(
        ("even", false, "those that do not change when time is reversed, as an energy does"),
        ("both", true, "all, with τ as a label"));

    private static readonly SpecWords<NiceScaling> Scalings = new(
        ("none", NiceScaling.None, "nothing: fields count as large as their units make them"),
        ("fields", NiceScaling.Fields,
            "a number for each field, with which the mean square of its coefficients, summed over channels, is 1"));

    private static readonly SpecWords<bool> Centres = new(
        ("shared", false, "all together: the same products and components around every atom"),
        ("species", true, "by the species at the centre: each has products, components and columns of its own, with its atomic number as a label"));

    private static readonly SpecWords<NiceStandard> Standards = new(
        ("none", NiceStandard.None, "they stay as they are"),
        ("blocks", NiceStandard.Blocks, "means 0, and one factor for each (ν, σ, τ), with which their variances add up to 1"),
        ("features", NiceStandard.Features, "means 0 and variances 1"));

    private static readonly SpecWords<NiceChoice> Choices = new(
        ("farthest", NiceChoice.Farthest, "those far from one another"),
        ("cur", NiceChoice.Cur, "those that span the others (CUR)"),
        ("independent", NiceChoice.Independent,
            "those of which none is a combination of the others: with contraction none a complete set without repetition"),
        ("couplings", NiceChoice.Couplings, "those that files of `toolkit independent` list, certified: exactly a complete set without repetition; with contraction none and scalar factors"));

    private static readonly SpecWords<NiceInvariants> Branches = new(
        ("each", NiceInvariants.Each,
            "invariants of each order are made and contracted for the features alone, beside the covariants that the next is made from"),
        ("last", NiceInvariants.Last,
            "those of the last order, which has no covariants; features of the orders before are their covariants with λ = 0"));

    private static readonly SpecWords<bool> Precisions = new(
        ("float64", false, "coefficients and all that is made of them"),
        ("float32", true, "all that is made of pairs and potentials; derivatives and models are float64 alone"));

    /// <summary>Keys that the representation has with kind nice alone.</summary>
    internal static IReadOnlyList<SpecNode> Nodes { get; } =
    [
        new SpecGroup("contraction",
            "how the products of each order are made fewer, by principal components for each (λ, σ); only with nice", SpecAbsence.Nothing,
        [
            new SpecGroup("components", "by number; not with captured", SpecAbsence.Nothing,
            [
                new SpecInteger("covariants", "of each block that the next order is made from", 50, 1, Many),
                new SpecInteger("invariants", "of the features of each order and σ", 200, 1, Many),
            ])
            {
                WhenAbsent = "by captured",
            },
            new SpecNumber("captured", "by the part of each block's variance that they keep; not with components", "1", null, new(0, 1))
            {
                WhenAbsent = "by components",
            },
        ])
        {
            Word = None,
            WhenAbsent = "components 50 and 200",
        },
        new SpecGroup("expand", "how many products are made of each order and σ, those first whose factors vary most; only with nice",
            SpecAbsence.Nothing,
        [
            new SpecInteger("covariants", "for the next order", 150, 1, Many),
            new SpecInteger("invariants", "for the features", 300, 1, Many),
        ])
        {
            Word = All,
            WhenAbsent = "150 and 300; `all` without contraction",
        },
        new SpecGroup("purify", "how many features of each lower order predict the products, which keep what is not predicted; only with nice and a contraction", SpecAbsence.Nothing,
        [
            new SpecInteger("covariants", "of blocks that the next order is made from", 10, 0, Many),
            new SpecInteger("invariants", "of features", 50, 0, Many),
        ])
        {
            Word = None,
            WhenAbsent = "10 and 50; `none` without contraction",
        },
        new SpecChoice("time", "which features by their sign under time reversal, where spins are factors; only with nice", false,
            Times.Options)
        {
            WhenAbsent = "`even`",
        },
        new SpecChoice("scaling", "what coefficients of the factors are multiplied with before their products compete; only with nice",
            false, Scalings.Options)
        {
            WhenAbsent = "`fields` with several factors and a contraction, else `none`",
        },
        new SpecChoice("centres", "how the environments are fitted; only with nice", false, Centres.Options)
        {
            WhenAbsent = "`shared`",
        },
        new SpecChoice("standard", "how features are shifted and scaled, by their values on the environments of the fit; only with nice",
            false, Standards.Options)
        {
            WhenAbsent = "`none`",
        },
        new SpecGroup("select", "which features are kept, chosen by their values on the environments of the fit; only with nice",
            SpecAbsence.Nothing,
        [
            new SpecInteger("count", "how many at most; not with couplings", 100, 1, Many),
            new SpecChoice("by", "how they are chosen", false, Choices.Options),
            new SpecNames("couplings", "files of `toolkit independent --lambda 0` in the folder of the specification, one for each order from 3 on and each σ; only by couplings", "key count"),
        ])
        {
            WhenAbsent = "all",
        },
        new SpecChoice("branch", "for which orders invariants are a branch of their own; only with nice", false, Branches.Options)
        {
            WhenAbsent = "`each`",
        },
        new SpecChoice("precision", "what `toolkit features` computes in where no `--precision` is given; only with nice", false,
            Precisions.Options)
        {
            WhenAbsent = "`float64`",
        },
        new SpecInteger("environments",
            "the most environments, spread evenly over the data, that the iteration is fitted on; only with nice", null, 1, 10 * Many)
        {
            WhenAbsent = NiceFit.DefaultEnvironments.ToString(CultureInfo.InvariantCulture),
        },
    ];

    /// <param name="r">The text.</param>
    /// <param name="source">Its name; files of couplings are looked for in its folder.</param>
    /// <param name="order">The largest ν.</param>
    /// <param name="lambda">The largest λ between the orders.</param>
    /// <param name="parities">Which σ of invariants.</param>
    /// <param name="factors">The number of fields that are factors.</param>
    internal static NiceSpec Read(SpecReader r, string source, int order, int? lambda, Parities parities, int factors)
    {
        const string Contraction = Path + "contraction", Components = Contraction + ".components";
        bool isContracted = !r.IsWord(Contraction);
        double? captured = isContracted ? r.NumberIfAny(Contraction + ".captured") : null;
        if (isContracted && r.Has(Contraction) && captured is null != r.Has(Components))
            throw r.Bad(Contraction, captured is null ? "none of its keys" : "components and captured", "one of components, captured");

        if (!isContracted && r.Has(Path + "purify") && !r.IsWord(Path + "purify"))
            throw r.Bad(Path + "purify", "this key with contraction none", "purify only with a contraction");

        NiceSettings defaults = new() { Order = order };
        return new NiceSpec(
            defaults with
            {
                Lambda = lambda,
                Parities = parities,
                HasTimeOdd = r.ChoiceIfAny(Path + "time", Times) ?? false,
                Scaling = r.ChoiceIfAny(Path + "scaling", Scalings)
                    ?? (factors > 1 && isContracted ? NiceScaling.Fields : NiceScaling.None),
                IsPerSpecies = r.ChoiceIfAny(Path + "centres", Centres) ?? false,
                Standard = r.ChoiceIfAny(Path + "standard", Standards) ?? NiceStandard.None,
                Selection = r.Has(Path + "select") ? Select() : null,
                InvariantsOf = r.ChoiceIfAny(Path + "branch", Branches) ?? NiceInvariants.Each,
                Covariants = Branch("covariants", defaults.Covariants),
                Invariants = Branch("invariants", defaults.Invariants),
            },
            r.IntegerIfAny(Path + "environments") ?? NiceFit.DefaultEnvironments)
        {
            IsSingle = r.ChoiceIfAny(Path + "precision", Precisions) ?? false,
        };

        NiceSelection Select()
        {
            const string Key = Path + "select", Files = Key + ".couplings";
            NiceChoice choice = r.Choice(Key + ".by", Choices);
            string[]? files = r.NamesIfAny(Files);
            if (choice != NiceChoice.Couplings)
            {
                return files is null ? new NiceSelection(r.Integer(Key + ".count"), choice)
                    : throw r.Bad(Files, "this key with by " + Choices.WordOf(choice), "couplings only with by couplings");
            }

            if (isContracted || (r.Has(Path + "expand") && !r.IsWord(Path + "expand")))
                throw r.Bad(Key + ".by", "couplings with a contraction or some products", "contraction none and expand all");
            if (r.IsGiven(Key + ".count"))
                throw r.Bad(Key + ".count", "this key with by couplings", "none: couplings say how many");
            if (files is null)
                throw r.Bad(Key, "no key 'couplings'", "couplings: files of toolkit independent");
            return NiceSelection.OfCouplings(files) with { Folder = System.IO.Path.GetDirectoryName(source) ?? "" };
        }

        NiceBranch Branch(string name, NiceBranch fallback) => new()
        {
            Expand = r.IsWord(Path + "expand") ? null : r.IntegerIfAny($"{Path}expand.{name}") ?? (isContracted ? fallback.Expand : null),
            Components = !isContracted || captured is not null ? null : r.IntegerIfAny($"{Components}.{name}") ?? fallback.Components,
            Captured = captured,
            Purify = !isContracted || r.IsWord(Path + "purify") ? 0 : r.IntegerIfAny($"{Path}purify.{name}") ?? fallback.Purify,
        };
    }

    /// <summary>Writes the keys.</summary>
    internal void Write(Utf8JsonWriter json)
    {
        NiceBranch covariants = Settings.Covariants, invariants = Settings.Invariants;
        if (!covariants.IsContracted)
        {
            json.WriteString("contraction", None);
        }
        else
        {
            json.WriteStartObject("contraction");
            if (covariants.Captured is double captured)
                json.WriteNumber("captured", captured);
            else
                Both("components", covariants.Components!.Value, invariants.Components!.Value);

            json.WriteEndObject();
        }

        if (covariants.Expand is int first && invariants.Expand is int second)
            Both("expand", first, second);
        else
            json.WriteString("expand", All);

        if (covariants.IsContracted)
            Both("purify", covariants.Purify, invariants.Purify);

        json.WriteString("time", Times.WordOf(Settings.HasTimeOdd));
        json.WriteString("scaling", Scalings.WordOf(Settings.Scaling));
        json.WriteString("centres", Centres.WordOf(Settings.IsPerSpecies));
        json.WriteString("standard", Standards.WordOf(Settings.Standard));
        if (Settings.Selection is { } selection)
        {
            json.WriteStartObject("select");
            if (selection.Choice != NiceChoice.Couplings) json.WriteNumber("count", selection.Count);
            json.WriteString("by", Choices.WordOf(selection.Choice));
            if (selection.Choice == NiceChoice.Couplings)
            {
                json.WriteStartArray("couplings");
                foreach (string file in selection.Files)
                    json.WriteStringValue(file);
                json.WriteEndArray();
            }
            json.WriteEndObject();
        }

        // Written where they were chosen: fits remember the text that they were made for.
        if (Settings.InvariantsOf != NiceInvariants.Each) json.WriteString("branch", Branches.WordOf(Settings.InvariantsOf));
        if (IsSingle) json.WriteString("precision", Precisions.WordOf(IsSingle));
        json.WriteNumber("environments", Environments);

        void Both(string key, int a, int b)
        {
            json.WriteStartObject(key);
            json.WriteNumber("covariants", a);
            json.WriteNumber("invariants", b);
            json.WriteEndObject();
        }
    }
}
