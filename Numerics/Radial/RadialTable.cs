using System;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Toolkit.Numerics.Simd;

namespace Toolkit.Numerics.Radial;

/// <summary>
/// Radial functions times the cutoff function, tabulated for speed: quintic splines on a uniform grid, built from exact
/// values to a requested error.
/// </summary>
/// <remarks>
/// A quintic spline with nodes h apart is off by O(h⁶ max |g⁽⁶⁾|), and most between nodes. The grid is refined until the
/// error measured in the middle of every interval is within the tolerance, and no further than that order asks for: the
/// innermost cache has other guests. The cutoff function is applied in closed form: its kinks in higher derivatives would
/// spoil the order.
/// Memory: <c>[l, n / 8, node, n % 8]</c>: one load brings eight n, and the six nodes that a distance needs are six lines
/// one after the other.
/// </remarks>
public sealed class RadialTable
{
    /// <summary>The lanes that n is padded to.</summary>
    internal const int Lanes = 8;

    internal const int MostIntervals = 1 << 14;

    // The error falls with the power Order of the distance of nodes; where it does not yet, refinement goes on by this factor.
    private const int Order = 6;
    private const double LeastGrowth = 1.05;

    // A vector that lies across two cache lines costs two loads: pinned, so that the first element stays on a line.
    private readonly double[] _memory;
    private readonly int _first;
    private readonly Lazy<(float[] Memory, int First)> _single;
    private readonly int _pitch;
    private readonly double _perLength;
    private readonly int _intervals;

    private RadialTable(IRadialFunctions functions, CutoffFunction cutoff, double[] coefficients, int intervals)
    {
        NMax = functions.NMax;
        LMax = functions.LMax;
        Cutoff = cutoff;
        _intervals = intervals;
        _pitch = (intervals + QuinticSpline.Extra) * Lanes;
        _memory = ByFunction(coefficients, Rows, _pitch, out _first);
        _single = new Lazy<(float[], int)>(Round);
        _perLength = intervals / cutoff.Radius;
        Error = MidpointError(functions);
    }

    /// <summary>The number of radial channels.</summary>
    public int NMax { get; }

    /// <summary>The largest l.</summary>
    public int LMax { get; }

    /// <summary>The cutoff that multiplies every function.</summary>
    public CutoffFunction Cutoff { get; }

    /// <summary>The largest error found on the grid's mid-points, as a fraction of the largest |g_nl|.</summary>
    public double Error { get; }

    /// <summary>The number of intervals between nodes.</summary>
    public int Intervals => _intervals;

    /// <summary>n padded to whole vectors: the stride of one l.</summary>
    internal int Stride => (NMax + Lanes - 1) / Lanes * Lanes;

    /// <summary>Vectors per distance: all l, all n.</summary>
    private int Rows => (LMax + 1) * Stride / Lanes;

    /// <summary>Tabulates <paramref name="functions"/> with an error of at most <paramref name="tolerance"/>.</summary>
    /// <param name="functions">The exact functions.</param>
    /// <param name="cutoff">The cutoff function; its radius is the table's end.</param>
    /// <param name="tolerance">Largest error as a fraction of the largest |g_nl| on [0, cutoff].</param>
    /// <exception cref="ArgumentException">The functions end before the cutoff; or the tolerance is out of reach of 2¹⁴ intervals or
    /// of float64.</exception>
    public static RadialTable Build(IRadialFunctions functions, CutoffFunction cutoff, double tolerance = 1e-9)
    {
        ArgumentNullException.ThrowIfNull(functions);
        ArgumentNullException.ThrowIfNull(cutoff);
        if (cutoff.Radius > functions.Cutoff)
        {
            throw new ArgumentException(
                $"the radial functions end at {functions.Cutoff:R} Å, before the cutoff radius {cutoff.Radius:R} Å", nameof(cutoff));
        }

        if (!(tolerance > 0)) throw new ArgumentOutOfRangeException(nameof(tolerance), tolerance, "expected a positive error");
        for (int intervals = 16; ;)
        {
            var table = new RadialTable(functions, cutoff, Coefficients(functions, cutoff.Radius, intervals), intervals);
            double error = table.Error;
            if (error <= tolerance) return table;
            if (intervals == MostIntervals)
            {
                throw new ArgumentException(
                    $"the radial functions cannot be tabulated to {tolerance:R}: {intervals} intervals leave an error of {error:R}");
            }

            double growth = double.IsFinite(error) ? Math.Clamp(Math.Pow(error / tolerance, 1.0 / Order), LeastGrowth, 2) : 2;
            intervals = Math.Min(MostIntervals, (int)Math.Ceiling(intervals * growth));
        }
    }

