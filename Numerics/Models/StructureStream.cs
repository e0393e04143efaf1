using System;
using System.Collections.Generic;
using System.Linq;
using Toolkit.Numerics.Files;
using Toolkit.Numerics.LinearAlgebra;
using Toolkit.Numerics.Representations;
using Toolkit.Numerics.Structures;

namespace Toolkit.Numerics.Models;

/// <summary>
/// Does the same work for every structure of a data set and hands the results on in order, in memory for a few structures: small ones
/// are the work of one thread each, a large one that of all. Several threads read the next structures and leave results to whoever
/// takes them while others work.
/// </summary>
internal static class StructureStream
{
    /// <summary>Atoms held at a time where what comes of them is small.</summary>
    public const long MostAtoms = 1 << 14;

    // Atoms: a structure of more is worth the work of several threads.
    private const int Small = 128;

    // Atoms of structures that one thread reads, works on and finishes together: what each of these needs stays near while it lasts.
    private const int MostTogether = 512;

    /// <summary>Works.</summary>
    /// <typeparam name="T">What comes of a structure.</typeparam>
    /// <param name="structures">The structures.</param>
    /// <param name="threads">How many threads may work; results are the same for any number.</param>
    /// <param name="mostAtoms">Of several structures together.</param>
    /// <param name="work">The work on one structure with so many threads.</param>
    /// <exception cref="InputException">A structure that no features can be made of.</exception>
    public static IEnumerable<(int Index, Structure Structure, FramePlace Place, T Result)> Each<T>(
        IEnumerable<(Structure Structure, FramePlace Place)> structures, int threads, long mostAtoms,
            Func<Structure, FramePlace, int, T> work) => Each(structures, threads, mostAtoms, work, static (_, made) => made);

    /// <summary>Works and finishes what was made, of several small structures each in turn.</summary>
    /// <typeparam name="TMade">What the work makes of a structure.</typeparam>
    /// <typeparam name="T">What comes of it in the end.</typeparam>
    /// <param name="structures">The structures.</param>
    /// <param name="threads">How many threads may work; results are the same for any number.</param>
    /// <param name="mostAtoms">Of several structures together.</param>
    /// <param name="work">The work on one structure with so many threads.</param>
    /// <param name="finish">What follows, on one thread.</param>
    /// <exception cref="InputException">A structure that no features can be made of.</exception>
    public static IEnumerable<(int Index, Structure Structure, FramePlace Place, T Result)> Each<TMade, T>(
        IEnumerable<(Structure Structure, FramePlace Place)> structures, int threads, long mostAtoms,
            Func<Structure, FramePlace, int, TMade> work, Func<Structure, TMade, T> finish)
    {
        // Results that fill memory must not be held beside others.
        bool isAhead = threads > 1 && mostAtoms >= MostAtoms;
        IEnumerable<Group> groups = isAhead ? Grouped(structures, MostTogether, 16) : Grouped(structures, mostAtoms, 16 * threads);
        IEnumerable<(Structure Structure, FramePlace Place, T Result)[]> results = isAhead
            ? Threads.InOrder(
                groups, threads, 16 * threads, static group => group.IsAlone,
                group => Work(group, group.IsAlone ? threads : 1, work, finish))
            : (threads > 1 ? Threads.Ahead(groups) : groups).Select(group => Work(group, threads, work, finish));
        return results.SelectMany(static group => group).Select(static (r, index) => (index, r.Structure, r.Place, r.Result));
    }

    /// <summary>Predictions for a data set and what is made of each, on the threads that predict.</summary>
    /// <typeparam name="TMade">A prediction.</typeparam>
    /// <typeparam name="T">What is made of it.</typeparam>
    /// <param name="source">The structures.</param>
    /// <param name="threads">How many threads may work; results are the same for any number.</param>
    /// <param name="predict">The prediction for one structure with so many threads.</param>
    /// <param name="finish">Makes something of it, of several structures at a time.</param>
    /// <exception cref="InputException">While walking: a structure that no prediction can be made for.</exception>
    public static IEnumerable<(Structure Structure, TMade Prediction, T Result)> Predictions<TMade, T>(
        StructureSource source, int threads, Func<Structure, int, TMade> predict, Func<Structure, TMade, T> finish)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(finish);
        return Each(
            source.Read(), threads, MostAtoms, (s, _, inside) => predict(s, inside), (s, p) => (Prediction: p, Result: finish(s, p)))
            .Select(static r => (r.Structure, r.Result.Prediction, r.Result.Result));
    }

    /// <summary>Structures that are worked on together; alone: all threads do so, since the structure is large or there are no
    /// others.</summary>
    private sealed record Group((Structure Structure, FramePlace Place)[] Members, bool IsAlone);

    private static IEnumerable<Group> Grouped(IEnumerable<(Structure Structure, FramePlace Place)> structures, long mostAtoms, int most)
    {
        List<(Structure Structure, FramePlace Place)> group = [];
        long atoms = 0;
        bool any = false;
        foreach ((Structure structure, FramePlace place) in structures)
        {
            bool isLarge = group.Count > 0 && group[^1].Structure.Count > Small;
            if (group.Count > 0 && (atoms + structure.Count > mostAtoms || structure.Count > Small || isLarge || group.Count >= most))
            {
                any = true;
                yield return new([.. group], isLarge);
                group.Clear();
                atoms = 0;
            }
            group.Add((structure, place));
            atoms += structure.Count;
        }
        if (group.Count > 0) yield return new([.. group], !any || group[^1].Structure.Count > Small);
    }

    private static (Structure, FramePlace, T)[] Work<TMade, T>(
        Group together, int threads, Func<Structure, FramePlace, int, TMade> work, Func<Structure, TMade, T> finish)
    {
        (Structure Structure, FramePlace Place)[] group = together.Members;
        int inside = group.Length == 1 ? threads : 1;
        var made = new TMade[group.Length];
        var results = new (Structure, FramePlace, T)[group.Length];
        var failed = new InputException?[group.Length];
        Each((k, structure, place) => made[k] = work(structure, place, inside));
        if (Array.TrueForAll(failed, static f => f is null))
            Each((k, structure, place) => results[k] = (structure, place, finish(structure, made[k])));
        return Array.Find(failed, static f => f is not null) is { } error ? throw error : results;

        void Each(Action<int, Structure, FramePlace> step) => Threads.Share(group.Length, threads, k =>
        {
            (Structure structure, FramePlace place) = group[k];
            try
            {
                step(k, structure, place);
            }
            catch (Exception e) when (Told(structure, place, e) is { } told)
            {
                failed[k] = told;
            }
        });
    }

    /// <summary>What a structure's error says of it, and where it is; null: it is no error of the structure.</summary>
    internal static InputException? Told(Structure structure, FramePlace place, Exception e) => e switch
    {
        InputException told => told,
        ArgumentException wrong => Features.Misplaced(place, wrong),
        OverflowException or OutOfMemoryException =>
            place.Bad(null, $"{structure.Count} atoms, more than memory holds", "a smaller structure or fewer features"),
        _ => null,
    };
}
