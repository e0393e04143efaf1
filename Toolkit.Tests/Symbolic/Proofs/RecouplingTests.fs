/// From one coupling scheme to another: the coefficients are those that the definition gives, at random angular momenta.
module Toolkit.Tests.Symbolic.Proofs.RecouplingTests

open System
open System.IO
open Expecto
open Toolkit.Symbolic.AngularMomentum
open Toolkit.Symbolic.CouplingTrees
open Toolkit.Symbolic.Proofs
open Toolkit.Symbolic.Proofs.Kernel
open Toolkit.Symbolic.Proofs.Theorems
open Toolkit.Symbolic.Export
open Toolkit.Tests.Laws

let private premise =
    lazy (TheoremTests.proved (Catalogue.entries |> List.find (fun e -> e.Name = "6j.racah-formula")))

let private single = Scheme.Single
let private pair l r x = Scheme.Couple(l, r, x)

let private connect start goal : Theorem =
    match SchemePath.find start goal |> Result.bind (Recoupling.connect (premise.Force()) start) with
    | Ok theorem -> theorem
    | Error why -> failwith why

let private statement (theorem: Theorem) = theorem.Statement :?> RecouplingCoefficient

let private holds (points: int) (theorem: Theorem) =
    match RecouplingEvaluation.check (statement theorem) points 11 with
    | Ok found -> Assert.Equal(points, found)
    | Error why -> Assert.Fail $"{theorem}: {why}"

/// A scheme of these leaves in random order, its labels numbered after a letter, the root called J.
let private random (random: Random) (letter: string) (leaves: string list) =
    let parts = Collections.Generic.List<Scheme>(leaves |> List.map single)
    let mutable n = 0

    let take () =
        let i = random.Next parts.Count
        let scheme = parts[i]
        parts.RemoveAt i
        scheme

    while parts.Count > 1 do
        let l, r = take (), take ()
        n <- n + 1
        parts.Add(pair l r (if parts.Count = 0 then "J" else $"{letter}{n}"))

    parts[0]

let private nine =
    let s x = single x
    pair (pair (s "a") (s "b") "e") (pair (s "c") (s "d") "f") "J",
    pair (pair (s "a") (s "c") "g") (pair (s "b") (s "d") "h") "J"

