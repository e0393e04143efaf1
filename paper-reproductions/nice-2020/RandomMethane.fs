/// Random CH4 configurations with PBE/cc-pVDZ energies and forces (data/README.md), and the models that learn them.
module Toolkit.Reproductions.Nice2020.RandomMethane

open System.IO
open System.Threading.Tasks
open Toolkit.Numerics.Expansion
open Toolkit.Numerics.Learning
open Toolkit.Numerics.Radial
open Toolkit.Numerics.Representations
open Toolkit.Numerics.Structures

let private species = [ 1; 6 ]

/// Configurations in the order of the file.
type Data =
    { Structures: Structure[]
      /// eV.
      Energies: float[]
      /// [configuration][atom · 3 + xyz], eV/Å.
      Forces: float[][] }

/// Reads data/methane.xyz of this paper's folder.
let load (folder: string) : Data =
    let path = Path.Combine(folder, "data", "methane.xyz")
    let structures = ExtendedXyzReader.Read path |> Array.ofSeq

    { Structures = structures
      Energies = Labels.Energies(structures, path)
      Forces = Labels.Forces(structures, path) }

/// How an environment is described.
type Description =
    { /// Å.
      Cutoff: float
      /// The range in which the cutoff function falls, Å.
      Smoothing: float
      /// The width of the Gaussian density, Å.
      Sigma: float
      NMax: int
      LMax: int }

/// The density expansion of a description; the central atom adds to the channels of its species.
let expansion (d: Description) : DensityExpansion =
    let basis = GtoBasis(d.NMax, d.Cutoff)
    let functions = SmearedGto(basis, d.LMax, d.Cutoff, d.Sigma)
    DensityExpansion(RadialTable.Build(functions, CutoffFunction(d.Cutoff, d.Smoothing)), species)

/// Invariants of order 1, or of orders 1 and 2 side by side, so that the models are nested.
let representations (order: int) (expansion: DensityExpansion) : InvariantRepresentation list =
    [ RadialSpectrum expansion
      if order = 2 then
          PowerSpectrum expansion ]

/// A linear model's rows for every configuration.
type Rows =
    { Design: EnergyDesign
      /// [configuration][column].
      Energy: float[][]
      /// [configuration][atom · 3 + xyz, column].
      Force: float[][] }

let rows (threads: int) (order: int) (expansion: DensityExpansion) (data: Data) : Rows =
    let design = EnergyDesign(representations order expansion, species)
    let n = data.Structures.Length
    let energy, force = Array.zeroCreate n, Array.zeroCreate n

    Parallel.For(0, n, ParallelOptions(MaxDegreeOfParallelism = threads), fun i ->
        let rows = design.Rows data.Structures[i]
        energy[i] <- rows.Energy
        force[i] <- rows.Forces)
    |> ignore

    { Design = design; Energy = energy; Force = force }
