/// Theorems on the 3j symbol.
module Toolkit.Symbolic.Proofs.Theorems.ThreeJ

open System.Numerics
open Toolkit.Symbolic.Algebra
open Toolkit.Symbolic.Hypergeometric
open Toolkit.Symbolic.Proofs
open Toolkit.Symbolic.Proofs.Kernel

let private symbol = Symbol.ThreeJ

let private integers = List.map (fun (k: int) -> BigInteger k)

/// Derives the relation at the given (doubled) shifts and returns its normalised form.
let private derive domains shifts : Result<Theorem, string> =
    match Derivation.relationIn domains symbol 14 (List.map integers shifts) with
    | Ok { Symbols = Some theorem } -> Ok theorem
    | Ok _ -> Error "the relation has been proved for the sums only"
    | Error why -> Error $"{why}"

let private here = [ 0; 0; 0; 0; 0; 0 ]

let private telescoped =
    "The relation was found by linear algebra modulo a prime. The kernel multiplies it out: the coefficients times the \
     ratios of the terms to a common base add up to a telescoper with polynomial q, so the sum over s is zero at every \
     integer point, boundaries included, since no division takes place. The square roots follow by comparing factors."

// ---- relations with names of their own

let private relations =
    [ Entry.create "3j.lowering" (telescoped + " Here q = 0: the identity holds term by term.") (fun () ->
          derive [] [ here; [ 0; -1; -1; 0; -1; 1 ]; [ 0; -1; -1; 0; 1; -1 ] ])
      Entry.create "3j.raising" telescoped (fun () ->
          derive [] [ here; [ 0; 1; 1; 0; 1; -1 ]; [ 0; 1; 1; 0; -1; 1 ] ])
      Entry.create "3j.recursion-m" telescoped (fun () ->
          derive [] [ here; [ 0; 0; 0; 0; 2; -2 ]; [ 0; 0; 0; 0; -2; 2 ] ])
      Entry.create "3j.recursion-j" telescoped (fun () ->
          derive [] [ here; [ 2; 0; 0; 0; 0; 0 ]; [ -2; 0; 0; 0; 0; 0 ] ]) ]

/// The two ladder relations: raised (+1) and lowered (−1) magnetic numbers. The reference is the symbol in which m1 has
/// been changed; the domain is that of the unchanged numbers, whose sum is ∓1.
let internal ladder (sign: int) : Result<Theorem, string> =
    // Physical forms in order: three triangles, then j − m, then j + m. In the reference m1 is m1' + sign.
    let bounds = if sign > 0 then [ 0; 0; 0; -1; 0; 0; 1; 0; 0 ] else [ 0; 0; 0; 1; 0; 0; -1; 0; 0 ]
    let k = 2 * sign
    derive [ integers bounds ] [ here; [ 0; 0; 0; -k; k; 0 ]; [ 0; 0; 0; -k; 0; k ] ]

let private ladders =
    [ Entry.create "3j.ladder" (telescoped + " Raising and lowering, taken together.") (fun () ->
          Entry.all [ ladder 1; ladder -1 ]
          |> Result.bind Conjunction.prove) ]

// ---- the neighbours at one half-integer step

/// The 24 shifts of (j1, j2, j3, m1, m2, m3) by 0 or ±1/2 that keep m1+m2+m3 and the integrality, doubled, with names:
/// "1pm2mp" is j1 + 1/2, m1 − 1/2, j2 − 1/2, m2 + 1/2.
let internal halfSteps: (string * int list) list =
    [ for i, k in [ 0, 1; 0, 2; 1, 2 ] do
          for m in [ 1; -1 ] do
              for ji in [ 1; -1 ] do
                  for jk in [ 1; -1 ] do
                      let shift = Array.zeroCreate 6
                      shift[i] <- ji
                      shift[k] <- jk
                      shift[3 + i] <- m
                      shift[3 + k] <- -m
                      let letter n = if n > 0 then "p" else "m"
                      $"{i + 1}{letter ji}{letter m}{k + 1}{letter jk}{letter -m}", List.ofArray shift ]

