/// What the bound in `Generator` adds up, piece by piece, against exact rational numbers.
module Toolkit.Tests.Symbolic.Tables.RoundingTests

open System
open System.Numerics
open Expecto
open Toolkit.Symbolic.Algebra
open Toolkit.Symbolic.AngularMomentum
open Toolkit.Symbolic.Tables
open Toolkit.Testing
open Toolkit.Tests.Laws

/// n·2^e, exactly.
[<Struct>]
type Dyadic =
    { N: BigInteger
      E: int }

    static member Of(x: float) : Dyadic =
        let bits = BitConverter.DoubleToInt64Bits x
        let e = int ((bits >>> 52) &&& 0x7FFL)
        let m = bits &&& ((1L <<< 52) - 1L)
        let m = if e = 0 then m else m + (1L <<< 52)
        { N = BigInteger(if bits < 0L then -m else m); E = max e 1 - 1075 }

    static member (*)(x: Dyadic, y: Dyadic) = { N = x.N * y.N; E = x.E + y.E }

    static member (+)(x: Dyadic, y: Dyadic) =
        let e = min x.E y.E
        { N = (x.N <<< (x.E - e)) + (y.N <<< (y.E - e)); E = e }

    static member (~-)(x: Dyadic) = { N = -x.N; E = x.E }

    /// x/y to 200 bits.
    static member (/)(x: Dyadic, y: Dyadic) =
        let shift = 200 + max 0 (int (y.N.GetBitLength()) - int (x.N.GetBitLength()))
        { N = (x.N <<< shift) / y.N; E = x.E - y.E - shift }

    /// The nearest float64, ties to even.
    member x.Nearest: float =
        let size = BigInteger.Abs x.N
        let drop = int (size.GetBitLength()) - 53

        if drop <= 0 then
            Math.ScaleB(float (int64 x.N), x.E)
        else
            let kept = size >>> drop
            let rest, half = size - (kept <<< drop), BigInteger.One <<< (drop - 1)
            let up = rest > half || rest = half && not kept.IsEven
            Math.ScaleB(float (int64 (if up then kept + BigInteger.One else kept)) * float x.N.Sign, x.E + drop)

let private value (x: DoubleDouble) = Dyadic.Of x.Hi + Dyadic.Of x.Lo

let private u = Math.ScaleB(1., -53)

/// |x/y − 1| in units of u².
let private units (x: Dyadic) (y: Dyadic) : float = (((x + -y) / y).Nearest |> abs) / (u * u)

/// As a root: |x²·q/p − 1|/2 in units of u².
let private rootUnits (x: Dyadic) (p: BigInteger) (q: BigInteger) : float = units (x * x * { N = q; E = 0 }) { N = p; E = 0 } / 2.

/// A float64 in [1, 2) with random bits, or near an end of the range: what is lost is largest there.
let private mantissa (random: Random) =
    match random.Next 8 with
    | 0 -> 1. + float (random.Next 4) * 2. * u
    | 1 -> 2. - float (1 + random.Next 4) * 2. * u
    | _ -> BitConverter.Int64BitsToDouble(0x3FF0000000000000L ||| random.NextInt64(1L <<< 52))

/// hi + lo with |lo| ≤ size·u|hi|, often with the largest.
let private doubleDouble (random: Random) (size: float) : DoubleDouble =
    let hi = mantissa random
    let part = if random.Next 2 = 0 then 1. else random.NextDouble()
    { Hi = hi; Lo = (if random.Next 2 = 0 then part else -part) * size * u * hi }

