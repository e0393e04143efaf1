module Toolkit.Tests.Numerics.Models.SpinPotentialTests

open System
open Expecto
open Toolkit.Numerics.Expansion
open Toolkit.Numerics.Learning
open Toolkit.Numerics.Learning.Kernels
open Toolkit.Numerics.Models
open Toolkit.Numerics.Models.SpinLattice
open Toolkit.Numerics.Radial
open Toolkit.Numerics.Representations
open Toolkit.Numerics.Structures
open Toolkit.Testing
open Toolkit.Tests.Laws

let private expansion nmax lmax cutoff =
    let radial = PointDensity(GtoBasis(nmax, cutoff), lmax, cutoff)

    DensityExpansion(
        RadialTable.Build(radial, CutoffFunction(cutoff, 0.8, CutoffKind.Polynomial), 1e-11),
        [ 26 ],
        CentrePolicy.Include,
        [ VectorField.Spin() ]
    )

let private parts coupling (e: DensityExpansion) : InvariantRepresentation list =
    [ RadialSpectrum e; SpinPowerSpectrum(e, coupling); VectorPower(e, 0, 2); VectorPower(e, 0, 3) ]

let private build (recipe: RandomStructure.Recipe) =
    RandomStructure.build { recipe with Species = [ 26 ] } |> RandomStructure.withVectors "spins" (recipe.Seed ^^^ 5)

let private resolved = parts FieldCoupling.Resolved (expansion 3 2 3.6)
let private linear = EnergyDesign(resolved, [ 26 ])

let private kernel =
    let set = RepresentationSet resolved
    let structures =
        [ for seed in 1..6 -> build { Seed = seed; Atoms = 5; Species = []; Periodic = Periodicity.None; HasCell = false; Spacing = 0.9 } ]
    let sample = EnvironmentSample(set, structures)
    let points = SparsePoints.Select(sample, FeatureScaling.Standardised sample, 8, PointSelection.FarthestPoints)
    KernelDesign(set, PolynomialKernel(2, 1.), points, [ 26 ])

/// A design and what its potential with the given coefficients predicts.
let private models: (PotentialDesign * (float[] -> Structure -> Evaluation)) list =
    [ linear, (fun c s -> LinearPotential(linear, c).Predict s)
      kernel, (fun c s -> KernelPotential(kernel, c).Predict s) ]

let private size (values: float[]) = values |> Array.fold (fun m x -> max m (abs x)) 1.

let private slope (h: float) (f: float -> float) = (8. * (f h - f -h) - (f (2. * h) - f (-2. * h))) / (12. * h)

/// Body-centred cubic cells with random spins of random length.
let private crystal seed =
    let random = Random(seed: int)
    let cubic =
        Structure.Create(ReadOnlySpan [| 26; 26 |], ReadOnlySpan [| 0.; 0.; 0.; 1.43; 1.43; 1.43 |], Cell.Cubic 2.86, Periodicity.All)
    let s = cubic.Replicate(2, 2, 2)
    let spins = Array.init (3 * s.Count) (fun _ -> Rotations.normal random)
    s.WithAtomProperty("spins", PropertyArray.Real(ReadOnlySpan spins, 3))

