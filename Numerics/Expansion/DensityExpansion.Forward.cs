using System;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Toolkit.Numerics.Harmonics;
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
    /// <summary>The coefficients around one atom, into <see cref="EnvironmentScratch.Coefficients"/>; in float32 into those of
    /// <see cref="EnvironmentScratch.Single"/>.</summary>
    internal void Expand<T>(Surroundings around, int centre, EnvironmentScratch scratch)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Gather(around.Pairs, around.Groups, centre, scratch);
        if (_fields.Length > 0) GatherVectors(around, scratch);
        if (typeof(T) == typeof(double)) Forward<Lanes512<double>, Vector512<double>, double>(scratch.Places, scratch, around, centre);
        else Forward<Lanes256<float>, Vector256<float>, float>(Single(scratch).Round(scratch), scratch, around, centre);
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

    /// <summary>Memory for float32, made when it is first wanted.</summary>
    private SingleMemory Single(EnvironmentScratch scratch) =>
        scratch.Single ??= new SingleMemory((LMax + 1) * (LMax + 1), _radial.Size<float>(), Width, _fields.Length);

    /// <summary>Makes coefficients of the gathered pairs and the centre. Registers hold eight numbers.</summary>
    [SkipLocalsInit]
    private unsafe void Forward<TLanes, V, T>(in ExpansionPlaces<T> to, EnvironmentScratch scratch, Surroundings around, int centre)
        where TLanes : struct, ILanes<V, T>
        where V : struct
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int stride = GroupStride, width = Width, lmax = LMax, lm = (lmax + 1) * (lmax + 1);
        int centreGroup = around.Groups[centre], points = SphericalHarmonics<T>.BlockSize;
        CacheLine.Clear(to.Coefficients, lm * width);
        if (Centre != CentrePolicy.Exclude)
        {
            T* own = to.Coefficients + Column(Centre == CentrePolicy.Separate ? 0 : centreGroup) * stride;
            for (int n = 0; n < NMax; n++)
                own[n] = T.CreateChecked(_own[n]);
        }
        for (int f = 0; f < _fields.Length; f++)
            AddOwn(_fields[f], centreGroup, around.Vector(f, centre), to.Coefficients);

        // First all radial functions, so that their table has the cache for itself.
        for (int block = 0; block < scratch.Blocks; block++)
            _radial.Evaluate(scratch.R + block * Lanes, scratch.Used[block], to.Radial + block * to.RadialStep);
        BlockColumn<T>* columns = stackalloc BlockColumn<T>[1 + 3 * _fields.Length];
        for (int block = 0; block < scratch.Blocks; block++)
        {
            int at = block * Lanes;
            if (at % points == 0) Harmonics<T>().Block(to.X + at, to.Y + at, to.Z + at, to.Harmonics, null, to.R + at);
            int count = Columns<TLanes, V, T>(to, to.Harmonics + at % points, scratch, block, columns);
            T* radial = to.Radial + block * to.RadialStep;
            for (int n = 0; n < stride; n += Lanes)
            {
                for (int k = 0; k < count; k++)
                {
                    T* target = to.Coefficients + columns[k].Place + n;
                    if (typeof(T) == typeof(double) && _code is not null)
                        _code.Add((double*)radial + n, (double*)columns[k].Weights, (double*)target, width, scratch.Used[block]);
                    else
                        Add<TLanes, V, T>(scratch.Used[block], radial + n, columns[k].Weights, columns[k].Step, target);
                }
            }
        }

        if (Mixing is not null) Mix<TLanes, V, T>(to.Coefficients);
    }

    /// <summary>A block's pairs to eight n of a column: what <see cref="ExpansionCode.Add"/> does, in the same order.</summary>
    private unsafe void Add<TLanes, V, T>(int pairs, T* radial, T* weights, int step, T* c)
        where TLanes : struct, ILanes<V, T>
        where V : struct
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (pairs > 6) Add<TLanes, V, T, Rows8>(radial, weights, step, c);
        else if (pairs > 4) Add<TLanes, V, T, Rows6>(radial, weights, step, c);
        else if (pairs > 2) Add<TLanes, V, T, Rows4>(radial, weights, step, c);
        else Add<TLanes, V, T, Rows2>(radial, weights, step, c);
    }

    /// <summary>The same for so many pairs at most; the others' functions are zero.</summary>
    private unsafe void Add<TLanes, V, T, TPairs>(T* radial, T* weights, int step, T* c)
        where TLanes : struct, ILanes<V, T>
        where V : struct
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TPairs : struct, ITileRows
    {
        int stride = GroupStride, width = Width, row = _radial.Size<T>();
        for (int l = 0; l <= LMax; l++, radial += stride)
        {
            V g0 = TLanes.Load(radial), g1 = TLanes.Load(radial + row), g2 = default, g3 = default, g4 = default, g5 = default;
            V g6 = default, g7 = default;
            if (TPairs.Count > 2) (g2, g3) = (TLanes.Load(radial + 2 * row), TLanes.Load(radial + 3 * row));
            if (TPairs.Count > 4) (g4, g5) = (TLanes.Load(radial + 4 * row), TLanes.Load(radial + 5 * row));
            if (TPairs.Count > 6) (g6, g7) = (TLanes.Load(radial + 6 * row), TLanes.Load(radial + 7 * row));
            for (int m = -l; m <= l; m++, weights += step, c += width)
            {
                V sum = TLanes.MultiplyAdd(TLanes.Broadcast(weights[0]), g0, TLanes.Load(c));
                sum = TLanes.MultiplyAdd(TLanes.Broadcast(weights[1]), g1, sum);
                if (TPairs.Count > 2) sum = TLanes.MultiplyAdd(TLanes.Broadcast(weights[2]), g2, sum);
                if (TPairs.Count > 2) sum = TLanes.MultiplyAdd(TLanes.Broadcast(weights[3]), g3, sum);
                if (TPairs.Count > 4) sum = TLanes.MultiplyAdd(TLanes.Broadcast(weights[4]), g4, sum);
                if (TPairs.Count > 4) sum = TLanes.MultiplyAdd(TLanes.Broadcast(weights[5]), g5, sum);
                if (TPairs.Count > 6) sum = TLanes.MultiplyAdd(TLanes.Broadcast(weights[6]), g6, sum);
                if (TPairs.Count > 6) sum = TLanes.MultiplyAdd(TLanes.Broadcast(weights[7]), g7, sum);
                TLanes.Store(sum, c);
            }
        }
    }

    /// <summary>Lists the columns that a block adds to, and makes their weights v_q Y of its harmonics.</summary>
    /// <returns>How many columns there are; the density's comes first.</returns>
    private unsafe int Columns<TLanes, V, T>(
        in ExpansionPlaces<T> to, T* harmonics, EnvironmentScratch scratch, int block, BlockColumn<T>* columns)
        where TLanes : struct, ILanes<V, T>
        where V : struct
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int rows = (LMax + 1) * (LMax + 1), lanes = Lanes * scratch.Blocks, group = scratch.Group[block], count = 1;
        int points = SphericalHarmonics<T>.BlockSize;
        columns[0] = new BlockColumn<T> { Place = Column(group) * GroupStride, Weights = harmonics, Step = points };
        for (int f = 0; f < _fields.Length; f++)
        {
            int slot = _fields[f].Slot(group);
            if (slot < 0) continue;
            for (int q = 0; q < 3; q++, count++)
            {
                columns[count] = new BlockColumn<T>
                {
                    Place = (_fields[f].Column(slot) + q) * GroupStride,
                    Weights = to.Weighted + (3 * f + q) * rows * Lanes,
                    Step = Lanes,
                    Component = to.Vectors + (3 * f + q) * lanes + block * Lanes,
                    Sum = (3 + 3 * f + (q + 1) % 3) * Lanes,
                };
                V v = TLanes.Load(columns[count].Component);
                for (int lm = 0; lm < rows; lm++)
                    TLanes.Store(TLanes.Multiply(v, TLanes.Load(harmonics + lm * points)), columns[count].Weights + lm * Lanes);
            }
        }
        return count;
    }

    private SphericalHarmonics<T> Harmonics<T>()
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        typeof(T) == typeof(double) ? (SphericalHarmonics<T>)(object)_harmonics : (SphericalHarmonics<T>)(object)_single.Value;
}
