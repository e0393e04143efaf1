namespace Toolkit.Symbolic.Tables

open System
open System.Collections.Generic
open System.IO
open System.IO.Compression
open System.Security.Cryptography
open System.Text
open System.Text.Json

/// Whether a file of coefficients is whole: its header is the one that is written for the table it states, and its checksum that of
/// its content. For all five formats, none of which is held in memory.
module TableCheck =

    /// One line, whatever stands in the file.
    let private message (path: string) (line: int) (fact: string) : string =
        let place = if line > 0 then $"{path}:{line}" else path
        let fact = String.map (fun c -> if Char.IsControl c && c <> '\t' then '?' else c) fact
        $"{place}: not a usable coefficient table: {fact}"

    /// Throws InvalidDataException with the place and the fact; line 0: the whole file.
    let internal bad (path: string) (line: int) (fact: string) : 'a =
        raise (InvalidDataException(message path line fact))

    /// What a message shows of a text.
    let internal shorten (text: string) =
        if text.Length <= 60 then text else text.Substring(0, 60) + "…"

    /// How a text format writes a fact, its header, and what follows the entries.
    let private textFormat (format: string) =
        match format with
        | "tsv" -> (fun key -> "# " + key + ": "), "\n", TableText.comments, ""
        | "c" -> (fun key -> "/* " + key + ": "), " */\n", TableText.cHead, TableText.cTail
        | _ -> (fun key -> "\"" + key + "\":\""), "\",\n", TableText.jsonHead, TableText.jsonTail

    /// SHA-256 of `count` bytes that are read next.
    let private add (hash: IncrementalHash) (stream: Stream) (count: int64) : unit =
        let buffer = Array.zeroCreate<byte> (1 <<< 16)
        let mutable left = count

        while left > 0L do
            let read = stream.Read(buffer, 0, int (min left (int64 buffer.Length)))
            if read = 0 then raise (EndOfStreamException())
            hash.AppendData(buffer, 0, read)
            left <- left - int64 read

    /// That nothing is left of an array.
    let private ends (path: string) (name: string) (stream: Stream) : unit =
        if stream.ReadByte() >= 0 then bad path 0 $"the array '{name}' is longer than the archive says"

    /// The spec of a whole text file in that format. Throws InvalidDataException with the place and the facts otherwise.
    let internal text (path: string) (format: string) : TableSpec =
        let before, after, head, tail = textFormat format
        use stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 <<< 16)
        let bytes = Array.zeroCreate<byte> 4096
        let start = Encoding.Latin1.GetString(bytes, 0, stream.ReadAtLeast(Span bytes, bytes.Length, throwOnEndOfStream = false))
        let lines = start.Split '\n'

        let fact (key: string) : string =
            let at = start.IndexOf(before key, StringComparison.Ordinal)
            let from = at + (before key).Length
            let until = if at < 0 then -1 else start.IndexOf(after, from, StringComparison.Ordinal)

            if until < 0 then
                bad path 1 $"found '{shorten lines[0]}' and no '{before key}…'"

            start.Substring(from, until - from)

        let sum = fact "checksum"
        let prefix = "sha256:"
        let digits = if sum.StartsWith(prefix, StringComparison.Ordinal) then sum.Substring prefix.Length else sum

        match TableHeader.tryRead (fact "parameters") (fact "convention") with
        | Error e -> bad path 0 e
        | Ok spec ->
            let expected = head spec digits

            for number, (line, found) in Seq.indexed (Seq.zip (expected.Split '\n') lines) do
                // Behind the last line feed of the header come the entries.
                if line <> "" && line <> found then
                    bad path (number + 1) $"found '{shorten found}', expected '{line}'"

            let count = stream.Length - int64 expected.Length - int64 tail.Length
            if count < 0L then bad path 0 $"found {stream.Length} bytes, expected more than the header"
            stream.Position <- int64 expected.Length
            use hash = IncrementalHash.CreateHash HashAlgorithmName.SHA256
            add hash stream count
            let found = Checksum.text (hash.GetHashAndReset())
            if found <> digits then bad path 0 $"found checksum sha256:{found}, expected {shorten sum}"
            let rest = Array.zeroCreate<byte> tail.Length
            stream.ReadExactly rest
            if Encoding.Latin1.GetString rest <> tail then bad path 0 "the end is missing"
            spec

    /// A text of the JSON object.
    let private field (path: string) (json: JsonElement) (key: string) : string =
        match json.ValueKind = JsonValueKind.Object, json.TryGetProperty key with
        | true, (true, value) when value.ValueKind = JsonValueKind.String -> value.GetString() |> Option.ofObj |> Option.defaultValue ""
        | _ -> bad path 0 $"the header has no text '{key}'"

    let private table (path: string) : TableSpec =
        use stream = File.OpenRead path
        let head = Array.zeroCreate<byte> TableFile.headerLength
        if stream.ReadAtLeast(Span head, head.Length, throwOnEndOfStream = false) < head.Length then
            bad path 0 $"found {stream.Length} bytes, expected more"
        use json = JsonDocument.Parse(ReadOnlyMemory head)
        let json = json.RootElement

        let fact (key: string) : string option =
            match key with
            | "kind" -> Some(field path json "what")
            | "half" ->
                Some(match json.TryGetProperty key with | true, value when value.ValueKind = JsonValueKind.True -> "true" | _ -> "false")
            | "precision" when not (fst (json.TryGetProperty key)) -> None
            | _ -> Some(field path json key)

        match TableHeader.trySpec fact (field path json "convention") with
        | Error e -> bad path 0 e
        | Ok spec ->
            if not (TableFile.isIntact spec path) then
                bad path 0 $"its header, its length or its checksum is not that of a {spec.Kind.Name} table to {spec.LMaxText}"

            spec

    let private npz (path: string) : TableSpec =
        use zip = ZipFile.OpenRead path

        let content (name: string) : byte[] * Stream * int64 =
            match zip.GetEntry(name + ".npy") with
            | null -> bad path 0 $"no array '{name}'"
            | entry ->
                let stream = entry.Open()
                let start = Array.zeroCreate<byte> 10
                stream.ReadExactly start
                let length = 10 + int start[8] + 256 * int start[9]
                let head = Array.zeroCreate<byte> length
                start.CopyTo(head, 0)
                stream.ReadExactly(head, 10, length - 10)
                head, stream, entry.Length - int64 length

        let same (name: string) (found: byte[]) (descr: string) (shape: string) =
            if not (found.AsSpan().SequenceEqual(ReadOnlySpan(TableNpz.npyHeader descr shape))) then
                bad path 0 $"the array '{name}' is not of the type {descr} and the shape {shape}"

        let head, stream, length = content "header"
        let text = Array.zeroCreate<byte> (int (Math.Clamp(length, 0L, 65536L)))

        using stream (fun stream ->
            stream.ReadExactly text
            ends path "header" stream)

        let text = Encoding.UTF32.GetString text
        same "header" head $"<U{text.Length}" "()"
        use json = JsonDocument.Parse text
        let fact = field path json.RootElement

        match TableHeader.tryRead (fact "parameters") (fact "convention") with
        | Error e -> bad path 0 e
        | Ok spec ->
            use hash = IncrementalHash.CreateHash HashAlgorithmName.SHA256
            let counts = Dictionary<string, int64>()

            for name, width in [ "values", (if spec.Precision.IsSingle then 4L else 8L); "m", 3L; "blocks", 40L ] do
                let head, stream, length = content name
                use stream = stream
                counts[name] <- length / width
                add hash stream length
                ends path name stream

                match name with
                | "values" -> same name head (if spec.Precision.IsSingle then "<f4" else "<f8") $"({length / width},)"
                | "m" -> same name head "|u1" $"({length / width}, 3)"
                | _ -> same name head "<i8" $"({length / width}, 5)"

            if counts["values"] <> counts["m"] then bad path 0 $"""found {counts["values"]} values and {counts["m"]} indices"""

            if text <> TableNpz.headerText spec (fact "version") (Checksum.text (hash.GetHashAndReset())) then
                bad path 0 "the checksum or the header is not that of the arrays"

            spec

    /// The format of a file of coefficients by its first bytes: tsv, c, json, table or npz.
    [<CompiledName("TryFormat")>]
    let tryFormat (path: string) : string option =
        use stream = File.OpenRead path
        let bytes = Array.zeroCreate<byte> 40
        let start = Encoding.Latin1.GetString(bytes, 0, stream.ReadAtLeast(Span bytes, bytes.Length, throwOnEndOfStream = false))

        [ "# generator: ", "tsv"
          "/* generator: ", "c"
          "{\"format\":\"toolkit-coefficients/", "json"
          "{\"format\":\"toolkit-table/", "table"
          "PK\003\004", "npz" ]
        |> List.tryFind (fun (magic, _) -> start.StartsWith(magic, StringComparison.Ordinal))
        |> Option.map snd

    /// What the file is a table of, in whatever of the five formats; or an error with the place and the facts where it is damaged,
    /// cut short or none.
    [<CompiledName("TryVerify")>]
    let tryVerify (path: string) : Result<TableSpec, string> =
        try
            match tryFormat path with
            | Some "table" -> Ok(table path)
            | Some "npz" -> Ok(npz path)
            | Some format -> Ok(text path format)
            | None -> bad path 0 "expected a file that 'toolkit tables' writes"
        with
        | :? InvalidDataException as e when e.Message.StartsWith(path, StringComparison.Ordinal) -> Error e.Message
        // The ZIP archive's own.
        | :? InvalidDataException as e -> Error(message path 0 e.Message)
        // A text in JSON that is not UTF-8.
        | :? InvalidOperationException
        | :? JsonException -> Error(message path 0 "the header is not JSON")
        | :? EndOfStreamException -> Error(message path 0 "it is cut short")
