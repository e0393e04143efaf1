/// Figures: moments whose directions were held in density-functional theory, and what turns them, where that data is present.
module Toolkit.Reproductions.Spin2022.ConstrainedMoments

open System
open System.IO
open Toolkit.Numerics.Expansion
open Toolkit.Numerics.Learning
open Toolkit.Numerics.Neighbors
open Toolkit.Numerics.Structures
open Toolkit.Reproductions.Report
open Toolkit.Reproductions.Spin2022.BccIron
open Toolkit.Reproductions.Spin2022.Models

/// A folder that holds this data when there is any.
let folder = "magnetic-cdft"

let private iron = 26

/// One file, and how its environments are described.
type private Set =
    { File: string
      Title: string
      Cutoff: float
      NMax: int
      LMax: int
      Species: int list }

let private sets =
    [ { File = "fe-bcc-16-disordered.xyz"; Title = "bcc iron, disordered"; Cutoff = 5.5; NMax = 6; LMax = 2; Species = [ iron ] }
      { File = "fe-bcc-128.xyz"; Title = "bcc iron, 128 atoms"; Cutoff = 5.5; NMax = 6; LMax = 2; Species = [ iron ] }
      { File = "fege-b20-64.xyz"; Title = "FeGe"; Cutoff = 4.; NMax = 4; LMax = 2; Species = [ iron; 32 ] }
      // Its lengths are in lattice constants.
      { File = "fept-16.xyz"; Title = "FePt"; Cutoff = 2.1; NMax = 5; LMax = 2; Species = [ iron; 78 ] } ]

let private describe (sight: Sight) (set: Set) : Description =
    { Sight = sight
      Cutoff = set.Cutoff
      Smoothing = 0.2 * set.Cutoff
      NMax = set.NMax
      LMax = set.LMax
      Powers = 1
      Field = VectorField.Spin("spins", [ iron ])
      Species = set.Species }

/// Frames with directions of iron's moments in the place of spins, and −∂E/∂direction across them, eV; energies from the first.
let private load (path: string) : Labelled[] =
    let structures = ExtendedXyzReader.Read path |> Array.ofSeq
    let energies = Labels.Energies(structures, path)
    let first = energies[0] / float structures[0].Count

    Array.map2
        (fun (s: Structure) energy ->
            let m = s.AtomProperties["REF_magmoms"].ToReals()
            let field = s.AtomProperties["REF_magfield"].ToReals()
            removeAlong m 1 field

            for i in 0 .. s.Count - 1 do
                let length = if s.Species[i] = iron then sqrt (m[3 * i] ** 2. + m[3 * i + 1] ** 2. + m[3 * i + 2] ** 2.) else 0.

                for k in 3 * i .. 3 * i + 2 do
                    m[k] <- if length > 0. then m[k] / length else 0.
                    field[k] <- length * field[k]

            { Structure = withSpins m s
              Energy = energy - first * float s.Count
              Forces = Array.zeroCreate (3 * s.Count)
              Fields = field })
        structures
        energies

let private folds = 5

/// Energies and what turns iron's moments, reference and prediction, each frame predicted by a linear model of the other folds.
let private heldOut (threads: int) (weights: Weights) (set: Set) (sight: Sight) (frames: Labelled[]) : (float * float)[] * (float * float)[] =
    let data = Array.copy frames
    Random(1).Shuffle data
    let design = EnergyDesign(features (describe sight set), set.Species)
    let sums = equations threads folds weights design data

    let each =
        [| for k in 0 .. folds - 1 do
               let test = data |> Array.indexed |> Array.filter (fun (i, _) -> i % folds = k) |> Array.map snd
               let fit = RidgeRegression.CrossValidate([| for j in 0 .. folds - 1 do if j <> k then sums[j] |], design.UnpenalisedColumns, grid, null, threads)
               let o = judge threads (linear design fit) test
               let predicted = Array.map snd o.Fields
               removeAlong (test |> Array.collect (fun s -> spinsOf s.Structure)) 1 predicted
               let carries = test |> Array.collect (fun s -> [| for z in s.Structure.Species.ToArray() do yield! Array.replicate 3 (z = iron) |])
               o.Energies, Array.zip (Array.map fst o.Fields) predicted |> Array.zip carries |> Array.filter fst |> Array.map snd |]

    Array.collect fst each, Array.collect snd each

