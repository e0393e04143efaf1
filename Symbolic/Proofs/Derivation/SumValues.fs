namespace Toolkit.Symbolic.Proofs

open System
open System.Collections.Generic
open System.Numerics
open Toolkit.Symbolic.Algebra
open Toolkit.Symbolic.Hypergeometric

/// Values of the sums themselves modulo p: they exclude relations of any kind, whoever would prove them.
[<RequireQualifiedAccess>]
module internal SumValues =

    /// S at a point with natural arguments, modulo p.
    let private sumAt (term: Term) : BigInteger list -> uint64 =
        let factorials = List<uint64>([ 1UL ])

        let factorial n =
            while factorials.Count <= n do
                factorials.Add(Modular.multiply factorials[factorials.Count - 1] (uint64 factorials.Count))

            factorials[n]

        fun point ->
            let at (s: int) (x: Linear) = int (Linear.valueAt (BigInteger s :: point) x)
            let grows, falls = term.Denominator |> List.partition (fun x -> x.Coefficients[Term.Index].IsOne)
            let low = grows |> List.map (fun x -> -(at 0 x)) |> List.max

            let high =
                falls |> List.filter (fun x -> x.Coefficients[Term.Index] = BigInteger.MinusOne) |> List.map (at 0) |> List.min

            let mutable sum = 0UL

            for s in low..high do
                let above = term.Numerator |> List.fold (fun acc x -> Modular.multiply acc (factorial (at s x))) 1UL
                let below = term.Denominator |> List.fold (fun acc x -> Modular.multiply acc (factorial (at s x))) 1UL
                let value = Modular.multiply above (Modular.inverse below)

                sum <-
                    if term.Alternating && s % 2 <> 0 then Modular.subtract sum value else Modular.add sum value

            sum

    /// Values at points where all the shifted sums are defined, as equations for the coefficients of total degree ≤ d
    /// of a relation; how many equations and unknowns there were, if they leave no relation.
    let exclude (symbol: Symbol) (shifts: BigInteger list list) (d: int) (random: Random) : (int * int) option =
        let term = symbol.Term
        let support = SimplexGrid.Monomials(term.Variables.Length - 1, d)
        let unknowns = support.Length * shifts.Length
        let sum = sumAt term

        let rec physicalPoint () =
            let twice =
                List.init symbol.Quanta.Length (fun i ->
                    if i < 3 || symbol = Symbol.SixJ then random.Next(4, 60) else random.Next(-50, 51))

            let twice =
                if symbol = Symbol.ThreeJ then twice[..4] @ [ -twice[3] - twice[4] ] else twice
                |> List.map (fun (k: int) -> BigInteger k)

            let doubled = symbol.Parameters |> List.map (Linear.change twice)
            let point = doubled |> List.map (fun x -> x / BigInteger 2)

            let defined (shift: BigInteger list) =
                let full = BigInteger.Zero :: List.map2 (fun (a: BigInteger) b -> a + b) point shift
                symbol.Physical |> List.forall (fun r -> (Linear.valueAt full r).Sign >= 0)

            if List.forall (fun (x: BigInteger) -> x.IsEven) doubled && List.forall defined shifts then
                point
            else
                physicalPoint ()

        let monomialAt (exponents: int list) (point: uint64 list) =
            List.fold2 (fun acc e x -> Modular.multiply acc (Modular.power x (uint64 (e: int)))) 1UL exponents point

        let rows =
            [ for _ in 1 .. unknowns + 10 do
                  let point = physicalPoint ()
                  let field = point |> List.map Modular.ofBigInteger
                  let values = support |> List.map (fun e -> monomialAt e field)

                  [| for shift in shifts do
                         let s = sum (List.map2 (fun (a: BigInteger) b -> a + b) point shift)
                         for v in values -> Modular.multiply s v |] ]

        match Modular.nullSpace unknowns rows with
        | [] -> Some(unknowns + 10, unknowns)
        | _ -> None
