/// LAMMPS runs an exported model, on one rank and on two.
module Toolkit.Tests.Native.KimTests

open System
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

let private lammps (folder: string) (ranks: int) : string = NativeModel.lammps folder ranks [ "-in"; "in.lammps" ]

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

/// What LAMMPS prints and writes to kim.log; the process ends by itself, not by a signal.
let private toldOf (folder: string) (input: string) : string =
    File.WriteAllText(Path.Combine(folder, "in.lammps"), input)
    let log = Path.Combine(folder, "kim.log")
    File.Delete log
    let out = lammps folder 1
    for word in [ "signal"; "Segmentation"; "Unhandled"; "core dumped" ] do
        Assert.DoesNotContain(word, out)
    out + (if File.Exists log then File.ReadAllText log else "")

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
                let told = toldOf folder
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
                Assert.Contains("weights.npz", told (script species 0)))

        testCase "a model of another version is refused with its version, in the engine's own log" <| fun () ->
            NativeModel.requireLibrary ()
            TemporaryFolder.using (fun folder ->
                let path name = Path.Combine(folder, name)
                NativeModel.write (path "model") "linear"
                ok [ "export"; path "model"; "--kim"; "Toolkit_Test"; "--out"; path "kim" ] |> ignore
                let text, species = data (NativeModel.frames 1 |> List.head)
                File.WriteAllText(path "structure.data", text)
                let about = path "kim/Toolkit_Test/model/model.json"
                File.WriteAllText(about, (File.ReadAllText about).Replace("toolkit-model/1", "toolkit-model/9"))
                let told = toldOf folder (script species 0)
                Assert.Contains("found 'toolkit-model/9', expected toolkit-model/1: a newer version of the toolkit reads it", told))

        testCase "two models in one process, one after the other and both again" <| fun () ->
            NativeModel.requireLibrary ()
            TemporaryFolder.using (fun folder ->
                let path name = Path.Combine(folder, name)
                let structure = NativeModel.frames 2 |> List.last
                let text, species = data structure
                File.WriteAllText(path "structure.data", text)

                let expected =
                    [ for kind in [ "linear"; "repulsion" ] do
                          NativeModel.write (path kind) kind
                          ok [ "export"; path kind; "--kim"; $"Toolkit_{kind}"; "--out"; path "kim" ] |> ignore
                          kind, ((ModelFolder.Read(path kind)).Predict structure).Energy ]

                let once kind = (script species 2).Replace("Toolkit_Test", $"Toolkit_{kind}").Replace("dump forces", "dump " + kind).Replace("dump_modify forces", "dump_modify " + kind)
                let order = [ "linear"; "repulsion"; "linear" ]
                let told = toldOf folder (order |> List.map once |> String.concat "clear\n")
                let energies =
                    told.Split '\n'
                    |> Array.map (fun l -> l.Split(' ', StringSplitOptions.RemoveEmptyEntries))
                    |> Array.filter (fun fields -> fields.Length = 9 && fields[0] = "0")
                    |> Array.map (fun fields -> Double.Parse(fields[1], CultureInfo.InvariantCulture))

                close 1e-10 [| for kind in order -> List.find (fst >> (=) kind) expected |> snd |] energies)

        testCase "a cell smaller than the cutoff" <| fun () ->
            NativeModel.requireLibrary ()
            TemporaryFolder.using (fun folder ->
                let path name = Path.Combine(folder, name)
                NativeModel.write (path "model") "linear"
                ok [ "export"; path "model"; "--kim"; "Toolkit_Test"; "--out"; path "kim" ] |> ignore
                let side = 2.9
                let structure =
                    Structure.Create(
                        ReadOnlySpan [| 8; 14 |], ReadOnlySpan [| 0.; 0.; 0.; 1.4; 1.5; 1.3 |],
                        Cell(ReadOnlySpan [| side; 0.; 0.; 0.2; side; 0.; 0.1; -0.3; side |]), Periodicity.All)
                let text, species = data structure
                File.WriteAllText(path "structure.data", text)
                let told = toldOf folder (script species 0)
                let expected = (ModelFolder.Read(path "model")).Predict structure
                let rows = thermo told
                close 1e-10 [| expected.Energy |] [| rows[0][1] |]
                close 1e-9 expected.Forces (dumped folder 2 |> Array.collect (fun a -> a[0..2])))

        testCase "atoms that are lost are the engine's to tell, and the others go on" <| fun () ->
            NativeModel.requireLibrary ()
            TemporaryFolder.using (fun folder ->
                let path name = Path.Combine(folder, name)
                NativeModel.write (path "model") "linear"
                ok [ "export"; path "model"; "--kim"; "Toolkit_Test"; "--out"; path "kim" ] |> ignore
                // Upright, so that no direction has to repeat, and within its box.
                let side = 9.6
                let crystal =
                    NativeModel.crystal
                        .WithPositions(ReadOnlySpan [| for a in 0..3 do for b in 0..3 do for c in 0..3 do for k in [ a; b; c ] -> 0.5 + 2.4 * float k |])
                        .WithCell(Cell.Cubic side, Periodicity.All)
                let text, species = data crystal
                File.WriteAllText(path "structure.data", text)
                let open' (lost: string) (speed: int) =
                    (script species 200).Replace("boundary p p p", "boundary f f f").Replace("norm no", $"norm no lost {lost}")
                        .Replace("velocity all create 300 1234 loop geom mom yes", $"velocity all ramp vx -{speed} {speed} x 0 10")
                Assert.Contains("Lost atoms", toldOf folder (open' "error" 80))
                let told = toldOf folder (open' "warn" 80)
                Assert.Contains("Lost atoms", told)
                Assert.Contains("Loop time", told)
                // All of them gone: no atoms are no error of the model.
                Assert.Contains("Loop time", toldOf folder (open' "ignore" 100000)))

        testCase "virials of atoms add up to that of all, on one and two ranks" <| fun () ->
            NativeModel.requireLibrary ()
            TemporaryFolder.using (fun folder ->
                let path name = Path.Combine(folder, name)
                NativeModel.write (path "model") "repulsion"
                ok [ "export"; path "model"; "--kim"; "Toolkit_Test"; "--out"; path "kim" ] |> ignore
                let structure = NativeModel.frames 4 |> List.last
                let text, species = data structure
                File.WriteAllText(path "structure.data", text)
                File.WriteAllText(
                    path "in.lammps",
                    (script species 0)
                        .Replace("velocity all create 300 1234 loop geom mom yes\n", "")
                        .Replace("compute each all pe/atom", "compute each all pe/atom\ncompute s all stress/atom NULL")
                        .Replace("id fx fy fz c_each", "id c_s[1] c_s[2] c_s[3] c_s[4] c_s[5] c_s[6]"))
                let virial = (ModelFolder.Read(path "model")).Predict(structure).Virial
                // xx yy zz xy xz yz, in bar·Å³ with the sign of a stress.
                let whole = [| for k in [ 0; 4; 8; 1; 2; 5 ] -> -virial[k] * bar |]

                let run ranks =
                    lammps folder ranks |> ignore
                    dumped folder structure.Count

                let one, two = run 1, run 2
                for k in 0..5 do
                    Assert.InRange(abs (Array.sumBy (fun (a: float[]) -> a[k]) one - whole[k]), 0., 1e-6 * Array.max (Array.map abs whole))
                Array.iter2 (close 1e-9) one two) ]
