/// Figure: magnetisation against temperature, by the true Hamiltonian and by the learned one.
module Toolkit.Reproductions.Spin2022.MonteCarlo

open System
open System.Collections.Concurrent
open System.Threading.Tasks
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

/// What one temperature gave, with standard errors.
type Mean =
    { Model: string
      Kelvin: float
      /// ⟨M⟩, M = |Σ v| / N, μB.
      Magnetisation: float
      MagnetisationError: float
      /// N (⟨M²⟩ − ⟨M⟩²) / kT, μB²/eV.
      Susceptibility: float
      SusceptibilityError: float
      Acceptance: float }

/// A value of all samples, and its standard error by leaving out one of ten blocks at a time: their means are nearly
/// independent, and what is not linear in them is treated right to first order.
let jackknife (value: float[] -> float) (samples: float[]) : float * float =
    let blocks = samples |> Array.splitInto 10
    let without = blocks |> Array.mapi (fun k _ -> value (Array.concat (Array.removeAt k blocks)))
    let mean = Array.average without
    let n = float blocks.Length
    value samples, sqrt ((n - 1.) / n * Array.sumBy (fun x -> (x - mean) * (x - mean)) without)

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
    let steps = ResizeArray<float>()
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
            // Wanders about the step at which four of five are accepted; its mean is the step of what counts.
            step <- step * (if isAccepted then 1.03 else 0.9)
            if 2 * trajectory > plan.Settling then steps.Add(log step)
            if trajectory = plan.Settling then step <- exp (Seq.average steps)
        else
            if isAccepted then accepted <- accepted + 1
            let total d = Seq.sum (seq { for i in 0 .. s.Count - 1 -> spins[3 * i + d] })
            samples.Add(sqrt (Seq.sum (seq { for d in 0..2 -> total d * total d })) / float s.Count)

    let fluctuation (m: float[]) =
        let mean = Array.average m
        beta * float s.Count * Array.averageBy (fun x -> (x - mean) * (x - mean)) m

    let magnetisation, magnetisationError = jackknife Array.average (samples.ToArray())
    let susceptibility, susceptibilityError = jackknife fluctuation (samples.ToArray())

    { Model = name
      Kelvin = kelvin
      Magnetisation = magnetisation
      MagnetisationError = magnetisationError
      Susceptibility = susceptibility
      SusceptibilityError = susceptibilityError
      Acceptance = float accepted / float plan.Trajectories }

let private truth, learned = "truth", "learned"
let private models = [ truth; learned ]

/// The number of chains of a plan.
let chains (plan: Plan) : int = models.Length * plan.Temperatures.Length

let private magnetisation, difference, susceptibility = "magnetisation", "learned less truth", "susceptibility"