[<Tests>]
let tests =
    testList "Symbolic.Tables.RoundingTests" [
        Law.test "roots of ratios are good to 2^−104, and their parts are normalised" 300 (Law.seeded (1, 3000)) (fun (seed, bits) ->
            let random = Random seed

            let number () =
                let bytes = Array.zeroCreate<byte> (1 + bits / 8)
                random.NextBytes bytes
                BigInteger.Abs(BigInteger bytes) + BigInteger.One

            let p, q = number (), number ()
            let root = DoubleDouble.OfScaledRoot(p, q)
            let x = value root.Number
            Assert.InRange(abs root.Number.Hi, 0.25, 16.)
            Assert.True(abs root.Number.Lo <= u * abs root.Number.Hi)
            Assert.InRange(rootUnits { x with E = x.E + root.Exponent } p q, 0., 4.))

        testCase "a product of double-doubles loses less than 6u² and is normalised" <| fun () ->
            let random = Random 6
            let mutable worst = 0.

            for _ in 1..20000 do
                let x, y = doubleDouble random 1., doubleDouble random 1.
                let product = x.Times y
                let lost = units (value product) (value x * value y)
                Assert.True(lost < 6., $"{x.Hi} + {x.Lo}, {y.Hi} + {y.Lo}: {lost}")
                Assert.True(abs product.Lo <= u * abs product.Hi)
                worst <- max worst lost

            // The bound is no idle one.
            Assert.InRange(worst, 2., 6.)

        testCase "ρ is good to 24u², n roots of factorials multiplied to (10n − 6)u², and Gaunt's factor to 84u²"
        <| fun () ->
            let count = 383
            let factorial = Array.create count BigInteger.One

            for n in 1 .. count - 1 do
                factorial[n] <- factorial[n - 1] * BigInteger n

            let struct (root, inverse) = FactorialRoots.make count
            let struct (hi, lo) = FactorialRoots.makeRho 255 root inverse

            for twice in [ 0; 1; 2; 9; 40; 100; 199; 254 ] do
                for b in 0..twice do
                    Assert.InRange(
                        rootUnits (value { Hi = hi[twice][b]; Lo = lo[twice][b] }) (factorial[b] * factorial[twice - b]) factorial[twice],
                        0.,
                        24.
                    )

            let random = Random 24

            for n in [ 3; 7; 9 ] do
                for _ in 1..200 do
                    let mutable p, q = BigInteger.One, BigInteger.One
                    // Above and below the line in turn, so that nothing leaves the range of float64.
                    let k = random.Next 300

                    let factors = [|
                        for i in 1..n do
                            let k = k + random.Next 10

                            if i % 2 = 0 then
                                p <- p * factorial[k]
                                root[k]
                            else
                                q <- q * factorial[k]
                                inverse[k]
                    |]

                    // An odd one out is taken out of the exponent.
                    let product = ScaledDoubleDouble.Product(Array.append factors [| { Number = { Hi = 1.; Lo = 0. }; Exponent = 900 } |])
                    Assert.InRange(rootUnits (value product) (p <<< 1800) q, 0., 10. * float n - 6.)

            let gaunt = GauntFactor(254, root)
            let bits = 400
            let pi = SurdOverRootPi.PiTimesPower bits

            for l1, l2, l3 in [ 0, 0, 0; 2, 2, 0; 4, 6, 6; 40, 40, 40; 120, 200, 160; 254, 254, 252; 254, 128, 126 ] do
                // ∫YYY over U ρ ρ ρ, squared: 3j = U ρ ρ ρ √((2l1)!(2l2)!(2l3)!/(a! B! C! (J+1)!)).
                let w = Wigner3j.ofTwice l1 l2 l3 0 0 0
                let f n = factorial[n]
                let p = w.Numerator * f (l1 + 1) * f (l2 + 1) * f (l3 + 1) <<< bits
                let J = (l1 + l2 + l3) / 2
                let q = w.Denominator * f (J - l1) * f (J - l2) * f (J - l3) * f (J + 1) * BigInteger 4 * pi
                Assert.InRange(rootUnits (value (gaunt.At(l1, l2, l3))) p q, 0., 84.)

        testCase "the rounding test is never sure where a number within 450u² rounds otherwise, and always where none within 600u² does" <| fun () ->
            let random = Random 97
            let mutable sures, doubts = 0, 0

            for case in 1..20000 do
                let x, y = doubleDouble random 1., doubleDouble random 1.
                let exactly = case % 3 = 0
                let n = if exactly then { Hi = Math.ScaleB(mantissa random, 52); Lo = 0. } else doubleDouble random 2.
                // f brings the product to any distance from a number midway between two float64; also at powers of 2, and of either sign.
                let odd = if random.Next 10 = 0 then (1L <<< 54) - 1L else 2L * random.NextInt64(1L <<< 52, 1L <<< 53) + 1L
                let offset = random.NextDouble() * 1600. - 800.
                let middle = { N = BigInteger(if random.Next 2 = 0 then odd else -odd); E = random.Next(-300, 60) }
                let target = middle + middle * Dyadic.Of(offset * u * u)
                let f = target / (value x * value y * value n)
                let front = { Hi = f.Nearest; Lo = (f + -(Dyadic.Of f.Nearest)).Nearest }
                let product = value x * value y * value n * value front
                let distance = units product middle

                let struct (rounded, sure) = RoundedProduct.roundOne x y front exactly n

                if sure then
                    sures <- sures + 1
                    Assert.True(distance > 450., $"sure at {distance} from {middle}")
                    Assert.Equal(product.Nearest, rounded)
                else
                    doubts <- doubts + 1
                    Assert.True(distance < 600., $"in doubt at {distance} from {middle}")

            Assert.InRange(sures, 2000, 18000)
            Assert.InRange(doubts, 2000, 18000)

        testCase "a float64 decides the float32 of whatever rounds to it, or leaves it to the exact value"
        <| fun () ->
            let random = Random 29
            let mutable undecided = 0

            for case in 1..20000 do
                // Random ones, ones next to midway between two float32 and midway, and ones around and below 2^−126.
                let x = Math.ScaleB(mantissa random, (if case % 4 = 0 then random.Next(-150, -120) else random.Next(-100, 10)))

                let x =
                    if case % 2 = 0 then
                        x
                    else
                        BitConverter.Int64BitsToDouble(
                            (BitConverter.DoubleToInt64Bits x &&& ~~~((1L <<< 29) - 1L)) + (1L <<< 28) + int64 (random.Next 5 - 2)
                        )

                if RoundedProduct.decidesSingle x then
                    // The ends of what rounds to x: float32 of a number is that of x, by integers.
                    for side in [ -1; 1 ] do
                        let next = if side < 0 then Math.BitDecrement x else Math.BitIncrement x
                        let near = (Dyadic.Of x * Dyadic.Of 1025. + Dyadic.Of next * Dyadic.Of 1023.) * Dyadic.Of(1. / 2048.)
                        let p, q = near.N * near.N, BigInteger.One
                        let p, q = if near.E >= 0 then p <<< (2 * near.E), q else p, q <<< (-2 * near.E)
                        Assert.Equal(float32 x, Rounding.sqrtToSingle p q)
                else
                    undecided <- undecided + 1

            Assert.InRange(undecided, 1000, 10000)

        testCase "a root over √π next to a number midway between two float64 is decided by more digits of π" <| fun () ->
            let random = Random 3
            let pi = SurdOverRootPi.PiTimesPower 600

            for _ in 1..50 do
                let odd = 2L * random.NextInt64(1L <<< 52, 1L <<< 53) + 1L
                // odd²·π to 300 bits behind the point: its root over √π is odd to 2^−300.
                let p = (BigInteger odd * BigInteger odd * pi) >>> 300
                let rounded (p: BigInteger) = (SurdOverRootPi.OfSurd(Surd.Create(1, p, BigInteger.One <<< 300))).ToDouble()
                Assert.Equal(float (odd - 1L), rounded (p - BigInteger.One))
                Assert.Equal(float (odd + 1L), rounded (p + BigInteger 2))

        testCase "a float32 is rounded directly where the float64 in between would stand midway" <| fun () ->
            let random = Random 32
            let pi = SurdOverRootPi.PiTimesPower 600

            for _ in 1..50 do
                let odd = 2L * random.NextInt64(1L <<< 23, 1L <<< 24) + 1L
                let square = BigInteger odd * BigInteger odd

                // The root is odd but for 2^−300.
                for add in [ -1; 2 ] do
                    let expected = float32 (if add < 0 then odd - 1L else odd + 1L)
                    let surd (p: BigInteger) = Surd.Create(1, p + BigInteger add, BigInteger.One <<< 300)
                    Assert.Equal(expected, (surd (square <<< 300)).ToSingle())
                    Assert.Equal(expected, (SurdOverRootPi.OfSurd(surd ((square * pi) >>> 300))).ToSingle())

        testCase "coefficients below the normal range of float32 are rounded once" <| fun () ->
            // 3j(63 64 127; 63 −64 1) is about 2^−129.
            let spec = Specs.ofKind ThreeJ 254 false Precision.Single
            let mutable least = 1.

            Generator(spec).Class(126, 128, 254, fun l1 l2 l3 block ->
                for i in 0 .. block.Count - 1 do
                    if abs block.Values[i] < 1e-36 then
                        let m1, m2, m3 = 2 * int block.M1[i] - l1, 2 * int block.M2[i] - l2, 2 * int block.M3[i] - l3
                        Assert.Equal(float ((Wigner3j.ofTwice l1 l2 l3 m1 m2 m3).ToSingle()), block.Values[i])
                        least <- min least (abs block.Values[i]))

            Assert.InRange(least, 1e-45, Math.ScaleB(1., -126))
    ]
