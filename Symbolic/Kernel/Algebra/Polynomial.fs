namespace Toolkit.Symbolic.Algebra

// GetValueRefOrAddDefault is annotated for reference types; a coefficient is a value.
#nowarn "3265"

open System
open System.Collections.Generic
open System.Numerics
open System.Runtime.InteropServices

/// A polynomial with integer coefficients in at most ten variables, known by position, each of degree at most 31.
/// Canonical: the terms are strictly descending by packed exponents and no coefficient is zero, so two polynomials
/// are equal exactly when their terms are.
[<Sealed; AllowNullLiteral(false)>]
type Polynomial private (terms: struct (uint64 * BigInteger)[]) =

    // Ten fields of six bits; variable 0 is the most significant, so that unsigned comparison of packed exponents is
    // the lexicographic order, which respects multiplication. A field holds at most 31, so the sum of two never
    // carries into its neighbour, and the sixth bit shows when a product has left the range.
    static let guardBits = 0x0820_8208_2082_0820UL

    static let position (variable: int) =
        if variable < 0 || variable > 9 then
            invalidArg (nameof variable) $"a polynomial has variables 0…9, not {variable}"

        54 - 6 * variable

    static let degree (key: uint64) (variable: int) = int (key >>> position variable) &&& 0x3F

    static let tooHigh () = raise (OverflowException "a polynomial's degree in one variable exceeds 31")

    static let multiplyKeys (x: uint64) (y: uint64) =
        if (x + y) &&& guardBits <> 0UL then tooHigh () else x + y

    /// More terms than this, or a product with more pairs of terms than a hundred times as many, are refused.
    static let mostTerms = 1_000_000

    /// The sum of the terms that `addTo` adds, some of which may be alike.
    static let sum (addTo: (uint64 -> BigInteger -> unit) -> unit) =
        let found = Dictionary<uint64, BigInteger>()

        addTo (fun key c ->
            let mutable exists = false
            let slot = &CollectionsMarshal.GetValueRefOrAddDefault(found, key, &exists)
            slot <- slot + c

            if found.Count > mostTerms then
                raise (OverflowException $"a polynomial has more than {mostTerms} terms"))

        let kept = [| for entry in found do if not entry.Value.IsZero then struct (entry.Key, entry.Value) |]
        Polynomial(kept |> Array.sortByDescending (fun (struct (key, _)) -> key))

    static let zero = Polynomial [||]
    static let one = Polynomial [| struct (0UL, BigInteger.One) |]

    /// How many variables there are, by position.
    static member MostVariables = 10

    /// 0.
    static member Zero = zero

    /// 1.
    static member One = one

    /// The constant k.
    static member Constant(k: BigInteger) = if k.IsZero then zero else Polynomial [| struct (0UL, k) |]

    /// The constant k.
    static member Constant(k: int) = Polynomial.Constant(BigInteger k)

    /// The variable at a position 0…9.
    static member Variable(variable: int) = Polynomial [| struct (1UL <<< position variable, BigInteger.One) |]

    /// The monomial Π x_i^e_i.
    static member Monomial(exponents: int list) =
        if exponents |> List.exists (fun n -> n < 0 || n > 31) then tooHigh ()
        let key = exponents |> List.mapi (fun i n -> uint64 n <<< position i) |> List.fold (|||) 0UL
        Polynomial [| struct (key, BigInteger.One) |]

    /// An integer-linear form as a polynomial in variables `first`, `first` + 1, ….
    static member OfLinear(form: Linear, ?first: int) =
        sum (fun add ->
            add 0UL form.Constant
            form.Coefficients |> List.iteri (fun i c -> add (1UL <<< position (defaultArg first 0 + i)) c))

    /// The terms in descending lexicographic order: packed exponents and coefficients.
    member internal _.Packed = terms

    /// Number of terms.
    member _.Count = terms.Length

    /// True for the polynomial 0.
    member _.IsZero = terms.Length = 0

    /// The coefficient of the first term in that order; 0 for the polynomial 0.
    member _.Leading = if terms.Length = 0 then BigInteger.Zero else let struct (_, c) = terms[0] in c

    /// The terms, each as its exponents (of the first `arity` variables) and coefficient, in descending order.
    member _.Terms(arity: int) : seq<int list * BigInteger> =
        terms |> Seq.map (fun (struct (key, c)) -> List.init arity (degree key), c)

    /// The degree in one variable; −1 for 0.
    member _.Degree(variable: int) = terms |> Array.fold (fun d (struct (key, _)) -> max d (degree key variable)) -1

    /// The total degree; −1 for 0.
    member _.TotalDegree = terms |> Array.fold (fun d (struct (key, _)) -> max d (List.sumBy (degree key) [ 0..9 ])) -1

    /// The number of leading variables among which all that occur are: 0 for a constant.
    member this.Arity = 1 + (Seq.tryFindBack (fun i -> this.Degree i > 0) [ 0..9 ] |> Option.defaultValue -1)

    static member (+)(x: Polynomial, y: Polynomial) =
        sum (fun add ->
            for struct (key, c) in x.Packed do add key c
            for struct (key, c) in y.Packed do add key c)

    static member (*)(k: BigInteger, x: Polynomial) =
        if k.IsZero then zero else Polynomial(x.Packed |> Array.map (fun (struct (key, c)) -> struct (key, k * c)))

    static member (~-)(x: Polynomial) = BigInteger.MinusOne * x

    static member (-)(x: Polynomial, y: Polynomial) = x + (-y)

    static member (*)(x: Polynomial, y: Polynomial) =
        if int64 x.Count * int64 y.Count > 100L * int64 mostTerms then
            raise (OverflowException "a product of two polynomials is too large")

        sum (fun add ->
            for struct (key, c) in x.Packed do
                for struct (other, d) in y.Packed do
                    add (multiplyKeys key other) (c * d))

    /// x to a small natural power.
    static member Pow(x: Polynomial, n: int) =
        if n < 0 then
            invalidArg (nameof n) "a polynomial's power needs an exponent ≥ 0"

        List.fold (*) one (List.replicate n x)

    /// The coefficient of variable^n, as a polynomial in the other variables.
    member _.Coefficient(variable: int, n: int) =
        sum (fun add ->
            for struct (key, c) in terms do
                if degree key variable = n then
                    add (key - (uint64 n <<< position variable)) c)

    /// The derivative by one variable.
    member _.Derivative(variable: int) =
        sum (fun add ->
            for struct (key, c) in terms do
                if degree key variable > 0 then
                    add (key - (1UL <<< position variable)) (BigInteger(degree key variable) * c))

    /// Every variable i replaced by images[i]; the variables beyond the images must not occur.
    member this.Substitute(images: Polynomial list) =
        if this.Arity > images.Length then
            invalidArg (nameof images) $"variable {this.Arity - 1} occurs and has no image"

        let powers = [| for i, image in List.indexed images -> Array.scan (*) one (Array.replicate (max 0 (this.Degree i)) image) |]

        sum (fun add ->
            for struct (key, c) in terms do
                let mutable product = Polynomial.Constant c

                for i in 0 .. powers.Length - 1 do
                    if degree key i > 0 then
                        product <- product * powers[i][degree key i]

                for struct (key, c) in product.Packed do add key c)

    /// One variable replaced by itself plus k.
    member this.Shift(variable: int, k: BigInteger) =
        let moved i = if i = variable then Polynomial.Variable i + Polynomial.Constant k else Polynomial.Variable i
        if k.IsZero || this.Degree variable <= 0 then this else this.Substitute(List.init this.Arity moved)

    /// The value at a point.
    member _.ValueAt(point: BigInteger list) =
        let power key i (x: BigInteger) = BigInteger.Pow(x, degree key i)
        terms |> Array.sumBy (fun (struct (key, c)) -> point |> List.mapi (power key) |> List.fold (*) c)

    /// "3*a**2*b - s + 1", in an infix notation that SymPy and Maxima both read. A name may be an expression in
    /// parentheses.
    member _.Print(names: string list) =
        let print struct (key, c: BigInteger) =
            match [ for i, name in List.indexed names do
                        if degree key i = 1 then name
                        elif degree key i > 1 then $"{name}**{degree key i}" ] with
            | [] -> c.Sign < 0, string (BigInteger.Abs c)
            | factors -> Linear.printTerm c (String.concat "*" factors)

        terms |> List.ofArray |> List.map print |> Linear.printSum

    override _.Equals other =
        match other with
        | :? Polynomial as o -> ReadOnlySpan(terms).SequenceEqual(ReadOnlySpan o.Packed)
        | _ -> false

    override _.GetHashCode() = hash terms

    override this.ToString() = this.Print(List.init 10 (fun i -> $"x{i}"))
