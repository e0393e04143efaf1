using System;
using System.Collections.Generic;
using Toolkit.Numerics.Expansion;
using Toolkit.Numerics.Stages;

namespace Toolkit.Numerics.Representations;

/// <summary>The blocks of a program that hold coefficients of an expansion as they are, and the numbers that a neighbour adds to
/// them.</summary>
/// <param name="expansion">The expansion.</param>
internal sealed class ProgramLeaves(DensityExpansion expansion)
{
    private readonly List<Leaf> _all = [];
    private int _harmonics = -1;

    /// <summary>The leaves.</summary>
    public IReadOnlyList<Leaf> All => _all;

    /// <summary>The numbers that a neighbour adds.</summary>
    public LeafAngles Angles { get; } = new();

    /// <summary>The coefficients as they lie in the expansion are one, as far as they are the density's.</summary>
    public void AddCoefficients()
    {
        int[] lanes = new int[expansion.Width];
        for (int q = 0; q < lanes.Length; q++)
            lanes[q] = q < expansion.DensityWidth && q % expansion.GroupStride < expansion.NMax ? q : -1;
        AddDensity(FeatureProgram<double>.Coefficients, lanes, expansion.Width);
    }

    /// <summary>A block has coefficients of the density, of every l.</summary>
    /// <param name="block">The block.</param>
    /// <param name="lanes">The place of each of its channels in a row of coefficients; −1: none.</param>
    /// <param name="stride">From row to row.</param>
    public void AddDensity(int block, int[] lanes, int stride)
    {
        int[] orders = new int[expansion.LMax + 1];
        for (int l = 0; l < orders.Length; l++)
            orders[l] = l;
        AddDensity(block, lanes, orders, stride);
    }

    /// <summary>A block has coefficients of the density.</summary>
    /// <param name="block">The block.</param>
    /// <param name="lanes">The place of each of its channels in a row of coefficients; −1: none.</param>
    /// <param name="orders">The l that it has, increasing, the 2l + 1 rows of one behind those of the other.</param>
    /// <param name="stride">From row to row.</param>
    public void AddDensity(int block, int[] lanes, IReadOnlyList<int> orders, int stride)
    {
        if (_harmonics < 0)
        {
            _harmonics = Angles.Count;
            for (int lm = 0; lm < (expansion.LMax + 1) * (expansion.LMax + 1); lm++)
                Angles.Add(0, [new AngleTerm(0, lm, 1)]);
        }

        var rows = new List<LeafRows>();
        nint first = 0;
        foreach (int l in orders)
        {
            rows.Add(new LeafRows(first, l, _harmonics + l * l, 2 * l + 1));
            first += (nint)(2 * l + 1) * stride;
        }

        Add(block, 0, lanes, rows);
    }

    /// <summary>A block has coefficients of a vector field, joined or not.</summary>
    /// <param name="block">The block.</param>
    /// <param name="field">The field in the expansion.</param>
    /// <param name="lanes">The place of each of its channels among the slots, n padded.</param>
    /// <param name="rows">Its rows, their first numbers counted from the first of <paramref name="angles"/>.</param>
    /// <param name="angles">What a neighbour adds to each row.</param>
    public void AddVectors(int block, int field, int[] lanes, List<LeafRows> rows, IReadOnlyList<AngleTerm[]> angles)
    {
        int first = Angles.Count;
        foreach (AngleTerm[] terms in angles)
            Angles.Add(field + 1, terms);
        Add(block, field + 1, lanes, rows.ConvertAll(r => r with { FirstAngle = first + r.FirstAngle }));
    }

    private void Add(int block, int field, int[] lanes, List<LeafRows> rows) => _all.Add(new Leaf(
        block, field, Array.ConvertAll(lanes, q => q < 0 ? -1 : q / expansion.GroupStride),
        Array.ConvertAll(lanes, q => q < 0 ? 0 : q % expansion.GroupStride), rows.ToArray()));
}
