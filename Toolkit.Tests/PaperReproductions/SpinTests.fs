module Toolkit.Tests.PaperReproductions.SpinTests

open System
open System.IO
open Expecto
open Toolkit.Numerics.Models.SpinLattice
open Toolkit.Numerics.Representations
open Toolkit.Numerics.Structures
open Toolkit.Reproductions.Report
open Toolkit.Reproductions.Spin2022
open Toolkit.Reproductions.Spin2022.BccIron
open Toolkit.Tests.Laws

let private vectors (s: Structure) = spinsOf s |> Array.chunkBySize 3
let private norm (v: float[]) = sqrt (Array.sumBy (fun x -> x * x) v)
let private iron = SpinLatticeHamiltonian.BccIron

let private plan: MonteCarlo.Plan =
    { Cells = 2
      Temperatures = [ 300.; 900. ]
      Settling = 200
      Trajectories = 3000
      Steps = 8 }

[<Tests>]
let tests =
    testList "PaperReproductions.SpinTests" [
        testCase "structures are determined by seed and number, whatever is drawn beside them" <| fun () ->
            let few, many, others = draw iron warmLattice 7 3, draw iron warmLattice 7 6, draw iron warmLattice 8 1

            for k in 0..2 do
                Assert.Equal(few[k].Structure, many[k].Structure)
                Assert.Equal(few[k].Energy, many[k].Energy)

            Assert.NotEqual(few[0].Structure, others[0].Structure)

        testCase "lengths of spins fill their range and go nowhere else" <| fun () ->
            let lo, hi = lengths
            let found = draw iron fixedLattice 3 6 |> Array.collect (fun s -> vectors s.Structure |> Array.map norm)
            Assert.All(found, (fun l -> Assert.InRange(l, lo * moment - 1e-12, hi * moment + 1e-12)))
            Assert.InRange(Array.min found / moment, lo, lo + 0.02)
            Assert.InRange(Array.max found / moment, hi - 0.02, hi)

        testCase "atoms on their sites are where a bcc crystal has them: eight neighbours, then six" <| fun () ->
            let s = supercell latticeConstant fixedLattice.Cells
            Assert.Equal(54, s.Count)
            let list = Toolkit.Numerics.Neighbors.NeighborList.Build(s, 1.01 * latticeConstant)

            for i in 0 .. s.Count - 1 do
                let shell = list.Distances.Slice(list.Offsets[i], list.Offsets[i + 1] - list.Offsets[i]).ToArray()
                Assert.Equal(8, shell |> Array.filter (fun r -> abs (r - latticeConstant * sqrt 0.75) < 1e-9) |> Array.length)
                Assert.Equal(6, shell |> Array.filter (fun r -> abs (r - latticeConstant) < 1e-9) |> Array.length)

        testCase "spirals fit their cell and disordered spins have no net moment to speak of" <| fun () ->
            let perfect = supercell latticeConstant (6, 6, 6)
            let net (s: Structure) =
                let unit = vectors s |> Array.map (fun v -> let n = norm v in v |> Array.map (fun x -> x / n))
                norm (Array.init 3 (fun d -> unit |> Array.averageBy (fun v -> v[d])))

            Assert.InRange(net (arranged (Random 1) Disordered perfect), 0., 0.2)
            let spiral = arranged (Random 2) Spiral perfect
            // Atoms a whole cell edge apart have the same phase: replicated, the crystal is the crystal of a larger cell.
            Assert.Equal(iron.Evaluate(spiral.Replicate(2, 1, 1)).Energy, 2. * iron.Evaluate(spiral).Energy, tolerance = 1e-6)

        testCase "the fields at dipoles are minus the derivatives of their energy" <| fun () ->
            for seed in 1..10 do
                let s = Dipoles.molecule seed
                let found = Dipoles.label s
                let p = s.AtomProperties["dipoles"].ToReals()

                for k in 0 .. p.Length - 1 do
                    let at h =
                        let q = Array.copy p
                        q[k] <- q[k] + h
                        (Dipoles.label (s.WithAtomProperty("dipoles", PropertyArray.Real(ReadOnlySpan q, 3)))).Energy

                    Assert.Equal(-(at 1e-3 - at -1e-3) / 2e-3, found.Fields[k], tolerance = 1e-8)

        testCase "Monte Carlo finds the mean moment of harmonic spins at every temperature" <| fun () ->
            // E = k/2 Σ|v|²: the components of Σv/N are normal with variance kT / (k N).
            let stiffness = 0.35

            let harmonic (s: Structure) =
                let v = spinsOf s
                0.5 * stiffness * Array.sumBy (fun x -> x * x) v, v |> Array.map (fun x -> -stiffness * x)

            for kelvin in plan.Temperatures do
                let found = MonteCarlo.chain plan harmonic "harmonic" 5 kelvin
                let variance = 8.617333262e-5 * kelvin / (stiffness * 16.)
                let expected = sqrt (8. * variance / Math.PI)
                Assert.InRange(found.Acceptance, 0.3, 0.999)
                Assert.InRange(abs (found.Magnetisation - expected), 0., 5. * found.MagnetisationError + 0.01 * expected)

        testCase "Monte Carlo that was cut short goes on where it ended, and ends with the same numbers, for any number of threads" <| fun () ->
            let truth = Studies.magnetic

            let model: Models.Fitted =
                { PredictWith =
                    fun _ s ->
                        let found = truth.Evaluate s
                        Evaluation(found.Energy, found.AtomEnergies, found.Forces, found.Virial, Array.zeroCreate 9, [| found.Fields |])
                  Columns = 1
                  Regulariser = 0.
                  Error = 0. }

            let nothing: Models.Outcome = { Energies = [||]; Forces = [||]; Fields = [||] }

            let study: Studies.Study =
                { Title = ""
                  Hamiltonian = truth
                  Training = [||]
                  ProcessTraining = 0
                  Test = [||]
                  Ridge = model
                  Process = model
                  Settings = Studies.warmCandidates.Head
                  Candidates = []
                  RidgeOutcome = nothing
                  ProcessOutcome = nothing }

            let plan = { plan with Cells = 1; Settling = 20; Trajectories = 40 }

            TemporaryFolder.using (fun folder ->
                let figure threads name = (MonteCarlo.figure threads plan (Kept.inFolder (Path.Combine(folder, name))) ignore study).Table
                let whole = figure 1 "one"
                Assert.Equal<Cell list list>(whole.Rows, (figure 3 "three").Rows)
                let files = Directory.GetFiles(Path.Combine(folder, "one")) |> Array.sort
                Assert.Equal(4, files.Length)
                // Cut short after one chain, the truth at the lowest temperature: what is there is believed, the rest is computed.
                let path = files |> Array.find (fun f -> f.Contains $"truth-{plan.Temperatures.Head}-")
                for f in files do if f <> path then File.Delete f
                let lines = File.ReadAllLines path
                Assert.Equal(2, lines.Length)
                let marked = lines[1].Split '\t'
                marked[0] <- "0.125"
                File.WriteAllLines(path, [| lines[0]; String.Join('\t', marked) |])
                let resumed = figure 1 "one"
                // The first row of the table; its difference from what is learned is another, too.
                let others (table: Table) =
                    table.Rows.Tail |> List.filter (fun row -> row[2] <> Number plan.Temperatures.Head || row[0] = Text "susceptibility")
                Assert.Equal(Number 0.125, resumed.Rows[0][3])
                Assert.Equal<Cell list list>(others whole, others resumed)
                // A file of other settings is not believed, nor is one that ends within a number.
                for spoilt in [ [| lines[0] + "!"; lines[1] |]; [| lines[0]; lines[1] + "\t1.2e" |] ] do
                    File.WriteAllLines(path, spoilt)
                    Assert.Equal<Cell list list>(whole.Rows, (figure 1 "one").Rows))
    ]
