using System;
using System.Runtime.Intrinsics;
using Toolkit.Numerics.Expansion;
using Toolkit.Numerics.LinearAlgebra;
using Toolkit.Numerics.Representations.Gradients;
using Toolkit.Numerics.Simd;
using Toolkit.Numerics.Structures;

namespace Toolkit.Numerics.Representations;

/// <content>Explicit gradients.</content>
public sealed partial class RepresentationSet
{
    // Rows of fewer features have too many cache lines that they share with the next: those are asked for ahead instead of written past the
    // caches.
    private const int ManyFeatures = 512;

    /// <summary>Features of every atom and their gradients with respect to every position and vector they depend on.</summary>
    /// <param name="structure">Its species must all have channels; it has the vectors of all fields.</param>
    /// <param name="threads">How many threads may work; the result is the same for any number.</param>
    /// <param name="reuse">An earlier result whose memory may be taken; it is void afterwards. Fresh memory for large
    /// gradients costs more than what is written into it.</param>
    /// <param name="hasStrain">Whether gradients by a strain are wanted, too.</param>
    /// <exception cref="ArgumentException">A species without channels; vectors that are absent or not finite.</exception>
    /// <exception cref="CoincidentAtomsException">Two atoms at the same place.</exception>
    /// <exception cref="NotSupportedException">There is a potential field: every feature depends on every atom.</exception>
    public FeatureGradients ComputeWithGradients(
        Structure structure, int threads = 1, FeatureGradients? reuse = null, bool hasStrain = false)
    {
        RequireNoPotentials();
        using SurroundedStructure surrounded = Surround(structure, threads);
        return surrounded.ComputeWithGradients(surrounded.All, threads, reuse, hasStrain);
    }

    private void RequireNoPotentials()
    {
        if (_potentials.Length > 0)
        {
            throw new NotSupportedException(
                $"the features read the potential {_potentials[0].Name} and depend on every atom: their gradients are not written out, only those of energies");
        }
    }

    /// <summary>
    /// The gradients of the features of one expansion's representations around one atom: some features at a time for all its
    /// neighbours, so that what is made stays in the cache until it is written past it.
    /// </summary>
    private unsafe void WriteGradients(
        int e, Surroundings around, EnvironmentMemory memory, int centre, int[] rowOfPair, int centreRow, int rows,
        double[] positions, double[] vectors, double* strain)
    {
        DensityExpansion expansion = _expansions[e];
        EnvironmentScratch scratch = memory.Scratch(e, 0);
        expansion.DifferentiateRadial(scratch);
        for (int p = 0; p < _parts.Length; p++)
            if (_expansionOf[p] == e) memory.Part(p).Gradients.Begin(around, scratch);
        for (int block = 0; block < scratch.Blocks; block++)
        {
            expansion.Differentiate(scratch, block, true);
            for (int p = 0; p < _parts.Length; p++)
                if (_expansionOf[p] == e) memory.Part(p).Gradients.AddBlock(block);
        }
        // Which pairs are the first of their row, and the only ones; which rows a pair has, and which of them one whose vector counts.
        int places = EnvironmentScratch.Lanes * scratch.Blocks, kinds = 1 + Fields.Count;
        Span<bool> marks = memory.Marks(2 * places + rows * kinds), isFirst = marks[..places], isOnly = marks[places..(2 * places)];
        Span<bool> isThere = marks[(2 * places)..];
        Span<int> pairs = memory.Counts(rows);
        for (int k = 0; k < places; k++)
        {
            if (scratch.Pair[k] == EnvironmentScratch.NoPair) continue;
            int row = rowOfPair[scratch.Pair[k]] - centreRow, group = scratch.Group[k / EnvironmentScratch.Lanes];
            isFirst[k] = !isThere[row * kinds];
            isThere[row * kinds] = true;
            pairs[row]++;
            for (int f = 0; f < expansion.Fields.Count; f++)
                isThere[row * kinds + 1 + _fieldOf[e][f]] |= expansion.Columns(f).Slot(group) >= 0;
        }
        for (int k = 0; k < places; k++)
        {
            // A centre's own image moves with it.
            int row = scratch.Pair[k] == EnvironmentScratch.NoPair ? 0 : rowOfPair[scratch.Pair[k]] - centreRow;
            isOnly[k] = row > 0 && pairs[row] == 1;
        }

        bool isStreamed = FeatureCount >= ManyFeatures && sizeof(double) * ((long)positions.Length + vectors.Length) > Streamed;
        fixed (double* all = positions, byVectors = vectors)
        {
            for (int p = 0; p < _parts.Length; p++)
            {
                if (_expansionOf[p] == e)
                {
                    WriteGradients(p, scratch, memory, centre, around, rowOfPair, centreRow, isFirst, isOnly, isThere, all, byVectors,
                        strain, isStreamed);
                }
            }
        }
    }

