using System.Numerics;

namespace Toolkit.Numerics.Simd;

/// <summary>
/// The vector arithmetic that a kernel is written in, once, for every width: 512, 256 and 128 bits and one scalar.
/// </summary>
/// <typeparam name="TVector">The register type, e.g. <c>Vector512&lt;double&gt;</c> or plain <c>double</c>.</typeparam>
/// <typeparam name="T">The element type, <c>double</c> or <c>float</c>.</typeparam>
/// <remarks>
/// A kernel is generic over a struct that implements this interface, so the compiler makes one specialised body per
/// width with every call inlined. Each operation is the IEEE operation lane by lane and <see cref="MultiplyAdd"/> is fused
/// in every width or in none, so that within one process all widths give the same bits: the law that the tests check.
/// </remarks>
internal unsafe interface ILanes<TVector, T>
    where TVector : struct
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    static abstract int Count { get; }
    static abstract TVector Zero { get; }
    static abstract TVector Load(T* source);
    static abstract void Store(TVector value, T* target);
    /// <summary>Writes past the caches; <paramref name="target"/> is aligned to the vector's size.</summary>
    static abstract void StoreStreaming(TVector value, T* target);
    static abstract TVector Broadcast(T value);
    static abstract TVector Add(TVector a, TVector b);
    static abstract TVector Subtract(TVector a, TVector b);
    static abstract TVector Multiply(TVector a, TVector b);
    static abstract TVector Divide(TVector a, TVector b);
    static abstract TVector Negate(TVector a);
    static abstract TVector Sqrt(TVector a);
    /// <summary>a·b + c.</summary>
    static abstract TVector MultiplyAdd(TVector a, TVector b, TVector c);
    /// <summary>c − a·b.</summary>
    static abstract TVector SubtractProduct(TVector a, TVector b, TVector c);
    /// <summary>Lane by lane: <paramref name="value"/> where a &gt; b, else 0.</summary>
    static abstract TVector WhereGreater(TVector a, TVector b, TVector value);
    /// <summary>Whether a &gt; b in any lane.</summary>
    static abstract bool AnyGreater(TVector a, TVector b);
    /// <summary>Sum over lanes, in an order that depends on the width.</summary>
    static abstract T Sum(TVector a);
}
