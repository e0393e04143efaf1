using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Text;
using Toolkit.Numerics.Files;

namespace Toolkit.Numerics.Structures;

/// <summary>
/// Writes extended-XYZ files that read back as the same structures, here and (what ASE has a type for) in ASE: numbers
/// in their shortest form that reads back exactly, pbc always, stress and virial column by column, what a plain value
/// cannot hold as _JSON.
/// </summary>
public static class ExtendedXyzWriter
{
    /// <summary>Writes all frames to a file, which appears under its name when it is complete.</summary>
    /// <param name="path">The file's name.</param>
    /// <param name="frames">The structures.</param>
    /// <param name="replace">Whether a file that is there may be replaced.</param>
    /// <exception cref="InputException">The file cannot be written.</exception>
    public static void Write(string path, IEnumerable<Structure> frames, bool replace = true)
    {
        ArgumentNullException.ThrowIfNull(frames);
        Utf8Text text = new(1 << 16);
        AtomicFile.Write(path, stream =>
        {
            foreach (Structure frame in frames)
            {
                text.Clear();
                Write(text, frame);
                stream.Write(text.Written.Span);
            }
        }, replace);
    }

    /// <summary>Writes frames to a file that are text already (<see cref="ToUtf8"/>); it appears under its name when it is
    /// complete.</summary>
    /// <param name="path">The file's name.</param>
    /// <param name="frames">Their text.</param>
    /// <param name="replace">Whether a file that is there may be replaced.</param>
    /// <exception cref="InputException">The file cannot be written.</exception>
    public static void WriteUtf8(string path, IEnumerable<ReadOnlyMemory<byte>> frames, bool replace = true)
    {
        ArgumentNullException.ThrowIfNull(frames);
        AtomicFile.Write(path, stream =>
        {
            foreach (ReadOnlyMemory<byte> frame in frames)
                stream.Write(frame.Span);
        }, replace);
    }

    /// <summary>Writes one frame; lines end with \n.</summary>
    public static void Write(TextWriter text, Structure frame)
    {
        ArgumentNullException.ThrowIfNull(text);
        text.Write(Encoding.UTF8.GetString(ToUtf8(frame).Span));
    }

    /// <summary>The text of one frame in UTF-8; lines end with \n.</summary>
    public static ReadOnlyMemory<byte> ToUtf8(Structure frame)
    {
        ArgumentNullException.ThrowIfNull(frame);
        int numbers = 3;
        foreach ((_, PropertyArray column) in frame.Atoms.All)
            numbers += column.Components;
        Utf8Text text = new((int)Math.Min(1024 + (frame.Count * (4L + (22 * numbers))), 1 << 24));
        Write(text, frame);
        return text.Written;
    }

    private static void Write(Utf8Text text, Structure frame)
    {
        text.Add((long)frame.Count);
        text.Add('\n');
        WriteComment(text, frame);
        text.Add('\n');
        ReadOnlySpan<KeyValuePair<string, PropertyArray>> columns = frame.Atoms.All;
        Span<bool> areFinite = columns.Length <= 64 ? stackalloc bool[columns.Length] : new bool[columns.Length];
        int width = 3;
        for (int c = 0; c < columns.Length; c++)
        {
            PropertyArray column = columns[c].Value;
            areFinite[c] = column.Kind == PropertyKind.Real && AreFinite(column.Reals);
            width += column.Components;
        }

        ReadOnlySpan<double> positions = frame.Positions;
        Span<double> row = width <= 64 ? stackalloc double[width] : new double[width];
        for (int i = 0; i < frame.Count; i++)
        {
            text.Add(Elements.Symbol(frame.Species[i]));
            positions.Slice(3 * i, 3).CopyTo(row);
            // Numbers of columns side by side are written together.
            int held = 3;
            for (int c = 0; c < columns.Length; c++)
            {
                PropertyArray column = columns[c].Value;
                if (areFinite[c])
                {
                    column.Reals.Slice(i * column.Components, column.Components).CopyTo(row[held..]);
                    held += column.Components;
                    continue;
                }

                text.Add(' ', row[..held]);
                held = 0;
                WriteRow(text, column, i);
            }

            text.Add(' ', row[..held]);
            text.Add('\n');
        }
    }

