using System;
using System.Collections.Generic;

namespace Toolkit.Numerics.Representations;

/// <summary>What each feature is: one row of integers per feature under named columns.</summary>
public sealed class FeatureLabels
{
    private readonly string[] _names;
    private readonly int[] _values;

    internal FeatureLabels(string[] names, int[] values)
    {
        _names = names;
        _values = values;
    }

    /// <summary>The columns, e.g. species_1, n_1, species_2, n_2, l.</summary>
    public IReadOnlyList<string> Names => _names;

    /// <summary>The number of features.</summary>
    public int Count => _values.Length / _names.Length;

    /// <summary><c>[feature, column]</c>.</summary>
    public ReadOnlySpan<int> Values => _values;

    /// <summary>The labels of one feature, in the order of <see cref="Names"/>.</summary>
    public ReadOnlySpan<int> this[int feature] => _values.AsSpan(feature * _names.Length, _names.Length);
}
