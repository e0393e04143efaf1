using System;
using System.Collections.Generic;
using System.Linq;
using System.Numerics;
using Toolkit.Numerics.Blocks;
using Toolkit.Numerics.Coupling;

namespace Toolkit.Numerics.Stages;

/// <summary>
/// Clebsch–Gordan products of all channels of two factors, or of all pairs of one with itself: for each path C_{L M, t} = w_t couple(A_{l1,
/// left(t)}, B_{l2, right(t)}, L)_M, by <see cref="OuterCoupleKernel{T}"/>.
/// </summary>
internal sealed class OuterCoupleStage<T> : Stage<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    // So many channels that products of all of them fill registers without lanes of several environments side by side.
    private const int Many = 12;

    private readonly CouplingTable _table;
    private readonly CoupleFactor _a, _b;
    private readonly GramShape _shape;
    private readonly CouplePath[] _paths;
    private readonly OuterCoupleKernel<T> _kernel;

    /// <summary>The products.</summary>
    /// <param name="table">Coefficients in the real basis.</param>
    /// <param name="a">A, its rows equally far apart, channels side by side.</param>
    /// <param name="b">B, likewise; it may be A.</param>
    /// <param name="shape">Which pairs of channels stand, and w.</param>
    /// <param name="paths">The products; where the triangle rule fails a product is zero.</param>
    public OuterCoupleStage(CouplingTable table, CoupleFactor a, CoupleFactor b, GramShape shape, IReadOnlyList<CouplePath> paths)
    {
        (_table, _a, _b, _shape, _paths) = (table, a, b, shape, [.. paths]);
        var known = new HashSet<CouplePlace>();
        _kernel = OuterCoupleKernel<T>.Create(
            a, b, shape, Array.ConvertAll(_paths, p => new TurnedPath<T>(p, table.Block(p.L1, p.L2, p.L), !known.Add(p.Place))));
    }

    /// <summary>The stage for some products: this one where there are many channels; where there are few, and code is compiled for the sum
    /// of all paths, <see cref="CoupleStage{T}"/>, with several environments side by side.</summary>
    /// <param name="table">Coefficients in the real basis.</param>
    /// <param name="a">A, its rows equally far apart, channels side by side.</param>
    /// <param name="b">B, likewise; it may be A.</param>
    /// <param name="shape">Which pairs of channels stand, and w.</param>
    /// <param name="paths">The products; where the triangle rule fails a product is zero.</param>
    public static Stage<T> Create(CouplingTable table, CoupleFactor a, CoupleFactor b, GramShape shape, IReadOnlyList<CouplePath> paths)
    {
        (int[] left, int[] right, double[]? weights) = shape.Lists();
        if (right.Length > 0 && right.Max() + 1 < Many
            && new CoupleStage<T>(table, a, b, left, right, weights, paths) is { IsCompiled: true } few)
        {
            return few;
        }

        return new OuterCoupleStage<T>(table, a, b, shape, paths);
    }

    /// <inheritdoc/>
    public override long MultiplyAdds =>
        _paths.Sum(p => (2L * p.L + 1) * (2 * p.L1 + 1) * _shape.Count);

    /// <inheritdoc/>
    public override Stage<TOther> As<TOther>(SharedSums<TOther> shared) => new OuterCoupleStage<TOther>(_table, _a, _b, _shape, _paths);

    /// <inheritdoc/>
    public override void Forward(BlockMemory<T> blocks, int environments) => _kernel.Forward(blocks, environments);

    /// <inheritdoc/>
    public override void Tangent(BlockMemory<T> blocks, BlockMemory<T> changes, int count) => _kernel.Tangent(blocks, changes, count);

    /// <inheritdoc/>
    public override void Backward(BlockMemory<T> blocks, int environments) => _kernel.Backward(blocks, environments);

    /// <inheritdoc/>
    public override bool AddSlopes(SlopePlan plan)
    {
        new CoupledChannels(_shape).AddSlopes(plan, _table, _a, _b, _paths);
        return true;
    }
}
