namespace Toolkit.Symbolic.Tables

open System
open System.Buffers.Binary
open System.IO
open System.IO.Compression
open System.Runtime.InteropServices
open System.Security.Cryptography
open System.Text

/// Writes tables for NumPy, uncompressed. `values` are all coefficients, float64 or float32 [entry]; `m` the indices m + l
/// (of 6j symbols twice the numbers in the lower row), uint8 [entry, 3]; `blocks` in increasing order of (l1, l2, l3) for
/// each block 2·l1, 2·l2, 2·l3, its first entry and its number of entries, int64 [block, 5]; `header` the facts as JSON:
/// generator, parameters, convention, checksum, version, units, and what the arrays are.
/// Within a block entries are in increasing order of (m3, m1, m2). An array is as long as it says before it is made, so the
/// table is generated three times: to count, for `values` and for `m`; none of it is held.
module TableNpz =

    // ZIP's first day: the same table gives the same bytes.
    let private epoch = DateTimeOffset(1980, 1, 1, 0, 0, 0, TimeSpan.Zero)

    /// What stands before the data of an array: magic, version 1.0, the length of what follows; all of it a multiple of 64 bytes, ended
    /// by a line feed.
    let internal npyHeader (descr: string) (shape: string) : byte[] =
        let text = "{'descr': '" + descr + "', 'fortran_order': False, 'shape': " + shape + ", }"
        let length = (10 + text.Length + 1 + 63) / 64 * 64
        let bytes = Array.create length (byte ' ')
        Array.concat([ [| 0x93uy |]; "NUMPY"B; [| 1uy; 0uy |] ]).CopyTo(bytes, 0)
        BinaryPrimitives.WriteUInt16LittleEndian(Span(bytes, 8, 2), uint16 (length - 10))
        Encoding.ASCII.GetBytes(text).CopyTo(bytes, 10)
        bytes[length - 1] <- byte '\n'
        bytes

    let private entry (zip: ZipArchive) (name: string) (descr: string) (shape: string) (write: Stream -> unit) =
        let entry = zip.CreateEntry(name + ".npy", CompressionLevel.NoCompression)
        entry.LastWriteTime <- epoch
        use stream = entry.Open()
        stream.Write(npyHeader descr shape)
        write stream

    /// The version of this program, as files state it.
    let internal version =
        match typeof<TableSpec>.Assembly.GetName().Version with
        | null -> "unknown"
        | v -> string v.Major + "." + string v.Minor + "." + string v.Build

    /// The facts as JSON, as that version of this program writes them: the table's own, and what the arrays are.
    let internal headerText (spec: TableSpec) (version: string) (checksum: string) : string =
        let m =
            if spec.Kind.IsSixJ then
                "[entry, 3]: twice the three numbers of the lower row"
            else
                "[entry, 3]: the indices m1 + l1, m2 + l2, m3 + l3, counted from 0"

        let facts =
            TableHeader.facts spec "npz" false checksum
            @ [ "version", version
                "units", "none: coefficients are numbers"
                "values", "[entry]"
                "m", m
                "blocks", "[block, 5]: 2 l1, 2 l2, 2 l3, the block's first entry, its number of entries" ]
            |> List.map (fun (key, value) -> "\"" + key + "\": \"" + value + "\"")
            |> String.concat ", "

        "{" + facts + "}"

    /// Writes the table to the file `path`, which is there whole or not at all. The checksum in `header` is SHA-256 of the
    /// data of `values`, `m` and `blocks`, one after the other.
    [<CompiledName("Write")>]
    let rec write (spec: TableSpec) (path: string) : unit = writeReporting spec path TableMeter.Silent

    /// As `write`, and tells every now and then how far it is.
    and [<CompiledName("WriteReporting")>] writeReporting (spec: TableSpec) (path: string) (progress: Action<TableProgress>) : unit =
        let meter = TableMeter(spec, 3, progress)

        let count l1 l2 l3 =
            meter.Count(l1, l2, l3)
            meter.Tell()

        let single = spec.Precision.IsSingle
        let blocks = ResizeArray<BlockRecord>()
        let entries = ref 0L

        Generator(spec).ForEachBlock(fun l1 l2 l3 block ->
            blocks.Add(BlockRecord(l1, l2, l3, block.Count, entries.Value))
            entries.Value <- entries.Value + int64 block.Count
            count l1 l2 l3)

        use hash = IncrementalHash.CreateHash HashAlgorithmName.SHA256

        let put (stream: Stream) (bytes: byte[]) =
            hash.AppendData bytes
            stream.Write bytes

        AtomicFile.write path (fun file ->
            use zip = new ZipArchive(file, ZipArchiveMode.Create, true)

            entry zip "values" (if single then "<f4" else "<f8") ("(" + string entries.Value + ",)") (fun stream ->
                Generator(spec).ForEachBlock(fun l1 l2 l3 block ->
                    put stream (TableFile.valueBytes spec block)
                    count l1 l2 l3))

            entry zip "m" "|u1" ("(" + string entries.Value + ", 3)") (fun stream ->
                Generator(spec).ForEachBlock(fun l1 l2 l3 block ->
                    let m = Array.zeroCreate<byte> (3 * block.Count)

                    for i in 0 .. block.Count - 1 do
                        m[3 * i] <- block.M1[i]
                        m[3 * i + 1] <- block.M2[i]
                        m[3 * i + 2] <- block.M3[i]

                    put stream m
                    count l1 l2 l3))

            entry zip "blocks" "<i8" ("(" + string blocks.Count + ", 5)") (fun stream ->
                for b in BlockRecord.InOrder blocks do
                    let row = [| int64 b.TwiceL1; int64 b.TwiceL2; int64 b.TwiceL3; b.Position; int64 b.Count |]
                    put stream (MemoryMarshal.AsBytes(ReadOnlySpan row).ToArray()))

            let checksum = Checksum.text (hash.GetHashAndReset())

            let text = Encoding.UTF32.GetBytes(headerText spec version checksum)
            entry zip "header" ("<U" + string (text.Length / 4)) "()" (fun stream -> stream.Write text))
