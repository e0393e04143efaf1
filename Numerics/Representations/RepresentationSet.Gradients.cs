using System;
using System.Collections.Generic;
using System.Runtime.Intrinsics;
using Toolkit.Numerics.Expansion;
using Toolkit.Numerics.Simd;
using Toolkit.Numerics.Structures;

namespace Toolkit.Numerics.Representations;

/// <content>Explicit gradients.</content>
public sealed partial class RepresentationSet
{
    /// <summary>From this size on gradients are written past the caches: they will not be there when somebody reads them.</summary>
    private const long StreamedBytes = 8 << 20;

    /// <summary>Features of every atom and their gradients with respect to every position and vector they depend on.</summary>
    /// <param name="structure">Its species must all have channels; it has the vectors of all fields.</param>
    /// <param name="threads">How many threads may work; the result is the same for any number.</param>
    /// <param name="reuse">An earlier result whose memory may be taken; it is void afterwards. Fresh memory for large
    /// gradients costs more than what is written into it.</param>
    /// <exception cref="ArgumentException">A species without channels; vectors that are absent or not finite.</exception>
    /// <exception cref="CoincidentAtomsException">Two atoms at the same place.</exception>
    public FeatureGradients ComputeWithGradients(Structure structure, int threads = 1, FeatureGradients? reuse = null)
    {
        Surroundings[] around = Around(structure, threads);
        int features = FeatureCount, n = structure.Count;
        (int[] start, int[] atoms, int[][] rowOfPair) = Rows(around, n);
        var result = new FeatureGradients(features, Fields, start, atoms, reuse);
        bool isStreamed = (long)atoms.Length * 3 * features * sizeof(double) >= StreamedBytes;
        double[] values = result.ValueMemory, positions = result.PositionMemory, vectors = result.VectorMemory;
        ForEachEnvironment(n, threads, 0, (i, memory) =>
        {
            Expand(around, i, memory);
            Forward(memory, values.AsSpan(i * features, features));
            memory.BeginGradients(start[i + 1] - start[i]);
            for (int e = 0; e < _expansions.Length; e++)
            {
                AddPairs(e, around[e], memory, rowOfPair[e], start[i], positions, vectors, isStreamed);
                AddOwnVectors(e, around[e].Groups[i], memory, start[i], vectors);
            }
            // Moving all atoms together changes nothing, so the centre's row is minus the sum of the others.
            memory.CentreGradient.CopyTo(positions.AsSpan(checked(start[i] * 3 * features)));
        });
        Release(around);
        return result;
    }

    /// <summary>
    /// One row per (centre, atom it depends on): the centre itself first, then its neighbours in order of index; the
    /// images of one neighbour share a row.
    /// </summary>
    private static (int[] Start, int[] Atoms, int[][] RowOfPair) Rows(Surroundings[] around, int n)
    {
        int[] start = new int[n + 1], row = new int[n], seenBy = new int[n];
        var atoms = new List<int>();
        var seen = new List<int>();
        int[][] rowOfPair = Array.ConvertAll(around, static a => new int[a.Pairs.PairCount]);
        for (int i = 0; i < n; i++)
        {
            seen.Clear();
            seenBy[i] = i + 1;
            foreach (Surroundings a in around)
                foreach (int j in a.Pairs.Neighbors[a.Pairs.Offsets[i]..a.Pairs.Offsets[i + 1]])
                {
                    if (seenBy[j] == i + 1) continue;
                    seenBy[j] = i + 1;
                    seen.Add(j);
                }
            seen.Sort();
            row[i] = atoms.Count;
            atoms.Add(i);
            foreach (int j in seen)
            {
                row[j] = atoms.Count;
                atoms.Add(j);
            }
            for (int e = 0; e < around.Length; e++)
            {
                ReadOnlySpan<int> neighbors = around[e].Pairs.Neighbors;
                for (int p = around[e].Pairs.Offsets[i]; p < around[e].Pairs.Offsets[i + 1]; p++)
                    rowOfPair[e][p] = row[neighbors[p]];
            }
            start[i + 1] = atoms.Count;
        }
        return (start, atoms.ToArray(), rowOfPair);
    }

