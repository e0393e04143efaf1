/// Exchange tensors and the relaxation of moments: against energies, against a Hamiltonian that is known, and in Vampire's format.
module Toolkit.Tests.Numerics.Models.SpinCouplingTests

open System
open System.Globalization
open System.IO
open Expecto
open Toolkit.Numerics.Models
open Toolkit.Numerics.Models.Fit
open Toolkit.Numerics.Models.SpinLattice
open Toolkit.Numerics.Models.Spins
open Toolkit.Numerics.Radial
open Toolkit.Numerics.Representations
open Toolkit.Numerics.Structures
open Toolkit.Testing
open Toolkit.Tests.Cli.CommandLine
open Toolkit.Tests.Laws

let private lattice, moment = 2.86, 2.2

/// n × n × n cubic cells of bcc iron, displaced, with spins of any direction and about one length.
let private iron (n: int) (noise: float) (seed: int) =
    let random = Random seed
    let cubic =
        Structure.Create(ReadOnlySpan [| 26; 26 |], ReadOnlySpan [| 0.; 0.; 0.; 1.43; 1.43; 1.43 |], Cell.Cubic lattice, Periodicity.All)
    let s = cubic.Replicate(n, n, n)
    let positions = s.Positions.ToArray() |> Array.map (fun x -> x + noise * Rotations.normal random)
    let spins =
        [| for _ in 1 .. s.Count do
               let v = Array.init 3 (fun _ -> Rotations.normal random)
               let length = sqrt (Array.sumBy (fun x -> x * x) v)
               for x in v -> (moment + 0.1 * noise * Rotations.normal random) * x / length |]
    s.WithPositions(ReadOnlySpan positions).WithAtomProperty("spins", PropertyArray.Real(ReadOnlySpan spins, 3))

let private spinsOf (s: Structure) = s.AtomProperties["spins"].ToReals()
let private withSpins (spins: float[]) (s: Structure) = s.WithAtomProperty("spins", PropertyArray.Real(ReadOnlySpan spins, 3))

let private labelled (h: SpinLatticeHamiltonian) (s: Structure) =
    let e = h.Evaluate s
    s.WithProperty("energy", PropertyValue.Real e.Energy).WithAtomProperty("forces", PropertyArray.Real(ReadOnlySpan e.Forces, 3))
        .WithAtomProperty("magforces", PropertyArray.Real(ReadOnlySpan e.Fields, 3))

let private specification cutoff nmax lmax coupling parity =
    $$"""{"cutoff": {"radius": {{cutoff}}, "smoothing": 0.8}, "density": {"kind": "delta"}, "radial": {"nmax": {{nmax}} }, "lmax": {{lmax}},
          "fields": [{"name": "spin", "kind": "vector", "key": "spins", "axial": true, "timeOdd": true}],
          "representation": {"kind": "spin-power-spectrum", "coupling": "{{coupling}}", "parity": "{{parity}}"}, "model": {"kind": "ridge", "regularizer": 1e-12} }"""

let private fit (spec: string) (h: SpinLatticeHamiltonian) (frames: Structure list) =
    FitRun.Fit(Spec.Parse(spec, "spec"), StructureSource.Of(ResizeArray(List.map (labelled h) frames), "data"), "spec", FitRequest())

let private exchange = BetheSlater(0.02, 0.2, 2.2, CutoffFunction(3.6, 0.8))
let private heisenberg = SpinLatticeHamiltonian(Exchange = exchange)

let private heisenbergModel = lazy (fit (specification 3.8 8 1 "summed" "proper") heisenberg [ for seed in 1..8 -> iron 2 0.08 seed ])

/// Directions count, too: lattice and spins are joined, chiral terms as well.
let private joined =
    lazy
        (let h =
            SpinLatticeHamiltonian(
                Exchange = exchange,
                PairAnisotropy = GaussianPair(0.004, 2.6, 0.5, CutoffFunction(3.4, 0.8)),
                Quadratic = 0.01
            )

         fit (specification 3.4 3 2 "resolved" "both") h [ for seed in 1..6 -> iron 2 0.1 seed ])

