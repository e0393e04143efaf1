using System.Collections.Generic;
using System.Linq;
using System.Runtime.Intrinsics;
using Toolkit.Numerics.Blocks;

namespace Toolkit.Numerics.Stages;

/// <summary>Where the slopes of a product by one of its leaves are: S[M, k, other], M its component.</summary>
/// <param name="Block">A block of values; <see cref="Made"/>: memory of their own; <see cref="Unit"/>: 1 where M is k, not stored.</param>
/// <param name="First">Where they begin.</param>
/// <param name="StepM">From M to M.</param>
/// <param name="StepK">From k to k.</param>
/// <param name="Others">How many others, with padding.</param>
internal readonly record struct SlopeSource(int Block, nint First, nint StepM, nint StepK, int Others)
{
    public const int Made = -1, Unit = -2;
}

/// <summary>How products of one block depend on one of their leaves.</summary>
/// <param name="Leaf">The leaf.</param>
/// <param name="Rows">Its rows.</param>
/// <param name="Source">The slopes.</param>
/// <param name="Own">The leaf's channel in each product.</param>
/// <param name="Other">The place of the other factors' channels among the others, in each product.</param>
/// <param name="Weights">What multiplies each product; null: 1.</param>
internal sealed record SlopeTerm(Leaf Leaf, LeafRows Rows, SlopeSource Source, int[] Own, int[] Other, double[]? Weights)
{
    /// <summary>What products with equal channels have in common.</summary>
    public SlopeChannels Channels => new(Leaf, Own, Other, Weights);
}

/// <summary>The channels of a <see cref="SlopeTerm"/>.</summary>
internal sealed record SlopeChannels(Leaf Leaf, int[] Own, int[] Other, double[]? Weights);

/// <summary>Features as products of leaves.</summary>
/// <param name="First">The place of the first one's component M = −λ.</param>
/// <param name="Step">From component to component.</param>
/// <param name="Components">2λ + 1.</param>
/// <param name="Channels">How many stand side by side.</param>
/// <param name="Scale">What multiplies all.</param>
/// <param name="Terms">How they depend on each leaf.</param>
internal sealed record SlopeOutput(int First, int Step, int Components, int Channels, double Scale, IReadOnlyList<SlopeTerm> Terms);

/// <summary>
/// The derivatives of a program by its leaves, for any tree: a product of ν leaves changes by each leaf in turn, and the slope by one
/// leaf is a product of the ν − 1 others whatever the neighbour is. Stages say how the slopes of what they make follow from those of
/// what they read; they are evaluated once for an environment and used for all its neighbours.
/// </summary>
internal sealed class SlopePlan
{
    private readonly IReadOnlyList<BlockShape> _shapes;
    // By block, then by the place of the first component.
    private readonly Dictionary<long, Node>[] _nodes;
    private readonly HashSet<int> _leaves = [], _hidden = [];
    private bool _isComplete = true;

    private SlopePlan(IReadOnlyList<Leaf> leaves, IReadOnlyList<BlockShape> shapes)
    {
        _shapes = shapes;
        _nodes = new Dictionary<long, Node>[shapes.Count];
        for (int block = 0; block < _nodes.Length; block++)
            _nodes[block] = [];
        foreach (Leaf leaf in leaves)
        {
            _leaves.Add(leaf.Block);
            foreach (LeafRows rows in leaf.Rows)
            {
                SlopeTerm term = new(leaf, rows, new SlopeSource(SlopeSource.Unit, 0, 0, 0, 1), leaf.Own, leaf.Other, null);
                _nodes[leaf.Block].TryAdd(rows.First, new Node(shapes[leaf.Block].Stride, rows.Count - rows.FirstK, [term]));
            }
        }
    }

    /// <summary>Products of one block whose components stand at equal distances.</summary>
    private sealed record Node(nint Step, int Components, List<SlopeTerm> Terms);

    /// <summary>What makes the slopes, in this order.</summary>
    public List<SlopeProduct> Products { get; } = [];

    /// <summary>The features.</summary>
    public List<SlopeOutput> Outputs { get; } = [];

