module Toolkit.Tests.Numerics.Representations.NiceTests

open System
open System.IO
open Expecto
open Toolkit.Numerics.Expansion
open Toolkit.Numerics.Files
open Toolkit.Numerics.Harmonics
open Toolkit.Numerics.Radial
open Toolkit.Numerics.Representations
open Toolkit.Numerics.Representations.Nice
open Toolkit.Numerics.Structures
open Toolkit.Testing
open Toolkit.Tests.Laws

let private expansionOf cutoff sigma species nmax lmax (policy: CentrePolicy) =
    let radial = SmearedGto(GtoBasis(nmax, cutoff), lmax, cutoff, sigma)
    DensityExpansion(RadialTable.Build(radial, CutoffFunction(cutoff, 0.8, CutoffKind.Polynomial), 1e-10), species, policy)

let private expansion = expansionOf 3.4 0.4

let private all = [ 1; 6; 8; 14; 26 ]

let private random seed atoms =
    RandomStructure.build { Seed = seed; Atoms = atoms; Species = [ 1; 8 ]; Periodic = Periodicity.None; HasCell = false; Spacing = 0.9 }

let private fit (e: DensityExpansion) (settings: NiceSettings) (structures: Structure list) = NiceFit.Fit(e, settings, structures)

/// Small branches, everything switched on.
let private small order =
    NiceSettings(
        Order = order,
        Parities = Parities.Both,
        Covariants = NiceBranch(Expand = Nullable 30, Components = Nullable 6, Purify = 3),
        Invariants = NiceBranch(Expand = Nullable 40, Components = Nullable 12, Purify = 5)
    )

let private sample species = [
    for seed in 1..12 ->
        RandomStructure.build { Seed = seed; Atoms = 5; Species = species; Periodic = Periodicity.None; HasCell = false; Spacing = 0.9 }
]

let private subject name (e: DensityExpansion) settings species =
    let f = NiceFeatures(e, fit e settings (sample species))
    Representations.invariant name (fun k -> f.Labels[k][1] = -1) f

let private turn first second angle =
    Array.init 9 (fun k ->
        match k / 3, k % 3 with
        | i, j when i = j -> if i = first || i = second then cos angle else 1.
        | i, j when i = first && j = second -> -(sin angle)
        | i, j when i = second && j = first -> sin angle
        | _ -> 0.)

/// ½ ∫ dR [⟨a|R b⟩^ν ± ⟨a|R P b⟩^ν] over all rotations, P the inversion: no coupling coefficient in it. a, b: [lm][channel].
let private haar lmax (a: float[][]) (b: float[][]) order =
    let overlaps =
        Array.init (lmax + 1) (fun l ->
            Array.init (2 * l + 1) (fun m ->
                Array.init (2 * l + 1) (fun m' -> Array.fold2 (fun sum x y -> sum + x * y) 0. a[l * l + m] b[l * l + m'])))

    let overlap l m k : float = overlaps[l].[m].[k]
    let count = order * lmax + 2
    let mutable plus, minus = 0., 0.

    for z, w in Quadrature.gaussLegendre count -1. 1. do
        for i in 0 .. 2 * count - 1 do
            for j in 0 .. 2 * count - 1 do
                let angle k = Math.PI * float k / float count
                let r = Rotations.multiply (Rotations.multiply (turn 0 1 (angle i)) (turn 2 0 (acos z))) (turn 0 1 (angle j))
                let d = WignerD(ReadOnlySpan r, lmax)
                let mutable even, odd = 0., 0.

                for l in 0..lmax do
                    let own = d.Real l
                    let mutable sum = 0.

                    for m in 0 .. 2 * l do
                        for k in 0 .. 2 * l do
                            sum <- sum + own[m * (2 * l + 1) + k] * overlap l m k

                    if l % 2 = 0 then even <- even + sum else odd <- odd + sum

                let weight = w / 2. / float (4 * count * count)
                plus <- plus + weight * pown (even + odd) order
                minus <- minus + weight * pown (even - odd) order

    0.5 * (plus + minus), 0.5 * (plus - minus)

