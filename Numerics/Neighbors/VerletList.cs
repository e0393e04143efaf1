using System;
using Toolkit.Numerics.Structures;

namespace Toolkit.Numerics.Neighbors;

/// <summary>
/// The neighbours of the atoms of a simulation, found anew only when some may have come closer than the cutoff: a list reaches farther by a
/// skin, and serves until atoms and cell have moved through it (L. Verlet, Phys. Rev. 159, 98, 1967).
/// </summary>
/// <remarks>
/// Let F take the cell of the list to the present one, ε = |F − 1| (of Frobenius), and d the largest distance of an atom from where F takes
/// it. Images move with the cell, so a pair that is closer than the cutoff c now was closer than (c + 2d)/(1 − ε) then, and is listed while
/// that is at most c + skin. Not for several threads at once.
/// </remarks>
/// <param name="cutoff">Å.</param>
/// <param name="skin">Å; 0: found anew every time.</param>
public sealed class VerletList(double cutoff, double skin) : IDisposable
{
    private Structure? _then;
    private NeighborList? _list;

    /// <summary>How many times neighbours were found anew.</summary>
    public int Builds { get; private set; }

    /// <summary>The pairs of a structure that are closer than the cutoff.</summary>
    /// <param name="structure">Places and cells may change from call to call.</param>
    /// <param name="threads">How many threads may work; the result is the same for any number.</param>
    /// <exception cref="ArgumentException">See <see cref="NeighborList.Build"/>.</exception>
    public NeighborList Of(Structure structure, int threads = 1)
    {
        ArgumentNullException.ThrowIfNull(structure);
        if (_list is null || !Serves(structure))
        {
            _list?.Dispose();
            (_list, _then) = (NeighborList.Build(structure, cutoff + skin, threads), structure);
            Builds++;
        }
        return NeighborList.Of(structure, cutoff, _list.Offsets, _list.Neighbors, _list.Shifts);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _list?.Dispose();
        _list = null;
    }

    private bool Serves(Structure now)
    {
        Structure then = _then!;
        if (skin <= 0 || now.Count != then.Count || now.Periodic != then.Periodic || now.Cell is null != then.Cell is null) return false;
        Span<double> f = stackalloc double[9];
        f.Clear();
        f[0] = f[4] = f[8] = 1;
        double strain = 0;
        if (now.Cell is not null && now.Periodic.Any)
        {
            // Rows are vectors: h' = h Fᵀ, so Fᵀ = h⁻¹ h'.
            ReadOnlySpan<double> h = now.Cell.Completed, inverse = then.Cell!.Inverse;
            for (int a = 0; a < 3; a++)
            {
                for (int b = 0; b < 3; b++)
                {
                    f[3 * b + a] = inverse[3 * a] * h[b] + inverse[3 * a + 1] * h[3 + b] + inverse[3 * a + 2] * h[6 + b];
                    double e = f[3 * b + a] - (a == b ? 1 : 0);
                    strain += e * e;
                }
            }

            strain = Math.Sqrt(strain);
        }
        double most = 0;
        ReadOnlySpan<double> r = now.Positions, before = then.Positions;
        for (int i = 0; i < r.Length; i += 3)
        {
            double square = 0;
            for (int a = 0; a < 3; a++)
            {
                double d = r[i + a] - (f[3 * a] * before[i] + f[3 * a + 1] * before[i + 1] + f[3 * a + 2] * before[i + 2]);
                square += d * d;
            }
            most = Math.Max(most, square);
        }
        return strain < 1 && (cutoff + 2 * Math.Sqrt(most)) / (1 - strain) <= cutoff + skin;
    }
}
