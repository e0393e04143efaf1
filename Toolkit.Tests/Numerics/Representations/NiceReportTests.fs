/// What a fit of NICE keeps and drops, and the features that it is told to keep.
module Toolkit.Tests.Numerics.Representations.NiceReportTests

open System
open System.IO
open Expecto
open Toolkit.Numerics.Expansion
open Toolkit.Numerics.Radial
open Toolkit.Numerics.Representations
open Toolkit.Numerics.Representations.Nice
open Toolkit.Numerics.Structures
open Toolkit.Symbolic.Export
open Toolkit.Symbolic.Invariants
open Toolkit.Testing
open Toolkit.Tests.Laws

let private expansion species nmax lmax =
    let radial = SmearedGto(GtoBasis(nmax, 3.4), lmax, 3.4, 0.4)
    DensityExpansion(RadialTable.Build(radial, CutoffFunction(3.4, 0.8, CutoffKind.Polynomial), 1e-10), species, CentrePolicy.Include)

let private sample species = [
    for seed in 1..12 ->
        RandomStructure.build { Seed = seed; Atoms = 5; Species = species; Periodic = Periodicity.None; HasCell = false; Spacing = 0.9 }
]

let private contracted =
    NiceSettings(
        Order = 4,
        Parities = Parities.Both,
        Covariants = NiceBranch(Expand = Nullable 40, Components = Nullable 6, Purify = 3),
        Invariants = NiceBranch(Expand = Nullable 40, Components = Nullable 12, Purify = 5)
    )

let private covariants (fit: NiceFit) = fit.Steps |> Seq.filter (fun s -> not s.IsInvariant) |> List.ofSeq

let private made (step: NiceStep) = step.Contractions |> Seq.sumBy _.Made

let private relative (expected: float) (found: float) = Assert.Equal(expected, found, 1e-11 * abs expected)

/// [environment][feature] over the whole sample.
let private rows (f: NiceFeatures) structures =
    structures |> List.map f.Compute |> Array.concat |> Array.chunkBySize f.FeatureCount

