module Toolkit.Tests.Symbolic.Algebra.SurdTests

open System
open System.Numerics
open Expecto
open FsCheck.FSharp
open Toolkit.Symbolic.Algebra
open Toolkit.Testing
open Toolkit.Tests.Laws

let private big (bits: int) (random: Random) =
    let bytes = Array.zeroCreate<byte> (bits / 8 + 1)
    random.NextBytes bytes
    bytes[bytes.Length - 1] <- 0uy
    BigInteger bytes + BigInteger.One


/// The sign of (midpoint of lo and hi)² − p/q, exactly. The midpoint may need 54 bits, so it is doubled: (lo + hi)²/4.
let private compareMidpoint (lo: float) (hi: float) (p: BigInteger) (q: BigInteger) =
    let parts (x: float) =
        let bits = BitConverter.DoubleToInt64Bits x
        let e = int ((bits >>> 52) &&& 0x7FFL)
        let m = bits &&& ((1L <<< 52) - 1L)
        if e = 0 then struct (BigInteger m, -1074) else struct (BigInteger(m + (1L <<< 52)), e - 1075)

    let struct (ml, el) = parts lo
    let struct (mh, eh) = parts hi
    let e = min el eh
    let sum = (ml <<< (el - e)) + (mh <<< (eh - e))
    // (sum·2^e)² /4 against p/q
    let left, right = sum * sum * q, BigInteger 4 * p
    if e >= 0 then compare (left <<< (2 * e)) right else compare left (right <<< (-2 * e))

[<Tests>]
let tests =
    testList "Symbolic.Algebra.SurdTests" [
        Law.test "a surd's float64 is the nearest one" 2000 (Law.seeded (1, 400)) (fun (seed, size) ->
            let random = Random seed
            let p, q = big size random, big (1 + random.Next 400) random
            let x = Surd.Create(1, p, q)
            let d = x.ToDouble()
            Assert.True(compareMidpoint (Math.BitDecrement d) d x.Numerator x.Denominator <= 0)
            Assert.True(compareMidpoint d (Math.BitIncrement d) x.Numerator x.Denominator >= 0))

        Law.test "a surd's float32 is the nearest one, rounded once" 2000 (Law.seeded (1, 60)) (fun (seed, size) ->
            let random = Random seed
            let p, q = big size random, big (1 + random.Next 60) random
            let x = Surd.Create(1, p, q)
            let f = x.ToSingle()
            Assert.True(compareMidpoint (float (MathF.BitDecrement f)) (float f) x.Numerator x.Denominator <= 0)
            Assert.True(compareMidpoint (float f) (float (MathF.BitIncrement f)) x.Numerator x.Denominator >= 0))

        testCase "ties go to the even neighbour, in float64 and in float32" <| fun () ->
            // (2^53 + 1)² lies midway between two float64, (2^24 + 1)² between two float32.
            let tie (bits: int) (add: int) = Surd.OfRational((BigInteger.One <<< bits) + BigInteger add, BigInteger.One)
            Assert.Equal(9007199254740992.0, (tie 53 1).ToDouble())
            Assert.Equal(9007199254740996.0, (tie 53 3).ToDouble())
            Assert.Equal(16777216.0f, (tie 24 1).ToSingle())
            Assert.Equal(16777220.0f, (tie 24 3).ToSingle())

        testCase "subnormal and vanishing results are rounded once, too" <| fun () ->
            let power (bits: int) = Surd.Create(1, BigInteger.One, BigInteger.One <<< (2 * bits))
            Assert.Equal(Double.Epsilon, (power 1074).ToDouble())
            Assert.Equal(0.0, (power 1075).ToDouble())
            Assert.Equal(0.0, (power 5000).ToDouble())
            Assert.Equal(Single.Epsilon, (power 149).ToSingle())
            Assert.Equal(0.0f, (power 150).ToSingle())
            // 3/4 of the smallest step rounds up to it.
            Assert.Equal(Double.Epsilon, (Surd.OfRational(BigInteger 3, BigInteger.One <<< 1076)).ToDouble())

        Law.test "a result with fewer bits than a normal one is the nearest of its kind" 2000 (Law.seeded (0, 30)) (fun (seed, lost) ->
            let random = Random seed
            // Between 1/2 and 2 times a power of 2.
            let p, q = big 200 random + (BigInteger.One <<< 199), big 200 random + (BigInteger.One <<< 199)
            let x = Surd.Create(1, p, q <<< (2 * (1022 + lost)))
            let d = x.ToDouble()
            Assert.True(compareMidpoint (Math.BitDecrement d) d x.Numerator x.Denominator <= 0)
            Assert.True(compareMidpoint d (Math.BitIncrement d) x.Numerator x.Denominator >= 0)
            let y = Surd.Create(1, p, q <<< (2 * (126 + lost % 20)))
            let f = y.ToSingle()
            Assert.True(compareMidpoint (float (MathF.BitDecrement f)) (float f) y.Numerator y.Denominator <= 0)
            Assert.True(compareMidpoint (float f) (float (MathF.BitIncrement f)) y.Numerator y.Denominator >= 0))

        Law.test "products and quotients of surds undo each other" 100 (Law.seeded (1, 200)) (fun (seed, size) ->
            let random = Random seed
            let x = Surd.Create((if random.Next 2 = 0 then 1 else -1), big size random, big size random)
            let y = Surd.Create((if random.Next 2 = 0 then 1 else -1), big size random, big size random)
            Assert.Equal(x, x * y / y)
            Assert.Equal(x * y, y * x)
            Assert.Equal(Surd.Zero, x * Surd.Zero))

        testCase "commensurable surds add exactly and others are refused" <| fun () ->
            let s (p: int) (q: int) = Surd.Create(1, BigInteger p, BigInteger q)
            Assert.Equal(Some(s 9 2), Surd.TryAdd(s 2 1, s 1 2))
            Assert.Equal(Some Surd.Zero, Surd.TryAdd(s 2 3, -(s 2 3)))
            Assert.Equal(None, Surd.TryAdd(s 2 1, s 3 1))
    ]
