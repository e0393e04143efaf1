/// Checks of the very features that the figures are made with.
module Toolkit.Reproductions.Nice2020.FeatureChecks

open System
open Toolkit.Numerics.Representations
open Toolkit.Reproductions.Checks.Isometry
open Toolkit.Reproductions.Nice2020.RandomMethane
open Toolkit.Reproductions.Report

let private turns = 20

let private largest (values: float[]) = values |> Array.map abs |> Array.max

/// Features after rotation, every second time with inversion, against features before.
let private invariance (parts: InvariantRepresentation list) (data: Data) () =
    let random = Random 1

    let worst =
        Seq.max (
            seq {
                for t in 0 .. turns - 1 do
                    let structure = data.Structures[random.Next data.Structures.Length]
                    let turn = rotation random |> Array.map (fun x -> if t % 2 = 0 then x else -x)
                    let turned = structure.Transform(ReadOnlySpan turn)

                    for part in parts do
                        let before, after = part.Compute structure, part.Compute turned
                        largest (Array.map2 (-) before after) / largest before
            }
        )

    worst < 1e-12, $"{turns} random rotations, half of them with inversion: largest change {worst:E1} of the largest feature"

/// Force rows of a configuration add up to nothing, and so do their torques, for whatever coefficients.
let private balance (rows: Rows) (data: Data) () =
    let columns = rows.Design.Columns

    let worst =
        Seq.max (
            seq {
                for i in 0..49 .. data.Structures.Length - 1 do
                    let force = rows.Force[i]
                    let r = data.Structures[i].Positions.ToArray()
                    let size = largest force
                    let f atom d c = force[(3 * atom + d % 3) * columns + c]

                    for c in 0 .. columns - 1 do
                        for d in 0..2 do
                            let mutable sum, torque = 0., 0.

                            for atom in 0 .. r.Length / 3 - 1 do
                                sum <- sum + f atom d c
                                let r k = r[3 * atom + k % 3]
                                torque <- torque + r (d + 1) * f atom (d + 2) c - r (d + 2) * f atom (d + 1) c

                            max (abs sum) (abs torque) / size
            }
        )

    worst < 1e-11, $"largest sum {worst:E1} of the largest entry"

let all (rows: Rows) (data: Data) : Check list =
    [ Check.run
          "The invariants of all orders do not change when a configuration is rotated or reflected"
          (invariance (List.ofSeq rows.Design.Representations) data)
      Check.run
          "Forces add up to zero and exert no torque, feature by feature, so for any fit"
          (balance rows data) ]
