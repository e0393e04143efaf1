using System;
using System.Collections.Generic;
using System.Linq;
using Toolkit.Numerics.Learning;
using Toolkit.Numerics.Learning.Kernels;
using Toolkit.Numerics.LinearAlgebra;
using Toolkit.Numerics.Representations;
using Toolkit.Numerics.Structures;

namespace Toolkit.Numerics.Models;

/// <summary>
/// A sum of atomic energies, each a combination of kernels with chosen environments: the mean of a sparse Gaussian process,
/// which is what a fit on a <see cref="KernelDesign"/> gives.
/// </summary>
public sealed class KernelPotential : IReadout
{
    private readonly double[] _coefficients;
    private readonly SortedDictionary<int, double> _constants;

    /// <summary>A potential with the given coefficients.</summary>
    /// <param name="design">Says what the columns are.</param>
    /// <param name="coefficients">One per column.</param>
    /// <exception cref="ArgumentException">Not one coefficient per column.</exception>
    public KernelPotential(KernelDesign design, IEnumerable<double> coefficients)
    {
        ArgumentNullException.ThrowIfNull(design);
        double[] all = coefficients.ToArray();
        if (all.Length != design.Columns)
            throw new ArgumentException($"expected {design.Columns} coefficients; got {all.Length}", nameof(coefficients));
        (Features, Kernel, Points, _coefficients, _constants) =
            (design.Features, design.Kernel, design.Points, design.KernelCoefficients(all), []);
        int next = design.Points.Count;
        double[] work = new double[WorkLength];
        foreach (int z in design.Species)
        {
            _constants.Add(z, 0);
            _constants[z] = design.Alone is null ? all[next++] : -Evaluate(z, design.Alone[z], default, work);
        }
    }

    /// <summary>A potential as it was kept.</summary>
    /// <param name="features">What computes the features.</param>
    /// <param name="kernel">Compares them.</param>
    /// <param name="points">What with.</param>
    /// <param name="coefficients">Of the kernels: <c>[point]</c>.</param>
    /// <param name="constants">By atomic number.</param>
    internal KernelPotential(
        RepresentationSet features, EnvironmentKernel kernel, SparsePoints points, double[] coefficients,
            IReadOnlyDictionary<int, double> constants)
    {
        if (points.Scaling.FeatureCount != features.FeatureCount || points.Count != coefficients.Length)
        {
            throw new ArgumentException(
                $"expected {points.Count} coefficients of points of {features.FeatureCount} features", nameof(coefficients));
        }

        (Features, Kernel, Points, _coefficients, _constants) = (features, kernel, points, coefficients, new(constants.ToDictionary()));
    }

    /// <summary>What computes the features.</summary>
    public RepresentationSet Features { get; }

    /// <summary>Compares environments.</summary>
    public EnvironmentKernel Kernel { get; }

    /// <summary>The environments that others are compared with.</summary>
    public SparsePoints Points { get; }

    /// <summary>Of the kernels: <c>[point]</c>.</summary>
    internal double[] Coefficients => _coefficients;

    /// <summary>By atomic number.</summary>
    internal IReadOnlyDictionary<int, double> Constants => _constants;

    /// <inheritdoc/>
    public int WorkLength => Features.FeatureCount;

    /// <summary>Energy, forces, virial and effective fields by one backward pass through every stage.</summary>
    /// <param name="structure">All its species are among those of the design.</param>
    /// <param name="threads">How many threads may work; the result is the same for any number.</param>
    /// <exception cref="ArgumentException">An atom of another species.</exception>
    public Evaluation Predict(Structure structure, int threads = 1) => Features.Evaluate(structure, this, threads);

    /// <inheritdoc/>
    public double Evaluate(int species, ReadOnlySpan<double> features, Span<double> gradient, Span<double> work)
    {
        if (!_constants.TryGetValue(species, out double energy))
            throw new ArgumentException($"there are no coefficients for {Elements.Symbol(species)}");
        int f = features.Length;
        gradient.Clear();
        ReadOnlySpan<double> points = Points.Rows(species), squares = Points.Squares(species);
        if (squares.Length == 0) return energy;
        FeatureScaling scaling = Points.Scaling;
        Span<double> scaled = work[..f];
        scaling.Apply(species, features, scaled);
        double square = Vectors.Square(scaled), along = 0;
        ReadOnlySpan<double> coefficients = _coefficients.AsSpan(Points.First(species), squares.Length);
        for (int m = 0; m < squares.Length; m++)
        {
            ReadOnlySpan<double> point = points.Slice(m * f, f);
            KernelValue k = Kernel.Evaluate(Vectors.Dot(scaled, point), square, squares[m]);
            energy += coefficients[m] * k.Value;
            if (gradient.IsEmpty) continue;
            Vectors.AddScaled(coefficients[m] * k.ByProduct, point, gradient);
            along += 2 * coefficients[m] * k.BySquare;
        }
        if (gradient.IsEmpty) return energy;
        if (along != 0) Vectors.AddScaled(along, scaled, gradient);
        ReadOnlySpan<double> scale = scaling.Scale(species);
        for (int k = 0; k < f; k++)
            gradient[k] *= scale[k];
        return energy;
    }
}
