using System.Text.Json;
using Toolkit.Numerics.Expansion;

namespace Toolkit.Numerics.Representations;

/// <summary>The density of one neighbour.</summary>
/// <param name="Sigma">The width σ of its Gaussian, Å; null: a point.</param>
/// <param name="Centre">What the central atom adds.</param>
public sealed record DensitySpec(double? Sigma, CentrePolicy Centre)
{
    private static readonly SpecWords<bool> Kinds = new(("gaussian", true, "a normalised Gaussian"), ("delta", false, "a point"));

    private static readonly SpecWords<CentrePolicy> Centres = new(
        ("include", CentrePolicy.Include, "its own density, as a neighbour at distance zero"),
        ("exclude", CentrePolicy.Exclude, "nothing"),
        ("separate", CentrePolicy.Separate, "its own density, in channels of its own labelled −1"));

    internal static SpecGroup Node { get; } =
        new("density", "what every neighbour adds to the density around an atom", SpecAbsence.Defaults,
    [
        new SpecChoice("kind", "the shape", false, Kinds.Options),
        new SpecNumber("sigma", "the width σ of the Gaussian; only with kind gaussian", "Å", 0.3, new(0, 1000)),
        new SpecChoice("center", "what the atom at the centre adds", false, Centres.Options),
    ]);

    internal static DensitySpec Read(SpecReader r)
    {
        bool isGaussian = r.Choice("$.density.kind", Kinds);
        if (!isGaussian && r.IsGiven("$.density.sigma"))
            throw r.Bad("$.density.sigma", "a width with kind delta", "sigma only with kind gaussian");

        return new DensitySpec(isGaussian ? r.Number("$.density.sigma") : null, r.Choice("$.density.center", Centres));
    }

    internal void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject("density");
        json.WriteString("kind", Kinds.WordOf(Sigma is not null));
        if (Sigma is double sigma)
            json.WriteNumber("sigma", sigma);

        json.WriteString("center", Centres.WordOf(Centre));
        json.WriteEndObject();
    }
}
