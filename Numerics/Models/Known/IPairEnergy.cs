namespace Toolkit.Numerics.Models.Known;

/// <summary>An energy of two atoms by their distance, nothing from some distance on.</summary>
internal interface IPairEnergy
{
    /// <summary>Where it ends, Å.</summary>
    double Outer { get; }

    /// <summary>The energy of a pair, eV, and its derivative by the distance, eV/Å.</summary>
    /// <param name="first">An atomic number.</param>
    /// <param name="second">Another.</param>
    /// <param name="distance">Å.</param>
    (double Energy, double Slope) Pair(int first, int second, double distance);
}
