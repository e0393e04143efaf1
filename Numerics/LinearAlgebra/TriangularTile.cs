using System.Numerics;
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
        {
            Solve<Lanes512<T>, Vector512<T>>(n, l, ldl, transpose, x, step);
        }
        else if (Vector256.IsHardwareAccelerated)
        {
            Solve<Lanes256<T>, Vector256<T>>(n, l, ldl, transpose, x, step);
        }
        else if (Vector128.IsHardwareAccelerated)
        {
            Solve<Lanes128<T>, Vector128<T>>(n, l, ldl, transpose, x, step);
        }
        else
        {
            Solve<Lanes1<T>, T>(n, l, ldl, transpose, x, step);
        }
    }

    /// <summary>Four independent chains of multiply-adds; the order per lane does not depend on the width.</summary>
    internal static void Solve<TLanes, V>(int n, T* l, nint ldl, bool transpose, T* x, nint step)
        where TLanes : struct, ILanes<V, T>
        where V : struct
    {
        for (int lane = 0; lane < Lanes; lane += 4 * TLanes.Count)
        {
            for (int i = 0; i < n; i++)
            {
                int row = transpose ? n - 1 - i : i;
                T* target = x + row * step + lane;
                V a = TLanes.Load(target), b = TLanes.Load(target + TLanes.Count);
                V c = TLanes.Load(target + 2 * TLanes.Count), d = TLanes.Load(target + 3 * TLanes.Count);
                T* known = transpose ? x + (n - 1) * step + lane : x + lane;
                T* factor = transpose ? l + (n - 1) * ldl + row : l + row * ldl;
                nint knownStep = transpose ? -step : step, factorStep = transpose ? -ldl : 1;
                for (int k = 0; k < i; k++)
                {
                    V f = TLanes.Broadcast(-*factor);
                    a = TLanes.MultiplyAdd(f, TLanes.Load(known), a);
                    b = TLanes.MultiplyAdd(f, TLanes.Load(known + TLanes.Count), b);
                    c = TLanes.MultiplyAdd(f, TLanes.Load(known + 2 * TLanes.Count), c);
                    d = TLanes.MultiplyAdd(f, TLanes.Load(known + 3 * TLanes.Count), d);
                    known += knownStep;
                    factor += factorStep;
                }

                V inverse = TLanes.Broadcast(T.One / l[row * ldl + row]);
                TLanes.Store(TLanes.Multiply(a, inverse), target);
                TLanes.Store(TLanes.Multiply(b, inverse), target + TLanes.Count);
                TLanes.Store(TLanes.Multiply(c, inverse), target + 2 * TLanes.Count);
                TLanes.Store(TLanes.Multiply(d, inverse), target + 3 * TLanes.Count);
            }
        }
    }
}
