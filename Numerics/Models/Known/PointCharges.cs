using System;
using Toolkit.Numerics.Electrostatics;
using Toolkit.Numerics.Representations;
using Toolkit.Numerics.Structures;

namespace Toolkit.Numerics.Models.Known;

/// <summary>
/// Coulomb's law of charges that are given, by element or by an atom property, over all periodic images (Ewald): known before a model is
/// fitted, which then learns the rest, short-ranged as it is.
/// </summary>
/// <param name="Spec">The charges and what screens them.</param>
public sealed record PointCharges(ElectrostaticsSpec Spec)
{
    // e²/4πε₀ in eV Å, and the error over the potential of single charges.
    private const double Coulomb = 14.3996455, Tolerance = 1e-10;

    /// <summary>The energy of a structure, q_i V_i/2 with each atom, and its derivatives.</summary>
    /// <param name="structure">The atoms; where they repeat and their charges do not sum to zero, a uniform background does.</param>
    /// <param name="threads">How many threads may work; the result is the same for any number.</param>
    /// <exception cref="UnfitStructureException">Atoms without charges, or two at the same place.</exception>
    public Evaluation Evaluate(Structure structure, int threads = 1)
    {
        ArgumentNullException.ThrowIfNull(structure);
        double[] charges = Charges(structure);
        EwaldResult found;
        try
        {
            found = new EwaldSum(1, Tolerance).Compute(structure, charges, threads);
        }
        catch (ArgumentException e) when (e is not UnfitStructureException)
        {
            throw new UnfitStructureException("charges without an energy: two at the same place", "atoms apart");
        }
        double unit = Coulomb / Spec.Permittivity;
        double[] atoms = new double[structure.Count];
        for (int i = 0; i < atoms.Length; i++)
            atoms[i] = 0.5 * unit * charges[i] * found.Potentials[i];
        return new Evaluation(unit * found.Energy, atoms, Times(found.Forces), Times(found.Virial), Times(found.CellGradient), []);

        double[] Times(double[] values) => Array.ConvertAll(values, x => unit * x);
    }

    private double[] Charges(Structure structure)
    {
        if (Spec.Key is { } key)
        {
            if (!structure.AtomProperties.TryGetValue(key, out PropertyArray? array) || array.Components != 1
                || array.Kind is not (PropertyKind.Real or PropertyKind.Integer))
            {
                throw new UnfitStructureException(
                    $"no atom property '{key}' of one number per atom", "charges, for the electrostatics of the model");
            }

            double[] own = array.ToReals();
            int bad = Array.FindIndex(own, static q => !double.IsFinite(q));
            return bad < 0 ? own : throw new UnfitStructureException($"the charge {own[bad]} of atom {bad + 1}", "a finite number");
        }
        double[] charges = new double[structure.Count];
        for (int i = 0; i < charges.Length; i++)
        {
            if (!Spec.ByElement!.TryGetValue(structure.Species[i], out charges[i]))
                throw new UnfitStructureException($"{Elements.Symbol(structure.Species[i])} without a charge", "a charge of each element in $.model.electrostatics.charges");
        }

        return charges;
    }
}
