using System;
using System.Collections.Generic;
using System.Linq;
using MathNet.Numerics.LinearAlgebra;
using Toolkit.Numerics.LinearAlgebra;
using Cholesky = Toolkit.Numerics.LinearAlgebra.Cholesky;

namespace Toolkit.Numerics.Learning;

/// <summary>
/// A ridge regression without its unpenalised columns, on columns scaled to equal size, ready to be solved for one λ after the
/// other.
/// </summary>
/// <remarks>
/// The Cholesky factor of the sums gives a first solution; what it leaves is computed from the triangles, which have the digits
/// that sums lack, and solved for again (corrected seminormal equations: Björck, Linear Algebra Appl. 88/89, 31, 1987).
/// </remarks>
internal sealed class ReducedProblem : IRidgeProblem
{
    // Below this fraction of its square a column's remainder after elimination is rounding.
    internal const double Remainder = 1e-13;
    internal const int MostCorrections = 4;

    /// <summary>A correction whose square is a smaller part of the solution's is rounding.</summary>
    internal const double Settled = 1e-28;

    private readonly IReadOnlyList<LeastSquares> _parts;
    private readonly double[] _sums, _matrix, _scale, _work;
    private readonly int _columns, _penalised;
    private readonly double _rows;
    private readonly Matrix<double>? _inverse;

    /// <summary>A problem.</summary>
    /// <param name="parts">What it is the sum of.</param>
    /// <param name="sums">The sum of their <see cref="LeastSquares.AddSums"/>.</param>
    /// <param name="unpenalised">How many of the last columns carry no penalty.</param>
    /// <param name="penalty">What λ weighs.</param>
    public ReducedProblem(IReadOnlyList<LeastSquares> parts, double[] sums, int unpenalised, RidgePenalty penalty)
    {
        int n = parts[0].Columns, p = n - unpenalised;
        if (unpenalised < 0 || p < 1)
            throw new ArgumentOutOfRangeException(nameof(unpenalised), unpenalised, $"expected 0 … {n - 1}");
        (_parts, _sums, _columns, _penalised) = (parts, sums, n, p);
        _rows = Math.Max(1, parts.Sum(static e => (double)e.Rows));
        _matrix = new double[p * p];
        _scale = new double[p];
        _work = new double[p * p];
        for (int i = 0; i < p; i++)
            Row(i).CopyTo(_matrix.AsSpan(i * p));
        if (unpenalised > 0)
        {
            _inverse = PseudoInverse(unpenalised, (i, j) => Row(p + i)[p + j]);
            for (int i = 0; i < p; i++)
            {
                // Row i of G_pc (G_cc)⁺.
                for (int k = 0; k < unpenalised; k++)
                {
                    double share = 0;
                    for (int q = 0; q < unpenalised; q++)
                        share += Row(p + q)[i] * _inverse[q, k];
                    Vectors.AddScaled(-share, Row(p + k)[..(i + 1)], _matrix.AsSpan(i * p, i + 1));
                }
            }
        }
        for (int i = 0; i < p; i++)
        {
            double left = _matrix[i * p + i];
            double size = penalty == RidgePenalty.Plain ? 1 : Math.Sqrt(left / _rows);
            _scale[i] = left > Remainder * Row(i)[i] ? size : 0;
        }
        for (int i = 0; i < p; i++)
        {
            for (int j = 0; j <= i; j++)
                _matrix[i * p + j] = _scale[i] * _scale[j] > 0 ? _matrix[i * p + j] / (_scale[i] * _scale[j]) : 0;
        }
    }

    /// <summary>Coefficients of all columns, or null where float64 finds the matrix singular.</summary>
    public double[]? Solve(double regulariser, int threads)
    {
        int p = _penalised, n = _columns;
        _matrix.CopyTo(_work, 0);
        for (int i = 0; i < p; i++)
            _work[i * p + i] = _scale[i] > 0 ? _work[i * p + i] + regulariser * _rows : 1;
        if (Cholesky.Factor(p, _work.AsSpan(), p, threads) >= 0) return null;

        double[] solution = new double[n], slope = new double[n];
        double last = double.PositiveInfinity;
        int corrections = _parts.All(static part => part.CanCorrect) ? MostCorrections : 0;
        for (int k = 0; k <= corrections; k++)
        {
            slope.AsSpan().Clear();
            foreach (LeastSquares part in _parts)
                part.AddSlope(solution, slope);
            for (int i = 0; i < p; i++)
                slope[i] -= regulariser * _rows * _scale[i] * _scale[i] * solution[i];
            double[] change = Resolve(slope, threads);
            // In the size that the penalty sees.
            double size = 0, whole = 0;
            for (int i = 0; i < p; i++)
            {
                size += _scale[i] * change[i] * (_scale[i] * change[i]);
                whole += _scale[i] * solution[i] * (_scale[i] * solution[i]);
            }
            if (!(size < 0.25 * last)) break;
            Vectors.AddScaled(1, change, solution);
            if (size < Settled * whole) break;
            last = size;
        }
        return solution;
    }

