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

    if first < 0 then
        failwith out

    lines[first + 1 ..]
    |> Array.takeWhile (fun l -> not (l.StartsWith "Loop"))
    |> Array.map (fun l ->
        l.Split(' ', StringSplitOptions.RemoveEmptyEntries)
        |> Array.map (fun x -> Double.Parse(x, CultureInfo.InvariantCulture)))

/// Forces and energies of atoms in the first frame of the dump.
let private dumped (folder: string) (count: int) =
    File.ReadAllLines(Path.Combine(folder, "forces.txt"))
    |> Array.skipWhile (fun l -> not (l.StartsWith "ITEM: ATOMS"))
    |> Array.skip 1
    |> Array.truncate count
    |> Array.map (fun l ->
        l.Split(' ', StringSplitOptions.RemoveEmptyEntries)
        |> Array.skip 1
        |> Array.map (fun x -> Double.Parse(x, CultureInfo.InvariantCulture)))

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

/// A model of a kind, exported as Toolkit_Test, and a structure as LAMMPS reads it, in a folder of their own.
type private Exported =
    { Folder: string
      Model: FittedModel
      Structure: Structure
      Text: string
      Species: string }

    member x.Path(name: string) = Path.Combine(x.Folder, name)

    /// Writes a file that LAMMPS reads.
    member x.Write(name: string, text: string) = File.WriteAllText(x.Path name, text)

let private exported (kind: string) (options: string list) (structure: Structure) (test: Exported -> unit) =
    NativeModel.requireLibrary ()

    TemporaryFolder.using (fun folder ->
        let path name = Path.Combine(folder, name)
        NativeModel.write (path "model") kind
        ok ([ "export"; path "model"; "--kim"; "Toolkit_Test"; "--out"; path "kim" ] @ options) |> ignore
        let text, species = data structure
        File.WriteAllText(path "structure.data", text)
        test { Folder = folder; Model = ModelFolder.Read(path "model"); Structure = structure; Text = text; Species = species })

let private frame count = NativeModel.frames count |> List.last

let private still (script: string) = script.Replace("velocity all create 300 1234 loop geom mom yes\n", "")

// LAMMPS's pressure in bar of eV/Å³.
let private bar = 1.6021765e6

