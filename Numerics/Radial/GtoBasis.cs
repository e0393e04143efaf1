using System;

namespace Toolkit.Numerics.Radial;

/// <summary>
/// Gaussian-type radial functions, orthonormal on [0, ∞) with the metric r² dr:
/// R_n(r) = Σ_k T_nk N_k r^k exp(−r² / 2σ_k²), k = 0 … nmax − 1, σ_k = max(√k, 1) · cutoff / nmax,
/// with N_k normalising each primitive and T = S^(−1/2) the Löwdin transform of their overlaps S.
/// </summary>
/// <remarks>
/// Löwdin's transform treats all primitives alike, so R_n stays as close to its primitive as orthonormality allows. Primitives become
/// alike as their number grows: of twenty, the terms of a sum are a million times as large as the sum. The transform is worked out,
/// and the functions are evaluated, with as many digits as that takes, so that they are orthonormal to 1e-13 for every number that
/// is taken.
/// </remarks>
public sealed class GtoBasis : RadialBasis
{
    /// <summary>The most functions that are taken.</summary>
    public const int Most = 30;

    private readonly GtoTransform _transform;
    private readonly double[] _width;
    private readonly double[] _coefficients;
    private readonly double _unit;

    /// <summary>A basis.</summary>
    /// <param name="nmax">The number of radial functions, at most <see cref="Most"/>.</param>
    /// <param name="cutoff">The cutoff radius that sets the widths, Å.</param>
    /// <exception cref="ArgumentOutOfRangeException">nmax is not 1 … <see cref="Most"/>, or the cutoff is not positive.</exception>
    public GtoBasis(int nmax, double cutoff) : this(GtoTransform.Of(Require(nmax)), nmax, RequireCutoff(cutoff) / nmax)
    {
    }

    private GtoBasis(GtoTransform transform, int nmax, double unit) : base(nmax, int.MaxValue, transform.Extent * unit)
    {
        _transform = transform;
        _unit = unit;
        _width = new double[nmax];
        _coefficients = new double[nmax * nmax];
        for (int k = 0; k < nmax; k++)
        {
            int s2 = Math.Max(k, 1);
            _width[k] = Math.Sqrt(s2) * unit;
            double factor = Math.Pow(s2 * unit, -k) * Math.Pow(unit, -1.5);
            for (int n = 0; n < nmax; n++)
                _coefficients[n * nmax + k] = factor * (double)transform.Coefficients[n * nmax + k];
        }
    }

    /// <summary>σ_k of the primitives, Å: <c>[k]</c>.</summary>
    public ReadOnlySpan<double> Widths => _width;

    /// <summary>
    /// R_n in terms of the primitives r^k exp(−r²/2σ_k²), each rounded to float64: <c>[n, k]</c>, units Å^(−3/2 − k). A sum formed with
    /// them in float64 loses the digits of <see cref="Cancellation"/>.
    /// </summary>
    public ReadOnlySpan<double> Transform => _coefficients;

    /// <summary>
    /// How many times larger than the functions the terms of their sums may be, the largest Σ_k |T_nk|: 7 for four functions, 5e6 for
    /// twenty, 4e10 for thirty.
    /// </summary>
    public double Cancellation => _transform.Cancellation;

    /// <inheritdoc/>
    public override void Evaluate(double r, int lmax, Span<double> values, Span<double> first, Span<double> second)
    {
        _transform.Evaluate(r / _unit, values, first, second);
        double scale = Math.Pow(_unit, -1.5);
        for (int n = 0; n < NMax; n++)
        {
            values[n] *= scale;
            first[n] *= scale / _unit;
            second[n] *= scale / (_unit * _unit);
        }
        Repeat(lmax, values);
        Repeat(lmax, first);
        Repeat(lmax, second);
    }

    private static int Require(int nmax) => nmax is >= 1 and <= Most
        ? nmax
        : throw new ArgumentOutOfRangeException(nameof(nmax), nmax, $"expected 1 … {Most} radial functions");
}
