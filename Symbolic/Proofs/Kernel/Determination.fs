namespace Toolkit.Symbolic.Proofs.Kernel

open System
open Toolkit.Symbolic.Algebra
open Toolkit.Symbolic.Hypergeometric

/// A statement about the 3j symbol that needs, besides its premises, a mathematical fact by name.
[<Sealed>]
type Determined internal (text: string) =
    inherit Statement()
    override _.Text = text

/// Certificate of the rules of `Determination`: nothing but the premises.
[<Sealed>]
type DeterminationCertificate internal (rule: string) =
    inherit Certificate()
    override _.Rule = rule
    override _.Size = 0

/// Rules that lean on a fact which no rule checks. The theorem lists it among its assumptions.
[<RequireQualifiedAccess>]
module Determination =

    let private symbol = Symbol.threeJ

    let private alongM2 = [| 0; 0; 0; 0; 2; -2 |]

    /// From the orthonormality of the 3j symbols with different j1 along m2, the orthonormality of those with different m2
    /// along j1: √(2 j1 + 1) 3j is a square matrix, j1 against m2, at fixed j2, j3, m1.
    ///
    /// Checked: the premises say that its rows are orthonormal, and it has as many rows as columns: j1 runs over
    /// j2 + j3 + 1 − max(j2−j3, j3−j2, m1, −m1) values and m2 over min(j2, j3−m1) + min(j2, j3+m1) + 1.
    let columns (orthogonality: Theorem) (norm: Theorem) : Result<Theorem, string> =
        match orthogonality.Statement, norm.Statement with
        | (:? Orthogonality as o), (:? UnitNorm as n) ->
            let v i = Linear.variable 6 i
            let j2, j3, m1 = v 1, v 2, v 3
            let (+.), (-.) = Linear.add, Linear.subtract
            let rows = [ j2 -. j3; j3 -. j2; m1; Linear.scale -1 m1 ] |> List.map (fun least -> (j2 +. j3) -. least)
            let columns = List.allPairs [ j2; j3 -. m1 ] [ j2; j3 +. m1 ] |> List.map (fun (x, y) -> x +. y)

            if o.Symbol.Name <> "3j" || o.Variable <> 0 || o.Direction <> alongM2 then
                Error "the first premise must be the orthogonality in j1 along m2"
            elif n.Symbol.Name <> "3j" || n.Variable <> 0 || n.Direction <> alongM2 then
                Error "the second premise must be the norm along m2"
            elif List.sort rows <> List.sort columns then
                Error "the matrix is not square"
            else
                Ok
                    { statement =
                        Determined
                            "the sum over all j1 of (2*j1 + 1)*3j(j1, j2, j3; m1, m2, m3)*3j(j1, j2, j3; m1, m2', m3') is 1 if m2 = m2' \
                             and 0 otherwise, for all j2, j3 and m1 + m2 + m3 = m1 + m2' + m3' = 0 with |m2|, |m2'| <= j2 and |m3|, |m3'| \
                             <= j3; a symbol outside its domain counts as 0"
                      certificate = DeterminationCertificate "square matrix"
                      premises = [ orthogonality; norm ]
                      assumptions = [ "a real square matrix with orthonormal rows has orthonormal columns" ]
                      obligations = lazy [] }
        | _ -> Error "the premises must be an orthogonality and a norm"

    /// From the two ladders, the norm and the cyclic symmetry: the Clebsch–Gordan coefficients are
    /// ⟨j1 m1 j2 m2|j3 M⟩ = (−1)^(j1−j2+M) √(2 j3 + 1) 3j(j1, j2, j3; m1, m2, −M).
    ///
    /// Checked: the ladders are those of Σ_i J±(i) with the coefficients √((j ∓ m)(j ± m + 1)); the norm, carried from j1 to j3
    /// by the symmetry, is 1/(2 j3 + 1); the symbol's own sign is (−1)^(j1−j2−m3), so that the factor in front cancels it; and
    /// at m1 = j1 the sum over s has one term, s = 0, which is positive. Assumed: these properties determine the coefficients.
    let racah (raising: Theorem) (lowering: Theorem) (norm: Theorem) (cyclic: Theorem) : Result<Theorem, string> =
        match raising.Statement, lowering.Statement, norm.Statement, cyclic.Statement with
        | (:? SymbolRelation as up), (:? SymbolRelation as down), (:? UnitNorm as n), (:? Symmetry as c) ->
            let v i = Linear.variable 6 i
            let one = Polynomial.One

            /// √((j_i + k m_i)(j_i − k m_i + 1)) in front of the symbol at q + shift, as J_(−k)(i) has it.
            let ladder (r: SymbolRelation) (sign: int) =
                let k = 2 * sign
                let expected = [ 0, [| 0; 0; 0; 0; 0; 0 |]; 1, [| 0; 0; 0; -k; k; 0 |]; 2, [| 0; 0; 0; -k; 0; k |] ]

                r.Symbol.Name = "3j"
                && r.Terms.Length = 3
                && List.forall2
                    (fun (i, shift) (t: SymbolTerm) ->
                        // The first m has been changed already, the others have not: (j+m)(j−m+1) against (j−m)(j+m+1).
                        let s = if i = 0 then sign else -sign
                        let m = Linear.scale s (v (3 + i))
                        let forms = [ Linear.add (v i) m; Linear.plus 1 (Linear.subtract (v i) m) ]
                        t.Coefficient = one && t.Shift = shift && List.sort t.Radicand = List.sort forms)
                    expected
                    r.Terms
                && r.Domains |> List.contains (Summand 0)
                && r.Domains |> List.contains (Summand 1)
                && r.Domains |> List.contains (Summand 2)

            let images = [| 1; 2; 0; 4; 5; 3 |] |> Array.map (fun i -> Linear.scale 2 (v i))

            // In the symmetry's forms m3 is −m1−m2.
            let withoutM3 (f: Linear) =
                let c = f.Coefficients
                { f with Coefficients = [| c[0]; c[1]; c[2]; c[3] - c[5]; c[4] - c[5]; 0 |] }

            let isCyclic =
                c.Symbol.Name = "3j"
                && Array.map withoutM3 c.TwiceImages = Array.map withoutM3 images
                && (Linear.tryHalve c.Parity).IsSome

            let phase = Linear.substitute (Array.append [| Linear.constant 6 0 |] symbol.Parameters) symbol.Phase

            let phaseIsOwn =
                // j1 − j2 − m3 = j1 − j2 + m1 + m2
                (Linear.tryHalve (Linear.subtract phase (withoutM3 (Linear.subtract (Linear.subtract (v 0) (v 1)) (v 5))))).IsSome

            // b = j1 − m1 = 0 makes b − s and s both bounds of the sum.
            let b = Linear.variable 6 2
            let index = Linear.variable 6 0
            let denominator = symbol.Term.Denominator
            let oneTerm = List.contains index denominator && List.contains (Linear.subtract b index) denominator

            if not (ladder up 1 && ladder down -1) then
                Error "the first premises must be the ladders"
            elif n.Symbol.Name <> "3j" || n.Variable <> 0 || n.Direction <> alongM2 then
                Error "the third premise must be the norm along m2"
            elif not isCyclic then
                Error "the fourth premise must be the cyclic symmetry"
            elif not (phaseIsOwn && oneTerm) then
                Error "the sign at m1 = j1 is not positive"
            else
                Ok
                    { statement =
                        Determined
                            "the Clebsch-Gordan coefficient <j1 m1 j2 m2|j3 M> of Condon and Shortley, that is the solution of the ladder \
                             relations of J1 + J2 with unit norm and <j1 j1 j2 j3-j1|j3 j3> > 0, is \
                             (-1)**(j1 - j2 + M)*sqrt(2*j3 + 1)*3j(j1, j2, j3; m1, m2, -M) with the 3j symbol in Racah's form, for all j1, j2, \
                             j3, m1, m2, M"
                      certificate = DeterminationCertificate "ladder, norm and sign"
                      premises = [ raising; lowering; norm; cyclic ]
                      assumptions =
                        [ "a representation occurs at most once in the product of two irreducible ones of SU(2), so that the ladder relations determine the coupling coefficients up to a factor for each j3" ]
                      obligations = lazy [] }
        | _ -> Error "the premises must be two ladders, a norm and a symmetry"
