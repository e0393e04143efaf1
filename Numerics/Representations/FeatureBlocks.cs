using System;
using System.Collections.Generic;
using System.Linq;
using Toolkit.Numerics.Files;

namespace Toolkit.Numerics.Representations;

/// <summary>The blocks of representations that stand side by side, their features as columns of one row.</summary>
internal static class FeatureBlocks
{
    /// <summary>The first label of features of several representations: which of the list a feature is of, from 0.</summary>
    public const string Part = "representation";

    /// <summary>What stands under a label that the feature's own representation does not have; under sigma, where −1 means
    /// something, <see cref="NoSign"/>.</summary>
    public const int Absent = -1;

    private const int NoSign = 0;

    /// <summary>One block of all invariants, or one of each (λ, σ) that any of the equivariants has, in the order of λ and then
    /// of their first appearance.</summary>
    public static IReadOnlyList<FeatureBlock> Of(IReadOnlyList<Representation> parts)
    {
        List<Piece> pieces = [];
        int first = 0;
        for (int p = 0; p < parts.Count; p++)
        {
            if (parts[p] is EquivariantRepresentation equivariants)
            {
                foreach (EquivariantLayout b in equivariants.Layout)
                    pieces.Add(new Piece(p, b.Key.Lambda, b.Key.Sigma, b.Labels, first + b.First));
            }
            else
            {
                pieces.Add(new Piece(p, 0, 1, ((InvariantRepresentation)parts[p]).Labels, first));
            }

            first += parts[p].FeatureCount;
        }

        return parts.Count == 1
            ? [.. pieces.Select(static p => new FeatureBlock(p.Lambda, p.Sigma, p.Labels.Names, p.Labels.Values.ToArray(), [p.Columns]))]
            : [.. pieces.GroupBy(static p => (p.Lambda, p.Sigma)).OrderBy(static g => g.Key.Lambda).Select(static g => Join([.. g]))];
    }

    private static FeatureBlock Join(Piece[] pieces)
    {
        string[] names = [Part, .. pieces.SelectMany(static p => p.Labels.Names).Distinct()];
        List<int> labels = [];
        foreach (Piece piece in pieces)
        {
            int[] places = Array.ConvertAll(names, name => piece.Labels.Names.ToList().IndexOf(name));
            for (int k = 0; k < piece.Labels.Count; k++)
            {
                labels.Add(piece.Part);
                for (int n = 1; n < names.Length; n++)
                    labels.Add(places[n] >= 0 ? piece.Labels[k][places[n]] : names[n] == "sigma" ? NoSign : Absent);
            }
        }

        return new FeatureBlock(pieces[0].Lambda, pieces[0].Sigma, names, [.. labels], Array.ConvertAll(pieces, static p => p.Columns));
    }

    /// <summary>A block of one representation.</summary>
    private sealed record Piece(int Part, int Lambda, int Sigma, FeatureLabels Labels, int First)
    {
        public FeatureColumns Columns => new(First, Labels.Count);
    }
}
