/// Theorems that follow from products of symbolic powers: the generating function of the 3j symbols and rotations of
/// binary forms.
module Toolkit.Symbolic.Proofs.Theorems.GeneratingFunction

open Toolkit.Symbolic.Algebra
open Toolkit.Symbolic.Hypergeometric
open Toolkit.Symbolic.Proofs.Kernel

let private v = Polynomial.Variable
let private bracket (i: int) (k: int) = v (2 * i) * v (2 * k + 1) - v (2 * k) * v (2 * i + 1)

/// W = [12]^a [23]^C [31]^B, [ik] = u_i v_k − u_k v_i; further variables may follow.
let internal generating (more: string list) : PowerProduct =
    { Variables = Array.ofList ([ "u1"; "v1"; "u2"; "v2"; "u3"; "v3" ] @ more)
      Exponents = [| "a"; "C"; "B" |]
      Factors = [ bracket 0 1, Linear.variable 3 0; bracket 1 2, Linear.variable 3 1; bracket 2 0, Linear.variable 3 2 ] }

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
    let form s a b c d e = { Constant = 0; Coefficients = [| s; a; b; c; d; e |] }

    BinomialCoefficient.prove
        (generating [])
        Symbol.threeJ.Term
        [ form 0 1 0 0 0 0; form 0 0 0 1 0 1; form 0 0 1 0 1 0 ]
        [ form 1 0 0 0 0 0; form 1 0 0 0 0 1; form 1 0 0 0 1 0 ]
        [| form 0 1 0 0 1 0; form 0 0 1 0 0 0; form 0 0 0 1 0 0; form 0 1 0 0 0 1; form 0 0 1 0 0 1; form 0 0 0 1 1 0 |]
        (form 0 0 0 0 1 1)

let private invariantForm () =
    generators
    |> List.map (fun d -> PowerProducts.annihilate (generating []) [ { Coefficient = Polynomial.One; Derivations = [ d ] } ])
    |> fun parts -> Entry.all (parts @ [ coefficient () ])
    |> Result.bind (Conjunction.prove "2 J_z, J_+ and J_- annihilate the generating function of the 3j symbols")

/// (p u + r v)^j+m (q u + s v)^j−m under a second substitution.
let private composition () =
    // a1 b1 c1 d1 a2 b2 c2 d2 u v
    let u, w = v 8, v 9
    let product =
        { Variables = [| "a1"; "b1"; "c1"; "d1"; "a2"; "b2"; "c2"; "d2"; "u"; "v" |]
          Exponents = [| "p"; "q" |]
          Factors = [ v 0 * u + v 2 * w, Linear.variable 2 0; v 1 * u + v 3 * w, Linear.variable 2 1 ] }

    let images = Array.init 10 (fun k -> if k = 8 then v 4 * u + v 6 * w elif k = 9 then v 5 * u + v 7 * w else v k)
    // The entry (i, k) of the matrix product of (a2 b2; c2 d2) and (a1 b1; c1 d1).
    let entry i k = v (4 + 2 * i) * v k + v (5 + 2 * i) * v (2 + k)
    PowerProducts.substitute product images [ [ entry 0 0 * u + entry 1 0 * w ]; [ entry 0 1 * u + entry 1 1 * w ] ]

let private unitarity () =
    // alpha, its conjugate, beta, its conjugate, u, v, w, z
    let a, a', b, b', u, w, u', w' = v 0, v 1, v 2, v 3, v 4, v 5, v 6, v 7
    let kernel = u * u' + w * w'

    let product =
        { Variables = [| "alpha"; "alphabar"; "beta"; "betabar"; "u"; "v"; "ubar"; "vbar" |]
          Exponents = [| "n" |]
          Factors = [ kernel, Linear.variable 1 0 ] }

    let images = [| a; a'; b; b'; a * u + b * w; -(b' * u) + a' * w; a' * u' + b' * w'; -(b * u') + a * w' |]
    PowerProducts.substitute product images [ [ a * a' + b * b'; kernel ] ]

let private series () =
    let product = generating [ "alpha"; "beta"; "gamma"; "delta" ]
    let determinant = v 6 * v 9 - v 7 * v 8

    let images =
        Array.init 10 (fun k ->
            if k >= 6 then v k
            elif k % 2 = 0 then v 6 * v k + v 8 * v (k + 1)
            else v 7 * v (k - 1) + v 9 * v k)

    Entry.all
        [ PowerProducts.substitute product images (product.Factors |> List.map (fun (p, _) -> [ determinant; p ]))
          coefficient () ]
    |> Result.bind (Conjunction.prove "a linear substitution multiplies the generating function of the 3j symbols by powers of its determinant")

/// All theorems of this family.
let entries: Entry list =
    [ Entry.create
          "cg.generating-function"
          "The total generators are derivations; on a product of powers they act by the logarithmic derivative, an identity \
           between polynomials for all exponents at once. Expanding the three powers by the binomial theorem, the coefficient of \
           u1^(j1+m1) v1^(j1-m1) u2^(j2+m2) v2^(j2-m2) u3^(j3+m3) v3^(j3-m3) is the 3j symbol's sum, so the 3j symbols are the \
           components of an invariant, for all j and m."
          invariantForm
      Entry.create
          "binary-forms.composition"
          "D^j(g) is the matrix by which the substitution (u, v) -> (u, v) g acts on the forms u^(j+m) v^(j-m) / \
           sqrt((j+m)! (j-m)!). The image of u^p v^q under g1, substituted with g2, is its image under the matrix product g2 g1, \
           for all exponents, hence D(g2) D(g1) = D(g2 g1)."
          composition
      Entry.create
          "binary-forms.unitarity"
          "(u ubar + v vbar)^(2j) / (2j)! is the sum over m of the products of a basis form and its conjugate. Under a matrix with rows \
           (alpha, -betabar), (beta, alphabar) and its conjugate it is multiplied by (|alpha|^2 + |beta|^2)^(2j), which is 1 in \
           SU(2), hence D^j is unitary for all j."
          unitarity
      Entry.create
          "binary-forms.series"
          "Substituted into all three pairs, a matrix of determinant 1 leaves the generating function unchanged, so the sum of \
           D^j1 D^j2 D^j3 times the 3j symbol is the 3j symbol; with the unitarity of D and the orthogonality of the coupling \
           coefficients this is the Clebsch-Gordan series."
          series ]
