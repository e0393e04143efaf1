/// Random CH4 configurations with PBE/cc-pVDZ energies and forces (data/README.md), and the models that learn them.
module Toolkit.Reproductions.Nice2020.RandomMethane

open System
open System.IO
open System.Threading.Tasks
open Toolkit.Numerics.Expansion
open Toolkit.Numerics.Learning
open Toolkit.Numerics.Radial
open Toolkit.Numerics.Representations
open Toolkit.Numerics.Representations.Nice
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

/// The contraction: products that are made, components that are kept and features of each lower order that are subtracted.
let settings: NiceSettings =
    NiceSettings(
        Order = 4,
        Covariants = NiceBranch(Expand = Nullable 150, Components = Nullable 50, Purify = 10),
        Invariants = NiceBranch(Expand = Nullable 300, Components = Nullable 150, Purify = 50)
    )

/// The recursion fitted on some of the configurations; it sees no energy and no force.
let fit (threads: int) (expansion: DensityExpansion) (settings: NiceSettings) (data: Data) (sample: int[]) : NiceFit =
    NiceFit.Fit(expansion, settings, [ for i in sample -> data.Structures[i] ], threads = threads)

/// How columns are scaled before a penalty weighs their coefficients.
type Scaling =
    { /// What the deviation of a column is raised to: 1 leaves it as it is, 0 makes all equal.
      Power: float
      /// Each order is made to this part of the size of the one before.
      Ratio: float }

/// A linear model's rows for every configuration: of all orders, so that models of lower ones are parts of it.
type Rows =
    { Design: EnergyDesign
      /// ν of each column; 0: atoms are counted.
      Order: int[]
      /// Which component of its order a column is; 0 where atoms are counted.
      Component: int[]
      /// The columns' standard deviations over the sample.
      Deviation: float[]
      /// [configuration][column].
      Energy: float[][]
      /// [configuration][atom · 3 + xyz, column].
      Force: float[][] }

    member r.Orders = Array.max r.Order

let rows (threads: int) (features: NiceFeatures) (sample: int[]) (data: Data) : Rows =
    let design = EnergyDesign([ features ], species)
    let n, columns = data.Structures.Length, design.Columns
    let energy, force = Array.zeroCreate n, Array.zeroCreate n

    Parallel.For(0, n, ParallelOptions(MaxDegreeOfParallelism = threads), fun i ->
        let rows = design.Rows data.Structures[i]
        energy[i] <- rows.Energy
        force[i] <- rows.Forces)
    |> ignore

    let label part column =
        if column < columns - species.Length then features.Labels[column % features.FeatureCount][part] else 0

    let deviation (column: int) =
        let mean = sample |> Array.averageBy (fun i -> energy[i][column])
        sqrt (sample |> Array.averageBy (fun i -> (energy[i][column] - mean) ** 2.))

    { Design = design
      Order = Array.init columns (label 0)
      Component = Array.init columns (label 2)
      Deviation = Array.init columns deviation
      Energy = energy
      Force = force }

/// Some columns of the rows, with the factors that scale them.
type Columns =
    { Rows: Rows
      Index: int[]
      Scale: float[] }

    member c.Count = c.Index.Length

    /// Row `k` of [row, column].
    member c.Row(rows: float[], k: int) : float[] =
        let start = k * c.Rows.Order.Length
        Array.map2 (fun column scale -> scale * rows[start + column]) c.Index c.Scale

    /// The rows of a configuration's force components.
    member c.ForceRows(i: int) : float[][] =
        let rows = c.Rows.Force[i]
        Array.init (rows.Length / c.Rows.Order.Length) (fun k -> c.Row(rows, k))

/// The columns of orders up to one, of each the first so many components, and the counts of atoms.
let columns (scaling: Scaling) (order: int) (components: int) (rows: Rows) : Columns =
    let isIn column =
        let own = rows.Order[column]
        own = 0 || (own <= order && (own = 1 || rows.Component[column] < components))

    let index = [| for column in 0 .. rows.Order.Length - 1 do if isIn column then column |]
    let size = rows.Design.FeatureCount
    // Each species and order to the same mean square.
    let block column = column / size, rows.Order[column]
    let raw column = rows.Deviation[column] ** (scaling.Power - 1.)

    let total =
        dict
            [ for block, members in Array.groupBy block index do
                  block, sqrt (members |> Array.sumBy (fun column -> if rows.Deviation[column] > 0. then rows.Deviation[column] ** (2. * scaling.Power) else 0.)) ]

    let scale column =
        if rows.Order[column] = 0 then 1.
        elif rows.Deviation[column] > 0. then scaling.Ratio ** float (rows.Order[column] - 1) * raw column / total[block column]
        else 0.

    { Rows = rows
      Index = index
      Scale = Array.map scale index }
