/// Random CH4 with GFN2-xTB energies (data/README.md): ten times as many as with DFT and more, since a label takes 6 ms.
module Toolkit.Reproductions.Nice2020.TightBinding

open System
open System.IO
open Toolkit.Numerics.Expansion
open Toolkit.Numerics.Files
open Toolkit.Numerics.Radial
open Toolkit.Numerics.Representations.Nice
open Toolkit.Numerics.Structures
open Toolkit.Reproductions.Nice2020.RandomMethane

/// What data/generate-gfn2.fsx wrote.
type Labelled =
    { Data: Data
      /// Configurations that were tried; the others did not converge.
      Tried: int
      File: string }

let private shipped, large = "methane-gfn2.npz", "methane-gfn2-100k.npz"

/// Å and eV.
let private unit, energyUnit = 1e-4, 1e-5

/// Reads the configurations that are shipped in this paper's folder, or all where they are wanted and have been made: there, or in the
/// folder of public data.
let load (folder: string) (data: string option) (full: bool) : Labelled =
    let own = Path.Combine(folder, "data")

    let path =
        [
            if full then
                yield! Option.toList data
                own
        ]
        |> List.map (fun folder -> Path.Combine(folder, large))
        |> List.tryFind File.Exists
        |> Option.defaultValue (Path.Combine(own, shipped))

    let arrays = NpyData.ReadAll path
    let energies = arrays["energies"].ToReals() |> Array.map ((*) energyUnit)
    let species = [| 6; 1; 1; 1; 1 |]

    let structures =
        arrays["positions"].ToReals()
        |> Array.chunkBySize 12
        |> Array.map (fun hydrogens ->
            Structure.Create(ReadOnlySpan species, ReadOnlySpan [| 0.; 0.; 0.; yield! Array.map ((*) unit) hydrogens |]))

    {
        Data = { Structures = structures; Energies = energies; Forces = [||] }
        Tried = int (arrays["tried"].ToReals()[0])
        File = nonNull (Path.GetFileName path)
    }

/// What a search settled on: README.md beside the data.
let description =
    { Cutoff = 6.3
      Smoothing = 0.5
      Sigma = 0.4
      NMax = 6
      LMax = 4 }

/// The recursion: each species at the centre has its own products and components.
let settings (order: int) (products: int, components: int) (invariantProducts: int, invariants: int) : NiceSettings =
    NiceSettings(
        Order = order,
        IsPerSpecies = true,
        Covariants = NiceBranch(Expand = Nullable products, Components = Nullable components, Purify = 10),
        Invariants = NiceBranch(Expand = Nullable invariantProducts, Components = Nullable invariants, Purify = 50)
    )
