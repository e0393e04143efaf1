using System;
using System.Numerics;
using System.Runtime.CompilerServices;
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

    private static void Copy<TLanes, V, T>(T* source, T* target, int n)
        where TLanes : struct, ILanes<V, T>
        where V : struct
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int line = 64 / sizeof(T), i = 0;
        int head = Math.Min(n, (int)(((64 - ((nint)target & 63)) & 63) / sizeof(T)));
        for (; i < head; i++)
            target[i] = source[i];

        for (; i + line <= n; i += line)
        {
            for (int j = i; j < i + line; j += TLanes.Count)
                TLanes.StoreStreaming(TLanes.Load(source + j), target + j);
        }

        for (; i < n; i++)
            target[i] = source[i];
    }
}
