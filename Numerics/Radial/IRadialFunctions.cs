using System;

namespace Toolkit.Numerics.Radial;

/// <summary>
/// Radial parts of a density expansion: g_nl(r), such that a neighbour at r r̂ adds g_nl(r) Y_lm(r̂) to the
/// coefficient (n, l, m). The smooth cutoff is not part of g.
/// </summary>
public interface IRadialFunctions
{
    /// <summary>The number of radial channels n.</summary>
    int NMax { get; }

    /// <summary>The largest l.</summary>
    int LMax { get; }

    /// <summary>The cutoff radius, Å; g is used on [0, Cutoff].</summary>
    double Cutoff { get; }

    /// <summary>g_nl, dg_nl/dr and d²g_nl/dr² at one distance.</summary>
    /// <param name="r">Distance, Å.</param>
    /// <param name="values">Receives <c>[l, n]</c>.</param>
    /// <param name="first">Receives <c>[l, n]</c>, per Å.</param>
    /// <param name="second">Receives <c>[l, n]</c>, per Å².</param>
    void Evaluate(double r, Span<double> values, Span<double> first, Span<double> second);
}
