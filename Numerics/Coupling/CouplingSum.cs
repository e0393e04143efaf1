using System;
using System.Collections.Generic;
using System.Globalization;
using System.Numerics;
using System.Runtime.Intrinsics;
using System.Security.Cryptography;
using System.Text;
using Toolkit.Numerics.Simd;

namespace Toolkit.Numerics.Coupling;

/// <summary>
/// A sum of Clebsch–Gordan products of equivariants over channels, C_{L M} += Σ couple(A, B, L)_M over a list of paths,
/// couple(A, B, L)_M = Σ C A_{m1} B_{m2}, with its backward pass.
/// </summary>
/// <typeparam name="T"><c>double</c> or <c>float</c>.</typeparam>
/// <remarks>
/// Arrays are [environment, row, channel], channel fastest: one register holds one component of as many channels as it has
/// lanes. Paths with the same two factors share their products, so one sum of many paths is faster than many products
/// (<c>CouplingStage</c> tells how). After a while the sum is compiled to straight-line code where the processor has 512-bit
/// registers and the runtime can compile; the results are the same to the bit. Instances may be shared between threads; a
/// channel's result depends neither on the other channels and environments nor on the width of the registers.
/// </remarks>
public unsafe class CouplingSum<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>
    /// Channels, over all environments and calls, that the table-driven kernel serves before code is compiled: compiling
    /// costs as much as that, so no use of a sum costs more than twice the better of the two.
    /// </summary>
    internal const long Interpreted = 500_000;

    /// <summary>Bytes of copied operands, which stay in the second-level cache while body after body runs over them.</summary>
    private const int BatchBytes = 1 << 18;

    private readonly CouplingProgram<T> _program;
    private readonly VectorWidth _width;

    private readonly Lazy<CouplingCode<T>>? _forward, _backward;
    private readonly long _interpreted;
    private long _lanes;

    /// <summary>Whether this sum is compiled, now or before long.</summary>
    internal bool IsCompiled => _forward is not null;

    /// <summary>A name that sums with the same code have in common: where their products are and which coefficients are not zero.</summary>
    private string NameOf(List<CouplingStage> stages)
    {
        StringBuilder text = new();
        text.Append(CultureInfo.InvariantCulture, $"{typeof(T).Name} {RowsA} {RowsB} {RowsC}");
        foreach (CouplingStage stage in stages)
        {
            text.Append(CultureInfo.InvariantCulture, $"\n{stage.RowA} {stage.RowB}");
            foreach (CouplingCombination k in stage.Combinations)
                text.Append(CultureInfo.InvariantCulture, $" {k.I},{k.J},{k.Sign}");
            foreach (CouplingComponent component in stage.Components)
            {
                text.Append(';').AppendJoin(',', component.Rows).Append(':').AppendJoin(',', component.Slots).Append(':');
                foreach (double x in component.Matrix)
                    text.Append(x == 0 ? '0' : '1');
            }
        }
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())))[..24];
    }

    /// <summary>Takes the coefficients of the paths from a table.</summary>
    /// <param name="table">Coefficients in the basis of the arrays (real for real harmonics).</param>
    /// <param name="rowsA">Rows of A.</param>
    /// <param name="rowsB">Rows of B.</param>
    /// <param name="rowsC">Rows of C.</param>
    /// <param name="paths">The products; where the triangle rule fails a product is zero.</param>
    /// <exception cref="ArgumentOutOfRangeException">A degree is outside the table or a row outside its array.</exception>
    public CouplingSum(CouplingTable table, int rowsA, int rowsB, int rowsC, IReadOnlyList<CouplingPath> paths)
        : this(table, rowsA, rowsB, rowsC, paths, VectorWidths.Widest)
    {
    }

    internal CouplingSum(
        CouplingTable table, int rowsA, int rowsB, int rowsC, IReadOnlyList<CouplingPath> paths, VectorWidth width,
        long interpreted = Interpreted)
    {
        ArgumentNullException.ThrowIfNull(table);
        ArgumentNullException.ThrowIfNull(paths);
        foreach (CouplingPath p in paths)
        {
            Inside(p, p.L1, p.RowA, rowsA, "A");
            Inside(p, p.L2, p.RowB, rowsB, "B");
            Inside(p, p.L, p.RowC, rowsC, "C");
        }

        (RowsA, RowsB, RowsC, _width, _interpreted) = (rowsA, rowsB, rowsC, width, interpreted);
        List<CouplingStage> stages = StagesOf(table, paths);
        _program = new CouplingProgram<T>(stages);
        foreach (CouplingStage stage in stages)
            Count += stage.Count;
        if (EmittedKernels.Writer is null && (!EmittedKernels.IsSupported || width < VectorWidth.Bits512 || stages.Count == 0)) return;
        string name = EmittedKernels.CanCompile && EmittedKernels.Writer is null ? "" : NameOf(stages);
        if (!EmittedKernels.CanCompile && !EmittedKernels.Has(CouplingCompiler<T>.NameOf(name + " forward", 0))) return;
        _forward = new(() => CouplingCompiler<T>.Compile(name + " forward", stages, rowsA, rowsB, rowsC, false));
        _backward = new(() => CouplingCompiler<T>.Compile(name + " backward", stages, rowsA, rowsB, rowsC, true));
        // What is there costs nothing to begin with, and what is written is written now.
        if (EmittedKernels.CanCompile && EmittedKernels.Writer is null) return;
        _interpreted = 0;
        if (EmittedKernels.Writer is not null) _ = (_forward.Value, _backward.Value);

        static void Inside(CouplingPath path, int l, int row, int rows, string name)
        {
            if (row < 0 || l < 0 || row + 2 * l + 1 > rows)
            {
                throw new ArgumentOutOfRangeException(
                    nameof(paths), path, $"2·{l} + 1 rows from row {row} do not lie inside {name} of {rows} rows");
            }
        }
    }

    /// <summary>Paths with the same factors together, those that vanish left out.</summary>
    private static List<CouplingStage> StagesOf(CouplingTable table, IReadOnlyList<CouplingPath> paths)
    {
        var own = new Dictionary<CouplingFactors, List<int>>();
        for (int p = 0; p < paths.Count; p++)
        {
            CouplingFactors factors = new(paths[p].L1, paths[p].L2, paths[p].RowA, paths[p].RowB);
            if (!own.TryGetValue(factors, out List<int>? numbers)) own.Add(factors, numbers = []);
            numbers.Add(p);
        }

        var stages = new List<CouplingStage>();
        foreach ((CouplingFactors factors, List<int> numbers) in own)
        {
            CouplingStage stage = new(table, factors, paths, numbers);
            if (stage.Count > 0) stages.Add(stage);
        }

        return stages;
    }

    /// <summary>
    /// All products of A with degrees 0…lmaxA and B with 0…lmaxB to C with 0…lmaxC, row l² + l + m each, those of one L
    /// added up.
    /// </summary>
    /// <param name="table">Coefficients in the basis of the arrays.</param>
    /// <param name="lmaxA">Largest degree of A.</param>
    /// <param name="lmaxB">Largest degree of B.</param>
    /// <param name="lmaxC">Largest degree of C.</param>
    /// <exception cref="ArgumentOutOfRangeException">A degree is outside the table.</exception>
    public static CouplingSum<T> AllPaths(CouplingTable table, int lmaxA, int lmaxB, int lmaxC) =>
        AllPaths(table, lmaxA, lmaxB, lmaxC, VectorWidths.Widest);

    internal static CouplingSum<T> AllPaths(
        CouplingTable table, int lmaxA, int lmaxB, int lmaxC, VectorWidth width, long interpreted = Interpreted)
    {
        var paths = new List<CouplingPath>();
        for (int l1 = 0; l1 <= lmaxA; l1++)
        {
            for (int l2 = 0; l2 <= lmaxB; l2++)
            {
                for (int l = Math.Abs(l1 - l2); l <= Math.Min(lmaxC, l1 + l2); l++)
                    paths.Add(new CouplingPath(l1, l2, l, l1 * l1, l2 * l2, l * l));
            }
        }

        return new CouplingSum<T>(
            table, (lmaxA + 1) * (lmaxA + 1), (lmaxB + 1) * (lmaxB + 1), (lmaxC + 1) * (lmaxC + 1), paths, width,
            interpreted);
    }

    /// <summary>Rows of A.</summary>
    public int RowsA { get; }

    /// <summary>Rows of B.</summary>
    public int RowsB { get; }

    /// <summary>Rows of C.</summary>
    public int RowsC { get; }

    /// <summary>The number of non-zero coefficients of the table.</summary>
    public int Count { get; }

    /// <summary>C += the products, channel by channel.</summary>
    /// <param name="environments">Number of environments.</param>
    /// <param name="channels">Number of channels of A, B and C.</param>
    /// <param name="a">A [environment, row, channel].</param>
    /// <param name="b">B [environment, row, channel].</param>
    /// <param name="c">C [environment, row, channel].</param>
    /// <exception cref="ArgumentException">A span does not have that length.</exception>
    public void Forward(int environments, int channels, ReadOnlySpan<T> a, ReadOnlySpan<T> b, Span<T> c)
    {
        Require(environments, channels, channels, channels, a.Length, b.Length, c.Length);
        fixed (T* pa = a, pb = b, pc = c)
        {
            RunDense(environments, new DenseOperands<T> { A = pa, B = pb, C = pc, ChannelsA = channels, ChannelsB = channels });
        }
    }

    /// <summary>dA += ∂⟨dC, C⟩/∂A and dB += ∂⟨dC, C⟩/∂B of <see cref="Forward"/>.</summary>
    /// <param name="environments">Number of environments.</param>
    /// <param name="channels">Number of channels of A, B and C.</param>
    /// <param name="a">A [environment, row, channel].</param>
    /// <param name="b">B [environment, row, channel].</param>
    /// <param name="dc">The derivative with respect to C, like C.</param>
    /// <param name="da">Receives, like A.</param>
    /// <param name="db">Receives, like B.</param>
    /// <exception cref="ArgumentException">A span does not have that length.</exception>
    public void Backward(
        int environments, int channels, ReadOnlySpan<T> a, ReadOnlySpan<T> b, ReadOnlySpan<T> dc, Span<T> da, Span<T> db)
    {
        Require(environments, channels, channels, channels, a.Length, b.Length, dc.Length);
        Require(environments, channels, channels, channels, da.Length, db.Length, dc.Length);
        fixed (T* pa = a, pb = b, pc = dc, qa = da, qb = db)
        {
            RunDense(environments, new DenseOperands<T>
            {
                A = pa, B = pb, C = pc, DA = qa, DB = qb,
                ChannelsA = channels, ChannelsB = channels,
            });
        }
    }

    /// <summary>C += the products for every pair of channels; pair (q1, q2) is channel q1·channelsB + q2 of C.</summary>
    /// <param name="environments">Number of environments.</param>
    /// <param name="channelsA">Number of channels of A.</param>
    /// <param name="channelsB">Number of channels of B.</param>
    /// <param name="a">A [environment, row, channelsA].</param>
    /// <param name="b">B [environment, row, channelsB].</param>
    /// <param name="c">C [environment, row, channelsA·channelsB].</param>
    /// <exception cref="ArgumentException">A span does not have that length.</exception>
    public void ForwardOuter(
        int environments, int channelsA, int channelsB, ReadOnlySpan<T> a, ReadOnlySpan<T> b, Span<T> c)
    {
        Require(environments, channelsA, channelsB, checked(channelsA * channelsB), a.Length, b.Length, c.Length);
        fixed (T* pa = a, pb = b, pc = c)
        {
            RunDense(environments, new DenseOperands<T>
            {
                A = pa, B = pb, C = pc,
                ChannelsA = channelsA, ChannelsB = channelsB, Outer = true,
            });
        }
    }

    /// <summary>dA += ∂⟨dC, C⟩/∂A and dB += ∂⟨dC, C⟩/∂B of <see cref="ForwardOuter"/>.</summary>
    /// <param name="environments">Number of environments.</param>
    /// <param name="channelsA">Number of channels of A.</param>
    /// <param name="channelsB">Number of channels of B.</param>
    /// <param name="a">A [environment, row, channelsA].</param>
    /// <param name="b">B [environment, row, channelsB].</param>
    /// <param name="dc">The derivative with respect to C, like C.</param>
    /// <param name="da">Receives, like A.</param>
    /// <param name="db">Receives, like B.</param>
    /// <exception cref="ArgumentException">A span does not have that length.</exception>
    public void BackwardOuter(
        int environments, int channelsA, int channelsB, ReadOnlySpan<T> a, ReadOnlySpan<T> b, ReadOnlySpan<T> dc,
        Span<T> da, Span<T> db)
    {
        int pairs = checked(channelsA * channelsB);
        Require(environments, channelsA, channelsB, pairs, a.Length, b.Length, dc.Length);
        Require(environments, channelsA, channelsB, pairs, da.Length, db.Length, dc.Length);
        fixed (T* pa = a, pb = b, pc = dc, qa = da, qb = db)
        {
            RunDense(environments, new DenseOperands<T>
            {
                A = pa, B = pb, C = pc, DA = qa, DB = qb,
                ChannelsA = channelsA, ChannelsB = channelsB, Outer = true,
            });
        }
    }

    private void Require(int environments, int channelsA, int channelsB, int channelsC, int a, int b, int c)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(environments);
        long sa = (long)environments * RowsA * channelsA, sb = (long)environments * RowsB * channelsB;
        long sc = (long)environments * RowsC * channelsC;
        if (a != sa || b != sb || c != sc)
        {
            throw new ArgumentException(
                $"{RowsA}, {RowsB} and {RowsC} rows, {environments} environments: expected {sa}, {sb} and {sc} numbers; "
                + $"got {a}, {b} and {c}");
        }
    }

    private void RunDense(int environments, DenseOperands<T> x)
    {
        (x.RowsA, x.RowsB, x.RowsC) = (RowsA, RowsB, RowsC);
        Run(x, (long)environments * x.ChannelsC, x.DA != null);
    }

    /// <summary>Runs the sum over lanes that are copied from their places to blocks and back.</summary>
    /// <param name="x">Where the operands are.</param>
    /// <param name="lanes">How many lanes: channels over all environments.</param>
    /// <param name="backward">Whether dA and dB are wanted, of dC in the place of C.</param>
    internal void Run<TOperands>(in TOperands x, long lanes, bool backward)
        where TOperands : struct, ICouplingOperands<T>
    {
        long blocks = (lanes + CouplingBlocks<T>.Lanes - 1) / CouplingBlocks<T>.Lanes;
        int rows = (backward ? 2 : 1) * (RowsA + RowsB) + RowsC, row = CouplingBlocks<T>.Lanes;
        int batch = (int)Math.Min(blocks, Math.Max(1, BatchBytes / (rows * row * sizeof(T))));
        long slots = (_program.Slots + 1L + _program.Gathered) * row;
        CouplingCode<T>? code = _lanes < _interpreted ? null : (backward ? _backward : _forward)?.Value;
        _lanes += lanes;
        using AlignedScratch<T> scratch = new(slots + (long)batch * rows * row);
        CouplingBlocks<T> copies = new()
        {
            A = scratch.Start + slots, RowsA = RowsA, RowsB = RowsB, RowsC = RowsC,
        };
        copies.B = copies.A + (nint)batch * RowsA * row;
        copies.C = copies.B + (nint)batch * RowsB * row;
        copies.DA = copies.C + (nint)batch * RowsC * row;
        copies.DB = copies.DA + (nint)batch * RowsA * row;
        for (long done = 0; done < blocks; done += batch)
        {
            int count = (int)Math.Min(batch, blocks - done);
            for (int block = 0; block < count; block++)
            {
                long first = (done + block) * row;
                int used = (int)Math.Min(row, lanes - first);
                CouplingBlocks<T> copy = copies.At(block);
                Clear(copy, used, backward);
                x.Load(copy, first, used, backward);
            }

            if (code is not null)
            {
                code.Run(copies, count, scratch.Start);
            }
            else
            {
                for (int block = 0; block < count; block++)
                    Interpret(copies.At(block), backward, scratch.Start);
            }

            for (int block = 0; block < count; block++)
            {
                long first = (done + block) * row;
                x.Store(copies.At(block), first, (int)Math.Min(row, lanes - first), backward);
            }
        }
    }

    /// <summary>Numbers that <see cref="RunBlock"/> works in, from the start of a cache line.</summary>
    internal long ScratchLength => (_program.Slots + 1L + _program.Gathered) * CouplingBlocks<T>.Lanes;

    /// <summary>Runs the sum where the operands lie, for one lane each of <see cref="CouplingBlocks{T}.Lanes"/> environments: adds the
    /// products to C, or with <paramref name="da"/> the derivatives to dA and dB.</summary>
    /// <param name="a">A <c>[row, lane]</c>, from the start of a cache line, like the others.</param>
    /// <param name="b">B <c>[row, lane]</c>.</param>
    /// <param name="c">C <c>[row, lane]</c>, or the derivatives by it.</param>
    /// <param name="da">The derivatives by A; null: forward.</param>
    /// <param name="db">The derivatives by B; not those by A.</param>
    /// <param name="scratch"><see cref="ScratchLength"/> numbers.</param>
    internal void RunBlock(T* a, T* b, T* c, T* da, T* db, T* scratch)
    {
        CouplingBlocks<T> x = new() { A = a, B = b, C = c, DA = da, DB = db, RowsA = RowsA, RowsB = RowsB, RowsC = RowsC };
        bool backward = da != null;
        CouplingCode<T>? code = _lanes < _interpreted ? null : (backward ? _backward : _forward)?.Value;
        _lanes += CouplingBlocks<T>.Lanes;
        if (code is not null) code.Run(x, 1, scratch);
        else Interpret(x, backward, scratch);
    }

    /// <summary>Sets to zero what is added to, and operands that have lanes without a channel.</summary>
    private void Clear(in CouplingBlocks<T> block, int used, bool backward)
    {
        int step = CouplingBlocks<T>.Lanes;
        if (used < step)
        {
            new Span<T>(block.A, RowsA * step).Clear();
            new Span<T>(block.B, RowsB * step).Clear();
        }

        if (!backward || used < step)
            new Span<T>(block.C, RowsC * step).Clear();

        if (backward)
        {
            new Span<T>(block.DA, RowsA * step).Clear();
            new Span<T>(block.DB, RowsB * step).Clear();
        }
    }

    private void Interpret(in CouplingBlocks<T> block, bool backward, T* slots)
    {
        switch (_width)
        {
            case VectorWidth.Bits512:
                Interpret<Lanes512<T>, Vector512<T>>(block, backward, slots);
                break;
            case VectorWidth.Bits256:
                Interpret<Lanes256<T>, Vector256<T>>(block, backward, slots);
                break;
            case VectorWidth.Bits128:
                Interpret<Lanes128<T>, Vector128<T>>(block, backward, slots);
                break;
            default:
                Interpret<Lanes1<T>, T>(block, backward, slots);
                break;
        }
    }

    private void Interpret<TLanes, V>(in CouplingBlocks<T> block, bool backward, T* slots)
        where TLanes : struct, ILanes<V, T>
        where V : struct
    {
        if (backward)
            CouplingKernel<TLanes, V, T>.Backward(_program, block, slots);
        else
            CouplingKernel<TLanes, V, T>.Forward(_program, block, slots);
    }
}
