using System;
using System.Collections.Generic;
using System.Linq;
using System.Numerics;
using Toolkit.Numerics.Blocks;
using Toolkit.Numerics.Coupling;
using Toolkit.Numerics.Simd;

namespace Toolkit.Numerics.Stages;

/// <summary>Rows of a block that are one factor of products.</summary>
/// <param name="Block">The block.</param>
/// <param name="Rows">Where each row begins in an environment.</param>
internal sealed record CoupleFactor(int Block, IReadOnlyList<nint> Rows)
{
    /// <summary>The first rows of a block.</summary>
    /// <param name="block">The block.</param>
    /// <param name="count">How many rows.</param>
    /// <param name="step">From row to row.</param>
    public static CoupleFactor Of(int block, int count, int step) =>
        new(block, Enumerable.Range(0, count).Select(r => (nint)r * step).ToArray());
}

/// <summary>One product of a <see cref="CoupleStage{T}"/> and where it goes.</summary>
/// <param name="L1">Degree of the left factor.</param>
/// <param name="L2">Degree of the right factor.</param>
/// <param name="L">Degree of the product.</param>
/// <param name="RowA">The left factor's row of m = −l1.</param>
/// <param name="RowB">The right factor's row of m = −l2.</param>
/// <param name="Block">The block that receives it.</param>
/// <param name="First">Where the first pair's component M = −L stands in an environment of it.</param>
/// <param name="Step">From component to component.</param>
internal sealed record CouplePath(int L1, int L2, int L, int RowA, int RowB, int Block, int First, int Step)
{
    /// <summary>Where it goes.</summary>
    public CouplePlace Place => new(Block, First);
}

/// <summary>Where products go: a block, and where the first one stands in an environment.</summary>
internal sealed record CouplePlace(int Block, int First);

