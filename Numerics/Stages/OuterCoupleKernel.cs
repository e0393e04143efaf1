using System;
using System.Numerics;
using System.Runtime.Intrinsics;
using Toolkit.Numerics.Blocks;
using Toolkit.Numerics.Coupling;
using Toolkit.Numerics.Simd;

namespace Toolkit.Numerics.Stages;

/// <summary>A path of an <see cref="OuterCoupleStage{T}"/>: its coefficients turn B into the rows that A is multiplied with.</summary>
internal sealed class TurnedPath<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>A path.</summary>
    /// <param name="path">What is multiplied, and where it goes.</param>
    /// <param name="coefficients">C_{M, m1, m2}, in the order of M and m1.</param>
    /// <param name="adds">Whether an earlier path goes to the same place.</param>
    public TurnedPath(CouplePath path, in CouplingBlock coefficients, bool adds)
    {
        (Path, Adds) = (path, adds);
        Terms = new Term[coefficients.Count];
        First = new int[2 * path.L + 2];
        for (int k = 0; k < Terms.Length; k++)
        {
            Terms[k] = new Term(coefficients.M1[k], coefficients.M2[k], T.CreateChecked(coefficients[k]));
            First[coefficients.M3[k] + 1] = k + 1;
        }

        for (int m = 1; m < First.Length; m++)
            First[m] = Math.Max(First[m], First[m - 1]);
    }

    /// <summary>What multiplies the row m2 of B in the row m1 of what is multiplied with A.</summary>
    internal readonly record struct Term(int M1, int M2, T Value);

    /// <summary>What is multiplied, and where it goes.</summary>
    public CouplePath Path { get; }

    /// <summary>Whether an earlier path goes to the same place.</summary>
    public bool Adds { get; }

    /// <summary>All coefficients.</summary>
    public Term[] Terms { get; }

    /// <summary>The first of each M, and the end.</summary>
    public int[] First { get; }
}

/// <summary>What an <see cref="OuterCoupleStage{T}"/> executes, in the widest registers of the process that hold no more than eight
/// numbers.</summary>
internal abstract class OuterCoupleKernel<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>The kernel of some paths.</summary>
    public static OuterCoupleKernel<T> Create(CoupleFactor a, CoupleFactor b, GramShape shape, TurnedPath<T>[] paths) =>
        VectorWidths.OfEight<T>() switch
        {
            VectorWidth.Bits512 => new OuterCoupleKernel<Lanes512<T>, Vector512<T>, T>(a, b, shape, paths),
            VectorWidth.Bits256 => new OuterCoupleKernel<Lanes256<T>, Vector256<T>, T>(a, b, shape, paths),
            VectorWidth.Bits128 => new OuterCoupleKernel<Lanes128<T>, Vector128<T>, T>(a, b, shape, paths),
            _ => new OuterCoupleKernel<Lanes1<T>, T, T>(a, b, shape, paths),
        };

    /// <summary>As of a stage.</summary>
    public abstract void Forward(BlockMemory<T> blocks, int environments);

    /// <summary>As of a stage.</summary>
    public abstract void Tangent(BlockMemory<T> blocks, BlockMemory<T> changes, int count);

    /// <summary>As of a stage.</summary>
    public abstract void Backward(BlockMemory<T> blocks, int environments);
}

