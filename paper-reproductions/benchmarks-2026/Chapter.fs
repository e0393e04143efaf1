/// What the models of this project cost and how far they err, beside SNAP in LAMMPS.
module Toolkit.Reproductions.Benchmarks2026.Chapter

open System
open System.Diagnostics
open System.IO
open Toolkit.Numerics.Models
open Toolkit.Numerics.Structures
open Toolkit.Reproductions.Benchmarks2026.CostAccuracy
open Toolkit.Reproductions.Benchmarks2026.Models
open Toolkit.Reproductions.Benchmarks2026.Sets
open Toolkit.Reproductions.Report

let private folder = "benchmarks-2026"

/// Exports a model for KIM: the folder of models, or why there is none.
let private export (work: string) (fitted: Models.Fitted) (number: int) : Result<string * string, string> =
    let name = $"Toolkit_Benchmark_{number}"
    let model = Path.Combine(work, $"model.{number}")
    ModelFolder.Write(model, fitted.Model)
    use told = new StringWriter()

    match Toolkit.Cli.Application.Run([| "export"; model; "--kim"; name; "--out"; Path.Combine(work, "kim") |], TextWriter.Null, told) with
    | 0 -> Ok(name, Path.Combine(work, "kim"))
    | _ -> Error((told.ToString().Split('\n')[0]).Trim())

/// The order of the last three numbers of virials and their sign, by a model of energies and forces alone.
type private Order =
    { Set: string
      Chosen: string * int[]
      Sign: float
      /// Root mean square difference from the model over the labels' own, of the chosen order and of the next.
      Best: float
      Next: float }

let private orderOf (threads: int) (set: Set) (ordered: int[] -> Structure -> Structure) : Order =
    let model = fit threads set { Family = PowerSpectrum; NMax = 6; LMax = 4; Components = 0, 0 }
    let some = Array.truncate 60 set.Training
    let known = some |> Array.map (fun s -> let v = (model.Predict(s, threads)).Virial in [| v[5]; v[2]; v[1] |])

    let judged =
        [ for name, order in orders do
              for sign in [ 1.; -1. ] do
                  let given = some |> Array.map (fun s -> (virial (ordered order s))[3..5])
                  let square f = Seq.sum (Seq.map2 (fun a b -> Seq.sum (Seq.map2 f a b)) known given)
                  (name, order), sign, sqrt (square (fun a b -> (a - sign * b) ** 2.) / square (fun _ b -> b * b)) ]
        |> List.sortBy (fun (_, _, d) -> d)

    match judged with
    | (chosen, sign, best) :: (_, _, next) :: _ -> { Set = set.Name; Chosen = chosen; Sign = sign; Best = best; Next = next }
    | _ -> invalidOp "no orders"

