/// The examples in examples/lammps: elastic constants, a melt, and spins that a program around LAMMPS's library moves atoms by.
module Toolkit.Tests.Native.LammpsExampleTests

open System
open System.Globalization
open System.IO
open Expecto
open Toolkit.Numerics.Models
open Toolkit.Numerics.Structures
open Toolkit.Tests.Cli.CommandLine
open Toolkit.Tests.Laws

let private example name = Path.Combine(SharedData.repository, "examples", "lammps", name)

/// Silicon as the shipped set describes it, exported for KIM as My_Silicon, and its grades as My_Silicon_Grade.
let private silicon (path: string -> string) : FittedModel =
    File.WriteAllText(
        path "spec.json",
        """{"cutoff": {"radius": 3.8, "smoothing": 1.5}, "radial": {"nmax": 6}, "lmax": 4, "representation": {"kind": "power-spectrum"}, "model": {"kind": "ridge", "regularizer": 1e-7, "extrapolation": true}}"""
    )

    let data = Path.Combine(SharedData.repository, "paper-reproductions", "benchmarks-2026", "data", "silicon.xyz.gz")
    ok [ "fit"; "--spec"; path "spec.json"; "--train"; data; "--out"; path "model" ] |> ignore
    ok [ "export"; path "model"; "--kim"; "My_Silicon"; "--out"; path "kim" ] |> ignore
    ok [ "export"; path "model"; "--kim"; "My_Silicon_Grade"; "--grade"; "--out"; path "kim" ] |> ignore
    ModelFolder.Read(path "model")

/// The number behind a word, in a line of its own.
let private after (word: string) (told: string) =
    let line = told.Split '\n' |> Array.tryFindBack (fun l -> l.StartsWith(word, StringComparison.Ordinal))
    match line with
    | Some l -> Double.Parse((l.Substring(word.Length).Trim().Split ' ')[0], CultureInfo.InvariantCulture)
    | None -> failwith told

/// The frames of a dump of silicon that in.grade writes, and the grades of its atoms.
let private frames (path: string) : (Structure * float[]) list =
    let numbers (line: string) =
        line.Split(' ', StringSplitOptions.RemoveEmptyEntries)
        |> Array.map (fun x -> Double.Parse(x, CultureInfo.InvariantCulture))

    let rec read (lines: string list) =
        match lines with
        | _ :: _ :: _ :: count :: _ :: x :: _ :: _ :: _ :: rest ->
            let atoms, left = List.splitAt (int count) rest
            let rows = atoms |> List.map numbers |> Array.ofList
            let low, high = let edge = numbers x in edge[0], edge[1]
            let positions = rows |> Array.collect (fun row -> row[2..4] |> Array.map (fun r -> r - low))

            (Structure.Create(ReadOnlySpan(Array.create rows.Length 14), ReadOnlySpan positions, Cell.Cubic(high - low), Periodicity.All),
             rows |> Array.map (fun row -> row[5]))
            :: read left
        | _ -> []

    read (List.ofArray (File.ReadAllLines path))

