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
        var terms = new RowTerm[coefficients.Count];
        for (int k = 0; k < terms.Length; k++)
            terms[k] = new RowTerm(coefficients.M3[k] * (2 * path.L1 + 1) + coefficients.M1[k], coefficients.M2[k], coefficients[k]);
        Turn = new RowMap<T>((2 * path.L + 1) * (2 * path.L1 + 1), terms);
        Return = new RowMap<T>(2 * path.L2 + 1, Array.ConvertAll(terms, static t => new RowTerm(t.From, t.To, t.Value)));
    }

    /// <summary>What is multiplied, and where it goes.</summary>
    public CouplePath Path { get; }

    /// <summary>Whether an earlier path goes to the same place.</summary>
    public bool Adds { get; }

    /// <summary>The rows that are multiplied with A, <c>[M, m1]</c>, as sums of the rows m2 of B.</summary>
    public RowMap<T> Turn { get; }

    /// <summary>The same turned round: B's derivatives as sums of those by these rows.</summary>
    public RowMap<T> Return { get; }
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
/// The coefficients turn B into T_{M m1}[right] = Σ_{m2} C_{M m1 m2} B_{m2}[right], a few rows that are made in no time, and
/// C_M[left, right] = Σ_{m1} A_{m1}[left] T_{M m1}[right] is a matrix product. It has as many operations as the non-zero coefficients times
/// the pairs, but nothing is copied to sit lane by lane beside its partner.
/// </remarks>
internal sealed unsafe class OuterCoupleKernel<TLanes, V, T> : OuterCoupleKernel<T>
    where TLanes : struct, ILanes<V, T>
    where V : struct
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    // What is read behind the last row.
    private const int Slack = 8;

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
            _turned = Math.Max(_turned, path.Turn.Rows * _width);
    }

    /// <inheritdoc/>
    public override void Forward(BlockMemory<T> blocks, int environments)
    {
        using AlignedScratch<T> work = new(_turned + Slack);
        for (int i = 0; i < environments; i++)
            Multiply(blocks.Values(_a)[i], blocks.Values(_b)[i], blocks, i, work.Start, false);
    }

    /// <inheritdoc/>
    public override void Tangent(BlockMemory<T> blocks, BlockMemory<T> changes, int count)
    {
        using AlignedScratch<T> work = new(_turned + Slack);
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
                path.Turn.Run(b + _rowsB[p.RowB], _stepB, turned, _width, _width, false);
                new Span<T>(slopes, path.Turn.Rows * _width).Clear();
                for (int m = 0; m < 2 * p.L + 1; m++)
                {
                    nint first = (nint)m * rows * _width;
                    GramTile<TLanes, V, T>.Backward(
                        _shape, rows, T.One, gradient + (nint)m * p.Step, a + _rowsA[p.RowA], _stepA, turned + first, _width,
                        da + _rowsA[p.RowA], slopes + first, tile);
                }

                path.Return.Run(slopes, _width, to, _stepB, _width, true);
            }
        }
    }

    private void Multiply(T* a, T* b, BlockMemory<T> into, int environment, T* turned, bool adds)
    {
        foreach (TurnedPath<T> path in _paths)
        {
            CouplePath p = path.Path;
            int rows = 2 * p.L1 + 1;
            path.Turn.Run(b + _rowsB[p.RowB], _stepB, turned, _width, _width, false);
            GramTile<TLanes, V, T>.Contract(
                _shape, rows, T.One, a + _rowsA[p.RowA], _stepA, turned, _width, 2 * p.L + 1, (nint)rows * _width,
                into.Values(p.Block)[environment] + p.First, p.Step, adds || path.Adds, true);
        }
    }

    private static nint Step(nint[] rows)
    {
        nint step = rows.Length > 1 ? rows[1] - rows[0] : 0;
        for (int k = 1; k < rows.Length; k++)
            if (rows[k] - rows[k - 1] != step) throw new InvalidOperationException("rows of a factor are not equally far apart");
        return step;
    }
}
