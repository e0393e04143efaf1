using System;
using System.Collections.Generic;
using System.Linq;
using Toolkit.Numerics.LinearAlgebra;
using Toolkit.Numerics.Structures;

namespace Toolkit.Benchmarks.Workloads;

/// <summary>Diamond silicon, 4 × 4 × 4 cubic cells (512 atoms, a = 5.43 Å), Gaussian noise of 0.1 Å on every coordinate.</summary>
internal static class PerturbedSilicon
{
    public const string Name = "Si512, cutoff 5 Å";

    private static readonly double[] Basis =
    [
        0, 0, 0, 0, 0.5, 0.5, 0.5, 0, 0.5, 0.5, 0.5, 0,
        0.25, 0.25, 0.25, 0.25, 0.75, 0.75, 0.75, 0.25, 0.75, 0.75, 0.75, 0.25,
    ];

    /// <summary>The crystal.</summary>
    /// <param name="cells">Cubic cells along each axis.</param>
    /// <param name="noise">Å.</param>
    /// <param name="seed">Of the noise.</param>
    /// <param name="species">How many elements stand in its places, from silicon on, without an order.</param>
    public static Structure Create(int cells = 4, double noise = 0.1, int seed = 1, int species = 1)
    {
        const double a = 5.43;
        var random = new Random(seed);
        var positions = new List<double>();
        for (int cell = 0; cell < cells * cells * cells; cell++)
        {
            int[] corner = [cell / (cells * cells), cell / cells % cells, cell % cells];
            for (int k = 0; k < Basis.Length; k++)
                positions.Add(a * (corner[k % 3] + Basis[k]) + noise * NormalNumbers.Next(random));
        }
        double[] r = positions.ToArray();
        int[] elements = [.. Enumerable.Range(0, r.Length / 3).Select(k => 14 + k * 7919 % 13 % species)];
        return Structure.Create(elements, r, Cell.Cubic(a * cells), Periodicity.All);
    }
}