    private static bool AreFinite(ReadOnlySpan<double> values)
    {
        foreach (double value in values)
        {
            if (!double.IsFinite(value))
                return false;
        }

        return true;
    }

    private static void WriteRow(Utf8Text text, PropertyArray column, int atom)
    {
        for (int k = atom * column.Components; k < (atom + 1) * column.Components; k++)
        {
            text.Add(' ');
            switch (column.Kind)
            {
                case PropertyKind.Real:
                    double value = column.Reals[k];
                    if (double.IsFinite(value))
                        text.Add(value);
                    else
                        text.Add(Real(value));

                    break;
                case PropertyKind.Integer:
                    text.Add(column.Integers[k]);
                    break;
                default:
                    text.Add(column.Kind == PropertyKind.Logical ? column.Logicals[k] ? "T" : "F" : column.Texts[k]);
                    break;
            }
        }
    }

    private static void WriteComment(Utf8Text text, Structure frame)
    {
        if (frame.Cell is not null)
        {
            text.Add("Lattice=");
            WriteReals(text, frame.Cell.Vectors);
            text.Add(' ');
        }

        text.Add("Properties=species:S:1:pos:R:3");
        foreach ((string name, PropertyArray column) in frame.Atoms.All)
        {
            text.Add(':');
            text.Add(name);
            text.Add(':');
            text.Add(XyzColumn.Letter(column.Kind));
            text.Add(':');
            text.Add((long)column.Components);
        }

        foreach ((string name, PropertyValue value) in frame.Whole.All)
        {
            text.Add(' ');
            text.Add(Key(name));
            text.Add('=');
            WriteValue(text, name, value);
        }

        text.Add(" pbc=\"");
        for (int d = 0; d < 3; d++)
        {
            if (d > 0) text.Add(' ');
            text.Add(frame.Periodic[d] ? 'T' : 'F');
        }

        text.Add('"');
    }

    private static void WriteReals(Utf8Text text, ReadOnlySpan<double> values)
    {
        for (int i = 0; i < values.Length; i++)
        {
            text.Add(i == 0 ? '"' : ' ');
            WriteRealAsReal(text, values[i]);
        }

        text.Add('"');
    }

    /// <summary>A real number that reads back as a real number, not as an integer.</summary>
    private static void WriteRealAsReal(Utf8Text text, double value)
    {
        if (!double.IsFinite(value))
        {
            text.Add(Real(value));
            return;
        }

        int start = text.Written.Length;
        text.Add(value);
        if (text.Written.Span[start..].IndexOfAny((byte)'.', (byte)'E') < 0)
            text.Add(".0");
    }

    private static string Key(string name)
    {
        bool isBare = char.IsAsciiLetter(name[0]) || name[0] == '_';
        foreach (char c in name)
            isBare &= char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.';

        return isBare ? name : Quoted(name);
    }

    private static void WriteValue(Utf8Text text, string name, PropertyValue value)
    {
        if (XyzComment.IsByColumns(name))
        {
            if (value is { Kind: PropertyKind.Real, Shape: [3, 3] })
            {
                ReadOnlySpan<double> v = value.Reals;
                WriteReals(text, [v[0], v[3], v[6], v[1], v[4], v[7], v[2], v[5], v[8]]);
                return;
            }

            if (value.Shape is [9])
            {
                text.Add(Quoted("_JSON " + Json(value)));
                return;
            }
        }

        switch (value.Kind, value.Shape.Length)
        {
            case (PropertyKind.Real, 0):
                WriteRealAsReal(text, value.Reals[0]);
                break;
            case (PropertyKind.Real, 1) when value.Size > 1:
                WriteReals(text, value.Reals);
                break;
            default:
                text.Add(Value(value));
                break;
        }
    }

