using System;
using System.IO;
// <readme>
using Toolkit.Numerics.Structures;
using Toolkit.Testing;
// </readme>

namespace Toolkit.Examples;

internal static class TestingYourOwn
{
    // <readme>
    // Your own program, from atomic numbers and positions [atom, xyz]: here the sum Σ_j z_j / r_ij at every atom.
    static double[] Potentials(int[] species, double[] r, double[] cell)
    {
        double[] values = new double[species.Length];
        for (int i = 0; i < species.Length; i++)
            for (int j = 0; j < species.Length; j++)
                if (j != i)
                    values[i] += species[j] / Distance(r, i, j);
        return values;
    }

    static double Distance(double[] r, int i, int j) =>
        Math.Sqrt(Math.Pow(r[3 * j] - r[3 * i], 2) + Math.Pow(r[3 * j + 1] - r[3 * i + 1], 2) + Math.Pow(r[3 * j + 2] - r[3 * i + 2], 2));
    // </readme>

    internal static void Run(TextWriter output)
    {
        // <readme>
        Subject potentials = Subject.OfArrays("potentials", isPerAtom: true, Potentials).WithPeriodicity(Periodicity.None);
        Laws.AssertInvariant(potentials);               // rotations and reflections
        Laws.AssertTranslationInvariant(potentials);
        Laws.AssertPermutation(potentials);
        // </readme>
        output.WriteLine("potentials: invariant, and permuted with the atoms");
        string broken = Broken(() =>
        {
            // <readme>
            // A sum over positions is none of that: this throws.
            Laws.AssertInvariant(Subject.OfArrays("the first x", isPerAtom: false, (species, r, cell) => [r[0]]));
            // </readme>
        });
        output.WriteLine(broken.Split('\n')[0].Split(':')[0] + ": not invariant");

        Subject energy = Subject.PerStructure("energy", s => [Energy(s)]).WithPeriodicity(Periodicity.None);
        // <readme>
        Laws.AssertForces(energy, Forces);              // −∂E/∂r by differences
        Laws.AssertVectors(Subject.PerAtom("forces", Forces).WithPeriodicity(Periodicity.None), isAxial: false);
        // </readme>
        output.WriteLine("forces: minus the gradient, and vectors");
    }

    private static string Broken(Action law)
    {
        try
        {
            law();
        }
        catch (LawBrokenException e)
        {
            return e.Message;
        }
        throw new InvalidOperationException("a broken law was not seen");
    }

    /// <summary>½ Σ_ij z_i z_j exp(−r²).</summary>
    private static double Energy(Structure s)
    {
        double[] r = s.Positions.ToArray();
        double sum = 0;
        for (int i = 0; i < s.Count; i++)
            for (int j = 0; j < i; j++)
                sum += s.Species[i] * s.Species[j] * Math.Exp(-Math.Pow(Distance(r, i, j), 2));
        return sum;
    }

    private static double[] Forces(Structure s)
    {
        double[] r = s.Positions.ToArray(), forces = new double[r.Length];
        for (int i = 0; i < s.Count; i++)
            for (int j = 0; j < s.Count; j++)
                for (int d = 0; d < 3; d++)
                    if (j != i)
                        forces[3 * i + d] += 2 * s.Species[i] * s.Species[j]
                            * Math.Exp(-Math.Pow(Distance(r, i, j), 2)) * (r[3 * i + d] - r[3 * j + d]);
        return forces;
    }
}
