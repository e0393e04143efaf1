/// LAMMPS runs an exported model, on one rank and on two.
module Toolkit.Tests.Native.KimTests

open System
open System.Diagnostics
open System.Globalization
open System.IO
open Expecto
open Toolkit.Numerics.Models
open Toolkit.Numerics.Structures
open Toolkit.Tests.Cli.CommandLine
open Toolkit.Tests.Laws

let private number (x: float) = x.ToString("R", CultureInfo.InvariantCulture)

/// A structure as LAMMPS reads it: its cell is tilted as LAMMPS wants.
let private data (s: Structure) =
    let cell = (nonNull s.Cell).Vectors.ToArray()
    let kinds = s.Species.ToArray() |> Array.distinct |> Array.sort
    let lines =
        [ "a structure"
          ""
          $"{s.Count} atoms"
          $"{kinds.Length} atom types"
          $"0 {number cell[0]} xlo xhi"
          $"0 {number cell[4]} ylo yhi"
          $"0 {number cell[8]} zlo zhi"
          $"{number cell[3]} {number cell[6]} {number cell[7]} xy xz yz"
          ""
          "Masses"
          ""
          for k in 1 .. kinds.Length do $"{k} {if kinds[k - 1] = 8 then 15.999 else 28.085}"
          ""
          "Atoms"
          ""
          for i in 0 .. s.Count - 1 do
              let r = s.Positions.ToArray()[3 * i .. 3 * i + 2]
              $"{i + 1} {1 + Array.IndexOf(kinds, s.Species[i])} {number r[0]} {number r[1]} {number r[2]}" ]
    String.Join("\n", lines) + "\n", kinds |> Array.map Elements.Symbol |> String.concat " "

let private script (species: string) (steps: int) =
    $"""kim init Toolkit_Test metal
boundary p p p
box tilt large
read_data structure.data
kim interactions {species}
thermo_style custom step pe etotal pxx pyy pzz pxy pxz pyz
thermo_modify format float %%.15g norm no
compute each all pe/atom
dump forces all custom 1000000 forces.txt id fx fy fz c_each
dump_modify forces sort id format float %%.17g
velocity all create 300 1234 loop geom mom yes
fix move all nve
timestep 0.001
thermo {steps}
run {steps}
"""
    |> _.Replace("%%", "%")

/// Runs LAMMPS in a folder on so many ranks: what it prints. Skips where it is not there.
let private lammps (folder: string) (ranks: int) : string =
    let absent () =
        SharedData.skipped "no LAMMPS with KIM under MPI (packages lammps, openmpi-bin)"
        ""

    let start = ProcessStartInfo("mpirun", [ "--oversubscribe"; "-np"; string ranks; "lmp"; "-in"; "in.lammps"; "-log"; "none" ])
    start.WorkingDirectory <- folder
    start.RedirectStandardOutput <- true
    start.RedirectStandardError <- true

    for name, value in [ "KIM_API_PORTABLE_MODELS_DIR", Path.Combine(folder, "kim"); "OMPI_ALLOW_RUN_AS_ROOT", "1"; "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM", "1"; "OMP_NUM_THREADS", "1" ] do
        start.Environment[name] <- value

    try
        use started = nonNull (Process.Start start)
        let out, err = started.StandardOutput.ReadToEndAsync(), started.StandardError.ReadToEndAsync()
        started.WaitForExit()
        let told = out.Result + err.Result
        if told.Contains "executable" && told.Contains "lmp" && started.ExitCode <> 0 || told.Contains "KIM package" then absent () else told
    with :? ComponentModel.Win32Exception ->
        absent ()

/// The numbers of the lines after a line that begins with Step, until the loop ends.
let private thermo (out: string) =
    let lines = out.Split '\n' |> Array.map _.Trim()
    let first = Array.FindIndex(lines, (fun l -> l.StartsWith "Step"))
    if first < 0 then failwith out

    lines[first + 1 ..]
    |> Array.takeWhile (fun l -> not (l.StartsWith "Loop"))
    |> Array.map (fun l -> l.Split(' ', StringSplitOptions.RemoveEmptyEntries) |> Array.map (fun x -> Double.Parse(x, CultureInfo.InvariantCulture)))

/// Forces and energies of atoms in the first frame of the dump.
let private dumped (folder: string) (count: int) =
    File.ReadAllLines(Path.Combine(folder, "forces.txt"))
    |> Array.skipWhile (fun l -> not (l.StartsWith "ITEM: ATOMS"))
    |> Array.skip 1
    |> Array.truncate count
    |> Array.map (fun l -> l.Split(' ', StringSplitOptions.RemoveEmptyEntries) |> Array.skip 1 |> Array.map (fun x -> Double.Parse(x, CultureInfo.InvariantCulture)))