    /// <summary>Doubles of memory of the slopes that are made.</summary>
    public nint Length { get; private set; }

    /// <summary>The plan of a program, or null where a stage mixes products, so that they are no products any more.</summary>
    /// <param name="leaves">Its leaves.</param>
    /// <param name="stages">Its stages, those of features last.</param>
    /// <param name="shapes">Its blocks, the last of them the features.</param>
    public static SlopePlan? Create(IReadOnlyList<Leaf> leaves, IEnumerable<Stage<double>> stages, IReadOnlyList<BlockShape> shapes)
    {
        SlopePlan plan = new(leaves, shapes);
        return leaves.Count > 0 && stages.All(s => s.AddSlopes(plan)) && plan._isComplete ? plan : null;
    }

    /// <summary>How a block lies.</summary>
    public BlockShape Shape(int block) => _shapes[block];

    /// <summary>Whether a block is a leaf, so that how it is made is no concern.</summary>
    public bool IsLeaf(int block) => _leaves.Contains(block);

    /// <summary>A block is only on the way to a leaf: it is not said how it depends on anything.</summary>
    public void Hide(int block) => _hidden.Add(block);

    /// <summary>How the rows that begin at a place depend on their leaves; empty where they are zero.</summary>
    public IReadOnlyList<SlopeTerm> Terms(int block, nint first)
    {
        _isComplete &= !_hidden.Contains(block);
        return _nodes[block].TryGetValue(first, out Node? node) ? node.Terms : [];
    }

    /// <summary>How one row depends on leaves, wherever it stands among the components of a product.</summary>
    public IEnumerable<SlopeTerm> Row(int block, nint row)
    {
        _isComplete &= !_hidden.Contains(block);
        foreach ((long first, Node node) in _nodes[block])
        {
            nint m = (nint)(row - first) / node.Step;
            if (row < first || (row - first) % node.Step != 0 || m >= node.Components) continue;
            return node.Terms.Select(t => t.Source.Block == SlopeSource.Unit
                ? t with { Rows = t.Rows with { FirstK = t.Rows.FirstK + (int)m } }
                : t with { Source = t.Source with { First = t.Source.First + m * t.Source.StepM } });
        }

        return [];
    }

    /// <summary>Takes memory of slopes.</summary>
    public SlopeSource Reserve(int components, int count, int others)
    {
        SlopeSource source = new(SlopeSource.Made, Length, (nint)count * others, others, others);
        Length = checked(Length + (nint)components * count * others);
        return source;
    }

    /// <summary>Says how products depend on their leaves.</summary>
    /// <param name="block">Their block.</param>
    /// <param name="first">Where the first one's component M = −λ stands.</param>
    /// <param name="step">From component to component.</param>
    /// <param name="components">2λ + 1.</param>
    /// <param name="channels">How many stand side by side.</param>
    /// <param name="terms">By each leaf.</param>
    /// <param name="scale">What multiplies features.</param>
    public void Add(int block, nint first, nint step, int components, int channels, List<SlopeTerm> terms, double scale = 1)
    {
        if (block == _shapes.Count - 1) Outputs.Add(new SlopeOutput((int)first, (int)step, components, channels, scale, terms));
        else _nodes[block].Add(first, new Node(step, components, terms));
    }
}

/// <summary>One step of making slopes.</summary>
internal abstract unsafe class SlopeProduct
{
    /// <summary>Adds to slopes, once for an environment.</summary>
    /// <param name="values">The blocks of the program, at environment 0.</param>
    /// <param name="slopes">The memory of slopes.</param>
    public abstract void Run(BlockMemory<double> values, double* slopes);

    /// <summary>Where slopes are.</summary>
    protected static double* At(in SlopeSource source, BlockMemory<double> values, double* slopes) =>
        (source.Block == SlopeSource.Made ? slopes : values.Values(source.Block)[0]) + source.First;

    /// <summary>y += factor x, whole vectors.</summary>
    protected static void Add(double factor, double* x, double* y, int count)
    {
        Vector512<double> f = Vector512.Create(factor);
        for (int k = 0; k < count; k += 8)
            Vector512.Store(Vector512.MultiplyAddEstimate(f, Vector512.Load(x + k), Vector512.Load(y + k)), y + k);
    }
}

