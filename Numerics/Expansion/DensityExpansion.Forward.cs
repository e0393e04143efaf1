using System;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Toolkit.Numerics.Neighbors;
using Toolkit.Numerics.Simd;

namespace Toolkit.Numerics.Expansion;

/// <content>From pairs to coefficients.</content>
/// <remarks>
/// Pairs are taken in blocks of eight of one species: harmonics with one pair per lane, radial functions with eight n per
/// lane, and then one multiply-add for each pair and (l, m) into a register of coefficients with the harmonics broadcast
/// (<see cref="ExpansionCode"/>).
/// With vector fields a pair adds to four columns instead of one: f g_nl Y_lm times 1, v_y, v_z, v_x. The products v_q Y_lm
/// are made once per block; after that a column of a vector costs what a column of the density costs.
/// </remarks>
public sealed partial class DensityExpansion
{
    /// <summary>The coefficients around one atom, into <see cref="EnvironmentScratch.Coefficients"/>.</summary>
    internal void Expand(Surroundings around, int centre, EnvironmentScratch scratch)
    {
        Gather(around.Pairs, around.Groups, centre, scratch);
        if (_fields.Length > 0) GatherVectors(around, scratch);
        Forward(scratch, around, centre);
        if (Mixing is not null) Mix(scratch);
    }

    /// <summary>Sorts the pairs of one centre into blocks of one group each.</summary>
    internal unsafe void Gather(NeighborList list, int[] groups, int centre, EnvironmentScratch scratch)
    {
        int first = list.Offsets[centre], end = list.Offsets[centre + 1];
        if (_kinds.Length == 1)
        {
            GatherInOrder(list, first, end - first, scratch);
            return;
        }
        ReadOnlySpan<int> neighbors = list.Neighbors;
        Span<int> counts = stackalloc int[_kinds.Length], next = stackalloc int[_kinds.Length];
        counts.Clear();
        for (int p = first; p < end; p++)
            counts[groups[neighbors[p]]]++;
        int blocks = 0;
        for (int g = 0; g < counts.Length; g++)
        {
            next[g] = blocks * Lanes;
            blocks += (counts[g] + Lanes - 1) / Lanes;
        }
        scratch.Reserve(blocks);
        Begin(scratch, counts, next);
        ref int pair = ref MemoryMarshal.GetArrayDataReference(scratch.Pair);
        double* x = scratch.X, y = scratch.Y, z = scratch.Z, r = scratch.R;
        ref double px = ref MemoryMarshal.GetReference(list.X), py = ref MemoryMarshal.GetReference(list.Y);
        ref double pz = ref MemoryMarshal.GetReference(list.Z), pr = ref MemoryMarshal.GetReference(list.Distances);
        for (int p = first; p < end; p++)
        {
            int k = next[groups[neighbors[p]]]++;
            Unsafe.Add(ref pair, k) = p;
            x[k] = Unsafe.Add(ref px, p);
            y[k] = Unsafe.Add(ref py, p);
            z[k] = Unsafe.Add(ref pz, p);
            r[k] = Unsafe.Add(ref pr, p);
        }
    }

    /// <summary>The same where there is one group: whole vectors, as the list has them.</summary>
    private unsafe void GatherInOrder(NeighborList list, int first, int count, EnvironmentScratch scratch)
    {
        int blocks = (count + Lanes - 1) / Lanes;
        scratch.Reserve(blocks);
        for (int k = 0; k < blocks * Lanes; k += Lanes)
            (Vector256.Create(first + k) + Vector256<int>.Indices).StoreUnsafe(ref scratch.Pair[k]);
        Copy(list.X, scratch.X);
        Copy(list.Y, scratch.Y);
        Copy(list.Z, scratch.Z);
        Copy(list.Distances, scratch.R);
        // After whole vectors, since it makes good what they wrote behind the last pair.
        Begin(scratch, [count], [0]);

        void Copy(ReadOnlySpan<double> from, double* to)
        {
            for (int k = 0; k < blocks * Lanes; k += Lanes)
                Vector512.Store(NeighborList.Vector(from, first + k), to + k);
        }
    }

    /// <summary>Makes the blocks of each group, without their pairs but with what stands in the places of none.</summary>
    /// <param name="scratch">Receives them; it has room.</param>
    /// <param name="counts">Pairs of each group.</param>
    /// <param name="places">Where each group begins: whole blocks.</param>
    private unsafe void Begin(EnvironmentScratch scratch, ReadOnlySpan<int> counts, ReadOnlySpan<int> places)
    {
        int block = 0;
        for (int g = 0; g < counts.Length; g++)
        {
            int end = places[g] + counts[g];
            for (; block * Lanes < end; block++)
            {
                scratch.Group[block] = g;
                scratch.Used[block] = Math.Min(Lanes, end - block * Lanes);
            }
            for (int k = end; k < block * Lanes; k++)
            {
                scratch.Pair[k] = EnvironmentScratch.NoPair;
                (scratch.X[k], scratch.Y[k], scratch.Z[k], scratch.R[k]) = (0, 0, Cutoff, Cutoff);
            }
        }
        scratch.Blocks = block;
    }

