using System.Collections.Generic;
using System.Linq;
using Toolkit.Numerics.Coupling;
using Toolkit.Numerics.Expansion;
using Toolkit.Numerics.Stages;

namespace Toolkit.Numerics.Representations;

/// <summary>
/// The invariants of order ν = 1: the l = 0 coefficients c_{a n 0 0}, a smeared pair-distance histogram for each
/// neighbour species. Features: (species, n), n fastest.
/// </summary>
public sealed class RadialSpectrum : InvariantRepresentation
{
    /// <summary>The ν = 1 invariants of a density expansion.</summary>
    public RadialSpectrum(DensityExpansion expansion) : base(expansion, new FieldChannels(expansion).Labels())
    {
        FieldChannels channels = new(expansion);
        ProgramDraft draft = new(expansion, []);
        draft.Leaves.AddCoefficients();
        draft.AddOutput(new ChannelStage<double>(
            channels.Block, 0, channels.Width, 1, Enumerable.Range(0, channels.Count).Select(channels.Place).ToArray(), draft.Features));
        Program = draft.Build(FeatureCount);
    }

    /// <inheritdoc/>
    public override int Order => 1;

    /// <summary>What is computed: the density's coefficients of order 0 as they are.</summary>
    public override IReadOnlyList<CouplingTree> CouplingTrees { get; } = [new(new CouplingLeaf(CouplingField.Density, 0))];
}