/// <summary>The slopes of Σ C A_m1 B_m2 by a leaf of one factor: Σ C S_m1 B_m2, the other's channels behind those of the first.</summary>
internal sealed unsafe class CoupledSlopes : SlopeProduct
{
    private readonly (int Changed, int Other, int M, double Value)[] _terms;
    private readonly SlopeSource _from, _to;
    private readonly int _count, _firstK, _otherBlock, _width;
    private readonly nint[] _otherRows;
    private readonly bool _isLeft;

    /// <summary>The slopes.</summary>
    /// <param name="terms">m of the factor that changes, m of the other one, M, and the coefficient.</param>
    /// <param name="isLeft">Whether the left factor changes: the channels of its others come before those of the right factor, too.</param>
    /// <param name="term">The slopes of the factor that changes.</param>
    /// <param name="otherBlock">The other factor.</param>
    /// <param name="otherRows">Where its rows begin.</param>
    /// <param name="width">Its channels, with padding.</param>
    /// <param name="to">What is added to.</param>
    public CoupledSlopes((int Changed, int Other, int M, double Value)[] terms, bool isLeft, SlopeTerm term, int otherBlock,
        nint[] otherRows, int width, SlopeSource to)
    {
        (_terms, _isLeft, _from, _count, _firstK) = (terms, isLeft, term.Source, term.Rows.Count, term.Rows.FirstK);
        (_otherBlock, _otherRows, _width, _to) = (otherBlock, otherRows, width, to);
    }

    /// <inheritdoc/>
    public override void Run(BlockMemory<double> values, double* slopes)
    {
        double* to = slopes + _to.First, other = values.Values(_otherBlock)[0];
        if (_from.Block == SlopeSource.Unit)
        {
            foreach ((int changed, int row, int m, double value) in _terms)
                Add(value, other + _otherRows[row], to + m * _to.StepM + (_firstK + changed) * _to.StepK, _width);
            return;
        }

        double* from = At(_from, values, slopes);
        foreach ((int changed, int row, int m, double value) in _terms)
        {
            double* y = other + _otherRows[row];
            for (int k = 0; k < _count; k++)
            {
                double* x = from + changed * _from.StepM + k * _from.StepK, z = to + m * _to.StepM + k * _to.StepK;
                if (_isLeft)
                {
                    for (int o = 0; o < _from.Others; o++)
                        Add(value * x[o], y, z + (nint)o * _width, _width);
                }
                else
                {
                    for (int o = 0; o < _width; o++)
                        Add(value * y[o], x, z + (nint)o * _from.Others, _from.Others);
                }
            }
        }
    }
}

/// <summary>The slopes of Σ_M A_M B_M by a leaf of one factor: for each k a matrix product over M.</summary>
internal sealed unsafe class ContractedSlopes : SlopeProduct
{
    private readonly SlopeSource _left, _right, _to;
    private readonly int _count, _components;

    /// <summary>The slopes.</summary>
    /// <param name="components">The number of M.</param>
    /// <param name="count">The number of k.</param>
    /// <param name="left">A or its slopes, what does not change with a step 0 from k to k.</param>
    /// <param name="right">B or its slopes.</param>
    /// <param name="to">What is set: <c>[k, other of A, other of B]</c>.</param>
    public ContractedSlopes(int components, int count, SlopeSource left, SlopeSource right, SlopeSource to) =>
        (_components, _count, _left, _right, _to) = (components, count, left, right, to);

    /// <inheritdoc/>
    public override void Run(BlockMemory<double> values, double* slopes)
    {
        double* x = At(_left, values, slopes), y = At(_right, values, slopes), z = slopes + _to.First;
        for (int k = 0; k < _count; k++)
        {
            ChannelTile<double>.Multiply(
                _left.Others, _components, _right.Others, x + k * _left.StepK, 1, _left.StepM, y + k * _right.StepK, _right.StepM,
                    z + k * _to.StepK,
                _right.Others, false);
        }
    }
}
