/// Arithmetic modulo the Mersenne prime p = 2^61 − 1, for guesses that are proved afterwards.
module Toolkit.Symbolic.Algebra.Modular

open System
open System.Numerics

/// p = 2^61 − 1.
[<Literal>]
let Prime = 0x1FFF_FFFF_FFFF_FFFFUL

/// An integer modulo p.
let ofBigInteger (n: BigInteger) : uint64 =
    let r = BigInteger.Remainder(n, BigInteger Prime)
    uint64 (if r.Sign < 0 then r + BigInteger Prime else r)

/// An integer modulo p.
let ofInt (n: int) : uint64 = if n >= 0 then uint64 n else Prime - uint64 (-(int64 n))

/// x + y.
let inline add (x: uint64) (y: uint64) : uint64 =
    let sum = x + y
    if sum >= Prime then sum - Prime else sum

/// x − y.
let inline subtract (x: uint64) (y: uint64) : uint64 = if x >= y then x - y else x + Prime - y

/// x·y: the product's high and low 61 bits are added, since 2^61 = 1.
let inline multiply (x: uint64) (y: uint64) : uint64 =
    let mutable low = 0UL
    let high = Math.BigMul(x, y, &low)
    let sum = (low &&& Prime) + ((low >>> 61) ||| (high <<< 3))
    if sum >= Prime then sum - Prime else sum

/// x^n.
let power (x: uint64) (n: uint64) : uint64 =
    let mutable result, square, n = 1UL, x, n

    while n > 0UL do
        if n &&& 1UL = 1UL then
            result <- multiply result square

        square <- multiply square square
        n <- n >>> 1

    result

/// 1/x for x ≠ 0.
let inverse (x: uint64) : uint64 =
    if x = 0UL then
        raise (DivideByZeroException "0 has no inverse modulo p")

    power x (Prime - 2UL)

/// A polynomial's values at points of the field with this many coordinates.
let evaluator (polynomial: Polynomial) (arity: int) : uint64[] -> uint64 =
    let terms =
        polynomial.Terms arity |> Seq.map (fun (e, c) -> Array.ofList e, ofBigInteger c) |> Array.ofSeq

    fun point ->
        let mutable sum = 0UL

        for exponents, coefficient in terms do
            let mutable product = coefficient

            for i in 0 .. exponents.Length - 1 do
                if exponents[i] > 0 then
                    product <- multiply product (power point[i] (uint64 exponents[i]))

            sum <- add sum product

        sum

/// A basis of the null space of a matrix (rows of equal length), by elimination to reduced echelon form. Each basis
/// vector belongs to one free column, has 1 there and 0 in every other free column. The rows are overwritten.
let nullSpace (columns: int) (rows: uint64[] list) : uint64[] list =
    let pivotRow = Array.create<uint64[] voption> columns ValueNone

    for row in rows do
        for c in 0 .. columns - 1 do
            match pivotRow[c] with
            | ValueSome pivot when row[c] <> 0UL ->
                let factor = row[c]

                for k in c .. columns - 1 do
                    row[k] <- subtract row[k] (multiply factor pivot[k])
            | _ -> ()

        match Array.tryFindIndex ((<>) 0UL) row with
        | None -> ()
        | Some c ->
            let scale = inverse row[c]

            for k in c .. columns - 1 do
                row[k] <- multiply scale row[k]

            pivotRow[c] <- ValueSome row

    // Back-substitution from the right.
    for c in columns - 1 .. -1 .. 0 do
        match pivotRow[c] with
        | ValueNone -> ()
        | ValueSome row ->
            for k in c + 1 .. columns - 1 do
                match pivotRow[k] with
                | ValueSome pivot when row[k] <> 0UL ->
                    let factor = row[k]

                    for i in k .. columns - 1 do
                        row[i] <- subtract row[i] (multiply factor pivot[i])
                | _ -> ()

    [ for free in 0 .. columns - 1 do
          if pivotRow[free].IsNone then
              Array.init columns (fun c ->
                  match pivotRow[c] with
                  | ValueSome row -> subtract 0UL row[free]
                  | ValueNone -> if c = free then 1UL else 0UL) ]

/// Euclid's algorithm on p and x, up to the first remainder r ≤ limit: r and the t with r = t x modulo p.
let private remainder (limit: BigInteger) (x: uint64) =
    let mutable r0, r1 = BigInteger Prime, BigInteger x
    let mutable t0, t1 = BigInteger.Zero, BigInteger.One

    while r1 > limit do
        let q = BigInteger.Divide(r0, r1)
        let r2, t2 = r0 - q * r1, t0 - q * t1
        r0 <- r1
        r1 <- r2
        t0 <- t1
        t1 <- t2

    struct (r1, t1)

/// The fraction n/d = x modulo p with |n|, d ≤ 2^30 and d > 0, if there is one (then it is the only one).
let tryRational (x: uint64) : struct (BigInteger * BigInteger) option =
    let limit = BigInteger.One <<< 30
    let struct (r, t) = remainder limit x

    if BigInteger.Abs t > limit || t.IsZero then None
    elif t.Sign < 0 then Some(struct (-r, -t))
    else Some(struct (r, t))

/// The denominator d ≤ 2^12 of the fraction n/d = x modulo p with |n| ≤ 2^47, if there is one (then it is the only one).
let tryDenominator (x: uint64) : BigInteger option =
    let struct (r, t) = remainder (BigInteger.One <<< 47) x

    if t.IsZero || BigInteger.Abs t > BigInteger 4096 then None
    else Some(BigInteger.Abs t / BigInteger.GreatestCommonDivisor(r, t))

/// A vector modulo p as the primitive integer vector that is proportional to it, if its fractions are small enough.
let tryIntegers (vector: uint64[]) : BigInteger[] option =
    match Array.tryFind ((<>) 0UL) vector with
    | None -> Some(Array.create vector.Length BigInteger.Zero)
    | Some first ->
        let scale = inverse first
        let fractions = vector |> Array.map (fun x -> tryRational (multiply scale x))

        if Array.forall Option.isSome fractions then
            let fractions = Array.map Option.get fractions

            let common =
                fractions
                |> Array.fold (fun l (struct (_, d)) -> l / BigInteger.GreatestCommonDivisor(l, d) * d) BigInteger.One

            let integers = fractions |> Array.map (fun (struct (n, d)) -> n * (common / d))

            let content =
                integers |> Array.fold (fun g n -> BigInteger.GreatestCommonDivisor(g, n)) BigInteger.Zero

            Some(integers |> Array.map (fun n -> n / content))
        else
            None
