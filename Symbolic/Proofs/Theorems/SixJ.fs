/// Theorems on the 6j symbol.
module Toolkit.Symbolic.Proofs.Theorems.SixJ

open Toolkit.Symbolic.Algebra
open Toolkit.Symbolic.Hypergeometric
open Toolkit.Symbolic.Proofs
open Toolkit.Symbolic.Proofs.Kernel

let private symbol = Symbol.sixJ

let rec private permutations (xs: 'a list) : 'a list list =
    match xs with
    | [] -> [ [] ]
    | _ ->
        [ for i in 0 .. xs.Length - 1 do
              for rest in permutations (List.removeAt i xs) -> xs[i] :: rest ]

let private recursion () =
    match Derivation.relation symbol 14 [ Array.zeroCreate 6; [| 2; 0; 0; 0; 0; 0 |]; [| -2; 0; 0; 0; 0; 0 |] ] with
    | Ok { Symbols = Some theorem } -> Ok theorem
    | Ok _ -> Error "the relation has been proved for the sums only"
    | Error why -> Error $"{why}"

let private symmetries () =
    let triads = [ for i in 1..4 -> Linear.variable 7 i ]
    let b1, b2 = Linear.variable 7 5, Linear.variable 7 6
    let b3 = Linear.subtract (List.reduce Linear.add triads) (Linear.add b1 b2)
    let even = Linear.constant 7 0

    [ for a in permutations triads do
          for b in permutations [ b1; b2; b3 ] ->
              Reindexing.symmetry
                  symbol
                  { Images = Array.ofList (a @ List.take 2 b); Direction = 1; Offset = even }
                  even ]
    |> Entry.all
    |> Result.bind (Conjunction.prove "the 144 symmetries of the 6j symbol")

/// All theorems of this family.
let entries: Entry list =
    [ Entry.create
          "6j.recursion"
          "Found by linear algebra modulo a prime and proved by telescoping, like the relations of the 3j symbol."
          recursion
      Entry.create
          "6j.symmetries"
          "Permutations of the four triads and of the three quads leave every factorial's place open and none changed: the 24 \
           symmetries of the tetrahedron and Regge's, 144 in all."
          symmetries ]