    /// <summary>Adds the gradients of the features that one expansion's pairs contribute.</summary>
    private unsafe void AddPairs(int e, Surroundings around, EnvironmentMemory memory, int[] rowOfPair, int centreRow,
        double[] positions, double[] vectors, bool isStreamed)
    {
        DensityExpansion expansion = _expansions[e];
        EnvironmentScratch scratch = memory.Scratch[e];
        int fields = expansion.Fields.Count, size = 3 * FeatureCount;
        // Features of other expansions do not depend on these pairs.
        if (_expansions.Length > 1) memory.PairGradient.AsSpan().Clear();
        for (int block = 0; block < scratch.Blocks; block++)
        {
            expansion.Differentiate(scratch, block);
            for (int lane = 0; lane < scratch.Used[block]; lane++)
            {
                int row = rowOfPair[scratch.Pair[block * EnvironmentScratch.Lanes + lane]];
                // A centre's own image moves with it.
                if (row != centreRow)
                {
                    for (int p = 0; p < _parts.Length; p++)
                        if (_expansionOf[p] == e)
                            _parts[p].PairGradient(around, scratch, memory.Work(p), block, lane,
                                memory.PairGradient.AsSpan(_first[p]), FeatureCount);
                    fixed (double* pair = memory.PairGradient, centre = memory.CentreGradient,
                        target = &positions[checked(row * size)])
                        Put(pair, target, centre, size, memory.IsFirst(row - centreRow), isStreamed);
                }
                if (fields == 0) continue;
                expansion.ValueTangent(scratch, lane);
                for (int f = 0; f < fields; f++)
                {
                    int slot = expansion.Columns(f).Slot(scratch.Group[block]);
                    if (slot >= 0) AddVectorRows(e, memory, f, slot, vectors, row * Fields.Count + _fieldOf[e][f]);
                }
            }
        }
    }

    /// <summary>One pair's gradient to its row, and off the centre's.</summary>
    private static unsafe void Put(double* pair, double* target, double* centre, int size, bool isFirst, bool isStreamed)
    {
        int k = 0;
        for (; k + 8 <= size; k += 8)
            Vector512.Store(Vector512.Load(centre + k) - Vector512.Load(pair + k), centre + k);
        for (; k < size; k++)
            centre[k] -= pair[k];
        if (isFirst && isStreamed)
        {
            Streaming.Copy(pair, target, size);
            return;
        }
        if (isFirst)
        {
            new ReadOnlySpan<double>(pair, size).CopyTo(new Span<double>(target, size));
            return;
        }
        for (k = 0; k < size; k++)
            target[k] += pair[k];
    }

    private void AddOwnVectors(int e, int centreGroup, EnvironmentMemory memory, int centreRow, double[] vectors)
    {
        for (int f = 0; f < _expansions[e].Fields.Count; f++)
        {
            int slot = _expansions[e].OwnTangent(memory.Scratch[e], f, centreGroup);
            if (slot >= 0) AddVectorRows(e, memory, f, slot, vectors, centreRow * Fields.Count + _fieldOf[e][f]);
        }
    }

    /// <summary>The three rows of derivatives by x, y and z of a vector, (y, z, x) among the coefficients.</summary>
    private void AddVectorRows(int e, EnvironmentMemory memory, int field, int slot, double[] vectors, int at)
    {
        AddFieldTangent(e, memory, field, slot, [0, 0, 1], vectors, 3 * at);
        AddFieldTangent(e, memory, field, slot, [1, 0, 0], vectors, 3 * at + 1);
        AddFieldTangent(e, memory, field, slot, [0, 1, 0], vectors, 3 * at + 2);
    }

    private unsafe void AddFieldTangent(int e, EnvironmentMemory memory, int field, int slot, ReadOnlySpan<double> vector,
        double[] gradients, int row)
    {
        EnvironmentScratch scratch = memory.Scratch[e];
        for (int p = 0; p < _parts.Length; p++)
            if (_expansionOf[p] == e)
                _parts[p].AddFieldTangent(scratch.Coefficients, memory.Work(p), scratch.Tangent, field, slot, vector,
                    gradients.AsSpan(row * FeatureCount + _first[p], _parts[p].FeatureCount));
    }
}
