namespace Toolkit.Symbolic.Proofs

open System.Numerics
open Toolkit.Symbolic.Algebra
open Toolkit.Symbolic.Hypergeometric

/// A coefficient as known linear factors times a rest that was unknown.
type internal Guess =
    { Factors: Linear list
      Rest: Polynomial }

    /// The degree of the product; −1 for 0.
    member this.Degree = if this.Rest.IsZero then -1 else this.Factors.Length + this.Rest.TotalDegree

/// From numbers modulo p to polynomials with integer coefficients.
[<RequireQualifiedAccess>]
module internal Guess =

    let private prime = BigInteger Modular.Prime

    /// Vectors modulo p, known up to one rational factor with a small denominator, as integer vectors in the same
    /// proportion; first, by what they have been multiplied. None if a number is too large for one prime.
    let integers (vectors: uint64[] list) : (BigInteger * BigInteger[] list) option =
        let denominators = vectors |> Seq.collect (Seq.map Modular.tryDenominator) |> Seq.distinct |> List.ofSeq

        if List.exists Option.isNone denominators then
            None
        else
            let common =
                denominators
                |> List.map Option.get
                |> List.fold (fun l d -> l / BigInteger.GreatestCommonDivisor(l, d) * d) BigInteger.One

            let lift (x: uint64) =
                let r = BigInteger(Modular.multiply (Modular.ofBigInteger common) x)
                if 2I * r > prime then r - prime else r

            Some(common, vectors |> List.map (Array.map lift))

    /// Σ c x^e over the term's parameters (variables 1 …) times s^power.
    let polynomial (power: int) (exponents: int[] seq) (coefficients: BigInteger seq) : Polynomial =
        Seq.zip exponents coefficients
        |> Seq.filter (fun (_, c) -> not c.IsZero)
        |> Seq.map (fun (e, c) -> c * Polynomial.Monomial(power :: List.ofArray e))
        |> Array.ofSeq
        |> fun terms ->
            // Pairwise, so that a long sum takes n log n steps.
            let rec total low high =
                if high - low = 0 then Polynomial.Zero
                elif high - low = 1 then terms[low]
                else
                    let middle = (low + high) / 2
                    total low middle + total middle high

            total 0 terms.Length

    /// A form of the term at values of its parameters.
    let formAt (form: Linear) (point: uint64[]) =
        let mutable sum = Modular.ofBigInteger form.Constant

        form.Coefficients.Tail
        |> List.iteri (fun i c ->
            if not c.IsZero then
                sum <- Modular.add sum (Modular.multiply (Modular.ofBigInteger c) point[i]))

        sum

    /// The product of forms at a point.
    let productAt (forms: Linear list) (point: uint64[]) =
        forms |> List.fold (fun acc f -> Modular.multiply acc (formAt f point)) 1UL

    /// Linear forms that coefficients of such relations tend to contain: arguments of the factorials under the root,
    /// sums of two of them (twice a quantum number), each plus a constant of the size of the shifts.
    let factors (symbol: Symbol) (size: int) : Linear list =
        let physical = symbol.Physical
        let pairs = List.allPairs physical physical |> List.map (fun (x, y) -> Linear.add x y)

        let bare =
            physical @ symbol.NormDenominator @ symbol.TwiceQuanta @ pairs
            |> List.map (fun x -> { x with Constant = BigInteger.Zero })
            |> List.filter (Linear.isConstant >> not)
            |> List.distinct

        [ for x in bare do
              for k in -3 - size .. 5 + size -> Linear.plus (BigInteger k) x ]
