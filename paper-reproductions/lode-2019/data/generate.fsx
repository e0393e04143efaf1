// Dimers of small molecules and ions of H, C, N and O, labelled with GFN2-xTB: dotnet fsi generate.fsx SEED dimers.xyz
//
// Fragments are relaxed one by one. Each pair of them with at least one charge is put together in five orientations at random (opposite
// ions in 15) and pulled apart along the line between its centres of mass, the fragments rigid: 13 distances R from 3 to 8 Å that are
// evenly spaced in 1/R, and 10, 14 and 20 Å to look at only. Each calculation begins with the charges of the one before. A dimer is left
// out
// - where its fragments touch at 3 Å (see `touches`; 300 orientations are tried),
// - where the self-consistent charges do not converge at one of the 13 distances,
// - where the charge of a fragment is not its own: off by more than 0.02 e at any distance from 6 Å on. GFN2-xTB lets electrons of an anion
// go to
// what is near, or to a distant cation, as any method without exact exchange does: the tail is then that of other charges. Longer distances
// are
//   kept as long as they do not,
// - where the tail is not that of its charges: 1/R, 1/R² … 1/R⁴ are fitted to the energies from 5.5 Å on, and the first coefficient must be
//   k q q′ within 0.3 eV Å, or within 5 % of it where that is more.
//
// Needs libxtb (Debian: libxtb6; 6.5.1 was used) and nothing else. One thread: OMP_NUM_THREADS=1.
#load "../../Xtb.fsx"

open System
open System.Globalization
open System.IO

/// Å, eV (CODATA 2018), and e²/(4π ε0) in eV Å.
let bohr, hartree, coulomb = 0.529177210903, 27.211386245988, 14.3996455

/// Of the electrons, K: low, so that none goes from one ion to another by heat.
let temperature = 50.

type Fragment =
    { Name: string
      Charge: int
      Species: int[]
      /// Å, the centre of mass at zero.
      Positions: float[][] }

/// A molecule whose atoms move. Each calculation begins with the charges that the one before ended with, so that pulling fragments apart
/// follows one state.
type Molecule(charge: int, species: int[]) =
    let inBohr (positions: float[][]) = [| for r in positions do for x in r -> x / bohr |]
    let mutable environment = Xtb.xtb_newEnvironment ()
    let mutable calculator = Xtb.xtb_newCalculator ()
    let mutable results = Xtb.xtb_newResults ()
    let mutable molecule = 0n

    /// Energy in eV, gradient in eV/Å and charges of atoms; nothing where the charges do not converge.
    member _.Compute(positions: float[][]) : (float * float[] * float[]) option =
        if molecule = 0n then
            Xtb.xtb_setVerbosity (environment, 0)
            let mutable count, total, unpaired = species.Length, float charge, 0
            molecule <- Xtb.xtb_newMolecule (environment, &count, species, inBohr positions, &total, &unpaired, 0n, 0n)
            Xtb.xtb_loadGFN2xTB (environment, molecule, calculator, 0n)
            Xtb.xtb_setAccuracy (environment, calculator, 0.01)
            Xtb.xtb_setElectronicTemp (environment, calculator, temperature)
            Xtb.xtb_setMaxIter (environment, calculator, 250)
        else
            Xtb.xtb_updateMolecule (environment, molecule, inBohr positions, 0n)

        Xtb.xtb_singlepoint (environment, molecule, calculator, results)

        if Xtb.xtb_checkEnvironment environment <> 0 then
            None
        else
            let mutable energy = 0.
            let gradient, charges = Array.zeroCreate (3 * species.Length), Array.zeroCreate species.Length
            Xtb.xtb_getEnergy (environment, results, &energy)
            Xtb.xtb_getGradient (environment, results, gradient)
            Xtb.xtb_getCharges (environment, results, charges)
            Some(hartree * energy, gradient |> Array.map (fun g -> hartree / bohr * g), charges)

    interface IDisposable with
        member _.Dispose() =
            Xtb.xtb_delResults &results
            Xtb.xtb_delCalculator &calculator
            Xtb.xtb_delMolecule &molecule
            Xtb.xtb_delEnvironment &environment

let mass = dict [ 1, 1.008; 6, 12.011; 7, 14.007; 8, 15.999 ]

