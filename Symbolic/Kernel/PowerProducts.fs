namespace Toolkit.Symbolic.Proofs.Kernel

open System.Numerics
open Toolkit.Symbolic.Algebra

/// Π P_i^{e_i}: polynomials to powers that are symbolic natural numbers.
type PowerProduct =
    {
        /// Names of the variables of the P_i.
        Variables: string list
        /// Whether the polynomials are over the Gaussian integers. If so, the imaginary unit i, i² = −1, has the
        /// position after the variables; it is not one of them.
        Imaginary: bool
        /// Names of the numbers that occur in exponents. In the coefficients of operators they follow the variables and
        /// the imaginary unit.
        Exponents: string list
        /// The P_i and e_i; an e_i is a form in the exponents' numbers.
        Factors: (Polynomial * Linear) list
    }

    /// How the variables of the P_i are written, by position: the variables and the imaginary unit.
    member this.Letters = this.Variables @ (if this.Imaginary then [ "i" ] else [])

    /// How the variables of the operators' coefficients are written: the letters, then the exponents' numbers.
    member this.Symbols = this.Letters @ this.Exponents

    /// Position of the imaginary unit.
    member this.Unit = if this.Imaginary then Some this.Variables.Length else None

    /// "(u1*v2 - u2*v1)**a*(…)**b".
    member this.Print() =
        this.Factors
        |> List.map (fun (p, e) -> $"({p.Print this.Letters})**({Linear.print this.Exponents e})")
        |> String.concat "*"

    /// What is said for all variables and all natural exponents.
    member internal this.Says (laws: string) (remarks: string list) : string =
        let exponents = this.Factors |> List.map snd |> List.filter (Linear.isConstant >> not) |> List.distinct

        { Laws = laws
          ForAll = Sentence.Kind("integers", this.Exponents) @ Sentence.Kind("numbers", this.Variables)
          Where = exponents |> List.map (fun e -> Linear.print this.Exponents e + " >= 0")
          Remarks = remarks @ [ if this.Imaginary then "i**2 = -1" ] }
            .Text

/// A derivation Σ_v p_v ∂/∂v with polynomial coefficients; v by position.
type DerivationRule = (int * Polynomial) list

/// A coefficient times derivations, the last one applied first.
type Word = { Coefficient: Polynomial; Derivations: DerivationRule list }

/// Σ words applied to a product of powers is 0, for all natural exponents.
[<Sealed>]
type Annihilation internal (product: PowerProduct, words: Word list) =
    inherit Statement(box (product, words))

    /// What is annihilated.
    member _.Product = product

    /// The summands of the differential operator.
    member _.Words = words

    override _.Text =
        let names = product.Symbols

        let derivation (d: DerivationRule) =
            d |> List.map (fun (v, p) -> $"({p.Print names})*diff({names[v]})") |> String.concat " + " |> sprintf "(%s)"

        let word (w: Word) = String.concat "*" ($"({w.Coefficient.Print names})" :: List.map derivation w.Derivations)
        let operator = words |> List.map word |> String.concat " + "
        product.Says $"[{operator}]*{product.Print()} = 0" [ WrittenArguments.definition "DERIVATIVE" ]

/// A product of powers after a substitution is another product of powers.
[<Sealed>]
type Substitution internal (product: PowerProduct, images: Polynomial list, split: Polynomial list list) =
    inherit Statement(box (product, images, split))

    let result =
        { product with
            Factors = List.map2 (fun (_, e) qs -> qs |> List.map (fun q -> q, e)) product.Factors split |> List.concat }

    /// Before.
    member _.Product = product

    /// What each variable is replaced by.
    member _.Images = images

    /// For each factor of the product, the factors of its image.
    member _.Split = split

    /// After.
    member _.Result = result

    override _.Text =
        let names = product.Letters

        let changed =
            List.zip names images
            |> List.indexed
            |> List.filter (fun (k, (_, image)) -> image <> Polynomial.Variable k)
            |> List.map (fun (_, (name, image)) -> $"{name} -> {image.Print names}")

        let changes = String.concat ", " changed
        product.Says $"{product.Print()} becomes {result.Print()} under {changes}" []

