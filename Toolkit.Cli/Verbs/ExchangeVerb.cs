using System;
using System.Collections.Generic;
using System.CommandLine;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text;
using Toolkit.Numerics.Files;
using Toolkit.Numerics.Models;
using Toolkit.Numerics.Models.Spins;
using Toolkit.Numerics.Structures;

namespace Toolkit.Cli.Verbs;

/// <summary><c>toolkit exchange</c>: couplings of spins by a model, for a code of spin dynamics.</summary>
internal static class ExchangeVerb
{
    public static Command Create()
    {
        var model = new Argument<string>("MODEL") { Description = "the folder of a model with spins, made by toolkit fit" };
        var file = new Argument<string>("FILE") { Description = "one structure with spins in extended XYZ: where the energy is expanded" };
        var output = new Option<string>("--out")
        {
            Description = "the file to write; .ucf: a unit cell file of Vampire with tensors, in J; .csv: isotropic exchange, Dzyaloshinskii–Moriya vector and tensor, in meV",
            Required = true,
        };
        Option<string?> field = SpinInput.Field();
        var range = new Option<double?>(
            "--range")
        { Description = "the largest distance of two spins, Å [default: all that the model couples, twice its cutoff]" };
        Option<int> threads = ThreadOption.Create();
        Option<bool> force = OutputFile.Force();
        var verb = new Command("exchange", "Couplings of pairs of spins, −|v_i||v_j| ∂²E/∂v_i∂v_j, by a model.") { model, file, output,
            field, range, threads, force };
        verb.SetAction(result =>
        {
            string path = result.GetValue(output)!, folder = result.GetValue(model)!;
            string extension = Path.GetExtension(path).ToLowerInvariant();
            if (extension is not (".ucf" or ".csv"))
                throw new UsageException($"--out: found '{path}', expected a name that ends with .ucf or .csv");

            double? most = result.GetValue(range);
            if (most is double r && !(r > 0 && double.IsFinite(r)))
                throw new UsageException(FormattableString.Invariant($"--range: found {r}, expected a distance in Å"));

            bool replaces = result.GetValue(force);
            OutputFile.Require(path, replaces);
            (FittedModel fitted, int number) = SpinInput.Read(folder, result.GetValue(field));
            if (!fitted.IsLocal)
            {
                throw new FailureException(
                    $"{folder}: found a long-ranged model, whose spins are all coupled with each other, expected a local one");
            }

            using StructureFiles files = new([result.GetValue(file)!]);
            int count = files.Source.Read().Take(2).Count();
            if (count != 1)
                throw new InputException(files.Source.Name, null, null, count == 0 ? "no structure" : "several structures", "one");

            (Structure structure, IReadOnlyList<SpinCoupling> couplings) =
                SpinCouplings.Of(fitted, files.Source, number, most, ThreadOption.Read(result, threads)).Single();
            if (couplings.Count == 0)
            {
                throw new InputException(
                    files.Source.Name, null, null, "no two spins within the range", "at least two atoms, or images, with spins");
            }

            string generator = $"toolkit exchange: {Path.GetFileName(Path.TrimEndingDirectorySeparator(folder))} at {files.Source.Name}";
            if (extension == ".ucf")
            {
                if (!VampireCell.Has(structure))
                {
                    throw new InputException(
                        files.Source.Name, null, null, "a cell that Vampire does not have",
                        "three orthogonal vectors along x, y and z, periodic");
                }

                VampireCell.Write(path, structure, fitted.Features.Fields[number].Read(structure), couplings, generator, replaces);
            }
            else
            {
                AtomicFile.Write(path, stream => stream.Write(Encoding.UTF8.GetBytes(Csv(structure, couplings, generator))), replaces);
            }

            int pairs = couplings.Count / 2;
            SpinCoupling strongest = couplings.MaxBy(static c => Math.Abs(c.Isotropic))!,
                longest = couplings.MaxBy(static c => c.AntisymmetricLength)!;
            Warn(folder, couplings, result.InvocationConfiguration.Error);
            result.InvocationConfiguration.Output.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{path}: {pairs} pairs; the strongest exchange is {Told(strongest.Isotropic, strongest.IsotropicDeviation)} at {strongest.Distance:0.000} Å, the longest Dzyaloshinskii–Moriya vector {Told(longest.AntisymmetricLength, longest.AntisymmetricDeviation)}"));
            return 0;
        });
        return verb;
    }

    /// <summary>Says what of the couplings the training set leaves open.</summary>
    private static void Warn(string folder, IReadOnlyList<SpinCoupling> couplings, TextWriter error)
    {
        if (couplings[0].IsotropicDeviation is null)
        {
            error.WriteLine($"toolkit: warning: {folder}: found a model that does not tell which couplings its training set determines, expected one of kind ridge of this version, which has their standard deviations");
            return;
        }

        IReadOnlyList<SpinCoupling> open = SpinCouplings.Undetermined(couplings);
        if (open.Count == 0) return;
        SpinCoupling worst = open.MaxBy(static c => Math.Max(c.IsotropicDeviation ?? 0, c.AntisymmetricDeviation ?? 0))!;
        error.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"toolkit: warning: the training set of {folder} does not determine the couplings of {open.Count / 2} of {couplings.Count / 2} pairs, as at {worst.Distance:0.000} Å: exchange {Told(worst.Isotropic, worst.IsotropicDeviation)}, Dzyaloshinskii–Moriya vector {Told(worst.AntisymmetricLength, worst.AntisymmetricDeviation)}; needed are structures whose spins differ from neighbour to neighbour, in cells larger than that distance"));
    }

    /// <summary>A number in meV with its standard deviation.</summary>
    private static string Told(double value, double? deviation) => string.Create(CultureInfo.InvariantCulture,
        $"{1000 * value:G4}{(deviation is double d ? $" ± {(1000 * d).ToString("G2", CultureInfo.InvariantCulture)}" : "")} meV");

    private static string Csv(Structure structure, IReadOnlyList<SpinCoupling> couplings, string generator)
    {
        StringBuilder text = new($"# {generator}\n# H = -sum over pairs of e_i.J.e_j of unit vectors, each pair once; both directions are listed. Isotropic: trace/3; D: of -D.(e_i x e_j). Å, meV.\n");
        text.Append("atom_i,atom_j,species_i,species_j,cell_a,cell_b,cell_c,x,y,z,distance,isotropic,D_x,D_y,D_z,J_xx,J_xy,J_xz,J_yx,J_yy,J_yz,J_zx,J_zy,J_zz,isotropic_std,D_std\n");
        foreach (SpinCoupling c in couplings)
        {
            double[] numbers = [.. c.Vector, c.Distance,
                .. ((double[])[c.Isotropic, .. c.Antisymmetric, .. c.Tensor]).Select(static x => 1000 * x)];
            text.Append(CultureInfo.InvariantCulture, $"{c.First + 1},{c.Second + 1},{Elements.Symbol(structure.Species[c.First])},{Elements.Symbol(structure.Species[c.Second])},");
            text.Append(CultureInfo.InvariantCulture, $"{c.Shift.A},{c.Shift.B},{c.Shift.C},");
            text.AppendJoin(',', numbers.Select(static x => x.ToString("R", CultureInfo.InvariantCulture)));
            foreach (double? deviation in (double?[])[c.IsotropicDeviation, c.AntisymmetricDeviation])
                text.Append(CultureInfo.InvariantCulture, $",{1000 * deviation:G4}");
            text.Append('\n');
        }
        return text.ToString();
    }
}
