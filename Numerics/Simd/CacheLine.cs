namespace Toolkit.Numerics.Simd;

/// <summary>A vector across two cache lines costs two loads: where a kernel's memory begins matters.</summary>
internal static unsafe class CacheLine
{
    /// <summary>Doubles to have in reserve where <see cref="Next"/> is taken.</summary>
    public const int Doubles = 64 / sizeof(double);

    /// <summary>The first address from <paramref name="memory"/> on where a line begins.</summary>
    public static double* Next(double* memory) => memory + (-(nint)memory & 63) / sizeof(double);
}
