namespace Toolkit.Numerics.Representations;

/// <summary>
/// Which equivariants are wanted by their behaviour under the inversion: order λ and kind σ get the sign σ (−1)^λ.
/// </summary>
public enum Parities
{
    /// <summary>σ = +1: scalars, polar vectors, …: Σ l of the factors has λ's parity.</summary>
    Proper,

    /// <summary>σ = −1: pseudoscalars, axial vectors, ….</summary>
    Pseudo,

    /// <summary>σ = ±1.</summary>
    Both,
}

/// <summary>Tells of <see cref="Parities"/>.</summary>
internal static class ParitiesExtensions
{
    /// <summary>Whether σ = (−1)^sum is wanted.</summary>
    public static bool Include(this Parities parities, int sum) =>
        parities == Parities.Both || (parities == Parities.Proper) == (sum % 2 == 0);
}
