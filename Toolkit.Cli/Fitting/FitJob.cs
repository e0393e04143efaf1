using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using Toolkit.Numerics.Coupling;
using Toolkit.Numerics.Files;
using Toolkit.Numerics.Models;
using Toolkit.Numerics.Models.Fit;
using Toolkit.Numerics.Models.Tensors;
using Toolkit.Numerics.Representations;
using Toolkit.Numerics.Structures;

namespace Toolkit.Cli.Fitting;

/// <summary>One fit of the command line: a specification, sets and names of labels; a model of energies or of tensors comes of
/// it.</summary>
/// <param name="Spec">The specification.</param>
/// <param name="SpecPath">What messages call it.</param>
/// <param name="Keys">The names of the labels.</param>
/// <param name="Threads">How many threads may work.</param>
/// <param name="Report">Told how far the work is.</param>
internal sealed record FitJob(Spec Spec, string SpecPath, LabelKeys Keys, int Threads, FeatureProgress Report)
{
    /// <summary>The files of equations that other processes have gathered; empty: the structures are fitted here.</summary>
    public IReadOnlyList<string> Equations { get; init; } = [];

    /// <summary>Told of each file by which an earlier call goes on; or null.</summary>
    public Action<string>? Resumed { get; init; }

    private bool IsOfEnergies => (Spec.Model?.Target ?? ModelTarget.Energy) == ModelTarget.Energy;

    /// <summary>Fits.</summary>
    /// <param name="training">The training set.</param>
    /// <param name="checkpoint">The file that keeps how far the fit is; or null.</param>
    public IFittedModel Fit(StructureSource training, string? checkpoint)
    {
        using CouplingTable? table = CouplingTables.IfBeyond(Spec.CouplingLMax);
        FitRequest request = new() { Keys = Keys, Threads = Threads, Checkpoint = checkpoint, Shards = Equations, Resumed = Resumed };
        return IsOfEnergies ? FitRun.Fit(Spec, training, SpecPath, request, Report, table)
            : TensorRun.Fit(Spec, training, SpecPath, request, Report, table);
    }

    /// <summary>Gathers the equations of a part of the training set.</summary>
    /// <param name="training">All of it.</param>
    /// <param name="shard">Which part.</param>
    /// <param name="path">The file to write.</param>
    public (int First, int End) Gather(StructureSource training, (int Part, int Parts) shard, string path)
    {
        using CouplingTable? table = CouplingTables.IfBeyond(Spec.CouplingLMax);
        string checkpoint = path + ".checkpoint.npz";
        FitRequest request = new() { Keys = Keys, Threads = Threads, Checkpoint = checkpoint, Resumed = Resumed };
        (int, int) range = IsOfEnergies
            ? FitRun.FitShard(Spec, training, SpecPath, request, shard, path, Report, table)
            : TensorRun.FitShard(Spec, training, SpecPath, request, shard, path, Report, table);
        AtomicFile.Remove(checkpoint);
        AtomicFile.Remove(FitRun.NiceFileOf(checkpoint));
        return range;
    }

    /// <summary>What the files of equations for a model's folder are called, but for the part.</summary>
    public static string EquationsOf(string path) => Path.TrimEndingDirectorySeparator(path) + ".npz";

    /// <summary>The files of all parts for a model's folder.</summary>
    /// <exception cref="InputException">There are none, or one is missing.</exception>
    public static string[] Shards(string path)
    {
        string full = Path.TrimEndingDirectorySeparator(path), folder = Path.GetDirectoryName(full) ?? "";
        string[] found = Directory.Exists(folder.Length > 0 ? folder : ".")
            ? [.. Directory.GetFiles(folder.Length > 0 ? folder : ".", Path.GetFileName(full) + ".shard-*.npz")
                .Where(static f => !f.EndsWith(".checkpoint.npz", StringComparison.Ordinal))
                    .Select(f => Path.Combine(folder, Path.GetFileName(f)))]
            : [];
        return found.Length > 0
            ? ShardOption.Complete(found)
            : throw new InputException(
                full + ".shard-*.npz", null, null, "no such files", "the equations of all parts, which toolkit fit --shard i/n gathers");
    }

    /// <summary>Compares a model with a set.</summary>
    public ModelEvaluation Compare(IFittedModel model, StructureSource set) => model is FittedTensor tensor
        ? TensorEvaluation.Run(tensor, set, Keys, Threads, Report)
        : ModelEvaluation.Run((FittedModel)model, set, Keys, Threads, Report);

    /// <summary>Fits, compares and writes the model's folder with its reports; what an earlier call of the same left is gone on
    /// with.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="replace">Whether a model that is there may be replaced.</param>
    /// <param name="training">The training set.</param>
    /// <param name="test">The test set; or null.</param>
    /// <param name="curve">Sizes of parts of the training set to fit, too, for a learning curve.</param>
    public (IFittedModel Model, Dictionary<string, ModelEvaluation> Sets, IReadOnlyList<CurvePoint> Curve) Run(
        string path, bool replace, StructureSource training, StructureSource? test, IReadOnlyList<int> curve)
    {
        string checkpoint = Path.TrimEndingDirectorySeparator(path) + ".checkpoint.npz";
        AtomicFile.RequireWritable(checkpoint);
        IFittedModel model = Fit(training, checkpoint);
        Dictionary<string, ModelEvaluation> sets = new() { ["train"] = Compare(model, training) };
        if (test is not null)
            sets["test"] = Compare(model, test);

        IReadOnlyList<CurvePoint> points =
            curve.Count == 0 ? [] : LearningCurve.Of(this, training, test!, curve, model.About.Structures, sets["test"]);
        ModelAbout about = model.About with { Errors = sets.ToDictionary(static s => s.Key, static s => s.Value.Errors) };
        model = model is FittedTensor tensor ? tensor.With(about) : ((FittedModel)model).With(about);
        string name = Path.GetFileName(Path.TrimEndingDirectorySeparator(path));
        StructureMap map = new();
        map.Add(model, "train", training, Threads);
        if (test is not null) map.Add(model, "test", test, Threads);
        (string, string)[] reports =
            [("report.html", ModelReport.Html(name, model, sets, map, points)), ("report.json", ModelReport.Json(model, sets, points))];
        if (model is FittedTensor whole) TensorFolder.Write(path, whole, replace, reports);
        else ModelFolder.Write(path, (FittedModel)model, replace, reports);
        AtomicFile.Remove(checkpoint);
        AtomicFile.Remove(FitRun.NiceFileOf(checkpoint));
        return (model, sets, points);
    }
}
