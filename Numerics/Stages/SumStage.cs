using System.Linq;
using System.Numerics;
using Toolkit.Numerics.Blocks;

namespace Toolkit.Numerics.Stages;

/// <summary>Adds rows of several blocks, channel by channel.</summary>
internal sealed unsafe class SumStage<T> : Stage<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly (int Block, nint First)[] _from;
    private readonly int _to, _rows;

    /// <summary>The sum.</summary>
    /// <param name="from">The blocks and where the first row begins in each; all have as many channels.</param>
    /// <param name="to">The block that is made.</param>
    /// <param name="rows">Its rows.</param>
    public SumStage((int Block, nint First)[] from, int to, int rows) => (_from, _to, _rows) = (from, to, rows);

    /// <inheritdoc/>
    public override long MultiplyAdds => 0;

    /// <inheritdoc/>
    public override Stage<TOther> As<TOther>(SharedSums<TOther> shared) => new SumStage<TOther>(_from, _to, _rows);

    /// <inheritdoc/>
    public override void Forward(BlockMemory<T> blocks, int environments) => Add(blocks, environments);

    /// <inheritdoc/>
    public override void Tangent(BlockMemory<T> blocks, BlockMemory<T> changes, int count) => Add(changes, count);

    /// <inheritdoc/>
    public override void Backward(BlockMemory<T> blocks, int environments)
    {
        int length = _rows * blocks.Shape(_to).Stride;
        for (int i = 0; i < environments; i++)
        {
            T* to = blocks.Adjoints(_to)[i];
            foreach ((int block, nint first) in _from)
            {
                T* from = blocks.Adjoints(block)[i] + first;
                for (int k = 0; k < length; k++)
                    from[k] += to[k];
            }
        }
    }

    /// <inheritdoc/>
    public override bool AddSlopes(SlopePlan plan)
    {
        BlockShape to = plan.Shape(_to);
        plan.Add(_to, 0, to.Stride, _rows, to.Channels, _from.SelectMany(f => plan.Terms(f.Block, f.First)).ToList());
        return true;
    }

    private void Add(BlockMemory<T> blocks, int environments)
    {
        int length = _rows * blocks.Shape(_to).Stride;
        for (int i = 0; i < environments; i++)
        {
            T* to = blocks.Values(_to)[i];
            new System.Span<T>(to, length).Clear();
            foreach ((int block, nint first) in _from)
            {
                T* from = blocks.Values(block)[i] + first;
                for (int k = 0; k < length; k++)
                    to[k] += from[k];
            }
        }
    }
}
