using System;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Toolkit.Numerics.Simd;

/// <summary>A vector across two cache lines costs two loads: where a kernel's memory begins matters.</summary>
internal static unsafe class CacheLine
{
    /// <summary>Doubles to have in reserve where <see cref="Next"/> is taken.</summary>
    public const int Doubles = 64 / sizeof(double);

    /// <summary>The first address from <paramref name="memory"/> on where a line begins.</summary>
    public static double* Next(double* memory) => memory + (-(nint)memory & 63) / sizeof(double);

    /// <summary>Memory that stays where it is.</summary>
    /// <param name="count">How many numbers are needed.</param>
    /// <param name="first">Where the first line begins.</param>
    public static T[] Allocate<T>(int count, out int first)
        where T : unmanaged
    {
        T[] memory = GC.AllocateUninitializedArray<T>(count + 64 / sizeof(T), pinned: true);
        fixed (T* start = memory)
            first = (int)((-(nint)start & 63) / sizeof(T));
        return memory;
    }

    /// <summary>The number of doubles of whole lines that as many take.</summary>
    public static int Padded(int doubles) => (doubles + Doubles - 1) / Doubles * Doubles;

    /// <summary>Sets whole lines to zero: of a few kilobytes sooner than the system's function, which is made for more.</summary>
    public static void Clear<T>(T* first, int count)
        where T : unmanaged
    {
        for (int k = 0; k < count; k += Vector512<T>.Count)
            Vector512.Store(Vector512<T>.Zero, first + k);
    }

    /// <summary>Asks for a line that is needed soon; any address may be named.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Fetch(void* address)
    {
        if (Sse.IsSupported)
            Sse.Prefetch0(address);
    }

    /// <summary>The lines of <paramref name="bytes"/> bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Fetch(void* address, int bytes)
    {
        for (int i = 0; i < bytes; i += 64)
            Fetch((byte*)address + i);

        Fetch((byte*)address + bytes - 1);
    }

    /// <summary>Asks for a line into the second-level cache.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void FetchFar(void* address)
    {
        if (Sse.IsSupported)
            Sse.Prefetch1(address);
    }
}