let centred (species: int[]) (positions: float[][]) =
    let weights = species |> Array.map (fun z -> mass[z])
    let centre = Array.init 3 (fun k -> (Array.map2 (fun (r: float[]) m -> m * r[k]) positions weights |> Array.sum) / Array.sum weights)
    positions |> Array.map (fun r -> Array.map2 (-) r centre)

/// The nearest minimum by FIRE (E. Bitzek et al., Phys. Rev. Lett. 97, 170201, 2006), with unit masses.
let relax (name: string) (charge: int) (species: int[]) (positions: float[][]) : float[][] =
    use molecule = new Molecule(charge, species)
    let r, v = Array.concat positions, Array.zeroCreate (3 * species.Length)
    let mutable step, mix, downhill, largest, steps = 0.1, 0.1, 0, infinity, 0

    while largest > 1e-4 do
        if steps = 3000 then failwith $"{name} does not relax"
        steps <- steps + 1

        let force =
            match molecule.Compute(Array.chunkBySize 3 r) with
            | Some(_, gradient, _) -> Array.map (~-) gradient
            | None -> failwith $"{name} does not converge"

        largest <- force |> Array.map abs |> Array.max
        let dot a b = Array.fold2 (fun sum x y -> sum + x * y) 0. a b

        if dot force v > 0. then
            let ratio = sqrt (dot v v / dot force force)
            for k in 0 .. v.Length - 1 do v[k] <- (1. - mix) * v[k] + mix * ratio * force[k]
            downhill <- downhill + 1
            if downhill > 5 then
                step <- min (1.1 * step) 0.25
                mix <- 0.99 * mix
        else
            Array.Clear v
            step <- 0.5 * step
            mix <- 0.1
            downhill <- 0

        for k in 0 .. r.Length - 1 do
            v[k] <- v[k] + step * force[k]
            r[k] <- r[k] + max -0.1 (min 0.1 (step * v[k]))

    centred species (Array.chunkBySize 3 r)

/// Points at a distance from a place in the plane z, at angles in degrees.
let ring (x: float, y: float, z: float) (radius: float) (angles: float list) =
    [ for a in angles -> x + radius * cos (a * Math.PI / 180.), y + radius * sin (a * Math.PI / 180.), z ]

let start: (string * int * (int * (float * float * float) list) list) list =
    let three, between = [ 0.; 120.; 240. ], [ 60.; 180.; 300. ]
    let amines angles = 7, ring (0., 0., 0.) 1.33 angles

    let amineHydrogens angles =
        1,
        [
            for a in angles do
                yield! [
                    for x, y, z in ring (0., 0., 0.) 1.33 [ a ] do
                        yield! ring (x, y, z) 1. [ a - 60.; a + 60. ]
                ]
        ]

    let methyl z side = 1, ring (0., 0., z) 1.02 (if side then three else between)

    [
        ("ammonium", 1, [ 7, [ (0., 0., 0.) ]; 1, [ (0.6, 0.6, 0.6); (-0.6, -0.6, 0.6); (-0.6, 0.6, -0.6); (0.6, -0.6, -0.6) ] ])
        ("methylammonium", 1, [ 6, [ (0., 0., 0.) ]; 7, [ (0., 0., 1.5) ]; methyl -0.36 true; methyl 1.86 false ])
        ("dimethylammonium",
         1,
         [
             7, [ (0., 0., 0.) ]
             6, [ (1.22, 0.86, 0.); (-1.22, 0.86, 0.) ]
             1,
             [
                 (0., -0.62, 0.82)
                 (0., -0.62, -0.82)
                 (2.1, 0.23, 0.)
                 (1.2, 1.48, 0.89)
                 (1.2, 1.48, -0.89)
                 (-2.1, 0.23, 0.)
                 (-1.2, 1.48, 0.89)
                 (-1.2, 1.48, -0.89)
             ]
         ])
        ("guanidinium", 1, [ 6, [ (0., 0., 0.) ]; amines [ 90.; 210.; 330. ]; amineHydrogens [ 90.; 210.; 330. ] ])
        ("formate", -1, [ 6, [ (0., 0., 0.) ]; 8, [ (1.1, 0.6, 0.); (-1.1, 0.6, 0.) ]; 1, [ (0., -1.1, 0.) ] ])
        ("acetate", -1, [ 6, [ (0., 0., 0.); (0., 0., -1.53) ]; 8, [ (1.1, 0., 0.6); (-1.1, 0., 0.6) ]; methyl -1.9 true ])
        ("water", 0, [ 8, [ (0., 0., 0.) ]; 1, [ (0.96, 0., 0.); (-0.24, 0.93, 0.) ] ])
        ("methanol", 0, [ 6, [ (0., 0., 0.) ]; 8, [ (0., 0., 1.42) ]; methyl -0.36 true; 1, [ (-0.9, 0., 1.75) ] ])
        ("methylamine", 0, [ 6, [ (0., 0., 0.) ]; 7, [ (0., 0., 1.47) ]; methyl -0.36 true; 1, ring (0., 0., 1.8) 0.95 [ 60.; 180. ] ])
        ("formamide",
         0,
         [
             6, [ (0., 0., 0.) ]
             8, [ (1.05, 0.6, 0.) ]
             7, [ (-1.18, 0.68, 0.) ]
             1, [ (0., -1.1, 0.); (-1.18, 1.68, 0.); (-2.05, 0.18, 0.) ]
         ])
        ("methane", 0, [ 6, [ (0., 0., 0.) ]; 1, [ (0.63, 0.63, 0.63); (-0.63, -0.63, 0.63); (-0.63, 0.63, -0.63); (0.63, -0.63, -0.63) ] ])
        ("ethane", 0, [ 6, [ (0., 0., 0.); (0., 0., 1.53) ]; methyl -0.4 true; methyl 1.93 false ])
    ]