/// Differential operators and substitutions on products of symbolic powers.
[<RequireQualifiedAccess>]
module PowerProducts =

    /// i² = −1 applied.
    let reduce (product: PowerProduct) (p: Polynomial) =
        match product.Unit with
        | Some i when p.Degree i > 1 ->
            (Polynomial.Zero, p.Terms 10)
            ||> Seq.fold (fun sum (exponents, c) ->
                let n = exponents[i]
                let lowered = exponents |> List.mapi (fun k e -> if k = i then n % 2 else e)
                sum + (if n / 2 % 2 = 0 then c else -c) * Polynomial.Monomial lowered)
        | _ -> p

    /// The same with i² = −1 applied to its factors.
    let private reduced (product: PowerProduct) =
        { product with Factors = product.Factors |> List.map (fun (p, e) -> reduce product p, e) }

    /// Distinct names; polynomials ≠ 0 in the letters alone; exponents that can all be natural.
    let isWellFormed (product: PowerProduct) =
        let n = product.Letters.Length
        let exponents = product.Factors |> List.map snd

        Name.areDistinct (product.Variables @ product.Exponents)
        && product.Letters.Length <= Polynomial.MostVariables
        && product.Exponents.Length <= Polynomial.MostVariables
        && not product.Factors.IsEmpty
        && product.Factors
           |> List.forall (fun (p, e) ->
               not (reduce product p).IsZero && p.Arity <= n && Linear.arity e = product.Exponents.Length)
        && (let areNatural point = exponents |> List.forall (fun e -> (Linear.valueAt point e).Sign >= 0)
            (Points.tryFind product.Exponents.Length (exponents |> List.map _.Constant) areNatural).IsSome)

    /// q = Π P_i.
    let denominator (product: PowerProduct) =
        product.Factors |> List.fold (fun acc (p, _) -> reduce product (acc * p)) Polynomial.One

    /// D(p), i² = −1 not applied.
    let along (d: DerivationRule) (p: Polynomial) =
        d |> List.fold (fun sum (v, c) -> sum + c * p.Derivative v) Polynomial.Zero

    /// The summands of E_D: each exponent with D(P_i) and the other factors.
    let parts (product: PowerProduct) (d: DerivationRule) =
        product.Factors
        |> List.mapi (fun i (p, e) ->
            let others = product.Factors |> List.indexed |> List.filter (fun (k, _) -> k <> i) |> List.map (snd >> fst)
            Polynomial.OfLinear(e, product.Letters.Length), reduce product (along d p), others)

    /// (A, k) with (word) F = A F / q^k, for the word's last derivations: none, one, two, …
    let steps (product: PowerProduct) (word: Word) : (Polynomial * int) list =
        let reduce = reduce product
        let q = denominator product

        let exponents d =
            parts product d
            |> List.fold (fun sum (e, dp, others) -> sum + List.fold (*) (e * dp) others) Polynomial.Zero
            |> reduce

        let step (a: Polynomial, k: int) (d: DerivationRule) =
            reduce (q * reduce (along d a) - BigInteger k * (a * reduce (along d q)) + a * exponents d), k + 1

        List.scan step (Polynomial.One, 0) (List.rev word.Derivations)

    /// Proves that Σ words annihilates the product, for all natural exponents.
    ///
    /// With q = Π P_i and E_D = Σ_i e_i D(P_i) Π_{k≠i} P_k, the product F satisfies q D(F) = E_D F for every derivation
    /// D: true factor by factor, also for e_i = 0. Hence q^{k+1} D(A q^{−k} F) = (q D(A) − k A D(q) + A E_D) F for
    /// polynomials A, and a word of n derivations gives A F / q^n with a polynomial A that is computed here. Brought to
    /// the common power of q, the coefficients must add up to the polynomial 0; since polynomials have no divisors of
    /// zero (over the Gaussian integers either), the sum of the words applied to F is 0.
    let annihilate (product: PowerProduct) (words: Word list) : Result<Theorem, string> =
        Rule.within (fun () ->
            let variables, symbols, reduce, product = product.Variables.Length, product.Symbols.Length, reduce product, reduced product
            let lowered = List.map (List.map (fun (v, p) -> v, reduce p))
            let words = words |> List.map (fun w -> { Coefficient = reduce w.Coefficient; Derivations = lowered w.Derivations })

            let isDerivation (d: DerivationRule) =
                not d.IsEmpty && d |> List.forall (fun (v, p) -> v >= 0 && v < variables && p.Arity <= symbols)

            need (isWellFormed product) "the product of powers is not well formed, or no exponents are natural"
            need (symbols <= Polynomial.MostVariables) $"there are more than {Polynomial.MostVariables} variables and exponents"
            need (words |> List.forall (fun w -> w.Coefficient.Arity <= symbols)) "a coefficient contains other variables than the product"
            need (words |> List.exists (fun w -> not w.Coefficient.IsZero)) "all coefficients are zero"
            need (words |> List.forall (fun w -> List.forall isDerivation w.Derivations)) "a derivation must act along variables"
            let q = denominator product
            let results = words |> List.map (fun w -> w.Coefficient, List.last (steps product w))
            let most = results |> List.map (snd >> snd) |> List.max
            let brought (c, (a, k)) = c * a * Polynomial.Pow(q, most - k)
            let total = (Polynomial.Zero, results) ||> List.fold (fun sum result -> reduce (sum + brought result))
            need total.IsZero "the operator does not annihilate the product"
            Rule.concludes "power-derivation" (Annihilation(product, words)) [] [])

    /// Proves that the substitution x → images turns Π P_i^{e_i} into Π_i (Π_k Q_ik)^{e_i}: each P_i of the images must
    /// be the product of the Q_ik. True for all exponents because a substitution respects products.
    let substitute (product: PowerProduct) (images: Polynomial list) (split: Polynomial list list) : Result<Theorem, string> =
        Rule.within (fun () ->
            let n, reduce, product = product.Letters.Length, reduce product, reduced product
            let images, split = List.map reduce images, List.map (List.map reduce) split
            need (isWellFormed product) "the product of powers is not well formed, or no exponents are natural"
            need (images.Length = n) "every variable needs an image"
            need (images @ List.concat split |> List.forall (fun p -> p.Arity <= n)) "there are other variables than the product's"
            need (product.Unit |> Option.forall (fun i -> images[i] = Polynomial.Variable i)) "the imaginary unit stays"
            need (images <> List.init n Polynomial.Variable) "the substitution changes nothing"
            need (split.Length = product.Factors.Length && not (List.exists List.isEmpty split)) "every factor needs its image's factors"

            for (p, _), qs in List.zip product.Factors split do
                let rest = reduce (p.Substitute images - List.fold (*) Polynomial.One qs)
                need rest.IsZero "a factor's image is not the product of the factors given"

            let statement = Substitution(product, images, split)
            need (isWellFormed statement.Result) "a factor's image is zero"
            Rule.concludes "power-substitution" statement [] [])
