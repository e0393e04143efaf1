using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Toolkit.Numerics.Simd;

namespace Toolkit.Numerics.LinearAlgebra;

/// <summary>Substitution with a small triangle for as many right-hand sides as four registers have lanes.</summary>
internal static unsafe class TriangularTile<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Right-hand sides of one tile: 32 float64 or 64 float32, whatever the registers.</summary>
    internal static int Lanes => 256 / sizeof(T);

    /// <summary>Overwrites x [n, Lanes] with the solution of L x = b, or Lᵀ x = b; rows are <paramref name="step"/> apart.</summary>
    internal static void Solve(int n, T* l, nint ldl, bool transpose, T* x, nint step)
    {
        if (VectorWidths.Has512)
            Solve<Lanes512<T>, Vector512<T>>(n, l, ldl, transpose, x, step);
        else if (Vector256.IsHardwareAccelerated)
            Solve<Lanes256<T>, Vector256<T>>(n, l, ldl, transpose, x, step);
        else if (Vector128.IsHardwareAccelerated)
            Solve<Lanes128<T>, Vector128<T>>(n, l, ldl, transpose, x, step);
        else
            Solve<Lanes1<T>, T>(n, l, ldl, transpose, x, step);
    }

    /// <summary>
    /// Two rows at a time: eight independent chains of multiply-adds, and a known row is loaded once for both. The order per
    /// lane does not depend on the width.
    /// </summary>
    internal static void Solve<TLanes, V>(int n, T* l, nint ldl, bool transpose, T* x, nint step)
        where TLanes : struct, ILanes<V, T>
        where V : struct
    {
        // Row i of the solution is at i·across of the factor and i·step of x, counted from the last one with Lᵀ.
        nint down = transpose ? -1 : ldl, across = transpose ? -ldl : 1;
        if (transpose)
        {
            l += (n - 1) * (ldl + 1);
            x += (n - 1) * step;
            step = -step;
        }

        for (int lane = 0; lane < Lanes; lane += 4 * TLanes.Count, x += 4 * TLanes.Count)
        {
            int i = 0;
            for (; i + 1 < n; i += 2)
            {
                T* first = x + i * step, second = first + step, known = x, factor = l + i * down;
                V a0 = TLanes.Load(first), b0 = TLanes.Load(first + TLanes.Count);
                V c0 = TLanes.Load(first + 2 * TLanes.Count), d0 = TLanes.Load(first + 3 * TLanes.Count);
                V a1 = TLanes.Load(second), b1 = TLanes.Load(second + TLanes.Count);
                V c1 = TLanes.Load(second + 2 * TLanes.Count), d1 = TLanes.Load(second + 3 * TLanes.Count);
                for (int k = 0; k < i; k++, known += step, factor += across)
                {
                    V a = TLanes.Load(known), b = TLanes.Load(known + TLanes.Count);
                    V c = TLanes.Load(known + 2 * TLanes.Count), d = TLanes.Load(known + 3 * TLanes.Count);
                    Subtract<TLanes, V>(factor[0], a, b, c, d, ref a0, ref b0, ref c0, ref d0);
                    Subtract<TLanes, V>(factor[down], a, b, c, d, ref a1, ref b1, ref c1, ref d1);
                }

                Divide<TLanes, V>(factor[0], ref a0, ref b0, ref c0, ref d0, first);
                Subtract<TLanes, V>(factor[down], a0, b0, c0, d0, ref a1, ref b1, ref c1, ref d1);
                Divide<TLanes, V>(factor[down + across], ref a1, ref b1, ref c1, ref d1, second);
            }

            if (i < n)
            {
                T* last = x + i * step, known = x, factor = l + i * down;
                V a0 = TLanes.Load(last), b0 = TLanes.Load(last + TLanes.Count);
                V c0 = TLanes.Load(last + 2 * TLanes.Count), d0 = TLanes.Load(last + 3 * TLanes.Count);
                for (int k = 0; k < i; k++, known += step, factor += across)
                {
                    Subtract<TLanes, V>(
                        factor[0], TLanes.Load(known), TLanes.Load(known + TLanes.Count), TLanes.Load(known + 2 * TLanes.Count),
                        TLanes.Load(known + 3 * TLanes.Count), ref a0, ref b0, ref c0, ref d0);
                }

                Divide<TLanes, V>(factor[0], ref a0, ref b0, ref c0, ref d0, last);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Subtract<TLanes, V>(T factor, V a, V b, V c, V d, ref V fromA, ref V fromB, ref V fromC, ref V fromD)
        where TLanes : struct, ILanes<V, T>
        where V : struct
    {
        V f = TLanes.Broadcast(-factor);
        fromA = TLanes.MultiplyAdd(f, a, fromA);
        fromB = TLanes.MultiplyAdd(f, b, fromB);
        fromC = TLanes.MultiplyAdd(f, c, fromC);
        fromD = TLanes.MultiplyAdd(f, d, fromD);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Divide<TLanes, V>(T pivot, ref V a, ref V b, ref V c, ref V d, T* target)
        where TLanes : struct, ILanes<V, T>
        where V : struct
    {
        V inverse = TLanes.Broadcast(T.One / pivot);
        a = TLanes.Multiply(a, inverse);
        b = TLanes.Multiply(b, inverse);
        c = TLanes.Multiply(c, inverse);
        d = TLanes.Multiply(d, inverse);
        TLanes.Store(a, target);
        TLanes.Store(b, target + TLanes.Count);
        TLanes.Store(c, target + 2 * TLanes.Count);
        TLanes.Store(d, target + 3 * TLanes.Count);
    }
}
