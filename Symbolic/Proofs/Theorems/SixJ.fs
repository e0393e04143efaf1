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

let private orthonormality () =
    ThreeJ.entries |> List.find (fun e -> e.Name = "3j.orthogonality-m") |> _.Proof.Force()

let private rewrite start first second =
    orthonormality () |> Result.bind (fun premise -> Recoupling.prove premise start first second)

let private three = Couple(Single "a", Couple(Single "b", Single "c", "f"), "J")

let private four =
    Couple(Single "a", Couple(Single "b", Couple(Single "c", Single "d", "f"), "g"), "J")

/// All theorems of this family.
let entries: Entry list =
    [ Entry.create
          "6j.orthogonality"
          "From (a (b c)f)J to ((a b)e c)J and back is the identity."
          (fun () -> rewrite three [ Leftwards("J", "e"); Rightwards("J", "f'") ] [])
      Entry.create
          "6j.racah"
          "Two ways from (a (b c)f)J to (b (a c)g)J: by way of ((a b)e c)J, and by exchanging b and c first."
          (fun () ->
              rewrite
                  three
                  [ Leftwards("J", "e"); Exchange "e"; Rightwards("J", "g") ]
                  [ Exchange "f"; Leftwards("J", "g"); Exchange "J" ])
      Entry.create
          "6j.biedenharn-elliott"
          "The pentagon: two ways from (a (b (c d)f)g)J to (((a b)h c)k d)J, in two steps and in three."
          (fun () ->
              rewrite
                  four
                  [ Leftwards("g", "e"); Leftwards("J", "k"); Leftwards("k", "h") ]
                  [ Leftwards("J", "h"); Leftwards("J", "k") ])
      Entry.create
          "6j.recursion"
          "Found by linear algebra modulo a prime and proved by telescoping, like the relations of the 3j symbol."
          recursion
      Entry.create
          "6j.symmetries"
          "Permutations of the four triads and of the three quads leave every factorial's place open and none changed: the 24 \
           symmetries of the tetrahedron and Regge's, 144 in all."
          symmetries ]