    private unsafe void WriteGradients(
        int part, EnvironmentScratch scratch, EnvironmentMemory memory, int centre, Surroundings around, int[] rowOfPair,
        int centreRow, ReadOnlySpan<bool> isFirst, ReadOnlySpan<bool> isOnly, Span<bool> isThere, double* positions, double* vectors,
        double* strain, bool isStreamed)
    {
        DensityExpansion expansion = _parts[part].Expansion;
        PairGradients gradients = memory.Part(part).Gradients;
        int[] fieldOf = _fieldOf[_expansionOf[part]];
        int kinds = 1 + Fields.Count;
        int features = _parts[part].FeatureCount, from = _first[part];
        // Features of other centres' programs are zero here, and so are their gradients.
        bool isAlone = _parts[part].Programs.Count == 1;
        int rows = isThere.Length / kinds;
        for (int row = 0; row < rows; row++)
        {
            if (!isAlone || (row > 0 && !isThere[row * kinds]))
                Clear(positions + (nint)(centreRow + row) * 3 * FeatureCount + from, features);
            for (int f = 0; f < Fields.Count; f++)
                if (!isAlone || !isThere[row * kinds + 1 + f]) Clear(VectorRow(vectors, centreRow + row, f) + from, features);
        }
        double** soon = stackalloc double*[PairGradients.MostPairs], later = stackalloc double*[PairGradients.MostPairs];
        for (int c = 0; c < gradients.Chunks; c++)
        {
            (int first, int count) = gradients.Chunk(c);
            int stride = CacheLine.Padded(count + CacheLine.Doubles);
            double* pairs = memory.Rows(PairGradients.MostPairs, stride), sum = pairs + 3 * (nint)PairGradients.MostPairs * stride;
            CacheLine.Clear(sum, 3 * stride);
            first += _first[part];
            for (int block = 0; block < scratch.Blocks; block++)
            {
                gradients.Select(c, block);
                // What is written past the caches is aligned first, and what is added to something else is looked at again.
                bool finishes = gradients.CanFinish && !isStreamed && strain == null && fieldOf.Length == 0;
                for (int lane = 0; lane < scratch.Used[block]; lane++)
                {
                    int together = lane % PairGradients.MostPairs;
                    if (together == 0)
                    {
                        int some = Math.Min(PairGradients.MostPairs, scratch.Used[block] - lane);
                        for (int i = 0; i < some; i++)
                        {
                            soon[i] = positions + (nint)rowOfPair[scratch.Pair[block * EnvironmentScratch.Lanes + lane + i]] * 3
                                * FeatureCount + first;
                        }

                        if (finishes && AreAlone(block * EnvironmentScratch.Lanes + lane, some, isFirst, isOnly))
                        {
                            // Those of the next block, and behind the last one what the next centre has.
                            for (int i = 0; i < some; i++)
                            {
                                int next = block + 1 < scratch.Blocks && i < scratch.Used[block + 1]
                                    ? rowOfPair[scratch.Pair[(block + 1) * EnvironmentScratch.Lanes + i]] : centreRow + rows + i;
                                later[i] = positions + (nint)next * 3 * FeatureCount + first;
                            }

                            gradients.Finish(lane, some, soon, later, FeatureCount, sum, pairs, stride);
                            lane += some - 1;
                            continue;
                        }

                        if (isStreamed) gradients.Places(lane, some, pairs, stride);
                        else gradients.Places(lane, some, pairs, stride, soon, FeatureCount);
                    }

                    double* pair = pairs + 3 * (nint)together * stride;
                    int k = block * EnvironmentScratch.Lanes + lane, row = rowOfPair[scratch.Pair[k]];
                    if (strain != null) AddStrain(pair, stride, count, [scratch.X[k], scratch.Y[k], scratch.Z[k]], strain + first);
                    if (row != centreRow)
                    {
                        double* target = soon[together];
                        if (isFirst[k] && isOnly[k])
                        {
                            for (int d = 0; d < 3; d++)
                            {
                                Streaming.CopyOut(pair + d * (nint)stride, target + d * (nint)FeatureCount, sum + d * (nint)stride, count,
                                    isStreamed);
                            }
                        }
                        else
                        {
                            Subtract(pair, sum, stride, count);
                            Put(pair, stride, count, target, isFirst[k], isStreamed && isOnly[k]);
                        }
                    }
                    for (int f = 0; f < fieldOf.Length; f++)
                    {
                        if (expansion.Columns(f).Slot(scratch.Group[block]) < 0) continue;
                        gradients.Vectors(f, lane, pair, stride);
                        Put(pair, stride, count, VectorRow(vectors, row, fieldOf[f]) + first, isFirst[k],
                            isStreamed && isOnly[k]);
                    }
                }
            }
            // Moving all atoms together changes nothing, so the centre's row is minus the sum of the others.
            Put(sum, stride, count, positions + (nint)centreRow * 3 * FeatureCount + first, true, isStreamed);
        }
        TangentGradients tangents = memory.Part(part).Tangents;
        for (int f = 0; f < fieldOf.Length; f++)
        {
            int slot = expansion.OwnTangent(scratch, f, around.Groups[centre]);
            if (slot < 0 || tangents.Chunks == 0) continue;
            (int first, int count) = tangents.Chunk(0);
            int wide = CacheLine.Padded(count + CacheLine.Doubles);
            double* own = memory.Rows(1, wide);
            tangents.Vectors(scratch, f, slot, own, wide);
            Put(own, wide, count, VectorRow(vectors, centreRow, fieldOf[f]) + from + first, false, false);
        }
    }

