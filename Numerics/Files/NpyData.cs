using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.IO.Compression;
using System.Linq;
using System.Text;
using System.Text.RegularExpressions;

namespace Toolkit.Numerics.Files;

/// <summary>
/// An array read from a NumPy file (.npy, or one of an .npz): real numbers, integers, truth values, texts, or records of
/// integers; Fortran order is brought to C order.
/// </summary>
public sealed partial class NpyData
{
    private readonly byte[] _bytes;
    private readonly string _source;
    private readonly (string Name, string Type)[] _fields;
    private readonly int _itemSize;

    private NpyData(string source, string descr, int[] shape, (string, string)[] fields, int itemSize, byte[] bytes)
    {
        _source = source;
        Descr = descr;
        Shape = shape;
        _fields = fields;
        _itemSize = itemSize;
        _bytes = bytes;
    }

    /// <summary>The element type as the file states it.</summary>
    public string Descr { get; }

    /// <summary>The lengths of the axes; empty for a scalar.</summary>
    public IReadOnlyList<int> Shape { get; }

    /// <summary>The number of entries.</summary>
    public int Count => _itemSize == 0 ? Shape.Aggregate(1, static (a, b) => a * b) : _bytes.Length / _itemSize;

    /// <summary>The records' fields; empty when the entries are no records.</summary>
    public IReadOnlyList<string> Fields =>
        _fields.Length == 1 && _fields[0].Name.Length == 0 ? [] : _fields.Select(static f => f.Name).ToArray();

    /// <summary>The entries as real numbers in C order: of types f8, f4, i8, i4, i2, u1.</summary>
    /// <exception cref="InputException">The file holds something else.</exception>
    public double[] ToReals()
    {
        string type = Single("numbers");
        double[] values = new double[Count];
        for (int i = 0; i < values.Length; i++)
        {
            ReadOnlySpan<byte> item = _bytes.AsSpan(i * _itemSize, _itemSize);
            values[i] = type switch
            {
                "<f8" => BinaryPrimitives.ReadDoubleLittleEndian(item),
                "<f4" => BinaryPrimitives.ReadSingleLittleEndian(item),
                _ => Integer(type, item),
            };
        }

        return values;
    }

    /// <summary>The entries as integers: [entry, field] row-major; one field when they are no records.</summary>
    /// <exception cref="InputException">The file holds something else.</exception>
    public long[] ToIntegers()
    {
        long[] values = new long[Count * _fields.Length];
        int at = 0, offset = 0;
        for (int i = 0; i < Count; i++)
        {
            foreach ((_, string type) in _fields)
            {
                int size = SizeOf(type);
                values[at++] = Integer(type, _bytes.AsSpan(offset, size));
                offset += size;
            }
        }

        return values;
    }

    /// <summary>The entries as texts.</summary>
    /// <exception cref="InputException">The file holds something else.</exception>
    public string[] ToTexts()
    {
        string type = Single("texts");
        if (!type.StartsWith("<U", StringComparison.Ordinal))
            throw Wrong(type, "texts");

        string[] values = new string[Count];
        for (int i = 0; i < values.Length; i++)
            values[i] = Encoding.UTF32.GetString(_bytes, i * _itemSize, _itemSize).TrimEnd('\0');

        return values;
    }

    /// <summary>Reads an .npy file.</summary>
    /// <exception cref="InputException">The file cannot be read or is no NumPy array of a known kind.</exception>
    public static NpyData Read(string path) => Guard(path, () =>
    {
        using FileStream stream = File.OpenRead(path);
        return Read(stream, path);
    });

