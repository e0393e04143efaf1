/// Boxes of water with dielectric tensors: random ones of Thole's induced dipoles, made here from seeds, and those of a public set.
module Toolkit.Reproductions.Lode2019.WaterBoxes

open System
open System.IO
open System.Threading.Tasks
open Toolkit.Numerics.Structures

/// Molecules of a box: as in the paper.
let molecules = 32

/// The shortest and the longest edge of the cubes, Å: they scatter as much as those of the public set (9.93 Å, standard deviation 0.16 Å).
let shortest, longest = 9.65, 10.21

/// Closest distances of atoms of different molecules, Å: of oxygens, of an oxygen and a hydrogen, of hydrogens.
let private closest (a: int) (b: int) = if a = 0 && b = 0 then 2.5 elif a = 0 || b = 0 then 1.65 else 1.8

/// Moves that each molecule is offered.
let private sweeps = 120

let private normal (random: Random) = sqrt (-2. * log (1. - random.NextDouble())) * cos (2. * Math.PI * random.NextDouble())

/// A turn by an angle of at most `most` around an axis at random.
let private turn (random: Random) (most: float) : float[] -> float[] =
    let axis = Array.init 3 (fun _ -> normal random)
    let length = sqrt (axis |> Array.sumBy (fun x -> x * x))
    let x, y, z = axis[0] / length, axis[1] / length, axis[2] / length
    let angle = most * (2. * random.NextDouble() - 1.)
    let c, s = cos angle, sin angle

    fun v ->
        let along = (x * v[0] + y * v[1] + z * v[2]) * (1. - c)

        [| v[0] * c + (y * v[2] - z * v[1]) * s + x * along
           v[1] * c + (z * v[0] - x * v[2]) * s + y * along
           v[2] * c + (x * v[1] - y * v[0]) * s + z * along |]

/// Molecules whose bonds and angles scatter, moved and turned at random from a face-centred lattice on, none touching another.
let frame (seed: int) : Structure =
    let random = Random seed
    let edge = shortest + (longest - shortest) * random.NextDouble()

    let molecule () =
        let bond () = 0.9572 + 0.03 * normal random
        let half = 0.5 * (104.52 + 4. * normal random) * Math.PI / 180.
        let a, b = bond (), bond ()
        [| [| 0.; 0.; 0. |]; [| a * cos half; a * sin half; 0. |]; [| b * cos half; -b * sin half; 0. |] |]
        |> Array.map (turn random Math.PI)

    let sites =
        [| for x in 0..1 do
               for y in 0..1 do
                   for z in 0..1 do
                       for f in [ [| 0.; 0.; 0. |]; [| 0.5; 0.5; 0. |]; [| 0.5; 0.; 0.5 |]; [| 0.; 0.5; 0.5 |] ] ->
                           [| 0.5 * edge * (float x + f[0]); 0.5 * edge * (float y + f[1]); 0.5 * edge * (float z + f[2]) |] |]

    // Oxygen, and the hydrogens from it on.
    let place, shape = sites, Array.init molecules (fun _ -> molecule ())

    let limits = Array2D.init 3 3 (fun a b -> closest a b ** 2.)

    let touches (at: float[]) (own: float[][]) (k: int) =
        let near x = let d = place[k].[x] - at[x] in d - edge * Math.Round(d / edge)
        let dx, dy, dz = near 0, near 1, near 2
        let mutable found = false

        // No hydrogen is farther than about 1.1 Å from its oxygen.
        if dx * dx + dy * dy + dz * dz < 21. then
            let other = shape[k]

            for a in 0..2 do
                let p = own[a]

                for b in 0..2 do
                    let q = other[b]
                    let x, y, z = dx + q[0] - p[0], dy + q[1] - p[1], dz + q[2] - p[2]
                    found <- found || x * x + y * y + z * z < limits[a, b]

        found

    let others = [| 0 .. molecules - 1 |]
    let isFree m at own = Array.TrueForAll(others, fun k -> k = m || not (touches at own k))
    let mutable sweep, touching = 0, true

    while sweep < sweeps || touching do
        for m in 0 .. molecules - 1 do
            let at = place[m] |> Array.map (fun x -> x + 0.5 * (2. * random.NextDouble() - 1.))
            let own = shape[m] |> Array.map (turn random 0.6)

            if isFree m at own then
                place[m] <- at
                shape[m] <- own

        sweep <- sweep + 1
        touching <- sweep >= sweeps && Seq.exists (fun m -> not (isFree m (place[m]) (shape[m]))) (seq { 0 .. molecules - 1 })

    let positions = [| for m in 0 .. molecules - 1 do for atom in shape[m] do for x in 0..2 -> place[m][x] + atom[x] |]
    let species = Array.init (3 * molecules) (fun i -> if i % 3 = 0 then 8 else 1)
    Structure.Create(ReadOnlySpan species, ReadOnlySpan positions, Cell.Cubic edge, Periodicity.All)

type Data =
    { Frames: Structure[]
      /// ε∞, 3 × 3 row-major.
      Tensors: float[][] }

/// Boxes of seeds 1, 2, …
let make (threads: int) (count: int) : Data =
    let frames, tensors = Array.zeroCreate count, Array.zeroCreate count

    Parallel.For(0, count, ParallelOptions(MaxDegreeOfParallelism = threads), fun i ->
        frames[i] <- frame (i + 1)
        tensors[i] <- InducedDipoles.dielectric InducedDipoles.thole 0.6 frames[i])
    |> ignore

    { Frames = frames; Tensors = tensors }

/// The public set in water-bulk/coords_1000.xyz of a folder of data sets, where it is.
let loadPublic (data: string option) : Data option =
    data
    |> Option.map (fun folder -> Path.Combine(folder, "water-bulk", "coords_1000.xyz"))
    |> Option.filter File.Exists
    |> Option.map (fun path ->
        let frames = ExtendedXyzReader.Read path |> Array.ofSeq

        { Frames = frames |> Array.map (fun s -> s.WithCell(s.Cell, Periodicity.All))
          Tensors =
            frames
            |> Array.map (fun s ->
                match s.Properties.TryGetValue "epsilon" with
                | true, value when value.Size = 9 -> value.ToReals()
                | _ -> raise (InvalidDataException $"{path}: a frame has no 'epsilon' of nine numbers")) })
