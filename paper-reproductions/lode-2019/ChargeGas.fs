/// The gas of point charges of the LODE paper's first example: random boxes with exact Ewald energies and forces.
module Toolkit.Reproductions.Lode2019.ChargeGas

open System
open System.Threading.Tasks
open Toolkit.Numerics.Electrostatics
open Toolkit.Numerics.Structures

/// Atomic numbers that stand for the charges +1 and −1.
let positive, negative = 11, 17

/// As many of each sign: the paper's gas, and a harder one.
let pairs, manyPairs = 32, 64

/// Edges of the cubic boxes of the paper's gas, Å; the harder one has the same densities.
let shortest, longest = 12., 20.

/// What edges are multiplied by for so many pairs.
let stretch (count: int) = Math.Cbrt(float count / float pairs)

/// No two charges are closer, Å.
let closest = 2.5

let private isFar (side: float) (p: float[]) (q: float[]) =
    let square k =
        let d = p[k] - q[k]
        let nearest = d - side * Math.Round(d / side)
        nearest * nearest

    square 0 + square 1 + square 2 >= closest * closest

/// One box: charges are placed one after the other, each anywhere that is free.
let frame (pairs: int) (seed: int) : Structure =
    let random = Random seed
    let side = stretch pairs * (shortest + (longest - shortest) * random.NextDouble())
    let places = ResizeArray<float[]>()

    while places.Count < 2 * pairs do
        let place = Array.init 3 (fun _ -> side * random.NextDouble())
        if Seq.forall (isFar side place) places then places.Add place

    let species = Array.init (2 * pairs) (fun i -> if i % 2 = 0 then positive else negative)
    let cell = Cell(ReadOnlySpan [| side; 0.; 0.; 0.; side; 0.; 0.; 0.; side |])
    Structure.Create(ReadOnlySpan species, ReadOnlySpan(Seq.concat places |> Array.ofSeq), cell, Periodicity.All)

type Data =
    { Frames: Structure[]
      /// Σ over pairs of q q′/r and all their images, e²/Å.
      Energies: float[]
      /// [frame][atom · 3 + xyz], e²/Å².
      Forces: float[][] }

let private parallelInit (threads: int) (count: int) (make: int -> 'a) : 'a[] =
    let results = Array.zeroCreate count
    Parallel.For(0, count, ParallelOptions(MaxDegreeOfParallelism = threads), fun i -> results[i] <- make i) |> ignore
    results

/// Boxes of seeds first, first + 1, …
let make (threads: int) (pairs: int) (first: int) (count: int) : Data =
    // Relative to the energy; far below what is learned.
    let ewald = EwaldSum(1, 1e-9)
    let charges = Array.init (2 * pairs) (fun i -> if i % 2 = 0 then 1. else -1.)

    let all =
        parallelInit threads count (fun i ->
            let frame = frame pairs (first + i)
            frame, ewald.Compute(frame, ReadOnlySpan charges))

    { Frames = Array.map fst all
      Energies = all |> Array.map (fun (_, e) -> e.Energy)
      Forces = all |> Array.map (fun (_, e) -> e.Forces) }

/// One number after another for each frame, whoever makes it.
let each (threads: int) (data: Data) (work: Structure -> 'a) : 'a[] =
    parallelInit threads data.Frames.Length (fun i -> work data.Frames[i])
