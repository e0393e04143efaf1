/// Figure: predicted against reference energies of one test set.
module Toolkit.Reproductions.Nice2020.Parity

open Toolkit.Reproductions.Nice2020.Fits
open Toolkit.Reproductions.Report

let figure (seed: int) (outcomes: Outcome list) : Figure =
    let most = outcomes |> List.map _.Size |> List.max

    let pick order =
        outcomes
        |> List.find (fun o -> (o.Order, o.Training, o.Seed, o.Size) = (order, EnergiesAndForces, seed, most))

    let low, high = pick 1, pick 2
    // Energies from the lowest reference energy of the set.
    let zero = high.Predicted |> Array.map fst |> Array.min

    let label (o: Outcome) = if o.Order = 1 then "ν = 1" else "ν ≤ 2"

    let table =
        Table.Create(
            [ "model"; "reference_eV"; "predicted_eV" ],
            [ for o in [ low; high ] do
                  for reference, predicted in o.Predicted ->
                      [ Text(label o); Number(reference - zero); Number(predicted - zero) ] ]
        )

    let values = [ for o in [ low; high ] do for a, b in o.Predicted do a - zero; b - zero ]
    let range = floor (List.min values) - 1., ceil (List.max values) + 1.
    let axis title = VegaLite.linear title range

    let layer mark encoding more =
        JObject([ "mark", JObject mark; "encoding", JObject encoding ] @ more)

    let x = VegaLite.channel "reference_eV" "quantitative" (axis "reference energy / eV")
    let y = VegaLite.channel "predicted_eV" "quantitative" (axis "predicted energy / eV")

    let diagonal =
        layer
            [ "type", JString "line"; "color", JString "currentColor"; "opacity", JNumber 0.5; "strokeWidth", JNumber 1. ]
            [ "x", VegaLite.channel "at" "quantitative" (axis "reference energy / eV")
              "y", VegaLite.channel "at" "quantitative" (axis "predicted energy / eV") ]
            [ "data",
              JObject
                  [ "values",
                    JArray [ JObject [ "at", JNumber(fst range) ]; JObject [ "at", JNumber(snd range) ] ] ] ]

    let scale =
        VegaLite.mapped
            [ label low, JString VegaLite.Palette.vermilion
              label high, JString VegaLite.Palette.blue ]

    let shape = VegaLite.mapped [ label low, JString "diamond"; label high, JString "circle" ]
    let legend = "title", JString "features"

    let points =
        layer
            [ "type", JString "point"; "filled", JBool true; "size", JNumber 26.; "opacity", JNumber 0.7 ]
            [ "x", x
              "y", y
              "color", VegaLite.channel "model" "nominal" [ scale; legend ]
              "shape", VegaLite.channel "model" "nominal" [ shape; legend ] ]
            []

    { Id = "parity"
      Title = $"Predicted against reference energies of the {high.Predicted.Length} test configurations"
      Caption =
        $"The largest fits on energies and forces, {most} training configurations, random division {seed}; energies from the "
        + $"lowest one of the test set, whose standard deviation is {high.EnergyDeviation:F2} eV."
      Conclusion =
        $"Root mean square errors: {low.EnergyError:F2} eV with ν = 1, {high.EnergyError:F2} eV with ν ≤ 2; of the force "
        + $"components, {low.ForceError:F2} and {high.ForceError:F2} eV/Å."
      Table = table
      Plot = VegaLite.plot (330., 330.) table [ "layer", JArray [ diagonal; points ] ] }
