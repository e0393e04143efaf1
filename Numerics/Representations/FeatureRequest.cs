using System;
using System.Collections.Generic;
using Toolkit.Numerics.Representations.Nice;

namespace Toolkit.Numerics.Representations;

/// <summary>Which features of a data set are wanted, and in what form; how they are made is the specification's.</summary>
public sealed record FeatureRequest
{
    /// <summary>The features of every atom as they are.</summary>
    public static FeatureRequest Default { get; } = new();

    /// <summary>Whether gradients by all positions and vectors stand beside the features.</summary>
    public bool HasGradients { get; init; }

    /// <summary>Whether each structure gets the mean over its atoms, or chosen atoms, instead of a row for each.</summary>
    public bool IsAveraged { get; init; }

    /// <summary>Atomic numbers of the atoms that are wanted; null: all.</summary>
    public IReadOnlyList<int>? CentreSpecies { get; init; }

    /// <summary>The atom property that says which atoms are wanted, T or F, or 1 or 0; null: all.</summary>
    public string? CentreMask { get; init; }

    /// <summary>The blocks (λ, σ) of equivariants that are kept; null: all.</summary>
    public IReadOnlyList<(int Lambda, int Sigma)>? Blocks { get; init; }

    /// <summary>Whether files hold 32-bit numbers: features are made in that precision, means and gradients rounded to it.</summary>
    public bool IsSingle { get; init; }

    /// <summary>The part of the structures that is wanted, from 1 on, and of how many parts: consecutive ones, whose files, one
    /// after the other, hold what one file would; null: all.</summary>
    public (int Part, int Parts)? Shard { get; init; }

    /// <summary>The fit of kind nice, and what messages call it; null: it is fitted on the structures.</summary>
    public (NiceFit Fit, string Source)? Fitted { get; init; }

    /// <summary>The file that keeps the fit of kind nice, order after order; a fit of the same data that it has is gone on with.
    /// Null: the fit is kept with the features alone.</summary>
    public string? FitFile { get; init; }

    /// <summary>Told that file when what it has is found to be of this fit and is gone on with; or null.</summary>
    public Action<string>? Resumed { get; init; }

    /// <summary>How many threads may work; the result is the same for any number.</summary>
    public int Threads { get; init; } = 1;
}

/// <summary>Is told how far the work is.</summary>
/// <param name="what">What is counted, as "atoms".</param>
/// <param name="done">How many are done.</param>
/// <param name="total">Of how many; 0: nobody knows yet.</param>
public delegate void FeatureProgress(string what, long done, long total);
