using System;
using System.Collections.Generic;
using System.Linq;
using System.Numerics;
using Toolkit.Numerics.Expansion;
using Toolkit.Numerics.Neighbors;
using Toolkit.Numerics.Structures;

namespace Toolkit.Numerics.Representations;

/// <content>Some centres of a structure at a time.</content>
public sealed partial class RepresentationSet
{
    /// <summary>A structure with its neighbours found, for features of its atoms in any number of parts.</summary>
    /// <exception cref="ArgumentException">A species without channels; vectors that are absent or not finite.</exception>
    /// <exception cref="CoincidentAtomsException">Two atoms at the same place.</exception>
    internal SurroundedStructure Surround(Structure structure, int threads) => new(this, Begin(structure, threads), structure.Count);

    /// <summary>Features of some atoms of a structure whose neighbours somebody else has found.</summary>
    /// <param name="structure">Its species must all have channels; it has the vectors of all fields.</param>
    /// <param name="pairs">The neighbours of the centres, at least to the largest cutoff.</param>
    /// <param name="centres">The atoms.</param>
    /// <param name="threads">How many threads may work; the result is the same for any number.</param>
    /// <returns><c>[centre, feature]</c>.</returns>
    /// <exception cref="ArgumentException">A species without channels; vectors that are absent or not finite; a list that ends too
    /// early.</exception>
    /// <exception cref="NotSupportedException">There is a potential field: every atom sees every other.</exception>
    /// <exception cref="CoincidentAtomsException">Two atoms at the same place.</exception>
    public double[] Compute(Structure structure, NeighborList pairs, ReadOnlySpan<int> centres, int threads = 1)
    {
        ArgumentNullException.ThrowIfNull(structure);
        RequireReach(structure, pairs);
        double[] values = new double[checked(centres.Length * FeatureCount)];
        using SurroundedStructure surrounded = new(this, Begin(structure, threads, pairs: pairs), structure.Count);
        surrounded.Compute(centres.ToArray(), values.AsSpan(), threads);
        return values;
    }

    /// <summary>Checks that a list of neighbours is enough for the features.</summary>
    private void RequireReach(Structure structure, NeighborList pairs)
    {
        ArgumentNullException.ThrowIfNull(pairs);
        RequireNoPotentials();
        if (pairs.CentreCount != structure.Count || _expansions.Any(e => e.Cutoff > pairs.Cutoff))
        {
            throw new ArgumentException(
                $"expected neighbours of {structure.Count} atoms to {Cutoff} Å; got those of {pairs.CentreCount} to {pairs.Cutoff} Å",
                    nameof(pairs));
        }
    }

    /// <summary>A structure with its neighbours found.</summary>
    internal sealed class SurroundedStructure : IDisposable
    {
        private readonly RepresentationSet _set;
        private readonly StructureFields _fields;
        private readonly int _count;
        private int[]? _all;
        private int[][]? _rowOfPair;

        internal SurroundedStructure(RepresentationSet set, StructureFields fields, int count) => (_set, _fields, _count) =
            (set, fields, count);

        /// <summary>What the fields know of it.</summary>
        internal StructureFields Fields => _fields;

        private Surroundings[] Around => _fields.Around;

        /// <summary>All atoms.</summary>
        public int[] All => _all ??= Enumerable.Range(0, _count).ToArray();

        /// <summary>Features of some atoms.</summary>
        /// <param name="centres">The atoms.</param>
        /// <param name="values">Receives <c>[centre, feature]</c>.</param>
        /// <param name="threads">How many threads may work; the result is the same for any number.</param>
        public void Compute<T>(int[] centres, Span<T> values, int threads)
            where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
            _set.Compute(new Environments(_fields, centres), centres.Length, values, threads);