[<Tests>]
let tests =
    testSequenced <| testList "Native.KimTests" [
        for kind in [ "linear"; "process"; "repulsion" ] do
            testCase $"energies, forces and stress are those of predict on one and two ranks, and energy is conserved: {kind}" <| fun () ->
                exported kind [] (frame 3) (fun x ->
                    x.Write("in.lammps", script x.Species 100)
                    let expected = x.Model.Predict x.Structure

                    let run ranks =
                        let rows = thermo (lammps x.Folder ranks)
                        close 1e-10 [| expected.Energy |] [| rows[0][1] |]
                        let atoms = dumped x.Folder x.Structure.Count
                        close 1e-9 expected.Forces (atoms |> Array.collect (fun a -> a[0..2]))
                        close 1e-9 expected.AtomicEnergies (atoms |> Array.map (fun a -> a[3]))
                        rows

                    let one, two = run 1, run 2
                    // With the motion of the atoms, the pressure is not that of the model alone: ranks are compared.
                    Array.iter2 (close 1e-9) one two
                    let drift = abs (one[1][2] - one[0][2]) / float x.Structure.Count
                    Assert.InRange(drift, 0., 2e-5))

        testCase "the stress is the model's" <| fun () ->
            exported "repulsion" [] (frame 5) (fun x ->
                x.Write("in.lammps", still (script x.Species 0))
                let stress = nonNull (x.Model.Predict x.Structure).Stress
                let first = (thermo (lammps x.Folder 2))[0]
                close 1e-6 [| for k in [ 0; 4; 8; 1; 2; 5 ] -> -stress[k] * bar |] first.[3..8])

        testCase "grades of extrapolation are those of predict, as energies of atoms, on one and two ranks, and nothing pushes atoms" <| fun () ->
            // A frame of the training set, of which one atom was moved: grades below and above 1.
            let far =
                (frame 3).Positions.ToArray()
                |> Array.mapi (fun k r -> if k / 3 = 21 then r + 0.5 else r)
                |> fun r -> (frame 3).WithPositions(ReadOnlySpan r)

            exported "graded" [ "--grade"; "--verify" ] far (fun x ->
                x.Write("in.lammps", still (script x.Species 10))
                let expected = nonNull (x.Model.Predict(x.Structure, withDeviations = true)).Extrapolation
                Assert.True(Array.min expected < 1. && Array.max expected > 1.)

                let run ranks =
                    let rows = thermo (lammps x.Folder ranks)
                    close 1e-9 [| Array.sum expected |] [| rows[0][1] |]
                    let atoms = dumped x.Folder x.Structure.Count
                    close 1e-9 expected (atoms |> Array.map (fun a -> a[3]))
                    Assert.Equal<float[]>(Array.zeroCreate (3 * x.Structure.Count), atoms |> Array.collect (fun a -> a[0..2]))
                    close 1e-12 [| rows[0][1] |] [| rows[1][1] |]

                run 1
                run 2)

        testCase "what a model does not know or lacks is in the engine's own log, and the engine ends by itself" <| fun () ->
            exported "linear" [] (frame 1) (fun x ->
                let told = toldOf x.Folder
                Assert.Contains("not found: He", told (script "He Si" 0))
                // Two atoms at one place.
                let lines = x.Text.Split '\n'
                let at = Array.FindIndex(lines, (fun l -> l = "Atoms")) + 2
                let place = (lines[at].Split ' ')[2..] |> String.concat " "
                lines[at + 1] <- String.Join(' ', (lines[at + 1].Split ' ')[..1]) + " " + place
                x.Write("structure.data", String.Join("\n", lines))
                Assert.Contains("same place", told (script x.Species 0))
                x.Write("structure.data", x.Text)
                File.Delete(x.Path "kim/Toolkit_Test/model/weights.npz")
                Assert.Contains("weights.npz", told (script x.Species 0)))

        testCase "a model of another version is refused with its version, in the engine's own log" <| fun () ->
            exported "linear" [] (frame 1) (fun x ->
                let about = x.Path "kim/Toolkit_Test/model/model.json"
                File.WriteAllText(about, (File.ReadAllText about).Replace("toolkit-model/1", "toolkit-model/9"))
                let told = toldOf x.Folder (script x.Species 0)
                Assert.Contains("found 'toolkit-model/9', expected toolkit-model/1: a newer version of the toolkit reads it", told))

        testCase "two models in one process, one after the other and both again"
        <| fun () ->
            exported "linear" [] (frame 2) (fun x ->
                NativeModel.write (x.Path "other") "repulsion"
                ok [ "export"; x.Path "other"; "--kim"; "Toolkit_Other"; "--out"; x.Path "kim" ] |> ignore
                let other = ModelFolder.Read(x.Path "other")

                let once name =
                    (script x.Species 2)
                        .Replace("Toolkit_Test", name)
                        .Replace("dump forces", "dump " + name)
                        .Replace("dump_modify forces", "dump_modify " + name)

                let order = [ "Toolkit_Test", x.Model; "Toolkit_Other", other; "Toolkit_Test", x.Model ]
                let told = toldOf x.Folder (order |> List.map (fst >> once) |> String.concat "clear\n")

                let energies =
                    told.Split '\n'
                    |> Array.map (fun l -> l.Split(' ', StringSplitOptions.RemoveEmptyEntries))
                    |> Array.filter (fun fields -> fields.Length = 9 && fields[0] = "0")
                    |> Array.map (fun fields -> Double.Parse(fields[1], CultureInfo.InvariantCulture))

                close 1e-10 [| for _, model in order -> (model.Predict x.Structure).Energy |] energies)

        testCase "a cell smaller than the cutoff" <| fun () ->
            let side = 2.9
            let structure =
                Structure.Create(
                    ReadOnlySpan [| 8; 14 |], ReadOnlySpan [| 0.; 0.; 0.; 1.4; 1.5; 1.3 |],
                    Cell(ReadOnlySpan [| side; 0.; 0.; 0.2; side; 0.; 0.1; -0.3; side |]), Periodicity.All)

            exported "linear" [] structure (fun x ->
                let told = toldOf x.Folder (script x.Species 0)
                let expected = x.Model.Predict structure
                let rows = thermo told
                close 1e-10 [| expected.Energy |] [| rows[0][1] |]
                close 1e-9 expected.Forces (dumped x.Folder 2 |> Array.collect (fun a -> a[0..2])))

        testCase "atoms that are lost are the engine's to tell, and the others go on"
        <| fun () ->
            // Upright, so that no direction has to repeat, and within its box.
            let crystal =
                NativeModel.crystal
                    .WithPositions(
                        ReadOnlySpan [|
                            for a in 0..3 do
                                for b in 0..3 do
                                    for c in 0..3 do
                                        for k in [ a; b; c ] -> 0.5 + 2.4 * float k
                        |]
                    )
                    .WithCell(Cell.Cubic 9.6, Periodicity.All)

            exported "linear" [] crystal (fun x ->
                let open' (lost: string) (speed: int) =
                    (script x.Species 200)
                        .Replace("boundary p p p", "boundary f f f")
                        .Replace("norm no", $"norm no lost {lost}")
                        .Replace("velocity all create 300 1234 loop geom mom yes", $"velocity all ramp vx -{speed} {speed} x 0 10")

                Assert.Contains("Lost atoms", toldOf x.Folder (open' "error" 80))
                let told = toldOf x.Folder (open' "warn" 80)
                Assert.Contains("Lost atoms", told)
                Assert.Contains("Loop time", told)
                // All of them gone: no atoms are no error of the model.
                Assert.Contains("Loop time", toldOf x.Folder (open' "ignore" 100000)))

        testCase "virials of atoms add up to that of all, on one and two ranks" <| fun () ->
            exported "repulsion" [] (frame 4) (fun x ->
                x.Write(
                    "in.lammps",
                    (still (script x.Species 0))
                        .Replace("compute each all pe/atom", "compute each all pe/atom\ncompute s all stress/atom NULL")
                        .Replace("id fx fy fz c_each", "id c_s[1] c_s[2] c_s[3] c_s[4] c_s[5] c_s[6]"))
                let virial = x.Model.Predict(x.Structure).Virial
                // xx yy zz xy xz yz, in bar·Å³ with the sign of a stress.
                let whole = [| for k in [ 0; 4; 8; 1; 2; 5 ] -> -virial[k] * bar |]

                let run ranks =
                    lammps x.Folder ranks |> ignore
                    dumped x.Folder x.Structure.Count

                let one, two = run 1, run 2
                for k in 0..5 do
                    Assert.InRange(abs (Array.sumBy (fun (a: float[]) -> a[k]) one - whole[k]), 0., 1e-6 * Array.max (Array.map abs whole))
                Array.iter2 (close 1e-9) one two) ]