let fragments =
    [| for name, charge, parts in start ->
           let species = [| for z, places in parts do for _ in places -> z |]
           let positions = [| for _, places in parts do for x, y, z in places -> [| x; y; z |] |]
           { Name = name; Charge = charge; Species = species; Positions = relax name charge species positions } |]

/// A turn at random: a unit quaternion.
let turn (random: Random) : float[] -> float[] =
    let normal () = sqrt (-2. * log (1. - random.NextDouble())) * cos (2. * Math.PI * random.NextDouble())
    let q = Array.init 4 (fun _ -> normal ())
    let size = sqrt (q |> Array.sumBy (fun x -> x * x))
    let w, x, y, z = q[0] / size, q[1] / size, q[2] / size, q[3] / size

    let m =
        [| [| 1. - 2. * (y * y + z * z); 2. * (x * y - z * w); 2. * (x * z + y * w) |]
           [| 2. * (x * y + z * w); 1. - 2. * (x * x + z * z); 2. * (y * z - x * w) |]
           [| 2. * (x * z - y * w); 2. * (y * z + x * w); 1. - 2. * (x * x + y * y) |] |]

    fun r -> m |> Array.map (fun row -> Array.fold2 (fun sum a b -> sum + a * b) 0. row r)

/// The least distances between atoms of two fragments, Å: of hydrogens, of a hydrogen and another, of others.
let touches (a: int, r: float[]) (b: int, s: float[]) =
    let distance = sqrt (Array.fold2 (fun sum x y -> sum + (x - y) ** 2.) 0. r s)
    distance < (match a, b with 1, 1 -> 1.9 | 1, _ | _, 1 -> 1.7 | _ -> 2.4)

/// e, and eV Å.
let largestDrift, tailError = 0.02, 0.3

let nearest, farthest, steps = 3., 8., 13
let distances = [| for k in 0 .. steps - 1 -> 1. / (1. / nearest - float k / float (steps - 1) * (1. / nearest - 1. / farthest)) |]
let longer = [| 10.; 14.; 20. |]

/// Coefficients of 1/R … 1/R⁴ by least squares, each row times R.
let tail (points: (float * float)[]) : float[] =
    let rows = points |> Array.map (fun (r, e) -> [| for p in 0..3 -> r ** float -p |], r * e)
    let n = 4
    let m = Array2D.init n (n + 1) (fun i j -> rows |> Array.sumBy (fun (x, y) -> x[i] * (if j = n then y else x[j])))

    for i in 0 .. n - 1 do
        for k in 0 .. n - 1 do
            if k <> i then
                let f = m[k, i] / m[i, i]
                for j in i..n do m[k, j] <- m[k, j] - f * m[i, j]

    Array.init n (fun i -> m[i, n] / m[i, i])

let seed, path =
    match fsi.CommandLineArgs with
    | [| _; seed; path |] -> int seed, path
    | _ -> failwith "expected SEED FILE"

