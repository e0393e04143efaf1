/// Tables of coefficients as theorems: what is in the file is proved, and nothing else passes.
module Toolkit.Tests.Symbolic.Proofs.TableTheoremTests

open System
open System.Buffers.Binary
open System.IO
open System.Numerics
open System.Security.Cryptography
open System.Text
open System.Text.RegularExpressions
open Expecto
open Toolkit.Symbolic.AngularMomentum
open Toolkit.Symbolic.Tables
open Toolkit.Symbolic.Proofs.Kernel
open Toolkit.Symbolic.Proofs.Theorems
open Toolkit.Symbolic.Export
open Toolkit.Tests.Laws

let private spec (kind: TableKind) (twice: int) half single =
    let own = if kind.IsRealCg then Conventions.toolkit else Conventions.toolkitComplex
    TableSpec.Create(kind, HalfInteger.FromTwice twice, half, own, (if single then Precision.Single else Precision.Double))

let private premises what =
    match TableTheorems.premises what with
    | Ok premises -> premises
    | Error why -> failwith why

let private proveWith candidates (spec: TableSpec) (bytes: byte[]) =
    let what = (TableTheorems.tabulated spec.Kind).Value
    let premises = premises what

    Tables.prove
        premises.Head
        (List.tryItem 1 premises)
        what
        spec.TwiceLMax
        spec.Half
        spec.Precision.IsSingle
        bytes
        (candidates (TableTheorems.exactBlock what))

let private prove spec bytes = proveWith id spec bytes

let private refused (fact: string) (result: Result<Theorem, string>) =
    match result with
    | Ok theorem -> Assert.Fail $"a corrupted table has been proved: {theorem}"
    | Error why -> Assert.Contains(fact, why)

/// The file with the header that belongs to its content, checksum included.
let private sealedAs (blocks: int) (entries: int) (index: int) (bytes: byte[]) =
    let bytes = Array.copy bytes
    let head = Encoding.Latin1.GetString(bytes, 0, 1024)
    let number (key: string) (n: int) (text: string) = Regex.Replace(text, $"\"{key}\":\\d+", $"\"{key}\":{n}")

    let head =
        head.TrimEnd()
        |> number "blocks" blocks
        |> number "entries" entries
        |> number "index" index
        |> number "length" bytes.Length
        |> fun text -> Regex.Replace(text, "\"checksum\":\"[0-9a-f]*\"", "\"checksum\":\"" + String('0', 64) + "\"")

    let full (text: string) = Encoding.Latin1.GetBytes(text.PadRight 1023 + "\n")
    let sum = SHA256.HashData(Array.append bytes[1024..] (full head))
    let head = head.Replace(String('0', 64), Convert.ToHexStringLower sum)
    Array.blit (full head) 0 bytes 0 1024
    bytes

let private numberOf (key: string) (bytes: byte[]) =
    int (Regex.Match(Encoding.Latin1.GetString(bytes, 0, 1024), $"\"{key}\":(\\d+)").Groups[1].Value)

let private resealed (bytes: byte[]) =
    sealedAs (numberOf "blocks" bytes) (numberOf "entries" bytes) (numberOf "index" bytes) bytes

/// Position and count of the block with this number in the index.
let private block (bytes: byte[]) (i: int) =
    let at = numberOf "index" bytes + 24 * i

    int (BinaryPrimitives.ReadInt64LittleEndian(ReadOnlySpan(bytes, at + 16, 8))),
    BinaryPrimitives.ReadInt32LittleEndian(ReadOnlySpan(bytes, at + 12, 4))

let private samples =
    [ spec TableKind.ThreeJ 6 false false
      spec TableKind.ThreeJ 5 true false
      spec TableKind.ThreeJ 6 false true
      spec TableKind.Cg 6 false false
      spec TableKind.Cg 5 true true
      spec TableKind.RealCg 8 false false
      spec TableKind.RealCg 6 false true
      spec TableKind.Gaunt 8 false false
      spec TableKind.Gaunt 8 false true
      spec TableKind.RealCg 0 false false ]

