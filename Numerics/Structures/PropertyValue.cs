using System;
using System.Buffers;
using System.Text;
using System.Text.Json;

namespace Toolkit.Numerics.Structures;

/// <summary>
/// A per-structure property: a scalar, a vector, a matrix (row-major) or an array of higher rank, of one kind. Immutable.
/// </summary>
public sealed class PropertyValue : IEquatable<PropertyValue>
{
    private readonly Array _data;
    private readonly int[] _shape;

    private PropertyValue(PropertyKind kind, Array data, ReadOnlySpan<int> shape)
    {
        long size = 1;
        foreach (int n in shape)
        {
            if (n < 1)
                throw new ArgumentException($"Every axis of a shape has one entry at least; got {n}.", nameof(shape));

            size *= n;
        }

        if (size != data.Length)
        {
            throw new ArgumentException(
                $"{data.Length} values do not fill the shape [{string.Join(", ", shape.ToArray())}].", nameof(shape));
        }

        Kind = kind;
        _data = data;
        _shape = shape.ToArray();
    }

    /// <summary>What the entries are.</summary>
    public PropertyKind Kind { get; }

    /// <summary>The lengths of the axes: empty for a scalar, [n] for a vector, [3, 3] for a 3×3 matrix.</summary>
    public ReadOnlySpan<int> Shape => _shape;

    /// <summary>The number of entries.</summary>
    public int Size => _data.Length;

    /// <summary>Whether there is a single entry without axes.</summary>
    public bool IsScalar => _shape.Length == 0;

    /// <summary>A real number; NaN and infinities are kept, as files hold them.</summary>
    public static PropertyValue Real(double value) => new(PropertyKind.Real, new[] { value }, []);

    /// <summary>An array of real numbers, row-major, of the given shape.</summary>
    /// <exception cref="ArgumentException">The values do not fill the shape.</exception>
    public static PropertyValue Real(ReadOnlySpan<double> values, params ReadOnlySpan<int> shape) =>
        new(PropertyKind.Real, values.ToArray(), shape);

    /// <summary>An integer.</summary>
    public static PropertyValue Integer(long value) => new(PropertyKind.Integer, new[] { value }, []);

    /// <summary>An array of integers, row-major, of the given shape.</summary>
    /// <exception cref="ArgumentException">The values do not fill the shape.</exception>
    public static PropertyValue Integer(ReadOnlySpan<long> values, params ReadOnlySpan<int> shape) =>
        new(PropertyKind.Integer, values.ToArray(), shape);

    /// <summary>A truth value.</summary>
    public static PropertyValue Logical(bool value) => new(PropertyKind.Logical, new[] { value }, []);

    /// <summary>An array of truth values, row-major, of the given shape.</summary>
    /// <exception cref="ArgumentException">The values do not fill the shape.</exception>
    public static PropertyValue Logical(ReadOnlySpan<bool> values, params ReadOnlySpan<int> shape) =>
        new(PropertyKind.Logical, values.ToArray(), shape);

    /// <summary>A string.</summary>
    /// <exception cref="ArgumentNullException">The text is null.</exception>
    /// <exception cref="ArgumentException">The text has half of a surrogate pair.</exception>
    public static PropertyValue Text(string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        PropertyData.RequireUnicode(value);
        return new(PropertyKind.Text, new[] { value }, []);
    }

    /// <summary>An array of strings, row-major, of the given shape.</summary>
    /// <exception cref="ArgumentException">The values do not fill the shape, or a text has half of a surrogate pair.</exception>
    /// <exception cref="ArgumentNullException">A text is null.</exception>
    public static PropertyValue Text(ReadOnlySpan<string> values, params ReadOnlySpan<int> shape)
    {
        foreach (string value in values)
        {
            ArgumentNullException.ThrowIfNull(value);
            PropertyData.RequireUnicode(value);
        }

        return new(PropertyKind.Text, values.ToArray(), shape);
    }

    /// <summary>A JSON text, kept in its shortest form (no white space between tokens).</summary>
    /// <exception cref="JsonException">The text is not JSON.</exception>
    public static PropertyValue Json(string json)
    {
        ArgumentNullException.ThrowIfNull(json);
        using JsonDocument document = JsonDocument.Parse(json);
        ArrayBufferWriter<byte> shortest = new();
        using (Utf8JsonWriter writer = new(shortest))
        {
            document.RootElement.WriteTo(writer);
        }

        return new(PropertyKind.Json, new[] { Encoding.UTF8.GetString(shortest.WrittenSpan) }, []);
    }

    /// <summary>The values of a Real property, row-major.</summary>
    /// <exception cref="InvalidOperationException">The kind is another one.</exception>
    public ReadOnlySpan<double> Reals => Data<double>(PropertyKind.Real);

    /// <summary>The values of an Integer property, row-major.</summary>
    /// <exception cref="InvalidOperationException">The kind is another one.</exception>
    public ReadOnlySpan<long> Integers => Data<long>(PropertyKind.Integer);

    /// <summary>The values of a Logical property, row-major.</summary>
    /// <exception cref="InvalidOperationException">The kind is another one.</exception>
    public ReadOnlySpan<bool> Logicals => Data<bool>(PropertyKind.Logical);

    /// <summary>The values of a Text property, row-major; or the one text of a Json property.</summary>
    /// <exception cref="InvalidOperationException">The kind is another one.</exception>
    public ReadOnlySpan<string> Texts => Kind == PropertyKind.Json ? (string[])_data : Data<string>(PropertyKind.Text);

    /// <summary>The values as numbers, row-major: those of a Real or an Integer property, copied.</summary>
    /// <exception cref="InvalidOperationException">The property holds no numbers.</exception>
    public double[] ToReals() => Kind == PropertyKind.Integer
        ? Array.ConvertAll((long[])_data, static i => (double)i)
        : Reals.ToArray();

    /// <inheritdoc/>
    public bool Equals(PropertyValue? other) => other is not null && Kind == other.Kind
        && _shape.AsSpan().SequenceEqual(other._shape) && PropertyData.Equal(Kind, _data, other._data);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as PropertyValue);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Kind, Size, _shape.Length);

    /// <summary>Kind and shape, for messages: "Real[3, 3]", "Text".</summary>
    public override string ToString() => IsScalar ? Kind.ToString() : $"{Kind}[{string.Join(", ", _shape)}]";

    private T[] Data<T>(PropertyKind kind) => Kind == kind
        ? (T[])_data
        : throw new InvalidOperationException($"The property is {this}, not {kind}.");
}
