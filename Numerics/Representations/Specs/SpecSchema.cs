using System.Collections.Generic;

namespace Toolkit.Numerics.Representations;

/// <summary>Every key that a specification may have. A new kind of representation adds its word and its keys here.</summary>
internal static class SpecSchema
{
    internal const int MostRadial = 30;
    internal const int MostAngular = 30;

    internal const string ShiftedCosine = "shifted-cosine", Polynomial = "polynomial";
    internal const string Gaussian = "gaussian", Delta = "delta";
    internal const string Include = "include", Exclude = "exclude", Separate = "separate";
    internal const string Gto = "gto", Laplacian = "laplacian", Monomial = "monomial", Tabulated = "tabulated";
    internal const string PowerSpectrum = "power-spectrum", RadialSpectrum = "radial-spectrum";
    internal const string Ridge = "ridge";

    private static readonly SpecRange Lengths = new(0, 1000);

    internal static IReadOnlyList<SpecNode> Root { get; } =
    [
        new SpecGroup("cutoff", "how far an environment reaches", SpecAbsence.Required,
        [
            new SpecNumber("radius", "the distance beyond which nothing is seen", "Å", null, Lengths),
            new SpecNumber("smoothing", "the width of the range below the radius in which contributions fall to zero", "Å", null, new(0, 1000, "radius"))
            {
                WhenAbsent = "a tenth of the radius",
            },
            new SpecChoice("kind", "the shape of the fall", false,
            [
                new(ShiftedCosine, "½ (1 + cos πt), t = 0…1 over the range: continuous first derivative"),
                new(Polynomial, "1 − 10t³ + 15t⁴ − 6t⁵: continuous second derivative"),
            ]),
        ]),
        new SpecGroup("density", "what every neighbour adds to the density around an atom", SpecAbsence.Defaults,
        [
            new SpecChoice("kind", "the shape", false,
            [
                new(Gaussian, "a normalised Gaussian"),
                new(Delta, "a point"),
            ]),
            new SpecNumber("sigma", "the width σ of the Gaussian; only with kind gaussian", "Å", 0.3, new(0, 1000)),
            new SpecChoice("center", "what the atom at the centre adds", false,
            [
                new(Include, "its own density, as a neighbour at distance zero"),
                new(Exclude, "nothing"),
                new(Separate, "its own density, in channels of its own labelled −1"),
            ]),
        ]),
        new SpecGroup("radial", "the radial basis", SpecAbsence.Defaults,
        [
            new SpecChoice("kind", "the functions", false,
            [
                new(Gto, "Gaussian type orbitals rⁿ exp(−r²/2σₙ²), σₙ = max(√n, 1)·radius/nmax, orthonormalised"),
                new(Laplacian, "spherical Bessel functions j_l(z_nl r/radius) that vanish at the radius: the Laplacian's eigenfunctions"),
                new(Monomial, "monomials r^(l+2n) up to the radius, orthonormalised in order of n"),
                new(Tabulated, "splines through the values in a file, taken as they are"),
            ]),
            new SpecInteger("nmax", "the number of functions; the file's with kind tabulated, and not given then", 8, 1, MostRadial),
            new SpecPath("file", "the table of radial functions, from the specification's folder; only with kind tabulated", "none"),
            new SpecGroup("scaling", "the weight u(r) = rate/(rate + (r/scale)^exponent) of a neighbour at the distance r", SpecAbsence.Nothing,
            [
                new SpecNumber("rate", "how long u stays near one: it is a half where (r/scale)^exponent = rate", "1", 1, new(0, 1e6)),
                new SpecNumber("scale", "the length of the fall", "Å", null, Lengths),
                new SpecInteger("exponent", "how steep the fall is", 4, 1, 20),
            ]),
        ]),
        new SpecInteger("lmax", "the largest angular momentum", 6, 0, MostAngular),
        new SpecElements("species", "the elements that have channels; absent: those of the data"),
        new SpecGroup("representation", "what is made from the density", SpecAbsence.Required,
        [
            new SpecChoice("kind", "the features", true,
            [
                new(PowerSpectrum, "the invariants of two density factors, labelled species_1, n_1, species_2, n_2, l"),
                new(RadialSpectrum, "the invariants of one density factor, labelled species, n"),
            ]),
        ]),
        new SpecGroup("model", "what is fitted to the features; without it there are features only", SpecAbsence.Nothing,
        [
            new SpecChoice("kind", "the model", true, [new(Ridge, "ridge regression on standardised features")]),
            new SpecNumber("regularizer", "the weight of the penalty", "1", null, new(0, double.MaxValue) { AllowsAbove = true })
            {
                WhenAbsent = "by cross-validation",
            },
            new SpecInteger("folds", "the number of parts of the data in cross-validation", 5, 2, 1000),
        ]),
    ];
}
