using System;
using System.Collections.Generic;
using System.Runtime.Intrinsics;
using Toolkit.Numerics.Expansion;
using Toolkit.Numerics.LinearAlgebra;
using Toolkit.Numerics.Simd;
using Toolkit.Numerics.Structures;

namespace Toolkit.Numerics.Representations;

/// <content>Explicit gradients.</content>
public sealed partial class RepresentationSet
{
    /// <summary>Features of every atom and their gradients with respect to every position and vector they depend on.</summary>
    /// <param name="structure">Its species must all have channels; it has the vectors of all fields.</param>
    /// <param name="threads">How many threads may work; the result is the same for any number.</param>
    /// <param name="reuse">An earlier result whose memory may be taken; it is void afterwards. Fresh memory for large
    /// gradients costs more than what is written into it.</param>
    /// <param name="hasStrain">Whether gradients by a strain are wanted, too.</param>
    /// <exception cref="ArgumentException">A species without channels; vectors that are absent or not finite.</exception>
    /// <exception cref="CoincidentAtomsException">Two atoms at the same place.</exception>
    /// <exception cref="NotSupportedException">There is a potential field: every feature depends on every atom.</exception>
    public FeatureGradients ComputeWithGradients(Structure structure, int threads = 1, FeatureGradients? reuse = null, bool hasStrain = false)
    {
        RequireNoPotentials();
        using SurroundedStructure surrounded = Surround(structure, threads);
        return surrounded.ComputeWithGradients(surrounded.All, threads, reuse, hasStrain);
    }

    private void RequireNoPotentials()
    {
        if (_potentials.Length > 0)
            throw new NotSupportedException(
                $"the features read the potential {_potentials[0].Name} and depend on every atom: their gradients are not written out, only those of energies");
    }

    /// <summary>Adds the gradients of the features that one expansion's pairs contribute.</summary>
    private unsafe void AddPairs(int e, Surroundings around, EnvironmentMemory memory, int[] rowOfPair, int centreRow,
        double[] positions, double[] vectors, Span<double> strain)
    {
        DensityExpansion expansion = _expansions[e];
        EnvironmentScratch scratch = memory.Scratch(e, 0);
        int fields = expansion.Fields.Count, size = 3 * FeatureCount;
        // Features of other expansions do not depend on these pairs.
        if (_expansions.Length > 1)
        {
            memory.PairGradient.Clear();
            memory.VectorGradient.Clear();
        }
        expansion.DifferentiateRadial(scratch);
        for (int block = 0; block < scratch.Blocks; block++)
        {
            expansion.Differentiate(scratch, block);
            for (int p = 0; p < _parts.Length; p++)
                if (_expansionOf[p] == e) _parts[p].PrepareBlock(scratch, memory.Part(p).Work(0), block);
            for (int lane = 0; lane < scratch.Used[block]; lane++)
            {
                int row = rowOfPair[scratch.Pair[block * EnvironmentScratch.Lanes + lane]];
                fixed (double* target = &positions[(nint)row * size])
                    for (int p = 0; p < _parts.Length; p++)
                        if (_expansionOf[p] == e)
                            _parts[p].PairGradients(around, scratch, memory.Part(p), block, lane, memory.PairGradient[_first[p]..],
                                fields == 0 ? default : memory.VectorGradient[_first[p]..], FeatureCount, target + 3 * _first[p]);
                if (!strain.IsEmpty)
                {
                    int pair = block * EnvironmentScratch.Lanes + lane;
                    AddStrain(memory.PairGradient, [scratch.X[pair], scratch.Y[pair], scratch.Z[pair]], strain);
                }
                // A centre's own image moves with it.
                if (row != centreRow)
                {
                    fixed (double* pair = memory.PairGradient, centre = memory.CentreGradient)
                        Subtract(pair, centre, size);
                    Put(memory.PairGradient, positions, row, memory.IsFirst((row - centreRow) * (1 + Fields.Count)));
                }
                for (int f = 0; f < fields; f++)
                    if (expansion.Columns(f).Slot(scratch.Group[block]) >= 0)
                        PutVector(memory, f, _fieldOf[e][f], row, centreRow, vectors);
            }
        }
    }

    private unsafe void PrepareGradients(int part, EnvironmentMemory memory) =>
        _parts[part].PrepareGradients(memory.Scratch(_expansionOf[part], 0).Coefficients, memory.Part(part).Work(0));

    /// <summary>Adds what a strain moves a pair by, times its gradient.</summary>
    private static void AddStrain(ReadOnlySpan<double> pair, ReadOnlySpan<double> place, Span<double> strain)
    {
        int features = pair.Length / 3;
        for (int a = 0; a < 3; a++)
            for (int b = 0; b < 3; b++)
                Vectors.AddScaled(place[b], pair.Slice(a * features, features), strain.Slice((3 * a + b) * features, features));
    }

    private static unsafe void Subtract(double* pair, double* centre, int size)
    {
        int k = 0;
        for (; k + 8 <= size; k += 8)
            Vector512.Store(Vector512.Load(centre + k) - Vector512.Load(pair + k), centre + k);
        for (; k < size; k++)
            centre[k] -= pair[k];
    }

    /// <summary>The gradient by one vector of the expansion to its row.</summary>
    private void PutVector(EnvironmentMemory memory, int field, int place, int row, int centreRow, double[] vectors) =>
        Put(memory.VectorGradient[(3 * field * FeatureCount)..], vectors, row * Fields.Count + place,
            memory.IsFirst((row - centreRow) * (1 + Fields.Count) + 1 + place));

    /// <summary>One pair's gradient to its row of all, or onto it.</summary>
    private void Put(ReadOnlySpan<double> pair, double[] all, int row, bool isFirst)
    {
        int size = 3 * FeatureCount;
        Span<double> target = all.AsSpan(checked(row * size), size);
        if (isFirst)
        {
            pair[..size].CopyTo(target);
            return;
        }
        for (int k = 0; k < size; k++)
            target[k] += pair[k];
    }

    private unsafe void AddOwnVectors(int e, int centreGroup, EnvironmentMemory memory, int centreRow, double[] vectors)
    {
        EnvironmentScratch scratch = memory.Scratch(e, 0);
        for (int f = 0; f < _expansions[e].Fields.Count; f++)
        {
            int slot = _expansions[e].OwnTangent(scratch, f, centreGroup);
            if (slot < 0) continue;
            for (int p = 0; p < _parts.Length; p++)
                if (_expansionOf[p] == e)
                    _parts[p].VectorGradient(scratch, memory.Part(p), f, slot, memory.VectorGradient[(3 * f * FeatureCount + _first[p])..], FeatureCount);
            PutVector(memory, f, _fieldOf[e][f], centreRow, centreRow, vectors);
        }
    }
}
