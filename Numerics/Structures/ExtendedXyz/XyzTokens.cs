using System;
using System.Text;

namespace Toolkit.Numerics.Structures;

/// <summary>Where the words, quotes and brackets of a frame's second line begin and end, and what stands in them.</summary>
internal static class XyzTokens
{
    /// <summary>Whether a line is words key=value and nothing else, with no space around '='.</summary>
    internal static bool IsAllPairs(ReadOnlySpan<char> text)
    {
        int at = 0, pairs = 0;
        for (SkipSpace(text, ref at); at < text.Length; SkipSpace(text, ref at), pairs++)
        {
            int start = at;
            at = text[at] is '"' or '\'' ? QuotedEnd(text, at) : at;
            while (at < text.Length && !char.IsWhiteSpace(text[at]) && text[at] is not ('=' or '"' or '\'' or '{' or '}' or '[' or ']'))
                at++;

            if (at == start || at + 1 >= text.Length || text[at] != '=' || char.IsWhiteSpace(text[at + 1]))
                return false;

            at = ValueEnd(text, at + 1);
        }

        return pairs > 0;
    }

    /// <summary>
    /// The end of the value that begins at a place: of its quotes or brackets if white space follows them, else of the word.
    /// In a="1 b="2 3" the first quote is never closed: the second stands where a value begins.
    /// </summary>
    internal static int ValueEnd(ReadOnlySpan<char> text, int at)
    {
        int end = text[at] switch
        {
            '"' or '\'' or '{' => QuotedEnd(text, at),
            '[' => at + 1 + XyzList.Closing(text[at..]),
            _ => at,
        };
        if (end > at && (end == text.Length || char.IsWhiteSpace(text[end])))
            return end;

        bool isClosed = end > at + 1 && !(text[end - 1] == text[at] && text[end - 2] == '=');
        return WordEnd(text, isClosed ? end : at);
    }

    /// <summary>The next white space from a place on, or the end.</summary>
    internal static int WordEnd(ReadOnlySpan<char> text, int at)
    {
        while (at < text.Length && !char.IsWhiteSpace(text[at]))
            at += text[at] == '\\' && at + 1 < text.Length ? 2 : 1;

        return at;
    }

    /// <summary>The place after the quote or brace that closes the one at a place; that place itself where none does.</summary>
    internal static int QuotedEnd(ReadOnlySpan<char> text, int at)
    {
        if (text[at] == '{')
        {
            int end = BraceEnd(text, at, skipsQuotes: true);
            return end > at ? end : BraceEnd(text, at, skipsQuotes: false);
        }

        for (int from = at + 1; from < text.Length;)
        {
            int next = text[from..].IndexOfAny(text[at], '\\');
            if (next < 0)
                break;

            from += next + 1;
            if (text[from - 1] == text[at])
                return from;

            from++;
        }

        return at;
    }

    internal static int BraceEnd(ReadOnlySpan<char> text, int at, bool skipsQuotes)
    {
        int depth = 0;
        bool isQuoted = false;
        for (int i = at; i < text.Length; i++)
        {
            switch (text[i])
            {
                case '\\':
                    i++;
                    break;
                case '"':
                    isQuoted = skipsQuotes && !isQuoted;
                    break;
                case '{' when !isQuoted:
                    depth++;
                    break;
                case '}' when !isQuoted && --depth == 0:
                    return i + 1;
            }
        }

        return at;
    }

    /// <summary>Whether a text begins with key=.</summary>
    internal static bool StartsPair(ReadOnlySpan<char> text)
    {
        int i = 0;
        while (i < text.Length && (char.IsLetterOrDigit(text[i]) || text[i] is '_' or '-' or '.'))
            i++;

        return i > 0 && i < text.Length && text[i] == '=';
    }

    /// <summary>What stands between quotes or braces, a backslash taken off what it stands before; JSON in braces as it is.</summary>
    internal static string Unquoted(ReadOnlySpan<char> quoted)
    {
        char opening = quoted[0];
        ReadOnlySpan<char> inner = quoted[1..^1];
        if (!inner.Contains('\\') || (opening == '{' && inner.StartsWith("_JSON ")))
            return inner.ToString();

        StringBuilder content = new();
        for (int i = 0; i < inner.Length; i++)
        {
            char c = inner[i];
            if (c == '\\' && i + 1 < inner.Length)
            {
                c = inner[++i];
                c = c == 'n' && opening == '"' ? '\n' : c;
            }

            content.Append(c);
        }

        return content.ToString();
    }

    /// <summary>A bare word, each backslash taken off what it stands before.</summary>
    internal static string Word(ReadOnlySpan<char> text)
    {
        if (!text.Contains('\\'))
            return text.ToString();

        StringBuilder word = new();
        for (int at = 0; at < text.Length; at++)
        {
            at += text[at] == '\\' && at + 1 < text.Length ? 1 : 0;
            word.Append(text[at]);
        }

        return word.ToString();
    }

    /// <summary>Goes on to the next character that is no white space, or the end.</summary>
    internal static void SkipSpace(ReadOnlySpan<char> text, ref int at)
    {
        while (at < text.Length && char.IsWhiteSpace(text[at]))
            at++;
    }
}
