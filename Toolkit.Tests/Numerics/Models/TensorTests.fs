/// Models of dipoles and of symmetric tensors, by the library.
module Toolkit.Tests.Numerics.Models.TensorTests

open System
open System.IO
open Expecto
open Toolkit.Numerics.Files
open Toolkit.Numerics.Models
open Toolkit.Numerics.Models.Fit
open Toolkit.Numerics.Models.Tensors
open Toolkit.Numerics.Neighbors
open Toolkit.Numerics.Representations
open Toolkit.Numerics.Structures
open Toolkit.Testing
open Toolkit.Tests.Laws

let private parse text = Spec.Parse(text, "spec.json")

let private equivariants lambda model =
    parse
        $"""{{"cutoff": {{"radius": 3, "smoothing": 1}}, "density": {{"sigma": 0.4}}, "radial": {{"nmax": 3}}, "lmax": 2,
        "representation": {{"kind": "equivariants", "lambda": {lambda}, "parity": "proper"}}, "model": {model}}}"""

let private dipoleSpec = equivariants 1 """{"kind": "ridge", "target": "dipole"}"""
let private tensorSpec = equivariants 2 """{"kind": "ridge", "target": "tensor"}"""

/// Water-like clusters and crystals whose bonds have dipoles that depend on their lengths, and polarisabilities along and across.
let polar (periodic: Periodicity) first count : Structure list = [
    for seed in first .. first + count - 1 do
        let s =
            RandomStructure.build { Seed = seed; Atoms = 6; Species = [ 1; 8 ]; Periodic = periodic; HasCell = periodic.Any; Spacing = 1.1 }

        use list = NeighborList.Build(s, 2.8)
        let dipole, tensor = Array.zeroCreate 3, Array.zeroCreate 9

        for i in 0 .. s.Count - 1 do
            for p in list.Offsets[i] .. list.Offsets[i + 1] - 1 do
                let z, d = s.Species[i] - s.Species[list.Neighbors[p]], [| list.X[p]; list.Y[p]; list.Z[p] |]
                let r = list.Distances[p]
                let fade = (1. - r / 2.8) ** 3.

                for a in 0..2 do
                    dipole[a] <- dipole[a] + 0.1 * float z * d[a] * fade
                    tensor[4 * a] <- tensor[4 * a] + fade

                    for b in 0..2 do
                        tensor[3 * a + b] <- tensor[3 * a + b] + 0.5 * d[a] * d[b] * fade

        s
            .WithProperty("REF_dipole", PropertyValue.Real(ReadOnlySpan dipole, ReadOnlySpan [| 3 |]))
            .WithProperty("polarizability", PropertyValue.Real(ReadOnlySpan tensor, ReadOnlySpan [| 3; 3 |]))
]

let private source (frames: Structure list) = StructureSource.Of(ResizeArray frames, "data")
let private fit spec frames = TensorRun.Fit(spec, source frames, "spec.json", FitRequest())

let private percent (model: FittedTensor) frames =
    [ for e in (TensorEvaluation.Run(model, source frames, LabelKeys(), 1)).Errors -> e.Label, e.Percent.Value ]

