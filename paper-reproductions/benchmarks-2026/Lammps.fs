/// LAMMPS, where there is one: what it can do, and the time that it says its potentials took.
module Toolkit.Reproductions.Benchmarks2026.Lammps

open System
open System.Diagnostics
open System.Globalization
open System.IO
open Toolkit.Numerics.Structures

type Lammps =
    { Program: string
      Version: string
      HasKim: bool
      HasSnap: bool }

let private number (x: float) = x.ToString("R", CultureInfo.InvariantCulture)

/// What a program prints, and whether it ended well; nothing where it cannot be started.
let private run (program: string) (folder: string) (environment: (string * string) list) (arguments: string list) : (bool * string) option =
    let start = ProcessStartInfo(program, arguments)
    start.WorkingDirectory <- folder
    start.RedirectStandardOutput <- true
    start.RedirectStandardError <- true

    // One rank on one thread; as root the MPI that it may be linked with wants to be told.
    for name, value in [ "OMP_NUM_THREADS", "1"; "OMPI_ALLOW_RUN_AS_ROOT", "1"; "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM", "1" ] @ environment do
        start.Environment[name] <- value

    try
        use started = nonNull (Process.Start start)
        let out, err = started.StandardOutput.ReadToEndAsync(), started.StandardError.ReadToEndAsync()
        started.WaitForExit()
        Some(started.ExitCode = 0, out.Result + err.Result)
    with :? ComponentModel.Win32Exception ->
        None

/// Asks a program what it is; nothing where it is no LAMMPS.
let find (program: string) : Lammps option =
    match run program (Path.GetTempPath()) [] [ "-h" ] with
    | Some(_, told) when told.Contains "Large-scale Atomic/Molecular" ->
        let words = told.Split([| ' '; '\n'; '\r'; '\t' |], StringSplitOptions.RemoveEmptyEntries)
        let version = told.Split('\n') |> Array.find _.Contains("Large-scale Atomic/Molecular")

        Some
            { Program = program
              Version = version.Substring(version.IndexOf(" - ", StringComparison.Ordinal) + 3).Trim()
              HasKim = Array.contains "kim" words
              HasSnap = Array.contains "snap" words }
    | _ -> None

/// A frame as LAMMPS takes it: with its first cell vector along x and the second in the xy plane, and rotated and reduced from what it was.
type Placed =
    { Text: string
      /// Row by row; a vector v of the frame is v · Turn here.
      Turn: float[,] }

let private dot (a: float[]) (b: float[]) = Array.fold2 (fun sum x y -> sum + x * y) 0. a b
let private less (a: float[]) (k: float) (b: float[]) = Array.map2 (fun x y -> x - k * y) a b
let private unit (a: float[]) = let length = sqrt (dot a a) in Array.map (fun x -> x / length) a

/// Writes a structure of one species as a data file's text.
let place (mass: float) (s: Structure) : Placed =
    let cell = (nonNull s.Cell).Vectors.ToArray()
    let vectors = [| for k in 0..2 -> cell[3 * k .. 3 * k + 2] |]
    // Other vectors of the same lattice, as little tilted as whole numbers of the former ones make them.
    let ex = unit vectors[0]
    let second = less vectors[1] (Math.Round(dot vectors[1] vectors[0] / dot vectors[0] vectors[0])) vectors[0]
    let ey = unit (less second (dot second ex) ex)
    let ez = [| ex[1] * ey[2] - ex[2] * ey[1]; ex[2] * ey[0] - ex[0] * ey[2]; ex[0] * ey[1] - ex[1] * ey[0] |]
    let third = less vectors[2] (Math.Round(dot vectors[2] ey / dot second ey)) second
    let third = less third (Math.Round(dot third ex / dot vectors[0] ex)) vectors[0]
    let third = if dot third ez < 0. then Array.map (~-) third else third
    let positions = s.Positions.ToArray()
    let turned (v: float[]) = [| dot v ex; dot v ey; dot v ez |]
    let a, b, c = turned vectors[0], turned second, turned third

    let lines =
        [ "one frame"
          ""
          $"{s.Count} atoms"
          "1 atom types"
          $"0 {number a[0]} xlo xhi"
          $"0 {number b[1]} ylo yhi"
          $"0 {number c[2]} zlo zhi"
          $"{number b[0]} {number c[0]} {number c[1]} xy xz yz"
          ""
          "Masses"
          ""
          $"1 {number mass}"
          ""
          "Atoms"
          ""
          for i in 0 .. s.Count - 1 do
              let r = turned positions[3 * i .. 3 * i + 2]
              $"{i + 1} 1 {number r[0]} {number r[1]} {number r[2]}" ]

    { Text = String.Join("\n", lines) + "\n"
      Turn = Array2D.init 3 3 (fun k axis -> [| ex; ey; ez |].[axis].[k]) }