/// `keep` has finished chains; `tick` hears of each.
let figure (threads: int) (plan: Plan) (keep: Kept.Keeper) (tick: unit -> unit) (study: Study) : Figure =
    let exact (s: Structure) =
        let found = study.Hamiltonian.Evaluate s
        found.Energy, found.Fields

    let model (s: Structure) =
        let found = study.Ridge.Predict s
        found.Energy, found.EffectiveFields[0]

    let settings =
        $"bcc iron, {plan.Cells}³ cells, {plan.Settling} + {plan.Trajectories} trajectories of {plan.Steps}; ridge on "
        + $"{study.Training.Length} structures, λ = {study.Ridge.Regulariser}, {study.Ridge.Columns} columns, error {study.Ridge.Error:R}; "
        + "⟨M⟩, error, susceptibility, error, acceptance"

    // Each chain is the work of one thread and has random numbers of its own: agreement is that of the models, and the numbers
    // are the same whichever chains are finished first or were there before.
    let all = [| for kelvin in plan.Temperatures do for name, evaluate in List.zip models [ exact; model ] -> name, evaluate, kelvin |]

    let make (name, evaluate, kelvin: float) =
        let work () =
            let m = chain plan evaluate name (2 * int kelvin + List.findIndex ((=) name) models) kelvin
            [ [| m.Magnetisation; m.MagnetisationError; m.Susceptibility; m.SusceptibilityError; m.Acceptance |] ]

        let found = (keep $"magnetisation {name} {kelvin} K" settings work).Head
        lock all tick

        { Model = name
          Kelvin = kelvin
          Magnetisation = found[0]
          MagnetisationError = found[1]
          Susceptibility = found[2]
          SusceptibilityError = found[3]
          Acceptance = found[4] }

    let means: Mean[] = Array.zeroCreate all.Length

    Parallel.ForEach(
        Partitioner.Create(seq { 0 .. all.Length - 1 }, EnumerablePartitionerOptions.NoBuffering),
        ParallelOptions(MaxDegreeOfParallelism = threads),
        fun k -> means[k] <- make all[k]
    )
    |> ignore

    let of' name =
        [ for kelvin in plan.Temperatures -> means |> Array.find (fun m -> m.Model = name && m.Kelvin = kelvin) ]

    let differences =
        List.map2
            (fun t l -> t.Kelvin, l.Magnetisation - t.Magnetisation, sqrt (t.MagnetisationError ** 2. + l.MagnetisationError ** 2.))
            (of' truth)
            (of' learned)

    let row quantity name kelvin value error =
        [ Text quantity; Text name; Number kelvin; Number value; Number(value - error); Number(value + error) ]

    let table =
        Table.Create(
            [ "quantity"; "hamiltonian"; "temperature_K"; "value"; "lower"; "upper" ],
            [ for name in models do
                  for m in of' name -> row magnetisation name m.Kelvin m.Magnetisation m.MagnetisationError
              for kelvin, d, error in differences -> row difference learned kelvin d error
              for name in models do
                  for m in of' name -> row susceptibility name m.Kelvin m.Susceptibility m.SusceptibilityError ]
        )


    let peak name =
        let m = of' name |> List.maxBy _.Susceptibility
        $"{m.Susceptibility:F0} ± {m.SusceptibilityError:F0} at {m.Kelvin:F0} K ({name})"

    let spread = sqrt (differences |> List.averageBy (fun (_, d, error) -> (d / error) ** 2.))
    let kelvin, most, mostError = differences |> List.maxBy (fun (_, d, error) -> abs d / error)
    let accepted = [ for name in models do for m in of' name -> m.Acceptance ]
    let reach = 1.1 * (differences |> List.map (fun (_, d, error) -> abs d + error) |> List.max)
    let highest = 1.1 * ([ for name in models do for m in of' name -> m.Susceptibility + m.SusceptibilityError ] |> List.max)
    let x = Axis.linear "temperature / K" (0., List.max plan.Temperatures * 1.05)
    let looks = [ truth, Series.joined truth Ink Square Solid; learned, Series.joined learned Blue Circle Solid ]
    let bars (value: Mean -> float) (error: Mean -> float) name = [ for m in of' name -> m.Kelvin, value m - error m, value m + error m ]

    let panel title unit range (value: Mean -> float) (error: Mean -> float) =
        Panel.of' title x (Axis.linear unit range)
            [ for name, series in looks do
                  Bars(series, bars value error name)
                  Curve(series, [ for m in of' name -> m.Kelvin, value m ]) ]

    let off =
        let series = Series.points learned Blue Circle

        Panel.of' difference x (Axis.linear "μB per atom" (-reach, reach))
            [ Guide((0., 0.), (snd x.Range, 0.))
              Bars(series, [ for kelvin, d, error in differences -> kelvin, d - error, d + error ])
              Curve(series, [ for kelvin, d, _ in differences -> kelvin, d ]) ]

    { Id = "spin-magnetisation"
      Title = "Magnetisation of a crystal against temperature, by the true Hamiltonian and by the learned one"
      Caption =
        $"Metropolis Monte Carlo of {2 * plan.Cells * plan.Cells * plan.Cells} atoms on their sites, periodic, spins of variable length; whole trajectories of "
        + $"the spins are proposed at once, which takes the effective fields ({plan.Trajectories} for each temperature after {plan.Settling}; "
        + $"{100. * List.min accepted:F0} to {100. * List.max accepted:F0} %% accepted). Left: mean of M = |Σ v| / N, "
        + "which in a crystal of this size stays above zero at any temperature; middle: the difference of the two; right: the susceptibility "
        + "χ = N (⟨M²⟩ − ⟨M⟩²) / kT. Bars: one standard error, from ten blocks of each run. The learned Hamiltonian is the "
        + $"ridge model of energies, forces and fields of {study.Training.Length} structures with displaced atoms."
      Conclusion =
        sprintf
            "The differences have a root mean square of %.1f of their standard errors; the largest in these units is %.3f ± %.3f μB at %.0f K. The susceptibility is largest with %s and %s: there, as far as a crystal of this size, these temperatures and these errors tell, is the Curie temperature of this model of iron; that of iron itself is 1043 K."
            spread (abs most) mostError kelvin (peak truth) (peak learned)
      Table = table
      Picture =
        { Key = [ "Hamiltonian", List.map snd looks ]
          Width = 215.
          Rows =
            [ 230.,
              [ panel magnetisation "μB per atom" (0., 2.4) _.Magnetisation _.MagnetisationError
                off
                panel susceptibility "χ / μB² per eV" (0., highest) _.Susceptibility _.SusceptibilityError ] ] } }
