using System;
using System.Linq;
using Toolkit.Numerics.Files;
using Toolkit.Numerics.Learning;
using Toolkit.Numerics.Representations;
using Toolkit.Numerics.Structures;

namespace Toolkit.Numerics.Models.Fit;

/// <summary>What every fit by ridge regression does alike: structures in folds, memory that is enough, the regularizer that is
/// wanted.</summary>
internal static class RidgeSteps
{
    /// <summary>The number of folds.</summary>
    /// <param name="model">How the regularizer is chosen.</param>
    /// <param name="structures">In the training set.</param>
    /// <param name="source">What messages call it.</param>
    /// <exception cref="InputException">Too few structures for cross-validation.</exception>
    public static int Folds(ModelSpec model, int structures, string source)
    {
        bool isCrossValidated = model.Regularizer is null && model.Choice == RegularizerChoice.CrossValidation;
        if (isCrossValidated && structures < 2)
        {
            throw new InputException(
                source, null, null, $"{structures} structures with a regularizer by cross-validation",
                "at least two, or $.model.regularizer");
        }

        return isCrossValidated || model.HasCommittee ? Math.Min(model.Folds, structures) : 1;
    }

    /// <summary>The fold of a structure: of every as many structures in a row one in each, in an order that no period of the data
    /// follows.</summary>
    public static int Fold(int number, int folds)
    {
        int[] order = Enumerable.Range(0, folds).ToArray();
        new Random(number / folds).Shuffle(order);
        return order[number % folds];
    }

    /// <summary>After how many structures the state of a fit is kept.</summary>
    public static int Every(FitRequest request, int structures)
    {
        const int saves = 20, least = 16;
        return request.CheckpointEvery ?? Math.Max(least, (structures + saves - 1) / saves);
    }

    /// <summary>Says before the work begins that the equations are too many.</summary>
    public static void RequireMemory(int columns, int features, int folds, string specSource)
    {
        // Triangles of all folds, of some parts of the structures while they are gathered, or sums when all are, and what one solution
        // works in.
        double bytes = 8.0 * (columns + 1) * (columns + 1) * ((4 * folds) + 4),
            there = 0.8 * GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        if (columns > NormalEquations.MostColumns || bytes > there)
        {
            throw new InputException(specSource, null, "$.representation",
                FormattableString.Invariant(
                    $"{features} features, with {columns} coefficients for all species, whose equations take {bytes / 1e9:0.0} GB"),
                FormattableString.Invariant($"{there / 1e9:0.0} GB: fewer features (nmax, lmax, a contraction), fewer folds, or kind gp"));
        }
    }

    /// <summary>Adds the rows of a structure.</summary>
    /// <exception cref="InputException">With its weight they are too large.</exception>
    public static void Add(FramePlace place, Action add)
    {
        try
        {
            add();
        }
        catch (ArgumentException)
        {
            throw place.Bad(null, "labels or features that are too large with their weights", "numbers whose squares are finite");
        }
    }

    /// <summary>The equations of all folds but one.</summary>
    /// <param name="folds">The folds.</param>
    /// <param name="left">Which is left out; -1: none.</param>
    /// <param name="threads">How many threads may work.</param>
    public static NormalEquations Without(NormalEquations[] folds, int left, int threads)
    {
        if (folds.Length == 1) return folds[0];
        NormalEquations all = new(folds[0].Columns);
        for (int k = 0; k < folds.Length; k++)
            if (k != left) all.Add(folds[k], threads);
        return all;
    }

    /// <summary>Solves, with the regularizer that is given or chosen.</summary>
    /// <exception cref="InputException">It is too small.</exception>
    public static RidgeFit Solve(
        ModelSpec model, NormalEquations[] folds, int unpenalised, RidgePenalty penalty, string specSource, int threads)
    {
        try
        {
            return model switch
            {
                { Regularizer: double given } => RidgeRegression.Fit(Without(folds, -1, threads), given, unpenalised, threads, penalty),
                { Choice: RegularizerChoice.Evidence } =>
                    RidgeRegression.MaximiseEvidence(Without(folds, -1, threads), unpenalised, null, threads, penalty),
                _ => RidgeRegression.CrossValidate(folds, unpenalised, null, null, threads, penalty),
            };
        }
        catch (ArgumentException)
        {
            throw new InputException(specSource, null, "$.model.regularizer",
                model.Regularizer is double r ? FormattableString.Invariant($"{r:R}") : "none that float64 can solve with",
                    "a larger one, or fewer features");
        }
    }
}