[<Tests>]
let tests =
    testList "Symbolic.Proofs.RecouplingTests" [
        testCase "the coefficient between random schemes of up to six leaves is that of the definition"
        <| fun () ->
            let draw = Random 23

            for leaves, count, points in
                [ [ "a"; "b" ], 3, 20; [ "a"; "b"; "c" ], 10, 20; [ "a"; "b"; "c"; "d" ], 10, 10; [ "a"; "b"; "c"; "d"; "e" ], 4, 4 ] do
                for _ in 1..count do
                    let start, goal = random draw "x" leaves, random draw "y" leaves

                    match SchemePath.find start goal with
                    | Ok [] -> ()
                    | Ok moves ->
                        match Recoupling.connect (premise.Force()) start moves with
                        | Ok theorem -> holds points theorem
                        | Error why -> Assert.Fail why
                    | Error why -> Assert.Fail why

        testCase "with any label put to 0, what is accepted is the coefficient of the definition" <| fun () ->
            let draw = Random 29
            let mutable accepted = 0

            for leaves, count in [ [ "a"; "b"; "c" ], 8; [ "a"; "b"; "c"; "d" ], 16; [ "a"; "b"; "c"; "d"; "e" ], 10 ] do
                for _ in 1..count do
                    let start, goal = random draw "x" leaves, random draw "y" leaves

                    match SchemePath.find start goal with
                    | Ok(_ :: _ as moves) ->
                        let general = Recoupling.connect (premise.Force()) start moves

                        for label in start.Names |> List.except leaves do
                            match SixJ.withZero label general with
                            | Ok theorem ->
                                accepted <- accepted + 1

                                match RecouplingEvaluation.check (statement theorem) 6 3 with
                                | Ok found -> Assert.True(found > 0, $"{theorem}")
                                | Error why -> Assert.Fail $"{theorem}: {why}"
                            | Error _ -> ()
                    | _ -> ()

            Assert.True(accepted > 20, $"{accepted}")

        testCase "six leaves are connected, and every label of the goal is kept" <| fun () ->
            let leaves = [ "a"; "b"; "c"; "d"; "e"; "f" ]
            let draw = Random 5

            for _ in 1..3 do
                let start, goal = random draw "x" leaves, random draw "y" leaves
                let found = statement (connect start goal)
                let wanted = goal.Names |> Set.ofList
                let kept = start.Names |> Set.ofList
                Assert.True(found.Final.Names |> List.forall (fun x -> wanted.Contains x || kept.Contains x))

        testCase "pairs exchanged between two pairs give three 6j symbols and one sum: Wigner's 9j symbol" <| fun () ->
            let theorem = connect (fst nine) (snd nine)
            let found = statement theorem
            Assert.Equal(3, found.Value.Symbols.Length)
            Assert.Single found.Value.Sums |> ignore
            holds 40 theorem
            let draw = Random 3
            let mutable points = 0

            let rows, rest =
                match NineJ.tryFind found.Value with
                | Some read -> read
                | None -> failwith "no 9j symbol"

            Assert.Equal(9, (rows |> List.concat |> List.distinct).Length)
            Assert.Contains("9j(", (NineJ.tryText found.Value).Value)

            while points < 40 do
                let at = [ "a"; "b"; "c"; "d"; "e"; "f"; "g"; "h"; "J" ] |> List.map (fun x -> x, draw.Next 5) |> Map.ofList

                if RecouplingEvaluation.obeys at found.Start && RecouplingEvaluation.obeys at found.Final then
                    let symbol = Wigner9j.ofTwice [| at["a"]; at["b"]; at["e"]; at["c"]; at["d"]; at["f"]; at["g"]; at["h"]; at["J"] |]
                    let roots = [ "e"; "f"; "g"; "h" ] |> List.fold (fun v x -> v * sqrt (float (at[x] + 1))) 1.0
                    let value = RecouplingEvaluation.product found.Value at
                    Assert.Equal(roots * symbol.ToDouble(), value, 1e-12)
                    let read = Wigner9j.ofTwice (rows |> List.concat |> List.map (fun x -> at[x]) |> Array.ofList)
                    Assert.Equal(value, RecouplingEvaluation.product rest at * read.ToDouble(), 1e-12)
                    points <- points + 1

        testCase "a common pair keeps its label, and labels that would stand for two things get a prime" <| fun () ->
            let a, b, c, d = single "a", single "b", single "c", single "d"
            let start = pair (pair (pair a b "k") c "p") d "J"
            let goal = pair (pair (pair b a "q") d "k") c "L"
            let found = statement (connect start goal)
            let names = found.Final.Names
            Assert.Contains("k", names)
            Assert.Contains("k'", names)
            Assert.DoesNotContain("q", String.Join(" ", names))
            Assert.Single found.Value.Symbols |> ignore
            Assert.True((NineJ.tryFind found.Value).IsNone)
            holds 20 (connect start goal)

        testCase "schemes that cannot be connected are told why" <| fun () ->
            let a, b, c = single "a", single "b", single "c"

            for start, goal, fact in
                [ pair a b "J", pair a c "J", "expected those of the first"
                  pair a a "J", pair a a "J", "'a' twice"
                  pair (pair a b "J") c "J", pair (pair a b "e") c "J", "the first scheme: found 'J' twice"
                  a, a, "one leaf" ] do
                match SchemePath.find start goal with
                | Error why -> Assert.Contains(fact, why)
                | Ok moves -> Assert.Fail $"{moves}"

        testCase "a path with a wrong move, a name used twice or another premise is refused" <| fun () ->
            let a, b, c = single "a", single "b", single "c"
            let start = pair a (pair b c "f") "J"
            let prove = Recoupling.connect (premise.Force()) start

            for moves in
                [ []
                  [ Rightwards("J", "e") ]
                  [ Leftwards("J", "f") ]
                  [ Leftwards("J", "a") ]
                  [ Leftwards("x", "e") ]
                  [ Leftwards("J", "sum") ]
                  [ Leftwards("J", "e"); Rightwards("J", "e") ]
                  [ Exchange "a" ] ] do
                match prove moves with
                | Error _ -> ()
                | Ok theorem -> Assert.Fail $"{theorem}"

            let other = TheoremTests.proved (Catalogue.entries |> List.find (fun e -> e.Name = "3j.lowering"))

            match Recoupling.connect other start [ Leftwards("J", "e") ] with
            | Error why -> Assert.Contains("premise", why)
            | Ok theorem -> Assert.Fail $"{theorem}"

        testCase "the certificate is checked again, by the kernel and by the stand-alone program; SymPy agrees" <| fun () ->
            let theorem = connect (fst nine) (snd nine)
            let json = ProofFile.write "recoupling" "A path." theorem

            match ProofFile.check json with
            | Ok(_, again) -> Assert.Equal(theorem.Statement, again.Statement)
            | Error why -> Assert.Fail why

            TemporaryFolder.using (fun folder ->
                let file name (text: string) =
                    let path = Path.Combine(folder, name)
                    File.WriteAllText(path, text)
                    path

                let certificate = file "recoupling.json" json
                let programs = Scripts.checker () |> List.map (fun (name, text) -> file name text)

                match Tool.run "python3" [ programs.Head; certificate ] "" with
                | None -> SharedData.skipped "no python3"
                | Some(code, out, _) ->
                    Assert.True((code = 0), out)
                    Assert.Contains("recoupling path\t", out)

                match Tool.run "python3" [ "-c"; "import sympy" ] "" with
                | Some(0, _, _) ->
                    match Tool.run "python3" [ file "recoupling.py" (Scripts.sympy "recoupling" theorem) ] "" with
                    | Some(code, out, err) -> Assert.Equal((0, "0", ""), (code, Array.last (out.TrimEnd().Split '\n'), err))
                    | None -> ()
                | _ -> SharedData.skipped "no SymPy")

        testCase "trees: numbers become names, and what is no coupling of two is refused" <| fun () ->
            let leaf x = Tree.Scalar("rho", Named x)
            let tree l r x = Tree.Couple(l, r, x)
            let first = tree (leaf "l1") (tree (leaf "l2") (leaf "l3") (Named "k")) (Fixed 0)
            let second = tree (tree (leaf "l1") (leaf "l2") (Named "q")) (Tree.Mapped(leaf "l3")) (Fixed 0)

            match TreeRecoupling.prove first second with
            | Ok theorem ->
                holds 20 theorem
                // Coupled to 0, three leaves are so in one way up to a sign.
                Assert.Empty (statement theorem).Value.Symbols
                Assert.Empty (statement theorem).Value.Sums
                Assert.DoesNotContain("sum over", theorem.Statement.Text)
            | Error why -> Assert.Fail why

            // Of invariants of four factors a 6j symbol is left in the place of a 9j symbol.
            let four left right a b c d = tree (tree (leaf a) (leaf b) (Named left)) (tree (leaf c) (leaf d) (Named right)) (Fixed 0)

            match TreeRecoupling.prove (four "e" "f" "l1" "l2" "l3" "l4") (four "g" "h" "l1" "l3" "l2" "l4") with
            | Ok theorem ->
                holds 20 theorem
                Assert.Single (statement theorem).Value.Symbols |> ignore
                Assert.Empty (statement theorem).Value.Sums
                match ProofFile.check (ProofFile.write "recoupling" "A path." theorem) with
                | Ok(_, again) -> Assert.Equal(theorem.Statement, again.Statement)
                | Error why -> Assert.Fail why
            | Error why -> Assert.Fail why

            for bad, fact in
                [ Tree.Scalar("rho", Fixed 2), "at the leaf rho"
                  Tree.Sum [ leaf "l1" ], "a sum"
                  Tree.CoupleVectors(("s", Named "l1"), ("s", Named "l2"), Fixed 0), "J-summed" ] do
                match TreeRecoupling.prove first bad with
                | Error why -> Assert.Contains(fact, why)
                | Ok theorem -> Assert.Fail $"{theorem}"
    ]
