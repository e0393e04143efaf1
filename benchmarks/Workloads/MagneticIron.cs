using System;
using System.Linq;
using Toolkit.Numerics.LinearAlgebra;
using Toolkit.Numerics.Structures;

namespace Toolkit.Benchmarks.Workloads;

/// <summary>
/// Body-centred cubic iron, 6 × 6 × 6 cubic cells (432 atoms, a = 2.87 Å), Gaussian noise of 0.05 Å on every coordinate, and
/// spins of random directions and of lengths 1.8 … 2.6 μB.
/// </summary>
internal static class MagneticIron
{
    public const string Name = "bcc Fe432, cutoff 5 Å, nmax 8, lmax 4";

    public const int Count = 432;

    public static Structure Create(int seed = 1)
    {
        const double a = 2.87;
        const int cells = 6;
        var random = new Random(seed);
        double[] r = new double[3 * Count], v = new double[3 * Count];
        for (int i = 0; i < Count; i++)
        {
            int cell = i / 2;
            int[] corner = [cell / (cells * cells), cell / cells % cells, cell % cells];
            for (int d = 0; d < 3; d++)
            {
                r[3 * i + d] = a * (corner[d] + 0.5 * (i % 2)) + 0.05 * NormalNumbers.Next(random);
                v[3 * i + d] = NormalNumbers.Next(random);
            }
            double length = Math.Sqrt(v.AsSpan(3 * i, 3).ToArray().Sum(static x => x * x)), moment = 1.8 + 0.8 * random.NextDouble();
            for (int d = 0; d < 3; d++)
                v[3 * i + d] *= moment / length;
        }
        return Structure.Create(Enumerable.Repeat(26, Count).ToArray(), r, Cell.Cubic(a * cells), Periodicity.All)
            .WithAtomProperty("spins", PropertyArray.Real(v, 3));
    }
}
