using System;
using System.Numerics;
using System.Runtime.Intrinsics;
using System.Threading.Tasks;
using Toolkit.Numerics.Simd;

namespace Toolkit.Numerics.LinearAlgebra;

/// <summary>
/// Eigenvalues of a tridiagonal matrix by the implicit QL iteration with Wilkinson's shift (H. Bowdler, R. S. Martin,
/// C. Reinsch and J. H. Wilkinson, Numer. Math. 11, 293, 1968), and its rotations applied to the rows of a matrix.
/// </summary>
/// <remarks>
/// The iteration does not look at the vectors. So the rotations of many sweeps are kept and applied together to a strip of
/// columns that is copied to a compact block in the second-level cache: a sweep runs down the rows with one row held in
/// registers, two multiply-adds and one load and store per rotation and register. Strips are independent: threads share
/// them without changing a bit.
/// </remarks>
internal sealed unsafe class TridiagonalQl<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int MostSweeps = 60;
    private const int MostRotations = 1 << 16;

    private readonly int _n, _threads;
    private readonly T* _vectors;
    private readonly (T C, T S)[] _rotations;
    private readonly (int From, int Count, int Start)[] _sweeps;
    private int _rotationCount, _sweepCount;

    /// <summary>With vectors [n, n] (not null), each rotation of planes i and i + 1 is applied to its rows i and i + 1.</summary>
    internal TridiagonalQl(int n, T* vectors, int threads)
    {
        (_n, _threads) = (n, threads);
        _vectors = vectors;
        _rotations = vectors == null ? [] : new (T, T)[Math.Max(MostRotations, n)];
        _sweeps = vectors == null ? [] : new (int, int, int)[_rotations.Length];
    }

    /// <summary>Columns of a strip: four registers of the widest.</summary>
    private static int Strip => 256 / sizeof(T);

    /// <summary>Overwrites the diagonal d with the eigenvalues, not sorted; destroys e, e[i] between d[i] and d[i + 1].</summary>
    internal void Solve(T* d, T* e)
    {
        // What is below rounding errors of the whole matrix is nothing: graded matrices have rows far below them.
        T two = T.One + T.One, negligible = T.Zero;
        for (int i = 0; i < _n; i++)
            negligible = T.Max(negligible, T.Abs(d[i]) + T.Abs(e[i]));

        negligible *= T.BitIncrement(T.One) - T.One;
        for (int l = 0; l < _n; l++)
        {
            for (int sweep = 0; ; sweep++)
            {
                int m = l;
                while (m < _n - 1 && T.Abs(e[m]) > negligible)
                    m++;

                if (m == l)
                    break;

                if (sweep == MostSweeps)
                    throw new ArithmeticException($"the QL iteration did not settle on eigenvalue {l} in {MostSweeps} sweeps");

                Sweep(d, e, l, m, two);
            }
        }

        Apply();
    }

    private void Sweep(T* d, T* e, int l, int m, T two)
    {
        if (_vectors != null && _rotationCount + m - l > _rotations.Length)
            Apply();

        T ratio = (d[l + 1] - d[l]) / (two * e[l]), length = T.Hypot(ratio, T.One);
        T g = d[m] - d[l] + e[l] / (ratio + (ratio < T.Zero ? -length : length));
        T s = T.One, c = T.One, p = T.Zero;
        int start = _rotationCount, i = m - 1;
        for (; i >= l; i--)
        {
            T f = s * e[i], b = c * e[i];
            T r = T.Sqrt(f * f + g * g);
            e[i + 1] = r;
            if (r == T.Zero)
            {
                // The matrix falls apart here; what has been done stands.
                d[i + 1] -= p;
                e[m] = T.Zero;
                break;
            }

            s = f / r;
            c = g / r;
            g = d[i + 1] - p;
            r = (d[i] - g) * s + two * c * b;
            p = s * r;
            d[i + 1] = g + p;
            g = c * r - b;
            if (_vectors != null)
                _rotations[_rotationCount++] = (c, s);
        }

        if (i < l)
        {
            d[l] -= p;
            e[l] = g;
            e[m] = T.Zero;
        }

        if (_vectors != null && _rotationCount > start)
            _sweeps[_sweepCount++] = (m, _rotationCount - start, start);
    }

    private void Apply()
    {
        if (_sweepCount > 0)
        {
            int strips = (_n + Strip - 1) / Strip;
            if (_threads > 1 && strips > 1)
            {
                Parallel.For(0, strips, new ParallelOptions { MaxDegreeOfParallelism = _threads }, ApplyTo);
            }
            else
            {
                for (int strip = 0; strip < strips; strip++)
                    ApplyTo(strip);
            }
        }

        _rotationCount = _sweepCount = 0;
    }

    private void ApplyTo(int strip)
    {
        if (VectorWidths.Has512)
            ApplyTo<Lanes512<T>, Vector512<T>>(strip);
        else if (Vector256.IsHardwareAccelerated)
            ApplyTo<Lanes256<T>, Vector256<T>>(strip);
        else if (Vector128.IsHardwareAccelerated)
            ApplyTo<Lanes128<T>, Vector128<T>>(strip);
        else
            ApplyTo<Lanes1<T>, T>(strip);
    }

    private void ApplyTo<TLanes, V>(int strip)
        where TLanes : struct, ILanes<V, T>
        where V : struct
    {
        int width = Math.Min(Strip, _n - strip * Strip);
        T* source = _vectors + strip * Strip;
        using AlignedScratch<T> scratch = new((long)_n * Strip);
        T* block = scratch.Start;
        for (int row = 0; row < _n; row++)
        {
            new ReadOnlySpan<T>(source + (nint)row * _n, width).CopyTo(new Span<T>(block + (nint)row * Strip, width));
            new Span<T>(block + (nint)row * Strip + width, Strip - width).Clear();
        }

        fixed ((T C, T S)* rotations = _rotations)
        {
            for (int k = 0; k < _sweepCount; k++)
            {
                (int from, int count, int start) = _sweeps[k];
                for (int lane = 0; lane < Strip; lane += 4 * TLanes.Count)
                    Chain<TLanes, V>(rotations + start, count, block + (nint)from * Strip + lane);
            }
        }

        for (int row = 0; row < _n; row++)
            new ReadOnlySpan<T>(block + (nint)row * Strip, width).CopyTo(new Span<T>(source + (nint)row * _n, width));
    }

    /// <summary>One sweep: row i + 1 becomes s·row i + c·row i+1, row i becomes c·row i − s·row i+1, i falling.</summary>
    private static void Chain<TLanes, V>((T C, T S)* rotation, int count, T* row)
        where TLanes : struct, ILanes<V, T>
        where V : struct
    {
        int size = TLanes.Count;
        V h0 = TLanes.Load(row), h1 = TLanes.Load(row + size);
        V h2 = TLanes.Load(row + 2 * size), h3 = TLanes.Load(row + 3 * size);
        for (; count > 0; count--)
        {
            V c = TLanes.Broadcast(rotation->C), s = TLanes.Broadcast(rotation->S);
            T* low = row - Strip;
            V l0 = TLanes.Load(low), l1 = TLanes.Load(low + size);
            V l2 = TLanes.Load(low + 2 * size), l3 = TLanes.Load(low + 3 * size);
            TLanes.Store(TLanes.MultiplyAdd(c, h0, TLanes.Multiply(s, l0)), row);
            TLanes.Store(TLanes.MultiplyAdd(c, h1, TLanes.Multiply(s, l1)), row + size);
            TLanes.Store(TLanes.MultiplyAdd(c, h2, TLanes.Multiply(s, l2)), row + 2 * size);
            TLanes.Store(TLanes.MultiplyAdd(c, h3, TLanes.Multiply(s, l3)), row + 3 * size);
            h0 = TLanes.SubtractProduct(s, h0, TLanes.Multiply(c, l0));
            h1 = TLanes.SubtractProduct(s, h1, TLanes.Multiply(c, l1));
            h2 = TLanes.SubtractProduct(s, h2, TLanes.Multiply(c, l2));
            h3 = TLanes.SubtractProduct(s, h3, TLanes.Multiply(c, l3));
            row = low;
            rotation++;
        }

        TLanes.Store(h0, row);
        TLanes.Store(h1, row + size);
        TLanes.Store(h2, row + 2 * size);
        TLanes.Store(h3, row + 3 * size);
    }
}
