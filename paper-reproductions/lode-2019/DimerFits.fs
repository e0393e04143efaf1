/// Models of the binding energy of charged dimers, on local and on long-ranged features.
module Toolkit.Reproductions.Lode2019.DimerFits

open System
open System.Threading.Tasks
open Toolkit.Numerics.Coupling
open Toolkit.Numerics.Expansion
open Toolkit.Numerics.Fields.Potential
open Toolkit.Numerics.Learning
open Toolkit.Numerics.Learning.Kernels
open Toolkit.Numerics.Radial
open Toolkit.Numerics.Representations
open Toolkit.Numerics.Representations.Trees
open Toolkit.Numerics.Structures
open Toolkit.Reproductions.Lode2019.ChargedDimers

/// What a model sees of an atom.
type Features =
    /// Power spectrum of the density.
    | Soap
    /// The l = 0 coefficients of the potential.
    | Lode1
    /// The power spectrum of the potential.
    | Lode2
    /// Density times potential.
    | Product

/// How features make a kernel of two structures.
type Model =
    /// Sums of features over atoms are compared, feature set beside feature set.
    | Linear of Features list
    /// The product of the SOAP and the LODE(1) kernel of two atoms, summed over pairs of atoms.
    | KernelProduct

let soap, first, second, both, mixed = Linear [ Soap ], Linear [ Soap; Lode1 ], Linear [ Soap; Lode2 ], Linear [ Soap; Lode1; Lode2 ], Linear [ Soap; Product ]

let models = [ soap; first; second; both; mixed; KernelProduct ]

let name (model: Model) =
    match model with
    | KernelProduct -> "SOAP × LODE(1)"
    | Linear parts ->
        parts
        |> List.map (function
            | Soap -> "SOAP"
            | Lode1 -> "LODE(1)"
            | Lode2 -> "LODE(2)"
            | Product -> "ρV")
        |> String.concat " + "

/// The paper's cutoff and widths of density and potential, Å.
let cutoff, densityWidth, smearing = 3., 0.3, 1.

let densityBasis, potentialBasis = (5, 4), (6, 4)

/// nmax and lmax of the density where atoms are compared one by one.
let smallBasis = 3, 3

let private species = [ 1; 6; 7; 8 ]

let private expansion (nmax, lmax) =
    let functions = SmearedGto(GtoBasis(nmax, cutoff), lmax, cutoff, densityWidth)
    DensityExpansion(RadialTable.Build(functions, CutoffFunction(cutoff, 0.5)), species)

let private density = lazy (expansion densityBasis)

let private potential =
    lazy
        (let nmax, lmax = potentialBasis
         let settings = PotentialSettings(Exponent = 1, Smearing = smearing, Autocorrelation = true)
         NamedPotential("V", PotentialField(settings, GtoBasis(nmax, cutoff), lmax, ReadOnlySpan(Array.ofList species))))

let private representation (features: Features) : InvariantRepresentation =
    match features with
    | Soap -> PowerSpectrum density.Value
    | Lode1 -> TreeInvariants(density.Value, CouplingTree(CouplingLeaf(potential.Value.CouplingField, CouplingOrder.op_Implicit 0)), [| potential.Value |])
    | Lode2 -> FactorProducts.PowerSpectrum(density.Value, [| potential.Value |], [| "V"; "V" |])
    | Product -> FactorProducts.PowerSpectrum(density.Value, [| potential.Value |], [| "rho"; "V" |])

/// Sums over the atoms of each species: what an energy that is linear in the features is linear in.
let private sums (set: RepresentationSet) (structure: Structure) : float[] =
    let n, values = set.FeatureCount, set.Compute structure
    let row = Array.zeroCreate (species.Length * n)

    for i in 0 .. structure.Count - 1 do
        let first = n * List.findIndex ((=) structure.Species[i]) species
        for k in 0 .. n - 1 do row[first + k] <- row[first + k] + values[i * n + k]

    row

/// A dimer at one distance and its fragments, by their places among all structures.
type State = { Pair: int; First: int; Second: int }

