/// Recursions of the elements of Wigner's matrices D^j(g), by which codes compute them: for all j and every matrix g.
module Toolkit.Symbolic.Proofs.Theorems.MatrixElements

open System.Numerics
open Toolkit.Symbolic.Algebra
open Toolkit.Symbolic.Hypergeometric
open Toolkit.Symbolic.Proofs.Kernel

let private symbol = Symbol.MatrixElement

/// One summand: K, the forms under the root, the doubled shift, and X, the forms in the parameters with which K X is the
/// coefficient of the sum, up to a common factor.
type private Summand = Polynomial * Linear list * int list * Linear list

/// Σ K √R D(…) = 0, where Σ K X S(…) is the telescoper of q over 2 to `halvings`.
let private relation (halvings: int) (q: Polynomial) (summands: Summand list) : Result<Theorem, string> =
    let claim =
        [ for k, radicand, shift, _ in summands ->
              { Coefficient = k; Radicand = radicand; Shift = shift |> List.map (fun (x: int) -> BigInteger x) } ]

    let degree = claim |> List.map _.Coefficient.TotalDegree |> List.max

    let sums =
        [ for term, (_, _, _, x) in List.zip claim summands ->
              Definition.polynomialInParameters symbol degree term.Coefficient * Term.product x,
              (Definition.shift symbol term.Shift).Value ]

    let witnesses = [ for _, _, _, x in summands -> { X = x; Y = [] } ]

    let basePoint = Term.commonBase symbol.Term (List.map snd sums)

    Telescoping.prove symbol.Term sums basePoint (BigInteger.Pow(BigInteger 2, degree - halvings) * q)
    |> Result.bind (fun theorem ->
        let holds domains = Normalisation.prove symbol theorem claim domains witnesses (struct (BigInteger.One, BigInteger.One))
        holds (claim |> List.choose (Normalisation.domainOf symbol) |> List.filter (fun d -> (holds [ d ]).IsOk)))

// ---- the quantum numbers j, n, m and the letters a, b, c, d; the index k, the parameters p, q, r and the letters

let private v = Polynomial.Variable
let private j, n, m, a, b, c, d = v 0, v 1, v 2, v 3, v 4, v 5, v 6
let private one, two = Polynomial.One, Polynomial.Constant 2
let private determinant = a * d - b * c
let private trace = a * d + b * c

/// A form in j, n, m.
let private root constant j n m = Linear.ofIntegers constant [ j; n; m ]

/// A form in p, q, r.
let private form constant p q r = Linear.ofIntegers constant [ 0; p; q; r ]

/// In j, at fixed n and m: with the trace 2 cos β and the determinant 1 of a rotation, what codes compute d^j(β) by.
let internal inJ () =
    let k, p, q, r, ad, bc = v 0, v 1, v 2, v 3, v 4 * v 7, v 5 * v 6
    let twice = p + q + r
    let x, y, next = p + one, q + one, twice + two
    let above = [ form 1 1 0 0; form 1 0 1 0; form 1 1 0 1; form 1 0 1 1 ]
    let upper = next * k * k - next * (p + q + next) * k + twice * next * (x + y) + two * x * y

    relation
        1
        (ad * upper - bc * next * (x - k) * (y - k))
        [ -(two * j + one) * (j * (j + one) * trace - n * m * determinant), [], [ 0; 0; 0 ], []
          j, [ root 1 1 0 1; root 1 1 0 -1; root 1 1 1 0; root 1 1 -1 0 ], [ 2; 0; 0 ], above
          (j + one) * determinant * determinant, [ root 0 1 0 1; root 0 1 0 -1; root 0 1 1 0; root 0 1 -1 0 ], [ -2; 0; 0 ], [] ]

/// In m, at fixed j and n.
let private inColumns () =
    relation
        0
        (-(v 4 * v 5 * (v 1 + v 3 + one)))
        [ n * determinant - m * trace, [], [ 0; 0; 0 ], []
          a * c, [ root 0 1 0 1; root 1 1 0 -1 ], [ 0; 0; -2 ], [ form 1 0 1 1 ]
          -(b * d), [ root 0 1 0 -1; root 1 1 0 1 ], [ 0; 0; 2 ], [ form 1 1 0 0 ] ]

