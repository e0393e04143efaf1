/// Random charged structures, the fields that tests compute of them, and how far two results are apart.
module Toolkit.Tests.Numerics.Fields.Potential.Charged

open System
open System.Collections.Generic
open Toolkit.Numerics.Fields.Potential
open Toolkit.Numerics.Radial
open Toolkit.Numerics.Structures
open Toolkit.Testing

let periodicities =
    [ for a in [ false; true ] do
          for b in [ false; true ] do
              for c in [ false; true ] -> Periodicity(a, b, c) ]

/// A random structure of species 11 and 17, every other atom of each, with charges under "q".
let charged (random: Random) periodic atoms =
    let structure =
        RandomStructure.build
            { Seed = random.Next(); Atoms = atoms; Species = [ 11; 17 ]; Periodic = periodic; HasCell = periodic.Any; Spacing = 1.2 }

    let species = Array.init atoms (fun i -> if i % 2 = 0 then 11 else 17)
    let q = Array.init atoms (fun _ -> 2. * random.NextDouble() - 1.)
    structure.WithSpecies(ReadOnlySpan species).WithAtomProperty("q", PropertyArray.Real(ReadOnlySpan q))

let cellOf (structure: Structure) : Cell = nonNull structure.Cell

let species = [| 11; 17 |]

let bases: (string * (unit -> RadialBasis)) list =
    [ "gto", (fun () -> GtoBasis(3, 1.8))
      "monomial", (fun () -> MonomialBasis(2, 2.5))
      "laplacian", (fun () -> LaplacianBasis(3, 6, 2.5)) ]

let settings p sigma tolerance split =
    PotentialSettings(Exponent = p, Smearing = sigma, Tolerance = tolerance, ChargeKey = "q", Split = split)

let field (settings: PotentialSettings) basis lmax = PotentialField(settings, basis, lmax, ReadOnlySpan species)

/// max |a − b| / rms(b) of each (l, species), the worst.
let error (f: PotentialField) (size: float[]) (a: float[]) (b: float[]) =
    let lm, channels, nmax = (f.LMax + 1) * (f.LMax + 1), f.ChannelCount, f.Basis.NMax
    let worst = Dictionary<int * int, float>()
    let squares = Dictionary<int * int, float * int>()
    let key at = int (sqrt (float (at / channels % lm) + 0.5)), at % channels / nmax

    for at in 0 .. size.Length - 1 do
        let s, n = match squares.TryGetValue(key at) with | true, v -> v | _ -> 0., 0
        squares[key at] <- (s + size[at] * size[at], n + 1)

    for at in 0 .. a.Length - 1 do
        worst[key at] <- max (abs (a[at] - b[at])) (match worst.TryGetValue(key at) with | true, v -> v | _ -> 0.)

    worst |> Seq.map (fun e -> let s, n = squares[e.Key] in e.Value / sqrt (s / float n + 1e-300)) |> Seq.max
