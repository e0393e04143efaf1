namespace Toolkit.Symbolic.Tables

open System
open System.IO
open System.Numerics
open System.Text
open Toolkit.Symbolic.Algebra
open Toolkit.Symbolic.AngularMomentum

/// Tab-separated tables read back and written in another convention.
module TextConversion =

    /// The lines of one (l1, l2, l3): their place in the file, the number of the first one, and how many they are.
    [<Sealed>]
    type private Lines(l: int[], position: int64, first: int) =
        member _.L = l
        member _.Position = position
        member _.First = first
        member val Count = 0 with get, set

    let private refuseLine (path: string) (number: int) (line: string) (expected: string) : 'a =
        TableCheck.bad path number $"found '{TableCheck.shorten line}', expected {expected}"

    let private twice (text: string) : int voption =
        match HalfInteger.TryParse text with
        | Some h -> ValueSome h.Twice
        | None -> ValueNone

    /// Where the blocks of the table stand.
    let private blocks (path: string) : ResizeArray<Lines> =
        let found = ResizeArray<Lines>()
        let mutable position = 0L
        let mutable number = 0
        let mutable start = ""

        for line in File.ReadLines path do
            number <- number + 1

            if number > 5 then
                if start = "" || not (line.StartsWith(start, StringComparison.Ordinal)) then
                    let cells = line.Split('\t', 4)

                    match Array.map twice (Array.truncate 3 cells) with
                    | [| ValueSome l1; ValueSome l2; ValueSome l3 |] when cells.Length = 4 ->
                        start <- String.Join('\t', cells[..2]) + "\t"
                        found.Add(Lines([| l1; l2; l3 |], position, number))
                    | _ -> refuseLine path number line $"the columns {TableText.columns}"

                found[found.Count - 1].Count <- found[found.Count - 1].Count + 1

            // The checksum has shown that lines end as they are written.
            position <- position + int64 (Encoding.UTF8.GetByteCount line) + 1L

        found

    /// The entries of one block.
    let private read (path: string) (spec: TableSpec) (reader: StreamReader) (lines: Lines) : struct (TableIndex * Surd)[] =
        reader.BaseStream.Position <- lines.Position
        reader.DiscardBufferedData()
        let l = lines.L
        let isL (twice: int) = twice >= 0 && twice <= spec.TwiceLMax && (spec.Half || twice &&& 1 = 0)

        Array.init lines.Count (fun i ->
            let number = lines.First + i
            let line = reader.ReadLine() |> Option.ofObj |> Option.defaultValue ""
            let cells = line.Split '\t'
            let refuse () = refuseLine path number line $"the columns {TableText.columns}"
            if cells.Length <> 10 then refuse ()
            let m = Array.map (fun text -> match twice text with ValueSome n -> n | ValueNone -> refuse ()) cells[3..5]
            let big (i: int) = match BigInteger.TryParse cells[i] with | true, n when n.Sign > 0 -> n | _ -> refuse ()
            let sign = match cells[6] with "1" -> 1 | "-1" -> -1 | _ -> refuse ()

            if
                not (Array.forall isL l && Arguments.triangle l[0] l[1] l[2])
                || Array.exists2 (fun l m -> abs m > l || (l - m) &&& 1 <> 0) l m
            then
                refuseLine path number line $"quantum numbers of a {spec.Kind.Name} table to {spec.LMaxText}"

            let index =
                { TwiceL1 = l[0]; TwiceL2 = l[1]; TwiceL3 = l[2]; TwiceM1 = m[0]; TwiceM2 = m[1]; TwiceM3 = m[2] }

            struct (index, Surd.Create(sign, big 7, big 8)))

    /// Converts a tab-separated table exactly: every value is computed anew from its exact form and rounded correctly. The
    /// names are those of `Conventions`; "toolkit" alone is meant in the basis of the file. The file `output` is there whole
    /// or not at all. Throws InvalidDataException with the facts where the file is damaged or is not what `source` says.
    [<CompiledName("Convert")>]
    let convert (input: string) (source: string) (target: string) (output: string) : unit =
        let spec = TableCheck.text input "tsv"

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
                let order = Conversion.order source target
                let found = blocks input

                // Where the three l change places, so do the blocks.
                if order <> [| 0; 1; 2 |] then
                    let key (lines: Lines) = struct (lines.L[order[0]], lines.L[order[1]], lines.L[order[2]])
                    found.Sort(Comparison(fun a b -> compare (key a) (key b)))

                use reader = new StreamReader(input)

                TableText.writeChecked output (TableText.comments next) (fun put ->
                    let text = StringBuilder(TableText.columns + "\n")

                    let flush () =
                        put (Encoding.ASCII.GetBytes(text.ToString()))
                        text.Clear() |> ignore

                    for lines in found do
                        for struct (i, v) in read input spec reader lines |> Conversion.block source target |> TableText.sorted do
                            let size = PrintedSize(next, (if v.Sign < 0 then -v else v))
                            TableText.appendRow text { Index = i; Sign = v.Sign; Size = size }

                        if text.Length > 65536 then flush ()

                    flush ()) ""
