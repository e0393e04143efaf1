/// Silicon and molybdenum with energies, forces and virials: what the models of this chapter learn from and are judged by.
module Toolkit.Reproductions.Benchmarks2026.Sets

open System
open System.IO
open Toolkit.Numerics.Structures

type Set =
    { /// What figures call it.
      Name: string
      Source: string
      /// Atomic number of all atoms, and their mass in u.
      Species: int
      Mass: float
      /// With the properties energy, forces and virial, eV and eV/Å; six numbers xx yy zz yz xz xy.
      Training: Structure[]
      Test: Structure[]
      /// Cutoff of all models, and the range over which that of ours falls, Å.
      Cutoff: float
      Smoothing: float
      /// Width of the Gaussians, Å.
      Sigma: float
      /// Places in the cubic cell of the crystal, and its side, Å.
      Places: (float * float * float) list
      Side: float
      /// Cells along each side of the crystal that is timed.
      Cells: int }

let energy (s: Structure) = s.Properties["energy"].ToReals()[0]
let forces (s: Structure) = s.AtomProperties["forces"].ToReals()
let virial (s: Structure) = s.Properties["virial"].ToReals()

let private fcc = [ 0., 0., 0.; 0., 0.5, 0.5; 0.5, 0., 0.5; 0.5, 0.5, 0. ]
let private diamond = fcc @ [ for x, y, z in fcc -> x + 0.25, y + 0.25, z + 0.25 ]

/// The crystal that is timed, its atoms displaced at random.
let crystal (set: Set) : Structure =
    let random = Random 1
    let cells = [ 0 .. set.Cells - 1 ]

    let positions = [|
        for a in cells do
            for b in cells do
                for c in cells do
                    for x, y, z in set.Places do
                        for k in [ float a + x; float b + y; float c + z ] -> set.Side * k + 0.05 * (random.NextDouble() - 0.5)
    |]

    Structure.Create(
        ReadOnlySpan(Array.create (positions.Length / 3) set.Species),
        ReadOnlySpan positions,
        Cell.Cubic(set.Side * float set.Cells),
        Periodicity.All
    )

/// The set that comes with the project: silicon labelled by EDIP.
let own (home: string) : Set =
    let all = ExtendedXyzReader.Read(Path.Combine(home, "benchmarks-2026", "data", "silicon.xyz.gz")) |> Array.ofSeq
    let part (name: string) = all |> Array.filter (fun s -> s.Properties["set"].Texts[0] = name)

    { Name = "Si, EDIP"
      Source = "silicon of this project: EDIP's labels, made by data/make.sh"
      Species = 14
      Mass = 28.085
      Training = part "training"
      Test = part "test"
      Cutoff = 3.8
      Smoothing = 1.5
      Sigma = 0.3
      Places = diamond
      Side = 5.431
      Cells = 4 }

/// The virials of a set of mlearn as six numbers and their sign, in an order that is still to be found.
let private pressures (s: Structure) =
    s.Properties["virial_stress_vasp_kB"].ToReals() |> Array.map (fun kilobar -> kilobar / 1602.176634 * (nonNull s.Cell).Volume)

/// The orders that the last three numbers may have: where yz, xz and xy stand among them.
let orders: (string * int[]) list =
    [ "yz xz xy", [| 3; 4; 5 |]
      "yz xy xz", [| 3; 5; 4 |]
      "xz yz xy", [| 4; 3; 5 |]
      "xy yz xz", [| 4; 5; 3 |]
      "xz xy yz", [| 5; 3; 4 |]
      "xy xz yz", [| 5; 4; 3 |] ]

/// The structures of mlearn with the virial in one of the orders.
let private ordered (order: int[]) (s: Structure) =
    let p = pressures s

    s.WithProperty(
        "virial",
        PropertyValue.Real(ReadOnlySpan [| p[0]; p[1]; p[2]; p[order[0]]; p[order[1]]; p[order[2]] |], ReadOnlySpan [| 6 |])
    )

let private renamed (s: Structure) =
    (s.WithProperty("energy", s.Properties["REF_energy"]).WithoutProperty("REF_energy"))
        .WithAtomProperty("forces", s.AtomProperties["REF_forces"])
        .WithoutAtomProperty("REF_forces")

/// Silicon and molybdenum of mlearn, without virials, and what gives them in an order; where the folder of public data has them.
let published (data: string option) : (Set * (int[] -> Structure -> Structure)) list =
    match data |> Option.map (fun folder -> Path.Combine(folder, "mlearn")) with
    | Some folder when Directory.Exists folder ->
        let set symbol species mass cutoff places side cells =
            let read part = ExtendedXyzReader.Read(Path.Combine(folder, $"{symbol}_{part}.xyz")) |> Seq.map renamed |> Array.ofSeq

            { Name = $"{symbol}, DFT"
              Source = $"{symbol} of mlearn (Y. Zuo et al., J. Phys. Chem. A 124, 731 (2020)), PBE"
              Species = species
              Mass = mass
              Training = read "training"
              Test = read "test"
              Cutoff = cutoff
              Smoothing = 1.5
              Sigma = 0.3
              Places = places
              Side = side
              Cells = cells },
            ordered

        // The cutoffs that the set's authors found best for SNAP.
        [ set "Si" 14 28.085 4.9 diamond 5.469 4; set "Mo" 42 95.95 4.6 [ 0., 0., 0.; 0.5, 0.5, 0.5 ] 3.168 6 ]
    | _ -> []
