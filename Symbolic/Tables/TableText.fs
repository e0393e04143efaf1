namespace Toolkit.Symbolic.Tables

open System
open System.Globalization
open System.Security.Cryptography
open System.Text
open Toolkit.Symbolic.Algebra
open Toolkit.Symbolic.AngularMomentum

/// Writes tables as text: every non-zero coefficient with its exact value, p and q of sign·√(p/q) (for Gaunt's
/// sign·√(p/(q·π))), in increasing order of the columns. A few blocks are held at a time.
module TableText =

    let internal columns = "l1\tl2\tl3\tm1\tm2\tm3\tsign\tp\tq\tvalue"

    let internal comments (spec: TableSpec) (checksum: string) : string =
        TableHeader.facts spec "tsv" true checksum
        |> List.map (fun (key, value) -> "# " + key + ": " + value + "\n")
        |> String.concat ""

    /// Half-integers as text, by twice their value plus 256.
    let private numbers = Array.init 513 (fun i -> HalfInteger.FromTwice(i - 256).ToString())

    /// One line of tab-separated text.
    let internal appendRow (text: StringBuilder) (entry: PrintedEntry) : unit =
        let i = entry.Index
        let number (twice: int) = text.Append(numbers[twice + 256]).Append('\t') |> ignore
        number i.TwiceL1
        number i.TwiceL2
        number i.TwiceL3
        number i.TwiceM1
        number i.TwiceM2
        number i.TwiceM3
        text.Append(entry.Sign).Append('\t').Append(entry.Size.P).Append('\t').Append(entry.Size.Q).Append('\t') |> ignore
        if entry.Sign < 0 then text.Append '-' |> ignore
        text.Append(entry.Size.Value).Append('\n') |> ignore

    /// Entries in increasing order of (m1, m2, m3).
    let internal sorted (entries: struct (TableIndex * Surd)[]) =
        entries |> Array.sortBy (fun (struct (i, _)) -> struct (i.TwiceM1, i.TwiceM2, i.TwiceM3))

    /// Writes `head checksum` and the bytes that `body` hands over. The checksum, SHA-256 of those bytes, has its place
    /// in the head even before it is known, so that the file is written in one pass.
    let internal writeChecked (path: string) (head: string -> string) (body: (byte[] -> unit) -> unit) (tail: string) =
        AtomicFile.write path (fun stream ->
            use hash = IncrementalHash.CreateHash HashAlgorithmName.SHA256
            stream.Write(Encoding.UTF8.GetBytes(head Checksum.unknown))

            body (fun bytes ->
                hash.AppendData bytes
                stream.Write bytes)

            stream.Write(Encoding.ASCII.GetBytes tail)
            stream.Position <- 0L
            stream.Write(Encoding.UTF8.GetBytes(head (Checksum.text (hash.GetHashAndReset())))))

    // Entries that are made at a time, by all cores.
    let private batch = 200_000L

    /// Hands over the text of all entries, block after block, and tells how far it is. `append` begins each entry with the separator,
    /// which the first one of the table does without.
    let private eachEntry
        (spec: TableSpec)
        (progress: Action<TableProgress>)
        (first: string)
        (separator: string)
        (append: StringBuilder -> PrintedEntry -> unit)
        (put: byte[] -> unit)
        =
        put (Encoding.ASCII.GetBytes first)
        let meter = TableMeter(spec, 1, progress)
        let mutable skipped = separator.Length
        let waiting = ResizeArray<struct (int * int * int)>()
        let mutable size = 0L

        let flush () =
            let texts =
                waiting.ToArray()
                |> Array.Parallel.map (fun (struct (l1, l2, l3)) ->
                    let text = StringBuilder()
                    for entry in PrintedBlock.entries spec l1 l2 l3 do append text entry
                    Encoding.ASCII.GetBytes(text.ToString()))

            for text in texts do
                if text.Length > 0 then
                    put (if skipped > 0 then text[skipped..] else text)
                    skipped <- 0

            for struct (l1, l2, l3) in waiting do meter.Count(l1, l2, l3)
            meter.Tell()
            waiting.Clear()
            size <- 0L

        for struct (l1, l2, l3) in spec.Blocks do
            waiting.Add(struct (l1, l2, l3))
            size <- size + TableSpec.Pairs(l1, l2, l3)
            if size > batch then flush ()

        flush ()

    let private tsv (spec: TableSpec) (path: string) (progress: Action<TableProgress>) : unit =
        writeChecked path (comments spec) (eachEntry spec progress (columns + "\n") "" appendRow) ""

    /// Writes the table as tab-separated text to the file `path`, which is there whole or not at all: comment lines, a line of
    /// column names, one line per non-zero coefficient.
    [<CompiledName("WriteTsv")>]
    let writeTsv (spec: TableSpec) (path: string) : unit = tsv spec path TableMeter.Silent

    /// What stands before the entries of a C header and after them.
    let internal cHead (spec: TableSpec) (checksum: string) : string =
        let name = "toolkit_" + spec.Label.Replace('-', '_').Replace('.', '_')
        let guard = name.ToUpperInvariant() + "_H"

        (TableHeader.facts spec "c" false checksum
         |> List.map (fun (key, value) -> "/* " + key + ": " + value + " */\n")
         |> String.concat "")
        + $"#ifndef {guard}\n#define {guard}\n"
        + "static const struct { short l1, l2, l3, m1, m2, m3; "
        + (if spec.Precision.IsSingle then "float" else "double")
        + $" value; }} {name}[] = {{ /* l and m doubled */\n"

    let internal cTail = "};\n#endif\n"

    let private c (spec: TableSpec) (path: string) (progress: Action<TableProgress>) : unit =
        let append (text: StringBuilder) (entry: PrintedEntry) =
            let i = entry.Index
            text.Append('{') |> ignore

            for n in [| i.TwiceL1; i.TwiceL2; i.TwiceL3; i.TwiceM1; i.TwiceM2; i.TwiceM3 |] do
                text.Append(n).Append(',') |> ignore

            if entry.Sign < 0 then text.Append '-' |> ignore
            let value = entry.Size.Value
            // A C literal with the suffix f must have a point or an exponent.
            let literal =
                if not spec.Precision.IsSingle then value
                elif value.IndexOfAny [| '.'; 'E' |] >= 0 then value + "f"
                else value + ".0f"

            text.Append(literal).Append("},\n") |> ignore

        writeChecked path (cHead spec) (eachEntry spec progress "" "" append) cTail

    /// Writes the table as a C header: for entry i the doubled quantum numbers 2·l1, 2·l2, 2·l3, 2·m1, 2·m2, 2·m3 and the
    /// value. The array is named after the table, toolkit_real_cg_6_e3nn, so that a program can include several. The checksum
    /// is that of the lines of entries.
    [<CompiledName("WriteC")>]
    let writeC (spec: TableSpec) (path: string) : unit = c spec path TableMeter.Silent

    /// What stands before the entries of a JSON document and after them.
    let internal jsonHead (spec: TableSpec) (checksum: string) : string =
        let quoted (key, value) = "\"" + key + "\":\"" + value + "\""

        "{\"format\":\"toolkit-coefficients/1\",\n"
        + (TableHeader.facts spec "json" true checksum |> List.map quoted |> String.concat ",\n")
        + ",\n\"columns\":[\""
        + columns.Replace("\t", "\",\"")
        + "\"],\n\"entries\":[\n"

    let internal jsonTail = "\n]}\n"

    let private json (spec: TableSpec) (path: string) (progress: Action<TableProgress>) : unit =
        let append (text: StringBuilder) (entry: PrintedEntry) =
            let i = entry.Index
            text.Append(",\n[") |> ignore

            for twice in [| i.TwiceL1; i.TwiceL2; i.TwiceL3; i.TwiceM1; i.TwiceM2; i.TwiceM3 |] do
                text.Append((float twice / 2.0).ToString("R", CultureInfo.InvariantCulture)).Append(',') |> ignore

            text.Append(entry.Sign).Append(",\"").Append(entry.Size.P).Append("\",\"").Append(entry.Size.Q).Append("\",") |> ignore
            if entry.Sign < 0 then text.Append '-' |> ignore
            text.Append(entry.Size.Value).Append(']') |> ignore

        writeChecked path (jsonHead spec) (eachEntry spec progress "" ",\n" append) jsonTail

    /// Writes the table as JSON: an object with the header and `entries`, one array [l1, l2, l3, m1, m2, m3, sign, "p",
    /// "q", value] per line. The checksum is that of the lines of entries.
    [<CompiledName("WriteJson")>]
    let writeJson (spec: TableSpec) (path: string) : unit = json spec path TableMeter.Silent

    /// Writes the table in the text format of that name, tsv, c or json, and tells every now and then how far it is. Throws
    /// ArgumentException for another name.
    [<CompiledName("WriteReporting")>]
    let writeReporting (format: string) (spec: TableSpec) (path: string) (progress: Action<TableProgress>) : unit =
        match format with
        | "tsv" -> tsv spec path progress
        | "c" -> c spec path progress
        | "json" -> json spec path progress
        | _ -> invalidArg (nameof format) $"found '{format}', expected tsv, c or json"
