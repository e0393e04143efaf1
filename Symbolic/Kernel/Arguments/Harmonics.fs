namespace Toolkit.Symbolic.Proofs.Kernel

open System.Numerics
open Toolkit.Symbolic.Algebra

/// The null vector's powers N(t)^l as data, N = −(x−iy)t² + 2zt + (x+iy), and the identities that make their
/// coefficients solid harmonics. Part of what a reader has to trust, as definitions: the generators are L = −i r × ∇,
/// L± = L_x ± i L_y.
[<RequireQualifiedAccess>]
module NullVector =

    let private v = Polynomial.Variable
    let private x, y, z, t, i, l = v 0, v 1, v 2, v 3, v 4, v 5
    let private constant (k: int) = Polynomial.Constant k

    /// N(t) to a power, in the variables x, y, z, t, i and the exponent l.
    let product: PowerProduct =
        { Variables = [ "x"; "y"; "z"; "t" ]
          Imaginary = true
          Exponents = [ "l" ]
          Factors = [ -((x - i * y) * t * t) + constant 2 * z * t + x + i * y, Linear.variable 1 0 ] }

    /// r² to a power, in the same variables.
    let radius: PowerProduct = { product with Factors = [ x * x + y * y + z * z, Linear.variable 1 0 ] }

    /// L_z = −i(x ∂_y − y ∂_x).
    let lz: DerivationRule = [ 1, -(i * x); 0, i * y ]
    /// L₊ = z ∂_x + i z ∂_y − (x + i y) ∂_z.
    let raising: DerivationRule = [ 0, z; 1, i * z; 2, -(x + i * y) ]
    /// L₋ = −z ∂_x + i z ∂_y + (x − i y) ∂_z.
    let lowering: DerivationRule = [ 0, -z; 1, i * z; 2, x - i * y ]

    let private alone (d: DerivationRule) = { Coefficient = Polynomial.One; Derivations = [ d ] }
    let private dt: DerivationRule = [ 3, Polynomial.One ]

    /// L_z N^l = (−t ∂_t + l) N^l as an operator that annihilates N^l.
    let weights = [ alone lz; { Coefficient = t; Derivations = [ dt ] }; { Coefficient = -l; Derivations = [] } ]
    /// L₊ N^l = (t² ∂_t − 2 l t) N^l, likewise.
    let raised =
        [ alone raising
          { Coefficient = -(t * t); Derivations = [ dt ] }
          { Coefficient = constant 2 * l * t; Derivations = [] } ]

    /// L₋ N^l = −∂_t N^l, likewise.
    let lowered = [ alone lowering; { Coefficient = Polynomial.One; Derivations = [ dt ] } ]
    /// ∂_x² + ∂_y² + ∂_z².
    let laplacian =
        [ for k in 0..2 ->
              { Coefficient = Polynomial.One; Derivations = [ [ k, Polynomial.One ]; [ k, Polynomial.One ] ] } ]

    /// r → −r.
    let inversion = [ -x; -y; -z; t; i ]

    /// The coefficient that an operator, less its first word, leaves at t^{l−m}: a list of (c, d) with −Σ c B_{m+d},
    /// where B_m is the coefficient of t^{l−m} in N^l and c is a polynomial in l (variable 0) and m (variable 1). None
    /// if a word is not of the form c(l) t^a or c(l) t^a ∂_t.
    let coefficients (rest: Word list) : (Polynomial * int) list option =
        let order, m = Polynomial.Variable 0, Polynomial.Variable 1

        let ofWord (w: Word) =
            let c = w.Coefficient

            if Seq.exists (fun k -> k <> 3 && k <> 5 && c.Degree(k: int) > 0) [ 0..9 ] then
                None
            else
                let parts =
                    [ for a in 0 .. c.Degree 3 do
                          let part =
                              (c.Coefficient(3, a)).Substitute
                                  [ constant 0; constant 0; constant 0; constant 0; constant 0; order ]

                          if not part.IsZero then a, part ]

                match w.Derivations with
                | [] -> Some(parts |> List.map (fun (a, part) -> part, a))
                // t^a ∂_t takes t^k' to k' t^{k'−1+a}: what arrives at t^{l−m} left from k' = l − m + 1 − a.
                | [ d ] when d = dt ->
                    Some(parts |> List.map (fun (a, part) -> part * (order - m + constant (1 - a)), a - 1))
                | _ -> None

        let words = rest |> List.map ofWord

        if List.exists Option.isNone words then
            None
        else
            words
            |> List.collect Option.get
            |> List.groupBy snd
            |> List.map (fun (d, parts) -> parts |> List.fold (fun sum (c, _) -> sum - c) Polynomial.Zero, d)
            |> List.filter (fun (c, _) -> not c.IsZero)
            |> Some

