using System;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Toolkit.Numerics.LinearAlgebra;
using Toolkit.Numerics.Structures;

namespace Toolkit.Numerics.Neighbors;

/// <summary>
/// All pairs (i, j, image) closer than a cutoff, as compressed rows: the pairs of centre i are the entries
/// <c>Offsets[i] … Offsets[i + 1] − 1</c> of the pair arrays. Both directions of a pair are listed; an atom's own
/// periodic images are its neighbours, the atom itself is not. Both hold to the last bit: the two directions of a pair have
/// one distance and opposite vectors, and a pair is listed if that distance, as it is listed, is below the cutoff.
/// </summary>
/// <remarks>
/// Any triclinic cell, any mix of periodic directions, cutoffs beyond the cell, atoms outside the cell. The cost grows
/// linearly with the number of atoms. Which pairs there are does not depend on the machine. The order of the pairs of one centre is
/// deterministic and does not depend on the number of threads. The pair arrays come from a pool; disposing a list gives them back for the
/// next one, and a list that is never disposed is merely garbage.
/// </remarks>
public sealed class NeighborList : IDisposable
{
    private int[] _offsets;
    private readonly PairArrays _pairs;

    private NeighborList(double cutoff, int[] offsets, PairArrays pairs)
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
    public int PairCount => _offsets[^1];

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
    /// <exception cref="DistantAtomException">An atom lies too many cells away.</exception>
    /// <exception cref="OverflowException">More than 2³¹ pairs, or images of the cell within the cutoff.</exception>
    public static NeighborList Build(Structure structure, double cutoff, int threads = 1)
    {
        if (!(cutoff > 0) || !double.IsFinite(cutoff))
            throw new ArgumentOutOfRangeException(nameof(cutoff), cutoff, "expected a positive cutoff in Å");
        int n = structure.Count;
        var grid = new BinGrid(structure.Positions, Lattice(structure), structure.Periodic, cutoff);

        // The bins in runs of about as many atoms; one thread works on one run.
        int runs = threads <= 1 || n < 256 ? 1 : Math.Min(4 * threads, n / 64);
        var sweeps = new BinSweep[runs];
        int[] offsets = new int[n + 1];
        Threads.Share(runs, threads, run =>
        {
            int first = grid.BinOf((int)((long)n * run / runs)), end = grid.BinOf((int)((long)n * (run + 1) / runs));
            sweeps[run] = new BinSweep(grid, first, end, cutoff);
            sweeps[run].Find(offsets);
        });
        for (int i = 0; i < n; i++)
            offsets[i + 1] = checked(offsets[i] + offsets[i + 1]);
        var pairs = new PairArrays(offsets[n]);
        Threads.Share(runs, threads, run => sweeps[run].Fill(offsets, pairs));
        return new NeighborList(cutoff, offsets, pairs);
    }

    /// <summary>A list that somebody else has found, as a simulation does for many steps at a time: of its pairs those are kept that are
    /// closer than the cutoff now.</summary>
    /// <param name="structure">The atoms as they are now; images are of its cell.</param>
    /// <param name="cutoff">Å.</param>
    /// <param name="offsets">First neighbour of each atom, and the end: <c>[atom + 1]</c>. Atoms that are no centres have none.</param>
    /// <param name="neighbors">The atoms j of the pairs: <c>[pair]</c>. Both directions of a pair are listed where both atoms are
    /// centres.</param>
    /// <param name="shifts">Their images: <c>[pair]</c>; or empty: each atom is where it says.</param>
    /// <exception cref="ArgumentException">Offsets that do not grow or do not end with the pairs, a neighbour that is no atom, an atom that
    /// is its own neighbour, images without a cell.</exception>
    public static NeighborList Of(
        Structure structure, double cutoff, ReadOnlySpan<int> offsets, ReadOnlySpan<int> neighbors,
            ReadOnlySpan<CellShift> shifts = default)
    {
        ArgumentNullException.ThrowIfNull(structure);
        int n = structure.Count;
        RequirePairs(n, offsets, neighbors, shifts);
        ReadOnlySpan<double> positions = structure.Positions, cell = default;
        if (shifts.ContainsAnyExcept(default(CellShift)))
            cell = (structure.Cell ?? throw new ArgumentException("images of atoms that have no cell", nameof(shifts))).Vectors;
        int[] kept = new int[n + 1];
        var pairs = new PairArrays(neighbors.Length);
        int at = 0;
        for (int i = 0; i < n; i++)
        {
            for (int p = offsets[i]; p < offsets[i + 1]; p++)
            {
                int j = neighbors[p];
                double x = positions[3 * j] - positions[3 * i], y = positions[3 * j + 1] - positions[3 * i + 1],
                    z = positions[3 * j + 2] - positions[3 * i + 2];
                CellShift shift = shifts.IsEmpty ? default : shifts[p];
                if (!cell.IsEmpty)
                {
                    x += shift.A * cell[0] + shift.B * cell[3] + shift.C * cell[6];
                    y += shift.A * cell[1] + shift.B * cell[4] + shift.C * cell[7];
                    z += shift.A * cell[2] + shift.B * cell[5] + shift.C * cell[8];
                }
                double r = Math.Sqrt(x * x + y * y + z * z);
                if (r >= cutoff) continue;
                if (j == i && shift == default)
                    throw new ArgumentException($"atom {i} is its own neighbour", nameof(neighbors));
                pairs.Set(at++, j, shift, x, y, z, r);
            }
            kept[i + 1] = at;
        }
        return new NeighborList(cutoff, kept, pairs);
    }

