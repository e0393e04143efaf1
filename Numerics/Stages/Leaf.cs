using System;
using System.Collections.Generic;

namespace Toolkit.Numerics.Stages;

/// <summary>
/// A block that holds the coefficients of one field as they are: all that the neighbours of an atom change, and where the derivatives of
/// a program begin.
/// </summary>
/// <remarks>A neighbour at r r̂ of a slot adds g_n(r) W_k to channel n of that slot: W_k is a harmonic Y_lm(r̂), or one joined with the
/// neighbour's vector. Its change by the neighbour's place along d is r̂_d g'_n W_k + g_n ∂_d W_k, by its vector g_n ∂W_k/∂v_d.</remarks>
internal sealed class Leaf
{
    /// <summary>A leaf.</summary>
    /// <param name="block">The block.</param>
    /// <param name="field">0: the density; f + 1: vector field f of the expansion.</param>
    /// <param name="slots">The slot of each channel (a group of the density, a slot of a vector field); −1: no channel.</param>
    /// <param name="radials">n of each channel.</param>
    /// <param name="rows">Its rows.</param>
    public Leaf(int block, int field, int[] slots, int[] radials, IReadOnlyList<LeafRows> rows)
    {
        (Block, Field, Slots, Radials, Rows) = (block, field, slots, radials, rows);
        (Own, Other) = (new int[slots.Length], new int[slots.Length]);
        for (int q = 0; q < Own.Length; q++)
            Own[q] = q;
    }

    /// <summary>The block.</summary>
    public int Block { get; }

    /// <summary>0: the density; f + 1: vector field f.</summary>
    public int Field { get; }

    /// <summary>The slot of each channel.</summary>
    public int[] Slots { get; }

    /// <summary>n of each channel.</summary>
    public int[] Radials { get; }

    /// <summary>Its rows.</summary>
    public IReadOnlyList<LeafRows> Rows { get; }

    /// <summary>Of each channel as a product of one factor: the channel itself.</summary>
    public int[] Own { get; }

    /// <summary>The channel of the other factors: there are none.</summary>
    public int[] Other { get; }
}

/// <summary>Rows of a leaf that a program reads as one factor.</summary>
/// <param name="First">Where the first of them begins in an environment.</param>
/// <param name="L">The order of the radial functions.</param>
/// <param name="FirstAngle">The first of the numbers W_k among those of <see cref="LeafAngles"/>.</param>
/// <param name="Count">How many W_k there are.</param>
/// <param name="FirstK">The k of the first row; the next row has the next.</param>
internal sealed record LeafRows(nint First, int L, int FirstAngle, int Count, int FirstK = 0);

/// <summary>The numbers W_k of all leaves of a program: Σ value · v_q Y_lm, or the harmonics themselves.</summary>
internal sealed class LeafAngles
{
    private readonly List<AngleTerm[]> _rows = [];
    private readonly List<int> _fields = [];

    /// <summary>How many W_k there are.</summary>
    public int Count => _rows.Count;

    /// <summary>The field of one of them.</summary>
    public int Field(int row) => _fields[row];

    /// <summary>The terms of one of them; of the density one, whose q means nothing.</summary>
    public ReadOnlySpan<AngleTerm> Terms(int row) => _rows[row];

    /// <summary>Adds one.</summary>
    /// <param name="field">0: the density; f + 1: vector field f.</param>
    /// <param name="terms">Its terms.</param>
    /// <returns>Its number.</returns>
    public int Add(int field, AngleTerm[] terms)
    {
        _rows.Add(terms);
        _fields.Add(field);
        return Count - 1;
    }
}

/// <summary>One term of a number W_k.</summary>
/// <param name="Q">The component (y, z, x) of the vector.</param>
/// <param name="Lm">l² + l + m of the harmonic.</param>
/// <param name="Value">The coefficient.</param>
internal readonly record struct AngleTerm(int Q, int Lm, double Value);
