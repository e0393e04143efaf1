using System;
using System.Collections.Generic;
using System.Linq;
using Toolkit.Numerics.Learning;

namespace Toolkit.Numerics.Models.Fit;

/// <summary>The equations of consecutive structures, in folds.</summary>
/// <param name="First">The first structure.</param>
/// <param name="End">The one after the last.</param>
/// <param name="Folds">The equations.</param>
internal sealed record EquationNode(int First, int End, NormalEquations[] Folds);

/// <summary>
/// Adds equations up in an order that does not depend on who gathered them: a fit that several processes share is that of one, to the bit.
/// </summary>
/// <remarks>
/// The structures are cut into <see cref="Blocks"/> blocks, whoever works on them; equations of a block grow structure by structure, those
/// of two neighbouring blocks are added, then those of two neighbouring pairs, and so on. At any time there are as many parts as the number
/// of blocks has binary digits, at most. Processes that have whole blocks give what one process alone has at that place; more processes
/// than blocks cut blocks, whose parts are added one after the other: that is the same but for rounding.
/// </remarks>
/// <param name="total">The number of structures.</param>
/// <param name="columns">Unknowns of each of the folds.</param>
/// <param name="threads">How many threads may work; the result is the same for any number.</param>
internal sealed class EquationTree(int total, IReadOnlyList<int> columns, int threads)
{
    /// <summary>How many blocks there are.</summary>
    public const int Blocks = 8;

    private readonly List<EquationNode> _nodes = [];

    /// <summary>Equations of consecutive structures, to be added to one another yet.</summary>
    public IReadOnlyList<EquationNode> Nodes => _nodes;

    /// <summary>The first structure of a part of the work, from 1 on, and the one after its last.</summary>
    public static (int First, int End) Part(int total, int part, int parts)
    {
        return (Start(part - 1), Start(part));

        // Whole blocks where there are as many as parts.
        int Start(int k) => parts <= Blocks ? Border(total, Blocks * k / parts) : (int)((long)total * k / parts);
    }

    /// <summary>Empty equations.</summary>
    public NormalEquations[] Empty() => columns.Select(static c => new NormalEquations(c)).ToArray();

    /// <summary>The end of the block that a structure is in.</summary>
    public int EndOf(int structure) => Enumerable.Range(1, Blocks).Select(k => Border(total, k)).First(end => end > structure);

    /// <summary>Takes what follows all that is there.</summary>
    public void Add(EquationNode node)
    {
        foreach (NormalEquations fold in node.Folds)
            fold.Settle(threads);
        _nodes.Add(node);
        while (_nodes.Count > 1 && Belong(_nodes[^2], _nodes[^1]))
        {
            (EquationNode left, EquationNode right) = (_nodes[^2], _nodes[^1]);
            for (int k = 0; k < left.Folds.Length; k++)
            {
                left.Folds[k].Add(right.Folds[k], threads);
                left.Folds[k].Settle(threads);
                // Not held longer than it is needed: equations may be large.
                right.Folds[k] = null!;
            }

            _nodes.RemoveRange(_nodes.Count - 2, 2);
            _nodes.Add(left with { End = right.End });
        }
    }

    /// <summary>The equations of all structures.</summary>
    /// <exception cref="InvalidOperationException">Some are missing.</exception>
    public NormalEquations[] Whole() => total == 0 ? Empty()
        : _nodes is [{ First: 0 } all] && all.End == total ? all.Folds
        : throw new InvalidOperationException(
            $"equations of {string.Join(", ", _nodes.Select(static n => $"{n.First} … {n.End}"))} of {total} structures");

    /// <summary>Gathers the equations of consecutive structures.</summary>
    /// <typeparam name="T">What is known of a structure.</typeparam>
    /// <param name="first">The first structure.</param>
    /// <param name="end">The one after the last.</param>
    /// <param name="every">How often the state is kept, in structures from the beginning of a block on.</param>
    /// <param name="checkpoint">Where it is kept; null: nowhere.</param>
    /// <param name="resumed">Told where there was such a state; or null.</param>
    /// <param name="from">The structures from one on, until <paramref name="end"/>.</param>
    /// <param name="add">Adds a structure of a number to equations.</param>
    public void Gather<T>(
        int first, int end, int every, FitCheckpoint? checkpoint, Action<string>? resumed, Func<int, IEnumerable<T>> from,
        Action<T, int, NormalEquations[]> add)
    {
        EquationNode? open = null;
        IReadOnlyList<EquationNode>? before = checkpoint?.Read(columns);
        if (before is not null) resumed?.Invoke(checkpoint!.Path);
        foreach (EquationNode node in before ?? [])
        {
            // A part of a block is gone on with; parts that are finished are added up as they were.
            if (node.End < end && node.End < EndOf(node.First) && node.First < node.End) open = node;
            else _nodes.Add(node);
        }

        int number = open?.End ?? (_nodes.Count > 0 ? _nodes[^1].End : first);
        foreach (T structure in from(number))
        {
            open ??= new EquationNode(number, number, Empty());
            add(structure, number++, open.Folds);
            open = open with { End = number };
            int border = Math.Min(end, EndOf(open.First)),
                start = Enumerable.Range(0, Blocks).Select(k => Border(total, k)).Last(b => b <= open.First);
            if (number == border)
            {
                Add(open);
                open = null;
            }
            else if ((number - start) % every != 0)
            {
                continue;
            }

            // Where a fit goes on, rows are reflected; so they are where it was not stopped.
            foreach (NormalEquations fold in open?.Folds ?? [])
                fold.Settle(threads);
            if (number < end) checkpoint?.Write([.. _nodes, .. open is null ? [] : (EquationNode[])[open]]);
        }
    }

    private static int Border(int total, int block) => (int)((long)total * block / Blocks);

    /// <summary>Whether two are parts of one block, or the two halves of a number of blocks that is a power of two.</summary>
    private bool Belong(EquationNode left, EquationNode right)
    {
        for (int width = 1; width <= Blocks; width *= 2)
        {
            for (int block = 0; block < Blocks; block += width)
            {
                int first = Border(total, block), middle = Border(total, block + width / 2), end = Border(total, block + width);
                bool isHere = width == 1 ? left.First >= first && right.End <= end
                    : left.First == first && left.End == middle && right.End == end;
                if (isHere) return true;
            }
        }

        return false;
    }
}