let private coefficients (e: DensityExpansion) s =
    let lm, q = (e.LMax + 1) * (e.LMax + 1), e.ChannelCount
    let c = e.Compute s
    Array.init s.Count (fun i -> Array.init lm (fun k -> Array.sub c ((i * lm + k) * q) q))

/// Σ over the features of one order and sign of the products of two environments.
let private kernel (f: NiceFeatures) (values: float[]) i j order sigma =
    let mutable sum = 0.

    for k in 0 .. f.FeatureCount - 1 do
        if f.Labels[k][0] = order && f.Labels[k][1] = sigma then
            sum <- sum + values[i * f.FeatureCount + k] * values[j * f.FeatureCount + k]

    sum

/// Equal atoms on a circle of one radius around the centre at angles 2πk/n.
let private circle n (places: int list) =
    let radius = 1.5

    let positions =
        0.
        :: 0.
        :: 0.
        :: [
            for k in places do
                radius * cos (2. * Math.PI * float k / float n)
                radius * sin (2. * Math.PI * float k / float n)
                0.
        ]

    Structure.Create(ReadOnlySpan [| 6; yield! [ for _ in places -> 1 ] |], ReadOnlySpan(Array.ofList positions))

[<Tests>]
let tests =
    testList "Numerics.Representations.NiceTests" [
        testCase "NICE features are scalars or pseudoscalars as their labels say, and do not depend on the order of atoms"
        <| fun () ->
            Representations.haveSymmetries 10 [
                subject "everything" (expansion all 2 2 CentrePolicy.Include) (small 4) all
                subject
                    "all products"
                    (expansion all 1 2 CentrePolicy.Separate)
                    (NiceSettings.Uncontracted(3, Nullable(), Parities.Both))
                    all
            ]

        testCase "gradients and the backward pass of NICE agree with differences in every periodicity" <| fun () ->
            Representations.haveGradients 10 [ subject "everything" (expansion all 2 2 CentrePolicy.Include) (small 4) all ]

        testCase "gradients of NICE are right on the hard structures"
        <| fun () ->
            Representations.gradientsOnHardStructures (
                subject "everything" (expansion [ 1; 8 ] 2 2 CentrePolicy.Include) (small 3) [ 1; 8 ]
            )

        testCase "kernels of all products are Haar integrals, for both signs under the inversion" <| fun () ->
            for species, nmax, lmax, orders in [ [ 1; 6; 8 ], 1, 1, 5; [ 1; 6; 8 ], 1, 2, 3; [ 1 ], 2, 2, 4 ] do
                let e = expansion species nmax lmax CentrePolicy.Exclude
                // Three neighbours of three species in three directions: a corner is not its mirror image.
                let atoms = [ 0., 0., 0.; 1.5, 0.1, 0.; 0., 1.6, 0.2; 0.1, 0., 1.5; -2.9, -0.3, -0.6; 0.4, -2.8, 0.8; -0.7, 0.6, -2.9 ]
                let numbers = [| for k in 0..6 -> species[(k + 1) % species.Length] |]
                let s = Structure.Create(ReadOnlySpan numbers, ReadOnlySpan [| for x, y, z in atoms do x; y; z |])
                let settings = NiceSettings.Uncontracted(orders, Nullable(max lmax (orders / 2 * lmax)), Parities.Both)
                let f = NiceFeatures(e, fit e settings [ s ])
                let values, c = f.Compute s, coefficients e s

                for order in 1..orders do
                    for j in 0..1 do
                        let even, odd = haar lmax c[0] c[j] order
                        let scale, own = haar lmax c[0] c[0] order
                        Assert.Equal(even, kernel f values 0 j order 1, 1e-12 * scale)
                        Assert.Equal(odd, kernel f values 0 j order -1, 1e-12 * scale)

                        // A sign that is always zero would prove nothing.
                        if order >= 3 && e.ChannelCount >= 3 then
                            Assert.True(own > 1e-3 * scale, $"ν = {order}, lmax = {lmax}: {own} of {scale}")

        testCase "with λ up to lmax only, the kernel of ν = 4 is no Haar integral: what is cut off is seen" <| fun () ->
            let e = expansion [ 1 ] 2 1 CentrePolicy.Include
            let s = random 5 6
            let s = Structure.Create(ReadOnlySpan(Array.create s.Count 1), s.Positions)
            let f = NiceFeatures(e, fit e (NiceSettings.Uncontracted 4) [ s ])
            let even, _ = let c = coefficients e s in haar 1 c[0] c[0] 4
            let found = kernel f (f.Compute s) 0 0 4 1
            Assert.True(found < even && even - found > 1e-6 * even, $"{found} of {even}")

        testCase "all products of two and three factors have the kernels of power spectrum and bispectrum" <| fun () ->
            let e = expansion [ 1; 8 ] 2 2 CentrePolicy.Separate
            let s = random 11 6
            let f = NiceFeatures(e, fit e (NiceSettings.Uncontracted(3, Nullable 2, Parities.Both)) [ s ])
            let values = f.Compute s

            let compare order sigma (other: InvariantRepresentation) =
                let rows = other.Compute s

                for i in 0 .. s.Count - 1 do
                    let expected = Seq.sum (seq { for k in 0 .. other.FeatureCount - 1 -> rows[k] * rows[i * other.FeatureCount + k] })
                    Assert.Equal(expected, kernel f values 0 i order sigma, 1e-12 * kernel f values 0 0 order 1)

            compare 2 1 (PowerSpectrum e)
            compare 3 1 (Bispectrum(e, Parities.Proper))
            compare 3 -1 (Bispectrum(e, Parities.Pseudo))

        testCase "kernels of more and more principal components come closer to the whole one" <| fun () ->
            let e = expansion [ 1; 8 ] 2 2 CentrePolicy.Include
            let structures = sample [ 1; 8 ]
            let rows = structures |> List.map (fun s -> s.Count) |> List.sum
            // A branch of covariants that keeps everything, so that only the invariants are contracted.
            let features components =
                let branch = if components = 0 then NiceBranch() else NiceBranch(Components = Nullable components)
                let f = NiceFeatures(e, fit e (NiceSettings(Order = 3, Covariants = NiceBranch(), Invariants = branch)) structures)
                f, structures |> List.map f.Compute |> Array.concat

            let kernelOf (f: NiceFeatures, values) = [| for i in 0 .. rows - 1 do for j in 0 .. rows - 1 -> kernel f values i j 3 1 |]
            let whole = kernelOf (features 0)

            let rest =
                [ for components in [ 1; 2; 4; 8; 16; 32 ] ->
                      let difference = Array.map2 (-) whole (kernelOf (features components))
                      Seq.sum (seq { for i in 0 .. rows - 1 -> difference[i * rows + i] }), sqrt (Array.sumBy (fun x -> x * x) difference) ]

            for (trace, norm), (next, nextNorm) in List.pairwise rest do
                Assert.True(next <= trace + 1e-14 && nextNorm <= norm + 1e-14, $"trace {trace} → {next}, norm {norm} → {nextNorm}")

            Assert.True(fst rest[5] < 0.2 * fst rest[0])

        testCase "atoms on a circle that ν = 2 cannot tell apart differ at ν = 3, and others that ν ≤ 3 cannot at ν = 4" <| fun () ->
            let distance nmax lmax order n a b =
                let e = expansionOf 3.4 0.3 [ 1; 6 ] nmax lmax CentrePolicy.Exclude
                let s, t = circle n a, circle n b
                let f = NiceFeatures(e, fit e (NiceSettings.Uncontracted(order, Nullable(order / 2 * lmax), Parities.Proper)) [ s; t ])
                let x, y = f.Compute s, f.Compute t

                [ for o in 1..order ->
                      let own = [ for k in 0 .. f.FeatureCount - 1 do if f.Labels[k][0] = o then x[k], y[k] ]
                      sqrt (List.sumBy (fun (p, q) -> (p - q) * (p - q)) own / List.sumBy (fun (p, _) -> p * p) own) ]

            let first = distance 1 3 3 8 [ 0; 1; 3; 4 ] [ 0; 1; 2; 5 ]
            Assert.True(first[1] < 1e-12 && first[2] > 1e-6, $"%A{first}")
            let second = distance 1 3 4 18 [ 0; 1; 2; 3; 5; 6; 7; 9; 13 ] [ 0; 1; 4; 5; 6; 7; 8; 10; 12 ]
            Assert.True(second[1] < 1e-12 && second[2] < 1e-12 && second[3] > 1e-6, $"%A{second}")

        testCase "a fit is the same for any number of threads, and when it goes on where it was interrupted" <| fun () ->
            let e = expansion [ 1; 8 ] 2 2 CentrePolicy.Include
            let structures = sample [ 1; 8 ]
            let whole = fit e (small 4) structures
            let features (f: NiceFit) : float[] = NiceFeatures(e, f).Compute structures[0]
            let two = NiceFit.Fit(e, small 4, structures, threads = 2)
            Assert.Equal<float>(features whole, features two)

            for steps in 0 .. whole.Steps.Count do
                let told = ResizeArray<NiceStep>()
                let before = whole.Steps |> Seq.truncate steps |> Array.ofSeq
                let again = NiceFit.Fit(e, small 4, structures, resume = before, finished = Action<NiceStep>(told.Add))
                Assert.Equal(whole.Steps.Count - steps, told.Count)
                Assert.Equal<float>(features whole, features again)

        testCase "several structures together have the features, energies and derivatives of each by itself, to the bit" <| fun () ->
            let e = expansion [ 1; 8 ] 2 2 CentrePolicy.Include
            let structures = [| yield! sample [ 1; 8 ]; random 3 1; random 4 20 |]
            let set =
                RepresentationSet [ NiceFeatures(e, fit e (small 3) (List.ofArray structures)) :> InvariantRepresentation; PowerSpectrum e ]
            let readout =
                let weights = Array.init set.FeatureCount (fun k -> cos (float k))
                { new ILinearReadout with
                    member _.Constant z = float z
                    member _.Weights _ = ReadOnlySpan weights }

            for threads in 1..2 do
                let values = Array.zeroCreate<float> (set.FeatureCount * (structures |> Array.sumBy _.Count))
                set.Compute(structures, Span values, threads)
                Assert.Equal<float>(structures |> Array.collect (fun s -> set.Compute s), values)

                for s, found in Array.zip structures (set.Evaluate(structures, readout, threads)) do
                    let own = set.Evaluate(s, readout)
                    Assert.Equal(own.Energy, found.Energy)
                    Assert.Equal<float>(own.AtomicEnergies, found.AtomicEnergies)
                    Assert.Equal<float>(own.Forces, found.Forces)
                    Assert.Equal<float>(own.Virial, found.Virial)

            Assert.Empty(set.Evaluate([||], readout))
            Assert.Throws<ArgumentException>(fun () -> set.Compute(structures, Span(Array.zeroCreate<float> 3))) |> ignore

        testCase "a fit that is written and read has the same features to the bit; damaged, newer and foreign files are refused" <| fun () ->
            TemporaryFolder.using (fun folder ->
                let path, other = Path.Combine(folder, "fit.npz"), Path.Combine(folder, "other.npz")
                let e = expansion [ 1; 8 ] 2 2 CentrePolicy.Include
                let s = random 2 5
                let found = fit e (small 3) (sample [ 1; 8 ])
                NiceFile.Write(path, found)
                let features (f: NiceFit) : float[] = NiceFeatures(e, f).Compute s
                Assert.Equal<float>(features found, features (NiceFile.Read path))

                let refused (words: string) =
                    let e = Assert.Throws<InputException>(fun () -> NiceFile.Read other |> ignore)
                    Assert.Contains(words, e.Message)
                    Assert.Contains("other.npz", e.Message)

                // Another number in the middle of the weights, half of the file, no file.
                let bytes = File.ReadAllBytes path
                let damaged = Array.copy bytes
                damaged[bytes.Length / 2] <- damaged[bytes.Length / 2] ^^^ 0x10uy
                File.WriteAllBytes(other, damaged)
                refused "found"
                File.WriteAllBytes(other, bytes[.. bytes.Length / 2])
                refused "found"
                File.Delete other
                refused "found"

                let header = (NpyData.ReadAll path).["header"].ToTexts()[0]
                let withHeader (text: string) = NpzWriter.Write(other, [ struct ("header", NpyArray.Text text) ])
                withHeader (header.Replace("nice-fit/2", "nice-fit/3"))
                refused "nice-fit/3"
                // The format before knew the density alone.
                withHeader (header.Replace("nice-fit/2", "nice-fit/1"))
                refused "found 'nice-fit/1', expected nice-fit/2"
                withHeader header
                refused "whole file"
                withHeader "no JSON"
                refused "JSON"
                NpzWriter.Write(other, [ struct ("values", NpyArray.Reals([| 1. |], 1L)) ])
                refused "header")

        testCase "fewer environments than components, an atom alone and an unseen species are told or have a stated result" <| fun () ->
            let e = expansion [ 1; 8 ] 2 2 CentrePolicy.Include
            let one = random 4 4
            let f = NiceFeatures(e, fit e (small 3) [ one ])
            // Components beyond the rank of the sample are left out.
            for step in f.Fit.Steps do
                for c in step.Contractions do
                    Assert.True(c.Components <= 4 * (2 * c.Lambda + 1), $"{c.Components} components of {c.Products} products")

            let alone = Structure.Create(ReadOnlySpan [| 8 |], ReadOnlySpan [| 0.; 0.; 0. |])
            Assert.All(f.Compute alone, fun x -> Assert.True(Double.IsFinite x))
            let carbon = Structure.Create(ReadOnlySpan [| 6 |], ReadOnlySpan [| 0.; 0.; 0. |])
            Assert.Contains("C", (Assert.Throws<ArgumentException>(fun () -> f.Compute carbon |> ignore)).Message)
            Assert.Contains("no atoms", (Assert.Throws<ArgumentException>(fun () -> fit e (small 3) [] |> ignore)).Message)
            let other = expansion [ 1; 8 ] 3 2 CentrePolicy.Include
            Assert.Contains("nmax 2", (Assert.Throws<ArgumentException>(fun () -> NiceFeatures(other, f.Fit) |> ignore)).Message)
            Assert.Throws<ArgumentOutOfRangeException>(fun () -> fit e (NiceSettings(Order = 0)) [ one ] |> ignore) |> ignore

        testCase "a sample that repeats itself, and one of atoms alone, give finite features with every standard, choice and branch"
        <| fun () ->
            let e = expansion [ 1; 8 ] 2 2 CentrePolicy.Exclude
            let one = random 4 3
            let alone z = Structure.Create(ReadOnlySpan [| z |], ReadOnlySpan [| 0.; 0.; 0. |])

            for sample in [ List.replicate 15 one; [ alone 1; alone 8 ]; [ one; alone 8 ] ] do
                for standard in [ NiceStandard.None; NiceStandard.Blocks; NiceStandard.Features ] do
                    for choice in [ NiceChoice.Farthest; NiceChoice.Cur; NiceChoice.Independent ] do
                        for branch in [ NiceInvariants.Each; NiceInvariants.Last ] do
                            let s = small 3

                            let settings =
                                NiceSettings(
                                    Order = 3,
                                    Parities = Parities.Both,
                                    Scaling = NiceScaling.Fields,
                                    Standard = standard,
                                    Selection = NiceSelection(30, choice),
                                    InvariantsOf = branch,
                                    Covariants = s.Covariants,
                                    Invariants = s.Invariants
                                )

                            let f = NiceFeatures(e, fit e settings sample)
                            // What repeats itself is no further environment.
                            if choice = NiceChoice.Independent then
                                Assert.True(f.FeatureCount <= 4, $"{f.FeatureCount} independent of four environments at most")

                            for s in [ one; random 9 5; alone 1 ] do
                                Assert.All(f.Compute s, fun x -> Assert.True(Double.IsFinite x))
    ]