let private close (tolerance: float) (expected: float[]) (found: float[]) =
    let scale = Array.fold (fun m x -> max m (abs x)) 1e-3 expected
    Assert.Equal(expected.Length, found.Length)
    Array.iter2 (fun x y -> Assert.InRange(abs (x - y), 0., tolerance * scale)) expected found

// LAMMPS's pressure in bar of eV/Å³.
let private bar = 1.6021765e6

[<Tests>]
let tests =
    testSequenced <| testList "Native.KimTests" [
        for kind in [ "linear"; "process"; "repulsion" ] do
            testCase $"energies, forces and stress are those of predict on one and two ranks, and energy is conserved: {kind}" <| fun () ->
                NativeModel.requireLibrary ()
                TemporaryFolder.using (fun folder ->
                    let path name = Path.Combine(folder, name)
                    NativeModel.write (path "model") kind
                    ok [ "export"; path "model"; "--kim"; "Toolkit_Test"; "--out"; path "kim" ] |> ignore
                    let structure = NativeModel.frames 3 |> List.last
                    let text, species = data structure
                    File.WriteAllText(path "structure.data", text)
                    File.WriteAllText(path "in.lammps", script species 100)
                    let expected = (ModelFolder.Read(path "model")).Predict structure

                    let run ranks =
                        let rows = thermo (lammps folder ranks)
                        close 1e-10 [| expected.Energy |] [| rows[0][1] |]
                        let atoms = dumped folder structure.Count
                        close 1e-9 expected.Forces (atoms |> Array.collect (fun a -> a[0..2]))
                        close 1e-9 expected.AtomicEnergies (atoms |> Array.map (fun a -> a[3]))
                        rows

                    let one, two = run 1, run 2
                    // With the motion of the atoms, the pressure is not that of the model alone: ranks are compared.
                    Array.iter2 (close 1e-9) one two
                    let drift = abs (one[1][2] - one[0][2]) / float structure.Count
                    Assert.InRange(drift, 0., 2e-5))

        testCase "the stress is the model's" <| fun () ->
            NativeModel.requireLibrary ()
            TemporaryFolder.using (fun folder ->
                let path name = Path.Combine(folder, name)
                NativeModel.write (path "model") "repulsion"
                ok [ "export"; path "model"; "--kim"; "Toolkit_Test"; "--out"; path "kim" ] |> ignore
                let structure = NativeModel.frames 5 |> List.last
                let text, species = data structure
                File.WriteAllText(path "structure.data", text)
                File.WriteAllText(path "in.lammps", (script species 0).Replace("velocity all create 300 1234 loop geom mom yes\n", ""))
                let stress = nonNull ((ModelFolder.Read(path "model")).Predict structure).Stress
                let rows = thermo (lammps folder 2)
                let pressures = rows[0][3..8]
                close 1e-6 [| for k in [ 0; 4; 8; 1; 2; 5 ] -> -stress[k] * bar |] pressures)

        testCase "what a model does not know or lacks is in the engine's own log, and the engine ends by itself" <| fun () ->
            NativeModel.requireLibrary ()
            TemporaryFolder.using (fun folder ->
                let path name = Path.Combine(folder, name)
                NativeModel.write (path "model") "linear"
                ok [ "export"; path "model"; "--kim"; "Toolkit_Test"; "--out"; path "kim" ] |> ignore
                let text, species = data (NativeModel.frames 1 |> List.head)
                File.WriteAllText(path "structure.data", text)
                let told (input: string) =
                    File.WriteAllText(path "in.lammps", input)
                    let out = lammps folder 1
                    out + (if File.Exists(path "kim.log") then File.ReadAllText(path "kim.log") else "")
                Assert.Contains("not found: He", told (script "He Si" 0))
                // Two atoms at one place.
                let lines = text.Split '\n'
                let at = Array.FindIndex(lines, (fun l -> l = "Atoms")) + 2
                let place = (lines[at].Split ' ')[2..] |> String.concat " "
                lines[at + 1] <- String.Join(' ', (lines[at + 1].Split ' ')[..1]) + " " + place
                File.WriteAllText(path "structure.data", String.Join("\n", lines))
                Assert.Contains("same place", told (script species 0))
                File.WriteAllText(path "structure.data", text)
                File.Delete(path "kim/Toolkit_Test/model/weights.npz")
                Assert.Contains("weights.npz", told (script species 0))) ]
