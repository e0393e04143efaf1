using System;
using System.Collections.Generic;
using System.Linq;
using System.Numerics;
using Toolkit.Numerics.Blocks;
using Toolkit.Numerics.Coupling;
using Toolkit.Numerics.Stages;

namespace Toolkit.Numerics.Representations;

/// <summary>
/// Stages in their order and the blocks that they work on: what a representation executes, from the coefficients of fields to
/// features, batch by batch.
/// </summary>
/// <remarks>The first block is the coefficients of the expansion as they lie there, the last one the features, one row without
/// gaps; both belong to the caller.</remarks>
internal sealed unsafe class FeatureProgram<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const long CachedNumbers = 1 << 16;

    /// <summary>The block of coefficients.</summary>
    public const int Coefficients = 0;

    /// <summary>A program.</summary>
    /// <param name="shapes">The blocks.</param>
    /// <param name="stages">The stages that other stages read from, each after those whose blocks it reads.</param>
    /// <param name="outputs">The stages that make features.</param>
    /// <param name="leaves">The blocks that hold coefficients as they are; null: it is not said.</param>
    public FeatureProgram(
        IReadOnlyList<BlockShape> shapes, IReadOnlyList<Stage<T>> stages, IReadOnlyList<Stage<T>> outputs, ProgramLeaves? leaves = null)
    {
        (Shapes, Stages, Outputs, Leaves) = ([.. shapes], [.. stages], [.. outputs], leaves);
        (IsLaned, Streams, Batch) = (false, true, 1);
        long between = 0;
        foreach (BlockShape shape in Shapes)
        {
            IsLaned |= shape.IsLaned;
            if (!shape.IsForeign) between += shape.Length;
        }

        foreach (Stage<T> stage in (Stage<T>[])[.. Stages, .. Outputs])
            if (stage.GainsFromBatches) Batch = (int)Math.Clamp(CachedNumbers / Math.Max(1, between), 1, 16);

        foreach (Stage<T> stage in Outputs)
            Streams &= stage.Streams;
        if (IsLaned) Batch = CouplingBlocks<T>.Lanes;
    }

    /// <summary>The blocks.</summary>
    public BlockShape[] Shapes { get; }

    /// <summary>The stages that other stages read from.</summary>
    public Stage<T>[] Stages { get; }

    /// <summary>The stages that make features.</summary>
    public Stage<T>[] Outputs { get; }

    /// <summary>The blocks that hold coefficients as they are; null: it is not said.</summary>
    public ProgramLeaves? Leaves { get; }

    /// <summary>The block of features.</summary>
    public int Features => Shapes.Length - 1;

    /// <summary>Whether the environments of a batch lie side by side, so that few of them take as long as all.</summary>
    public bool IsLaned { get; }

    /// <summary>Whether all features can be written past the caches as they are made.</summary>
    public bool Streams { get; }

    /// <summary>
    /// How many environments make a batch: products of many fill whole registers, but what is between the stages is to stay in
    /// the cache.
    /// </summary>
    public int Batch { get; }

    /// <summary>Multiply-adds of all stages for one environment.</summary>
    public long MultiplyAdds => Stages.Concat(Outputs).Sum(static s => s.MultiplyAdds);

    /// <summary>The same program in another precision.</summary>
    public FeatureProgram<TOther> As<TOther>()
        where TOther : unmanaged, IBinaryFloatingPointIeee754<TOther>
    {
        SharedSums<TOther> shared = new();
        return new(Shapes, [.. Stages.Select(s => s.As(shared))], [.. Outputs.Select(s => s.As(shared))], Leaves);
    }

    /// <summary>Memory for batches.</summary>
    /// <param name="capacity">The most environments of a batch.</param>
    /// <param name="adjoints">Whether a backward pass is wanted.</param>
    public BlockMemory<T> CreateMemory(int capacity, bool adjoints) => new(Shapes, capacity, adjoints);

    /// <summary>Everything but the features: what the backward pass wants.</summary>
    public void Prepare(BlockMemory<T> blocks, int environments)
    {
        foreach (Stage<T> stage in Stages)
            stage.Forward(blocks, environments);
    }

    /// <summary>Features, after <see cref="Prepare"/>.</summary>
    public void Forward(BlockMemory<T> blocks, int environments)
    {
        foreach (Stage<T> stage in Outputs)
            stage.Forward(blocks, environments);
    }

    /// <summary>Adds the derivatives by the coefficients that follow from those by the features, after <see cref="Prepare"/>.</summary>
    public void Backward(BlockMemory<T> blocks, int environments)
    {
        blocks.ClearAdjoints(environments);
        for (int s = Outputs.Length - 1; s >= 0; s--)
            Outputs[s].Backward(blocks, environments);

        for (int s = Stages.Length - 1; s >= 0; s--)
            Stages[s].Backward(blocks, environments);
    }

    /// <summary>Changes of features from changes of coefficients.</summary>
    /// <param name="blocks">After <see cref="Prepare"/>, at environment 0.</param>
    /// <param name="changes">The changes.</param>
    /// <param name="count">How many.</param>
    public void Tangent(BlockMemory<T> blocks, BlockMemory<T> changes, int count)
    {
        foreach (Stage<T> stage in Stages)
            stage.Tangent(blocks, changes, count);

        foreach (Stage<T> stage in Outputs)
            stage.Tangent(blocks, changes, count);
    }
}
