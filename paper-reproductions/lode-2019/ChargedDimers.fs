/// Pairs of small molecules and ions at growing distances (data/README.md), and those of a public set: energies relative to the fragments.
module Toolkit.Reproductions.Lode2019.ChargedDimers

open System
open System.IO
open Toolkit.Numerics.Files
open Toolkit.Numerics.Structures

/// e²/(4π ε0), eV Å.
let coulomb = 14.3996455

/// Distances of a set: from 3 to 8 Å, evenly spaced in 1/R.
let steps = 13

let distances = [| for k in 0 .. steps - 1 -> 1. / (1. / 3. - float k / float (steps - 1) * (1. / 3. - 1. / 8.)) |]

/// What is there to look at only, Å.
let longer = [| 10.; 14.; 20. |]

/// One distance: of the centres of mass, Å; the energy relative to the fragments, eV.
type Point =
    { Distance: float
      Structure: Structure
      Energy: float }

type Dimer =
    { Name: string
      /// Of the fragments, e.
      Charges: int * int
      First: Structure
      Second: Structure
      /// By increasing distance.
      Points: Point list
      /// Beyond the set.
      Longer: Point list
      /// The fragments at any distance.
      At: float -> Structure }

    /// k q q′ of the fragments, eV Å.
    member d.Tail = coulomb * float (fst d.Charges * snd d.Charges)

let private property (structure: Structure) (name: string) : PropertyValue =
    match structure.Properties.TryGetValue name with
    | true, value -> value
    | _ -> raise (InvalidDataException $"a dimer has no '{name}'")

let private number structure name = (property structure name).ToReals()[0]
let private part (structure: Structure) (atoms: seq<int>) = structure.Select(ReadOnlySpan(Array.ofSeq atoms))

/// Reads data/dimers.xyz of this paper's folder.
let load (folder: string) : Dimer list =
    [ for s in ExtendedXyzReader.Read(Path.Combine(folder, "data", "dimers.xyz")) do
          let split = int (number s "atoms_of_first")
          let text name = (property s name).Texts[0]
          let energies = (property s "energies").ToReals()

          let at (distance: float) =
              let r = s.Positions.ToArray()

              for i in split .. s.Count - 1 do
                  r[3 * i + 2] <- r[3 * i + 2] + distance - distances[0]

              s.WithPositions(ReadOnlySpan r)

          let all = [ for r, e in Seq.zip (Seq.append distances longer) energies -> { Distance = r; Structure = at r; Energy = e } ]
          let set, rest = List.splitAt steps all
          let charge name = int (number s name)

          { Name = text "first" + " + " + text "second"
            Charges = charge "charge_of_first", charge "charge_of_second"
            First = part s [ 0 .. split - 1 ]
            Second = part s [ split .. s.Count - 1 ]
            Points = set
            Longer = rest
            At = at } ]

/// Where the atoms of the second fragment begin: fragments follow each other, and are farthest apart.
let private splitOf (structure: Structure) : int =
    let r = structure.Positions.ToArray()
    let distance i j = sqrt (Seq.sum (seq { for k in 0..2 -> (r[3 * i + k] - r[3 * j + k]) ** 2. }))

    [ 1 .. structure.Count - 1 ]
    |> List.maxBy (fun cut -> Seq.min (seq { for i in 0 .. cut - 1 do for j in cut .. structure.Count - 1 -> distance i j }))

/// The public dimers in charged-dimers/charge-charge.xyz of a folder of data sets, where they are: B3LYP, 13 distances each.
let loadPublic (data: string option) : Dimer list =
    let path = data |> Option.map (fun folder -> Path.Combine(folder, "charged-dimers", "charge-charge.xyz")) |> Option.filter File.Exists

    match path with
    | None -> []
    | Some path ->
        [ for k, frames in ExtendedXyzReader.Read path |> Seq.chunkBySize steps |> Seq.indexed do
              let split = splitOf (Array.last frames)
              let free (s: Structure) = s.WithCell(null, Periodicity.None)

              let points =
                  [ for s in frames ->
                        { Distance = number s "distance"
                          Structure = free s
                          Energy = number s "energy" - number s "energyA" - number s "energyB" } ]

              let first = (List.head points).Structure
              let charge name = int (number frames[0] name)

              { Name = $"public dimer {k + 1}"
                Charges = charge "chargeA", charge "chargeB"
                First = part first [ 0 .. split - 1 ]
                Second = part first [ split .. first.Count - 1 ]
                Points = points
                Longer = []
                At = fun _ -> first } ]

/// The coefficients of 1/R … 1/R⁴ nearest to energies from 5.5 Å on, each weighted by its R.
let tail (points: Point list) : float list =
    let rows = [ for p in points do if p.Distance >= 5.5 then [| for k in 0..3 -> p.Distance ** float -k |], p.Distance * p.Energy ]
    let m = Array2D.init 4 5 (fun i j -> rows |> List.sumBy (fun (x, y) -> x[i] * (if j = 4 then y else x[j])))

    for i in 0..3 do
        for k in 0..3 do
            if k <> i then
                let f = m[k, i] / m[i, i]
                for j in i..4 do m[k, j] <- m[k, j] - f * m[i, j]

    [ for i in 0..3 -> m[i, 4] / m[i, i] ]
