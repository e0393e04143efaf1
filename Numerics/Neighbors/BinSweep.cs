using System;
using System.Buffers;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Toolkit.Numerics.Neighbors;

/// <summary>
/// The pairs of all atoms in a run of bins. The candidates of one bin, atoms of the bins in reach with their images'
/// translation added, are laid side by side once; each atom of the bin then sweeps over them eight at a time.
/// </summary>
/// <remarks>
/// Rows lie in the order of the atoms, not of the bins, and where they begin is known only once all are counted: the sweep
/// notes each pair as a place and an image, eight bytes, and the vectors are made from those where they belong.
/// A pair is one if the distance that is listed, of the vector (r_j − r_i) + translation rounded in this order, is below the
/// cutoff: seen from its other end the vector has the same numbers with the other sign, so both directions are decided alike.
/// The sweep itself adds the translation first, which is cheaper; where that comes so close to the cutoff that rounding could
/// matter, the vector decides.
/// </remarks>
internal sealed class BinSweep
{
    private const int Lanes = 8;

    /// <summary>The lanes of each set of hits in order, then anything: <c>[bits, 8]</c>.</summary>
    private static readonly int[] LanesOf = MakeLanes();

    // A field of its own, since reading a static one in a vector loop's method would spill the registers.
    private readonly int[] _lanesOf = LanesOf;

    private readonly BinGrid _grid;
    private int _first;
    private int _end;
    private readonly double _cutoff;

    // Squared distances, as the sweep adds them up, from which on a pair may be none, and none is one.
    private readonly double _surely2;
    private readonly double _never2;

    // Candidates of the bin at hand: position, and the sorted place and the image as one number; beyond the last one a vector
    // of points out of reach. The memory is rented from the first bin on.
    private int _room;
    private int _candidates;
    private int _self;
    private double[] _x = [], _y = [], _z = [];
    private long[] _code = [];
    private int[] _hits = [];

    // What was found, in the order of bins and places.
    private long[] _found = [];
    private int _foundCount;

    /// <param name="grid">The atoms in bins.</param>
    /// <param name="first">First bin of the run.</param>
    /// <param name="end">Bin after the last.</param>
    /// <param name="cutoff">The distance below which a pair is one, Å.</param>
    public BinSweep(BinGrid grid, int first, int end, double cutoff)
    {
        _grid = grid;
        _first = first;
        _end = end;
        _cutoff = cutoff;
        double inner = Math.Max(cutoff - grid.Rounding, 0), outer = cutoff + grid.Rounding;
        _surely2 = inner * inner * (1 - 1e-14);
        _never2 = outer * outer * (1 + 1e-14);
    }

    /// <summary>Goes on to another run of bins, with the same working memory.</summary>
    public void Move(int first, int end)
    {
        (_first, _end) = (first, end);
        _foundCount = 0;
    }

    private static int[] MakeLanes()
    {
        int[] lanes = new int[256 * Lanes];
        for (int bits = 0; bits < 256; bits++)
        {
            for (int lane = 0, at = bits * Lanes; lane < Lanes; lane++)
                if ((bits >> lane & 1) != 0) lanes[at++] = lane;
        }

        return lanes;
    }

    /// <summary>Finds the pairs and counts those of each atom: that of atom i to <paramref name="counts"/> at i + 1.</summary>
    public void Find(int[] counts)
    {
        for (int bin = _first; bin < _end; bin++)
        {
            int start = _grid.Start[bin], end = _grid.Start[bin + 1];
            if (start == end) continue;
            Gather(bin);
            for (int place = start; place < end; place++)
            {
                int hits = Hits(place, _self + place - start);
                counts[_grid.Atom[place] + 1] = hits;
                Note(hits);
            }
        }
    }

    /// <summary>Writes the pairs that were found to their places.</summary>
    /// <param name="offsets">First pair of each atom.</param>
    /// <param name="pairs">Receives them.</param>
    public void Fill(ReadOnlySpan<int> offsets, PairArrays pairs)
    {
        int found = 0;
        for (int place = _grid.Start[_first]; place < _grid.Start[_end]; place++)
        {
            int at = offsets[_grid.Atom[place]], count = offsets[_grid.Atom[place] + 1] - at;
            Write(place, ref found, at, count, pairs);
        }
        Free();
    }

