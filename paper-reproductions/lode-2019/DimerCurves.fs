/// Figure: binding curves of charged dimers, far beyond where models were trained.
module Toolkit.Reproductions.Lode2019.DimerCurves

open System
open System.Collections.Generic
open Toolkit.Numerics.Structures
open Toolkit.Reproductions.Lode2019.ChargedDimers
open Toolkit.Reproductions.Lode2019.DimerFits
open Toolkit.Reproductions.Report

/// Where curves are drawn, Å.
let private drawn = [ for k in 0..23 -> 3. * (20. / 3.) ** (float k / 23.) ]

type Result =
    { Dimers: Dimer list
      /// How many, from the first on, are trained on, and every which of their distances.
      Trained: int
      Every: int
      Outcomes: Outcome list
      /// Test dimers that are drawn, with each model's (R, energy).
      Curves: (Dimer * (Model * (float * float) list) list) list
      /// The public dimers, each predicted from the others: % of the standard deviation.
      Public: (Model * float) list }

/// Structures, and states that refer to them: a dimer's fragments stand once, turned as they are in it.
type private Register() =
    let structures = List<Structure>()
    let fragments = Dictionary<Structure, int>(HashIdentity.Reference)

    let add (s: Structure) =
        structures.Add s
        structures.Count - 1

    let fragment s =
        match fragments.TryGetValue s with
        | true, i -> i
        | _ ->
            fragments[s] <- add s
            fragments[s]

    member _.Structures = structures.ToArray()
    member _.State(d: Dimer, s: Structure) : State = { Pair = add s; First = fragment d.First; Second = fragment d.Second }

/// Each public dimer from the other nine.
let private leaveOut (threads: int) (dimers: Dimer list) : (Model * float) list =
    if dimers.IsEmpty then [] else

    let register = Register()
    let states, energies, dimerOf =
        [| for k, d in List.indexed dimers do for p in d.Points -> register.State(d, p.Structure), p.Energy, k |] |> Array.unzip3
    let structures = register.Structures
    let linear = linearKernels threads structures states
    let mean = Array.average energies
    let square values = Array.averageBy (fun x -> x * x) values

    [ for model in models do
          let kernels = kernels threads structures states linear model

          let errors =
              [| for k in 0 .. dimers.Length - 1 do
                     let test, train = Array.init states.Length id |> Array.partition (fun i -> dimerOf[i] = k)
                     let outcome = fit threads model kernels energies dimerOf train test
                     for i in test -> outcome.Predicted[i] - energies[i] |]

          model, 100. * sqrt (square errors / square (energies |> Array.map (fun e -> e - mean))) ]

/// The first test dimers of each kind, by the charges of their fragments.
let private chosen (tested: Dimer list) : Dimer list =
    let kind (d: Dimer) = let a, b = d.Charges in a * b, a + b
    let wanted = [ (-1, 0), 2; (1, 2), 1; (1, -2), 1; (0, 1), 1; (0, -1), 1 ]
    [ for w, count in wanted do yield! tested |> List.filter (fun d -> kind d = w) |> List.distinctBy _.Name |> List.truncate count ]

