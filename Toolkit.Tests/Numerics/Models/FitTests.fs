/// From a training set to a model, by the library.
module Toolkit.Tests.Numerics.Models.FitTests

open System
open System.Collections.Generic
open System.IO
open Expecto
open Toolkit.Numerics.Files
open Toolkit.Numerics.Learning
open Toolkit.Numerics.Models
open Toolkit.Numerics.Models.Fit
open Toolkit.Numerics.Models.Known
open Toolkit.Numerics.Representations
open Toolkit.Numerics.Structures
open Toolkit.Testing
open Toolkit.Tests.Laws

let private parse text = Spec.Parse(text, "spec.json")

let private power model =
    parse
        $"""{{"cutoff": {{"radius": 3, "smoothing": 1}}, "density": {{"sigma": 0.4}}, "radial": {{"nmax": 2}}, "lmax": 2,
        "representation": {{"kind": "power-spectrum"}}, "model": {model}}}"""

let private spins =
    """{"cutoff": {"radius": 3, "smoothing": 1}, "density": {"sigma": 0.4}, "radial": {"nmax": 2}, "lmax": 1,
    "fields": [{"name": "m", "key": "moments", "axial": true, "timeOdd": true}], "representation": {"kind": "spin-power-spectrum"}, "model": {"kind": "ridge"}}"""

/// Structures of H and O with energies, forces and virials of pairs that repel; with an offset by species. Moments are aligned by
/// neighbours.
let private pairs (offset: float) (periodic: Periodicity) first count : Structure list =
    [ for seed in first .. first + count - 1 do
          let s = RandomStructure.build { Seed = seed; Atoms = 5; Species = [ 1; 8 ]; Periodic = periodic; HasCell = true; Spacing = 1.1 }
          let n = s.Count
          let random = Random(seed: int)
          let moments = Array.init (3 * n) (fun _ -> Rotations.normal random)
          let energy = ref 0.
          let forces, fields, virial = Array.zeroCreate (3 * n), Array.zeroCreate (3 * n), Array.zeroCreate 9
          use list = Toolkit.Numerics.Neighbors.NeighborList.Build(s, 3.)

          for i in 0 .. n - 1 do
              for p in list.Offsets[i] .. list.Offsets[i + 1] - 1 do
                  let j = list.Neighbors[p]
                  let d = [| list.X[p]; list.Y[p]; list.Z[p] |]
                  let r = sqrt (d[0] * d[0] + d[1] * d[1] + d[2] * d[2])
                  // ½ e, e = (1 - r/3)^4 (1 + 0.1 m_i·m_j).
                  let x = 1. - r / 3.
                  let dot = Seq.sum (seq { for k in 0..2 -> moments[3 * i + k] * moments[3 * j + k] })
                  energy.Value <- energy.Value + 0.5 * x ** 4. * (1. + 0.1 * dot)
                  let slope = -4. / 3. * x ** 3. * (1. + 0.1 * dot) / r

                  for a in 0..2 do
                      forces[3 * i + a] <- forces[3 * i + a] + 0.5 * slope * d[a]
                      forces[3 * j + a] <- forces[3 * j + a] - 0.5 * slope * d[a]
                      fields[3 * i + a] <- fields[3 * i + a] - 0.05 * x ** 4. * moments[3 * j + a]
                      fields[3 * j + a] <- fields[3 * j + a] - 0.05 * x ** 4. * moments[3 * i + a]
                      for b in 0..2 do
                          virial[3 * a + b] <- virial[3 * a + b] - 0.5 * slope * d[a] * d[b]

          let far = Seq.sum (seq { for i in 0 .. n - 1 -> if s.Species[i] = 1 then offset else 2.5 * offset })
          s
              .WithProperty("energy", PropertyValue.Real(energy.Value + far))
              .WithProperty("virial", PropertyValue.Real(ReadOnlySpan virial, ReadOnlySpan [| 3; 3 |]))
              .WithAtomProperty("forces", PropertyArray.Real(ReadOnlySpan forces, 3))
              .WithAtomProperty("moments", PropertyArray.Real(ReadOnlySpan moments, 3))
              .WithAtomProperty("magforces", PropertyArray.Real(ReadOnlySpan fields, 3)) ]

let private clusters = pairs 0. Periodicity.None
let private source (frames: Structure list) = StructureSource.Of(ResizeArray frames, "data")
let private fit spec frames = FitRun.Fit(spec, source frames, "spec.json", FitRequest())

let private errors (model: FittedModel) frames = (ModelEvaluation.Run(model, source frames, LabelKeys(), 1)).Errors |> List.ofSeq

let private rmse label (found: LabelError list) =
    (found |> List.find (fun e -> e.Label = label && isNull e.Species)).RootMeanSquare

