/// Figures: bcc iron from non-collinear density-functional theory (data/README.md): energies and the fields −∂E/∂m of moments
/// held in any direction and of any length, scans of angle and length, and spin spirals.
module Toolkit.Reproductions.Spin2022.NonCollinear

open System
open System.IO
open Toolkit.Numerics.Learning
open Toolkit.Numerics.Learning.Kernels
open Toolkit.Numerics.Structures
open Toolkit.Reproductions.Report
open Toolkit.Reproductions.Spin2022.BccIron
open Toolkit.Reproductions.Spin2022.Models

/// What a frame was made for, as the file says, and the frame with its labels; energies from the ferromagnet at 2.83 Å.
type Frame = { Kind: string; Labelled: Labelled }

/// Reads data/fe-noncollinear.xyz of this paper's folder, without the near-copies that finite differences were taken of.
let load (folder: string) : Frame[] =
    let path = Path.Combine(folder, "data", "fe-noncollinear.xyz")
    let structures = ExtendedXyzReader.Read path |> Array.ofSeq
    let energies = Labels.Energies(structures, path)
    let word (name: string) (s: Structure) = s.Properties[name].Texts[0]
    let zero = Array.findIndex (fun s -> word "name" s = "fm-a2.83") structures
    let perAtom = energies[zero] / float structures[zero].Count

    Array.map2
        (fun (s: Structure) energy ->
            { Kind = word "kind" s
              Labelled =
                { Structure = withSpins (s.AtomProperties["REF_magmoms"].ToReals()) s
                  Energy = energy - perAtom * float s.Count
                  Forces = Array.zeroCreate (3 * s.Count)
                  Fields = s.AtomProperties["REF_magfield"].ToReals() } })
        structures
        energies
    |> Array.filter (fun f -> f.Kind <> "finite-difference")

let private description powers = { iron Summed 6 0 with Powers = powers }
let private weights = { energiesOnly with Field = 0.3 }

let private farthest (kernel: EnvironmentKernel) : Process =
    { Kernel = kernel
      Scales = [ 1.; 1.; 1.; 0.01 ]
      Points = 150
      Selection = PointSelection.FarthestPoints }

let private polynomial = PolynomialKernel(3, 1.)
let private widths = [ 5.; 10.; 20.; 40.; 80. ]

/// The kinds of model, with how each is fitted.
let models (threads: int) : (Series * (Labelled[] -> Fitted)) list =
    let kernel candidates data =
        gaussian threads (features (description 1)) [ 26 ] (List.map farthest candidates) weights data |> List.minBy _.Error

    [ Series.joined "ridge, ν = 2" Blue Circle Solid, ridge threads (features (description 3)) [ 26 ] weights
      Series.joined "ridge on products" Purple Square Solid, kernel [ polynomial ]
      Series.joined "Gaussian process" Vermilion Diamond Solid, kernel [ for w in widths -> GaussianKernel w ] ]

let private reference = Series.points "density-functional theory" Ink Circle
let private labelled (frames: Frame[]) = frames |> Array.map _.Labelled
let private of' kinds (frames: Frame[]) = frames |> Array.filter (fun f -> List.contains f.Kind kinds)
let private without kinds (frames: Frame[]) = frames |> Array.filter (fun f -> not (List.contains f.Kind kinds))

let private norm (v: float[]) = sqrt (Array.sumBy (fun x -> x * x) v)
let private moments (s: Labelled) = spinsOf s.Structure |> Array.chunkBySize 3

let private cosine (s: Labelled) =
    let m = moments s
    Array.fold2 (fun sum x y -> sum + x * y) 0. m[0] m[1] / (norm m[0] * norm m[1])

/// The wave vector of a spiral along z in units of 2π/a, from its moments: atoms 1 and 0 are a/2 apart.
let private wave (s: Labelled) = acos (max -1. (min 1. (cosine s))) / Math.PI

/// Energies in meV per atom, reference and prediction.
let private milli (pairs: (float * float)[]) = pairs |> Array.map (fun (a, b) -> 1000. * a, 1000. * b)

/// What is left (root mean square) of values when a combination of columns is taken out by least squares.
let rest (columns: float[] list) (values: float[]) : float =
    let dot = Array.fold2 (fun sum x y -> sum + x * y) 0.

    let cleared basis v =
        basis |> List.fold (fun (v: float[]) (b: float[]) -> let p = dot v b in Array.map2 (fun x y -> x - p * y) v b) v

    let basis =
        columns
        |> List.fold
            (fun basis column ->
                let c = cleared basis column
                let n = norm c
                if n > 1e-12 * norm column then basis @ [ c |> Array.map (fun x -> x / n) ] else basis)
            []

    norm (cleared basis values) / sqrt (float values.Length)

/// One scan: its x, which frames it is made of, and which it is predicted from.
type private Scan =
    { Title: string
      Axis: string
      Kind: string
      At: Labelled -> float
      Training: Frame[] }

