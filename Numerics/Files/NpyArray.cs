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

    private readonly Action<Sink> _writeData;

    private NpyArray(string descr, long[] shape, int itemSize, Action<Sink> writeData)
    {
        Descr = descr;
        Shape = shape;
        _writeData = writeData;
        Head = MakeHead(descr, shape);
        Length = checked(Head.Length + shape.Aggregate((long)itemSize, static (a, b) => checked(a * b)));
    }

    /// <summary>Takes bytes of a file, one piece after the other.</summary>
    internal delegate void Sink(ReadOnlySpan<byte> bytes);

    /// <summary>The element type as NumPy writes it: '&lt;f8', '&lt;i4', [('structure', '&lt;i4'), …] …</summary>
    public string Descr { get; }

    /// <summary>The lengths of the axes; empty for a scalar.</summary>
    public IReadOnlyList<long> Shape { get; }

    /// <summary>The file's length in bytes, header included.</summary>
    internal long Length { get; }

    /// <summary>The file's bytes before the data.</summary>
    internal byte[] Head { get; }

    /// <summary>64-bit real numbers in several pieces, one after the other in C order.</summary>
    /// <exception cref="ArgumentException">The pieces do not fill the shape.</exception>
    public static NpyArray Reals(IReadOnlyList<double[]> pieces, params long[] shape)
    {
        RequireSize(pieces.Sum(static p => p.LongLength), shape);
        return new("'<f8'", shape, sizeof(double), sink =>
        {
            foreach (double[] piece in pieces)
                Write<double>(sink, piece);
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
                throw new ArgumentException($"A label is named with letters, digits and _; got \"{name}\".", nameof(names));
        }

        long size = values.Sum(static v => v.LongLength);
        if (names.Count == 0 || size % names.Count != 0)
            throw new ArgumentException($"{size} integers are no records of {names.Count} fields.", nameof(values));

        return new(RecordType(names), [size / names.Count], sizeof(int) * names.Count, sink =>
        {
            foreach (int[] piece in values)
                Write<int>(sink, piece);
        });
    }

    /// <summary>An array whose data somebody else writes, behind <see cref="Head"/>: real numbers.</summary>
    /// <param name="isSingle">Whether they have 32 bits.</param>
    /// <param name="shape">The lengths of the axes.</param>
    internal static NpyArray RealsToCome(bool isSingle, params long[] shape) =>
        new(isSingle ? "'<f4'" : "'<f8'", shape, isSingle ? sizeof(float) : sizeof(double), NothingToWrite);

    /// <summary>The same of records of 32-bit integers.</summary>
    internal static NpyArray RecordsToCome(IReadOnlyList<string> names, long count) =>
        new(RecordType(names), [count], sizeof(int) * names.Count, NothingToWrite);

    /// <summary>The same of any element type.</summary>
    /// <param name="descr">As NumPy writes it.</param>
    /// <param name="itemSize">Bytes of an element.</param>
    /// <param name="shape">The lengths of the axes.</param>
    internal static NpyArray ToCome(string descr, int itemSize, params long[] shape) => new(descr, shape, itemSize, NothingToWrite);

    private static string RecordType(IEnumerable<string> names) => $"[{string.Join(", ", names.Select(static n => $"('{n}', '<i4')"))}]";

    private static void NothingToWrite(Sink sink) => throw new InvalidOperationException("The data of this array are written by another.");

    /// <summary>One string, as a scalar of NumPy's type U.</summary>
    public static NpyArray Text(string text)
    {
        byte[] utf32 = new UTF32Encoding(bigEndian: false, byteOrderMark: false, throwOnInvalidCharacters: true).GetBytes(text);
        return new($"'<U{utf32.Length / 4}'", [], utf32.Length, sink => sink(utf32));
    }

    /// <summary>Writes header and data.</summary>
    public void Write(Stream stream) => Write(stream.Write);

    internal void Write(Sink sink)
    {
        sink(Head);
        _writeData(sink);
    }

    private static byte[] MakeHead(string descr, long[] lengths)
    {
        string shape = lengths.Length == 1 ? $"({lengths[0]},)" : $"({string.Join(", ", lengths)})";
        string header = $"{{'descr': {descr}, 'fortran_order': False, 'shape': {shape}, }}";
        int length = header.Length + 1;
        int total = (10 + length + Alignment - 1) / Alignment * Alignment;
        if (total - 10 > ushort.MaxValue)
            throw new InvalidOperationException("The header does not fit into format version 1.0.");

        return
        [
            0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y', 1, 0, (byte)(total - 10), (byte)((total - 10) >> 8),
            .. Encoding.ASCII.GetBytes(header.PadRight(total - 11) + "\n"),
        ];
    }

    private static void Write<T>(Sink sink, T[] values)
        where T : unmanaged
    {
        if (!BitConverter.IsLittleEndian)
            throw new PlatformNotSupportedException("NumPy files are written on little-endian machines only.");

        int chunk = ChunkBytes / Marshal.SizeOf<T>();
        for (int start = 0; start < values.Length; start += chunk)
            sink(MemoryMarshal.AsBytes(values.AsSpan(start, Math.Min(chunk, values.Length - start))));
    }

    private static void RequireSize(long size, long[] shape)
    {
        long expected = shape.Aggregate(1L, static (a, b) => checked(a * b));
        if (size != expected)
            throw new ArgumentException($"{size} values do not fill the shape ({string.Join(", ", shape)}).", nameof(shape));
    }
}
