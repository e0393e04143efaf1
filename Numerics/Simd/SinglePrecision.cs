using System.Numerics;

namespace Toolkit.Numerics.Simd;

/// <summary>From float64 to float32.</summary>
internal static unsafe class SinglePrecision
{
    /// <summary>Each number, rounded.</summary>
    public static void Round(double* from, float* to, int count)
    {
        int k = 0;
        for (; k + Vector<float>.Count <= count; k += Vector<float>.Count)
            Vector.Store(Vector.Narrow(Vector.Load(from + k), Vector.Load(from + k + Vector<double>.Count)), to + k);
        for (; k < count; k++)
            to[k] = (float)from[k];
    }
}
