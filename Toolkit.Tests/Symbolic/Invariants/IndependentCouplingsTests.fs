module Toolkit.Tests.Symbolic.Invariants.IndependentCouplingsTests

open System
open Expecto
open Toolkit.Numerics.Representations.Nice
open Toolkit.Symbolic.AngularMomentum
open Toolkit.Symbolic.Export
open Toolkit.Symbolic.Invariants
open Toolkit.Testing
open Toolkit.Tests.Laws

/// Independent features as published (notes of the NICE authors' lists where nothing is cut off) and by generating functions:
/// channels, lmax, ν, λ, then how many for σ = 1 and −1.
let private published =
    [ (7, 4, 2, 0), (140, 0)
      (7, 4, 2, 1), (196, 84)
      (7, 4, 3, 0), (2702, 1148)
      (7, 4, 3, 1), (5880, 4410)
      (7, 1, 3, 0), (280, 35)
      (7, 1, 3, 1), (392, 147)
      (7, 1, 4, 0), (1400, 245)
      (7, 1, 5, 0), (5656, 1736)
      (1, 8, 3, 0), (55, 14) ]

let private counted channels bases = int (IndependentCouplings.count channels bases)

/// The component of largest M of a coupling of given multiplets, by Clebsch–Gordan coefficients in floating point.
let private coupled (lambda: int) (factors: float[] list) (path: int list) : float =
    let order (f: float[]) = (f.Length - 1) / 2
    let half (n: int) = HalfInteger.FromInteger n

    let couple (a: float[]) (b: float[]) (l: int) =
        let la, lb = order a, order b

        Array.init (2 * l + 1) (fun at ->
            let m = at - l

            Seq.sum (
                seq {
                    for ma in max -la (m - lb) .. min la (m + lb) ->
                        (ClebschGordan.exact(half la, half ma, half lb, half (m - ma), half l, half m)).ToDouble()
                        * a[la + ma]
                        * b[lb + m - ma]
                }
            ))

    let whole = List.fold2 couple factors.Head factors.Tail path
    whole[2 * lambda]

/// The rank of rows by orthogonalising, the largest first.
let private rank (rows: float[][]) : int =
    let left = rows |> Array.map Array.copy
    let dot (a: float[]) (b: float[]) = Array.fold2 (fun sum x y -> sum + x * y) 0. a b
    for row in left do
        let size = sqrt (dot row row)
        for k in 0 .. row.Length - 1 do row[k] <- (if size > 0. then row[k] / size else 0.)

    let rec next found =
        let k = Seq.maxBy (fun k -> dot left[k] left[k]) [ 0 .. left.Length - 1 ]
        let size = sqrt (dot left[k] left[k])

        if found = rows.Length || size < 1e-7 then found
        else
            let axis = left[k] |> Array.map (fun x -> x / size)
            for row in left do
                for _ in 1..2 do
                    let share = dot axis row
                    for i in 0 .. row.Length - 1 do row[i] <- row[i] - share * axis[i]
            next (found + 1)

    if rows.Length = 0 then 0 else next 0

let private ok (file: string) =
    match CouplingBasisFile.tryCheck file with
    | Some(Ok basis) -> basis
    | Some(Error why) -> failwith why
    | None -> failwith "not recognised"

let private refused (expected: string) (file: string) =
    match CouplingBasisFile.tryCheck file with
    | Some(Error why) -> Assert.Contains(expected, why)
    | Some(Ok _) -> failwith $"accepted, expected: {expected}"
    | None -> failwith "not recognised"

