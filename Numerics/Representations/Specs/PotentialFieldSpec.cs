using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text.Json;
using Toolkit.Numerics.Fields.Potential;
using Toolkit.Numerics.Files;
using Toolkit.Numerics.Radial;
using Toolkit.Numerics.Structures;

namespace Toolkit.Numerics.Representations;

/// <summary>The potential of all atoms, near and far, around each one: a scalar field whose factors stand beside the density's.</summary>
/// <param name="Name">What factors and coupling trees call it.</param>
/// <param name="Exponent">p of 1/r^p.</param>
/// <param name="Smearing">σ of the Gaussians that charges are smeared to, Å.</param>
/// <param name="Charges">The atom property with charges; null: by <paramref name="SpeciesCharges"/>, or 1 for every atom.</param>
/// <param name="SpeciesCharges">Charges by atomic number.</param>
/// <param name="Evaluator">How the long-ranged sum is done.</param>
/// <param name="Tolerance">The relative error of values.</param>
/// <param name="OwnCharge">Whether a centre's own charge counts.</param>
/// <param name="IsExterior">Whether only what lies beyond the cutoff function counts.</param>
/// <param name="IsAutocorrelation">Whether the autocorrelation of the Gaussian is meant.</param>
/// <param name="Split">The width at which sums are split, Å; null: chosen for each structure.</param>
/// <param name="MeshSize">Points of the mesh; null: chosen for each structure.</param>
/// <param name="SplineOrder">The order of the mesh's splines; null: chosen for each structure.</param>
public sealed record PotentialFieldSpec(
    string Name, int Exponent, double Smearing, string? Charges, IReadOnlyDictionary<int, double>? SpeciesCharges,
        PotentialEvaluator Evaluator,
    double Tolerance, OwnCharge OwnCharge, bool IsExterior, bool IsAutocorrelation, double? Split, (int A, int B, int C)? MeshSize,
        int? SplineOrder)
{
    private static readonly SpecWords<PotentialEvaluator> Evaluators = new(
        ("auto", PotentialEvaluator.Auto, "what is fastest"),
        ("direct", PotentialEvaluator.Pairs, "all pairs; only where nothing repeats"),
        ("kspace", PotentialEvaluator.Waves, "pairs nearby and waves; where something repeats"),
        ("mesh", PotentialEvaluator.Mesh, "pairs nearby and fast Fourier transforms; where something repeats"));

    private static readonly SpecWords<OwnCharge> Centres = new(
        ("include", OwnCharge.Include, "as any other"),
        ("exclude", OwnCharge.Exclude, "not at all; its images do"),
        ("separate", OwnCharge.Separate, "in channels of its own, labelled −1"));

    /// <summary>The keys of such a field, beside name, kind and center.</summary>
    internal static IReadOnlyList<SpecNode> Members { get; } =
    [
        new SpecInteger("exponent", "kind potential: p of 1/r^p", null, 1, 6) { WhenAbsent = "1" },
        new SpecNumber("smearing", "kind potential: the width σ of the Gaussians that charges are smeared to", "Å", null,
            new SpecRange(0, 100))
        {
            WhenAbsent = "1",
        },
        new SpecCharges("charges", "kind potential: the atom property with charges, or an object with one for each element", "1 for every atom: the potential of each species"),
        new SpecChoice("evaluator", "kind potential: how the long-ranged sum is done", false, Evaluators.Options) { WhenAbsent = "`auto`" },
        new SpecNumber("tolerance", "kind potential: the largest error of a value over the root mean square of those of its l and species",
            "1", null,
            new SpecRange(1e-12, 0.1) { AllowsAbove = true }) { WhenAbsent = "1e-6" },
        new SpecFlag("exterior",
            "kind potential: whether sources count by 1 − f_c of their distance, so that only what is beyond the cutoff is seen"),
        new SpecFlag("autocorrelation", "kind potential: whether charges are smeared to the autocorrelation of that Gaussian, of width √2 σ, as in the paper's symmetrised density (exactly so for exponent 1, by definition otherwise)"),
        new SpecNumber("split", "kind potential: the width at which the sum is split into pairs nearby and a smooth rest, from that of the charges, where there are no pairs, to 20 times that; values are the same within the tolerance", "Å", null,
            SpecRange.Lengths) { WhenAbsent = "by cost, for each structure" },
        new SpecMesh("meshSize", "kind potential: points of the mesh along the vectors that repeat, then across, and then a mesh it is; with split and splineOrder energies are continuous when a cell that repeats in all directions changes", "by cost, for each structure"),
        new SpecInteger("splineOrder", "kind potential: the order of the mesh's splines, even", null, 4,
            16) { WhenAbsent = "by cost, for each structure" },
    ];

    /// <summary>What the key center may say of a potential.</summary>
    internal static string CentreWords => string.Join(", ", Centres.Options.Select(static o => o.Word));

    /// <summary>Reads the field at a path that ends with a full stop.</summary>
    internal static PotentialFieldSpec Read(SpecReader r, string at, string name)
    {
        string? centre = r.IsGiven(at + "center") ? r.Word(at + "center") : null;
        if (centre is not null && Centres.Options.All(o => o.Word != centre))
            throw r.Bad(at + "center", InputError.Quote(centre), CentreWords + " with kind potential");

        object? charges = r.ChargesIfAny(at + "charges");
        PotentialEvaluator evaluator = r.ChoiceIfAny(at + "evaluator", Evaluators) ?? PotentialEvaluator.Auto;
        double smearing = r.NumberIfAny(at + "smearing") ?? 1;
        bool isAutocorrelation = r.Flag(at + "autocorrelation");
        double? split = r.NumberIfAny(at + "split");
        double width = new PotentialSettings { Smearing = smearing, Autocorrelation = isAutocorrelation }.Width;
        if (split < width || split > PotentialSettings.WidestSplit * width)
            throw r.Bad(at + "split", Text(split.Value), $"a width from that of the charges, {Text(width)} Å, to {Text(PotentialSettings.WidestSplit)} times that");

        if (r.IntegerIfAny(at + "splineOrder") % 2 == 1)
            throw r.Bad(at + "splineOrder", Text(r.Integer(at + "splineOrder")), "an even order");

        foreach ((string key, bool isFit) in (ReadOnlySpan<(string, bool)>)
            [
                ("split", evaluator != PotentialEvaluator.Pairs),
                ("meshSize", evaluator is PotentialEvaluator.Auto or PotentialEvaluator.Mesh),
                ("splineOrder", evaluator is PotentialEvaluator.Auto or PotentialEvaluator.Mesh),
            ])
        {
            if (r.IsGiven(at + key) && !isFit)
            {
                throw r.Bad(at + key, "this key with evaluator " + Evaluators.WordOf(evaluator),
                    key == "split" ? "it with auto, kspace or mesh only" : "it with auto or mesh only");
            }
        }

        return new PotentialFieldSpec(
            name,
            r.IntegerIfAny(at + "exponent") ?? 1,
            smearing,
            charges as string,
            charges as IReadOnlyDictionary<int, double>,
            evaluator,
            r.NumberIfAny(at + "tolerance") ?? 1e-6,
            centre is null ? OwnCharge.Include : Centres.ValueOf(centre),
            r.Flag(at + "exterior"),
            isAutocorrelation,
            split,
            r.MeshIfAny(at + "meshSize"),
            r.IntegerIfAny(at + "splineOrder"));

        static string Text(double value) => value.ToString("R", CultureInfo.InvariantCulture);
    }

    internal void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("name", Name);
        json.WriteString("kind", FieldsSection.Potential);
        json.WriteNumber("exponent", Exponent);
        json.WriteNumber("smearing", Smearing);
        if (Charges is not null)
        {
            json.WriteString("charges", Charges);
        }
        else if (SpeciesCharges is not null)
        {
            json.WriteStartObject("charges");
            foreach ((int z, double q) in SpeciesCharges.OrderBy(static c => c.Key))
                json.WriteNumber(Elements.Symbol(z), q);

            json.WriteEndObject();
        }

        json.WriteString("evaluator", Evaluators.WordOf(Evaluator));
        json.WriteNumber("tolerance", Tolerance);
        json.WriteBoolean("exterior", IsExterior);
        json.WriteBoolean("autocorrelation", IsAutocorrelation);
        if (Split is { } split) json.WriteNumber("split", split);
        if (MeshSize is { } mesh)
        {
            json.WriteStartArray("meshSize");
            foreach (int n in (ReadOnlySpan<int>)[mesh.A, mesh.B, mesh.C])
                json.WriteNumberValue(n);

            json.WriteEndArray();
        }

        if (SplineOrder is { } order) json.WriteNumber("splineOrder", order);
        json.WriteString("center", Centres.WordOf(OwnCharge));
        json.WriteEndObject();
    }

    /// <summary>The field.</summary>
    /// <param name="basis">R_nl.</param>
    /// <param name="lmax">The largest l.</param>
    /// <param name="cutoff">What an exterior is the outside of.</param>
    /// <param name="species">The species that have channels, increasing.</param>
    /// <param name="source">What messages call the specification.</param>
    /// <exception cref="InputException">A species without a charge; widths for which its functions cannot be tabulated.</exception>
    internal NamedPotential CreateField(RadialBasis basis, int lmax, CutoffFunction cutoff, int[] species, string source)
    {
        string at = $"$.fields ({Name})";
        if (SpeciesCharges is not null && species.FirstOrDefault(z => !SpeciesCharges.ContainsKey(z), -1) is int missing && missing >= 0)
        {
            throw new InputException(
                source, null, at + ".charges", "no charge of " + Elements.Symbol(missing), "one for each element with channels");
        }

        try
        {
            PotentialSettings settings = new()
            {
                Exponent = Exponent,
                Smearing = Smearing,
                ChargeKey = Charges,
                SpeciesCharges = SpeciesCharges,
                Evaluator = Evaluator,
                Tolerance = Tolerance,
                OwnCharge = OwnCharge,
                Exterior = IsExterior ? cutoff : null,
                Autocorrelation = IsAutocorrelation,
                Split = Split,
                MeshSize = MeshSize,
                SplineOrder = SplineOrder,
            };
            return new NamedPotential(Name, new PotentialField(settings, basis, lmax, species));
        }
        catch (ArgumentException e)
        {
            throw new InputException(
                source, null, at, string.Create(
                    CultureInfo.InvariantCulture, $"a field that cannot be made ({e.Message.Split(" (Parameter", 2)[0]})"),
                    "another smearing, exponent or basis");
        }
    }
}