[<Tests>]
let tests =
    testList "Numerics.Representations.NiceReportTests" [
        testCase "with all λ, the products of all pairs have the mean square |A|² |B|², and so have those of chosen pairs"
        <| fun () ->
            let species = [ 1; 8 ]
            let e = expansion species 2 1
            let all = NiceFit.Fit(e, NiceSettings.Uncontracted(4, Nullable 4, Parities.Both), sample species)
            Assert.Equal(2, (covariants all).Length)

            for step in covariants all do
                Assert.True(step.Possible > 0.)
                relative step.Possible step.Chosen
                relative step.Possible (made step)

            let few =
                NiceFit.Fit(
                    e,
                    NiceSettings(Order = 4, Lambda = Nullable 4, Covariants = NiceBranch(Expand = Nullable 7), Invariants = NiceBranch()),
                    sample species
                )

            for step in covariants few do
                Assert.True(step.Chosen < 0.999 * step.Possible, $"{step.Chosen} of {step.Possible}")
                relative step.Chosen (made step)

        testCase "what a largest λ drops is the mean square of the blocks beyond it" <| fun () ->
            let species = [ 1; 8 ]
            let e = expansion species 2 2
            let fit lambda = NiceFit.Fit(e, NiceSettings.Uncontracted(3, Nullable lambda, Parities.Both), sample species)
            let whole = (covariants (fit 4)).Head

            for lambda in 0..3 do
                let step = (covariants (fit lambda)).Head
                let beyond = whole.Contractions |> Seq.filter (fun c -> c.Lambda > lambda) |> Seq.sumBy _.Made
                Assert.True(beyond > 1e-3 * whole.Possible)
                relative whole.Possible step.Possible
                // Pairs whose products are all beyond it are not made at all.
                Assert.True(step.Chosen <= (1. + 1e-12) * step.Possible)
                relative (whole.Possible - beyond) (made step)

        testCase "every step keeps no more than there is, and its losses are those of its blocks"
        <| fun () ->
            let species = [ 1; 8 ]
            let fit = NiceFit.Fit(expansion species 2 2, contracted, sample species)
            let losses = NiceReport.Losses fit
            Assert.Equal(fit.Steps.Count, losses.Count)

            for loss, step in Seq.zip losses fit.Steps do
                let own = 1. + 1e-12
                Assert.True(loss.Kept <= own * loss.Unknown && loss.Unknown <= own * loss.Made)

                if not loss.IsInvariant then
                    Assert.True(loss.Made <= own * loss.Chosen && loss.Chosen <= own * loss.Possible)

                relative (step.Contractions |> Seq.sumBy (fun c -> Seq.sum c.Variances)) loss.Kept

                if loss.Worst.HasValue then
                    let worst = step.Contractions |> Seq.find (fun c -> c.Key = loss.Worst.Value)
                    relative (Seq.sum worst.Variances / worst.Total) loss.WorstPart
                    Assert.All(step.Contractions, fun c -> Assert.True(c.Total <= 0. || Seq.sum c.Variances / c.Total >= loss.WorstPart))

            // Purification and contraction to few components leave something out in this case.
            Assert.True(
                losses |> Seq.exists (fun l -> l.Unknown < 0.99 * l.Made) && losses |> Seq.exists (fun l -> l.Kept < 0.999 * l.Unknown)
            )

            let lines = NiceReport.Lines fit |> List.ofSeq
            Assert.Equal(fit.Steps.Count, lines.Length)
            Assert.StartsWith("order 2, invariants: ", lines[0])
            Assert.StartsWith("order 2, covariants: ", lines[1])
            Assert.Contains("of the mean square of all", lines[1])

        testCase "standardised features have means 0 and variances 1 on the sample, one by one or by blocks"
        <| fun () ->
            let species = [ 1; 8 ]
            let e, structures = expansion species 2 2, sample species

            let features standard =
                NiceFeatures(
                    e,
                    NiceFit.Fit(
                        e,
                        (let s = contracted in
                         NiceSettings(Order = 3, Standard = standard, Covariants = s.Covariants, Invariants = s.Invariants)),
                        structures
                    )
                )

            let plain, each, blocks = features NiceStandard.None, features NiceStandard.Features, features NiceStandard.Blocks
            let x, y, z = rows plain structures, rows each structures, rows blocks structures
            let mean (r: float[][]) f = r |> Array.averageBy (Array.item f)
            let variance (r: float[][]) f = (let m = mean r f in r |> Array.averageBy (fun row -> (row[f] - m) ** 2.))

            for f in 0 .. plain.FeatureCount - 1 do
                Assert.Equal(0., mean y f, 1e-9)
                Assert.Equal(0., mean z f, 1e-9)
                Assert.Equal(1., variance y f, 1e-9)

            for block in
                [ 0 .. plain.FeatureCount - 1 ]
                |> List.groupBy (fun f -> (let l = plain.Labels[f].ToArray() in l[0], l[1]))
                |> List.map snd do
                Assert.Equal(1., block |> List.sumBy (variance z), 1e-9)
                // One factor for all of a block.
                let factor f = sqrt (variance z f / variance x f)

                for f in block do
                    Assert.Equal(1., factor f / factor block.Head, 1e-6)

        testCase "chosen features are some of the others, in their order, with their labels and gradients"
        <| fun () ->
            let species = [ 1; 6; 8; 14; 26 ]
            let e, structures = expansion species 1 1, sample species

            let settings choice =
                NiceSettings(
                    Order = 3,
                    Parities = Parities.Both,
                    Standard = NiceStandard.Features,
                    Selection = choice,
                    Covariants = contracted.Covariants,
                    Invariants = contracted.Invariants
                )

            let features choice = NiceFeatures(e, NiceFit.Fit(e, settings choice, structures))
            let all = features null
            let values = rows all structures

            for choice in [ NiceChoice.Farthest; NiceChoice.Cur ] do
                let few = features (NiceSelection(9, choice))
                Assert.Equal(9, few.FeatureCount)
                // Others are made only where higher orders are predicted from them.
                Assert.True(few.MultiplyAdds < all.MultiplyAdds)
                let output = nonNull few.Fit.Parts[0].Output
                Assert.Equal<int>(Array.sort output.Indices |> Array.distinct, output.Indices)
                let found = rows few structures

                for k in 0..8 do
                    Assert.Equal<int[]>(all.Labels[output.Indices[k]].ToArray(), few.Labels[k].ToArray())

                    for i in 0 .. values.Length - 1 do
                        Assert.Equal(values[i].[output.Indices[k]], found[i].[k])

                let subject = Representations.invariant $"{choice}" (fun k -> few.Labels[k][1] = -1) few
                Representations.haveGradients 3 [ subject ]

                TemporaryFolder.using (fun folder ->
                    let path = Path.Combine(folder, "fit.npz")
                    NiceFile.Write(path, few.Fit)
                    let again = NiceFeatures(e, NiceFile.Read path)
                    Assert.Equal<float>(few.Compute structures[0], again.Compute structures[0]))

            // Linear fits on what CUR keeps explain more of the rest than the same number that were not asked.
            let norms = [| for f in 0 .. all.FeatureCount - 1 -> values |> Array.sumBy (fun row -> row[f] ** 2.) |]

            let residual (kept: int[]) =
                let matrix =
                    MathNet.Numerics.LinearAlgebra.Matrix<float>.Build.Dense(values.Length, kept.Length, fun i k -> values[i].[kept[k]])

                let q = matrix.QR().Q

                [
                    for f in 0 .. all.FeatureCount - 1 ->
                        let column = MathNet.Numerics.LinearAlgebra.Vector<float>.Build.Dense(values.Length, fun i -> values[i].[f])
                        (column - q * (q.Transpose() * column)).L2Norm() ** 2.
                ]
                |> List.sum

            let cur = (let few = features (NiceSelection(9, NiceChoice.Cur)) in (nonNull few.Fit.Parts[0].Output).Indices)
            Assert.True(residual cur < residual [| 0..8 |], $"{residual cur} against {residual [| 0..8 |]} of {Array.sum norms}")

        testCase "independent features of the uncontracted recursion are as many as there are, span all others, and cost less"
        <| fun () ->
            let e, structures =
                expansion [ 1 ] 2 1,
                [
                    for seed in 1..8 ->
                        RandomStructure.build {
                            Seed = seed
                            Atoms = 12
                            Species = [ 1 ]
                            Periodic = Periodicity.None
                            HasCell = false
                            Spacing = 0.8
                        }
                ]

            let settings choice =
                NiceSettings(
                    Order = 4,
                    Lambda = Nullable 2,
                    Parities = Parities.Both,
                    Selection = choice,
                    Covariants = NiceBranch(),
                    Invariants = NiceBranch()
                )

            let all, few =
                NiceFeatures(e, NiceFit.Fit(e, settings null, structures)),
                NiceFeatures(e, NiceFit.Fit(e, settings (NiceSelection(1000, NiceChoice.Independent)), structures))

            for order in 1..4 do
                for sigma in [ 1; -1 ] do
                    let found = [ 0 .. few.FeatureCount - 1 ] |> List.filter (fun f -> few.Labels[f][0] = order && few.Labels[f][1] = sigma)
                    Assert.Equal(NiceCounts.Independent(2, 1, order, 0, sigma), int64 found.Length)

            Assert.True(few.FeatureCount < all.FeatureCount && few.MultiplyAdds < all.MultiplyAdds)
            let indices = (nonNull few.Fit.Parts[0].Output).Indices
            let values, chosen = rows all structures, rows few structures

            for i in 0 .. values.Length - 1 do
                Assert.Equal<float[]>(indices |> Array.map (fun f -> values[i].[f]), chosen[i])

            let matrix = MathNet.Numerics.LinearAlgebra.Matrix<float>.Build.DenseOfRowArrays chosen
            let scale = matrix.ColumnNorms 2.
            let q = (matrix.MapIndexed(fun _ f x -> x / scale[f])).QR(MathNet.Numerics.LinearAlgebra.Factorization.QRMethod.Thin).Q

            for f in 0 .. all.FeatureCount - 1 do
                let column = MathNet.Numerics.LinearAlgebra.Vector<float>.Build.Dense(values.Length, fun i -> values[i].[f])
                let left = column - q * (q.TransposeThisAndMultiply column)

                if column.L2Norm() > 1e-9 then
                    Assert.True(left.L2Norm() < 1e-5 * column.L2Norm(), $"feature {f}: {left.L2Norm() / column.L2Norm()}")

            let species = [ 1; 6; 8; 14; 26 ]
            let e, structures = expansion species 1 1, sample species

            let chosen =
                NiceFeatures(
                    e,
                    NiceFit.Fit(
                        e,
                        NiceSettings(
                            Order = 3,
                            Parities = Parities.Both,
                            Selection = NiceSelection(20, NiceChoice.Independent),
                            Covariants = NiceBranch(),
                            Invariants = NiceBranch()
                        ),
                        structures
                    )
                )

            Representations.haveGradients 3 [ Representations.invariant "independent" (fun k -> chosen.Labels[k][1] = -1) chosen ]

        testCase
            "features by certified couplings are as many as the certificates say, span the complete set, and do not depend on the sample"
        <| fun () ->
            TemporaryFolder.using (fun folder ->
                let write order lmax sigma =
                    let bases = IndependentCouplings.all 1 None order lmax 0 sigma
                    let path = Path.Combine(folder, $"{order} {lmax} {sigma}.json")

                    File.WriteAllText(
                        path,
                        CouplingBasisFile.write { Order = order; LMax = lmax; Lambda = 0; Sigma = sigma; Seed = 1; Patterns = bases }
                    )

                    path, bases

                for species, nmax, lmax, order in [ [ 1 ], 2, 1, 4; [ 1; 8 ], 1, 2, 3 ] do
                    let e = expansion species nmax lmax

                    let build seed =
                        RandomStructure.build {
                            Seed = seed
                            Atoms = 12
                            Species = species
                            Periodic = Periodicity.None
                            HasCell = false
                            Spacing = 0.8
                        }

                    let structures, channels = [ for seed in 1..10 -> build seed ], nmax * species.Length

                    let certificates = [
                        for nu in 3..order do
                            for sigma in [ 1; -1 ] -> (nu, sigma), write nu lmax sigma
                    ]

                    let files = [ for _, (path, _) in certificates -> path ]

                    let settings choice =
                        NiceSettings(
                            Order = order,
                            Lambda = Nullable 2,
                            Parities = Parities.Both,
                            Selection = choice,
                            Covariants = NiceBranch(),
                            Invariants = NiceBranch()
                        )

                    let all, few =
                        NiceFeatures(e, NiceFit.Fit(e, settings null, structures)),
                        NiceFeatures(e, NiceFit.Fit(e, settings (NiceSelection.OfCouplings files), structures))

                    let found nu sigma =
                        Seq.length (
                            Seq.filter (fun f -> few.Labels[f][0] = nu && few.Labels[f][1] = sigma) (seq { 0 .. few.FeatureCount - 1 })
                        )

                    for (nu, sigma), (_, bases) in certificates do
                        Assert.Equal(IndependentCouplings.count channels bases, bigint (found nu sigma))
                        Assert.Equal(NiceCounts.Independent(channels, lmax, nu, 0, sigma), int64 (found nu sigma))

                    let numeric = NiceFit.Fit(e, settings (NiceSelection(1000, NiceChoice.Independent)), structures)
                    Assert.Equal((nonNull numeric.Parts[0].Output).Indices.Length, few.FeatureCount)
                    Assert.True(few.FeatureCount < all.FeatureCount && few.MultiplyAdds < all.MultiplyAdds)

                    // All others are combinations of what is chosen.
                    let values, chosen = rows all structures, rows few structures
                    let matrix = MathNet.Numerics.LinearAlgebra.Matrix<float>.Build.DenseOfRowArrays chosen
                    let scale = matrix.ColumnNorms 2.
                    let q = (matrix.MapIndexed(fun _ f x -> x / scale[f])).QR(MathNet.Numerics.LinearAlgebra.Factorization.QRMethod.Thin).Q

                    for f in 0 .. all.FeatureCount - 1 do
                        let column = MathNet.Numerics.LinearAlgebra.Vector<float>.Build.Dense(values.Length, fun i -> values[i].[f])
                        let left = column - q * (q.TransposeThisAndMultiply column)

                        if column.L2Norm() > 1e-9 then
                            Assert.True(left.L2Norm() < 1e-5 * column.L2Norm(), $"feature {f}: {left.L2Norm() / column.L2Norm()}")

                    // Two environments, of which a numerical rank would leave two features, and standardised ones.
                    let least = NiceFit.Fit(e, settings (NiceSelection.OfCouplings files), structures, environments = 2)
                    Assert.Equal<int[]>((nonNull few.Fit.Parts[0].Output).Indices, (nonNull least.Parts[0].Output).Indices)

                    let standard =
                        NiceFit.Fit(
                            e,
                            NiceSettings(
                                Order = order,
                                Lambda = Nullable 2,
                                Parities = Parities.Both,
                                Selection = NiceSelection.OfCouplings files,
                                Standard = NiceStandard.Features,
                                Covariants = NiceBranch(),
                                Invariants = NiceBranch()
                            ),
                            structures
                        )

                    Assert.Equal<int[]>((nonNull few.Fit.Parts[0].Output).Indices, (nonNull standard.Parts[0].Output).Indices)
                    let path = Path.Combine(folder, "fit.npz")
                    NiceFile.Write(path, few.Fit)

                    for file in files do
                        File.Delete file

                    Assert.Equal<float>(few.Compute structures[0], (NiceFeatures(e, NiceFile.Read path)).Compute structures[0])

                // What is not of these features, or not there.
                let e, structures =
                    expansion [ 1 ] 1 2,
                    [
                        RandomStructure.build {
                            Seed = 1
                            Atoms = 12
                            Species = [ 1 ]
                            Periodic = Periodicity.None
                            HasCell = false
                            Spacing = 0.8
                        }
                    ]

                let refused order (lambda: int) parities (files: string list) (expected: string) =
                    let settings =
                        NiceSettings(
                            Order = order,
                            Lambda = Nullable lambda,
                            Parities = parities,
                            Selection = NiceSelection.OfCouplings files,
                            Covariants = NiceBranch(),
                            Invariants = NiceBranch()
                        )

                    Assert.Contains(
                        expected,
                        (Assert.Throws<Toolkit.Numerics.Files.InputException>(fun () -> NiceFit.Fit(e, settings, structures) |> ignore))
                            .Message
                    )

                let three, small, four = fst (write 3 2 1), fst (write 3 1 1), fst (write 4 2 1)

                refused
                    3
                    2
                    Parities.Both
                    [ three ]
                    "found no couplings of order 3 and σ -1, expected those of toolkit independent --order 3 --sigma -1 --lmax 2"

                refused 3 2 Parities.Proper [ small ] "found couplings to λ 0 of l up to 1, expected λ 0 and l up to 2 at least"
                refused 3 2 Parities.Proper [ three; three ] "a second time, expected one file for each"
                refused 4 2 Parities.Proper [ three; four ] "couplings by way of order "

                refused
                    3
                    2
                    Parities.Proper
                    [ Path.Combine(folder, "none.json") ]
                    "found no such file, expected a file of toolkit independent"

                File.WriteAllText(three, "{}")
                refused 3 2 Parities.Proper [ three ] "found another text"
                let contracted = NiceSettings(Order = 3, Selection = NiceSelection.OfCouplings [ small ])
                Assert.Throws<ArgumentException>(fun () -> NiceFit.Fit(e, contracted, structures) |> ignore) |> ignore)

        testCase
            "with the invariants of the last order alone as a branch, lower ones are the scalar covariants, predicted from, saved and differentiated alike"
        <| fun () ->
            let species = [ 1; 6; 8; 14; 26 ]
            let e, structures = expansion species 1 1, sample species

            let settings standard order =
                NiceSettings(
                    Order = order,
                    Parities = Parities.Both,
                    InvariantsOf = NiceInvariants.Last,
                    Standard = standard,
                    Covariants = contracted.Covariants,
                    Invariants = contracted.Invariants
                )

            let fit = NiceFit.Fit(e, settings NiceStandard.None 4, structures)
            Assert.Equal<(int * bool) list>([ 2, false; 3, false; 4, true ], [ for s in fit.Steps -> s.Order, s.IsInvariant ])
            Assert.True fit.IsComplete
            let features = NiceFeatures(e, fit)

            for order in 2..3 do
                for sigma in [ 1; -1 ] do
                    let block = fit.Steps[order - 2].Contractions |> Seq.tryFind (fun c -> c.Lambda = 0 && c.Sigma = sigma)

                    let own =
                        [ 0 .. features.FeatureCount - 1 ]
                        |> List.filter (fun f -> features.Labels[f][0] = order && features.Labels[f][1] = sigma)

                    Assert.Equal(
                        (match block with
                         | Some c -> c.Components
                         | None -> 0),
                        own.Length
                    )

            // Without a contraction both branches have the same products.
            let plain of' =
                NiceFeatures(
                    e,
                    NiceFit.Fit(
                        e,
                        NiceSettings(Order = 3, InvariantsOf = of', Covariants = NiceBranch(), Invariants = NiceBranch()),
                        structures
                    )
                )

            Assert.Equal<float[]>(
                rows (plain NiceInvariants.Each) structures |> Array.concat,
                rows (plain NiceInvariants.Last) structures |> Array.concat
            )

            Representations.haveGradients 3 [ Representations.invariant "last" (fun k -> features.Labels[k][1] = -1) features ]

            for standard in [ NiceStandard.None; NiceStandard.Blocks ] do
                let whole = NiceFit.Fit(e, settings standard 4, structures)
                let steps = ResizeArray<NiceStep>()

                try
                    NiceFit.Fit(
                        e,
                        settings standard 4,
                        structures,
                        finished =
                            fun s ->
                                (steps.Add s

                                 if steps.Count = 2 then
                                     failwith "killed")
                    )
                    |> ignore
                with Failure "killed" ->
                    ()

                let resumed = NiceFit.Fit(e, settings standard 4, structures, resume = steps)
                let value (f: NiceFit) = (NiceFeatures(e, f)).Compute structures[0]
                Assert.Equal<float[]>(value whole, value resumed)

                TemporaryFolder.using (fun folder ->
                    let path = Path.Combine(folder, "fit.npz")
                    NiceFile.Write(path, whole)
                    let again = NiceFile.Read path
                    Assert.Equal(whole.Settings, again.Settings)
                    Assert.Equal<float[]>(value whole, value again))

        testCase "with a fit for each species at the centre, its atoms have its columns and zero elsewhere, the same as a fit of them alone"
        <| fun () ->
            let species = [ 1; 8; 26 ]
            let e, structures = expansion species 1 2, sample species

            let settings =
                NiceSettings(
                    Order = 3,
                    Parities = Parities.Both,
                    IsPerSpecies = true,
                    Standard = NiceStandard.Blocks,
                    Covariants = contracted.Covariants,
                    Invariants = contracted.Invariants
                )

            let fit = NiceFit.Fit(e, settings, structures)
            Assert.Equal<Nullable<int> list>([ for z in species -> Nullable z ], [ for p in fit.Parts -> p.Centre ])
            Assert.Equal(60, fit.Environments)
            let f = NiceFeatures(e, fit)
            Assert.Equal<string list>([ "center"; "nu"; "sigma"; "component" ], List.ofSeq f.Labels.Names)
            let all = rows f structures
            let centres = structures |> Seq.collect (fun s -> s.Species.ToArray()) |> Array.ofSeq

            for i in 0 .. all.Length - 1 do
                let own, others = [ 0 .. f.FeatureCount - 1 ] |> List.partition (fun k -> f.Labels[k][0] = centres[i])

                for k in others do
                    Assert.Equal(0., all[i].[k])

                Assert.True(own |> List.exists (fun k -> abs all[i].[k] > 1e-3))

            // Blocks of one species add up to a variance of 1 over its own environments.
            for z in species do
                let mine = all |> Array.indexed |> Array.filter (fun (i, _) -> centres[i] = z) |> Array.map snd

                let columns = [
                    for k in 0 .. f.FeatureCount - 1 do
                        if f.Labels[k][0] = z && f.Labels[k][1] = 2 && f.Labels[k][2] = 1 then
                            k
                ]

                let variance k = (let m = mine |> Array.averageBy (Array.item k) in mine |> Array.averageBy (fun row -> (row[k] - m) ** 2.))
                Assert.Equal(1., List.sumBy variance columns, 1e-9)

            // Saved, resumed, and the same for any number of threads.
            TemporaryFolder.using (fun folder ->
                let path = Path.Combine(folder, "fit.npz")
                NiceFile.Write(path, fit)
                Assert.Equal<float>(f.Compute structures[1], (NiceFeatures(e, NiceFile.Read path)).Compute structures[1]))

            for steps in 0..9 do
                let again = NiceFit.Fit(e, settings, structures, threads = 2, resume = (fit.First steps).Steps)
                Assert.Equal<float>(f.Compute structures[1], (NiceFeatures(e, again)).Compute(structures[1], 2))

            let unseen =
                NiceFit.Fit(
                    e,
                    settings,
                    [
                        for s in structures do
                            if s.Species.ToArray() |> Array.forall ((<>) 26) then
                                s
                    ]
                )

            let iron = structures |> List.find (fun s -> s.Species.ToArray() |> Array.contains 26)

            if unseen.Parts.Count = 2 then
                let e = Assert.Throws<ArgumentException>(fun () -> (NiceFeatures(e, unseen)).Compute iron |> ignore)
                Assert.Contains("an atom of Fe at the centre; the fit has environments of H, O", e.Message)

        testCase "features of a fit for each species turn with the structure and have the gradients of differences"
        <| fun () ->
            let species = [ 1; 6; 8; 14; 26 ]
            let e = expansion species 1 1

            let settings =
                NiceSettings(
                    Order = 3,
                    Parities = Parities.Both,
                    IsPerSpecies = true,
                    Covariants = contracted.Covariants,
                    Invariants = contracted.Invariants
                )

            let f = NiceFeatures(e, NiceFit.Fit(e, settings, sample species))
            let subject = Representations.invariant "by species" (fun k -> f.Labels[k][2] = -1) f
            Representations.haveSymmetries 5 [ subject ]
            Representations.haveGradients 5 [ subject ]
    ]
