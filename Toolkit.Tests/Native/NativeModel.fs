/// What the tests of the native library share: whether it is there, and models that somebody has made up.
module Toolkit.Tests.Native.NativeModel

open System
open System.Diagnostics
open System.IO
open Toolkit.Numerics.Models
open Toolkit.Numerics.Models.Fit
open Toolkit.Numerics.Representations
open Toolkit.Numerics.Structures
open Toolkit.Tests.Laws

/// Skips where the library was not built.
let requireLibrary () =
    let folder =
        match Environment.GetEnvironmentVariable "TOOLKIT_NATIVE" with
        | null | "" -> Path.Combine(AppContext.BaseDirectory, "native")
        | named -> named

    if not (File.Exists(Path.Combine(folder, "libtoolkit-v3.so"))) then
        SharedData.skipped "no native library: Native/build.sh makes it"

/// What a program prints, run in a folder whose folder kim has models for the KIM API; nothing where there is no such program.
let run (folder: string) (program: string) (arguments: string list) : string option =
    let start = ProcessStartInfo(program, arguments)
    start.WorkingDirectory <- folder
    start.RedirectStandardOutput <- true
    start.RedirectStandardError <- true

    for name, value in [ "KIM_API_PORTABLE_MODELS_DIR", Path.Combine(folder, "kim"); "OMPI_ALLOW_RUN_AS_ROOT", "1"; "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM", "1"; "OMP_NUM_THREADS", "1" ] do
        start.Environment[name] <- value

    try
        use started = nonNull (Process.Start start)
        let out, err = started.StandardOutput.ReadToEndAsync(), started.StandardError.ReadToEndAsync()
        started.WaitForExit()
        Some(out.Result + err.Result)
    with :? ComponentModel.Win32Exception ->
        None

/// Runs LAMMPS in a folder on so many ranks: what it prints. Skips where it is not there, or has no KIM.
let lammps (folder: string) (ranks: int) (arguments: string list) : string =
    match run folder "mpirun" ([ "--oversubscribe"; "-np"; string ranks; "lmp"; "-log"; "none" ] @ arguments) with
    | Some told when
        not (told.Contains "executable" && told.Contains "lmp" && not (told.Contains "LAMMPS (") || told.Contains "KIM package")
        ->
        told
    | _ ->
        SharedData.skipped "no LAMMPS with KIM under MPI (packages lammps, openmpi-bin)"
        ""

/// A tilted crystal of two species with room for every neighbour.
let crystal =
    let side, spacing = 4, 2.4

    let places = [|
        for a in 0 .. side - 1 do
            for b in 0 .. side - 1 do
                for c in 0 .. side - 1 -> float a, float b, float c
    |]

    let cell = [| float side * spacing; 0.; 0.; 0.9; float side * spacing; 0.; -0.7; 0.5; float side * spacing |]
    let along (x: float) k = x / float side * cell[k]
    let positions = places |> Array.collect (fun (a, b, c) -> [| for k in 0..2 -> along a k + along b (3 + k) + along c (6 + k) |])

    Structure.Create(
        ReadOnlySpan(places |> Array.mapi (fun i _ -> if i % 3 = 0 then 8 else 14)),
        ReadOnlySpan positions,
        Cell(ReadOnlySpan cell),
        Periodicity.All
    )

/// Atoms that an energy of pairs holds apart and together: what is learned is smooth, and molecular dynamics stays in place.
let private pairEnergy (s: Structure) =
    use list = Toolkit.Numerics.Neighbors.NeighborList.Build(s, 4.)

    0.5
    * Seq.sum (seq { for r in list.Distances.ToArray() -> let x = exp (-1.4 * (r - 2.4)) in 0.3 * (x * x - 2. * x) * (1. - r / 4.) ** 2. })

let frames (count: int) =
    [ for k in 0 .. count - 1 ->
          let random = Random k
          let r = crystal.Positions.ToArray() |> Array.map (fun x -> x + 0.3 * (random.NextDouble() - 0.5))
          let s = crystal.WithPositions(ReadOnlySpan r)
          s.WithProperty("energy", PropertyValue.Real(pairEnergy s)) ]

let private local =
    """{"cutoff": {"radius": 4, "smoothing": 0.8}, "radial": {"nmax": 6}, "lmax": 3, "representation": {"kind": "power-spectrum"}, "model": MODEL}"""

/// Kinds of models by name: linear, the same with grades of extrapolation, a Gaussian process, one with a repulsion and a pair potential,
/// one with spins, with a field of charges, with charges whose energy is known.
let specs = [
    "linear", local.Replace("MODEL", """{"kind": "ridge", "regularizer": 1e-6}""")
    "graded", local.Replace("MODEL", """{"kind": "ridge", "regularizer": 1e-6, "extrapolation": true}""")
    "process", local.Replace("MODEL", """{"kind": "gp", "points": 20, "regularizer": 1e-4}""")
    "repulsion",
    local.Replace(
        "MODEL",
        """{"kind": "ridge", "regularizer": 1e-6, "repulsion": {"inner": 1, "outer": 2.5}, "pairs": [{"elements": ["O", "Si"], "kind": "morse", "depth": 0.1, "distance": 2.4, "rate": 1.4, "outer": 3.5}]}"""
    )
    "spins",
    """{"cutoff": {"radius": 4, "smoothing": 0.8}, "radial": {"nmax": 3}, "lmax": 2, "fields": [{"name": "spin", "kind": "vector", "key": "spins", "axial": true, "timeOdd": true}],
          "representation": {"kind": "spin-power-spectrum"}, "model": {"kind": "ridge", "regularizer": 1e-4}}"""
    "charges",
    """{"cutoff": {"radius": 4, "smoothing": 0.8}, "radial": {"nmax": 3}, "lmax": 2, "fields": [{"name": "V", "kind": "potential", "exponent": 1, "smearing": 1, "charges": "q"}],
          "representation": {"kind": "power-spectrum", "factors": ["rho", "V"]}, "model": {"kind": "ridge", "regularizer": 1e-4}}"""
    "electrostatics",
    local.Replace("MODEL", """{"kind": "ridge", "regularizer": 1e-6, "electrostatics": {"charges": {"O": -0.4, "Si": 0.2}}}""")
]

/// The structure with spins and charges, which models read that want them.
let dressed (seed: int) (s: Structure) =
    let random = Random seed
    let numbers n : float[] = Array.init n (fun _ -> random.NextDouble() - 0.5)
    let spins, charges = numbers (3 * s.Count), numbers s.Count
    s.WithAtomProperty("spins", PropertyArray.Real(ReadOnlySpan spins, 3)).WithAtomProperty("q", PropertyArray.Real(ReadOnlySpan charges))

/// Fits one of the models into a folder.
let write (path: string) (kind: string) =
    let spec = Spec.Parse((List.find (fst >> (=) kind) specs |> snd), "spec")
    let data = frames 12 |> List.mapi dressed
    ModelFolder.Write(path, FitRun.Fit(spec, StructureSource.Of(ResizeArray data, "data"), "spec", FitRequest()))