/// The solid harmonics of every order form a standard family under L = −i r × ∇.
[<Sealed>]
type HarmonicLadder internal () =
    inherit Statement(box "harmonic ladder")

    override _.Text =
        "for all natural l and m = -l..l: with N = -(x - i*y)*t**2 + 2*z*t + x + i*y and r^l Y_lm defined by N**l = \
         sum over m of (-1)**m*C_l/sqrt((l - m)!*(l + m)!)*t**(l - m)*r^l*Y_lm (C_l > 0), L_z Y_lm = m Y_lm, L+- Y_lm \
         = sqrt((l -+ m)*(l +- m + 1)) Y_l,m+-1, the Laplacian of r^l Y_lm is 0, Y_lm(-r) = (-1)**l Y_lm(r), and L_z \
         and L+- annihilate every power of r^2"

/// The lemma behind every leaf of a coupling tree.
[<RequireQualifiedAccess>]
module Harmonics =

    let private argument =
        "written argument 'coefficient extraction': the coefficients of the powers of t on both sides of an identity \
         between differential operators on N**l are equal"

    /// Proves `HarmonicLadder`: the identities of `NullVector` by the rules for power products, then the coefficients
    /// of t^{l−m} on both sides.
    ///
    /// Let B_m be the coefficient of t^{l−m} in N^l. The identities give L_z B_m = m B_m, L₊ B_m = −(l+m+1) B_{m+1} and
    /// L₋ B_m = −(l−m+1) B_{m−1}, which is checked here. With B_m = g_m r^l Y_lm, g_m = (−1)^m C/√((l−m)!(l+m)!), the
    /// ratio g_{m+1}/g_m is −√((l−m)/(l+m+1)), so that L₊ Y_m = (l+m+1) √((l−m)/(l+m+1)) Y_{m+1} and likewise for L₋.
    let prove () : Result<Theorem, string> =
        let annihilations =
            [ for words in [ NullVector.weights; NullVector.raised; NullVector.lowered; NullVector.laplacian ] ->
                  PowerProducts.annihilate NullVector.product words
              for d in [ NullVector.lz; NullVector.raising; NullVector.lowering ] ->
                  PowerProducts.annihilate NullVector.radius [ { Coefficient = Polynomial.One; Derivations = [ d ] } ] ]

        let n = fst NullVector.product.Factors.Head

        let inversion =
            PowerProducts.substitute NullVector.product NullVector.inversion [ [ Polynomial.Constant -1; n ] ]

        let l, m = Polynomial.Variable 0, Polynomial.Variable 1

        let expected =
            [ NullVector.weights, [ m, 0 ]
              NullVector.raised, [ -(l + m + Polynomial.One), 1 ]
              NullVector.lowered, [ -(l - m + Polynomial.One), -1 ] ]

        match Rule.all (annihilations @ [ inversion ]) with
        | Error why -> Error why
        | Ok _ when expected |> List.exists (fun (words, claim) -> NullVector.coefficients words.Tail <> Some claim) ->
            Error "the coefficients of the powers of t do not form a standard family"
        | Ok premises -> Ok(Rule.concludes "coefficient-extraction" (HarmonicLadder()) premises [ argument ])
