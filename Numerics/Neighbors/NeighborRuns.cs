using System;
using System.Collections.Concurrent;
using Toolkit.Numerics.Structures;

namespace Toolkit.Numerics.Neighbors;

/// <summary>
/// The pairs of a structure a few atoms at a time, for sums that need each once: of many atoms and a long cutoff the whole list would fill
/// the memory. The pairs are those of <see cref="NeighborList"/>, bit for bit.
/// </summary>
internal sealed class NeighborRuns
{
    // Atoms of a run: their pairs stay in the second-level cache, unless bins are fuller than that.
    private const int Atoms = 32;

    private readonly BinGrid _grid;
    private readonly double _cutoff;
    private readonly int[] _counts;
    // One per thread in the end.
    private readonly ConcurrentBag<BinSweep> _sweeps = [];

    /// <summary>Sorts the atoms into bins.</summary>
    internal NeighborRuns(Structure structure, double cutoff)
    {
        _grid = new BinGrid(structure.Positions, NeighborList.Lattice(structure), structure.Periodic, cutoff);
        _cutoff = cutoff;
        _counts = new int[structure.Count + 1];
        Count = Math.Max(1, structure.Count / Atoms);
    }

    /// <summary>The number of runs.</summary>
    internal int Count { get; }

    /// <summary>Lists the pairs of one run; different threads may take different runs.</summary>
    internal Run List(int run)
    {
        int first = _grid.BinOf((int)((long)(_counts.Length - 1) * run / Count)),
            end = _grid.BinOf((int)((long)(_counts.Length - 1) * (run + 1) / Count));
        if (!_sweeps.TryTake(out BinSweep? sweep)) sweep = new BinSweep(_grid, first, end, _cutoff);
        sweep.Move(first, end);
        sweep.Find(_counts);
        PairArrays pairs = new(sweep.Count);
        sweep.FillAlong(_counts, pairs);
        _sweeps.Add(sweep);
        return new Run(_grid.Atom.AsSpan(_grid.Start[first], _grid.Start[end] - _grid.Start[first]), _counts, pairs);
    }

    /// <summary>The atoms of a run, one behind the other, and their pairs.</summary>
    internal readonly ref struct Run
    {
        private readonly int[] _counts;

        internal Run(ReadOnlySpan<int> atoms, int[] counts, PairArrays pairs)
        {
            Atoms = atoms;
            _counts = counts;
            Pairs = pairs;
        }

        /// <summary>The atoms.</summary>
        internal ReadOnlySpan<int> Atoms { get; }

        /// <summary>Their pairs, in the same order.</summary>
        internal PairArrays Pairs { get; }

        /// <summary>How many pairs an atom of the run has.</summary>
        internal int CountOf(int atom) => _counts[atom + 1];

        /// <summary>Gives the memory back.</summary>
        public void Dispose() => Pairs.Return();
    }
}
