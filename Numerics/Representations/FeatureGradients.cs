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
    private readonly double[] _values;
    private readonly int[] _start;
    private readonly int[] _atoms;
    private readonly double[] _gradients;
    private readonly double[] _vectors;

    internal FeatureGradients(
        int features, IReadOnlyList<VectorField> fields, double[] values, int[] start, int[] atoms, double[] gradients, double[] vectors)
    {
        FeatureCount = features;
        Fields = fields;
        _values = values;
        _start = start;
        _atoms = atoms;
        _gradients = gradients;
        _vectors = vectors;
    }

    /// <summary>The number of features per atom.</summary>
    public int FeatureCount { get; }

    /// <summary>The vector fields that there are gradients by.</summary>
    public IReadOnlyList<VectorField> Fields { get; }

    /// <summary>Features: <c>[atom, feature]</c>.</summary>
    public ReadOnlySpan<double> Values => _values;

    /// <summary>Rows of centre i are <c>Offsets[i] … Offsets[i + 1] − 1</c>; the first is the centre itself.</summary>
    public ReadOnlySpan<int> Offsets => _start;

    /// <summary>The atom whose position or vector each row differentiates by: <c>[row]</c>.</summary>
    public ReadOnlySpan<int> Atoms => _atoms;

    /// <summary>∂(features of the row's centre)/∂(position of the row's atom), all its images moving along:
    /// <c>[row, xyz, feature]</c>, 1/Å.</summary>
    public ReadOnlySpan<double> Gradients => _gradients;

    /// <summary>∂(features of the row's centre)/∂(vector of the row's atom), the same in all its images:
    /// <c>[row, field, xyz, feature]</c>, per unit of the vector; empty where there are no fields.</summary>
    public ReadOnlySpan<double> VectorGradients => _vectors;
}
