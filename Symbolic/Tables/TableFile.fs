namespace Toolkit.Symbolic.Tables

open System
open System.Buffers.Binary
open System.Globalization
open System.IO
open System.Security.Cryptography
open System.Text
open System.Text.Json

/// Where one block of a table stands.
[<Sealed>]
type internal BlockRecord(twiceL1: int, twiceL2: int, twiceL3: int, count: int, position: int64) =
    /// 2·l1.
    member _.TwiceL1 = twiceL1
    /// 2·l2.
    member _.TwiceL2 = twiceL2
    /// 2·l3.
    member _.TwiceL3 = twiceL3
    /// The number of entries.
    member _.Count = count
    /// The position of the first entry.
    member _.Position = position

    /// The records in increasing order of (l1, l2, l3), which no two share.
    static member InOrder(records: ResizeArray<BlockRecord>) : BlockRecord[] =
        let inOrder = records.ToArray()
        let key (r: BlockRecord) = (r.TwiceL1 <<< 16) + (r.TwiceL2 <<< 8) + r.TwiceL3
        Array.Sort(inOrder, Comparison(fun a b -> key a - key b))
        inOrder

/// Writes the binary table format `toolkit-table/1` (CONVENTIONS.md states it), little-endian throughout:
///   bytes 0…1023    one line of JSON, padded with spaces and ended by a line feed: what the table is, its convention,
///                   the command that makes it, the position of its index, the number of blocks and of entries, the
///                   length of the file and its checksum;
///   then per block  value: float64[n] (float32[n] where the header says so), m1: uint8[n], m2: uint8[n], m3: uint8[n], zeros
///                   up to a multiple of 8 bytes; a stored m is the index m + l (of a 6j symbol twice the number in the lower
///                   row); entries in increasing order of (m3, m1, m2), zeros left out;
///   then the index  in increasing order of (l1, l2, l3), whatever the order of the blocks: per block int32 2·l1, int32 2·l2,
///                   int32 2·l3, int32 n, int64 position.
/// The checksum is SHA-256 of everything after the header, followed by the header with 64 zeros in the checksum's place.
module TableFile =

    let internal headerLength = 1024

    // Written out, because a JSON writer takes longer to start than a small table to make. Names and numbers of ours need
    // no escapes.
    let private headerText (spec: TableSpec) (index: int64) (blocks: int) (entries: int64) (length: int64) (sum: string) =
        let quoted (value: string) = "\"" + value + "\""
        let number (value: int64) = value.ToString CultureInfo.InvariantCulture
        let field (key: string) (value: string) = ",\"" + key + "\":" + value

        "{\"format\":\"toolkit-table/1\""
        + field "what" (quoted spec.Kind.Name)
        + field "basis" (quoted spec.Kind.Basis.Name)
        + field "convention" (quoted spec.Convention.Name)
        + field "lmax" (quoted spec.LMaxText)
        + field "half" (if spec.Half then "true" else "false")
        // Without the field, values are float64.
        + (if spec.Precision.IsSingle then field "precision" (quoted spec.Precision.Name) else "")
        + field "generator" (quoted (spec.Command "table"))
        + field "blocks" (number blocks)
        + field "entries" (number entries)
        + field "index" (number index)
        + field "length" (number length)
        + field "checksum" (quoted sum)
        + "}"

    let private header (spec: TableSpec) (index: int64) (blocks: int) (entries: int64) (length: int64) (sum: string) =
        let text = headerText spec index blocks entries length sum
        let bytes = Array.zeroCreate<byte> headerLength

        for i in 0 .. headerLength - 2 do
            bytes[i] <- if i < text.Length then byte text[i] else byte ' '

        bytes[headerLength - 1] <- byte '\n'
        bytes

    /// A block's values, little-endian, at the start of `bytes`.
    let private writeValues (spec: TableSpec) (block: CoefficientBlock) (bytes: byte[]) : unit =
        let n = block.Count

        if spec.Precision.IsSingle then
            for i in 0 .. n - 1 do
                BinaryPrimitives.WriteSingleLittleEndian(Span(bytes, 4 * i, 4), float32 block.Values[i])
        elif BitConverter.IsLittleEndian then
            Buffer.BlockCopy(block.Values, 0, bytes, 0, 8 * n)
        else
            for i in 0 .. n - 1 do
                BinaryPrimitives.WriteDoubleLittleEndian(Span(bytes, 8 * i, 8), block.Values[i])

    /// A block's values, little-endian.
    let internal valueBytes (spec: TableSpec) (block: CoefficientBlock) : byte[] =
        let bytes = Array.zeroCreate ((if spec.Precision.IsSingle then 4 else 8) * block.Count)
        writeValues spec block bytes
        bytes

    /// The index of a file with these blocks.
    let private indexBytes (blocks: BlockRecord[]) : byte[] =
        let bytes = Array.zeroCreate<byte> (24 * blocks.Length)

        for i in 0 .. blocks.Length - 1 do
            let block = blocks[i]
            let record = Span(bytes, 24 * i, 24)
            BinaryPrimitives.WriteInt32LittleEndian(record, block.TwiceL1)
            BinaryPrimitives.WriteInt32LittleEndian(record.Slice 4, block.TwiceL2)
            BinaryPrimitives.WriteInt32LittleEndian(record.Slice 8, block.TwiceL3)
            BinaryPrimitives.WriteInt32LittleEndian(record.Slice 12, block.Count)
            BinaryPrimitives.WriteInt64LittleEndian(record.Slice 16, block.Position)

        bytes

    /// Writes the table to a seekable, empty stream and calls `each` after each block.
    let private writeAll (stream: Stream) (spec: TableSpec) (each: int -> int -> int -> unit) : unit =
        use hash = IncrementalHash.CreateHash HashAlgorithmName.SHA256
        stream.Position <- int64 headerLength
        let position = ref (int64 headerLength)

        let put (bytes: byte[]) (count: int) =
            hash.AppendData(bytes, 0, count)
            stream.Write(bytes, 0, count)
            position.Value <- position.Value + int64 count

        let index = ResizeArray<BlockRecord>()
        let single = spec.Precision.IsSingle
        let buffer = ref (Array.zeroCreate<byte> 4096)
        let entries = ref 0L

        Generator(spec).ForEachBlock(fun l1 l2 l3 block ->
            let n = block.Count
            let width = if single then 4 else 8
            let size = ((width + 3) * n + 7) / 8 * 8

            if buffer.Value.Length < size then
                buffer.Value <- Array.zeroCreate (2 * size)

            let bytes = buffer.Value

            writeValues spec block bytes
            Buffer.BlockCopy(block.M1, 0, bytes, width * n, n)
            Buffer.BlockCopy(block.M2, 0, bytes, (width + 1) * n, n)
            Buffer.BlockCopy(block.M3, 0, bytes, (width + 2) * n, n)
            Array.Clear(bytes, (width + 3) * n, size - (width + 3) * n)
            index.Add(BlockRecord(l1, l2, l3, n, position.Value))
            put bytes size
            entries.Value <- entries.Value + int64 n
            each l1 l2 l3)

        let blocks = index.Count
        let indexPosition = position.Value
        let records = indexBytes (BlockRecord.InOrder index)
        put records records.Length
        let head = header spec indexPosition blocks entries.Value position.Value
        hash.AppendData(head Checksum.unknown)
        let sum = Checksum.text (hash.GetHashAndReset())
        stream.Position <- 0L
        stream.Write(head sum, 0, headerLength)

    /// Writes the table to a seekable, empty stream.
    let internal writeTo (stream: Stream) (spec: TableSpec) : unit = writeAll stream spec (fun _ _ _ -> ())

    /// Writes the table to the file `path`, which is there whole or not at all.
    [<CompiledName("Write")>]
    let write (spec: TableSpec) (path: string) : unit =
        AtomicFile.write path (fun stream -> writeTo stream spec)

    /// As `write`, and tells every now and then how far it is.
    [<CompiledName("WriteReporting")>]
    let writeReporting (spec: TableSpec) (path: string) (progress: Action<TableProgress>) : unit =
        let meter = TableMeter(spec, 1, progress)

        AtomicFile.write path (fun stream ->
            writeAll stream spec (fun l1 l2 l3 ->
                meter.Count(l1, l2, l3)
                meter.Tell()))

    /// The bytes of the table's file.
    [<CompiledName("ToBytes")>]
    let toBytes (spec: TableSpec) : byte[] =
        use stream = new MemoryStream()
        writeTo stream spec
        stream.ToArray()

    /// Whether `path` is a whole table file of that spec: its length and its checksum are compared, and its header is the
    /// one that would be written.
    let internal isIntact (spec: TableSpec) (path: string) : bool =
        try
            use stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read ||| FileShare.Delete, 1 <<< 16)
            let head = Array.zeroCreate<byte> headerLength
            stream.ReadExactly head
            use json = JsonDocument.Parse(ReadOnlyMemory head)
            let number (key: string) = json.RootElement.GetProperty(key).GetInt64()
            let sum = json.RootElement.GetProperty("checksum").GetString() |> Option.ofObj |> Option.defaultValue ""
            let expected = header spec (number "index") (int (number "blocks")) (number "entries") (number "length")

            if not (head.AsSpan().SequenceEqual(ReadOnlySpan(expected sum))) || stream.Length <> number "length" then
                false
            else
                use hash = IncrementalHash.CreateHash HashAlgorithmName.SHA256
                let buffer = Array.zeroCreate<byte> (1 <<< 20)
                let mutable read = stream.Read buffer

                while read > 0 do
                    hash.AppendData(buffer, 0, read)
                    read <- stream.Read buffer

                hash.AppendData(expected Checksum.unknown)
                Checksum.text (hash.GetHashAndReset()) = sum
        with
        | :? IOException
        | :? JsonException
        | :? InvalidOperationException
        | :? FormatException
        | :? System.Collections.Generic.KeyNotFoundException -> false
