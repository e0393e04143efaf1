/// Figures: moments whose directions were held in density-functional theory, and what turns them, where that data is present.
module Toolkit.Reproductions.Spin2022.ConstrainedMoments

open System
open System.IO
open Toolkit.Numerics.Learning
open Toolkit.Numerics.Neighbors
open Toolkit.Numerics.Structures
open Toolkit.Reproductions.Report
open Toolkit.Reproductions.Spin2022.BccIron
open Toolkit.Reproductions.Spin2022.Models
open Toolkit.Reproductions.Spin2022.ConstrainedFits

/// A folder that holds this data when there is any.
let folder = "magnetic-cdft"

let private sets =
    [ { File = "fe-bcc-16-disordered.xyz"; Title = "bcc iron, disordered"; Cutoff = 5.5; NMax = 6; LMax = 2; Species = [ iron ] }
      { File = "fe-bcc-128.xyz"; Title = "bcc iron, 128 atoms"; Cutoff = 5.5; NMax = 6; LMax = 2; Species = [ iron ] }
      { File = "fege-b20-64.xyz"; Title = "FeGe"; Cutoff = 4.; NMax = 4; LMax = 2; Species = [ iron; 32 ] }
      // Its lengths are in lattice constants.
      { File = "fept-16.xyz"; Title = "FePt"; Cutoff = 2.1; NMax = 5; LMax = 2; Species = [ iron; 78 ] } ]

/// The exchange constants J of shells of neighbours, E = −½ Σ_ij J e_i·e_j, that give the fields best by themselves.
let private shells (cutoff: float) (frames: Labelled[]) : (float * float) list =
    let lists = frames |> Array.map (fun f -> NeighborList.Build(f.Structure, cutoff))
    let key (r: float) = Math.Round(r, 3)
    let distances = lists[0].Distances.ToArray() |> Array.map key |> Array.distinct |> Array.sort
    let equations = NormalEquations distances.Length

    for f, list in Array.zip frames lists do
        let e = spinsOf f.Structure
        let rows = Array.zeroCreate (3 * f.Structure.Count * distances.Length)

        for i in 0 .. f.Structure.Count - 1 do
            for p in list.Offsets[i] .. list.Offsets[i + 1] - 1 do
                let column = Array.BinarySearch(distances, key list.Distances[p])

                for q in 0..2 do
                    let at = (3 * i + q) * distances.Length + column
                    rows[at] <- rows[at] + e[3 * list.Neighbors[p] + q]

        removeAlong e distances.Length rows
        equations.Add(ReadOnlySpan rows, ReadOnlySpan f.Fields)

    let fit = RidgeRegression.Fit(equations, 1e-14)
    [ for r, j in Array.zip distances (Array.ofSeq fit.Coefficients) -> r, 1000. * j ]

/// The same that a model has learned, from turned pairs of a large ferromagnetic crystal.
let private learned (a: float) (distances: float list) (model: Fitted) : (float * float) list =
    let s = supercell a (6, 6, 6)
    let s = withSpins (Array.init (3 * s.Count) (fun k -> if k % 3 = 2 then 1. else 0.)) s
    let list = NeighborList.Build(s, 0.05 + List.max distances)

    [ for r in distances do
          let p = Seq.init list.Offsets[1] id |> Seq.find (fun p -> abs (list.Distances[p] - r) < 0.02)
          r, 1000. * ExchangeConstants.exchange 1. (fun s -> (model.Predict s).Energy) s (0, list.Neighbors[p]) ]

let private kinds =
    [ Ridge Summed, Series.points "ridge, J-summed" Sky Square
      Ridge Resolved, Series.points "ridge, J-resolved" Blue Circle
      Process, Series.points "Gaussian process, J-summed" Vermilion Diamond ]

/// What all figures of these data have to say of fields.
let private scaled =
    "Fields of one file come out smaller than derivatives of its energies by one factor, the same for each model that follows both; it is found within each training set (from energies that "
    + "models led by fields predict) and fields are multiplied by it; models whose energies do not follow (R² below 0.9) take fields as they are."

let private alone, together = "energies", "energies and fields"

type private Found =
    { Set: Set
      Kind: Kind
      Series: Series
      Problem: Problem
      Alone: HeldOut
      Together: HeldOut }

