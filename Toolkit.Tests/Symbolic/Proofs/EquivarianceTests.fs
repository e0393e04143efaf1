/// What has been proved about coupling trees, at random structures and orders.
module Toolkit.Tests.Symbolic.Proofs.EquivarianceTests

open System
open Expecto
open Toolkit.Symbolic.Proofs
open Toolkit.Symbolic.Proofs.Kernel
open Toolkit.Symbolic.CouplingTrees
open Toolkit.Symbolic.Proofs.Theorems
open Toolkit.Symbolic.Export
open Toolkit.Testing
open Toolkit.Tests.Laws
open Toolkit.Tests.Laws.Families

let private statements =
    let rec parts (s: Statement) =
        match s with
        | :? AllOf as all -> List.collect parts all.Parts
        | other -> [ other ]

    lazy
        (Trees.entries
         |> List.collect (fun e -> parts (TheoremTests.proved e).Statement |> List.map (fun s -> e.Name, s)))

let private sites (random: Random) =
    let vector () = Array.init 3 (fun _ -> Rotations.normal random)
    [ for _ in 1 .. random.Next(2, 5) -> { Position = vector (); Vectors = Map.ofList [ "spin", vector () ] } ]

let private turn (positions: float[]) (vectors: float[]) (sites: Site list) =
    let apply (m: float[]) (v: float[]) = Rotations.applyToVectors m (ReadOnlySpan v)

    sites
    |> List.map (fun s ->
        { Position = apply positions s.Position; Vectors = s.Vectors |> Map.map (fun _ v -> apply vectors v) })

/// A number for every name; triangles that fail give 0, which is right but says little.
let private values (random: Random) (family: Family) =
    Families.names family |> List.distinct |> List.map (fun name -> name, random.Next(0, 4)) |> Map.ofList

/// About how large the terms are that these values are sums of, which may cancel to nothing by a symmetry: the longest vector to the
/// sum of the orders of all harmonics, and one more.
let private sizeOfTerms (vectors: float[] list) (at: Map<string, int>) (values: float[]) =
    let length (v: float[]) = sqrt (Array.sumBy (fun x -> x * x) v)
    let longest = max 1. (vectors |> List.map length |> List.max)
    Array.fold (fun m x -> max m (abs x)) (pown longest (1 + Seq.sum at.Values)) values

let private vectors (sites: Site list) =
    sites |> List.collect (fun s -> s.Position :: (s.Vectors |> Map.toList |> List.map snd))

let private closeBeside (scale: float) (name: string) (expected: float[]) (found: float[]) =
    Array.iter2 (fun (x: float) y -> Assert.True(abs (x - y) <= 1e-10 * scale, $"{name}: {x} and {y}")) expected found

let private close (sites: Site list) (at: Map<string, int>) (name: string) (expected: float[]) =
    closeBeside (sizeOfTerms (vectors sites) at expected) name expected

/// Σ_M A_M Y_λM(u), which is a scalar for an equivariant A.
let private contracted (a: float[]) (direction: float[]) =
    let y = Families.harmonics ((a.Length - 1) / 2) direction
    [| Array.fold2 (fun sum x y -> sum + x * y) 0. a y |]

/// A random tree over rho and spin with the given number of leaves.
let rec private randomTree (random: Random) (leaves: int) : Tree =
    let order () = if random.Next 2 = 0 then Fixed(random.Next 3) else Named $"n{random.Next 4}"

    if leaves = 1 then
        if random.Next 2 = 0 then Scalar("rho", order ()) else Vector("spin", order (), order ())
    else
        let left = random.Next(1, leaves)
        Couple(randomTree random left, randomTree random (leaves - left), order ())

let private fields =
    Map.ofList [ "rho", { Rank = 0; Parity = Polar; Time = Even }; "spin", { Rank = 1; Parity = Axial; Time = Odd } ]

let private unchanged (s: FamilyFact) =
    match s.Claim with
    | Unchanged(separately, parity, time) -> separately, parity, time
    | other -> failwith $"{other}"

/// "If A is equivariant, then A is equivariant."
let private hypothetical = Equivariance.typed [] Map.empty (Map.ofList [ "A", "lA" ]) (Any "A") false

