using System;
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
/// The run is swept twice, first to count and then to write each row to its place: rows lie in the order of the atoms, not
/// of the bins, and finding a row again costs less than moving it.
/// </remarks>
internal sealed class BinSweep
{
    private const int Lanes = 8;

    /// <summary>The lanes of each set of hits in order, then anything: <c>[bits, 8]</c>.</summary>
    private static readonly int[] LanesOf = MakeLanes();

    // A field of its own, since reading a static one in a vector loop's method would spill the registers.
    private readonly int[] _lanesOf = LanesOf;

    private readonly BinGrid _grid;
    private readonly int _first;
    private readonly int _end;
    private readonly double _cutoff2;

    // Candidates of the bin at hand: position, sorted place, and the image that it belongs to; beyond the last one a vector
    // of points out of reach.
    private int _candidates;
    private int _self;
    private double[] _x = new double[512], _y = new double[512], _z = new double[512];
    private int[] _place = new int[512];
    private int[] _image = new int[512];
    private int[] _hits = new int[512 + Lanes];
    private CellShift[] _images = new CellShift[32];
    private int _imageCount;

    /// <param name="grid">The atoms in bins.</param>
    /// <param name="first">First bin of the run.</param>
    /// <param name="end">Bin after the last.</param>
    /// <param name="cutoff">The distance below which a pair is one, Å.</param>
    public BinSweep(BinGrid grid, int first, int end, double cutoff)
    {
        _grid = grid;
        _first = first;
        _end = end;
        _cutoff2 = cutoff * cutoff;
    }

    private static int[] MakeLanes()
    {
        int[] lanes = new int[256 * Lanes];
        for (int bits = 0; bits < 256; bits++)
            for (int lane = 0, at = bits * Lanes; lane < Lanes; lane++)
                if ((bits >> lane & 1) != 0) lanes[at++] = lane;
        return lanes;
    }

    /// <summary>Counts the pairs of each atom: that of atom i to <paramref name="counts"/> at i + 1.</summary>
    public void Count(int[] counts)
    {
        for (int bin = _first; bin < _end; bin++)
        {
            int start = _grid.Start[bin], end = _grid.Start[bin + 1];
            if (start == end) continue;
            Gather(bin);
            for (int place = start; place < end; place++)
                counts[_grid.Atom[place] + 1] = Hits(place, _self + place - start);
        }
    }

    /// <summary>Writes the pairs to their places.</summary>
    /// <param name="offsets">First pair of each atom.</param>
    /// <param name="pairs">Receives them.</param>
    public void Fill(ReadOnlySpan<int> offsets, PairArrays pairs)
    {
        for (int bin = _first; bin < _end; bin++)
        {
            int start = _grid.Start[bin], end = _grid.Start[bin + 1];
            if (start == end) continue;
            Gather(bin);
            for (int place = start; place < end; place++)
            {
                int hits = Hits(place, _self + place - start);
                if (hits > 0) Write(place, hits, pairs, offsets[_grid.Atom[place]]);
            }
        }
    }

