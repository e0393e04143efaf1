using System;
using System.Collections.Generic;
using System.Text;

namespace Toolkit.Numerics.Structures;

/// <summary>
/// Nested lists, [1, 2] or [[1, 0], [0, 1]]: those of the comment line, whose words are separated by commas or white
/// space and may be bare, quoted or both, and those of JSON, with the NaN and Infinity that Python writes. A quote begins a
/// text only where an entry begins: O5' is a word.
/// </summary>
internal ref struct XyzList
{
    private const int DeepestNesting = 16;
    private const int Unknown = -1;

    private readonly ReadOnlySpan<char> _text;
    private readonly bool _isJson;
    private readonly List<string> _words = [];
    private readonly List<bool> _quoted = [];
    private readonly List<int> _shape = [];
    private int _at;
    private bool _isRegular = true;
    private int _leafDepth = Unknown;

    private XyzList(ReadOnlySpan<char> text, bool isJson)
    {
        _text = text;
        _isJson = isJson;
    }

    /// <summary>Reads one list that fills the whole text.</summary>
    /// <param name="text">From '[' to the matching ']'.</param>
    /// <param name="isJson">Whether entries are those of JSON; else words.</param>
    /// <param name="value">The array: of one kind, else of texts; null when rows differ in length, or, in JSON, entries in kind.</param>
    /// <returns>False when the brackets or quotes do not match.</returns>
    internal static bool TryParse(ReadOnlySpan<char> text, bool isJson, out PropertyValue? value)
    {
        XyzList list = new(text, isJson);
        value = null;
        if (!list.Read(0))
            return false;

        list.SkipSpace();
        if (list._at < text.Length)
            return false;

        value = list._isRegular && list._leafDepth + 1 == list._shape.Count ? list.Value() : null;
        return true;
    }

    /// <summary>The place of the ']' that closes the '[' at the start; −1 when there is none.</summary>
    internal static int Closing(ReadOnlySpan<char> text)
    {
        int depth = 0;
        for (int i = 0; i < text.Length; i++)
        {
            switch (text[i])
            {
                case '[':
                    depth++;
                    break;
                case ']' when --depth == 0:
                    return i;
                case '"' or '\'' when text[i - 1] is '[' or ',' || char.IsWhiteSpace(text[i - 1]):
                    char quote = text[i++];
                    while (i < text.Length && text[i] != quote)
                        i += text[i] == '\\' ? 2 : 1;

                    break;
            }
        }

        return -1;
    }

    /// <summary>Words of one kind as an array of a given shape: integers, else reals, else truth values; else null.</summary>
    internal static PropertyValue? OneKind(List<string> words, ReadOnlySpan<int> shape)
    {
        long[] integers = new long[words.Count];
        if (All(words, integers, static (string w, out long v) => XyzScalar.TryInteger(w, out v)))
            return PropertyValue.Integer(integers, shape);

        double[] reals = new double[words.Count];
        if (All(words, reals, static (string w, out double v) => XyzScalar.TryReal(w, out v)))
            return PropertyValue.Real(reals, shape);

        bool[] logicals = new bool[words.Count];
        return All(words, logicals, static (string w, out bool v) => XyzScalar.TryLogical(w, out v))
            ? PropertyValue.Logical(logicals, shape)
            : null;
    }

    private delegate bool Parse<T>(string word, out T value);

    private static bool All<T>(List<string> words, T[] values, Parse<T> parse)
    {
        for (int i = 0; i < values.Length; i++)
        {
            if (!parse(words[i], out values[i]))
                return false;
        }

        return true;
    }

    private readonly PropertyValue? Value()
    {
        ReadOnlySpan<int> shape = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_shape);
        if (!_quoted.Contains(true))
        {
            PropertyValue? value = OneKind(_words, shape);
            if (value is not null)
                return value;
        }

        // In JSON, text among numbers is no array of one kind; bare words among quoted ones are text as well.
        for (int i = 0; _isJson && i < _words.Count; i++)
        {
            bool isText = _quoted[i]
                || !(XyzScalar.TryReal(_words[i], out _) || XyzScalar.TryLogical(_words[i], out _) || _words[i] == "null");
            if (!isText)
                return null;
        }

        return PropertyValue.Text(_words.ToArray(), shape);
    }

    /// <returns>Whether it is a list.</returns>
    private bool Read(int depth)
    {
        if (depth == DeepestNesting)
            return false;

        if (_shape.Count == depth)
            _shape.Add(Unknown);

        _at++;
        int count = 0;
        bool wantsItem = false;
        while (true)
        {
            SkipSpace();
            if (_at >= _text.Length)
                return false;

            char c = _text[_at];
            if (c == ']' && !wantsItem)
            {
                _at++;
                break;
            }

            if (c is ',' or ']')
                return false;

            if (!Item(c, depth))
                return false;

            count++;
            SkipSpace();
            wantsItem = _at < _text.Length && _text[_at] == ',';
            _at += wantsItem ? 1 : 0;
        }

        _shape[depth] = _shape[depth] == Unknown ? count : _shape[depth];
        _isRegular &= count > 0 && _shape[depth] == count;
        return true;
    }

    private bool Item(char c, int depth)
    {
        switch (c)
        {
            case '[':
                return Read(depth + 1);
            case '"' or '\'':
                Leaf(depth, quoted: true);
                return Quoted(c);
            case '{':
                // A JSON object inside a list: kept as JSON by the caller.
                _isRegular = false;
                return Object();
            default:
                Leaf(depth, quoted: false);
                StringBuilder word = new();
                while (_at < _text.Length && !char.IsWhiteSpace(_text[_at]) && _text[_at] is not (',' or ']' or '['))
                {
                    _at += !_isJson && _text[_at] == '\\' && _at + 1 < _text.Length ? 1 : 0;
                    word.Append(_text[_at++]);
                }

                _words.Add(word.ToString());
                return true;
        }
    }

    private void Leaf(int depth, bool quoted)
    {
        _isRegular &= _leafDepth == Unknown || _leafDepth == depth;
        _leafDepth = depth;
        _quoted.Add(quoted);
    }

    private bool Object()
    {
        int depth = 0;
        for (; _at < _text.Length; _at++)
        {
            char c = _text[_at];
            if (c == '"')
            {
                for (_at++; _at < _text.Length && _text[_at] != '"'; _at++)
                    _at += _text[_at] == '\\' ? 1 : 0;
            }
            else if (c is '{')
            {
                depth++;
            }
            else if (c is '}' && --depth == 0)
            {
                _at++;
                return true;
            }
        }

        return false;
    }

    private bool Quoted(char quote)
    {
        StringBuilder word = new();
        for (_at++; _at < _text.Length; _at++)
        {
            char c = _text[_at];
            if (c == quote)
            {
                _at++;
                _words.Add(word.ToString());
                return true;
            }

            if (c != '\\' || _at + 1 == _text.Length)
            {
                word.Append(c);
                continue;
            }

            char escaped = _text[++_at];
            if (!_isJson)
            {
                // As in a text by itself.
                word.Append(escaped == 'n' && quote == '"' ? '\n' : escaped);
                continue;
            }

            if (escaped == 'u' && _at + 4 < _text.Length
                && ushort.TryParse(_text.Slice(_at + 1, 4), System.Globalization.NumberStyles.AllowHexSpecifier, null, out ushort code))
            {
                word.Append((char)code);
                _at += 4;
                continue;
            }

            word.Append(escaped switch { 'n' => '\n', 't' => '\t', 'r' => '\r', 'b' => '\b', 'f' => '\f', _ => escaped });
        }

        return false;
    }

    private void SkipSpace()
    {
        while (_at < _text.Length && char.IsWhiteSpace(_text[_at]))
            _at++;
    }
}
