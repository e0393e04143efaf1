using System;
using System.Collections.Generic;
using System.Linq;
using MathNet.Numerics.LinearAlgebra;
using Toolkit.Numerics.LinearAlgebra;
using Cholesky = Toolkit.Numerics.LinearAlgebra.Cholesky;

namespace Toolkit.Numerics.Learning;

/// <summary>
/// The same ridge regression as <see cref="ReducedProblem"/>, for fewer rows than columns: what is factored has the size of the
/// rows.
/// </summary>
/// <remarks>
/// With Z the penalised columns, free of the unpenalised ones and scaled, and t the targets free of them, the coefficients of Z are Zᵀα,
/// (Z Zᵀ + λN) α = t. The products lose digits that Z has; what a solution leaves is computed from Z and solved for again.
/// </remarks>
internal sealed class DualProblem : IRidgeProblem
{
    private readonly int _rows, _columns, _penalised;
    private readonly double _count;
    // [row, column] of Z; t; Z Zᵀ and its factor [row, row].
    private readonly double[] _scaled, _targets, _products, _work, _scale;
    // Of each unpenalised column, what is taken of it from every penalised one, and from the targets: [unpenalised, penalised + 1].
    private readonly double[][] _shares;

    /// <summary>A problem.</summary>
    /// <param name="parts">What it is the sum of; none of them a triangle.</param>
    /// <param name="unpenalised">How many of the last columns carry no penalty.</param>
    /// <param name="penalty">What λ weighs.</param>
    /// <param name="threads">How many threads may work; the result is the same for any number.</param>
    public DualProblem(IReadOnlyList<NormalEquations> parts, int unpenalised, RidgePenalty penalty, int threads)
    {
        (_columns, _penalised) = (parts[0].Columns, parts[0].Columns - unpenalised);
        _rows = parts.Sum(static e => e.Depth);
        _count = Math.Max(1, parts.Sum(static e => (double)e.Rows));
        int p = _penalised, width = p + 1;
        double[] rows = new double[_rows * width], free = new double[_rows * unpenalised];
        int at = 0;
        foreach (NormalEquations part in parts)
        {
            for (int i = 0; i < part.Depth; i++, at++)
            {
                ReadOnlySpan<double> row = part.Row(i, out _);
                row[..p].CopyTo(rows.AsSpan(at * width));
                row.Slice(p, unpenalised).CopyTo(free.AsSpan(at * unpenalised));
                rows[at * width + p] = row[^1];
            }
        }

        double[] before = Squares(rows, width);
        _shares = Project(rows, free, width, unpenalised);
        double[] after = Squares(rows, width);
        _scale = new double[p];
        for (int k = 0; k < p; k++)
        {
            _scale[k] = !(after[k] > ReducedProblem.Remainder * before[k]) ? 0 : penalty == RidgePenalty.Plain ? 1
                : Math.Sqrt(after[k] / _count);
        }

        _scaled = new double[_rows * p];
        _targets = new double[_rows];
        for (int i = 0; i < _rows; i++)
        {
            for (int k = 0; k < p; k++)
                _scaled[i * p + k] = _scale[k] > 0 ? rows[i * width + k] / _scale[k] : 0;
            _targets[i] = rows[i * width + p];
        }
        _products = new double[_rows * _rows];
        _work = new double[_rows * _rows];
        Dense.AddProducts<double>(_rows, p, 1, _scaled, p, 0, _products, _rows, threads);
    }

    /// <inheritdoc/>
    public double[]? Solve(double regulariser, int threads)
    {
        int p = _penalised, n = _rows;
        _products.CopyTo(_work, 0);
        for (int i = 0; i < n; i++)
            _work[i * n + i] += regulariser * _count;
        if (Cholesky.Factor(n, _work.AsSpan(), n, threads) >= 0) return null;

        double[] solution = new double[n], left = (double[])_targets.Clone(), coefficients = new double[_columns];
        double last = double.PositiveInfinity;
        for (int k = 0; k <= ReducedProblem.MostCorrections; k++)
        {
            Cholesky.Solve<double>(n, _work, n, 1, left, 1, threads);
            double size = Vectors.Square(left), whole = Vectors.Square(solution);
            if (!(size < 0.25 * last)) break;
            Vectors.AddScaled(1, left, solution);
            if (size < ReducedProblem.Settled * whole) break;
            last = size;
            Combine(solution, coefficients);
            for (int i = 0; i < n; i++)
                left[i] = _targets[i] - Vectors.Dot(_scaled.AsSpan(i * p, p), coefficients) - regulariser * _count * solution[i];
        }
        Combine(solution, coefficients);
        for (int k = 0; k < p; k++)
            coefficients[k] = _scale[k] > 0 ? coefficients[k] / _scale[k] : 0;
        for (int u = 0; u < _shares.Length; u++)
            coefficients[p + u] = _shares[u][p] - Vectors.Dot(_shares[u].AsSpan(0, p), coefficients);
        return coefficients;
    }

    /// <summary>Zᵀα.</summary>
    private void Combine(double[] solution, double[] coefficients)
    {
        coefficients.AsSpan().Clear();
        for (int i = 0; i < _rows; i++)
            Vectors.AddScaled(solution[i], _scaled.AsSpan(i * _penalised, _penalised), coefficients);
    }

    private static double[] Squares(double[] rows, int width)
    {
        double[] squares = new double[width];
        for (int at = 0; at < rows.Length; at += width)
        {
            for (int k = 0; k < width; k++)
                squares[k] += rows[at + k] * rows[at + k];
        }

        return squares;
    }

    /// <summary>Takes the unpenalised columns out of all others, twice: what is left is a small part of what was there. Gives what was
    /// taken.</summary>
    private static double[][] Project(double[] rows, double[] free, int width, int unpenalised)
    {
        double[][] shares = new double[unpenalised][], moments = new double[unpenalised][];
        for (int u = 0; u < unpenalised; u++)
            (shares[u], moments[u]) = (new double[width], new double[width]);
        if (unpenalised == 0) return shares;
        int count = rows.Length / width;
        Matrix<double> inverse = ReducedProblem.PseudoInverse(unpenalised, (u, v) =>
        {
            double sum = 0;
            for (int i = 0; i < count; i++)
                sum += free[i * unpenalised + u] * free[i * unpenalised + v];
            return sum;
        });
        double[] share = new double[width];
        for (int pass = 0; pass < 2; pass++)
        {
            for (int u = 0; u < unpenalised; u++)
            {
                moments[u].AsSpan().Clear();
                for (int i = 0; i < count; i++)
                    Vectors.AddScaled(free[i * unpenalised + u], rows.AsSpan(i * width, width), moments[u]);
            }
            for (int u = 0; u < unpenalised; u++)
            {
                share.AsSpan().Clear();
                for (int v = 0; v < unpenalised; v++)
                    Vectors.AddScaled(inverse[u, v], moments[v], share);
                Vectors.AddScaled(1, share, shares[u]);
                for (int i = 0; i < count; i++)
                    Vectors.AddScaled(-free[i * unpenalised + u], share, rows.AsSpan(i * width, width));
            }
        }
        return shares;
    }
}