/// `keep` has the outcomes that are known; `tick` hears of each.
let study (threads: int) (every: int) (dimers: Dimer list) (publicOnes: Dimer list) (keep: Kept.Keeper) (tick: unit -> unit) : Result =
    let trained = dimers.Length * 9 / 10
    let shown = chosen (List.skip trained dimers)
    let register = Register()

    // Training dimers at the distances that are trained on, all others at all.
    let known =
        [| for k, d in List.indexed dimers do
               for i, p in List.indexed d.Points do
                   if k >= trained || i % every = 0 then register.State(d, p.Structure), p.Energy, k |]

    let extra = [| for d in shown do for r in drawn -> register.State(d, d.At r), 0., -1 |]
    let states, energies, dimerOf = Array.append known extra |> Array.unzip3
    let structures = register.Structures
    let train, test = [| 0 .. known.Length - 1 |] |> Array.partition (fun i -> dimerOf[i] < trained)
    let linear = lazy (linearKernels threads structures states)

    let outcome model =
        let make () =
            let o = fit threads model (kernels threads structures states linear.Value model) energies dimerOf train test
            [ [| o.Weight; o.Regulariser; o.Error; o.Deviation |]; o.Predicted ]

        let settings = $"{dimers.Length} dimers, every {every} of {steps} distances, cutoff {cutoff}, σ {densityWidth} and {smearing}, bases {densityBasis} {potentialBasis} {smallBasis}, weights {weights}"

        match keep $"dimers {name model}" settings make with
        | [ [| weight; regulariser; error; deviation |]; predicted ] ->
            { Model = model; Weight = weight; Regulariser = regulariser; Error = error; Deviation = deviation; Predicted = predicted }
        | _ -> failwith "a kept outcome has other rows"

    let outcomes =
        [ for model in models do
              outcome model
              tick () ]

    let curve (o: Outcome) k = drawn |> List.mapi (fun i r -> r, o.Predicted[known.Length + k * drawn.Length + i])

    { Dimers = dimers
      Trained = trained
      Every = every
      Outcomes = outcomes
      Curves = [ for k, d in List.indexed shown -> d, [ for o in outcomes -> o.Model, curve o k ] ]
      Public = leaveOut threads publicOnes }

let private ordinal (n: int) = if n = 2 then "second" elif n = 3 then "third" else $"{n}th"

/// The most that the first coefficient of a dimer's tail is off from k q q′, eV Å.
let tailError (dimers: Dimer list) = dimers |> List.map (fun d -> abs ((tail (d.Points @ d.Longer)).Head - d.Tail)) |> List.max

let private looks (model: Model) =
    if model = soap then Series.line (name model) Sky Solid
    elif model = first then Series.line (name model) Vermilion Solid
    elif model = second then Series.line (name model) Green Solid
    elif model = both then Series.line (name model) Orange Solid
    elif model = mixed then Series.line (name model) Purple Solid
    else Series.line (name model) Blue Dashed

let private labels = Series.points "GFN2-xTB" Ink Circle
let private tailLine = Series.line "k q q′/R" Ink Dashed

let private isDrawn model = List.contains model [ soap; first; both; mixed ]

