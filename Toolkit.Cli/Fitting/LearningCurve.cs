using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using Toolkit.Numerics.Models;
using Toolkit.Numerics.Structures;

namespace Toolkit.Cli.Fitting;

/// <summary>The errors on the test set of a model that was fitted to a part of the training set.</summary>
/// <param name="Structures">In that part.</param>
/// <param name="Errors">Of all species together.</param>
internal sealed record CurvePoint(int Structures, IReadOnlyList<LabelError> Errors);

/// <summary>How errors fall with the training set: the same specification fitted to larger and larger random parts of it, each within the
/// next.</summary>
internal static class LearningCurve
{
    // The same parts in every run.
    private const int Seed = 1;

    /// <summary>The numbers of <c>--learning-curve</c>.</summary>
    /// <exception cref="UsageException">Not whole numbers that increase from 2.</exception>
    public static IReadOnlyList<int> Sizes(string? option)
    {
        if (option is null) return [];
        int[] sizes = [.. option.Split(',')
            .Select(static s => int.TryParse(s, NumberStyles.None, CultureInfo.InvariantCulture, out int n) ? n : 0)];
        return sizes[0] >= 2 && sizes.Zip(sizes.Skip(1)).All(static p => p.First < p.Second)
            ? sizes
            : throw new UsageException($"--learning-curve: found '{option}', expected numbers of structures that increase, as 50,100,200");
    }

    /// <summary>Refuses numbers that the training set does not have, before anything is fitted.</summary>
    /// <exception cref="UsageException">One is larger.</exception>
    public static void Require(IReadOnlyList<int> sizes, StructureSource training)
    {
        if (sizes.Count == 0) return;
        int all = training.Read().Count();
        if (sizes[^1] > all)
        {
            throw new UsageException(
                $"--learning-curve: found {sizes.First(n => n > all)}, expected at most {all}, the number of structures of the training set");
        }
    }

    /// <summary>Fits and compares.</summary>
    /// <param name="job">The fit.</param>
    /// <param name="training">The whole training set.</param>
    /// <param name="test">The test set.</param>
    /// <param name="sizes">Numbers of structures; all is added where it is not among them (<see cref="Require"/>).</param>
    /// <param name="all">How many structures there are.</param>
    /// <param name="whole">The errors of the model of all, the last point.</param>
    public static IReadOnlyList<CurvePoint> Of(
        FitJob job, StructureSource training, StructureSource test, IReadOnlyList<int> sizes, int all, ModelEvaluation whole)
    {
        int[] rank = Enumerable.Range(0, all).ToArray();
        new Random(Seed).Shuffle(rank);
        List<CurvePoint> points = [];
        foreach (int size in sizes.Where(n => n < all))
            points.Add(new CurvePoint(size, Total(job.Compare(job.Fit(training.Where(k => rank[k] < size), null), test))));

        points.Add(new CurvePoint(all, Total(whole)));
        return points;
    }

    private static LabelError[] Total(ModelEvaluation evaluation) => [.. evaluation.Errors.Where(static e => e.Species is null)];
}
