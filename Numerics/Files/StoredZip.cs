using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;

namespace Toolkit.Numerics.Files;

/// <summary>
/// A ZIP file whose entries are stored as they are and whose lengths are known beforehand, so that all entries can grow side
/// by side: every one has its place in the file from the beginning.
/// </summary>
/// <remarks>
/// (PKWARE, APPNOTE 6.3.10.) Sizes and places from 4 GiB on are written as ZIP64. Times are ZIP's first day: the same content
/// gives the same bytes. An entry takes a buffer of <see cref="BufferSize"/> while it grows.
/// </remarks>
internal sealed class StoredZip
{
    private const int BufferSize = 1 << 16;
    private const int LocalLength = 30, CentralLength = 46, EndLength = 22, End64Length = 56, LocatorLength = 20, Extra64Length = 20;
    private const ushort FirstDay = 0x21, Stored = 20, Zip64 = 45;

    private readonly Entry[] _entries;
    private readonly long _from64, _directory;
    private Stream? _stream;
    private string _path = "";

    /// <summary>Places the entries.</summary>
    /// <param name="entries">Names, in ASCII, and lengths in bytes.</param>
    /// <param name="from64">The first size that is written as ZIP64.</param>
    public StoredZip(IEnumerable<(string Name, long Length)> entries, long from64 = uint.MaxValue)
    {
        _from64 = from64;
        long at = 0;
        _entries = entries.Select(e =>
        {
            Entry entry = new(Encoding.ASCII.GetBytes(e.Name), e.Length, at, e.Length >= from64);
            at = checked(entry.Start + e.Length);
            return entry;
        }).ToArray();
        _directory = at;
        Length = at + _entries.Sum(CentralSize) + (IsLarge ? End64Length + LocatorLength : 0) + EndLength;
    }

    /// <summary>The length of the whole file in bytes.</summary>
    public long Length { get; }

    private bool IsLarge => _directory >= _from64 || _entries.Length >= ushort.MaxValue;

    /// <summary>Begins to write.</summary>
    /// <param name="stream">Empty, and can seek.</param>
    /// <param name="path">What messages call the file.</param>
    public void Begin(Stream stream, string path) => (_stream, _path) = (stream, path);

    /// <summary>Adds bytes to the end of an entry.</summary>
    /// <exception cref="InvalidOperationException">They are more than the entry was given.</exception>
    /// <exception cref="InputException">They cannot be written: the disk is full.</exception>
    public void Append(int entry, ReadOnlySpan<byte> bytes)
    {
        Entry e = _entries[entry];
        if (e.Taken + bytes.Length > e.Length)
            throw new InvalidOperationException($"{Encoding.ASCII.GetString(e.Name)} was given {e.Length} bytes and gets more.");

        e.Taken += bytes.Length;
        while (bytes.Length > 0)
        {
            if (e.Buffered == 0 && bytes.Length >= BufferSize)
            {
                Put(e, bytes);
                return;
            }

            e.Buffer ??= new byte[BufferSize];
            int part = Math.Min(BufferSize - e.Buffered, bytes.Length);
            bytes[..part].CopyTo(e.Buffer.AsSpan(e.Buffered));
            e.Buffered += part;
            bytes = bytes[part..];
            if (e.Buffered == BufferSize)
                Flush(e);
        }
    }

    /// <summary>Writes what is still buffered, and the directory.</summary>
    /// <exception cref="InvalidOperationException">An entry has fewer bytes than it was given.</exception>
    public void Finish()
    {
        foreach (Entry e in _entries)
        {
            Flush(e);
            if (e.Taken != e.Length)
                throw new InvalidOperationException($"{Encoding.ASCII.GetString(e.Name)} was given {e.Length} bytes and got {e.Taken}.");

            Put(e.Place, Local(e));
        }

        long at = _directory;
        foreach (Entry e in _entries)
        {
            Put(at, Central(e));
            at += CentralSize(e);
        }

        Put(at, EndOfDirectory());
    }

    private void Flush(Entry e)
    {
        Put(e, e.Buffer.AsSpan(0, e.Buffered));
        e.Buffered = 0;
    }

    private void Put(Entry e, ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length == 0)
            return;

