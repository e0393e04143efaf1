namespace Toolkit.Symbolic.Tables

open System
open System.Collections.Generic
open System.IO
open System.Numerics
open System.Security.Cryptography
open System.Text
open Toolkit.Symbolic.Algebra
open Toolkit.Symbolic.AngularMomentum

/// Tab-separated tables read back and written in another convention.
module TextConversion =

    let private bad (path: string) (line: int) (fact: string) : 'a =
        raise (InvalidDataException $"{path}:{line}: not a usable coefficient table: {fact}")

    let private shorten (text: string) = if text.Length <= 60 then text else text.Substring(0, 60) + "…"

    /// The table's spec from its comment lines, after the checksum of all lines below them has been compared.
    let internal readSpec (path: string) : TableSpec =
        use stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 <<< 16)
        let buffer = StringBuilder()

        // Line by line and byte by byte: what follows the comments is hashed as it stands.
        let line (number: int) (key: string) : string =
            buffer.Clear() |> ignore
            let mutable next = stream.ReadByte()

            while next >= 0 && next <> int '\n' && buffer.Length < 4096 do
                buffer.Append(char next) |> ignore
                next <- stream.ReadByte()

            let text = buffer.ToString()
            let prefix = "# " + key + ": "

            if next <> int '\n' || not (text.StartsWith(prefix, StringComparison.Ordinal)) then
                bad path number $"found '{shorten text}', expected '{prefix}…'"

            text.Substring prefix.Length

        line 1 "generator" |> ignore

        let fields =
            (line 2 "parameters").Split ' '
            |> Array.map (fun field ->
                match field.Split('=', 2) with
                | [| key; value |] -> KeyValuePair(key, value)
                | _ -> bad path 2 $"found '{field}', expected key=value")
            |> Dictionary

        let field (key: string) (absent: string option) =
            match fields.TryGetValue key, absent with
            | (true, value), _ -> value
            | _, Some value -> value
            | _, None -> bad path 2 $"no {key}"

        let convention = (line 3 "convention").Split(' ').[0]
        let sum = line 4 "checksum"
        let found = "sha256:" + Convert.ToHexStringLower(SHA256.HashData stream)
        if found <> sum then bad path 4 $"found checksum {found}, expected {shorten sum}"
        let unknown key value = bad path 2 $"unknown {key} '{shorten value}'"
        let kind = match TableKind.TryParse(field "kind" None) with Some k -> k | None -> unknown "kind" (field "kind" None)
        let lmax = match HalfInteger.TryParse(field "lmax" None) with Some l -> l | None -> unknown "lmax" (field "lmax" None)
        let half = match field "half" None with "true" -> true | "false" -> false | other -> unknown "half" other

        let precision =
            match Precision.TryParse(field "precision" (Some "float64")) with
            | Some p -> p
            | None -> unknown "precision" (field "precision" None)

        match Conventions.tryFind convention kind.Basis with
        | None -> bad path 3 $"unknown convention '{shorten convention}'"
        | Some convention ->
            match TableSpec.TryCreate(kind, lmax, half, convention, precision) with
            | Ok spec -> spec
            | Error e -> bad path 2 e

    /// The entries of the table, block by block.
    let private blocks (path: string) : seq<struct (TableIndex * Surd)[]> =
        seq {
            let entries = ResizeArray<struct (TableIndex * Surd)>()
            let mutable number = 0

            for line in File.ReadLines path do
                number <- number + 1

                if number > 5 then
                    let cells = line.Split '\t'
                    let refuse () = bad path number $"found '{shorten line}', expected the columns {TableText.columns}"
                    if cells.Length <> 10 then refuse ()
                    let n i = match HalfInteger.TryParse cells[i] with | Some l -> l.Twice | None -> refuse ()
                    let big (i: int) = match BigInteger.TryParse cells[i] with | true, n when n.Sign > 0 -> n | _ -> refuse ()
                    let sign = match cells[6] with "1" -> 1 | "-1" -> -1 | _ -> refuse ()

                    let index =
                        { TwiceL1 = n 0; TwiceL2 = n 1; TwiceL3 = n 2; TwiceM1 = n 3; TwiceM2 = n 4; TwiceM3 = n 5 }

                    if entries.Count > 0 then
                        let struct (last, _) = entries[0]

                        if struct (last.TwiceL1, last.TwiceL2, last.TwiceL3) <> struct (n 0, n 1, n 2) then
                            yield entries.ToArray()
                            entries.Clear()

                    entries.Add(struct (index, Surd.Create(sign, big 7, big 8)))

            if entries.Count > 0 then yield entries.ToArray()
        }

    /// Converts a tab-separated table exactly: every value is computed anew from its exact form and rounded correctly. The
    /// names are those of `Conventions`; "toolkit" alone is meant in the basis of the file. The file `output` is there whole
    /// or not at all. Throws InvalidDataException with the facts where the file is damaged or is not what `source` says.
    [<CompiledName("Convert")>]
    let convert (input: string) (source: string) (target: string) (output: string) : unit =
        let spec = readSpec input

        match Conventions.tryFind source spec.Kind.Basis, Conventions.tryFind target spec.Kind.Basis with
        | None, _ -> invalidArg (nameof source) $"no convention has the name '{source}'"
        | _, None -> invalidArg (nameof target) $"no convention has the name '{target}'"
        | Some source, Some target ->
            if spec.Convention <> source then
                raise (InvalidDataException $"{input}: the table is in the convention {spec.Convention.Name} ({spec.Kind.Basis.Name}), not {source.Name} ({source.Basis.Name})")

            if spec.Kind <> Cg && spec.Kind <> RealCg then
                raise (InvalidDataException $"{input}: a {spec.Kind.Name} table is the same in every convention that has one")

            let kind = if target.Basis = Basis.Real then RealCg else Cg

            match TableSpec.TryCreate(kind, HalfInteger.FromTwice spec.TwiceLMax, spec.Half, target, spec.Precision) with
            | Error e -> raise (InvalidDataException $"{input}: {e}")
            | Ok next ->
                let converted = blocks input |> Seq.map (Conversion.block source target)

                // Where the three l change places, so do the blocks.
                let inOrder =
                    if source.IndexOrder = target.IndexOrder then
                        converted
                    else
                        converted
                        |> Seq.sortBy (fun entries ->
                            let struct (i, _) = entries[0]
                            struct (i.TwiceL1, i.TwiceL2, i.TwiceL3))

                TableText.writeChecked output (TableText.comments next) (fun put ->
                    let text = StringBuilder(TableText.columns + "\n")

                    for entries in inOrder do
                        for struct (i, v) in TableText.sorted entries do
                            TableText.appendRow text next i v

                        if text.Length > 65536 then put text

                    put text) ""
