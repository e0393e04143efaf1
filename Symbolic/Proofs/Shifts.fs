namespace Toolkit.Symbolic.Proofs

open System
open System.Numerics
open Toolkit.Symbolic.AngularMomentum
open Toolkit.Symbolic.Hypergeometric

/// Neighbours of a symbol as people write them: "j2-1/2,j3-1/2,m2-1/2,m3+1/2; j1+1".
[<RequireQualifiedAccess>]
module Shifts =

    let private parseOne (symbol: Symbol) (text: string) : Result<BigInteger list, string> =
        let shift: BigInteger[] = Array.create symbol.Quanta.Length BigInteger.Zero

        let change (part: string) =
            let part = part.Trim()

            match symbol.Quanta |> List.tryFindIndex (fun q -> part.StartsWith(q, StringComparison.Ordinal)) with
            | None ->
                let names = String.Join(", ", symbol.Quanta)
                Some $"found '{part}', expected one of {names} followed by + or - and an integer or half-integer"
            | Some i ->
                let amount = part.Substring(symbol.Quanta[i].Length).Replace(" ", "")

                match amount.Length > 1 && (amount[0] = '+' || amount[0] = '-'), HalfInteger.TryParse amount with
                | true, Some k ->
                    shift[i] <- shift[i] + BigInteger k.Twice
                    None
                | _ ->
                    Some
                        $"found '{part}', expected {symbol.Quanta[i]} followed by + or - and an integer or half-integer"

        match text.Split ',' |> Array.tryPick change with
        | Some why -> Error why
        | None -> Ok(List.ofArray shift)

    /// The (doubled) shifts named in a text, separated by semicolons, with the symbol itself, which need not be named
    /// ("0"), in front. Error: what is wrong.
    let parse (symbol: Symbol) (text: string) : Result<BigInteger list list, string> =
        let parts =
            text.Split ';' |> Array.map _.Trim() |> Array.filter (fun p -> p <> "" && p <> "0") |> List.ofArray

        let rec read (parts: string list) =
            match parts with
            | [] -> Ok []
            | part :: rest -> parseOne symbol part |> Result.bind (fun s -> read rest |> Result.map (fun ss -> s :: ss))

        if parts.IsEmpty then
            Error "no shifts"
        else
            read parts
            |> Result.map (fun shifts -> List.replicate symbol.Quanta.Length BigInteger.Zero :: shifts |> List.distinct)
