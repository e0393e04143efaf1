namespace Toolkit.Symbolic.Proofs.Kernel

open Toolkit.Symbolic.Algebra
open Toolkit.Symbolic.Hypergeometric

/// What is said about the matrices D^j.
type RotationLaw =
    /// D(g h) = D(g) D(h).
    | Composition
    /// D(transposed g) = transposed D(g).
    | Transposition
    /// Rows and columns of D(g) are orthonormal for g in SU(2).
    | Unitarity
    /// The complex conjugate of D(g), by reversing the magnetic numbers.
    | Conjugation
    /// The 3j symbol is invariant under D^j1, D^j2 and D^j3 together.
    | Invariance
    /// Products of two D as sums of one.
    | Series

/// A law of the matrices D^j, which linear substitutions induce on binary forms of degree 2j, for all j.
[<Sealed>]
type RotationMatrixLaw internal (law: RotationLaw) =
    inherit Statement(box law)

    static let definition =
        "where D^j_m'm(g), for a matrix g with rows (a, b), (c, d), is defined by (a*u + c*v)**(j + m)*\
         (b*u + d*v)**(j - m)/sqrt((j + m)!*(j - m)!) = the sum over m' = -j..j of D^j_m'm(g)*u**(j + m')*\
         v**(j - m')/sqrt((j + m')!*(j - m')!)"

    /// Which.
    member _.Law = law

    override _.Text =
        match law with
        | Composition ->
            "for all natural 2*j, all m', m = -j..j and all matrices g, h: the sum over k = -j..j of \
             D^j_m'k(g)*D^j_km(h) is D^j_m'm(g h)"
        | Transposition ->
            "for all natural 2*j, all m', m = -j..j and every matrix g: D^j_m'm(g) = D^j_mm'(transposed g)"
        | Unitarity ->
            "for all natural 2*j, all k, m = -j..j and every g in SU(2): the sum over n = -j..j of \
             D^j_kn(g)*conjugate(D^j_mn(g)) is 1 if k = m and 0 otherwise, and so is that of \
             D^j_nk(g)*conjugate(D^j_nm(g))"
        | Conjugation ->
            "for all natural 2*j, all m', m = -j..j and every g in SU(2): conjugate(D^j_m'm(g)) = (-1)**(m' - m)*\
             D^j_-m',-m(g)"
        | Invariance ->
            "for all j1, j2, j3 that obey the triangle rule, all m1', m2', m3' with m1' + m2' + m3' = 0 and every \
             matrix g: the sum over m1, m2, m3 of D^j1_m1'm1(g)*D^j2_m2'm2(g)*D^j3_m3'm3(g)*3j(j1, j2, j3; m1, m2, m3) \
             is det(g)**(j1 + j2 + j3)*3j(j1, j2, j3; m1', m2', m3'), and 0 if m1' + m2' + m3' is not 0"
        | Series ->
            "for all natural 2*j1, 2*j2, all magnetic numbers and every g in SU(2): D^j1_m1'm1(g)*D^j2_m2'm2(g) is the \
             sum over J = |j1 - j2|..j1 + j2 of C(m1', m2'; J M')*C(m1, m2; J M)*D^J_M'M(g), M' = m1' + m2', M = m1 + \
             m2, C(m1, m2; J M) = (-1)**(j1 - j2 + M)*sqrt(2*J + 1)*3j(j1, j2, J; m1, m2, -M), D^J_M'M counting as 0 \
             unless |M'|, |M| <= J"
        |> fun text -> $"{text}, {definition}"

