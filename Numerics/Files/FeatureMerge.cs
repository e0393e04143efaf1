using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.IO;
using System.IO.Compression;
using System.Linq;
using System.Text;
using System.Text.RegularExpressions;

namespace Toolkit.Numerics.Files;

/// <summary>
/// Feature files of consecutive structures, which several processes have made, as the one file that a single process makes: rows one after
/// the other, to the byte, in memory for a piece of one array.
/// </summary>
public static partial class FeatureMerge
{
    private const int Piece = 1 << 20;

    /// <summary>Writes the whole, which appears under its name when it is complete.</summary>
    /// <param name="path">The file, .npz or .mts as its parts.</param>
    /// <param name="parts">The parts in order.</param>
    /// <param name="replace">Whether a file that is there may be replaced.</param>
    /// <exception cref="InputException">A part that cannot be read, of other features, or whose structures do not follow those
    /// before.</exception>
    public static void Write(string path, IReadOnlyList<string> parts, bool replace = true)
    {
        ArgumentNullException.ThrowIfNull(parts);
        if (parts.Count == 0) throw new ArgumentException("there are no parts", nameof(parts));
        Part[] all = [.. parts.Select(Part.Open)];
        try
        {
            string[] names = all[0].Names;
            foreach (Part part in all)
            {
                if (!part.Names.SequenceEqual(names))
                {
                    throw new InputException(
                        part.Path, null, null, $"the arrays {string.Join(", ", part.Names)}",
                        $"those of {all[0].Path}: {string.Join(", ", names)}");
                }
            }

            NpyArray[] arrays = [.. names.Select((_, k) => Whole(all, k))];
            StoredZip zip = new(names.Zip(arrays, static (name, array) => (name, array.Length)));
            AtomicFile.Write(path, stream =>
            {
                zip.Begin(stream, path);
                for (int k = 0; k < names.Length; k++)
                {
                    zip.Append(k, arrays[k].Head);
                    Copy(all, k, zip);
                }
                zip.Finish();
            }, replace);
        }
        finally
        {
            foreach (Part part in all)
                part.Dispose();
        }
    }

    private static string Leaf(string name) => name[(name.LastIndexOf('/') + 1)..];

    /// <summary>Whether parts have rows of an array each.</summary>
    private static bool HasRows(string name)
    {
        string leaf = Leaf(name);
        return leaf.StartsWith("values", StringComparison.Ordinal) || leaf.StartsWith("gradient", StringComparison.Ordinal)
            || leaf == "samples.npy";
    }

    private static NpyArray Whole(Part[] parts, int k)
    {
        Entry first = parts[0].Entries[k];
        long rows = 0;
        foreach (Part part in parts)
        {
            Entry own = part.Entries[k];
            if (own.Descr != first.Descr || !own.Shape.Skip(1).SequenceEqual(first.Shape.Skip(1)) || own.Shape.Length != first.Shape.Length)
            {
                throw new InputException(
                    part.Path, null, first.Name, $"an array of other features than {parts[0].Path} has",
                    "parts of one run of toolkit features");
            }

            rows += own.Shape.Length > 0 ? own.Shape[0] : 0;
        }
        return NpyArray.ToCome(first.Descr, first.ItemSize, HasRows(first.Name) ? [rows, .. first.Shape[1..]] : first.Shape);
    }

