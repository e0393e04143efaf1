/// Features of structures whose atoms carry vectors: what the tests of spins and dipoles share.
module Toolkit.Tests.Laws.VectorFeatures

open System
open Toolkit.Numerics.Structures
open Toolkit.Numerics.Representations
open Toolkit.Testing

/// The structure of a recipe with random vectors under "spins" and "mu".
let build (recipe: RandomStructure.Recipe) : Structure =
    RandomStructure.build recipe
    |> RandomStructure.withVectors "spins" recipe.Seed
    |> RandomStructure.withVectors "mu" (recipe.Seed ^^^ 0x5555)

/// The features of each atom.
let rows (f: InvariantRepresentation) (s: Structure) : float[][] = f.Compute s |> Array.chunkBySize f.FeatureCount

/// The largest magnitude, at least 0.001.
let largest (values: float[][]) : float = values |> Array.fold (Array.fold (fun m x -> max m (abs x))) 1e-3

/// |expected − found| ≤ tolerance · largest, entry by entry.
let equal (tolerance: float) (expected: float[][]) (found: float[][]) : unit =
    let scale = largest expected
    Assert.Equal(expected.Length, found.Length)
    Array.iter2 (Array.iter2 (fun x y -> Assert.InRange(abs (x - y), 0., tolerance * scale))) expected found

/// The structure with other vectors under a name.
let change (name: string) (map: float[] -> float[]) (s: Structure) : Structure =
    let v = s.AtomProperties[name].Reals.ToArray()
    s.WithAtomProperty(name, PropertyArray.Real(ReadOnlySpan(map v), 3))
