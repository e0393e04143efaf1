namespace Toolkit.Symbolic.Proofs.Kernel

open System.Numerics
open Toolkit.Symbolic.Algebra
open Toolkit.Symbolic.Hypergeometric

/// What is known about the 3j symbol once a mathematical fact that no rule checks is granted.
type Fact =
    /// The orthonormality of the symbols with different m2 along j1.
    | OrthonormalColumns
    /// Racah's formula is that of the coupling coefficients.
    | RacahFormula

/// A statement about the 3j symbol that needs, besides its premises, a mathematical fact by name.
[<Sealed>]
type Determined internal (fact: Fact) =
    inherit Statement(box fact)

    /// Which.
    member _.Fact = fact

    override _.Text =
        match fact with
        | OrthonormalColumns ->
            "the sum over all j1 of (2*j1 + 1)*3j(j1, j2, j3; m1, m2, m3)*3j(j1, j2, j3; m1, m2', m3') is 1 if m2 = \
             m2' and 0 otherwise, for all j2, j3 and m1 + m2 + m3 = m1 + m2' + m3' = 0 with |m2|, |m2'| <= j2 and \
             |m3|, |m3'| <= j3; a symbol outside its domain counts as 0"
        | RacahFormula ->
            "the Clebsch-Gordan coefficient <j1 m1 j2 m2|j3 M> of Condon and Shortley, that is the solution of the \
             ladder relations of J1 + J2 with unit norm and <j1 j1 j2 j3-j1|j3 j3> > 0, is (-1)**(j1 - j2 + \
             M)*sqrt(2*j3 + 1)*3j(j1, j2, j3; m1, m2, -M) with the 3j symbol in Racah's form, for all j1, j2, j3, m1, \
             m2, M"

/// Rules that lean on a fact which no rule checks. The theorem lists it among its assumptions.
[<RequireQualifiedAccess>]
module Determination =

    let private symbol = Symbol.ThreeJ

    /// A theorem that states the given fact.
    let internal isStated (fact: Fact) (theorem: Theorem) =
        match theorem.Statement with
        | :? Determined as d -> d.Fact = fact
        | _ -> false

    let private alongM2 = [ 0; 0; 0; 0; 2; -2 ] |> List.map (fun (k: int) -> BigInteger k)

    /// From the orthonormality of the 3j symbols with different j1 along m2, the orthonormality of those with different
    /// m2 along j1: √(2 j1 + 1) 3j is a square matrix, j1 against m2, at fixed j2, j3, m1.
    ///
    /// Checked: the premises say that its rows are orthonormal, and it has as many rows as columns: j1 runs over
    /// j2 + j3 + 1 − max(j2−j3, j3−j2, m1, −m1) values and m2 over min(j2, j3−m1) + min(j2, j3+m1) + 1.
    let columns (orthogonality: Theorem) (norm: Theorem) : Result<Theorem, string> =
        match orthogonality.Statement, norm.Statement with
        | (:? Orthogonality as o), (:? UnitNorm as n) ->
            let v i = Linear.variable 6 i
            let j2, j3, m1 = v 1, v 2, v 3
            let (+.), (-.) = Linear.add, Linear.subtract
            let rows = [ j2 -. j3; j3 -. j2; m1; Linear.negate m1 ] |> List.map (fun least -> (j2 +. j3) -. least)
            let columns = List.allPairs [ j2; j3 -. m1 ] [ j2; j3 +. m1 ] |> List.map (fun (x, y) -> x +. y)

            if o.Symbol <> symbol || o.Variable <> 0 || o.Direction <> alongM2 then
                Error "the first premise must be the orthogonality in j1 along m2"
            elif n.Symbol <> symbol || n.Variable <> 0 || n.Direction <> alongM2 then
                Error "the second premise must be the norm along m2"
            elif List.sort rows <> List.sort columns then
                Error "the matrix is not square"
            else
                [ "a real square matrix with orthonormal rows has orthonormal columns" ]
                |> Rule.concludes "square matrix" (Determined OrthonormalColumns) [ orthogonality; norm ]
                |> Ok
        | _ -> Error "the premises must be an orthogonality and a norm"

    /// From the coupling ladder, the norm and the cyclic symmetry: the Clebsch–Gordan coefficients are
    /// ⟨j1 m1 j2 m2|j3 M⟩ = (−1)^(j1−j2+M) √(2 j3 + 1) 3j(j1, j2, j3; m1, m2, −M).
    ///
    /// Checked: the ladder is that of J1 + J2; the norm, carried from j1 to j3 by the symmetry, is 1/(2 j3 + 1); the
    /// symbol's own sign is (−1)^(j1−j2−m3), so that the factor in front cancels it; and at m1 = j1 the sum over s has
    /// one term, s = 0, which is positive. Assumed: these properties determine the coefficients.
    let racah (ladder: Theorem) (norm: Theorem) (cyclic: Theorem) : Result<Theorem, string> =
        match ladder.Statement, norm.Statement, cyclic.Statement with
        | (:? CouplingLadder), (:? UnitNorm as n), (:? Symmetry as c) ->
            let v i = Linear.variable 6 i
            let phase = Linear.substitute symbol.InQuanta symbol.Phase

            let phaseIsOwn =
                // j1 − j2 − m3 = j1 − j2 + m1 + m2
                phase = SymbolSymmetry.withoutM3 (Linear.subtract (Linear.subtract (v 0) (v 1)) (v 5))

            // b = j1 − m1 = 0 makes b − s and s both bounds of the sum.
            let b = Linear.variable 6 2
            let index = Linear.variable 6 0
            let denominator = symbol.Term.Denominator
            let oneTerm = List.contains index denominator && List.contains (Linear.subtract b index) denominator

            if n.Symbol <> symbol || n.Variable <> 0 || n.Direction <> alongM2 then
                Error "the second premise must be the norm along m2"
            elif not (SymbolSymmetry.isCyclic c) then
                Error "the third premise must be the cyclic symmetry"
            elif not (phaseIsOwn && oneTerm) then
                Error "the sign at m1 = j1 is not positive"
            else
                [ "a representation occurs at most once in the product of two irreducible ones of SU(2), so that the \
                   ladder relations determine the coupling coefficients up to a factor for each j3" ]
                |> Rule.concludes "ladder, norm and sign" (Determined RacahFormula) [ ladder; norm; cyclic ]
                |> Ok
        | _ -> Error "the premises must be the coupling ladder, a norm and a symmetry"
