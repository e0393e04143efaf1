using System;
using System.Collections.Generic;
using System.Linq;
using MathNet.Numerics.LinearAlgebra;
using Cholesky = Toolkit.Numerics.LinearAlgebra.Cholesky;

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

    // Below this fraction of its square a column's remainder after elimination is rounding.
    private const double Remainder = 1e-13;

    /// <summary>Solves for one λ.</summary>
    /// <param name="equations">The problem.</param>
    /// <param name="regulariser">λ ≥ 0.</param>
    /// <param name="unpenalised">How many of the last columns carry no penalty.</param>
    /// <param name="threads">How many threads may work; the result is the same for any number.</param>
    /// <param name="penalty">What λ weighs.</param>
    /// <exception cref="ArgumentException">λ is too small for float64 to tell the columns apart.</exception>
    public static RidgeFit Fit(NormalEquations equations, double regulariser, int unpenalised = 0, int threads = 1,
        RidgePenalty penalty = RidgePenalty.Standardised)
    {
        var reduced = new Reduced(equations, unpenalised, penalty);
        return new RidgeFit(reduced.Solve(regulariser, threads) ?? throw new ArgumentException(
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
    public static RidgeFit CrossValidate(IReadOnlyList<NormalEquations> folds, int unpenalised = 0,
        IReadOnlyList<double>? grid = null, IReadOnlyList<NormalEquations>? scored = null, int threads = 1,
        RidgePenalty penalty = RidgePenalty.Standardised)
    {
        scored ??= folds;
        grid ??= DefaultGrid;
        if (folds.Count < 2) throw new ArgumentException($"expected at least two folds; got {folds.Count}", nameof(folds));
        if (scored.Count != folds.Count)
            throw new ArgumentException($"expected {folds.Count} scored folds; got {scored.Count}", nameof(scored));
        var total = new NormalEquations(folds[0].Columns);
        foreach (NormalEquations fold in folds) total.Add(fold);
        double[] squares = new double[grid.Count];
        for (int k = 0; k < folds.Count; k++)
        {
            var training = new NormalEquations(total.Columns);
            for (int other = 0; other < folds.Count; other++)
                if (other != k) training.Add(folds[other]);
            var reduced = new Reduced(training, unpenalised, penalty);
            for (int t = 0; t < grid.Count; t++)
                squares[t] += reduced.Solve(grid[t], threads) is { } c ? scored[k].Residual(c) : double.PositiveInfinity;
        }
        double rows = scored.Sum(f => (double)f.Rows);
        var trials = grid.Select((lambda, t) => (lambda, Math.Sqrt(squares[t] / rows))).ToArray();
        var whole = new Reduced(total, unpenalised, penalty);
        foreach ((double lambda, double error) in trials.Where(static t => double.IsFinite(t.Item2)).OrderBy(static t => t.Item2))
        {
            // All folds together may be singular where each that is left out was not.
            if (whole.Solve(lambda, threads) is { } coefficients) return new RidgeFit(coefficients, lambda, trials);
        }
        throw new ArgumentException("every regulariser of the grid is too small for float64", nameof(grid));
    }

    /// <summary>The problem without its unpenalised columns, scaled to columns of equal size.</summary>
    private sealed class Reduced
    {
        private readonly NormalEquations _equations;
        private readonly int _penalised;
        private readonly double[] _matrix;
        private readonly double[] _moment;
        private readonly double[] _scale;
        private readonly Matrix<double>? _inverse;
        private readonly double[] _work;

        public Reduced(NormalEquations equations, int unpenalised, RidgePenalty penalty)
        {
            int n = equations.Columns, p = n - unpenalised;
            if (unpenalised < 0 || p < 1)
                throw new ArgumentOutOfRangeException(nameof(unpenalised), unpenalised, $"expected 0 … {n - 1}");
            _equations = equations;
            _penalised = p;
            ReadOnlySpan<double> gram = equations.Gram;
            _matrix = new double[p * p];
            _moment = equations.Moment[..p].ToArray();
            _scale = new double[p];
            _work = new double[p * p];
            for (int i = 0; i < p; i++)
                gram.Slice(i * n, i + 1).CopyTo(_matrix.AsSpan(i * p));
            if (unpenalised > 0)
            {
                _inverse = PseudoInverse(gram, n, p);
                for (int i = 0; i < p; i++)
                {
                    // Row i of G_pc (G_cc)⁺.
                    double[] row = new double[unpenalised];
                    for (int k = 0; k < unpenalised; k++)
                        for (int q = 0; q < unpenalised; q++)
                            row[k] += gram[(p + q) * n + i] * _inverse[q, k];
                    for (int k = 0; k < unpenalised; k++)
                    {
                        _moment[i] -= row[k] * equations.Moment[p + k];
                        ReadOnlySpan<double> column = gram.Slice((p + k) * n, i + 1);
                        for (int j = 0; j <= i; j++)
                            _matrix[i * p + j] -= row[k] * column[j];
                    }
                }
            }
            double rows = Math.Max(1, equations.Rows);
            for (int i = 0; i < p; i++)
            {
                double left = _matrix[i * p + i];
                double size = penalty == RidgePenalty.Plain ? 1 : Math.Sqrt(left / rows);
                _scale[i] = left > Remainder * gram[i * n + i] ? size : 0;
            }
            for (int i = 0; i < p; i++)
                for (int j = 0; j <= i; j++)
                    _matrix[i * p + j] = _scale[i] * _scale[j] > 0 ? _matrix[i * p + j] / (_scale[i] * _scale[j]) : 0;
        }

        /// <summary>Coefficients of all columns, or null where float64 finds the matrix singular.</summary>
        public double[]? Solve(double regulariser, int threads)
        {
            int p = _penalised, n = _equations.Columns;
            double rows = Math.Max(1, _equations.Rows);
            _matrix.CopyTo(_work, 0);
            double[] solution = new double[n];
            for (int i = 0; i < p; i++)
            {
                _work[i * p + i] = _scale[i] > 0 ? _work[i * p + i] + regulariser * rows : 1;
                solution[i] = _scale[i] > 0 ? _moment[i] / _scale[i] : 0;
            }
            if (Cholesky.Factor(p, _work.AsSpan(), p, threads) >= 0) return null;
            Cholesky.Solve<double>(p, _work, p, 1, solution.AsSpan(0, p), 1, threads);
            for (int i = 0; i < p; i++)
                solution[i] = _scale[i] > 0 ? solution[i] / _scale[i] : 0;
            if (_inverse is not null)
            {
                double[] rest = new double[n - p];
                for (int k = 0; k < rest.Length; k++)
                {
                    rest[k] = _equations.Moment[p + k];
                    for (int i = 0; i < p; i++)
                        rest[k] -= _equations.Gram[(p + k) * n + i] * solution[i];
                }
                for (int k = 0; k < rest.Length; k++)
                    for (int q = 0; q < rest.Length; q++)
                        solution[p + k] += _inverse[k, q] * rest[q];
            }
            return solution;
        }

        /// <summary>(G_cc)⁺: unpenalised columns may depend on one another, as C and H counts do in methane.</summary>
        private static Matrix<double> PseudoInverse(ReadOnlySpan<double> gram, int n, int p)
        {
            var block = Matrix<double>.Build.Dense(n - p, n - p);
            for (int i = 0; i < n - p; i++)
                for (int j = 0; j <= i; j++)
                    block[i, j] = block[j, i] = gram[(p + i) * n + p + j];
            var eigen = block.Evd(Symmetricity.Symmetric);
            Vector<double> values = eigen.EigenValues.Real();
            double least = 1e-12 * values.AbsoluteMaximum();
            Matrix<double> vectors = eigen.EigenVectors;
            return vectors * Matrix<double>.Build.DiagonalOfDiagonalVector(
                values.Map(v => v > least ? 1 / v : 0)) * vectors.Transpose();
        }
    }
}
