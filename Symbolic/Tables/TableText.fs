namespace Toolkit.Symbolic.Tables

open System
open System.Globalization
open System.IO
open System.Numerics
open System.Security.Cryptography
open System.Text
open Toolkit.Symbolic.Algebra
open Toolkit.Symbolic.AngularMomentum

/// Writes tables as tab-separated text: comment lines, a line of column names, one line per non-zero coefficient in
/// increasing order of the columns; value = sign·√(p/q).
module TableText =

    let private zeroChecksum = String('0', 64)
    let private columns = "l1\tl2\tl3\tm1\tm2\tm3\tsign\tp\tq\tvalue"

    /// The lines of data of one block, sorted by (m1, m2, m3).
    let private appendBlock (text: StringBuilder) (spec: TableSpec) (l1: int) (l2: int) (l3: int) =
        let name n = string (HalfInteger.FromTwice n)
        let prefix = $"{name l1}\t{name l2}\t{name l3}\t"

        let entries =
            Coefficients.exactBlock spec l1 l2 l3
            |> Array.sortBy (fun (struct (i, _)) -> struct (i.TwiceM1, i.TwiceM2, i.TwiceM3))

        for (struct (i, v)) in entries do
            text
                .Append(prefix)
                .Append(name i.TwiceM1)
                .Append('\t')
                .Append(name i.TwiceM2)
                .Append('\t')
                .Append(name i.TwiceM3)
                .Append('\t')
                .Append(v.Sign)
                .Append('\t')
                .Append(v.Numerator.ToString CultureInfo.InvariantCulture)
                .Append('\t')
                .Append(v.Denominator.ToString CultureInfo.InvariantCulture)
                .Append('\t')
                .Append(v.ToDouble().ToString("R", CultureInfo.InvariantCulture))
                .Append('\n')
            |> ignore

    /// Writes `head checksum` and the lines that `body` hands over. The checksum, SHA-256 of those lines, has its place
    /// in the head even before it is known, so that the file is written in one pass.
    let private writeChecked (path: string) (head: string -> string) (body: (StringBuilder -> unit) -> unit) (tail: string) =
        AtomicFile.write path (fun stream ->
            use hash = IncrementalHash.CreateHash HashAlgorithmName.SHA256
            stream.Write(Encoding.UTF8.GetBytes(head zeroChecksum))

            body (fun text ->
                let bytes = Encoding.ASCII.GetBytes(text.ToString())
                hash.AppendData bytes
                stream.Write bytes
                text.Clear() |> ignore)

            stream.Write(Encoding.ASCII.GetBytes tail)
            stream.Position <- 0L
            stream.Write(Encoding.UTF8.GetBytes(head (Convert.ToHexStringLower(hash.GetHashAndReset())))))

    let private parameters (spec: TableSpec) =
        let half = if spec.Half then "true" else "false"
        $"kind={spec.Kind.Name} basis={spec.Kind.Basis} lmax={spec.LMaxText} half={half}"

    let private comments (spec: TableSpec) (format: string) (checksum: string) =
        [ $"generator: {spec.Command format}"
          $"parameters: {parameters spec}"
          $"convention: {spec.Convention.Name} (value = sign*sqrt(p/q), correctly rounded; zeros left out)"
          $"checksum: sha256:{checksum}" ]

    /// Hands over the text of all blocks in pieces of moderate size.
    let private eachBlock (spec: TableSpec) (put: StringBuilder -> unit) (first: string) append =
        let text = StringBuilder first

        for (struct (l1, l2, l3)) in spec.Blocks do
            append text l1 l2 l3

            if text.Length > 65536 then
                put text

        put text

    /// Writes the table as tab-separated text to the file `path`, which is there whole or not at all.
    [<CompiledName("WriteTsv")>]
    let writeTsv (spec: TableSpec) (path: string) : unit =
        let head checksum = comments spec "tsv" checksum |> List.map (fun line -> $"# {line}\n") |> String.concat ""
        writeChecked path head (fun put -> eachBlock spec put (columns + "\n") (fun text l1 l2 l3 -> appendBlock text spec l1 l2 l3)) ""

    /// Writes the table as a C header: for entry i the doubled quantum numbers 2·l1, 2·l2, 2·l3, 2·m1, 2·m2, 2·m3 and the
    /// value.
    [<CompiledName("WriteC")>]
    let writeC (spec: TableSpec) (path: string) : unit =
        let head checksum =
            (comments spec "c" checksum |> List.map (fun line -> $"/* {line} */\n") |> String.concat "")
            + "static const struct { short l1, l2, l3, m1, m2, m3; double value; } toolkit_coefficients[] = { /* l and m doubled */\n"

        let append (text: StringBuilder) l1 l2 l3 =
            for (struct (i, v)) in Coefficients.exactBlock spec l1 l2 l3 do
                let value = v.ToDouble().ToString("R", CultureInfo.InvariantCulture)
                text.Append($"{{{i.TwiceL1},{i.TwiceL2},{i.TwiceL3},{i.TwiceM1},{i.TwiceM2},{i.TwiceM3},{value}}},\n") |> ignore

        writeChecked path head (fun put -> eachBlock spec put "" append) "};\n"

    /// Writes the table as JSON: an object with the header and `entries`, one array [l1, l2, l3, m1, m2, m3, sign, "p",
    /// "q", value] per line. The checksum is that of the lines of entries.
    [<CompiledName("WriteJson")>]
    let writeJson (spec: TableSpec) (path: string) : unit =
        let head checksum =
            "{\"format\":\"toolkit-coefficients/1\",\n\"header\":["
            + (comments spec "json" checksum |> List.map (fun line -> $"\"{line}\"") |> String.concat ",\n")
            + "],\n\"columns\":[\"" + columns.Replace("\t", "\",\"") + "\"],\n\"entries\":[\n"

        let number (twice: int) = (float twice / 2.0).ToString("R", CultureInfo.InvariantCulture)
        let first = ref true

        let append (text: StringBuilder) l1 l2 l3 =
            for (struct (i, v)) in Coefficients.exactBlock spec l1 l2 l3 do
                let numbers = [ i.TwiceL1; i.TwiceL2; i.TwiceL3; i.TwiceM1; i.TwiceM2; i.TwiceM3 ] |> List.map number |> String.concat ","
                let value = v.ToDouble().ToString("R", CultureInfo.InvariantCulture)
                let separator = if first.Value then "" else ",\n"
                first.Value <- false
                text.Append($"{separator}[{numbers},{v.Sign},\"{v.Numerator}\",\"{v.Denominator}\",{value}]") |> ignore

        writeChecked path head (fun put -> eachBlock spec put "" append) "\n]}\n"

    /// Reads the parameters of a text table from its comment lines, or says what is wrong with them.
    let internal readSpec (name: string) (lines: string[]) : TableSpec =
        let bad fact = raise (InvalidDataException $"{name}: not a usable coefficient table: {fact}")

        let comment (i: int) (key: string) =
            let prefix = $"# {key}: "
            if lines.Length <= i || not (lines[i].StartsWith(prefix, StringComparison.Ordinal)) then
                bad $"line {i + 1}: expected '{prefix}…'"
            lines[i].Substring prefix.Length

        let fields =
            (comment 1 "parameters").Split ' '
            |> Array.map (fun field -> match field.Split('=', 2) with [| k; v |] -> k, v | _ -> bad $"line 2: found '{field}', expected key=value")
            |> dict

        let field key = match fields.TryGetValue key with | true, v -> v | _ -> bad $"line 2: no {key}"
        let convention = (comment 2 "convention").Split(' ').[0]
        let kindText, lmaxText = field "kind", field "lmax"
        let sum = comment 3 "checksum"

        match TableKind.TryParse(field "kind"), HalfInteger.TryParse(field "lmax"), Conventions.tryFind convention with
        | Some kind, Some lmax, Some convention ->
            let body = String.Join('\n', lines[4..])
            let found = "sha256:" + Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes body))
            if found <> sum then bad $"found checksum {found}, expected {sum}"

            match TableSpec.TryCreate(kind, lmax, (field "half" = "true"), convention) with
            | Ok spec -> spec
            | Error e -> bad e
        | None, _, _ -> bad $"line 2: unknown kind '{kindText}'"
        | _, None, _ -> bad $"line 2: lmax is '{lmaxText}'"
        | _, _, None -> bad $"line 3: unknown convention '{convention}'"

    /// Converts a tab-separated table from one convention to another of the same basis: every row's sign, p and q by the
    /// exact factor, the value correctly rounded anew. The file `output` is there whole or not at all.
    [<CompiledName("ConvertTsv")>]
    let convertTsv (input: string) (source: Convention) (target: Convention) (output: string) : unit =
        let lines = (File.ReadAllText input).Split '\n'
        let spec = readSpec input lines

        if spec.Convention.Name <> source.Name then
            raise (InvalidDataException $"{input}: the table is in the convention {spec.Convention.Name}, not {source.Name}")

        match TableSpec.TryCreate(spec.Kind, HalfInteger.FromTwice spec.TwiceLMax, spec.Half, target) with
        | Error e -> raise (InvalidDataException $"{input}: {e}")
        | Ok next ->
            let head checksum = comments next "tsv" checksum |> List.map (fun line -> $"# {line}\n") |> String.concat ""

            let rows put =
                let text = StringBuilder(columns + "\n")

                for number in 5 .. lines.Length - 1 do
                    if lines[number] <> "" then
                        let cells = lines[number].Split '\t'
                        let bad () = raise (InvalidDataException $"{input}:{number + 1}: expected the columns {columns}, found '{lines[number]}'")
                        if cells.Length <> 10 then bad ()

                        let l i = match HalfInteger.TryParse cells[i] with | Some l -> l.Twice | None -> bad ()
                        let big (i: int) = match BigInteger.TryParse cells[i] with | true, n when n.Sign > 0 -> n | _ -> bad ()
                        let sign = match cells[6] with "1" -> 1 | "-1" -> -1 | _ -> bad ()
                        let factor (c: Convention) = c.Factor(l 0, l 1, l 2)
                        let value = Surd.Create(sign, big 7, big 8) * factor target / factor source
                        let decimals = value.ToDouble().ToString("R", CultureInfo.InvariantCulture)

                        text
                            .AppendJoin('\t', cells[..5])
                            .Append($"\t{value.Sign}\t{value.Numerator}\t{value.Denominator}\t{decimals}\n")
                        |> ignore

                        if text.Length > 65536 then put text

                put text

            writeChecked output head rows ""
