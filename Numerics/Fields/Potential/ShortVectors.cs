using System;
using Toolkit.Numerics.LinearAlgebra;
using Toolkit.Numerics.Structures;

namespace Toolkit.Numerics.Fields.Potential;

/// <summary>
/// Shorter vectors of a lattice that is given by long, nearly parallel ones: a mesh lies along the vectors, and has as many points as they
/// are long.
/// </summary>
internal static class ShortVectors
{
    // Cells that are little skewed stay as they are.
    private const double Worth = 2;

    /// <summary>The same atoms in the same lattice.</summary>
    /// <remarks>Lagrange's reduction of every pair: of each vector whole multiples of another are subtracted as long as that makes it
    /// shorter.</remarks>
    public static Structure Of(Structure structure)
    {
        if (structure.Cell is not { } cell || structure.Periodic.Dimensions < 2) return structure;
        double[] h = cell.Vectors.ToArray();
        double before = Squares(h, structure.Periodic);
        for (bool isShorter = true; isShorter;)
        {
            isShorter = false;
            for (int i = 0; i < 3; i++)
            {
                for (int j = 0; j < 3; j++)
                {
                    if (i != j && structure.Periodic[i] && structure.Periodic[j])
                        isShorter |= Shorten(h.AsSpan(3 * j, 3), h.AsSpan(3 * i, 3));
                }
            }
        }

        return before < Worth * Squares(h, structure.Periodic) ? structure : structure.WithCell(new Cell(h), structure.Periodic);
    }

    private static bool Shorten(Span<double> a, ReadOnlySpan<double> by)
    {
        double times = Math.Round(Vectors.Dot(a, by) / Vectors.Dot(by, by)), square = Vectors.Dot(a, a);
        double[] shorter = [a[0] - times * by[0], a[1] - times * by[1], a[2] - times * by[2]];
        if (!(Vectors.Dot(shorter, shorter) < (1 - 1e-9) * square)) return false;
        shorter.CopyTo(a);
        return true;
    }

    private static double Squares(double[] h, Periodicity periodic)
    {
        double sum = 0;
        for (int k = 0; k < 3; k++)
            if (periodic[k]) sum += Vectors.Dot(h.AsSpan(3 * k, 3), h.AsSpan(3 * k, 3));
        return sum;
    }
}
