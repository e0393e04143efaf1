using System;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Threading.Tasks;
using Toolkit.Numerics.Structures;

namespace Toolkit.Numerics.Neighbors;

/// <summary>
/// All pairs (i, j, image) closer than a cutoff, as compressed rows: the pairs of centre i are the entries
/// <c>Offsets[i] … Offsets[i + 1] − 1</c> of the pair arrays. Both directions of a pair are listed; an atom's own
/// periodic images are its neighbours, the atom itself is not.
/// </summary>
/// <remarks>
/// Any triclinic cell, any mix of periodic directions, cutoffs beyond the cell, atoms outside the cell. The cost grows
/// linearly with the number of atoms. The order of the pairs of one centre is deterministic and does not depend on the
/// number of threads.
/// </remarks>
public sealed class NeighborList
{
    private readonly int[] _offsets;
    private readonly PairStore _pairs;

    private NeighborList(double cutoff, int[] offsets, PairStore pairs)
    {
        Cutoff = cutoff;
        _offsets = offsets;
        _pairs = pairs;
    }

    /// <summary>Every listed pair is closer than this distance, Å.</summary>
    public double Cutoff { get; }

    /// <summary>The number of centres: every atom of the structure is one.</summary>
    public int CentreCount => _offsets.Length - 1;

    /// <summary>The number of listed pairs.</summary>
    public int PairCount => _pairs.Count;

    /// <summary>First pair of each centre, and the end: <c>[centre + 1]</c>.</summary>
    public ReadOnlySpan<int> Offsets => _offsets;

    /// <summary>The atom j of each pair: <c>[pair]</c>.</summary>
    public ReadOnlySpan<int> Neighbors => _pairs.Neighbor.AsSpan(0, PairCount);

    /// <summary>The image of j in each pair: <c>[pair]</c>.</summary>
    public ReadOnlySpan<CellShift> Shifts => _pairs.Shift.AsSpan(0, PairCount);

    /// <summary>x of r_j + shift · cell − r_i, Å: <c>[pair]</c>.</summary>
    public ReadOnlySpan<double> X => _pairs.X.AsSpan(0, PairCount);

    /// <summary>y of r_j + shift · cell − r_i, Å: <c>[pair]</c>.</summary>
    public ReadOnlySpan<double> Y => _pairs.Y.AsSpan(0, PairCount);

    /// <summary>z of r_j + shift · cell − r_i, Å: <c>[pair]</c>.</summary>
    public ReadOnlySpan<double> Z => _pairs.Z.AsSpan(0, PairCount);

    /// <summary>Distances, Å: <c>[pair]</c>.</summary>
    public ReadOnlySpan<double> Distances => _pairs.R.AsSpan(0, PairCount);

    /// <summary>Lists the pairs of <paramref name="structure"/> closer than <paramref name="cutoff"/> (Å).</summary>
    /// <param name="structure">The atoms, their cell and their periodic directions.</param>
    /// <param name="cutoff">Pairs at a distance strictly below it are listed, Å.</param>
    /// <param name="threads">How many threads may work; the result is the same for any number.</param>
    /// <exception cref="ArgumentOutOfRangeException">The cutoff is not a positive finite number.</exception>
    public static NeighborList Build(Structure structure, double cutoff, int threads = 1)
    {
        if (!(cutoff > 0) || !double.IsFinite(cutoff))
            throw new ArgumentOutOfRangeException(nameof(cutoff), cutoff, "expected a positive cutoff in Å");
        int n = structure.Count;
        var grid = new BinGrid(structure.Positions, Lattice(structure), structure.Periodic, cutoff);

        // One store for each run of atoms, so that rows can be joined in atom order whoever made them.
        int runs = threads <= 1 || n < 256 ? 1 : Math.Min(4 * threads, n / 64);
        var parts = new PairStore[runs];
        int[] offsets = new int[n + 1];
        void Fill(int run)
        {
            int first = (int)((long)n * run / runs), end = (int)((long)n * (run + 1) / runs);
            var store = new PairStore(48 * (end - first) + 64);
            for (int i = first; i < end; i++)
            {
                int before = store.Count;
                Row(grid, i, cutoff, store);
                store.TakeRoots(before);
                offsets[i + 1] = store.Count - before;
            }
            parts[run] = store;
        }
        if (runs == 1) Fill(0);
        else Parallel.For(0, runs, new ParallelOptions { MaxDegreeOfParallelism = threads }, Fill);

        for (int i = 0; i < n; i++)
            offsets[i + 1] = checked(offsets[i] + offsets[i + 1]);
        PairStore pairs = parts[0];
        if (runs > 1)
        {
            pairs = new PairStore(offsets[n]) { Count = offsets[n] };
            for (int run = 0; run < runs; run++)
                pairs.Place(parts[run], offsets[(int)((long)n * run / runs)]);
        }
        return new NeighborList(cutoff, offsets, pairs);
    }

