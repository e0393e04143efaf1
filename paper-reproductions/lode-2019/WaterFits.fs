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
      /// The power of the kernel that cross-validation chose; 1 for λ = 2, which is linear.
      Degree: int
      /// That of the second part of features beside the first.
      Weight: float
      Regulariser: float }

/// The rows of numbers that a curve is kept as.
let kept (outcomes: Outcome list) : float[] list =
    [ for o in outcomes -> [| float o.Size; o.Percent; float o.Degree; o.Weight; o.Regulariser |] ]

let ofKept (model: Model) (seed: int) (rows: float[] list) : Outcome list =
    [ for row in rows ->
          match row with
          | [| size; percent; degree; weight; regulariser |] ->
              { Model = model
                Seed = seed
                Size = int size
                Percent = percent
                Degree = int degree
                Weight = weight
                Regulariser = regulariser }
          | _ -> failwith "a kept outcome has other rows" ]

let divide (plan: Plan) (count: int) (seed: int) : int[] * int[] =
    let order = Array.init count id
    Random(seed).Shuffle order
    Array.splitAt plan.TestSize order

/// Weights of the second part beside the first that are tried.
let weights = [ 0.1; 1.; 10.; 100.; 1e3; 1e4 ]

let private grid = [| for power in -12 .. -1 -> 10. ** float power |]

/// Centred products of frames' features, their mean square one over the training frames: [frame, frame].
let private products (threads: int) (rows: float[][]) (train: int[]) : float[] =
    let n, columns = rows.Length, rows[0].Length
    let mean = Array.init columns (fun k -> train |> Array.averageBy (fun i -> rows[i].[k]))
    let all = rows |> Array.collect (fun row -> Array.map2 (-) row mean)
    let size = train |> Array.averageBy (fun i -> Seq.sum (seq { for k in 0 .. columns - 1 -> all[i * columns + k] ** 2. }))
    let result = Array.zeroCreate (n * n)
    Dense.Multiply(n, n, columns, 1. / size, ReadOnlySpan all, columns, false, ReadOnlySpan all, columns, true, 0., Span result, n, threads)
    result

/// ε_0 = Tr ε∞, as the paper has it.
let trace (tensor: float[]) = tensor[0] + tensor[4] + tensor[8]

/// Curves of the trace on one division: kernels (1 + x·x′)^ζ of mean features, ζ of 1 or 2 and the regulariser by cross-validation.
let isotropic (threads: int) (plan: Plan) (data: Data) (rowsOf: Features -> float[][]) (model: Model) (seed: int) : Outcome list =
    let n = data.Frames.Length
    let test, rest = divide plan n seed
    let traces = data.Tensors |> Array.map trace
    let parts = model |> List.map (fun part -> products threads (rowsOf part) rest)

    // Weighted means of the parts, whose own mean square is one.
    let product (weight: float) =
        match parts with
        | [ first; second ] -> Array.map2 (fun x y -> (x + weight * y) / (1. + weight)) first second
        | _ -> parts.Head

    let products = [ for w in (if parts.Length > 1 then weights else [ 1. ]) -> w, product w ]

    [ for size in plan.Sizes do
          let train = Array.truncate size rest
          let mean = train |> Array.averageBy (fun i -> traces[i])
          let targets = train |> Array.map (fun i -> traces[i] - mean)
          let folds = Array.init size (fun k -> k % 5)

          let candidates =
              [ for weight, product in products do
                  for degree in 1..2 do
                    let kernel i j = pown (1. + product[i * n + j]) degree
                    let own = Array.init (size * size) (fun k -> kernel train[k / size] train[k % size])
                    let fit = KernelRidge.CrossValidate(ReadOnlySpan own, ReadOnlySpan targets, folds, grid, threads)
                    weight, degree, kernel, fit, fit.Trials |> Seq.map (fun struct (_, e) -> e) |> Seq.min ]

          let weight, degree, kernel, fit, _ = candidates |> List.minBy (fun (_, _, _, _, e) -> e)
          let cross = [| for i in test do for j in train -> kernel i j |]
          let predicted = KernelRidge.Predict(ReadOnlySpan cross, fit)
          let reference = test |> Array.map (fun i -> traces[i] - mean)
          let centre = Array.average reference
          let square values = Array.averageBy (fun x -> x * x) values

          { Model = model
            Seed = seed
            Size = size
            Percent = 100. * sqrt (square (Array.map2 (-) predicted reference) / square (reference |> Array.map (fun x -> x - centre)))
            Degree = degree
            Weight = weight
            Regulariser = fit.Regulariser } ]

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
let anisotropic (threads: int) (plan: Plan) (data: Data) (model: Model) (design: TensorDesign, rows: (float[] * float[])[]) (seed: int) : Outcome list =
    let test, rest = divide plan data.Frames.Length seed

    [ for size in plan.Sizes do
          let fit = tensorModel threads data design rows (Array.truncate size rest)

          let pairs =
              [| for i in test do
                     let a, b = rows[i]
                     yield! Array.zip (second data.Tensors[i]) (second (fit.Predict(struct (a, b)))) |]

          { Model = model
            Seed = seed
            Size = size
            Percent = 100. * sqrt ((pairs |> Array.averageBy (fun (a, b) -> (a - b) ** 2.)) / (pairs |> Array.averageBy (fun (a, _) -> a * a)))
            Degree = 1
            Weight = 1.
            Regulariser = fit.Second.Regulariser } ]
