using System;
using System.Collections.Generic;
using Toolkit.Numerics.Coupling;
using Toolkit.Numerics.Expansion;
using Toolkit.Numerics.Stages;

namespace Toolkit.Numerics.Representations;

/// <summary>
/// The invariants of order ν = 2: p_{q q' l} = Σ_m c_{q l m} c_{q' l m} / √(2l + 1), q = (species, n), each unordered
/// pair q ≤ q' once and off-diagonal ones times √2, so that the dot product of two feature vectors is that of the full
/// set. Features: l slowest, then q, then q' (species_1, n_1, species_2, n_2).
/// </summary>
public sealed class PowerSpectrum : InvariantRepresentation
{
    private readonly SquareStage<double> _squares;

    /// <summary>The power spectrum of a density expansion.</summary>
    public PowerSpectrum(DensityExpansion expansion) : base(expansion, MakeLabels(expansion))
    {
        ProgramDraft draft = new(expansion, []);
        FieldChannels channels = new(expansion);
        int block = channels.Block, width = channels.Width, lead = SquareStage<double>.Lead(channels.Count);
        if (channels.Count == expansion.DensityWidth)
        {
            draft.Leaves.AddCoefficients();
        }
        else
        {
            block = draft.Add(channels, lead);
            width = lead + channels.Count;
        }

        _squares = new SquareStage<double>(block, draft.Features, expansion.LMax, channels.Count, width);
        draft.AddOutput(_squares);
        Program = draft.Build(FeatureCount);
    }

    /// <inheritdoc/>
    public override int Order => 2;

    /// <summary>
    /// What is computed, for every l: p = (−1)^l couple(c, c', 0), off-diagonal ones times √2.
    /// </summary>
    public override IReadOnlyList<CouplingTree> CouplingTrees { get; } =
        [new(new CouplingPair(new CouplingLeaf(CouplingField.Density, "l"), new CouplingLeaf(CouplingField.Density, "l"), 0))];

    internal override bool IsArranged => true;

    internal override int ArrangedLength => _squares.ArrangedLength;

    internal override void Arrange(ReadOnlySpan<double> gradient, Span<double> arranged) => _squares.Arrange(gradient, arranged);

    private static FeatureLabels MakeLabels(DensityExpansion expansion)
    {
        int channels = expansion.ChannelCount, nmax = expansion.NMax;
        int[] values = new int[5 * (expansion.LMax + 1) * (channels * (channels + 1) / 2)];
        int at = 0;
        for (int l = 0; l <= expansion.LMax; l++)
        {
            for (int q = 0; q < channels; q++)
            {
                for (int k = q; k < channels; k++)
                {
                    values[at++] = expansion.Groups[q / nmax];
                    values[at++] = q % nmax;
                    values[at++] = expansion.Groups[k / nmax];
                    values[at++] = k % nmax;
                    values[at++] = l;
                }
            }
        }

        return new FeatureLabels(["species_1", "n_1", "species_2", "n_2", "l"], values);
    }
}
