/// Models of the dielectric tensor of water boxes, on local and on long-ranged features.
module Toolkit.Reproductions.Lode2019.WaterFits

open System
open System.Threading.Tasks
open Toolkit.Numerics.Expansion
open Toolkit.Numerics.Fields.Potential
open Toolkit.Numerics.Learning
open Toolkit.Numerics.LinearAlgebra
open Toolkit.Numerics.Radial
open Toolkit.Numerics.Representations
open Toolkit.Numerics.Structures
open Toolkit.Reproductions.Lode2019.WaterBoxes

/// What a model sees of an atom.
type Features =
    /// Power spectrum of the density within a cutoff, Å.
    | Soap of cutoff: float
    /// Power spectrum of the potential.
    | Lode

/// Feature sets side by side, each a kernel of its own.
type Model = Features list

let models: Model list = [ [ Soap 3. ]; [ Soap 4. ]; [ Soap 6. ]; [ Lode ]; [ Soap 3.; Lode ] ]

let name (model: Model) =
    model
    |> List.map (function
        | Soap cutoff -> $"SOAP, {cutoff:F0} Å"
        | Lode -> "LODE(2), 3 Å")
    |> String.concat " + "

/// The paper's widths of density and potential, and the cutoff of the potential's basis, Å.
let densityWidth, smearing, cutoff = 0.3, 1., 3.

/// nmax and lmax of a feature set: of the isotropic part, and of λ = 2.
let basis (features: Features) : (int * int) * (int * int) =
    match features with
    | Soap cutoff when cutoff > 5. -> (8, 4), (4, 2)
    | Soap _ -> (6, 4), (3, 2)
    | Lode -> (6, 3), (4, 2)

let private species = [ 1; 8 ]

let private density (nmax, lmax) cutoff =
    let functions = SmearedGto(GtoBasis(nmax, cutoff), lmax, cutoff, densityWidth)
    DensityExpansion(RadialTable.Build(functions, CutoffFunction(cutoff, 0.5)), species)

let private potential (nmax, lmax) =
    let settings = PotentialSettings(Exponent = 1, Smearing = smearing, Autocorrelation = true, Tolerance = 1e-6)
    NamedPotential("V", PotentialField(settings, GtoBasis(nmax, cutoff), lmax, ReadOnlySpan(Array.ofList species)))

let private invariants (features: Features) : InvariantRepresentation =
    let size, _ = basis features

    match features with
    | Soap cutoff -> PowerSpectrum(density size cutoff)
    | Lode -> FactorProducts.PowerSpectrum(density (1, snd size) cutoff, [| potential size |], [| "V"; "V" |])

let private equivariants (features: Features) : EquivariantRepresentation =
    let _, size = basis features

    match features with
    | Soap cutoff -> LambdaSoap(density size cutoff, lambdaMax = Nullable 2, parities = Parities.Proper)
    | Lode -> FactorProducts.Equivariants(density (1, snd size) cutoff, [| potential size |], [| "V"; "V" |], Nullable 2, Parities.Proper)

