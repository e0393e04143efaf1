module Toolkit.Tests.Symbolic.AngularMomentum.Wigner3jTests

open System
open System.IO
open System.Numerics
open System.Text.Json
open Expecto
open FsCheck.FSharp
open Toolkit.Symbolic.Algebra
open Toolkit.Symbolic.AngularMomentum
open Toolkit.Testing
open Toolkit.Tests.Laws

let private h (twice: int) = HalfInteger.FromTwice twice

let private symbol (j1, j2, j3, m1, m2, m3) = Wigner3j.exact (h j1, h j2, h j3, h m1, h m2, h m3)

let private factorials = Array.init 64 (fun n -> Seq.fold (fun p k -> p * BigInteger(k: int)) BigInteger.One [ 1..n ])

/// The integer T with 3j = ±T √(Π(j±m)!/(a! B! C! (J+1)!)) that the exact value contains. That it is an integer is
/// itself checked here, by taking the root of its square.
let private integerPart j1 j2 j3 m1 m2 m3 : BigInteger =
    let w = symbol (j1, j2, j3, m1, m2, m3)
    let f n = factorials[n / 2]
    let J = j1 + j2 + j3
    let up = f (j1 + j2 - j3) * f (j1 - j2 + j3) * f (-j1 + j2 + j3) * f (J + 2) * w.Numerator
    let down = f (j1 + m1) * f (j1 - m1) * f (j2 + m2) * f (j2 - m2) * f (j3 + m3) * f (j3 - m3) * w.Denominator
    let mutable rest = BigInteger.Zero
    let square = BigInteger.DivRem(up, down, &rest)
    Assert.True rest.IsZero
    let root = Rounding.isqrt square
    Assert.Equal(square, root * root)
    BigInteger w.Sign * root

/// Both relations for one (j1, j2), in integers: with x = T·√(row)·√(column), where row = (j3+m3)!(j3−m3)!/(a!B!C!(J+1)!)
/// belongs to j3 and column = Π(j1±m1)!(j2±m2)! to (m1, m2),
///   Σ_{m1} T T' column = 0 for j3 ≠ j3', and = 1/((2j3+1) row) for j3 = j3';
///   Σ_{j3} (2j3+1) T T' row = 0 for (m1, m2) ≠ (m1', m2'), and = 1/column for equal ones.
let private orthogonal (j1: int) (j2: int) =
    let f n = factorials[n / 2]

    for m3 in (j1 + j2) % 2 .. 2 .. j1 + j2 do
        let j3s = [| for j3 in abs (j1 - j2) .. 2 .. j1 + j2 do if j3 >= m3 then j3 |]
        let m1s = [| for m1 in -j1 .. 2 .. j1 do if abs (-m3 - m1) <= j2 then m1 |]
        Assert.Equal(m1s.Length, j3s.Length)
        let t = [| for j3 in j3s -> [| for m1 in m1s -> integerPart j1 j2 j3 m1 (-m3 - m1) m3 |] |]
        let column = [| for m1 in m1s -> let m2 = -m3 - m1 in f (j1 + m1) * f (j1 - m1) * f (j2 + m2) * f (j2 - m2) |]
        let up = [| for j3 in j3s -> f (j3 + m3) * f (j3 - m3) |]
        let down = [| for j3 in j3s -> f (j1 + j2 - j3) * f (j1 - j2 + j3) * f (-j1 + j2 + j3) * f (j1 + j2 + j3 + 2) |]
        let n = j3s.Length

        for a in 0 .. n - 1 do
            for b in a .. n - 1 do
                let sum = Seq.sum (seq { for k in 0 .. n - 1 -> t[a][k] * t[b][k] * column[k] })

                if a <> b then
                    Assert.True sum.IsZero
                else
                    Assert.Equal(down[a], sum * up[a] * BigInteger(j3s[a] + 1))

        // A common denominator of the rows.
        let common = Array.fold (fun d e -> d / BigInteger.GreatestCommonDivisor(d, e) * e) BigInteger.One down
        let row = Array.init n (fun k -> BigInteger(j3s[k] + 1) * up[k] * (common / down[k]))

        for a in 0 .. n - 1 do
            for b in a .. n - 1 do
                let sum = Seq.sum (seq { for k in 0 .. n - 1 -> t[k][a] * t[k][b] * row[k] })
                if a <> b then Assert.True sum.IsZero else Assert.Equal(common, sum * column[a])