/// <summary>Products of all channels in one width.</summary>
/// <remarks>
/// For every M the coefficients turn B into T_{m1}[right] = Σ_{m2} C_{M m1 m2} B_{m2}[right], a few rows that are made in no time, and
/// C_M[left, right] = Σ_{m1} A_{m1}[left] T_{m1}[right] is a matrix product. It has as many operations as the non-zero coefficients times
/// the pairs, but nothing is copied to sit lane by lane beside its partner.
/// </remarks>
internal sealed unsafe class OuterCoupleKernel<TLanes, V, T> : OuterCoupleKernel<T>
    where TLanes : struct, ILanes<V, T>
    where V : struct
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly GramShape _shape;
    private readonly TurnedPath<T>[] _paths;
    private readonly int _a, _b, _width, _turned;
    private readonly nint[] _rowsA, _rowsB;
    private readonly nint _stepA, _stepB;

    /// <summary>The kernel.</summary>
    public OuterCoupleKernel(CoupleFactor a, CoupleFactor b, GramShape shape, TurnedPath<T>[] paths)
    {
        (_a, _b, _shape, _paths, _rowsA, _rowsB) = (a.Block, b.Block, shape, paths, [.. a.Rows], [.. b.Rows]);
        (_stepA, _stepB) = (Step(_rowsA), Step(_rowsB));
        foreach (GramGroup group in shape.Groups)
            _width = Math.Max(_width, GramGroup.Padded(group.End));
        foreach (TurnedPath<T> path in paths)
            _turned = Math.Max(_turned, (2 * path.Path.L1 + 1) * _width);
    }

    /// <inheritdoc/>
    public override void Forward(BlockMemory<T> blocks, int environments)
    {
        using AlignedScratch<T> work = new(_turned);
        for (int i = 0; i < environments; i++)
            Multiply(blocks.Values(_a)[i], blocks.Values(_b)[i], blocks, i, work.Start, false);
    }

    /// <inheritdoc/>
    public override void Tangent(BlockMemory<T> blocks, BlockMemory<T> changes, int count)
    {
        using AlignedScratch<T> work = new(_turned);
        for (int i = 0; i < count; i++)
        {
            Multiply(changes.Values(_a)[i], blocks.Values(_b)[0], changes, i, work.Start, false);
            Multiply(blocks.Values(_a)[0], changes.Values(_b)[i], changes, i, work.Start, true);
        }
    }

    /// <inheritdoc/>
    public override void Backward(BlockMemory<T> blocks, int environments)
    {
        using AlignedScratch<T> work = new(2L * _turned + GramTile<TLanes, V, T>.Work);
        T* turned = work.Start, slopes = turned + _turned, tile = slopes + _turned;
        for (int i = 0; i < environments; i++)
        {
            T* a = blocks.Values(_a)[i], b = blocks.Values(_b)[i], da = blocks.Adjoints(_a)[i], db = blocks.Adjoints(_b)[i];
            foreach (TurnedPath<T> path in _paths)
            {
                CouplePath p = path.Path;
                T* gradient = blocks.Adjoints(p.Block)[i] + p.First, to = db + _rowsB[p.RowB];
                int rows = 2 * p.L1 + 1;
                for (int m = 0; m < 2 * p.L + 1; m++)
                {
                    Turn(path, m, b, turned);
                    new Span<T>(slopes, rows * _width).Clear();
                    GramTile<TLanes, V, T>.Backward(
                        _shape, rows, T.One, gradient + (nint)m * p.Step, a + _rowsA[p.RowA], _stepA, turned, _width, da + _rowsA[p.RowA],
                            slopes, tile);
                    for (int k = path.First[m]; k < path.First[m + 1]; k++)
                        Add(path.Terms[k].Value, slopes + (nint)path.Terms[k].M1 * _width, to + path.Terms[k].M2 * _stepB);
                }
            }
        }
    }

    private void Multiply(T* a, T* b, BlockMemory<T> into, int environment, T* turned, bool adds)
    {
        foreach (TurnedPath<T> path in _paths)
        {
            CouplePath p = path.Path;
            T* to = into.Values(p.Block)[environment] + p.First;
            for (int m = 0; m < 2 * p.L + 1; m++, to += p.Step)
            {
                Turn(path, m, b, turned);
                GramTile<TLanes, V, T>.Contract(
                    _shape, 2 * p.L1 + 1, T.One, a + _rowsA[p.RowA], _stepA, turned, _width, to, adds || path.Adds);
            }
        }
    }

    /// <summary>T of one M.</summary>
    private void Turn(TurnedPath<T> path, int m, T* b, T* turned)
    {
        new Span<T>(turned, (2 * path.Path.L1 + 1) * _width).Clear();
        b += _rowsB[path.Path.RowB];
        for (int k = path.First[m]; k < path.First[m + 1]; k++)
            Add(path.Terms[k].Value, b + path.Terms[k].M2 * _stepB, turned + (nint)path.Terms[k].M1 * _width);
    }

    /// <summary>y += factor x.</summary>
    private void Add(T factor, T* x, T* y)
    {
        V f = TLanes.Broadcast(factor);
        for (int k = 0; k < _width; k += TLanes.Count)
            TLanes.Store(TLanes.MultiplyAdd(f, TLanes.Load(x + k), TLanes.Load(y + k)), y + k);
    }

    private static nint Step(nint[] rows)
    {
        nint step = rows.Length > 1 ? rows[1] - rows[0] : 0;
        for (int k = 1; k < rows.Length; k++)
            if (rows[k] - rows[k - 1] != step) throw new InvalidOperationException("rows of a factor are not equally far apart");
        return step;
    }
}
