using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Toolkit.Numerics.Simd;

/// <summary>The register widths that a kernel exists in.</summary>
public enum VectorWidth
{
    /// <summary>One number at a time.</summary>
    Scalar = 0,

    /// <summary>128-bit registers (SSE, NEON).</summary>
    Bits128 = 128,

    /// <summary>256-bit registers (AVX2).</summary>
    Bits256 = 256,

    /// <summary>512-bit registers (AVX-512).</summary>
    Bits512 = 512,
}

/// <summary>What the processor offers.</summary>
public static class VectorWidths
{
    /// <summary>
    /// Whether 512-bit registers are there. <see cref="Vector512.IsHardwareAccelerated"/> says no on processors that the
    /// runtime believes to lower their clock for them (Skylake-X, Cascade Lake); dense arithmetic still runs 1.8 times
    /// faster there than with 256 bits (the FMA rows of <c>benchmarks</c>), so the instruction set itself is asked.
    /// </summary>
    public static bool Has512 => Avx512F.IsSupported || Vector512.IsHardwareAccelerated;

    /// <summary>The widest registers of this process: what every kernel uses unless told otherwise.</summary>
    public static VectorWidth Widest =>
        Has512 ? VectorWidth.Bits512
        : Vector256.IsHardwareAccelerated ? VectorWidth.Bits256
        : Vector128.IsHardwareAccelerated ? VectorWidth.Bits128
        : VectorWidth.Scalar;

    /// <summary>The widest registers that hold no more than eight numbers: channels come in eights.</summary>
    internal static unsafe VectorWidth OfEight<T>()
        where T : unmanaged => HasSixteen<T>() ? VectorWidth.Bits256 : Widest;

    /// <summary>Whether registers hold sixteen numbers: two vectors of eight are then worked on as one.</summary>
    internal static unsafe bool HasSixteen<T>()
        where T : unmanaged => sizeof(T) == sizeof(float) && Has512;
}