[<Tests>]
let tests =
    testList "Symbolic.Proofs.EquivarianceTests" [
        testCase "what is proved invariant does not change under random rotations, and changes sign as proved" <| fun () ->
            let mutable seen = 0

            for name, statement in statements.Force() do
                match statement with
                | :? FamilyFact as s when s.Claim.IsUnchanged ->
                    let separately, parity, time = unchanged s
                    seen <- seen + 1

                    Law.holdsFor 40 (Law.seeded (0, 0)) (fun (seed, _) ->
                        let random = Random seed
                        let atoms, at = sites random, values random s.Family
                        let value sites = evaluate s.Fields at sites s.Family |> Array.concat
                        let before = value atoms
                        let close = close atoms at
                        let rotation = Rotations.randomRotation random
                        let other = if separately then Rotations.randomRotation random else rotation
                        close name before (value (turn rotation other atoms))
                        // A spin is axial and odd in time: it stays under the inversion, and changes sign with time.
                        let scaled k = before |> Array.map (fun x -> sign at k * x)
                        close name (scaled parity) (value (turn Rotations.inversion Rotations.identity atoms))
                        close name (scaled time) (value (turn Rotations.identity Rotations.inversion atoms)))
                | _ -> ()

            Assert.True(seen >= 8)

        testCase "a single J of the spin power spectrum does change when the spins alone are rotated" <| fun () ->
            let statement =
                statements.Force()
                |> List.pick (fun (name, s) -> if name = "invariance.spin-power-spectrum" then Some s else None)

            let s = statement :?> FamilyFact
            let random = Random 5
            let atoms = sites random
            let at = Map.ofList [ "l1", 1; "l2", 1; "J", 1 ]
            let value sites = evaluate s.Fields at sites s.Family |> Array.concat |> Array.head
            let changed = value (turn Rotations.identity (Rotations.randomRotation random) atoms)
            Assert.True(abs (value atoms - changed) > 1e-3 * abs (value atoms))

        testCase "what is proved equivariant turns with the harmonics of its order" <| fun () ->
            let mutable seen = 0

            for name, statement in statements.Force() do
                match statement with
                | :? Equivariant as s ->
                    seen <- seen + 1

                    Law.holdsFor 40 (Law.seeded (0, 0)) (fun (seed, _) ->
                        let random = Random seed
                        let atoms, at = sites random, values random s.Family
                        let u = Array.init 3 (fun _ -> Rotations.normal random)

                        let m = Rotations.randomRotation random
                        let value sites = evaluate s.Fields at sites s.Family |> Array.concat
                        let turned = Rotations.applyToVectors m (ReadOnlySpan u)
                        let scale = sizeOfTerms (u :: vectors atoms) at (value atoms)
                        closeBeside scale name (contracted (value atoms) u) (contracted (value (turn m m atoms)) turned))
                | _ -> ()

            Assert.True(seen >= 3)

        testCase "signs are those that random structures show" <| fun () ->
            let mutable seen = 0

            for name, statement in statements.Force() do
                match statement with
                | :? FamilyFact as s when s.Claim.IsMultiplied ->
                    let underTime, factor = match s.Claim with Multiplied(t, sign) -> t, sign | other -> failwith $"{other}"
                    seen <- seen + 1

                    let fields =
                        Map.ofList [ "rho", 0; "V", 0; "spin", 1 ]
                        |> Map.map (fun _ rank -> { Rank = rank; Parity = Polar; Time = Even })

                    Law.holdsFor 40 (Law.seeded (0, 0)) (fun (seed, _) ->
                        let random = Random seed
                        let atoms, at = sites random, values random s.Family
                        let value sites = evaluate fields at sites s.Family |> Array.concat

                        let space, spin =
                            if underTime then
                                Rotations.identity, Rotations.inversion
                            else
                                Rotations.inversion, Rotations.identity

                        close atoms at name (value atoms |> Array.map (fun x -> sign at factor * x)) (value (turn space spin atoms)))
                | _ -> ()

            Assert.True(seen >= 10)

        Law.test "every random tree is typed with the sign that induction states" 300 (Law.seeded (1, 9)) (fun (seed, size) ->
            let tree = randomTree (Random seed) size

            match Trees.equivariant fields tree with
            | Ok theorem ->
                let s = theorem.Statement :?> Equivariant
                Assert.Equal(Family.OfTree tree, s.Family)
                Assert.Equal(Jointly tree.Order, s.Action)

                let rec leaves t =
                    match t with
                    | Couple(a, b, _) -> leaves a @ leaves b
                    | leaf -> [ leaf ]

                let parity =
                    (Sign.Of false, leaves tree)
                    ||> List.fold (fun sign leaf ->
                        match leaf with
                        | Scalar(_, l)
                        | Vector(_, l, _) -> sign * Sign.OfOrder l
                        | Couple _
                        | CoupleVectors _
                        | Mapped _
                        | Sum _ -> sign)

                let spins = leaves tree |> List.filter (fun leaf -> match leaf with Vector _ -> true | _ -> false)
                Assert.Equal(parity, s.Parity)
                Assert.Equal(Sign.OfOrder(Fixed spins.Length), s.Time)
            | Error why -> Assert.Fail why)

        testCase "every random tree turns with the harmonics of its root's order, and is invariant where that is 0" <| fun () ->
            for name in [ "covariance.nice"; "invariance.nice" ] do
                TheoremTests.proved (Trees.entries |> List.find (fun e -> e.Name = name)) |> ignore

            let mutable invariants, covariants = 0, 0

            Law.holdsFor 1000 (Law.seeded (1, 5)) (fun (seed, size) ->
                let random = Random seed
                let family = Family.OfTree(randomTree random size)
                let at = [ for n in 0..3 -> $"n{n}", random.Next 3 ] |> Map.ofList
                let atoms, u = sites random, Array.init 3 (fun _ -> Rotations.normal random)
                let m = Rotations.randomRotation random
                let value sites = evaluate fields at sites family |> Array.concat
                let before, after = value atoms, value (turn m m atoms)
                // A triangle rule that fails makes the value 0.
                if Array.exists (fun x -> abs x > 1e-6) before then
                    if before.Length = 1 then invariants <- invariants + 1 else covariants <- covariants + 1

                let expected = (contracted before u)[0]
                let found = (contracted after (Rotations.applyToVectors m (ReadOnlySpan u)))[0]
                let scale = 1. + Array.sumBy abs before
                Assert.True(abs (expected - found) <= 1e-11 * scale, $"{family}: {expected} and {found}"))

            Assert.True(invariants > 20 && covariants > 20)

        testCase "trees computed in the real basis are acted on by the matrices of the real ladder, as the statement has them"
        <| fun () ->
            // i L_a R_n as a list of (n', factor), from the statement's words; R_-0 counts as 0.
            let generator (axis: int) (l: int) (n: int) =
                let k m = if m = 0 then sqrt (2. * float (l * (l + 1))) else sqrt (float ((l - m) * (l + m + 1)))
                let m = abs n
                let outer sign factor = sign * (m + 1), factor * k m / 2.
                let inner sign factor = (if sign < 0 && m = 1 then l + 1 else sign * (m - 1)), factor * k (m - 1) / 2.

                (match axis with
                 | 2 -> [ -n, -(float n) ]
                 | 0 when n = 0 -> [ outer -1 1. ]
                 | 1 when n = 0 -> [ outer 1 -1. ]
                 | 0 when n > 0 -> [ outer -1 1.; inner -1 1. ]
                 | 0 -> [ outer 1 -1.; inner 1 -1. ]
                 | _ when n > 0 -> [ inner 1 1.; outer 1 -1. ]
                 | _ -> [ inner -1 1.; outer -1 -1. ])
                |> List.filter (fun (n', _) -> abs n' <= l)

            let mutable seen = 0

            Law.holdsFor 600 (Law.seeded (1, 4)) (fun (seed, size) ->
                let random = Random seed
                let tree = randomTree random size
                let family = Family.OfTree tree
                let at = [ for n in 0..3 -> $"n{n}", random.Next 3 ] |> Map.ofList
                let atoms = sites random
                let value = evaluate fields at atoms family |> Array.concat
                let l = (value.Length - 1) / 2

                if l > 0 && Array.exists (fun x -> abs x > 1e-3) value then
                    seen <- seen + 1

                for axis in 0..2 do
                    // i J_a = (r × ∂)_a + (v × ∂_v)_a is the slope of a turn about that axis.
                    let turned angle =
                        let c, s = cos angle, sin angle
                        let p, q = (axis + 1) % 3, (axis + 2) % 3

                        let turn (v: float[]) =
                            v
                            |> Array.mapi (fun k x ->
                                if k = p then c * v[p] - s * v[q]
                                elif k = q then s * v[p] + c * v[q]
                                else x)

                        let moved =
                            atoms
                            |> List.map (fun site -> {
                                Position = turn site.Position
                                Vectors = site.Vectors |> Map.map (fun _ v -> turn v)
                            })

                        evaluate fields at moved family |> Array.concat

                    let h = 2e-3
                    let odd k = Array.map2 (-) (turned (k * h)) (turned (-k * h))
                    let a, b, c = odd 1., odd 2., odd 3.

                    for n in -l .. l do
                        let slope = (45. * a[l + n] - 9. * b[l + n] + c[l + n]) / (60. * h)
                        let stated = generator axis l n |> List.sumBy (fun (n', factor) -> factor * value[l + n'])
                        let scale = 1. + Array.sumBy abs value
                        Assert.True(abs (slope - stated) < 1e-9 * scale, $"{family}, axis {axis}, n {n}: {slope} and {stated}"))

            Assert.True(seen > 30)

        testCase "gradients are of scalars, by positions and by vector fields that occur, and their signs are those of both" <| fun () ->
            let scalar = Couple(Vector("spin", Named "l", Named "J"), Vector("spin", Named "k", Named "J"), Fixed 0)
            let gradient tree by = Trees.typed fields [] (Gradient(Family.OfTree tree, by)) false
            let vector = Sign.OfOrder(Named "l") * Sign.OfOrder(Named "k")

            for by, parity, time in [ None, vector * Sign.OfOrder(Fixed 1), Sign.Of false; Some "spin", vector, Sign.OfOrder(Fixed 1) ] do
                match gradient scalar by with
                | Ok theorem ->
                    let s = theorem.Statement :?> Equivariant
                    Assert.Equal((Jointly(Fixed 1), parity, time), (s.Action, s.Parity, s.Time))
                | Error why -> Assert.Fail why

            for by in [ Some "rho"; Some "dipole"; Some "" ] do Assert.True((gradient scalar by).IsError)
            Assert.True((gradient (Scalar("rho", Named "l")) None).IsError)
            Assert.True((gradient (Scalar("rho", Fixed 1)) None).IsError)
            Assert.True((gradient (Scalar("rho", Fixed 0)) None).IsOk)
            // A gradient is no scalar again.
            Assert.True((Trees.typed fields [] (Gradient(Gradient(Family.OfTree scalar, None), None)) false).IsError)
            Assert.True((gradient scalar None |> Result.bind Equivariance.invariant).IsError)

        Law.test
            "no tree depends on how sites are numbered, and only sums over sites are typed so"
            100
            (Law.seeded (1, 5))
            (fun (seed, size) ->
                let random = Random seed
                let tree = randomTree random size
                let typed = Trees.equivariant fields tree
                Assert.True((typed |> Result.bind Equivariance.unordered).IsOk)
                Assert.True((hypothetical |> Result.bind Equivariance.unordered).IsError)

                if tree.Order = Fixed 0 then
                    Assert.True(
                        (Trees.typed fields [] (Gradient(Family.OfTree tree, None)) false |> Result.bind Equivariance.unordered).IsError
                    )

                let at = [ for n in 0..3 -> $"n{n}", random.Next 3 ] |> Map.ofList
                let atoms = sites random
                let value sites = evaluate fields at sites (Family.OfTree tree) |> Array.concat
                close atoms at "permutation" (value atoms) (value (List.rev atoms)))

        Law.test
            "weighted unordered pairs of channels have the scalar product of all ordered ones"
            50
            (Law.seeded (1, 3))
            (fun (seed, size) ->
                let random = Random seed
                let tree = randomTree random size
                let exchange = TheoremTests.proved (Catalogue.entries |> List.find (fun e -> e.Name = "invariance.unordered-pairs"))
                let symmetry = ProofFile.steps exchange |> List.find (fun t -> t.Rule = "symmetry")

                match Trees.equivariant fields tree with
                | Error why -> Assert.Fail why
                | Ok typed ->
                    Assert.True((UnorderedPairs.prove symmetry typed).IsOk)
                    Assert.True((UnorderedPairs.prove typed symmetry).IsError)
                    Assert.True((UnorderedPairs.prove typed typed).IsError)

                let at = [ for n in 0..3 -> $"n{n}", random.Next 3 ] |> Map.ofList
                // Channels of the family around one atom and another: the same tree of other sites.
                let channels () = [ for _ in 1..3 -> evaluate fields at (sites random) (Family.OfTree tree) |> Array.concat ]
                let p, q = channels (), channels ()
                let scalar (a: float[]) (b: float[]) = (couple a b 0)[0]
                let product i k = scalar p[i] p[k] * scalar q[i] q[k]

                let ordered =
                    List.sum [
                        for i in 0..2 do
                            for k in 0..2 -> product i k
                    ]

                let unordered =
                    List.sum [
                        for i in 0..2 do
                            for k in i..2 -> (if i = k then 1. else 2.) * product i k
                    ]

                Assert.True(abs (ordered - unordered) <= 1e-12 * (1. + abs ordered)))

        Law.test
            "weighted unordered triples of channels have the scalar product of all ordered ones, and a permuted one changes by a sign"
            50
            (Law.seeded (1, 3))
            (fun (seed, _) ->
                let random = Random seed
                let proof = TheoremTests.proved (Catalogue.entries |> List.find (fun e -> e.Name = "invariance.unordered-triples"))
                let conjunct = proof.Premises.Head

                match conjunct.Premises with
                | [ exchange; cyclic; scalar; family ] ->
                    Assert.True((UnorderedPairs.triples exchange cyclic scalar family).IsOk)
                    Assert.True((UnorderedPairs.triples cyclic exchange scalar family).IsError)
                    Assert.True((UnorderedPairs.triples exchange cyclic cyclic family).IsError)
                    Assert.True((UnorderedPairs.triples exchange cyclic scalar scalar).IsError)
                    let any = hypothetical
                    Assert.True((any |> Result.bind (UnorderedPairs.triples exchange cyclic scalar)).IsError)
                | _ -> Assert.Fail "expected four premises"

                // Channels of orders 0 … 3 around one atom and another: in the real basis.
                let orders = [
                    for l in 0..3 do
                        for _ in 1..2 -> l
                ]

                let atom () = [ for l in orders -> Array.init (2 * l + 1) (fun _ -> Rotations.normal random) ]
                let one, other = atom (), atom ()

                let triple (at: float[] list) a b c =
                    if orders[a] < abs (orders[b] - orders[c]) || orders[a] > orders[b] + orders[c] then
                        0.0
                    else
                        (couple at[a] (couple at[b] at[c] orders[a]) 0)[0]

                let all = [ 0 .. orders.Length - 1 ]
                let product (a, b, c) = triple one a b c * triple other a b c

                let ordered =
                    [
                        for a in all do
                            for b in all do
                                for c in all -> product (a, b, c)
                    ]
                    |> List.sum

                let unordered =
                    [
                        for a in all do
                            for b in all[a..] do
                                for c in all[b..] ->
                                    float (List.distinct [ a, b, c; a, c, b; b, a, c; b, c, a; c, a, b; c, b, a ]).Length
                                    * product (a, b, c)
                    ]
                    |> List.sum

                Assert.True(abs (ordered - unordered) <= 1e-11 * (1. + abs ordered))

                for a, b, c in [ for _ in 1..20 -> random.Next all.Length, random.Next all.Length, random.Next all.Length ] do
                    let sign = if (orders[a] + orders[b] + orders[c]) % 2 = 0 then 1.0 else -1.0
                    Assert.Equal(sign * triple one a b c, triple one b a c, 1e-11)
                    Assert.Equal(sign * triple one a b c, triple one a c b, 1e-11))

        testCase "the real basis takes the real ladder and a statement about families, in this order, and no hypothesis" <| fun () ->
            let real = TheoremTests.proved (Catalogue.entries |> List.find (fun e -> e.Name = "real.ladder"))
            let typed = TheoremTests.proved (Catalogue.entries |> List.find (fun e -> e.Name = "invariance.power-spectrum"))
            Assert.True((RealBasis.prove real typed).IsOk)

            for a, b in [ typed, real; typed, typed; real, real ] do Assert.True((RealBasis.prove a b).IsError)

            match hypothetical with
            | Ok hypothesis -> Assert.True((RealBasis.prove real hypothesis).IsError)
            | Error why -> Assert.Fail why

            match RealBasis.prove real typed with
            | Ok theorem ->
                Assert.True((RealBasis.prove real theorem).IsError)
                Assert.Contains("with the components of every leaf in the basis R", theorem.Statement.Text)
                Assert.NotEqual(typed.Statement, theorem.Statement)
            | Error why -> Assert.Fail why

        Law.test "only order 0 is invariant" 200 (Law.seeded (1, 6)) (fun (seed, size) ->
            let tree = randomTree (Random seed) size
            let invariant = Trees.equivariant fields tree |> Result.bind Equivariance.invariant
            Assert.Equal((tree.Order = Fixed 0), invariant.IsOk))

        testCase "assumptions are named" <| fun () ->
            let entry = Trees.entries |> List.find (fun e -> e.Name = "invariance.power-spectrum")
            let assumptions = (TheoremTests.proved entry).Assumptions
            Assert.Equal(4, assumptions.Length)
            Assert.Equal(2, assumptions |> List.filter (fun a -> a.StartsWith "written argument") |> List.length)

            let free =
                Catalogue.entries
                |> List.filter (fun e ->
                    List.contains
                        e.Name
                        [ "3j.recursion-m"; "3j.regge"; "6j.recursion"; "cg.generating-function" ])

            Assert.All(free, fun e -> Assert.Empty((TheoremTests.proved e).Assumptions))
    ]
