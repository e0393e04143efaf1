/// Laws of long-distance features, looked at while the report is made.
module Toolkit.Reproductions.Lode2019.Checks

open System
open Toolkit.Numerics.Electrostatics
open Toolkit.Numerics.Representations
open Toolkit.Numerics.Structures
open Toolkit.Reproductions.Lode2019.ChargeGas
open Toolkit.Reproductions.Lode2019.GasFits
open Toolkit.Reproductions.Report

/// A = [2 atoms of rock salt]: the Madelung constant by the Ewald sum.
let private madelung () =
    let a = 2.
    let cell = Cell(ReadOnlySpan [| 0.; 1.; 1.; 1.; 0.; 1.; 1.; 1.; 0. |])

    let salt =
        Structure.Create(
            ReadOnlySpan [| positive; negative |],
            ReadOnlySpan [| 0.; 0.; 0.; a / 2.; a / 2.; a / 2. |],
            cell,
            Periodicity.All
        )

    let energy = (EwaldSum().Compute(salt, ReadOnlySpan [| 1.; -1. |])).Energy
    let found = -energy * (a / 2.)
    abs (found - 1.747564594633) < 1e-11, $"{found:F12}, published 1.747564594633"

let private largest (values: float[]) = values |> Array.map abs |> Array.max

/// Features of a frame and of the same frame repeated.
let private repeated (frame: Structure) =
    let r = representation square
    let one, eight = r.Compute frame, r.Compute(frame.Replicate(2, 1, 1))
    let n = r.FeatureCount
    // Copies of an atom have its features, in whatever order they come: compared by their sums over atoms.
    let sum (values: float[]) = Array.init n (fun k -> Seq.sum (seq { for i in 0 .. values.Length / n - 1 -> values[i * n + k] }))
    let a, b = sum one, sum eight
    let off = largest (Array.map2 (fun x y -> 2. * x - y) a b) / largest a
    off < 1e-5, $"{off:E1} of the largest"

/// A force component against the difference of energies.
let private force (fit: Outcome) (frame: Structure) =
    let set = RepresentationSet [ representation fit.Features ]
    let readout = GasForces.readout set.FeatureCount fit.Coefficients
    let found = set.Evaluate(frame, readout)
    let h = 1e-3
    let energy step =
        let r = frame.Positions.ToArray()
        r[4] <- r[4] + step
        Array.sum (set.Energies(frame.WithPositions(ReadOnlySpan r), readout))
    let difference = -((energy h - energy -h) * 8. - (energy (2. * h) - energy (-2. * h))) / (12. * h)
    let off = abs (difference - found.Forces[4]) / largest found.Forces
    off < 1e-4, $"{off:E1} of the largest force"

/// A dielectric tensor with the split of its sums elsewhere, and of the box repeated.
let private dielectric (frame: Structure) =
    let compute (split: float) (s: Structure) = InducedDipoles.dielectric InducedDipoles.thole split s
    let reference = compute 0.6 frame
    let off =
        [ compute 0.5 frame; compute 0.6 (frame.Replicate(1, 1, 2)) ]
        |> List.map (fun t -> Array.map2 (-) t reference |> largest)
        |> List.max
    off < 1e-5, $"{off:E1}"

let all (data: Data) (fit: Outcome) (dimers: ChargedDimers.Dimer list) (water: WaterBoxes.Data) : Check list =
    [ Check.run "The Madelung constant of rock salt comes out" madelung
      Check.run "Long-distance features of a repeated cell are those of the cell" (fun () -> repeated data.Frames[0])
      Check.run "Forces of a long-distance model are minus the difference of its energies" (fun () -> force fit data.Frames[1])
      Check.run "Energies of dimers of ions fall off with the charges of their fragments" (fun () ->
          let off = DimerCurves.tailError dimers
          off < 0.72, $"1/R has k q q′ within {off:F2} eV Å in {dimers.Length} dimers")
      Check.run "Dielectric tensors of water do not depend on the split of the sums or on the cell" (fun () -> dielectric water.Frames[0]) ]
