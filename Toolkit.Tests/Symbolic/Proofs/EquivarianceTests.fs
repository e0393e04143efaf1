/// What has been proved about coupling trees, at random structures and orders.
module Toolkit.Tests.Symbolic.Proofs.EquivarianceTests

open System
open Expecto
open Toolkit.Symbolic.Proofs
open Toolkit.Symbolic.Proofs.Kernel
open Toolkit.Symbolic.CouplingTrees
open Toolkit.Symbolic.Proofs.Theorems
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

let private close (name: string) (expected: float[]) (found: float[]) =
    let scale = Array.fold (fun m x -> max m (abs x)) 1e-3 expected
    Array.iter2 (fun (x: float) y -> Assert.True(abs (x - y) <= 1e-10 * scale, $"{name}: {x} and {y}")) expected found

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

[<Tests>]
let tests =
    testList "Symbolic.Proofs.EquivarianceTests" [
        testCase "what is proved invariant does not change under random rotations, and changes sign as proved" <| fun () ->
            let mutable seen = 0

            for name, statement in statements.Force() do
                match statement with
                | :? Invariant as s ->
                    seen <- seen + 1

                    Law.holdsFor 40 (Law.seeded (0, 0)) (fun (seed, _) ->
                        let random = Random seed
                        let atoms, at = sites random, values random s.Family
                        let value sites = evaluate s.Fields at sites s.Family |> Array.concat
                        let before = value atoms
                        let rotation = Rotations.randomRotation random
                        let other = if s.Separately then Rotations.randomRotation random else rotation
                        close name before (value (turn rotation other atoms))
                        // A spin is axial and odd in time: it stays under the inversion, and changes sign with time.
                        let scaled k = before |> Array.map (fun x -> sign at k * x)
                        close name (scaled s.Parity) (value (turn Rotations.inversion Rotations.identity atoms))
                        close name (scaled s.Time) (value (turn Rotations.identity Rotations.inversion atoms)))
                | _ -> ()

            Assert.True(seen >= 8)

        testCase "a single J of the spin power spectrum does change when the spins alone are rotated" <| fun () ->
            let statement =
                statements.Force()
                |> List.pick (fun (name, s) -> if name = "invariance.spin-power-spectrum" then Some s else None)

            let s = statement :?> Invariant
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
                        close name (contracted (value atoms) u) (contracted (value (turn m m atoms)) turned))
                | _ -> ()

            Assert.True(seen >= 3)

        testCase "signs are those that random structures show" <| fun () ->
            let mutable seen = 0

            for name, statement in statements.Force() do
                match statement with
                | :? SignOf as s ->
                    seen <- seen + 1

                    let fields =
                        Map.ofList [ "rho", 0; "V", 0; "spin", 1 ]
                        |> Map.map (fun _ rank -> { Rank = rank; Parity = Polar; Time = Even })

                    Law.holdsFor 40 (Law.seeded (0, 0)) (fun (seed, _) ->
                        let random = Random seed
                        let atoms, at = sites random, values random s.Family
                        let value sites = evaluate fields at sites s.Family |> Array.concat

                        let space, spin =
                            if s.UnderTime then
                                Rotations.identity, Rotations.inversion
                            else
                                Rotations.inversion, Rotations.identity

                        close name (value atoms |> Array.map (fun x -> sign at s.Sign * x)) (value (turn space spin atoms)))
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
                    (Sign.One, leaves tree)
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

            Law.holdsFor 400 (Law.seeded (1, 5)) (fun (seed, size) ->
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
