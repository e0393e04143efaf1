using System;
using System.Collections.Generic;
using System.Linq;
using Toolkit.Numerics.LinearAlgebra;

namespace Toolkit.Numerics.Learning;

/// <summary>What a fit found.</summary>
/// <param name="Coefficients">One per column.</param>
/// <param name="Regulariser">The penalty λ that was used.</param>
/// <param name="Trials">Every λ tried and its error on rows left out, √(Σ w² (y − x·c)² / rows); empty without a choice.</param>
public sealed record RidgeFit(
    IReadOnlyList<double> Coefficients, double Regulariser, IReadOnlyList<(double Regulariser, double Error)> Trials);

/// <summary>What a regulariser weighs.</summary>
public enum RidgePenalty
{
    /// <summary>Σ (s_i c_i)²: coefficients of columns scaled to equal size.</summary>
    Standardised,

    /// <summary>Σ c_i²: a prior is meant for the columns as they are.</summary>
    Plain,
}

/// <summary>
/// Ridge regression on standardised columns: minimises Σ w² (y − x·c)² + λ N Σ_i (s_i c_i)², N the number of rows and
/// s_i² = S_ii / N the mean square of column i after the unpenalised columns are projected out of it; or, with
/// <see cref="RidgePenalty.Plain"/>, s_i = 1.
/// </summary>
/// <remarks>
/// The last columns can be left without penalty (the atoms' own energies, an intercept). They are eliminated exactly,
/// by the Schur complement S of their block; with an intercept among them that is the usual centring, but it stays
/// size-consistent for sums over atoms. A column that is a combination of unpenalised ones gets the coefficient 0.
/// </remarks>
public static class RidgeRegression
{
    /// <summary>λ tried by default: 1e-14 … 10, each ten times the one before.</summary>
    public static IReadOnlyList<double> DefaultGrid { get; } = Enumerable.Range(-14, 16).Select(e => Math.Pow(10, e)).ToArray();

    /// <summary>Solves for one λ.</summary>
    /// <param name="equations">The problem.</param>
    /// <param name="regulariser">λ ≥ 0.</param>
    /// <param name="unpenalised">How many of the last columns carry no penalty.</param>
    /// <param name="threads">How many threads may work; the result is the same for any number.</param>
    /// <param name="penalty">What λ weighs.</param>
    /// <exception cref="ArgumentException">λ is too small for float64 to tell the columns apart.</exception>
    public static RidgeFit Fit(LeastSquares equations, double regulariser, int unpenalised = 0, int threads = 1,
        RidgePenalty penalty = RidgePenalty.Standardised)
    {
        return new RidgeFit(Problem([equations], () => equations.Sums(threads), unpenalised, penalty, threads).Solve(regulariser, threads)
            ?? throw new ArgumentException(
            $"the regulariser {regulariser:R} is too small: the normal equations are singular in float64"), regulariser, []);
    }

    /// <summary>Solves for the λ with the smallest error on rows left out, one fold at a time.</summary>
    /// <param name="folds">The problem in parts; each is left out once.</param>
    /// <param name="unpenalised">How many of the last columns carry no penalty.</param>
    /// <param name="grid">λ to try; <see cref="DefaultGrid"/> when null.</param>
    /// <param name="scored">What the error of fold k is measured on, e.g. its energies alone; the folds themselves when null.</param>
    /// <param name="threads">How many threads may work; the result is the same for any number.</param>
    /// <param name="penalty">What λ weighs.</param>
    /// <exception cref="ArgumentException">Fewer than two folds, or no λ of the grid can be solved.</exception>
    /// <typeparam name="T">How the parts are kept.</typeparam>
    public static RidgeFit CrossValidate<T>(IReadOnlyList<T> folds, int unpenalised = 0,
        IReadOnlyList<double>? grid = null, IReadOnlyList<T>? scored = null, int threads = 1,
        RidgePenalty penalty = RidgePenalty.Standardised) where T : LeastSquares
    {
        scored ??= folds;
        grid ??= DefaultGrid;
        if (folds.Count < 2) throw new ArgumentException($"expected at least two folds; got {folds.Count}", nameof(folds));
        if (scored.Count != folds.Count)
            throw new ArgumentException($"expected {folds.Count} scored folds; got {scored.Count}", nameof(scored));
        foreach (LeastSquares part in folds.Concat(scored))
            part.Settle(threads);
        // One fold's problem does not wait for another's where there is room for several.
        long room = (long)folds[0].Columns * folds[0].Columns;
        int together = room <= MostTogether ? Math.Min(threads, folds.Count) : 1, inside = Math.Max(1, threads / together);
        Lazy<double[][]> sums = new(() => folds.Select(f => f.Sums(threads)).ToArray());
        double[,] residuals = new double[folds.Count, grid.Count];
        Threads.Share(folds.Count, together, k =>
        {
            IRidgeProblem training = Problem([.. folds.Where((_, j) => j != k)], () => Total(sums.Value, k), unpenalised, penalty, inside);
            for (int t = 0; t < grid.Count; t++)
                residuals[k, t] = training.Solve(grid[t], inside) is { } c ? scored[k].Residual(c) : double.PositiveInfinity;
        });
        double[] squares = new double[grid.Count];
        for (int k = 0; k < folds.Count; k++)
        {
            for (int t = 0; t < grid.Count; t++)
                squares[t] += residuals[k, t];
        }

        double rows = scored.Sum(f => (double)f.Rows);
        var trials = grid.Select((lambda, t) => (lambda, Math.Sqrt(squares[t] / rows))).ToArray();
        IRidgeProblem whole = Problem(folds, () => Total(sums.Value, -1), unpenalised, penalty, threads);
        foreach ((double lambda, double error) in trials.Where(static t => double.IsFinite(t.Item2)).OrderBy(static t => t.Item2))
        {
            // All folds together may be singular where each that is left out was not.
            if (whole.Solve(lambda, threads) is { } coefficients) return new RidgeFit(coefficients, lambda, trials);
        }
        throw new ArgumentException("every regulariser of the grid is too small for float64", nameof(grid));
    }

