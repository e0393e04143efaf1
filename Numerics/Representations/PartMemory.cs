using System;
using System.Linq;
using System.Numerics;
using Toolkit.Numerics.Blocks;
using Toolkit.Numerics.Representations.Gradients;
using Toolkit.Numerics.Simd;

namespace Toolkit.Numerics.Representations;

/// <summary>What one representation of a set works in on one thread: the blocks of its programs.</summary>
/// <param name="part">The representation.</param>
/// <param name="capacity">The most environments of a batch.</param>
internal sealed class PartMemory(Representation part, int capacity) : IDisposable
{
    private readonly BlockMemory<double>?[] _blocks = new BlockMemory<double>?[part.Programs.Count];
    private readonly BlockMemory<float>?[] _singles = new BlockMemory<float>?[part.Programs.Count];
    private readonly TangentGradients?[] _tangents = new TangentGradients?[part.Programs.Count];
    private LeafGradients? _leaves;
    private BlockMemory<float>? _rounded;

    /// <summary>The program that ran last: that of the environment at hand, where there is one.</summary>
    public int Current { get; set; }

    /// <summary>The gradients by pairs of the environment whose features stand in the blocks.</summary>
    public PairGradients Gradients => part.LeafRule is { } rule ? _leaves ??= new LeafGradients(rule, part.Expansion, Blocks(0)) : Tangents;

    /// <summary>The gradients by anything, by forward products.</summary>
    public TangentGradients Tangents =>
        _tangents[Current] ??= new TangentGradients(part.Programs[Current], part.Expansion, Blocks(Current), part.FirstFeature(Current));

    /// <summary>The blocks of a program.</summary>
    public BlockMemory<T> Blocks<T>(FeatureProgram<T> made, int program, bool adjoints)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ref BlockMemory<T>? blocks =
            ref (typeof(T) == typeof(double) ? (BlockMemory<T>?[])(object)_blocks : (BlockMemory<T>?[])(object)_singles)[program];
        if (blocks is null || (adjoints && !blocks.HasAdjoints))
        {
            blocks?.Dispose();
            blocks = made.CreateMemory(capacity, adjoints);
            ForgetGradients();
        }
        return blocks;
    }

    /// <summary>The blocks of a program in float64.</summary>
    private BlockMemory<double> Blocks(int program) => Blocks(part.Programs[program], program, false);

    /// <summary>A potential's coefficients of one environment of a batch, rounded.</summary>
    /// <param name="potential">Which of the representation's potentials.</param>
    /// <param name="place">The environment's place among those that the program works on.</param>
    /// <param name="values">The coefficients.</param>
    public unsafe float* Rounded(int potential, int place, double* values)
    {
        _rounded ??= new BlockMemory<float>(
            [.. part.SinglePrograms[0].Shapes[1..(1 + part.Potentials.Count)].Select(static s => new BlockShape(1, s.Rows * s.Channels))],
            capacity, false);
        float* to = _rounded.Values(potential)[place];
        SinglePrecision.Round(values, to, _rounded.Shape(potential).Channels);
        return to;
    }

    public void Dispose()
    {
        ForgetGradients();
        foreach (BlockMemory<double>? blocks in _blocks)
            blocks?.Dispose();
        foreach (BlockMemory<float>? blocks in _singles)
            blocks?.Dispose();
        _rounded?.Dispose();
    }

    /// <summary>Gradients read from the blocks that were there when they were made.</summary>
    private void ForgetGradients()
    {
        _leaves?.Dispose();
        _leaves = null;
        foreach (TangentGradients? tangents in _tangents)
            tangents?.Dispose();
        Array.Clear(_tangents);
    }
}
