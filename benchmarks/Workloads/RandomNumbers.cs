using System;

namespace Toolkit.Benchmarks.Workloads;

/// <summary>Random input.</summary>
internal static class RandomNumbers
{
    /// <summary>Uniform on [−1, 1), the same on every run.</summary>
    public static double[] Create(int count, int seed)
    {
        Random random = new(seed);
        double[] x = new double[count];
        for (int i = 0; i < count; i++)
            x[i] = 2 * random.NextDouble() - 1;
        return x;
    }
}