let make (request: Request) : Chapter =
    let clock = Stopwatch.StartNew()
    let threads = request.Threads
    // Public sets take several times as long: in full runs alone.
    let published = if request.Full then published request.Data else []
    let lammps = Lammps.find request.Lammps
    let snaps = match lammps with | Some l when l.HasSnap -> [ 6; 8 ] | _ -> []
    let steps = (variants false).Length + snaps.Length + published.Length * (1 + (variants true).Length + snaps.Length)
    let step = ref 0

    let tick () =
        step.Value <- step.Value + 1
        request.Progress step.Value steps

    request.Progress 0 steps

    let orders, others =
        [ for set, ordered in published do
              let found = orderOf threads set ordered
              tick ()
              let whole = Array.map (fun s ->
                  let s = ordered (snd found.Chosen) s
                  s.WithProperty("virial", PropertyValue.Real(ReadOnlySpan(virial s |> Array.map ((*) found.Sign)), ReadOnlySpan [| 6 |])))
              found, { set with Training = whole set.Training; Test = whole set.Test } ]
        |> List.unzip

    let sets = own request.Home :: others
    let work = Path.Combine(Path.GetTempPath(), $"toolkit-{Guid.NewGuid():N}")
    Directory.CreateDirectory work |> ignore

    try
        let mutable refused = None
        let mutable number = 0
        // What LAMMPS says of the first frame's energy over what is known of it.
        let energies = ResizeArray<string * float>()
        let drifts = ResizeArray<string * float * int>()

        let points =
            [ for set in sets do
                  let crystal = crystal set
                  let symbol = Elements.Symbol set.Species

                  let timed label known before potential environment (lammps: Lammps.Lammps) =
                      let found = Lammps.time lammps work environment set.Mass crystal before potential
                      energies.Add(label, abs (found.Energy - known) / abs known)
                      drifts.Add(label, found.Drift, found.Steps)
                      found.Pair

                  for v in variants (set.Name <> sets.Head.Name) do
                      let fitted = fitted threads set v
                      number <- number + 1

                      let pair =
                          match lammps, refused with
                          | Some lammps, None when lammps.HasKim ->
                              match export work fitted number with
                              | Ok(name, models) ->
                                  let label = $"{set.Name}, {Models.name v.Family}, {settings v}"
                                  Some(timed label (fitted.Model.Predict(crystal, threads)).Energy $"kim init {name} metal" $"kim interactions {symbol}" [ "KIM_API_PORTABLE_MODELS_DIR", models ] lammps)
                              | Error why ->
                                  refused <- Some why
                                  None
                          | _ -> None

                      tick ()

                      { Set = set.Name
                        Family = v.Family
                        Settings = settings v
                        Features = fitted.Features
                        Errors = fitted.Errors
                        Pair = pair
                        Own = Some fitted.Own }

                  for twice in snaps do
                      let snap = Snap.fitted threads lammps.Value work set twice
                      let potential = Snap.write work set snap
                      let known = Snap.energyOf lammps.Value work set snap crystal
                      let pair = timed $"{set.Name}, {Models.name (Snap twice)}" known "units metal" potential [] lammps.Value
                      tick ()

                      { Set = set.Name
                        Family = Snap twice
                        Settings = $"cutoff {set.Cutoff} Å"
                        Features = snap.Coefficients.Length - 1
                        Errors = snap.Errors
                        Pair = Some pair
                        Own = None } ]

        let about =
            match lammps, refused with
            | None, _ -> $"LAMMPS is not here ({request.Lammps}; --lammps names another): the times are those of this program, with neighbours given, and SNAP is not compared."
            | Some _, Some why ->
                $"LAMMPS does not run our models here ({why}): their times are those of this program, with neighbours given."
            | Some l, None when not l.HasKim -> "This LAMMPS has no KIM: times are those of this program, with neighbours given."
            | Some l, None when not l.HasSnap -> $"The Pair time of LAMMPS ({l.Version}), NVE at 300 K, the fastest of three runs; it has no ML-SNAP, and SNAP is not compared (--lammps names another)."
            | Some l, None ->
                $"The Pair time of LAMMPS ({l.Version}), NVE at 300 K, the fastest of three runs, for SNAP, too, which was fitted to the same labels with the same weights by LAMMPS's own components."

        let snapCheck =
            if energies.Count = 0 then []
            else
                [ Check.run "LAMMPS computes of the crystal the energy that the model here, or SNAP's components and coefficients, give it." (fun () ->
                      let label, worst = energies |> Seq.maxBy snd
                      worst < 1e-9, $"{energies.Count} potentials, the largest relative difference {worst:``0.0e-0``} ({label})")
                  Check.run "Energy is conserved in the runs that are timed, to a hundredth of the kinetic energy." (fun () ->
                      let label, worst, count = drifts |> Seq.maxBy (fun (_, d, _) -> d)
                      let kinetic = 1.5 * 8.617333e-5 * 300.
                      worst < 0.01 * kinetic, $"{1e6 * worst:F1} µeV per atom at most, in {count} steps ({label})") ]

        let orderChecks =
            [ for o in orders ->
                  Check.run $"The last three numbers of the virials of {o.Set} are {fst o.Chosen}, as compared with a model of energies and forces alone." (fun () ->
                      o.Best < 0.7 * o.Next, $"they differ from the model by {100. * o.Best:F0} %% of their size, in the next order by {100. * o.Next:F0} %%; sign {o.Sign:F0}") ]

        let described (s: Set) =
            $"{s.Source}; {s.Training.Length} structures to fit and {s.Test.Length} to test, cutoff {s.Cutoff} Å falling over {s.Smoothing} Å, timed with {(crystal s).Count} atoms"

        { Folder = folder
          Title = "Cost and accuracy in molecular dynamics"
          Source = "this project; SNAP: A. P. Thompson et al., J. Comput. Phys. 285, 316 (2015)"
          Introduction =
            "What energy, forces and virial cost in LAMMPS and how far they err, for our linear models and for SNAP, which the field runs. All are fitted to the same structures "
            + "with the same weights and regularisers by cross-validation. The default set is our own, silicon as EDIP describes it; silicon and molybdenum of density-functional theory "
            + "where --data has them, in full runs. --lammps names a LAMMPS with KIM and ML-SNAP."
          Settings =
            [ for s in sets -> $"set {s.Name}", described s ]
            @ [ "LAMMPS", (match lammps with | Some l -> $"{l.Version}, KIM {l.HasKim}, ML-SNAP {l.HasSnap}" | None -> "none")
                "density", $"Gaussian, σ = {sets.Head.Sigma} Å; shifted cosine"
                "threads", $"{threads} for fits, one for what is timed" ]
          Figures = [ figure about points ]
          Checks = orderChecks @ snapCheck
          Seconds = clock.Elapsed.TotalSeconds }
    finally
        Directory.Delete(work, true)