    /// <summary>The number of pairs that were found.</summary>
    public int Count => _foundCount;

    /// <summary>Writes the pairs that were found one atom behind the other, in the order of sorted places.</summary>
    /// <param name="counts">Of <see cref="Find"/>.</param>
    /// <param name="pairs">Receives them from the beginning.</param>
    public void FillAlong(ReadOnlySpan<int> counts, PairArrays pairs)
    {
        int found = 0;
        for (int place = _grid.Start[_first]; place < _grid.Start[_end]; place++)
            Write(place, ref found, found, counts[_grid.Atom[place] + 1], pairs);
        Free();
    }

    private void Write(int place, ref int found, int at, int count, PairArrays pairs)
    {
        if (count == 0) return;
        ref long codes = ref Unsafe.Add(ref First(_found), found);
        WriteNeighbors(ref codes, count, _grid.Wrap[place], ref pairs.Neighbor[at], ref pairs.Shift[at]);
        WriteVectors(ref codes, count, _grid.X[place], _grid.Y[place], _grid.Z[place],
            ref pairs.X[at], ref pairs.Y[at], ref pairs.Z[at], ref pairs.R[at]);
        found += count;
    }

    private void Free()
    {
        _room = 0;
        Exchange(ref _found, 0, 0);
        Exchange(ref _x, 0, 0);
        Exchange(ref _y, 0, 0);
        Exchange(ref _z, 0, 0);
        Exchange(ref _code, 0, 0);
        Exchange(ref _hits, 0, 0);
    }

    /// <summary>Rents memory of at least so many elements, with what is kept of the former, which is given back.</summary>
    private static void Exchange<T>(ref T[] memory, int length, int kept)
    {
        T[] former = memory;
        memory = length > 0 ? ArrayPool<T>.Shared.Rent(length) : [];
        former.AsSpan(0, kept).CopyTo(memory);
        if (former.Length > 0) ArrayPool<T>.Shared.Return(former);
    }

    /// <summary>Notes the listed candidates.</summary>
    private void Note(int hits)
    {
        int needed = checked(_foundCount + hits);
        if (needed > _found.Length) Exchange(ref _found, Math.Max(needed, Math.Max(4096, 2 * _found.Length)), _foundCount);
        ref long codes = ref First(_code), found = ref Unsafe.Add(ref First(_found), _foundCount);
        ref int hit = ref First(_hits);
        for (int k = 0; k < hits; k++)
            Unsafe.Add(ref found, k) = Unsafe.Add(ref codes, Unsafe.Add(ref hit, k));
        _foundCount = needed;
    }

