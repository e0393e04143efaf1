using System;
using System.Runtime.Intrinsics;
using Toolkit.Numerics.Structures;

namespace Toolkit.Numerics.Neighbors;

/// <summary>
/// Atoms sorted into bins that are at least a cutoff wide (or as wide as a small periodic cell), so that the
/// neighbours of an atom lie within <c>Reach</c> bins of its own.
/// </summary>
/// <remarks>
/// The bins cut the parallelepiped of the periodic lattice vectors; a direction without periodicity is an axis of unit
/// length perpendicular to the periodic ones and is cut between the outermost atoms. Atoms are wrapped into the cell
/// first, so they may lie anywhere. Within a bin, and from bin to bin along the third axis, positions are contiguous.
/// </remarks>
internal sealed class BinGrid
{
    /// <summary>Rows: the vectors that one step in each bin coordinate's full range spans, Å.</summary>
    public readonly double[] Lattice;
    public readonly Periodicity Periodic;
    public readonly int[] Bins = new int[3];
    public readonly int[] Reach = new int[3];
    /// <summary>First sorted atom of each bin; one more entry than bins.</summary>
    public readonly int[] Start;
    /// <summary>Wrapped positions in sorted order, padded so that a full vector can be read at the last atom.</summary>
    public readonly double[] X, Y, Z;
    /// <summary>The atom at each sorted place.</summary>
    public readonly int[] Atom;
    /// <summary>Lattice vectors taken off the position at each sorted place by wrapping, and 0.</summary>
    public readonly Vector128<int>[] Wrap;

    /// <summary>The images of bins in reach.</summary>
    public readonly CellImages Images;

    /// <summary>
    /// How far, Å, rounding may part two ways of adding up one pair's vector from two positions and a translation: a bound.
    /// </summary>
    public readonly double Rounding;

    private const int Padding = 8;

    // The rounding unit of float64.
    private const double Unit = 1.0 / (1L << 53);

    public BinGrid(ReadOnlySpan<double> positions, Cell cell, Periodicity periodic, double cutoff)
    {
        int n = positions.Length / 3;
        double[] lattice = Lattice = cell.Completed.ToArray();
        Periodic = periodic;
        ReadOnlySpan<double> inverse = cell.Inverse;
        double[][] s = [new double[n], new double[n], new double[n]];
        Vector128<int>[] wraps = new Vector128<int>[n];
        int[] wrap = new int[3];
        double farX = 0, farY = 0, farZ = 0;
        for (int i = 0; i < n; i++)
        {
            double x = positions[3 * i], y = positions[3 * i + 1], z = positions[3 * i + 2];
            farX = Math.Abs(x) > farX ? Math.Abs(x) : farX;
            farY = Math.Abs(y) > farY ? Math.Abs(y) : farY;
            farZ = Math.Abs(z) > farZ ? Math.Abs(z) : farZ;
            for (int k = 0; k < 3; k++)
            {
                double f = x * inverse[k] + y * inverse[3 + k] + z * inverse[6 + k];
                wrap[k] = 0;
                if (periodic[k])
                {
                    double whole = Math.Floor(f);
                    if (!(Math.Abs(whole) <= DistantAtomException.Farthest)) throw new DistantAtomException(i, Math.Abs(whole));
                    wrap[k] = (int)whole;
                    f -= whole;
                }
                s[k][i] = f;
            }
            wraps[i] = Vector128.Create(wrap[0], wrap[1], wrap[2], 0);
        }

        double[] low = new double[3], scale = new double[3];
        for (int k = 0; k < 3; k++)
        {
            double span = 1;
            if (!periodic[k])
            {
                double high = 0;
                for (int i = 0; i < n; i++)
                {
                    low[k] = i == 0 ? s[k][i] : Math.Min(low[k], s[k][i]);
                    high = i == 0 ? s[k][i] : Math.Max(high, s[k][i]);
                }
                span = Math.Max(high - low[k], 1e-300);
            }
            double extent = cell.Height(k) * span;
            scale[k] = 1 / span;
            // A hair wider than the cutoff: rounding in the bin coordinate must not lose a pair.
            double terms = farX * Math.Abs(inverse[k]) + farY * Math.Abs(inverse[3 + k]) + farZ * Math.Abs(inverse[6 + k]);
            double width = cutoff * (1 + 1e-12) + 64 * Unit * cell.Height(k) * (1 + terms);
            double fit = Math.Floor(extent / width);
            Bins[k] = (int)Math.Clamp(fit, 1, 1 << 20);
            Reach[k] = fit >= 1 ? 1 : periodic[k] ? (int)Math.Min(Math.Ceiling(width / extent), int.MaxValue / 2) : 0;
        }
        // A thin gas in a huge box needs no more bins than atoms.
        while ((long)Bins[0] * Bins[1] * Bins[2] > 4L * n + 64)
        {
            int widest = Bins[0] >= Bins[1] && Bins[0] >= Bins[2] ? 0 : Bins[1] >= Bins[2] ? 1 : 2;
            Bins[widest] = (Bins[widest] + 1) / 2;
        }
        int[] most = new int[3];
        for (int k = 0; k < 3; k++)
            most[k] = periodic[k] ? (Reach[k] + Bins[k] - 1) / Bins[k] : 0;
        Images = new CellImages(most, lattice);
        double[] far = [farX, farY, farZ];
        for (int k = 0; k < 3; k++)
        {
            double translation = 0;
            for (int d = 0; d < 3; d++)
                translation += most[d] * Math.Abs(lattice[3 * d + k]);
            // Without a translation there is one subtraction in either way.
            if (translation > 0) Rounding += 64 * Unit * (far[k] + translation);
        }
        int total = Bins[0] * Bins[1] * Bins[2];
        Start = new int[total + 1];
        int[] bin = new int[n];
        for (int i = 0; i < n; i++)
        {
            for (int k = 0; k < 3; k++)
                bin[i] = bin[i] * Bins[k] + Math.Clamp((int)((s[k][i] - low[k]) * scale[k] * Bins[k]), 0, Bins[k] - 1);
            Start[bin[i] + 1]++;
        }
        for (int b = 0; b < total; b++)
            Start[b + 1] += Start[b];

        X = new double[n + Padding];
        Y = new double[n + Padding];
        Z = new double[n + Padding];
        Atom = new int[n];
        Wrap = new Vector128<int>[n];
        int[] next = Start.AsSpan(0, total).ToArray();
        for (int i = 0; i < n; i++)
        {
            int at = next[bin[i]]++;
            Atom[at] = i;
            Vector128<int> w = Wrap[at] = wraps[i];
            int a = w[0], b = w[1], c = w[2];
            X[at] = positions[3 * i] - (a * lattice[0] + b * lattice[3] + c * lattice[6]);
            Y[at] = positions[3 * i + 1] - (a * lattice[1] + b * lattice[4] + c * lattice[7]);
            Z[at] = positions[3 * i + 2] - (a * lattice[2] + b * lattice[5] + c * lattice[8]);
        }
    }

    /// <summary>
    /// The first bin with atoms at or beyond a sorted place, so that consecutive places cut the bins into runs.
    /// </summary>
    public int BinOf(int place)
    {
        int at = Array.BinarySearch(Start, place);
        if (at < 0) return ~at;
        // Empty bins share a start with the bin after them.
        while (at > 0 && Start[at - 1] == place) at--;
        return at;
    }
}
