using System.CommandLine;
using System.IO;
using Toolkit.Cli.Exporting;
using Toolkit.Numerics.Files;
using Toolkit.Numerics.Models;

namespace Toolkit.Cli.Verbs;

/// <summary><c>toolkit export</c>: a model as LAMMPS and other engines load it, or the Python package that runs it.</summary>
internal static class ExportVerb
{
    public static Command Create()
    {
        var model = new Argument<string>("MODEL") { Description = "a model's folder, made by toolkit fit" };
        var kim = new Option<string?>(
            "--kim")
        { Description = "a portable model of the KIM API under this name: in LAMMPS, kim init NAME metal" };
        var grade = new Option<bool>("--grade") { Description = "with --kim: a model whose energies of atoms are their grades of extrapolation, without forces, for rerun and compute pe/atom" };
        var python = new Option<bool>(
            "--python")
        { Description = "the Python package, a wheel that pip installs, and the model beside it" };
        var output = new Option<string>("--out") { Description = "the folder to put it into", Required = true };
        var verify = new Option<bool>("--verify") { Description = "load what was exported and compare it with the model on a structure" };
        Option<bool> force = OutputFile.Force();
        var verb = new Command("export",
            "A model for LAMMPS (KIM) or Python, in need of neither a compiler nor .NET.") { model, kim, grade, python, output, verify,
            force };
        verb.SetAction(result =>
        {
            string path = result.GetValue(model)!, folder = result.GetValue(output)!;
            string? name = result.GetValue(kim);
            if ((name is not null) == result.GetValue(python))
            {
                throw new UsageException(
                    $"export: found {(name is null ? "neither --kim nor --python" : "--kim and --python")}, expected one of them");
            }

            if (name is not null && !KimFolder.IsName(name))
                throw new UsageException($"--kim: found '{name}', expected letters, digits and _, no digit first");

            bool isGrade = result.GetValue(grade);
            if (isGrade && name is null)
            {
                throw new UsageException(
                    "--grade: found with --python, expected it with --kim; in Python, predict(atoms, deviations=True) has extrapolation");
            }

            NativeFiles files = NativeFiles.Find();
            FittedModel fitted = ModelFolder.Read(path, CouplingTables.Load);
            OutputFile.RequireFolder(folder);
            bool replaces = result.GetValue(force);
            TextWriter told = result.InvocationConfiguration.Output;
            if (name is not null)
            {
                KimFolder.Require(fitted, path);
                if (isGrade) KimFolder.RequireGrade(fitted, path);
                string place = Path.Combine(folder, name);
                Folders.Make(place, replaces, Path.GetFileName(KimFolder.LibraryOf(place)), to => KimFolder.Fill(to, files, path, isGrade));
                told.WriteLine($"{place}: in LAMMPS, kim init {name} metal{(isGrade ? ", whose energies of atoms are grades of extrapolation" : "")}, with KIM_API_PORTABLE_MODELS_DIR={Path.GetFullPath(folder)}");
                if (result.GetValue(verify))
                {
                    told.WriteLine(
                    $"{place}: differs by {NativeCheck.Require(KimFolder.LibraryOf(place), KimFolder.ModelOf(place, isGrade), fitted)}");
                }

                return 0;
            }

            string version = typeof(ExportVerb).Assembly.GetName().Version!.ToString(3),
                wheel = Path.Combine(folder, PythonWheel.Name(files, version));
            OutputFile.Require(wheel, replaces);
            string copy = Path.Combine(folder, Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(path))));
            if (Path.GetFullPath(copy) == Path.TrimEndingDirectorySeparator(Path.GetFullPath(path)))
            {
                throw new InputException(
                    folder, null, null, "the folder that the model is in", "another, for the wheel and the model beside it");
            }

            Folders.Make(copy, replaces, "model.json", to =>
            {
                Directory.Delete(to);
                Folders.Copy(path, to);
            });
            PythonWheel.Write(wheel, files, version, replaces);
            told.WriteLine($"{wheel}: pip install {wheel}");
            told.WriteLine($"{copy}: toolkit.ase.Calculator({copy})");
            if (result.GetValue(verify)) told.WriteLine($"{wheel}: differs by {NativeCheck.Require(files.Base, copy, fitted)}");
            return 0;
        });
        return verb;
    }
}
