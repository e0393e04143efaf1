using System;
using System.Collections.Generic;
using Toolkit.Numerics.Blocks;
using Toolkit.Numerics.Expansion;
using Toolkit.Numerics.Fields.Potential;
using Toolkit.Numerics.Stages;

namespace Toolkit.Numerics.Representations;

/// <summary>
/// A program while it is made: its blocks, first those of the fields' coefficients, and its stages so far.
/// </summary>
internal sealed class ProgramDraft
{
    private readonly List<BlockShape> _shapes = [];
    private readonly List<Stage<double>> _stages = [];
    private readonly List<Stage<double>> _outputs = [];

    /// <summary>Begins with the coefficients of an expansion and of potentials.</summary>
    public ProgramDraft(DensityExpansion expansion, IReadOnlyList<NamedPotential> potentials)
    {
        Leaves = new ProgramLeaves(expansion);
        _shapes.Add(new BlockShape((expansion.LMax + 1) * (expansion.LMax + 1), expansion.Width, true));
        foreach (NamedPotential p in potentials)
            _shapes.Add(new BlockShape((p.Field.LMax + 1) * (p.Field.LMax + 1), p.Field.ChannelCount, true));
    }

    /// <summary>The blocks that hold coefficients as they are.</summary>
    public ProgramLeaves Leaves { get; }

    /// <summary>The blocks so far.</summary>
    public IReadOnlyList<BlockShape> Shapes => _shapes;

    /// <summary>The number that the block of features will have, once no other block is added.</summary>
    public int Features => _shapes.Count;

    /// <summary>Adds a block of its own memory.</summary>
    /// <returns>Its number.</returns>
    public int Add(int rows, int channels)
    {
        _shapes.Add(new BlockShape(rows, channels));
        return _shapes.Count - 1;
    }

    /// <summary>Adds a block of a field's channels side by side, <c>[lm, channel]</c>, and has it filled.</summary>
    /// <param name="channels">The channels.</param>
    /// <param name="lead">Numbers before the first of them in every row.</param>
    /// <returns>Its number.</returns>
    public int Add(FieldChannels channels, int lead = 0)
    {
        int block = Add(channels.Rows, lead + channels.Count), stride = _shapes[block].Stride;
        int[] places = new int[channels.Count];
        for (int q = 0; q < places.Length; q++)
            places[q] = channels.Place(q);
        Add(new ChannelStage<double>(channels.Block, 0, channels.Width, channels.Rows, places, block, lead));
        if (channels.Block == FeatureProgram<double>.Coefficients)
        {
            int[] lanes = new int[lead + places.Length];
            Array.Fill(lanes, -1, 0, lead);
            places.CopyTo(lanes, lead);
            Leaves.AddDensity(block, lanes, stride);
        }

        return block;
    }

    /// <summary>Adds a block whose environments lie side by side.</summary>
    /// <returns>Its number.</returns>
    public int AddLaned(int rows, int channels)
    {
        _shapes.Add(new BlockShape(rows, channels) { IsLaned = true });
        return _shapes.Count - 1;
    }

    /// <summary>Has a block use the memory of another one, which becomes as large where it is not; both are one row of channels.</summary>
    public void Lend(int from, int to)
    {
        _shapes[from] = _shapes[from] with { Channels = Math.Max(_shapes[from].Channels, _shapes[to].Channels) };
        _shapes[to] = _shapes[to] with { Tenant = from + 1 };
    }

    /// <summary>Adds a stage that others may read from.</summary>
    public void Add(Stage<double> stage) => _stages.Add(stage);

    /// <summary>Adds a stage that makes features.</summary>
    public void AddOutput(Stage<double> stage) => _outputs.Add(stage);

    /// <summary>The program so far, with more stages behind it and without features.</summary>
    public FeatureProgram<double> Build(IEnumerable<Stage<double>> more) =>
        new([.. _shapes, new BlockShape(1, 0, true)], [.. _stages, .. more], []);

    /// <summary>The program.</summary>
    /// <param name="features">The number of features.</param>
    public FeatureProgram<double> Build(int features) =>
        new([.. _shapes, new BlockShape(1, features, true)], [.. _stages], [.. _outputs], Leaves);
}