    /// <summary>f(r) g_nl(r) and its derivative.</summary>
    /// <param name="r">Distance, Å, within [0, cutoff].</param>
    /// <param name="values">Receives <c>[l, n]</c>.</param>
    /// <param name="derivatives">Receives <c>[l, n]</c>, per Å.</param>
    public unsafe void Evaluate(double r, Span<double> values, Span<double> derivatives)
    {
        int stride = Stride, size = (LMax + 1) * stride;
        double[] v = new double[Lanes * size], d = new double[Lanes * size];
        double* distances = stackalloc double[Lanes];
        new Span<double>(distances, Lanes).Fill(r);
        fixed (double* pv = v, pd = d)
        {
            Evaluate(distances, 1, pv);
            Differentiate(distances, 1, pd);
        }
        for (int l = 0; l <= LMax; l++)
        {
            v.AsSpan(l * stride, NMax).CopyTo(values[(l * NMax)..]);
            d.AsSpan(l * stride, NMax).CopyTo(derivatives[(l * NMax)..]);
        }
    }

    /// <summary>f(r) g_nl(r) of a block of pairs.</summary>
    /// <param name="r">Eight distances, Å.</param>
    /// <param name="count">How many of them are pairs; the others' functions are set to zero.</param>
    /// <param name="values">Receives <c>[lane, l, n padded]</c>, <see cref="Size{T}"/> numbers for each lane.</param>
    [SkipLocalsInit]
    internal unsafe void Evaluate<T>(double* r, int count, T* values)
        where T : unmanaged
    {
        double* weights = stackalloc double[QuinticSpline.Support * Lanes];
        long* interval = stackalloc long[Lanes];
        Vector512<double> distance = Vector512.Load(r), t = Locate(distance, interval);
        QuinticSpline.Weights(t, Cutoff.Value(distance), weights);
        if (typeof(T) == typeof(double))
        {
            Combine<Lanes512<double>, Vector512<double>, double>(_memory, _first, interval, count, weights, (double*)values);
            return;
        }

        float* rounded = stackalloc float[QuinticSpline.Support * Lanes];
        SinglePrecision.Round(weights, rounded, QuinticSpline.Support * Lanes);
        (float[] memory, int first) = _single.Value;
        Combine<Lanes512<float>, Vector512<float>, float>(memory, first, interval, count, rounded, (float*)values);
    }

    /// <summary>Numbers of the functions of one distance: up to whole vectors.</summary>
    internal unsafe int Size<T>()
        where T : unmanaged
    {
        int lanes = sizeof(Vector512<double>) / sizeof(T);
        return (Rows * Lanes + lanes - 1) / lanes * lanes;
    }

    /// <summary>d(f(r) g_nl(r))/dr of a block of pairs.</summary>
    /// <param name="r">Eight distances, Å.</param>
    /// <param name="count">How many of them are pairs; the others' derivatives are set to zero.</param>
    /// <param name="derivatives">Receives <c>[lane, l, n padded]</c>, 1/Å.</param>
    [SkipLocalsInit]
    internal unsafe void Differentiate(double* r, int count, double* derivatives)
    {
        double* weights = stackalloc double[QuinticSpline.Support * Lanes];
        long* interval = stackalloc long[Lanes];
        Vector512<double> distance = Vector512.Load(r), t = Locate(distance, interval);
        (Vector512<double> f, Vector512<double> df) = Cutoff.Evaluate(distance);
        QuinticSpline.Slopes(t, df, f * _perLength, weights);
        Combine<Lanes512<double>, Vector512<double>, double>(_memory, _first, interval, count, weights, derivatives);
    }

