module Toolkit.Tests.Numerics.Learning.GaussianProcessTests

open System
open FsCheck
open FsCheck.FSharp
open Expecto
open Toolkit.Numerics.Expansion
open Toolkit.Numerics.Learning
open Toolkit.Numerics.Learning.Kernels
open Toolkit.Numerics.Models
open Toolkit.Numerics.Radial
open Toolkit.Numerics.Representations
open Toolkit.Numerics.Structures
open Toolkit.Testing
open Toolkit.Tests.Laws

let private species = [ 1; 8 ]

let private set =
    let cutoff = 3.4
    let radial = SmearedGto(GtoBasis(3, cutoff), 2, cutoff, 0.4)

    let expansion =
        DensityExpansion(
            RadialTable.Build(radial, CutoffFunction(cutoff, 0.8, CutoffKind.Polynomial), 1e-10),
            species,
            CentrePolicy.Include
        )

    RepresentationSet [ RadialSpectrum expansion; PowerSpectrum expansion ]

let private molecule seed atoms =
    RandomStructure.build
        { Seed = seed
          Atoms = atoms
          Species = species
          Periodic = Periodicity.None
          HasCell = false
          Spacing = 0.9 }

let private molecules = [ for seed in 1..8 -> molecule seed (3 + seed % 3) ]
let private sample = EnvironmentSample(set, molecules)

/// The representation of each feature.
let private blocks = [ for p in 0 .. set.Parts.Count - 1 do for _ in 1 .. set.Parts[p].FeatureCount -> p ]

let private scalings =
    [ FeatureScaling.None sample
      FeatureScaling.Centred(sample, blocks)
      FeatureScaling.Standardised sample ]

let private kernels: EnvironmentKernel list = [ PolynomialKernel(2, 1.); NormalisedPolynomialKernel 2; GaussianKernel 0.8 ]

/// Scaled features of the atoms of one species.
let private environments (scaling: FeatureScaling) (s: Structure) (z: int) =
    let values = set.Compute s
    let n = set.FeatureCount

    [ for i in 0 .. s.Count - 1 do
          if s.Species[i] = z then
              let row = values[i * n .. i * n + n - 1]
              scaling.Apply(z, ReadOnlySpan row, Span row)
              row ]

let private dot (a: float[]) (b: float[]) = Array.fold2 (fun s x y -> s + x * y) 0. a b

/// The covariance of two structures' energies.
let private covariance (kernel: EnvironmentKernel) scaling a b =
    Seq.sum (
        seq {
            for z in species do
                for p in environments scaling a z do
                    for q in environments scaling b z -> (kernel.Evaluate(dot p q, dot p p, dot q q)).Value
        }
    )

/// Gaussian elimination with row exchange.
let private solve (a: float[][]) (b: float[]) =
    let n = b.Length
    let a, b = Array.map Array.copy a, Array.copy b

    for k in 0 .. n - 1 do
        let p = Seq.maxBy (fun i -> abs (a[i][k])) (seq { k .. n - 1 })
        let swap = a[k]
        a[k] <- a[p]
        a[p] <- swap
        let value = b[k]
        b[k] <- b[p]
        b[p] <- value

        for i in k + 1 .. n - 1 do
            let f = a[i][k] / a[k][k]

            for j in k .. n - 1 do
                a[i][j] <- a[i][j] - f * a[k][j]

            b[i] <- b[i] - f * b[k]

    let x = Array.zeroCreate n

    for i in n - 1 .. -1 .. 0 do
        x[i] <- (b[i] - Seq.sum (seq { for j in i + 1 .. n - 1 -> a[i][j] * x[j] })) / a[i][i]

    x

let private counts (s: Structure) =
    species |> List.map (fun z -> s.Species.ToArray() |> Array.filter ((=) z) |> Array.length |> float) |> Array.ofList

/// The textbook's mean with explicit basis functions (Rasmussen and Williams, Gaussian Processes for Machine Learning,
/// equations 2.41 and 2.42 with a vague prior on their coefficients).
let private textbook kernel scaling (train: Structure list) (y: float[]) (noise: float) (test: Structure) =
    let n, m = y.Length, species.Length
    let k = [| for a in train -> [| for b in train -> covariance kernel scaling a b |] |]
    let h = [| for s in train -> counts s |]
    // [V H; Hᵀ 0] [w; β] = [y; 0]
    let matrix =
        Array.init (n + m) (fun i ->
            Array.init (n + m) (fun j ->
                if i < n && j < n then k[i][j] + (if i = j then noise else 0.)
                elif i < n then h[i][j - n]
                elif j < n then h[j][i - n]
                else 0.))

    let solution = solve matrix (Array.append y (Array.zeroCreate m))
    let kernels = [| for s in train -> covariance kernel scaling s test |]
    dot kernels solution[.. n - 1] + dot (counts test) solution[n..]

