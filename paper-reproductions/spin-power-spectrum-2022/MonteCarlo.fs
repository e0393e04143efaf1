/// Figure: magnetisation against temperature, by the true Hamiltonian and by the learned one.
module Toolkit.Reproductions.Spin2022.MonteCarlo

open System
open System.Globalization
open System.IO
open Toolkit.Numerics.Structures
open Toolkit.Reproductions.Checks.Isometry
open Toolkit.Reproductions.Report
open Toolkit.Reproductions.Spin2022.BccIron
open Toolkit.Reproductions.Spin2022.Models
open Toolkit.Reproductions.Spin2022.Studies

/// eV/K.
let private boltzmann = 8.617333262e-5

/// How long a run is.
type Plan =
    { Cells: int
      Temperatures: float list
      /// Trajectories left out while the step is fitted and memory of the start is lost.
      Settling: int
      Trajectories: int
      /// Steps of one trajectory.
      Steps: int }

/// What one temperature gave.
type Mean =
    { Model: string
      Kelvin: float
      /// |Σ v| / N, μB, and the standard error of its mean.
      Magnetisation: float
      Error: float
      Acceptance: float }

/// One chain of Metropolis steps at one temperature. A step moves all spins along a trajectory of Hamilton's equations with
/// random momenta, accepted or not by the change of the total (hybrid Monte Carlo: Duane, Kennedy, Pendleton, Roweth, Phys. Lett. B
/// 195, 216, 1987): exact for any step, and all that it needs of a model is the energy and the effective fields.
let chain (plan: Plan) (evaluate: Structure -> float * float[]) (name: string) (seed: int) (kelvin: float) : Mean =
    let random = Random seed
    let beta = 1. / (boltzmann * kelvin)
    let s = supercell latticeConstant (plan.Cells, plan.Cells, plan.Cells)
    let size = 3 * s.Count
    let mutable spins = Array.init size (fun k -> if k % 3 = 2 then moment else 0.)
    let mutable energy, fields = evaluate (withSpins spins s)
    // A fraction of the period of a spin's length, whose stiffness is about 0.35 eV/μB².
    let mutable step = 0.3 / sqrt (0.35 * beta)
    let mutable accepted = 0
    let samples = ResizeArray<float>()

    for trajectory in 1 .. plan.Settling + plan.Trajectories do
        let momenta = Array.init size (fun _ -> normal random)
        let kinetic (p: float[]) = 0.5 * Array.sumBy (fun x -> x * x) p
        let before = beta * energy + kinetic momenta
        let moved = Array.copy spins
        let mutable e, f = energy, fields

        for _ in 1 .. plan.Steps do
            for k in 0 .. size - 1 do
                momenta[k] <- momenta[k] + 0.5 * step * beta * f[k]
                moved[k] <- moved[k] + step * momenta[k]

            let e', f' = evaluate (withSpins moved s)
            e <- e'
            f <- f'

            for k in 0 .. size - 1 do
                momenta[k] <- momenta[k] + 0.5 * step * beta * f[k]

        let isAccepted = random.NextDouble() < exp (before - beta * e - kinetic momenta)

        if isAccepted then
            spins <- moved
            energy <- e
            fields <- f

        if trajectory <= plan.Settling then
            step <- step * (if isAccepted then 1.03 else 0.9)
        else
            if isAccepted then accepted <- accepted + 1
            let total d = Seq.sum (seq { for i in 0 .. s.Count - 1 -> spins[3 * i + d] })
            samples.Add(sqrt (Seq.sum (seq { for d in 0..2 -> total d * total d })) / float s.Count)

    // Means over ten blocks are nearly independent.
    let blocks = samples.ToArray() |> Array.splitInto 10 |> Array.map Array.average
    let mean = Array.average (samples.ToArray())

    { Model = name
      Kelvin = kelvin
      Magnetisation = mean
      Error = deviation blocks / sqrt (float (blocks.Length - 1))
      Acceptance = float accepted / float plan.Trajectories }

/// Finished temperatures on disk, so that a run that was cut short goes on where it ended.
module private State =
    let private number (x: float) = x.ToString("R", CultureInfo.InvariantCulture)

    let line (m: Mean) =
        String.Join('\t', [ m.Model; number m.Kelvin; number m.Magnetisation; number m.Error; number m.Acceptance ])

    let private parse (line: string) : Mean option =
        match line.Split '\t' with
        | [| model; kelvin; magnetisation; error; acceptance |] ->
            let read (text: string) = Double.Parse(text, CultureInfo.InvariantCulture)

            Some
                { Model = model
                  Kelvin = read kelvin
                  Magnetisation = read magnetisation
                  Error = read error
                  Acceptance = read acceptance }
        | _ -> None

    /// What is known of a run that began with this very heading; nothing of any other.
    let load (path: string) (heading: string) : Mean list =
        if not (File.Exists path) then
            []
        else
            match List.ofArray (File.ReadAllLines path) with
            | first :: rest when first = heading -> List.choose parse rest
            | _ -> []

    let save (path: string) (heading: string) (means: Mean list) =
        Files.write path (String.Join('\n', heading :: List.map line means) + "\n")

