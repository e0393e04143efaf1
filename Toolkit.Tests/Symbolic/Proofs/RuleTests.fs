/// Rules that build on other theorems: they take no other premises than their own, and whatever they accept is true.
module Toolkit.Tests.Symbolic.Proofs.RuleTests

open System
open System.Numerics
open Expecto
open Toolkit.Symbolic.Algebra
open Toolkit.Symbolic.Hypergeometric
open Toolkit.Symbolic.AngularMomentum
open Toolkit.Symbolic.CouplingTrees
open Toolkit.Symbolic.Proofs
open Toolkit.Symbolic.Proofs.Kernel
open Toolkit.Symbolic.Proofs.Theorems
open Toolkit.Symbolic.Export
open Toolkit.Testing
open Toolkit.Tests.Laws

let private replace i x xs = List.mapi (fun k y -> if k = i then x else y) xs

/// Every step of every theorem of the default set, each statement once.
let private pool: Lazy<Theorem list> =
    lazy
        (Catalogue.entries
         |> List.filter _.ByDefault
         |> List.collect (TheoremTests.proved >> ProofFile.steps)
         |> List.distinctBy _.Statement.Text)

let private stepsOf (rule: string) =
    pool.Force() |> List.filter (fun t -> t.Rule = rule)

/// A rule with the premises with which it has been used.
type private Use =
    { Name: string
      Premises: Theorem list
      Apply: Theorem list -> Result<Theorem, string> }

let private uses: Lazy<Use list> =
    lazy
        (let one rule f =
             stepsOf rule
             |> List.map (fun t ->
                 { Name = rule
                   Premises = t.Premises
                   Apply = (fun ps -> f t ps) })

         let misfit: Result<Theorem, string> = Error "another number of premises"

         let numbers (t: Theorem) = (t.Certificate :?> PairingCertificate).Numbers

         [ one "orthogonality" (fun t ps ->
               let n = numbers t

               match ps with
               | [ a ] -> Pairing.orthogonal a (int n[0]) n[1..]
               | _ -> misfit)
           one "adjoint ladders" (fun t ps ->
               let n = numbers t

               match ps with
               | [ a; b ] -> Pairing.equalNorms a b n[..5] n[6..]
               | _ -> misfit)
           one "norm" (fun _ ps ->
               match ps with
               | [ a; b ] -> Pairing.unitNorm a b
               | _ -> misfit)
           one "rewriting" (fun t ps ->
               let c = t.Certificate :?> RecouplingCertificate

               match ps with
               | [ a ] -> Recoupling.prove a c.Start c.First c.Second
               | _ -> misfit)
           one "relabelling" (fun t ps ->
               match ps with
               | [ a; b ] -> Relabelling.prove a b (t.Certificate :?> RelabellingCertificate).Names
               | _ -> misfit)
           one "zero entry" (fun t ps ->
               match ps with
               | [ a; b; c ] -> Relabelling.atZero a b c (fst (t.Certificate :?> RelabellingCertificate).Names.Head)
               | _ -> misfit)
           one "unordered-triples" (fun _ ps ->
               match ps with
               | [ a; b; c; d ] -> UnorderedPairs.triples a b c d
               | _ -> misfit)
           one "evaluation" (fun t ps ->
               match ps with
               | [ a; b ] -> Evaluation.fromSum (t.Certificate :?> EvaluationCertificate).Symbol a b
               | _ -> misfit)
           one "antisymmetry" (fun t ps ->
               let c = t.Certificate :?> EvaluationCertificate

               match ps with
               | [ a ] -> Evaluation.zero a c.Names c.Images
               | _ -> misfit)
           one "first-order recursion" (fun t ps ->
               let c = t.Certificate :?> ClosedFormCertificate

               match ps with
               | [ a ] -> ClosedForms.prove a c.Variable c.Closed c.Start
               | _ -> misfit) ]
         @ [ for rule in WrittenArguments.names |> List.map (fun name -> (name.Split " / ")[0]) |> List.distinct ->
                 one rule (fun t ps -> WrittenArguments.prove (t.Statement :?> Argued).Name ps) ]
         |> List.concat
         |> List.filter (fun u -> not u.Premises.IsEmpty))