let private find (threads: int) (all: (Set * Labelled[]) list) : Found list = [
    for set, frames in all do
        for kind, series in kinds do
            // In FePt what turns moments is the lattice, of which J-summed features know nothing.
            if kind <> Process || not (List.contains 78 set.Species) then
                let p = problem threads set frames kind

                {
                    Set = set
                    Kind = kind
                    Series = series
                    Problem = p
                    Alone = heldOut threads p false 4
                    Together = heldOut threads p true 4
                }
]

let private torques (found: Found list) : Figure =
    let sets = found |> List.map _.Set |> List.distinct
    let milli pairs = pairs |> Array.map (fun (a, b) -> 1000. * a, 1000. * b)

    let table =
        Table.Create(
            [
                "set"
                "features"
                "trained_on"
                "factor_of_fields"
                "energy_RMSE_meV_per_atom"
                "energy_percent"
                "turning_RMSE_meV"
                "turning_R2"
            ],
            [
                for f in found do
                    for name, held in [ alone, f.Alone; together, f.Together ] do
                        [
                            Text f.Set.Title
                            Text f.Series.Name
                            Text name
                            Number held.Factor
                            Number(1000. * rmse held.Energies)
                            Number(percent held.Energies)
                            Number(1000. * rmse held.Fields)
                            Number(determination held.Fields)
                        ]
            ]
        )

    // A cloud of some thousand points is as clear as one of more; what symmetry makes zero is no prediction.
    let shown (pairs: (float * float)[]) =
        let there = pairs |> Array.filter (fun (a, b) -> abs a > 1e-3 || abs b > 1e-3)
        let every = 1 + there.Length / 2000
        [ for k in 0..every .. there.Length - 1 -> there[k] ]

    // What joining moments to directions adds to a set of fields.
    let gain (set: Set) =
        let by kind = found |> List.find (fun f -> f.Set = set && f.Kind = kind) |> fun f -> determination f.Together.Fields
        let summed, resolved = by (Ridge Summed), by (Ridge Resolved)

        if resolved > summed + 0.005 then
            $"in {set.Title} they add {resolved - summed:F3} to R²"
        else
            $"in {set.Title} they add nothing that these fields show"

    let panels = [
        for set in sets do
            let curves = [
                for f in found do
                    if f.Set = set then
                        f.Series, shown (milli f.Together.Fields)
            ]

            Plots.parity
                set.Title
                "meV"
                (Plots.around 0.05 [
                    for _, points in curves do
                        for a, b in points do
                            a
                            b
                ])
                curves
    ]

    let says (set: Set) =
        let parts = [
            for f in found do
                if f.Set = set then
                    $"{f.Series.Name} R² {determination f.Together.Fields:F4} and energies to {Plots.digits (percent f.Together.Energies)} %% (from energies alone {determination f.Alone.Fields:F3} and {Plots.digits (percent f.Alone.Energies)} %%)"
        ]

        let factor =
            found
            |> List.filter (fun f -> f.Set = set)
            |> List.maxBy (fun f -> determination f.Together.Fields)
            |> _.Together.Factor

        $"{set.Title}, fields times {factor:F3}: " + String.concat ", " parts

    {
        Id = "constrained-moments"
        Title = "What turns moments in density-functional theory: iron, FeGe, FePt"
        Caption =
            "−∂E/∂e across the direction e of every iron moment, whose size is that of the torque, in five-fold cross-validation; moments of fixed directions from the Magesty.jl test data. "
            + "Lengths follow directions here, so that the energy is a function of directions, and e stands in the place of the spin. Linear models of ν = 2 by ridge regression, and a Gaussian kernel of width "
            + $"{width:F0} over the J-summed features with {points} environments of each species, chosen without labels; energies and fields ({weight} for each "
            + $"component, in units of the standard deviation); every component is drawn, or one in some. {scaled} {Plots.beneath}"
        Conclusion =
            (sets |> List.map says |> String.concat ". ")
            + ". J-summed features do not change when all moments turn alone; J-resolved ones hold what ties moments to the lattice (anisotropy, Dzyaloshinskii–Moriya), too: "
            + (sets |> List.filter (fun set -> set.Species.Length > 1) |> List.map gain |> String.concat ", ")
            + ". "
            + "Energies that are not a quadratic form of directions (biquadratic and higher exchange) are beyond the linear models, not beyond the kernel."
        Table = table
        Picture = Plots.stacked [ "features", List.map snd kinds ] 220. panels
    }