    /// <summary>Whether each of some pairs is the only one of its row.</summary>
    private static bool AreAlone(int first, int count, ReadOnlySpan<bool> isFirst, ReadOnlySpan<bool> isOnly)
    {
        bool areAlone = true;
        for (int k = first; k < first + count; k++)
            areAlone &= isFirst[k] && isOnly[k];
        return areAlone;
    }

    /// <summary>Adds what a strain moves a pair by, times its gradient.</summary>
    private unsafe void AddStrain(double* pair, int stride, int count, ReadOnlySpan<double> place, double* strain)
    {
        for (int a = 0; a < 3; a++)
        {
            for (int b = 0; b < 3; b++)
            {
                Vectors.AddScaled(
                    place[b], new ReadOnlySpan<double>(pair + (nint)a * stride, count),
                        new Span<double>(strain + (nint)(3 * a + b) * FeatureCount, count));
            }
        }
    }

    /// <summary>Where the derivatives by a row's vector begin.</summary>
    private unsafe double* VectorRow(double* vectors, int row, int field) =>
        vectors + ((nint)row * Fields.Count + field) * 3 * FeatureCount;

    private static unsafe void Subtract(double* pair, double* sum, int stride, int count)
    {
        for (int d = 0; d < 3; d++)
        {
            double* x = pair + (nint)d * stride, y = sum + (nint)d * stride;
            for (int k = 0; k < count; k += 8)
                Vector512.Store(Vector512.Load(y + k) - Vector512.Load(x + k), y + k);
        }
    }

    /// <summary>Some features' gradient by one place to its row of all, or onto it; past the caches where nothing is added later.</summary>
    private unsafe void Put(double* pair, int stride, int count, double* target, bool isFirst, bool isOnly)
    {
        for (int d = 0; d < 3; d++, pair += stride, target += FeatureCount)
        {
            if (isFirst && isOnly) Streaming.Copy(pair, target, count);
            else if (isFirst) new ReadOnlySpan<double>(pair, count).CopyTo(new Span<double>(target, count));
            else Add(pair, target, count);
        }
    }

    private static unsafe void Add(double* x, double* y, int count)
    {
        int k = 0;
        for (; k + 8 <= count; k += 8)
            Vector512.Store(Vector512.Load(y + k) + Vector512.Load(x + k), y + k);
        for (; k < count; k++)
            y[k] += x[k];
    }

    private unsafe void Clear(double* target, int count)
    {
        for (int d = 0; d < 3; d++, target += FeatureCount)
            new Span<double>(target, count).Clear();
    }
}
