using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Runtime.InteropServices;
using System.Text;

namespace Toolkit.Numerics.Files;

/// <summary>
/// An array on its way into a NumPy file: format version 1.0, little-endian, C order, the header padded to 64 bytes.
/// (The format: numpy.lib.format.)
/// </summary>
public sealed class NpyArray
{
    private const int Alignment = 64;
    private const int ChunkBytes = 1 << 20;

    private readonly Action<Stream> _writeData;

    private NpyArray(string descr, long[] shape, Action<Stream> writeData)
    {
        Descr = descr;
        Shape = shape;
        _writeData = writeData;
    }

    /// <summary>The element type as NumPy writes it: '&lt;f8', '&lt;i4', [('structure', '&lt;i4'), …] …</summary>
    public string Descr { get; }

    /// <summary>The lengths of the axes; empty for a scalar.</summary>
    public IReadOnlyList<long> Shape { get; }

    /// <summary>64-bit real numbers in several pieces, one after the other in C order.</summary>
    /// <exception cref="ArgumentException">The pieces do not fill the shape.</exception>
    public static NpyArray Reals(IReadOnlyList<double[]> pieces, params long[] shape)
    {
        RequireSize(pieces.Sum(static p => p.LongLength), shape);
        return new("'<f8'", shape, stream =>
        {
            foreach (double[] piece in pieces)
            {
                Write<double>(stream, piece);
            }
        });
    }

    /// <summary>64-bit real numbers in C order.</summary>
    /// <exception cref="ArgumentException">The values do not fill the shape.</exception>
    public static NpyArray Reals(double[] values, params long[] shape) => Reals([values], shape);

    /// <summary>A one-dimensional array of records of 32-bit integers: labels.</summary>
    /// <param name="names">The records' fields, at least one.</param>
    /// <param name="values">[record, field] row-major, in several pieces one after the other.</param>
    /// <exception cref="ArgumentException">A name that a NumPy header cannot hold, or a part of a record.</exception>
    public static NpyArray Records(IReadOnlyList<string> names, IReadOnlyList<int[]> values)
    {
        foreach (string name in names)
        {
            if (name.Length == 0 || !name.All(static c => char.IsAsciiLetterOrDigit(c) || c == '_'))
            {
                throw new ArgumentException($"A label is named with letters, digits and _; got \"{name}\".", nameof(names));
            }
        }

        long size = values.Sum(static v => v.LongLength);
        if (names.Count == 0 || size % names.Count != 0)
        {
            throw new ArgumentException($"{size} integers are no records of {names.Count} fields.", nameof(values));
        }

        string fields = string.Join(", ", names.Select(static n => $"('{n}', '<i4')"));
        return new($"[{fields}]", [size / names.Count], stream =>
        {
            foreach (int[] piece in values)
            {
                Write<int>(stream, piece);
            }
        });
    }

    /// <summary>One string, as a scalar of NumPy's type U.</summary>
    public static NpyArray Text(string text)
    {
        byte[] utf32 = new UTF32Encoding(bigEndian: false, byteOrderMark: false, throwOnInvalidCharacters: true).GetBytes(text);
        return new($"'<U{utf32.Length / 4}'", [], stream => stream.Write(utf32));
    }

    /// <summary>Writes header and data.</summary>
    public void Write(Stream stream)
    {
        string shape = Shape.Count == 1 ? $"({Shape[0]},)" : $"({string.Join(", ", Shape)})";
        string header = $"{{'descr': {Descr}, 'fortran_order': False, 'shape': {shape}, }}";
        int length = header.Length + 1;
        int total = (10 + length + Alignment - 1) / Alignment * Alignment;
        if (total - 10 > ushort.MaxValue)
        {
            throw new InvalidOperationException("The header does not fit into format version 1.0.");
        }

        stream.Write([0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y', 1, 0, (byte)(total - 10), (byte)((total - 10) >> 8)]);
        stream.Write(Encoding.ASCII.GetBytes(header.PadRight(total - 11) + "\n"));
        _writeData(stream);
    }

    private static void Write<T>(Stream stream, T[] values)
        where T : unmanaged
    {
        if (!BitConverter.IsLittleEndian)
        {
            throw new PlatformNotSupportedException("NumPy files are written on little-endian machines only.");
        }

        int chunk = ChunkBytes / Marshal.SizeOf<T>();
        for (int start = 0; start < values.Length; start += chunk)
        {
            stream.Write(MemoryMarshal.AsBytes(values.AsSpan(start, Math.Min(chunk, values.Length - start))));
        }
    }

    private static void RequireSize(long size, long[] shape)
    {
        long expected = shape.Aggregate(1L, static (a, b) => checked(a * b));
        if (size != expected)
        {
            throw new ArgumentException($"{size} values do not fill the shape ({string.Join(", ", shape)}).", nameof(shape));
        }
    }
}
