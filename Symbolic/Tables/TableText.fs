namespace Toolkit.Symbolic.Tables

open System
open System.Globalization
open System.Security.Cryptography
open System.Text
open Toolkit.Symbolic.Algebra
open Toolkit.Symbolic.AngularMomentum

/// Writes tables as text: every non-zero coefficient with its exact value, p and q of sign·√(p/q) (for Gaunt's
/// sign·√(p/(q·π))), in increasing order of the columns. One block is held at a time.
module TableText =

    let internal columns = "l1\tl2\tl3\tm1\tm2\tm3\tsign\tp\tq\tvalue"

    /// The shortest decimal that reads back as the value.
    let internal decimal (spec: TableSpec) (value: Surd) : string =
        let rounded = spec.Round value

        if spec.Precision.IsSingle then
            (float32 rounded).ToString("R", CultureInfo.InvariantCulture)
        else
            rounded.ToString("R", CultureInfo.InvariantCulture)

    let internal comments (spec: TableSpec) (checksum: string) : string =
        TableHeader.facts spec "tsv" true checksum
        |> List.map (fun (key, value) -> "# " + key + ": " + value + "\n")
        |> String.concat ""

    /// One line of tab-separated text.
    let internal appendRow (text: StringBuilder) (spec: TableSpec) (i: TableIndex) (v: Surd) : unit =
        let number (twice: int) =
            let h = HalfInteger.FromTwice twice
            text.Append(h.ToString()).Append('\t') |> ignore

        number i.TwiceL1
        number i.TwiceL2
        number i.TwiceL3
        number i.TwiceM1
        number i.TwiceM2
        number i.TwiceM3

        text
            .Append(v.Sign)
            .Append('\t')
            .Append(v.Numerator.ToString CultureInfo.InvariantCulture)
            .Append('\t')
            .Append(v.Denominator.ToString CultureInfo.InvariantCulture)
            .Append('\t')
            .Append(decimal spec v)
            .Append('\n')
        |> ignore

    /// Entries in increasing order of (m1, m2, m3).
    let internal sorted (entries: struct (TableIndex * Surd)[]) =
        entries |> Array.sortBy (fun (struct (i, _)) -> struct (i.TwiceM1, i.TwiceM2, i.TwiceM3))

    /// Writes `head checksum` and the lines that `body` hands over. The checksum, SHA-256 of those lines, has its place
    /// in the head even before it is known, so that the file is written in one pass.
    let internal writeChecked (path: string) (head: string -> string) (body: (StringBuilder -> unit) -> unit) (tail: string) =
        AtomicFile.write path (fun stream ->
            use hash = IncrementalHash.CreateHash HashAlgorithmName.SHA256
            stream.Write(Encoding.UTF8.GetBytes(head Checksum.unknown))

            body (fun text ->
                let bytes = Encoding.ASCII.GetBytes(text.ToString())
                hash.AppendData bytes
                stream.Write bytes
                text.Clear() |> ignore)

            stream.Write(Encoding.ASCII.GetBytes tail)
            stream.Position <- 0L
            stream.Write(Encoding.UTF8.GetBytes(head (Checksum.text (hash.GetHashAndReset())))))

    /// Hands over the text of all entries in pieces of moderate size.
    let private eachEntry (spec: TableSpec) (first: string) (append: StringBuilder -> TableIndex -> Surd -> unit) (put: StringBuilder -> unit) =
        let text = StringBuilder first

        for struct (l1, l2, l3) in spec.Blocks do
            for struct (i, v) in sorted (Coefficients.exactBlock spec l1 l2 l3) do
                append text i v
                if text.Length > 65536 then put text

        put text

    /// Writes the table as tab-separated text to the file `path`, which is there whole or not at all: comment lines, a line of
    /// column names, one line per non-zero coefficient.
    [<CompiledName("WriteTsv")>]
    let writeTsv (spec: TableSpec) (path: string) : unit =
        let append text i v = appendRow text spec i v
        writeChecked path (comments spec) (eachEntry spec (columns + "\n") append) ""

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

    /// Writes the table as a C header: for entry i the doubled quantum numbers 2·l1, 2·l2, 2·l3, 2·m1, 2·m2, 2·m3 and the
    /// value. The array is named after the table, toolkit_real_cg_6_e3nn, so that a program can include several. The checksum
    /// is that of the lines of entries.
    [<CompiledName("WriteC")>]
    let writeC (spec: TableSpec) (path: string) : unit =
        let append (text: StringBuilder) (i: TableIndex) (v: Surd) =
            text.Append('{') |> ignore

            for n in [| i.TwiceL1; i.TwiceL2; i.TwiceL3; i.TwiceM1; i.TwiceM2; i.TwiceM3 |] do
                text.Append(n).Append(',') |> ignore

            let value = decimal spec v
            // A C literal with the suffix f must have a point or an exponent.
            let literal =
                if not spec.Precision.IsSingle then value
                elif value.IndexOfAny [| '.'; 'E' |] >= 0 then value + "f"
                else value + ".0f"

            text.Append(literal).Append("},\n") |> ignore

        writeChecked path (cHead spec) (eachEntry spec "" append) cTail

    /// What stands before the entries of a JSON document and after them.
    let internal jsonHead (spec: TableSpec) (checksum: string) : string =
        let quoted (key, value) = "\"" + key + "\":\"" + value + "\""

        "{\"format\":\"toolkit-coefficients/1\",\n"
        + (TableHeader.facts spec "json" true checksum |> List.map quoted |> String.concat ",\n")
        + ",\n\"columns\":[\""
        + columns.Replace("\t", "\",\"")
        + "\"],\n\"entries\":[\n"

    let internal jsonTail = "\n]}\n"

    /// Writes the table as JSON: an object with the header and `entries`, one array [l1, l2, l3, m1, m2, m3, sign, "p",
    /// "q", value] per line. The checksum is that of the lines of entries.
    [<CompiledName("WriteJson")>]
    let writeJson (spec: TableSpec) (path: string) : unit =
        let first = ref true

        let append (text: StringBuilder) (i: TableIndex) (v: Surd) =
            if first.Value then first.Value <- false else text.Append(",\n") |> ignore
            text.Append('[') |> ignore

            for twice in [| i.TwiceL1; i.TwiceL2; i.TwiceL3; i.TwiceM1; i.TwiceM2; i.TwiceM3 |] do
                text.Append((float twice / 2.0).ToString("R", CultureInfo.InvariantCulture)).Append(',') |> ignore

            text
                .Append(v.Sign)
                .Append(",\"")
                .Append(v.Numerator.ToString CultureInfo.InvariantCulture)
                .Append("\",\"")
                .Append(v.Denominator.ToString CultureInfo.InvariantCulture)
                .Append("\",")
                .Append(decimal spec v)
                .Append(']')
            |> ignore

        writeChecked path (jsonHead spec) (eachEntry spec "" append) jsonTail