let private determination (pairs: (float * float)[]) = 1. - (percent pairs / 100.) ** 2.

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

let private sights = [ Summed, Series.points "J-summed" Sky Square; Resolved, Series.points "J-resolved" Blue Circle ]
let private energiesAlone, together = energiesOnly, { energiesOnly with Field = 0.3; IsAcross = true }

let private torques (threads: int) (all: (Set * Labelled[]) list) : Figure =
    let found =
        [ for set, frames in all do
              for sight, series in sights do
                  set, series, heldOut threads energiesAlone set sight frames, heldOut threads together set sight frames ]

    let milli pairs = pairs |> Array.map (fun (a, b) -> 1000. * a, 1000. * b)

    let table =
        Table.Create(
            [ "set"; "features"; "trained_on"; "energy_RMSE_meV_per_atom"; "energy_percent"; "turning_RMSE_meV"; "turning_R2" ],
            [ for set, series, alone, together in found do
                  for name, (energies, fields) in [ "energies", alone; "energies and fields", together ] do
                      [ Text set.Title; Text series.Name; Text name; Number(1000. * rmse energies); Number(percent energies)
                        Number(1000. * rmse fields); Number(determination fields) ] ]
        )

    // A cloud of some thousand points is as clear as one of more; what symmetry makes zero is no prediction.
    let shown (pairs: (float * float)[]) =
        let there = pairs |> Array.filter (fun (a, b) -> abs a > 1e-3 || abs b > 1e-3)
        let every = 1 + there.Length / 2000
        [ for k in 0..every .. there.Length - 1 -> there[k] ]

    // What joining moments to directions adds to a set of fields.
    let gain (set: Set) =
        match [ for s, _, _, (_, fields) in found do if s = set then determination fields ] with
        | [ summed; resolved ] when resolved > summed + 0.005 -> $"in {set.Title} they add {resolved - summed:F3} to R²"
        | _ -> $"in {set.Title} they add nothing that these fields show"

    let panels =
        [ for set, _ in all do
              let curves = [ for s, series, _, (_, fields) in found do if s = set then series, shown (milli fields) ]
              Plots.parity set.Title "meV" (Plots.around 0.05 [ for _, points in curves do for a, b in points do a; b ]) curves ]

    let says (set: Set) =
        let parts =
            [ for s, series, (energies, fields), (energies', fields') in found do
                  if s = set then
                      $"{series.Name} R² {determination fields':F3} and energies to {Plots.digits (percent energies')} %% (from energies alone {determination fields:F3} and {Plots.digits (percent energies)} %%)" ]

        set.Title + ": " + String.concat ", " parts

    { Id = "constrained-moments"
      Title = "What turns moments in density-functional theory: iron, FeGe, FePt"
      Caption =
        "−∂E/∂e across the direction e of every iron moment, whose size is that of the torque, in five-fold cross-validation; moments of fixed directions from the Magesty.jl test data. "
        + "Lengths follow directions here, so that the energy is a function of directions, and e stands in the place of the spin. Ridge regression on energies and fields (0.3 for each "
        + $"component, in units of the standard deviation), ν = 2; every component, or one in some. {Plots.beneath}"
      Conclusion =
        (all |> List.map (fst >> says) |> String.concat ". ")
        + ". J-summed features do not change when all moments turn alone; J-resolved ones hold what ties moments to the lattice (anisotropy, Dzyaloshinskii–Moriya), too: "
        + (all |> List.filter (fun (set, _) -> set.Species.Length > 1) |> List.map (fst >> gain) |> String.concat ", ")
        + ". "
        + "Energies that are not a quadratic form of directions (biquadratic and higher exchange) are beyond ν = 2, with fields in the training as without."
      Table = table
      Picture = Plots.stacked [ "features", List.map snd sights ] 220. panels }

