/// Random structures, each fully determined by a seed and a number of atoms, so that a printed case can be made again;
/// what shrinks is the number of atoms, the mix of species, and the periodicity.
module Toolkit.Testing.RandomStructure

open System
open FsCheck
open FsCheck.FSharp
open Toolkit.Numerics.Structures

/// What a random structure is made from.
type Recipe =
    { /// Determines everything that the other fields leave open.
      Seed: int
      /// Their number.
      Atoms: int
      /// Atomic numbers to draw from.
      Species: int list
      /// Along which lattice vectors it repeats.
      Periodic: Periodicity
      /// Whether there is a cell; a structure that repeats always has one.
      HasCell: bool
      /// Å; no two atoms or images of atoms are closer when there is room for it.
      Spacing: float }

let private uniform (random: Random) lo hi = lo + (hi - lo) * random.NextDouble()

/// A triclinic cell, right- or left-handed, of volume near `volume`, edges up to about 1 : 2 and angles of about
/// 50° … 130°.
let randomCell (random: Random) (volume: float) : Cell =
    let rec draw () =
        let rows = Array.init 9 (fun i -> (if i % 4 = 0 then uniform random 0.7 1.4 else 0.) + uniform random -0.45 0.45)
        let det = Rotations.determinant rows
        if abs det < 0.3 then draw () else rows, det

    let rows, det = draw ()
    let scale = Math.Cbrt(volume / abs det)
    let turned = Rotations.multiply rows (Rotations.randomRotation random)
    let hand = if random.Next 2 = 0 then scale else -scale
    Cell(ReadOnlySpan(turned |> Array.map (fun x -> hand * x)))

/// The structure of a recipe. Atoms lie up to one cell outside the cell; about 8 Å³ … 30 Å³ per atom.
let build (recipe: Recipe) : Structure =
    let random = Random recipe.Seed
    let volume = float (max 1 recipe.Atoms) * uniform random 8. 30.
    let cell = randomCell random volume
    let periodic = recipe.Periodic
    let species = Array.ofList recipe.Species
    let edge = Math.Cbrt volume

    let shortest (a: float[]) (b: float[]) =
        let images (d: int) = if periodic[d] then [ -1.; 0.; 1. ] else [ 0. ]
        let h = cell.Vectors.ToArray()
        let delta = Array.map2 (-) a b

        if periodic.Any then
            let f = Array.zeroCreate 3
            cell.ToFractional(ReadOnlySpan delta, Span f)
            let f = f |> Array.mapi (fun d x -> if periodic[d] then x - round x else x)

            Seq.min (
                seq {
                    for x in images 0 do
                        for y in images 1 do
                            for z in images 2 do
                                let g = [| f[0] + x; f[1] + y; f[2] + z |]
                                let r k = g[0] * h[k] + g[1] * h[3 + k] + g[2] * h[6 + k]
                                sqrt (r 0 * r 0 + r 1 * r 1 + r 2 * r 2)
                }
            )
        else
            sqrt (Array.sumBy (fun x -> x * x) delta)

    let place () =
        if periodic.Any then
            let f = Array.init 3 (fun _ -> uniform random -1. 2.)
            let r = Array.zeroCreate 3
            cell.ToCartesian(ReadOnlySpan f, Span r)
            r
        else
            Array.init 3 (fun _ -> uniform random 0. edge)

    // A crowded cell gives up the spacing after some tries rather than never end.
    let rec draw (placed: float[] list) tries =
        let r = place ()

        if tries = 0 || List.forall (fun other -> shortest r other >= recipe.Spacing) placed then
            r :: placed
        else
            draw placed (tries - 1)

    let positions = (List.empty, [ 1 .. recipe.Atoms ]) ||> List.fold (fun placed _ -> draw placed 200)
    let numbers = Array.init recipe.Atoms (fun _ -> species[random.Next species.Length])

    let free = Structure.Create(ReadOnlySpan numbers, ReadOnlySpan(Array.concat positions))
    if recipe.HasCell || periodic.Any then free.WithCell(cell, periodic) else free

let private periodicities =
    [ for a in [ false; true ] do
          for b in [ false; true ] do
              for c in [ false; true ] -> Periodicity(a, b, c) ]

let private shrinkRecipe (least: int) (recipe: Recipe) =
    seq {
        for n in [ least; recipe.Atoms / 2; recipe.Atoms - 1 ] do
            if n >= least && n < recipe.Atoms then
                { recipe with Atoms = n }

        match recipe.Species with
        | first :: _ :: _ -> { recipe with Species = [ first ] }
        | _ -> ()

        if recipe.Periodic.Any then
            { recipe with Periodic = Periodicity.None }
        elif recipe.HasCell then
            { recipe with HasCell = false }
    }

/// Recipes with lo … hi atoms of one to three of the given species, of the given periodicities, with room between the atoms.
let recipesFrom (species: int list) (kinds: Periodicity list) (spacing: float) (lo: int, hi: int) : Arbitrary<Recipe> =
    let gen =
        gen {
            let! seed = Gen.choose (0, Int32.MaxValue - 1)
            let! atoms = Gen.choose (lo, hi)
            let! kind = Gen.elements kinds
            let! count = Gen.choose (1, 3)
            let! all = Gen.shuffle (Array.ofList species)
            let! hasCell = Gen.elements [ true; false ]

            return
                { Seed = seed
                  Atoms = atoms
                  Species = List.ofArray (Array.truncate count all)
                  Periodic = kind
                  HasCell = kind.Any || hasCell
                  Spacing = spacing }
        }

    Arb.fromGenShrink (gen, shrinkRecipe lo)

/// Recipes with lo … hi atoms, of the given periodicities; one to three species out of H, C, O, Si, Fe.
let recipesOf (kinds: Periodicity list) (sizes: int * int) : Arbitrary<Recipe> =
    recipesFrom [ 1; 6; 8; 14; 26 ] kinds 0.9 sizes

/// Recipes of every kind: free clusters with and without a cell, wires, slabs, crystals.
let recipes (sizes: int * int) : Arbitrary<Recipe> = recipesOf periodicities sizes

/// Free clusters.
let clusters (sizes: int * int) : Arbitrary<Recipe> = recipesOf [ Periodicity.None ] sizes

/// Structures periodic in all directions.
let crystals (sizes: int * int) : Arbitrary<Recipe> = recipesOf [ Periodicity.All ] sizes

/// With a random vector per atom under `name`, each component within ±1.
let withVectors (name: string) (seed: int) (structure: Structure) : Structure =
    let random = Random seed
    let values = Array.init (3 * structure.Count) (fun _ -> uniform random -1. 1.)
    structure.WithAtomProperty(name, PropertyArray.Real(values, 3))
