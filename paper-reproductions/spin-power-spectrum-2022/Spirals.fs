/// Figure: the energy of spin spirals and of aligned spins of any length, model against truth.
module Toolkit.Reproductions.Spin2022.Spirals

open System
open Toolkit.Numerics.Structures
open Toolkit.Reproductions.Report
open Toolkit.Reproductions.Spin2022.BccIron
open Toolkit.Reproductions.Spin2022.Models
open Toolkit.Reproductions.Spin2022.Studies

let private cells = 24

/// Spins of one length in the xy plane that turn by 2π k / cells from one cubic cell to the next along z.
let private spiral (k: int) : Structure =
    let s = supercell latticeConstant (1, 1, cells)

    let spins =
        Array.init s.Count (fun i ->
            let phase = 2. * Math.PI * float k / float cells * s.Positions[3 * i + 2] / latticeConstant
            [| moment * cos phase; moment * sin phase; 0. |])

    withSpins (Array.concat spins) s

let private aligned (length: float) : Structure =
    let s = supercell latticeConstant (3, 3, 3)
    withSpins (Array.init (3 * s.Count) (fun k -> if k % 3 = 2 then length else 0.)) s

let private truth, ridge, gauss = Plots.truth.Name, Plots.ridge.Name, Plots.gauss.Name
let private without = "ridge without |v|⁴ and |v|⁶"
let private waves, stretch = "spirals along Γ–H", "aligned spins"

/// `plain` is a ridge model whose features end at |v|².
let figure (study: Study) (plain: Fitted) : Figure =
    let perAtom (f: Structure -> float) (s: Structure) = 1000. * f s / float s.Count
    let exact = perAtom (fun s -> study.Hamiltonian.Evaluate(s).Energy)
    let by (model: Fitted) = perAtom (fun s -> (model.Predict s).Energy)
    let models = [ truth, exact; ridge, by study.Ridge; gauss, by study.Process; without, by plain ]

    let curve names (points: (float * Structure) list) zero = [
        for name, energy in models do
            if List.contains name names then
                let energies = points |> List.map (fun (x, s) -> x, energy s)
                let reference = energy zero
                for x, e in energies -> name, x, e - reference
    ]

    let dispersion = curve [ truth; ridge; gauss ] [ for k in 0..cells -> float k / float cells, spiral k ] (spiral 0)
    let lengthsDrawn = [ 0.6..0.1..3.2 ]
    let longitudinal = curve [ truth; ridge; gauss; without ] [ for m in lengthsDrawn -> m, aligned m ] (aligned moment)

    let table =
        Table.Create(
            [ "panel"; "model"; "x"; "energy_meV_per_atom" ],
            [
                for panel, curve in [ waves, dispersion; stretch, longitudinal ] do
                    for name, x, e in curve -> [ Text panel; Text name; Number x; Number e ]
            ]
        )

    let lo, hi = fst lengths * moment, snd lengths * moment

    let most = dispersion |> List.filter (fun (name, _, _) -> name = truth) |> List.map (fun (_, _, e) -> e) |> List.max
    let q = fun title -> Axis.linear (if title = "" then "" else "q / (2π/a)") (-0.02, 1.02)
    let length = fun title -> Axis.linear (if title = "" then "" else "|v| / μB") (0.5, 3.3)
    let stretched = longitudinal |> List.map (fun (_, _, e) -> e)
    let top, bottom = List.max stretched, List.min stretched
    let energy range = Axis.linear "energy / meV per atom" range
    let looks = [ truth, Plots.truth; ridge, Plots.ridge; gauss, Plots.gauss; without, Series.points without Green Triangle ]
    let pick curve name = curve |> List.choose (fun (n, x, e) -> if n = name then Some(x, e) else None)

    /// The energies, and beneath them what each model's are off by.
    let pair title (x: string -> Axis) (y: Axis) before curve =
        let shown = looks |> List.map (fun (name, series) -> series, pick curve name) |> List.filter (fun (_, points) -> not points.IsEmpty)
        let exact = pick curve truth

        let off = [
            for series, points in shown do
                if series <> Plots.truth then
                    // The point that energies are counted from is no error of zero.
                    series,
                    [
                        for (x, e), (_, e0) in List.zip points exact do
                            if e <> 0. || e0 <> 0. then
                                x, e - e0
                    ]
        ]

        let errors = Plots.errors (x "|") "meV per atom" off

        Panel.of' title (x "") y (before @ [ for series, points in shown -> Curve(series, points) ]),
        { errors with Marks = before @ errors.Marks }

    let worst panel name (inside: float -> bool) =
        let of' name = panel |> List.filter (fun (n, x, _) -> n = name && inside x)

        List.map2 (fun (_, _, a) (_, _, b) -> abs (a - b)) (of' truth) (of' name) |> List.max

    let trained x = x >= lo && x <= hi
    let outside x = not (trained x)

    {
        Id = "spin-spirals"
        Title = "Spin spirals and aligned spins: energy against wave vector and length"
        Caption =
            $"Atoms on the sites of the perfect crystal, which is in no training set. Left: flat spirals of spins of {moment} μB, {cells} "
            + "wave vectors from Γ to H; training structures hold spirals with other axes, cones and wave vectors that fit their cell, "
            + $"multiples of 2π/3a along each edge. Right: aligned spins; grey, the lengths in the training set. {Plots.beneath} Models trained on energies, forces and fields of "
            + $"{study.Training.Length} structures with displaced atoms ({study.ProcessTraining} for the Gaussian process)."
        Conclusion =
            let along name = Plots.digits (worst dispersion name (fun _ -> true))
            let inside name = Plots.digits (worst longitudinal name trained)
            let beyond name = Plots.digits (worst longitudinal name outside)

            $"Largest error along the spirals, whose energies span {Plots.digits most} meV: ridge {along ridge} meV per atom, Gaussian process "
            + $"{along gauss} meV. Lengths inside the trained range: ridge {inside ridge}, process {inside gauss}, ridge without |v|⁴ and |v|⁶ "
            + $"{inside without} meV; outside it: {beyond ridge}, {beyond gauss} and {beyond without} meV per atom. Where the Landau terms are in the span "
            + "they are continued as the polynomial they are; a Gaussian process errs more where it has no data."
        Table = table
        Picture =
            Plots.stacked [ "energy by", List.map snd looks ] 310. [
                pair waves q (energy (-0.05 * most, 1.1 * most)) [] dispersion
                pair stretch length (energy (bottom - 0.05 * (top - bottom), top + 0.05 * (top - bottom))) [ Stripe(lo, hi) ] longitudinal
            ]
    }
