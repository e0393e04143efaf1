using System;
using System.Collections.Generic;
using System.Linq;
using Toolkit.Numerics.LinearAlgebra;

namespace Toolkit.Numerics.Learning;

/// <summary>
/// Ridge regression, or the mean of a Gaussian process, from kernels of all pairs of data: (K + λ t 1) α = y with t the mean of K's
/// diagonal, so that λ is the noise variance over that of the process. For more features than data it is the cheaper way to the
/// linear fit; with another kernel it is another model.
/// </summary>
public static class KernelRidge
{
    /// <summary>λ tried by default: 1e-12 … 1, each ten times the one before.</summary>
    public static IReadOnlyList<double> DefaultGrid { get; } = Enumerable.Range(-12, 13).Select(e => Math.Pow(10, e)).ToArray();

    /// <summary>Solves for one λ.</summary>
    /// <param name="kernel">K: <c>[datum, datum]</c>; its lower triangle is read.</param>
    /// <param name="targets">y: <c>[datum]</c>.</param>
    /// <param name="regulariser">λ ≥ 0.</param>
    /// <param name="threads">How many threads may work; the result is the same for any number.</param>
    /// <exception cref="ArgumentException">Lengths that do not match, or a λ too small for float64.</exception>
    public static RidgeFit Fit(ReadOnlySpan<double> kernel, ReadOnlySpan<double> targets, double regulariser, int threads = 1)
    {
        Require(kernel, targets);
        double[] dual = Solve(kernel, targets, [.. Enumerable.Range(0, targets.Length)], regulariser, threads)
            ?? throw new ArgumentException(
                $"the regulariser {regulariser:R} is too small: the kernel is singular in float64", nameof(regulariser));
        return new RidgeFit(dual, regulariser, []);
    }

    /// <summary>Solves for the λ with the smallest error on data left out, one fold at a time.</summary>
    /// <param name="kernel">K: <c>[datum, datum]</c>; symmetric.</param>
    /// <param name="targets">y: <c>[datum]</c>.</param>
    /// <param name="folds">The fold of each datum, 0 … folds − 1: what belongs together is left out together.</param>
    /// <param name="grid">λ to try; <see cref="DefaultGrid"/> when null.</param>
    /// <param name="threads">How many threads may work; the result is the same for any number.</param>
    /// <exception cref="ArgumentException">Lengths that do not match, fewer than two folds, or no λ of the grid can be solved.</exception>
    public static RidgeFit CrossValidate(
        ReadOnlySpan<double> kernel, ReadOnlySpan<double> targets, IReadOnlyList<int> folds, IReadOnlyList<double>? grid = null,
            int threads = 1)
    {
        Require(kernel, targets);
        ArgumentNullException.ThrowIfNull(folds);
        grid ??= DefaultGrid;
        int n = targets.Length;
        if (folds.Count != n) throw new ArgumentException($"expected the fold of each of {n} data; got {folds.Count}", nameof(folds));
        int[] names = [.. folds.Distinct().Order()];
        if (names.Length < 2) throw new ArgumentException($"expected at least two folds; got {names.Length}", nameof(folds));
        double[] copy = kernel.ToArray(), y = targets.ToArray();
        // Folds do not wait for each other.
        int together = Math.Min(threads, names.Length), inside = Math.Max(1, threads / together);
        double[][] squares = new double[names.Length][];
        Threads.Share(names.Length, together, f =>
        {
            int[] kept = [.. Enumerable.Range(0, n).Where(i => folds[i] != names[f])],
                left = [.. Enumerable.Range(0, n).Where(i => folds[i] == names[f])];
            double[] cross = new double[left.Length * kept.Length];
            for (int i = 0; i < left.Length; i++)
            {
                for (int k = 0; k < kept.Length; k++)
                    cross[i * kept.Length + k] = copy[left[i] * n + kept[k]];
            }

            squares[f] = new double[grid.Count];
            for (int t = 0; t < grid.Count; t++)
            {
                if (Solve(copy, y, kept, grid[t], inside) is not { } dual)
                {
                    squares[f][t] = double.PositiveInfinity;
                    continue;
                }
                for (int i = 0; i < left.Length; i++)
                {
                    double off = Vectors.Dot(cross.AsSpan(i * kept.Length, kept.Length), dual) - y[left[i]];
                    squares[f][t] += off * off;
                }
            }
        });
        var trials = grid.Select((lambda, t) => (lambda, Math.Sqrt(squares.Sum(f => f[t]) / n))).ToArray();
        int[] all = [.. Enumerable.Range(0, n)];
        foreach ((double lambda, double _) in trials.Where(static t => double.IsFinite(t.Item2)).OrderBy(static t => t.Item2))
        {
            // All data together may be singular where those of each fold were not.
            if (Solve(kernel, targets, all, lambda, threads) is { } dual) return new RidgeFit(dual, lambda, trials);
        }
        throw new ArgumentException("every regulariser of the grid is too small for float64", nameof(grid));
    }

    /// <summary>Σ_k K_ik α_k.</summary>
    /// <param name="kernel">Kernels of other data with those of the fit: <c>[other, datum]</c>.</param>
    /// <param name="fit">What was found.</param>
    /// <returns><c>[other]</c>.</returns>
    /// <exception cref="ArgumentException">Rows of another length.</exception>
    public static double[] Predict(ReadOnlySpan<double> kernel, RidgeFit fit)
    {
        ArgumentNullException.ThrowIfNull(fit);
        double[] dual = [.. fit.Coefficients];
        if (kernel.Length % dual.Length != 0)
            throw new ArgumentException($"expected rows of {dual.Length} kernels; got {kernel.Length} numbers", nameof(kernel));
        double[] result = new double[kernel.Length / dual.Length];
        for (int i = 0; i < result.Length; i++)
            result[i] = Vectors.Dot(kernel.Slice(i * dual.Length, dual.Length), dual);
        return result;
    }

    private static double[]? Solve(ReadOnlySpan<double> kernel, ReadOnlySpan<double> targets, int[] data, double regulariser, int threads)
    {
        int n = targets.Length, m = data.Length;
        double[] matrix = new double[m * m], solution = new double[m];
        double trace = 0;
        for (int i = 0; i < m; i++)
        {
            ReadOnlySpan<double> row = kernel.Slice(data[i] * n, n);
            for (int j = 0; j <= i; j++)
                matrix[i * m + j] = row[data[j]];
            trace += row[data[i]];
            solution[i] = targets[data[i]];
        }
        for (int i = 0; i < m; i++)
            matrix[i * m + i] += regulariser * trace / m;
        if (Cholesky.Factor(m, matrix.AsSpan(), m, threads) >= 0) return null;
        Cholesky.Solve<double>(m, matrix, m, 1, solution, 1, threads);
        return solution;
    }

    private static void Require(ReadOnlySpan<double> kernel, ReadOnlySpan<double> targets)
    {
        if (targets.Length == 0 || kernel.Length != (long)targets.Length * targets.Length)
        {
            throw new ArgumentException(
                $"{targets.Length} targets have a kernel of {(long)targets.Length * targets.Length} numbers; got {kernel.Length}",
                nameof(kernel));
        }

        foreach (double y in targets)
            if (!double.IsFinite(y)) throw new ArgumentException($"a target is {y}; expected finite numbers", nameof(targets));
    }
}
