using System;

namespace Toolkit.Numerics.LinearAlgebra;

/// <summary>Random numbers of the normal distribution.</summary>
internal static class NormalNumbers
{
    /// <summary>One of mean 0 and variance 1 (G. E. P. Box, M. E. Muller, Ann. Math. Stat. 29, 610 (1958)).</summary>
    public static double Next(Random random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
