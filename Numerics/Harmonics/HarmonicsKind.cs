namespace Toolkit.Numerics.Harmonics;

/// <summary>Which functions of the vector r = (x, y, z) are computed.</summary>
public enum HarmonicsKind
{
    /// <summary>
    /// Y_lm(r/|r|): functions of the direction. At r = 0, where there is none, l = 0 keeps its constant and every other
    /// value and every derivative is 0; so it is where |r|² cannot be told from zero or infinity, below 1e-150 and from
    /// 1.3e154 on (float32: 1e-18 and 1.8e19).
    /// </summary>
    Normalised,

    /// <summary>|r|^l Y_lm(r/|r|): homogeneous polynomials of degree l, smooth everywhere.</summary>
    Solid,
}
