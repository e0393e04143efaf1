module Toolkit.Tests.Symbolic.AngularMomentum.WignerDTests

open System
open System.Numerics
open Expecto
open FsCheck.FSharp
open Toolkit.Symbolic.Algebra
open Toolkit.Symbolic.AngularMomentum
open Toolkit.Testing
open Toolkit.Tests.Laws

let private h (twice: int) = HalfInteger.FromTwice twice

let private rational (p: int) (q: int) = Surd.OfRational(BigInteger p, BigInteger q)

/// A rational point on the circle, both signs of both coordinates.
let private halfAngle (random: Random) =
    let p, q = random.Next 9, 1 + random.Next 9
    let n = p * p + q * q
    let sign () = if random.Next 2 = 0 then 1 else -1
    let c, s = rational (sign () * (p * p - q * q)) n, rational (sign () * 2 * p * q) n
    if random.Next 2 = 0 then c, s else s, c

/// Σ of surds, all rational multiples of one.
let private sum (terms: seq<Surd>) =
    (Surd.Zero, terms) ||> Seq.fold (fun total t -> match Surd.TryAdd(total, t) with Some s -> s | None -> failwith $"{total} + {t}")

[<Tests>]
let tests =
    testList "Symbolic.AngularMomentum.WignerDTests" [
        testCase "d of spin one half and of spin one are the closed forms" <| fun () ->
            let c, s = rational 3 5, rational 4 5
            let d j m' m = WignerSmallD.exact (h j, h m', h m, c, s)
            Assert.Equal<Surd list>([ c; -s; s; c ], [ d 1 1 1; d 1 1 -1; d 1 -1 1; d 1 -1 -1 ])
            // cos β = −7/25, sin β = 24/25: d_00 = cos β, d_10 = −sin β/√2, d_11 = (1 + cos β)/2.
            Assert.Equal(rational -7 25, d 2 0 0)
            Assert.Equal(-(rational 24 25) * Surd.Create(1, BigInteger.One, BigInteger 2), d 2 2 0)
            Assert.Equal(rational 9 25, d 2 2 2)

        Law.test "d is orthogonal, exactly, where both half-angles are rational" 30 (Law.seeded (0, 9)) (fun (seed, j) ->
            let c, s = halfAngle (Random seed)
            let d m' m = WignerSmallD.exact (h j, h m', h m, c, s)

            for a in -j .. 2 .. j do
                for b in -j .. 2 .. j do
                    // Rows a and b share the root of their own factorials; over the column's it is rational.
                    let products = seq { for m in -j .. 2 .. j -> d a m * d b m }
                    Assert.Equal((if a = b then Surd.One else Surd.Zero), sum products))

        Law.test "two rotations about y compose, exactly" 30 (Law.seeded (0, 7)) (fun (seed, j) ->
            let random = Random seed
            let c1, s1 = halfAngle random
            let c2, s2 = halfAngle random
            let add x y = sum [ x; y ]
            let c, s = add (c1 * c2) (-(s1 * s2)), add (s1 * c2) (c1 * s2)

            for a in -j .. 2 .. j do
                for b in -j .. 2 .. j do
                    let products =
                        seq {
                            for m in -j .. 2 .. j ->
                                WignerSmallD.exact (h j, h a, h m, c1, s1) * WignerSmallD.exact (h j, h m, h b, c2, s2)
                        }

                    Assert.Equal(WignerSmallD.exact (h j, h a, h b, c, s), sum products))

        Law.test "the symmetries of d hold, also where the half-angle is no right one" 100 (Law.seeded (0, 30)) (fun (seed, j) ->
            let random = Random seed
            let n = 1 + random.Next 50
            let p = random.Next(n + 1)
            let c, s = Surd.Create(1, BigInteger p, BigInteger n), Surd.Create(1, BigInteger(n - p), BigInteger n)
            let pick () = -j + 2 * random.Next(j + 1)
            let a, b = pick (), pick ()
            let d m' m s = WignerSmallD.exact (h j, h m', h m, c, s)
            let sign = if (a - b) / 2 % 2 = 0 then Surd.One else -Surd.One
            Assert.Equal(sign * d b a s, d a b s)
            Assert.Equal(d -b -a s, d a b s)
            Assert.Equal(d b a (-s), d a b s))

        testCase "what is no point of the circle, or no quantum number, is an error that says so" <| fun () ->
            let error (result: Result<Surd, string>) = match result with Error e -> e | Ok v -> failwith $"got {v}"
            Assert.Contains("expected squares that add to 1", error (WignerSmallD.tryExact (h 2, h 0, h 0, rational 3 5, rational 3 5)))
            Assert.Contains("m' = 3/2", error (WignerSmallD.tryExact (h 2, h 3, h 0, rational 3 5, rational 4 5)))
    ]
