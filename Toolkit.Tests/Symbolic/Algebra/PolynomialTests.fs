module Toolkit.Tests.Symbolic.Algebra.PolynomialTests

open System
open System.Numerics
open Expecto
open Toolkit.Symbolic.Algebra
open Toolkit.Testing
open Toolkit.Tests.Laws

let private names = [ "s"; "a"; "b"; "c" ]

/// A random polynomial in four variables.
let private draw (random: Random) (size: int) =
    List.init size (fun _ ->
        BigInteger(random.NextInt64(-1_000_000_000_000L, 1_000_000_000_000L))
        * Polynomial.Monomial(List.init 4 (fun _ -> random.Next 5)))
    |> List.fold (+) Polynomial.Zero

let private ring law =
    Law.holds (Law.seeded (1, 12)) (fun (seed, size) ->
        let random = Random seed
        law random (fun () -> draw random size))

[<Tests>]
let tests =
    testList "Symbolic.Algebra.PolynomialTests" [
        testCase "polynomials form a commutative ring" <| fun () ->
            ring (fun _ next ->
                let x, y, z = next (), next (), next ()
                Assert.Equal(x + y, y + x)
                Assert.Equal(x * y, y * x)
                Assert.Equal((x * y) * z, x * (y * z))
                Assert.Equal(x * (y + z), x * y + x * z)
                Assert.True((x - x).IsZero))

        testCase "evaluation respects sums and products" <| fun () ->
            ring (fun random next ->
                let point = List.init 4 (fun _ -> BigInteger(random.Next(-99, 100)))
                let x, y = next (), next ()
                Assert.Equal(x.ValueAt point * y.ValueAt point, (x * y).ValueAt point)
                Assert.Equal(x.ValueAt point + y.ValueAt point, (x + y).ValueAt point))

        testCase "a product divides by its factors, and by nothing that leaves a rest" <| fun () ->
            ring (fun _ next ->
                let x, y = next (), next () + Polynomial.One

                if not y.IsZero then
                    Assert.Equal(Some x, (x * y).TryDivide y)

                    if y.TotalDegree > 0 then
                        Assert.Equal(None, (x * y + Polynomial.One).TryDivide y))

        testCase "a shift by k is undone by a shift by -k and moves the argument" <| fun () ->
            ring (fun random next ->
                let x, k = next (), BigInteger(random.Next(-4, 5))
                let point = List.init 4 (fun _ -> BigInteger(random.Next(-9, 10)))
                let moved = List.mapi (fun i v -> if i = 2 then v + k else v) point
                Assert.Equal(x, (x.Shift(2, k)).Shift(2, -k))
                Assert.Equal(x.ValueAt moved, (x.Shift(2, k)).ValueAt point))

        testCase "a polynomial reads back what it prints" <| fun () ->
            ring (fun _ next ->
                let x = next ()
                Assert.Equal(Some x, PolynomialText.tryParse names (x.Print names)))

        testCases
            "other text is not a polynomial"
            [ ""
              "a+"
              "x"
              "a**"
              "2**a"
              "a*(b+1)" ]
        <| fun (text: string) ->
            Assert.Equal(None, PolynomialText.tryParse names text)

        testCase "a degree above 31 is an error, not a wrong answer" <| fun () ->
            let x = Polynomial.Monomial [ 0; 20 ]
            Assert.Throws<OverflowException>(fun () -> x * x |> ignore) |> ignore

        Law.test
            "a null vector modulo p annihilates every row, and there are as many as the rank leaves"
            100
            (Law.seeded (1, 10))
            (fun (seed, size) ->
                let random = Random seed
                let columns = size + random.Next 4
                let rows = List.init size (fun _ -> Array.init columns (fun _ -> uint64 (random.NextInt64(int64 Modular.Prime))))
                let basis = Modular.nullSpace columns (rows |> List.map Array.copy)
                Assert.Equal(columns - size, basis.Length)

                for row in rows do
                    for v in basis do
                        Assert.Equal(0UL, Array.fold2 (fun s x y -> Modular.add s (Modular.multiply x y)) 0UL row v))

        Law.test "a fraction is recovered from its image modulo p" 100 (Law.seeded (1, 1)) (fun (seed, _) ->
            let random = Random seed
            let n, d = BigInteger(random.Next(-(1 <<< 29), 1 <<< 29)), BigInteger(random.Next(1, 1 <<< 29))
            let g = BigInteger.GreatestCommonDivisor(n, d)
            let image = Modular.multiply (Modular.ofBigInteger n) (Modular.inverse (Modular.ofBigInteger d))
            Assert.Equal(Some(struct (n / g, d / g)), Modular.tryRational image))

        testCase "forms and their halves are written as they are read" <| fun () ->
            let names = [ "a"; "b" ]

            for coefficients, constant, whole, half in
                [ [ 2; -4 ], 6, "2*a - 4*b + 6", "a - 2*b + 3"
                  [ 2; 0 ], -1, "2*a - 1", "a - 1/2"
                  [ 0; 0 ], 3, "3", "3/2"
                  [ 0; 0 ], -3, "-3", "-3/2"
                  [ 0; 0 ], 0, "0", "0"
                  [ -1; 1 ], 2, "-a + b + 2", "(-a + b + 2)/2" ] do
                let form = Linear.ofIntegers constant coefficients
                Assert.Equal(whole, Linear.print names form)
                Assert.Equal(whole, (Polynomial.OfLinear form).Print names)
                Assert.Equal(half, Linear.printHalf names form)
    ]
