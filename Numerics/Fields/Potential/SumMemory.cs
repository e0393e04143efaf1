using System;
using System.Collections.Generic;

namespace Toolkit.Numerics.Fields.Potential;

/// <summary>
/// The working memory of the sums of one structure, which the next structure takes over: arrays grow where they must, so that in a
/// simulation nothing is allocated after its first steps.
/// </summary>
internal sealed class SumMemory
{
    private readonly List<Array> _arrays = [];
    private int _taken;

    /// <summary>Begins anew: all arrays are free.</summary>
    internal void Reset() => _taken = 0;

    /// <summary>The next array: at least so long, and less than twice as long. Its numbers are those of its last use.</summary>
    internal T[] Take<T>(int length)
        where T : unmanaged
    {
        int at = _taken++;
        if (at < _arrays.Count && _arrays[at] is T[] known && known.Length >= length && known.Length < Math.Max(64, 2L * length))
            return known;
        T[] made = GC.AllocateUninitializedArray<T>(length);
        if (at == _arrays.Count) _arrays.Add(made);
        else _arrays[at] = made;
        return made;
    }

    /// <summary>The same, so many zeros to begin with.</summary>
    internal T[] Zeros<T>(int length)
        where T : unmanaged
    {
        T[] taken = Take<T>(length);
        Array.Clear(taken, 0, length);
        return taken;
    }
}
