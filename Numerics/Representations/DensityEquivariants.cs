using System;
using System.Collections.Generic;
using System.Linq;
using Toolkit.Numerics.Coupling;
using Toolkit.Numerics.Expansion;
using Toolkit.Numerics.Stages;

namespace Toolkit.Numerics.Representations;

/// <summary>
/// The equivariants of order ν = 1: the coefficients c_{a n λ μ} of the density themselves, one block (λ, σ = +1) for each λ,
/// channels (species, n).
/// </summary>
public sealed class DensityEquivariants : EquivariantRepresentation
{
    /// <summary>The ν = 1 equivariants of a density expansion.</summary>
    /// <param name="expansion">The expansion; its density alone is used.</param>
    /// <param name="lambdaMax">The largest λ; null: the expansion's lmax.</param>
    /// <exception cref="ArgumentOutOfRangeException">λ is negative or above lmax.</exception>
    public DensityEquivariants(DensityExpansion expansion, int? lambdaMax = null)
        : base(expansion, MakeLayout(expansion, lambdaMax ?? expansion.LMax))
    {
        FieldChannels channels = new(expansion);
        int[] places = Enumerable.Range(0, channels.Count).Select(channels.Place).ToArray();
        ProgramDraft draft = new(expansion, []);
        draft.Leaves.AddCoefficients();
        for (int row = 0; row < Layout.Count * Layout.Count; row++)
        {
            draft.AddOutput(new ChannelStage<double>(
                channels.Block, (nint)row * channels.Width, channels.Width, 1, places, draft.Features, (nint)row * channels.Count));
        }

        Program = draft.Build(FeatureCount);
    }

    /// <inheritdoc/>
    public override int Order => 1;

    /// <summary>What is computed: the density's coefficients as they are.</summary>
    public override IReadOnlyList<CouplingTree> CouplingTrees { get; } = [new(new CouplingLeaf(CouplingField.Density, "lambda"))];

    private static EquivariantLayout[] MakeLayout(DensityExpansion expansion, int lambdaMax)
    {
        if (lambdaMax < 0 || lambdaMax > expansion.LMax)
            throw new ArgumentOutOfRangeException(nameof(lambdaMax), lambdaMax, $"expected 0 ≤ λ ≤ {expansion.LMax}, lmax");
        FieldChannels channels = new(expansion);
        FeatureLabels labels = channels.Labels();
        var layout = new EquivariantLayout[lambdaMax + 1];
        for (int l = 0; l < layout.Length; l++)
            layout[l] = new EquivariantLayout(new EquivariantKey(l, 1, 1), labels, l * l * channels.Count);
        return layout;
    }
}
