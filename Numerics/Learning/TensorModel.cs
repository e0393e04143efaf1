using System;
using System.Collections.Generic;
using System.Linq;
using Toolkit.Numerics.LinearAlgebra;
using Toolkit.Numerics.Representations;
using Toolkit.Numerics.Structures;

namespace Toolkit.Numerics.Learning;

/// <summary>
/// Rows of the linear problems "each spherical part of a symmetric tensor is the mean over atoms of combinations of equivariants of its λ,
/// with coefficients of their own for each species": symmetry-adapted regression (A. Grisafi et al., Phys. Rev. Lett. 120, 036002, 2018).
/// </summary>
public sealed class TensorDesign
{
    private readonly EquivariantRepresentation[] _representations;
    private readonly SphericalDesign _scalar, _second;

    /// <summary>A design from one or more representations side by side.</summary>
    /// <param name="representations">Their blocks of λ = 0 and 2 with σ = 1 are used.</param>
    /// <param name="species">Species of the atoms that count, atomic numbers.</param>
    /// <exception cref="ArgumentException">No blocks of one of the two orders, or no species.</exception>
    public TensorDesign(IEnumerable<EquivariantRepresentation> representations, IEnumerable<int> species)
    {
        _representations = [.. representations];
        int[] counted = [.. species];
        (_scalar, _second) = (new(0, _representations, counted, true), new(2, _representations, counted, true));
    }

    /// <summary>Coefficients of the part of one λ, 0 or 2; for λ = 0 the last is a constant.</summary>
    public int Columns(int lambda) => lambda == 0 ? _scalar.Columns : _second.Columns;

    /// <summary>The rows of both parts.</summary>
    /// <param name="structure">At least one atom; those of other species than the design's only stand around.</param>
    /// <param name="threads">How many threads may work; the result is the same for any number.</param>
    /// <returns><c>[column]</c> of λ = 0 and <c>[μ, column]</c> of λ = 2.</returns>
    public (double[] Scalar, double[] Second) Rows(Structure structure, int threads = 1)
    {
        ArgumentNullException.ThrowIfNull(structure);
        EquivariantBlocks[] equivariants = Array.ConvertAll(_representations, r => r.Compute(structure, threads));
        return (_scalar.Rows(structure, equivariants), _second.Rows(structure, equivariants));
    }
}

/// <summary>A model of a symmetric 3 × 3 tensor of structures: linear in equivariants of λ = 0 and 2, so that it turns with the structure
/// exactly.</summary>
public sealed class TensorModel
{
    private TensorModel(TensorDesign design, RidgeFit scalar, RidgeFit second) => (Design, Scalar, Second) = (design, scalar, second);

    /// <summary>What it is linear in.</summary>
    public TensorDesign Design { get; }

    /// <summary>The fit of the part of λ = 0.</summary>
    public RidgeFit Scalar { get; }

    /// <summary>The fit of the part of λ = 2.</summary>
    public RidgeFit Second { get; }

    /// <summary>Fits both parts, each with the regulariser that leaves the smallest error on structures left out.</summary>
    /// <param name="design">What the model is linear in.</param>
    /// <param name="rows">Its rows of each structure.</param>
    /// <param name="tensors">3 × 3 row-major of each structure.</param>
    /// <param name="folds">Structure i is in fold i modulo this.</param>
    /// <param name="threads">How many threads may work; the result is the same for any number.</param>
    /// <exception cref="ArgumentException">Another number of tensors than rows, or fewer structures than folds.</exception>
    public static TensorModel Fit(
        TensorDesign design, IReadOnlyList<(double[] Scalar, double[] Second)> rows, IReadOnlyList<double[]> tensors, int folds = 5,
            int threads = 1)
    {
        ArgumentNullException.ThrowIfNull(design);
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentNullException.ThrowIfNull(tensors);
        if (rows.Count != tensors.Count)
            throw new ArgumentException($"{rows.Count} structures have as many tensors; got {tensors.Count}", nameof(tensors));
        if (folds < 2 || rows.Count < folds)
        {
            throw new ArgumentException(
                $"expected at least two folds and a structure for each; got {rows.Count} in {folds}", nameof(folds));
        }

        NormalEquations[] scalar = New(0), second = New(2);
        double[] spherical = new double[SymmetricTensor.Count];
        for (int i = 0; i < rows.Count; i++)
        {
            SymmetricTensor.ToSpherical(tensors[i], spherical);
            scalar[i % folds].Add(rows[i].Scalar, spherical.AsSpan(0, 1), threads: threads);
            second[i % folds].Add(rows[i].Second, spherical.AsSpan(1), threads: threads);
        }
        return new TensorModel(design, RidgeRegression.CrossValidate(scalar, 1, threads: threads),
            RidgeRegression.CrossValidate(second, threads: threads));

        NormalEquations[] New(int lambda) => [.. Enumerable.Range(0, folds).Select(_ => new NormalEquations(design.Columns(lambda)))];
    }

    /// <summary>The tensor of a structure, 3 × 3 row-major.</summary>
    public double[] Predict(Structure structure, int threads = 1) => Predict(Design.Rows(structure, threads));

    /// <summary>The tensor of a structure whose rows are there, 3 × 3 row-major.</summary>
    public double[] Predict((double[] Scalar, double[] Second) rows)
    {
        double[] spherical = new double[SymmetricTensor.Count], tensor = new double[9];
        double[] c0 = [.. Scalar.Coefficients], c2 = [.. Second.Coefficients];
        spherical[0] = Vectors.Dot(rows.Scalar, c0);
        for (int mu = 0; mu < 5; mu++)
            spherical[1 + mu] = Vectors.Dot(rows.Second.AsSpan(mu * c2.Length, c2.Length), c2);
        SymmetricTensor.ToCartesian(spherical, tensor);
        return tensor;
    }
}
