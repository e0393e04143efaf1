using System;

namespace Toolkit.Numerics.Structures;

/// <summary>A per-atom property: [atom, component] row-major, of one kind. Immutable.</summary>
public sealed class PropertyArray : IEquatable<PropertyArray>
{
    private readonly Array _data;

    /// <summary>Takes an array that nobody else has; texts are checked by <see cref="Text"/>.</summary>
    internal PropertyArray(PropertyKind kind, Array data, int components)
    {
        if (components < 1)
            throw new ArgumentOutOfRangeException(nameof(components), components, "A per-atom property has at least one component.");

        if (data.Length % components != 0)
            throw new ArgumentException($"{data.Length} values cannot be rows of {components} components.", nameof(components));

        Kind = kind;
        Components = components;
        Count = data.Length / components;
        _data = data;
    }

    /// <summary>Real, Integer, Logical or Text.</summary>
    public PropertyKind Kind { get; }

    /// <summary>The number of atoms.</summary>
    public int Count { get; }

    /// <summary>The number of components per atom: 1 for a scalar, 3 for a vector, 9 for a matrix (row-major) …</summary>
    public int Components { get; }

    /// <summary>Real values, [atom, component] row-major. They may hold NaN or infinities, as files do.</summary>
    /// <exception cref="ArgumentException">The length is no multiple of <paramref name="components"/>.</exception>
    public static PropertyArray Real(ReadOnlySpan<double> values, int components = 1) =>
        new(PropertyKind.Real, values.ToArray(), components);

    /// <summary>Integers, [atom, component] row-major.</summary>
    /// <exception cref="ArgumentException">The length is no multiple of <paramref name="components"/>.</exception>
    public static PropertyArray Integer(ReadOnlySpan<long> values, int components = 1) =>
        new(PropertyKind.Integer, values.ToArray(), components);

    /// <summary>Truth values, [atom, component] row-major.</summary>
    /// <exception cref="ArgumentException">The length is no multiple of <paramref name="components"/>.</exception>
    public static PropertyArray Logical(ReadOnlySpan<bool> values, int components = 1) =>
        new(PropertyKind.Logical, values.ToArray(), components);

    /// <summary>Words, [atom, component] row-major: each non-empty and without white space or control characters.</summary>
    /// <exception cref="ArgumentException">
    /// The length is no multiple of <paramref name="components"/>, or an entry is no word.
    /// </exception>
    public static PropertyArray Text(ReadOnlySpan<string> values, int components = 1)
    {
        foreach (string word in values)
        {
            if (!IsWord(word))
                throw new ArgumentException($"A per-atom text is a word without white space; got \"{word}\".", nameof(values));

            PropertyData.RequireUnicode(word);
        }

        return new(PropertyKind.Text, values.ToArray(), components);
    }

    /// <summary>The values of a Real property, [atom, component] row-major.</summary>
    /// <exception cref="InvalidOperationException">The kind is another one.</exception>
    public ReadOnlySpan<double> Reals => Data<double>(PropertyKind.Real);

    /// <summary>The values of an Integer property, [atom, component] row-major.</summary>
    /// <exception cref="InvalidOperationException">The kind is another one.</exception>
    public ReadOnlySpan<long> Integers => Data<long>(PropertyKind.Integer);

    /// <summary>The values of a Logical property, [atom, component] row-major.</summary>
    /// <exception cref="InvalidOperationException">The kind is another one.</exception>
    public ReadOnlySpan<bool> Logicals => Data<bool>(PropertyKind.Logical);

    /// <summary>The values of a Text property, [atom, component] row-major.</summary>
    /// <exception cref="InvalidOperationException">The kind is another one.</exception>
    public ReadOnlySpan<string> Texts => Data<string>(PropertyKind.Text);

    /// <summary>The values as numbers, [atom, component] row-major: those of a Real or an Integer property, copied.</summary>
    /// <exception cref="InvalidOperationException">The property holds no numbers.</exception>
    public double[] ToReals() => Kind == PropertyKind.Integer
        ? Array.ConvertAll((long[])_data, static i => (double)i)
        : Reals.ToArray();

    /// <summary>The rows of the given atoms, in the given order; an atom may come more than once.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An index is no atom.</exception>
    public PropertyArray Select(ReadOnlySpan<int> atoms)
    {
        Array rows = Array.CreateInstanceFromArrayType(_data.GetType(), atoms.Length * Components);
        for (int i = 0; i < atoms.Length; i++)
        {
            if ((uint)atoms[i] >= (uint)Count)
                throw new ArgumentOutOfRangeException(nameof(atoms), atoms[i], $"expected an atom in 0…{Count - 1}");

            Array.Copy(_data, atoms[i] * Components, rows, i * Components, Components);
        }

        return new(Kind, rows, Components);
    }

    /// <inheritdoc/>
    public bool Equals(PropertyArray? other) =>
        other is not null && Kind == other.Kind && Components == other.Components && PropertyData.Equal(Kind, _data, other._data);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as PropertyArray);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Kind, Count, Components);

    /// <summary>Kind and shape, for messages: "Real[5, 3]".</summary>
    public override string ToString() => $"{Kind}[{Count}, {Components}]";

    internal static bool IsWord(string? text)
    {
        if (string.IsNullOrEmpty(text))
            return false;

        foreach (char c in text)
        {
            if (char.IsWhiteSpace(c) || char.IsControl(c))
                return false;
        }

        return true;
    }

    private T[] Data<T>(PropertyKind kind) => Kind == kind
        ? (T[])_data
        : throw new InvalidOperationException($"The property is {this}, not {kind}.");
}
