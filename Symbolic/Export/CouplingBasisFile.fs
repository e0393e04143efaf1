/// Bases of independent couplings as files, independent-couplings/1, with what certifies them.
module Toolkit.Symbolic.Export.CouplingBasisFile

open System
open System.Numerics
open System.Text
open Toolkit.Symbolic.Algebra
open Toolkit.Symbolic.Export.Json
open Toolkit.Symbolic.Invariants

[<Literal>]
let private Format = "independent-couplings/1"

/// What a file is about.
type CouplingBasis =
    { Order: int
      LMax: int
      Lambda: int
      Sigma: int
      /// Of the points where the rank was found.
      Seed: int
      Patterns: PatternCouplings list }

let private numbers (values: int seq) = "[" + String.Join(", ", values) + "]"

/// The file's text: for each pattern its factors as [l, how many of one channel], the multiplicity, and the kept couplings by the orders
/// after each factor but the first.
let write (basis: CouplingBasis) : string =
    let pattern (p: PatternCouplings) =
        let factors = String.Join(", ", [ for g in p.Pattern -> numbers [ g.L; g.Count ] ])
        let couplings = String.Join(", ", [ for path in p.Couplings -> numbers path ])
        $"""    {{ "factors": [{factors}], "multiplicity": {p.Multiplicity}, "candidates": {p.Candidates}, "couplings": [{couplings}] }}"""

    let lines =
        [ "{"
          $"  \"format\": \"{Format}\","
          $"  \"order\": {basis.Order},"
          $"  \"lmax\": {basis.LMax},"
          $"  \"lambda\": {basis.Lambda},"
          $"  \"sigma\": {basis.Sigma},"
          $"  \"modulus\": {Modular.Prime},"
          $"  \"seed\": {basis.Seed},"
          "  \"patterns\": ["
          String.Join(",\n", basis.Patterns |> List.map pattern)
          "  ]"
          "}" ]

    (StringBuilder(), lines) ||> List.fold (fun text line -> text.Append(line).Append '\n') |> string

let private readPattern (json: Json) : PatternCouplings =
    let pair (json: Json) =
        match list position json with
        | [ l; count ] when count > 0 && l <= 1000 && count <= 20 -> { L = l; Count = count }
        | _ -> unreadable "expected factors as [l, how many]"

    { Pattern = list pair (field "factors" json)
      Multiplicity = position (field "multiplicity" json)
      Candidates = position (field "candidates" json)
      Couplings = list (list position) (field "couplings" json) }

let private sign (json: Json) : int =
    let n = integer json
    if n = BigInteger.One then 1
    elif n = BigInteger.MinusOne then -1
    else unreadable $"sigma: expected 1 or -1, found {n}"

/// Checks a pattern from its factors and couplings alone.
let private checkPattern (basis: CouplingBasis) (p: PatternCouplings) : unit =
    let name = String.Join(" ", [ for g in p.Pattern -> $"l{g.L}×{g.Count}" ])
    let exact = Pattern.multiplicity basis.Lambda p.Pattern
    if exact <> p.Multiplicity then unreadable $"{name}: the multiplicity is {exact}, found {p.Multiplicity}"
    if p.Couplings.Length <> exact then unreadable $"{name}: expected {exact} couplings, found {p.Couplings.Length}"

    // Other points than those that the couplings were chosen by.
    if not (IndependentCouplings.areIndependent (basis.Seed + 1) basis.Lambda p.Pattern p.Couplings) then
        unreadable $"{name}: couplings that are not independent, or not of these factors"

/// Checks a file of this format: that every pattern is there once, that its multiplicity is the number of its couplings, and that these are
/// independent. None: not a file of this format.
let tryCheck (file: string) : Result<CouplingBasis, string> option =
    try
        let json = parse file

        match json with
        | Members _ when tryField "format" json = Some(Text Format) ->
            let basis =
                { Order = position (field "order" json)
                  LMax = position (field "lmax" json)
                  Lambda = position (field "lambda" json)
                  Sigma = sign (field "sigma" json)
                  Seed = position (field "seed" json)
                  Patterns = list readPattern (field "patterns" json) }

            if integer (field "modulus" json) <> BigInteger Modular.Prime then unreadable $"modulus: expected {Modular.Prime}"
            refuseUnasked json
            if basis.Order > 20 || basis.LMax > 100 then
                unreadable $"expected order ≤ 20 and lmax ≤ 100, found {basis.Order} and {basis.LMax}"

            let due =
                Pattern.all basis.Order basis.LMax basis.Lambda basis.Sigma
                |> List.filter (fun p -> Pattern.multiplicity basis.Lambda p > 0)

            let found = basis.Patterns |> List.map _.Pattern
            if List.distinct found <> found then unreadable "a pattern twice"

            match List.except found due, List.except due found with
            | missing :: _, _ -> unreadable $"the pattern {numbers (Pattern.orders missing)} is missing"
            | _, other :: _ -> unreadable $"the pattern {numbers (Pattern.orders other)} has no such multiplets"
            | [], [] -> ()

            for p in basis.Patterns do checkPattern basis p
            Some(Ok basis)
        | _ -> None
    with Unreadable why ->
        // What is no JSON at all is for others to refuse.
        if file.Contains Format then Some(Error why) else None