    /// <summary>Reads all arrays of an .npz file, by name without ".npy".</summary>
    /// <param name="path">The file.</param>
    /// <param name="wanted">Which of them, by name; null: all.</param>
    /// <exception cref="InputException">The file cannot be read or holds what is no NumPy array of a known kind.</exception>
    public static IReadOnlyDictionary<string, NpyData> ReadAll(string path, Predicate<string>? wanted = null) => Guard(path, () =>
    {
        Dictionary<string, NpyData> arrays = new(StringComparer.Ordinal);
        using ZipArchive zip = ZipFile.OpenRead(path);
        foreach (ZipArchiveEntry entry in zip.Entries.Where(static e => e.FullName.EndsWith(".npy", StringComparison.Ordinal)))
        {
            string name = entry.FullName[..^".npy".Length];
            if (wanted?.Invoke(name) == false)
                continue;

            arrays[name] = Read(entry, path, name);
        }

        return (IReadOnlyDictionary<string, NpyData>)arrays;
    });

    /// <summary>Reads one array of an .npz file, whatever the size of the others.</summary>
    /// <param name="path">The file.</param>
    /// <param name="name">The array's name without ".npy".</param>
    /// <returns>Null where the file has no such array.</returns>
    /// <exception cref="InputException">The file cannot be read, or the array is of no known kind.</exception>
    public static NpyData? Read(string path, string name) => Guard(path, () =>
    {
        using ZipArchive zip = ZipFile.OpenRead(path);
        return zip.GetEntry(name + ".npy") is { } entry ? Read(entry, path, name) : null;
    });

    private static NpyData Read(ZipArchiveEntry entry, string path, string name)
    {
        using Stream content = entry.Open();
        using SummedStream summed = new(content);
        NpyData array = Read(summed, $"{path}: {name}");
        return summed.Sum == entry.Crc32 ? array
            : throw new InputException($"{path}: {name}", null, null, "data that do not fit their checksum", "a file that is whole");
    }

    /// <summary>Reads one array from a stream.</summary>
    /// <param name="stream">At the array's first byte.</param>
    /// <param name="source">What messages call it.</param>
    /// <exception cref="InputException">It is no NumPy array of a known kind.</exception>
    public static NpyData Read(Stream stream, string source)
    {
        InputException Bad(string found, string expected) => new(source, null, null, found, expected);

        byte[] head = Take(stream, 10, source, "a NumPy array");
        if (!head.AsSpan(0, 6).SequenceEqual(Magic))
            throw Bad("a file that does not start with \\x93NUMPY", "a NumPy array");

        int length = head[8] | (head[9] << 8);
        if (head[6] is 2 or 3)
        {
            byte[] more = Take(stream, 2, source, "the header's length");
            length |= (more[0] << 16) | (more[1] << 24);
        }
        else if (head[6] != 1)
        {
            throw Bad($"format version {head[6]}", "version 1, 2 or 3");
        }

        if (length is < 0 or > 1 << 20)
            throw Bad($"a header of {(uint)length} bytes", "a header below 1 MiB");

        string header = Encoding.UTF8.GetString(Take(stream, length, source, "the whole header"));
        Match match = Header().Match(header);
        if (!match.Success)
            throw Bad("the header " + InputError.Quote(header), "descr, fortran_order and shape");

        string descr = match.Groups["descr"].Value;
        (string, string)[] fields = Field().Matches(descr).Select(static m => (m.Groups["name"].Value, m.Groups["type"].Value)).ToArray();
        if (fields.Length == 0)
            fields = [("", descr.Trim('\''))];

        int itemSize = 0;
        foreach ((_, string type) in fields)
        {
            int size = SizeOf(type);
            itemSize = size >= 0 ? checked(itemSize + size)
                : throw Bad("the element type " + InputError.Quote(type), "one of <f8 <f4 <i8 <i4 <i2 |u1 |i1 |b1 <U");
        }

        int[] shape;
        int bytes;
        try
        {
            shape = match.Groups["shape"].Value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
                .Select(static n => int.Parse(n, NumberStyles.None, CultureInfo.InvariantCulture)).ToArray();
            bytes = shape.Aggregate(itemSize, static (a, b) => checked(a * b));
        }
        catch (Exception e) when (e is OverflowException or FormatException)
        {
            throw Bad($"the shape ({match.Groups["shape"].Value})", "an array of less than 2 GiB");
        }

        byte[] data = Take(stream, bytes, source, $"{bytes} bytes of data");
        if (match.Groups["fortran"].Value == "True" && shape.Length > 1)
            data = ToRowMajor(data, shape, itemSize);

        return new(source, descr, shape, fields, itemSize, data);
    }

