using System;
using System.Buffers;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
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
    private static readonly UTF8Encoding Encoding = new(false, true);

    /// <summary>Writes all frames to a file, which appears under its name when it is complete.</summary>
    /// <exception cref="InputException">The file cannot be written.</exception>
    public static void Write(string path, IEnumerable<Structure> frames)
    {
        ArgumentNullException.ThrowIfNull(frames);
        ArrayBufferWriter<byte> bytes = new(1 << 16);
        AtomicFile.Write(path, stream =>
        {
            foreach (Structure frame in frames)
            {
                bytes.ResetWrittenCount();
                Write(bytes, frame);
                stream.Write(bytes.WrittenSpan);
            }
        });
    }

    /// <summary>Writes frames to a file that are text already (<see cref="ToUtf8"/>); it appears under its name when it is complete.</summary>
    /// <exception cref="InputException">The file cannot be written.</exception>
    public static void WriteUtf8(string path, IEnumerable<ReadOnlyMemory<byte>> frames)
    {
        ArgumentNullException.ThrowIfNull(frames);
        AtomicFile.Write(path, stream =>
        {
            foreach (ReadOnlyMemory<byte> frame in frames)
                stream.Write(frame.Span);
        });
    }

    /// <summary>Writes one frame; lines end with \n.</summary>
    public static void Write(TextWriter text, Structure frame)
    {
        ArgumentNullException.ThrowIfNull(text);
        text.Write(Encoding.GetString(ToUtf8(frame).Span));
    }

    /// <summary>The text of one frame in UTF-8; lines end with \n.</summary>
    public static ReadOnlyMemory<byte> ToUtf8(Structure frame)
    {
        ArgumentNullException.ThrowIfNull(frame);
        ArrayBufferWriter<byte> bytes = new(256 + (64 * frame.Count));
        Write(bytes, frame);
        return bytes.WrittenMemory;
    }

    private static void Write(ArrayBufferWriter<byte> bytes, Structure frame)
    {
        StringWriter head = new(CultureInfo.InvariantCulture);
        head.Write(frame.Count.ToString(CultureInfo.InvariantCulture));
        head.Write('\n');
        WriteComment(head, frame);
        head.Write('\n');
        WriteText(bytes, head.ToString());
        PropertyArray[] columns = [.. frame.AtomProperties.Select(static p => p.Value)];
        ReadOnlySpan<double> positions = frame.Positions;
        for (int i = 0; i < frame.Count; i++)
        {
            WriteText(bytes, Elements.Symbol(frame.Species[i]));
            for (int k = 0; k < 3; k++)
                WriteReal(bytes, positions[(3 * i) + k]);

            foreach (PropertyArray column in columns)
            {
                for (int k = i * column.Components; k < (i + 1) * column.Components; k++)
                {
                    if (column.Kind == PropertyKind.Real)
                    {
                        WriteReal(bytes, column.Reals[k]);
                        continue;
                    }

                    WriteByte(bytes, (byte)' ');
                    WriteText(bytes, column.Kind switch
                    {
                        PropertyKind.Integer => column.Integers[k].ToString(CultureInfo.InvariantCulture),
                        PropertyKind.Logical => column.Logicals[k] ? "T" : "F",
                        _ => column.Texts[k],
                    });
                }
            }

            WriteByte(bytes, (byte)'\n');
        }
    }

    private static void WriteText(ArrayBufferWriter<byte> bytes, string text) =>
        bytes.Advance(Encoding.GetBytes(text, bytes.GetSpan(Encoding.GetMaxByteCount(text.Length))));

    private static void WriteByte(ArrayBufferWriter<byte> bytes, byte value)
    {
        bytes.GetSpan(1)[0] = value;
        bytes.Advance(1);
    }

    /// <summary>A space and a number in its shortest form.</summary>
    private static void WriteReal(ArrayBufferWriter<byte> bytes, double value)
    {
        Span<byte> room = bytes.GetSpan(40);
        room[0] = (byte)' ';
        if (double.IsFinite(value) && value.TryFormat(room[1..], out int length, "R", CultureInfo.InvariantCulture))
        {
            bytes.Advance(1 + length);
            return;
        }

        bytes.Advance(1);
        WriteText(bytes, Real(value));
    }

    private static void WriteComment(TextWriter text, Structure frame)
    {
        if (frame.Cell is not null)
            text.Write($"Lattice=\"{Joined(frame.Cell.Vectors, static x => Real(x))}\" ");

        text.Write("Properties=species:S:1:pos:R:3");
        foreach ((string name, PropertyArray column) in frame.AtomProperties)
            text.Write(string.Create(CultureInfo.InvariantCulture, $":{name}:{XyzColumn.Letter(column.Kind)}:{column.Components}"));

        foreach ((string name, PropertyValue value) in frame.Properties)
            text.Write($" {Key(name)}={Value(name, value)}");

        text.Write($" pbc=\"{frame.Periodic}\"");
    }

    private static string Key(string name)
    {
        bool isBare = char.IsAsciiLetter(name[0]) || name[0] == '_';
        foreach (char c in name)
            isBare &= char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.';

        return isBare ? name : Quoted(name);
    }

    private static string Value(string name, PropertyValue value)
    {
        if (XyzComment.IsByColumns(name))
        {
            if (value is { Kind: PropertyKind.Real, Shape: [3, 3] })
            {
                ReadOnlySpan<double> v = value.Reals;
                return $"\"{Joined([v[0], v[3], v[6], v[1], v[4], v[7], v[2], v[5], v[8]], static x => Real(x))}\"";
            }

            if (value.Shape is [9])
                return Quoted("_JSON " + Json(value));
        }

        return (value.Kind, value.Shape.Length) switch
        {
            (PropertyKind.Text, 0) => Text(value.Texts[0]),
            (PropertyKind.Real, 0) => Real(value.Reals[0]),
            (PropertyKind.Integer, 0) => value.Integers[0].ToString(CultureInfo.InvariantCulture),
            (PropertyKind.Logical, 0) => value.Logicals[0] ? "T" : "F",
            (PropertyKind.Real, 1) when value.Size > 1 => $"\"{Joined(value.Reals, static x => Real(x))}\"",
            (PropertyKind.Integer, 1) when value.Size > 1 =>
                $"\"{Joined(value.Integers, static i => i.ToString(CultureInfo.InvariantCulture))}\"",
            (PropertyKind.Logical, 1) when value.Size > 1 => $"\"{Joined(value.Logicals, static b => b ? "T" : "F")}\"",
            _ => Quoted("_JSON " + Json(value)),
        };
    }

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

        string text = value.ToString("R", CultureInfo.InvariantCulture);
        return text.AsSpan().IndexOfAny('.', 'E') < 0 ? text + ".0" : text;
    }
}
