module Toolkit.Tests.Symbolic.AngularMomentum.Wigner6jTests

open System
open Expecto
open Toolkit.Symbolic.Algebra
open Toolkit.Symbolic.AngularMomentum
open Toolkit.Testing
open Toolkit.Tests.Laws

let private h (twice: int) = HalfInteger.FromTwice twice

let private sixJ (j1, j2, j3, l1, l2, l3) = Wigner6j.exact (h j1, h j2, h j3, h l1, h l2, h l3)

let private nineJ (j: int[]) = Wigner9j.exact (Array.map h j)

let private sum (terms: seq<Surd>) =
    terms
    |> Seq.fold
        (fun total x ->
            match Surd.TryAdd(total, x) with
            | Some next -> next
            | None -> failwith $"{total} and {x} have no surd as their sum")
        Surd.Zero

[<Tests>]
let tests =
    testList "Symbolic.AngularMomentum.Wigner6jTests" [
        testCase "6j symbols are orthogonal, exactly" <| fun () ->
            // Σ_{j3} (2j3+1)(2l3+1) {j1 j2 j3; l1 l2 l3} {j1 j2 j3; l1 l2 l3'} = δ (DLMF 34.5.14).
            Law.holdsFor 60 (Law.seeded (1, 14)) (fun (seed, size) ->
                let random = Random seed
                let j1, j2, l1 = random.Next(size + 1), random.Next(size + 1), random.Next(size + 1)
                // l2 of the parity that lets (l1, l2, j3) close for the j3 of (j1, j2).
                let l2 = 2 * random.Next(size / 2 + 1) + ((j1 + j2 + l1) &&& 1)
                let j3s = [ for j3 in max (abs (j1 - j2)) (abs (l1 - l2)) .. 2 .. min (j1 + j2) (l1 + l2) -> j3 ]
                let l3s = [ for l3 in max (abs (j1 - l2)) (abs (l1 - j2)) .. 2 .. min (j1 + l2) (l1 + j2) -> l3 ]
                Assert.Equal(j3s.Length, l3s.Length)

                for a in l3s do
                    for b in l3s do
                        let value =
                            sum (
                                seq {
                                    for j3 in j3s ->
                                        sixJ (j1, j2, j3, l1, l2, a) * sixJ (j1, j2, j3, l1, l2, b) * Surd.OfInteger((j3 + 1) * (a + 1))
                                }
                            )

                        Assert.Equal((if a = b then Surd.One else Surd.Zero), value))

        testCase "a 6j symbol is the contraction of 3j symbols, sign included" <| fun () ->
            // {j1 j2 j3; l1 l2 l3} (j1 j2 j3; m1 m2 m3) = Σ (−1)^{Σ(l+n)} (j1 l2 l3; m1 n2 −n3)(l1 j2 l3; −n1 m2 n3)(l1 l2 j3; n1 −n2 m3).
            let w (a, b, c, x, y, z) =
                if abs x > a || abs y > b || abs z > c then 0.0 else (Wigner3j.exact (h a, h b, h c, h x, h y, h z)).ToDouble()

            Law.holdsFor 40 (Law.seeded (1, 6)) (fun (seed, size) ->
                let random = Random seed
                let j1, j2, l3 = random.Next(size + 1), random.Next(size + 1), random.Next(size + 1)
                let j3 = abs (j1 - j2) + 2 * random.Next(min j1 j2 + 1)
                let l2 = abs (j1 - l3) + 2 * random.Next(min j1 l3 + 1)
                let l1 = abs (j2 - l3) + 2 * random.Next(min j2 l3 + 1)
                let m1 = -j1 + 2 * random.Next(j1 + 1)
                let m2 = -j2 + 2 * random.Next(j2 + 1)
                let m3 = -m1 - m2

                if abs m3 <= j3 && Math.Abs(l1 - l2) <= j3 && j3 <= l1 + l2 then
                    let mutable total = 0.0

                    for n1 in -l1 .. 2 .. l1 do
                        for n2 in -l2 .. 2 .. l2 do
                            for n3 in -l3 .. 2 .. l3 do
                                let sign = if ((l1 + l2 + l3 + n1 + n2 + n3) / 2) &&& 1 = 0 then 1.0 else -1.0

                                total <-
                                    total
                                    + sign
                                      * w (j1, l2, l3, m1, n2, -n3)
                                      * w (l1, j2, l3, -n1, m2, n3)
                                      * w (l1, l2, j3, n1, -n2, m3)

                    let expected = (sixJ (j1, j2, j3, l1, l2, l3)).ToDouble() * w (j1, j2, j3, m1, m2, m3)
                    Assert.InRange(total - expected, -1e-13, 1e-13))

        Law.test
            "a 9j symbol with a zero is a 6j symbol, and permutations change it by the stated sign"
            40
            (Law.seeded (1, 8))
            (fun (seed, size) ->
                let random = Random seed
                let next () = random.Next(size + 1)
                let a, b, d = next (), next (), next ()
                let c = abs (a - b) + 2 * random.Next(min a b + 1)
                let g = abs (a - d) + 2 * random.Next(min a d + 1)
                // (d, e, c) and (b, e, g) must close: take an e that does, if there is one.
                let e = abs (d - c) + 2 * random.Next(min d c + 1)
                let J (n: int) = n / 2

                // {a b c; d e c; g g' 0} = δ_{gg'} (−1)^{b+c+d+g} {a b c; e d g} / √((2c+1)(2g+1)).
                if (b + c + d + g) &&& 1 = 0 then
                    let six = sixJ (a, b, c, e, d, g)
                    let sign = if J(b + c + d + g) &&& 1 = 0 then 1 else -1
                    let expected = six * Surd.Create(sign, 1I, bigint ((c + 1) * (g + 1)))
                    Assert.Equal(expected, nineJ [| a; b; c; d; e; c; g; g; 0 |])

                let j = Array.init 9 (fun _ -> next ())
                let total = Array.sum j

                if total &&& 1 = 0 then
                    let value = nineJ j
                    let transposed = nineJ [| j[0]; j[3]; j[6]; j[1]; j[4]; j[7]; j[2]; j[5]; j[8] |]
                    let swapped = nineJ [| j[3]; j[4]; j[5]; j[0]; j[1]; j[2]; j[6]; j[7]; j[8] |]
                    Assert.Equal(value, transposed)
                    Assert.Equal((if J total &&& 1 = 0 then value else -value), swapped))

        testCase "known values" <| fun () ->
            Assert.Equal("sqrt(1/36)", string (sixJ (2, 2, 2, 2, 2, 2)))
            Assert.Equal("0", string (sixJ (2, 2, 8, 2, 2, 2)))
            Assert.Equal("sqrt(1/(4*pi))", string (Gaunt.exact (h 0, h 0, h 0, h 0, h 0, h 0)))

        testCase "Gaunt's coefficients with m = 0 are integrals of three Legendre polynomials" <| fun () ->
            let legendre (l: int) (x: float) =
                let mutable a, b = 1.0, x
                if l = 0 then 1.0
                else
                    for n in 1 .. l - 1 do
                        let c = (float (2 * n + 1) * x * b - float n * a) / float (n + 1)
                        a <- b
                        b <- c
                    b

            // Simpson's rule in x.
            let n = 4000

            for l1 in 0..4 do
                for l2 in 0..4 do
                    for l3 in 0..4 do
                        let f i =
                            let x = -1.0 + 2.0 * float i / float n
                            legendre l1 x * legendre l2 x * legendre l3 x

                        let weight i = if i = 0 || i = n then 1.0 elif i % 2 = 1 then 4.0 else 2.0
                        let integral = (Seq.sum (seq { for i in 0..n -> weight i * f i })) * 2.0 / float n / 3.0
                        let norm l = sqrt (float (2 * l + 1) / (4.0 * Math.PI))
                        let expected = 2.0 * Math.PI * norm l1 * norm l2 * norm l3 * integral
                        let value = (Gaunt.exact (h (2 * l1), h (2 * l2), h (2 * l3), h 0, h 0, h 0)).ToDouble()
                        Assert.InRange(value - expected, -1e-10, 1e-10)
    ]
