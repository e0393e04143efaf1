using System;
using System.Collections.Generic;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Toolkit.Numerics.Neighbors;

/// <summary>
/// The pairs of all atoms in a run of bins. The candidates of one bin, atoms of the bins in reach with their images'
/// translation added, are laid side by side once; each atom of the bin then sweeps over them eight at a time.
/// </summary>
internal sealed class BinSweep : IDisposable
{
    private const int Lanes = 8;

    /// <summary>The lanes of each set of hits in order, then anything: <c>[bits, 8]</c>.</summary>
    private static readonly int[] LanesOf = MakeLanes();

    private readonly BinGrid _grid;
    private readonly double _cutoff2;
    private readonly List<(int Atom, int First, int Count)> _rows = [];
    private PairArrays _pairs;
    private int _count;

    // Candidates of the bin at hand; beyond the last one a vector of points out of reach.
    private int _candidates;
    private int _self;
    private double[] _x = new double[512], _y = new double[512], _z = new double[512];
    private int[] _atom = new int[512];
    private CellShift[] _image = new CellShift[512];
    private int[] _hits = new int[512 + Lanes];

    public BinSweep(BinGrid grid, double cutoff)
    {
        _grid = grid;
        _cutoff2 = cutoff * cutoff;
        _pairs = new PairArrays(4096);
    }

    private static int[] MakeLanes()
    {
        int[] lanes = new int[256 * Lanes];
        for (int bits = 0; bits < 256; bits++)
            for (int lane = 0, at = bits * Lanes; lane < Lanes; lane++)
                if ((bits >> lane & 1) != 0) lanes[at++] = lane;
        return lanes;
    }

    /// <summary>Finds the pairs of bins <paramref name="first"/> … <paramref name="end"/> − 1.</summary>
    /// <param name="first">First bin.</param>
    /// <param name="end">Bin after the last.</param>
    /// <param name="counts">Receives the number of pairs of atom i at i + 1.</param>
    public void Fill(int first, int end, int[] counts)
    {
        for (int bin = first; bin < end; bin++)
        {
            if (_grid.Start[bin] == _grid.Start[bin + 1]) continue;
            Gather(bin);
            for (int place = _grid.Start[bin]; place < _grid.Start[bin + 1]; place++)
            {
                int before = _count;
                Row(place, _self + (place - _grid.Start[bin]));
                _rows.Add((_grid.Atom[place], before, _count - before));
                counts[_grid.Atom[place] + 1] = _count - before;
            }
        }
    }

    /// <summary>Copies the rows to their places.</summary>
    public void Place(ReadOnlySpan<int> offsets, PairArrays target)
    {
        foreach ((int atom, int first, int count) in CollectionsMarshal.AsSpan(_rows))
            target.Copy(_pairs, first, offsets[atom], count);
    }

    public void Dispose() => _pairs.Return();

    /// <summary>Lays the candidates of a bin side by side: a walk over the bins in reach.</summary>
    private void Gather(int home)
    {
        BinGrid grid = _grid;
        double[] h = grid.Lattice;
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
        Reserve(Lanes);
        for (int k = _candidates; k < _candidates + Lanes; k++)
            _x[k] = _y[k] = _z[k] = double.PositiveInfinity;
    }

    private void Append(int from, int count, CellShift image, double x, double y, double z)
    {
        int at = _candidates;
        Reserve(count + Lanes);
        _grid.Atom.AsSpan(from, count).CopyTo(_atom.AsSpan(at));
        Translate(_grid.X, from, count, x, _x.AsSpan(at));
        Translate(_grid.Y, from, count, y, _y.AsSpan(at));
        Translate(_grid.Z, from, count, z, _z.AsSpan(at));
        Span<CellShift> images = _image.AsSpan(at, count);
        ReadOnlySpan<CellShift> wraps = _grid.Wrap.AsSpan(from, count);
        for (int k = 0; k < images.Length; k++)
            images[k] = new CellShift(image.A - wraps[k].A, image.B - wraps[k].B, image.C - wraps[k].C);
        _candidates += count;
    }

    /// <summary>Adds a number; writes whole vectors, beyond the end too.</summary>
    private static void Translate(double[] source, int from, int count, double by, Span<double> target)
    {
        ref double s = ref Unsafe.Add(ref First(source), from), t = ref MemoryMarshal.GetReference(target);
        Vector512<double> shift = Vector512.Create(by);
        for (int k = 0; k < count; k += Lanes)
            (Vector512.LoadUnsafe(ref s, (nuint)k) + shift).StoreUnsafe(ref t, (nuint)k);
    }

