module Toolkit.Tests.Symbolic.Proofs.DerivationTests

open System.Numerics
open Expecto
open Toolkit.Tests.Laws
open Toolkit.Symbolic.Hypergeometric
open Toolkit.Symbolic.Proofs
open Toolkit.Symbolic.Proofs.Kernel

let private integers (shifts: int[] list) =
    shifts |> List.map (Array.map (fun (k: int) -> BigInteger k) >> List.ofArray)

let private threeTerms symbol shifts =
    match Derivation.relation symbol 12 (integers shifts) with
    | Ok relation -> relation
    | Error why -> failwith $"no relation: {why}"

let neighbours =
    let zero = [| 0; 0; 0; 0; 0; 0 |]
    [ ("3j", [| zero; [| 0; -1; -1; 0; -1; 1 |]; [| 0; -1; -1; 0; 1; -1 |] |])
      ("3j", [| zero; [| 0; 0; 0; 0; 2; -2 |]; [| 0; 0; 0; 0; -2; 2 |] |])
      ("3j", [| zero; [| 2; 0; 0; 0; 0; 0 |]; [| -2; 0; 0; 0; 0; 0 |] |])
      ("3j", [| zero; [| 1; 0; 1; 1; 0; -1 |]; [| 0; -1; 1; 0; 1; -1 |] |])
      ("6j", [| zero; [| 1; 1; 0; 0; 0; 1 |]; [| 1; 1; 0; 0; 0; -1 |] |])
      ("6j", [| zero; [| 2; 0; 0; 0; 0; 0 |]; [| -2; 0; 0; 0; 0; 0 |] |]) ]

[<Tests>]
let tests =
    testList "Symbolic.Proofs.DerivationTests" [
        testCases "three contiguous symbols are related, for all quantum numbers" neighbours <| fun (name: string, shifts: int[][]) ->
            let symbol = if name = "3j" then Symbol.ThreeJ else Symbol.SixJ
            let relation = threeTerms symbol (List.ofArray shifts)
            let symbols = Assert.IsType<SymbolRelation>(relation.Symbols.Value.Statement)
            Assert.Equal(3, symbols.Terms.Length)
            Assert.Equal(3, symbols.Domains.Length)
            Assert.NotEmpty symbols.Vanishing

        testCase "two neighbours alone are unrelated, up to the degree searched" <| fun () ->
            match Derivation.relation Symbol.ThreeJ 3 (integers [ [| 0; 0; 0; 0; 0; 0 |]; [| 0; -1; -1; 0; -1; 1 |] ]) with
            | Error(NoneUpTo(3, equations, unknowns)) -> Assert.True(equations > unknowns)
            | other -> Assert.Fail $"{other}"

        testCase "a shift that breaks m1 + m2 + m3 = 0 or the integrality is refused" <| fun () ->
            for bad in [ [| 0; 0; 0; 2; 0; 0 |]; [| 1; 0; 0; 0; 0; 0 |] ] do
                match Derivation.relation Symbol.ThreeJ 3 (integers [ [| 0; 0; 0; 0; 0; 0 |]; bad ]) with
                | Error(Invalid _) -> ()
                | other -> Assert.Fail $"{other}"
    ]
