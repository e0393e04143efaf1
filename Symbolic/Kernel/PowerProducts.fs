namespace Toolkit.Symbolic.Proofs.Kernel

open System
open System.Numerics
open Toolkit.Symbolic.Algebra

/// Π P_i^{e_i}: polynomials to powers that are symbolic natural numbers.
type PowerProduct =
    {
        /// Names of the variables of the P_i; one named "i" is the imaginary unit, i² = −1.
        Variables: string[]
        /// Names of the numbers that occur in exponents. In the coefficients of operators they follow the variables.
        Exponents: string[]
        /// The P_i and e_i; an e_i is a form in the exponents' numbers.
        Factors: (Polynomial * Linear) list
    }

    /// All names: the variables, then the exponents' numbers.
    member this.Names = Array.append this.Variables this.Exponents

    /// "(u1*v2 - u2*v1)**a*(…)**b".
    member this.Print() =
        this.Factors
        |> List.map (fun (p, e) -> $"({p.Print this.Variables})**({Linear.print this.Exponents e})")
        |> String.concat "*"

/// A derivation Σ_v p_v ∂/∂v with polynomial coefficients; v by position.
type DerivationRule = (int * Polynomial) list

/// A coefficient times derivations, the last one applied first.
type Word = { Coefficient: Polynomial; Derivations: DerivationRule list }

/// Σ words applied to a product of powers is 0, for all natural exponents.
[<Sealed>]
type Annihilation internal (product: PowerProduct, words: Word list) =
    inherit Statement()

    /// What is annihilated.
    member _.Product = product

    /// The summands of the differential operator.
    member _.Words = words

    override _.Text =
        let names = product.Names
        let derivation (d: DerivationRule) =
            d |> List.map (fun (v, p) -> $"({p.Print names})*d/d{names[v]}") |> String.concat " + " |> sprintf "(%s)"

        let word (w: Word) = String.Join(" ", $"({w.Coefficient.Print names})" :: List.map derivation w.Derivations)
        let operator = words |> List.map word |> String.concat " + "

        let natural =
            product.Factors |> List.map (snd >> Linear.print product.Exponents) |> List.distinct |> String.concat ", "

        let unit = if Array.contains "i" product.Variables then ", i**2 = -1" else ""
        $"for all natural {natural}: [{operator}] {product.Print()} = 0{unit}"

/// A product of powers after a substitution is another product of powers.
[<Sealed>]
type Substitution internal (product: PowerProduct, images: Polynomial[], split: Polynomial list list) =
    inherit Statement()

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
        let changed =
            Array.zip product.Variables images
            |> Array.indexed
            |> Array.filter (fun (k, (_, image)) -> image <> Polynomial.Variable k)
            |> Array.map (fun (_, (name, image)) -> $"{name} -> {image.Print product.Variables}")

        let natural =
            product.Factors |> List.map (snd >> Linear.print product.Exponents) |> List.distinct |> String.concat ", "

        $"""for all natural {natural}: {product.Print()} becomes {result.Print()} under {String.Join(", ", changed)}"""