/// <summary>
/// Clebsch–Gordan products of listed pairs of channels: for each path C_{L M, t} = w_t couple(A_{l1, left(t)}, B_{l2, right(t)}, L)_M,
/// all paths at once.
/// </summary>
internal sealed unsafe class CoupleStage<T> : Stage<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly CouplingTable _table;
    private readonly CouplingSum<T> _sum;
    private readonly int _a, _b;
    private readonly int[] _left, _right, _leftRuns, _rightRuns, _blockC;
    private readonly nint[] _rowA, _rowB, _rowC;
    private readonly T[]? _weights;

    /// <summary>The products.</summary>
    /// <param name="table">Coefficients in the real basis.</param>
    /// <param name="a">A.</param>
    /// <param name="b">B; it may be A.</param>
    /// <param name="left">Channel of A of each pair: where it stands in a row.</param>
    /// <param name="right">Channel of B of each pair.</param>
    /// <param name="weights">w of each pair; null: 1.</param>
    /// <param name="paths">The products; where the triangle rule fails a product is zero.</param>
    /// <param name="shared">Where sums of the same paths are kept, for stages that may share one; null: nowhere.</param>
    public CoupleStage(
        CouplingTable table, CoupleFactor a, CoupleFactor b, int[] left, int[] right, double[]? weights, IReadOnlyList<CouplePath> paths,
        SharedSums<T>? shared = null)
    {
        (_table, _a, _b, Paths) = (table, a.Block, b.Block, paths);
        _left = PinnedArray.Of<int>(left);
        _right = PinnedArray.Of<int>(right);
        _leftRuns = PinnedArray.Of<int>(GatheredOperands<T>.Runs(left));
        _rightRuns = PinnedArray.Of<int>(GatheredOperands<T>.Runs(right));
        _weights = weights is null ? null : PinnedArray.Of<T>(Array.ConvertAll(weights, T.CreateChecked));
        _rowA = PinnedArray.Of<nint>([.. a.Rows]);
        _rowB = PinnedArray.Of<nint>([.. b.Rows]);
        var sums = new List<CouplingPath>();
        var places = new Dictionary<CouplePlace, int>();
        var made = new List<CouplePath>();
        int rows = 0;
        foreach (CouplePath p in paths)
        {
            // Paths to one place are added up there.
            if (!places.TryGetValue(p.Place, out int row))
            {
                places.Add(p.Place, row = rows);
                made.Add(p);
                rows += 2 * p.L + 1;
            }

            sums.Add(new CouplingPath(p.L1, p.L2, p.L, p.RowA, p.RowB, row));
        }

        _blockC = new int[rows];
        _rowC = PinnedArray.Of<nint>(new nint[rows]);
        int at = 0;
        foreach (CouplePath p in made)
        {
            for (int m = 0; m < 2 * p.L + 1; m++, at++)
                (_blockC[at], _rowC[at]) = (p.Block, p.First + (nint)m * p.Step);
        }

        _sum = shared?.Get(table, _rowA.Length, _rowB.Length, _rowC.Length, sums)
            ?? new CouplingSum<T>(table, _rowA.Length, _rowB.Length, _rowC.Length, sums);
    }

    /// <summary>The products.</summary>
    public IReadOnlyList<CouplePath> Paths { get; }

    /// <summary>Whether code is compiled for the sum of all paths, now or before long.</summary>
    public bool IsCompiled => _sum.IsCompiled;

    /// <inheritdoc/>
    public override long MultiplyAdds => (long)_sum.Count * _left.Length;

    /// <inheritdoc/>
    public override Stage<TOther> As<TOther>(SharedSums<TOther> shared) => new CoupleStage<TOther>(
        _table, new CoupleFactor(_a, _rowA), new CoupleFactor(_b, _rowB), _left, _right,
        _weights is null ? null : Array.ConvertAll(_weights, double.CreateChecked), Paths, shared);

    /// <inheritdoc/>
    public override bool GainsFromBatches => true;

    /// <inheritdoc/>
    public override void Forward(BlockMemory<T> blocks, int environments) =>
        Run(blocks.Values(_a), blocks.Values(_b), blocks, environments, false);

    /// <inheritdoc/>
    public override void Tangent(BlockMemory<T> blocks, BlockMemory<T> changes, int count)
    {
        T** a = stackalloc T*[count], b = stackalloc T*[count];
        new Span<nint>(a, count).Fill((nint)blocks.Values(_a)[0]);
        new Span<nint>(b, count).Fill((nint)blocks.Values(_b)[0]);
        Run(changes.Values(_a), b, changes, count, false);
        Run(a, changes.Values(_b), changes, count, true);
    }

    /// <inheritdoc/>
    public override void Backward(BlockMemory<T> blocks, int environments)
    {
        if (_left.Length == 0) return;
        T*** c = stackalloc T**[_blockC.Length];
        for (int row = 0; row < _blockC.Length; row++)
            c[row] = blocks.Adjoints(_blockC[row]);

        GatheredOperands<T> x = Operands(blocks.Values(_a), blocks.Values(_b), c);
        x.DA = blocks.Adjoints(_a);
        x.DB = blocks.Adjoints(_b);
        _sum.Run(x, (long)environments * _left.Length, true);
    }

    /// <inheritdoc/>
    public override bool AddSlopes(SlopePlan plan)
    {
        double[]? weights = _weights is null ? null : Array.ConvertAll(_weights, double.CreateChecked);
        new CoupledChannels(_left, _right, weights)
            .AddSlopes(plan, _table, new CoupleFactor(_a, _rowA), new CoupleFactor(_b, _rowB), Paths);
        return true;
    }

    private void Run(T** a, T** b, BlockMemory<T> into, int environments, bool adds)
    {
        if (_left.Length == 0) return;
        T*** c = stackalloc T**[_blockC.Length];
        for (int row = 0; row < _blockC.Length; row++)
            c[row] = into.Values(_blockC[row]);

        GatheredOperands<T> x = Operands(a, b, c);
        x.Adds = adds;
        _sum.Run(x, (long)environments * _left.Length, false);
    }

    private GatheredOperands<T> Operands(T** a, T** b, T*** c) => new()
    {
        A = a, B = b, C = c,
        RowA = PinnedArray.First(_rowA), RowB = PinnedArray.First(_rowB), RowC = PinnedArray.First(_rowC),
        Left = PinnedArray.First(_left), Right = PinnedArray.First(_right),
        LeftRuns = PinnedArray.First(_leftRuns), RightRuns = PinnedArray.First(_rightRuns),
        Weights = _weights is null ? null : PinnedArray.First(_weights),
        RowsA = _rowA.Length, RowsB = _rowB.Length, RowsC = _rowC.Length, Pairs = _left.Length,
    };
}
