using System;
using Toolkit.Numerics.LinearAlgebra;
using Toolkit.Numerics.Structures;

namespace Toolkit.Benchmarks.Workloads;

/// <summary>Rock salt at the density of its melt (1.56 g/cm³: 0.0321 ions/Å³), 8 ions to a cubic cell, displaced by Gaussian noise of 0.4
/// Å.</summary>
internal static class MoltenSalt
{
    /// <summary>n × n × n cells of 8 ions.</summary>
    public static Structure Create(int n, int seed = 1)
    {
        double a = Math.Cbrt(8 / 0.0321);
        Random random = new(seed);
        int count = 8 * n * n * n;
        int[] species = new int[count];
        double[] r = new double[3 * count];
        for (int i = 0; i < count; i++)
        {
            int site = i % 8, cell = i / 8, x = site & 1, y = site >> 1 & 1, z = site >> 2;
            species[i] = (x + y + z) % 2 == 0 ? 11 : 17;
            int[] corner = [2 * (cell % n) + x, 2 * (cell / n % n) + y, 2 * (cell / (n * n)) + z];
            for (int d = 0; d < 3; d++)
                r[3 * i + d] = 0.5 * a * corner[d] + 0.4 * NormalNumbers.Next(random);
        }
        return Structure.Create(species, r, Cell.Cubic(a * n), Periodicity.All);
    }
}