let private scans (frames: Frame[]) : Scan list =
    [ { Title = "angle of two moments"
        Axis = "θ / °"
        Kind = "theta"
        At = fun s -> 180. / Math.PI * acos (max -1. (min 1. (cosine s)))
        Training = without [ "theta" ] frames }
      { Title = "length, aligned"
        Axis = "|m| / μB"
        Kind = "length"
        At = moments >> Array.head >> norm
        Training = without [ "length" ] frames }
      { Title = "spirals along Γ–H"
        Axis = "q / (2π/a)"
        Kind = "spiral"
        At = wave
        Training = of' [ "random" ] frames } ]

let private curves (threads: int) (frames: Frame[]) : Figure =
    let models = models threads
    let scans = scans frames

    let found = [
        for scan in scans do
            let test = labelled (of' [ scan.Kind ] frames) |> Array.sortBy scan.At
            let by = [ for series, fit in models -> series, milli (judge threads (fit (labelled scan.Training)) test).Energies ]
            scan, List.ofArray (Array.map scan.At test), by
    ]

    let table =
        Table.Create(
            [ "scan"; "x"; "model"; "reference_meV_per_atom"; "predicted_meV_per_atom" ],
            [
                for scan, xs, by in found do
                    for series, pairs in by do
                        for x, (a, b) in List.zip xs (List.ofArray pairs) ->
                            [ Text scan.Title; Number x; Text series.Name; Number a; Number b ]
            ]
        )

    let panels = [
        for scan, xs, by in found do
            let x title = Axis.linearOf 5 title (Plots.around 0.04 xs)
            let points pick pairs = List.zip xs (pairs |> Array.map pick |> List.ofArray)

            let values = [
                for _, pairs in by do
                    for a, b in pairs do
                        a
                        b
            ]

            let y = Axis.linear "energy / meV per atom" (Plots.around 0.05 values)

            Panel.of' scan.Title (x "") y [
                for series, pairs in by do
                    Curve(series, points snd pairs)
                Curve(reference, points fst (snd by.Head))
            ],
            Plots.errors (x scan.Axis) "meV per atom" [ for series, pairs in by -> series, points (fun (a, b) -> b - a) pairs ]
    ]

    let said (_, _, by: (Series * (float * float)[]) list) =
        by |> List.map (fun (series, pairs) -> $"{series.Name}: {Plots.digits (rmse pairs)}") |> String.concat "; "

    let angle = labelled (of' [ "theta" ] frames)
    let perAtom = angle |> Array.map (fun s -> 1000. * s.Energy / float s.Structure.Count)
    let power k = angle |> Array.map (fun s -> cosine s ** k)
    let linear, quadratic = rest [ power 0.; power 1. ] perAtom, rest [ power 0.; power 1.; power 2. ] perAtom

    // The other way round: what spirals and ferromagnets say of moments in any direction.
    let back =
        let training = labelled (of' [ "spiral"; "ref-fm" ] frames)
        let test = labelled (of' [ "random" ] frames)
        let deviation = deviation (test |> Array.map (fun s -> 1000. * s.Energy / float s.Structure.Count))

        let errors =
            models
            |> List.map (fun (series, fit) -> $"{series.Name}: {Plots.digits (rmse (milli (judge threads (fit training) test).Energies))}")
            |> String.concat "; "

        $"{errors}, where the energies' deviation is {deviation:F0} meV per atom"

    let ends (_, _, by: (Series * (float * float)[]) list) =
        [ for series, pairs in by -> $"{series.Name}: {Plots.digits (let a, b = pairs[pairs.Length - 1] in abs (a - b))}" ]
        |> String.concat "; "

    let angles, lengths, spirals = found[0], found[1], found[2]

    {
        Id = "iron-dft-curves"
        Title = "Iron by density-functional theory: angle, length and wave vector, each predicted from other frames"
        Caption =
            $"bcc iron, LSDA, moments held in direction and length (Elk; data/README.md); energies from the ferromagnet at 2.83 Å. Left: two moments of 2 μB, predicted "
            + $"without this scan ({scans[0].Training.Length} frames). Middle: aligned moments, without this scan ({scans[1].Training.Length} frames). Right: spirals with their own moments, from {scans[2].Training.Length} two-atom cells of random "
            + "directions and lengths alone. Ridge, ν = 2: the J-summed power spectrum with |m|⁴ and |m|⁶. Ridge on products: the same power spectrum and all products of up to three "
            + $"of its entries, by the kernel (1 + p·p')³. Gaussian process: a Gaussian kernel, its width by cross-validation. Energies and fields in the training. The settings "
            + $"(nmax, powers, the weight of fields, scales) were chosen by cross-validation over these same frames, so that the errors are optimistic. {Plots.beneath}"
        Conclusion =
            $"Root mean square errors in meV per atom. Angle: {said angles}. Length: {said lengths}. Spirals: {said spirals}. At fixed lengths everything of order ν = 2 is linear "
            + $"in cos θ: the best such line through the angles leaves {Plots.digits linear} meV per atom of the calculated energies, with cos² θ {Plots.digits quadratic}, and products of features have such terms. "
            + $"At the end of the spirals, H, where neighbours are antiparallel as they can be in a two-atom cell, errors in meV per atom are: {ends spirals}. Between Γ and H it counts how the exchange is "
            + "shared among shells, of which two-atom cells, whose atoms of one sublattice are parallel, tell only the sums: there the models differ by what they assume. "
            + $"The other way round, from spirals and ferromagnets to random directions: {back}."
        Table = table
        Picture = Plots.stacked [ "", reference :: List.map fst models ] 215. panels
    }

/// The parts across the moments, which turn them.
let private across (test: Labelled[]) (fields: (float * float)[]) : (float * float)[] =
    let m = test |> Array.collect moments

    Array.zip m (Array.chunkBySize 3 fields)
    |> Array.filter (fun (v, _) -> norm v > 0.05)
    |> Array.collect (fun (v, f) ->
        let part pick =
            let f = Array.map pick f
            let along = Array.fold2 (fun sum x y -> sum + x * y) 0. f v / (norm v * norm v)
            Array.map2 (fun x y -> x - along * y) f v

        Array.zip (part fst) (part snd))

let private folds = 5

let private parity (threads: int) (frames: Frame[]) : Figure =
    let data = frames |> without [ "ref-nonmagnetic" ] |> labelled
    Random(1).Shuffle data
    let part keep = data |> Array.indexed |> Array.filter (fst >> keep) |> Array.map snd

    let outcomes =
        [ for series, fit in models threads do
              let parts =
                  [| for k in 0 .. folds - 1 do
                         let test = part (fun i -> i % folds = k)
                         test, judge threads (fit (part (fun i -> i % folds <> k))) test |]

              let held = parts |> Array.collect (fun (test, o) -> across test o.Fields)
              // What symmetry makes zero is no prediction.
              let fields =
                  parts |> Array.collect (fun (_, o) -> milli o.Fields) |> Array.filter (fun (a, b) -> abs a > 1e-6 || abs b > 1e-6)
              { series with Stroke = None }, parts |> Array.collect (fun (_, o) -> milli o.Energies), fields, milli held ]

    let quantities = [ "energies", "meV per atom"; "fields −∂E/∂m", "(meV/μB)" ]
    let pick k (_, energies, fields, _) = if k = 0 then energies else fields

    let table =
        Table.Create(
            [ "quantity"; "model"; "reference_meV"; "predicted_meV" ],
            [ for k, (quantity, _) in List.indexed quantities do
                  for outcome in outcomes do
                      let (series: Series), _, _, _ = outcome
                      for a, b in pick k outcome -> [ Text quantity; Text series.Name; Number a; Number b ] ]
        )

    let panels =
        [ for k, (quantity, unit) in List.indexed quantities do
              let drawn = [ for outcome in outcomes -> (let series, _, _, _ = outcome in series), List.ofArray (pick k outcome) ]
              Plots.parity quantity unit (Plots.around 0.05 [ for _, pairs in drawn do for a, b in pairs do a; b ]) drawn ]

    let determination (pairs: (float * float)[]) = 1. - (rmse pairs / deviation (Array.map fst pairs)) ** 2.
    let mean (pairs: (float * float)[]) = pairs |> Array.averageBy (fun (a, b) -> abs (a - b))

    let says (series: Series, energies, fields, turning) =
        $"{series.Name}: energies {Plots.digits (rmse energies)} meV per atom ({Plots.digits (percent energies)} %% of their deviation; mean absolute {Plots.digits (mean energies)}), fields "
        + $"{Plots.digits (rmse fields)} meV/μB ({Plots.digits (percent fields)} %%), R² of the part that turns the moments {determination turning:F4}"

    { Id = "iron-dft-parity"
      Title = "Iron by density-functional theory: energies and fields in five-fold cross-validation"
      Caption =
        $"{data.Length} frames of the data of the figure before (without the two whose moment vanishes), each predicted by models of the other four fifths; the field has the part along the moment, too, since lengths are held. Where "
        + $"moments were left to themselves (spirals and references) the field is zero; components that symmetry makes zero are left out. The settings were chosen "
        + $"over these same frames, and frames of one scan are close to each other: the errors are optimistic. {Plots.beneath}"
      Conclusion = "Root mean square errors: " + (outcomes |> List.map says |> String.concat "; ") + "."
      Table = table
      Picture = Plots.stacked [ "", outcomes |> List.map (fun (series, _, _, _) -> series) ] 310. panels }

/// The figures, from the data in `folder`.
let figures (threads: int) (folder: string) : Figure list =
    let frames = load folder
    let magnetic = frames |> without [ "ref-nonmagnetic" ] |> labelled
    let spirals = [| for s in labelled (of' [ "spiral" ] frames) |> Array.sortBy wave -> wave s, s |]
    let _, fit = List.last (models threads)
    [ curves threads frames; parity threads frames; PublishedExchange.figure spirals (fit magnetic) ]