[<Tests>]
let tests =
    testList "Symbolic.AngularMomentum.Wigner3jTests" [
        testCase "1270 symbols computed by SymPy are reproduced exactly" <| fun () ->
            SharedData.using "reference/wigner3j_exact.json" (fun path ->
                use document = JsonDocument.Parse(File.ReadAllText path)
                let mutable count = 0

                for row in document.RootElement.GetProperty("data").EnumerateArray() do
                    let n i = row[i].GetInt32()
                    let big (i: int) =
                        match row[i].GetString() with
                        | null -> failwith "a number is missing"
                        | text -> BigInteger.Parse text
                    let expected = Surd.Create(n 6, big 7, big 8)
                    Assert.Equal(expected, symbol (n 0, n 1, n 2, n 3, n 4, n 5))
                    count <- count + 1

                Assert.Equal(1270, count))

        testCase "the symbol is zero when the triangle rule fails or the m do not add to 0" <| fun () ->
            Assert.Equal(Surd.Zero, symbol (2, 2, 6, 0, 0, 0))
            Assert.Equal(Surd.Zero, symbol (2, 2, 3, 0, 0, 1))
            Assert.Equal(Surd.Zero, symbol (2, 2, 2, 2, 0, 0))

        testCases
            "a j or m that is no quantum number is an error that names it, not a zero"
            [ (-2, 2, 2, 0, 0, 0, "j1 = -1")
              (2, 2, 2, 0, 4, 0, "m2 = 2")
              (2, 2, 2, 0, 0, 1, "m3 = 1/2") ]
        <| fun (j1: int, j2: int, j3: int, m1: int, m2: int, m3: int, fact: string) ->
            match Wigner3j.tryExact (h j1, h j2, h j3, h m1, h m2, h m3) with
            | Ok value -> failwith $"got {value}"
            | Error message -> Assert.Contains(fact, message)

            Assert.Throws<ArgumentException>(fun () -> symbol (j1, j2, j3, m1, m2, m3) |> ignore) |> ignore

        testCase "all 72 Regge symmetries hold" <| fun () ->
            let permutations =
                [ [| 0; 1; 2 |], 1; [| 1; 2; 0 |], 1; [| 2; 0; 1 |], 1; [| 1; 0; 2 |], -1; [| 0; 2; 1 |], -1; [| 2; 1; 0 |], -1 ]

            Law.holdsFor 50 (Law.seeded (1, 40)) (fun (seed, size) ->
                let j1, j2, j3, m1, m2, m3 = QuantumNumbers.upTo (Random seed) size
                let half n = n / 2

                let square =
                    [| [| half (-j1 + j2 + j3); half (j1 - j2 + j3); half (j1 + j2 - j3) |]
                       [| half (j1 - m1); half (j2 - m2); half (j3 - m3) |]
                       [| half (j1 + m1); half (j2 + m2); half (j3 + m3) |] |]

                let expected = symbol (j1, j2, j3, m1, m2, m3)
                let J = half (j1 + j2 + j3)

                for rows, rowSign in permutations do
                    for columns, columnSign in permutations do
                        for transpose in [ false; true ] do
                            let r i k = if transpose then square[rows[k]][columns[i]] else square[rows[i]][columns[k]]
                            let j k = r 1 k + r 2 k
                            let m k = r 2 k - r 1 k
                            let sign = if J % 2 <> 0 && rowSign * columnSign < 0 then -1 else 1
                            let value = symbol (j 0, j 1, j 2, m 0, m 1, m 2)
                            Assert.Equal(expected, (if sign > 0 then value else -value)))

        // j1 > j2 and m3 < 0 follow by the symmetries that the Regge test covers.
        testCase "both orthogonality relations hold exactly for all j up to 10, half-integers included" <| fun () ->
            for j1 in 0..20 do
                for j2 in j1..20 do
                    orthogonal j1 j2
    ]