/// In n, at fixed j and m.
let internal inRows () =
    relation
        0
        (v 5 * v 7 * (v 2 + v 3 + one))
        [ m * determinant - n * trace, [], [ 0; 0; 0 ], []
          a * b, [ root 0 1 1 0; root 1 1 -1 0 ], [ 0; -2; 0 ], [ form 1 0 1 0 ]
          -(c * d), [ root 0 1 -1 0; root 1 1 1 0 ], [ 0; 2; 0 ], [ form 1 1 0 1 ] ]

/// From j − 1/2, by two neighbours: the four ways in which one of u and v stands alone.
let private halfSteps () =
    let plusM, minusM, plusN, minusN = root 0 1 0 1, root 0 1 0 -1, root 0 1 1 0, root 0 1 -1 0
    let first x form = one, [ x ], [ 0; 0; 0 ], [ form ]

    [ one, [ first plusM (form 0 1 0 0); -a, [ plusN ], [ -1; -1; -1 ], []; -c, [ minusN ], [ -1; 1; -1 ], [] ]
      Polynomial.Zero, [ first minusM (form 0 0 1 1); -b, [ plusN ], [ -1; -1; 1 ], []; -d, [ minusN ], [ -1; 1; 1 ], [] ]
      Polynomial.Zero, [ first plusN (form 0 1 0 1); -a, [ plusM ], [ -1; -1; -1 ], []; -b, [ minusM ], [ -1; -1; 1 ], [] ]
      one, [ first minusN (form 0 0 1 0); -c, [ plusM ], [ -1; 1; -1 ], []; -d, [ minusM ], [ -1; 1; 1 ], [] ] ]
    |> List.map (fun (q, summands) -> relation 0 q summands)

/// The coefficient of u^(j+n) v^(j−n) in (a u + c v)^(j+m) (b u + d v)^(j−m) is (j+m)! (j−m)! S, S the sum of the symbol.
let internal sum () =
    let a, b, c, d, u, w = v 0, v 1, v 2, v 3, v 4, v 5
    let form k p q r = Linear.ofIntegers 0 [ k; p; q; r ]

    BinomialCoefficient.prove
        { Variables = [ "a"; "b"; "c"; "d"; "u"; "v" ]
          Imaginary = false
          Exponents = Term.parameters symbol.Term
          Factors = [ a * u + c * w, Linear.ofIntegers 0 [ 1; 0; 0 ]; b * u + d * w, Linear.ofIntegers 0 [ 0; 1; 1 ] ] }
        symbol.Term
        [ form 1 0 0 0; form -1 0 1 0 ]
        (form 0 0 0 0)

/// The row n = j, where the sum has one term: what recursions in j begin with.
let private firstRow () =
    let form p r = Linear.ofIntegers 0 [ 0; p; r ]
    Evaluation.single symbol [ "s"; "p"; "r" ] [ form 1 0; form 0 0; form 0 1 ] (form 0 0)

let private telescoped =
    "The kernel multiplies out that the coefficients times the ratios of the sum's terms to a common base are a telescoper; the \
     matrix elements' square roots follow by comparing factors. Entries of the matrix are letters: the identity holds for all numbers."

/// All theorems of this family.
let entries: Entry list =
    [ Entry.create "d.recursion-j" telescoped inJ
      Entry.create "d.recursion-m" telescoped inColumns
      Entry.create "d.recursion-n" telescoped inRows
      Entry.create "d.half-steps" (telescoped + " Taking one factor out of a binary form changes j by one half.") (fun () ->
          Entry.all (halfSteps ()) |> Result.bind Conjunction.prove)
      Entry.create
          "d.first-row"
          "At n = j two arguments of factorials in the denominator are k and -k, so that the sum has one term."
          firstRow
      Entry.create
          "d.sum"
          "Both powers are expanded by the binomial theorem; one index is left, and the letters' exponents are the summand's."
          sum ]
