/// Figure: errors of forces against the time of an atom and step, our models beside SNAP, all on one rank in one run.
module Toolkit.Reproductions.Benchmarks2026.CostAccuracy

open System
open Toolkit.Reproductions.Benchmarks2026.Models
open Toolkit.Reproductions.Report

type Point =
    { Set: string
      Family: Family
      Settings: string
      /// Of our models; components of SNAP.
      Features: int
      Errors: Errors
      /// Seconds for each atom and step: LAMMPS's Pair time, where LAMMPS ran, and this program's.
      Pair: float option
      Own: float option }

/// What figures draw: LAMMPS's time where all points have it, else this program's.
type Clock =
    | Pair
    | Own

let private micro (seconds: float) = 1e6 * seconds

let private timeOf (clock: Clock) (p: Point) =
    match clock with
    | Pair -> p.Pair
    | Own -> p.Own

let private looks (family: Family) =
    match family with
    | PowerSpectrum -> Series.joined (name family) Blue Circle Solid
    | Bispectrum -> Series.joined (name family) Sky Triangle Dashed
    | Invariants -> Series.joined (name family) Green Diamond Dashed
    | Nice 3 -> Series.joined (name family) Purple Square Solid
    | Nice _ -> Series.joined (name family) Vermilion Square Solid
    | Snap 6 -> Series.points (name family) Orange Diamond
    | Snap _ -> Series.points (name family) Ink Diamond

let private isOurs (p: Point) = match p.Family with | Snap _ -> false | _ -> true

/// Of our models that err no more than a point of SNAP, the fastest; and of those that take no longer, the one that errs least.
let private beside (clock: Clock) (points: Point list) (snap: Point) : Point option * Point option =
    let ours = points |> List.filter (fun p -> p.Set = snap.Set && isOurs p)
    let time p = (timeOf clock p).Value
    let asGood = ours |> List.filter (fun p -> p.Errors.Forces <= snap.Errors.Forces)
    let asFast = ours |> List.filter (fun p -> time p <= time snap)

    (if asGood.IsEmpty then None else Some(List.minBy time asGood)),
    (if asFast.IsEmpty then None else Some(asFast |> List.minBy _.Errors.Forces))

let private says (clock: Clock) (points: Point list) (snap: Point) : string =
    let time p = (timeOf clock p).Value
    let fastest, best = beside clock points snap
    let about p = $"{name p.Family} ({p.Settings})"
    let one = $"{snap.Set}: {name snap.Family} errs by {1000. * snap.Errors.Forces:F0} meV/Å in {micro (time snap):F1} µs"
    let two =
        match fastest with
        | Some p -> $"{about p} by {1000. * p.Errors.Forces:F0} meV/Å in {micro (time p):F1} µs, {time snap / time p:F1} times as fast"
        | None -> "none of ours errs as little"
    let three =
        match best with
        | Some p ->
            $"in its time {about p} errs by {1000. * p.Errors.Forces:F0} meV/Å, {p.Errors.Forces / snap.Errors.Forces:F2} times as much"
        | None -> "none of ours is as fast"
    $"{one}; {two}; {three}."

/// The best of our points: no other is faster and errs less.
let private front (clock: Clock) (points: Point list) =
    let time p = (timeOf clock p).Value
    points |> List.filter (fun p -> points |> List.forall (fun q -> q = p || time q > time p || q.Errors.Forces > p.Errors.Forces))

/// `about` says what ran and what did not.
let figure (about: string) (points: Point list) : Figure =
    let clock = if points |> List.forall (fun p -> p.Pair.IsSome) then Pair else Own
    // SNAP has no time but LAMMPS's.
    let drawn = points |> List.filter (fun p -> (timeOf clock p).IsSome)
    let time p = micro (timeOf clock p).Value
    let milli (p: Point) = 1000. * p.Errors.Forces
    let sets = drawn |> List.map _.Set |> List.distinct
    let families = drawn |> List.map _.Family |> List.distinct
    let x = if clock = Pair then "LAMMPS's Pair time / µs per atom and step" else "time / µs per atom and step"

    let panel set =
        let own = drawn |> List.filter (fun p -> p.Set = set)

        Panel.of'
            set
            (Axis.logarithmicOver x (drawn |> List.map time))
            (Axis.logarithmicOver "RMSE of force components / meV Å⁻¹" (own |> List.map milli))
            [
                for family in families do
                    Curve(
                        looks family,
                        [
                            for p in own do
                                if p.Family = family then
                                    time p, milli p
                        ]
                    )
            ]

    let snaps = drawn |> List.filter (isOurs >> not)

    let numbers p =
        match p with
        | Some x -> Number(micro x)
        | None -> Text ""

    let conclusion =
        if not snaps.IsEmpty then
            snaps |> List.map (says clock points) |> String.concat " "
        else
            [
                for set in sets do
                    let best = drawn |> List.filter (fun p -> p.Set = set) |> front clock |> List.sortBy time

                    let each =
                        [ for p in best -> $"{name p.Family} ({p.Settings}) {milli p:F0} meV/Å in {time p:F1} µs" ] |> String.concat ", "

                    $"{set}, models than which no other is faster and errs less: {each}."
            ]
            |> String.concat " "

    let ratios = [
        for p in drawn do
            match p.Pair, p.Own with
            | Some pair, Some own -> pair / own
            | _ -> ()
    ]

    let against =
        if ratios.IsEmpty then
            ""
        else
            $" Compiled ahead of time and called by LAMMPS, our models take {List.min ratios:F2} to {List.max ratios:F2} times as long as in this program."

    {
        Id = "cost-accuracy"
        Title = "Errors of forces against the time of an atom and step"
        Caption =
            "Linear models fitted to energies, forces and virials of the training set, each label over its standard deviation and energies and virials once for each atom; errors of force "
            + "components on the test set, against the time of energy, forces and virial on one core, measured in this run, one after the other: another run has other times. "
            + about
        Conclusion = conclusion + against
        Table =
            Table.Create(
                [
                    "set"
                    "model"
                    "settings"
                    "features"
                    "energy_rmse_meV_per_atom"
                    "force_rmse_meV_per_A"
                    "force_rmse_percent"
                    "stress_rmse_meV_per_A3"
                    "lammps_pair_us"
                    "dotnet_us"
                ],
                [
                    for p in points ->
                        [
                            Text p.Set
                            Text(name p.Family)
                            Text p.Settings
                            Whole p.Features
                            Number(1000. * p.Errors.Energy)
                            Number(milli p)
                            Number(100. * p.Errors.Forces / p.Errors.ForceDeviation)
                            Number(1000. * p.Errors.Stress)
                            numbers p.Pair
                            numbers p.Own
                        ]
                ]
            )
        Picture = {
            Key = [ for family in families -> "", [ looks family ] ]
            Width =
                if sets.Length > 2 then 260.
                elif sets.Length > 1 then 340.
                else 560.
            Rows = [ 300., List.map panel sets ]
        }
    }
