/// Figure: learning curves of the dielectric tensor of water, on local and on long-ranged features.
module Toolkit.Reproductions.Lode2019.WaterCurves

open System.Collections.Generic
open Toolkit.Numerics.Learning
open Toolkit.Reproductions.Lode2019.WaterBoxes
open Toolkit.Reproductions.Lode2019.WaterFits
open Toolkit.Reproductions.Report

/// What is learned of one set of frames.
type Study =
    { Set: string
      /// Mean and standard deviation of Tr ε∞/3.
      Mean: float
      Deviation: float
      Isotropic: Outcome list
      Anisotropic: Outcome list }

/// Models of λ = 2.
let private tensorModels: Model list = [ [ Soap 3. ]; [ Soap 6. ]; [ Soap 3.; Lode ] ]

/// How often `study` calls.
let ticks = models.Length + tensorModels.Length

/// `keep` has the curves that are known; `tick` hears of each model.
let study (threads: int) (plan: Plan) (set: string) (data: Data) (keep: Kept.Keeper) (tick: unit -> unit) : Study =
    let known = Dictionary<Features, float[][]>()

    let rowsOf part =
        if not (known.ContainsKey part) then known[part] <- means threads data part
        known[part]

    let kept part model seed work =
        let settings = $"{data.Frames.Length} frames, first trace {trace data.Tensors[0]:R}, sizes {plan.Sizes}, {plan.TestSize} for testing, bases {List.map basis model}, cutoff {cutoff}, σ {densityWidth} and {smearing}, weights {weights}"
        ofKept model seed (keep $"water {set} {part} {name model} {seed}" settings (fun () -> WaterFits.kept (work ())))

    let traces = data.Tensors |> Array.map (fun t -> trace t / 3.)
    let mean = Array.average traces

    { Set = set
      Mean = mean
      Deviation = sqrt (traces |> Array.averageBy (fun x -> (x - mean) ** 2.))
      Isotropic =
        [ for model in models do
              for seed in plan.Seeds do yield! kept "trace" model seed (fun () -> isotropic threads plan data rowsOf model seed)
              tick () ]
      Anisotropic =
        [ for model in tensorModels do
              let design = lazy (design threads data model)
              for seed in plan.Seeds do yield! kept "second" model seed (fun () -> anisotropic threads plan data model design.Value seed)
              tick () ] }

let private looks (model: Model) : Series =
    let called = name model

    match model with
    | [ Soap 3. ] -> Series.joined called Sky Square Dashed
    | [ Soap 4. ] -> Series.joined called Blue Square Dashed
    | [ Soap _ ] -> Series.joined called Purple Square Dashed
    | [ Lode ] -> Series.joined called Vermilion Circle Solid
    | _ -> Series.joined called Green Diamond Solid

let private points (outcomes: Outcome list) (model: Model) =
    [ for size, group in outcomes |> List.filter (fun o -> o.Model = model) |> List.groupBy _.Size ->
          let percent = group |> List.map _.Percent
          float size, List.average percent, List.min percent, List.max percent ]

