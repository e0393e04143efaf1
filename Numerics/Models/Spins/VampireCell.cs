using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using Toolkit.Numerics.Files;
using Toolkit.Numerics.Neighbors;
using Toolkit.Numerics.Structures;

namespace Toolkit.Numerics.Models.Spins;

/// <summary>Writes couplings of spins as a unit cell file of Vampire (.ucf), with tensors.</summary>
/// <remarks>
/// The format is that of the manual's chapter on unit cell files (R. F. L. Evans et al., J. Phys.: Condens. Matter 26, 103202 (2014);
/// version 5): size of the cell in Å, its vectors over that, atoms with fractional coordinates, material, category and height category,
/// interactions i j dx dy dz Jxx … Jzz in J, both directions of a pair. Its Hamiltonian is −Σ_{i&lt;j} S_i·J·S_j of unit vectors, as
/// <see cref="SpinCoupling.Tensor"/>; cells are orthogonal.
/// </remarks>
public static class VampireCell
{
    private const double Joule = 1.602176634e-19;

    /// <summary>Whether the format has the structure's cell: three orthogonal vectors along x, y and z.</summary>
    public static bool Has(Structure structure)
    {
        ArgumentNullException.ThrowIfNull(structure);
        if (structure.Cell is not { IsComplete: true } cell || structure.Periodic != Periodicity.All) return false;
        ReadOnlySpan<double> v = cell.Vectors;
        double scale = v[0] + v[4] + v[8];
        for (int k = 0; k < 9; k++)
            if (k % 4 != 0 && Math.Abs(v[k]) > 1e-8 * scale) return false;
        return v[0] > 0 && v[4] > 0 && v[8] > 0;
    }

    /// <summary>Writes the file.</summary>
    /// <param name="path">Its name.</param>
    /// <param name="structure">The cell: of those atoms alone that have a spin.</param>
    /// <param name="spins">Moments of all atoms: <c>[atom, xyz]</c>; those of length 0 are left out.</param>
    /// <param name="couplings">Of its atoms.</param>
    /// <param name="generator">What made it, for the first line.</param>
    /// <param name="replace">Whether a file that is there may be replaced.</param>
    /// <exception cref="ArgumentException">A cell that the format does not have.</exception>
    public static void Write(
        string path, Structure structure, ReadOnlySpan<double> spins, IReadOnlyList<SpinCoupling> couplings, string generator,
        bool replace = true)
    {
        ArgumentNullException.ThrowIfNull(structure);
        ArgumentNullException.ThrowIfNull(couplings);
        if (!Has(structure)) throw new ArgumentException("expected a cell of three orthogonal vectors along x, y and z", nameof(structure));
        ReadOnlySpan<double> v = structure.Cell!.Vectors;
        double[] size = [v[0], v[4], v[8]];
        int[] number = new int[structure.Count];
        int count = 0;
        for (int i = 0; i < structure.Count; i++)
            number[i] = spins[3 * i] != 0 || spins[3 * i + 1] != 0 || spins[3 * i + 2] != 0 ? count++ : -1;
        double[] places = new double[3 * structure.Count];
        int[] home = new int[3 * structure.Count];
        for (int k = 0; k < places.Length; k++)
        {
            double x = structure.Positions[k] / size[k % 3];
            home[k] = (int)Math.Floor(x);
            // What is a hair below the next cell may be rounded to it.
            places[k] = Math.Min(x - home[k], 1 - 1e-12);
        }
        int[] species = [.. structure.Species.ToArray().Where((_, i) => number[i] >= 0).Distinct().Order()];
        AtomicFile.Write(path, stream =>
        {
            using StreamWriter to = new(stream, leaveOpen: true) { NewLine = "\n" };
            to.WriteLine($"# {generator}");
            to.WriteLine("# Unit cell size, Å:");
            to.WriteLine(Line(size));
            to.WriteLine("# Unit cell lattice vectors:");
            to.WriteLine("1 0 0");
            to.WriteLine("0 1 0");
            to.WriteLine("0 0 1");
            to.WriteLine($"# Atoms num_atoms num_materials; id cx cy cz mat cat hcat; materials: {string.Join(" ", species.Select(Elements.Symbol))}");
            to.WriteLine(FormattableString.Invariant($"{count} {species.Length}"));
            for (int i = 0; i < number.Length; i++)
            {
                if (number[i] < 0) continue;
                int material = Array.IndexOf(species, structure.Species[i]);
                to.WriteLine(FormattableString.Invariant($"{number[i]} {Line(places.AsSpan(3 * i, 3))} {material} 0 0"));
            }
            to.WriteLine("# Interactions n exctype; id i j dx dy dz Jxx Jxy Jxz Jyx Jyy Jyz Jzx Jzy Jzz, J");
            to.WriteLine(FormattableString.Invariant($"{couplings.Count} tensorial"));
            for (int n = 0; n < couplings.Count; n++)
            {
                SpinCoupling c = couplings[n];
                // A shift is from where atoms are said to be; here all are within the cell.
                CellShift s = c.Shift;
                int[] shift = [.. new[] { s.A, s.B, s.C }.Select((x, d) => x + home[3 * c.Second + d] - home[3 * c.First + d])];
                string tensor = Line(Array.ConvertAll(c.Tensor, static x => x * Joule));
                to.WriteLine(FormattableString.Invariant(
                    $"{n} {number[c.First]} {number[c.Second]} {shift[0]} {shift[1]} {shift[2]} {tensor}"));
            }
        }, replace);

        static string Line(ReadOnlySpan<double> values) =>
            string.Join(' ', values.ToArray().Select(static x => x.ToString("R", CultureInfo.InvariantCulture)));
    }
}