let private parallelMap (threads: int) (work: 'a -> 'b) (items: 'a[]) : 'b[] =
    let results = Array.zeroCreate items.Length
    Parallel.For(0, items.Length, ParallelOptions(MaxDegreeOfParallelism = threads), fun i -> results[i] <- work items[i]) |> ignore
    results

/// Means over the atoms of each species: [frame][species, feature].
let means (threads: int) (data: Data) (features: Features) : float[][] =
    let set = RepresentationSet [ invariants features ]
    let n = set.FeatureCount

    data.Frames
    |> parallelMap threads (fun s ->
        let values, row = set.Compute s, Array.zeroCreate (species.Length * n)

        for i in 0 .. s.Count - 1 do
            let first = n * List.findIndex ((=) s.Species[i]) species
            for k in 0 .. n - 1 do row[first + k] <- row[first + k] + values[i * n + k] / float s.Count

        row)

/// The design of a model of the whole tensor, and its rows of each frame.
let design (threads: int) (data: Data) (model: Model) : TensorDesign * (float[] * float[])[] =
    let design = TensorDesign(List.map equivariants model, species)
    design, data.Frames |> parallelMap threads (fun s -> let struct (a, b) = design.Rows s in a, b)

type Plan =
    { /// Numbers of training frames, increasing.
      Sizes: int list
      TestSize: int
      /// One random division of the frames for each.
      Seeds: int list }

type Outcome =
    { Model: Model
      Seed: int
      Size: int
      /// Root mean square error over the standard deviation of the test frames, %.
      Percent: float
      /// The same with parts of equal weight.
      Equal: float
      /// The power of the kernel that cross-validation chose; 1 for λ = 2, which is linear.
      Degree: int
      /// That of the second part of features beside the first.
      Weight: float
      Regulariser: float }

/// The rows of numbers that a curve is kept as.
let kept (outcomes: Outcome list) : float[] list =
    [ for o in outcomes -> [| float o.Size; o.Percent; o.Equal; float o.Degree; o.Weight; o.Regulariser |] ]

let ofKept (model: Model) (seed: int) (rows: float[] list) : Outcome list =
    [ for row in rows ->
          match row with
          | [| size; percent; equal; degree; weight; regulariser |] ->
              { Model = model
                Seed = seed
                Size = int size
                Percent = percent
                Equal = equal
                Degree = int degree
                Weight = weight
                Regulariser = regulariser }
          | _ -> failwith "a kept outcome has other rows" ]

let divide (plan: Plan) (count: int) (seed: int) : int[] * int[] =
    let order = Array.init count id
    Random(seed).Shuffle order
    Array.splitAt plan.TestSize order

/// Weights of the second part beside the first that are tried.
let weights = [ for power in 0..2..12 -> 10. ** float power ]

/// λ that are tried: of kernels, in whose products digits are lost, and of linear models, which are fitted to rows.
let private grid, finerGrid = [| for power in -12 .. -1 -> 10. ** float power |], [| for power in -16 .. -1 -> 10. ** float power |]

let private folds = 5

/// Centred features of frames, their mean square one over the training frames.
let private scaled (rows: float[][]) (train: int[]) : float[][] =
    let mean = Array.init rows[0].Length (fun k -> train |> Array.averageBy (fun i -> rows[i].[k]))
    let centred = rows |> Array.map (fun row -> Array.map2 (-) row mean)
    let size = sqrt (train |> Array.averageBy (fun i -> centred[i] |> Array.sumBy (fun x -> x * x)))
    centred |> Array.map (Array.map (fun x -> x / size))

/// Products of frames' features: [frame, frame].
let private products (threads: int) (rows: float[][]) : float[] =
    let n, columns = rows.Length, rows[0].Length
    let all, result = Array.concat rows, Array.zeroCreate (n * n)
    Dense.AddProducts(n, columns, 1., ReadOnlySpan all, columns, 0., Span result, n, threads)
    Dense.Symmetrise(n, Span result, n)
    result

/// A model that is tried: its error in cross-validation, and what it predicts of some frames.
type private Candidate =
    { Weight: float
      Degree: int
      Regulariser: float
      Error: float
      Predict: int[] -> float[] }

let private least (fit: RidgeFit) = fit.Trials |> Seq.map (fun struct (_, e) -> e) |> Seq.min

/// Linear in the features, and a constant.
let private linear threads (rows: float[][]) (train: int[]) (targets: float[]) (weight: float) : Candidate =
    let columns = rows[0].Length + 1
    let row i = Array.append rows[i] [| 1. |]
    let parts = Array.init folds (fun _ -> NormalEquations columns)
    train |> Array.iteri (fun k i -> parts[k % folds].Add(ReadOnlySpan(row i), ReadOnlySpan [| targets[k] |]))
    let fit = RidgeRegression.CrossValidate(parts, 1, finerGrid, threads = threads, penalty = RidgePenalty.Plain)
    let c = Array.ofSeq fit.Coefficients

    { Weight = weight
      Degree = 1
      Regulariser = fit.Regulariser
      Error = least fit
      Predict = Array.map (fun i -> Array.fold2 (fun sum x y -> sum + x * y) 0. (row i) c) }

/// The kernel (1 + x·x′)².
let private quadratic threads (products: float[]) (count: int) (train: int[]) (targets: float[]) (weight: float) : Candidate =
    let kernel i j = pown (1. + products[i * count + j]) 2
    let own = [| for i in train do for j in train -> kernel i j |]
    let fit = KernelRidge.CrossValidate(ReadOnlySpan own, ReadOnlySpan targets, Array.init train.Length (fun k -> k % folds), grid, threads)

    { Weight = weight
      Degree = 2
      Regulariser = fit.Regulariser
      Error = least fit
      Predict = fun frames -> KernelRidge.Predict(ReadOnlySpan [| for i in frames do for j in train -> kernel i j |], fit) }

/// ε_0 = Tr ε∞, as the paper has it.
let trace (tensor: float[]) = tensor[0] + tensor[4] + tensor[8]

/// Curves of the trace on one division: models linear or quadratic in mean features; which, the weight of the parts and the regulariser by
/// cross-validation.
let isotropic (threads: int) (plan: Plan) (data: Data) (rowsOf: Features -> float[][]) (model: Model) (seed: int) : Outcome list =
    let test, rest = divide plan data.Frames.Length seed
    let traces = data.Tensors |> Array.map trace
    let parts = model |> List.map (fun part -> scaled (rowsOf part) rest)

    let sets =
        match parts with
        | [ first; second ] ->
            [ for w in weights ->
                  let a, b = 1. / sqrt (1. + w), sqrt (w / (1. + w))
                  w, Array.map2 (fun x y -> Array.append (Array.map ((*) a) x) (Array.map ((*) b) y)) first second ]
        | _ -> [ 1., parts.Head ]

    let sets = [ for w, rows in sets -> w, rows, products threads rows ]

    [ for size in plan.Sizes do
          let train = Array.truncate size rest
          let mean = train |> Array.averageBy (fun i -> traces[i])
          let targets = train |> Array.map (fun i -> traces[i] - mean)
          let reference = test |> Array.map (fun i -> traces[i] - mean)
          let centre = Array.average reference
          let square values = Array.averageBy (fun x -> x * x) values
          let percent (c: Candidate) =
              100. * sqrt (square (Array.map2 (-) (c.Predict test) reference) / square (reference |> Array.map (fun x -> x - centre)))

          let candidates =
              [ for weight, rows, products in sets do
                    linear threads rows train targets weight
                    quadratic threads products data.Frames.Length train targets weight ]

          let best = candidates |> List.minBy _.Error

          { Model = model
            Seed = seed
            Size = size
            Percent = percent best
            Equal = candidates |> List.filter (fun c -> c.Weight = 1.) |> List.minBy _.Error |> percent
            Degree = best.Degree
            Weight = best.Weight
            Regulariser = best.Regulariser } ]

/// The five numbers of λ = 2 of a tensor.
let second (tensor: float[]) : float[] =
    let spherical: float[] = Array.zeroCreate SymmetricTensor.Count
    SymmetricTensor.ToSpherical(ReadOnlySpan tensor, Span spherical)
    spherical[1..]

/// The model of the whole tensor from some of the frames.
let tensorModel (threads: int) (data: Data) (design: TensorDesign) (rows: (float[] * float[])[]) (train: int[]) : TensorModel =
    let rows = [| for i in train -> let a, b = rows[i] in struct (a, b) |]
    TensorModel.Fit(design, rows, [| for i in train -> data.Tensors[i] |], threads = threads)

/// Curves of the part of λ = 2 on one division.
let anisotropic
    (threads: int)
    (plan: Plan)
    (data: Data)
    (model: Model)
    (design: TensorDesign, rows: (float[] * float[])[])
    (seed: int)
    : Outcome list =
    let test, rest = divide plan data.Frames.Length seed

    [
        for size in plan.Sizes do
            let fit = tensorModel threads data design rows (Array.truncate size rest)

            let pairs = [|
                for i in test do
                    let a, b = rows[i]
                    yield! Array.zip (second data.Tensors[i]) (second (fit.Predict(struct (a, b))))
            |]

            let percent =
                100.
                * sqrt ((pairs |> Array.averageBy (fun (a, b) -> (a - b) ** 2.)) / (pairs |> Array.averageBy (fun (a, _) -> a * a)))

            {
                Model = model
                Seed = seed
                Size = size
                Percent = percent
                Equal = percent
                Degree = 1
                Weight = 1.
                Regulariser = fit.Second.Regulariser
            }
    ]
