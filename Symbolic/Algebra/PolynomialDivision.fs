namespace Toolkit.Symbolic.Algebra

open System
open System.Numerics

/// Division of polynomials: for those who look for certificates and print them. Nothing that is proved rests on it.
[<AutoOpen>]
module PolynomialDivision =

    /// Σ terms, by halves, so that each is copied a few times only.
    let rec private sum (terms: Polynomial[]) : Polynomial =
        match terms with
        | [||] -> Polynomial.Zero
        | [| term |] -> term
        | _ -> sum terms[.. terms.Length / 2 - 1] + sum terms[terms.Length / 2 ..]

    type Polynomial with

        /// The positive greatest common divisor of the coefficients; 0 for the polynomial 0.
        member this.Content: BigInteger =
            (BigInteger.Zero, this.Terms 0) ||> Seq.fold (fun g (_, c) -> BigInteger.GreatestCommonDivisor(g, c))

        /// The quotient by a divisor ≠ 0 if the division leaves nothing, over the integers.
        member this.TryDivide(divisor: Polynomial) : Polynomial option =
            if divisor.IsZero then
                raise (DivideByZeroException "division by the polynomial 0")

            // Exponents of all variables: their order as lists is that of the terms.
            let terms (p: Polynomial) = p.Terms Polynomial.MostVariables |> List.ofSeq
            let lead, leading = (terms divisor).Head
            let others = (terms divisor).Tail
            let mutable rest = Map.ofList (terms this)
            let quotient = Collections.Generic.List<Polynomial>()
            let mutable isExact = true

            while isExact && not rest.IsEmpty do
                let exponents, c = Map.maxKeyValue rest
                let shift = List.map2 (-) exponents lead
                let mutable remainder = BigInteger.Zero
                let q = BigInteger.DivRem(c, leading, &remainder)

                if not remainder.IsZero || List.exists (fun n -> n < 0) shift then
                    isExact <- false
                else
                    quotient.Add(q * Polynomial.Monomial shift)
                    rest <- rest.Remove exponents

                    for e, k in others do
                        let target = List.map2 (+) shift e
                        let left = (rest.TryFind target |> Option.defaultValue BigInteger.Zero) - q * k
                        rest <- if left.IsZero then rest.Remove target else rest.Add(target, left)

            if isExact then Some(sum (quotient.ToArray())) else None
