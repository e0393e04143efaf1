using System;
using System.Collections.Generic;
using System.Runtime.Intrinsics.X86;

namespace Toolkit.Numerics.Representations.Gradients;

/// <summary>
/// Runs that follow each other as the rows of a plane: one leaf's channel changes from row to row, another's from column to column, all
/// columns or those from the diagonal on, and a third one's stands still, if there is one.
/// </summary>
/// <remarks>
/// Eight numbers are made at once from operands permuted to their rows and columns, so that whole vectors are written one behind the
/// other. Row by row, nearly every vector would be written across two cache lines, and those of short rows would be mostly empty.
/// </remarks>
internal static class Planes
{
    private const int Lanes = 8;

    /// <summary>Whether the processor permutes eight numbers at once.</summary>
    public static bool IsSupported => Avx512F.IsSupported;

    /// <summary>The runs, those that are planes as such.</summary>
    public static RunList Of(List<Run> runs, List<RunTerm> terms, List<double> weights)
    {
        var places = new List<long>();
        Run[] all = [.. runs];
        foreach (ref Run run in all.AsSpan())
            if (Is(run)) Lay(ref run, weights, places);
        return new RunList(all, [.. terms], [.. weights], [.. places]);
    }

    private static bool Is(in Run run)
    {
        if (run.Fast != 1 || run.Repeat is < 2 or > Lanes || run.Count > Lanes || run.StepOtherF != 1 || run.StepCount != -run.StepRadialF)
            return false;
        // Rows that are whole vectors need no permutation, and outer products of two leaves are made faster row by row.
        if (run.StepCount == 0 && (run.Count == Lanes || run.Slow == 1)) return false;
        (int radial, int other) = run.Slow == 2 ? (run.StepRadialB, run.StepOtherB) : (run.StepRadialA, run.StepOtherA);
        if (run.Slow == 2 && !(run.IsPackedA && run.StepRadialA == 0)) return false;
        return run.Slow is 1 or 2 && radial == 1 && other == run.StepRadialF && other is 0 or 1;
    }

    /// <summary>Rows, columns and weights of each of its features, in whole vectors.</summary>
    private static void Lay(ref Run run, List<double> weights, List<long> places)
    {
        int features = run.Repeat * run.Count + run.Repeat * (run.Repeat - 1) / 2 * run.StepCount, next = 0;
        run.Vectors = (features + Lanes - 1) / Lanes;
        long[] at = new long[2 * Lanes * run.Vectors];
        double[] scales = new double[Lanes * run.Vectors];
        for (int r = 0, count = run.Count; r < run.Repeat; r++, count += run.StepCount)
        {
            for (int j = 0; j < count; j++, next++)
            {
                int row = next / Lanes * 2 * Lanes + next % Lanes;
                (at[row], at[row + Lanes]) = (r, j + r * run.StepRadialF);
                scales[next] = weights[run.Weights + r * run.StepWeights + j];
            }
        }

        (run.Places, run.Weights) = (places.Count, weights.Count);
        places.AddRange(at);
        weights.AddRange(scales);
    }
}
