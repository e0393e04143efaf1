using System;

namespace Toolkit.Numerics.Fields.Potential;

/// <summary>
/// The potential of a smeared charge that falls as 1/r^p: V_p(r) = P(p/2, r²/2σ²)/r^p, P the regularised lower incomplete gamma
/// function, and its Fourier transform.
/// </summary>
/// <remarks>
/// 1/r^p = ∫₀^∞ t^(p/2 − 1) e^(−t r²) dt / Γ(p/2), a sum of Gaussians; V_p keeps those with t ≤ T = 1/2σ², which are at least as
/// wide as σ. At p = 1 that is erf(r/√2σ)/r, the potential of a Gaussian charge. σ = 0 is 1/r^p itself. All sums over lattices
/// here split this integral: t above and below a value (P. P. Ewald, Ann. Phys. 64, 253, 1921).
/// </remarks>
public sealed class SmearedPower
{
    /// <summary>The largest exponent.</summary>
    public const int LargestExponent = 6;

    private readonly double _gamma;

    /// <summary>The potential of one exponent and width.</summary>
    /// <param name="exponent">p, 1…6.</param>
    /// <param name="smearing">σ in Å, positive.</param>
    /// <exception cref="ArgumentOutOfRangeException">One of them is out of its range.</exception>
    public SmearedPower(int exponent, double smearing)
    {
        if (exponent is < 1 or > LargestExponent)
            throw new ArgumentOutOfRangeException(nameof(exponent), exponent, $"expected an exponent p from 1 to {LargestExponent}");
        if (!(smearing > 0) || !double.IsFinite(smearing))
            throw new ArgumentOutOfRangeException(nameof(smearing), smearing, "expected a positive smearing in Å");
        Exponent = exponent;
        Smearing = smearing;
        Bound = 0.5 / (smearing * smearing);
        _gamma = IncompleteGamma.Gamma(0.5 * exponent);
    }

    /// <summary>p.</summary>
    public int Exponent { get; }

    /// <summary>σ, Å.</summary>
    public double Smearing { get; }

    /// <summary>T = 1/2σ², Å⁻².</summary>
    internal double Bound { get; }

    /// <summary>V_p(r), Å^(−p); finite at r = 0.</summary>
    public double Value(double r) =>
        Math.Pow(Bound, 0.5 * Exponent) * IncompleteGamma.LowerStar(0.5 * Exponent, Bound * r * r);

    /// <summary>V_p and dV_p/dr at a distance.</summary>
    public (double Value, double Derivative) Evaluate(double r)
    {
        // dγ*(a, x)/dx = −a γ*(a + 1, x), from γ*(a, x) Γ(a) = ∫₀¹ u^(a − 1) e^(−xu) du.
        double a = 0.5 * Exponent, x = Bound * r * r, scale = Math.Pow(Bound, a);
        return (scale * IncompleteGamma.LowerStar(a, x), -2 * r * Bound * scale * a * IncompleteGamma.LowerStar(a + 1, x));
    }

    /// <summary>1/r^p − V_p(r) = Q(p/2, r²/2σ²)/r^p and its derivative, which fall like Gaussians; r &gt; 0.</summary>
    public (double Value, double Derivative) Remainder(double r)
    {
        double a = 0.5 * Exponent, x = Bound * r * r, power = Math.Pow(r, -Exponent);
        double value = IncompleteGamma.Upper(a, x) / _gamma * power;
        return (value, -Exponent / r * value - 2 / r * Math.Pow(x, a) * Math.Exp(-x) / _gamma * power);
    }

    /// <summary>
    /// ∫ V_p(r) e^(−ik·r) d³r = π^(3/2) 2^(3−p) Γ((3 − p)/2, k²σ²/2) / (Γ(p/2) k^(3−p)), Å^(3−p).
    /// </summary>
    /// <param name="k">|k| in 1/Å; at 0 it is infinite for p ≤ 3.</param>
    public double Transform(double k)
    {
        double e = 0.5 * (Exponent - 3), front = Math.Pow(Math.PI, 1.5) / _gamma;
        if (k == 0) return e > 0 ? front * Math.Pow(Bound, e) / e : double.PositiveInfinity;
        double quarter = 0.25 * k * k;
        return front * Math.Pow(quarter, e) * IncompleteGamma.Upper(-e, quarter / Bound);
    }

    /// <summary>The derivative of <see cref="Transform"/> by k &gt; 0, from its value there.</summary>
    internal double TransformSlope(double k, double value)
    {
        // Ṽ = C (k²/4)^e Γ(−e, k²/4T), e = (p − 3)/2, and dΓ(a, x)/dx = −x^(a−1) e^(−x).
        double e = 0.5 * (Exponent - 3), quarter = 0.25 * k * k, x = quarter / Bound;
        return 2 / k * (e * value - Math.Pow(Math.PI, 1.5) / _gamma * Math.Pow(quarter, e) * Math.Pow(x, -e) * Math.Exp(-x));
    }

    /// <summary>
    /// ∫ [V_p(r; σ of this) − V_p(r; wider)] d³r, the limit k → 0 of the difference of transforms; finite for every p.
    /// </summary>
    internal double Excess(SmearedPower wider)
    {
        double e = 0.5 * (Exponent - 3), front = Math.Pow(Math.PI, 1.5) / _gamma;
        return front * (e == 0 ? Math.Log(Bound / wider.Bound) : (Math.Pow(Bound, e) - Math.Pow(wider.Bound, e)) / e);
    }

    /// <summary>∫ V_p d³r, its infinite part dropped for p ≤ 3; at p = 3, where that leaves nothing to go by, 0.</summary>
    internal double Mean()
    {
        double e = 0.5 * (Exponent - 3);
        return e == 0 ? 0 : Math.Pow(Math.PI, 1.5) / _gamma * Math.Pow(Bound, e) / e;
    }

    /// <summary>
    /// The part of V_p that does not vary along d &gt; 0 periodic directions, per unit of the lattice's length or area, as a function of
    /// the distance ρ across, d = 1 or 2: π^(d/2)/Γ(p/2) ∫₀^T t^(e−1) e^(−tρ²) dt, e = (p − d)/2; its infinite constant, which is there for
    /// p ≤ d, dropped (Hadamard's finite part; at p = d −ln ρ² − E₁(Tρ²), without Euler's constant).
    /// </summary>
    internal double Uniform(int directions, double distance)
    {
        double e = 0.5 * (Exponent - directions), square = distance * distance, x = Bound * square;
        double front = Math.Pow(Math.PI, 0.5 * directions) / _gamma;
        if (e > 0) return front * IncompleteGamma.Gamma(e) * Math.Pow(Bound, e) * IncompleteGamma.LowerStar(e, x);
        if (e == 0)
        {
            // −ln ρ² − E₁(x) = ln T − [ln x + E₁(x)], and the bracket is −γ + x − … at 0.
            const double eulerGamma = 0.57721566490153286061;
            return front * (Math.Log(Bound) - (x == 0 ? -eulerGamma : Math.Log(x) + IncompleteGamma.ExponentialIntegral(x)));
        }
        return front / e * (Math.Pow(Bound, e) * Math.Exp(-x)
            + square * IncompleteGamma.Gamma(e + 1) * Math.Pow(Bound, e + 1) * IncompleteGamma.LowerStar(e + 1, x));
    }
}
