using System;

namespace Toolkit.Numerics.Models.Fit;

/// <summary>
/// Takes from effective fields what lies along each atom's vector: where lengths of moments were held by constraints, as in
/// constrained density-functional calculations, only the rest is a derivative of the energy; it makes the torque m × B.
/// </summary>
internal static class PerpendicularPart
{
    /// <summary>Projects fields, or rows of them.</summary>
    /// <param name="vectors"><c>[atom, xyz]</c>; where one is zero nothing is taken.</param>
    /// <param name="rows"><c>[atom, xyz, column]</c>.</param>
    /// <param name="columns">Numbers of a row; 1 for the fields themselves.</param>
    public static void Keep(ReadOnlySpan<double> vectors, Span<double> rows, int columns)
    {
        for (int i = 0; i < vectors.Length / 3; i++)
        {
            ReadOnlySpan<double> v = vectors.Slice(3 * i, 3);
            double square = v[0] * v[0] + v[1] * v[1] + v[2] * v[2];
            if (square == 0) continue;
            Span<double> own = rows.Slice(3 * i * columns, 3 * columns);
            for (int c = 0; c < columns; c++)
            {
                double along = (v[0] * own[c] + v[1] * own[columns + c] + v[2] * own[2 * columns + c]) / square;
                for (int d = 0; d < 3; d++)
                    own[d * columns + c] -= along * v[d];
            }
        }
    }
}