[<Tests>]
let tests =
    testList "Symbolic.Invariants.IndependentCouplingsTests" [
        testList "the number of independent features is the published one" [
            for (channels, lmax, order, lambda), (even, odd) in published ->
                testCase $"{channels} channels, l ≤ {lmax}, ν = {order}, λ = {lambda}" <| fun () ->
                    for sigma, expected in [ 1, even; -1, odd ] do
                        let bases = IndependentCouplings.all 1 None order lmax lambda sigma
                        Assert.True(bases |> List.forall _.IsComplete)
                        Assert.Equal<int>(expected, counted channels bases)
        ]

        testCase "with intermediate orders up to lmax as many remain as the published list has" <| fun () ->
            let bases = IndependentCouplings.all 1 (Some 8) 4 8 0 1
            Assert.Equal<int>(545, counted 1 bases)
            Assert.True(bases |> List.exists (fun b -> not b.IsComplete))

        Law.test "patterns and their bases add up to the count of the generating function" 30 (Law.seeded (1, 4)) (fun (seed, order) ->
            let random = Random seed
            let channels, lmax, lambda = 1 + random.Next 4, random.Next 4, random.Next 4
            for sigma in [ 1; -1 ] do
                let bases = IndependentCouplings.all seed None order lmax lambda sigma
                Assert.Equal<int>(int (NiceCounts.Independent(channels, lmax, order, lambda, sigma)), counted channels bases))

        Law.test
            "kept couplings are independent and all others are combinations of them, by Clebsch–Gordan coefficients in floating point"
            25
            (Law.seeded (2, 4))
            (fun (seed, order) ->
                let random = Random seed
                let lambda = random.Next 3

                let patterns =
                    Pattern.all order 3 lambda (if random.Next 2 = 0 then 1 else -1)
                    |> List.filter (fun p -> Pattern.multiplicity lambda p > 0)

                if not patterns.IsEmpty then
                    let pattern = patterns[random.Next patterns.Length]
                    let kept = (IndependentCouplings.ofPattern seed None lambda pattern).Couplings

                    let everything =
                        (IndependentCouplings.ofPattern
                            seed
                            None
                            lambda
                            (pattern |> List.collect (fun g -> List.replicate g.Count { g with Count = 1 })))
                            .Couplings

                    Assert.True(kept |> List.forall (fun path -> List.contains path everything))

                    let points = [|
                        for _ in 1 .. everything.Length + 3 ->
                            [
                                for g in pattern do
                                    yield! List.replicate g.Count (Array.init (2 * g.L + 1) (fun _ -> 2. * random.NextDouble() - 1.))
                            ]
                    |]

                    let rows paths = [| for path in paths -> points |> Array.map (fun factors -> coupled lambda factors path) |]
                    // What vanishes by symmetry is rounding in floating point.
                    let present = rows everything |> Array.filter (fun row -> Array.exists (fun x -> abs x > 1e-10) row)
                    Assert.Equal<int>(kept.Length, rank (rows kept))
                    Assert.Equal<int>(kept.Length, rank present))

        testCase "a file is read back and certified; one that was changed is refused"
        <| fun () ->
            let bases = IndependentCouplings.all 1 None 4 2 0 1
            let file = CouplingBasisFile.write { Order = 4; LMax = 2; Lambda = 0; Sigma = 1; Seed = 1; Patterns = bases }
            Assert.Equal<PatternCouplings list>(bases, (ok file).Patterns)

            let with' (old: string) (changed: string) =
                Assert.Contains(old, file)
                file.Replace(old, changed)

            let line = file.Split('\n') |> Array.find (fun l -> l.Contains "[[1, 2], [1, 1], [1, 1]]")
            // Four vectors of which two are equal: three couplings, two of them independent.
            Assert.Contains("\"multiplicity\": 2, \"candidates\": 3", line)

            refused
                "independent"
                (file.Replace(line, line.Replace("[[0, 1, 0], [2, 1, 0]]", "[[0, 1, 0], [0, 1, 0]]").Replace("[[1, 1, 0]", "[[9, 1, 0]")))

            refused "independent" (file.Replace(line, line.Replace("[0, 1, 0]", "[1, 1, 0]")))
            refused "the multiplicity is 2" (file.Replace(line, line.Replace("\"multiplicity\": 2", "\"multiplicity\": 1")))
            refused "missing" (file.Replace(line + "\n", ""))
            refused "twice" (file.Replace(line, line + "\n" + line))
            refused "modulus" (with' "2305843009213693951" "2305843009213693953")
            refused "sigma" (with' "\"sigma\": 1" "\"sigma\": 2")
            refused "unknown" (with' "\"order\": 4," "\"order\": 4, \"note\": 1,")
            refused "stands twice" (with' "\"order\": 4," "\"order\": 4, \"order\": 4,")
            refused "couplings" (file.Replace(line, line.Replace("\"couplings\": [[", "\"couplings\": [[1, 1, 0], [")))
            Assert.True((CouplingBasisFile.tryCheck "{}").IsNone)

        Law.test
            "an edit of a file is refused, or says the same, or names other independent couplings"
            150
            (Law.seeded (1, 3))
            (fun (seed, order) ->
                let random = Random seed
                let bases = IndependentCouplings.all 1 None order 2 0 1
                let file = CouplingBasisFile.write { Order = order; LMax = 2; Lambda = 0; Sigma = 1; Seed = 1; Patterns = bases }

                let digits = [
                    for i in 0 .. file.Length - 1 do
                        if Char.IsAsciiDigit file[i] then
                            i
                ]

                let at = digits[random.Next digits.Length]
                let edited = file.Remove(at, 1).Insert(at, string (random.Next 10))

                match CouplingBasisFile.tryCheck edited with
                | Some(Ok basis) ->
                    for p in basis.Patterns do
                        Assert.Equal<int>(p.Multiplicity, p.Couplings.Length)
                        Assert.True(IndependentCouplings.areIndependent 99 basis.Lambda p.Pattern p.Couplings)
                | _ -> ())
    ]
