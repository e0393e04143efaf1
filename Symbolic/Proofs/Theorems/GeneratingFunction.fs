/// The generating function of the 3j symbols: a product of three symbolic powers.
module Toolkit.Symbolic.Proofs.Theorems.GeneratingFunction

open Toolkit.Symbolic.Algebra
open Toolkit.Symbolic.Hypergeometric
open Toolkit.Symbolic.Proofs.Kernel

let private v = Polynomial.Variable
let private bracket (i: int) (k: int) = v (2 * i) * v (2 * k + 1) - v (2 * k) * v (2 * i + 1)

/// W = [12]^a [23]^C [31]^B, [ik] = u_i v_k − u_k v_i.
let internal generating: PowerProduct =
    { Variables = [ "u1"; "v1"; "u2"; "v2"; "u3"; "v3" ]
      Imaginary = false
      Exponents = [ "a"; "C"; "B" ]
      Factors =
        [ bracket 0 1, Linear.variable 3 0
          bracket 1 2, Linear.variable 3 1
          bracket 2 0, Linear.variable 3 2 ] }

/// 2J_z, J₊ and J₋ of the three spins together, on binary forms.
let internal generators: DerivationRule list =
    [ [ for i in 0..2 do
            2 * i, v (2 * i)
            2 * i + 1, -(v (2 * i + 1)) ]
      [ for i in 0..2 -> 2 * i + 1, v (2 * i) ]
      [ for i in 0..2 -> 2 * i, v (2 * i + 1) ] ]

/// The coefficient of u1^(j1+m1) v1^(j1−m1) … in W is a! B! C! (−1)^(d+e) S, S the sum of the 3j symbol.
let internal coefficient () : Result<Theorem, string> =
    //                                         s  a  b  c  d  e
    let form s a b c d e = Linear.ofIntegers 0 [ s; a; b; c; d; e ]

    let powers = [ [ 1; 0; 0; 0; 0 ]; [ 0; 0; 1; 0; 1 ]; [ 0; 1; 0; 1; 0 ] ] |> List.map (Linear.ofIntegers 0)

    BinomialCoefficient.prove
        { generating with
            Exponents = Term.parameters Symbol.ThreeJ.Term
            Factors = List.map2 (fun (p, _) e -> p, e) generating.Factors powers }
        Symbol.ThreeJ.Term
        [ form 1 0 0 0 0 0; form 1 0 0 0 0 1; form 1 0 0 0 1 0 ]
        (form 0 0 0 0 1 1)

let private invariantForm () =
    generators
    |> List.map (fun d -> PowerProducts.annihilate generating [ { Coefficient = Polynomial.One; Derivations = [ d ] } ])
    |> fun parts -> Entry.all (parts @ [ coefficient () ])
    |> Result.bind Conjunction.prove

/// All theorems of this family.
let entries: Entry list =
    [ Entry.create
          "cg.generating-function"
          "The total generators are derivations; on a product of powers they act by the logarithmic derivative, an \
           identity between polynomials for all exponents at once. Expanding the three powers by the binomial theorem, \
           the coefficient of u1^(j1+m1) v1^(j1-m1) u2^(j2+m2) v2^(j2-m2) u3^(j3+m3) v3^(j3-m3) is the 3j symbol's \
           sum, so the 3j symbols are the components of an invariant, for all j and m."
          invariantForm ]