let private parallelMap (threads: int) (work: 'a -> 'b) (items: 'a[]) : 'b[] =
    let results = Array.zeroCreate items.Length
    Parallel.For(0, items.Length, ParallelOptions(MaxDegreeOfParallelism = threads), fun i -> results[i] <- work items[i]) |> ignore
    results

/// A mean diagonal of one: kernels of one weight.
let private normalised (count: int) (kernel: float[]) =
    let mean = Seq.average (seq { for i in 0 .. count - 1 -> kernel[i * count + i] })
    kernel |> Array.map (fun k -> k / mean)

/// What linear models compare: [state, column], differences of the sums over atoms.
let rows (threads: int) (structures: Structure[]) (states: State[]) (features: Features) : float[][] =
    let set = RepresentationSet [ representation features ]
    let sums = structures |> parallelMap threads (sums set)
    states |> Array.map (fun s -> Array.map3 (fun pair a b -> pair - a - b) sums[s.Pair] sums[s.First] sums[s.Second])

let private gram (threads: int) (rows: float[][]) : float[] =
    let n, columns = rows.Length, rows[0].Length
    let all, kernel = Array.concat rows, Array.zeroCreate (n * n)

    Toolkit.Numerics.LinearAlgebra.Dense.Multiply(
        n, n, columns, 1., ReadOnlySpan all, columns, false, ReadOnlySpan all, columns, true, 0., Span kernel, n, threads)

    kernel

/// Weights of long-ranged parts beside SOAP that are tried; SOAP's is 1.
let weights = [ 1.; 1e3 ]

/// Kernels [state, state] of relative energies: one for each weight that is tried.
let kernels (threads: int) (structures: Structure[]) (states: State[]) (rowsOf: Features -> float[][]) (model: Model) : float[] list =
    let n = states.Length
    let linear part = normalised n (gram threads (rowsOf part))

    match model with
    | Linear [ part ] -> [ linear part ]
    | Linear parts ->
        let local, far = linear parts.Head, parts.Tail |> List.map linear |> List.reduce (Array.map2 (+))
        [ for w in weights -> Array.map2 (fun a b -> a + w * b) local far ]
    | KernelProduct ->
        let part representation kernel = KernelPart(EnvironmentSample(RepresentationSet [ representation ], structures, threads), kernel)
        let local = part (PowerSpectrum(expansion smallBasis)) (NormalisedPolynomialKernel 2)
        let all = StructureKernel.Compute([| local; part (representation Lode1) (PolynomialKernel 1) |], KernelCombination.Product, threads)
        let m = structures.Length

        // (AB − A − B) with (CD − C − D).
        let one (s: State) (row: int) = all[row * m + s.Pair] - all[row * m + s.First] - all[row * m + s.Second]
        let relative k = let a, b = states[k / n], states[k % n] in one b a.Pair - one b a.First - one b a.Second
        [ Array.init (n * n) relative |> normalised n ]

type Outcome =
    { Model: Model
      Weight: float
      Regulariser: float
      /// eV.
      Error: float
      Deviation: float
      /// Of every state, eV.
      Predicted: float[] }

    member o.Percent = 100. * o.Error / o.Deviation

let grid = [| for power in -10 .. 2 .. -2 -> 10. ** float power |]

let private rootMeanSquare (values: float seq) = sqrt (Seq.averageBy (fun x -> x * x) values)

/// Trains on some states and predicts all; the error is that on others. Folds leave out whole dimers; what they choose is weight and regulariser.
let fit (threads: int) (model: Model) (kernels: float[] list) (energies: float[]) (dimerOf: int[]) (train: int[]) (test: int[]) : Outcome =
    let n, m = energies.Length, train.Length
    let targets = train |> Array.map (fun i -> energies[i])
    let folds = train |> Array.map (fun i -> dimerOf[i] % 4)

    let weight, kernel, fit =
        [ for weight, kernel in List.zip (List.truncate kernels.Length weights) kernels ->
              let own = Array.init (m * m) (fun k -> kernel[train[k / m] * n + train[k % m]])
              weight, kernel, KernelRidge.CrossValidate(ReadOnlySpan own, ReadOnlySpan targets, folds, grid, threads) ]
        |> List.minBy (fun (_, _, fit) -> Seq.min (seq { for struct (_, e) in fit.Trials -> e }))

    let cross = Array.init (n * m) (fun k -> kernel[(k / m) * n + train[k % m]])
    let predicted = KernelRidge.Predict(ReadOnlySpan cross, fit)
    let reference = test |> Array.map (fun i -> energies[i])
    let mean = Array.average reference

    { Model = model
      Weight = weight
      Regulariser = fit.Regulariser
      Error = rootMeanSquare (test |> Seq.map (fun i -> predicted[i] - energies[i]))
      Deviation = rootMeanSquare (reference |> Seq.map (fun e -> e - mean))
      Predicted = predicted }
