using System;
using System.Buffers.Binary;
using System.IO;
using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace Toolkit.Numerics.Coupling;

/// <summary>
/// A table of coupling coefficients read from a file in the format <c>toolkit-table/1</c> (CONVENTIONS.md). Nothing is
/// computed here: the numbers are exact ones, correctly rounded by the generator that the header names.
/// Read-only, so safe from any number of threads.
/// </summary>
public sealed unsafe class CouplingTable : IDisposable
{
    private const int HeaderLength = 1024;
    private const int RecordLength = 24;
    private const string Format = "toolkit-table/1";

    private static readonly Lazy<CouplingTable> Embedded = new(LoadEmbedded);

    private readonly MemoryMappedFile? file;
    private readonly MemoryMappedViewAccessor? view;
    private readonly byte[]? owned;
    private readonly byte* data;
    private readonly int side;

    // Block number by (2·l1, 2·l2, 2·l3), or −1 for a triple that the triangle rule or parity forbids.
    private readonly int[] lookup;
    private readonly BlockRecord[] blocks;
    private bool disposed;

    private readonly record struct BlockRecord(int TwiceL1, int TwiceL2, int TwiceL3, int Count, long Position);

    /// <summary>What the table says of itself.</summary>
    public CouplingTableHeader Header { get; }

    /// <summary>The largest l that occurs; every triple with all three at most this is there.</summary>
    public int LMax { get; }

    /// <summary>The number of non-zero coefficients.</summary>
    public long EntryCount => Header.Entries;

    /// <summary>
    /// The table that comes with the library: real-cg, l ≤ 8. Loaded and verified at first use.
    /// </summary>
    public static CouplingTable Default => Embedded.Value;