let private size (values: float seq) = values |> Seq.fold (fun m x -> max m (abs x)) 1e-12

/// −|v_i||v_j| ∂²E/∂v_i∂v_j by second differences of energies; exact where energies are of the second degree in spins.
let private bySecondDifferences (model: FittedModel) (s: Structure) (i: int) (j: int) =
    let spins = spinsOf s
    let length k = sqrt (Seq.sum (seq { for d in 0..2 -> spins[3 * k + d] ** 2. }))
    let h = 0.3

    let at a b x y =
        let moved = Array.copy spins
        moved[3 * i + a] <- moved[3 * i + a] + x
        moved[3 * j + b] <- moved[3 * j + b] + y
        (model.Predict(withSpins moved s)).Energy

    [| for a in 0..2 do
           for b in 0..2 -> -length i * length j * (at a b h h - at a b h -h - at a b -h h + at a b -h -h) / (4. * h * h) |]

[<Tests>]
let tests =
    testList "Numerics.Models.SpinCouplingTests" [
        testCase "the couplings of a pair over all images are minus the second derivative of the energy" <| fun () ->
            let model = joined.Value
            let s = iron 2 0.1 40
            let couplings = SpinCouplings.Of(model, s)

            for i, j in [ 0, 1; 3, 12; 7, 2 ] do
                let all = couplings |> Seq.filter (fun c -> c.First = i && c.Second = j) |> Array.ofSeq
                // Several images are within twice the cutoff.
                Assert.True(all.Length > 1)
                let found = [| for t in 0..8 -> all |> Array.sumBy (fun c -> c.Tensor[t]) |]
                let expected = bySecondDifferences model s i j
                Array.iter2 (fun x y -> Assert.InRange(abs (x - y), 0., 1e-7 * size expected)) expected found

        testCase "J of i with j is the transpose of J of j with i" <| fun () ->
            let couplings = SpinCouplings.Of(joined.Value, iron 2 0.1 41) |> Array.ofSeq
            let key (c: SpinCoupling) = c.First, c.Second, c.Shift
            let known = dict [ for c in couplings -> key c, c.Tensor ]
            let largest = size (couplings |> Seq.collect _.Tensor)
            Assert.True(couplings.Length > 1000)

            for c in couplings do
                let other = known[(c.Second, c.First, -c.Shift)]
                for a in 0..2 do
                    for b in 0..2 do Assert.InRange(abs (c.Tensor[3 * a + b] - other[3 * b + a]), 0., 1e-9 * largest)

        testCase "a Heisenberg model gives the exchange back that its labels were made with, and nothing else" <| fun () ->
            // A cell smaller than the cutoff: images are told apart.
            let s = iron 1 0.02 50
            let couplings = SpinCouplings.Of(heisenbergModel.Value, s)
            let lengths = spinsOf s |> Array.chunkBySize 3 |> Array.map (fun v -> sqrt (Array.sumBy (fun x -> x * x) v))
            let exact (c: SpinCoupling) = (let struct (j, _) = exchange.Evaluate c.Distance in j) * lengths[c.First] * lengths[c.Second]
            let largest = size (Seq.map exact couplings)
            let near = couplings |> Seq.filter (fun c -> c.Distance < 3.3) |> Array.ofSeq
            Assert.Equal(28, near.Length)
            Assert.Empty(SpinCouplings.Undetermined couplings)

            for c in near do
                Assert.InRange(c.IsotropicDeviation.Value, 0., 0.03 * largest)

            for c in couplings do
                Assert.InRange(abs (c.Isotropic - exact c), 0., 0.02 * largest)
                Assert.InRange(size c.Antisymmetric, 0., 1e-9 * largest)
                Assert.InRange(c.Anisotropy, 0., 1e-9 * largest)

        testCase "what cells of two atoms leave open is told: their images always point the same way" <| fun () ->
            TemporaryFolder.using (fun folder ->
                let path name = Path.Combine(folder, name)

                let frames = [ for seed in 1..40 -> iron 1 0.05 seed ]
                let linear = specification 3.8 8 1 "summed" "proper"
                let fitted = fit linear heisenberg frames
                let s = iron 2 0. 1
                let couplings = SpinCouplings.Of(fitted, s)
                let second = couplings |> Seq.filter (fun c -> c.Distance > 2.7 && c.Distance < 3.) |> Array.ofSeq
                Assert.Equal(16 * 6, second.Length)
                let left = SpinCouplings.Undetermined couplings

                // What is found says little, and its standard deviation does not hide that.
                for c in second do
                    let exact = (let struct (j, _) = exchange.Evaluate c.Distance in j) * moment * moment
                    Assert.True(abs (c.Isotropic - exact) > 0.2 * exact)
                    Assert.InRange(abs (c.Isotropic - exact), 0., 3. * c.IsotropicDeviation.Value)
                    Assert.Contains(c, left)

                ModelFolder.Write(path "linear", fitted)
                ModelFolder.Write(path "process", fit (linear.Replace("\"ridge\", \"regularizer\": 1e-12", "\"gp\", \"points\": 40")) heisenberg frames)
                ExtendedXyzWriter.Write(path "s.xyz", [ s ])
                let run model = run [ "exchange"; path model; path "s.xyz"; "--out"; path (model + ".csv") ]
                let code, out, error = run "linear"
                Assert.Equal(0, code)
                Assert.Contains($"""toolkit: warning: the training set of {path "linear"} does not determine the couplings of {left.Count / 2} of """, error)
                Assert.Contains(" ± ", out)
                let lines = File.ReadAllLines(path "linear.csv")
                Assert.EndsWith("J_zz,isotropic_std,D_std", lines[2])

                for c, line in Seq.zip couplings lines[3..] do
                    let deviation = c.IsotropicDeviation.Value
                    Assert.Equal(deviation, float (line.Split ',').[24] / 1000., tolerance = 1e-3 * deviation)

                let code, _, error = run "process"
                Assert.Equal(0, code)
                Assert.Contains("found a model that does not tell which couplings its training set determines", error))

        testCase "a tensor is its isotropic part, the vector of Dzyaloshinskii and Moriya, and what is symmetric" <| fun () ->
            let random = Random 3
            let next n = Array.init n (fun _ -> random.NextDouble() - 0.5)
            let c = SpinCoupling(0, 1, Toolkit.Numerics.Neighbors.CellShift(), [| 1.; 0.; 0. |], next 9)
            let dot a b = Array.fold2 (fun sum x y -> sum + x * y) 0. a b
            let cross (a: float[]) (b: float[]) = [| a[1] * b[2] - a[2] * b[1]; a[2] * b[0] - a[0] * b[2]; a[0] * b[1] - a[1] * b[0] |]
            let times (a: float[]) (b: float[]) = Seq.sum (seq { for x in 0..2 do for y in 0..2 -> a[x] * c.Tensor[3 * x + y] * b[y] })
            let a, b = next 3, next 3
            // Exchanged spins change the sign of the antisymmetric part alone.
            Assert.InRange(abs (0.5 * (times a b - times b a) - dot c.Antisymmetric (cross a b)), 0., 1e-15)
            let x, y, z = [| 1.; 0.; 0. |], [| 0.; 1.; 0. |], [| 0.; 0.; 1. |]
            Assert.InRange(abs (c.Isotropic - (times x x + times y y + times z z) / 3.), 0., 1e-15)

        testCase "the file for Vampire has the energy of turned spins" <| fun () ->
            TemporaryFolder.using (fun folder ->
                let path name = Path.Combine(folder, name)
                let model = joined.Value
                ModelFolder.Write(path "model", model)
                // Atoms outside the cell, too.
                let s = (iron 2 0.1 60)
                let s =
                    s.WithPositions(ReadOnlySpan(s.Positions.ToArray() |> Array.mapi (fun k x -> if k < 6 then x - 2. * lattice else x)))
                ExtendedXyzWriter.Write(path "s.xyz", [ s ])
                Assert.Contains("pairs; the strongest exchange", ok [ "exchange"; path "model"; path "s.xyz"; "--out"; path "s.ucf" ])
                let lines = File.ReadAllLines(path "s.ucf") |> Array.filter (fun l -> not (l.StartsWith '#'))
                let numbers (l: string) =
                    l.Split(' ', StringSplitOptions.RemoveEmptyEntries)
                    |> Array.map (fun x -> Double.Parse(x, CultureInfo.InvariantCulture))
                Assert.Equal<float[]>([| 2. * lattice; 2. * lattice; 2. * lattice |], numbers lines[0])
                Assert.Equal("16 1", lines[4])
                let atoms = lines[5..20] |> Array.map numbers

                for k in 0..15 do
                    Assert.Equal(float k, atoms[k][0])
                    for d in 1..3 do Assert.True(atoms[k][d] >= 0. && atoms[k][d] < 1.)

                let count = int ((lines[21].Split ' ')[0])
                Assert.Equal($"{count} tensorial", lines[21])
                let interactions = lines[22..] |> Array.map numbers
                Assert.Equal(count, interactions.Length)

                // Where the file says that the two atoms are, some pair of the list is.
                let couplings = SpinCouplings.Of(model, s)
                interactions
                |> Array.iteri (fun n row ->
                    let i, j, c = int row[1], int row[2], couplings[n]
                    for d in 0..2 do
                        let apart = 2. * lattice * (atoms[j][1 + d] + row[3 + d] - atoms[i][1 + d])
                        Assert.InRange(abs (apart - c.Vector[d]), 0., 1e-9))

                // −Σ_{i<j} S_i·J·S_j of unit vectors: half of the sum over both directions. What a spin has alone is found by turning it
                // alone.
                let joule = 1.602176634e-19
                let units (v: float[]) =
                    v
                    |> Array.chunkBySize 3
                    |> Array.map (fun u -> (let l = sqrt (Array.sumBy (fun x -> x * x) u) in Array.map (fun x -> x / l) u))
                let pairs (v: float[]) =
                    let e = units v
                    -0.5 / joule * (interactions |> Array.sumBy (fun row ->
                        let i, j = int row[1], int row[2]
                        Seq.sum (seq { for a in 0..2 do for b in 0..2 -> e[i][a] * row[6 + 3 * a + b] * e[j][b] })))

                let before = spinsOf s
                let random = Random 9
                let turned (k: int) (v: float[]) =
                    let v = Array.copy v
                    let length = sqrt (Seq.sum (seq { for d in 0..2 -> v[3 * k + d] ** 2. }))
                    let u = Array.init 3 (fun _ -> Rotations.normal random)
                    let norm = sqrt (Array.sumBy (fun x -> x * x) u)
                    for d in 0..2 do v[3 * k + d] <- length * u[d] / norm
                    v

                let energy v = (model.Predict(withSpins v s)).Energy
                let first, second = turned 2 before, turned 11 before
                let both = Array.mapi (fun k x -> if k / 3 = 11 then second[k] else x) first
                // What only one spin knows of cancels.
                let mixed f = f both - f first - f second + f before
                Assert.InRange(abs (mixed energy - mixed pairs), 0., 1e-7 * abs (mixed energy)))

        testCase "exchange writes numbers with units, and says what it cannot do"
        <| fun () ->
            TemporaryFolder.using (fun folder ->
                let path name = Path.Combine(folder, name)
                ModelFolder.Write(path "model", heisenbergModel.Value)
                ExtendedXyzWriter.Write(path "s.xyz", [ iron 1 0.02 50 ])
                ok [ "exchange"; path "model"; path "s.xyz"; "--out"; path "s.csv"; "--range"; "3" ] |> ignore
                let lines = File.ReadAllLines(path "s.csv")
                Assert.Contains("meV", lines[1])
                // The title, and for both atoms eight neighbours and six behind them.
                Assert.Equal(2 + 1 + 28, lines.Length)
                let exchange name = [ "exchange"; path "model"; path name; "--out"; path "o.ucf" ]
                fails 1 "a file that is there" [ "exchange"; path "model"; path "s.xyz"; "--out"; path "s.csv" ]
                fails 2 "--out: found" [ "exchange"; path "model"; path "s.xyz"; "--out"; path "s.txt" ]
                fails 2 "--range: found -1" [ "exchange"; path "model"; path "s.xyz"; "--out"; path "o.csv"; "--range"; "-1" ]
                fails 2 "--field: found 'orbit'" [ "exchange"; path "model"; path "s.xyz"; "--out"; path "o.csv"; "--field"; "orbit" ]
                ExtendedXyzWriter.Write(path "two.xyz", [ iron 1 0.02 50; iron 1 0.02 51 ])
                fails 1 "several structures" (exchange "two.xyz")
                let s = iron 1 0.02 50
                ExtendedXyzWriter.Write(path "bare.xyz", [ s.WithoutAtomProperty "spins" ])
                fails 1 "no atom property spins" (exchange "bare.xyz")
                let p = s.Positions.ToArray()
                ExtendedXyzWriter.Write(path "same.xyz", [ s.WithPositions(ReadOnlySpan [| yield! p[0..2]; yield! p[0..2] |]) ])
                fails 1 "same.xyz: frame 1, atoms 1 and 2: found the same place, expected atoms apart" (exchange "same.xyz")

                ExtendedXyzWriter.Write(
                    path "tilted.xyz",
                    [ s.WithCell(Cell(ReadOnlySpan [| lattice; 0.; 0.; 0.3; lattice; 0.; 0.; 0.; lattice |]), Periodicity.All) ]
                )

                fails 1 "three orthogonal vectors" (exchange "tilted.xyz"))

        testCase "moments relax to the order of a ferromagnet with their lengths kept" <| fun () ->
            TemporaryFolder.using (fun folder ->
                let path name = Path.Combine(folder, name)
                let model = heisenbergModel.Value
                ModelFolder.Write(path "model", model)
                let s = iron 2 0.02 70
                ExtendedXyzWriter.Write(path "s.xyz", [ s ])
                ok [ "relax"; path "model"; path "s.xyz"; "--out"; path "r.xyz"; "--tolerance"; "1e-7" ] |> ignore
                let relaxed = ExtendedXyzReader.Read(path "r.xyz") |> Seq.exactlyOne
                let lengths (v: float[]) = v |> Array.chunkBySize 3 |> Array.map (fun u -> sqrt (Array.sumBy (fun x -> x * x) u))
                let v = spinsOf relaxed
                Array.iter2 (fun (x: float) y -> Assert.InRange(abs (x - y), 0., 1e-7)) (lengths (spinsOf s)) (lengths v)
                let units = Array.zip (Array.chunkBySize 3 v) (lengths v) |> Array.map (fun (u, l) -> Array.map (fun x -> x / l) u)
                for u in units do
                    Assert.InRange(Array.fold2 (fun sum x y -> sum + x * y) 0. u units[0], 1. - 1e-8, 1. + 1e-8)
                // Aligned along any axis it is the same energy.
                let aligned = lengths (spinsOf s) |> Array.collect (fun l -> [| 0.; 0.; l |])
                Assert.InRange(abs ((model.Predict relaxed).Energy - (model.Predict(withSpins aligned s)).Energy), 0., 1e-6))

        testCase
            "a model of moments of density-functional theory has the theory's own lengths, which no frame of its training has relaxed to, at every lattice constant"
        <| fun () ->
            let path = Path.Combine(SharedData.repository, "paper-reproductions", "spin-power-spectrum-2022", "data", "fe-noncollinear.xyz")
            let kind (s: Structure) = s.Properties["kind"].Texts[0]

            let frames =
                ExtendedXyzReader.Read path
                |> List.ofSeq
                |> List.filter (fun s -> not (List.contains (kind s) [ "finite-difference"; "ref-nonmagnetic" ]))

            let relaxed, others = frames |> List.partition (fun s -> kind s = "ref-fm")
            Assert.Equal(6, relaxed.Length)

            // Scalar products of up to four vectors: |m|⁴ bounds what |m|² would let grow.
            let spec =
                """{"cutoff": {"radius": 5, "smoothing": 1}, "density": {"kind": "delta", "center": "exclude"}, "radial": {"nmax": 4, "scaling": {"scale": 0.7, "exponent": 2}},
                    "lmax": 0, "fields": [{"name": "spin", "kind": "vector", "key": "REF_magmoms", "axial": true, "timeOdd": true}],
                    "representation": {"kind": "nice", "order": 4, "lambda": 2, "factors": ["rho", "spin"],
                                       "contraction": {"components": {"covariants": 30, "invariants": 60}}, "expand": {"covariants": 120, "invariants": 200}},
                    "model": {"kind": "ridge"}}"""

            let model =
                FitRun.Fit(Spec.Parse(spec, "spec"), StructureSource.Of(ResizeArray others, "data"), "spec", FitRequest(Threads = 2))

            let moments (s: Structure) = s.AtomProperties["REF_magmoms"].ToReals() |> Array.chunkBySize 3
            let size (m: float[]) = sqrt (Array.sumBy (fun x -> x * x) m)

            for s in relaxed do
                // Too short and too long, and not parallel.
                let start = PropertyArray.Real(ReadOnlySpan [| 0.9; 0.3; 1.2; 0.2; -0.4; 2.7 |], 3)

                let found =
                    MomentRelaxation.Run(
                        model,
                        s.WithAtomProperty("REF_magmoms", start),
                        MomentRelaxationSettings(WithLengths = true, Tolerance = 1e-6, MostSteps = 2000)
                    )

                Assert.True found.IsDone
                let m, expected = moments found.Structure, size (List.head (List.ofArray (moments s)))

                for v in m do
                    Assert.InRange(size v - expected, -0.1, 0.1)

                Assert.InRange(Array.fold2 (fun sum x y -> sum + x * y) 0. m[0] m[1] / (size m[0] * size m[1]), 1. - 1e-6, 1. + 1e-9)

        testCase "lengths are found where the model bounds them, and said where it does not" <| fun () ->
            TemporaryFolder.using (fun folder ->
                let path name = Path.Combine(folder, name)
                let s = iron 2 0.05 80
                ExtendedXyzWriter.Write(path "s.xyz", [ s ])
                let relax name more = [ "relax"; path name; path "s.xyz"; "--out"; path (name + ".xyz"); "--lengths" ] @ more
                // No moment is worth its price: all vanish.
                let paid = SpinLatticeHamiltonian(Exchange = BetheSlater(0.001, 0.2, 2.2, CutoffFunction(3.6, 0.8)), Quadratic = 0.2)
                ModelFolder.Write(path "paid", fit (specification 3.8 8 1 "summed" "proper") paid [ for seed in 1..8 -> iron 2 0.08 seed ])
                ok (relax "paid" []) |> ignore
                let v = spinsOf (ExtendedXyzReader.Read(path "paid.xyz") |> Seq.exactlyOne)
                Assert.InRange(size v, 0., 1e-3)
                ModelFolder.Write(path "free", heisenbergModel.Value)
                fails 1 "does not bound the lengths" (relax "free" [])
                fails 2 "--steps: found 0" (relax "free" [ "--steps"; "0" ])
                fails 2 "--tolerance: found 0" (relax "free" [ "--tolerance"; "0" ])) ]