/// Runs an input; what it printed.
let script (lammps: Lammps) (folder: string) (environment: (string * string) list) (input: string) : string =
    File.WriteAllText(Path.Combine(folder, "in.lammps"), input)

    match run lammps.Program folder environment [ "-in"; "in.lammps"; "-log"; "none" ] with
    | Some(true, told) -> told
    | Some(false, told) ->
        let lines = told.Split('\n', StringSplitOptions.RemoveEmptyEntries)
        let why = Array.tryFind (fun (l: string) -> l.StartsWith "ERROR") lines |> Option.defaultValue (Array.last lines)
        raise (InvalidDataException $"{lammps.Program}: {why}")
    | None -> raise (InvalidDataException $"{lammps.Program} cannot be started any more")

type Timed =
    { /// Seconds for each atom and step, as LAMMPS says of its potential (Pair).
      Pair: float
      /// Of the first step, eV.
      Energy: float
      /// Change of the total energy for each atom over the run, eV, and the steps of that run.
      Drift: float
      Steps: int }

let private rowsAfterStep (told: string) =
    let lines = told.Split '\n' |> Array.map _.Trim()

    [
        for first in 0 .. lines.Length - 1 do
            if lines[first].StartsWith "Step" then
                lines[first + 1 ..]
                |> Array.takeWhile (fun l -> not (l.StartsWith "Loop"))
                |> Array.map (fun l ->
                    l.Split(' ', StringSplitOptions.RemoveEmptyEntries)
                    |> Array.map (fun x -> Double.Parse(x, CultureInfo.InvariantCulture)))
    ]

let private pairTimes (told: string) =
    [ for line in told.Split '\n' do
          if line.StartsWith "Pair " then
              let fields = line.Split '|'
              Double.Parse(fields[2], CultureInfo.InvariantCulture) ]

let private runs, seconds = 3, 1.

/// Molecular dynamics of a crystal at 300 K: the fastest of some runs. `before` comes before the structure is read, `potential` after.
let time
    (lammps: Lammps)
    (folder: string)
    (environment: (string * string) list)
    (mass: float)
    (crystal: Structure)
    (before: string)
    (potential: string)
    : Timed =
    File.WriteAllText(Path.Combine(folder, "crystal.data"), (place mass crystal).Text)

    let input (steps: int) (times: int) =
        $"""{before}
boundary p p p
box tilt large
read_data crystal.data
{potential}
velocity all create 300 1234 loop geom mom yes
fix move all nve
timestep 0.001
thermo_style custom step pe etotal
thermo_modify norm no format float %%.15g
thermo {steps}
"""
            .Replace("%%", "%")
        + String.replicate times $"run {steps}\n"

    let perStep (told: string) steps = List.min (pairTimes told) / float steps
    let trial = 5
    let guess = perStep (script lammps folder environment (input trial 2)) trial
    let steps = int (Math.Clamp(seconds / guess, 10., 5000.))
    let told = script lammps folder environment (input steps runs)
    let rows = rowsAfterStep told
    let first, last = rows.Head[0], Array.last (List.last rows)

    {
        Pair = perStep told steps / float crystal.Count
        Energy = first[1]
        Drift = abs (last[2] - first[2]) / float crystal.Count
        Steps = runs * steps
    }
