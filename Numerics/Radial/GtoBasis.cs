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
public sealed class GtoBasis : RadialBasis
{
    // exp(−10²/2) = 2e-22.
    private const double Reach = 10;

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
    public GtoBasis(int nmax, double cutoff) : base(nmax, int.MaxValue, Reach * Width(nmax - 1, nmax, RequireCutoff(cutoff)))
    {
        _width = new double[nmax];
        double[] norm = new double[nmax];
        for (int k = 0; k < nmax; k++)
        {
            _width[k] = Width(k, nmax, cutoff);
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

    /// <summary>σ_k of the primitives, Å: <c>[k]</c>.</summary>
    public ReadOnlySpan<double> Widths => _width;

    /// <summary>R_n in terms of the primitives r^k exp(−r²/2σ_k²): <c>[n, k]</c>, units Å^(−3/2 − k).</summary>
    public ReadOnlySpan<double> Transform => _transform;

    /// <inheritdoc/>
    public override void Evaluate(double r, int lmax, Span<double> values, Span<double> first, Span<double> second)
    {
        values[..NMax].Clear();
        first[..NMax].Clear();
        second[..NMax].Clear();
        for (int k = 0; k < NMax; k++)
        {
            double s2 = _width[k] * _width[k];
            double e = Math.Exp(-r * r / (2 * s2));
            double p0 = Math.Pow(r, k), p1 = k == 0 ? 0 : k * Math.Pow(r, k - 1);
            double p2 = k < 2 ? 0 : k * (k - 1) * Math.Pow(r, k - 2);
            double f0 = e * p0, f1 = e * (p1 - r / s2 * p0);
            double f2 = e * (p2 - 2 * r / s2 * p1 + (r * r / s2 - 1) / s2 * p0);
            for (int n = 0; n < NMax; n++)
            {
                double t = _transform[n * NMax + k];
                values[n] += t * f0;
                first[n] += t * f1;
                second[n] += t * f2;
            }
        }
        Repeat(lmax, values);
        Repeat(lmax, first);
        Repeat(lmax, second);
    }

    private static double Width(int k, int nmax, double cutoff) => Math.Max(Math.Sqrt(k), 1) * cutoff / nmax;

    /// <summary>∫₀^∞ r^(p + 2) exp(−c r²) dr.</summary>
    private static double Moment(int p, double c)
    {
        double a = 0.5 * (p + 3);
        return 0.5 * Math.Exp(SpecialFunctions.GammaLn(a) - a * Math.Log(c));
    }
}
