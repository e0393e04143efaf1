using System;
using System.Collections.Generic;
using Toolkit.Numerics.Blocks;
using Toolkit.Numerics.Expansion;
using Toolkit.Numerics.Simd;

namespace Toolkit.Numerics.Representations;

/// <summary>What one representation of a set works in on one thread: the blocks of its program, or memory of each environment.</summary>
internal sealed unsafe class PartMemory : IDisposable
{
    /// <summary>How many changes are followed at once: x, y and z.</summary>
    public const int Directions = 3;

    private readonly Representation _part;
    private readonly int _capacity, _length;
    private readonly double* _work;
    private readonly BlockMemory<double>?[] _blocks, _changes;
    private readonly List<(int Change, int Column)> _placed = [];
    private double[]? _change, _changed;

    /// <summary>Memory of one representation.</summary>
    /// <param name="part">The representation.</param>
    /// <param name="work">Memory for each environment of the batch.</param>
    /// <param name="capacity">The most environments of a batch.</param>
    public PartMemory(Representation part, double* work, int capacity)
    {
        _work = work;
        (_blocks, _changes) = (new BlockMemory<double>?[part.Programs.Count], new BlockMemory<double>?[part.Programs.Count]);
        (_part, _capacity, _length) = (part, capacity, CacheLine.Padded(part.WorkLength));
    }

    /// <summary>Memory of one environment of the batch, <see cref="Representation.WorkLength"/> doubles.</summary>
    public double* Work(int environment) => _work + (nint)environment * _length;

    /// <summary>The program that ran last: that of the environment at hand, where there is one.</summary>
    public int Current { get; set; }

    /// <summary>The blocks of a program.</summary>
    public BlockMemory<double> Blocks(int program, bool adjoints)
    {
        ref BlockMemory<double>? blocks = ref _blocks[program];
        if (blocks is null || (adjoints && !blocks.HasAdjoints))
        {
            blocks?.Dispose();
            blocks = _part.Programs[program].CreateMemory(_capacity, adjoints);
        }
        return blocks;
    }

    /// <summary>What the maps of one environment have in common, once it is expanded: the first of a batch.</summary>
    public void Prepare(EnvironmentScratch scratch)
    {
        if (_part.Program is null)
        {
            _part.Prepare(scratch.Coefficients, Work(0));
            return;
        }
        Blocks(Current, false).Point(FeatureProgram<double>.Coefficients, 0, scratch.Coefficients, null);
        _part.Programs[Current].Prepare(Blocks(Current, false), 1);
    }

    /// <summary>Features of coefficients that are given.</summary>
    /// <param name="coefficients"><c>[lm, column, n padded]</c>.</param>
    /// <param name="features">Receives <c>[feature]</c>.</param>
    public void Forward(double* coefficients, double* features)
    {
        if (_part.Program is null)
        {
            _part.Prepare(coefficients, Work(0));
            _part.Forward(coefficients, Work(0), new Span<double>(features, _part.FeatureCount));
            return;
        }
        FeatureProgram<double> program = _part.Programs[Current];
        BlockMemory<double> blocks = Blocks(Current, false);
        blocks.Point(FeatureProgram<double>.Coefficients, 0, coefficients, null);
        blocks.Point(program.Features, 0, features, null);
        program.Prepare(blocks, 1);
        program.Forward(blocks, 1);
    }

    /// <summary>Adds to one of the changes of the coefficients that <see cref="Follow"/> takes: one column, zero elsewhere.</summary>
    /// <param name="change">Which.</param>
    /// <param name="tangent"><c>[lm, n padded]</c>.</param>
    /// <param name="column">The column.</param>
    /// <param name="factor">What the tangent is multiplied with.</param>
    public void Place(int change, double* tangent, int column, double factor)
    {
        DensityExpansion expansion = _part.Expansion;
        int rows = (expansion.LMax + 1) * (expansion.LMax + 1), width = expansion.Width, stride = expansion.GroupStride;
        _change ??= new double[Directions * rows * width];
        for (int row = 0; row < rows; row++)
            for (int n = 0; n < stride; n++)
                _change[(change * rows + row) * width + column * stride + n] += factor * tangent[row * stride + n];
        _placed.Add((change, column));
    }

    /// <summary>The changes of features that follow from those of the coefficients, all at once; after a forward pass of this environment.
    /// Nothing is placed afterwards.</summary>
    /// <param name="count">How many, at most <see cref="Directions"/>.</param>
    /// <param name="features">Receives <c>[change, feature]</c>, rows <paramref name="stride"/> apart.</param>
    /// <param name="stride">From row to row.</param>
    public void Follow(int count, Span<double> features, int stride)
    {
        for (int k = 0; k < count; k++)
            features.Slice(k * stride, _part.FeatureCount).Clear();
        if (_placed.Count == 0) return;
        FeatureProgram<double> program = _part.Programs[Current];
        int first = _part.FirstFeature(Current), own = program.Shapes[program.Features].Channels;
        int length = _change!.Length / Directions;
        _changed ??= new double[Directions * _part.FeatureCount];
        BlockMemory<double> changes = _changes[Current] ??= program.CreateMemory(Directions, false);
        fixed (double* change = _change, changed = _changed)
        {
            for (int k = 0; k < count; k++)
            {
                changes.Point(FeatureProgram<double>.Coefficients, k, change + k * length, null);
                changes.Point(program.Features, k, changed + k * own, null);
            }
            program.Tangent(Blocks(Current, false), changes, count);
        }
        for (int k = 0; k < count; k++)
            _changed.AsSpan(k * own, own).CopyTo(features[(k * stride + first)..]);
        Clear();
    }

    private void Clear()
    {
        DensityExpansion expansion = _part.Expansion;
        int rows = (expansion.LMax + 1) * (expansion.LMax + 1);
        foreach ((int change, int column) in _placed)
            for (int row = 0; row < rows; row++)
                _change.AsSpan((change * rows + row) * expansion.Width + column * expansion.GroupStride, expansion.GroupStride).Clear();
        _placed.Clear();
    }

    public void Dispose()
    {
        foreach (BlockMemory<double>? blocks in _blocks)
            blocks?.Dispose();
        foreach (BlockMemory<double>? changes in _changes)
            changes?.Dispose();
    }
}
