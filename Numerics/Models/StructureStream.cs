using System;
using System.Collections.Generic;
using Toolkit.Numerics.Files;
using Toolkit.Numerics.LinearAlgebra;
using Toolkit.Numerics.Representations;
using Toolkit.Numerics.Structures;

namespace Toolkit.Numerics.Models;

/// <summary>
/// Does the same work for every structure of a data set and hands the results on in order, in memory for a few structures: small
/// ones are the work of one thread each, a large one that of all.
/// </summary>
internal static class StructureStream
{
    /// <summary>Atoms held at a time where what comes of them is small.</summary>
    public const long MostAtoms = 1 << 14;

    // Atoms: a structure of more is worth the work of several threads.
    private const int Small = 128;

    /// <summary>Works.</summary>
    /// <typeparam name="T">What comes of a structure.</typeparam>
    /// <param name="structures">The structures.</param>
    /// <param name="threads">How many threads may work; results are the same for any number.</param>
    /// <param name="mostAtoms">Of several structures together.</param>
    /// <param name="work">The work on one structure with so many threads.</param>
    /// <exception cref="InputException">A structure that no features can be made of.</exception>
    public static IEnumerable<(int Index, Structure Structure, FramePlace Place, T Result)> Each<T>(
        IEnumerable<(Structure Structure, FramePlace Place)> structures, int threads, long mostAtoms, Func<Structure, FramePlace, int, T> work)
    {
        List<(Structure Structure, FramePlace Place)> group = [];
        long atoms = 0;
        int index = 0;
        foreach ((Structure structure, FramePlace place) in structures)
        {
            if (group.Count > 0 && (atoms + structure.Count > mostAtoms || structure.Count > Small || group.Count >= 16 * threads))
            {
                foreach (var result in Flush())
                    yield return result;
            }
            group.Add((structure, place));
            atoms += structure.Count;
            if (structure.Count <= Small) continue;
            foreach (var result in Flush())
                yield return result;
        }
        foreach (var result in Flush())
            yield return result;

        IEnumerable<(int, Structure, FramePlace, T)> Flush()
        {
            var results = new T[group.Count];
            var failed = new InputException?[group.Count];
            int inside = group.Count == 1 ? threads : 1;
            Threads.Share(group.Count, threads, k =>
            {
                try
                {
                    results[k] = work(group[k].Structure, group[k].Place, inside);
                }
                catch (Exception e) when (Told(group[k].Structure, group[k].Place, e) is { } told)
                {
                    failed[k] = told;
                }
            });
            if (Array.Find(failed, static f => f is not null) is { } error) throw error;
            for (int k = 0; k < results.Length; k++)
                yield return (index++, group[k].Structure, group[k].Place, results[k]);
            group.Clear();
            atoms = 0;
        }
    }

    private static InputException? Told(Structure structure, FramePlace place, Exception e) => e switch
    {
        InputException told => told,
        ArgumentException wrong => Features.Misplaced(place, wrong),
        OverflowException or OutOfMemoryException => place.Bad(null, $"{structure.Count} atoms, more than memory holds", "a smaller structure or fewer features"),
        _ => null,
    };
}
