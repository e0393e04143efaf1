/// Dielectric tensors of periodic structures of polarisable atoms, exactly: dipoles that induce each other, near and far.
module Toolkit.Reproductions.Lode2019.InducedDipoles

open System
open Toolkit.Numerics.LinearAlgebra
open Toolkit.Numerics.Structures

/// Thole's model: dipoles at atoms, their fields damped where they overlap.
type Thole =
    { /// Of each species, Å³.
      Polarisability: Map<int, float>
      /// a of the exponential damping; infinite for points.
      Damping: float }

/// H, C, N and O as P. T. van Duijnen and M. Swart, J. Phys. Chem. A 102, 2399 (1998), fitted them to molecules.
let thole =
    { Polarisability = Map [ for z, au in [ 1, 2.7927; 6, 8.6959; 7, 6.5565; 8, 5.7494 ] -> z, au * 0.529177210903 ** 3. ]
      Damping = 2.1304 }

/// erfc to 1e-7 or better (W. H. Press et al., Numerical Recipes, § 6.2).
let private erfc (x: float) =
    let t = 1. / (1. + 0.5 * x)
    let c = [| -1.26551223; 1.00002368; 0.37409196; 0.09678418; -0.18628806; 0.27886807; -1.13520398; 1.48851587; -0.82215223; 0.17087277 |]
    t * exp (-x * x + Array.foldBack (fun a sum -> a + t * sum) c 0.)

/// Waves and pairs beyond leave out less than about 1e-7 of the field of one dipole.
let private reach = 3.9

