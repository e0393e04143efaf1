using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Runtime.InteropServices;
using System.Text;
using Toolkit.Native.Abi;
using Toolkit.Numerics.Models;
using Toolkit.Numerics.Structures;

namespace Toolkit.Cli.Exporting;

/// <summary>Whether an exported library says of a structure what the model says here.</summary>
internal static unsafe class NativeCheck
{
    /// <summary>How far they may differ, of the largest number.</summary>
    private const double Tolerance = 1e-9;

    private const int Atoms = 40;

    /// <summary>Compares energy, forces, virial and, where the model has them, grades of extrapolation of one structure.</summary>
    /// <param name="library">The exported library.</param>
    /// <param name="folder">The exported model.</param>
    /// <param name="model">The model.</param>
    /// <returns>The largest difference of each, over the largest number.</returns>
    /// <exception cref="FailureException">The library fails, or differs.</exception>
    public static string Require(string library, string folder, FittedModel model)
    {
        Structure structure = StructureOf(model);
        Prediction here = model.Predict(structure);
        double[] energies = new double[structure.Count], forces = new double[3 * structure.Count], virial = new double[9];
        double[]? grades = model.HasGrades ? new double[structure.Count] : null;
        Predict(library, folder, structure, model.Inputs, energies, forces, virial, grades);
        (string Name, double Difference)[] found =
        [
            ("energies", Difference(here.AtomicEnergies, energies)), ("forces", Difference(here.Forces, forces)),
                ("virial", Difference(here.Virial, virial)),
            .. grades is null ? Array.Empty<(string, double)>() : [("grades", Difference(model.Grades(structure), grades))],
        ];
        string text = string.Join(
            ", ", found.Select(static f => string.Create(CultureInfo.InvariantCulture, $"{f.Name} {f.Difference:0.0E+0}")));
        return found.All(static f => f.Difference <= Tolerance)
            ? text
            : throw new FailureException($"{library}: found differences of {text}, expected at most {Tolerance.ToString(CultureInfo.InvariantCulture)} of the largest number");
    }

    private static double Difference(double[] here, double[] there)
    {
        double largest = here.Max(Math.Abs);
        return here.Zip(there, static (x, y) => Math.Abs(x - y)).Max() / (largest == 0 ? 1 : largest);
    }

    /// <summary>Atoms of all species, none too close, in a tilted box with whatever the model reads of them.</summary>
    private static Structure StructureOf(FittedModel model)
    {
        Random random = new(1);
        const int side = 4;
        const double spacing = 2.6;
        double[] cell = [side * spacing, 0, 0, 1, side * spacing, 0, -1, 0.5, side * spacing];
        List<double> positions = [];
        for (int k = 0; k < Atoms; k++)
        {
            foreach (int place in (int[])[k % side, k / side % side, k / side / side])
                positions.Add(spacing * place + 0.3 * random.NextDouble());
        }

        int[] species = Enumerable.Range(0, Atoms).Select(k => model.Species[k % model.Species.Count]).ToArray();
        var vectors = model.Features.Fields.Select(static f => f.Key).ToHashSet();
        return Structure.Create(species, positions.ToArray(), new Cell(cell), Periodicity.All, model.Inputs.Select(key =>
        {
            int width = vectors.Contains(key) ? 3 : 1;
            return KeyValuePair.Create(
                key, PropertyArray.Real(Enumerable.Range(0, width * Atoms).Select(_ => random.NextDouble() - 0.5).ToArray(), width));
        }));
    }

    private static void Predict(
        string library, string folder, Structure structure, IReadOnlyList<string> inputs, double[] energies, double[] forces,
            double[] virial, double[]? grades)
    {
        nint handle;
        try
        {
            handle = NativeLibrary.Load(library);
        }
        catch (Exception e) when (e is DllNotFoundException or BadImageFormatException)
        {
            throw new FailureException($"{library}: {e.Message}");
        }

        var open = (delegate* unmanaged<byte*, nint*, int>)NativeLibrary.GetExport(handle, "toolkit_model_open");
        var predict = (delegate* unmanaged<nint, StructureView*, int, PredictionView*, int>)NativeLibrary.GetExport(
            handle, "toolkit_model_predict");
        var grade = (delegate* unmanaged<nint, StructureView*, int, double*, int>)NativeLibrary.GetExport(handle, "toolkit_model_grades");
        var close = (delegate* unmanaged<nint, int>)NativeLibrary.GetExport(handle, "toolkit_close");
        var error = (delegate* unmanaged<byte*>)NativeLibrary.GetExport(handle, "toolkit_error");
        List<GCHandle> pinned = [];
        byte** names = stackalloc byte*[Math.Max(1, inputs.Count)];
        double** values = stackalloc double*[Math.Max(1, inputs.Count)];
        int* widths = stackalloc int[Math.Max(1, inputs.Count)];
        try
        {
            for (int p = 0; p < inputs.Count; p++)
            {
                PropertyArray array = structure.AtomProperties[inputs[p]];
                names[p] = (byte*)Pin(Encoding.UTF8.GetBytes(inputs[p] + "\0"));
                values[p] = (double*)Pin(array.ToReals());
                widths[p] = array.Components;
            }

            StructureView view = new()
            {
                Atoms = structure.Count, Species = (int*)Pin(structure.Species.ToArray()),
                Positions = (double*)Pin(structure.Positions.ToArray()),
                Cell = (double*)Pin(structure.Cell!.Vectors.ToArray()), Periodic = 7, Properties = inputs.Count, Names = names,
                Widths = widths, Values = values,
            };
            PredictionView to = new() { Energies = (double*)Pin(energies), Forces = (double*)Pin(forces), Virial = (double*)Pin(virial) };
            nint model;
            Check(open((byte*)Pin(Encoding.UTF8.GetBytes(folder + "\0")), &model));
            int failed = predict(model, &view, 1, &to);
            if (failed == 0 && grades is not null) failed = grade(model, &view, 1, (double*)Pin(grades));
            close(model);
            Check(failed);
        }
        finally
        {
            pinned.ForEach(static p => p.Free());
        }

        nint Pin(Array array)
        {
            pinned.Add(GCHandle.Alloc(array, GCHandleType.Pinned));
            return pinned[^1].AddrOfPinnedObject();
        }

        void Check(int failed)
        {
            if (failed != 0) throw new FailureException($"{library}: {Marshal.PtrToStringUTF8((nint)error())}");
        }
    }
}
