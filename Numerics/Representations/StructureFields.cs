using System;
using System.Collections.Generic;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Toolkit.Numerics.Expansion;
using Toolkit.Numerics.Fields.Potential;
using Toolkit.Numerics.Neighbors;
using Toolkit.Numerics.Structures;

namespace Toolkit.Numerics.Representations;

/// <summary>
/// What the fields of a set of representations know of one structure: the neighbours of each expansion, and the values of each
/// potential around every atom, with the derivatives by them while a backward pass runs.
/// </summary>
internal sealed unsafe class StructureFields : IDisposable
{
    private readonly NeighborList? _given;
    private readonly PotentialState[] _states;
    private readonly double[][] _values, _adjoints;
    private readonly int[] _lengths;

    /// <summary>Begins with a structure.</summary>
    /// <param name="expansions">The expansions.</param>
    /// <param name="potentials">The potentials.</param>
    /// <param name="structure">The structure.</param>
    /// <param name="threads">How many threads may work.</param>
    /// <param name="adjoints">Whether a backward pass will follow.</param>
    /// <param name="pairs">Neighbours that somebody else has found, to the largest cutoff; or null.</param>
    public StructureFields(
        IReadOnlyList<DensityExpansion> expansions, IReadOnlyList<PotentialField> potentials, Structure structure, int threads,
            bool adjoints,
        NeighborList? pairs = null)
    {
        (Structure, _given) = (structure, pairs);
        Around = new Surroundings[expansions.Count];
        for (int e = 0; e < Around.Length; e++)
            Around[e] = expansions[e].Around(structure, threads, pairs);
        _states = new PotentialState[potentials.Count];
        (_values, _adjoints, _lengths) = (new double[_states.Length][], new double[_states.Length][], new int[_states.Length]);
        for (int p = 0; p < _states.Length; p++)
        {
            _states[p] = potentials[p].Begin(structure, threads);
            _lengths[p] = potentials[p].ValuesPerCentre;
            _values[p] = GC.AllocateUninitializedArray<double>(checked(structure.Count * _lengths[p]), pinned: true);
            _adjoints[p] = adjoints ? GC.AllocateArray<double>(_values[p].Length, pinned: true) : [];
            _states[p].Forward(0, structure.Count, _values[p]);
        }
    }

    /// <summary>The structure.</summary>
    public Structure Structure { get; }

    /// <summary>Of each expansion.</summary>
    public Surroundings[] Around { get; }

    /// <summary>The values of a potential around one atom: <c>[lm, (species, n)]</c>.</summary>
    public double* Values(int potential, int centre) => Place(_values[potential], centre, _lengths[potential]);

    /// <summary>The derivatives by them; null where none are wanted.</summary>
    public double* Adjoints(int potential, int centre) =>
        _adjoints[potential].Length == 0 ? null : Place(_adjoints[potential], centre, _lengths[potential]);

    /// <summary>The derivatives of the energy by all that a potential depends on, once all atoms are through.</summary>
    public PotentialDerivatives End(int potential)
    {
        _states[potential].Backward(0, Around[0].Groups.Length, _adjoints[potential]);
        return _states[potential].End();
    }

    public void Dispose()
    {
        foreach (Surroundings around in Around)
            if (around.Pairs != _given) around.Pairs.Dispose();
        foreach (PotentialState state in _states)
            state.Dispose();
    }

    private static double* Place(double[] pinned, int centre, int length) =>
        (double*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(pinned)) + (nint)centre * length;
}
