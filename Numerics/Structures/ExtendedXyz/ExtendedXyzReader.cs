using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using Toolkit.Numerics.Files;

namespace Toolkit.Numerics.Structures;

/// <summary>
/// Reads extended-XYZ files, and plain xyz, frame by frame: Å, and whatever units the other columns and keys have. A
/// frame is its number of atoms, a line of key=value pairs and one line per atom with the columns that Properties names.
/// </summary>
/// <remarks>
/// Without pbc a frame is periodic along its lattice vectors: those of Lattice, nine numbers of which zeros are no vectors,
/// three for the edges of a box, or those of lines VEC1 x y z … after the atoms. Elements are symbols in any letter case or
/// atomic numbers. Where no name of a column says which (as Z and numbers do), numbers that look like the types 1, 2 … of a
/// program that numbers its elements itself are refused. Lines of a frame without Properties may have further words, which are
/// skipped; with Properties the number of words must be the one that it says. A file may be compressed by gzip.
/// </remarks>
public static class ExtendedXyzReader
{
    // Words of a frame that memory is taken for before its lines are there.
    private const int FirstCapacity = 1 << 16;

    /// <summary>The frames of a file, read one at a time as the sequence is walked through.</summary>
    /// <exception cref="InputException">While walking: with the file, line, field, what was found and what was expected.</exception>
    public static IEnumerable<Structure> Read(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return ReadFile(path);
    }

