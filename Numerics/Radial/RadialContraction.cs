using System;

namespace Toolkit.Numerics.Radial;

/// <summary>
/// Fewer radial functions made from many: for every l, g'_kl = Σ_n w_lkn g_nl, k = 0 … nmax' − 1, so that the coefficients of a
/// density are c'_klm = Σ_n w_lkn c_nlm.
/// </summary>
/// <remarks>
/// With orthonormal rows (<see cref="Expansion.RadialCovariance.Contract(int)"/>) these are the optimal radial functions of A. Goscinski,
/// F. Musil, S. Pozdnyakov, J. Nigam and M. Ceriotti, J. Chem. Phys. 155, 104106 (2021). Tabulated like any others
/// (<see cref="ContractedFunctions"/>), they cost what so few functions cost, whatever number they are made from.
/// </remarks>
public sealed class RadialContraction
{
    private readonly double[] _weights;

    /// <summary>A contraction with the given weights.</summary>
    /// <param name="lmax">The largest l.</param>
    /// <param name="nmax">The number of functions that are made, for each l.</param>
    /// <param name="sourceNMax">The number of functions they are made from.</param>
    /// <param name="weights">w: <c>[l, k, n]</c>.</param>
    /// <exception cref="ArgumentException">
    /// No functions, or more than they are made from; another number of weights; one that is not finite.
    /// </exception>
    public RadialContraction(int lmax, int nmax, int sourceNMax, ReadOnlySpan<double> weights)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(lmax);
        if (nmax < 1 || nmax > sourceNMax)
            throw new ArgumentOutOfRangeException(nameof(nmax), nmax, $"expected 1 … {sourceNMax} functions");
        long expected = (lmax + 1L) * nmax * sourceNMax;
        if (weights.Length != expected)
        {
            throw new ArgumentException(
                $"l ≤ {lmax}, {nmax} functions of {sourceNMax}: expected {expected} weights; got {weights.Length}", nameof(weights));
        }

        foreach (double weight in weights)
            if (!double.IsFinite(weight)) throw new ArgumentException("a weight is not finite", nameof(weights));
        (LMax, NMax, SourceNMax, _weights) = (lmax, nmax, sourceNMax, weights.ToArray());
    }

    /// <summary>The largest l.</summary>
    public int LMax { get; }

    /// <summary>The number of functions that are made, for each l.</summary>
    public int NMax { get; }

    /// <summary>The number of functions they are made from.</summary>
    public int SourceNMax { get; }

    /// <summary>w of one l: <c>[k, n]</c>.</summary>
    public ReadOnlySpan<double> Weights(int l) => _weights.AsSpan(l * NMax * SourceNMax, NMax * SourceNMax);

    /// <summary>The functions made from others.</summary>
    /// <param name="functions">With <see cref="SourceNMax"/> functions for each l up to <see cref="LMax"/>.</param>
    /// <exception cref="ArgumentException">Functions of other numbers.</exception>
    public IRadialFunctions Apply(IRadialFunctions functions) => new ContractedFunctions(functions, this);

    /// <summary>Sums for every l: <c>[l, k]</c> from <c>[l, n]</c>.</summary>
    internal void Apply(ReadOnlySpan<double> source, Span<double> target)
    {
        for (int l = 0, at = 0; l <= LMax; l++)
        {
            for (int k = 0; k < NMax; k++)
            {
                double sum = 0;
                for (int n = 0; n < SourceNMax; n++, at++)
                    sum += _weights[at] * source[l * SourceNMax + n];
                target[l * NMax + k] = sum;
            }
        }
    }
}

/// <summary>Combinations of radial functions: see <see cref="RadialContraction"/>.</summary>
public sealed class ContractedFunctions : IRadialFunctions
{
    private readonly IRadialFunctions _functions;
    private readonly RadialContraction _contraction;

    /// <summary>Combinations of functions.</summary>
    /// <param name="functions">The functions.</param>
    /// <param name="contraction">Which combinations.</param>
    /// <exception cref="ArgumentException">The contraction is of another number of functions or of another lmax.</exception>
    public ContractedFunctions(IRadialFunctions functions, RadialContraction contraction)
    {
        ArgumentNullException.ThrowIfNull(functions);
        ArgumentNullException.ThrowIfNull(contraction);
        if (functions.NMax != contraction.SourceNMax || functions.LMax != contraction.LMax)
        {
            throw new ArgumentException(
                $"a contraction of {contraction.SourceNMax} functions with l ≤ {contraction.LMax}; there are {functions.NMax} with l ≤ {functions.LMax}",
                nameof(contraction));
        }

        (_functions, _contraction) = (functions, contraction);
    }

    /// <inheritdoc/>
    public int NMax => _contraction.NMax;

    /// <inheritdoc/>
    public int LMax => _functions.LMax;

    /// <inheritdoc/>
    public double Cutoff => _functions.Cutoff;

    /// <inheritdoc/>
    public void Evaluate(double r, Span<double> values, Span<double> first, Span<double> second)
    {
        int size = (LMax + 1) * _functions.NMax;
        double[] all = new double[3 * size];
        Span<double> v = all.AsSpan(0, size), d = all.AsSpan(size, size), dd = all.AsSpan(2 * size, size);
        _functions.Evaluate(r, v, d, dd);
        _contraction.Apply(v, values);
        _contraction.Apply(d, first);
        _contraction.Apply(dd, second);
    }
}
