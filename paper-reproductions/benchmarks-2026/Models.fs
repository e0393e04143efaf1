/// Our models: what they are made of, their fits, their errors and their time without LAMMPS.
module Toolkit.Reproductions.Benchmarks2026.Models

open System
open System.Diagnostics
open Toolkit.Numerics.Models
open Toolkit.Numerics.Models.Fit
open Toolkit.Numerics.Neighbors
open Toolkit.Numerics.Representations
open Toolkit.Numerics.Structures
open Toolkit.Reproductions.Benchmarks2026.Sets

type Family =
    | PowerSpectrum
    | Bispectrum
    /// All invariants of up to three factors, each independent one once.
    | Invariants
    /// Up to so many factors.
    | Nice of int
    /// With the largest 2J.
    | Snap of int

let name (family: Family) =
    match family with
    | PowerSpectrum -> "power spectrum"
    | Bispectrum -> "bispectrum"
    | Invariants -> "all invariants, ν ≤ 3"
    | Nice order -> $"NICE, ν ≤ {order}"
    | Snap twice -> $"SNAP, 2J = {twice}"

type Variant =
    { Family: Family
      NMax: int
      LMax: int
      /// Of NICE: components of covariants and of invariants.
      Components: int * int }

let settings (v: Variant) =
    let basis = $"nmax {v.NMax}, lmax {v.LMax}"
    match v.Family with
    | Nice _ -> $"{basis}, {fst v.Components} and {snd v.Components} components"
    | Snap twice -> $"2J = {twice}"
    | _ -> basis

let private plain family sizes = [ for nmax, lmax in sizes -> { Family = family; NMax = nmax; LMax = lmax; Components = 0, 0 } ]

let private nice order sizes = [
    for nmax, lmax, covariants, invariants in sizes ->
        { Family = Nice order; NMax = nmax; LMax = lmax; Components = covariants, invariants }
]

/// The models that are compared: few of the set that comes with the project, more of published ones.
let variants (published: bool) : Variant list =
    if published then
        plain PowerSpectrum [ 3, 2; 4, 3; 6, 4; 8, 6 ]
        @ plain Bispectrum [ 3, 2; 4, 3 ]
        @ plain Invariants [ 3, 2; 4, 3; 5, 4; 6, 5 ]
        @ nice 3 [ 4, 3, 10, 60; 6, 4, 30, 250 ]
        @ nice 4 [ 4, 3, 10, 60; 6, 4, 30, 250 ]
    else
        plain PowerSpectrum [ 3, 2; 5, 4; 8, 6 ]
        @ plain Bispectrum [ 2, 2; 3, 3 ]
        @ plain Invariants [ 2, 2; 3, 3 ]
        @ nice 3 [ 4, 3, 10, 60; 5, 4, 25, 150 ]
        @ nice 4 [ 4, 3, 10, 60; 5, 4, 25, 150 ]

/// The specification, as `toolkit fit` reads it.
let specification (set: Set) (v: Variant) : string =
    let representation =
        match v.Family with
        | PowerSpectrum -> """{"kind": "power-spectrum"}"""
        | Bispectrum -> """{"kind": "bispectrum"}"""
        | Invariants -> """[{"kind": "radial-spectrum"}, {"kind": "power-spectrum"}, {"kind": "bispectrum"}]"""
        | Nice order ->
            let covariants, invariants = v.Components
            sprintf
                """{"kind": "nice", "order": %d, "contraction": {"components": {"covariants": %d, "invariants": %d}},
                    "expand": {"covariants": %d, "invariants": %d}, "purify": {"covariants": %d, "invariants": %d}, "environments": 2000}"""
                order covariants invariants (3 * covariants) (2 * invariants) (min 10 covariants) (min 50 invariants)
        | Snap _ -> invalidArg (nameof v) "SNAP is none of ours"

    // Where the centre has its own density, products with it are those of fewer factors.
    let centre = match v.Family with | Invariants | Nice _ -> "exclude" | _ -> "include"

    FormattableString.Invariant
        $"""{{"cutoff": {{"radius": {set.Cutoff}, "smoothing": {set.Smoothing}}}, "density": {{"sigma": {set.Sigma}, "center": "{centre}"}},
            "radial": {{"nmax": {v.NMax}}}, "lmax": {v.LMax}, "representation": {representation}, "model": {{"kind": "ridge"}}}}"""

/// Root mean square errors on the test set.
type Errors =
    { /// eV for each atom.
      Energy: float
      /// eV/Å, of a component.
      Forces: float
      /// eV/Å³.
      Stress: float
      /// Standard deviation of a component of the test set's forces, eV/Å.
      ForceDeviation: float }

type Fitted =
    { Variant: Variant
      Model: FittedModel
      Features: int
      Errors: Errors
      /// Energy, forces and virial on one thread from given neighbours by this program, seconds for each atom.
      Own: float }

let private repeats, least = 5, 0.1

/// The time of energy, forces and virial of the crystal, from lists of neighbours.
let time (model: FittedModel) (crystal: Structure) : float =
    use pairs = NeighborList.Build(crystal, model.Cutoff)
    let centres = Array.init crystal.Count id
    let run () = model.Predict(crystal, pairs, ReadOnlySpan centres) |> ignore
    run ()

    Seq.min (
        seq {
            for _ in 1..repeats do
                let clock = Stopwatch.StartNew()
                let mutable count = 0
                while count = 0 || clock.Elapsed.TotalSeconds < least do
                    run ()
                    count <- count + 1
                clock.Elapsed.TotalSeconds / float count
        }
    )
    / float crystal.Count

let errors (model: FittedModel) (test: Structure[]) (threads: int) : Errors =
    let found = (ModelEvaluation.Run(model, StructureSource.Of(test, "test"), LabelKeys(), threads)).Errors
    let of' (label: string) = found |> Seq.tryFind (fun e -> e.Label = label)
    let square label = match of' label with Some e -> e.RootMeanSquare | None -> 0.

    { Energy = square "energy"
      Forces = square "forces"
      Stress = square "stress"
      ForceDeviation = (match of' "forces" with Some e -> e.Deviation | None -> 0.) }

/// Fits one model with all labels that there are.
let fit (threads: int) (set: Set) (v: Variant) : FittedModel =
    FitRun.Fit(
        Spec.Parse(specification set v, name v.Family),
        StructureSource.Of(set.Training, set.Name),
        name v.Family,
        FitRequest(Threads = threads)
    )

let fitted (threads: int) (set: Set) (v: Variant) : Fitted =
    let model = fit threads set v

    { Variant = v
      Model = model
      Features = model.Features.FeatureCount
      Errors = errors model set.Test threads
      Own = time model (crystal set) }