    private void Reserve(int extra)
    {
        if (_candidates + extra <= _x.Length) return;
        int size = Math.Max(_candidates + extra, 2 * _x.Length);
        Array.Resize(ref _x, size);
        Array.Resize(ref _y, size);
        Array.Resize(ref _z, size);
        Array.Resize(ref _atom, size);
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

    /// <summary>Appends the pairs of the atom at one sorted place, which is one of the candidates itself.</summary>
    private void Row(int place, int self)
    {
        double x = _grid.X[place], y = _grid.Y[place], z = _grid.Z[place];
        int hits = Hits(x, y, z, self);
        if (_count + hits + Lanes > _pairs.Capacity) Grow(hits + Lanes);
        CellShift own = _grid.Wrap[place];
        // References, since each store into an array would make the compiler load and check all the others again.
        ref int hit = ref First(_hits), atom = ref First(_atom);
        ref CellShift image = ref First(_image);
        ref double px = ref First(_x), py = ref First(_y), pz = ref First(_z);
        ref int neighbor = ref Unsafe.Add(ref First(_pairs.Neighbor), _count);
        ref CellShift shift = ref Unsafe.Add(ref First(_pairs.Shift), _count);
        ref double rx = ref Unsafe.Add(ref First(_pairs.X), _count), ry = ref Unsafe.Add(ref First(_pairs.Y), _count);
        ref double rz = ref Unsafe.Add(ref First(_pairs.Z), _count), r = ref Unsafe.Add(ref First(_pairs.R), _count);
        for (int k = 0; k < hits; k++)
        {
            int c = Unsafe.Add(ref hit, k);
            Unsafe.Add(ref neighbor, k) = Unsafe.Add(ref atom, c);
            CellShift s = Unsafe.Add(ref image, c);
            Unsafe.Add(ref shift, k) = new CellShift(s.A + own.A, s.B + own.B, s.C + own.C);
            Unsafe.Add(ref rx, k) = Unsafe.Add(ref px, c) - x;
            Unsafe.Add(ref ry, k) = Unsafe.Add(ref py, c) - y;
            Unsafe.Add(ref rz, k) = Unsafe.Add(ref pz, c) - z;
        }
        for (int k = 0; k < hits; k += Lanes)
        {
            Vector512<double> vx = Vector512.LoadUnsafe(ref rx, (nuint)k), vy = Vector512.LoadUnsafe(ref ry, (nuint)k);
            Vector512<double> vz = Vector512.LoadUnsafe(ref rz, (nuint)k);
            Vector512.Sqrt(vx * vx + vy * vy + vz * vz).StoreUnsafe(ref r, (nuint)k);
        }
        _count += hits;
    }

    /// <summary>Lists the candidates in reach of a point, the atom there left out; their number.</summary>
    private int Hits(double x, double y, double z, int self)
    {
        // For the time of the sweep the atom itself is out of reach.
        double own = _x[self];
        _x[self] = double.PositiveInfinity;
        Vector512<double> cx = Vector512.Create(x), cy = Vector512.Create(y), cz = Vector512.Create(z);
        Vector512<double> limit = Vector512.Create(_cutoff2);
        ref double px = ref First(_x), py = ref First(_y), pz = ref First(_z);
        ref int lanes = ref First(LanesOf), hits = ref First(_hits);
        int count = 0;
        for (int k = 0; k < _candidates; k += Lanes)
        {
            Vector512<double> vx = Vector512.LoadUnsafe(ref px, (nuint)k) - cx;
            Vector512<double> vy = Vector512.LoadUnsafe(ref py, (nuint)k) - cy;
            Vector512<double> vz = Vector512.LoadUnsafe(ref pz, (nuint)k) - cz;
            uint bits = (uint)Vector512.LessThan(vx * vx + vy * vy + vz * vz, limit).ExtractMostSignificantBits();
            // No branch on the bits: they are as good as random.
            (Vector256.LoadUnsafe(ref lanes, bits * Lanes) + Vector256.Create(k)).StoreUnsafe(ref hits, (nuint)count);
            count += BitOperations.PopCount(bits);
        }
        _x[self] = own;
        return count;
    }

    private void Grow(int extra)
    {
        var larger = new PairArrays(Math.Max(_count + extra, 2 * _pairs.Capacity));
        larger.Copy(_pairs, 0, 0, _count);
        _pairs.Return();
        _pairs = larger;
    }

    private static ref T First<T>(T[] array) => ref MemoryMarshal.GetArrayDataReference(array);
}