    /// <summary>Fills <see cref="EnvironmentScratch.Coefficients"/> from the gathered pairs and the centre.</summary>
    [SkipLocalsInit]
    private unsafe void Forward(EnvironmentScratch scratch, Surroundings around, int centre)
    {
        int stride = GroupStride, width = Width, lmax = LMax, lm = (lmax + 1) * (lmax + 1);
        int centreGroup = around.Groups[centre];
        CacheLine.Clear(scratch.Coefficients, lm * width);
        if (Centre != CentrePolicy.Exclude)
        {
            int group = Centre == CentrePolicy.Separate ? 0 : centreGroup;
            _own.CopyTo(new Span<double>(scratch.Coefficients + Column(group) * stride, NMax));
        }
        for (int f = 0; f < _fields.Length; f++)
            AddOwn(_fields[f], centreGroup, around.Vector(f, centre), scratch.Coefficients);

        // First all radial functions, so that their table has the cache for itself.
        for (int block = 0; block < scratch.Blocks; block++)
        {
            scratch.Select(block);
            _radial.Evaluate(scratch.R + block * Lanes, scratch.Used[block], scratch.Radial);
        }
        BlockColumn* columns = stackalloc BlockColumn[1 + 3 * _fields.Length];
        for (int block = 0; block < scratch.Blocks; block++)
        {
            scratch.Select(block);
            int at = block * Lanes;
            _harmonics.Block(scratch.X + at, scratch.Y + at, scratch.Z + at, scratch.Harmonics, null, scratch.R + at);
            int count = Columns(scratch, block, columns);
            for (int n = 0; n < stride; n += Lanes)
            {
                for (int k = 0; k < count; k++)
                {
                    double* target = scratch.Coefficients + columns[k].Place + n;
                    if (_code is not null) _code.Add(scratch.Radial + n, columns[k].Weights, target, width, scratch.Used[block]);
                    else Add(scratch.Radial + n, columns[k].Weights, target);
                }
            }
        }
    }

    /// <summary>A block's pairs to eight n of a column: what <see cref="ExpansionCode.Add"/> does, in the same order.</summary>
    private unsafe void Add(double* radial, double* weights, double* c)
    {
        int stride = GroupStride, width = Width, row = (LMax + 1) * stride;
        for (int l = 0; l <= LMax; l++, radial += stride)
        {
            Vector512<double> g0 = Vector512.Load(radial), g1 = Vector512.Load(radial + row);
            Vector512<double> g2 = Vector512.Load(radial + 2 * row), g3 = Vector512.Load(radial + 3 * row);
            Vector512<double> g4 = Vector512.Load(radial + 4 * row), g5 = Vector512.Load(radial + 5 * row);
            Vector512<double> g6 = Vector512.Load(radial + 6 * row), g7 = Vector512.Load(radial + 7 * row);
            for (int m = -l; m <= l; m++, weights += Lanes, c += width)
            {
                Vector512<double> sum = Vector512.MultiplyAddEstimate(Vector512.Create(weights[0]), g0, Vector512.Load(c));
                sum = Vector512.MultiplyAddEstimate(Vector512.Create(weights[1]), g1, sum);
                sum = Vector512.MultiplyAddEstimate(Vector512.Create(weights[2]), g2, sum);
                sum = Vector512.MultiplyAddEstimate(Vector512.Create(weights[3]), g3, sum);
                sum = Vector512.MultiplyAddEstimate(Vector512.Create(weights[4]), g4, sum);
                sum = Vector512.MultiplyAddEstimate(Vector512.Create(weights[5]), g5, sum);
                sum = Vector512.MultiplyAddEstimate(Vector512.Create(weights[6]), g6, sum);
                sum = Vector512.MultiplyAddEstimate(Vector512.Create(weights[7]), g7, sum);
                Vector512.Store(sum, c);
            }
        }
    }

    /// <summary>Lists the columns that the block at hand adds to, and makes their weights v_q Y of its harmonics.</summary>
    /// <returns>How many columns there are; the density's comes first.</returns>
    private unsafe int Columns(EnvironmentScratch scratch, int block, BlockColumn* columns)
    {
        int lm = (LMax + 1) * (LMax + 1), lanes = Lanes * scratch.Blocks, group = scratch.Group[block], count = 1;
        columns[0] = new BlockColumn { Place = Column(group) * GroupStride, Weights = scratch.Harmonics };
        for (int f = 0; f < _fields.Length; f++)
        {
            int slot = _fields[f].Slot(group);
            if (slot < 0) continue;
            for (int q = 0; q < 3; q++, count++)
            {
                columns[count] = new BlockColumn
                {
                    Place = (_fields[f].Column(slot) + q) * GroupStride,
                    Weights = scratch.Weighted + (3 * f + q) * lm * Lanes,
                    Component = scratch.Vectors + (3 * f + q) * lanes + block * Lanes,
                    Sum = (3 + 3 * f + (q + 1) % 3) * Lanes,
                };
                Vector512<double> v = Vector512.Load(columns[count].Component);
                for (int k = 0; k < lm * Lanes; k += Lanes)
                    Vector512.Store(v * Vector512.Load(scratch.Harmonics + k), columns[count].Weights + k);
            }
        }
        return count;
    }
}
