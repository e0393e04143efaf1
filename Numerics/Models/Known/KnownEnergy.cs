using System.Collections.Generic;
using System.Linq;
using Toolkit.Numerics.Neighbors;
using Toolkit.Numerics.Representations;
using Toolkit.Numerics.Structures;

namespace Toolkit.Numerics.Models.Known;

/// <summary>All that a model knows without having learned it: what is taken off labels before a fit and added to predictions.</summary>
internal sealed class KnownEnergy
{
    private readonly IPairEnergy[] _pairs;
    private readonly PointCharges? _charges;

    private KnownEnergy(IPairEnergy[] pairs, PointCharges? charges) => (_pairs, _charges) = (pairs, charges);

    /// <summary>What a model's specification says; null: nothing.</summary>
    public static KnownEnergy? Of(ModelSpec? model)
    {
        List<IPairEnergy> pairs = [.. (model?.Pairs ?? []).Select(static p => new PairPotential(p))];
        if (model?.Repulsion is { } repulsion) pairs.Add(new ZblRepulsion(repulsion.Inner, repulsion.Outer));
        PointCharges? charges = model?.Electrostatics is { } electrostatics ? new PointCharges(electrostatics) : null;
        return pairs.Count == 0 && charges is null ? null : new KnownEnergy([.. pairs], charges);
    }

    /// <summary>How far pairs reach, Å.</summary>
    public double Reach => _pairs.Length == 0 ? 0 : _pairs.Max(static p => p.Outer);

    /// <summary>Whether there are pairs of neighbours alone.</summary>
    public bool IsLocal => _charges is null;

    /// <summary>Energies and derivatives.</summary>
    /// <param name="structure">The atoms.</param>
    /// <param name="threads">How many threads may work; the result is the same for any number.</param>
    public Evaluation Evaluate(Structure structure, int threads = 1)
    {
        if (_pairs.Length == 0) return _charges!.Evaluate(structure, threads);
        using NeighborList list = NeighborList.Build(structure, Reach, threads);
        Evaluation near = Evaluate(structure, list);
        return _charges is null ? near : Sum(near, _charges.Evaluate(structure, threads));
    }

    /// <summary>The same of neighbours that are given, where it is local.</summary>
    /// <param name="structure">The atoms.</param>
    /// <param name="list">Their neighbours, at least to <see cref="Reach"/>.</param>
    /// <param name="centres">The atoms whose energies count; null: all.</param>
    public Evaluation Evaluate(Structure structure, NeighborList list, int[]? centres = null) =>
        PairEnergies.Evaluate(structure, list, _pairs, centres);

    /// <summary>Two energies and their derivatives; effective fields are the first's.</summary>
    public static Evaluation Sum(Evaluation a, Evaluation b)
    {
        return a with
        {
            Energy = a.Energy + b.Energy,
            AtomicEnergies = Add(a.AtomicEnergies, b.AtomicEnergies),
            Forces = Add(a.Forces, b.Forces),
            Virial = Add(a.Virial, b.Virial),
            CellGradient = Add(a.CellGradient, b.CellGradient),
            AtomicVirials = a.AtomicVirials is { } first && b.AtomicVirials is { } second ? Add(first, second) : null,
        };

        static double[] Add(double[] x, double[] y) => x.Zip(y, static (p, q) => p + q).ToArray();
    }
}
