using System;
using MathNet.Numerics;
using MathNet.Numerics.LinearAlgebra;

namespace Toolkit.Numerics.Radial;

/// <summary>
/// Gaussian-type radial functions, orthonormal on [0, ∞) with the metric r² dr:
/// R_n(r) = Σ_k T_nk N_k r^k exp(−r² / 2σ_k²), k = 0 … nmax − 1, σ_k = max(√k, 1) · cutoff / nmax,
/// with N_k normalising each primitive and T = S^(−1/2) the Löwdin transform of their overlaps S.
/// </summary>
/// <remarks>
/// Löwdin's transform treats all primitives alike, so R_n stays as close to its primitive as orthonormality allows.
/// The overlaps have the closed form ∫ r^(k+k'+2) exp(−c r²) dr = Γ(A) / (2 c^A), A = (k + k' + 3)/2.
/// </remarks>
public sealed class GtoBasis
{
    // S of this condition number leaves about four digits of T.
    private const double WorstCondition = 1e12;

    private readonly double[] _width;
    private readonly double[] _transform;

    /// <summary>Builds the transform.</summary>
    /// <param name="nmax">The number of radial functions.</param>
    /// <param name="cutoff">The cutoff radius that sets the widths, Å.</param>
    /// <exception cref="ArgumentOutOfRangeException">
    /// nmax is not positive, the cutoff is not, or the primitives are too alike to be orthonormalised in float64.
    /// </exception>
    public GtoBasis(int nmax, double cutoff)
    {
        if (nmax < 1) throw new ArgumentOutOfRangeException(nameof(nmax), nmax, "expected at least one radial function");
        if (!(cutoff > 0) || !double.IsFinite(cutoff))
            throw new ArgumentOutOfRangeException(nameof(cutoff), cutoff, "expected a positive cutoff in Å");
        NMax = nmax;
        _width = new double[nmax];
        double[] norm = new double[nmax];
        for (int k = 0; k < nmax; k++)
        {
            _width[k] = Math.Max(Math.Sqrt(k), 1) * cutoff / nmax;
            norm[k] = 1 / Math.Sqrt(Moment(2 * k, 1 / (_width[k] * _width[k])));
        }
        Matrix<double> overlap = Matrix<double>.Build.Dense(nmax, nmax, (k, q) => norm[k] * norm[q]
            * Moment(k + q, 0.5 / (_width[k] * _width[k]) + 0.5 / (_width[q] * _width[q])));
        var eigen = overlap.Evd(Symmetricity.Symmetric);
        Vector<double> values = eigen.EigenValues.Real();
        if (!(values.Minimum() * WorstCondition > values.Maximum()))
            throw new ArgumentOutOfRangeException(nameof(nmax), nmax,
                "these Gaussian primitives are linearly dependent in float64; use fewer radial functions");
        Matrix<double> root = eigen.EigenVectors * Matrix<double>.Build.DiagonalOfDiagonalVector(
            values.Map(v => 1 / Math.Sqrt(v))) * eigen.EigenVectors.Transpose();
        // One Newton step towards T S T = 1 takes the eigensolver's error back.
        Matrix<double> correction = 1.5 * Matrix<double>.Build.DenseIdentity(nmax) - 0.5 * root * overlap * root;
        root = correction * root;
        _transform = new double[nmax * nmax];
        for (int n = 0; n < nmax; n++)
            for (int k = 0; k < nmax; k++)
                _transform[n * nmax + k] = root[n, k] * norm[k];
    }

    /// <summary>The number of radial functions.</summary>
    public int NMax { get; }

    /// <summary>σ_k of the primitives, Å: <c>[k]</c>.</summary>
    public ReadOnlySpan<double> Widths => _width;

    /// <summary>R_n in terms of the primitives r^k exp(−r²/2σ_k²): <c>[n, k]</c>, units Å^(−3/2 − k).</summary>
    public ReadOnlySpan<double> Transform => _transform;

    /// <summary>R_n(r) for all n, Å^(−3/2).</summary>
    /// <param name="r">Distance, Å.</param>
    /// <param name="values">Receives <c>[n]</c>.</param>
    public void Evaluate(double r, Span<double> values)
    {
        values[..NMax].Clear();
        double power = 1;
        for (int k = 0; k < NMax; k++)
        {
            double primitive = power * Math.Exp(-r * r / (2 * _width[k] * _width[k]));
            for (int n = 0; n < NMax; n++)
                values[n] += _transform[n * NMax + k] * primitive;
            power *= r;
        }
    }

    /// <summary>∫₀^∞ r^(p + 2) exp(−c r²) dr.</summary>
    private static double Moment(int p, double c)
    {
        double a = 0.5 * (p + 3);
        return 0.5 * Math.Exp(SpecialFunctions.GammaLn(a) - a * Math.Log(c));
    }
}
