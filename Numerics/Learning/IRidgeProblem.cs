namespace Toolkit.Numerics.Learning;

/// <summary>A ridge regression that is solved for one λ after the other.</summary>
internal interface IRidgeProblem
{
    /// <summary>Coefficients of all columns, or null where float64 finds the matrix singular.</summary>
    double[]? Solve(double regulariser, int threads);
}
