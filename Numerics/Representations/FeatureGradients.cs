using System;
using System.Collections.Generic;
using Toolkit.Numerics.Expansion;

namespace Toolkit.Numerics.Representations;

/// <summary>
/// Features of all atoms of a structure and their gradients by positions and vectors, sparse by the atoms that each
/// depends on.
/// </summary>
public sealed class FeatureGradients
{
    private readonly int[] _start;
    private readonly int[] _atoms;

    /// <summary>Memory for as many rows, what stands in it arbitrary.</summary>
    internal FeatureGradients(
        int features, IReadOnlyList<VectorField> fields, int[] start, int[] atoms, bool hasStrain, FeatureGradients? reuse)
    {
        FeatureCount = features;
        Fields = fields;
        _start = start;
        _atoms = atoms;
        ValueMemory = Take(reuse?.ValueMemory, (long)(start.Length - 1) * features);
        PositionMemory = Take(reuse?.PositionMemory, (long)atoms.Length * 3 * features);
        VectorMemory = Take(reuse?.VectorMemory, (long)atoms.Length * fields.Count * 3 * features);
        StrainMemory = Take(reuse?.StrainMemory, hasStrain ? (start.Length - 1) * 9L * features : 0);
        HasStrain = hasStrain;
        reuse?.Empty();
    }

    private static double[] Take(double[]? memory, long size) =>
        memory?.Length >= size ? memory : GC.AllocateUninitializedArray<double>(checked((int)size));

    private void Empty() => (ValueMemory, PositionMemory, VectorMemory, StrainMemory, HasStrain, FeatureCount) = ([], [], [], [], false, 0);

    internal double[] ValueMemory { get; private set; }

    internal double[] PositionMemory { get; private set; }

    internal double[] VectorMemory { get; private set; }

    internal double[] StrainMemory { get; private set; }

    /// <summary>Whether there are <see cref="StrainGradients"/>.</summary>
    public bool HasStrain { get; private set; }

    /// <summary>The number of features per atom.</summary>
    public int FeatureCount { get; private set; }

    /// <summary>The vector fields that there are gradients by.</summary>
    public IReadOnlyList<VectorField> Fields { get; }

    /// <summary>Features: <c>[atom, feature]</c>.</summary>
    public ReadOnlySpan<double> Values => ValueMemory.AsSpan(0, (_start.Length - 1) * FeatureCount);

    /// <summary>Rows of centre i are <c>Offsets[i] … Offsets[i + 1] − 1</c>; the first is the centre itself.</summary>
    public ReadOnlySpan<int> Offsets => _start;

    /// <summary>The atom whose position or vector each row differentiates by: <c>[row]</c>.</summary>
    public ReadOnlySpan<int> Atoms => _atoms;

    /// <summary>∂(features of the row's centre)/∂(position of the row's atom), all its images moving along:
    /// <c>[row, xyz, feature]</c>, 1/Å.</summary>
    public ReadOnlySpan<double> Gradients => PositionMemory.AsSpan(0, _atoms.Length * 3 * FeatureCount);

    /// <summary>∂(features of the row's centre)/∂(vector of the row's atom), the same in all its images:
    /// <c>[row, field, xyz, feature]</c>, per unit of the vector; empty where there are no fields.</summary>
    public ReadOnlySpan<double> VectorGradients =>
        VectorMemory.AsSpan(0, _atoms.Length * Fields.Count * 3 * FeatureCount);

    /// <summary>∂(features of an atom)/∂ε for a strain r → (1 + ε) r of atoms and cell, the vectors kept:
    /// <c>[atom, xyz, xyz, feature]</c>; empty where they were not asked for.</summary>
    public ReadOnlySpan<double> StrainGradients =>
        StrainMemory.AsSpan(0, HasStrain ? (_start.Length - 1) * 9 * FeatureCount : 0);
}
