/// SNAP, as LAMMPS computes it: linear least squares on the same labels, its errors and its time.
module Toolkit.Reproductions.Benchmarks2026.Snap

open System
open System.Globalization
open System.IO
open Toolkit.Numerics.Learning
open Toolkit.Numerics.Structures
open Toolkit.Reproductions.Benchmarks2026.Sets
open Toolkit.Reproductions.Benchmarks2026.Lammps

type Fitted =
    { Twice: int
      Coefficients: float[]
      Errors: Models.Errors }

/// One frame's rows: the energy's, those of forces, and of the virial, each with SNAP's components; and the labels, turned alike.
type private Rows =
    { Structure: Structure
      Values: float[][]
      Labels: float[] }

let private number (x: float) = x.ToString("R", CultureInfo.InvariantCulture)

let private turned (turn: float[,]) (v: float[]) =
    [| for axis in 0..2 -> v[0] * turn[0, axis] + v[1] * turn[1, axis] + v[2] * turn[2, axis] |]

/// xx yy zz yz xz xy of a matrix of six numbers in turned axes.
let private turnedMatrix (turn: float[,]) (w: float[]) =
    let full = array2D [ [ w[0]; w[5]; w[4] ]; [ w[5]; w[1]; w[3] ]; [ w[4]; w[3]; w[2] ] ]
    let at a b = Seq.sum (seq { for i in 0..2 do for j in 0..2 -> turn[i, a] * full[i, j] * turn[j, b] })
    [| at 0 0; at 1 1; at 2 2; at 1 2; at 0 2; at 0 1 |]

/// SNAP's settings but for 2J and the cutoff are those of the potentials that come with LAMMPS.
let private descriptors (lammps: Lammps) (folder: string) (set: Set) (twice: int) (frames: Structure[]) : Rows list =
    let placed = frames |> Array.map (place set.Mass)
    placed |> Array.iteri (fun i p -> File.WriteAllText(Path.Combine(folder, $"frame.{i}.data"), p.Text))

    let input =
        [ for i in 0 .. frames.Length - 1 do
              $"""clear
units metal
atom_modify map array sort 0 0
boundary p p p
box tilt large
read_data frame.{i}.data
pair_style zero {number (set.Cutoff + 0.5)}
pair_coeff * *
compute rows all snap {number set.Cutoff} 0.99363 {twice} 0.5 1 rmin0 0 bzeroflag 0 switchflag 1 quadraticflag 0
fix rows all ave/time 1 1 1 c_rows[*] mode vector file rows.{i}.txt format " %%.15g"
run 0 post no
"""
                  .Replace("%%", "%") ]

    script lammps folder [] (String.Join("\n", input)) |> ignore

    [ for i in 0 .. frames.Length - 1 do
          let path = Path.Combine(folder, $"rows.{i}.txt")
          let lines = File.ReadAllLines path |> Array.filter (fun l -> not (l.StartsWith '#')) |> Array.skip 1

          let values =
              lines
              |> Array.map (fun l ->
                  let numbers =
                      l.Split(' ', StringSplitOptions.RemoveEmptyEntries)
                      |> Array.map (fun x -> Double.Parse(x, CultureInfo.InvariantCulture))
                  // The number of the row comes first, labels that LAMMPS would know last.
                  numbers[1 .. numbers.Length - 2])

          File.Delete path
          let s = frames[i]
          if values.Length <> 3 * s.Count + 7 then
              raise (InvalidDataException $"{lammps.Program}: compute snap gives {values.Length} rows for {s.Count} atoms; expected {3 * s.Count + 7}")
          let forces = forces s |> Array.chunkBySize 3 |> Array.collect (turned placed[i].Turn)
          let virial = if s.Properties.ContainsKey "virial" then turnedMatrix placed[i].Turn (virial s) else Array.create 6 nan

          { Structure = s
            Values = values
            Labels = Array.concat [ [| energy s |]; forces; virial ] } ]

/// The last column counts atoms: what SNAP's constant is multiplied with. It carries no penalty.
let private column (rows: Rows) (row: int) = Array.append rows.Values[row] [| (if row = 0 then float rows.Structure.Count else 0.) |]

let private deviation (values: float[]) =
    let mean = Array.average values
    sqrt (values |> Array.averageBy (fun x -> (x - mean) * (x - mean)))

let private folds = 5

