using System.IO;
using System.Linq;
using Toolkit.Numerics.Models;

namespace Toolkit.Cli.Exporting;

/// <summary>A portable model of the KIM API: a folder of the model's name with the library and the model, which needs no compiler where
/// it is copied to.</summary>
internal static class KimFolder
{
    // What the KIM API looks for.
    private const string Library = "libkim-api-portable-model.so";

    /// <summary>Whether the KIM API takes a name: that of a C identifier.</summary>
    public static bool IsName(string name) =>
        name.Length > 0 && !char.IsAsciiDigit(name[0]) && name.All(static c => char.IsAsciiLetterOrDigit(c) || c == '_');

    /// <summary>Refuses a model that KIM does not carry what it reads for, with the way that works.</summary>
    /// <exception cref="FailureException">It is long-ranged, or reads spins or charges.</exception>
    public static void Require(FittedModel model, string path)
    {
        string? reason = !model.IsLocal ? "is long-ranged, and KIM hands over neighbours alone"
            : model.Inputs.Count > 0 ? $"reads {string.Join(", ", model.Inputs)} of atoms, which KIM does not carry"
            : null;
        if (reason is not null)
            throw new FailureException($"{path}: the model {reason}: found --kim, expected toolkit serve {path}, which runs it in LAMMPS (fix ipi) and ASE, or --python");
    }

    /// <summary>Refuses a model that says nothing of how far atoms are from its training set.</summary>
    /// <exception cref="FailureException">It has no grades.</exception>
    public static void RequireGrade(FittedModel model, string path)
    {
        if (!model.HasGrades)
            throw new FailureException($"{path}: the model has no grades of extrapolation: found --grade, expected a model fitted with --set model.extrapolation=true");
    }

    /// <summary>Fills the folder.</summary>
    /// <param name="folder">An empty one.</param>
    /// <param name="files">The library.</param>
    /// <param name="model">The model's folder.</param>
    /// <param name="isGrade">Whether atoms' grades of extrapolation take the place of their energies.</param>
    public static void Fill(string folder, NativeFiles files, string model, bool isGrade)
    {
        File.Copy(files.Base, Path.Combine(folder, Library));
        foreach (string path in files.All.Where(p => p != files.Base))
            File.Copy(path, Path.Combine(folder, Path.GetFileName(path)));
        Folders.Copy(model, ModelOf(folder, isGrade));
    }

    /// <summary>The model in such a folder, whose name tells the library what atoms' energies are.</summary>
    public static string ModelOf(string folder, bool isGrade) => Path.Combine(folder, isGrade ? "grade" : "model");

    /// <summary>The library in such a folder.</summary>
    public static string LibraryOf(string folder) => Path.Combine(folder, Library);
}
