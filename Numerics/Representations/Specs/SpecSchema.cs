using System.Collections.Generic;

namespace Toolkit.Numerics.Representations;

/// <summary>Every key that a specification may have. A new kind of representation adds its word and its keys here.</summary>
internal static class SpecSchema
{
    internal const int MostRadial = 30;
    internal const int MostAngular = 30;

    // Coupling coefficients up to 20 are made in a second; their number grows with the fifth power.
    internal const int MostCoupled = 20;

    internal const string ShiftedCosine = "shifted-cosine", Polynomial = "polynomial";
    internal const string Gaussian = "gaussian", Delta = "delta";
    internal const string Include = "include", Exclude = "exclude", Separate = "separate";
    internal const string Gto = "gto", Laplacian = "laplacian", Monomial = "monomial", Tabulated = "tabulated";
    internal const string PowerSpectrum = "power-spectrum", RadialSpectrum = "radial-spectrum";
    internal const string Bispectrum = "bispectrum", Equivariants = "equivariants";
    internal const string Proper = "proper", Pseudo = "pseudo", Both = "both";
    internal const string SpinPowerSpectrum = "spin-power-spectrum", SpinBispectrum = "spin-bispectrum";
    internal const string Resolved = "resolved", Summed = "summed";
    internal const string Vector = "vector";
    internal const string Outer = "outer", Elementwise = "elementwise";
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
            new SpecGroup("contraction", "fewer functions made from these, for each l the combinations with the largest mean square over the data; n in labels then counts them", SpecAbsence.Nothing,
            [
                new SpecInteger("channels", "their number; not with captured or weights", null, 1, MostRadial) { WhenAbsent = "by captured or weights" },
                new SpecNumber("captured", "the part of the mean square of the coefficients of every l to keep at least, with as few as do it; not with channels or weights", "1", null, new(0, 1))
                {
                    WhenAbsent = "by channels or weights",
                },
                new SpecMatrices("weights", "the combinations themselves, for every l a list of rows of nmax numbers, as a feature file's specification has them; not with channels or captured", "from the data"),
            ]),
        ]),
        new SpecInteger("lmax", "the largest angular momentum", 6, 0, MostAngular),
        new SpecElements("species", "the elements that have channels; absent: those of the data", "those of the data"),
        new SpecGroup("alchemical", "how species are mixed to pseudo-species, whose numbers 0, 1, … then stand for species in labels", SpecAbsence.Nothing,
        [
            new SpecInteger("channels", "the number of pseudo-species; not with weights", null, 1, Structures.Elements.Last)
            {
                WhenAbsent = "that of the species",
            },
            new SpecNumber("row", "δ_row of the similarity exp(−Δrow²/2δ_row² − Δcolumn²/2δ_column²) in the periodic table; not with weights", "1", null, new(0, 1000))
            {
                WhenAbsent = "1",
            },
            new SpecNumber("column", "δ_column; not with weights", "1", null, new(0, 1000))
            {
                WhenAbsent = "1",
            },
            new SpecWeights("weights", "for every species its share in each pseudo-species, as {\"H\": [1, 0], \"C\": [0.3, 1]}", "from the similarity"),
        ]),
        new SpecList("fields", "the vectors that atoms carry beside the density; only with the spin- kinds",
        [
            new SpecName("name", "what labels and coupling trees call it: letters, digits and underscores, a letter first, and not rho", null),
            new SpecChoice("kind", "what atoms carry", false, [new(Vector, "a vector with three components")]),
            new SpecName("key", "the atom property that holds it, three numbers per atom, or, for an axial field, one along z",
                "spins (axial and timeOdd): REF_magmom, REF_magmoms, magmoms, magmom or spins; others: the name"),
            new SpecFlag("axial", "whether it keeps its sign under the inversion, as a spin does"),
            new SpecFlag("timeOdd", "whether it changes its sign when time is reversed, as a spin does"),
            new SpecElements("species", "the elements that carry it", "all"),
            new SpecChoice("center", "where the vector of the atom at the centre goes", false,
            [
                new(Separate, "to one channel of its own, labelled −1, with the radial function 1"),
                new(Include, "to the channels of its species, as a neighbour's at distance zero"),
                new(Exclude, "nowhere"),
            ]),
        ]),
        new SpecGroup("representation", "what is made from the density", SpecAbsence.Required,
        [
            new SpecChoice("kind", "the features", true,
            [
                new(PowerSpectrum, "the invariants of two density factors, labelled species_1, n_1, species_2, n_2, l"),
                new(RadialSpectrum, "the invariants of one density factor, labelled species, n"),
                new(Bispectrum, "the invariants of three density factors, labelled species_1, n_1, … n_3, l_1, l_2, l_3"),
                new(Equivariants, "blocks (λ, σ) that turn like harmonics of order λ: the density's own (order 1) or λ-SOAP (order 2)"),
                new(SpinPowerSpectrum, "the invariants of two factors, vectors or density, labelled field_1, species_1, n_1, l_1, field_2, …, J"),
                new(SpinBispectrum, "the invariants of three factors, vectors or density, labelled field_1, species_1, n_1, l_1, J_1, … J_3"),
            ]),
            new SpecChoice("coupling", "how vectors are joined to the directions of their atoms; only with the spin- kinds", false,
            [
                new(Resolved, "to each J: invariant when atoms and vectors turn together, as with spin–orbit coupling"),
                new(Summed, "not at all, vectors only as v·v': invariant when the vectors alone turn, too"),
                new(Both, "both sets"),
            ])
            {
                WhenAbsent = "`resolved`",
            },
            new SpecChoice("scalars", "the density's own features beside those of the vectors; only with the spin- kinds", false,
            [
                new(Include, "in the set; with them products of density and vectors that are even under time reversal"),
                new(Exclude, "not in the set"),
            ])
            {
                WhenAbsent = "`include`",
            },
            new SpecChoice("parity", "which σ; only with bispectrum, equivariants of order 2 and the spin- kinds", false,
            [
                new(Proper, "σ = +1: scalars, polar vectors, …"),
                new(Pseudo, "σ = −1: pseudoscalars, axial vectors, …"),
                new(Both, "all"),
            ])
            {
                WhenAbsent = "`both` with equivariants, else `proper`",
            },
            new SpecInteger("order", "the number of density factors; only with equivariants", null, 1, 2) { WhenAbsent = "2" },
            new SpecInteger("lambda", "the largest λ, at most lmax with order 1 and 2·lmax with order 2; only with equivariants", null, 0, 2 * MostAngular)
            {
                WhenAbsent = "lmax",
            },
            new SpecChoice("channels", "which pairs of channels (species, n); only with equivariants of order 2", false,
            [
                new(Outer, "every channel with every other"),
                new(Elementwise, "each channel with itself"),
            ])
            {
                WhenAbsent = "`outer`",
            },
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