    private static string Value(PropertyValue value) => (value.Kind, value.Shape.Length) switch
    {
        (PropertyKind.Text, 0) => Text(value.Texts[0]),
        (PropertyKind.Integer, 0) => value.Integers[0].ToString(CultureInfo.InvariantCulture),
        (PropertyKind.Logical, 0) => value.Logicals[0] ? "T" : "F",
        (PropertyKind.Integer, 1) when value.Size > 1 =>
            $"\"{Joined(value.Integers, static i => i.ToString(CultureInfo.InvariantCulture))}\"",
        (PropertyKind.Logical, 1) when value.Size > 1 => $"\"{Joined(value.Logicals, static b => b ? "T" : "F")}\"",
        _ => Quoted("_JSON " + Json(value)),
    };

    /// <summary>A text as itself when it reads back as text, else as a JSON string.</summary>
    private static string Text(string text)
    {
        bool isBare = text.Length > 0, isPlain = !text.StartsWith("_JSON ", StringComparison.Ordinal);
        foreach (char c in text)
        {
            isBare &= char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.' or '+' or ':' or '/';
            isPlain &= !char.IsControl(c) && c is not ('\u2028' or '\u2029');
        }

        if (!isPlain || (text.Length > 0 && string.IsNullOrWhiteSpace(text)) || XyzComment.Numbers(text) is not null)
        {
            StringBuilder json = new("_JSON ");
            AppendString(json, text);
            return Quoted(json.ToString());
        }

        return isBare ? text : Quoted(text);
    }

    private static string Quoted(string text) => $"\"{text.Replace("\\", "\\\\").Replace("\"", "\\\"")}\"";

    private static string Json(PropertyValue value)
    {
        if (value.Kind == PropertyKind.Json)
            return value.Texts[0];

        StringBuilder json = new();
        int next = 0;
        Append(0);
        return json.ToString();

        void Append(int axis)
        {
            if (axis == value.Shape.Length)
            {
                AppendEntry(json, value, next++);
                return;
            }

            for (int i = 0; i < value.Shape[axis]; i++)
            {
                json.Append(i == 0 ? "[" : ", ");
                Append(axis + 1);
            }

            json.Append(']');
        }
    }

    private static void AppendEntry(StringBuilder json, PropertyValue value, int index)
    {
        switch (value.Kind)
        {
            case PropertyKind.Real:
                double x = value.Reals[index];
                json.Append(double.IsNaN(x) ? "NaN" : double.IsInfinity(x) ? (x > 0 ? "Infinity" : "-Infinity") : Real(x));
                break;
            case PropertyKind.Integer:
                json.Append(value.Integers[index].ToString(CultureInfo.InvariantCulture));
                break;
            case PropertyKind.Logical:
                json.Append(value.Logicals[index] ? "true" : "false");
                break;
            default:
                AppendString(json, value.Texts[index]);
                break;
        }
    }

    private static void AppendString(StringBuilder json, string text)
    {
        json.Append('"');
        foreach (char c in text)
        {
            if (c is '"' or '\\')
                json.Append('\\').Append(c);
            else if (char.IsControl(c) || c is '\u2028' or '\u2029')
                json.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
            else
                json.Append(c);
        }

        json.Append('"');
    }

    private delegate string Format<T>(T value);

    private static string Joined<T>(ReadOnlySpan<T> values, Format<T> format)
    {
        StringBuilder text = new();
        foreach (T value in values)
            text.Append(text.Length > 0 ? " " : "").Append(format(value));

        return text.ToString();
    }

    /// <summary>A real number that reads back as a real number, not as an integer.</summary>
    private static string Real(double value)
    {
        if (!double.IsFinite(value))
            return double.IsNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";

        Utf8Text text = new(ShortestDecimal.Room);
        WriteRealAsReal(text, value);
        return Encoding.ASCII.GetString(text.Written.Span);
    }
}