let private constants (threads: int) (all: (Set * Labelled[]) list) : Figure =
    // How far the images of one nearest neighbour are that the cutoff holds.
    let images (set: Set, frames: Labelled[]) : float list =
        let list = NeighborList.Build(frames[0].Structure, set.Cutoff)
        let around = [ for p in 0 .. list.Offsets[1] - 1 -> list.Distances[p], list.Neighbors[p] ]
        let nearest = around |> List.minBy fst |> snd
        around |> List.filter (fun (_, atom) -> atom = nearest) |> List.map fst

    let bcc = [ for set, frames in all do if set.Species.Length = 1 then set, frames, images (set, frames) ]

    let found =
        [ for set, frames, _ in bcc |> List.filter (fun (_, _, images) -> images.Length = 1) do
              let pairs = shells set.Cutoff frames
              let model = ridge threads (features (describe Summed set)) set.Species together frames
              let a = (fst pairs.Head) * 2. / sqrt 3.
              set, Series.joined $"{set.Title}: features" Blue Circle Solid, learned a (List.map fst pairs) model, Series.joined "pairs alone" Vermilion Square Dashed, pairs ]

    let curves = [ for _, s, points, s', points' in found do s, points; s', points' ]
    let xs, ys = [ for _, points in curves do for x, _ in points -> x ], [ for _, points in curves do for _, y in points -> y ]

    let said (set: Set, _, points: (float * float) list, _, pairs: (float * float) list) =
        $"{set.Title}: nearest neighbours {snd points.Head:F1} meV by the features, {snd pairs.Head:F1} by pairs; second {snd points[1]:F1} and {snd pairs[1]:F1}"

    // In a small cell one pair of atoms stands at several distances, and only the sum over its images is in the data.
    let summed (set: Set, frames: Labelled[], images: float list) =
        let constants = shells set.Cutoff frames
        let sum = images |> List.sumBy (fun far -> constants |> List.minBy (fun (r, _) -> abs (r - far)) |> snd)
        $"{set.Title}: a nearest neighbour with the {images.Length - 1} more images that the cell has within the cutoff {sum:F1} meV by pairs; single constants are not in the data of so small a cell"

    { Id = "constrained-exchange"
      Title = "Exchange constants of bcc iron from density-functional fields"
      Caption =
        "J of E = −½ Σ J e·e' from the J-summed model of all frames (two moments of a ferromagnetic crystal of 432 atoms turned by ±30°), and from a fit of one constant for each shell to the fields alone. Lines guide the eye."
      Conclusion = ((found |> List.map said) @ (bcc |> List.filter (fun (_, _, images) -> images.Length > 1) |> List.map summed) |> String.concat ". ") + "."
      Table = Table.Create([ "set_and_fit"; "distance_A"; "exchange_meV" ], [ for s, points in curves do for r, j in points -> [ Text s.Name; Number r; Number j ] ])
      Picture =
        { Key = [ "", [ for s, _ in curves -> s ] ]
          Width = 480.
          Rows = [ 260., [ Panel.of' "" (Axis.linear "distance / Å" (Plots.around 0.05 xs)) (Axis.linear "J / meV" (Plots.around 0.08 ys)) [ for s, points in curves -> Curve(s, points) ] ] ] } }

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

        [ torques threads all
          TotalTorques.figure threads [ for set in sets do if set.File.StartsWith "fege" then set.Title ] (List.map seen all)
          if all |> List.exists (fun (set, _) -> set.File = "fe-bcc-128.xyz") then constants threads all ]