let figure (plan: Plan) (studies: Study list) : Figure =
    let most = List.last plan.Sizes
    let last outcomes model = let _, mean, _, _ = List.last (points outcomes model) in mean
    let x () = Axis.logarithmicAt "training frames" (float plan.Sizes.Head * 0.9, float most * 1.1) (plan.Sizes |> List.map float)

    let panel title (models: Model list) (outcomes: Outcome list) =
        let values = [
            for m in models do
                for _, _, lo, hi in points outcomes m do
                    lo
                    hi
        ]

        Panel.of' title (x ()) (Axis.logarithmicOver "RMSE / % of std. deviation" values) [
            for m in models -> Band(looks m, [ for size, _, lo, hi in points outcomes m -> size, lo, hi ])
            for m in models -> Curve(looks m, [ for size, mean, _, _ in points outcomes m -> size, mean ])
        ]

    let combined (s: Study) = s.Isotropic |> List.filter (fun o -> o.Model = [ Soap 3.; Lode ] && o.Size = most)
    let equal s = combined s |> List.averageBy _.Equal
    let weight s = combined s |> List.map _.Weight |> List.sort |> fun all -> all[all.Length / 2]

    let says (s: Study) =
        let at = last s.Isotropic
        let three, four, six, far, both = at [ Soap 3. ], at [ Soap 4. ], at [ Soap 6. ], at [ Lode ], at [ Soap 3.; Lode ]

        let best =
            [ "SOAP at 3 Å", three; "SOAP at 4 Å", four; "SOAP at 6 Å", six; "LODE(2)", far; "SOAP + LODE(2)", both ]
            |> List.minBy snd
            |> fst

        $"{s.Set}, trace at {most} frames: SOAP {three:F0}, {four:F0} and {six:F1} %% at 3, 4 and 6 Å, LODE(2) {far:F0} %%, SOAP + LODE(2) {both:F0} %%: at 3 Å LODE is "
        + (if far < three then $"{three / far:F1} times better than SOAP" else "no better than SOAP")
        + (if six < far then ", SOAP at 6 Å overtakes it" else ", better than SOAP at 6 Å, too")
        + (if both < min three far then
               ", both together are better than either"
           else
               ", both together are no better than LODE alone")
        + $" (LODE(2) weighs {weight s:``0e0``} times as much; with equal weights {equal s:F0} %%: what counts of it is a small part of its variance)"
        + $"; the best is {best}. "

    let saysSecond (s: Study) =
        let at = last s.Anisotropic
        $"{s.Set}: SOAP {at [ Soap 3. ]:F0} and {at [ Soap 6. ]:F0} %% at 3 and 6 Å, SOAP + LODE(2) {at [ Soap 3.; Lode ]:F0} %%. "

    let bases =
        [
            for f in [ Soap 3.; Soap 6.; Lode ] ->
                let (n0, l0), (n2, l2) = basis f
                $"{name [ f ]}: {n0}/{l0} and {n2}/{l2}"
        ]
        |> String.concat "; "

    let own = studies.Head

    {
        Id = "water"
        Title = "Learning curves of the dielectric tensor of water"
        Caption =
            $"Root mean square error on {plan.TestSize} test frames of {molecules} water molecules. Left: the trace of ε∞, as %% of its standard deviation; right, beyond the paper: "
            + "its five components of λ = 2, as % of their root mean square, by symmetry-adapted linear regression. "
            + $"{own.Set}: random boxes of {shortest} to {longest} Å made in this run, bonds and angles scattered, with the exact dielectric tensors of Thole's induced dipoles, "
            + $"periodic sums included (Tr ε∞/3 = {own.Mean:F3} ± {own.Deviation:F3}). "
            + (if studies.Length > 1 then
                   $"Public set: quantum water of density-functional theory (TENSOAP's example, most likely the paper's set; Tr ε∞/3 = {studies[1].Mean:F3} ± {studies[1].Deviation:F3}). "
               else
                   "")
            + $"σ {densityWidth} Å (density) and {smearing} Å (potential), potential within {cutoff:F0} Å, as in the paper; nmax/lmax of the trace and of λ = 2: {bases}. "
            + "Models linear in features averaged over the atoms of each species, or kernels (1 + x·x′)²; which, the regulariser and the weight of LODE(2) beside SOAP "
            + $"({List.min weights:``0``} to {List.max weights:``0e0``}) by cross-validation; the paper compares environments one by one and does not give weights. "
            + (if plan.Seeds.Length > 1 then
                   $"Lines: mean over {plan.Seeds.Length} random divisions; bands: the smallest and the largest. "
               else
                   "One random division. ")
            + "Paper, Fig. 3 (trace only): at 3 Å LODE much better than SOAP, SOAP at 6 Å overtakes LODE, the combination best; no numbers in its text."
        Conclusion =
            (studies |> List.map says |> String.concat "")
            + "λ = 2. "
            + (studies |> List.map saysSecond |> String.concat "").TrimEnd()
        Table =
            Table.Create(
                [
                    "set"
                    "part"
                    "features"
                    "training_frames"
                    "division"
                    "rmse_percent"
                    "rmse_percent_equal_weights"
                    "degree"
                    "weight"
                    "regulariser"
                ],
                [
                    for s in studies do
                        for part, outcomes in [ "trace", s.Isotropic; "lambda 2", s.Anisotropic ] do
                            for o in outcomes ->
                                [
                                    Text s.Set
                                    Text part
                                    Text(name o.Model)
                                    Whole o.Size
                                    Whole o.Seed
                                    Number o.Percent
                                    Number o.Equal
                                    Whole o.Degree
                                    Number o.Weight
                                    Number o.Regulariser
                                ]
                ]
            )
        Picture = {
            Key = [ "", List.map looks models ]
            Width = 330.
            Rows = [
                for s in studies ->
                    270., [ panel $"{s.Set}: trace" models s.Isotropic; panel $"{s.Set}: λ = 2 (extension)" tensorModels s.Anisotropic ]
            ]
        }
    }
