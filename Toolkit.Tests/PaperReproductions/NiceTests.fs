module Toolkit.Tests.PaperReproductions.NiceTests

open System
open System.IO
open Expecto
open Toolkit.Numerics.Expansion
open Toolkit.Numerics.Representations.Nice
open Toolkit.Reproductions
open Toolkit.Reproductions.Nice2020
open Toolkit.Reproductions.Nice2020.Fits
open Toolkit.Reproductions.Nice2020.RandomMethane
open Toolkit.Tests.Laws

let private plan: Plan =
    { Sizes = [ 5; 20 ]
      SampleSize = 8
      TestSize = 6
      Seeds = [ 1; 2 ]
      Folds = 2
      Grid = [ 1e-10; 1e-6 ]
      Scalings = []
      Trainings = [ Energies; EnergiesAndForces ]
      ForceWeight = 0.3 }

let private scaling = { Power = 0.5; Ratio = 0.1 }

/// The first configurations, described coarsely.
let private data, rows =
    let all = load (Path.Combine(Application.home, "nice-2020"))
    let n = 40

    let data =
        { Structures = Array.truncate n all.Structures
          Energies = Array.truncate n all.Energies
          Forces = Array.truncate n all.Forces }

    let expansion = expansion CentrePolicy.Include { Cutoff = 6.3; Smoothing = 0.5; Sigma = 0.5; NMax = 2; LMax = 2 }
    let branch = NiceBranch(Expand = Nullable 20, Components = Nullable 6, Purify = 2)
    let settings = NiceSettings(Order = 3, Covariants = branch, Invariants = branch)
    let sample, _ = sample plan n
    let features threads = NiceFeatures(expansion, fit threads expansion settings data sample)
    data, fun threads -> RandomMethane.rows threads (features threads) sample data