    /// <summary>Σ_k weight_k table_k, zero beyond <paramref name="count"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private unsafe void Combine<TLanes, V, T>(T[] memory, int first, long* interval, int count, T* weights, T* values)
        where TLanes : struct, ILanes<V, T>
        where V : struct
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int size = Size<T>();
        fixed (T* table = &memory[first])
            Combine<TLanes, V, T>(table, interval, count, _pitch / Lanes * TLanes.Count, size / TLanes.Count, weights, values);
        CacheLine.Clear(values + count * size, (Lanes - count) * size);
    }

    /// <summary>Σ_k weight_k table_k: six nodes' numbers, all (l, n) of each distance.</summary>
    /// <param name="table"><c>[row, node, lane]</c>, a row for each vector of (l, n).</param>
    /// <param name="interval">The first node of each distance.</param>
    /// <param name="count">How many distances.</param>
    /// <param name="pitch">From row to row.</param>
    /// <param name="rows">How many rows.</param>
    /// <param name="weights"><c>[k, distance]</c>, eight distances.</param>
    /// <param name="values">Receives <c>[distance, row, lane]</c>.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static unsafe void Combine<TLanes, V, T>(
        T* table, long* interval, int count, int pitch, int rows, T* weights, T* values)
        where TLanes : struct, ILanes<V, T>
        where V : struct
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int step = TLanes.Count;
        for (int lane = 0; lane < count; lane++, weights++)
        {
            T* node = table + interval[lane] * step;
            V w0 = TLanes.Broadcast(weights[0]), w1 = TLanes.Broadcast(weights[Lanes]), w2 = TLanes.Broadcast(weights[2 * Lanes]);
            V w3 = TLanes.Broadcast(weights[3 * Lanes]), w4 = TLanes.Broadcast(weights[4 * Lanes]);
            V w5 = TLanes.Broadcast(weights[5 * Lanes]);
            for (int k = 0; k < rows; k++, node += pitch, values += step)
            {
                V v = TLanes.Multiply(w0, TLanes.Load(node));
                v = TLanes.MultiplyAdd(TLanes.Load(node + step), w1, v);
                v = TLanes.MultiplyAdd(TLanes.Load(node + 2 * step), w2, v);
                v = TLanes.MultiplyAdd(TLanes.Load(node + 3 * step), w3, v);
                v = TLanes.MultiplyAdd(TLanes.Load(node + 4 * step), w4, v);
                v = TLanes.MultiplyAdd(TLanes.Load(node + 5 * step), w5, v);
                TLanes.Store(v, values);
            }
        }
    }

    /// <summary>The interval of each distance, and the distance's place 0 … 1 within it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private unsafe Vector512<double> Locate(Vector512<double> r, long* interval)
    {
        Vector512<double> scaled = r * _perLength;
        Vector512<double> floor = Vector512.MinNative(
            Vector512.MaxNative(Vector512.Floor(scaled), default), Vector512.Create(_intervals - 1.0));
        // With 2⁵² added, a whole number stands in the lowest bits.
        Vector512.Store((floor + Vector512.Create((double)(1L << 52))).AsInt64() & Vector512.Create((1L << 52) - 1), interval);
        return scaled - floor;
    }

    /// <summary>The table in float32: <c>[two vectors of (l, n), node, (l, n)]</c>.</summary>
    private (float[] Memory, int First) Round()
    {
        float[] memory = CacheLine.Allocate<float>(_pitch * Size<float>() / Lanes, out int first);
        memory.AsSpan().Clear();
        for (int row = 0; row < Rows; row++)
        {
            for (int k = 0; k < _pitch; k++)
            {
                int place = row / 2 * 2 * _pitch + k / Lanes * 2 * Lanes + row % 2 * Lanes + k % Lanes;
                memory[first + place] = (float)_memory[_first + row * _pitch + k];
            }
        }

        return (memory, first);
    }

    /// <summary>From <c>[node, vector]</c> to <c>[vector, node]</c>, beginning on a cache line.</summary>
    private static double[] ByFunction(double[] source, int rows, int pitch, out int first)
    {
        double[] memory = CacheLine.Allocate<double>(source.Length, out first);
        for (int node = 0; node < pitch / Lanes; node++)
        {
            for (int k = 0; k < rows; k++)
                source.AsSpan((node * rows + k) * Lanes, Lanes).CopyTo(memory.AsSpan(first + k * pitch + node * Lanes));
        }

        return memory;
    }

    /// <summary>Coefficients of the B-splines: <c>[node, l, n padded]</c>.</summary>
    private static double[] Coefficients(IRadialFunctions functions, double radius, int intervals)
    {
        int nmax = functions.NMax, size = (functions.LMax + 1) * nmax;
        int stride = (nmax + Lanes - 1) / Lanes * Lanes, padded = (functions.LMax + 1) * stride;
        double h = radius / intervals;
        double[] coefficients = new double[(intervals + QuinticSpline.Extra) * padded];
        double[] values = new double[size], first = new double[size], second = new double[size];
        for (int i = 0; i <= intervals; i++)
        {
            functions.Evaluate(i * h, values, first, second);
            Put(values, 1, i + 2);
            if (i == 0)
            {
                Put(second, h * h, 0);
                Put(first, h, 1);
            }
            if (i == intervals)
            {
                Put(first, h, i + 3);
                Put(second, h * h, i + 4);
            }
        }
        QuinticSpline.Solve(intervals, padded, coefficients);
        return coefficients;

        void Put(double[] source, double factor, int row)
        {
            for (int l = 0; l <= functions.LMax; l++)
            {
                for (int n = 0; n < nmax; n++)
                    coefficients[row * padded + l * stride + n] = factor * source[l * nmax + n];
            }
        }
    }

    private unsafe double MidpointError(IRadialFunctions functions)
    {
        int nmax = NMax, stride = Stride, padded = (LMax + 1) * stride, size = (LMax + 1) * nmax;
        double[] exact = new double[size], first = new double[size], second = new double[size], found = new double[padded];
        double* weights = stackalloc double[QuinticSpline.Support * Lanes];
        QuinticSpline.Weights(Vector512.Create(0.5), Vector512<double>.One, weights);
        double error = 0, largest = 0;
        long interval = 0;
        for (int i = 0; i < _intervals; i++)
        {
            functions.Evaluate((i + 0.5) / _perLength, exact, first, second);
            fixed (double* c = &_memory[_first + i * Lanes], v = found)
                Combine<Lanes512<double>, Vector512<double>, double>(c, &interval, 1, _pitch, Rows, weights, v);
            for (int l = 0; l <= LMax; l++)
            {
                for (int n = 0; n < nmax; n++)
                {
                    error = Math.Max(error, Math.Abs(found[l * stride + n] - exact[l * nmax + n]));
                    largest = Math.Max(largest, Math.Abs(exact[l * nmax + n]));
                }
            }
        }
        return error / largest;
    }
}
