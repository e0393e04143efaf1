namespace Toolkit.Symbolic.Algebra

// GetValueRefOrAddDefault is annotated for reference types; a coefficient is a value.
#nowarn "3265"

open System
open System.Collections.Generic
open System.Numerics
open System.Runtime.InteropServices

/// A polynomial with integer coefficients in at most ten variables, known by position, each of degree at most 31.
/// Canonical: the terms are strictly descending by packed exponents and no coefficient is zero, so two polynomials
/// are equal exactly when their arrays are.
[<Sealed; AllowNullLiteral(false)>]
type Polynomial private (keys: uint64[], coefficients: BigInteger[]) =

    // Ten fields of six bits; variable 0 is the most significant, so that unsigned comparison of packed exponents is
    // the lexicographic order, which respects multiplication. A field holds at most 31, so the sum of two never
    // carries into its neighbour, and the sixth bit shows when a product has left the range.
    static let guardBits = 0x0820_8208_2082_0820UL

    static let position (variable: int) =
        if variable < 0 || variable > 9 then
            invalidArg (nameof variable) $"a polynomial has variables 0…9, not {variable}"

        54 - 6 * variable

    static let multiplyKeys (x: uint64) (y: uint64) =
        let key = x + y

        if key &&& guardBits <> 0UL then
            raise (OverflowException "a polynomial's degree in one variable exceeds 31")

        key

    static let ofDictionary (terms: Dictionary<uint64, BigInteger>) =
        let kept = List<uint64>(terms.Count)

        for entry in terms do
            if not entry.Value.IsZero then
                kept.Add entry.Key

        kept.Sort()
        kept.Reverse()
        let keys = kept.ToArray()
        Polynomial(keys, keys |> Array.map (fun key -> terms[key]))

    /// A product of more terms than this, or of factors with more pairs of terms than a hundred times as many, is refused.
    static let mostTerms = 100_000

    static let accumulate (terms: Dictionary<uint64, BigInteger>) (key: uint64) (value: BigInteger) =
        let mutable exists = false
        let slot = &CollectionsMarshal.GetValueRefOrAddDefault(terms, key, &exists)
        slot <- slot + value

    static let checkSize (terms: Dictionary<uint64, BigInteger>) =
        if terms.Count > mostTerms then
            raise (OverflowException $"a polynomial has more than {mostTerms} terms")

    static let zero = Polynomial([||], [||])
    static let one = Polynomial([| 0UL |], [| BigInteger.One |])

    /// How many variables there are, by position.
    static member MostVariables = 10

    /// 0.
    static member Zero = zero

    /// 1.
    static member One = one

    /// The constant k.
    static member Constant(k: BigInteger) =
        if k.IsZero then zero else Polynomial([| 0UL |], [| k |])

    /// The constant k.
    static member Constant(k: int) = Polynomial.Constant(BigInteger k)

    /// The variable at a position 0…9.
    static member Variable(variable: int) = Polynomial([| 1UL <<< position variable |], [| BigInteger.One |])

    /// The monomial Π x_i^e_i.
    static member Monomial(exponents: int list) =
        let mutable key = 0UL

        exponents
        |> List.iteri (fun i n ->
            if n < 0 || n > 31 then
                raise (OverflowException "a polynomial's degree in one variable exceeds 31")

            key <- key ||| (uint64 n <<< position i))

        Polynomial([| key |], [| BigInteger.One |])

    /// An integer-linear form as a polynomial in variables `first`, `first` + 1, ….
    static member OfLinear(form: Linear, ?first: int) =
        let first = defaultArg first 0
        let terms = Dictionary<uint64, BigInteger>()
        accumulate terms 0UL form.Constant
        form.Coefficients |> List.iteri (fun i c -> accumulate terms (1UL <<< position (first + i)) c)
        ofDictionary terms

    /// Number of terms.
    member _.Count = keys.Length

    /// True for the polynomial 0.
    member _.IsZero = keys.Length = 0

    /// The terms in descending lexicographic order: packed exponents and coefficients.
    member internal _.Keys = keys

    /// The coefficients, in the order of the terms.
    member internal _.Coefficients = coefficients

    /// The coefficient of the first term in that order; 0 for the polynomial 0.
    member _.Leading = if coefficients.Length = 0 then BigInteger.Zero else coefficients[0]

    static member internal Degree(key: uint64, variable: int) = int (key >>> position variable) &&& 0x3F

    /// The terms, each as its exponents (of the first `arity` variables) and coefficient, in descending order.
    member _.Terms(arity: int) : seq<int list * BigInteger> =
        Seq.map2 (fun key c -> List.init arity (fun i -> Polynomial.Degree(key, i)), c) keys coefficients

    /// The number of leading variables among which all that occur are: 0 for a constant.
    member this.Arity = 1 + (Seq.tryFindBack (fun i -> this.Degree(i: int) > 0) [ 0..9 ] |> Option.defaultValue -1)

    /// The degree in one variable; −1 for 0.
    member _.Degree(variable: int) =
        keys |> Array.fold (fun d key -> max d (Polynomial.Degree(key, variable))) -1

    /// The total degree; −1 for 0.
    member _.TotalDegree =
        keys
        |> Array.fold
            (fun d key ->
                let mutable sum = 0

                for i in 0..9 do
                    sum <- sum + Polynomial.Degree(key, i)

                max d sum)
            -1

    static member (+)(x: Polynomial, y: Polynomial) =
        let terms = Dictionary<uint64, BigInteger>(x.Count + y.Count)
        Array.iter2 (accumulate terms) x.Keys x.Coefficients
        Array.iter2 (accumulate terms) y.Keys y.Coefficients
        ofDictionary terms

    static member (~-)(x: Polynomial) = Polynomial(x.Keys, Array.map BigInteger.Negate x.Coefficients)

    static member (-)(x: Polynomial, y: Polynomial) = x + (-y)

    static member (*)(x: Polynomial, y: Polynomial) =
        let terms = Dictionary<uint64, BigInteger>(x.Count + y.Count)

        if int64 x.Count * int64 y.Count > 100L * int64 mostTerms then
            raise (OverflowException "a product of two polynomials is too large")

        for i in 0 .. x.Count - 1 do
            checkSize terms

            for k in 0 .. y.Count - 1 do
                accumulate terms (multiplyKeys x.Keys[i] y.Keys[k]) (x.Coefficients[i] * y.Coefficients[k])

        ofDictionary terms

    static member (*)(k: BigInteger, x: Polynomial) =
        if k.IsZero then zero else Polynomial(x.Keys, x.Coefficients |> Array.map (fun c -> k * c))

    /// x to a small natural power.
    static member Pow(x: Polynomial, n: int) =
        if n < 0 then
            invalidArg (nameof n) "a polynomial's power needs an exponent ≥ 0"

        let mutable power = one

        for _ in 1..n do
            power <- power * x

        power

    /// The coefficient of variable^n, as a polynomial in the other variables.
    member _.Coefficient(variable: int, n: int) =
        let terms = Dictionary<uint64, BigInteger>()

        for i in 0 .. keys.Length - 1 do
            if Polynomial.Degree(keys[i], variable) = n then
                terms[keys[i] - (uint64 n <<< position variable)] <- coefficients[i]

        ofDictionary terms

    /// The derivative by one variable.
    member _.Derivative(variable: int) =
        let terms = Dictionary<uint64, BigInteger>()

        for i in 0 .. keys.Length - 1 do
            let n = Polynomial.Degree(keys[i], variable)

            if n > 0 then
                terms[keys[i] - (1UL <<< position variable)] <- BigInteger n * coefficients[i]

        ofDictionary terms

    /// Every variable i replaced by images[i]; the variables beyond the images must not occur.
    member this.Substitute(images: Polynomial list) =
        let images = Array.ofList images
        let powers = images |> Array.map (fun image -> List<Polynomial>([ one; image ]))

        let power i n =
            while powers[i].Count <= n do
                powers[i].Add(powers[i][powers[i].Count - 1] * images[i])

            powers[i][n]

        let sum = Dictionary<uint64, BigInteger>()

        for t in 0 .. keys.Length - 1 do
            let mutable product = Polynomial.Constant coefficients[t]

            for i in 0..9 do
                let n = Polynomial.Degree(keys[t], i)

                if n > 0 then
                    if i >= images.Length then
                        invalidArg (nameof images) $"variable {i} occurs and has no image"

                    product <- product * power i n

            Array.iter2 (accumulate sum) product.Keys product.Coefficients
            checkSize sum

        ofDictionary sum

    /// One variable replaced by itself plus k.
    member this.Shift(variable: int, k: BigInteger) =
        let moved i = if i = variable then Polynomial.Variable i + Polynomial.Constant k else Polynomial.Variable i
        if k.IsZero || this.Degree variable <= 0 then this else this.Substitute(List.init this.Arity moved)

    /// The value at a point.
    member _.ValueAt(point: BigInteger list) =
        let point = Array.ofList point
        let mutable sum = BigInteger.Zero

        for t in 0 .. keys.Length - 1 do
            let mutable product = coefficients[t]

            for i in 0..9 do
                let n = Polynomial.Degree(keys[t], i)

                if n > 0 then
                    product <- product * BigInteger.Pow(point[i], n)

            sum <- sum + product

        sum

    /// "3*a**2*b - s + 1", in an infix notation that SymPy and Maxima both read. A name may be an expression in
    /// parentheses.
    member _.Print(names: string list) =
        let names = Array.ofList names

        let monomial (key: uint64) =
            [ for i in 0..9 do
                  let n = Polynomial.Degree(key, i)
                  if n = 1 then names[i]
                  elif n > 1 then $"{names[i]}**{n}" ]

        List.map2
            (fun key (c: BigInteger) ->
                match monomial key with
                | [] -> c.Sign < 0, string (BigInteger.Abs c)
                | factors -> Linear.printTerm c (String.Join("*", factors)))
            (List.ofArray keys)
            (List.ofArray coefficients)
        |> Linear.printSum

    override _.Equals other =
        match other with
        | :? Polynomial as o ->
            keys.AsSpan().SequenceEqual(ReadOnlySpan o.Keys)
            && coefficients.AsSpan().SequenceEqual(ReadOnlySpan o.Coefficients)
        | _ -> false

    override _.GetHashCode() =
        let mutable hash = HashCode()

        for i in 0 .. keys.Length - 1 do
            hash.Add keys[i]
            hash.Add coefficients[i]

        hash.ToHashCode()

    override this.ToString() = this.Print(List.init 10 (fun i -> $"x{i}"))
