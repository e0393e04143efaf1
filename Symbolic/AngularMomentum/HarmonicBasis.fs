namespace Toolkit.Symbolic.AngularMomentum

open System
open System.Numerics
open Toolkit.Symbolic.Algebra

/// The exact matrices between bases of spherical harmonics of one degree.
module internal HarmonicBasis =

    /// S_m = Σ_μ U_{mμ} Y_μ: the non-zero (μ, U_{mμ}) of the real function with number m.
    let realFromComplex (m: int) : (int * PhasedSurd) list =
        if m = 0 then
            [ 0, PhasedSurd.One ]
        else
            let half = Surd.Create(1, BigInteger.One, BigInteger 2)
            [ for mu in [ -(abs m); abs m ] -> mu, PhasedSurd.Create(RealCoupling.phase m mu, half) ]

    let private quarter (n: int) = [| 1; 0; -1; 0 |][n &&& 3], [| 0; 1; 0; -1 |][n &&& 3]

    let private multiply (a: int[,]) (b: int[,]) =
        Array2D.init 3 3 (fun i k -> Seq.sum (seq { for j in 0..2 -> a[i, j] * b[j, k] }))

    /// The rotation by a, b, c quarter turns about z, y, z (the last one first).
    let private rotation (a: int) (b: int) (c: int) =
        let z n = let c, s = quarter n in array2D [ [ c; -s; 0 ]; [ s; c; 0 ]; [ 0; 0; 1 ] ]
        let y n = let c, s = quarter n in array2D [ [ c; 0; s ]; [ 0; 1; 0 ]; [ -s; 0; c ] ]
        multiply (z a) (multiply (y b) (z c))

    /// The permutation P of the axes, with signs, that `axes` names: "z x y" is P r = (z, x, y).
    let private permutation (axes: string) : int[,] =
        let rows = axes.Split ' '

        Array2D.init 3 3 (fun i k ->
            if rows[i].TrimStart '-' = [| "x"; "y"; "z" |].[k] then (if rows[i].StartsWith '-' then -1 else 1) else 0)

    /// The matrix M with Y_l(P r) = M · Y_l(r), [m + l, m' + l], for a permutation of the axes with signs. A reflection is a
    /// rotation times the inversion, under which Y_l has the parity of l.
    let private ofPermutation (permutation: int[,]) (l: int) : PhasedSurd[,] =
        // Y_lm(R⁻¹ r) = Σ_m' Y_lm'(r) D_m'm(R), R = P⁻¹ = Pᵀ.
        let inverse = Array2D.init 3 3 (fun i k -> permutation[k, i])

        let sign, a, b, c =
            seq {
                for sign in [ 1; -1 ] do
                    for a in 0..3 do
                        for b in 0..2 do
                            for c in 0..3 do
                                if Array2D.map (fun x -> sign * x) (rotation a b c) = inverse then
                                    sign, a, b, c
            }
            |> Seq.tryHead
            |> Option.defaultWith (fun () -> invalidArg (nameof permutation) "expected x, y and z in some order, each perhaps with a minus sign")

        let parity = Surd.OfInteger(if sign < 0 then Arguments.parity l else 1)

        Array2D.init (2 * l + 1) (2 * l + 1) (fun m m' ->
            PhasedSurd.Create(0, parity) * WignerSmallD.quarterTurns l (m' - l) (m - l) a b c)

    /// The matrix M with Y_l(`target` r) = M · Y_l(`source` r), [m + l, m' + l], for two permutations named as in "z x y".
    let betweenAxes (source: string) (target: string) (l: int) : PhasedSurd[,] =
        let s, t = permutation source, permutation target
        ofPermutation (multiply t (Array2D.init 3 3 (fun i k -> s[k, i]))) l