    /// <summary>Lays the candidates of a bin side by side: a walk over the bins in reach.</summary>
    private void Gather(int home)
    {
        BinGrid grid = _grid;
        int cz = home % grid.Bins[2], cy = home / grid.Bins[2] % grid.Bins[1], cx = home / grid.Bins[2] / grid.Bins[1];
        _candidates = 0;
        for (int dx = -grid.Reach[0]; dx <= grid.Reach[0]; dx++)
        {
            if (!Locate(0, cx + dx, out int bx, out int ta)) continue;
            for (int dy = -grid.Reach[1]; dy <= grid.Reach[1]; dy++)
            {
                if (!Locate(1, cy + dy, out int by, out int tb)) continue;
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
                    Locate(2, z, out int bz, out int tc);
                    int length = Math.Min(last - z + 1, grid.Bins[2] - bz);
                    int from = grid.Start[column + bz], to = grid.Start[column + bz + length];
                    if (dx == 0 && dy == 0 && z <= cz && cz < z + length) _self = _candidates + grid.Start[home] - from;
                    if (to > from) Append(from, to - from, grid.Images.IndexOf(ta, tb, tc));
                    z += length;
                }
            }
        }
        Vector512<double> far = Vector512.Create(double.PositiveInfinity);
        far.StoreUnsafe(ref First(_x), (nuint)_candidates);
        far.StoreUnsafe(ref First(_y), (nuint)_candidates);
        far.StoreUnsafe(ref First(_z), (nuint)_candidates);
    }

    /// <summary>Adds a run of sorted places in one image; writes whole vectors, beyond the end too.</summary>
    private void Append(int from, int count, int image)
    {
        Reserve(count + 2 * Lanes);
        Vector512<double> dx = Vector512.Create(_grid.Images.X[image]), dy = Vector512.Create(_grid.Images.Y[image]);
        Vector512<double> dz = Vector512.Create(_grid.Images.Z[image]);
        Vector512<long> code = Vector512.Create(((long)image << 32) + from) + Vector512<long>.Indices;
        ref double sx = ref First(_grid.X), sy = ref First(_grid.Y), sz = ref First(_grid.Z);
        ref double tx = ref First(_x), ty = ref First(_y), tz = ref First(_z);
        ref long codes = ref First(_code);
        for (int k = 0; k < count; k += Lanes)
        {
            nuint s = (nuint)(from + k), t = (nuint)(_candidates + k);
            (Vector512.LoadUnsafe(ref sx, s) + dx).StoreUnsafe(ref tx, t);
            (Vector512.LoadUnsafe(ref sy, s) + dy).StoreUnsafe(ref ty, t);
            (Vector512.LoadUnsafe(ref sz, s) + dz).StoreUnsafe(ref tz, t);
            code.StoreUnsafe(ref codes, t);
            code += Vector512.Create((long)Lanes);
        }
        _candidates += count;
    }

    private void Reserve(int extra)
    {
        if (_candidates + extra <= _room) return;
        _room = Math.Max(_candidates + extra, Math.Max(1024, 2 * _room));
        Exchange(ref _x, _room, _candidates);
        Exchange(ref _y, _room, _candidates);
        Exchange(ref _z, _room, _candidates);
        Exchange(ref _code, _room, _candidates);
        Exchange(ref _hits, _room + Lanes, 0);
    }

    /// <summary>The bin and the image that an unwrapped bin coordinate stands for; false where there is none.</summary>
    private bool Locate(int axis, int coordinate, out int bin, out int image)
    {
        int bins = _grid.Bins[axis];
        image = 0;
        bin = coordinate;
        if ((uint)coordinate < (uint)bins) return true;
        if (!_grid.Periodic[axis]) return false;
        image = coordinate >= 0 ? coordinate / bins : -((bins - 1 - coordinate) / bins);
        bin = coordinate - image * bins;
        return true;
    }

    /// <summary>Lists the candidates in reach of the atom at a sorted place, itself left out; their number.</summary>
    /// <param name="place">The sorted place.</param>
    /// <param name="self">The same atom among the candidates.</param>
    private int Hits(int place, int self)
    {
        // For the time of the sweep the atom itself is out of reach.
        double own = _x[self];
        _x[self] = double.PositiveInfinity;
        Vector512<double> cx = Vector512.Create(_grid.X[place]), cy = Vector512.Create(_grid.Y[place]);
        Vector512<double> cz = Vector512.Create(_grid.Z[place]), never = Vector512.Create(_never2);
        Vector512<double> surely = Vector512.Create(_surely2);
        uint unsure = 0;
        ref double px = ref First(_x), py = ref First(_y), pz = ref First(_z);
        ref int lanes = ref First(_lanesOf), hits = ref First(_hits);
        int count = 0, candidates = _candidates;
        for (int k = 0; k < candidates; k += Lanes)
        {
            Vector512<double> vx = Vector512.LoadUnsafe(ref px, (nuint)k) - cx;
            Vector512<double> vy = Vector512.LoadUnsafe(ref py, (nuint)k) - cy;
            Vector512<double> vz = Vector512.LoadUnsafe(ref pz, (nuint)k) - cz;
            Vector512<double> square = Vector512.MultiplyAddEstimate(vx, vx, Vector512.MultiplyAddEstimate(vy, vy, vz * vz));
            Vector512<double> within = Vector512.LessThan(square, never);
            uint bits = (uint)within.ExtractMostSignificantBits();
            // Not zero where a candidate lies between the two limits.
            unsure |= bits ^ (uint)Vector512.LessThan(square, surely).ExtractMostSignificantBits();
            // No branch on the bits: they are as good as random.
            (Vector256.LoadUnsafe(ref lanes, bits * Lanes) + Vector256.Create(k)).StoreUnsafe(ref hits, (nuint)count);
            count += BitOperations.PopCount(bits);
        }
        _x[self] = own;
        return unsure != 0 ? Decide(place, count) : count;
    }

    /// <summary>Of the candidates that were listed, keeps those whose listed distance is below the cutoff; their number.</summary>
    private int Decide(int place, int listed)
    {
        double x = _grid.X[place], y = _grid.Y[place], z = _grid.Z[place];
        int count = 0;
        for (int k = 0; k < listed; k++)
        {
            int candidate = _hits[k], other = (int)_code[candidate], image = (int)(_code[candidate] >> 32);
            double dx = _grid.X[other] - x + _grid.Images.X[image], dy = _grid.Y[other] - y + _grid.Images.Y[image];
            double dz = _grid.Z[other] - z + _grid.Images.Z[image];
            if (Math.Sqrt(dx * dx + dy * dy + dz * dz) < _cutoff) _hits[count++] = candidate;
        }
        return count;
    }

    // References, since each store into an array would make the compiler load and check all the others again.
    private void WriteNeighbors(ref long codes, int count, Vector128<int> own, ref int neighbor, ref CellShift shift)
    {
        ref int atom = ref First(_grid.Atom);
        ref Vector128<int> shifts = ref First(_grid.Images.Shift), wraps = ref First(_grid.Wrap);
        for (int k = 0; k < count; k++)
        {
            long code = Unsafe.Add(ref codes, k);
            Unsafe.Add(ref neighbor, k) = Unsafe.Add(ref atom, (int)code);
            Vector128<int> image = Unsafe.Add(ref shifts, (int)(code >> 32)) + (own - Unsafe.Add(ref wraps, (int)code));
            ref CellShift target = ref Unsafe.Add(ref shift, k);
            // Three of the four numbers count. What the fourth overwrites is still to come, but behind the row it may be another's.
            if (k < count - 1) Unsafe.WriteUnaligned(ref Unsafe.As<CellShift, byte>(ref target), image);
            else target = new CellShift(image[0], image[1], image[2]);
        }
    }

    private void WriteVectors(
        ref long codes, int hits, double x, double y, double z, ref double rx, ref double ry, ref double rz, ref double r)
    {
        ref double px = ref First(_grid.X), py = ref First(_grid.Y), pz = ref First(_grid.Z);
        ref double tx = ref First(_grid.Images.X), ty = ref First(_grid.Images.Y), tz = ref First(_grid.Images.Z);
        for (int k = 0; k < hits; k++)
        {
            long code = Unsafe.Add(ref codes, k);
            int place = (int)code, image = (int)(code >> 32);
            Unsafe.Add(ref rx, k) = Unsafe.Add(ref px, place) - x + Unsafe.Add(ref tx, image);
            Unsafe.Add(ref ry, k) = Unsafe.Add(ref py, place) - y + Unsafe.Add(ref ty, image);
            Unsafe.Add(ref rz, k) = Unsafe.Add(ref pz, place) - z + Unsafe.Add(ref tz, image);
        }
        int whole = hits & -Lanes;
        for (int k = 0; k < whole; k += Lanes)
        {
            Vector512<double> vx = Vector512.LoadUnsafe(ref rx, (nuint)k), vy = Vector512.LoadUnsafe(ref ry, (nuint)k);
            Vector512<double> vz = Vector512.LoadUnsafe(ref rz, (nuint)k);
            Vector512.Sqrt(vx * vx + vy * vy + vz * vz).StoreUnsafe(ref r, (nuint)k);
        }
        // What lies behind may be another thread's.
        for (int k = whole; k < hits; k++)
        {
            double dx = Unsafe.Add(ref rx, k), dy = Unsafe.Add(ref ry, k), dz = Unsafe.Add(ref rz, k);
            Unsafe.Add(ref r, k) = Math.Sqrt(dx * dx + dy * dy + dz * dz);
        }
    }

    private static ref T First<T>(T[] array) => ref MemoryMarshal.GetArrayDataReference(array);
}
