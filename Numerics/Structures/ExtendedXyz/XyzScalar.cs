using System;
using System.Globalization;

namespace Toolkit.Numerics.Structures;

/// <summary>
/// One word of an extended-XYZ file as integer, real number or truth value. The three are tried in this order; what is
/// none of them is text.
/// </summary>
internal static class XyzScalar
{
    /// <summary>Digits with an optional sign that fit in 64 bits.</summary>
    internal static bool TryInteger(ReadOnlySpan<char> word, out long value) =>
        long.TryParse(word, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value);

    /// <summary>A decimal number, with exponent e, E, d or D (the last two are Fortran's); nan, inf and infinity in any case.</summary>
    internal static bool TryReal(ReadOnlySpan<char> word, out double value)
    {
        const NumberStyles Style = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        if (DecimalNumber.TryRead(word, out value))
            return true;

        if (word.IsEmpty || !char.IsAsciiLetterOrDigit(word[^1]) && word[^1] != '.')
        {
            value = 0;
            return false;
        }

        // Only the special numbers have more than the one letter of an exponent.
        ReadOnlySpan<char> unsigned = word[0] is '+' or '-' ? word[1..] : word;
        if (unsigned.Length > 0 && char.IsAsciiLetter(unsigned[0]))
        {
            bool isInfinite = unsigned.Equals("inf", StringComparison.OrdinalIgnoreCase)
                || unsigned.Equals("infinity", StringComparison.OrdinalIgnoreCase);
            value = isInfinite ? (word[0] == '-' ? double.NegativeInfinity : double.PositiveInfinity) : double.NaN;
            return isInfinite || unsigned.Equals("nan", StringComparison.OrdinalIgnoreCase);
        }

        if (double.TryParse(word, Style, CultureInfo.InvariantCulture, out value))
            return true;

        int d = word.IndexOfAny('d', 'D');
        if (d < 0 || word.Length > 128 || word.IndexOfAny('e', 'E') >= 0)
            return false;

        Span<char> copy = stackalloc char[128];
        word.CopyTo(copy);
        copy[d] = 'e';
        return double.TryParse(copy[..word.Length], Style, CultureInfo.InvariantCulture, out value);
    }

    /// <summary>T, F, and true, false written True, TRUE or true.</summary>
    internal static bool TryLogical(ReadOnlySpan<char> word, out bool value)
    {
        value = word is "T" or "True" or "true" or "TRUE";
        return value || word is "F" or "False" or "false" or "FALSE";
    }

    /// <summary>The same in any letter case, for places where nothing but a truth value can stand.</summary>
    internal static bool TryAnyLogical(ReadOnlySpan<char> word, out bool value)
    {
        value = word.Equals("T", StringComparison.OrdinalIgnoreCase) || word.Equals("true", StringComparison.OrdinalIgnoreCase);
        return value || word.Equals("F", StringComparison.OrdinalIgnoreCase) || word.Equals("false", StringComparison.OrdinalIgnoreCase);
    }
}
