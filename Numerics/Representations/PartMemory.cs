using System;
using Toolkit.Numerics.Blocks;
using Toolkit.Numerics.Representations.Gradients;

namespace Toolkit.Numerics.Representations;

/// <summary>What one representation of a set works in on one thread: the blocks of its programs.</summary>
/// <param name="part">The representation.</param>
/// <param name="capacity">The most environments of a batch.</param>
internal sealed class PartMemory(Representation part, int capacity) : IDisposable
{
    private readonly BlockMemory<double>?[] _blocks = new BlockMemory<double>?[part.Programs.Count];
    private readonly TangentGradients?[] _tangents = new TangentGradients?[part.Programs.Count];
    private LeafGradients? _leaves;

    /// <summary>The program that ran last: that of the environment at hand, where there is one.</summary>
    public int Current { get; set; }

    /// <summary>The gradients by pairs of the environment whose features stand in the blocks.</summary>
    public PairGradients Gradients => part.LeafRule is { } rule ? _leaves ??= new LeafGradients(rule, part.Expansion, Blocks(0, false)) : Tangents;

    /// <summary>The gradients by anything, by forward products.</summary>
    public TangentGradients Tangents =>
        _tangents[Current] ??= new TangentGradients(part.Programs[Current], part.Expansion, Blocks(Current, false), part.FirstFeature(Current));

    /// <summary>The blocks of a program.</summary>
    public BlockMemory<double> Blocks(int program, bool adjoints)
    {
        ref BlockMemory<double>? blocks = ref _blocks[program];
        if (blocks is null || (adjoints && !blocks.HasAdjoints))
        {
            blocks?.Dispose();
            blocks = part.Programs[program].CreateMemory(capacity, adjoints);
        }
        return blocks;
    }

    public void Dispose()
    {
        _leaves?.Dispose();
        foreach (TangentGradients? tangents in _tangents)
            tangents?.Dispose();
        foreach (BlockMemory<double>? blocks in _blocks)
            blocks?.Dispose();
    }
}
