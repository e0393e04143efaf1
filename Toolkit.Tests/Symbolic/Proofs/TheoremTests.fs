module Toolkit.Tests.Symbolic.Proofs.TheoremTests

open System
open System.Numerics
open Expecto
open Toolkit.Symbolic.Algebra
open Toolkit.Symbolic.Proofs
open Toolkit.Symbolic.Proofs.Kernel
open Toolkit.Symbolic.Proofs.Theorems
open Toolkit.Symbolic
open Toolkit.Testing
open Toolkit.Tests.Laws

let internal proved (entry: Entry) : Theorem =
    match entry.Proof.Force() with
    | Ok theorem -> theorem
    | Error why -> failwith $"{entry.Name}: {why}"

let private defaults = Catalogue.entries |> List.filter _.ByDefault

let rec private leaves (statement: Statement) =
    match statement with
    | :? AllOf as all -> List.collect leaves all.Parts
    | other -> [ other ]

/// Machine integers as those of the kernel.
let internal integers (numbers: seq<int>) : BigInteger list =
    [ for n in numbers -> BigInteger n ]

/// 3j symbols at fixed j2, j3, m1 (doubled), j1 against m2.
let private matrix (j2: int) (j3: int) (m1: int) =
    [ for j1 in abs (j2 - j3) .. 2 .. j2 + j3 do
          if abs m1 <= j1 then
              j1, [ for m2 in -j2 .. 2 .. j2 -> FromFactorials.threeJ [| j1; j2; j3; m1; m2; -m1 - m2 |] ] ]

/// The value of a product of 6j symbols at doubled angular momenta by name; what a sum has to be taken of is looked at only
/// where the symbols that are known already are not 0.
let rec private value (product: RecouplingProduct) (sums: string list) (at: Map<string, int>) : float =
    let known, others = product.Symbols |> List.partition (List.forall at.ContainsKey)
    let symbol (s: string list) = FromFactorials.sixJ (s |> List.map (fun x -> at[x]) |> Array.ofList)
    let symbols = known |> List.fold (fun p s -> if p = 0.0 then p else p * symbol s) 1.0

    if symbols = 0.0 then
        0.0
    else
        match sums with
        | x :: rest -> symbols * List.sum [ for twice in 0..16 -> value { product with Symbols = others } rest (Map.add x twice at) ]
        | [] ->
            let exponent = product.Phase |> List.sumBy (fun (x, n) -> n * at[x])
            Assert.Equal(0, exponent % 2)
            let roots = product.Roots |> List.fold (fun p x -> p * sqrt (float (at[x] + 1))) 1.0
            (if exponent / 2 % 2 = 0 then 1.0 else -1.0) * roots * symbols

/// Compares both sides at random angular momenta with which the first scheme obeys the triangle rules, until `count`
/// values other than 0 have been seen or, for mutated identities, there seem to be none.
let internal holdsInNumbers (count: int) (start: Scheme) (identity: RecouplingIdentity) =
    let products = [ identity.Left; identity.Right ]

    let rec names scheme =
        match scheme with
        | Single x -> [ x ]
        | Couple(l, r, x) -> x :: names l @ names r

    let fixedNames =
        names start @ (products |> List.collect (fun p -> List.concat p.Symbols @ List.map fst p.Phase))
        |> List.distinct
        |> List.filter (fun x -> products |> List.forall (fun p -> not (List.contains x p.Sums)))

    let rec isAllowed (at: Map<string, int>) scheme =
        let top s =
            match s with
            | Single x
            | Couple(_, _, x) -> at[x]

        match scheme with
        | Single _ -> true
        | Couple(l, r, x) ->
            let a, b, c = top l, top r, at[x]
            (a + b + c) % 2 = 0 && c <= a + b && c >= abs (a - b) && isAllowed at l && isAllowed at r

    let random = Random 7
    let mutable found, tries = 0, 0

    while found < count && tries < 20000 do
        tries <- tries + 1
        let at = fixedNames |> List.map (fun x -> x, (if x = "0" then 0 else random.Next 5)) |> Map.ofList

        if isAllowed at start then
            let left = value identity.Left identity.Left.Sums at
            let right = value identity.Right identity.Right.Sums at

            match identity.Delta with
            | [] ->
                Assert.Equal(right, left, 1e-11)
                if right <> 0.0 then found <- found + 1
            | pairs when left <> 0.0 ->
                Assert.Equal((if pairs |> List.forall (fun (x, y) -> at[x] = at[y]) then 1.0 else 0.0), left, 1e-11)
                found <- found + 1
            | _ -> ()

    found

