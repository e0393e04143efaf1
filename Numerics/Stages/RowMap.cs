using System;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Toolkit.Numerics.Simd;

namespace Toolkit.Numerics.Stages;

/// <summary>One number of a <see cref="RowMap{T}"/>: <paramref name="Value"/> times the row <paramref name="From"/> is added to the row
/// <paramref name="To"/>.</summary>
/// <param name="To">Row of what is made.</param>
/// <param name="From">Row of what is read.</param>
/// <param name="Value">The number.</param>
internal readonly record struct RowTerm(int To, int From, double Value);

/// <summary>A sparse matrix whose rows are made one after the other, in registers until all their terms are there.</summary>
internal sealed unsafe class RowMap<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private static readonly VectorWidth Width = VectorWidths.OfEight<T>();

    private readonly int[] _ends, _sources;
    private readonly T[] _values;

    /// <summary>The matrix.</summary>
    /// <param name="rows">Rows that are made; those without a term are zero.</param>
    /// <param name="terms">Its terms.</param>
    public RowMap(int rows, RowTerm[] terms)
    {
        RowTerm[] sorted = [.. terms];
        Array.Sort(sorted, static (x, y) => x.To != y.To ? x.To.CompareTo(y.To) : x.From.CompareTo(y.From));
        (_ends, _sources, _values) = (new int[rows], new int[sorted.Length], new T[sorted.Length]);
        for (int k = 0; k < sorted.Length; k++)
            (_ends[sorted[k].To], _sources[k], _values[k]) = (k + 1, sorted[k].From, T.CreateChecked(sorted[k].Value));
        for (int row = 1; row < rows; row++)
            _ends[row] = Math.Max(_ends[row], _ends[row - 1]);
    }

    /// <summary>Rows that are made.</summary>
    public int Rows => _ends.Length;

    /// <summary>y = or += the matrix times x.</summary>
    /// <param name="x">x.</param>
    /// <param name="xStep">From row to row.</param>
    /// <param name="y">y.</param>
    /// <param name="yStep">From row to row.</param>
    /// <param name="lanes">Numbers of a row, a multiple of eight.</param>
    /// <param name="adds">Whether y is added to.</param>
    public void Run(T* x, nint xStep, T* y, nint yStep, int lanes, bool adds)
    {
        switch (Width)
        {
            case VectorWidth.Bits512:
                Run<Lanes512<T>, Vector512<T>>(x, xStep, y, yStep, lanes, adds);
                break;
            case VectorWidth.Bits256:
                // As the rows are read that are made here: numbers that were written as two vectors cannot be read at once as one.
                int wide = VectorWidths.HasSixteen<T>() ? lanes & ~15 : 0;
                if (VectorWidths.HasSixteen<T>()) Run<Lanes512<T>, Vector512<T>>(x, xStep, y, yStep, wide, adds);
                Run<Lanes256<T>, Vector256<T>>(x + wide, xStep, y + wide, yStep, lanes - wide, adds);
                break;
            case VectorWidth.Bits128:
                Run<Lanes128<T>, Vector128<T>>(x, xStep, y, yStep, lanes, adds);
                break;
            default:
                Run<Lanes1<T>, T>(x, xStep, y, yStep, lanes, adds);
                break;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Run<TLanes, V>(T* x, nint xStep, T* y, nint yStep, int lanes, bool adds)
        where TLanes : struct, ILanes<V, T>
        where V : struct
    {
        fixed (int* ends = _ends, sources = _sources)
        fixed (T* values = _values)
        {
            for (int lane = 0; lane < lanes; lane += TLanes.Count)
            {
                T* from = x + lane, to = y + lane;
                for (int row = 0, k = 0; row < _ends.Length; row++, to += yStep)
                {
                    V sum = adds ? TLanes.Load(to) : TLanes.Zero;
                    for (int end = ends[row]; k < end; k++)
                        sum = TLanes.MultiplyAdd(TLanes.Broadcast(values[k]), TLanes.Load(from + sources[k] * xStep), sum);
                    TLanes.Store(sum, to);
                }
            }
        }
    }
}