let figure (r: Result) : Figure =
    let percent (o: Outcome) = $"{name o.Model} {o.Percent:F0} %%"
    let errors = r.Outcomes |> List.map percent |> String.concat ", "
    let tested = r.Dimers.Length - r.Trained
    let thinned = if r.Every > 1 then $" (every {ordinal r.Every} distance, all under --full)" else ""
    let of' model = r.Outcomes |> List.find (fun o -> o.Model = model)
    let farthest = snd (List.last r.Curves |> snd |> List.head) |> List.last |> fst

    // How far a model is from k q q′/R at the longest distance, of the opposite and equal ions that are drawn.
    let ions = r.Curves |> List.filter (fun (d, _) -> d.Tail <> 0.)

    let atEnd model =
        ions
        |> List.map (fun (d, curves) ->
            let at, e = List.last (curves |> List.find (fst >> (=) model) |> snd) in abs (e - d.Tail / at) / abs (d.Tail / at))
        |> List.average

    let falls = of' soap |> fun s -> s.Percent > (of' first).Percent && (of' first).Percent > (of' second).Percent

    let panel (d: Dimer, curves: (Model * (float * float) list) list) =
        let reference = [ for p in d.Points @ d.Longer -> p.Distance, p.Energy ]
        let tail = if d.Tail = 0. then [] else [ for at in drawn -> at, d.Tail / at ]
        let values = (reference @ tail) |> List.map snd
        let lo, hi = List.min (0. :: values), List.max (0. :: values)
        let margin = 0.12 * (hi - lo)

        let charge q =
            if q > 0 then "⁺"
            elif q < 0 then "⁻"
            else ""

        let a, b =
            match d.Name.Split " + " with
            | [| a; b |] -> a + charge (fst d.Charges), b + charge (snd d.Charges)
            | _ -> d.Name, ""

        Panel.of'
            $"{a}, {b}"
            (Axis.logarithmicAt "R / Å" (2.9, 20.7) [ 3.; 5.; 8.; 12.; 20. ])
            (Axis.linearOf 6 "energy / eV" (lo - margin, hi + margin))
            [
                Stripe(2.9, 8.)
                Curve(tailLine, tail)
                for model, points in curves do
                    if isDrawn model then
                        Curve(looks model, points)
                Curve(labels, reference)
            ]

    let panels = List.map panel r.Curves

    {
        Id = "charged-dimers"
        Title = "Binding curves of charged dimers"
        Caption =
            $"Six test dimers of small molecules and ions of H, C, N and O, pulled apart along the line between their centres of mass: {r.Dimers.Length} dimers of "
            + $"12 fragments, {steps} distances each from 3 to 8 Å (grey) evenly spaced in 1/R; the first {r.Trained} dimers for training{thinned}, the last {tested} for "
            + "testing, in one random order; labels beyond 8 Å were not trained on. Energies relative to the fragments, whose features are subtracted: as if "
            + $"fragments were in the training set with no error. Cutoff {cutoff:F0} Å, σ {densityWidth} Å (density) and {smearing} Å (potential) as in the paper; density "
            + $"nmax {fst densityBasis}, lmax {snd densityBasis}, potential nmax {fst potentialBasis}, lmax {snd potentialBasis}; kernels linear in the features, "
            + "each part normalised, weights and regulariser by cross-validation over dimers; SOAP × LODE(1) is the product of the kernels of pairs of atoms. Paper, "
            + "Fig. 2: 661 dimers of the BioFragment database, B3LYP, 600/61; polynomial kernels. Labels here are GFN2-xTB: dimers whose electrons leave "
            + "their fragment are left out (data/README.md). ρV, density times potential (ρ⊗V), and what has a product or both LODE parts are not in the paper."
        Conclusion =
            "Root mean square errors on test dimers, as % of their standard deviation of "
            + $"{r.Outcomes.Head.Deviation:F2} eV: {errors}. The paper has about 20 %% for SOAP, 10 %% with LODE(1) and 4 %% with LODE(2): "
            + (if falls then "the order is the same" else "the order is not the same here")
            + (if (of' soap).Percent > 20. && (of' first).Percent > 10. && (of' second).Percent > 4. then
                   ", the errors are larger. "
               else
                   ". ")
            + $"At {farthest:F0} Å, more than twice as far as anything trained on, the curves of ions are on average {100. * atEnd soap:F0} %% (SOAP), {100. * atEnd first:F0} %% (+ LODE(1)), "
            + $"{100. * atEnd both:F0} %% (+ LODE(1) + LODE(2)) and {100. * atEnd mixed:F0} %% (+ ρV) off k q q′/R; SOAP sees nothing there. "
            + $"The labels' own tails are k q q′/R within {tailError r.Dimers:F2} eV Å."
            + (if r.Public.IsEmpty then
                   ""
               else
                   " On ten public dimers of opposite ions (B3LYP, atomistic-cookbook), each predicted from the other nine: "
                   + (r.Public |> List.map (fun (model, percent) -> $"{name model} {percent:F0} %%") |> String.concat ", ")
                   + ".")
        Table =
            Table.Create(
                [ "dimer"; "model"; "distance_angstrom"; "energy_ev"; "rmse_percent"; "rmse_ev"; "weight"; "regulariser" ],
                [
                    for o in r.Outcomes ->
                        [
                            Text "all test dimers"
                            Text(name o.Model)
                            Text ""
                            Text ""
                            Number o.Percent
                            Number o.Error
                            Number o.Weight
                            Number o.Regulariser
                        ]
                    for model, percent in r.Public ->
                        [ Text "public dimers"; Text(name model); Text ""; Text ""; Number percent; Text ""; Text ""; Text "" ]
                    let point dimer model at e = [ Text dimer; Text model; Number at; Number e; Text ""; Text ""; Text ""; Text "" ]

                    for d, curves in r.Curves do
                        for p in d.Points @ d.Longer -> point d.Name "GFN2-xTB" p.Distance p.Energy

                        for model, points in curves do
                            for at, e in points -> point d.Name (name model) at e
                ]
            )
        Picture = {
            Key = [
                "",
                labels
                :: tailLine
                :: [
                    for model in models do
                        if isDrawn model then
                            looks model
                ]
            ]
            Width = 235.
            Rows = [ for row in List.chunkBySize 3 panels -> 190., row ]
        }
    }
