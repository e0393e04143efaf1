using System.Collections.Generic;
using System.Linq;
using Toolkit.Numerics.Representations;

namespace Toolkit.Numerics.Models.Fit;

/// <summary>What one structure teaches; what it does not have is null.</summary>
/// <param name="Energy">eV.</param>
/// <param name="Forces"><c>[atom, xyz]</c>, eV/Å.</param>
/// <param name="Virial">xx yy zz yz xz xy, eV.</param>
/// <param name="Fields">−∂E/∂v of each vector field: <c>[atom, xyz]</c>.</param>
/// <param name="Weight">What its labels' weights are multiplied by.</param>
internal sealed record FrameLabels(double? Energy, double[]? Forces, double[]? Virial, IReadOnlyList<double[]?> Fields, double Weight)
{
    /// <summary>What is left to learn beside a part that is known.</summary>
    public FrameLabels Less(Evaluation known) => this with
    {
        Energy = Energy - known.Energy,
        Forces = Forces?.Zip(known.Forces, static (f, k) => f - k).ToArray(),
        Virial = Virial?.Zip(Symmetric(known.Virial), static (v, k) => v - k).ToArray(),
    };

    /// <summary>The rows of a 3×3 matrix that make up the six components, two for each of the last three.</summary>
    private static readonly (int A, int B)[] Components = [(0, 0), (4, 4), (8, 8), (5, 7), (2, 6), (1, 3)];

    /// <summary>xx yy zz yz xz xy of a matrix, its symmetric part.</summary>
    public static double[] Symmetric(IReadOnlyList<double> matrix)
    {
        double[] six = new double[6];
        for (int k = 0; k < 6; k++)
            six[k] = 0.5 * (matrix[Components[k].A] + matrix[Components[k].B]);
        return six;
    }

    /// <summary>The same of nine rows of numbers: <c>[component, column]</c>.</summary>
    public static double[] SymmetricRows(double[] rows, int columns)
    {
        double[] six = new double[6 * columns];
        for (int k = 0; k < 6; k++)
        {
            for (int c = 0; c < columns; c++)
                six[k * columns + c] = 0.5 * (rows[Components[k].A * columns + c] + rows[Components[k].B * columns + c]);
        }

        return six;
    }
}
