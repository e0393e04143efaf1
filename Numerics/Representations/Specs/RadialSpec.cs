using System.Globalization;
using System.IO;
using System.Text.Json;
using Toolkit.Numerics.Files;
using Toolkit.Numerics.Radial;

namespace Toolkit.Numerics.Representations;

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

/// <summary>The radial basis.</summary>
/// <param name="Kind">The functions.</param>
/// <param name="NMax">Their number for each l; null with <see cref="RadialKind.Tabulated"/>, where the file says it.</param>
/// <param name="File">The table, relative to the specification's folder; null with the other kinds.</param>
/// <param name="Scaling">A neighbour's weight by its distance; null: 1.</param>
public sealed record RadialSpec(RadialKind Kind, int? NMax, string? File, RadialScaling? Scaling)
{
    private static readonly SpecWords<RadialKind> Kinds = new(
        ("gto", RadialKind.Gto, "Gaussian type orbitals rⁿ exp(−r²/2σₙ²), σₙ = max(√n, 1)·radius/nmax, orthonormalised"),
        ("laplacian", RadialKind.Laplacian,
            "spherical Bessel functions j_l(z_nl r/radius) that vanish at the radius: the Laplacian's eigenfunctions"),
        ("monomial", RadialKind.Monomial, "monomials r^(l+2n) up to the radius, orthonormalised in order of n"),
        ("tabulated", RadialKind.Tabulated, "splines through the values in a file, taken as they are"));

    internal static SpecGroup Node { get; } = new("radial", "the radial basis", SpecAbsence.Defaults,
    [
        new SpecChoice("kind", "the functions", false, Kinds.Options),
        new SpecInteger("nmax", "the number of functions; the file's with kind tabulated, and not given then", 8, 1, SpecSchema.MostRadial),
        new SpecPath("file", "the table of radial functions, from the specification's folder; only with kind tabulated", "none"),
        new SpecGroup("scaling", "the weight u(r) = rate/(rate + (r/scale)^exponent) of a neighbour at the distance r", SpecAbsence.Nothing,
        [
            new SpecNumber("rate", "how long u stays near one: it is a half where (r/scale)^exponent = rate", "1", 1, new(0, 1e6)),
            new SpecNumber("scale", "the length of the fall", "Å", null, SpecRange.Lengths),
            new SpecInteger("exponent", "how steep the fall is", 4, 1, 20),
        ]),
        ContractionSpec.Node,
    ]);

    /// <summary>Fewer functions made from these; null: these.</summary>
    public ContractionSpec? Contraction { get; init; }

    internal static RadialSpec Read(SpecReader r)
    {
        RadialKind kind = r.Choice("$.radial.kind", Kinds);
        bool isTabulated = kind == RadialKind.Tabulated;
        if (isTabulated && r.IsGiven("$.radial.nmax"))
            throw r.Bad("$.radial.nmax", "a number of functions with kind tabulated", "none: the file says how many");

        if (isTabulated != r.Has("$.radial.file"))
        {
            throw isTabulated
                ? r.Bad("$.radial", "no key 'file'", "file: the table of radial functions")
                : r.Bad("$.radial.file", "a file with kind " + Kinds.WordOf(kind), "file only with kind tabulated");
        }

        int? nmax = isTabulated ? null : r.Integer("$.radial.nmax");
        RadialScaling? scaling = r.Has("$.radial.scaling")
            ? new RadialScaling(r.Number("$.radial.scaling.rate"), r.Number("$.radial.scaling.scale"),
                r.Integer("$.radial.scaling.exponent"))
            : null;
        return new RadialSpec(kind, nmax, isTabulated ? r.Word("$.radial.file") : null, scaling)
        {
            Contraction = r.Has("$.radial.contraction") ? ContractionSpec.Read(r, nmax) : null,
        };
    }

    internal void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject("radial");
        json.WriteString("kind", Kinds.WordOf(Kind));
        if (NMax is int nmax)
            json.WriteNumber("nmax", nmax);

        if (File is not null)
            json.WriteString("file", File);

        if (Scaling is not null)
        {
            json.WriteStartObject("scaling");
            json.WriteNumber("rate", Scaling.Rate);
            json.WriteNumber("scale", Scaling.Scale);
            json.WriteNumber("exponent", Scaling.Exponent);
            json.WriteEndObject();
        }

        Contraction?.Write(json);
        json.WriteEndObject();
    }

    /// <summary>The functions before scaling and contraction.</summary>
    /// <param name="lmax">The largest l that they must have.</param>
    /// <param name="cutoff">The cutoff radius that they must reach, Å.</param>
    /// <param name="source">What messages call the specification; a table is looked for in its folder.</param>
    /// <exception cref="InputException">The table cannot be read, or does not reach lmax or the cutoff.</exception>
    internal RadialBasis CreateBasis(int lmax, double cutoff, string source)
    {
        switch (Kind)
        {
            case RadialKind.Gto:
                return new GtoBasis(NMax!.Value, cutoff);
            case RadialKind.Laplacian:
                return new LaplacianBasis(NMax!.Value, lmax, cutoff);
            case RadialKind.Monomial:
                return new MonomialBasis(NMax!.Value, cutoff);
            default:
                string path = Path.Combine(Path.GetDirectoryName(source) ?? "", File!);
                TabulatedBasis basis = TabulatedBasis.Read(path);
                if (basis.LMax < lmax)
                    throw new InputException(path, null, null, $"functions for l up to {basis.LMax}", $"l up to lmax, {lmax}");

                return basis.Extent >= cutoff
                    ? basis
                    : throw new InputException(
                        path,
                        null,
                        "r",
                        string.Create(CultureInfo.InvariantCulture, $"radii up to {basis.Extent:R} Å"),
                        string.Create(CultureInfo.InvariantCulture, $"up to the cutoff radius {cutoff:R} Å"));
        }
    }
}
