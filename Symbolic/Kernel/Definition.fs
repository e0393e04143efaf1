namespace Toolkit.Symbolic.Proofs.Kernel

open System.Numerics
open Toolkit.Symbolic.Algebra
open Toolkit.Symbolic.Hypergeometric

/// What follows from the definition of a symbol alone, and is checked for each definition before use.
[<RequireQualifiedAccess>]
module Definition =

    let private two = BigInteger 2

    /// The parameters' integer change for a change of the quantum numbers (given doubled); None if it is not integer.
    let shift (symbol: Symbol) (twice: BigInteger list) : BigInteger list option =
        if twice.Length <> symbol.Quanta.Length then
            None
        else
            let changes = symbol.Parameters |> List.map (Linear.change twice)
            let halved = changes |> List.map (fun c -> c / two)
            let back = symbol.TwiceQuanta |> List.map (Linear.change (BigInteger.Zero :: halved))
            if changes |> List.forall _.IsEven && back = twice then Some halved else None

    /// A form in the quantum numbers as a form in the parameters; None if its coefficients are not integers there.
    let formInParameters (symbol: Symbol) (form: Linear) : Linear option =
        Linear.substitute symbol.TwiceQuanta { form with Constant = BigInteger.Zero }
        |> Linear.plus (two * form.Constant)
        |> Linear.tryHalve

    /// 2^degree times a polynomial in the quantum numbers and the letters, as a polynomial in the parameters and the letters;
    /// the degree is at least the polynomial's, which must contain no other variables.
    let polynomialInParameters (symbol: Symbol) (degree: int) (polynomial: Polynomial) : Polynomial =
        let arity, quanta = symbol.Names.Length, symbol.Quanta.Length

        if polynomial.Arity > arity then
            invalidArg (nameof polynomial) "the polynomial contains other variables than the quantum numbers and the letters"

        let letters = symbol.Term.Letters |> List.mapi (fun i _ -> Polynomial.Variable(symbol.Term.Variables.Length + i))
        let images = (symbol.TwiceQuanta |> List.map (fun q -> Polynomial.OfLinear q)) @ letters

        polynomial.Terms arity
        |> Seq.sumBy (fun (exponents, coefficient) ->
            let power = BigInteger.Pow(two, degree - List.sum (List.take quanta exponents))
            (coefficient * power) * (Polynomial.Monomial exponents).Substitute images)

    /// The sum vanishes wherever the symbol is undefined: every physical form is the sum of one argument of the
    /// denominator that grows with s and one that falls, so where it is negative one of the two always is.
    let private vanishesOutside (symbol: Symbol) =
        let denominator = symbol.Term.Denominator
        let slope (x: Linear) = x.Coefficients[Term.Index]

        symbol.Physical
        |> List.forall (fun r ->
            List.allPairs denominator denominator
            |> List.exists (fun (x, y) ->
                (slope x).IsOne && slope y = BigInteger.MinusOne && Linear.add x y = r))

    /// Inside, every factorial under the root is of a natural number.
    let private rootIsDefined (symbol: Symbol) =
        let bounds = symbol.Physical |> List.map (fun _ -> BigInteger.Zero)

        symbol.NormNumerator @ symbol.NormDenominator
        |> List.forall (fun x -> symbol.AtLeast(bounds, x) |> Option.exists (fun least -> least.Sign >= 0))

    /// Quantum numbers and parameters determine each other.
    let private isCoordinateChange (symbol: Symbol) =
        // A parameter's form in the doubled quantum numbers, which are forms in the parameters, is 2·(itself).
        let arity = symbol.Term.Variables.Length

        let doubled = List.init (arity - 1) (fun i -> Linear.scale two (Linear.variable arity (i + 1)))
        List.map (Linear.substitute symbol.TwiceQuanta) symbol.Parameters = doubled

    /// The properties of a symbol's definition that the rules need.
    let isSound (symbol: Symbol) =
        vanishesOutside symbol && rootIsDefined symbol && isCoordinateChange symbol
