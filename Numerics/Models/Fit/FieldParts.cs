using System;
using Toolkit.Numerics.Representations;

namespace Toolkit.Numerics.Models.Fit;

/// <summary>
/// What of effective fields is learned and compared: where lengths of moments were held by constraints, as in constrained
/// density-functional calculations, only what is perpendicular to a moment is a derivative of the energy; it makes the torque m × B.
/// </summary>
internal static class FieldParts
{
    /// <summary>Takes the part of fields, or of rows of them, that is wanted.</summary>
    /// <param name="part">Which.</param>
    /// <param name="vectors"><c>[atom, xyz]</c>; where one is zero nothing is perpendicular to it but all, and there is no torque.</param>
    /// <param name="rows"><c>[atom, xyz, column]</c>.</param>
    /// <param name="columns">Numbers of a row; 1 for the fields themselves.</param>
    public static void Keep(FieldPart part, ReadOnlySpan<double> vectors, Span<double> rows, int columns)
    {
        if (part == FieldPart.Full) return;
        for (int i = 0; i < vectors.Length / 3; i++)
        {
            ReadOnlySpan<double> v = vectors.Slice(3 * i, 3);
            Span<double> own = rows.Slice(3 * i * columns, 3 * columns);
            double square = v[0] * v[0] + v[1] * v[1] + v[2] * v[2];
            for (int c = 0; c < columns; c++)
            {
                double x = own[c], y = own[columns + c], z = own[2 * columns + c];
                if (part == FieldPart.Torque)
                {
                    own[c] = v[1] * z - v[2] * y;
                    own[columns + c] = v[2] * x - v[0] * z;
                    own[2 * columns + c] = v[0] * y - v[1] * x;
                    continue;
                }
                double along = square == 0 ? 0 : (v[0] * x + v[1] * y + v[2] * z) / square;
                own[c] = x - along * v[0];
                own[columns + c] = y - along * v[1];
                own[2 * columns + c] = z - along * v[2];
            }
        }
    }
}