let private designs =
    [ for selection in [ PointSelection.FarthestPoints; PointSelection.Cur ] do
          for kernel, scaling in List.zip kernels scalings do
              let points = SparsePoints.Select(sample, scaling, 6, selection)
              KernelDesign(set, kernel, points, species) ]

let private cases =
    let recipes = RandomStructure.recipes (1, 6)
    let recipes = Arb.fromGen (recipes.Generator |> Gen.map (fun r -> { r with Species = species }))
    Arb.fromGen (Gen.zip recipes.Generator (Gen.choose (0, 1 <<< 30)))

let private potential (design: KernelDesign) (random: Random) =
    let coefficients = Array.init design.Columns (fun _ -> Rotations.normal random)
    coefficients, KernelPotential(design, coefficients)

[<Tests>]
let tests =
    testList "Numerics.Learning.GaussianProcessTests" [
        testCase "with every environment as a point the sparse process is the textbook's" <| fun () ->
            let random = Random 5
            let y = [| for _ in molecules -> Rotations.normal random |]
            let noise = 0.05

            for kernel in kernels do
                for scaling in scalings do
                    let design = KernelDesign(set, kernel, SparsePoints.All(sample, scaling), species)
                    let equations = NormalEquations design.Columns

                    for s, target in Seq.zip molecules y do
                        equations.Add(ReadOnlySpan(design.EnergyRow s), ReadOnlySpan [| target |])

                    let fit = RidgeRegression.Fit(equations, noise / float y.Length, design.UnpenalisedColumns, 1, RidgePenalty.Plain)
                    let potential = KernelPotential(design, fit.Coefficients)

                    for test in [ molecules[2]; molecule 100 4; molecule 101 6 ] do
                        let expected = textbook kernel scaling molecules y noise test
                        let found = (potential.Predict test).Energy
                        Assert.True(abs (found - expected) < 1e-6 * (1. + abs expected), $"{kernel}: expected {expected}, found {found}")

        Law.test "forces and virial of a kernel potential are minus the derivatives of its energy" 15 cases (fun (recipe, seed) ->
            let s = RandomStructure.build recipe
            let random = Random(seed: int)

            for design in designs do
                let _, model = potential design random
                let found = model.Predict s
                let atom, d, e = random.Next s.Count, random.Next 3, random.Next 3
                let slope h (f: float -> float) = (8. * (f h - f -h) - (f (2. * h) - f (-2. * h))) / (12. * h)

                let moved step =
                    let r = s.Positions.ToArray()
                    r[3 * atom + d] <- r[3 * atom + d] + step
                    (model.Predict(s.WithPositions(ReadOnlySpan r))).Energy

                let strained step =
                    let strain = Array.copy Rotations.identity
                    strain[3 * d + e] <- strain[3 * d + e] + step
                    (model.Predict(s.Transform strain)).Energy

                let scale (values: float[]) = Array.fold (fun m x -> max m (abs x)) 1. values
                let close (expected: float) (found: float) size =
                    Assert.True(abs (expected - found) < 2e-5 * size, $"{design.Kernel}: expected {expected}, found {found}")
                close -(slope 1e-4 moved) found.Forces[3 * atom + d] (scale found.Forces)
                close -(slope 1e-4 strained) found.Virial[3 * d + e] (scale found.Virial))

        testCase "forces of a kernel potential are right on the hard structures" <| fun () ->
            for design in designs do
                let _, model = potential design (Random 11)

                for what, s, _, _ in Representations.hard 3.4 do
                    let forces = (model.Predict s).Forces
                    let size = Array.fold (fun m x -> max m (abs x)) 1. forces

                    for at in 0 .. forces.Length - 1 do
                        let moved step =
                            let r = s.Positions.ToArray()
                            r[at] <- r[at] + step
                            (model.Predict(s.WithPositions(ReadOnlySpan r))).Energy

                        let h = 1e-4
                        let slope = (8. * (moved h - moved -h) - (moved (2. * h) - moved (-2. * h))) / (12. * h)
                        Assert.True(abs (slope + forces[at]) < 2e-5 * size, $"{what}, {design.Kernel}: expected {-slope}, found {forces[at]}")

        Law.test "energy and forces of a kernel potential are the design's rows times the coefficients" 15 cases (fun (recipe, seed) ->
            let s = RandomStructure.build recipe
            let random = Random(seed: int)

            for design in designs do
                let coefficients, model = potential design random
                let found, rows = model.Predict s, design.Rows s
                let size = Array.fold2 (fun m x y -> max m (abs (x * y))) 1. rows.Energy coefficients
                Assert.InRange(abs (found.Energy - dot rows.Energy coefficients), 0., 1e-8 * size)
                Assert.InRange(abs (found.Energy - dot (design.EnergyRow s) coefficients), 0., 1e-8 * size)
                let most = rows.Forces |> Array.fold (fun m x -> max m (abs x)) size

                rows.Forces
                |> Array.chunkBySize design.Columns
                |> Array.iteri (fun k row -> Assert.InRange(abs (found.Forces[k] - dot row coefficients), 0., 1e-8 * most)))

        testCase "rows and predictions are the same bit by bit for any number of threads" <| fun () ->
            let s =
                RandomStructure.build { Seed = 9; Atoms = 20; Species = species; Periodic = Periodicity.All; HasCell = true; Spacing = 0.9 }

            for design in designs do
                let _, model = potential design (Random 3)
                let one, rows = model.Predict(s, 1), design.Rows(s, 1)

                for threads in [ 2; 3 ] do
                    let many, others = model.Predict(s, threads), design.Rows(s, threads)
                    Assert.Equal(one.Energy, many.Energy)
                    Assert.Equal<float[]>(one.Forces, many.Forces)
                    Assert.Equal<float[]>(rows.Energy, others.Energy)
                    Assert.Equal<float[]>(rows.Forces, others.Forces)

        testCase "columns of a kernel design have the prior's unit covariance on the points themselves"
        <| fun () ->
            for design in designs do
                let m = design.Points.Count
                // φ(point) = L⁻¹ K_MM e = Lᵀ e, so Σ over columns of φ_i φ_j = K_ij; here by single-environment energies.
                let identity = [|
                    for i in 0 .. m - 1 ->
                        design.KernelCoefficients(ReadOnlySpan(Array.init design.Columns (fun c -> if c = i then 1. else 0.)))
                |]

                for z in species do
                    let points = design.Points.Rows(z).ToArray() |> Array.chunkBySize set.FeatureCount
                    let first = if z = species[0] then 0 else m - points.Length
                    let k (p: float[]) (q: float[]) = (design.Kernel.Evaluate(dot p q, dot p p, dot q q)).Value

                    for a in 0 .. points.Length - 1 do
                        for b in 0 .. points.Length - 1 do
                            let phi p =
                                Array.init m (fun c ->
                                    Seq.sum (seq { for i in 0 .. points.Length - 1 -> identity[c][first + i] * k points[i] p }))

                            let expected = k points[a] points[b]
                            Assert.InRange(abs (dot (phi points[a]) (phi points[b]) - expected), 0., 1e-6 * (1. + abs expected))

        testCase "centred features have mean zero, and blocks the mean square that they are given" <| fun () ->
            let scaling = FeatureScaling.Centred(sample, blocks, [ 1.; 0.25 ])

            for z in species do
                let rows = sample.Rows(z).ToArray() |> Array.chunkBySize set.FeatureCount
                rows |> Array.iter (fun r -> scaling.Apply(z, ReadOnlySpan r, Span r))

                for f in 0 .. set.FeatureCount - 1 do
                    Assert.InRange(abs (Array.averageBy (fun (r: float[]) -> r[f]) rows), 0., 1e-12)

                let square (lo: int) (hi: int) = rows |> Array.averageBy (fun r -> Array.sumBy (fun x -> x * x) r[lo..hi])
                let size = set.Parts[0].FeatureCount
                Assert.Equal(1., square 0 (size - 1), tolerance = 1e-10)
                Assert.Equal(0.25, square size (set.FeatureCount - 1), tolerance = 1e-10)

        testCase "atoms of unknown species are refused" <| fun () ->
            let s = Structure.Create(ReadOnlySpan [| 26 |], ReadOnlySpan [| 0.; 0.; 0. |])
            Assert.Contains("atom 0 is Fe", Assert.Throws<ArgumentException>(fun () -> designs[0].EnergyRow s |> ignore).Message)
    ]