    /// <summary>λ N Σ (s c)².</summary>
    public double Penalty(ReadOnlySpan<double> coefficients, double regulariser)
    {
        double sum = 0;
        for (int i = 0; i < _penalised; i++)
            sum += _scale[i] * coefficients[i] * (_scale[i] * coefficients[i]);
        return regulariser * _rows * sum;
    }

    /// <summary>ln det(1 + S/λN) of the scaled sums S after <see cref="Solve"/>.</summary>
    public double LogDeterminant(double regulariser)
    {
        double sum = 0;
        for (int i = 0; i < _penalised; i++)
            if (_scale[i] > 0) sum += 2 * Math.Log(_work[i * _penalised + i]) - Math.Log(regulariser * _rows);
        return sum;
    }

    /// <summary>
    /// L⁻¹ of the factor of the last <see cref="Solve"/> for columns in their own scale: |L⁻¹ x|² times the noise of a row is the
    /// variance of x·c. <c>[i, j]</c>, lower.
    /// </summary>
    public double[] InverseFactor(int threads)
    {
        int p = _penalised;
        double[] inverse = new double[p * p];
        for (int i = 0; i < p; i++)
            inverse[i * p + i] = _scale[i] > 0 ? 1 / _scale[i] : 0;
        Cholesky.SolveLower<double>(p, _work, p, false, p, inverse, p, threads);
        return inverse;
    }

    /// <summary>How many coefficients the rows determine at the λ of the last <see cref="Solve"/>: Σ e/(e + λN) over the eigenvalues e
    /// of the scaled sums.</summary>
    /// <param name="regulariser">λ.</param>
    /// <param name="inverse">The factor's inverse (<see cref="InverseFactor"/>).</param>
    public double Determined(double regulariser, double[] inverse)
    {
        int p = _penalised;
        double left = 0, all = 0;
        for (int i = 0; i < p; i++)
        {
            if (_scale[i] > 0) all++;
            for (int j = 0; j <= i; j++)
            {
                double x = inverse[i * p + j] * _scale[j];
                left += x * x;
            }
        }

        return all - regulariser * _rows * left;
    }

    /// <summary>The coefficients whose slope this is.</summary>
    private double[] Resolve(double[] slope, int threads)
    {
        int p = _penalised, rest = _columns - p;
        double[] solution = new double[_columns];
        for (int i = 0; i < p; i++)
        {
            double moment = slope[i];
            for (int k = 0; k < rest; k++)
            {
                double share = 0;
                for (int q = 0; q < rest; q++)
                    share += _inverse![k, q] * slope[p + q];
                moment -= Row(p + k)[i] * share;
            }
            solution[i] = _scale[i] > 0 ? moment / _scale[i] : 0;
        }
        Cholesky.Solve<double>(p, _work, p, 1, solution.AsSpan(0, p), 1, threads);
        for (int i = 0; i < p; i++)
            solution[i] = _scale[i] > 0 ? solution[i] / _scale[i] : 0;
        double[] left = new double[rest];
        for (int k = 0; k < rest; k++)
            left[k] = slope[p + k] - Vectors.Dot(Row(p + k)[..p], solution.AsSpan(0, p));
        for (int k = 0; k < rest; k++)
        {
            for (int q = 0; q < rest; q++)
                solution[p + k] += _inverse![k, q] * left[q];
        }

        return solution;
    }

    /// <summary>G of one column with those before it and itself.</summary>
    private ReadOnlySpan<double> Row(int i) => _sums.AsSpan(i * (_columns + 1), i + 1);

    /// <summary>(G_cc)⁺: unpenalised columns may depend on one another, as C and H counts do in methane.</summary>
    /// <param name="size">Rows and columns.</param>
    /// <param name="lower">G_cc of two columns, the first not before the second.</param>
    internal static Matrix<double> PseudoInverse(int size, Func<int, int, double> lower)
    {
        var block = Matrix<double>.Build.Dense(size, size);
        for (int i = 0; i < size; i++)
        {
            for (int j = 0; j <= i; j++)
                block[i, j] = block[j, i] = lower(i, j);
        }

        var eigen = block.Evd(Symmetricity.Symmetric);
        Vector<double> values = eigen.EigenValues.Real();
        double least = 1e-12 * values.AbsoluteMaximum();
        Matrix<double> vectors = eigen.EigenVectors;
        return vectors * Matrix<double>.Build.DiagonalOfDiagonalVector(
            values.Map(v => v > least ? 1 / v : 0)) * vectors.Transpose();
    }
}
