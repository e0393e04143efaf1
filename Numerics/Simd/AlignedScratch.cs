using System.Buffers;
using System.Runtime.InteropServices;

namespace Toolkit.Numerics.Simd;

/// <summary>
/// Working memory of one call, at the start of a cache line, taken from the shared pool: once the pool is warm nothing is
/// allocated. Not cleared.
/// </summary>
internal readonly unsafe ref struct AlignedScratch<T>
    where T : unmanaged
{
    private readonly byte[] _rented;
    private readonly GCHandle _pin;

    internal AlignedScratch(long count)
    {
        _rented = ArrayPool<byte>.Shared.Rent(checked((int)(count * sizeof(T) + 64)));
        _pin = GCHandle.Alloc(_rented, GCHandleType.Pinned);
        Start = (T*)((_pin.AddrOfPinnedObject() + 63) & ~(nint)63);
    }

    internal readonly T* Start;

    public void Dispose()
    {
        _pin.Free();
        ArrayPool<byte>.Shared.Return(_rented);
    }
}
