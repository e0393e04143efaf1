using System.Collections.Generic;
using Toolkit.Numerics.Models.Fit;

namespace Toolkit.Numerics.Models;

/// <summary>What a model's folder says about it beside its numbers.</summary>
public sealed record ModelAbout
{
    /// <summary>The version of the toolkit that fitted it.</summary>
    public string Version { get; init; } = "";

    /// <summary>The files that it was fitted on.</summary>
    public IReadOnlyList<string> Sources { get; init; } = [];

    /// <summary>SHA-256 over the structures and labels that it was fitted on.</summary>
    public string Fingerprint { get; init; } = "";

    /// <summary>How many structures there were.</summary>
    public int Structures { get; init; }

    /// <summary>Rows of the fit: numbers that were learned.</summary>
    public long Rows { get; init; }

    /// <summary>The names of the labels that it learned.</summary>
    public LabelKeys Keys { get; init; } = new();

    /// <summary>How close atoms were in the training set; null: not known.</summary>
    public ClosestPairs? Closest { get; init; }

    /// <summary>λ.</summary>
    public double Regularizer { get; init; }

    /// <summary>Every λ tried, and its error in cross-validation in units of the labels' weights, or −ln(evidence) per row.</summary>
    public IReadOnlyList<(double Regularizer, double Error)> Trials { get; init; } = [];

    /// <summary>The errors on sets of structures, by what the sets are called.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<LabelError>> Errors { get; init; } =
        new Dictionary<string, IReadOnlyList<LabelError>>();
}