[<Tests>]
let tests =
    testSequenced <| testList "Native.LammpsExampleTests" [
        testCase "elastic constants are those of the model's own stress, and a melt melts"
        <| fun () ->
            NativeModel.requireLibrary ()

            TemporaryFolder.using (fun folder ->
                let path name = Path.Combine(folder, name)
                let model = silicon path
                let told = NativeModel.lammps folder 2 [ "-in"; example "in.elastic"; "-var"; "model"; "My_Silicon" ]
                let side = after "lattice constant:" told
                Assert.InRange(side, 5.3, 5.6)

                // A strain along x moves no atom of diamond within its cell: the stress of the strained crystal is enough.
                let strained e =
                    let fcc = [| 0., 0., 0.; 0., 0.5, 0.5; 0.5, 0., 0.5; 0.5, 0.5, 0. |]
                    let places = Array.append fcc (fcc |> Array.map (fun (x, y, z) -> x + 0.25, y + 0.25, z + 0.25))
                    let positions = places |> Array.collect (fun (x, y, z) -> [| side * (1. + e) * x; side * y; side * z |])
                    let cell = Cell(ReadOnlySpan [| side * (1. + e); 0.; 0.; 0.; side; 0.; 0.; 0.; side |])

                    nonNull
                        (model.Predict(Structure.Create(ReadOnlySpan(Array.create 8 14), ReadOnlySpan positions, cell, Periodicity.All)))
                            .Stress

                let e, gigapascal = 1e-3, 160.2176634
                let slope k = gigapascal * ((strained e)[k] - (strained -e)[k]) / (2. * e)
                Assert.InRange(after "C11:" told / slope 0, 0.999, 1.001)
                Assert.InRange(after "C12:" told / slope 4, 0.999, 1.001)
                Assert.InRange(after "C44:" told, 10., after "C11:" told)

                let melt (hot: int) =
                    let run = [
                        "-in"
                        example "in.melt"
                        "-var"
                        "cells"
                        "2"
                        "-var"
                        "steps"
                        "4000"
                        "-var"
                        "hot"
                        string hot
                        "-var"
                        "dump"
                        $"{hot}.lammpstrj"
                    ]

                    after "mean square displacement:" (NativeModel.lammps folder 2 run)

                Assert.InRange(melt 300, 0., 0.1)
                Assert.True(melt 6000 > 0.4)

                // The frames of what melts and of what does not, graded on one and on two ranks.
                let graded (hot: int) ranks =
                    let run = [
                        "-in"
                        example "in.grade"
                        "-var"
                        "cells"
                        "2"
                        "-var"
                        "dump"
                        $"{hot}.lammpstrj"
                        "-var"
                        "out"
                        path "grades.lammpstrj"
                    ]

                    NativeModel.lammps folder ranks run |> ignore
                    frames (path "grades.lammpstrj")

                let cold, hot = graded 300 1, graded 6000 2
                Assert.Equal(21, hot.Length)
                let largest = List.map (snd >> Array.max)
                Assert.True(List.max (largest hot) > 2. * List.max (largest cold), $"{largest hot} beside {largest cold}")

                for structure, grades in cold @ hot do
                    let expected = model.Grades structure
                    Array.iter2 (fun x y -> Assert.InRange(abs (x - y), 0., 1e-9 * Array.max expected)) expected grades)

        testCase "forces, energy and virial of atoms with spins in motion are those of predict, on one and two ranks"
        <| fun () ->
            NativeModel.requireLibrary ()

            TemporaryFolder.using (fun folder ->
                let path name = Path.Combine(folder, name)

                let native =
                    match Environment.GetEnvironmentVariable "TOOLKIT_NATIVE" with
                    | null
                    | "" -> Path.Combine(AppContext.BaseDirectory, "native")
                    | named -> named

                let library = "/usr/lib/x86_64-linux-gnu/liblammps.so.0"

                let compile = [
                    "-O2"
                    "-Wall"
                    "-Werror"
                    example "spins.c"
                    "-I"
                    Path.Combine(SharedData.repository, "Native")
                    "-o"
                    path "spins"
                    library
                    "-L"
                    native
                    "-l:libtoolkit-v3.so"
                    $"-Wl,-rpath,{native}"
                ]

                if not (File.Exists library) then
                    SharedData.skipped "no liblammps (package lammps)"

                match NativeModel.run folder "mpicc" compile with
                | None -> SharedData.skipped "no mpicc (package libopenmpi-dev)"
                | Some told -> Assert.Equal("", told)

                NativeModel.write (path "model") "spins"
                let model = ModelFolder.Read(path "model")
                let structure = NativeModel.frames 3 |> List.last |> NativeModel.dressed 5
                let cell, r = (nonNull structure.Cell).Vectors.ToArray(), structure.Positions.ToArray()
                let spins = structure.AtomProperties["spins"].ToReals()
                let number (x: float) = x.ToString("R", CultureInfo.InvariantCulture)
                let three (v: float[]) i = String.Join(' ', [ for k in 0..2 -> number v[3 * i + k] ])

                // Spheres of diameter 1 Å, their density such that the mass is that of the element.
                let density z = number ((if z = 8 then 15.999 else 28.085) / (Math.PI / 6.))

                File.WriteAllLines(
                    path "spins.data",
                    [
                        "spins"
                        ""
                        $"{structure.Count} atoms"
                        "2 atom types"
                        $"0 {number cell[0]} xlo xhi"
                        $"0 {number cell[4]} ylo yhi"
                        $"0 {number cell[8]} zlo zhi"
                        $"{number cell[3]} {number cell[6]} {number cell[7]} xy xz yz"
                        ""
                        "Atoms"
                        ""
                        for i in 0 .. structure.Count - 1 do
                            let z = structure.Species[i]
                            $"{i + 1} {if z = 8 then 1 else 2} {three r i} 1 {density z} 0 {three spins i}"
                    ]
                )

                File.Copy(example "in.spins", path "in.spins")
                let expected = model.Predict structure

                let go' ranks =
                    let told =
                        NativeModel.run folder "mpirun" [
                            "--oversubscribe"
                            "-np"
                            string ranks
                            path "spins"
                            path "model"
                            "spins"
                            "4"
                            "in.spins"
                            "8"
                            "14"
                        ]
                        |> Option.defaultWith (fun () ->
                            SharedData.skipped "no mpirun (package openmpi-bin)"
                            "")

                    let lines = told.Split '\n' |> Array.map _.Trim()
                    let first = Array.FindIndex(lines, (fun l -> l.StartsWith "Step"))

                    if first < 0 then
                        failwith told

                    lines[first + 1 ..]
                    |> Array.takeWhile (fun l -> not (l.StartsWith "Loop"))
                    |> Array.map (fun l ->
                        l.Split(' ', StringSplitOptions.RemoveEmptyEntries)
                        |> Array.map (fun x -> Double.Parse(x, CultureInfo.InvariantCulture)))

                let go ranks =
                    let rows = go' ranks
                    Assert.InRange(abs (rows[0][1] - expected.Energy), 0., 1e-9 * (1. + abs expected.Energy))

                    let forces =
                        File.ReadAllLines(path "forces.txt")
                        |> Array.skipWhile (fun l -> not (l.StartsWith "ITEM: ATOMS"))
                        |> Array.skip 1
                        |> Array.truncate structure.Count
                        |> Array.collect (fun l ->
                            (l.Split(' ', StringSplitOptions.RemoveEmptyEntries))[1..3]
                            |> Array.map (fun x -> Double.Parse(x, CultureInfo.InvariantCulture)))

                    let scale = forces |> Array.fold (fun m x -> max m (abs x)) 1e-6
                    Array.iter2 (fun (x: float) y -> Assert.InRange(abs (x - y), 0., 1e-9 * scale)) expected.Forces forces
                    Assert.InRange(abs (rows[1][2] - rows[0][2]) / float structure.Count, 0., 1e-4)
                    rows

                let one, two = go 1, go 2

                for k in 1..8 do
                    for row in 0..1 do
                        Assert.InRange(abs (one[row].[k] - two[row].[k]), 0., 1e-8 * (1. + abs (one[row].[k])))

                // At rest the pressure is that of the model alone, in bar.
                let still =
                    (File.ReadAllText(path "in.spins"))
                        .Replace("velocity all create 100 1234 loop geom mom yes\n", "")
                        .Replace("run 20", "run 0")

                File.WriteAllText(path "in.spins", still)
                let rest = go' 2
                let bar = 1.6021765e6 / (nonNull structure.Cell).Volume
                let scale = expected.Virial |> Array.fold (fun m x -> max m (abs x)) 0. |> (*) bar

                for k, at in [ 3, 0; 4, 4; 5, 8; 6, 1; 7, 2; 8, 5 ] do
                    Assert.InRange(abs (rest[0].[k] - bar * expected.Virial[at]), 0., 1e-6 * scale))
    ]
