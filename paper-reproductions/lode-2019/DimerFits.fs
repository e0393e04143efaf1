/// Models of the binding energy of charged dimers, on local and on long-ranged features.
module Toolkit.Reproductions.Lode2019.DimerFits

open System
open System.Threading.Tasks
open Toolkit.Numerics.Coupling
open Toolkit.Numerics.Expansion
open Toolkit.Numerics.Fields.Potential
open Toolkit.Numerics.Learning
open Toolkit.Numerics.Learning.Kernels
open Toolkit.Numerics.LinearAlgebra
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

let soap, first, second, both, mixed =
    Linear [ Soap ], Linear [ Soap; Lode1 ], Linear [ Soap; Lode2 ], Linear [ Soap; Lode1; Lode2 ], Linear [ Soap; Product ]

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

let private potentialTo (lmax: int) =
    let settings = PotentialSettings(Exponent = 1, Smearing = smearing, Autocorrelation = true)
    NamedPotential("V", PotentialField(settings, GtoBasis(fst potentialBasis, cutoff), lmax, ReadOnlySpan(Array.ofList species)))

let private potential = lazy (potentialTo (snd potentialBasis))

let private ofLeast (v: NamedPotential) : InvariantRepresentation =
    TreeInvariants(density.Value, CouplingTree(CouplingLeaf(v.CouplingField, CouplingOrder.op_Implicit 0)), [| v |])

let private representation (features: Features) : InvariantRepresentation =
    match features with
    | Soap -> PowerSpectrum density.Value
    | Lode1 -> ofLeast potential.Value
    | Lode2 -> FactorProducts.PowerSpectrum(density.Value, [| potential.Value |], [| "V"; "V" |])
    | Product -> FactorProducts.PowerSpectrum(density.Value, [| potential.Value |], [| "rho"; "V" |])

/// A dimer at one distance and its fragments, by their places among all structures.
type State = { Pair: int; First: int; Second: int }

let private each (threads: int) (count: int) (work: int -> unit) =
    Parallel.For(0, count, ParallelOptions(MaxDegreeOfParallelism = threads), work) |> ignore

/// A mean diagonal of one: kernels of one weight.
let private normalised (count: int) (kernel: float[]) =
    let mean = Seq.average (seq { for i in 0 .. count - 1 -> kernel[i * count + i] })
    kernel |> Array.map (fun k -> k / mean)

let private parts = [ Soap; Lode1; Lode2; Product ]

/// What linear models compare, of all sets of features, whose fields are computed once: kernels [state, state] of the differences of sums
/// over atoms of each species.
let linearKernels (threads: int) (structures: Structure[]) (states: State[]) : Map<Features, float[]> =
    let representations = List.map representation parts
    let set = RepresentationSet representations
    let counts = [| for r in representations -> r.FeatureCount |]
    let n, starts = set.FeatureCount, Array.scan (+) 0 counts
    let rows = counts |> Array.map (fun count -> Array.zeroCreate (states.Length * species.Length * count))

    // Adds a structure's sums to those of a state.
    let add (factor: float) (values: float[]) (s: Structure) (state: int) =
        for i in 0 .. s.Count - 1 do
            let kind = List.findIndex ((=) s.Species[i]) species

            for p in 0 .. counts.Length - 1 do
                let row, to' = rows[p], (state * species.Length + kind) * counts[p]
                for k in 0 .. counts[p] - 1 do row[to' + k] <- row[to' + k] + factor * values[i * n + starts[p] + k]

    let fragments: float[][] = Array.zeroCreate structures.Length
    let isFragment = Array.zeroCreate structures.Length
    for s in states do for k in [ s.First; s.Second ] do isFragment[k] <- true
    each threads structures.Length (fun k -> if isFragment[k] then fragments[k] <- set.Compute structures[k])

    each threads states.Length (fun k ->
        let s = states[k]
        add 1. (set.Compute structures[s.Pair]) structures[s.Pair] k
        for f in [ s.First; s.Second ] do add -1. fragments[f] structures[f] k)

    Map
        [ for part, count, row in List.zip3 parts (List.ofArray counts) (List.ofArray rows) do
              let m, columns = states.Length, species.Length * count
              let kernel: float[] = Array.zeroCreate (m * m)
              Dense.AddProducts(m, columns, 1., ReadOnlySpan row, columns, 0., Span kernel, m, threads)
              Dense.Symmetrise(m, Span kernel, m)
              part, normalised m kernel ]

/// Weights of long-ranged parts beside SOAP that are tried; SOAP's is 1.
let weights = [ 1.; 1e3 ]

/// Kernels [state, state] of relative energies: one for each weight that is tried. `linear` has those of linear models.
let kernels (threads: int) (structures: Structure[]) (states: State[]) (linear: Map<Features, float[]>) (model: Model) : float[] list =
    let n = states.Length

    match model with
    | Linear [ part ] -> [ linear[part] ]
    | Linear parts ->
        let local, far = linear[parts.Head], parts.Tail |> List.map (fun part -> linear[part]) |> List.reduce (Array.map2 (+))
        [ for w in weights -> Array.map2 (fun a b -> a + w * b) local far ]
    | KernelProduct ->
        let part (representation: InvariantRepresentation) kernel =
            KernelPart(EnvironmentSample(RepresentationSet [ representation ], structures, threads), kernel)
        let local = part (PowerSpectrum(expansion smallBasis)) (NormalisedPolynomialKernel 2)
        let all =
            StructureKernel.Compute([| local; part (ofLeast (potentialTo 0)) (PolynomialKernel 1) |], KernelCombination.Product, threads)
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

/// Trains on some states and predicts all; the error is that on others. Folds leave out whole dimers; what they choose is weight and
/// regulariser.
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
