using System;
using System.Collections.Generic;

namespace Toolkit.Numerics.Models.Fit;

/// <summary>What a fit needs to know beside the specification.</summary>
public sealed record FitRequest
{
    /// <summary>The names of the labels.</summary>
    public LabelKeys Keys { get; init; } = new();

    /// <summary>How many threads may work; the result is the same for any number.</summary>
    public int Threads { get; init; } = 1;

    /// <summary>The file that keeps how far the fit is, so that one that was stopped goes on with the identical result; null: nothing
    /// is kept. A fit that is done leaves it: who keeps the model removes it.</summary>
    public string? Checkpoint { get; init; }

    /// <summary>Told of each file by which a fit that was stopped goes on, when it is found to be one of this fit; or null.</summary>
    public Action<string>? Resumed { get; init; }

    /// <summary>The files of all parts of the fit, in order, as <see cref="FitRun.FitShard"/> makes them; empty: the structures themselves
    /// are fitted.</summary>
    public IReadOnlyList<string> Shards { get; init; } = [];

    /// <summary>After how many structures the file is written; null: about twenty times in all. It is part of the result's last
    /// digits.</summary>
    public int? CheckpointEvery { get; init; }
}
