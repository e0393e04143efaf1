using System;
using System.Numerics;
using System.Runtime.CompilerServices;
using Toolkit.Numerics.Simd;

namespace Toolkit.Numerics.Coupling;

/// <summary>Executes a <see cref="CouplingProgram{T}"/> on one block, two registers of channels at a time.</summary>
/// <remarks>
/// 1. Products: each run loads a_c, a_s once and makes the four combinations for every (b_c, b_s), six operations and four
///    stores to a scratch that stays in the first-level cache.
/// 2. Tiles: four outputs of two registers each sum coefficient · combination; a coefficient is broadcast once for two
///    multiply-adds, a combination loaded once for four. Eight independent chains cover two multiply-add ports of four
///    cycles' latency; six loads per eight multiply-adds stay below the load ports.
/// 3. Backward is the transpose: tiles make the derivatives with respect to the combinations, and each run takes them to
///    dA, in registers, and dB. It costs 4 n + 12 operations for four combinations of n values of L; forward 4 n + 6.
/// The order of operations per channel is that of the program, whatever the width.
/// </remarks>
internal static unsafe class CouplingKernel<TLanes, V, T>
    where TLanes : struct, ILanes<V, T>
    where V : struct
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Channels that are worked on together.</summary>
    private static int Width => 2 * TLanes.Count;

    private static int Step => CouplingBlocks<T>.Lanes;

    internal static void Forward(CouplingProgram<T> program, in CouplingBlocks<T> x, T* slots)
    {
        for (int lane = 0; lane < Step; lane += Width)
        {
            foreach (ref readonly CouplingProgram<T>.Stage stage in program.Stages.AsSpan())
            {
                Products(program.Code + stage.Products, x.A + stage.RowA * Step + lane, x.B + stage.RowB * Step + lane, slots);
                Tiles(program.Code + stage.Tiles, program.Coefficients + stage.K, slots, x.C + lane, Step, true);
            }
        }
    }

    internal static void Backward(CouplingProgram<T> program, in CouplingBlocks<T> x, T* slots)
    {
        T* unused = slots + program.Slots * Width, gathered = unused + Width;
        Store(unused, TLanes.Zero, TLanes.Zero);
        for (int lane = 0; lane < Step; lane += Width)
        {
            foreach (ref readonly CouplingProgram<T>.Stage stage in program.Stages.AsSpan())
            {
                Gather(program.Code + stage.Gather, x.C + lane, gathered);
                Tiles(program.Code + stage.Transposed, program.Coefficients + stage.KTransposed, gathered, slots, Width, false);
                int rowA = stage.RowA * Step + lane, rowB = stage.RowB * Step + lane;
                Derivatives(program.Code + stage.Products, x.A + rowA, x.B + rowB, slots, x.DA + rowA, x.DB + rowB);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Load(T* p, out V v0, out V v1)
    {
        v0 = TLanes.Load(p);
        v1 = TLanes.Load(p + TLanes.Count);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(T* p, V v0, V v1)
    {
        TLanes.Store(v0, p);
        TLanes.Store(v1, p + TLanes.Count);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Products(int* code, T* a, T* b, T* slots)
    {
        for (int n = code[2]; n > 0; n = code[2])
        {
            Load(a + (nint)code[0] * Step, out V ac0, out V ac1);
            Load(a + (nint)code[1] * Step, out V as0, out V as1);
            code += 3;
            for (int* end = code + 6 * n; code < end; code += 6)
            {
                Load(b + (nint)code[0] * Step, out V bc0, out V bc1);
                Load(b + (nint)code[1] * Step, out V bs0, out V bs1);
                V cc0 = TLanes.Multiply(ac0, bc0), cc1 = TLanes.Multiply(ac1, bc1);
                Store(slots + code[2] * Width, TLanes.SubtractProduct(as0, bs0, cc0), TLanes.SubtractProduct(as1, bs1, cc1));
                Store(slots + code[3] * Width, TLanes.MultiplyAdd(as0, bs0, cc0), TLanes.MultiplyAdd(as1, bs1, cc1));
                V cs0 = TLanes.Multiply(ac0, bs0), cs1 = TLanes.Multiply(ac1, bs1);
                Store(slots + code[4] * Width, TLanes.MultiplyAdd(as0, bc0, cs0), TLanes.MultiplyAdd(as1, bc1, cs1));
                Store(slots + code[5] * Width, TLanes.SubtractProduct(as0, bc0, cs0), TLanes.SubtractProduct(as1, bc1, cs1));
            }
        }

        code += 3;
        int singles = *code++;
        for (int* end = code + 3 * singles; code < end; code += 3)
        {
            Load(a + (nint)code[0] * Step, out V a0, out V a1);
            Load(b + (nint)code[1] * Step, out V b0, out V b1);
            Store(slots + code[2] * Width, TLanes.Multiply(a0, b0), TLanes.Multiply(a1, b1));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Derivatives(int* code, T* a, T* b, T* slots, T* da, T* db)
    {
        for (int n = code[2]; n > 0; n = code[2])
        {
            Load(a + (nint)code[0] * Step, out V ac0, out V ac1);
            Load(a + (nint)code[1] * Step, out V as0, out V as1);
            T* dc = da + (nint)code[0] * Step, ds = da + (nint)code[1] * Step;
            Load(dc, out V dc0, out V dc1);
            Load(ds, out V ds0, out V ds1);
            code += 3;
            for (int* end = code + 6 * n; code < end; code += 6)
            {
                // The derivatives with respect to a_c b_c, a_s b_s, a_c b_s and a_s b_c.
                Load(slots + code[2] * Width, out V p0, out V p1);
                Load(slots + code[3] * Width, out V q0, out V q1);
                V cc0 = TLanes.Add(q0, p0), cc1 = TLanes.Add(q1, p1);
                V ss0 = TLanes.Subtract(q0, p0), ss1 = TLanes.Subtract(q1, p1);
                Load(slots + code[4] * Width, out p0, out p1);
                Load(slots + code[5] * Width, out q0, out q1);
                V cs0 = TLanes.Add(p0, q0), cs1 = TLanes.Add(p1, q1);
                V sc0 = TLanes.Subtract(p0, q0), sc1 = TLanes.Subtract(p1, q1);
                nint c = code[0] * Step, s = code[1] * Step;
                Load(b + c, out V b0, out V b1);
                dc0 = TLanes.MultiplyAdd(cc0, b0, dc0);
                dc1 = TLanes.MultiplyAdd(cc1, b1, dc1);
                ds0 = TLanes.MultiplyAdd(sc0, b0, ds0);
                ds1 = TLanes.MultiplyAdd(sc1, b1, ds1);
                Load(b + s, out b0, out b1);
                dc0 = TLanes.MultiplyAdd(cs0, b0, dc0);
                dc1 = TLanes.MultiplyAdd(cs1, b1, dc1);
                ds0 = TLanes.MultiplyAdd(ss0, b0, ds0);
                ds1 = TLanes.MultiplyAdd(ss1, b1, ds1);
                Load(db + c, out b0, out b1);
                Store(db + c,
                    TLanes.MultiplyAdd(sc0, as0, TLanes.MultiplyAdd(cc0, ac0, b0)),
                    TLanes.MultiplyAdd(sc1, as1, TLanes.MultiplyAdd(cc1, ac1, b1)));
                Load(db + s, out b0, out b1);
                Store(db + s,
                    TLanes.MultiplyAdd(ss0, as0, TLanes.MultiplyAdd(cs0, ac0, b0)),
                    TLanes.MultiplyAdd(ss1, as1, TLanes.MultiplyAdd(cs1, ac1, b1)));
            }

            Store(dc, dc0, dc1);
            Store(ds, ds0, ds1);
        }

        code += 3;
        int singles = *code++;
        for (int* end = code + 3 * singles; code < end; code += 3)
        {
            nint i = code[0], j = code[1] * Step;
            Load(slots + code[2] * Width, out V g0, out V g1);
            Load(a + i * Step, out V a0, out V a1);
            Load(b + j, out V b0, out V b1);
            T* p = da + i * Step;
            Store(p, TLanes.MultiplyAdd(g0, b0, TLanes.Load(p)), TLanes.MultiplyAdd(g1, b1, TLanes.Load(p + TLanes.Count)));
            p = db + j;
            Store(p, TLanes.MultiplyAdd(g0, a0, TLanes.Load(p)), TLanes.MultiplyAdd(g1, a1, TLanes.Load(p + TLanes.Count)));
        }
    }

    private static void Gather(int* code, T* c, T* gathered)
    {
        for (int* end = code + 1 + *code++; code < end; code++)
        {
            Load(c + *code * Step, out V c0, out V c1);
            Store(gathered, c0, c1);
            gathered += Width;
        }
    }

    private static void Tiles(int* code, T* k, T* input, T* output, nint step, bool add)
    {
        for (int rows = *code; rows > 0; rows = *code)
        {
            int inner = code[1];
            T* p = input + code[2] * Width;
            code += 3;
            switch (rows)
            {
                case 4:
                    Four(code, inner, k, p, output, step, add);
                    break;
                case 3:
                    Three(code, inner, k, p, output, step, add);
                    break;
                case 2:
                    Two(code, inner, k, p, output, step, add);
                    break;
                default:
                    One(code, inner, k, p, output, step, add);
                    break;
            }

            k += rows * inner;
            code += rows;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T* Begin(int row, T* output, nint step, bool add, out V v0, out V v1)
    {
        T* p = output + row * step;
        v0 = v1 = TLanes.Zero;
        if (add)
            Load(p, out v0, out v1);

        return p;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Four(int* rows, int inner, T* k, T* p, T* output, nint step, bool add)
    {
        T* o0 = Begin(rows[0], output, step, add, out V a0, out V a1);
        T* o1 = Begin(rows[1], output, step, add, out V b0, out V b1);
        T* o2 = Begin(rows[2], output, step, add, out V c0, out V c1);
        T* o3 = Begin(rows[3], output, step, add, out V d0, out V d1);
        for (T* end = k + 4 * inner; k < end; k += 4)
        {
            V p0 = TLanes.Load(p), p1 = TLanes.Load(p + TLanes.Count);
            V f = TLanes.Broadcast(k[0]);
            a0 = TLanes.MultiplyAdd(f, p0, a0);
            a1 = TLanes.MultiplyAdd(f, p1, a1);
            f = TLanes.Broadcast(k[1]);
            b0 = TLanes.MultiplyAdd(f, p0, b0);
            b1 = TLanes.MultiplyAdd(f, p1, b1);
            f = TLanes.Broadcast(k[2]);
            c0 = TLanes.MultiplyAdd(f, p0, c0);
            c1 = TLanes.MultiplyAdd(f, p1, c1);
            f = TLanes.Broadcast(k[3]);
            d0 = TLanes.MultiplyAdd(f, p0, d0);
            d1 = TLanes.MultiplyAdd(f, p1, d1);
            p += Width;
        }

        Store(o0, a0, a1);
        Store(o1, b0, b1);
        Store(o2, c0, c1);
        Store(o3, d0, d1);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Three(int* rows, int inner, T* k, T* p, T* output, nint step, bool add)
    {
        T* o0 = Begin(rows[0], output, step, add, out V a0, out V a1);
        T* o1 = Begin(rows[1], output, step, add, out V b0, out V b1);
        T* o2 = Begin(rows[2], output, step, add, out V c0, out V c1);
        for (T* end = k + 3 * inner; k < end; k += 3)
        {
            V p0 = TLanes.Load(p), p1 = TLanes.Load(p + TLanes.Count);
            V f = TLanes.Broadcast(k[0]);
            a0 = TLanes.MultiplyAdd(f, p0, a0);
            a1 = TLanes.MultiplyAdd(f, p1, a1);
            f = TLanes.Broadcast(k[1]);
            b0 = TLanes.MultiplyAdd(f, p0, b0);
            b1 = TLanes.MultiplyAdd(f, p1, b1);
            f = TLanes.Broadcast(k[2]);
            c0 = TLanes.MultiplyAdd(f, p0, c0);
            c1 = TLanes.MultiplyAdd(f, p1, c1);
            p += Width;
        }

        Store(o0, a0, a1);
        Store(o1, b0, b1);
        Store(o2, c0, c1);
    }

    private static void Two(int* rows, int inner, T* k, T* p, T* output, nint step, bool add)
    {
        T* o0 = Begin(rows[0], output, step, add, out V a0, out V a1);
        T* o1 = Begin(rows[1], output, step, add, out V b0, out V b1);
        for (T* end = k + 2 * inner; k < end; k += 2)
        {
            V p0 = TLanes.Load(p), p1 = TLanes.Load(p + TLanes.Count);
            V f = TLanes.Broadcast(k[0]);
            a0 = TLanes.MultiplyAdd(f, p0, a0);
            a1 = TLanes.MultiplyAdd(f, p1, a1);
            f = TLanes.Broadcast(k[1]);
            b0 = TLanes.MultiplyAdd(f, p0, b0);
            b1 = TLanes.MultiplyAdd(f, p1, b1);
            p += Width;
        }

        Store(o0, a0, a1);
        Store(o1, b0, b1);
    }

    private static void One(int* rows, int inner, T* k, T* p, T* output, nint step, bool add)
    {
        T* o = Begin(rows[0], output, step, add, out V a0, out V a1);
        for (T* end = k + inner; k < end; k++)
        {
            V f = TLanes.Broadcast(*k);
            a0 = TLanes.MultiplyAdd(f, TLanes.Load(p), a0);
            a1 = TLanes.MultiplyAdd(f, TLanes.Load(p + TLanes.Count), a1);
            p += Width;
        }

        Store(o, a0, a1);
    }
}
