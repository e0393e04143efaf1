using System;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Toolkit.Numerics.Simd;

/// <summary>Numbers that a kernel reads by address for as long as it lives: arrays that the collector does not move.</summary>
internal static unsafe class PinnedArray
{
    /// <summary>A copy that stays where it is.</summary>
    public static T[] Of<T>(ReadOnlySpan<T> items)
        where T : unmanaged
    {
        T[] pinned = GC.AllocateUninitializedArray<T>(items.Length, pinned: true);
        items.CopyTo(pinned);
        return pinned;
    }

    /// <summary>The same numbers in another precision.</summary>
    public static TOther[] As<T, TOther>(T[] items)
        where T : unmanaged, INumberBase<T>
        where TOther : unmanaged, INumberBase<TOther> => Of<TOther>(Array.ConvertAll(items, TOther.CreateChecked));

    /// <summary>Where such an array begins; it must be kept meanwhile.</summary>
    public static T* First<T>(T[] pinned)
        where T : unmanaged => (T*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(pinned));
}
