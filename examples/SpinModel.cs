using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
// <readme>
using Toolkit.Numerics.Expansion;
using Toolkit.Numerics.Learning;
using Toolkit.Numerics.Models;
using Toolkit.Numerics.Models.SpinLattice;
using Toolkit.Numerics.Radial;
using Toolkit.Numerics.Representations;
using Toolkit.Numerics.Structures;
// </readme>

namespace Toolkit.Examples;

internal static class SpinModel
{
    internal static void Run(TextWriter output) => Workplace.Run(() =>
    {
        var random = new Random(1);
        ExtendedXyzWriter.Write("iron.xyz", Enumerable.Range(0, 17).Select(_ => Iron(random)).ToList());
        OfFile(output);
    });

    private static void OfFile(TextWriter output)
    {
        // <readme>
        Structure[] structures = ExtendedXyzReader.Read("iron.xyz").ToArray();   // with the atom property spins, three numbers per atom in μB

        var radial = RadialTable.Build(new SmearedGto(new GtoBasis(4, 4.0), 2, 4.0, 0.4), new CutoffFunction(4.0, 1.0));
        var expansion = new DensityExpansion(radial, [26], fields: [VectorField.Spin("spins")]);
        var spins = new SpinPowerSpectrum(expansion, FieldCoupling.Summed);
        var design = new EnergyDesign([spins, new VectorPower(expansion, 0, 2), new VectorPower(expansion, 0, 3)], [26]);
        NormalEquations[] folds = [new(design.Columns), new(design.Columns)];
        foreach ((int k, Structure s) in structures[..^1].Index())
        {
            DesignRows rows = design.Rows(s);
            SpinLatticeEnergy label = SpinLatticeHamiltonian.BccIron.Evaluate(s);
            folds[k % 2].Add(rows.Energy, [label.Energy]);
            folds[k % 2].Add(rows.EffectiveFields[0], label.Fields);
        }
        RidgeFit fit = RidgeRegression.CrossValidate(folds, design.UnpenalisedColumns);

        Evaluation found = new LinearPotential(design, fit.Coefficients).Predict(structures[^1]);
        SpinLatticeEnergy truth = SpinLatticeHamiltonian.BccIron.Evaluate(structures[^1]);
        // </readme>

        double error = Math.Abs(found.Energy - truth.Energy) / structures[^1].Count;
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"iron: {structures[^1].Count} atoms, energy within 0.1 eV/atom of the truth: {error < 0.1}"));
    }

    /// <summary>Sixteen atoms of bcc iron, shaken, with spins of about 2.2 μB that lean from z.</summary>
    private static Structure Iron(Random random)
    {
        const double A = 2.87;
        double Small(double size) => size * (2 * random.NextDouble() - 1);
        var positions = new List<double>();
        var vectors = new List<double>();
        foreach (int cell in Enumerable.Range(0, 8))
            foreach (double shift in new[] { 0, 0.5 })
            {
                foreach (int axis in new[] { 0, 1, 2 })
                    positions.Add(A * ((cell >> axis & 1) + shift) + Small(0.05));
                vectors.AddRange([Small(1), Small(1), 2.2 + Small(0.2)]);
            }
        return Structure.Create(Enumerable.Repeat(26, 16).ToArray(), positions.ToArray())
            .WithCell(new Cell([2 * A, 0, 0, 0, 2 * A, 0, 0, 0, 2 * A]), Periodicity.All)
            .WithAtomProperty("spins", PropertyArray.Real(vectors.ToArray(), 3));
    }
}
