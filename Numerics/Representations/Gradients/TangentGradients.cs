using System;
using System.Runtime.InteropServices;
using Toolkit.Numerics.Blocks;
using Toolkit.Numerics.Expansion;

namespace Toolkit.Numerics.Representations.Gradients;

/// <summary>
/// Gradients of any program by forward products, three for each neighbour and each of its vectors: for programs whose features are no
/// products of leaves, and what the leaf rule is compared with.
/// </summary>
internal sealed unsafe class TangentGradients : PairGradients
{
    private const int Lanes = EnvironmentScratch.Lanes;

    private readonly FeatureProgram<double> _program;
    private readonly DensityExpansion _expansion;
    private readonly BlockMemory<double> _values, _changes;
    private readonly int _size, _features, _first;
    private readonly double* _coefficients;
    private EnvironmentScratch _scratch = null!;
    private Surroundings _around = null!;
    private int _block;

    /// <summary>Memory for one thread.</summary>
    /// <param name="program">The program.</param>
    /// <param name="expansion">The expansion.</param>
    /// <param name="values">Its blocks, whose environment 0 is differentiated.</param>
    /// <param name="first">The place of its first feature among those of the representation.</param>
    public TangentGradients(FeatureProgram<double> program, DensityExpansion expansion, BlockMemory<double> values, int first)
    {
        _first = first;
        (_program, _expansion, _values, _features) = (program, expansion, values, program.Shapes[program.Features].Channels);
        _size = (expansion.LMax + 1) * (expansion.LMax + 1) * expansion.Width;
        _changes = program.CreateMemory(3, false);
        _coefficients = (double*)NativeMemory.AlignedAlloc((nuint)(3L * _size * sizeof(double)), 64);
        NativeMemory.Clear(_coefficients, (nuint)(3L * _size * sizeof(double)));
        for (int d = 0; d < 3; d++)
            _changes.Point(FeatureProgram<double>.Coefficients, d, _coefficients + (nint)d * _size, null);
    }

    ~TangentGradients() => NativeMemory.AlignedFree(_coefficients);

    /// <inheritdoc/>
    public override int Chunks => _features == 0 ? 0 : 1;

    /// <inheritdoc/>
    public override (int First, int Count) Chunk(int chunk) => (_first, _features);

    /// <inheritdoc/>
    public override void Begin(Surroundings around, EnvironmentScratch scratch) => (_around, _scratch) = (around, scratch);

    /// <inheritdoc/>
    public override void AddBlock(int block) { }

    /// <inheritdoc/>
    public override void Select(int chunk, int block)
    {
        _scratch.Select(block, true);
        _block = block;
    }

    /// <inheritdoc/>
    public override void Places(int lane, int count, double* target, int stride, double** soon, int next)
    {
        for (int k = 0; k < count; k++)
            Place(lane + k, target + 3 * (nint)k * stride, stride);
    }

    private void Place(int lane, double* target, int stride)
    {
        int group = _scratch.Group[_block], neighbor = _around.Pairs.Neighbors[_scratch.Pair[_block * Lanes + lane]];
        for (int d = 0; d < 3; d++)
        {
            _expansion.Tangent(_scratch, _block, lane, d);
            if (_expansion.Mixing is null)
            {
                Put(d, group, 1);
            }
            else
            {
                ReadOnlySpan<double> shares = _expansion.Shares(group);
                for (int k = 0; k < shares.Length; k++)
                    Put(d, _expansion.FirstMixed + k, shares[k]);
            }
            for (int f = 0; f < _expansion.Fields.Count; f++)
            {
                int slot = _expansion.Columns(f).Slot(group);
                for (int q = 0; q < 3 && slot >= 0; q++)
                    Put(d, _expansion.Columns(f).Column(slot) + q, _around.Vector(f, neighbor)[q]);
            }
        }
        Run(target, stride);
    }

    /// <inheritdoc/>
    public override void Vectors(int field, int lane, double* target, int stride)
    {
        _expansion.ValueTangent(_scratch, lane);
        Vectors(_scratch, field, _expansion.Columns(field).Slot(_scratch.Group[_block]), target, stride);
    }

    /// <summary>The gradients by a vector that changes one slot of a field by <see cref="EnvironmentScratch.Tangent"/>.</summary>
    /// <param name="scratch">The environment.</param>
    /// <param name="field">The field.</param>
    /// <param name="slot">The slot.</param>
    /// <param name="target">Receives <c>[xyz, feature]</c>.</param>
    /// <param name="stride">From row to row.</param>
    public void Vectors(EnvironmentScratch scratch, int field, int slot, double* target, int stride)
    {
        _scratch = scratch;
        // Vectors are (y, z, x).
        for (int d = 0; d < 3; d++)
            Put(d, _expansion.Columns(field).Column(slot) + (d + 2) % 3, 1);
        Run(target, stride);
    }

    public override void Dispose()
    {
        _changes.Dispose();
        NativeMemory.AlignedFree(_coefficients);
        GC.SuppressFinalize(this);
    }

    /// <summary>The tangent times a factor is the change of one column.</summary>
    private void Put(int change, int column, double factor)
    {
        int rows = (_expansion.LMax + 1) * (_expansion.LMax + 1), n = _expansion.GroupStride;
        double* to = _coefficients + (nint)change * _size + column * n, from = _scratch.Tangent;
        for (int row = 0; row < rows; row++, to += _expansion.Width, from += n)
        {
            for (int k = 0; k < n; k++)
                to[k] = factor * from[k];
        }
    }

    private void Run(double* target, int stride)
    {
        for (int d = 0; d < 3; d++)
            _changes.Point(_program.Features, d, target + (nint)d * stride, null);
        _program.Tangent(_values, _changes, 3);
        new Span<double>(_coefficients, 3 * _size).Clear();
    }
}