    /// <summary>
    /// Maps a table file into memory.
    /// </summary>
    /// <param name="path">The file; it must stay unchanged while the table is in use.</param>
    /// <param name="verify">Whether to read the whole file and compare its checksum. Without it, structure and bounds
    /// are still checked, but a changed digit goes unnoticed.</param>
    /// <exception cref="InvalidDataException">The file is damaged, cut short, or of another format or version; the
    /// message names the file, what was found and what was expected.</exception>
    public static CouplingTable Load(string path, bool verify = true)
    {
        ArgumentNullException.ThrowIfNull(path);
        long length = new FileInfo(path).Length;
        if (length < HeaderLength)
            throw Damaged(path, $"found {length} bytes, expected at least the {HeaderLength} of the header");
        MemoryMappedFile file = MemoryMappedFile.CreateFromFile(
            new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read), null, 0,
            MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: false);
        MemoryMappedViewAccessor? view = null;
        try
        {
            view = file.CreateViewAccessor(0, length, MemoryMappedFileAccess.Read);
            byte* start = null;
            view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
            return new CouplingTable(path, start + view.PointerOffset, length, verify, file, view, null);
        }
        catch
        {
            view?.SafeMemoryMappedViewHandle.ReleasePointer();
            view?.Dispose();
            file.Dispose();
            throw;
        }
    }

    /// <summary>Reads a table from the bytes of its file.</summary>
    /// <param name="bytes">The whole file; copied.</param>
    /// <param name="name">What error messages call it.</param>
    /// <exception cref="InvalidDataException">As for <see cref="Load"/>.</exception>
    public static CouplingTable FromBytes(ReadOnlySpan<byte> bytes, string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (bytes.Length < HeaderLength)
            throw Damaged(name, $"found {bytes.Length} bytes, expected at least the {HeaderLength} of the header");
        byte[] copy = GC.AllocateUninitializedArray<byte>(bytes.Length, pinned: true);
        bytes.CopyTo(copy);
        return new CouplingTable(name, (byte*)Marshal.UnsafeAddrOfPinnedArrayElement(copy, 0), copy.Length, true,
            null, null, copy);
    }

    /// <summary>
    /// The coefficients of one triple, or an empty block where the triangle rule leaves none.
    /// </summary>
    /// <param name="l1">0 … <see cref="LMax"/>.</param>
    /// <param name="l2">0 … <see cref="LMax"/>.</param>
    /// <param name="l3">0 … <see cref="LMax"/>; L for Clebsch–Gordan coefficients.</param>
    /// <exception cref="ArgumentOutOfRangeException">An l is negative or larger than the table's.</exception>
    public CouplingBlock Block(int l1, int l2, int l3)
    {
        Check(l1, LMax, nameof(l1));
        Check(l2, LMax, nameof(l2));
        Check(l3, LMax, nameof(l3));
        return BlockOfTwice(2 * l1, 2 * l2, 2 * l3);
    }

    /// <summary>As <see cref="Block"/>, by doubled quantum numbers: for tables with half-integers.</summary>
    /// <param name="twiceL1">2·l1.</param>
    /// <param name="twiceL2">2·l2.</param>
    /// <param name="twiceL3">2·l3.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is negative or larger than the table's.</exception>
    public CouplingBlock BlockOfTwice(int twiceL1, int twiceL2, int twiceL3)
    {
        ObjectDisposedException.ThrowIf(disposed, this);
        Check(twiceL1, side - 1, nameof(twiceL1));
        Check(twiceL2, side - 1, nameof(twiceL2));
        Check(twiceL3, side - 1, nameof(twiceL3));
        int number = lookup[(twiceL1 * side + twiceL2) * side + twiceL3];
        if (number < 0)
            return default;
        ref readonly BlockRecord block = ref blocks[number];
        return new CouplingBlock(this, data + block.Position, block.Count);
    }

    /// <summary>Releases the mapped file; blocks taken from the table must not be used after it.</summary>
    public void Dispose()
    {
        // The embedded table serves everyone and holds no file.
        if (disposed || view is null)
            return;
        disposed = true;
        view.SafeMemoryMappedViewHandle.ReleasePointer();
        view.Dispose();
        file?.Dispose();
    }

    private void Check(int value, int limit, string name)
    {
        if ((uint)value > (uint)limit)
        {
            throw new ArgumentOutOfRangeException(name, value,
                $"expected 0 … {limit}, the limits of the table '{Header.Generator}'");
        }
    }

    private CouplingTable(string name, byte* data, long length, bool verify, MemoryMappedFile? file,
        MemoryMappedViewAccessor? view, byte[]? owned)
    {
        this.data = data;
        this.file = file;
        this.view = view;
        this.owned = owned;
        var headerBytes = new ReadOnlySpan<byte>(data, HeaderLength);
        Header = CouplingTableHeader.Parse(name, headerBytes, Format);
        if (Header.Length != length)
            throw Damaged(name, $"found {length} bytes, expected {Header.Length}");
        if (verify)
        {
            string sum = Checksum(data, length, Header.Checksum);
            if (sum != Header.Checksum)
                throw Damaged(name, $"found checksum {sum}, expected {Header.Checksum}");
        }
        if (Header.Index < HeaderLength || Header.Blocks < 0 || Header.Entries < 0
            || Header.Index + RecordLength * (long)Header.Blocks != length)
        {
            throw Damaged(name, $"an index of {Header.Blocks} blocks at byte {Header.Index} does not end the file");
        }

        side = Header.TwiceLMax + 1;
        LMax = Header.TwiceLMax / 2;
        lookup = new int[side * side * side];
        Array.Fill(lookup, -1);
        blocks = new BlockRecord[Header.Blocks];
        long entries = 0;
        for (int i = 0; i < blocks.Length; i++)
        {
            var record = new ReadOnlySpan<byte>(data + Header.Index + (long)RecordLength * i, RecordLength);
            var block = new BlockRecord(
                BinaryPrimitives.ReadInt32LittleEndian(record),
                BinaryPrimitives.ReadInt32LittleEndian(record[4..]),
                BinaryPrimitives.ReadInt32LittleEndian(record[8..]),
                BinaryPrimitives.ReadInt32LittleEndian(record[12..]),
                BinaryPrimitives.ReadInt64LittleEndian(record[16..]));
            if ((uint)block.TwiceL1 >= (uint)side || (uint)block.TwiceL2 >= (uint)side
                || (uint)block.TwiceL3 >= (uint)side || block.Count <= 0 || block.Position < HeaderLength
                || block.Position % 8 != 0
                    || block.Position > Header.Index - ((Header.Single ? sizeof(float) : sizeof(double)) + 3L) * block.Count)
            {
                throw Damaged(name, $"block {i} of the index lies outside the table");
            }
            CheckIndices(name, i, block);
            lookup[(block.TwiceL1 * side + block.TwiceL2) * side + block.TwiceL3] = i;
            blocks[i] = block;
            entries += block.Count;
        }
        if (entries != Header.Entries)
            throw Damaged(name, $"found {entries} entries, expected {Header.Entries}");
    }

    // Kernels use the stored indices unchecked, so they are checked here once, even when the checksum is not.
    private void CheckIndices(string name, int number, in BlockRecord block)
    {
        var content = new CouplingBlock(this, data + block.Position, block.Count);
        // The lower row of a 6j symbol is free up to lmax.
        bool free = Header.What == "6j";
        if (!AllAtMost(content.M1, free ? Header.TwiceLMax : block.TwiceL1)
            || !AllAtMost(content.M2, free ? Header.TwiceLMax : block.TwiceL2)
            || !AllAtMost(content.M3, free ? Header.TwiceLMax : block.TwiceL3))
        {
            throw Damaged(name, $"block {number} has an index beyond {(free ? "2·lmax" : "2l")}");
        }
    }

    private static bool AllAtMost(ReadOnlySpan<byte> values, int limit) =>
        limit >= byte.MaxValue || !values.ContainsAnyExceptInRange((byte)0, (byte)limit);

    private static string Checksum(byte* data, long length, string stated)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (long at = HeaderLength; at < length;)
        {
            int part = (int)Math.Min(length - at, 1 << 24);
            hash.AppendData(new ReadOnlySpan<byte>(data + at, part));
            at += part;
        }
        byte[] header = new ReadOnlySpan<byte>(data, HeaderLength).ToArray();
        int place = header.AsSpan().IndexOf(Encoding.ASCII.GetBytes(stated));
        header.AsSpan(place, stated.Length).Fill((byte)'0');
        hash.AppendData(header);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>Requires coefficients up to an l.</summary>
    /// <param name="lmax">The largest l that is needed.</param>
    /// <param name="why">What says so.</param>
    /// <param name="parameter">The parameter that the table is.</param>
    /// <exception cref="ArgumentException">The table ends before it.</exception>
    internal void Require(int lmax, string why, string parameter)
    {
        if (lmax > LMax)
        {
            throw new ArgumentException(
                $"the table of coupling coefficients ends at l = {LMax}; {why} (CouplingTable.Load reads a longer one, which "
                + $"'toolkit tables --kind real-cg --lmax {lmax} --format table' writes)", parameter);
        }
    }

    internal static InvalidDataException Damaged(string name, string facts) =>
        new($"{name}: not a usable coefficient table ({Format}): {facts}");

    private static CouplingTable LoadEmbedded()
    {
        const string resource = "Toolkit.Numerics.Coupling.real-cg-8.table";
        using Stream stream = typeof(CouplingTable).Assembly.GetManifestResourceStream(resource)
            ?? throw new InvalidDataException($"the resource {resource} is missing from the library");
        byte[] bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return FromBytes(bytes, resource);
    }
}