/// Dielectric tensor of a structure that repeats in all directions: 1 + 4π χ with P = χ E, E the macroscopic field, by an Ewald sum of
/// dipoles whose split is at the width `split` in 1/Å (none of the result depends on it). Row-major 3 × 3.
let dielectric (model: Thole) (split: float) (structure: Structure) : float[] =
    if structure.Periodic <> Periodicity.All then
        invalidArg (nameof structure) $"periodic {structure.Periodic}; expected a structure that repeats in all directions"

    let n, r = structure.Count, structure.Positions.ToArray()
    let vectors = (nonNull structure.Cell).Vectors.ToArray()
    let inverse = (nonNull structure.Cell).Inverse.ToArray()
    let alpha = Array.init n (fun i -> model.Polarisability[structure.Species[i]])
    let cross (a: float[]) (b: float[]) = [| a[1] * b[2] - a[2] * b[1]; a[2] * b[0] - a[0] * b[2]; a[0] * b[1] - a[1] * b[0] |]
    let row k = vectors[3 * k .. 3 * k + 2]
    let volume = abs (Array.fold2 (fun sum x y -> sum + x * y) 0. (row 0) (cross (row 1) (row 2)))
    // Heights of the cell: cell · inverse = 1, column k of the inverse is normal to the plane of the other two vectors.
    let height k = 1. / sqrt (Seq.sum (seq { for x in 0..2 -> inverse[3 * x + k] ** 2. }))
    let size = 3 * n
    let matrix: float[] = Array.zeroCreate (size * size)

    // Waves: 4π/V Σ k k/k² exp(−k²/4η²) cos k·(r_i − r_j), as products of rows.
    let most = 2. * split * reach

    let counts = [|
        for k in 0..2 -> int (ceil (most * sqrt (Seq.sum (seq { for x in 0..2 -> vectors[3 * k + x] ** 2. })) / (2. * Math.PI)))
    |]

    let waves = [|
        for a in 0 .. counts[0] do
            for b in -counts[1] .. counts[1] do
                for c in -counts[2] .. counts[2] do
                    if a > 0 || b > 0 || (b = 0 && c > 0) then
                        let k = [|
                            for x in 0..2 ->
                                2. * Math.PI * (float a * inverse[3 * x] + float b * inverse[3 * x + 1] + float c * inverse[3 * x + 2])
                        |]

                        let square = k |> Array.sumBy (fun x -> x * x)

                        if square < most * most then
                            k, sqrt (8. * Math.PI / (volume * square) * exp (-square / (4. * split * split)))
    |]

    let rows: float[] = Array.zeroCreate (2 * waves.Length * size)

    waves
    |> Array.iteri (fun w (k, weight) ->
        for i in 0 .. n - 1 do
            let phase = k[0] * r[3 * i] + k[1] * r[3 * i + 1] + k[2] * r[3 * i + 2]
            let cosine, sine = weight * cos phase, weight * sin phase

            for x in 0..2 do
                rows[2 * w * size + 3 * i + x] <- cosine * k[x]
                rows[(2 * w + 1) * size + 3 * i + x] <- sine * k[x])

    Dense.AddGram(2 * waves.Length, size, 1., ReadOnlySpan rows, size, 0., Span matrix, size)

    // Pairs: minus the fields of dipoles.
    // Damping reaches no farther than 7 Å.
    let farthest = max (reach / split) 7.
    let images = [| for k in 0..2 -> int (farthest / height k + 0.5) |]
    let gauss = 2. * split / sqrt Math.PI

    for i in 0 .. n - 1 do
        for x in 0..2 do
            let at = (3 * i + x) * size + 3 * i + x
            matrix[at] <- matrix[at] + 1. / alpha[i] - 4. * split ** 3. / (3. * sqrt Math.PI)

        for j in 0..i do
            let d = [| for x in 0..2 -> r[3 * j + x] - r[3 * i + x] |]
            // To the nearest image first, so that few others need to be looked at.
            let shift = [| for k in 0..2 -> -Math.Round(d[0] * inverse[k] + d[1] * inverse[3 + k] + d[2] * inverse[6 + k]) |]

            for a in -images[0] .. images[0] do
                for b in -images[1] .. images[1] do
                    for c in -images[2] .. images[2] do
                        let u, v, w = float a + shift[0], float b + shift[1], float c + shift[2]
                        let x = d[0] + u * vectors[0] + v * vectors[3] + w * vectors[6]
                        let y = d[1] + u * vectors[1] + v * vectors[4] + w * vectors[7]
                        let z = d[2] + u * vectors[2] + v * vectors[5] + w * vectors[8]
                        let square = x * x + y * y + z * z

                        if square < farthest * farthest && square > 1e-12 then
                            let distance = sqrt square
                            let s = model.Damping * distance / (alpha[i] * alpha[j]) ** (1. / 6.)
                            let fade = exp -s
                            let flat = if Double.IsInfinity s then 0. else -(0.5 * s * s + s + 1.) * fade
                            let steep = if Double.IsInfinity s then 0. else flat - s * s * s / 6. * fade
                            let wave = gauss * exp (-split * split * square) / square
                            let short = erfc (split * distance)
                            // Damped minus the smooth part that waves have.
                            let isotropic = (short + flat) / (distance * square) + wave
                            let along = 3. * (short + steep) / (distance * square * square) + wave * (2. * split * split + 3. / square)
                            let add p q value = matrix[(3 * i + p) * size + 3 * j + q] <- matrix[(3 * i + p) * size + 3 * j + q] + value
                            add 0 0 (isotropic - along * x * x)
                            add 1 1 (isotropic - along * y * y)
                            add 2 2 (isotropic - along * z * z)
                            let xy, xz, yz = -along * x * y, -along * x * z, -along * y * z
                            add 0 1 xy
                            add 1 0 xy
                            add 0 2 xz
                            add 2 0 xz
                            add 1 2 yz
                            add 2 1 yz

    // The diagonal blocks are filled whole, of others the lower half.
    if Cholesky.Factor(size, Span matrix, size) >= 0 then
        invalidArg (nameof structure) "the dipoles run away: atoms are too close for their polarisabilities"

    let fields = Array.init (3 * size) (fun k -> if k / 3 % 3 = k % 3 then 1. else 0.)
    Cholesky.Solve(size, ReadOnlySpan matrix, size, 3, Span fields, 3)

    [|
        for a in 0..2 do
            for b in 0..2 do
                let sum = Seq.sum (seq { for i in 0 .. n - 1 -> fields[(3 * i + a) * 3 + b] })
                (if a = b then 1. else 0.) + 4. * Math.PI / volume * sum
    |]
