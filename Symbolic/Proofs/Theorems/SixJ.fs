/// Theorems on the 6j symbol.
module Toolkit.Symbolic.Proofs.Theorems.SixJ

open System.Numerics
open Toolkit.Symbolic.Algebra
open Toolkit.Symbolic.Hypergeometric
open Toolkit.Symbolic.Proofs
open Toolkit.Symbolic.Proofs.Kernel

let private symbol = Symbol.SixJ

let rec private permutations (xs: 'a list) : 'a list list =
    match xs with
    | [] -> [ [] ]
    | _ ->
        [ for i in 0 .. xs.Length - 1 do
              for rest in permutations (List.removeAt i xs) -> xs[i] :: rest ]

let private derived symbol shifts =
    let shifts = List.replicate 6 0 :: shifts |> List.map (List.map (fun (k: int) -> BigInteger k))

    match Derivation.relation symbol 14 shifts with
    | Ok { Symbols = Some theorem } -> Ok theorem
    | Ok _ -> Error "the relation has been proved for the sums only"
    | Error why -> Error $"{why}"

let private recursion () =
    derived symbol [ [ 2; 0; 0; 0; 0; 0 ]; [ -2; 0; 0; 0; 0; 0 ] ]

let private symmetries () =
    let triads = [ for i in 1..4 -> Linear.variable 7 i ]
    let b1, b2 = Linear.variable 7 5, Linear.variable 7 6
    let b3 = Linear.subtract (List.reduce Linear.add triads) (Linear.add b1 b2)
    let even = Linear.zero 7

    [ for a in permutations triads do
          for b in permutations [ b1; b2; b3 ] ->
              Reindexing.symmetry
                  symbol
                  { Images = a @ List.take 2 b; Direction = BigInteger.One; Offset = even }
                  even ]
    |> Entry.all
    |> Result.bind Conjunction.prove

// ---- Racah's sum as the recoupling coefficient

/// Neighbours with j2 and j3 changed by s/2 and t/2.
let private step (s: int) (t: int) =
    derived Symbol.ThreeJ [ for sigma in [ 1; -1 ] -> [ 0; s; t; 0; -sigma; sigma ] ]

/// Neighbours with l1 − 1/2, l2 + t/2 and l3 ± 1/2.
let private halved (t: int) =
    derived symbol [ for r in [ -1; 1 ] -> [ 0; 0; 0; -1; t; r ] ]

/// 3j(1/2, p, p + 1/2; σ, ν, −σ−ν) in k = p + ν and l = p − ν; σ is given doubled.
let private halfSpin (sigma: int) =
    let form constant k l = Linear.ofIntegers constant [ 0; k; l ]
    let one = form ((1 + sigma) / 2) 0 0
    let other = form ((1 - sigma) / 2) 0 0

    Evaluation.single
        Symbol.ThreeJ
        [ "s"; "k"; "l" ]
        [ form 0 0 0; other; form 0 1 0; one; form 0 0 1 ]
        (form 0 0 0)

/// {a b J; 0 J b} in n = a+b+J, p = 2b, q = 2J.
let private atZero () =
    let form n p q = Linear.ofIntegers 0 [ 0; n; p; q ]
    let n = form 1 0 0
    Evaluation.single symbol [ "s"; "n"; "p"; "q" ] [ n; n; form 0 1 0; form 0 0 1; n; form 0 1 1 ] n

/// The 6j symbol in Racah's form is the recoupling coefficient.
let private recoupling: Lazy<Result<Theorem, string>> =
    lazy
        (Entry.argue
            "recoupling-induction"
            [ step -1 -1
              step -1 1
              step 1 -1
              step 1 1
              halved -1
              halved 1
              halfSpin 1
              halfSpin -1
              ThreeJ.scalarCoupling.Force()
              atZero ()
              ThreeJ.cyclic.Force()
              ThreeJ.exchange.Force()
              ThreeJ.orthonormality.Force()
              ThreeJ.columns.Force()
              ThreeJ.couplingLadder.Force() ])

let private rewrite start first second =
    recoupling.Force() |> Result.bind (fun premise -> Recoupling.prove premise start first second)

let private three = Couple(Single "a", Couple(Single "b", Single "c", "f"), "J")

let private four =
    Couple(Single "a", Couple(Single "b", Couple(Single "c", Single "d", "f"), "g"), "J")

/// ((a b)e (c d)f)J, from which Wigner's 9j symbol leads to ((a c)g (b d)h)J.
let private pairs = Couple(Couple(Single "a", Single "b", "e"), Couple(Single "c", Single "d", "f"), "J")

/// From ((. .)e (. .)f)J to ((. .)g (. .)h)J, the two inner leaves exchanged: three 6j symbols and a sum over x.
let private exchangePairs e g h x =
    [ Leftwards("J", x); Exchange e; Rightwards(x, g); Exchange x; Rightwards("J", h) ]

let private symmetric = lazy (symmetries ())

/// An identity whose left-hand side is the same in other names.
let private relabel (names: string) identity =
    let renaming = names.Split ' ' |> List.ofArray |> List.map (fun pair -> string pair[0], string pair[1])
    Entry.all [ symmetric.Force(); identity ] |> Result.bind (fun premises -> Relabelling.prove premises[0] premises[1] renaming)

/// Two rows of the 9j symbol are exchanged.
let private rows =
    lazy (rewrite pairs (exchangePairs "e" "g" "h" "x") ([ Exchange "J" ] @ exchangePairs "f" "g" "h" "y" @ [ Exchange "g"; Exchange "h" ]))

/// Two columns.
let private columns =
    lazy (rewrite pairs (exchangePairs "e" "g" "h" "x") ([ Exchange "e"; Exchange "f" ] @ exchangePairs "e" "h" "g" "y" @ [ Exchange "J" ]))

/// The way by ((a b)e c)y, taken from the other side.
let private backwards =
    lazy
        (rewrite
            pairs
            (exchangePairs "e" "g" "h" "x")
            [ Leftwards("J", "y"); Exchange "y"; Leftwards("y", "g"); Exchange "g"; Rightwards("J", "h") ])

/// The same with a label of the first scheme put to 0.
let internal withZero (label: string) (theorem: Result<Theorem, string>) : Result<Theorem, string> =
    Entry.all [ symmetric.Force(); atZero (); theorem ]
    |> Result.bind (fun premises -> Relabelling.atZero premises[0] premises[1] premises[2] label)

/// All theorems of this family.
let entries: Entry list =
    [ Entry.create
          "6j.racah-formula"
          "Induction over c in steps of one half. The pentagon with a spin 1/2, whose recoupling coefficients are read \
           from the relations between contiguous 3j symbols, gives the recoupling coefficient a three-term relation; \
           Racah's sum satisfies the same one, by telescoping, and both are equal at c = 0."
          recoupling.Force
      Entry.create
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
          "9j.orthogonality"
          "From ((a b)e (c d)f)J to ((a c)g (b d)h)J and back is the identity; each of both is a 9j symbol, that is three 6j \
           symbols and a sum."
          (fun () -> rewrite pairs (exchangePairs "e" "g" "h" "x" @ exchangePairs "g" "e'" "f'" "y") [])
      Entry.create
          "9j.rows"
          "Two ways from ((a b)e (c d)f)J to ((a c)g (b d)h)J, the second with both pairs exchanged first: two rows of the 9j \
           symbol are exchanged."
          rows.Force
      Entry.create
          "9j.columns"
          "Two ways from ((a b)e (c d)f)J to ((a c)g (b d)h)J, the second with the members of both pairs exchanged first: two \
           columns of the 9j symbol are exchanged."
          columns.Force
      Entry.create
          "9j.transposition"
          "The way from ((a b)e (c d)f)J to ((a c)g (b d)h)J, taken from the other side, is the same way in transposed names, in which \
           the sum over 6j symbols is the same."
          (fun () -> relabel "bc cb eg ge fh hf" backwards.Value)
      Entry.create
          "9j.third-row"
          "In names that exchange the first and the third row, and two columns, the sum over 6j symbols is the same; exchanging \
           the columns again leaves the rows exchanged."
          (fun () -> relabel "ah ha bg gb eJ Je cd dc" columns.Value)
      Entry.create
          "9j.third-column"
          "In names that exchange the first and the third column, and two rows, the sum over 6j symbols is the same; exchanging \
           the rows again leaves the columns exchanged."
          (fun () -> relabel "af fa bd db ec ce gJ Jg" rows.Value)
      Entry.create
          "9j.sum"
          "Two ways from ((a b)e (c d)f)J to ((a d)k (b c)l)J, at once and by way of ((a c)g (b d)h)J: a sum of products of two \
           9j symbols is one."
          (fun () ->
              rewrite
                  pairs
                  (exchangePairs "e" "g" "h" "x" @ [ Exchange "h" ] @ exchangePairs "g" "k" "l" "y" @ [ Exchange "l" ])
                  ([ Exchange "f" ] @ exchangePairs "e" "k" "l" "z"))
      Entry.create
          "9j.zero-entry"
          "Where J is 0 two of the three 6j symbols have an entry 0, whose value is a sign over two roots, and of the sum one term is left: \
           the 9j symbol is a 6j symbol. The symmetries bring any entry to the place of J."
          (fun () -> rewrite pairs (exchangePairs "e" "g" "h" "x") (exchangePairs "e" "g" "h" "y") |> withZero "J")
      Entry.create
          "6j.recursion"
          "Found by linear algebra modulo a prime and proved by telescoping, like the relations of the 3j symbol."
          recursion
      Entry.create
          "6j.symmetries"
          "Permutations of the four triads and of the three quads leave every factorial's place open and none changed: \
           the 24 symmetries of the tetrahedron and Regge's, 144 in all."
          symmetric.Force ]
