using System;
using System.Collections.Generic;
using System.CommandLine;
using System.Globalization;
using System.IO;
using System.Linq;
using Toolkit.Numerics.Models;
using Toolkit.Numerics.Models.Spins;
using Toolkit.Numerics.Structures;

namespace Toolkit.Cli.Verbs;

/// <summary><c>toolkit relax</c>: moments turned to where a model's energy is least.</summary>
internal static class RelaxVerb
{
    public static Command Create()
    {
        var model = new Argument<string>("MODEL") { Description = "the folder of a model with spins, made by toolkit fit" };
        var files = new Argument<string[]>(
            "FILE")
        {
            Description = "structures with spins in extended XYZ, patterns, or - for standard input",
            Arity = ArgumentArity.OneOrMore
        };
        var output = new Option<string>("--out") { Description = "the file to write, .xyz: the structures with their moments relaxed, and energy, forces, stress and field_NAME there", Required = true };
        Option<string?> field = SpinInput.Field();
        var lengths = new Option<bool>(
            "--lengths")
        { Description = "find the lengths of moments, too, where the model bounds them; else they stay" };
        var tolerance = new Option<double>("--tolerance")
        {
            Description = "the largest field that may be left on a moment (across it, where lengths stay), eV/μB [default: 1e-5]",
            DefaultValueFactory = static _ => 1e-5,
        };
        var steps = new Option<int>("--steps") { Description = "the most steps [default: 2000]", DefaultValueFactory = static _ => 2000 };
        Option<int> threads = ThreadOption.Create();
        Option<bool> force = OutputFile.Force();
        var verb = new Command("relax",
            "Turns the moments of structures to the nearest minimum of a model's energy; atoms stay where they are.")
        {
            model, files, output, field, lengths, tolerance, steps, threads, force,
        };
        verb.SetAction(result =>
        {
            string path = result.GetValue(output)!, folder = result.GetValue(model)!;
            if (!Path.GetExtension(path).Equals(".xyz", StringComparison.OrdinalIgnoreCase))
                throw new UsageException($"--out: found '{path}', expected a name that ends with .xyz");

            double left = result.GetValue(tolerance);
            if (!(left > 0 && double.IsFinite(left)))
                throw new UsageException(FormattableString.Invariant($"--tolerance: found {left}, expected a number above 0"));

            int most = result.GetValue(steps);
            if (most < 1)
                throw new UsageException(FormattableString.Invariant($"--steps: found {most}, expected a whole number above 0"));

            OutputFile.Require(path, result.GetValue(force));
            (FittedModel fitted, int number) = SpinInput.Read(folder, result.GetValue(field));
            using StructureFiles structures = new(result.GetValue(files)!);
            int work = ThreadOption.Read(result, threads), done = 0, open = 0;
            string[] fields = [.. fitted.Features.Fields.Select(static f => f.Name)];
            MomentRelaxationSettings settings =
                new() { Field = number, WithLengths = result.GetValue(lengths), Tolerance = left, MostSteps = most };
            List<Structure> relaxed = [];
            try
            {
                foreach (RelaxedMoments found in MomentRelaxation.Run(fitted, structures.Source, settings, work))
                {
                    result.InvocationConfiguration.Output.WriteLine(string.Create(CultureInfo.InvariantCulture,
                        $"structure {++done}: {found.Start:R} eV to {found.Energy:R} eV in {found.Steps} steps, {found.Left:0.0E+0} eV/μB left"));
                    if (!found.IsDone) open++;
                    relaxed.Add(fitted.Predict(found.Structure, work).Label(found.Structure, fields));
                }
            }
            catch (UnboundedMomentsException e)
            {
                throw new FailureException($"{structures.Source.Name}: {e.Message}: expected a model with data of other lengths, or a relaxation without --lengths");
            }

            ExtendedXyzWriter.Write(path, relaxed, result.GetValue(force));
            if (open > 0)
                throw new FailureException($"{path}: {open} of {done} structures are not relaxed: found more than {left.ToString(CultureInfo.InvariantCulture)} eV/μB left after {most} steps, expected more steps or a larger --tolerance");

            result.InvocationConfiguration.Output.WriteLine($"{path}: {done} structures");
            return 0;
        });
        return verb;
    }
}
