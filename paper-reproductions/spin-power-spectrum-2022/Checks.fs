/// Checks of the very features and models that the figures are made with.
module Toolkit.Reproductions.Spin2022.Checks

open System
open Toolkit.Numerics.Representations
open Toolkit.Numerics.Structures
open Toolkit.Reproductions.Checks.Isometry
open Toolkit.Reproductions.Report
open Toolkit.Reproductions.Spin2022.BccIron
open Toolkit.Reproductions.Spin2022.Models
open Toolkit.Reproductions.Spin2022.Studies

let private turns = 10

let private turnSpins (m: float[]) (s: Structure) =
    let v = spinsOf s
    let turned = Array.init v.Length (fun k -> Seq.sum (seq { for c in 0..2 -> m[3 * (k % 3) + c] * v[3 * (k / 3) + c] }))
    withSpins turned s

let private largest (values: float[]) = values |> Array.map abs |> Array.max

/// The largest change of a feature, as a fraction of the largest feature, when structures change.
let private change (parts: InvariantRepresentation list) (data: Labelled[]) (changed: Random -> Structure -> Structure) : float =
    let random = Random 3

    Seq.max (
        seq {
            for k in 0 .. turns - 1 do
                let s = data[k].Structure
                let other = changed random s

                for part in parts do
                    let before, after = part.Compute s, part.Compute other
                    largest (Array.map2 (-) before after) / largest before
        }
    )

let private inversion = [| -1.; 0.; 0.; 0.; -1.; 0.; 0.; 0.; -1. |]

let private invariant parts data changes () =
    let worst = changes |> List.map (change parts data) |> List.max
    worst < 1e-11, $"{turns} structures: largest change {worst:``0.0e-0``} of the largest feature"

/// The total field along v, less the derivative of the energy when all spins grow.
let private grows (study: Study) () =
    let worst =
        Seq.max (
            seq {
                for s in Array.truncate 4 study.Test do
                    let v = spinsOf s.Structure
                    let at t = (study.Ridge.Predict(withSpins (v |> Array.map (fun x -> (1. + t) * x)) s.Structure)).Energy
                    let slope = -(8. * (at 1e-3 - at -1e-3) - (at 2e-3 - at -2e-3)) / 12e-3
                    let found = Array.fold2 (fun sum x f -> sum + x * f) 0. v (study.Ridge.Predict s.Structure).EffectiveFields[0]
                    abs (found - slope) / (1. + abs slope)
            }
        )

    worst < 1e-6, $"largest difference {worst:``0.0e-0``}"

let private reached (limit: float) (found: float) (what: string) () = found <= limit, $"{what}: {found:G3} (at most {limit})"

let all (fixedStudy: Study) (warm: Study) (derivatives: Study) : Check list =
    let summed, resolved = features (iron Summed 8 4), features (iron Resolved 6 3)
    let both random (s: Structure) = let m = rotation random in s.Transform(ReadOnlySpan m) |> turnSpins m
    let inverted _ (s: Structure) = s.Transform(ReadOnlySpan inversion)
    let reversed _ (s: Structure) = turnSpins inversion s
    let spinsAlone random (s: Structure) = turnSpins (rotation random) s

    [ Check.run
          "J-resolved features do not change when atoms and spins are rotated together, inverted, or time is reversed"
          (invariant resolved warm.Test [ both; inverted; reversed ])
      Check.run
          "J-summed features do not change when the spins alone are rotated, either"
          (invariant summed warm.Test [ both; spinsAlone; inverted; reversed ])
      Check.run "J-resolved features do change when the spins alone are rotated" (fun () ->
          let found = change resolved warm.Test spinsAlone
          found > 1e-3, $"largest change {found:G2} of the largest feature")
      Check.run "The effective fields of a fitted model are the slope of its energy when all spins grow" (grows derivatives)
      Check.run
          "The exchange and Landau energy lies in the span of the J-summed features: relative error of ridge at most 1e-6"
          (reached 1e-6 (0.01 * percent fixedStudy.RidgeOutcome.Energies) "RMSE over standard deviation")
      Check.run
          "Energies of displaced atoms are learned to 1 % of their standard deviation"
          (reached 1. (percent warm.RidgeOutcome.Energies) "RMSE in %")
      Check.run
          "Forces and effective fields are learned to 3 % with derivatives in the training"
          (reached 3. (max (percent derivatives.RidgeOutcome.Forces) (percent derivatives.RidgeOutcome.Fields)) "the larger RMSE in %") ]