        e.Checksum = Crc32.Append(e.Checksum, bytes);
        Put(e.Start + e.Written, bytes);
        e.Written += bytes.Length;
    }

    private void Put(long place, ReadOnlySpan<byte> bytes)
    {
        try
        {
            _stream!.Position = place;
            _stream.Write(bytes);
            _stream.Flush();
        }
        // The latter is how a file is said to be larger than its file system allows.
        catch (Exception e) when (e is IOException or ArgumentOutOfRangeException)
        {
            string found = AtomicFile.DiskReason(e) ?? e.Message.Split(" (Parameter", 2)[0].TrimEnd('.');
            throw new InputException(_path, null, null, found, $"room for {Length} bytes");
        }
    }

    private static byte[] Local(Entry e)
    {
        FieldWriter f = new(LocalLength + e.Name.Length + (e.Is64 ? Extra64Length : 0));
        f.Four(0x04034b50).Two(e.Is64 ? Zip64 : Stored).Two(0).Two(0).Two(0).Two(FirstDay).Four(e.Checksum);
        f.Four(e.Is64 ? uint.MaxValue : (uint)e.Length).Four(e.Is64 ? uint.MaxValue : (uint)e.Length);
        f.Two(e.Name.Length).Two(e.Is64 ? Extra64Length : 0).Bytes(e.Name);
        if (e.Is64)
            f.Two(1).Two(16).Eight(e.Length).Eight(e.Length);

        return f.Content;
    }

    private int ExtraSize(Entry e) => (e.Is64 ? 16 : 0) + (e.Place >= _from64 ? 8 : 0);

    private long CentralSize(Entry e) => CentralLength + e.Name.Length + (ExtraSize(e) > 0 ? 4 + ExtraSize(e) : 0);

    private byte[] Central(Entry e)
    {
        bool isFar = e.Place >= _from64;
        int extra = ExtraSize(e);
        FieldWriter f = new((int)CentralSize(e));
        f.Four(0x02014b50).Two(extra > 0 ? Zip64 : Stored).Two(extra > 0 ? Zip64 : Stored).Two(0).Two(0).Two(0).Two(FirstDay)
            .Four(e.Checksum);
        f.Four(e.Is64 ? uint.MaxValue : (uint)e.Length).Four(e.Is64 ? uint.MaxValue : (uint)e.Length);
        f.Two(e.Name.Length).Two(extra > 0 ? 4 + extra : 0).Two(0).Two(0).Two(0).Four(0).Four(isFar ? uint.MaxValue : (uint)e.Place)
            .Bytes(e.Name);
        if (extra > 0)
            f.Two(1).Two(extra);

        if (e.Is64)
            f.Eight(e.Length).Eight(e.Length);

        if (isFar)
            f.Eight(e.Place);

        return f.Content;
    }

    private byte[] EndOfDirectory()
    {
        long size = _entries.Sum(CentralSize), count = _entries.Length;
        FieldWriter f = new((IsLarge ? End64Length + LocatorLength : 0) + EndLength);
        if (IsLarge)
        {
            f.Four(0x06064b50).Eight(End64Length - 12).Two(Zip64).Two(Zip64).Four(0).Four(0).Eight(count).Eight(count).Eight(size)
                .Eight(_directory);
            f.Four(0x07064b50).Four(0).Eight(_directory + size).Four(1);
        }

        int shown = IsLarge ? ushort.MaxValue : (int)count;
        f.Four(0x06054b50).Two(0).Two(0).Two(shown).Two(shown);
        f.Four(IsLarge ? uint.MaxValue : (uint)size).Four(IsLarge ? uint.MaxValue : (uint)_directory).Two(0);
        return f.Content;
    }

    private sealed class Entry(byte[] name, long length, long place, bool is64)
    {
        public byte[] Name { get; } = name;

        public long Length { get; } = length;

        public long Place { get; } = place;

        public bool Is64 { get; } = is64;

        public long Start { get; } = place + LocalLength + name.Length + (is64 ? Extra64Length : 0);

        public byte[]? Buffer { get; set; }

        public int Buffered { get; set; }

        public long Taken { get; set; }

        public long Written { get; set; }

        public uint Checksum { get; set; }
    }

    /// <summary>Little-endian fields one after the other.</summary>
    private sealed class FieldWriter(int size)
    {
        private int _at;

        public byte[] Content { get; } = new byte[size];

        public FieldWriter Two(int x)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(Content.AsSpan(_at), (ushort)x);
            _at += 2;
            return this;
        }

        public FieldWriter Four(uint x)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(Content.AsSpan(_at), x);
            _at += 4;
            return this;
        }

        public FieldWriter Eight(long x)
        {
            BinaryPrimitives.WriteInt64LittleEndian(Content.AsSpan(_at), x);
            _at += 8;
            return this;
        }

        public void Bytes(byte[] x)
        {
            x.CopyTo(Content.AsSpan(_at));
            _at += x.Length;
        }
    }
}
