using System;
using System.Text;

namespace Toolkit.Numerics.Files;

/// <summary>What is wrong with something that a user handed in, in one line: where, what was found, what was expected.</summary>
/// <param name="Source">The file's name, or what else the text came from.</param>
/// <param name="Line">The line, counted from 1; null when there is no line to name.</param>
/// <param name="Field">The key, column or path inside the source; null when there is none to name.</param>
/// <param name="Found">What was found, in words or quoted.</param>
/// <param name="Expected">What was expected.</param>
public sealed record InputError(string Source, long? Line, string? Field, string Found, string Expected)
{
    // Long enough to recognise the place, short enough for one line of a terminal.
    private const int LongestQuote = 60;

    /// <summary>One line: "file:line: field: found …, expected …".</summary>
    public override string ToString()
    {
        StringBuilder text = new(Source);
        if (Line is long line)
            text.Append(':').Append(line);

        text.Append(": ");
        if (Field is not null)
            text.Append(Field).Append(": ");

        text.Append("found ").Append(Found).Append(", expected ").Append(Expected);
        return text.ToString();
    }

    /// <summary>A piece of input as a message shows it: in single quotes, control characters visible, cut when long.</summary>
    public static string Quote(ReadOnlySpan<char> text)
    {
        StringBuilder quoted = new("'");
        int count = 0;
        foreach (char c in text)
        {
            if (count++ == LongestQuote)
            {
                quoted.Append('…');
                break;
            }

            quoted.Append(char.IsControl(c) || char.IsSurrogate(c) ? $"\\u{(int)c:x4}" : c.ToString());
        }

        return quoted.Append('\'').ToString();
    }
}
