module Toolkit.Tests.Numerics.Fields.Potential.MeshTests

open System
open Expecto
open FsCheck.FSharp
open Toolkit.Numerics.Fields.Potential
open Toolkit.Numerics.Radial
open Toolkit.Numerics.Structures
open Toolkit.Testing
open Toolkit.Tests.Laws
open Toolkit.Tests.Numerics.Fields.Potential.Charged

let private meshed p sigma tolerance split =
    PotentialSettings(
        Exponent = p,
        Smearing = sigma,
        Tolerance = tolerance,
        ChargeKey = "q",
        Split = split,
        Evaluator = PotentialEvaluator.Mesh
    )

/// The same settings with another tolerance and with the split and the mesh that serve the structure at it, the mesh a little finer.
let private kept (f: PotentialField) structure : PotentialSettings = f.Plan(structure).Keep f.Settings

let private moved k (structure: Structure) t =
    structure.WithPositions(ReadOnlySpan(structure.Positions.ToArray() |> Array.mapi (fun i x -> if i = k then x + t else x)))

let private strained e (structure: Structure) t =
    structure.Transform(ReadOnlySpan(Rotations.identity |> Array.mapi (fun i x -> if i = e then x + t else x)))

[<Tests>]
let tests =
    testList "Numerics.Fields.Potential.MeshTests" [
        testCase "the mesh's values are those of waves within the tolerance, from 1e-3 to 1e-10, in triclinic cells, slabs and wires"
        <| fun () ->
            let repeating = periodicities |> List.filter (fun p -> p.Any)

            let case =
                Gen.zip3
                    (Gen.choose (0, 1 <<< 30))
                    (Gen.choose (1, 6))
                    (Gen.zip (Gen.elements (List.replicate 5 Periodicity.All @ repeating)) (Gen.elements bases))

            for seed, p, (periodic, (name, make)) in Law.sample 8 case do
                let random = Random seed
                // Of two or three atoms the field may happen to be small all over.
                let structure = charged random periodic (random.Next(8, 14))
                let sigma = 0.7 + 0.6 * random.NextDouble()
                let reference = (field (settings p sigma 1e-12 (Nullable(1.6 * sigma))) (make ()) 3).Compute structure

                for power in
                    (if periodic.Dimensions < 3 then [ 3; 5 ]
                     elif random.Next 2 = 0 then [ 3; 6; 10 ]
                     else [ 4; 8 ]) do
                    let tolerance = Math.Pow(10., -float power)
                    let f = field (meshed p sigma tolerance (if random.Next 2 = 0 then Nullable(1.9 * sigma) else Nullable())) (make ()) 3
                    let e = error f reference (f.Compute structure) reference

                    Assert.True(
                        e < tolerance,
                        $"p = {p}, {periodic}, {name}, σ = {sigma:F2}, seed {seed}: error {e:G3}, asked for {tolerance}: {f.Plan structure}"
                    )

        testCase "the mesh's derivatives are those of its values, whatever their error, and the same for any number of threads"
        <| fun () ->
            let case =
                Gen.zip3
                    (Gen.choose (0, 1 <<< 30))
                    (Gen.choose (1, 6))
                    (Gen.elements [ Periodicity.All; Periodicity.All; Periodicity(true, false, true); Periodicity(false, true, false) ])

            for seed, p, periodic in Law.sample 6 case do
                let random = Random seed
                let structure = charged random periodic 12
                // In bulk the mesh and its waves stay as they are while the cell changes, so that a coarse mesh is as smooth as a fine one;
                // the box of a slab or a wire does not, and jumps by the tolerance.
                let isBulk = periodic.Dimensions = 3
                let basis () = MonomialBasis(2, 2.)
                let f = field (meshed p 0.9 (if isBulk then 1e-3 else 1e-9) (Nullable(if isBulk then 1.5 else 2.5))) (basis ()) 3
                let f = if isBulk then field (kept f structure) (basis ()) 3 else f
                let weights = Array.init (structure.Count * f.ValuesPerCentre) (fun _ -> 2. * random.NextDouble() - 1.)
                let energy s = Array.fold2 (fun e a v -> e + a * v) 0. weights (f.Compute s)

                let run threads =
                    use state = f.Begin(structure, threads)
                    let v = Array.zeroCreate weights.Length
                    state.Forward(0, structure.Count, Span v)
                    state.Backward(0, structure.Count, ReadOnlySpan weights)
                    let d = state.End()
                    d, Array.concat [ v; d.Forces; d.Virial; d.CellGradient; d.ChargeForces ]

                let d, one = run 1
                Assert.Equal<float[]>(one, snd (run 3))
                // Values of some centres are those of all.
                use parts = f.Begin(structure, 2)
                let some = Array.zeroCreate (5 * f.ValuesPerCentre)
                parts.Forward(4, 5, Span some)
                Assert.Equal<float[]>(one[4 * f.ValuesPerCentre .. 9 * f.ValuesPerCentre - 1], some)

                let h = 2e-3
                let slope g = (8. * (g h - g (-h)) - (g (2. * h) - g (-2. * h))) / (12. * h)
                let scale = 1. + (d.Forces |> Array.map abs |> Array.max)

                let check what (expected: float) actual =
                    Assert.True(
                        abs (expected - actual) < 1e-6 * scale * float structure.Count,
                        $"{what}, p = {p}, {periodic}, seed {seed}: {expected:R} by differences, {actual:R}"
                    )

                let k = random.Next(3 * structure.Count)
                check "force" (slope (moved k structure >> energy)) -d.Forces[k]

                for e in [ random.Next 9; random.Next 9 ] do
                    check "virial" (slope (strained e structure >> energy)) -d.Virial[e]

                let q = structure.AtomProperties["q"].ToReals()
                let k = random.Next q.Length

                let recharged t =
                    structure.WithAtomProperty(
                        "q",
                        PropertyArray.Real(ReadOnlySpan(q |> Array.mapi (fun i x -> if i = k then x + t else x)))
                    )

                check "charge" (slope (recharged >> energy)) -d.ChargeForces[k]
                let v = List.find (fun d -> periodic[d]) [ 2; 1; 0 ]
                let at = 3 * v + random.Next 3

                let stretched t =
                    structure.WithCell(
                        Cell(ReadOnlySpan((cellOf structure).Vectors.ToArray() |> Array.mapi (fun i x -> if i = at then x + t else x))),
                        periodic
                    )

                check "cell" (slope (stretched >> energy)) d.CellGradient[at]

        testCase "a kept mesh has an energy that is smooth while a cell grows by six per cent; a mesh that is chosen afresh jumps" <| fun () ->
            let structure = charged (Random 12) Periodicity.All 16
            let free = field (meshed 1 0.9 1e-3 (Nullable 1.5)) (MonomialBasis(1, 2.)) 3
            let fixedMesh = field (kept free structure) (MonomialBasis(1, 2.)) 3
            let weights = Array.init (structure.Count * free.ValuesPerCentre) (fun i -> Math.Sin(float (7 * i)))

            // The largest fourth difference of the energy along a strain: of a smooth function it is of the order of step⁴.
            let roughness (f: PotentialField) =
                let strains = [| for k in 0..300 -> -0.03 + 0.06 * float k / 300. |]
                let energies =
                    strains |> Array.map (fun t ->
                        let s = structure.Transform(ReadOnlySpan(Rotations.identity |> Array.map (fun x -> (1. + t) * x)))
                        Array.fold2 (fun e a v -> e + a * v) 0. weights (f.Compute s))

                let rec differences n (e: float[]) =
                    if n = 0 then e else differences (n - 1) (e |> Array.pairwise |> Array.map (fun (a, b) -> b - a))
                (differences 4 energies |> Array.map abs |> Array.max) / (energies |> Array.map abs |> Array.max)

            let smooth, jumping = roughness fixedMesh, roughness free
            Assert.True(smooth < 1e-7, $"kept: {smooth:G3}")
            Assert.True(jumping > 30. * smooth, $"chosen afresh: {jumping:G3}, kept: {smooth:G3}")

        testCase
            "the next structure takes over the working memory of the one before: nothing changes, and what is allocated does not grow with the mesh"
        <| fun () ->
            let run (f: PotentialField) (s: Structure) =
                let values = Array.zeroCreate (s.Count * f.ValuesPerCentre)
                use state = f.Begin s
                state.Forward(0, s.Count, Span values)
                state.Backward(0, s.Count, ReadOnlySpan values)
                let d = state.End()
                Array.concat [ values; d.Forces; d.Virial; d.CellGradient; d.ChargeForces ]

            let small, large = charged (Random 1) Periodicity.All 24, charged (Random 2) Periodicity.All 60

            for evaluator in [ PotentialEvaluator.Waves; PotentialEvaluator.Mesh ] do
                let make () = field (PotentialSettings(ChargeKey = "q", Tolerance = 1e-5, Evaluator = evaluator)) (MonomialBasis(1, 2.)) 3
                let f = make ()
                let first, second = run f small, run f large
                Assert.Equal<float[]>(first, run f small)
                Assert.Equal<float[]>(second, run f large)
                Assert.Equal<float[]>(second, run (make ()) large)

            let allocated n =
                let f =
                    field
                        (PotentialSettings(
                            ChargeKey = "q",
                            Tolerance = 1e-3,
                            MeshSize = Nullable<struct (int * int * int)>(struct (n, n, n)),
                            Split = Nullable 1.5,
                            SplineOrder = Nullable 6
                        ))
                        (MonomialBasis(1, 2.))
                        3

                let bytes () =
                    let before = GC.GetAllocatedBytesForCurrentThread()
                    run f large |> ignore
                    GC.GetAllocatedBytesForCurrentThread() - before

                bytes (),
                (bytes () |> ignore
                 bytes ())

            let (_, coarse), (cold, fine) = allocated 36, allocated 72
            Assert.True(fine < coarse + 200_000L && 50L * fine < cold, $"{coarse} bytes with 36³ points, {fine} with 72³, {cold} at first")

        testCase "the other handedness of a cell changes nothing, by waves and by a mesh" <| fun () ->
            for evaluator in [ PotentialEvaluator.Waves; PotentialEvaluator.Mesh ] do
                let structure = charged (Random 31) Periodicity.All 10
                let h = (cellOf structure).Vectors.ToArray()
                let left = Array.concat [ h[3..5]; h[0..2]; h[6..8] ]
                Assert.True((Cell(ReadOnlySpan h)).IsRightHanded <> (Cell(ReadOnlySpan left)).IsRightHanded)
                let other = structure.WithCell(Cell(ReadOnlySpan left), Periodicity.All)
                let f = field (PotentialSettings(ChargeKey = "q", Tolerance = 1e-8, Evaluator = evaluator)) (MonomialBasis(1, 2.)) 3
                let values = f.Compute structure
                Assert.True(error f values (f.Compute other) values < 1e-8)

                let derivatives (s: Structure) =
                    use state = f.Begin s
                    state.Backward(0, s.Count, ReadOnlySpan values)
                    state.End()

                let a, b = derivatives structure, derivatives other
                let scale = a.Forces |> Array.map abs |> Array.max
                Array.iter2 (fun (x: float) y -> Assert.Equal(x, y, 1e-6 * scale)) a.Forces b.Forces
                Array.iter2 (fun (x: float) y -> Assert.Equal(x, y, 1e-5 * scale)) a.Virial b.Virial

        testCase "plans say how sums are done, estimate errors within the tolerance, and choose waves for small cells and a mesh for large ones" <| fun () ->
            let small, large = charged (Random 5) Periodicity.All 20, (charged (Random 6) Periodicity.All 20).Replicate(5, 5, 4)
            let f = field (settings 1 1. 1e-4 (Nullable())) (MonomialBasis(1, 3.)) 4
            let a, b = f.Plan small, f.Plan large
            Assert.Equal(PotentialEvaluator.Waves, a.Evaluator)
            Assert.Equal(PotentialEvaluator.Mesh, b.Evaluator)
            Assert.Equal(PotentialEvaluator.Pairs, (f.Plan(charged (Random 5) Periodicity.None 5)).Evaluator)

            for plan in [ a; b ] do
                for e in [ plan.PairError; plan.WaveError; plan.MeshError ] do Assert.True(e < 1e-4)
                Assert.True(plan.WaveError > 0. && plan.WaveCutoff > 0. && plan.PairError > 0. = (plan.PairCutoff > 0.))
                Assert.Contains((if plan.PairCutoff > 0. then "pairs to" else "no pairs"), string plan)
                Assert.Equal(Seq.min plan.Costs.Values, plan.Costs[plan.Evaluator], 0.)
                Assert.Contains(string plan.Evaluator, string plan)

            Assert.True(b.MeshError > 0. && b.SplineOrder >= 4)
            Assert.Contains($"{b.MeshSize[0]} × {b.MeshSize[1]} × {b.MeshSize[2]}", string b)
            use state = f.Begin large
            Assert.Equal<PotentialEvaluator>(b.Evaluator, state.Plan.Evaluator)

        testCase "a mesh that is too coarse, or of no good length, is refused with what was found"
        <| fun () ->
            let structure = charged (Random 4) Periodicity.All 10

            let says (text: string) (f: unit -> unit) =
                let e = Assert.ThrowsAny<Exception>(fun () -> f ())
                Assert.Contains(text, e.Message)

            let basis = MonomialBasis(1, 2.)

            let withMesh (n: int) =
                field (PotentialSettings(MeshSize = Nullable<struct (int * int * int)>(struct (n, n, n)), Split = Nullable 1.5)) basis 2

            says "too coarse" (fun () -> (withMesh 4).Compute structure |> ignore)
            says "product of 2, 3, 5 and 7" (fun () -> withMesh 22 |> ignore)
            says "even order" (fun () -> field (PotentialSettings(SplineOrder = Nullable 5)) basis 2 |> ignore)

            says "only a mesh" (fun () ->
                (field (PotentialSettings(Evaluator = PotentialEvaluator.Waves)) basis 2).Plan(structure).Keep(PotentialSettings())
                |> ignore)

            says "repeats nowhere" (fun () ->
                (field (meshed 1 1. 1e-4 (Nullable())) basis 2).Compute(charged (Random 4) Periodicity.None 3) |> ignore)
    ]