    /// <summary>The pairs that are closer than another cutoff: this list itself where it is no smaller.</summary>
    /// <param name="cutoff">Å, at most this list's own.</param>
    internal NeighborList Within(double cutoff)
    {
        if (cutoff >= Cutoff) return this;
        int[] kept = new int[_offsets.Length];
        var pairs = new PairArrays(PairCount);
        int at = 0;
        for (int i = 0; i < CentreCount; i++)
        {
            for (int p = _offsets[i]; p < _offsets[i + 1]; p++)
            {
                if (_pairs.R[p] >= cutoff) continue;
                pairs.Set(at++, _pairs.Neighbor[p], _pairs.Shift[p], _pairs.X[p], _pairs.Y[p], _pairs.Z[p], _pairs.R[p]);
            }
            kept[i + 1] = at;
        }
        return new NeighborList(cutoff, kept, pairs);
    }

    /// <summary>Gives the memory of the pairs back; the list is empty afterwards, and spans taken from it are void.</summary>
    public void Dispose()
    {
        if (PairCount > 0) _pairs.Return();
        _offsets = new int[_offsets.Length];
    }

    /// <summary>The first pair closer than a distance (Å), or −1.</summary>
    internal int FirstWithin(double distance)
    {
        ReadOnlySpan<double> r = Distances;
        int pair = 0;
        for (; pair + Vector512<double>.Count <= r.Length; pair += Vector512<double>.Count)
            if (Vector512.LessThanAny(Vector(r, pair), Vector512.Create(distance))) break;
        for (; pair < r.Length; pair++)
            if (r[pair] < distance) return pair;
        return -1;
    }

    /// <summary>Eight numbers of a pair array from one pair on; behind the last pair of all they are arbitrary.</summary>
    internal static Vector512<double> Vector(ReadOnlySpan<double> array, int pair) =>
        Vector512.LoadUnsafe(ref MemoryMarshal.GetReference(array), (nuint)pair);

    private static void RequirePairs(int atoms, ReadOnlySpan<int> offsets, ReadOnlySpan<int> neighbors, ReadOnlySpan<CellShift> shifts)
    {
        if (offsets.Length != atoms + 1 || offsets[0] != 0 || offsets[^1] != neighbors.Length)
        {
            throw new ArgumentException(
                $"expected {atoms + 1} offsets from 0 to {neighbors.Length}; got {offsets.Length}", nameof(offsets));
        }

        for (int i = 0; i < atoms; i++)
        {
            if (offsets[i + 1] < offsets[i])
                throw new ArgumentException($"the neighbours of atom {i} end before they begin", nameof(offsets));
        }

        for (int p = 0; p < neighbors.Length; p++)
        {
            if ((uint)neighbors[p] >= (uint)atoms)
                throw new ArgumentException($"neighbour {p} is atom {neighbors[p]} of {atoms}", nameof(neighbors));
        }

        if (shifts.Length != 0 && shifts.Length != neighbors.Length)
            throw new ArgumentException($"expected {neighbors.Length} images; got {shifts.Length}", nameof(shifts));
    }

    /// <summary>
    /// The lattice that is cut into bins: the periodic directions' vectors, the others completed by unit vectors
    /// perpendicular to those, whether or not the structure carries a lattice vector there.
    /// </summary>
    internal static Cell Lattice(Structure structure)
    {
        if (!structure.Periodic.Any) return Cell.Cubic(1);
        double[] vectors = structure.Cell!.Vectors.ToArray();
        for (int k = 0; k < 3; k++)
            if (!structure.Periodic[k]) vectors.AsSpan(3 * k, 3).Clear();
        return new Cell(vectors);
    }
}
