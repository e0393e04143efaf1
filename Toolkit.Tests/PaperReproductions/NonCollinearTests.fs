module Toolkit.Tests.PaperReproductions.NonCollinearTests

open System
open System.IO
open Expecto
open Toolkit.Numerics.Models.SpinLattice
open Toolkit.Numerics.Neighbors
open Toolkit.Numerics.Structures
open Toolkit.Reproductions
open Toolkit.Reproductions.Spin2022
open Toolkit.Reproductions.Spin2022.BccIron
open Toolkit.Tests.Laws

let private frames = lazy (NonCollinear.load (Path.Combine(Application.home, "spin-power-spectrum-2022")))
let private norm (v: float[]) = sqrt (Array.sumBy (fun x -> x * x) v)
let private dot (a: float[]) (b: float[]) = Array.fold2 (fun sum x y -> sum + x * y) 0. a b
let private cross (a: float[]) (b: float[]) =
    [| a[1] * b[2] - a[2] * b[1]; a[2] * b[0] - a[0] * b[2]; a[0] * b[1] - a[1] * b[0] |]

[<Tests>]
let tests =
    testList "PaperReproductions.NonCollinearTests" [
        testCase "the data has every scan, and energies count from the ferromagnet at 2.83 Å" <| fun () ->
            let counts = frames.Value |> Array.countBy _.Kind |> Map

            Assert.Equal<Map<string, int>>(
                Map [ "ref-fm", 6; "ref-afm", 4; "ref-nonmagnetic", 2; "theta", 7; "length", 9; "random", 26; "spiral", 9 ],
                counts
            )

            let zero = frames.Value |> Array.filter (fun f -> f.Kind = "ref-fm") |> Array.filter (fun f -> f.Labelled.Energy = 0.)
            Assert.Equal(1, zero.Length)

        testCase "the fields are minus the derivatives of the energy: along the turn of one moment they add up to its change" <| fun () ->
            // Simpson's rule over 0, 30 and 60 degrees and so on; the file's README has the same numbers.
            let scan =
                frames.Value
                |> Array.filter (fun f -> f.Kind = "theta")
                |> Array.map (fun f -> let m = spinsOf f.Labelled.Structure in f.Labelled, m[..2], m[3..])
                |> Array.sortBy (fun (_, a, b) -> -(dot a b))

            let _, a, b = scan[3]
            let axis = let c = cross a b in c |> Array.map (fun x -> x / norm c)
            let slope (s: Labelled, _, m: float[]) = -(dot s.Fields[3..] (cross axis m))

            for k in 0..2..4 do
                let integral = Math.PI / 6. / 3. * (slope scan[k] + 4. * slope scan[k + 1] + slope scan[k + 2])
                let energy k = let s, _, _ = scan[k] in s.Energy
                Assert.Equal(energy (k + 2) - energy k, integral, tolerance = 0.0006)

        testCase "the spiral of published constants is the sum over the pairs of a crystal"
        <| fun () ->
            // Shells of a bcc crystal of edge 1 with the constants of UppASD's file, mRy for both directions of a pair.
            let shells = [ sqrt 0.75, 1.33767484769984; 1., 0.75703576545650; sqrt 2., -0.05975437643846; sqrt 2.75, -0.08819834160658 ]

            let crystal =
                Structure
                    .Create(ReadOnlySpan [| 26; 26 |], ReadOnlySpan [| 0.; 0.; 0.; 0.5; 0.5; 0.5 |])
                    .WithCell(Cell.Cubic 1., Periodicity.All)

            use list = NeighborList.Build(crystal, 1.7)

            for q in [ 0.; 0.125; 0.4; 0.75; 1. ] do
                let mutable sum = 0.

                for p in 0 .. list.Offsets[1] - 1 do
                    match shells |> List.tryFind (fun (far, _) -> abs (far - list.Distances[p]) < 1e-9) with
                    | Some(_, j) -> sum <- sum + 13.605693122994 * j * (1. - cos (2. * Math.PI * q * list.Z[p]))
                    | None -> ()

                Assert.Equal(sum, PublishedExchange.byConstants q, tolerance = 1e-9)

        testCase "an interaction along bonds is found from the torques on all moments together"
        <| fun () ->
            let random = Random 5
            let d = 0.7

            let frame () =
                let jitter () = 0.02 * (random.NextDouble() - 0.5)

                let positions = [|
                    for x in 0..1 do
                        for y in 0..1 do
                            for z in 0..1 do
                                for c in [ x; y; z ] -> 2.5 * float c + jitter ()
                |]

                let e =
                    Array.init 8 (fun _ ->
                        let v = Array.init 3 (fun _ -> random.NextDouble() - 0.5) in v |> Array.map (fun x -> x / norm v))
                    |> Array.concat

                let s = Structure.Create(ReadOnlySpan(Array.create 8 26), ReadOnlySpan positions)
                use list = NeighborList.Build(s, 2.8)

                // E = −½ Σ D r̂·(e × e′); fields by differences, for E is linear in each moment.
                let energy (e: float[]) =
                    Seq.sum (
                        seq {
                            for i in 0..7 do
                                for p in list.Offsets[i] .. list.Offsets[i + 1] - 1 do
                                    let j, r = list.Neighbors[p], list.Distances[p]
                                    let axis = [| list.X[p] / r; list.Y[p] / r; list.Z[p] / r |]
                                    -0.5 * d * dot axis (cross e[3 * i .. 3 * i + 2] e[3 * j .. 3 * j + 2])
                        }
                    )

                let moved k step = energy (Array.mapi (fun i x -> if i = k then x + step else x) e)
                let field = Array.init 24 (fun k -> -(moved k 0.5 - moved k -0.5))
                let labelled: Labelled = { Structure = withSpins e s; Energy = 0.; Forces = Array.zeroCreate 24; Fields = field }
                labelled, TotalTorques.crosses e field

            let frames, torques = Array.init 20 (fun _ -> frame ()) |> Array.unzip
            let description = { Models.iron Models.Resolved 3 2 with Cutoff = 4. }
            let found, error = TotalTorques.alongBonds { Title = ""; Description = description; Frames = frames; Torques = torques }
            Assert.Equal(1000. * d, found, tolerance = 1e-6)
            Assert.InRange(error, 0., 1e-6)

        testCase "what least squares with a line leave of a parabola is known, with a parabola nothing" <| fun () ->
            let x = [| -2.; -1.; 0.; 1.; 2. |]
            let power k = x |> Array.map (fun x -> x ** k)
            // x² − 2 = 2, −1, −2, −1, 2: squares add up to 14.
            Assert.Equal(sqrt (14. / 5.), NonCollinear.rest [ power 0.; power 1. ] (power 2.), tolerance = 1e-12)
            Assert.Equal(0., NonCollinear.rest [ power 0.; power 1.; power 2. ] (power 2.), tolerance = 1e-12)

        testCase "fields that are all zero have no scale: a fit to them is that to energies alone" <| fun () ->
            let data =
                draw SpinLatticeHamiltonian.BccIron { fixedLattice with Cells = 2, 2, 2 } 7 8
                |> Array.map (fun s -> { s with Fields = Array.zeroCreate s.Fields.Length })
            let features = Models.features (Models.iron Models.Summed 2 0)
            let by weights = (Models.ridge 1 features [ 26 ] weights data).Predict(data[0].Structure).Energy
            Assert.Equal(by Models.energiesOnly, by { Models.energiesOnly with Field = 0.3 }, tolerance = 1e-9)
    ]