    private static ReadOnlySpan<byte> Magic => [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y'];

    [GeneratedRegex(@"^\s*\{\s*'descr':\s*(?<descr>'[^']*'|\[[^\]]*\])\s*,\s*'fortran_order':\s*(?<fortran>True|False)\s*,\s*'shape':\s*\((?<shape>[\d,\s]*)\)\s*,?\s*\}\s*$")]
    private static partial Regex Header();

    [GeneratedRegex(@"\('(?<name>[^']*)',\s*'(?<type>[^']*)'\)")]
    private static partial Regex Field();

    private static int SizeOf(string type) => type switch
    {
        "<f8" or "<i8" => 8,
        "<f4" or "<i4" => 4,
        "<i2" => 2,
        "|u1" or "|i1" or "|b1" => 1,
        _ when type.StartsWith("<U", StringComparison.Ordinal)
            && int.TryParse(type.AsSpan(2), NumberStyles.None, CultureInfo.InvariantCulture, out int n) && n < 1 << 24 => 4 * n,
        _ => -1,
    };

    private long Integer(string type, ReadOnlySpan<byte> item) => type switch
    {
        "<i8" => BinaryPrimitives.ReadInt64LittleEndian(item),
        "<i4" => BinaryPrimitives.ReadInt32LittleEndian(item),
        "<i2" => BinaryPrimitives.ReadInt16LittleEndian(item),
        "|i1" => (sbyte)item[0],
        "|u1" or "|b1" => item[0],
        _ => throw Wrong(type, "integers"),
    };

    private string Single(string wanted) => _fields.Length == 1 ? _fields[0].Type : throw Wrong(Descr, wanted);

    private InputException Wrong(string type, string wanted) =>
        new(_source, null, null, "the element type " + InputError.Quote(type), wanted);

    private static byte[] ToRowMajor(byte[] data, int[] shape, int itemSize)
    {
        byte[] result = new byte[data.Length];
        int[] index = new int[shape.Length];
        for (int at = 0; at < data.Length; at += itemSize)
        {
            int place = 0;
            for (int axis = 0; axis < shape.Length; axis++)
                place = place * shape[axis] + index[axis];

            data.AsSpan(at, itemSize).CopyTo(result.AsSpan(place * itemSize));
            for (int axis = 0; axis < shape.Length && ++index[axis] == shape[axis]; axis++)
                index[axis] = 0;
        }

        return result;
    }

    private static byte[] Take(Stream stream, int count, string source, string expected)
    {
        // A count is a claim until the bytes are there: memory grows with them.
        using MemoryStream taken = new(Math.Min(count, 1 << 20));
        byte[] buffer = new byte[Math.Min(count, 1 << 16)];
        while (taken.Length < count)
        {
            int read = stream.Read(buffer, 0, (int)Math.Min(buffer.Length, count - taken.Length));
            if (read == 0)
                throw new InputException(source, null, null, $"the end of the file after {taken.Length} bytes", expected);

            taken.Write(buffer, 0, read);
        }

        return taken.ToArray();
    }

    private static T Guard<T>(string path, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException or NotSupportedException)
        {
            string found = e switch
            {
                FileNotFoundException or DirectoryNotFoundException => "no such file",
                InvalidDataException => "a file that is damaged, cut off or of another kind",
                UnauthorizedAccessException when Directory.Exists(path) => "a folder",
                UnauthorizedAccessException => "a file that may not be read",
                _ => e.Message,
            };
            throw new InputException(path, null, null, found, "a NumPy file");
        }
    }

    /// <summary>Bytes as they are read, and their checksum.</summary>
    private sealed class SummedStream(Stream from) : Stream
    {
        public uint Sum { get; private set; }

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override int Read(byte[] buffer, int offset, int count)
        {
            int read = from.Read(buffer, offset, count);
            Sum = Crc32.Append(Sum, buffer.AsSpan(offset, read));
            return read;
        }

        public override void Flush() { }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
