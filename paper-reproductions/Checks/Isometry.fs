/// Random numbers and rotations for data and for checks of invariance.
module Toolkit.Reproductions.Checks.Isometry

open System

/// A standard normal number (Box and Muller).
let normal (random: Random) : float =
    sqrt (-2. * log (1. - random.NextDouble())) * cos (2. * Math.PI * random.NextDouble())

/// A rotation uniform over all rotations, from a unit quaternion; row-major.
let rotation (random: Random) : float[] =
    let q = Array.init 4 (fun _ -> normal random)
    let norm = sqrt (Array.sumBy (fun x -> x * x) q)
    let w, x, y, z = q[0] / norm, q[1] / norm, q[2] / norm, q[3] / norm

    [| 1. - 2. * (y * y + z * z); 2. * (x * y - w * z); 2. * (x * z + w * y)
       2. * (x * y + w * z); 1. - 2. * (x * x + z * z); 2. * (y * z - w * x)
       2. * (x * z - w * y); 2. * (y * z + w * x); 1. - 2. * (x * x + y * y) |]
