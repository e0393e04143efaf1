using System;
using System.Collections.Generic;
using System.Linq;
using Toolkit.Numerics.Files;
using Toolkit.Numerics.Structures;

namespace Toolkit.Cli.Predicting;

/// <summary>Predictions as text separated by commas, a line for each structure or each atom, units in the first line.</summary>
internal static class PredictionCsv
{
    private static readonly string[] Axes = ["x", "y", "z"], StructureColumns = ["structure", "atoms"];

    private static readonly string[] AtomColumns = ["structure", "atom", "element", "x [Å]", "y [Å]", "z [Å]"];

    /// <summary>Writes the file while structures come.</summary>
    /// <param name="path">Its name.</param>
    /// <param name="structures">Structures that have what is predicted of them and nothing else.</param>
    /// <param name="perAtom">Whether atoms have the lines.</param>
    /// <param name="prefix">What stands before the names of predictions.</param>
    /// <param name="hasStress">Whether structures in cells have a stress: others have nothing in its place.</param>
    /// <param name="replace">Whether a file that is there may be replaced.</param>
    public static void Write(
        string path, IEnumerable<Structure> structures, bool perAtom, string prefix, bool hasStress, bool replace) =>
        AtomicFile.Write(path, stream =>
    {
        List<(string Name, int Count)> columns = [];
        Utf8Text text = new();
        int number = 0;
        foreach (Structure s in structures)
        {
            number++;
            if (number == 1)
            {
                columns = [.. s.Properties.Select(static p => (p.Key, p.Value.ToReals().Length))];
                if (hasStress && !s.Properties.ContainsKey(prefix + "stress")) columns.Add((prefix + "stress", 9));
                text.Add(perAtom ? AtomHead(s, prefix)
                    : string.Join(',', StructureColumns.Concat(columns.SelectMany(c => Columns(c.Name, prefix, c.Count)))));
                text.Add('\n');
            }

            if (perAtom)
            {
                AddAtoms(text, s, number);
            }
            else
            {
                text.Add((long)number);
                text.Add(',');
                text.Add((long)s.Count);
                foreach ((string name, int count) in columns)
                {
                    if (s.Properties.TryGetValue(name, out PropertyValue? v))
                        text.Add(',', v.ToReals());
                    else
                        text.Add(new string(',', count));
                }

                text.Add('\n');
            }

            stream.Write(text.Written.Span);
            text.Clear();
        }
    }, replace);

    private static void AddAtoms(Utf8Text text, Structure s, int number)
    {
        double[][] arrays = [.. s.AtomProperties.Values.Select(static v => v.ToReals())];
        for (int i = 0; i < s.Count; i++)
        {
            text.Add((long)number);
            text.Add(',');
            text.Add(i + 1L);
            text.Add(',');
            text.Add(Elements.Symbol(s.Species[i]));
            text.Add(',', s.Positions.Slice(3 * i, 3));
            foreach (double[] a in arrays)
                text.Add(',', a.AsSpan(i * (a.Length / s.Count), a.Length / s.Count));

            text.Add('\n');
        }
    }

    private static string AtomHead(Structure s, string prefix) => string.Join(',', AtomColumns
        .Concat(s.AtomProperties.SelectMany(p => Columns(p.Key, prefix, p.Value.Components))));

    private static IEnumerable<string> Columns(string name, string prefix, int count)
    {
        string unit = Unit(name[prefix.Length..]);
        string after = unit.Length > 0 ? $" [{unit}]" : "";
        return Enumerable.Range(0, count).Select(k => name + Suffix(k, count) + after);
    }

    /// <summary>_x, _xy, _xyz … of the numbers of a tensor.</summary>
    private static string Suffix(int k, int count)
    {
        if (count == 1) return "";
        string suffix = "";
        for (int size = count; size > 1; size /= 3)
        {
            suffix = Axes[k % 3] + suffix;
            k /= 3;
        }

        return "_" + suffix;
    }

    private static string Unit(string name) => name switch
    {
        "energy" or "energies" or "energy_std" or "energies_std" => "eV",
        "forces" => "eV/Å",
        "stress" => "eV/Å³",
        "dipole" or "atomic_dipole" => "e·Å",
        "born_charges" => "e",
        _ => "",
    };
}
