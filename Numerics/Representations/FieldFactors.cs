using System;
using System.Collections.Generic;
using System.Linq;
using Toolkit.Numerics.Coupling;
using Toolkit.Numerics.Expansion;
using Toolkit.Numerics.Representations.Trees;
using Toolkit.Numerics.Stages;

namespace Toolkit.Numerics.Representations;

/// <summary>The coefficients of the density, or of one vector field, with the same l and J, for all channels (species, n).</summary>
/// <param name="Field">0: the density; f + 1: vector field f.</param>
/// <param name="L">l.</param>
/// <param name="J">J, or <see cref="FieldFactors.Uncoupled"/>.</param>
/// <param name="Leaf">Where they are.</param>
/// <param name="IsOddInTime">Whether they change their sign when time is reversed.</param>
internal sealed record FieldFactor(int Field, int L, int J, TreeLeaf Leaf, bool IsOddInTime)
{
    /// <summary>The number of channels.</summary>
    public int Count => Leaf.Channels.Count;

    /// <summary>The number of rows: 2J + 1, or 3(2l + 1) uncoupled.</summary>
    public int Rows => J == FieldFactors.Uncoupled ? 3 * (2 * L + 1) : 2 * J + 1;

    /// <summary>(species, n) of a channel.</summary>
    public ReadOnlySpan<int> Labels(int channel) => Leaf.Channels[channel];
}

/// <summary>The factors that products of the density and of vector fields are made of, in a program that is begun with them.</summary>
internal sealed class FieldFactors
{
    /// <summary>Stands for J where the rows are (q, m) of one l.</summary>
    public const int Uncoupled = -1;

    private readonly DensityExpansion _expansion;

    /// <summary>The factors of an expansion.</summary>
    /// <param name="expansion">The expansion.</param>
    /// <param name="coupling">Which sets of features are wanted.</param>
    /// <param name="table">Coefficients in the real basis.</param>
    /// <exception cref="ArgumentException">No vector field; or J = lmax + 1 is not in the table.</exception>
    public FieldFactors(DensityExpansion expansion, FieldCoupling coupling, CouplingTable table)
    {
        ArgumentNullException.ThrowIfNull(expansion);
        if (expansion.Fields.Count == 0) throw new ArgumentException("expected an expansion with a vector field", nameof(expansion));
        if (coupling != FieldCoupling.Summed)
            table.Require(expansion.LMax + 1, $"J goes to lmax + 1 = {expansion.LMax + 1}", nameof(table));
        (_expansion, Draft) = (expansion, new ProgramDraft(expansion, []));
        TreeLeaves leaves = new(expansion, [], table, Draft);
        Density = leaves.Of(CouplingField.Density, false).Select(static c => new FieldFactor(0, c.L, c.L, c, false)).ToArray();
        Joined = coupling == FieldCoupling.Summed ? [] : Vectors(leaves, false);
        Dotted = coupling == FieldCoupling.Resolved ? [] : Vectors(leaves, true);
    }

    /// <summary>The program so far.</summary>
    public ProgramDraft Draft { get; }

    /// <summary>Those of the density, by l.</summary>
    public IReadOnlyList<FieldFactor> Density { get; }

    /// <summary>Those of the vector fields with l joined to J, by field, l and J.</summary>
    public IReadOnlyList<FieldFactor> Joined { get; }

    /// <summary>Those of the vector fields that are multiplied as v·v', by field and l.</summary>
    public IReadOnlyList<FieldFactor> Dotted { get; }

    /// <summary>A factor of a <see cref="GramStage{T}"/>.</summary>
    public GramFactor Gram(FieldFactor factor)
    {
        int stride = Draft.Shapes[factor.Leaf.Block].Stride;
        return new GramFactor(factor.Leaf.Block, factor.Leaf.Row * stride, stride);
    }

    /// <summary>A factor as the leaf of a coupling tree.</summary>
    public CouplingLeaf Tree(FieldFactor factor, string l, string j)
    {
        if (factor.Field == 0) return new CouplingLeaf(CouplingField.Density, j);
        CouplingField field = _expansion.Fields[factor.Field - 1].CouplingField;
        return factor.J == Uncoupled ? new CouplingLeaf(field, l) : new CouplingLeaf(field, l, (CouplingOrder)j);
    }

    /// <summary>Whether a product of factors keeps its sign under time reversal and is wanted for its sign under the inversion.</summary>
    public static bool IsKept(Parities parities, params ReadOnlySpan<FieldFactor> factors)
    {
        bool time = false, inversion = false;
        foreach (FieldFactor factor in factors)
        {
            time ^= factor.IsOddInTime;
            inversion ^= factor.Leaf.IsOdd;
        }

        return !time && parities.Include(inversion ? 1 : 0);
    }

    private List<FieldFactor> Vectors(TreeLeaves leaves, bool isDotted)
    {
        List<FieldFactor> all = [];
        for (int f = 0; f < _expansion.Fields.Count; f++)
        {
            IReadOnlyList<TreeLeaf> made = leaves.Of(_expansion.Fields[f].CouplingField, isDotted);
            for (int l = 0; l <= _expansion.LMax; l++)
            {
                foreach (TreeLeaf c in made)
                    if (c.L == l) all.Add(new FieldFactor(f + 1, l, isDotted ? Uncoupled : c.J, c, _expansion.Fields[f].TimeOdd));
            }
        }

        return all;
    }
}
