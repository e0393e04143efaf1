/// The 3j and 6j symbols straight from Racah's formulas in the quantum numbers (DLMF 34.2.4 and 34.4.3): no code is
/// shared with the library, so that a spot check of a theorem tests the definitions as well.
module Toolkit.Tests.Symbolic.Proofs.FromFactorials

open System
open System.Numerics

let rec private factorial (n: int) =
    if n < 2 then BigInteger.One else BigInteger n * factorial (n - 1)

let private half (twice: int) =
    if twice % 2 <> 0 then failwith $"{twice}/2 is not an integer"
    twice / 2

/// The quotient of two big integers as a double.
let private ratio (n: BigInteger) (d: BigInteger) =
    if n.IsZero then
        0.0
    else
        float n.Sign * Math.Exp(BigInteger.Log(BigInteger.Abs n) - BigInteger.Log d)

/// Arguments that the 3j symbol is defined for, from doubled quantum numbers.
let isDefined3j (q: int[]) =
    let j1, j2, j3 = q[0], q[1], q[2]

    Array.forall2 (fun j m -> j >= 0 && abs m <= j && (j - m) % 2 = 0) q[0..2] q[3..5]
    && q[3] + q[4] + q[5] = 0
    && (j1 + j2 + j3) % 2 = 0
    && j3 <= j1 + j2
    && j3 >= abs (j1 - j2)

/// The 3j symbol of doubled quantum numbers; 0 where it is not defined.
let threeJ (q: int[]) : float =
    if not (isDefined3j q) then
        0.0
    else
        let j1, j2, j3, m1, m2, m3 = q[0], q[1], q[2], q[3], q[4], q[5]
        let f twice = factorial (half twice)

        let above =
            [ j1 + j2 - j3; j1 - j2 + j3; -j1 + j2 + j3; j1 + m1; j1 - m1; j2 + m2; j2 - m2; j3 + m3; j3 - m3 ]
            |> List.fold (fun p t -> p * f t) BigInteger.One

        let below = f (j1 + j2 + j3 + 2)
        // A common denominator for the terms of the sum.
        let common = BigInteger.Pow(f (j1 + j2 + j3 + 2), 6)
        let mutable sum = BigInteger.Zero

        for s in 0 .. half (j1 + j2 - j3) do
            let arguments =
                [ 2 * s
                  j3 - j2 + m1 + 2 * s
                  j3 - j1 - m2 + 2 * s
                  j1 + j2 - j3 - 2 * s
                  j1 - m1 - 2 * s
                  j2 + m2 - 2 * s ]

            if List.forall (fun t -> t >= 0) arguments then
                let term = common / (arguments |> List.fold (fun p t -> p * f t) BigInteger.One)
                sum <- if s % 2 = 0 then sum + term else sum - term

        let sign = if (half (j1 - j2 - m3)) % 2 = 0 then 1.0 else -1.0
        sign * sqrt (ratio above below) * ratio sum common

let private isTriad a b c =
    (a + b + c) % 2 = 0 && c <= a + b && c >= abs (a - b)

/// Arguments that the 6j symbol is defined for, from doubled quantum numbers.
let isDefined6j (q: int[]) =
    Array.forall (fun j -> j >= 0) q
    && isTriad q[0] q[1] q[2]
    && isTriad q[0] q[4] q[5]
    && isTriad q[3] q[1] q[5]
    && isTriad q[3] q[4] q[2]

/// The 6j symbol of doubled quantum numbers; 0 where it is not defined.
let sixJ (q: int[]) : float =
    if not (isDefined6j q) then
        0.0
    else
        let triads = [ q[0], q[1], q[2]; q[0], q[4], q[5]; q[3], q[1], q[5]; q[3], q[4], q[2] ]
        let quads = [ q[0] + q[1] + q[3] + q[4]; q[1] + q[2] + q[4] + q[5]; q[2] + q[0] + q[5] + q[3] ] |> List.map half
        let sums = triads |> List.map (fun (a, b, c) -> half (a + b + c))

        let delta =
            triads
            |> List.fold
                (fun p (a, b, c) ->
                    let f t = factorial (half t)
                    p * sqrt (ratio (f (a + b - c) * f (a - b + c) * f (-a + b + c)) (f (a + b + c + 2))))
                1.0

        let low, high = List.max sums, List.min quads
        let common = BigInteger.Pow(factorial (high + 2), 7)
        let mutable sum = BigInteger.Zero

        for s in low..high do
            let below =
                (sums |> List.map (fun a -> s - a)) @ (quads |> List.map (fun b -> b - s))
                |> List.fold (fun p n -> p * factorial n) BigInteger.One

            let term = factorial (s + 1) * common / below
            sum <- if s % 2 = 0 then sum + term else sum - term

        delta * ratio sum common

/// Whether an element of the matrix of order j stands at doubled j, n, m.
let isDefinedElement (q: int[]) =
    Array.forall (fun m -> abs m <= q[0] && (q[0] - m) % 2 = 0) q[1..2]

/// The matrix at which elements are evaluated unless another is given: a, b, c, d.
let letters = [| 2; -3; 1; 4 |]

/// The element D^j_nm of the matrix by which (u, v) → (a u + c v, b u + d v) acts on u^(j+m) v^(j−m)/√((j+m)! (j−m)!), from
/// the powers themselves, multiplied out; 0 where there is none.
let element (g: float[]) (q: int[]) : float =
    if not (isDefinedElement q) then
        0.0
    else
        let plus, minus, n = half (q[0] + q[2]), half (q[0] - q[2]), half (q[0] - q[1])
        let factors = List.replicate plus (g[0], g[2]) @ List.replicate minus (g[1], g[3])

        // By powers of v.
        let product =
            ([ 1.0 ], factors)
            ||> List.fold (fun row (x, y) -> List.map2 (fun p q -> x * p + y * q) (row @ [ 0.0 ]) (0.0 :: row))

        product[n] * sqrt (ratio (factorial (q[0] - n) * factorial n) (factorial plus * factorial minus))

/// Whether the symbol of that name is defined at doubled quantum numbers.
let isDefined (name: string) (q: int[]) =
    if name = "3j" then isDefined3j q elif name = "D" then isDefinedElement q else isDefined6j q

/// A random point at which the symbol is defined, in doubled quantum numbers, with j at most `size`/2: small sizes make
/// the boundaries of the domain frequent.
let rec point (name: string) (random: Random) (size: int) : int[] =
    let q =
        if name = "3j" then
            let j = Array.init 3 (fun _ -> random.Next(size + 1))
            let m = Array.init 2 (fun i -> j[i] - 2 * random.Next(j[i] + 1))
            Array.append j [| m[0]; m[1]; -m[0] - m[1] |]
        elif name = "D" then
            let j = random.Next(size + 1)
            Array.append [| j |] (Array.init 2 (fun _ -> j - 2 * random.Next(j + 1)))
        else
            Array.init 6 (fun _ -> random.Next(size + 1))

    if isDefined name q then q else point name random size

/// The symbol of that name at doubled quantum numbers.
let value (name: string) (q: int[]) =
    if name = "3j" then threeJ q elif name = "D" then element (Array.map float letters) q else sixJ q