    /// <summary>
    /// Solves for the λ under which the targets are most probable, the noise of a row and the prior of a coefficient being normal
    /// (MacKay, Neural Comput. 4, 415, 1992), unpenalised coefficients having no prior.
    /// </summary>
    /// <param name="equations">The problem.</param>
    /// <param name="unpenalised">How many of the last columns carry no penalty.</param>
    /// <param name="grid">λ to try; <see cref="DefaultGrid"/> when null.</param>
    /// <param name="threads">How many threads may work; the result is the same for any number.</param>
    /// <param name="penalty">What λ weighs.</param>
    /// <returns>Trials hold −ln(evidence) per row in the place of errors, up to a constant.</returns>
    /// <exception cref="ArgumentException">No λ of the grid can be solved.</exception>
    public static RidgeFit MaximiseEvidence(LeastSquares equations, int unpenalised = 0, IReadOnlyList<double>? grid = null,
        int threads = 1, RidgePenalty penalty = RidgePenalty.Standardised)
    {
        grid ??= DefaultGrid;
        var problem = new ReducedProblem([equations], equations.Sums(threads), unpenalised, penalty);
        double free = Math.Max(1, equations.Rows - unpenalised);
        var trials = new (double Regulariser, double Error)[grid.Count];
        double[]? best = null;
        int chosen = -1;
        for (int t = 0; t < grid.Count; t++)
        {
            trials[t] = (grid[t], double.PositiveInfinity);
            if (!(grid[t] > 0) || problem.Solve(grid[t], threads) is not { } c) continue;
            double noise = (equations.Residual(c) + problem.Penalty(c, grid[t])) / free;
            trials[t].Error = 0.5 * (Math.Log(noise) + problem.LogDeterminant(grid[t]) / free);
            if (chosen >= 0 && !(trials[t].Error < trials[chosen].Error)) continue;
            (best, chosen) = (c, t);
        }
        return best is null
            ? throw new ArgumentException("every regulariser of the grid is too small for float64", nameof(grid))
            : new RidgeFit(best, grid[chosen], trials);
    }

    // Numbers of a matrix of which each thread may have its own.
    private const long MostTogether = 1 << 22;

    /// <summary>By rows or by columns, whichever are fewer.</summary>
    private static IRidgeProblem Problem(
        IReadOnlyList<LeastSquares> parts, Func<double[]> sums, int unpenalised, RidgePenalty penalty, int threads)
    {
        NormalEquations[] rows = [.. parts.OfType<NormalEquations>().Where(static e => e.IsPlain)];
        return rows.Length == parts.Count && rows.Sum(static e => e.Depth) < parts[0].Columns - unpenalised
            ? new DualProblem(rows, unpenalised, penalty, threads)
            : new ReducedProblem(parts, sums(), unpenalised, penalty);
    }

    /// <summary>The sums of all parts but one.</summary>
    private static double[] Total(double[][] parts, int without)
    {
        double[] total = new double[parts[0].Length];
        for (int k = 0; k < parts.Length; k++)
            if (k != without) Vectors.AddScaled(1, parts[k], total);
        return total;
    }
}