/// How energies of frames left out follow from more and more frames, with their fields and without.
let private learning (threads: int) (all: Found list) : Figure =
    let found = [
        for f in all do
            if f.Set.Species.Length = 1 && f.Kind <> Ridge Resolved then
                for withFields, stroke, last in [ false, Dashed, f.Alone; true, Solid, f.Together ] do
                    let error parts = percent (if parts = 4 then last else heldOut threads f.Problem withFields parts).Energies
                    let curve = [ for parts in 1..4 -> f.Problem.Frames.Length * parts / 5, error parts ]
                    f.Set, f.Kind, withFields, { f.Series with Stroke = Some stroke }, curve
    ]

    let sets = [ for set, _, _, _, _ in found -> set ] |> List.distinct

    let best (set: Set) (withFields: bool) = [
        for s, _, f, _, curve in found do
            if s = set && f = withFields then
                List.map snd curve
    ]

    let least (set: Set) withFields pick = best set withFields |> List.map pick |> List.min

    let says (set: Set) =
        $"{set.Title}: from one fifth of the frames {Plots.digits (least set false List.head)} %% without fields and {Plots.digits (least set true List.head)} %% with them, from four fifths "
        + $"{Plots.digits (least set false List.last)} and {Plots.digits (least set true List.last)} %%"

    // Where four times the frames change little, whichever model is asked, what is left is not for want of frames.
    let floors = [
        for set in sets do
            let lo, hi = least set true List.last, least set true List.head

            if lo > 0.85 * hi then
                $"In {set.Title} about {Plots.digits lo} %% are left by every model, from however many frames: that part of its energies is no function of directions that its own fields and other frames would tell."
    ]

    let panel (set: Set) =
        let curves = [
            for s, _, _, series, curve in found do
                if s = set then
                    Curve(series, [ for n, e in curve -> float n, e ])
        ]

        let sizes = [
            for _, _, _, _, curve in found do
                yield! List.map snd curve
        ]

        let most = [
            for s, _, _, _, curve in found do
                if s = set then
                    yield! List.map (fst >> float) curve
        ]

        Panel.of'
            set.Title
            (Axis.linear "frames in the training" (Plots.around 0.08 most))
            (Axis.logarithmicOver "energy RMSE / % of std. deviation" sizes)
            curves

    let key = [
        for kind, series in kinds do
            if kind <> Ridge Resolved then
                series
    ]

    {
        Id = "constrained-learning"
        Title = "What fields teach of energies: iron with moments of fixed directions"
        Caption =
            "Energies per atom of the fifth of the frames that is left out, predicted from one to four of the other fifths: dashed from energies alone, full from energies and fields; models as in the figure before. "
            + scaled
        Conclusion = String.concat " " ((sets |> List.map says |> String.concat ". ") + "." :: floors)
        Table =
            Table.Create(
                [ "set"; "model"; "trained_on"; "frames"; "energy_percent" ],
                [
                    for set, _, withFields, series, curve in found do
                        for n, e in curve ->
                            [ Text set.Title; Text series.Name; Text(if withFields then together else alone); Whole n; Number e ]
                ]
            )
        Picture = {
            Key = [ "", key; "trained on", [ Series.line "energies" Ink Dashed; Series.line "energies and fields" Ink Solid ] ]
            Width = 330.
            Rows = [ 250., List.map panel sets ]
        }
    }