let private fails (part: string) (work: unit -> 'a) =
    try
        work () |> ignore
        failtest $"expected a failure: {part}"
    with :? InputException as e ->
        Assert.Contains(part, e.Message)

let private fileName (path: string) = nonNull (Path.GetFileName path)

let private weights (model: FittedModel) = (model.Readout :?> LinearPotential).AllWeights

[<Tests>]
let tests =
    testList "Numerics.Models.FitTests" [
        testCase "offsets of 1e7 eV per atom give the same regulariser, weights and errors as none" <| fun () ->
            let spec = power """{"kind": "ridge"}"""
            let near = fit spec (pairs 0. Periodicity.None 1 40)
            let expected = errors near (pairs 0. Periodicity.None 100 10)

            for offset in [ -5e5; -1e7 ] do
                let far = fit spec (pairs offset Periodicity.None 1 40)
                Assert.Equal(near.About.Regularizer, far.About.Regularizer)
                let found = errors far (pairs offset Periodicity.None 100 10)

                for label in [ "energy"; "forces"; "virial" ] do
                    Assert.Equal(1., rmse label found / rmse label expected, tolerance = 1e-4)

        testCase "labels that only some structures have are learned from those" <| fun () ->
            let frames = clusters 1 30
            let some = frames |> List.mapi (fun k s -> if k % 3 = 0 then s else s.WithoutAtomProperty("forces").WithoutProperty("virial"))
            let spec = power """{"kind": "ridge", "regularizer": 1e-6}"""
            let model = fit spec some
            Assert.Equal(frames |> Seq.mapi (fun k s -> if k % 3 = 0 then 1 + 3 * s.Count + 6 else 1) |> Seq.sum |> int64, model.About.Rows)
            // Those that have none add nothing but their energies: weights of 0 say the same of all.
            let without = fit spec (some |> List.map (fun s -> s.WithoutAtomProperty("forces").WithoutProperty("virial")))
            let zero = fit (power """{"kind": "ridge", "regularizer": 1e-6, "weights": {"forces": 0, "stress": 0}}""") some
            Assert.Equal<float[]>(weights without, weights zero)

        testCase "the stress says what the virial says"
        <| fun () ->
            let frames = pairs 0. Periodicity.All 1 12
            let spec = power """{"kind": "ridge", "regularizer": 1e-6}"""

            let stressed =
                frames
                |> List.map (fun s ->
                    let v = s.Properties["virial"].Reals.ToArray()

                    s
                        .WithoutProperty("virial")
                        .WithProperty(
                            "REF_stress",
                            PropertyValue.Real(ReadOnlySpan(Array.map (fun x -> -x / (nonNull s.Cell).Volume) v), ReadOnlySpan [| 3; 3 |])
                        ))

            let one, other = weights (fit spec frames), weights (fit spec stressed)
            Array.iter2 (fun (a: float) b -> Assert.Equal(a, b, tolerance = 1e-9 * (1. + abs a))) one other

        testCase "forces, virials and fields teach: a model learns a potential that it can represent nearly"
        <| fun () ->
            let spec = parse (spins.Replace("\"nmax\": 2", "\"nmax\": 4").Replace("\"lmax\": 1", "\"lmax\": 2"))
            let model = fit spec (clusters 1 60)
            let found = errors model (clusters 200 15)

            Assert.Equal<string list>(
                [ "energy"; "forces"; "virial"; "stress"; "field m" ],
                found |> List.filter (fun e -> isNull e.Species) |> List.map _.Label
            )

            for e in found do
                Assert.InRange(e.Percent.Value, 0., 25.)

        testCase "of fields of moments whose lengths were held only the perpendicular part, or the torque, is learned and compared" <| fun () ->
            for part, label, unit in [ "perpendicular", "field m (perpendicular)", "eV/μB"; "torque", "torque m", "eV" ] do
                let spec =
                    parse (spins.Replace("\"kind\": \"ridge\"", $"\"kind\": \"ridge\", \"regularizer\": 1e-6, \"fields\": \"{part}\""))
                let constrained =
                    clusters 1 10 |> List.map (fun s ->
                        let m = s.AtomProperties["moments"].Reals.ToArray()
                        let b = s.AtomProperties["magforces"].Reals.ToArray() |> Array.mapi (fun k x -> x + 7. * m[k])
                        s.WithAtomProperty("magforces", PropertyArray.Real(ReadOnlySpan b, 3)))
                let one, other = fit spec (clusters 1 10), fit spec constrained
                Array.iter2 (fun (a: float) b -> Assert.Equal(a, b, tolerance = 1e-7 * (1. + abs a))) (weights one) (weights other)
                let found, expected = errors other constrained, errors one (clusters 1 10)
                Assert.Contains(found, (fun (e: LabelError) -> e.Label = label && e.Unit = unit))
                Assert.Equal(1., rmse label found / rmse label expected, tolerance = 1e-6)

            // The torque's size by hand: its error is that of m × (B − B').
            let spec = parse (spins.Replace("\"kind\": \"ridge\"", "\"kind\": \"ridge\", \"regularizer\": 1e-6, \"fields\": \"torque\""))
            let model = fit spec (clusters 1 10)
            let squares =
                [ for s in clusters 1 10 do
                      let m, b = s.AtomProperties["moments"].Reals.ToArray(), s.AtomProperties["magforces"].Reals.ToArray()
                      let found = (model.Predict s).Learned.EffectiveFields[0]
                      let d = Array.map2 (-) b (Array.ofSeq found)
                      for i in 0 .. s.Count - 1 do
                          for y, z in [ 1, 2; 2, 0; 0, 1 ] do (m[3 * i + y] * d[3 * i + z] - m[3 * i + z] * d[3 * i + y]) ** 2. ]
            Assert.Equal(sqrt (List.average squares), rmse "torque m" (errors model (clusters 1 10)), 1e-9)

        testCase "atoms alone have their energies exactly where the baseline is isolated" <| fun () ->
            let alone z e =
                Structure.Create(ReadOnlySpan [| z |], ReadOnlySpan [| 0.; 0.; 0. |]).WithProperty("energy", PropertyValue.Real(e: float))
            for kind in [ "\"ridge\""; "\"gp\", \"points\": 20" ] do
                let spec = power $"""{{"kind": {kind}, "baseline": "isolated"}}"""
                let model = fit spec (alone 1 -13.5 :: alone 8 -2000.25 :: clusters 1 20)
                Assert.Equal(-13.5, (model.Predict(alone 1 0.)).Energy, tolerance = 1e-10)
                Assert.Equal(-2000.25, (model.Predict(alone 8 0.)).Energy, tolerance = 1e-10)
                fails "no structure of one atom O with an energy" (fun () -> fit spec (alone 1 -13.5 :: clusters 1 20))

        testCase "a fit that is stopped and goes on ends as one that was not" <| fun () ->
            TemporaryFolder.using (fun folder ->
              // At the end of a block, and within one.
              for every, goesOn in [ 8, 21L; 3, 24L ] do
                let file = Path.Combine(folder, $"state-{every}.npz")
                let spec, frames = power """{"kind": "ridge"}""", clusters 1 40
                let request checkpoint = FitRequest(Checkpoint = checkpoint, CheckpointEvery = Nullable every, Threads = 2)
                let whole = FitRun.Fit(spec, source frames, "spec.json", request null)

                let stop = FeatureProgress(fun what count _ -> if what = "structures fitted" && count = 25 then failwith "killed")
                Assert.Throws<Exception>(fun () -> FitRun.Fit(spec, source frames, "spec.json", request file, stop) |> ignore) |> ignore
                Assert.True(File.Exists file)
                fails "the state of a fit of other data" (fun () -> FitRun.Fit(spec, source (List.tail frames), "spec.json", request file))
                fails "the state of a fit of other data" (fun () -> FitRun.Fit(power """{"kind": "ridge", "folds": 3}""", source frames, "spec.json", request file))
                let mutable first = 0L
                let seen = FeatureProgress(fun what count _ -> if what = "structures fitted" && first = 0L then first <- count)
                let resumed = FitRun.Fit(spec, source frames, "spec.json", request file, seen)
                Assert.Equal(goesOn, first)
                Assert.Equal<float[]>(weights whole, weights resumed)
                let bytes = File.ReadAllBytes file
                File.WriteAllBytes(file, bytes[.. bytes.Length / 2])
                fails file (fun () -> FitRun.Fit(spec, source frames, "spec.json", request file)))

        testCase "a fit that up to eight processes share is that of one to the bit; of more, but for rounding"
        <| fun () ->
            TemporaryFolder.using (fun folder ->
                // The small one has blocks without structures; features are more than rows, or fewer.
                for count, model in
                    [
                        5, """{"kind": "ridge", "regularizer": 1e-9}"""
                        37, """{"kind": "ridge", "folds": 3}"""
                        37, """{"kind": "gp", "points": 12}"""
                    ] do
                    let spec, frames = power model, clusters 1 count
                    let whole = fit spec frames
                    let energies (m: FittedModel) = clusters 70 5 |> List.map (fun s -> (m.Predict s).Energy)

                    for parts in [ 1; 2; 3; 5; 8; 11 ] do
                        let files = [ for k in 1..parts -> Path.Combine(folder, $"{count}-{k}-of-{parts}-{model.Length}.npz") ]

                        let ranges = [
                            for k, file in List.indexed files ->
                                let struct (first, last) =
                                    FitRun.FitShard(
                                        spec,
                                        source frames,
                                        "spec.json",
                                        FitRequest(Threads = 1 + k % 2),
                                        struct (k + 1, parts),
                                        file
                                    )

                                first, last
                        ]

                        Assert.Equal<int list>(
                            [ 0 .. count - 1 ],
                            [
                                for first, last in ranges do
                                    yield! [ first .. last - 1 ]
                            ]
                        )

                        let merged = FitRun.Fit(spec, source frames, "spec.json", FitRequest(Shards = files))
                        Assert.Equal(whole.About.Rows, merged.About.Rows)

                        if parts <= 8 then
                            Assert.Equal<float list>(energies whole, energies merged)
                        else
                            List.iter2 (fun (a: float) b -> Assert.Equal(a, b, 1e-9 * (1. + abs a))) (energies whole) (energies merged))

        testCase "results do not depend on the number of threads"
        <| fun () ->
            let frames = clusters 1 30

            for kind in [ "\"ridge\""; "\"gp\", \"points\": 15" ] do
                let spec = power $"""{{"kind": {kind}}}"""

                let one, three =
                    FitRun.Fit(spec, source frames, "spec.json", FitRequest(Threads = 1)),
                    FitRun.Fit(spec, source frames, "spec.json", FitRequest(Threads = 3))

                for s in clusters 50 5 do
                    Assert.Equal((one.Predict s).Energy, (three.Predict(s, 2)).Energy)
                    Assert.Equal<float[]>((one.Predict s).Forces, (three.Predict(s, 2)).Forces)

        testCase "weights of structures count, and those of 0 not at all" <| fun () ->
            let frames = clusters 1 20
            let spec = power """{"kind": "ridge", "regularizer": 1e-6}"""
            let request = FitRequest(Keys = LabelKeys(Weight = "w"))
            let weigh (f: int -> float) = frames |> List.mapi (fun k s -> s.WithProperty("w", PropertyValue.Real(f k)))
            let learn frames = FitRun.Fit(spec, source frames, "spec.json", request)
            let zero = learn (weigh (fun k -> if k < 10 then 1. else 0.))
            Assert.Equal(frames |> Seq.take 10 |> Seq.sumBy (fun s -> 1 + 3 * s.Count + 6) |> int64, zero.About.Rows)
            Assert.NotEqual<float[]>(weights (learn (weigh (fun _ -> 1.))), weights (learn (weigh (fun k -> float (1 + k % 2)))))
            fails "found -1" (fun () -> learn (weigh (fun _ -> -1.)))

        testCase "the variance of a Gaussian process is that of its definition, and grows away from the data"
        <| fun () ->
            let frames = clusters 1 12 |> List.map (fun s -> s.WithoutAtomProperty("forces").WithoutProperty("virial"))

            let spec =
                power
                    """{"kind": "gp", "points": 1000, "regularizer": 1e-4, "baseline": "isolated", "kernel": {"kind": "gaussian", "width": 2}}"""

            let alone z =
                Structure.Create(ReadOnlySpan [| z |], ReadOnlySpan [| 0.; 0.; 0. |]).WithProperty("energy", PropertyValue.Real 0.)

            let model = fit spec (alone 1 :: alone 8 :: frames)
            let kernel = model.Readout :?> KernelPotential
            // All environments are points: the process is not sparse, and its covariances are sums over pairs of atoms.
            let feature (s: Structure) =
                let all = model.Features.Compute s

                [
                    for i in 0 .. s.Count - 1 ->
                        let x = Array.zeroCreate model.Features.FeatureCount
                        kernel.Points.Scaling.Apply(s.Species[i], ReadOnlySpan(all, i * x.Length, x.Length), Span x)
                        s.Species[i], x
                ]

            let own (s: Structure) = [
                for x in feature s -> x, 1.
                for z in s.Species.ToArray() do
                    for x in feature (alone z) -> x, -1.
            ]

            let k (a: Structure) (b: Structure) =
                Seq.sum (
                    seq {
                        for (z, x), w in own a do
                            for (y, x'), v in own b do
                                if z = y then
                                    w * v * exp (-(Array.fold2 (fun s p q -> s + (p - q) * (p - q)) 0. x x') / 8.)
                    }
                )

            let w = frames |> List.map (fun s -> 1. / sqrt (float s.Count))
            let n = frames.Length
            let deviation = (errors model frames |> List.find (fun e -> e.Label = "energy")).Deviation

            let matrix =
                MathNet.Numerics.LinearAlgebra.Matrix<float>.Build.Dense(
                    n,
                    n,
                    fun i j -> w[i] * w[j] / (deviation * deviation) * k frames[i] frames[j] + (if i = j then 1e-4 * float n else 0.)
                )

            let variance = nonNull model.Doubts.Variance
            let noise, ratio = variance.Noise, variance.Ratio
            Assert.Equal(1e-4 * float n, ratio, tolerance = 1e-12)

            for s in clusters 80 3 do
                let cross = MathNet.Numerics.LinearAlgebra.Vector<float>.Build.Dense(n, fun i -> w[i] / deviation * k frames[i] s)
                let expected = noise / ratio * (k s s - cross * matrix.Solve cross)
                let found = (model.Predict(s, 1, true)).EnergyDeviation.Value
                Assert.Equal(1., found * found / expected, tolerance = 1e-5)

            let deviation (s: Structure) = (model.Predict(s, 1, true)).EnergyDeviation.Value / float s.Count
            let learned = frames |> List.averageBy deviation
            let squeezed = frames |> List.map (fun s -> s.Transform(ReadOnlySpan [| 0.6; 0.; 0.; 0.; 0.6; 0.; 0.; 0.; 0.6 |]))
            Assert.True(List.averageBy deviation squeezed > 3. * learned)

        testCase "names of labels that are nowhere are told with those that there are"
        <| fun () ->
            let spec = power """{"kind": "ridge"}"""
            let frames = clusters 1 3
            let learn keys frames = FitRun.Fit(spec, source frames, "spec.json", FitRequest(Keys = keys))

            fails "found no forces; there are forces, magforces, moments, expected the key F" (fun () ->
                learn (LabelKeys(Forces = "F")) frames)

            fails "found no energy; there are virial, expected the key REF_energy or energy, or another that --energy-key names" (fun () ->
                learn (LabelKeys()) (frames |> List.map _.WithoutProperty("energy")))

            fails "frame 2, energy: found NaN as number 1, expected finite numbers" (fun () ->
                learn
                    (LabelKeys())
                    (frames |> List.mapi (fun k s -> if k = 1 then s.WithProperty("energy", PropertyValue.Real nan) else s)))

            fails "frame 1, forces: found" (fun () ->
                learn
                    (LabelKeys())
                    (frames |> List.map (fun s -> s.WithAtomProperty("forces", PropertyArray.Real(ReadOnlySpan(Array.zeroCreate s.Count))))))

            fails "1 structures with a regularizer by cross-validation" (fun () -> learn (LabelKeys()) [ frames[0] ])

        testCase "REF_ comes first, and names are not mixed" <| fun () ->
            let spec = power """{"kind": "ridge", "regularizer": 1e-6}"""
            let frames = clusters 1 10
            let both =
                frames
                |> List.map (fun s -> s.WithProperty("REF_energy", s.Properties["energy"]).WithProperty("energy", PropertyValue.Real 1e3))
            Assert.Equal<float[]>(weights (fit spec frames), weights (fit spec both))
            // Where some have REF_energy, an energy without it is another's.
            let some = both |> List.mapi (fun k s -> if k = 0 then s.WithoutProperty("REF_energy") else s)
            Assert.Equal((fit spec both).About.Rows - 1L, (fit spec some).About.Rows)

        testCase "potentials, trees and lists of representations are fitted as any others"
        <| fun () ->
            let salt seed =
                let s =
                    RandomStructure.build {
                        Seed = seed
                        Atoms = 4
                        Species = [ 11; 17 ]
                        Periodic = Periodicity.None
                        HasCell = false
                        Spacing = 1.6
                    }

                let q = s.Species.ToArray() |> Array.map (fun z -> if z = 11 then 1. else -1.)
                let energy, forces = ref 0., Array.zeroCreate (3 * s.Count)

                for i in 0 .. s.Count - 1 do
                    for j in 0 .. s.Count - 1 do
                        if i <> j then
                            let d = [| for a in 0..2 -> s.Positions[3 * i + a] - s.Positions[3 * j + a] |]
                            let r = sqrt (Array.sumBy (fun x -> x * x) d)
                            energy.Value <- energy.Value + 0.5 * q[i] * q[j] / r

                            for a in 0..2 do
                                forces[3 * i + a] <- forces[3 * i + a] + q[i] * q[j] * d[a] / (r * r * r)

                s
                    .WithProperty("energy", PropertyValue.Real energy.Value)
                    .WithAtomProperty("forces", PropertyArray.Real(ReadOnlySpan forces, 3))

            let spec =
                parse
                    """{"cutoff": {"radius": 3, "smoothing": 1}, "density": {"sigma": 0.5}, "radial": {"nmax": 2}, "lmax": 1,
                    "fields": [{"name": "V", "kind": "potential", "exponent": 1, "smearing": 0.5}],
                    "representation": [{"kind": "power-spectrum"}, {"kind": "tree", "tree": {"format": "coupling-tree/1",
                      "fields": {"rho": {"parity": "polar", "time": "even"}, "V": {"parity": "polar", "time": "even"}},
                      "tree": {"couple": [{"leaf": "rho", "l": "k"}, {"leaf": "V", "l": "k"}], "L": 0}}}], "model": {"kind": "ridge"}}"""

            let model = fit spec [ for seed in 1..30 -> salt seed ]
            let found = errors model [ for seed in 100..109 -> salt seed ]

            for e in found do
                Assert.InRange(e.Percent.Value, 0., 20.)

        testCase "a folder gives the same numbers, and says what is wrong with a damaged one"
        <| fun () ->
            TemporaryFolder.using (fun folder ->
                let frames = clusters 1 15

                for spec, name in
                    [ power """{"kind": "ridge"}""", "ridge"; power """{"kind": "gp", "points": 10}""", "gp"; parse spins, "spin" ] do
                    let path = Path.Combine(folder, name)
                    let model = fit spec frames

                    ModelFolder.Write(
                        path,
                        model.With(
                            ModelAbout(
                                Errors = Dictionary(dict [ "train", (ModelEvaluation.Run(model, source frames, LabelKeys(), 1)).Errors ])
                            )
                        )
                    )

                    let read = ModelFolder.Read path
                    Assert.Equal<string>([ "model.json"; "weights.npz" ], Directory.GetFiles path |> Array.map fileName |> Array.sort)

                    Assert.Equal<string>(
                        [ name ],
                        Directory.GetFileSystemEntries folder |> Array.map fileName |> Array.filter (fun f -> f.Contains name)
                    )

                    for s in clusters 40 3 do
                        let a, b = model.Predict(s, 1, true), read.Predict(s, 1, true)
                        Assert.Equal(a.Energy, b.Energy)
                        Assert.Equal<float[]>(a.Forces, b.Forces)
                        Assert.Equal<float[]>(a.Virial, b.Virial)
                        Assert.Equal(a.EnergyDeviation, b.EnergyDeviation)

                        for f, g in Seq.zip a.Learned.EffectiveFields b.Learned.EffectiveFields do
                            Assert.Equal<float[]>(f, g)

                let path = Path.Combine(folder, "ridge")
                let json = File.ReadAllText(Path.Combine(path, "model.json"))

                let edit (from: string) (into: string) =
                    Assert.Contains(from, json)
                    File.WriteAllText(Path.Combine(path, "model.json"), json.Replace(from, into))

                edit "toolkit-model/1" "toolkit-model/7"

                fails "found 'toolkit-model/7', expected toolkit-model/1: a newer version of the toolkit reads it" (fun () ->
                    ModelFolder.Read path)

                edit "toolkit-model/1" "other/1"
                fails "found 'other/1', expected toolkit-model/1" (fun () -> ModelFolder.Read path)
                edit "\"training\": {" "\"trailing\": {"
                fails "model.json: training.files: found none, expected a list" (fun () -> ModelFolder.Read path)
                File.WriteAllText(Path.Combine(path, "model.json"), json[.. json.Length / 2])
                fails ": found no JSON, or a key twice" (fun () -> ModelFolder.Read path)
                File.WriteAllText(Path.Combine(path, "model.json"), json)
                let weights = Path.Combine(path, "weights.npz")
                let bytes = File.ReadAllBytes weights
                bytes[bytes.Length / 2] <- bytes[bytes.Length / 2] ^^^ 1uy
                File.WriteAllBytes(weights, bytes)
                fails "weights.npz: SHA-256: found" (fun () -> ModelFolder.Read path)
                File.Delete weights
                fails "weights.npz: found no such file" (fun () -> ModelFolder.Read path)
                fails "found no such folder" (fun () -> ModelFolder.Read(Path.Combine(folder, "none")))
                fails "found a folder without model.json" (fun () -> ModelFolder.Read folder)

                fails "a model that is there" (fun () ->
                    ModelFolder.Write(Path.Combine(folder, "gp"), fit (power """{"kind": "ridge"}""") frames))

                fails "a folder of something else" (fun () -> ModelFolder.Write(folder, fit (power """{"kind": "ridge"}""") frames, true)))

        Law.test
            "forces and virial of what a model knows are its energy's derivatives: nuclei, pairs, charges"
            40
            (RandomStructure.recipes (2, 6))
            (fun recipe ->
                let s = RandomStructure.build recipe
                let zbl = ZblRepulsion(0.5, 2.5)
                let pair kind rate = PairPotential(PairSpec(s.Species[0], s.Species[1], kind, 0.4, 1.5, rate, 1., 3.))
                // Whole sets are neutral: in slabs and wires, too.
                let charges =
                    s.WithAtomProperty(
                        "q",
                        PropertyArray.Real(ReadOnlySpan(Array.init s.Count (fun i -> if i = 0 then float (1 - s.Count) else 1.)))
                    )

                let s, evaluate =
                    match abs recipe.Seed / 9 % 4 with
                    | 0 -> s, fun (t: Structure) -> zbl.Evaluate t
                    | 1 ->
                        s,
                        (fun t ->
                            (use list = Toolkit.Numerics.Neighbors.NeighborList.Build(t, 3.) in
                             PairEnergies.Evaluate(t, list, [| pair PairKind.Morse 1.3 |])))
                    | 2 ->
                        s,
                        (fun t ->
                            (use list = Toolkit.Numerics.Neighbors.NeighborList.Build(t, 3.) in
                             PairEnergies.Evaluate(t, list, [| pair PairKind.LennardJones 0.; zbl |])))
                    | _ -> charges, fun t -> (PointCharges(ElectrostaticsSpec("q", null, 2.))).Evaluate t

                let found = evaluate s
                let slope (change: float -> Structure) = ((evaluate (change 1e-5)).Energy - (evaluate (change -1e-5)).Energy) / 2e-5
                let scale = Array.fold (fun m f -> max m (abs f)) 1. (Array.append found.Forces found.Virial)
                Assert.Equal(found.Energy, Array.sum found.AtomicEnergies, tolerance = 1e-10 * scale)
                let moved k h = s.WithPositions(ReadOnlySpan(s.Positions.ToArray() |> Array.mapi (fun i x -> if i = k then x + h else x)))
                let strained k h = s.Transform(ReadOnlySpan(Array.mapi (fun i x -> if i = k then x + h else x) Rotations.identity))
                let k, e = recipe.Seed % (3 * s.Count) |> abs, abs recipe.Seed % 9
                Assert.Equal(found.Forces[k], -(slope (moved k)), tolerance = 1e-5 * scale)
                Assert.Equal(found.Virial[e], -(slope (strained e)), tolerance = 1e-5 * scale)
                // −Virial = Σ ∂E/∂r rᵀ + CellGradientᵀ H.
                match s.Cell with
                | null -> ()
                | cell ->
                    let a, b = e / 3, e % 3

                    let sum =
                        Seq.sum (seq { for i in 0 .. s.Count - 1 -> -found.Forces[3 * i + a] * s.Positions[3 * i + b] })
                        + Seq.sum (seq { for v in 0..2 -> found.CellGradient[3 * v + a] * cell.Vectors[3 * v + b] })

                    Assert.Equal(-found.Virial[e], sum, tolerance = 1e-8 * scale))

        testCase "two nuclei repel as Ziegler, Biersack and Littmark say, and no longer beyond the outer distance" <| fun () ->
            // Si-Si at 1 Å: a = 0.8854·0.52917721/(2·14^0.23) Å, by hand.
            let struct (energy, _) = ZblRepulsion(2., 3.).Pair(14, 14, 1.)
            let x = 1. / (0.8854 * 0.529177210903 / (2. * 14. ** 0.23))
            let screening =
                0.18175 * exp (-3.1998 * x) + 0.50986 * exp (-0.94229 * x) + 0.28022 * exp (-0.4029 * x) + 0.02817 * exp (-0.20162 * x)
            Assert.Equal(14.3996455 * 196. * screening, energy, tolerance = 1e-9)
            Assert.Equal(struct (0., 0.), ZblRepulsion(2., 3.).Pair(14, 14, 3.))

        testCase "a model with a repulsion learns the rest, and repels where its data end"
        <| fun () ->
            let spec extra = power $"""{{"kind": "ridge", "regularizer": 1e-6{extra}}}"""
            let zbl = ZblRepulsion(0.75, 1.5)

            let repelled =
                clusters 1 20
                |> List.map (fun s ->
                    let e = zbl.Evaluate s
                    let add (x: float[]) (y: float[]) = Array.map2 (+) x y

                    s
                        .WithProperty("energy", PropertyValue.Real(s.Properties["energy"].Reals[0] + e.Energy))
                        .WithProperty(
                            "virial",
                            PropertyValue.Real(
                                ReadOnlySpan(add (s.Properties["virial"].Reals.ToArray()) e.Virial),
                                ReadOnlySpan [| 3; 3 |]
                            )
                        )
                        .WithAtomProperty(
                            "forces",
                            PropertyArray.Real(ReadOnlySpan(add (s.AtomProperties["forces"].Reals.ToArray()) e.Forces), 3)
                        ))

            let plain, model = fit (spec "") (clusters 1 20), fit (spec """, "repulsion": {"outer": 1.5}""") repelled
            Array.iter2 (fun (a: float) b -> Assert.Equal(a, b, tolerance = 1e-6 * (1. + abs a))) (weights plain) (weights model)
            let s = List.head (clusters 70 1)
            let close = s.Transform(ReadOnlySpan [| 0.3; 0.; 0.; 0.; 0.3; 0.; 0.; 0.; 0.3 |])

            Assert.Equal(
                (plain.Predict close).Energy + (zbl.Evaluate close).Energy,
                (model.Predict close).Energy,
                tolerance = 1e-6 * (1. + (zbl.Evaluate close).Energy)
            )

        testCase "a model with known pairs and charges learns the rest, says the whole, and comes back from its folder"
        <| fun () ->
            let spec extra = power $"""{{"kind": "ridge", "regularizer": 1e-6{extra}}}"""
            let morse = PairPotential(PairSpec(1, 8, PairKind.Morse, 0.2, 1.4, 2., 1.5, 3.))
            let coulomb = PointCharges(ElectrostaticsSpec(null, Dictionary(dict [ 1, 0.3; 8, -0.6 ]), 1.5))

            let known (s: Structure) =
                use list = Toolkit.Numerics.Neighbors.NeighborList.Build(s, 3.)
                PairEnergies.Evaluate(s, list, [| morse |]), coulomb.Evaluate s

            let add (x: float[]) (y: float[]) = Array.map2 (+) x y
            let frames = pairs 0. Periodicity.All 1 20

            let charged =
                frames
                |> List.map (fun s ->
                    let a, b = known s

                    s
                        .WithProperty("energy", PropertyValue.Real(s.Properties["energy"].Reals[0] + a.Energy + b.Energy))
                        .WithProperty(
                            "virial",
                            PropertyValue.Real(
                                ReadOnlySpan(add (s.Properties["virial"].Reals.ToArray()) (add a.Virial b.Virial)),
                                ReadOnlySpan [| 3; 3 |]
                            )
                        )
                        .WithAtomProperty(
                            "forces",
                            PropertyArray.Real(ReadOnlySpan(add (s.AtomProperties["forces"].Reals.ToArray()) (add a.Forces b.Forces)), 3)
                        ))

            let physics =
                """, "pairs": [{"elements": ["H", "O"], "kind": "morse", "depth": 0.2, "distance": 1.4, "rate": 2, "outer": 3}], "electrostatics": {"charges": {"H": 0.3, "O": -0.6}, "permittivity": 1.5}"""

            let plain, model = fit (spec "") frames, fit (spec physics) charged
            Array.iter2 (fun (a: float) b -> Assert.Equal(a, b, tolerance = 1e-6 * (1. + abs a))) (weights plain) (weights model)
            let s = List.head (pairs 0. Periodicity.All 70 1)
            let a, b = known s
            let expected, found = plain.Predict s, model.Predict s
            Assert.Equal(expected.Energy + a.Energy + b.Energy, found.Energy, tolerance = 1e-6)

            Array.iter2
                (fun (x: float) y -> Assert.Equal(x, y, tolerance = 1e-5))
                (add expected.Forces (add a.Forces b.Forces))
                found.Forces

            Assert.True(plain.IsLocal && not model.IsLocal)

            TemporaryFolder.using (fun folder ->
                let path = Path.Combine(folder, "model")
                ModelFolder.Write(path, model)
                Assert.Equal<float[]>(found.Forces, ((ModelFolder.Read path).Predict s).Forces))

            fails "data: frame 1: found O without a charge, expected a charge of each element" (fun () ->
                fit (spec """, "electrostatics": {"charges": {"H": 0.3}}""") frames)

            fails "found no atom property 'q' of one number per atom" (fun () ->
                fit (spec """, "electrostatics": {"charges": "q"}""") frames)

            fails "$.model.electrostatics: found no key 'charges'" (fun () -> spec """, "electrostatics": {}""")

            fails "$.model.pairs[0].rate: found no key" (fun () ->
                spec """, "pairs": [{"elements": ["H"], "kind": "morse", "depth": 1, "distance": 1, "outer": 3}]""")

            fails "$.model.pairs[0].elements: found more than two" (fun () ->
                spec """, "pairs": [{"elements": ["H", "C", "O"], "kind": "lennard-jones", "depth": 1, "distance": 1, "outer": 3}]""")

            fails "$.model.pairs[0].inner: found '4'" (fun () ->
                spec """, "pairs": [{"elements": ["H"], "kind": "lennard-jones", "depth": 1, "distance": 1, "outer": 3, "inner": 4}]""")

        testCase "a committee's deviations are the jackknife's over its folds, cover errors, and come back from the folder"
        <| fun () ->
            let spec extra = power $"""{{"kind": "ridge", "folds": 4{extra}}}"""
            let frames, test = clusters 1 40, clusters 500 40
            let plain, model = fit (spec "") frames, fit (spec """, "committee": true""") frames
            Assert.False plain.HasVariance
            // The committee is beside the model, which stays what it is.
            Assert.Equal<float[]>(weights plain, weights model)
            // Errors are of the size of the deviations: within a factor of some ten where labels have structure that features lack.
            let ratios = [
                for s in test -> let p = model.Predict(s, 1, true) in (p.Energy - s.Properties["energy"].Reals[0]) / p.EnergyDeviation.Value
            ]

            Assert.InRange(sqrt (ratios |> List.averageBy (fun r -> r * r)), 0.3, 10.)
            let s = test.Head
            let found = model.Predict(s, 2, true)
            Assert.Equal(s.Count, (nonNull found.AtomicDeviations).Length)

            TemporaryFolder.using (fun folder ->
                let path = Path.Combine(folder, "model")
                ModelFolder.Write(path, model)
                let read = (ModelFolder.Read path).Predict(s, 1, true)
                Assert.Equal(found.EnergyDeviation, read.EnergyDeviation)
                Assert.Equal<float[]>(nonNull found.AtomicDeviations, nonNull read.AtomicDeviations))
            // With a regulariser that is given, too; more data make it surer.
            let given n = fit (spec """, "committee": true, "regularizer": 1e-6""") (clusters 1 n)
            let mean (m: FittedModel) = test |> List.averageBy (fun s -> (m.Predict(s, 1, true)).EnergyDeviation.Value)
            Assert.True(mean (given 160) < 0.7 * mean (given 20))
            fails "found this key with kind gp" (fun () -> power """{"kind": "gp", "committee": true}""")

        testCase "grades of extrapolation are at most one within the training set, grow outside, and come back from the folder" <| fun () ->
            for kind in [ """{"kind": "ridge", "regularizer": 1e-6, "extrapolation": true}"""; """{"kind": "gp", "points": 20, "regularizer": 1e-4, "extrapolation": true}""" ] do
                let frames = clusters 1 60
                let model = fit (power kind) frames
                let grades (s: Structure) = nonNull (model.Predict(s, 1, true)).Extrapolation
                for s in frames do Assert.True(Array.max (grades s) < 1.03)
                let s = (clusters 500 1).Head
                let pressed = s.Transform(ReadOnlySpan [| 0.6; 0.; 0.; 0.; 0.6; 0.; 0.; 0.; 0.6 |])
                Assert.True(Array.max (grades pressed) > 5., $"{Array.max (grades pressed)}")
                Assert.True(Array.max (grades pressed) > 3. * Array.max (grades s))
                TemporaryFolder.using (fun folder ->
                    let path = Path.Combine(folder, "model")
                    ModelFolder.Write(path, model)
                    Assert.Equal<float[]>(grades pressed, nonNull ((ModelFolder.Read path).Predict(pressed, 1, true)).Extrapolation))

        testCase "structures that a model does not know are refused" <| fun () ->
            let model = fit (parse spins) (clusters 1 8)
            let s = List.head (clusters 50 1)
            let predict (s: Structure) = Seq.length (model.Predict(source [ List.head (clusters 51 1); s ]))
            fails "data: frame 2: found He as atom 1, expected species that the model knows: H, O" (fun () ->
                predict (s.WithSpecies(ReadOnlySpan(Array.create s.Count 2))))
            fails "data: frame 2: found no atom property moments; there is forces, magforces" (fun () -> predict (s.WithoutAtomProperty "moments"))
            fails "a number that is not finite in moments" (fun () ->
                predict (s.WithAtomProperty("moments", PropertyArray.Real(ReadOnlySpan(Array.create (3 * s.Count) nan), 3))))
            fails "the same place" (fun () -> predict (s.WithPositions(ReadOnlySpan(Array.zeroCreate (3 * s.Count)))))
    ]
