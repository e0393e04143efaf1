namespace Toolkit.Symbolic.Tables

open System
open System.Buffers.Binary
open System.IO
open System.Security.Cryptography
open System.Text
open System.Text.Json

/// Writes the binary table format `toolkit-table/1` (CONVENTIONS.md states it), little-endian throughout:
///   bytes 0…1023    one line of JSON, padded with spaces and ended by a line feed: what the table is, its convention,
///                   the command that makes it, the position of its index, the number of blocks and of entries, the
///                   length of the file and its checksum;
///   then per block  value: float64[n], m1: uint8[n], m2: uint8[n], m3: uint8[n], zeros up to a multiple of 8 bytes;
///                   a stored m is the index m + l; entries in increasing order of (m3, m1, m2), zeros left out;
///   then the index  in increasing order of (l1, l2, l3), whatever the order of the blocks: per block int32 2·l1, int32 2·l2, int32 2·l3, int32 n, int64 position.
/// The checksum is SHA-256 of everything after the header, followed by the header with 64 zeros in the checksum's place.
module TableFile =

    let internal headerLength = 1024
    let private zeroChecksum = String('0', 64)

    let private header (spec: TableSpec) (index: int64) (blocks: int) (entries: int64) (length: int64) (sum: string) =
        use buffer = new MemoryStream()
        use json = new Utf8JsonWriter(buffer)
        json.WriteStartObject()
        json.WriteString("format", "toolkit-table/1")
        json.WriteString("what", spec.Kind.Name)
        json.WriteString("basis", spec.Kind.Basis)
        json.WriteString("convention", spec.Convention.Name)
        json.WriteString("lmax", spec.LMaxText)
        json.WriteBoolean("half", spec.Half)
        json.WriteString("generator", spec.Command "table")
        json.WriteNumber("blocks", blocks)
        json.WriteNumber("entries", entries)
        json.WriteNumber("index", index)
        json.WriteNumber("length", length)
        json.WriteString("checksum", sum)
        json.WriteEndObject()
        json.Flush()
        let bytes = Array.create headerLength (byte ' ')
        let text = buffer.ToArray()
        Array.blit text 0 bytes 0 text.Length
        bytes[headerLength - 1] <- byte '\n'
        bytes

    /// Writes the table to a seekable, empty stream.
    let internal writeTo (stream: Stream) (spec: TableSpec) : unit =
        use hash = IncrementalHash.CreateHash HashAlgorithmName.SHA256
        stream.Position <- int64 headerLength
        let position = ref (int64 headerLength)

        let put (bytes: byte[]) (count: int) =
            hash.AppendData(bytes, 0, count)
            stream.Write(bytes, 0, count)
            position.Value <- position.Value + int64 count

        let index = ResizeArray<struct (int * int * int * int * int64)>()
        let buffer = ref (Array.zeroCreate<byte> 4096)
        let entries = ref 0L

        Generator(spec).ForEachBlock(fun l1 l2 l3 block ->
            let n = block.Count
            let size = (11 * n + 7) / 8 * 8

            if buffer.Value.Length < size then
                buffer.Value <- Array.zeroCreate (2 * size)

            let bytes = buffer.Value

            for i in 0 .. n - 1 do
                BinaryPrimitives.WriteDoubleLittleEndian(Span(bytes, 8 * i, 8), block.Values[i])

            Buffer.BlockCopy(block.M1, 0, bytes, 8 * n, n)
            Buffer.BlockCopy(block.M2, 0, bytes, 9 * n, n)
            Buffer.BlockCopy(block.M3, 0, bytes, 10 * n, n)
            Array.Clear(bytes, 11 * n, size - 11 * n)
            index.Add(struct (l1, l2, l3, n, position.Value))
            put bytes size
            entries.Value <- entries.Value + int64 n)

        index.Sort()
        let blocks = index.Count
        let indexPosition = position.Value
        let record = Array.zeroCreate<byte> 24

        for (struct (l1, l2, l3, n, at)) in index do
            BinaryPrimitives.WriteInt32LittleEndian(Span(record, 0, 4), l1)
            BinaryPrimitives.WriteInt32LittleEndian(Span(record, 4, 4), l2)
            BinaryPrimitives.WriteInt32LittleEndian(Span(record, 8, 4), l3)
            BinaryPrimitives.WriteInt32LittleEndian(Span(record, 12, 4), n)
            BinaryPrimitives.WriteInt64LittleEndian(Span(record, 16, 8), at)
            put record record.Length

        let head = header spec indexPosition blocks entries.Value position.Value
        hash.AppendData(head zeroChecksum)
        let sum = Convert.ToHexStringLower(hash.GetHashAndReset())
        stream.Position <- 0L
        stream.Write(head sum, 0, headerLength)

    /// Writes the table to the file `path`, which is there whole or not at all.
    [<CompiledName("Write")>]
    let write (spec: TableSpec) (path: string) : unit =
        AtomicFile.write path (fun stream -> writeTo stream spec)

    /// The bytes of the table's file.
    [<CompiledName("ToBytes")>]
    let toBytes (spec: TableSpec) : byte[] =
        use stream = new MemoryStream()
        writeTo stream spec
        stream.ToArray()