let random = Random seed
let rounded (r: float[]) = r |> Array.map (fun x -> Math.Round(x, 4))
let text (x: float) (decimals: int) = x.ToString("F" + string decimals, CultureInfo.InvariantCulture)
let counts = System.Collections.Generic.SortedDictionary<string, int>()
let count what = counts[what] <- (match counts.TryGetValue what with | true, n -> n + 1 | _ -> 1)

let dimers =
    [| for i in 0 .. fragments.Length - 1 do
           for j in i .. fragments.Length - 1 do
               if fragments[i].Charge <> 0 || fragments[j].Charge <> 0 then
                   // Of opposite ions many do not keep their charges: more of each.
                   for _ in 1 .. (if fragments[i].Charge * fragments[j].Charge < 0 then 15 else 5) -> fragments[i], fragments[j] |]

let symbols = dict [ 1, "H"; 6, "C"; 7, "N"; 8, "O" ]

let label (a: Fragment, b: Fragment) : string option =
    let place () =
        let turnA, turnB = turn random, turn random
        let of' (f: Fragment) turn = Array.map (turn >> rounded) f.Positions
        of' a turnA, of' b turnB

    let at distance (positions: float[][]) = positions |> Array.map (fun r -> [| r[0]; r[1]; r[2] + distance |])

    let fits (ra, rb) =
        Seq.allPairs (Seq.zip a.Species ra) (Seq.zip b.Species (at nearest rb)) |> Seq.forall (fun (x, y) -> not (touches x y))

    let sign (f: Fragment) = f.Charge.ToString "+0;−0;0"
    let kind = sign a + " " + sign b

    match Seq.init 300 (fun _ -> place ()) |> Seq.tryFind fits with
    | None ->
        count $"{kind}: touch at 3 Å"
        None
    | Some(ra, rb) ->
        let energyOf (f: Fragment) r =
            use molecule = new Molecule(f.Charge, f.Species)

            match molecule.Compute r with
            | Some(e, _, _) -> e
            | None -> failwith $"{f.Name} does not converge"

        let apart = energyOf a ra + energyOf b rb
        use both = new Molecule(a.Charge + b.Charge, Array.append a.Species b.Species)

        let curve =
            Seq.append distances longer
            |> Seq.map (fun distance -> distance, both.Compute(Array.append ra (at distance rb)))
            |> Seq.takeWhile (snd >> Option.isSome)
            |> Seq.choose (fun (distance, found) ->
                found |> Option.map (fun (e, _, q) -> distance, e - apart, abs (Array.sum q[.. a.Species.Length - 1] - float a.Charge)))
            // Beyond the set only what is still the same state.
            |> Seq.takeWhile (fun (distance, _, drift) -> distance <= 8.001 || drift <= largestDrift)
            |> Array.ofSeq

        if curve.Length < steps then
            count $"{kind}: do not converge"
            None
        else
            let drift = curve |> Array.filter (fun (r, _, _) -> r >= 6.) |> Array.map (fun (_, _, q) -> q) |> Array.max
            let first = (tail [| for r, e, _ in curve do if r >= 5.5 then r, e |])[0]
            let expected = coulomb * float (a.Charge * b.Charge)

            if drift > largestDrift then
                count $"{kind}: charges drift"
                None
            elif abs (first - expected) > max tailError (0.05 * abs expected) then
                count $"{kind}: another tail, off by {first - expected:F2}"
                None
            else
                count $"{kind}: kept"
                let energies = curve |> Array.map (fun (_, e, _) -> text e 6) |> String.concat " "
                let lines = [ for z, r in Seq.append (Seq.zip a.Species ra) (Seq.zip b.Species (at nearest rb)) -> $"{symbols[z]} {text r[0] 4} {text r[1] 4} {text r[2] 4}" ]

                let head =
                    $"Properties=species:S:1:pos:R:3 pbc=\"F F F\" first={a.Name} second={b.Name} atoms_of_first={a.Species.Length} charge_of_first={a.Charge} "
                    + $"charge_of_second={b.Charge} drift={text drift 4} tail={text first 4} energies=\"{energies}\""

                Some(String.concat "\n" (string (a.Species.Length + b.Species.Length) :: head :: lines))

random.Shuffle dimers
let clock = Diagnostics.Stopwatch.StartNew()
let kept = dimers |> Array.choose label
File.WriteAllText(path, String.concat "\n" kept + "\n")
for pair in counts do eprintfn "%s: %d" pair.Key pair.Value
eprintfn "%.0f s" clock.Elapsed.TotalSeconds
