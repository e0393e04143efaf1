namespace Toolkit.Symbolic.Proofs

open System.Numerics
open Toolkit.Symbolic.Algebra
open Toolkit.Symbolic.Hypergeometric

/// Relations among shifted terms at single points of parameter space, modulo p: everything that is guessed about
/// polynomials in the parameters is interpolated from these.
[<Sealed>]
type internal PointSystem(term: Term, basePoint: BigInteger list, ratios: Linear list list) =

    /// A form as (what it is without the index, its slope in the index).
    let prepared (forms: Linear list) =
        forms
        |> List.map (fun x ->
            let c = x.Coefficients |> List.map Modular.ofBigInteger |> Array.ofList
            struct (Modular.ofBigInteger x.Constant, c, c[Term.Index]))
        |> Array.ofList

    let down, up, sign = Term.telescoper (Term.at basePoint term)
    let down, up = prepared down, prepared up
    let ratios = ratios |> List.map prepared |> Array.ofList

    let productAt (factors: struct (uint64 * uint64[] * uint64)[]) (point: uint64[]) =
        let mutable f = [| 1UL |]

        for struct (constant, coefficients, slope) in factors do
            let mutable value = constant

            for i in 0 .. point.Length - 1 do
                if coefficients[i + 1] <> 0UL then
                    value <- Modular.add value (Modular.multiply coefficients[i + 1] point[i])

            f <- Univariate.timesLinear value slope f

        f

    /// T(s^k) for k = 0 … most.
    let telescoped (point: uint64[]) (most: int) =
        let mutable left, right = productAt down point, productAt up point

        [| for _ in 0..most do
               Array.init (max left.Length right.Length) (fun i ->
                   let l = if i < left.Length then left[i] else 0UL
                   let r = if i < right.Length then right[i] else 0UL
                   if sign.IsOne then Modular.add l r else Modular.subtract l r)
               |> Univariate.trim

               // s^(k+1) and (s+1)^(k+1)
               left <- Univariate.timesLinear 0UL 1UL left
               right <- Univariate.timesLinear 1UL 1UL right |]

    /// The highest power of s in q that can be needed, and a few more: the leading coefficient of T(s^k) vanishes for
    /// some k.
    let most =
        let top = ratios |> Array.map _.Length |> Array.max
        max 0 (top - (max down.Length up.Length - 1)) + 3

    let rows (columns: uint64[][]) =
        let height = columns |> Array.map _.Length |> Array.max
        [ for i in 0 .. height - 1 -> columns |> Array.map (fun f -> if i < f.Length then f[i] else 0UL) ]

    /// The number of shifted terms.
    member _.Count = ratios.Length

    /// The highest power of the index in a quotient.
    member _.MostPower = most

    /// The degree of the telescoper's factors.
    member _.TelescoperDegree = max down.Length up.Length

    /// A basis of the (C_i) such that Σ C_i r_i(s) is a T(q), at the values of the parameters given.
    member _.Relations(point: uint64[]) : uint64[] list =
        let columns = Array.append (ratios |> Array.map (fun r -> productAt r point)) (telescoped point most)

        Modular.nullSpace columns.Length (rows columns)
        |> List.map (Array.truncate ratios.Length)
        |> List.filter (Array.exists ((<>) 0UL))

    /// Equations that a vector (C_i) satisfies exactly when it is a relation at this point.
    member this.Equations(point: uint64[]) : uint64[] list =
        Modular.nullSpace ratios.Length (this.Relations point)

    /// The coefficients of the q with T(q) = Σ C_i r_i; None where there is none or several.
    member _.Quotient(point: uint64[], coefficients: uint64[]) : uint64[] option =
        let target = Array.zeroCreate (1 + (ratios |> Array.map _.Length |> Array.max))

        for i in 0 .. ratios.Length - 1 do
            if coefficients[i] <> 0UL then
                productAt ratios[i] point
                |> Array.iteri (fun k r -> target[k] <- Modular.add target[k] (Modular.multiply coefficients[i] r))

        let columns = Array.append (telescoped point most) [| Array.map (Modular.subtract 0UL) target |]

        match Modular.nullSpace columns.Length (rows columns) with
        // The last column is free, hence its entry is 1.
        | [ v ] when v[v.Length - 1] = 1UL -> Some(Array.truncate (v.Length - 1) v)
        | _ -> None