[<Tests>]
let tests =
    testList "Numerics.Models.SpinPotentialTests" [
        Law.test
            "forces, virial and effective fields of linear and kernel potentials are minus the derivatives of the energy"
            15
            (RandomStructure.recipes (1, 6))
            (fun recipe ->
                let s = build recipe

                for design, predict in models do
                    let random = Random recipe.Seed
                    let coefficients = Array.init design.Columns (fun _ -> Rotations.normal random)
                    let energy s = (predict coefficients s).Energy
                    let found = predict coefficients s
                    let atom, a, b = random.Next s.Count, random.Next 3, random.Next 3

                    let moved step =
                        let r = s.Positions.ToArray()
                        r[3 * atom + a] <- r[3 * atom + a] + step
                        energy (s.WithPositions(ReadOnlySpan r))

                    let turned step =
                        let v = s.AtomProperties["spins"].ToReals()
                        v[3 * atom + a] <- v[3 * atom + a] + step
                        energy (s.WithAtomProperty("spins", PropertyArray.Real(ReadOnlySpan v, 3)))

                    let strained step =
                        let strain = Array.copy Rotations.identity
                        strain[3 * a + b] <- strain[3 * a + b] + step
                        energy (s.Transform strain)

                    let close what (expected: float) (found: float) size =
                        Assert.True(abs (expected - found) < 2e-5 * size, $"{what}: expected {expected}, found {found}")

                    close "force" (-(slope 1e-4 moved)) (found.Forces[3 * atom + a]) (size found.Forces)
                    close "field" (-(slope 1e-4 turned)) (found.EffectiveFields[0][3 * atom + a]) (size found.EffectiveFields[0])
                    // Spins keep their directions under the strain, so this matrix is not symmetric.
                    close "virial" (-(slope 1e-5 strained)) (found.Virial[3 * a + b]) (size found.Virial))

        Law.test
            "predicted forces and fields are the design's rows times the coefficients"
            10
            (RandomStructure.recipes (1, 6))
            (fun recipe ->
                let s = build recipe

                for design, predict in models do
                    let random = Random recipe.Seed
                    let coefficients = Array.init design.Columns (fun _ -> Rotations.normal random)
                    let found, rows = predict coefficients s, design.Rows s
                    let times (row: float[]) = Array.fold2 (fun sum x y -> sum + x * y) 0. row coefficients

                    for values, rows in [ found.Forces, rows.Forces; found.EffectiveFields[0], rows.EffectiveFields[0] ] do
                        rows
                        |> Array.chunkBySize design.Columns
                        |> Array.iteri (fun k row -> Assert.InRange(abs (values[k] - times row), 0., 1e-8 * size rows)))

        testCase "ridge on J-summed features finds exchange and Landau energies to rounding, and their fields with them"
        <| fun () ->
            let truth =
                SpinLatticeHamiltonian(
                    Quadratic = -0.03,
                    Quartic = 0.006,
                    Sextic = 0.0002,
                    Exchange = BetheSlater(0.01, 0.28, 2., CutoffFunction(4.5, 1.))
                )

            let design = EnergyDesign(parts FieldCoupling.Summed (expansion 6 1 5.), [ 26 ])
            let folds = Array.init 4 (fun _ -> NormalEquations design.Columns)

            for k in 0..59 do
                let s = crystal k
                folds[k % 4].Add(ReadOnlySpan(design.EnergyRow s), ReadOnlySpan [| truth.Evaluate(s).Energy |])

            let model = LinearPotential(design, RidgeRegression.CrossValidate(folds, design.UnpenalisedColumns).Coefficients)
            let tests = [ for k in 1000..1019 -> crystal k ]

            let pairs pick = [
                for s in tests do
                    yield! pick (truth.Evaluate s) (model.Predict s)
            ]

            let relative (pairs: (float * float) list) =
                let mean = pairs |> List.averageBy fst
                let square f = sqrt (pairs |> List.averageBy (fun p -> f p * f p))
                square (fun (a, b) -> a - b) / square (fun (a, _) -> a - mean)

            Assert.InRange(relative (pairs (fun t m -> [ t.Energy, m.Energy ])), 0., 1e-6)
            Assert.InRange(relative (pairs (fun t m -> List.ofArray (Array.zip t.Fields m.EffectiveFields[0]))), 0., 1e-6)

        testCase "J-summed features cannot see an anisotropy along bonds, and no even feature sees the bond Dzyaloshinskii energy"
        <| fun () ->
            let cutoff = CutoffFunction(3.4, 1., CutoffKind.Polynomial)
            let anisotropy = SpinLatticeHamiltonian(PairAnisotropy = GaussianPair(0.6, 1.5, 0.9, cutoff))
            let bond = SpinLatticeHamiltonian(BondDzyaloshinskii = GaussianPair(0.5, 1.6, 0.8, cutoff))

            Law.holdsFor 10 (RandomStructure.clusters (4, 6)) (fun recipe ->
                let s = build recipe
                let turn = Rotations.randomRotation (Random recipe.Seed)

                let spinsTurned =
                    s.WithAtomProperty(
                        "spins",
                        PropertyArray.Real(ReadOnlySpan(Rotations.applyToVectors turn s.AtomProperties["spins"].Reals), 3)
                    )

                let mirrored = Rotations.apply [ "spins", Rotations.Axial ] Rotations.inversion s

                let same (set: RepresentationSet) a b =
                    let before, after = set.Compute a, set.Compute b
                    Array.iter2 (fun x y -> Assert.InRange(abs (x - y), 0., 1e-11 * size before)) before after

                // Two structures of equal features and of different energies.
                let summed, even = RepresentationSet(parts FieldCoupling.Summed (expansion 3 2 3.6)), RepresentationSet resolved
                same summed s spinsTurned
                same even s mirrored
                Assert.Equal(bond.Evaluate(s).Energy, -bond.Evaluate(mirrored).Energy, 1e-10)
                // Spins out of each other's reach have no anisotropy to be blind to.
                let energy = anisotropy.Evaluate(s).Energy

                if abs energy > 1e-6 then
                    Assert.True(abs (energy - anisotropy.Evaluate(spinsTurned).Energy) > 1e-9 * abs energy))
    ]