let private truth, learned = "truth", "learned"

/// `state` is the file that finished temperatures are kept in; `progress` hears of temperatures done, out of how many.
let figure (threads: int) (plan: Plan) (state: string) (progress: int -> int -> unit) (study: Study) : Figure =
    let exact (s: Structure) =
        let found = study.Hamiltonian.Evaluate s
        found.Energy, found.Fields

    let model (s: Structure) =
        let found = study.Ridge.PredictWith threads s
        found.Energy, found.EffectiveFields[0]

    let heading =
        $"# bcc iron, {plan.Cells}³ cells, {plan.Settling} + {plan.Trajectories} trajectories of {plan.Steps}; ridge on "
        + $"{study.Training.Length} structures, λ = {study.Ridge.Regulariser}, {study.Ridge.Columns} columns, error {study.Ridge.Error:R}"

    let tasks = [ for kelvin in plan.Temperatures do for name, evaluate in [ truth, exact; learned, model ] -> name, evaluate, kelvin ]
    let mutable means = State.load state heading

    for k, (name, evaluate, kelvin) in List.indexed tasks do
        progress k tasks.Length

        if means |> List.exists (fun m -> m.Model = name && m.Kelvin = kelvin) |> not then
            // Chains of different seeds: agreement is that of the models, not of the random numbers.
            means <- means @ [ chain plan evaluate name (100 + k) kelvin ]
            State.save state heading means

    progress tasks.Length tasks.Length

    let table =
        Table.Create(
            [ "hamiltonian"; "temperature_K"; "magnetisation_muB"; "lower"; "upper"; "acceptance" ],
            [ for m in means ->
                  [ Text m.Model
                    Number m.Kelvin
                    Number m.Magnetisation
                    Number(m.Magnetisation - m.Error)
                    Number(m.Magnetisation + m.Error)
                    Number m.Acceptance ] ]
        )

    let of' name = means |> List.filter (fun m -> m.Model = name) |> List.sortBy _.Kelvin
    let gaps = List.map2 (fun a b -> abs (a.Magnetisation - b.Magnetisation), sqrt (a.Error * a.Error + b.Error * b.Error)) (of' truth) (of' learned)
    let colour, shape = Plots.legend "hamiltonian" "Hamiltonian" [ truth, "currentColor", "square"; learned, VegaLite.Palette.blue, "circle" ]
    let x = VegaLite.linear "temperature / K" (0., List.max plan.Temperatures * 1.05)
    let y = VegaLite.linear "magnetisation / μB per atom" (0., 2.4)
    let axes = [ "x", VegaLite.channel "temperature_K" "quantitative" x; "color", colour ]

    { Id = "spin-magnetisation"
      Title = "Magnetisation of a crystal against temperature, by the true Hamiltonian and by the learned one"
      Caption =
        $"Metropolis Monte Carlo of {2 * plan.Cells * plan.Cells * plan.Cells} atoms on their sites, spins of variable length; whole trajectories of the "
        + $"spins are proposed at once, which takes the effective fields ({plan.Trajectories} for each temperature after {plan.Settling}). Bars: one "
        + $"standard error. The learned Hamiltonian is the ridge model of energies, forces and fields of {study.Training.Length} structures with displaced atoms."
      Conclusion =
        sprintf
            "Mean difference of the magnetisation %.3f μB, of which %.3f μB are expected from the length of the runs. Classical spins: no Bloch law at low temperature, and the order ends in a finite crystal without a jump."
            (gaps |> List.averageBy fst) (gaps |> List.averageBy snd)
      Table = table
      Plot =
        VegaLite.plot
            (420., 290.)
            table
            [ "layer",
              JArray
                  [ VegaLite.layer
                        [ "type", JString "line"; "strokeWidth", JNumber 1.3; "opacity", JNumber 0.6 ]
                        (("y", VegaLite.channel "magnetisation_muB" "quantitative" y) :: axes)
                    VegaLite.layer
                        [ "type", JString "rule"; "strokeWidth", JNumber 1.5 ]
                        ([ "y", VegaLite.channel "lower" "quantitative" y; "y2", JObject [ "field", JString "upper" ] ] @ axes)
                    VegaLite.layer
                        [ "type", JString "point"; "filled", JBool true; "size", JNumber 50. ]
                        ([ "y", VegaLite.channel "magnetisation_muB" "quantitative" y; "shape", shape ] @ axes) ] ] }
