/// Linear maps on channels, sums and J-summed products in coupling trees: read, proved, and evaluated.
module Toolkit.Tests.Symbolic.CouplingTrees.ChannelTests

open System
open Expecto
open Toolkit.Symbolic.CouplingTrees
open Toolkit.Symbolic.Export
open Toolkit.Symbolic.Proofs.Kernel
open Toolkit.Symbolic.Proofs.Theorems
open Toolkit.Tests.Laws

let private fields =
    """{"rho":{"parity":"polar","time":"even"},"spin":{"rank":1,"parity":"axial","time":"odd"}}"""

let private read (tree: string) =
    CouplingTreeReader.read $"{{\"format\":\"coupling-tree/1\",\"fields\":{fields},\"tree\":{tree}}}"

let private rho l = $"{{\"leaf\":\"rho\",\"l\":\"{l}\"}}"
let private spin l = $"{{\"leaf\":\"spin\",\"l\":\"{l}\"}}"
let private couple a b l = $"{{\"couple\":[{a},{b}],\"L\":{l}}}"
let private product a b l = $"{{\"couple\":[{a},{b}],\"L\":{l},\"sumJ\":true}}"
let private map a = $"{{\"map\":{a}}}"
let private sum (terms: string list) = $"""{{"sum":[{String.Join(",", terms)}]}}"""

/// An iteration of NICE: couple, contract, purify by what lower orders predict, couple again.
let private trees =
    [ "contracted", couple (map (couple (map (rho "l")) (map (rho "l")) "\"k\"")) (map (rho "k")) "0"
      "added", sum [ couple (rho "l") (rho "l") "0"; couple (rho "k") (rho "k") "0" ]
      "purified", couple (sum [ rho "l"; map (rho "l") ]) (rho "l") "0"
      "summed", product (spin "l") (spin "l") "0"
      "summed with a density", couple (map (product (spin "l1") (spin "l2") "\"k\"")) (rho "k") "0"
      "covariant", map (product (spin "l1") (spin "l2") "\"k\"") ]

let private proved (tree: string) =
    read tree |> Result.bind Trees.prove |> Result.defaultWith failwith

let private isSeparate (theorem: Theorem) =
    match (theorem.Statement :?> FamilyFact).Claim with
    | Unchanged(separately, _, _) -> separately
    | other -> failwith $"{other}"

[<Tests>]
let tests =
    testList "Symbolic.CouplingTrees.ChannelTests" [
        testCase "trees with maps, sums and J-summed products are proved, hold at rotated points, and their files are valid" <| fun () ->
            for name, tree in trees do
                let theorem = proved tree
                Assert.Equal(Some 30, Statements.holdsAt 30 (Random 5) theorem.Statement)
                let json = ProofFile.write ("invariance." + name.Replace(' ', '-')) "Typing." theorem
                Assert.True((ProofFile.check json).IsOk, name)

        testCase "J-summed products are invariant when vectors turn alone, and say so" <| fun () ->
            for name in [ "summed"; "summed with a density" ] do
                let theorem = trees |> List.find (fst >> (=) name) |> snd |> proved
                Assert.True(isSeparate theorem, name)

            Assert.False(isSeparate (proved (couple (rho "l") (rho "l") "0")))

        testCase "sums of families that differ in order, sign or kind are refused" <| fun () ->
            for tree in
                [ sum [ rho "l"; rho "k" ]
                  sum [ couple (rho "l1") (rho "l2") "\"k\""; couple (rho "l1") (rho "k") "\"k\"" ]
                  sum [ rho "l"; product (spin "l") (spin "l") "0" ] ] do
                Assert.True((read tree |> Result.bind Trees.prove).IsError, tree)

        testCases "nodes that make no sense are refused with the place" [ ("""{"sum":[]}""", "at least one node"); ("""{"map":[]}""", "tree.map"); ("""{"map":{"leaf":"rho","l":1},"L":0}""", "the key 'L'"); ("""{"couple":[{"leaf":"rho","l":1},{"leaf":"rho","l":1}],"L":0,"sumJ":true}""", "rank 1"); ("""{"couple":[{"leaf":"spin","l":1,"J":1},{"leaf":"spin","l":1}],"L":0,"sumJ":true}""", "the key 'J'"); ("""{"couple":[{"leaf":"rho","l":1},{"leaf":"rho","l":1}],"L":0,"sumJ":1}""", "true or false") ] <| fun (tree: string, fact: string) ->
            match read tree with
            | Ok _ -> Assert.Fail "read"
            | Error why -> Assert.Contains(fact, why)
    ]