/// Rules for the matrices D^j. All polynomial identities are substitutions in products of powers, stated and proved
/// here; the step from polynomials to matrices is the comparison of coefficients, and holds for all j at once since the
/// exponents are symbols.
[<RequireQualifiedAccess>]
module RotationMatrices =

    let private v = Polynomial.Variable
    let private power n i = Linear.variable n i

    let private product names (exponents: string list) (factors: Polynomial list) =
        { Variables = names
          Imaginary = false
          Exponents = exponents
          Factors = factors |> List.mapi (fun i p -> p, power exponents.Length i) }

    let private replacing (n: int) (changes: (int * Polynomial) list) =
        List.init n (fun k -> changes |> List.tryFind (fst >> (=) k) |> Option.map snd |> Option.defaultValue (v k))

    let private argument =
        "written argument 'comparison of coefficients': an identity between binary forms for all exponents is one between \
         the matrices of the substitutions"

    let private conclude law premises =
        premises
        |> Result.map (fun premises ->
            Rule.concludes "substitution-matrix" (RotationMatrixLaw law) premises [ argument ])

    let private isLaw (law: RotationLaw) (theorem: Theorem) =
        match theorem.Statement with
        | :? RotationMatrixLaw as s -> s.Law = law
        | _ -> false

    /// The image of e_m under h is Σ_k D_km(h) e_k. Substituting (u, v) → (g11 u + g21 v, g12 u + g22 v) on both sides
    /// gives Σ_k D_km(h) Σ_m' D_m'k(g) e_m' on the right; on the left it is, as is proved here, the image of e_m under
    /// g h.
    let composition () : Result<Theorem, string> =
        let u, w = v 8, v 9
        let g i k = v (2 * i + k)
        let h i k = v (4 + 2 * i + k)
        let names = [ "g11"; "g12"; "g21"; "g22"; "h11"; "h12"; "h21"; "h22"; "u"; "v" ]
        let image m k = m 0 k * u + m 1 k * w
        let gh i k = g i 0 * h 0 k + g i 1 * h 1 k

        PowerProducts.substitute
            (product names [ "p"; "q" ] [ image h 0; image h 1 ])
            (replacing 10 [ 8, image g 0; 9, image g 1 ])
            [ [ image gh 0 ]; [ image gh 1 ] ]
        |> Result.map List.singleton
        |> conclude Composition

    /// (u x + v y)^(2j) is (2j)! Σ_m e_m(u, v) e_m(x, y), by the binomial theorem. It becomes the same polynomial
    /// whether g is applied to (u, v), which makes the coefficient of e_m'(u, v) e_m(x, y) (2j)! D_m'm(g), or
    /// transposed g to (x, y), which makes it (2j)! D_mm'(transposed g).
    let transposition () : Result<Theorem, string> =
        let a, b, c, d, u, w, x, y = v 0, v 1, v 2, v 3, v 4, v 5, v 6, v 7
        let form = product [ "a"; "b"; "c"; "d"; "u"; "v"; "x"; "y" ] [ "n" ] [ u * x + w * y ]
        let both = [ [ (a * u + c * w) * x + (b * u + d * w) * y ] ]

        [ PowerProducts.substitute form (replacing 8 [ 4, a * u + c * w; 5, b * u + d * w ]) both
          PowerProducts.substitute form (replacing 8 [ 6, a * x + b * y; 7, c * x + d * y ]) both ]
        |> Rule.all
        |> conclude Transposition

    /// With g of rows (α, −β'), (β, α'), where ' is conjugation: (u u' + v v')^(2j) = (2j)! Σ_m e_m(u, v) e_m(u', v')
    /// is multiplied by (α α' + β β')^(2j) when g is applied to (u, v) and its conjugate to (u', v'). So Σ_m D_km(g)
    /// D_nm(g') is that power times δ_kn, and the power is 1 in SU(2). D(g') is the conjugate of D(g), whose entries
    /// are polynomials in those of g with real coefficients. Columns: the transposed of g is in SU(2) too.
    let unitarity (transposition: Theorem) : Result<Theorem, string> =
        let a, a', b, b', u, w, u', w' = v 0, v 1, v 2, v 3, v 4, v 5, v 6, v 7
        let form = u * u' + w * w'
        let names = [ "alpha"; "alphabar"; "beta"; "betabar"; "u"; "v"; "ubar"; "vbar" ]

        if not (isLaw Transposition transposition) then
            Error "the premise must be the transposition of D"
        else
            PowerProducts.substitute
                (product names [ "n" ] [ form ])
                (replacing 8 [ 4, a * u + b * w; 5, a' * w - b' * u; 6, a' * u' + b' * w'; 7, a * w' - b * u' ])
                [ [ a * a' + b * b'; form ] ]
            |> Result.map (fun invariance -> [ transposition; invariance ])
            |> conclude Unitarity

    /// With the same g and (u, v) → (v, −u): e_k becomes (−1)^(j−k) e_−k, so that the image of e_m under g becomes
    /// Σ_k D_km(g) (−1)^(j−k) e_−k; by what is proved here it is (−1)^(j−m) times the image of e_−m under the conjugate
    /// of g, whose coefficient at e_−k is (−1)^(j−m) D_−k,−m(g').
    let conjugation () : Result<Theorem, string> =
        let a, a', b, b', u, w = v 0, v 1, v 2, v 3, v 4, v 5
        let names = [ "alpha"; "alphabar"; "beta"; "betabar"; "u"; "v" ]

        PowerProducts.substitute
            (product names [ "p"; "q" ] [ a * u + b * w; a' * w - b' * u ])
            (replacing 6 [ 4, w; 5, -u ])
            [ [ a * w - b * u ]; [ Polynomial.Constant -1; a' * u + b' * w ] ]
        |> Result.map List.singleton
        |> conclude Conjugation

    let private bracket i k = v (2 * i) * v (2 * k + 1) - v (2 * k) * v (2 * i + 1)
    let private brackets = [ bracket 0 1; bracket 1 2; bracket 2 0 ]
    let private pairs = [ "u1"; "v1"; "u2"; "v2"; "u3"; "v3" ]

    /// The monomials are Π u_i^(j_i+m_i) v_i^(j_i−m_i), and the coefficient is the symbol as `invariance` says.
    let private isGenerating (s: CoefficientIsSum) =
        let symbol = Symbol.ThreeJ

        let isMonomial i =
            Linear.add s.Target[2 * i] s.Target[2 * i + 1] = symbol.TwiceQuanta[i]
            && Linear.subtract s.Target[2 * i] s.Target[2 * i + 1] = symbol.TwiceQuanta[3 + i]

        let one = Linear.plus System.Numerics.BigInteger.One (List.reduce Linear.add s.Powers)

        s.Term = symbol.Term
        && s.Product.Variables = pairs
        && List.map fst s.Product.Factors = brackets
        && List.forall isMonomial [ 0..2 ]
        && List.sort (s.Powers @ s.Target) = List.sort symbol.NormNumerator
        && symbol.NormDenominator = [ one ]
        && Linear.isEvenDifference s.Parity symbol.Phase

    /// By the premise, the coefficient of Π u_i^(j_i+m_i) v_i^(j_i−m_i) in W = [12]^a [23]^C [31]^B is (−1)^parity a!
    /// B! C! S, hence that of e_m1 e_m2 e_m3 is the 3j symbol times √(a! B! C! (J+1)!): checked are that the nine
    /// factorials under the symbol's root are those of the exponents, that the tenth depends on J = a+B+C only, and the
    /// sign. The degrees of W in the pairs are 2j1, 2j2, 2j3. Under g in all three pairs every bracket is multiplied by
    /// det g, which is proved here, and W by det(g)^J. Comparing coefficients of e_m1' e_m2' e_m3' gives the sum with
    /// D.
    let invariance (generating: Theorem) : Result<Theorem, string> =
        match generating.Statement with
        | :? CoefficientIsSum as s when isGenerating s ->
            let a, b, c, d = v 6, v 7, v 8, v 9
            let names = List.append pairs [ "a"; "b"; "c"; "d" ]

            let images =
                [ for i in 0..2 do
                      let u, w = v (2 * i), v (2 * i + 1)
                      2 * i, a * u + c * w
                      2 * i + 1, b * u + d * w ]

            PowerProducts.substitute
                (product names [ "p"; "q"; "r" ] brackets)
                (replacing 10 images)
                (brackets |> List.map (fun bracket -> [ a * d - b * c; bracket ]))
            |> Result.map (fun determinant -> [ generating; determinant ])
            |> conclude Invariance
        | _ -> Error "the premise must be the generating function of the 3j symbols"

    /// In the invariance of 3j(j1, j2, J; m1, m2, m3) with det g = 1, multiply by conjugate(D^J_m3'k), sum over m3' and
    /// use that the columns are orthonormal: Σ_m1m2 D^j1_m1'm1 D^j2_m2'm2 3j(m1, m2, k) = Σ_m3' 3j(m1', m2', m3')
    /// conjugate(D^J_m3'k). Multiply by (2J + 1) 3j(j1, j2, J; n1, n2, k) and sum over J: at fixed k = −n1−n2 the
    /// orthonormality along J (of the first column, where the cyclic symmetry brings the third) leaves D^j1_m1'n1
    /// D^j2_m2'n2; other m1, m2 of the same sum drop out, and those of another sum do not occur. Conjugation turns
    /// conjugate(D^J_m3'k) into (−1)^(m3'−k) D^J_M'M, M' = −m3', M = −k; the sign is that of C C', since (−1)^(2j1−2j2)
    /// = (−1)^(2M).
    let series (invariance: Theorem) (unitarity: Theorem) (conjugation: Theorem) (columns: Theorem) (cyclic: Theorem) =
        if
            Determination.isStated OrthonormalColumns columns
            && SymbolSymmetry.isStated SymbolSymmetry.isCyclic cyclic
            && isLaw Invariance invariance
            && isLaw Unitarity unitarity
            && isLaw Conjugation conjugation
        then
            conclude Series (Ok [ invariance; unitarity; conjugation; columns; cyclic ])
        else
            Error "the premises must be the invariance of the 3j symbol, the unitarity and the conjugation of D, the \
                   orthonormality of the 3j symbols along j and their cyclic symmetry"