let private constants (all: (Set * Labelled[]) list) (fits: Found list) : Figure =
    let whole (set: Set) = fits |> List.find (fun f -> f.Set = set && f.Kind = Ridge Summed) |> fun f -> whole set Summed f.Problem

    // How far the images of one nearest neighbour are that the cutoff holds.
    let images (set: Set, frames: Labelled[]) : float list =
        let list = NeighborList.Build(frames[0].Structure, set.Cutoff)
        let around = [ for p in 0 .. list.Offsets[1] - 1 -> list.Distances[p], list.Neighbors[p] ]
        let nearest = around |> List.minBy fst |> snd
        around |> List.filter (fun (_, atom) -> atom = nearest) |> List.map fst

    let bcc = [
        for set, frames in all do
            if set.Species.Length = 1 then
                set, frames, images (set, frames)
    ]

    let found = [
        for set, frames, _ in bcc |> List.filter (fun (_, _, images) -> images.Length = 1) do
            let pairs = shells set.Cutoff frames
            let model, factor = whole set
            let pairs = pairs |> List.map (fun (r, j) -> r, factor * j)
            let a = (fst pairs.Head) * 2. / sqrt 3.

            set,
            Series.joined $"{set.Title}: features" Blue Circle Solid,
            learned a (List.map fst pairs) model,
            Series.joined "pairs alone" Vermilion Square Dashed,
            pairs
    ]

    let curves = [
        for _, s, points, s', points' in found do
            s, points
            s', points'
    ]

    let xs, ys =
        [
            for _, points in curves do
                for x, _ in points -> x
        ],
        [
            for _, points in curves do
                for _, y in points -> y
        ]

    let said (set: Set, _, points: (float * float) list, _, pairs: (float * float) list) =
        $"{set.Title}: nearest neighbours {snd points.Head:F1} meV by the features, {snd pairs.Head:F1} by pairs; second {snd points[1]:F1} and {snd pairs[1]:F1}"

    // In a small cell one pair of atoms stands at several distances, and only the sum over its images is in the data.
    let summed (set: Set, frames: Labelled[], images: float list) =
        let _, factor = whole set
        let constants = shells set.Cutoff frames |> List.map (fun (r, j) -> r, factor * j)
        let sum = images |> List.sumBy (fun far -> constants |> List.minBy (fun (r, _) -> abs (r - far)) |> snd)
        $"{set.Title}: a nearest neighbour with the {images.Length - 1} more images that the cell has within the cutoff {sum:F1} meV by pairs; single constants are not in the data of so small a cell"

    {
        Id = "constrained-exchange"
        Title = "Exchange constants of bcc iron from density-functional fields"
        Caption =
            "J of E = −½ Σ J e·e' from the J-summed model of all frames (two moments of a ferromagnetic crystal of 432 atoms turned by ±30°), and from a fit of one constant for each shell to the fields alone. "
            + scaled
            + " Lines guide the eye."
        Conclusion =
            ((found |> List.map said) @ (bcc |> List.filter (fun (_, _, images) -> images.Length > 1) |> List.map summed)
             |> String.concat ". ")
            + "."
        Table =
            Table.Create(
                [ "set_and_fit"; "distance_A"; "exchange_meV" ],
                [
                    for s, points in curves do
                        for r, j in points -> [ Text s.Name; Number r; Number j ]
                ]
            )
        Picture = {
            Key = [ "", [ for s, _ in curves -> s ] ]
            Width = 480.
            Rows = [
                260.,
                [
                    Panel.of' "" (Axis.linear "distance / Å" (Plots.around 0.05 xs)) (Axis.linear "J / meV" (Plots.around 0.08 ys)) [
                        for s, points in curves -> Curve(s, points)
                    ]
                ]
            ]
        }
    }

/// The figures; none where the data is not there.
let figures (threads: int) (data: string option) : Figure list =
    match data |> Option.map (fun d -> Path.Combine(d, folder)) |> Option.filter Directory.Exists with
    | None -> []
    | Some root ->
        let all = [ for set in sets do if File.Exists(Path.Combine(root, set.File)) then set, load (Path.Combine(root, set.File)) ]

        if all.IsEmpty then
            let names = sets |> List.map _.File |> String.concat ", "
            raise (InvalidDataException $"{root}: expected one of {names}; found none")

        let seen (set: Set, frames: Labelled[]) : TotalTorques.Set =
            { Title = set.Title
              Description = { describe Resolved set with NMax = 3 }
              Frames = frames
              Torques =
                [| for s in ExtendedXyzReader.Read(Path.Combine(root, set.File)) ->
                       TotalTorques.crosses (s.AtomProperties["REF_magmoms"].ToReals()) (s.AtomProperties["REF_magfield"].ToReals()) |] }

        let found = find threads all

        [ torques found
          learning threads found
          TotalTorques.figure threads [ for set in sets do if set.File.StartsWith "fege" then set.Title ] (List.map seen all)
          if all |> List.exists (fun (set, _) -> set.File = "fe-bcc-128.xyz") then constants all found ]