    private static void Copy(Part[] parts, int k, StoredZip zip)
    {
        string name = parts[0].Entries[k].Name;
        if (!HasRows(name))
        {
            byte[] known = parts[0].Entries[k].ReadAll();
            foreach (Part part in parts)
            {
                if (!part.Entries[k].ReadAll().AsSpan().SequenceEqual(known))
                {
                    throw new InputException(
                        part.Path, null, name, "another one than in " + parts[0].Path, "parts of one run of toolkit features");
                }
            }

            zip.Append(k, known);
            return;
        }
        // Gradients name the row of values that they belong to; rows of values name their structures.
        bool namesRow = parts[0].Entries[k].Descr.Contains("('sample'", StringComparison.Ordinal),
            namesStructure = Leaf(name) == "samples.npy" && !namesRow;
        int values = Array.FindIndex(parts[0].Names, static n => Leaf(n).StartsWith("values", StringComparison.Ordinal));
        long before = 0, last = -1;
        byte[] buffer = new byte[Piece];
        foreach (Part part in parts)
        {
            Entry entry = part.Entries[k];
            int item = entry.ItemSize;
            using Stream content = entry.Body();
            int room = Piece / item * item;
            if (room == 0) (buffer, room) = (new byte[item], item);
            for (int read = content.ReadAtLeast(buffer.AsSpan(0, room), room, false); read > 0; read = content.ReadAtLeast(
                buffer.AsSpan(0, room), room, false))
            {
                for (int at = 0; at < read && (namesRow || namesStructure); at += item)
                {
                    Span<byte> field = buffer.AsSpan(at, 4);
                    int number = BinaryPrimitives.ReadInt32LittleEndian(field);
                    if (namesRow)
                    {
                        BinaryPrimitives.WriteInt32LittleEndian(field, checked((int)(number + before)));
                    }
                    else if (number < last)
                    {
                        throw new InputException(
                            part.Path, null, null, $"structure {number} after structure {last}",
                            "parts whose structures follow each other");
                    }
                    else
                    {
                        last = number;
                    }
                }
                zip.Append(k, buffer.AsSpan(0, read));
            }
            before += part.Entries[values].Shape[0];
        }
    }

    /// <summary>An array within a part.</summary>
    private sealed class Entry
    {
        private readonly ZipArchiveEntry _entry;
        private readonly int _head;

        public Entry(ZipArchiveEntry entry, string path)
        {
            _entry = entry;
            using Stream stream = entry.Open();
            byte[] start = new byte[10];
            stream.ReadExactly(start);
            byte[] text = new byte[start[8] | (start[9] << 8)];
            stream.ReadExactly(text);
            Match match = Header().Match(Encoding.UTF8.GetString(text));
            if (start[6] != 1 || !match.Success)
                throw new InputException(path, null, entry.FullName, "no NumPy array of this project", "a part that toolkit features made");
            _head = start.Length + text.Length;
            Descr = match.Groups[1].Value;
            Shape = [.. match.Groups[2].Value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
                .Select(long.Parse)];
            ItemSize = Descr.StartsWith('[')
                ? 4 * Descr.Split("'<i4'").Length - 4 : Descr.StartsWith("'<U", StringComparison.Ordinal)
                ? 4 * int.Parse(Descr.Trim('\'')[2..], null) : Descr[^2] - '0';
        }

        public string Name => _entry.FullName;

        public string Descr { get; }

        public long[] Shape { get; }

        /// <summary>Bytes of an element.</summary>
        public int ItemSize { get; }

        public Stream Body()
        {
            Stream stream = _entry.Open();
            stream.ReadExactly(new byte[_head]);
            return stream;
        }

        public byte[] ReadAll()
        {
            using Stream stream = Body();
            using MemoryStream all = new();
            stream.CopyTo(all);
            return all.ToArray();
        }
    }

    private sealed class Part : IDisposable
    {
        private readonly ZipArchive _zip;

        private Part(string path, ZipArchive zip)
        {
            (Path, _zip) = (path, zip);
            Entries = [.. zip.Entries.Select(e => new Entry(e, path))];
            Names = [.. Entries.Select(static e => e.Name)];
        }

        public string Path { get; }

        public Entry[] Entries { get; }

        public string[] Names { get; }

        public static Part Open(string path)
        {
            try
            {
                return new Part(path, ZipFile.OpenRead(path));
            }
            catch (Exception e) when (e is IOException or InvalidDataException or UnauthorizedAccessException or FormatException)
            {
                throw new InputException(
                    path, null, null, File.Exists(path) ? "a file that is damaged or no feature file" : "no such file",
                    "a part that toolkit features made");
            }
        }

        public void Dispose() => _zip.Dispose();
    }

    [GeneratedRegex(@"^\{'descr': (.*), 'fortran_order': False, 'shape': \(([^)]*)\)")]
    private static partial Regex Header();
}