/// Differential operators and substitutions on products of symbolic powers.
[<RequireQualifiedAccess>]
module PowerProducts =

    /// Position of the imaginary unit.
    let imaginary (names: string[]) = Array.tryFindIndex ((=) "i") names

    /// i² = −1 applied.
    let reduce (names: string[]) (p: Polynomial) =
        match imaginary names with
        | Some i when p.Degree i > 1 ->
            (Polynomial.Zero, p.Terms 10)
            ||> Seq.fold (fun sum (exponents, c) ->
                let n = exponents[i]
                let lowered = exponents |> Array.mapi (fun k e -> if k = i then n % 2 else e)
                sum + (if n / 2 % 2 = 0 then c else -c) * Polynomial.Monomial lowered)
        | _ -> p

    let private uses (p: Polynomial) (variable: int) = p.Degree variable > 0

    let private isWellFormed (product: PowerProduct) =
        let n = product.Variables.Length

        n <= 10
        && (Array.distinct product.Names).Length = product.Names.Length
        && not product.Factors.IsEmpty
        && product.Factors
           |> List.forall (fun (p, e) ->
               not (reduce product.Variables p).IsZero
               && Seq.forall (fun v -> not (uses p v)) [ n..9 ]
               && e.Coefficients.Length = product.Exponents.Length)

    /// q = Π P_i.
    let denominator (product: PowerProduct) =
        product.Factors |> List.fold (fun acc (p, _) -> reduce product.Names (acc * p)) Polynomial.One

    /// D(p), i² = −1 not applied.
    let along (d: DerivationRule) (p: Polynomial) =
        d |> List.fold (fun sum (v, c) -> sum + c * p.Derivative v) Polynomial.Zero

    /// The summands of E_D: each exponent with D(P_i) and the other factors.
    let parts (product: PowerProduct) (d: DerivationRule) =
        product.Factors
        |> List.mapi (fun i (p, e) ->
            let others = product.Factors |> List.indexed |> List.filter (fun (k, _) -> k <> i) |> List.map (snd >> fst)
            Polynomial.OfLinear(e, product.Variables.Length), reduce product.Names (along d p), others)

    /// (A, k) with (word) F = A F / q^k, for the word's last derivations: none, one, two, …
    let steps (product: PowerProduct) (word: Word) : (Polynomial * int) list =
        let reduce = reduce product.Names
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
        let n = product.Variables.Length
        let reduce = reduce product.Names
        let unit = imaginary product.Variables

        if not (isWellFormed product) || product.Names.Length > 10 then
            Error "the product of powers is not well formed"
        elif words |> List.forall (fun w -> (reduce w.Coefficient).IsZero) then
            Error "all coefficients are zero"
        elif
            words
            |> List.exists (fun w ->
                w.Derivations
                |> List.exists (fun d ->
                    d.IsEmpty || d |> List.exists (fun (v, _) -> v < 0 || v >= n || Some v = unit)))
        then
            Error "a derivation must act along variables"
        else
            let q = denominator product
            let results = words |> List.map (fun w -> w, List.rev (steps product w) |> List.head)
            let most = results |> List.map (snd >> snd) |> List.max

            let total =
                (Polynomial.Zero, results)
                ||> List.fold (fun sum (w, (a, k)) -> reduce (sum + w.Coefficient * a * Polynomial.Pow(q, most - k)))

            if not total.IsZero then
                Error "the operator does not annihilate the product"
            else
                Ok(Rule.certifies (PlainCertificate("power-derivation", q.Count)) (Annihilation(product, words)) [] [])

    /// Proves that the substitution x → images turns Π P_i^{e_i} into Π_i (Π_k Q_ik)^{e_i}: each P_i of the images must
    /// be the product of the Q_ik. True for all exponents because a substitution respects products.
    let substitute
        (product: PowerProduct)
        (images: Polynomial[])
        (split: Polynomial list list)
        : Result<Theorem, string> =
        let n = product.Variables.Length
        let reduce = reduce product.Variables

        if not (isWellFormed product) then
            Error "the product of powers is not well formed"
        elif
            images.Length <> n
            || Array.exists (fun (p: Polynomial) -> Seq.exists (uses p) [ n..9 ]) images
            || imaginary product.Variables |> Option.exists (fun i -> images[i] <> Polynomial.Variable i)
        then
            Error "every variable needs an image, and the imaginary unit stays"
        elif Array.forall2 (=) images (Array.init n Polynomial.Variable) then
            Error "the substitution changes nothing"
        elif split.Length <> product.Factors.Length || List.exists List.isEmpty split then
            Error "every factor needs its image's factors"
        else
            let imageOf (p: Polynomial) = p.Substitute images
            let productOf (qs: Polynomial list) = List.fold (*) Polynomial.One qs

            if
                List.exists2 (fun (p, _) qs -> not (reduce (imageOf p - productOf qs)).IsZero) product.Factors split
            then
                Error "a factor's image is not the product of the factors given"
            else
                let statement = Substitution(product, images, split)

                if not (isWellFormed statement.Result) then
                    Error "a factor's image is zero"
                else
                    let size = List.sumBy (List.sumBy (fun (q: Polynomial) -> q.Count)) split
                    Ok(Rule.certifies (PlainCertificate("power-substitution", size)) statement [] [])
