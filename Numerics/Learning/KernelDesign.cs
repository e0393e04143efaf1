using System;
using System.Collections.Generic;
using System.Linq;
using Toolkit.Numerics.Learning.Kernels;
using Toolkit.Numerics.LinearAlgebra;
using Toolkit.Numerics.Representations;

namespace Toolkit.Numerics.Learning;

/// <summary>
/// A sparse Gaussian process as a linear problem (subset of regressors: Quiñonero-Candela, Rasmussen, J. Mach. Learn. Res.
/// 6, 1939, 2005). An atom's energy is a combination of its kernels with M chosen environments of its species; the prior
/// on the combination is that of the process. Energies add up over atoms, so the covariance of two structures is the sum
/// of kernels over all pairs of their atoms of the same species.
/// </summary>
/// <remarks>
/// Columns are not the kernels k_M themselves but φ = L⁻¹ k_M with K_MM = L Lᵀ: in these the prior is a unit normal one,
/// so ridge regression with <see cref="RidgePenalty.Plain"/>, λ N = noise variance / variance of the process, is the
/// Gaussian process, and the condition of the problem is that of the data, not that of K_MM squared. Where K_MM is
/// singular in float64 its diagonal is raised by the least power of ten that mends it, from 1e-14 of its mean on.
/// </remarks>
public sealed class KernelDesign : PotentialDesign
{
    private readonly Dictionary<int, double[]> _scaledPoints = [];
    private readonly double[] _whitening;

    /// <summary>A design.</summary>
    /// <param name="set">What computes the features.</param>
    /// <param name="kernel">Compares them, after scaling.</param>
    /// <param name="points">The environments that others are compared with.</param>
    /// <param name="species">Species of the atoms that carry energy, atomic numbers; those without points have a constant
    /// energy.</param>
    /// <param name="threads">How many threads may work; the result is the same for any number.</param>
    /// <param name="alone">See <see cref="PotentialDesign.Alone"/>; or null.</param>
    public KernelDesign(RepresentationSet set, EnvironmentKernel kernel, SparsePoints points, IEnumerable<int> species, int threads = 1,
        IReadOnlyDictionary<int, double[]>? alone = null)
        : base(set, species, alone)
    {
        ArgumentNullException.ThrowIfNull(kernel);
        ArgumentNullException.ThrowIfNull(points);
        if (points.Scaling.FeatureCount != set.FeatureCount)
        {
            throw new ArgumentException(
                $"expected points of {set.FeatureCount} features; got {points.Scaling.FeatureCount}", nameof(points));
        }

        (Kernel, Points) = (kernel, points);
        foreach (int z in points.Species)
        {
            double[] rows = points.Rows(z).ToArray();
            ReadOnlySpan<double> scale = points.Scaling.Scale(z);
            for (int k = 0; k < rows.Length; k++)
                rows[k] *= scale[k % scale.Length];
            _scaledPoints.Add(z, rows);
        }
        _whitening = Whitening(threads);
    }

    /// <summary>Compares environments.</summary>
    public EnvironmentKernel Kernel { get; }

    /// <summary>The environments that others are compared with.</summary>
    public SparsePoints Points { get; }

    /// <summary>What the diagonal of K_MM was raised by, as a fraction of its mean.</summary>
    public double Jitter { get; private set; }

    private protected override int FunctionCount => Points.Count;

    /// <summary>L⁻ᵀ: <c>[kernel, column]</c>.</summary>
    internal ReadOnlySpan<double> WhiteningMatrix => _whitening;

    /// <summary>From coefficients of this design's columns to those of the kernels themselves.</summary>
    /// <param name="coefficients"><c>[column]</c>.</param>
    /// <returns><c>[point]</c>, points of all species in the order of <see cref="SparsePoints.Species"/>.</returns>
    public double[] KernelCoefficients(ReadOnlySpan<double> coefficients)
    {
        int m = Points.Count;
        double[] result = new double[m];
        Dense.Multiply<double>(m, 1, m, _whitening, coefficients[..m], result);
        return result;
    }

    private protected override int FirstColumn(int species) => Points.First(species);

    private protected override int Width(int species) => Points.Squares(species).Length;