/// With the weights of our models: every label over its standard deviation, an energy and a virial per atom once for each atom.
let private fit (threads: int) (training: Rows list) : float[] =
    let perAtom (r: Rows) x = x / float r.Structure.Count
    let width = 1 + training.Head.Values[0].Length
    let energies = deviation [| for r in training -> perAtom r r.Labels[0] |]
    let forces = deviation [| for r in training do yield! r.Labels[1 .. r.Labels.Length - 7] |]
    let virials = deviation [| for r in training do for x in r.Labels[r.Labels.Length - 6 ..] -> perAtom r x |]
    let sums = Array.init folds (fun _ -> NormalEquations width)

    training
    |> List.iteri (fun k r ->
        let part first last weight =
            if Double.IsFinite weight then
                let rows = [| for row in first..last do yield! column r row |]
                sums[k % folds].Add(ReadOnlySpan rows, ReadOnlySpan r.Labels[first..last], weight, threads)

        let n = sqrt (float r.Structure.Count)
        let last = r.Labels.Length - 1
        part 0 0 (1. / (energies * n))
        part 1 (last - 6) (1. / forces)
        part (last - 5) last (1. / (virials * n)))

    (RidgeRegression.CrossValidate(sums, 1, threads = threads)).Coefficients |> Array.ofSeq

let private errors (coefficients: float[]) (test: Rows list) : Models.Errors =
    let predicted (r: Rows) row = Array.fold2 (fun sum x c -> sum + x * c) 0. (column r row) coefficients
    let root (values: float[]) = sqrt (values |> Array.averageBy (fun x -> x * x))
    let all (first: Rows -> int) (last: Rows -> int) (scale: Rows -> float) =
        root [| for r in test do for row in first r .. last r -> (predicted r row - r.Labels[row]) / scale r |]
    let last (r: Rows) = r.Labels.Length - 1
    let stress = all (fun r -> last r - 5) last (fun r -> (nonNull r.Structure.Cell).Volume)

    { Energy = all (fun _ -> 0) (fun _ -> 0) (fun r -> float r.Structure.Count)
      Forces = all (fun _ -> 1) (fun r -> last r - 6) (fun _ -> 1.)
      Stress = if Double.IsFinite stress then stress else 0.
      ForceDeviation = deviation [| for r in test do yield! r.Labels[1 .. last r - 6] |] }

/// Fits SNAP to the set, in a folder for LAMMPS's files.
let fitted (threads: int) (lammps: Lammps) (folder: string) (set: Set) (twice: int) : Fitted =
    let rows frames = descriptors lammps folder set twice frames
    let coefficients = fit threads (rows set.Training)

    { Twice = twice
      Coefficients = coefficients
      Errors = errors coefficients (rows set.Test) }

/// The energy that the coefficients give a frame, eV.
let energyOf (lammps: Lammps) (folder: string) (set: Set) (snap: Fitted) (frame: Structure) : float =
    let bare =
        frame
            .WithProperty("energy", PropertyValue.Real 0.)
            .WithAtomProperty("forces", PropertyArray.Real(ReadOnlySpan(Array.zeroCreate (3 * frame.Count)), 3))

    let rows = descriptors lammps folder set snap.Twice [| bare |]
    Array.fold2 (fun sum x c -> sum + x * c) 0. (column rows.Head 0) snap.Coefficients

/// Writes the potential; gives the commands of LAMMPS that use it.
let write (folder: string) (set: Set) (snap: Fitted) : string =
    let symbol = Elements.Symbol set.Species
    let constant = Array.last snap.Coefficients
    let others = Array.truncate (snap.Coefficients.Length - 1) snap.Coefficients

    File.WriteAllLines(
        Path.Combine(folder, "fit.snapcoeff"),
        [ "# fitted by paper-reproductions"; $"1 {snap.Coefficients.Length}"; $"{symbol} 0.5 1"; number constant ]
        @ [ for c in others -> number c ]
    )

    File.WriteAllLines(
        Path.Combine(folder, "fit.snapparam"),
        [
            $"rcutfac {number set.Cutoff}"
            $"twojmax {snap.Twice}"
            "rfac0 0.99363"
            "rmin0 0"
            "bzeroflag 0"
            "quadraticflag 0"
        ]
    )

    $"pair_style snap\npair_coeff * * fit.snapcoeff fit.snapparam {symbol}"
