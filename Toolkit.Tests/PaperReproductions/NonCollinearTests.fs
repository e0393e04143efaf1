module Toolkit.Tests.PaperReproductions.NonCollinearTests

open System
open System.IO
open Expecto
open Toolkit.Numerics.Models.SpinLattice
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

        testCase "what least squares with a line leave of a parabola is known, with a parabola nothing" <| fun () ->
            let x = [| -2.; -1.; 0.; 1.; 2. |]
            let power k = x |> Array.map (fun x -> x ** k)
            // x² − 2 = 2, −1, −2, −1, 2: squares add up to 14.
            Assert.Equal(sqrt (14. / 5.), NonCollinear.rest [ power 0.; power 1. ] (power 2.), tolerance = 1e-12)
            Assert.Equal(0., NonCollinear.rest [ power 0.; power 1.; power 2. ] (power 2.), tolerance = 1e-12)

        testCase "fields that are all zero have no scale: a fit to them is that to energies alone" <| fun () ->
            let data = draw SpinLatticeHamiltonian.BccIron { fixedLattice with Cells = 2, 2, 2 } 7 8 |> Array.map (fun s -> { s with Fields = Array.zeroCreate s.Fields.Length })
            let features = Models.features (Models.iron Models.Summed 2 0)
            let by weights = (Models.ridge 1 features [ 26 ] weights data).Predict(data[0].Structure).Energy
            Assert.Equal(by Models.energiesOnly, by { Models.energiesOnly with Field = 0.3 }, tolerance = 1e-9)
    ]
