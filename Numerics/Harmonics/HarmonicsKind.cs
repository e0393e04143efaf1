namespace Toolkit.Numerics.Harmonics;

/// <summary>Which functions of the vector r = (x, y, z) are computed.</summary>
public enum HarmonicsKind
{
    /// <summary>
    /// Y_lm(r/|r|): functions of the direction, whatever the length of r. At r = 0, where there is none, l = 0 keeps its constant
    /// and every other value and every derivative is 0. Derivatives grow with 1/|r| and overflow where that does: gradients below
    /// about 1e-306, Hessians below 1e-153 (float32: 1e-37 and 1e-18).
    /// </summary>
    Normalised,

    /// <summary>|r|^l Y_lm(r/|r|): homogeneous polynomials of degree l, smooth everywhere.</summary>
    Solid,
}
