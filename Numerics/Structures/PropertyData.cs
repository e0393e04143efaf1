using System;

namespace Toolkit.Numerics.Structures;

/// <summary>What atom properties and structure properties have in common.</summary>
internal static class PropertyData
{
    /// <summary>NaN equals NaN, so that equality is an equivalence.</summary>
    internal static bool Equal(PropertyKind kind, Array left, Array right) => kind switch
    {
        PropertyKind.Real => ((double[])left).AsSpan().SequenceEqual((double[])right),
        PropertyKind.Integer => ((long[])left).AsSpan().SequenceEqual((long[])right),
        PropertyKind.Logical => ((bool[])left).AsSpan().SequenceEqual((bool[])right),
        _ => ((string[])left).AsSpan().SequenceEqual((string[])right),
    };

    /// <exception cref="ArgumentException">Half of a surrogate pair, which no file can hold.</exception>
    internal static void RequireUnicode(string text)
    {
        for (int i = 0; i < text.Length; i++)
        {
            if (char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
                i++;
            else if (char.IsSurrogate(text[i]))
                throw new ArgumentException($"The text has half a character (U+{(int)text[i]:X4}) at place {i}.", nameof(text));
        }
    }
}