    /// <summary>The frames of a text, read one at a time as the sequence is walked through.</summary>
    /// <param name="text">The text; it is not disposed of.</param>
    /// <param name="source">What messages call it.</param>
    /// <exception cref="InputException">While walking: with the line, field, what was found and what was expected.</exception>
    public static IEnumerable<Structure> Read(TextReader text, string source)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(source);
        return ReadFrames(text, source);
    }

    private static IEnumerable<Structure> ReadFile(string path)
    {
        using StreamReader text = XyzFile.Open(path);
        using IEnumerator<Structure> frames = ReadFrames(text, path).GetEnumerator();
        for (bool isFirst = true; Advance(isFirst); isFirst = false)
            yield return frames.Current;

        bool Advance(bool isFirst)
        {
            try
            {
                return frames.MoveNext();
            }
            catch (InputException refused) when (isFirst && XyzFile.Hint(path) is { Length: > 0 } hint)
            {
                InputError e = refused.Error;
                throw new InputException(path, e.Line, e.Field, e.Found, e.Expected + hint);
            }
        }
    }

    private static IEnumerable<Structure> ReadFrames(TextReader text, string source)
    {
        LineReader lines = new(text, source);
        XyzComment? comment = null;
        Frame frame = new(source);
        while (ReadFrame(lines, frame, source, ref comment) is Structure structure)
            yield return structure;

        if (comment is null)
            throw new InputException(source, null, null, "no frame", "the number of atoms on the first line");
    }

    private static Structure? ReadFrame(LineReader lines, Frame frame, string source, ref XyzComment? comment)
    {
        ReadOnlySpan<char> line;
        do
        {
            if (!lines.TryRead(out line))
                return null;
        }
        while (line.IsWhiteSpace());

        long headLine = lines.Number;
        ReadOnlySpan<char> head = line.Trim();
        if (!int.TryParse(head, NumberStyles.None, CultureInfo.InvariantCulture, out int count))
        {
            throw new InputException(source, headLine, "number of atoms", InputError.Quote(head),
                head.ContainsAnyExceptInRange('0', '9') || head.IsEmpty ? "a whole number alone on the line" : $"at most {int.MaxValue} atoms");
        }


        if (!lines.TryRead(out line))
            throw new InputException(source, headLine + 1, "comment line", "the end of the file", "the line of key=value pairs");

        comment = XyzComment.Parse(line, source, lines.Number, comment);
        frame.Begin(comment, count, lines.Number);
        for (int atom = 0; atom < count; atom++)
        {
            bool isThere = lines.TryRead(out line);
            if (!isThere || line.IsWhiteSpace())
            {
                throw new InputException(
                    source,
                    isThere ? lines.Number : lines.Number + 1,
                    null,
                    $"the end of the frame after {atom} atoms",
                    $"{count} atoms, as line {headLine} says");
            }

            frame.Add(line, lines.Beyond, lines.Number);
        }

        comment.Place(ReadVectors(lines, source));
        try
        {
            return frame.Finish();
        }
        catch (ArgumentException e)
        {
            throw new InputException(source, headLine, "frame", e.Message.Split(" (Parameter", 2)[0].TrimEnd('.'), "a structure");
        }
    }

    /// <summary>Lattice vectors in lines VEC1 x y z … VEC3 after the atoms; null where there are none.</summary>
    private static double[]? ReadVectors(LineReader lines, string source)
    {
        double[]? vectors = null;
        while (lines.TryRead(out ReadOnlySpan<char> line))
        {
            string[] words = line.TrimStart().StartsWith("VEC")
                ? line.ToString().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries) : [""];
            if (words[0] is not ("VEC1" or "VEC2" or "VEC3"))
            {
                lines.Return();
                break;
            }

            vectors ??= new double[9];
            int first = 3 * (words[0][3] - '1');
            if (vectors.AsSpan(first, 3).ContainsAnyExcept(0.0))
                throw new InputException(source, lines.Number, words[0], "the vector twice", "each vector once");

            for (int k = 0; k < 3; k++)
            {
                if (words.Length != 4 || !XyzScalar.TryReal(words[k + 1], out double x) || !double.IsFinite(x))
                {
                    throw new InputException(
                        source, lines.Number, words[0], InputError.Quote(line), "three numbers, as in VEC1 5.0 0.0 0.0");
                }

                vectors[first + k] = x;
            }
        }

        return vectors;
    }

    /// <summary>Takes the lines of one frame's atoms apart, then those of the next one.</summary>
    private sealed class Frame(string source)
    {
        private XyzComment _comment = null!;
        private XyzColumn[] _columns = [];
        private bool[] _areElements = [];
        private Array[] _values = [];
        private double[]?[] _reals = [];
        private int[]? _elements;
        private long _line;
        private int _words;
        private int _count;
        private int _room;
        private int _atoms;
        private bool _mayBeTypes;

        internal void Begin(XyzComment comment, int count, long line)
        {
            if (_columns != comment.Columns)
            {
                _columns = comment.Columns;
                _areElements = Array.ConvertAll(_columns, IsElement);
                _words = 0;
                foreach (XyzColumn column in _columns)
                    _words = checked(_words + column.Width);
            }

            (_comment, _count, _line, _atoms, _elements, _mayBeTypes) = (comment, count, line, 0, null, true);
            // The count is a claim until the lines are there: memory grows with the lines.
            _room = Math.Min(count, 1 + (FirstCapacity / _words));
            _values = new Array[_columns.Length];
            _reals = new double[_columns.Length][];
            for (int c = 0; c < _columns.Length; c++)
            {
                int size = _room * _columns[c].Width;
                Take(c, _areElements[c] ? new int[size] : _columns[c].Kind switch
                {
                    PropertyKind.Real => new double[size],
                    PropertyKind.Integer => new long[size],
                    PropertyKind.Logical => new bool[size],
                    _ => new string[size],
                });
            }
        }

        private void Take(int c, Array values) => (_values[c], _reals[c]) = (values, values as double[]);

        private void Grow()
        {
            _room = (int)Math.Min(_count, 2L * _room);
            for (int c = 0; c < _columns.Length; c++)
            {
                Array old = _values[c], more = Array.CreateInstanceFromArrayType(old.GetType(), checked(_room * _columns[c].Width));
                Array.Copy(old, more, old.Length);
                if (_elements == old) _elements = (int[])more;
                Take(c, more);
            }
        }

        /// <param name="line">The line.</param>
        /// <param name="beyond">The line and what follows it in memory.</param>
        /// <param name="number">Its number.</param>
        internal void Add(ReadOnlySpan<char> line, ReadOnlySpan<char> beyond, long number)
        {
            if (_atoms == _room) Grow();
            int at = 0, words = 0;
            for (int c = 0; c < _columns.Length; c++)
            {
                int width = _columns[c].Width, first = _atoms * width;
                Span<double> reals = _reals[c] is { } all ? all.AsSpan(first, width) : [];
                for (int k = 0; k < width; k++)
                {
                    if (k < reals.Length && DecimalNumber.TryReadNext(beyond, ref at, out reals[k]))
                    {
                        words++;
                        continue;
                    }

                    ReadOnlySpan<char> word = Next(line, ref at);
                    if (word.IsEmpty)
                        throw WordCount(number, words);

                    words++;
                    Store(c, first + k, word, number);
                }
            }

            if (_comment.HasProperties && !Next(line, ref at).IsEmpty)
            {
                do
                {
                    words++;
                }
                while (!Next(line, ref at).IsEmpty);
                throw WordCount(number, words);
            }

            _atoms++;
        }

        internal Structure Finish()
        {
            double[] positions = [];
            List<KeyValuePair<string, PropertyArray>> properties = new(_columns.Length);
            for (int c = 0; c < _columns.Length; c++)
            {
                XyzColumn column = _columns[c];
                if (column.Name == "pos")
                {
                    positions = _reals[c]!;
                }
                else if (!_areElements[c])
                {
                    properties.Add(new(column.Name, _values[c] is string[] texts ? PropertyArray.Text(texts, column.Width)
                        : new PropertyArray(column.Kind, _values[c], column.Width)));
                }
            }

            int[] species = _elements ?? [];
            if (_mayBeTypes)
                RefuseTypes(species);

            return Structure.Of(species, positions, _comment.Cell, _comment.Periodic, properties, _comment.Properties);
        }

        private static bool IsElement(XyzColumn column) => column.Name is "species" or "Z";

        private static ReadOnlySpan<char> Next(ReadOnlySpan<char> line, ref int at)
        {
            while (at < line.Length && IsSpace(line[at]))
                at++;

            int start = at;
            while (at < line.Length && !IsSpace(line[at]))
                at++;

            return line[start..at];

            // Most characters are neither, which one comparison says.
            static bool IsSpace(char c) => c <= ' ' ? char.IsWhiteSpace(c) : c >= '\u0085' && char.IsWhiteSpace(c);
        }

        private void Store(int c, int place, ReadOnlySpan<char> word, long line)
        {
            ref readonly XyzColumn column = ref _columns[c];
            int component = place - (_atoms * column.Width);
            if (_areElements[c])
            {
                int z = Element(column, word, line);
                ((int[])_values[c])[place] = z;
                _elements ??= (int[])_values[c];
                if (_elements[_atoms] != z)
                    throw BadWord(column, 0, word, line, Elements.Symbol(_elements[_atoms]) + ", the element that stands before it");

                return;
            }

            switch (_values[c])
            {
                case double[] reals:
                    if (!XyzScalar.TryReal(word, out double real))
                        throw BadWord(column, component, word, line, "a real number");

                    if (column.Name == "pos" && !double.IsFinite(real))
                        throw BadWord(column, component, word, line, "a finite number");

                    reals[place] = real;
                    break;
                case long[] integers:
                    if (!XyzScalar.TryInteger(word, out integers[place]))
                    {
                        throw BadWord(column, component, word, line,
                            word.TrimStart("+-").ContainsAnyExceptInRange('0', '9') ? "an integer" : "an integer of at most 64 bits");
                    }


                    break;
                case bool[] logicals:
                    if (!XyzScalar.TryAnyLogical(word, out logicals[place]))
                        throw BadWord(column, component, word, line, "T or F");

                    break;
                case string[] texts:
                    texts[place] = word.ToString();
                    break;
            }
        }

        /// <summary>Numbers of which at least half of 1 … the largest occur number the elements of a file rather than name them.</summary>
        private void RefuseTypes(int[] numbers)
        {
            SortedSet<int> distinct = [.. numbers];
            if (distinct.Count == 0 || 2 * distinct.Count < distinct.Max)
                return;

            string elements = string.Join(", ", distinct.Select(static z => Elements.Symbol(z)));
            throw new InputException(
                source, _line, "species", $"the numbers {string.Join(", ", distinct)}, which may be types of a program's own",
                $"symbols; or, if {elements} {(distinct.Count == 1 ? "is" : "are")} meant, atomic numbers in a column Z:I:1");
        }

        private int Element(XyzColumn column, ReadOnlySpan<char> word, long line)
        {
            bool isNumber = word.Length > 0 && char.IsAsciiDigit(word[0]);
            _mayBeTypes &= isNumber && column.Kind == PropertyKind.Text;
            if (column.Kind == PropertyKind.Text && Elements.TryParse(word, out int z))
                return z;

            return int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out z) && z <= Elements.Last
                ? z
                : throw BadWord(column, 0, word, line, column.Kind == PropertyKind.Text ? "an element's symbol" : "an atomic number 0…118");
        }

        private InputException WordCount(long line, int words)
        {
            string says = _comment.HasProperties ? "as Properties says" : "an element and three coordinates";
            return new(source, line, $"atom {_atoms + 1}", $"{words} values", $"{_words}, {says}");
        }

        private InputException BadWord(XyzColumn column, int component, ReadOnlySpan<char> word, long line, string expected)
        {
            string field = column.Name == "pos" ? $"pos {"xyz"[component]}"
                : column.Width == 1 ? column.Name : $"{column.Name} {component + 1} of {column.Width}";
            return new(source, line, field, InputError.Quote(word), expected);
        }
    }
}
