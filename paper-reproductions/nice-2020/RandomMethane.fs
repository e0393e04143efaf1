/// Random CH4 configurations with PBE/cc-pVDZ energies and forces (data/README.md), and the models that learn them.
module Toolkit.Reproductions.Nice2020.RandomMethane

open System
open System.Collections.Generic
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

let private read (paths: string list) : Data =
    let files = [| for path in paths -> ExtendedXyzReader.Read path |> Array.ofSeq, path |]

    { Structures = files |> Array.collect fst
      Energies = files |> Array.collect (fun (frames, path) -> Labels.Energies(frames, path))
      Forces = files |> Array.collect (fun (frames, path) -> Labels.Forces(frames, path)) }

/// Reads data/methane.xyz of this paper's folder.
let load (folder: string) : Data = read [ Path.Combine(folder, "data", "methane.xyz") ]

/// A thousand configurations of the paper's own set, where public data are given.
let loadPublic (data: string option) : Data option =
    data
    |> Option.map (fun folder -> [ for part in [ "train"; "val"; "test" ] -> Path.Combine(folder, "methane-dft", $"methane_{part}.xyz") ])
    |> Option.filter (List.forall File.Exists)
    |> Option.map read

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

/// The density expansion of a description.
let expansion (centre: CentrePolicy) (d: Description) : DensityExpansion =
    let basis = GtoBasis(d.NMax, d.Cutoff)
    let functions = SmearedGto(basis, d.LMax, d.Cutoff, d.Sigma)
    DensityExpansion(RadialTable.Build(functions, CutoffFunction(d.Cutoff, d.Smoothing)), species, centre)

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
      /// The species at the centre that a column belongs to; 0: atoms are counted.
      Center: int[]
      /// ν of each column; 0: atoms are counted.
      Order: int[]
      /// The columns' standard deviations over the sample.
      Deviation: float[]
      /// [configuration][column]; empty where they are read from a store.
      Energy: float[][]
      /// [configuration][atom · 3 + xyz, column]; empty where only energies are wanted.
      Force: float[][] }

    member r.Orders = Array.max r.Order

let private speciesOf (data: Data) : int[] =
    data.Structures |> Seq.collect (fun s -> s.Species.ToArray()) |> Seq.distinct |> Seq.sort |> Array.ofSeq

/// Rows of some columns of a design, which are all that there is in them. `order`: ν of a feature of all that stand side by side.
let private describe
    (design: EnergyDesign)
    (kept: int[])
    (order: int -> int)
    (sample: int[])
    (energy: float[][])
    (force: float[][])
    : Rows =
    let isCount column = column >= design.Columns - design.UnpenalisedColumns

    let deviation (column: int) =
        let mean = sample |> Array.averageBy (fun i -> energy[i][column])
        sqrt (sample |> Array.averageBy (fun i -> (energy[i][column] - mean) ** 2.))

    {
        Design = design
        Center = kept |> Array.map (fun c -> if isCount c then 0 else design.Species[c / design.FeatureCount])
        Order = kept |> Array.map (fun c -> if isCount c then 0 else order (c % design.FeatureCount))
        Deviation = Array.init kept.Length deviation
        Energy = energy
        Force = force
    }

/// ν of the features of NICE.
let orderOf (features: NiceFeatures) : int -> int =
    let place = features.Labels.Names |> Seq.findIndex ((=) "nu")
    fun feature -> features.Labels[feature][place]

/// Rows of energies and forces.
let rows (threads: int) (features: NiceFeatures) (sample: int[]) (data: Data) : Rows =
    let design = EnergyDesign([ features ], speciesOf data)
    let energy, force = Array.zeroCreate data.Structures.Length, Array.zeroCreate data.Structures.Length

    Parallel.For(0, energy.Length, ParallelOptions(MaxDegreeOfParallelism = threads), fun i ->
        let rows = design.Rows data.Structures[i]
        energy[i] <- rows.Energy
        force[i] <- rows.Forces)
    |> ignore

    describe design (Array.init design.Columns id) (orderOf features) sample energy force

/// What rows of energies alone are, without the rows, and what puts those of the configurations from one until another into memory. Columns
/// that are zero everywhere, as those of one species around another are, are left out.
let describeEnergies
    (threads: int)
    (features: InvariantRepresentation list)
    (order: int -> int)
    (sample: int[])
    (data: Data)
    : Rows * (int -> int -> float[] -> unit) =
    let design = EnergyDesign(features, speciesOf data)
    let used = HashSet [ design.Columns - design.UnpenalisedColumns .. design.Columns - 1 ]
    let first = design.EnergyRows(sample |> Array.map (fun i -> data.Structures[i]), threads) |> Array.chunkBySize design.Columns

    for row in first do
        row
        |> Array.iteri (fun c x ->
            if x <> 0. then
                used.Add c |> ignore)

    let kept = used |> Array.ofSeq |> Array.sort

    let make (from: int) (until: int) (into: float[]) =
        let rows = design.EnergyRows(data.Structures[from .. until - 1], threads)

        for i in 0 .. until - from - 1 do
            for k in 0 .. kept.Length - 1 do
                into[i * kept.Length + k] <- rows[i * design.Columns + kept[k]]

    let own = first |> Array.map (fun row -> kept |> Array.map (fun c -> row[c]))
    { describe design kept order (Array.init sample.Length id) own [||] with Energy = [||] }, make

/// Rows of energies alone.
let energyRows (threads: int) (features: InvariantRepresentation list) (order: int -> int) (sample: int[]) (data: Data) : Rows =
    let rows, make = describeEnergies threads features order sample data
    let width = rows.Order.Length

    let energy =
        [| for first in 0..500 .. data.Structures.Length - 1 do
               let until = min data.Structures.Length (first + 500)
               let some = Array.zeroCreate<float> ((until - first) * width)
               make first until some
               yield! Array.chunkBySize width some |]

    { rows with Energy = energy }

/// Some columns of the rows, with the factors that scale them.
type Columns =
    { Index: int[]
      Scale: float[] }

    member c.Count = c.Index.Length

/// The columns of orders up to one, and the counts of atoms.
let columns (scaling: Scaling) (order: int) (rows: Rows) : Columns =
    let index = [|
        for column in 0 .. rows.Order.Length - 1 do
            if rows.Order[column] <= order then
                column
    |]
    // Each species and order to the same mean square.
    let block column = rows.Center[column], rows.Order[column]
    let raw column = rows.Deviation[column] ** (scaling.Power - 1.)

    let total =
        dict [
            for block, members in Array.groupBy block index do
                block,
                sqrt (
                    members
                    |> Array.sumBy (fun column ->
                        if rows.Deviation[column] > 0. then rows.Deviation[column] ** (2. * scaling.Power) else 0.)
                )
        ]

    let scale column =
        if rows.Order[column] = 0 then
            1.
        elif rows.Deviation[column] > 0. then
            scaling.Ratio ** float (rows.Order[column] - 1) * raw column / total[block column]
        else
            0.

    { Index = index; Scale = Array.map scale index }