[<Tests>]
let tests =
    testList "Symbolic.Proofs.TableTheoremTests" [
        testCase "the library's own table is a theorem: its file, byte for byte"
        <| fun () ->
            let path = Path.Combine(SharedData.repository, "Numerics", "Coupling", "real-cg-8.table")

            match TableTheorems.ofFile path with
            | Error why -> Assert.Fail why
            | Ok entry ->
                Assert.Equal("table.real-cg-8", entry.Name)

                match entry.Proof.Value with
                | Error why -> Assert.Fail why
                | Ok theorem ->
                    let statement = Assert.IsType<CorrectTable> theorem.Statement
                    let head = Encoding.Latin1.GetString(File.ReadAllBytes path, 0, 1024)
                    Assert.Contains($"\"checksum\":\"{statement.Checksum}\"", head)

                    Assert.Equal(
                        (RealCouplingCoefficients, 16, false, false),
                        (statement.What, statement.TwiceLMax, statement.Half, statement.Single)
                    )
                    // Multiplicity one, and the written arguments of the premises.
                    Assert.True(theorem.Assumptions |> List.exists (fun a -> a.StartsWith "a representation occurs at most once"))
                    Assert.True(theorem.Assumptions |> List.exists (fun a -> a.Contains "'real ladder'"))

        testCase "tables of every kind, half-integers and single precision included, are theorems" <| fun () ->
            for spec in samples do
                match prove spec (TableFile.toBytes spec) with
                | Ok theorem ->
                    let statement = theorem.Statement :?> CorrectTable
                    Assert.Contains(statement.Checksum, statement.Text)
                | Error why -> Assert.Fail $"{spec.Label}: {why}"

        testCase "a number whose last bit is flipped is refused, whichever it is" <| fun () ->
            let random = Random 3

            for spec in samples |> List.filter (fun s -> s.TwiceLMax > 0) do
                let bytes = TableFile.toBytes spec
                let width = if spec.Precision.IsSingle then 4 else 8

                for _ in 1..20 do
                    let position, count = block bytes (random.Next(numberOf "blocks" bytes))
                    let changed = Array.copy bytes
                    let at = position + width * random.Next count
                    changed[at] <- changed[at] ^^^ 1uy
                    // As it is, the checksum is not right; with the right one, the number is not.
                    refused "" (prove spec changed)
                    refused "not the nearest" (prove spec (resealed changed))

        testCase "a block of the wrong sign, exchanged numbers, an exchanged index and a missing block are refused" <| fun () ->
            for spec in samples |> List.filter (fun s -> s.TwiceLMax > 0) do
                let bytes = TableFile.toBytes spec
                let width = if spec.Precision.IsSingle then 4 else 8
                let blocks = numberOf "blocks" bytes

                let position, count =
                    [ for i in 0 .. blocks - 1 -> block bytes i ] |> List.maxBy snd

                let negated = Array.copy bytes

                for k in 1..count do
                    let top = position + width * k - 1
                    negated[top] <- negated[top] ^^^ 0x80uy

                refused "not the nearest" (prove spec (resealed negated))

                // Two numbers that differ change places.
                let number k = bytes[position + width * k .. position + width * (k + 1) - 1]
                let other = [ 1 .. count - 1 ] |> List.find (fun k -> number k <> number 0)
                let exchanged = Array.copy bytes
                Array.blit (number other) 0 exchanged position width
                Array.blit (number 0) 0 exchanged (position + width * other) width
                refused "not the nearest" (prove spec (resealed exchanged))

                // Two entries change places with their indices: no longer in order.
                let moved = Array.copy exchanged

                for k in 0..2 do
                    let at i = position + (width + k) * count + i
                    moved[at 0] <- bytes[at other]
                    moved[at other] <- bytes[at 0]

                refused "not in order" (prove spec (resealed moved))

                // The last block of the index is left out.
                let _, lost = block bytes (blocks - 1)
                let missing = Array.sub bytes 0 (bytes.Length - 24)
                let entries = numberOf "entries" bytes - lost
                refused "coefficients are not 0" (prove spec (sealedAs (blocks - 1) entries (numberOf "index" bytes) missing))

        testCase "a zero that is stored, a header that says more, and another table's name are refused" <| fun () ->
            let small = spec TableKind.RealCg 4 false false
            let bytes = TableFile.toBytes small
            let index = numberOf "index" bytes
            let position, count = block bytes 0
            // The first block, (0, 0, 0), has one entry; a second one stands in its padding.
            Assert.Equal(1, count)
            let padded = Array.copy bytes
            BinaryPrimitives.WriteInt32LittleEndian(Span(padded, index + 12, 4), 2)
            refused "" (prove small (sealedAs (numberOf "blocks" bytes) (numberOf "entries" bytes + 1) index padded))
            ignore position
            refused "header" (prove small (sealedAs (numberOf "blocks" bytes + 1) (numberOf "entries" bytes) index bytes))
            refused "" (prove (spec TableKind.RealCg 6 false false) bytes)
            refused "" (prove (spec TableKind.RealCg 2 false false) bytes)
            refused "" (prove (spec TableKind.Cg 4 false false) bytes)
            refused "" (prove (spec TableKind.RealCg 4 false true) bytes)
            refused "shorter" (prove small bytes[0..1000])
            refused "" (prove small bytes[0..2000])
            let words = Array.copy bytes
            words[1010] <- byte 'x'
            refused "" (prove small words)

        testCase "exact values that are not the block's are refused, whoever computed them"
        <| fun () ->
            for spec in samples |> List.filter (fun s -> s.TwiceLMax > 4) do
                let bytes = TableFile.toBytes spec

                let on change (exact: struct (int * int * int) -> TableEntry list) l =
                    let entries = exact l
                    if entries.Length > 4 then change entries else entries

                let wrong = "not those of the block"
                let changed change = proveWith (on change) spec bytes
                refused wrong (changed (List.map (fun x -> { x with Negative = not x.Negative })))
                refused wrong (changed (List.map (fun x -> { x with P = x.P * 4I })))
                refused wrong (changed List.tail)
                refused wrong (changed (fun entries -> { entries.Head with Negative = not entries.Head.Negative } :: entries.Tail))
                refused wrong (changed (fun _ -> []))

                refused "same as another" (changed (fun entries -> entries.Head :: entries))
                refused "out of range" (changed (fun entries -> { entries.Head with M1 = 1001 } :: entries.Tail))
                refused "no square root" (changed (fun entries -> { entries.Head with Q = 0I } :: entries.Tail))

                refused
                    "large prime"
                    (changed (fun entries -> { entries.Head with P = entries.Head.P * BigInteger 1000003 } :: entries.Tail))

        testCase "premises of other theorems are refused" <| fun () ->
            let spec = spec TableKind.RealCg 2 false false
            let bytes = TableFile.toBytes spec
            let exact = TableTheorems.exactBlock RealCouplingCoefficients

            match premises RealCouplingCoefficients with
            | [ racah; real ] ->
                for first, second in [ real, Some racah; racah, None; racah, Some racah ] do
                    refused "" (Tables.prove first second RealCouplingCoefficients 4 false false bytes exact)
            | _ -> Assert.Fail "two premises were expected"

        testCase "a certificate names the checksum, is checked from itself alone, and no other checksum passes" <| fun () ->
            let spec = spec TableKind.Gaunt 6 false false

            match prove spec (TableFile.toBytes spec) with
            | Error why -> Assert.Fail why
            | Ok theorem ->
                let json = ProofFile.write "table.gaunt-3" TableTheorems.argument theorem
                let checksum = (theorem.Statement :?> CorrectTable).Checksum

                match ProofFile.check json with
                | Ok(_, again) -> Assert.Equal(theorem.Statement, again.Statement)
                | Error why -> Assert.Fail why

                let other = (if checksum[0] = 'a' then "b" else "a") + checksum.Substring 1

                for bad in
                    [ json.Replace(checksum, other)
                      json.Replace("\"twice-lmax\": 6", "\"twice-lmax\": 8")
                      json.Replace("\"twice-lmax\": 6", "\"twice-lmax\": 7")
                      json.Replace("\"twice-lmax\": 6", "\"twice-lmax\": 300")
                      json.Replace("\"what\": \"gaunt\"", "\"what\": \"6j\"")
                      json.Replace("\"single\": false", "\"single\": true") ] do
                    Assert.NotEqual<string>(json, bad)

                    match ProofFile.check bad with
                    | Ok(_, t) -> Assert.Fail $"accepted: {t}"
                    | Error _ -> ()

        testCase "files that are no table of this kind are told what was expected" <| fun () ->
            TemporaryFolder.using (fun folder ->
                let path = Path.Combine(folder, "x.table")

                let fails (fact: string) =
                    match TableTheorems.ofFile path with
                    | Ok entry -> Assert.Fail entry.Name
                    | Error why ->
                        Assert.Contains(path, why)
                        Assert.Contains(fact, why)

                File.WriteAllText(path, "nothing")
                fails "expected a table"
                TableFile.write (TableSpec.Create(TableKind.SixJ, 2)) path
                fails "6j"
                let mace = Conventions.find "mace" Basis.Real
                TableFile.write (TableSpec.Create(TableKind.RealCg, HalfInteger.FromInteger 2, false, mace, Precision.Double)) path
                fails "convention mace")
    ]