let private fails (part: string) (work: unit -> 'a) =
    try
        work () |> ignore
        failtest $"expected a failure: {part}"
    with :? InputException as e ->
        Assert.Contains(part, e.Message)

let private close (size: float) (expected: float[]) (actual: float[]) =
    Array.iter2 (fun (e: float) a -> Assert.Equal(e, a, size)) expected actual

[<Tests>]
let tests =
    testList "Numerics.Models.TensorTests" [
        testCase "dipoles and tensors of bonds are learned, in clusters and crystals, and atoms add up to them" <| fun () ->
            for periodic in [ Periodicity.None; Periodicity.All ] do
                let train, test = polar periodic 1 300, polar periodic 1001 60

                for spec, most in [ dipoleSpec, 12.; tensorSpec, 12. ] do
                    let model = fit spec train
                    for label, found in percent model test do Assert.True(found < most, $"{periodic}, {label}: {found:F2} %%")
                    let prediction = model.Predict test.Head
                    let k = prediction.Values.Length
                    close 1e-12 prediction.Values (Array.init k (fun c -> Seq.sum (seq { for i in 0..5 -> prediction.Atoms[i * k + c] })))

        testCase
            "predictions turn with the structure, by rotations and reflections; derivatives are the derivatives, and of all atoms together there is none"
        <| fun () ->
            let random = Random 5

            for periodic in [ Periodicity.None; Periodicity.All ] do
                let frames = polar periodic 1 40
                let s = (polar periodic 500 1).Head

                for spec in
                    [
                        dipoleSpec
                        tensorSpec
                        equivariants 2 """{"kind": "ridge", "target": "tensor", "average": true, "regularizer": 1e-6}"""
                    ] do
                    let model = fit spec frames
                    let found = model.Predict(s, 1, true)
                    let k = found.Values.Length
                    let size = found.Values |> Array.map abs |> Array.max

                    for m in [ Rotations.randomRotation random; Rotations.randomReflection random ] do
                        let turned = (model.Predict(s.Transform(ReadOnlySpan m))).Values

                        let expected =
                            if k = 3 then
                                Array.init 3 (fun a -> Seq.sum (seq { for b in 0..2 -> m[3 * a + b] * found.Values[b] }))
                            else
                                Rotations.multiply (Rotations.multiply m found.Values) (Rotations.transpose m)

                        close (1e-9 * size) expected turned

                    let h, r, derivatives = 1e-3, s.Positions.ToArray(), nonNull found.Derivatives
                    Assert.Equal(3 * s.Count * k, derivatives.Length)

                    for x in [ 1; 3 * s.Count - 1 ] do
                        let at t =
                            (model.Predict(s.WithPositions(ReadOnlySpan(r |> Array.mapi (fun i y -> if i = x then y + t else y))))).Values

                        let slope =
                            Array.map2
                                (-)
                                (Array.map2 (-) (at h) (at -h) |> Array.map ((*) 8.))
                                (Array.map2 (-) (at (2. * h)) (at (-2. * h)))
                            |> Array.map (fun y -> y / (12. * h))

                        close (1e-6 * size) slope derivatives[x * k .. x * k + k - 1]

                    for x in 0..2 do
                        for c in 0 .. k - 1 do
                            Assert.Equal(0., Seq.sum (seq { for i in 0 .. s.Count - 1 -> derivatives[(3 * i + x) * k + c] }), 1e-9 * size)

        testCase "a model comes back from its folder with the same numbers, and a fit that is stopped goes on to the same"
        <| fun () ->
            TemporaryFolder.using (fun folder ->
                let path = Path.Combine(folder, "model")
                let frames = polar Periodicity.None 1 60
                let whole = fit tensorSpec frames
                TensorFolder.Write(path, whole)
                let read = TensorFolder.Read path
                let s = (polar Periodicity.None 700 1).Head
                Assert.Equal<float[]>((whole.Predict s).Values, (read.Predict s).Values)
                Assert.Equal("polarizability", read.Name)
                Assert.Equal(ModelTarget.Tensor, ModelFolder.TargetOf path)
                fails "spec.model.target: found tensor, expected a model of energies" (fun () -> ModelFolder.Read path)

                let checkpoint = Path.Combine(folder, "fit.checkpoint.npz")
                let request = FitRequest(Checkpoint = checkpoint, CheckpointEvery = Nullable 20)

                let stopping: FeatureProgress =
                    FeatureProgress(fun what done' _ ->
                        if what = "structures fitted" && done' = 45L then
                            raise (OperationCanceledException()))

                Assert.ThrowsAny<OperationCanceledException>(fun () ->
                    TensorRun.Fit(tensorSpec, source frames, "spec.json", request, stopping) |> ignore)
                |> ignore

                Assert.True(File.Exists checkpoint)
                let again = TensorRun.Fit(tensorSpec, source frames, "spec.json", request)
                let apart = TensorRun.Fit(tensorSpec, source frames, "spec.json", FitRequest(CheckpointEvery = Nullable 20, Threads = 2))
                Assert.Equal<float[]>((apart.Predict s).Values, (again.Predict s).Values))

        testCase "structures without labels are passed over, weights of zero, too, and what cannot be learned is said"
        <| fun () ->
            let frames = polar Periodicity.None 1 40
            let bare = frames |> List.map (fun s -> s.WithoutProperty "REF_dipole")
            let s = frames.Head
            let some = fit dipoleSpec (frames @ [ bare[0] ])
            // The folds are other ones; with a regulariser that is given, the numbers are the same.
            let given = equivariants 1 """{"kind": "ridge", "target": "dipole", "regularizer": 1e-8}"""
            let weighted = frames |> List.map (fun s -> s.WithProperty("w", PropertyValue.Real 1.))

            let wrong =
                weighted[3]
                    .WithProperty("REF_dipole", PropertyValue.Real(ReadOnlySpan [| 9.; 9.; 9. |], ReadOnlySpan [| 3 |]))
                    .WithProperty("w", PropertyValue.Real 0.)

            let without =
                TensorRun.Fit(given, source (weighted @ [ wrong; bare[4] ]), "spec.json", FitRequest(Keys = LabelKeys(Weight = "w")))

            close 1e-9 ((fit given frames).Predict s).Values (without.Predict s).Values
            Assert.Equal("dipole", some.Name)

            fails
                "found no dipole; there are polarizability, expected the key REF_dipole or dipole, or another that --dipole-key names"
                (fun () -> fit dipoleSpec bare)

            fails "expected the key mu" (fun () ->
                TensorRun.Fit(dipoleSpec, source frames, "spec.json", FitRequest(Keys = LabelKeys(Tensor = "mu"))))

            fails "expected three numbers" (fun () ->
                TensorRun.Fit(dipoleSpec, source frames, "spec.json", FitRequest(Keys = LabelKeys(Tensor = "polarizability"))))

            let odd (values: float[]) =
                frames.Head.WithProperty("polarizability", PropertyValue.Real(ReadOnlySpan values, ReadOnlySpan [| 3; 3 |]))
                :: frames.Tail

            fails "data: frame 1, polarizability: found 3 beside 1 across the diagonal, expected a symmetric matrix" (fun () ->
                fit tensorSpec (odd [| 1.; 3.; 0.; 1.; 1.; 0.; 0.; 0.; 1. |]))

            fails "finite numbers" (fun () -> fit tensorSpec (odd [| 1.; 0.; 0.; 0.; nan; 0.; 0.; 0.; 1. |]))

            fails "$.representation: found no equivariants of λ = 2, σ = 1, expected lambda of at least 2" (fun () ->
                fit (equivariants 1 """{"kind": "ridge", "target": "tensor"}""") frames)

            fails "found this key with target dipole, expected baseline only with target energy" (fun () ->
                equivariants 1 """{"kind": "ridge", "target": "dipole", "baseline": "isolated"}""")

            fails "found dipole with kind gp" (fun () -> equivariants 1 """{"kind": "gp", "target": "dipole"}""")
            fails "average only with target dipole or tensor" (fun () -> equivariants 1 """{"kind": "ridge", "average": true}""")

            fails "invariants, of which nothing is made that turns" (fun () ->
                fit
                    (parse
                        """{"cutoff": {"radius": 3}, "lmax": 1, "representation": {"kind": "power-spectrum"}, "model": {"kind": "ridge", "target": "dipole"}}""")
                    frames)
    ]