    private protected override void AddValues(int species, ReadOnlySpan<double> features, Span<double> row)
    {
        int f = FeatureCount;
        if (Width(species) == 0) return;
        ReadOnlySpan<double> points = Points.Rows(species), squares = Points.Squares(species);
        double[] scaled = new double[f];
        Points.Scaling.Apply(species, features, scaled);
        double square = Vectors.Square(scaled);
        for (int m = 0; m < squares.Length; m++)
        {
            row[Points.First(species) + m] +=
                Kernel.Evaluate(Vectors.Dot(scaled, points.Slice(m * f, f)), square, squares[m]).Value;
        }
    }

    private protected override ReadOnlySpan<double> Slopes(
        int species, ReadOnlySpan<double> features, int count, ReadOnlySpan<double> changes, int threads)
    {
        int f = FeatureCount, width = Width(species);
        if (width == 0) return default;
        ReadOnlySpan<double> points = Points.Rows(species), squares = Points.Squares(species);
        double[] scaled = new double[f], product = new double[width], result = new double[count * width];
        Points.Scaling.Apply(species, features, scaled);
        double square = Vectors.Square(scaled);
        double[] bySquare = new double[width];
        for (int m = 0; m < width; m++)
        {
            KernelValue k = Kernel.Evaluate(Vectors.Dot(scaled, points.Slice(m * f, f)), square, squares[m]);
            (product[m], bySquare[m]) = (k.ByProduct, 2 * k.BySquare);
        }
        // dk = ∂k/∂(p·q) q·dp + 2 ∂k/∂|p|² p·dp.
        Dense.Multiply(count, width, f, 1.0, changes, f, false, _scaledPoints[species], f, true, 0.0, result, width, threads);
        ReadOnlySpan<double> scale = Points.Scaling.Scale(species);
        for (int k = 0; k < f; k++)
            scaled[k] *= scale[k];
        for (int c = 0; c < count; c++)
        {
            double along = Vectors.Dot(scaled, changes.Slice(c * f, f));
            Span<double> row = result.AsSpan(c * width, width);
            for (int m = 0; m < width; m++)
                row[m] = product[m] * row[m] + bySquare[m] * along;
        }
        return result;
    }

    private protected override void Finish(int count, Span<double> rows, int threads)
    {
        int m = Points.Count, columns = Columns;
        double[] kernels = new double[count * m];
        for (int r = 0; r < count; r++)
            rows.Slice(r * columns, m).CopyTo(kernels.AsSpan(r * m));
        Dense.Multiply<double>(count, m, m, 1.0, kernels, m, false, _whitening, m, false, 0.0, rows, columns, threads);
    }

    /// <summary>L⁻ᵀ: <c>[kernel, column]</c>.</summary>
    private double[] Whitening(int threads)
    {
        int m = Points.Count, f = FeatureCount;
        double[] gram = new double[m * m], factor = new double[m * m], inverse = new double[m * m], result = new double[m * m];
        foreach (int z in Points.Species)
        {
            ReadOnlySpan<double> points = Points.Rows(z), squares = Points.Squares(z);
            int first = Points.First(z);
            for (int i = 0; i < squares.Length; i++)
            {
                for (int j = 0; j <= i; j++)
                {
                    gram[(first + i) * m + first + j] =
                        Kernel.Evaluate(Vectors.Dot(points.Slice(i * f, f), points.Slice(j * f, f)), squares[i], squares[j]).Value;
                }
            }
        }
        double mean = Enumerable.Range(0, m).Sum(i => gram[i * m + i]) / Math.Max(1, m);
        for (Jitter = 0; ; Jitter = Jitter == 0 ? 1e-14 : 10 * Jitter)
        {
            if (Jitter > 1) throw new ArgumentException("the kernel is not positive definite on the chosen environments");
            gram.CopyTo(factor, 0);
            for (int i = 0; i < m; i++)
                factor[i * m + i] += Jitter * mean;
            if (Cholesky.Factor(m, factor.AsSpan(), m, threads) < 0) break;
        }
        for (int i = 0; i < m; i++)
            inverse[i * m + i] = 1;
        Cholesky.SolveLower<double>(m, factor, m, false, m, inverse, m, threads);
        for (int i = 0; i < m; i++)
        {
            for (int j = 0; j <= i; j++)
                result[j * m + i] = inverse[i * m + j];
        }

        return result;
    }
}