    /// <summary>Appends the pairs of one centre: a walk over the bins in reach, each run of bins one sweep.</summary>
    private static void Row(BinGrid grid, int centre, double cutoff, PairStore store)
    {
        int place = grid.Place[centre];
        double[] h = grid.Lattice;
        CellShift own = grid.Wrap[centre];
        int cx = grid.Bin[0][centre], cy = grid.Bin[1][centre], cz = grid.Bin[2][centre];
        for (int dx = -grid.Reach[0]; dx <= grid.Reach[0]; dx++)
        {
            if (!Locate(grid, 0, cx + dx, out int bx, out int ta)) continue;
            for (int dy = -grid.Reach[1]; dy <= grid.Reach[1]; dy++)
            {
                if (!Locate(grid, 1, cy + dy, out int by, out int tb)) continue;
                int column = (bx * grid.Bins[1] + by) * grid.Bins[2];
                int z = cz - grid.Reach[2], last = cz + grid.Reach[2];
                if (!grid.Periodic[2])
                {
                    z = Math.Max(z, 0);
                    last = Math.Min(last, grid.Bins[2] - 1);
                }
                while (z <= last)
                {
                    // The bins from z on that share an image of the third lattice vector lie side by side.
                    Locate(grid, 2, z, out int bz, out int tc);
                    int length = Math.Min(last - z + 1, grid.Bins[2] - bz);
                    int from = grid.Start[column + bz], to = grid.Start[column + bz + length];
                    if (to > from)
                        Sweep(grid, from, to, place, own, new CellShift(ta, tb, tc),
                            ta * h[0] + tb * h[3] + tc * h[6] - grid.X[place],
                            ta * h[1] + tb * h[4] + tc * h[7] - grid.Y[place],
                            ta * h[2] + tb * h[5] + tc * h[8] - grid.Z[place], cutoff * cutoff, store);
                    z += length;
                }
            }
        }
    }

    /// <summary>The bin and the image that an unwrapped bin coordinate stands for; false where there is none.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool Locate(BinGrid grid, int axis, int coordinate, out int bin, out int image)
    {
        int bins = grid.Bins[axis];
        image = 0;
        bin = coordinate;
        if ((uint)coordinate < (uint)bins) return true;
        if (!grid.Periodic[axis]) return false;
        image = coordinate >= 0 ? coordinate / bins : -((bins - 1 - coordinate) / bins);
        bin = coordinate - image * bins;
        return true;
    }

    /// <summary>Appends the atoms at sorted places <paramref name="from"/> … <paramref name="to"/> − 1 in reach.</summary>
    /// <remarks>Eight candidates at a time; <c>x, y, z</c> is the image's translation minus the centre's position.</remarks>
    private static void Sweep(BinGrid grid, int from, int to, int place, CellShift own, CellShift image,
        double x, double y, double z, double cutoff2, PairStore store)
    {
        store.Reserve(to - from);
        Vector512<double> ox = Vector512.Create(x), oy = Vector512.Create(y), oz = Vector512.Create(z);
        Vector512<double> limit = Vector512.Create(cutoff2);
        ref double px = ref grid.X[0], py = ref grid.Y[0], pz = ref grid.Z[0];
        bool home = image == default;
        int count = store.Count;
        for (int s = from; s < to; s += 8)
        {
            Vector512<double> vx = Vector512.LoadUnsafe(ref px, (nuint)s) + ox;
            Vector512<double> vy = Vector512.LoadUnsafe(ref py, (nuint)s) + oy;
            Vector512<double> vz = Vector512.LoadUnsafe(ref pz, (nuint)s) + oz;
            Vector512<double> r2 = vx * vx + vy * vy + vz * vz;
            uint hits = (uint)Vector512.LessThan(r2, limit).ExtractMostSignificantBits();
            if (to - s < 8) hits &= (1u << (to - s)) - 1;
            if (home && (uint)(place - s) < 8) hits &= ~(1u << (place - s));
            for (; hits != 0; hits &= hits - 1)
            {
                int lane = BitOperations.TrailingZeroCount(hits);
                int atom = grid.Atom[s + lane];
                CellShift wrap = grid.Wrap[atom];
                store.Neighbor[count] = atom;
                store.Shift[count] = new CellShift(
                    image.A - wrap.A + own.A, image.B - wrap.B + own.B, image.C - wrap.C + own.C);
                double ax = grid.X[s + lane] + x, ay = grid.Y[s + lane] + y, az = grid.Z[s + lane] + z;
                store.X[count] = ax;
                store.Y[count] = ay;
                store.Z[count] = az;
                store.R[count] = ax * ax + ay * ay + az * az;
                count++;
            }
        }
        store.Count = count;
    }

    /// <summary>
    /// The lattice that is cut into bins: the periodic directions' vectors, the others completed by unit vectors
    /// perpendicular to those, whether or not the structure carries a lattice vector there.
    /// </summary>
    private static Cell Lattice(Structure structure)
    {
        if (!structure.Periodic.Any) return Cell.Cubic(1);
        double[] vectors = structure.Cell!.Vectors.ToArray();
        for (int k = 0; k < 3; k++)
            if (!structure.Periodic[k]) vectors.AsSpan(3 * k, 3).Clear();
        return new Cell(vectors);
    }
}