/// One relation with its terms in any order.
let private key (t: Theorem) =
    match t.Certificate with
    | :? NormalisationCertificate as c -> c.Terms |> List.map (fun t -> $"%A{t.Shift}") |> List.sort |> String.concat " "
    | _ -> t.Statement.Text

[<Tests>]
let tests =
    testList "Symbolic.Proofs.RuleTests" [
        testCase "every rule accepts its own premises" <| fun () ->
            for u in uses.Force() do
                match u.Apply u.Premises with
                | Ok _ -> ()
                | Error why -> Assert.Fail $"{u.Name}: {why}"

            let names = uses.Force() |> List.map _.Name |> List.distinct
            Assert.Equal(18, names.Length)

        testCase "with any other theorem in the place of a premise, every rule says no" <| fun () ->
            let mutable count = 0

            // Several symmetries of sign −1 may fix the same points, several identities have one left-hand side, labels and channels of
            // many families are of one kind.
            let several = [ "antisymmetry"; "relabelling"; "zero entry"; "unordered-triples" ]

            for u in uses.Force() |> List.filter (fun u -> not (List.contains u.Name several)) do
                for i in 0 .. u.Premises.Length - 1 do
                    for other in pool.Force() do
                        if key other <> key u.Premises[i] then
                            count <- count + 1

                            match u.Apply(replace i other u.Premises) with
                            | Error _ -> ()
                            | Ok _ -> Assert.Fail $"{u.Name}, premise {i + 1}: accepted {other.Statement.Text}"

            Assert.True(count > 5000)

        testCase "with two premises exchanged, every rule says no" <| fun () ->
            for u in uses.Force() do
                for i in 0 .. u.Premises.Length - 1 do
                    for k in 0 .. i - 1 do
                        if u.Premises[i].Statement.Text <> u.Premises[k].Statement.Text then
                            let swapped = u.Premises |> replace i u.Premises[k] |> replace k u.Premises[i]
                            Assert.True((u.Apply swapped).IsError, $"{u.Name}, premises {k + 1} and {i + 1}")

        testCase "orthogonality holds along one line only, and for j1 only" <| fun () ->
            let relation = (stepsOf "orthogonality").Head.Premises.Head
            let line = [ 0; 0; 0; 0; 2; -2 ]

            Law.holdsFor 1000 (Law.seeded (0, 5)) (fun (seed, variable) ->
                let random = Random seed

                let direction =
                    match seed % 3 with
                    | 0 -> line
                    | 1 -> line |> List.map (fun k -> k + (if random.Next 3 = 0 then random.Next(-2, 3) else 0))
                    | _ -> List.init 6 (fun _ -> random.Next(-3, 4))

                let isLine = direction = line || direction = List.map (~-) line
                Assert.Equal(variable = 0 && isLine, (Pairing.orthogonal relation variable (TheoremTests.integers direction)).IsOk))

        testCase "norms are equal along the ladder's own steps only" <| fun () ->
            let step = (stepsOf "adjoint ladders").Head
            let raising, lowering = step.Premises[0], step.Premises[1]
            let numbers = (step.Certificate :?> PairingCertificate).Numbers
            let w, w' = numbers[..5], numbers[6..]

            Law.holdsFor 1000 (Law.seeded (0, 1)) (fun (seed, _) ->
                let random = Random seed
                let bump (v: BigInteger list) =
                    v |> List.map (fun k -> k + BigInteger(if random.Next 4 = 0 then random.Next(-2, 3) else 0))

                let x, y = bump w, bump w'
                // The two steps may change places: then the sum runs the other way.
                let isOwn = (x = w && y = w') || (x = w' && y = w)
                Assert.Equal(isOwn, (Pairing.equalNorms raising lowering x y).IsOk))

        testCase "a closed form with a changed factorial, variable or start is not proved" <| fun () ->
            for step in stepsOf "first-order recursion" do
                let c = step.Certificate :?> ClosedFormCertificate
                let prove = ClosedForms.prove step.Premises.Head

                Law.holdsFor 500 (Law.seeded (0, 4)) (fun (seed, kind) ->
                    let random = Random seed
                    let sign = BigInteger(if random.Next 2 = 0 then 1 else -1)
                    let arity = c.Closed.Variables.Length

                    let change (forms: Linear list) =
                        let i = random.Next forms.Length

                        let moved =
                            match random.Next arity with
                            | 0 -> Linear.plus sign forms[i]
                            | v -> Linear.add forms[i] (Linear.scale sign (Linear.variable arity v))

                        replace i moved forms

                    let mutated =
                        match kind with
                        | 0 -> prove c.Variable { c.Closed with Numerator = change c.Closed.Numerator } c.Start
                        | 1 -> prove c.Variable { c.Closed with Denominator = change c.Closed.Denominator } c.Start
                        | 2 -> prove c.Variable { c.Closed with Denominator = c.Closed.Denominator.Tail } c.Start
                        | 3 -> prove (c.Variable + 1 + random.Next 5) c.Closed c.Start
                        | _ -> prove c.Variable c.Closed (c.Start + sign)

                    Assert.True(mutated.IsError, $"mutation {kind} of seed {seed}"))

        testCase "whatever is accepted as a sum of a single term has the value that is stated" <| fun () ->
            let mutable accepted = 0

            for step in stepsOf "single term" do
                let c = step.Certificate :?> EvaluationCertificate
                let symbol = c.Symbol
                let arity = c.Names.Length

                Law.holdsFor 400 (Law.seeded (0, 1)) (fun (seed, kind) ->
                    let random = Random seed

                    let change (form: Linear) =
                        match random.Next arity with
                        | 0 -> Linear.plus (BigInteger(random.Next(-1, 2))) form
                        | v -> Linear.add form (Linear.scale (BigInteger(random.Next(-1, 2))) (Linear.variable arity v))

                    let i = random.Next c.Images.Length

                    let images =
                        if kind = 0 then c.Images |> List.mapi (fun k f -> if k = i then change f else f) else c.Images

                    let index = if kind = 1 then change c.Index.Value else c.Index.Value

                    match Evaluation.single symbol c.Names images index with
                    | Error _ -> ()
                    | Ok theorem ->
                        accepted <- accepted + 1
                        Assert.True((Statements.holdsAt 25 random theorem.Statement).IsSome))

            Assert.True(accepted > 100)

        testCase "whatever two paths between coupling schemes prove is true" <| fun () ->
            let recoupling = (stepsOf "recoupling-induction").Head
            let mutable refused, accepted = 0, 0

            for step in stepsOf "rewriting" do
                let c = step.Certificate :?> RecouplingCertificate

                Law.holdsFor 300 (Law.seeded (0, 4)) (fun (seed, kind) ->
                    let random = Random seed
                    let labels = [ "e"; "f"; "g"; "h"; "k"; "x"; "y"; "J" ]
                    let label () = labels[random.Next labels.Length]

                    let anyMove () =
                        match random.Next 3 with
                        | 0 -> Exchange(label ())
                        | 1 -> Leftwards(label (), label ())
                        | _ -> Rightwards(label (), label ())

                    let change (moves: Move list) =
                        let at = random.Next(moves.Length + 1)

                        match kind with
                        | 0 -> List.insertAt at (anyMove ()) moves
                        | 1 when at < moves.Length -> List.removeAt at moves
                        | 2 when at < moves.Length -> replace at (anyMove ()) moves
                        // A detour that leads back where the label is there to be exchanged.
                        | 4 ->
                            let detour = Exchange(label ())
                            List.insertManyAt at [ detour; detour ] moves
                        | _ -> moves @ [ anyMove () ]

                    let first, second =
                        if random.Next 2 = 0 then change c.First, c.Second
                        elif kind = 3 then change c.First, change c.Second
                        else c.First, change c.Second

                    match Recoupling.prove recoupling c.Start first second with
                    | Error _ -> refused <- refused + 1
                    | Ok theorem ->
                        accepted <- accepted + 1
                        TheoremTests.holdsInNumbers 3 c.Start (theorem.Statement :?> RecouplingIdentity) |> ignore)

            Assert.True(refused > 500 && accepted > 0, $"{refused} refused, {accepted} accepted")

        testCase "a sum of three 6j symbols is the same in twelve of the 72 orders of a 9j symbol's rows and columns, and in no other names" <| fun () ->
            let step = stepsOf "relabelling" |> List.find (fun t -> (t.Premises[1].Certificate :?> RecouplingCertificate).Second.Length = 8)
            let symmetries, identity = step.Premises[0], step.Premises[1]
            let square = [ [ "a"; "b"; "e" ]; [ "c"; "d"; "f" ]; [ "g"; "h"; "J" ] ]
            let orders = [ [ 0; 1; 2 ]; [ 0; 2; 1 ]; [ 1; 0; 2 ]; [ 1; 2; 0 ]; [ 2; 0; 1 ]; [ 2; 1; 0 ] ]
            let prove names = Relabelling.prove symmetries identity names

            let renamings =
                [ for rows in orders do
                      for columns in orders do
                          let moved = rows |> List.map (fun i -> columns |> List.map (fun k -> square[i][k]))
                          for target in [ moved; List.transpose moved ] do List.zip (List.concat square) (List.concat target) ]

            let accepted = renamings |> List.choose (prove >> Result.toOption)
            Assert.Equal(12, accepted.Length)

            for theorem in accepted do
                let found = theorem.Statement :?> RecouplingIdentity
                Assert.Equal(10, TheoremTests.holdsInNumbers 10 found.Start found)

            // Names at random: a permutation of the square's, of which few are such orders, or other names.
            let random = Random 4
            let isOrder names = renamings |> List.exists (fun r -> List.forall (fun p -> List.contains p r) names)

            for k in 1..2000 do
                let targets = List.concat square |> List.sortBy (fun _ -> random.Next())
                let names = List.zip (List.concat square) targets |> List.truncate (if k % 2 = 0 then 9 else random.Next 9)
                if not (isOrder names) then Assert.True((prove names).IsError, $"{names}")

            let same = [ "b", "c"; "c", "b"; "e", "g"; "g", "e"; "f", "h"; "h", "f" ]
            Assert.True((prove same).IsOk)
            Assert.True((prove (("x", "z") :: same)).IsError)
            Assert.True((prove (("b", "c") :: same)).IsError)
            Assert.True((prove (("y", "2*x") :: same)).IsError)
            Assert.True((prove (("y", "a") :: same)).IsError)
            Assert.True((Relabelling.prove identity identity same).IsError)
            Assert.True((Relabelling.prove symmetries symmetries same).IsError)

        testCase "a label is put to 0 where it is one of the first scheme and makes no leaves equal, and the result is true" <| fun () ->
            let step = stepsOf "zero entry" |> List.head
            let symmetries, value, identity = step.Premises[0], step.Premises[1], step.Premises[2]
            let prove label = Relabelling.atZero symmetries value identity label

            for label in [ "a"; "d"; "x"; "y"; "z"; "0"; "" ] do
                Assert.True((prove label).IsError, label)

            // In a scheme's inner nodes 0 makes two leaves equal, which keep their names.
            for label in [ "e"; "f"; "g"; "h" ] do
                Assert.True((prove label).IsError, label)

            Assert.True((Relabelling.atZero identity value identity "J").IsError)
            Assert.True((Relabelling.atZero symmetries identity identity "J").IsError)
            Assert.True((Relabelling.atZero symmetries value value "J").IsError)

            match prove "J" with
            | Error why -> Assert.Fail why
            | Ok theorem ->
                let found = theorem.Statement :?> RecouplingIdentity
                Assert.Single found.Right.Symbols |> ignore
                // What is 0 is no label.
                Assert.True((Relabelling.atZero symmetries value theorem "0").IsError)
                Assert.Empty found.Right.Sums
                Assert.Equal(40, TheoremTests.holdsInNumbers 40 found.Start found)
                // 0 is no name that could become another.
                Assert.True((Relabelling.prove symmetries theorem [ "0", "J" ]).IsError)
                Assert.True((Relabelling.prove symmetries theorem [ "b", "c" ]).IsError)
                // Its 9j symbol, J = 0.
                let random = Random 12
                let mutable points = 0

                while points < 30 do
                    let at = [ "a"; "b"; "c"; "d"; "e"; "g" ] |> List.map (fun x -> x, random.Next 5) |> Map.ofList |> Map.add "0" 0

                    if RecouplingEvaluation.obeys at found.Start && RecouplingEvaluation.obeys at found.Final then
                        let nine = Wigner9j.ofTwice [| at["a"]; at["b"]; at["e"]; at["c"]; at["d"]; at["e"]; at["g"]; at["g"]; 0 |]
                        let roots = float ((at["e"] + 1) * (at["g"] + 1))
                        Assert.Equal(roots * nine.ToDouble(), RecouplingEvaluation.product found.Right at, 1e-12)
                        points <- points + 1

        testCase "letters: a term with an exponent that may be negative, and rules that know no letters, refuse" <| fun () ->
            let symbol = Symbol.MatrixElement
            let term = symbol.Term
            let relation = stepsOf "telescoping" |> List.find (fun t -> (t.Certificate :?> TelescopingCertificate).Term = term)
            let certificate = relation.Certificate :?> TelescopingCertificate
            let prove (term: Term) = Telescoping.prove term certificate.Terms certificate.Base certificate.Q
            Assert.True((prove term).IsOk)
            let minus (x, e) = x, Linear.plus BigInteger.MinusOne e

            for wrong in
                [ { term with Powers = List.map minus term.Powers }
                  { term with Powers = ("k", snd term.Powers.Head) :: term.Powers.Tail }
                  { term with Powers = ("i", snd term.Powers.Head) :: term.Powers.Tail }
                  { term with Powers = term.Powers[1] :: term.Powers.Tail }
                  { term with Powers = ("a", snd term.Powers[1]) :: ("b", snd term.Powers[0]) :: term.Powers[2..] }
                  { term with Powers = [] } ] do
                Assert.True((prove wrong).IsError)

            let even = Linear.zero 4
            let same = { Images = [ for i in 1..3 -> Linear.variable 4 i ]; Direction = BigInteger.One; Offset = even }
            Assert.True((Reindexing.symmetry symbol same even).IsError)
            Assert.True((Reindexing.sums term term same even).IsError)
            let n, none = Linear.variable 2 1, Linear.zero 2
            let zero = Evaluation.single symbol [ "s"; "p" ] [ n; none; none ] none |> Result.defaultWith failwith
            // The statement says what D is; and of a family of one point it does not speak of all integers.
            Assert.Contains("; D(j, n, m) = sqrt((j + m)!", zero.Statement.Text)
            let point = Evaluation.single Symbol.ThreeJ [ "s" ] (List.replicate 5 (Linear.zero 1)) (Linear.zero 1)
            let point = point |> Result.defaultWith failwith
            Assert.StartsWith("3j(0, 0, 0; 0, 0, 0) = ", point.Statement.Text)
            Assert.DoesNotContain("integers", point.Statement.Text)
            Assert.True((Evaluation.single symbol [ "s"; "p" ] [ n; n; none ] n).IsError)
            Assert.True((Evaluation.single symbol [ "s"; "a" ] [ n; none; none ] none).IsError)
            // b would have a negative exponent.
            Assert.True((Evaluation.single symbol [ "s"; "p" ] [ n; none; Linear.negate n ] none).IsError)
            let recursion = stepsOf "normalisation" |> List.find (fun t -> (t.Certificate :?> NormalisationCertificate).Symbol = symbol)

            for variable in 0..2 do
                for direction in [ [ 0; 0; 2 ]; [ 0; 2; 0 ]; [ 2; 0; 0 ] ] do
                    Assert.True((Pairing.orthogonal recursion variable (List.map (fun (k: int) -> BigInteger k) direction)).IsError)

        testCase "leaves, steps and roots that do not fit are refused" <| fun () ->
            let harmonic = (stepsOf "coefficient-extraction").Head
            let ladder = (stepsOf "coupling-ladder").Head
            let rho = { Rank = 0; Parity = Polar; Time = Even }

            let fields =
                Map.ofList [ "rho", rho; "spin", { Rank = 1; Parity = Axial; Time = Odd }; "tensor", { rho with Rank = 2 } ]

            let refused (result: Result<Theorem, string>) = Assert.True result.IsError
            let must (result: Result<Theorem, string>) = Result.defaultWith failwith result
            let l, any = Named "l", Any
            let rho', spin = SiteSum("rho", l), SiteSum("spin", l)

            /// The fields that occur, and premises as they are needed.
            let typed premises given (family: Family) apart =
                let own = fields |> Map.filter (fun name _ -> family.Fields.Contains name)
                Equivariance.typed premises own (Map.ofList given) family apart

            refused (Equivariance.typed [ harmonic ] Map.empty Map.empty rho' true)
            refused (Equivariance.typed [ harmonic ] fields Map.empty rho' true)
            refused (typed [ harmonic ] [] (SiteSum("tensor", l)) true)
            refused (typed [ harmonic ] [] (SiteSum("rho", Fixed -1)) true)
            refused (typed [ ladder ] [] rho' true)
            refused (typed [] [] rho' true)
            refused (typed [ harmonic; ladder ] [] rho' true)
            let scalar = must (typed [ harmonic ] [] rho' false)
            let vector = must (typed [ harmonic; ladder ] [] (Joined(spin, Named "J")) false)
            let both family apart = typed [ harmonic; ladder ] [] family apart
            refused (typed [ harmonic ] [] spin false)
            refused (typed [ harmonic; harmonic ] [] (Joined(spin, Named "J")) false)
            refused (typed [ ladder; harmonic ] [] (Joined(spin, Named "J")) false)
            refused (both (Joined(spin, Named "J")) true)
            refused (both (Joined(Joined(spin, Named "J"), Named "K")) false)
            refused (both (Coupled(rho', spin, Named "L")) false)
            refused (both (Coupled(rho', rho', Named "L")) true)
            refused (typed [ harmonic; harmonic ] [] (Coupled(rho', rho', Named "L")) false)
            refused (both (Coupled(rho', Joined(spin, Named "J"), Fixed -1)) false)
            refused (both (CoupledSeparately(rho', Joined(spin, Named "J"), Fixed 0, Fixed 0)) true)
            refused (both (CoupledSeparately(spin, spin, Fixed 0, Fixed 1)) false)
            Assert.True((both (CoupledSeparately(spin, spin, Fixed 0, Fixed 0)) false).IsOk)
            refused (typed [ harmonic ] [] (Total []) false)
            refused (typed [ harmonic ] [] (Total [ rho'; SiteSum("rho", Named "k") ]) false)
            refused (typed [] [ "A", "lA" ] (Any "A") true)
            refused (typed [] [ "A", "lA"; "B", "lB" ] (Any "A") false)
            refused (typed [] [] (Any "A") false)

            let supposed left right order =
                let given = [ for x in List.distinct [ left; right ] -> x, "l" + x ]
                must (typed [ ladder ] given (Coupled(any left, any right, order)) false)

            let step = supposed "A" "B" (Named "L")
            Assert.True((Equivariance.induction [ scalar; vector ] step).IsOk)
            refused (Equivariance.induction [] step)
            refused (Equivariance.induction [ scalar; scalar ] step)
            refused (Equivariance.induction [ scalar; step ] step)
            refused (Equivariance.induction [ scalar ] scalar)
            // The step for one family twice, for a fixed order, and for an order that a hypothesis has already.
            refused (Equivariance.induction [ scalar ] (supposed "A" "A" (Named "L")))
            refused (Equivariance.induction [ scalar ] (supposed "A" "B" (Fixed 0)))
            refused (Equivariance.induction [ scalar ] (supposed "A" "B" (Named "lA")))
            refused (Equivariance.invariant step)
            refused (Equivariance.invariant scalar)
            refused (Equivariance.sign true step)
            refused (must (Equivariance.induction [ scalar ] step) |> Equivariance.invariant |> Result.bind Equivariance.invariant)
    ]
