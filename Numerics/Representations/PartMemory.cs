using System;
using Toolkit.Numerics.Blocks;
using Toolkit.Numerics.Expansion;
using Toolkit.Numerics.Simd;

namespace Toolkit.Numerics.Representations;

/// <summary>What one representation of a set works in on one thread: the blocks of its program, or memory of each environment.</summary>
internal sealed unsafe class PartMemory : IDisposable
{
    private readonly Representation _part;
    private readonly int _capacity, _length;
    private readonly double* _work;
    private readonly BlockMemory<double>?[] _blocks, _changes;
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

    /// <summary>Adds to features their change when one column of the density changes; after a forward pass of this environment.</summary>
    /// <param name="scratch">The environment; its tangent is <c>[lm, n padded]</c>.</param>
    /// <param name="tangent">The change of the column.</param>
    /// <param name="column">The column.</param>
    /// <param name="features">Receives the sum.</param>
    public void AddTangent(EnvironmentScratch scratch, double* tangent, int column, Span<double> features)
    {
        Place(tangent, column, 1);
        AddTangent(features);
        Clear(column);
    }

    /// <summary>Adds to features their change when the components of one slot of a vector field change by a vector times the tangent.</summary>
    /// <param name="scratch">The environment, with its tangent.</param>
    /// <param name="field">The field in the expansion.</param>
    /// <param name="slot">The slot.</param>
    /// <param name="vector">(y, z, x).</param>
    /// <param name="features">Receives the sum.</param>
    public void AddVectorTangent(EnvironmentScratch scratch, int field, int slot, ReadOnlySpan<double> vector, Span<double> features)
    {
        int first = _part.Expansion.Columns(field).Column(slot);
        for (int q = 0; q < 3; q++)
            Place(scratch.Tangent, first + q, vector[q]);
        AddTangent(features);
        for (int q = 0; q < 3; q++)
            Clear(first + q);
    }

    /// <summary>One column of the change of the coefficients, which is zero elsewhere.</summary>
    private void Place(double* tangent, int column, double factor)
    {
        DensityExpansion expansion = _part.Expansion;
        int rows = (expansion.LMax + 1) * (expansion.LMax + 1), width = expansion.Width, stride = expansion.GroupStride;
        _change ??= new double[rows * width];
        for (int row = 0; row < rows; row++)
            for (int n = 0; n < stride; n++)
                _change[row * width + column * stride + n] = factor * tangent[row * stride + n];
    }

    private void Clear(int column)
    {
        DensityExpansion expansion = _part.Expansion;
        for (int row = 0; row < (expansion.LMax + 1) * (expansion.LMax + 1); row++)
            _change.AsSpan(row * expansion.Width + column * expansion.GroupStride, expansion.GroupStride).Clear();
    }

    private void AddTangent(Span<double> features)
    {
        FeatureProgram<double> program = _part.Programs[Current];
        int first = _part.FirstFeature(Current), count = program.Shapes[program.Features].Channels;
        _changed ??= new double[_part.FeatureCount];
        BlockMemory<double> changes = _changes[Current] ??= program.CreateMemory(1, false);
        fixed (double* change = _change, changed = _changed)
        {
            changes.Point(FeatureProgram<double>.Coefficients, 0, change, null);
            changes.Point(program.Features, 0, changed, null);
            program.Tangent(Blocks(Current, false), changes, 1);
        }
        for (int k = 0; k < count; k++)
            features[first + k] += _changed[k];
    }

    public void Dispose()
    {
        foreach (BlockMemory<double>? blocks in _blocks)
            blocks?.Dispose();
        foreach (BlockMemory<double>? changes in _changes)
            changes?.Dispose();
    }
}
