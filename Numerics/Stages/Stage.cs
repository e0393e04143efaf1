using System.Numerics;
using Toolkit.Numerics.Blocks;

namespace Toolkit.Numerics.Stages;

/// <summary>
/// One step from blocks to blocks, for a batch of environments at a time, with its two derivative products. Stages hold no
/// values: those are in a <see cref="BlockMemory{T}"/>, so that one program serves many threads.
/// </summary>
internal abstract class Stage<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Sets the blocks that the stage makes.</summary>
    public abstract void Forward(BlockMemory<T> blocks, int environments);

    /// <summary>From the derivatives by the blocks that the stage makes, adds those by the blocks that it reads.</summary>
    public abstract void Backward(BlockMemory<T> blocks, int environments);

    /// <summary>Sets the change of the blocks that the stage makes when those that it reads change.</summary>
    /// <param name="blocks">The values, at environment 0.</param>
    /// <param name="changes">Changes of environment 0, as many as <paramref name="count"/>.</param>
    /// <param name="count">How many changes.</param>
    public abstract void Tangent(BlockMemory<T> blocks, BlockMemory<T> changes, int count);

    /// <summary>Says how what the stage makes depends on the leaves of a program, after the stages that it reads from.</summary>
    /// <returns>False where that is no product of leaves.</returns>
    public virtual bool AddSlopes(SlopePlan plan) => false;

    /// <summary>The same stage in another precision, its numbers rounded once.</summary>
    /// <param name="shared">Where sums of the same paths are kept.</param>
    public abstract Stage<TOther> As<TOther>(SharedSums<TOther> shared)
        where TOther : unmanaged, IBinaryFloatingPointIeee754<TOther>;

    /// <summary>Whether many environments at once are faster than one after the other.</summary>
    public virtual bool GainsFromBatches => false;

    /// <summary>Whether features are written past the caches where <see cref="BlockMemory{T}.IsStreamed"/> says so.</summary>
    public virtual bool Streams => false;

    /// <summary>Multiply-adds for one environment, forward: what the stage cannot do without.</summary>
    public abstract long MultiplyAdds { get; }
}
