using System;
using Toolkit.Numerics.Blocks;
using Toolkit.Numerics.Representations.Gradients;

namespace Toolkit.Numerics.Representations;

/// <summary>What one representation of a set works in on one thread: the blocks of its program.</summary>
/// <param name="part">The representation.</param>
/// <param name="capacity">The most environments of a batch.</param>
internal sealed class PartMemory(Representation part, int capacity) : IDisposable
{
    private BlockMemory<double>? _blocks;
    private TangentGradients? _tangents;
    private PairGradients? _gradients;

    /// <summary>The gradients by pairs of the environment whose features stand in the blocks.</summary>
    public PairGradients Gradients => _gradients ??= part.LeafRule is { } rule ? new LeafGradients(rule, part.Expansion, Blocks(false)) : Tangents;

    /// <summary>The gradients by anything, by forward products.</summary>
    public TangentGradients Tangents => _tangents ??= new TangentGradients(part.Program, part.Expansion, Blocks(false));

    /// <summary>The blocks of the program.</summary>
    public BlockMemory<double> Blocks(bool adjoints)
    {
        if (_blocks is null || (adjoints && !_blocks.HasAdjoints))
        {
            _blocks?.Dispose();
            _blocks = part.Program.CreateMemory(capacity, adjoints);
        }
        return _blocks;
    }

    public void Dispose()
    {
        if (_gradients != _tangents) _gradients?.Dispose();
        _tangents?.Dispose();
        _blocks?.Dispose();
    }
}
