using System.Text.Json;
using Toolkit.Numerics.Radial;

namespace Toolkit.Numerics.Representations;

/// <summary>The section "cutoff": how far an environment reaches.</summary>
internal static class CutoffSection
{
    private const double DefaultSmoothing = 0.1;

    private static readonly SpecWords<CutoffKind> Kinds = new(
        ("shifted-cosine", CutoffKind.ShiftedCosine, "½ (1 + cos πt), t = 0…1 over the range: continuous first derivative"),
        ("polynomial", CutoffKind.Polynomial, "1 − 10t³ + 15t⁴ − 6t⁵: continuous second derivative"));

    internal static SpecGroup Node { get; } = new("cutoff", "how far an environment reaches", SpecAbsence.Required,
    [
        new SpecNumber("radius", "the distance beyond which nothing is seen", "Å", null, SpecRange.Lengths),
        new SpecNumber("smoothing", "the width of the range below the radius in which contributions fall to zero", "Å", null,
            new(0, 1000, "radius"))
        {
            WhenAbsent = "a tenth of the radius",
        },
        new SpecChoice("kind", "the shape of the fall", false, Kinds.Options),
    ]);

    internal static CutoffFunction Read(SpecReader r)
    {
        double radius = r.Number("$.cutoff.radius");
        return new CutoffFunction(
            radius, r.NumberIfAny("$.cutoff.smoothing") ?? DefaultSmoothing * radius, r.Choice("$.cutoff.kind", Kinds));
    }

    internal static void Write(Utf8JsonWriter json, CutoffFunction cutoff)
    {
        json.WriteStartObject("cutoff");
        json.WriteNumber("radius", cutoff.Radius);
        json.WriteNumber("smoothing", cutoff.Smoothing);
        json.WriteString("kind", Kinds.WordOf(cutoff.Kind));
        json.WriteEndObject();
    }
}