let private clebschGordan j1 m1 j2 m2 j m =
    let sign = if ((j1 - j2 + m) / 2) % 2 = 0 then 1.0 else -1.0
    sign * sqrt (float (j + 1)) * FromFactorials.threeJ [| j1; j2; j; m1; m2; -m |]

[<Tests>]
let tests =
    testList "Symbolic.Proofs.TheoremTests" [
        testCase "every theorem of the default set is proved" <| fun () ->
            for entry in defaults do
                Assert.NotEmpty((proved entry).Statement.Text)

        testCase "equations hold at many random points computed from factorials, boundaries and half-integers included" <| fun () ->
            let mutable seen = 0

            for entry in Catalogue.entries |> List.filter (fun e -> e.ByDefault || e.Name.StartsWith "3j.contiguous") do
                for statement in leaves (proved entry).Statement do
                    match statement with
                    | :? Equation as equation ->
                        seen <- seen + 1
                        // Of the 72 symmetries and the 276 relations, each at a few.
                        let count = if entry.ByDefault && entry.Name <> "3j.regge" then 100 else 10
                        Assert.Equal(Some count, Statements.holdsAt count (Random seen) equation)
                    | _ -> ()

            Assert.True(seen > 350, string seen)

        testCase "sums of products of 3j symbols computed from factorials are as the theorems on orthogonality and norm say" <| fun () ->
            for name in [ "3j.orthogonality-m"; "3j.normalisation"; "3j.orthogonality-j" ] do
                proved (Catalogue.entries |> List.find (fun e -> e.Name = name)) |> ignore

            Law.holdsFor 50 (Law.seeded (0, 9)) (fun (seed, j2) ->
                let random = Random seed
                let j3 = random.Next 10
                let m1 = -j2 - j3 + 2 * random.Next(j2 + j3 + 1)
                let rows = matrix j2 j3 m1

                for j1, row in rows do
                    for j1', row' in rows do
                        let expected = if j1 = j1' then 1.0 / float (j1 + 1) else 0.0
                        Assert.Equal(expected, List.fold2 (fun s x y -> s + x * y) 0.0 row row', 1e-11)

                for k in 0..j2 do
                    for k' in 0..j2 do
                        let isInside k = abs (m1 + (-j2 + 2 * k)) <= j3

                        if isInside k && isInside k' then
                            let sum = rows |> List.sumBy (fun (j1, row) -> float (j1 + 1) * row[k] * row[k'])
                            Assert.Equal((if k = k' then 1.0 else 0.0), sum, 1e-11))

        testCase "identities between sums of 6j symbols hold at random angular momenta, computed from factorials" <| fun () ->
            for name in
                [ "6j.orthogonality"; "6j.racah"; "6j.biedenharn-elliott"; "9j.orthogonality"; "9j.rows"; "9j.columns"; "9j.sum"
                  "9j.transposition"; "9j.third-row"; "9j.third-column"; "9j.zero-entry" ] do
                let theorem = proved (Catalogue.entries |> List.find (fun e -> e.Name = name))
                let identity = theorem.Statement :?> RecouplingIdentity
                Assert.Equal(40, holdsInNumbers 40 identity.Start identity)

        testCase "the sum of four coupling coefficients over all magnetic numbers is Racah's sum, computed from factorials" <| fun () ->
            proved (Catalogue.entries |> List.find (fun e -> e.Name = "6j.racah-formula")) |> ignore
            let allowed x y = [ abs (x - y) .. 2 .. x + y ]

            Law.holdsFor 60 (Law.seeded (0, 5)) (fun (seed, a) ->
                let random = Random seed
                let b, c = random.Next 6, random.Next 6
                let any (xs: int list) = xs[random.Next xs.Length]
                let e = any (allowed a b)
                let j = any (allowed e c)
                let m = any [ -j .. 2 .. j ]

                for f in allowed b c do
                    if List.contains j (allowed a f) then
                        let sum =
                            Seq.sum
                                [ for m1 in -a .. 2 .. a do
                                      for m2 in -b .. 2 .. b do
                                          let m3 = m - m1 - m2

                                          if abs m3 <= c then
                                              clebschGordan a m1 b m2 e (m1 + m2)
                                              * clebschGordan e (m1 + m2) c m3 j m
                                              * clebschGordan b m2 c m3 f (m2 + m3)
                                              * clebschGordan a m1 f (m2 + m3) j m ]

                        let sign = if ((a + b + c + j) / 2) % 2 = 0 then 1.0 else -1.0
                        let expected = sign * sqrt (float ((e + 1) * (f + 1))) * FromFactorials.sixJ [| a; b; e; c; j; f |]
                        Assert.Equal(expected, sum, 1e-11))

        testCase "the Clebsch-Gordan coefficients built from lowering operators alone are those of Racah's formula" <| fun () ->
            // ⟨j1 m1 j2 m2|j3 M⟩ by the ladders: the highest state from J+ = 0, unit norm and positive sign, then J− downwards.
            for j1 in 0..4 do
                for j2 in 0..4 do
                    for j3 in abs (j1 - j2) .. 2 .. j1 + j2 do
                        let raise j m = sqrt (float ((j - m) * (j + m + 2)) / 4.0)
                        let highest = Array.create (j1 + 1) 0.0 // by k: m1 = j1 − 2k, m2 = j3 − m1
                        let isInside m2 = abs m2 <= j2
                        let mutable norm = 0.0

                        for k in 0..j1 do
                            let m1 = j1 - 2 * k
                            let m2 = j3 - m1

                            if isInside m2 then
                                // J+ = 0 at (m1+1, m2): c(m1) raise(j1, m1) + c(m1+1) raise(j2, m2−1) = 0
                                highest[k] <- if k = 0 then 1.0 else -highest[k - 1] * raise j2 (m2 - 2) / raise j1 m1
                                norm <- norm + highest[k] * highest[k]

                        let mutable state = highest |> Array.map (fun c -> c / sqrt norm)

                        for m in j3 .. -2 .. -j3 do
                            for k in 0..j1 do
                                let m1 = j1 - 2 * k
                                let m2 = m - m1
                                Assert.Equal(clebschGordan j1 m1 j2 m2 j3 m, (if isInside m2 then state[k] else 0.0), 1e-11)

                            if m > -j3 then
                                let lowered =
                                    Array.init (j1 + 1) (fun k ->
                                        // m1 = j1 − 2k at total m − 2
                                        let m1 = j1 - 2 * k
                                        let m2 = m - 2 - m1
                                        let first = if k > 0 && isInside m2 then state[k - 1] * raise j1 m1 else 0.0
                                        let second = if isInside (m2 + 2) && isInside m2 then state[k] * raise j2 m2 else 0.0
                                        (first + second) / raise j3 (m - 2))

                                state <- lowered

        testCase "the derived recursions are those of the textbooks" <| fun () ->
            // DLMF 34.3.14 and 34.5.11 (the latter up to the common sign): the middle coefficients.
            let v i = Polynomial.Variable i
            let casimir i = v i * v i + v i

            let middle name =
                match (proved (Catalogue.entries |> List.find (fun e -> e.Name = name))).Certificate with
                | :? NormalisationCertificate as c -> c.Terms[0].Coefficient
                | _ -> failwith name

            let two = Polynomial.Constant 2
            let isProportional (x: Polynomial) (y: Polynomial) = x = y || x = -y

            // m3 = −m1−m2
            let m3 = -(v 3) - v 4
            Assert.True(isProportional (casimir 0 - casimir 1 - casimir 2 - two * v 4 * m3) (middle "3j.recursion-m"))

            let j, l = Array.init 3 casimir, Array.init 3 (fun i -> casimir (i + 3))

            let sixJ =
                (two * v 0 + Polynomial.One)
                * ((j[2] + j[1] - j[0]) * (l[2] + l[1] - j[0]) - two * (j[2] * l[2] + j[1] * l[1] - j[0] * l[0]))

            Assert.True(isProportional sixJ (middle "6j.recursion"))

        testCase "names are dotted and unique, and selection understands a trailing asterisk" <| fun () ->
            let names = Catalogue.entries |> List.map _.Name
            Assert.Equal<string list>(List.distinct names, names)

            match Catalogue.select [ "3j.contiguous.*" ] with
            | Ok selected -> Assert.Equal(276, selected.Length)
            | Error name -> Assert.Fail name

            Assert.Equal(Error "3j.nothing", Catalogue.select [ "3j.regge"; "3j.nothing" ] |> Result.map List.length)
    ]
