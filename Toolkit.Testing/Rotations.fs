/// Random isometries and what they do to a structure.
module Toolkit.Testing.Rotations

open System
open Toolkit.Numerics.Structures

/// How a vector property changes under a reflection: as a position does, or as a spin does.
type Parity =
    | Polar
    | Axial

/// The unit matrix; 3×3 matrices are nine numbers, row-major.
let identity = [| 1.; 0.; 0.; 0.; 1.; 0.; 0.; 0.; 1. |]

/// The inversion r → −r.
let inversion = identity |> Array.map (~-)

/// The product of two matrices.
let multiply (a: float[]) (b: float[]) =
    Array.init 9 (fun i -> Seq.sum (seq { for k in 0..2 -> a[3 * (i / 3) + k] * b[3 * k + i % 3] }))

/// The transposed matrix.
let transpose (m: float[]) = Array.init 9 (fun i -> m[3 * (i % 3) + i / 3])

/// The determinant: 1 for a rotation, −1 for a reflection.
let determinant (m: float[]) =
    m[0] * (m[4] * m[8] - m[5] * m[7])
    - m[1] * (m[3] * m[8] - m[5] * m[6])
    + m[2] * (m[3] * m[7] - m[4] * m[6])

/// A standard normal number (Box and Muller).
let normal (random: Random) : float =
    sqrt (-2. * log (1. - random.NextDouble())) * cos (2. * Math.PI * random.NextDouble())

/// A rotation, uniformly distributed over all rotations: from a unit quaternion.
let randomRotation (random: Random) : float[] =
    let q = Array.init 4 (fun _ -> normal random)
    let norm = sqrt (Array.sumBy (fun x -> x * x) q)
    let w, x, y, z = q[0] / norm, q[1] / norm, q[2] / norm, q[3] / norm

    [| 1. - 2. * (y * y + z * z); 2. * (x * y - w * z); 2. * (x * z + w * y)
       2. * (x * y + w * z); 1. - 2. * (x * x + z * z); 2. * (y * z - w * x)
       2. * (x * z - w * y); 2. * (y * z + w * x); 1. - 2. * (x * x + y * y) |]

/// A rotation followed by the inversion: determinant −1.
let randomReflection (random: Random) : float[] = randomRotation random |> Array.map (~-)

/// A permutation of 0 … n−1.
let randomPermutation (random: Random) (n: int) : int[] =
    let order = Array.init n id
    random.Shuffle order
    order

/// M·v for each row of three.
let applyToVectors (m: float[]) (rows: ReadOnlySpan<float>) : float[] =
    let rows = rows.ToArray()

    Array.init rows.Length (fun i ->
        let p, k = 3 * (i / 3), i % 3
        m[3 * k] * rows[p] + m[3 * k + 1] * rows[p + 1] + m[3 * k + 2] * rows[p + 2])

/// Turns positions, cell and the named vector properties; a vector property that is not named stays as it is.
/// An axial vector turns with det(M)·M.
let apply (vectors: (string * Parity) list) (m: float[]) (structure: Structure) : Structure =
    (structure.Transform m, vectors)
    ||> List.fold (fun turned (name, parity) ->
        let sign = if parity = Axial && determinant m < 0. then -1. else 1.
        let rows = structure.AtomProperties[name].Reals
        let turnedRows = applyToVectors (m |> Array.map (fun x -> sign * x)) rows
        turned.WithAtomProperty(name, PropertyArray.Real(turnedRows, 3)))

/// Moves all atoms by (x, y, z).
let translate (x: float, y: float, z: float) (structure: Structure) : Structure =
    let by = [| x; y; z |]
    let moved = structure.Positions.ToArray() |> Array.mapi (fun i r -> r + by[i % 3])
    structure.WithPositions(ReadOnlySpan moved)

/// The same atoms in another order: atom i of the result is atom order[i].
let permute (order: int[]) (structure: Structure) : Structure = structure.Select order