    /// <summary>Lays the candidates of a bin side by side: a walk over the bins in reach.</summary>
    private void Gather(int home)
    {
        BinGrid grid = _grid;
        double[] h = grid.Lattice;
        int cz = home % grid.Bins[2], cy = home / grid.Bins[2] % grid.Bins[1], cx = home / grid.Bins[2] / grid.Bins[1];
        _candidates = _imageCount = 0;
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
                    if (to > from)
                    {
                        Append(from, to - from, new CellShift(ta, tb, tc),
                            ta * h[0] + tb * h[3] + tc * h[6],
                            ta * h[1] + tb * h[4] + tc * h[7],
                            ta * h[2] + tb * h[5] + tc * h[8]);
                    }
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
    private void Append(int from, int count, CellShift image, double x, double y, double z)
    {
        Reserve(count + 2 * Lanes);
        if (_imageCount == _images.Length) Array.Resize(ref _images, 2 * _imageCount);
        _images[_imageCount] = image;
        Vector512<double> dx = Vector512.Create(x), dy = Vector512.Create(y), dz = Vector512.Create(z);
        Vector256<int> place = Vector256.Create(from) + Vector256<int>.Indices, number = Vector256.Create(_imageCount++);
        ref double sx = ref First(_grid.X), sy = ref First(_grid.Y), sz = ref First(_grid.Z);
        ref double tx = ref First(_x), ty = ref First(_y), tz = ref First(_z);
        ref int places = ref First(_place), images = ref First(_image);
        for (int k = 0; k < count; k += Lanes)
        {
            nuint s = (nuint)(from + k), t = (nuint)(_candidates + k);
            (Vector512.LoadUnsafe(ref sx, s) + dx).StoreUnsafe(ref tx, t);
            (Vector512.LoadUnsafe(ref sy, s) + dy).StoreUnsafe(ref ty, t);
            (Vector512.LoadUnsafe(ref sz, s) + dz).StoreUnsafe(ref tz, t);
            place.StoreUnsafe(ref places, t);
            number.StoreUnsafe(ref images, t);
            place += Vector256.Create(Lanes);
        }
        _candidates += count;
    }

    private void Reserve(int extra)
    {
        if (_candidates + extra <= _x.Length) return;
        int size = Math.Max(_candidates + extra, 2 * _x.Length);
        Array.Resize(ref _x, size);
        Array.Resize(ref _y, size);
        Array.Resize(ref _z, size);
        Array.Resize(ref _place, size);
        Array.Resize(ref _image, size);
        _hits = new int[size + Lanes];
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
        Vector512<double> cz = Vector512.Create(_grid.Z[place]), limit = Vector512.Create(_cutoff2);
        ref double px = ref First(_x), py = ref First(_y), pz = ref First(_z);
        ref int lanes = ref First(_lanesOf), hits = ref First(_hits);
        int count = 0, candidates = _candidates;
        for (int k = 0; k < candidates; k += Lanes)
        {
            Vector512<double> vx = Vector512.LoadUnsafe(ref px, (nuint)k) - cx;
            Vector512<double> vy = Vector512.LoadUnsafe(ref py, (nuint)k) - cy;
            Vector512<double> vz = Vector512.LoadUnsafe(ref pz, (nuint)k) - cz;
            uint bits = (uint)Vector512.LessThan(Norm2(vx, vy, vz), limit).ExtractMostSignificantBits();
            // No branch on the bits: they are as good as random.
            (Vector256.LoadUnsafe(ref lanes, bits * Lanes) + Vector256.Create(k)).StoreUnsafe(ref hits, (nuint)count);
            count += BitOperations.PopCount(bits);
        }
        _x[self] = own;
        return count;
    }

    /// <summary>Writes the listed candidates as the pairs of the atom at a sorted place.</summary>
    private void Write(int place, int hits, PairArrays pairs, int at)
    {
        WriteNeighbors(hits, _grid.Wrap[place], ref pairs.Neighbor[at], ref pairs.Shift[at]);
        WriteVectors(hits, _grid.X[place], _grid.Y[place], _grid.Z[place],
            ref pairs.X[at], ref pairs.Y[at], ref pairs.Z[at], ref pairs.R[at]);
    }

    // References, since each store into an array would make the compiler load and check all the others again.
    private void WriteNeighbors(int hits, CellShift own, ref int neighbor, ref CellShift shift)
    {
        ref int hit = ref First(_hits), places = ref First(_place), image = ref First(_image), atom = ref First(_grid.Atom);
        ref CellShift images = ref First(_images), wraps = ref First(_grid.Wrap);
        if (!_grid.IsWrapped)
        {
            for (int k = 0; k < hits; k++)
            {
                int c = Unsafe.Add(ref hit, k);
                Unsafe.Add(ref neighbor, k) = Unsafe.Add(ref atom, Unsafe.Add(ref places, c));
                Unsafe.Add(ref shift, k) = Unsafe.Add(ref images, Unsafe.Add(ref image, c));
            }
            return;
        }
        for (int k = 0; k < hits; k++)
        {
            int c = Unsafe.Add(ref hit, k), other = Unsafe.Add(ref places, c);
            Unsafe.Add(ref neighbor, k) = Unsafe.Add(ref atom, other);
            CellShift s = Unsafe.Add(ref images, Unsafe.Add(ref image, c)), w = Unsafe.Add(ref wraps, other);
            Unsafe.Add(ref shift, k) = new CellShift(s.A + own.A - w.A, s.B + own.B - w.B, s.C + own.C - w.C);
        }
    }

    private void WriteVectors(int hits, double x, double y, double z, ref double rx, ref double ry, ref double rz, ref double r)
    {
        ref int hit = ref First(_hits);
        ref double px = ref First(_x), py = ref First(_y), pz = ref First(_z);
        for (int k = 0; k < hits; k++)
        {
            int c = Unsafe.Add(ref hit, k);
            Unsafe.Add(ref rx, k) = Unsafe.Add(ref px, c) - x;
            Unsafe.Add(ref ry, k) = Unsafe.Add(ref py, c) - y;
            Unsafe.Add(ref rz, k) = Unsafe.Add(ref pz, c) - z;
        }
        int whole = hits & -Lanes;
        for (int k = 0; k < whole; k += Lanes)
        {
            Vector512<double> vx = Vector512.LoadUnsafe(ref rx, (nuint)k), vy = Vector512.LoadUnsafe(ref ry, (nuint)k);
            Vector512.Sqrt(Norm2(vx, vy, Vector512.LoadUnsafe(ref rz, (nuint)k))).StoreUnsafe(ref r, (nuint)k);
        }
        // What lies behind may be another thread's.
        for (int k = whole; k < hits; k++)
        {
            double dx = Unsafe.Add(ref rx, k), dy = Unsafe.Add(ref ry, k), dz = Unsafe.Add(ref rz, k);
            Unsafe.Add(ref r, k) = Math.Sqrt(double.MultiplyAddEstimate(dx, dx, double.MultiplyAddEstimate(dy, dy, dz * dz)));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<double> Norm2(Vector512<double> x, Vector512<double> y, Vector512<double> z) =>
        Vector512.MultiplyAddEstimate(x, x, Vector512.MultiplyAddEstimate(y, y, z * z));

    private static ref T First<T>(T[] array) => ref MemoryMarshal.GetArrayDataReference(array);
}
