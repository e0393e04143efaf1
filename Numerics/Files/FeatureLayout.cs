using System.Collections.Generic;
using System.Linq;

namespace Toolkit.Numerics.Files;

/// <summary>What a feature file or table holds, before the numbers: columns with their labels, and how they were made.</summary>
public sealed record FeatureLayout
{
    /// <summary>Numbers in a row of features as it is computed.</summary>
    public required int RowLength { get; init; }

    /// <summary>The parts of a row that are kept, one block of invariants or several of equivariants.</summary>
    public required IReadOnlyList<FeatureBlock> Blocks { get; init; }

    /// <summary>Whether the blocks are equivariants, with their λ and σ in the arrays' names.</summary>
    public required bool IsEquivariant { get; init; }

    /// <summary>The JSON text that says how the features were made.</summary>
    public required string Spec { get; init; }

    /// <summary>Whether gradients stand beside the values.</summary>
    public bool HasGradients { get; init; }

    /// <summary>The vector fields that there are gradients by, beside positions.</summary>
    public IReadOnlyList<string> Fields { get; init; } = [];

    /// <summary>Whether a row is the mean over a structure's atoms, rather than an atom's.</summary>
    public bool IsAveraged { get; init; }

    /// <summary>Whether files hold 32-bit numbers.</summary>
    public bool IsSingle { get; init; }

    /// <summary>The files of the structures; empty: unknown.</summary>
    public IReadOnlyList<string> Sources { get; init; } = [];

    /// <summary>What a fit behind the features keeps and drops, a line for each step.</summary>
    public IReadOnlyList<string> Fit { get; init; } = [];

    /// <summary>More arrays that an .npz carries beside the features.</summary>
    public IReadOnlyList<(string Name, NpyArray Array)> Attachments { get; init; } = [];

    /// <summary>The number of features, all blocks and components together.</summary>
    public int FeatureCount => Blocks.Sum(static b => b.Length);

    /// <summary>Integers that say which atom, or structure, a row is of.</summary>
    public int SampleLength => IsAveraged ? 1 : 3;
}