[<Tests>]
let tests =
    testList "PaperReproductions.NiceTests" [
        testCase "configurations that the recursion is fitted on are never tested on, and no configuration is in both sets" <| fun () ->
            let sample, _ = sample plan 40

            for seed in plan.Seeds do
                let test, train = divide plan 40 seed
                Assert.Equal<int>(Array.init 40 id, Array.sort (Array.append test train))
                Assert.Equal(plan.TestSize, test.Length)
                for i in sample do Assert.True(Array.contains i train, $"configuration {i}")

        testCase "columns of a lower order are those of a higher one less its own, and each species and order has its size" <| fun () ->
            let rows = rows 1
            let low, high = columns scaling 2 rows, columns scaling 3 rows
            let scales (c: Columns) = Seq.zip c.Index c.Scale |> dict
            let of' (c: Columns) order = [| for column in c.Index do if rows.Order[column] = order then column, (scales c)[column] |]
            for order in 0..2 do Assert.Equal<int * float>(of' low order, of' high order)
            Assert.Equal(0, (of' low 3).Length)

            for order in 1..3 do
                for group in of' high order |> Array.groupBy (fun (column, _) -> rows.Center[column]) |> Array.map snd do
                    let size = sqrt (group |> Array.sumBy (fun (column, scale) -> (scale * rows.Deviation[column]) ** 2.))
                    Assert.Equal(scaling.Ratio ** float (order - 1), size, 1e-12)

        testCase "curves are the same for any number of threads" <| fun () ->
            let curves threads =
                let rows = rows threads
                run threads plan data rows (models scaling rows) ignore

            Assert.Equal<Outcome>(curves 1, curves 2)

        testCase "shipped configurations are of the paper's distribution, and rows of energies alone are those with forces"
        <| fun () ->
            let labelled = TightBinding.load (Path.Combine(Application.home, "nice-2020")) None false
            let structures = labelled.Data.Structures
            Assert.True(structures.Length >= 13_000 && structures.Length < labelled.Tried)

            for s in structures do
                let r = s.Positions.ToArray() |> Array.chunkBySize 3
                let distance i j = sqrt (Array.fold2 (fun sum a b -> sum + (a - b) ** 2.) 0. r[i] r[j])

                for i in 1..4 do
                    Assert.True(distance 0 i < 3.)

                    for j in 0 .. i - 1 do
                        Assert.True(distance i j > 0.5)

            // Uniform in the sphere, but for what is too near: (r/3)³ has the mean 1/2 and the variance 1/12.
            let filled = [|
                for s in structures do
                    for i in 1..4 -> (Array.sumBy (fun x -> x * x) (s.Positions.Slice(3 * i, 3).ToArray()) / 9.) ** 1.5
            |]

            Assert.Equal(0.5, Array.average filled, tolerance = 0.02)
            let sample = [| 0..9 |]
            let expansion = expansion CentrePolicy.Exclude { Cutoff = 6.3; Smoothing = 0.5; Sigma = 0.5; NMax = 2; LMax = 2 }
            let features = NiceFeatures(expansion, fit 1 expansion (TightBinding.settings 3 (20, 6) (20, 6)) data sample)
            let all, some = RandomMethane.rows 1 features sample data, energyRows 2 [ features ] (orderOf features) sample data

            let used = [|
                for c in 0 .. all.Order.Length - 1 do
                    if all.Energy |> Array.exists (fun row -> row[c] <> 0.) then
                        c
            |]

            Assert.Equal<int>(used |> Array.map (fun c -> all.Order[c]), some.Order)
            Assert.Equal<int>(used |> Array.map (fun c -> all.Center[c]), some.Center)
            Array.iter2 (fun (a: float[]) b -> Assert.Equal<float[]>(used |> Array.map (fun c -> a[c]), b)) all.Energy some.Energy

        testCase "rows in a file are those in memory; what a killed run wrote is gone on with, and other settings begin anew"
        <| fun () ->
            TemporaryFolder.using (fun folder ->
                let width, count = 3, 2 * RowStore.batch + 7
                let path = Path.Combine(folder, "rows.bin")
                let mutable calls = 0

                let make (first: int) until (into: float[]) =
                    calls <- calls + 1

                    for k in 0 .. (until - first) * width - 1 do
                        into[k] <- sqrt (float (first * width + k))

                let all (store: RowStore.Store) =
                    (let rows = ResizeArray<float[]>() in
                     RowStore.each store (fun _ from at -> rows.Add from[at .. at + width - 1])
                     List.ofSeq rows)

                let memory = all (RowStore.inMemory width count make ignore)
                Assert.Equal(count, memory.Length)
                Assert.Equal<float[]>([| for k in 0 .. width - 1 -> sqrt (float (1005 * width + k)) |], memory[1005])
                Assert.Equal<float[] list>(memory, all (RowStore.inFile path "a" width count make ignore))
                let whole = File.ReadAllBytes path
                // In the middle of a number of the second batch.
                File.WriteAllBytes(path, whole[.. 1024 + 8 * width * (RowStore.batch + 20) + 3])
                calls <- 0
                let mutable ticks = 0
                let again = RowStore.inFile path "a" width count make (fun () -> ticks <- ticks + 1)
                Assert.Equal((2, 3), (calls, ticks))
                Assert.Equal<float[] list>(memory, all again)
                Assert.Equal<byte[]>(whole, File.ReadAllBytes path)
                Assert.Equal<float[][]>([| memory[900]; memory[2] |], RowStore.some again [| 900; 2 |])
                calls <- 0
                RowStore.inFile path "a" width count make ignore |> ignore
                Assert.Equal(0, calls)
                RowStore.inFile path "b" width count make ignore |> ignore
                Assert.Equal(3, calls))

        testCase "streamed curves have the errors of those in memory, from whatever size they go on"
        <| fun () ->
            TemporaryFolder.using (fun folder ->
                let labelled = TightBinding.load (Path.Combine(Application.home, "nice-2020")) None false
                let count = 3300

                let data = {
                    labelled.Data with
                        Structures = Array.truncate count labelled.Data.Structures
                        Energies = Array.truncate count labelled.Data.Energies
                }
                // Sizes that are held as rows and one that is not.
                let plan = {
                    plan with
                        Sizes = [ 20; 200; 3100 ]
                        SampleSize = 50
                        TestSize = 100
                        Folds = 3
                        Grid = [ for power in -12 .. -5 -> 10. ** float power ]
                        Trainings = [ Energies ]
                }

                let sample, _ = sample plan count
                let expansion = expansion CentrePolicy.Exclude { Cutoff = 6.3; Smoothing = 0.5; Sigma = 0.5; NMax = 2; LMax = 2 }
                let features = NiceFeatures(expansion, fit 1 expansion (TightBinding.settings 3 (20, 6) (20, 10)) data sample)
                let rows, make = describeEnergies 1 [ features ] (orderOf features) sample data
                let models = models scaling rows
                let store = lazy (RowStore.inMemory rows.Order.Length count make ignore)
                let keep = Report.Kept.inFolder folder
                let mutable ticks = 0
                let streamed () = StreamedFits.run 2 plan data.Energies rows store models "test" keep (fun () -> ticks <- ticks + 1)
                let found = streamed ()
                Assert.Equal(plan.Sizes.Length * plan.Seeds.Length * models.Length, ticks)
                let expected = run 1 plan data (energyRows 1 [ features ] (orderOf features) sample data) models ignore
                Assert.Equal(expected.Length, found.Length)

                for a, b in List.zip expected found do
                    Assert.Equal((a.Order, a.Size, a.Seed, a.Columns), (b.Order, b.Size, b.Seed, b.Columns))
                    // The neighbourhood that is looked through may end in another valley; where it does not, errors are those of the same
                    // equations.
                    if a.Regulariser = b.Regulariser then
                        Assert.Equal(a.EnergyError, b.EnergyError, 1e-6 * a.EnergyError)

                Assert.True(
                    List.zip expected found |> List.filter (fun (a, b) -> a.Regulariser = b.Regulariser) |> List.length > found.Length / 2
                )

                for file in
                    Directory.GetFiles folder |> Array.sort |> Array.indexed |> Array.filter (fun (k, _) -> k % 2 = 0) |> Array.map snd do
                    File.Delete file

                let print (outcomes: Outcome list) = [
                    for o in outcomes -> o.Order, o.Size, o.Seed, o.Regulariser, o.EnergyError, o.EnergyMeanError
                ]

                Assert.Equal<(int * int * int * float * float * float) list>(print found, print (streamed ())))
    ]
