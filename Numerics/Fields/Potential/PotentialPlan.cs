using System;
using System.Collections.Generic;
using System.Globalization;
using Toolkit.Numerics.Fourier;

namespace Toolkit.Numerics.Fields.Potential;

/// <summary>How the sums of one structure are done, what that should cost, and what it should leave out.</summary>
/// <param name="Evaluator">How: never <see cref="PotentialEvaluator.Auto"/>.</param>
/// <param name="SplitWidth">The width at which pairs and waves are split, Å; 0 where all is pairs.</param>
/// <param name="PairCutoff">The distance up to which pairs are summed, Å; 0 where all are, and where waves have all.</param>
/// <param name="WaveCutoff">The largest wave number, 1/Å; 0 where all is pairs.</param>
/// <param name="MeshSize">Points of the mesh along the vectors that repeat, then across; empty without a mesh.</param>
/// <param name="SplineOrder">The order of the mesh's splines; 0 without a mesh.</param>
/// <param name="PairError">The error that the pairs' cutoff should leave: root mean square over that of the values, in the worst of all (l,
/// n), for sources at random. The largest of many values is wrong by some four or five times as much.</param>
/// <param name="WaveError">The same, of the waves' cutoff.</param>
/// <param name="MeshError">The same, of spreading and gathering by splines.</param>
/// <param name="Costs">Of each evaluator that could serve, what the values of a centre should take at its best, µs on one thread of some
/// 50 GFlop/s.</param>
public sealed record PotentialPlan(
    PotentialEvaluator Evaluator, double SplitWidth, double PairCutoff, double WaveCutoff, IReadOnlyList<int> MeshSize, int SplineOrder,
    double PairError, double WaveError, double MeshError, IReadOnlyDictionary<PotentialEvaluator, double> Costs)
{
    /// <summary>
    /// The same settings with this plan's split and mesh, the latter one tenth finer, so that values change continuously while a
    /// cell grows by a few per cent or shrinks.
    /// </summary>
    /// <exception cref="InvalidOperationException">The plan has no mesh.</exception>
    public PotentialSettings Keep(PotentialSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        if (Evaluator != PotentialEvaluator.Mesh)
            throw new InvalidOperationException($"the evaluator is {Evaluator}; only a mesh can be kept");
        int[] n = new int[3];
        for (int d = 0; d < 3; d++)
            n[d] = FourierSize.AtLeast((int)Math.Ceiling(1.1 * MeshSize[d]));
        return settings with { Evaluator = Evaluator, Split = SplitWidth, MeshSize = (n[0], n[1], n[2]), SplineOrder = SplineOrder };
    }

    /// <summary>One line for people.</summary>
    public override string ToString()
    {
        List<string> parts = [$"evaluator {Evaluator}"];
        if (SplitWidth > 0) parts.Add(Text($"split at {SplitWidth:G4} Å: {(PairCutoff > 0 ? Text($"pairs to {PairCutoff:G4} Å (error {PairError:G2})") : "no pairs")}, waves to {WaveCutoff:G4}/Å (error {WaveError:G2})"));
        if (MeshSize.Count > 0)
            parts.Add(Text($"mesh {MeshSize[0]} × {MeshSize[1]} × {MeshSize[2]}, splines of order {SplineOrder} (error {MeshError:G2})"));
        foreach ((PotentialEvaluator evaluator, double cost) in Costs)
            parts.Add(Text($"{evaluator} would take {cost:G2} µs per centre"));
        return string.Join("; ", parts);

        static string Text(FormattableString s) => s.ToString(CultureInfo.InvariantCulture);
    }
}