        /// <summary>The same with gradients with respect to every position and vector they depend on.</summary>
        /// <param name="centres">The atoms, each once.</param>
        /// <param name="threads">How many threads may work; the result is the same for any number.</param>
        /// <param name="reuse">An earlier result whose memory may be taken; it is void afterwards.</param>
        /// <param name="hasStrain">Whether gradients by a strain are wanted, too.</param>
        /// <exception cref="NotSupportedException">There is a potential field: every feature depends on every atom.</exception>
        public unsafe FeatureGradients ComputeWithGradients(
            int[] centres, int threads, FeatureGradients? reuse = null, bool hasStrain = false)
        {
            _set.RequireNoPotentials();
            int features = _set.FeatureCount;
            (int[] start, int[] atoms, int[][] rowOfPair) = Rows(centres);
            var result = new FeatureGradients(features, _set.Fields, start, atoms, hasStrain, reuse);
            double[] values = result.ValueMemory, positions = result.PositionMemory, vectors = result.VectorMemory,
                strains = result.StrainMemory;
            Environments all = new(_fields, centres);
            _set.ForEachBatch(centres.Length, threads, 0, 1, (i, _, memory) =>
            {
                _set.Expand<double>(all, i, 1, memory);
                fixed (double* own = values)
                    _set.Forward(memory, 1, own + (nint)i * features, features);
                Span<double> strain = hasStrain ? strains.AsSpan(checked(i * 9 * features), 9 * features) : default;
                strain.Clear();
                fixed (double* byStrain = strain)
                {
                    for (int e = 0; e < _set._expansions.Length; e++)
                    {
                        _set.WriteGradients(
                            e, Around[e], memory, centres[i], rowOfPair[e], start[i], start[i + 1] - start[i], positions, vectors,
                                byStrain);
                    }
                }
            });
            return result;
        }

        /// <summary>How many atoms the features of each centre depend on: its rows of gradients.</summary>
        /// <returns><c>[centre]</c>.</returns>
        public int[] RowCounts(int[] centres)
        {
            int[] seenBy = new int[_count];
            return Array.ConvertAll(centres, i => 1 + Others(i, seenBy).Count);
        }

        /// <summary>The atoms that the features of one or more centres depend on, increasing.</summary>
        public int[] Union(int[] centres)
        {
            int[] seenBy = new int[_count];
            bool[] isThere = new bool[_count];
            foreach (int i in centres)
            {
                isThere[i] = true;
                foreach (int j in Others(i, seenBy))
                    isThere[j] = true;
            }
            return All.Where(j => isThere[j]).ToArray();
        }

        public void Dispose() => _fields.Dispose();

        /// <summary>
        /// One row per (centre, atom it depends on): the centre itself first, then its neighbours in order of index; the
        /// images of one neighbour share a row.
        /// </summary>
        private (int[] Start, int[] Atoms, int[][] RowOfPair) Rows(int[] centres)
        {
            int[] start = new int[centres.Length + 1], row = new int[_count], seenBy = new int[_count];
            var atoms = new List<int>();
            _rowOfPair ??= Array.ConvertAll(Around, static a => new int[a.Pairs.PairCount]);
            for (int c = 0; c < centres.Length; c++)
            {
                int i = centres[c];
                row[i] = atoms.Count;
                atoms.Add(i);
                foreach (int j in Others(i, seenBy).Order())
                {
                    row[j] = atoms.Count;
                    atoms.Add(j);
                }
                for (int e = 0; e < Around.Length; e++)
                {
                    ReadOnlySpan<int> neighbors = Around[e].Pairs.Neighbors;
                    for (int p = Around[e].Pairs.Offsets[i]; p < Around[e].Pairs.Offsets[i + 1]; p++)
                        _rowOfPair[e][p] = row[neighbors[p]];
                }
                start[c + 1] = atoms.Count;
            }
            return (start, atoms.ToArray(), _rowOfPair);
        }

        /// <summary>The other atoms within reach of one, each once.</summary>
        /// <param name="i">The atom.</param>
        /// <param name="seenBy">By atom, 1 + the last one that it was found for.</param>
        private List<int> Others(int i, int[] seenBy)
        {
            var others = new List<int>();
            seenBy[i] = i + 1;
            foreach (Surroundings a in Around)
            {
                foreach (int j in a.Pairs.Neighbors[a.Pairs.Offsets[i]..a.Pairs.Offsets[i + 1]])
                {
                    if (seenBy[j] == i + 1) continue;
                    seenBy[j] = i + 1;
                    others.Add(j);
                }
            }

            return others;
        }
    }
}
