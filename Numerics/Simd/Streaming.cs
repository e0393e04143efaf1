using System;
using System.Numerics;
using System.Runtime.Intrinsics;

namespace Toolkit.Numerics.Simd;

/// <summary>Writing past the caches: whole lines that nobody reads soon need not be read before they are written.</summary>
internal static unsafe class Streaming
{
    /// <summary>Copies n elements; the whole cache lines of the target are written past the caches.</summary>
    internal static void Copy<T>(T* source, T* target, int n)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        // Numbers that begin between two numbers' places never begin at a line.
        bool reachesLines = (nint)target % sizeof(T) == 0;
        if (reachesLines && VectorWidths.Has512)
            Copy<Lanes512<T>, Vector512<T>, T>(source, target, n);
        else if (reachesLines && Vector128.IsHardwareAccelerated)
            Copy<Lanes128<T>, Vector128<T>, T>(source, target, n);
        else
            new ReadOnlySpan<T>(source, n).CopyTo(new Span<T>(target, n));
    }

    /// <summary>Copies numbers and takes them from a sum: in one pass over them, since the memory is what takes time.</summary>
    /// <param name="source">The numbers, up to whole vectors, from the start of a line.</param>
    /// <param name="target">Receives them.</param>
    /// <param name="sum">The sum, likewise.</param>
    /// <param name="n">How many.</param>
    /// <param name="isStreamed">Whether the target's whole cache lines are written past the caches.</param>
    internal static void CopyOut(double* source, double* target, double* sum, int n, bool isStreamed)
    {
        int i = 0, k = 0;
        if (isStreamed && VectorWidths.Has512 && (nint)target % sizeof(double) == 0)
        {
            i = Math.Min(n, (int)(((64 - ((nint)target & 63)) & 63) / sizeof(double)));
            Few(source, target, i);
            for (; i + 8 <= n; i += 8, k += 8)
            {
                Vector512.StoreAlignedNonTemporal(Vector512.Load(source + i), target + i);
                Vector512.Store(Vector512.Load(sum + k) - Vector512.Load(source + k), sum + k);
            }
        }

        for (; i + 8 <= n; i += 8, k += 8)
        {
            Vector512.Store(Vector512.Load(source + i), target + i);
            Vector512.Store(Vector512.Load(sum + k) - Vector512.Load(source + k), sum + k);
        }

        Few(source + i, target + i, n - i);
        for (; k < n; k += 8)
            Vector512.Store(Vector512.Load(sum + k) - Vector512.Load(source + k), sum + k);
    }

    private static void Copy<TLanes, V, T>(T* source, T* target, int n)
        where TLanes : struct, ILanes<V, T>
        where V : struct
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int line = 64 / sizeof(T), i = Math.Min(n, (int)(((64 - ((nint)target & 63)) & 63) / sizeof(T)));
        Few(source, target, i);
        for (; i + line <= n; i += line)
        {
            for (int j = i; j < i + line; j += TLanes.Count)
                TLanes.StoreStreaming(TLanes.Load(source + j), target + j);
        }

        Few(source + i, target + i, n - i);
    }

    /// <summary>Copies less than a line.</summary>
    internal static void Few<T>(T* source, T* target, int n)
        where T : unmanaged
    {
        int i = 0;
        if ((n & Vector256<T>.Count) != 0)
        {
            Vector256.Store(Vector256.Load(source), target);
            i = Vector256<T>.Count;
        }

        if ((n & Vector128<T>.Count) != 0)
        {
            Vector128.Store(Vector128.Load(source + i), target + i);
            i += Vector128<T>.Count;
        }

        for (; i < n; i++)
            target[i] = source[i];
    }
}