let private contiguous =
    [ for i in 0 .. halfSteps.Length - 1 do
          for k in i + 1 .. halfSteps.Length - 1 -> halfSteps[i], halfSteps[k] ]
    |> List.mapi (fun index ((name1, shift1), (name2, shift2)) ->
        { Entry.create $"3j.contiguous.{name1}.{name2}" telescoped (fun () -> derive [] [ here; shift1; shift2 ]) with
            // A dozen by default: every 23rd of the 276 pairs.
            ByDefault = index % 23 = 7 })

// ---- symmetries

let private permutations = [ [ 0; 1; 2 ]; [ 1; 2; 0 ]; [ 2; 0; 1 ]; [ 0; 2; 1 ]; [ 2; 1; 0 ]; [ 1; 0; 2 ] ]

/// One of Regge's 72 symmetries: with x = (0, d, e), y = (a, b, c) the square's entries are x_i + y_k, and F is
/// (−1)^s / Π (x_i+s)! (y_k−s)!. Permuting x and y, or exchanging them with s → −s, changes F by a shift of s only.
let internal regge (px: int list) (py: int list) (swap: bool) : Result<Theorem, string> =
    let variable i = Linear.variable 6 i
    let x = [ Linear.zero 6; variable 4; variable 5 ]
    let y = [ variable 1; variable 2; variable 3 ]
    let x = px |> List.map (fun i -> x[i])
    let y = py |> List.map (fun i -> y[i])
    // The new x starts with 0 after the index has been displaced by `offset`.
    let x, y, direction, offset =
        if swap then
            y, x, BigInteger.MinusOne, y.Head
        else
            x, y, BigInteger.One, x.Head

    let x' = x |> List.map (fun f -> Linear.subtract f offset)
    let y' = y |> List.map (fun f -> Linear.add f offset)

    let map =
        { Images = [ y'[0]; y'[1]; y'[2]; x'[1]; x'[2] ]
          Direction = direction
          Offset = offset }

    // The symbol's own sign changes by (d'−e')−(d−e).
    let phase = Linear.subtract (Linear.subtract x'[1] x'[2]) (Linear.subtract (variable 4) (variable 5))
    // Of forms with the same parity, the one with coefficients 0 and 1; it is 0 or J.
    let parity = Linear.add phase offset

    let reduced =
        { Constant = parity.Constant &&& BigInteger.One
          Coefficients = parity.Coefficients |> List.map (fun c -> c &&& BigInteger.One) }

    Reindexing.symmetry symbol map reduced

let private allRegge =
    lazy
        [ for px in permutations do
              for py in permutations do
                  for swap in [ false; true ] -> regge px py swap ]

/// The one that a written argument names.
let private pick (name: string) : Lazy<Result<Theorem, string>> =
    lazy
        (allRegge.Value
         |> List.tryPick (fun symmetry ->
             match symmetry with
             | Ok theorem when WrittenArguments.isDefinition name theorem -> Some theorem
             | _ -> None)
         |> Option.map Ok
         |> Option.defaultValue (Error "the symmetry is not among the 72"))

/// The columns permuted cyclically.
let internal cyclic = pick "CYCLIC"

/// The first two columns exchanged.
let internal exchange = pick "EXCHANGE"

/// m → −m.
let internal reversal = pick "REVERSAL"

let private symmetries =
    [ Entry.create
          "3j.regge"
          "The summation index is renamed: the factorials of the summand and those under the root are permuted, and \
           the sign is that of the index's displacement times the change of the symbol's own phase. All 72 symmetries: \
           permutations of the rows and of the columns of the Regge square, and its transposition."
          (fun () ->
              allRegge.Value
              |> Entry.all
              |> Result.bind Conjunction.prove) ]

// ---- m1 = m2 = m3 = 0

/// Dixon's sum, (−1)^k / ((α+k)! (α−k)! (β+k)! (β−k)! (γ+k)! (γ−k)!): the 3j's summand at m = 0, J = 2(α+β+γ), around
/// its middle term.
let private dixon: Term =
    let form k a b c = Linear.ofIntegers 0 [ k; a; b; c ]

    { Variables = [ "k"; "alpha"; "beta"; "gamma" ]
      Alternating = true
      Numerator = []
      Denominator =
        [ form 1 1 0 0; form -1 1 0 0; form 1 0 1 0; form -1 0 1 0; form 1 0 0 1; form -1 0 0 1 ]
      Powers = [] }

let private dixonClosed () =
    let a, b, c = Polynomial.Variable 1, Polynomial.Variable 2, Polynomial.Variable 3
    let one = Polynomial.One
    let next = Polynomial.Constant 2 * (a + c + one) * (b + c + one) * (c + one)
    let here = Polynomial.Constant -2 * (a + b + c + one)
    let terms = [ next, integers [ 0; 0; 1 ]; here, integers [ 0; 0; 0 ] ]
    let form a b c = Linear.ofIntegers 0 [ 0; a; b; c ]

    let closed =
        { dixon with
            Alternating = false
            Numerator = [ form 1 1 1 ]
            Denominator = [ form 1 0 0; form 0 1 0; form 0 0 1; form 1 1 0; form 0 1 1; form 1 0 1 ] }

    Telescoping.prove dixon terms (Term.commonBase dixon (List.map snd terms)) Polynomial.One
    |> Result.bind (fun relation -> ClosedForms.prove relation 3 closed BigInteger.Zero)

let private mZero () =
    let form k a b c = Linear.ofIntegers k [ 0; a; b; c ]

    let map =
        { Images = [ form 0 0 0 2; form 0 0 1 1; form 0 1 0 1; form 0 0 1 -1; form 0 1 0 -1 ]
          Direction = BigInteger.One
          Offset = form 0 0 0 1 }

    let even =
        match Reindexing.sums symbol.Term dixon map map.Offset, dixonClosed () with
        | Ok identity, Ok closed -> Evaluation.fromSum symbol identity closed
        | Error why, _
        | _, Error why -> Error why

    // m → −m is the exchange of the square's second and third rows: x_2 ↔ x_3 … in terms of x and y, found among the
    // 72.
    let names = [ "s"; "n"; "j1"; "j2" ]
    let odd = [ form 1 2 0 0; form 0 0 1 0; form 0 0 0 1; form -1 -2 1 0; form -1 -2 0 1 ]

    let antisymmetry =
        allRegge.Value
        |> List.tryPick (Result.bind (fun s -> Evaluation.zero s names odd) >> Result.toOption)

    match even, antisymmetry with
    | Ok even, Some odd ->
        Conjunction.prove [ even; odd ]
    | Error why, _ -> Error why
    | _, None -> Error "no symmetry of sign −1 fixes the points with odd j1+j2+j3"

let private closedForms =
    [ Entry.create
          "3j.m-zero"
          "For even J = 2g put alpha = g−j1, beta = g−j2, gamma = g−j3: the sum becomes Dixon's, which satisfies a \
           first-order recursion in gamma with q = 1 and has one term at gamma = 0. For odd J the symmetry m → −m has \
           the sign −1."
          mZero ]

/// 3j(j, j, 0; m, −m, 0) in n = 2j and k = j − m; its sum has one term, at s = k.
let internal scalarCoupling: Lazy<Result<Theorem, string>> =
    lazy
        (let form n k = Linear.ofIntegers 0 [ 0; n; k ]

         Evaluation.single
             symbol
             [ "s"; "n"; "k" ]
             [ form 1 0; form 0 1; form 0 1; form 0 -1; form 0 -1 ]
             (form 0 1))

// ---- orthonormality

let private recursionM = lazy (derive [] [ here; [ 0; 0; 0; 0; 2; -2 ]; [ 0; 0; 0; 0; -2; 2 ] ])
let private raisingLadder = lazy (ladder 1)
let private loweringLadder = lazy (ladder -1)

/// The ladder of the coupling coefficients, from those of the 3j symbol.
let internal couplingLadder: Lazy<Result<Theorem, string>> =
    lazy (Entry.argue "coupling-ladder" [ raisingLadder.Value; loweringLadder.Value ])

let private orthogonality =
    lazy (recursionM.Value |> Result.bind (fun relation -> Pairing.orthogonal relation 0 (integers [ 0; 0; 0; 0; 2; -2 ])))

/// Chu and Vandermonde's sum as it occurs at m1 = j1: Σ_s (a+n−s)! (d+s)! / (s! (n−s)!).
let private vandermonde () =
    let form s a d n = Linear.ofIntegers 0 [ s; a; d; n ]

    let term =
        { Variables = [ "s"; "a"; "d"; "n" ]
          Alternating = false
          Numerator = [ form -1 1 0 1; form 1 0 1 0 ]
          Denominator = [ form 1 0 0 0; form -1 0 0 1 ]
          Powers = [] }

    // (n+1) V(n+1) = (a+d+n+2) V(n), by telescoping with q = −1.
    let a, d, n = Polynomial.Variable 1, Polynomial.Variable 2, Polynomial.Variable 3
    let terms = [ n + Polynomial.One, integers [ 0; 0; 1 ]; -(a + d + n + Polynomial.Constant 2), integers [ 0; 0; 0 ] ]

    let closed =
        { term with
            Numerator = [ form 0 1 0 0; form 0 0 1 0; Linear.plus BigInteger.One (form 0 1 1 1) ]
            Denominator = [ form 0 0 0 1; Linear.plus BigInteger.One (form 0 1 1 0) ] }

    [ 1; -1 ]
    |> List.map (fun q ->
        Telescoping.prove term terms (Term.commonBase term (List.map snd terms)) (Polynomial.Constant q))
    |> List.reduce (fun x y -> if x.IsOk then x else y)
    |> Result.bind (fun relation -> ClosedForms.prove relation 3 closed BigInteger.Zero)

let private unitNorm =
    lazy
        (match raisingLadder.Value, loweringLadder.Value, vandermonde () with
         | Ok up, Ok down, Ok sum ->
             Pairing.equalNorms up down (integers [ 0; 0; 0; -2; 2; 0 ]) (integers [ 0; 0; 0; -2; 0; 2 ])
             |> Result.bind (fun norms -> Pairing.unitNorm norms sum)
         | Error why, _, _
         | _, Error why, _
         | _, _, Error why -> Error why)

/// The orthonormality along j1.
let internal columns: Lazy<Result<Theorem, string>> =
    lazy (Entry.argue "square matrix" [ orthogonality.Value; unitNorm.Value ])

/// The orthonormality along m2.
let internal orthonormality: Lazy<Result<Theorem, string>> =
    lazy
        ([ orthogonality.Value; unitNorm.Value ] |> Entry.all |> Result.bind Conjunction.prove)

let private orthonormal =
    [ Entry.create
          "3j.orthogonality-m"
          "At fixed m1 the recursion in m2 is a symmetric tridiagonal eigenvalue problem with eigenvalue j1(j1+1): \
           multiplied by the symbol with another j1 and summed over m2 it telescopes (Christoffel and Darboux), so \
           different j1 are orthogonal. With the norm: the first orthogonality relation."
          orthonormality.Force
      Entry.create
          "3j.normalisation"
          "The ladders are adjoint to each other, so the norm along m2 does not depend on m1; at m1 = j1 the symbol \
           has one term and the sum of its squares is Vandermonde's."
          (fun () -> unitNorm.Value)
      Entry.create
          "3j.orthogonality-j"
          "sqrt(2 j1 + 1) times the symbol is a square matrix, j1 against m2, with orthonormal rows."
          columns.Force
      Entry.create
          "3j.racah-formula"
          "The symbol in Racah's form satisfies the ladder relations of the coupled representation, has the norm \
           1/(2 j3 + 1), and its sign is that of Condon and Shortley: at m1 = j1 the sum has one term, which is \
           positive."
          (fun () -> Entry.argue "ladder, norm and sign" [ couplingLadder.Force(); unitNorm.Value; cyclic.Force() ]) ]

/// All theorems of this family.
let entries: Entry list = relations @ ladders @ symmetries @ closedForms @ orthonormal @ contiguous
