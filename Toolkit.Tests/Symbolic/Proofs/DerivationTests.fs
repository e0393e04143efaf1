module Toolkit.Tests.Symbolic.Proofs.DerivationTests

open System.Numerics
open Xunit
open Toolkit.Symbolic.Hypergeometric
open Toolkit.Symbolic.Proofs
open Toolkit.Symbolic.Proofs.Kernel

let private integers (shifts: int[] list) =
    shifts |> List.map (Array.map (fun (k: int) -> BigInteger k) >> List.ofArray)

let private threeTerms symbol shifts =
    match Derivation.relation symbol 12 (integers shifts) with
    | Ok relation -> relation
    | Error why -> failwith $"no relation: {why}"

let neighbours: TheoryData<string, int[][]> =
    let data = TheoryData<string, int[][]>()
    let zero = [| 0; 0; 0; 0; 0; 0 |]
    data.Add("3j", [| zero; [| 0; -1; -1; 0; -1; 1 |]; [| 0; -1; -1; 0; 1; -1 |] |])
    data.Add("3j", [| zero; [| 0; 0; 0; 0; 2; -2 |]; [| 0; 0; 0; 0; -2; 2 |] |])
    data.Add("3j", [| zero; [| 2; 0; 0; 0; 0; 0 |]; [| -2; 0; 0; 0; 0; 0 |] |])
    data.Add("3j", [| zero; [| 1; 0; 1; 1; 0; -1 |]; [| 0; -1; 1; 0; 1; -1 |] |])
    data.Add("6j", [| zero; [| 1; 1; 0; 0; 0; 1 |]; [| 1; 1; 0; 0; 0; -1 |] |])
    data.Add("6j", [| zero; [| 2; 0; 0; 0; 0; 0 |]; [| -2; 0; 0; 0; 0; 0 |] |])
    data

[<Theory>]
[<MemberData(nameof neighbours)>]
let ``three contiguous symbols are related, for all quantum numbers`` (name: string, shifts: int[][]) =
    let symbol = if name = "3j" then Symbol.ThreeJ else Symbol.SixJ
    let relation = threeTerms symbol (List.ofArray shifts)
    let symbols = Assert.IsType<SymbolRelation>(relation.Symbols.Value.Statement)
    Assert.Equal(3, symbols.Terms.Length)
    Assert.Equal(3, symbols.Domains.Length)
    Assert.NotEmpty symbols.Vanishing

[<Fact>]
let ``two neighbours alone are unrelated, up to the degree searched`` () =
    match Derivation.relation Symbol.ThreeJ 3 (integers [ [| 0; 0; 0; 0; 0; 0 |]; [| 0; -1; -1; 0; -1; 1 |] ]) with
    | Error(NoneUpTo(3, equations, unknowns)) -> Assert.True(equations > unknowns)
    | other -> Assert.Fail $"{other}"

[<Fact>]
let ``a shift that breaks m1 + m2 + m3 = 0 or the integrality is refused`` () =
    for bad in [ [| 0; 0; 0; 2; 0; 0 |]; [| 1; 0; 0; 0; 0; 0 |] ] do
        match Derivation.relation Symbol.ThreeJ 3 (integers [ [| 0; 0; 0; 0; 0; 0 |]; bad ]) with
        | Error(Invalid _) -> ()
        | other -> Assert.Fail $"{other}"
