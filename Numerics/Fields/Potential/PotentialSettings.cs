using System;
using System.Collections.Generic;
using Toolkit.Numerics.Fourier;
using Toolkit.Numerics.Radial;

namespace Toolkit.Numerics.Fields.Potential;

/// <summary>Whether the smeared charge of the centre itself is part of the potential around it; it touches l = 0 only.</summary>
public enum OwnCharge
{
    /// <summary>It is, as any other charge.</summary>
    Include,

    /// <summary>It is not; its periodic images are.</summary>
    Exclude,

    /// <summary>It is in channels of its own, before those of the species (label −1); not zero for l = 0 only.</summary>
    Separate,
}

/// <summary>How the long-ranged sum is done.</summary>
public enum PotentialEvaluator
{
    /// <summary>What is fastest: pairs where nothing repeats, waves in small cells, a mesh in large ones.</summary>
    Auto,

    /// <summary>All pairs of atoms; only where nothing repeats.</summary>
    Pairs,

    /// <summary>A sum over pairs at short range and one over wave vectors at long range; where something repeats.</summary>
    Waves,

    /// <summary>A sum over pairs at short range and fast Fourier transforms on a mesh at long range; where something repeats.</summary>
    Mesh,
}

/// <summary>The definition of a potential field, and how exactly it is wanted.</summary>
public sealed record PotentialSettings
{
    /// <summary>p of 1/r^p, 1…6.</summary>
    public int Exponent { get; init; } = 1;

    /// <summary>σ, the width of the Gaussians that charges are smeared to, Å.</summary>
    public double Smearing { get; init; } = 1;

    /// <summary>
    /// Use the autocorrelation of the Gaussian, as in the paper's symmetrised density: width √2 σ. That is its exact meaning at
    /// p = 1 and the definition at every other exponent.
    /// </summary>
    public bool Autocorrelation { get; init; }

    /// <summary>
    /// The largest error of a value over the root mean square of all values of its l and species, 1e-12…0.1. The estimate behind it
    /// takes sources to be placed at random.
    /// </summary>
    public double Tolerance { get; init; } = 1e-6;

    /// <summary>Whether a centre's own charge counts.</summary>
    public OwnCharge OwnCharge { get; init; }

    /// <summary>The name of the per-atom property with charges; null: given by <see cref="SpeciesCharges"/>.</summary>
    public string? ChargeKey { get; init; }

    /// <summary>Charges by atomic number; null: 1 for every atom.</summary>
    public IReadOnlyDictionary<int, double>? SpeciesCharges { get; init; }

    /// <summary>
    /// Where given, each source counts with 1 − f_c(distance from the centre): the field of what is outside. The centre's own charge is
    /// inside.
    /// </summary>
    public CutoffFunction? Exterior { get; init; }

    /// <summary>Where given, only sources at this distance or beyond count, Å: a step, so that there are no gradients.</summary>
    public double? SharpExterior { get; init; }

    /// <summary>How sums are done.</summary>
    public PotentialEvaluator Evaluator { get; init; }

    /// <summary>
    /// The width in Å at which sums are split: pairs take the potential minus that of Gaussians so wide, waves the latter; at the charges'
    /// own width, <see cref="Width"/>, nothing is left to pairs. Null: chosen by cost for each structure. Results agree within the
    /// tolerance whatever it is; a fixed one keeps them continuous when the cell changes.
    /// </summary>
    public double? Split { get; init; }

    /// <summary>
    /// Points of the mesh along the lattice vectors that repeat and then across them, products of 2, 3, 5 and 7, and then the mesh is what
    /// evaluates. Null: chosen for each structure. In bulk, values are continuous when the cell changes where this, <see cref="Split"/> and
    /// <see cref="SplineOrder"/> are given; <see cref="PotentialPlan.Keep"/> sets all three.
    /// </summary>
    public (int A, int B, int C)? MeshSize { get; init; }

    /// <summary>The order of the mesh's splines, even, 4…16. Null: chosen by cost.</summary>
    public int? SplineOrder { get; init; }

    /// <summary>σ, or √2 σ with <see cref="Autocorrelation"/>.</summary>
    public double Width => Autocorrelation ? Math.Sqrt(2) * Smearing : Smearing;

    /// <summary>The widest split, over <see cref="Width"/>: beyond, pairs are ever more and waves are hardly fewer.</summary>
    internal const double WidestSplit = 20;

    /// <summary>Throws on a value out of its range.</summary>
    internal void Require()
    {
        _ = new SmearedPower(Exponent, Smearing);
        if (!(Tolerance >= 1e-12 && Tolerance <= 0.1))
            throw new ArgumentOutOfRangeException(nameof(Tolerance), Tolerance, "expected a relative error from 1e-12 to 0.1");
        if (ChargeKey is not null && SpeciesCharges is not null)
            throw new ArgumentException("charges are given twice: by a property and by species", nameof(ChargeKey));
        if (Exterior is not null && SharpExterior is not null)
            throw new ArgumentException("the exterior is given twice: by a cutoff function and by a sharp radius", nameof(Exterior));
        if (SharpExterior is { } radius && !(radius > 0 && double.IsFinite(radius)))
            throw new ArgumentOutOfRangeException(nameof(SharpExterior), radius, "expected a positive radius in Å");
        if (Split is { } split && !(split >= Width && split <= WidestSplit * Width))
        {
            throw new ArgumentOutOfRangeException(
                nameof(Split), split, FormattableString.Invariant(
                $"expected a width from that of the charges, {Width:R} Å, to {WidestSplit} times that"));
        }

        if (SplineOrder is { } order && (order < 4 || order > CardinalSpline.Largest || order % 2 != 0))
            throw new ArgumentOutOfRangeException(nameof(SplineOrder), order, $"expected an even order from 4 to {CardinalSpline.Largest}");
        if (MeshSize is { } mesh)
        {
            if (Evaluator is PotentialEvaluator.Pairs or PotentialEvaluator.Waves)
                throw new ArgumentException($"a mesh of {mesh} points is given, but the evaluator is {Evaluator}", nameof(MeshSize));
            foreach (int n in (ReadOnlySpan<int>)[mesh.A, mesh.B, mesh.C])
            {
                if (!FourierSize.IsGood(n))
                {
                    throw new ArgumentOutOfRangeException(
                        nameof(MeshSize), n, "expected a number of points that is a product of 2, 3, 5 and 7");
                }
            }
        }
        foreach ((int species, double charge) in SpeciesCharges ?? new Dictionary<int, double>())
        {
            if (!double.IsFinite(charge))
            {
                throw new ArgumentException(
                    $"the charge of species {species} is {charge}; expected a finite number", nameof(SpeciesCharges));
            }
        }
    }
}

/// <summary>What a function E of potential fields changes by: sums over all centres whose adjoints were given.</summary>
/// <param name="Forces">−∂E/∂r: <c>[atom, xyz]</c>, unit of E per Å.</param>
/// <param name="Virial">−∂E/∂ε for a strain r → (1 + ε) r of atoms and cell, the radial basis kept: 3 × 3 row-major, unit of E.</param>
/// <param name="CellGradient">∂E/∂(lattice vectors) with the atoms where they are: <c>[vector a b c, xyz]</c>, unit of E per Å; zero
/// along directions that do not repeat.</param>
/// <param name="ChargeForces">−∂E/∂q: <c>[atom]</c>, unit of E per e.</param>
public sealed record PotentialDerivatives(double[] Forces, double[] Virial, double[] CellGradient, double[] ChargeForces);
