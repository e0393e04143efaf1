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
            let symbols = Assert.IsType<Equation>(relation.Symbols.Value.Statement)
            Assert.Equal(3, symbols.Left.Length)

            match symbols.Where, symbols.Vanishing with
            | OneOf domains, OneOf vanishing ->
                Assert.Equal(3, domains.Length)
                Assert.NotEmpty vanishing
            | other -> Assert.Fail $"{other}"

        testCase "two neighbours alone are unrelated, up to the degree searched" <| fun () ->
            match Derivation.relation Symbol.ThreeJ 3 (integers [ [| 0; 0; 0; 0; 0; 0 |]; [| 0; -1; -1; 0; -1; 1 |] ]) with
            | Error(Unrelated(3, equations, unknowns)) -> Assert.True(equations > unknowns)
            | other -> Assert.Fail $"{other}"

        testCase "the degree of a relation is the least, and known to be" <| fun () ->
            for symbol, shifts, degree in
                [ Symbol.ThreeJ, [ [| 0; 0; 0; 4; -4; 0 |]; [| 0; 0; 0; -4; 4; 0 |] ], 6
                  Symbol.ThreeJ, [ [| 2; 0; 0; 0; 0; 0 |]; [| -2; 0; 0; 0; 0; 0 |] ], 5 ] do
                let shifts = integers (Array.zeroCreate 6 :: shifts)

                match Derivation.relation symbol Derivation.MostDegree shifts with
                | Ok relation ->
                    Assert.Equal(degree, relation.Degree)
                    Assert.Equal(degree - 1, relation.NoneUpTo)
                    Assert.Equal(0, relation.Unused)
                    let sums = Assert.IsType<TelescopingCertificate> relation.Sums.Certificate
                    Assert.Equal(degree, sums.Terms |> List.map (fun (c, _) -> c.TotalDegree) |> List.max)
                | Error why -> Assert.Fail $"{why}"

                match Derivation.relation symbol (degree - 1) shifts with
                | Error(NoneUpTo d) -> Assert.Equal(degree - 1, d)
                | other -> Assert.Fail $"{other}"

        testCase "among four symbols, the relation of three of them is found if none of a lower degree has all" <| fun () ->
            let shifts =
                integers
                    [ [| 0; 0; 0; 0; 0; 0 |]; [| 0; 0; 0; -2; 0; 0 |]; [| 0; 0; 0; 2; 0; 0 |]; [| 2; 0; 0; 0; 0; 0 |] ]

            match Derivation.relation Symbol.SixJ Derivation.MostDegree shifts with
            | Ok relation ->
                Assert.Equal(5, relation.Degree)
                Assert.Equal(4, relation.NoneUpTo)
                Assert.Equal(1, relation.Unused)
            | Error why -> Assert.Fail $"{why}"

        testCase "neighbours two steps apart are related by coefficients of degree 12, within 20 s" <| fun () ->
            let watch = System.Diagnostics.Stopwatch.StartNew()

            match
                Derivation.relation
                    Symbol.ThreeJ
                    Derivation.MostDegree
                    (integers [ [| 0; 0; 0; 0; 0; 0 |]; [| 4; 0; 0; 0; 0; 0 |]; [| -4; 0; 0; 0; 0; 0 |] ])
            with
            | Ok relation ->
                Assert.Equal(12, relation.Degree)
                Assert.Equal(11, relation.NoneUpTo)
                Assert.True(relation.Symbols.IsSome)
                Assert.True(watch.Elapsed.TotalSeconds < 20.0, $"{watch.Elapsed}")
            | Error why -> Assert.Fail $"{why}"

        testCase "a shift that breaks m1 + m2 + m3 = 0 or the integrality is refused" <| fun () ->
            for bad in [ [| 0; 0; 0; 2; 0; 0 |]; [| 1; 0; 0; 0; 0; 0 |] ] do
                match Derivation.relation Symbol.ThreeJ 3 (integers [ [| 0; 0; 0; 0; 0; 0 |]; bad ]) with
                | Error(Invalid _) -> ()
                | other -> Assert.Fail $"{other}"
    ]
