module Toolkit.Tests.Numerics.Fields.Potential.PotentialFieldTests

open System
open System.Collections.Generic
open Expecto
open FsCheck.FSharp
open Toolkit.Numerics.Fields.Potential
open Toolkit.Numerics.Harmonics
open Toolkit.Numerics.Radial
open Toolkit.Numerics.Structures
open Toolkit.Testing
open Toolkit.Tests.Laws
open Toolkit.Tests.Numerics.Fields.Potential.Charged

[<Tests>]
let tests =
    testList "Numerics.Fields.Potential.PotentialFieldTests" [
        testCase "values are the definition's: the potential at points of a spherical grid, each an Ewald sum, in every periodicity" <| fun () ->
            let cases =
                [ Periodicity.All, 1, "laplacian", 1e-6
                  Periodicity.All, 2, "monomial", 1e-8
                  Periodicity.All, 3, "laplacian", 1e-6
                  Periodicity.All, 6, "monomial", 1e-10
                  Periodicity(true, false, true), 1, "monomial", 1e-6
                  Periodicity(true, true, false), 4, "laplacian", 1e-6
                  Periodicity(false, true, false), 1, "monomial", 1e-6
                  Periodicity.None, 1, "gto", 1e-8
                  Periodicity.None, 5, "laplacian", 1e-10 ]

            let random = Random 11

            for periodic, p, name, tolerance in cases do
                let structure = charged random periodic 4
                let basis = (snd (List.find (fun (n, _) -> n = name) bases)) ()
                let f = field (settings p 1. tolerance (Nullable())) basis 3
                let all = f.Compute structure
                let q = structure.AtomProperties["q"].ToReals()
                let polar, radial = (if name = "gto" then 20 else 14), (if name = "gto" then 40 else 14)
                let expected =
                    PotentialReference.Compute(f.Settings, basis, 3, ReadOnlySpan species, structure, ReadOnlySpan q, 1, 1.2, radial, polar)
                let got = all[f.ValuesPerCentre .. 2 * f.ValuesPerCentre - 1]
                let e = error f all got expected
                Assert.True(e < tolerance, $"p = {p}, {periodic}, {name}: error {e:G3}, asked for {tolerance}")

        testCase "the error is within the tolerance, from 1e-3 to 1e-10, over random cells, charges, exponents, widths and bases" <| fun () ->
            let case = Gen.zip3 (Gen.choose (0, 1 <<< 30)) (Gen.choose (1, 6)) (Gen.zip (Gen.elements periodicities) (Gen.elements bases))

            for seed, p, (periodic, (name, make)) in Law.sample 12 case do
                let random = Random seed
                let structure = charged random periodic (random.Next(3, 9))
                let sigma = 0.6 + 0.8 * random.NextDouble()
                let basis = make ()
                let exact = field (settings p sigma 1e-12 (Nullable(1.6 * sigma))) basis 3
                let reference = exact.Compute structure

                for power in (if random.Next 2 = 0 then [ 3; 7 ] else [ 5; 10 ]) do
                    let tolerance = Math.Pow(10., -float power)
                    // Small cells are waves alone where they may choose.
                    let f = field (settings p sigma tolerance (if random.Next 2 = 0 then Nullable(1.9 * sigma) else Nullable())) basis 3
                    let e = error f reference (f.Compute structure) reference
                    Assert.True(e < tolerance, $"p = {p}, {periodic}, {name}, σ = {sigma:F2}, seed {seed}: error {e:G3}, asked for {tolerance}")

        testCase "values turn with the structure, and do not change under translations and the choice of the cell" <| fun () ->
            let case = Gen.zip3 (Gen.choose (0, 1 <<< 30)) (Gen.choose (1, 6)) (Gen.elements periodicities)

            for seed, p, periodic in Law.sample 8 case do
                let random = Random seed
                let structure = charged random periodic 5
                let f = field (settings p 0.8 1e-10 (Nullable())) (MonomialBasis(1, 2.)) 2
                let values = f.Compute structure
                let same what (a: float[]) = Assert.True(error f values a values < 3e-9, $"{what}: p = {p}, {periodic}, seed {seed}")
                same "translation" (f.Compute(Rotations.translate (1.3, -20.2, 7.7) structure))
                let order = Rotations.randomPermutation random 5
                let size = f.ValuesPerCentre
                let permuted = f.Compute(Rotations.permute order structure)
                same "permutation" (Array.init values.Length (fun at -> permuted[Array.IndexOf(order, at / size) * size + at % size]))

                let m = Rotations.randomRotation random
                let turned = f.Compute(Rotations.apply [] m structure)
                let lm, channels = 9, f.ChannelCount
                let back = Array.zeroCreate values.Length
                let matrices = WignerD(ReadOnlySpan m, 2)

                for l in 0..2 do
                    // D from harmonics at points: Y(R r) = D Y(r).
                    let d = matrices.Real(l).ToArray()

                    for i in 0..4 do
                        for c in 0 .. channels - 1 do
                            for a in 0 .. 2 * l do
                                for b in 0 .. 2 * l do
                                    let at k = (i * lm + l * l + k) * channels + c
                                    back[at b] <- back[at b] + d[a * (2 * l + 1) + b] * turned[at a]

                same "rotation" back

                if periodic.Dimensions > 1 then
                    let h = (cellOf structure).Vectors.ToArray()
                    let a, b = (if periodic.A then 0 else 1), (if periodic.C then 2 else 1)
                    let sheared = h |> Array.mapi (fun i x -> if i / 3 = b then x + h[3 * a + i % 3] else x)
                    same "cell" (f.Compute(structure.WithCell(Cell(ReadOnlySpan sheared), periodic)))

                if periodic.Any then
                    let times d = if periodic[d] then 2 else 1
                    let doubled = structure.Replicate(times 0, times 1, times 2)
                    same "supercell" (f.Compute(doubled)[.. values.Length - 1])

        testCase "derivatives by positions, strain, cell and charges are the derivatives, in every periodicity"
        <| fun () ->
            let case = Gen.zip3 (Gen.choose (0, 1 <<< 30)) (Gen.choose (1, 6)) (Gen.zip (Gen.elements periodicities) (Gen.elements bases))

            for seed, p, (periodic, (_, make)) in Law.sample 14 case do
                let random = Random seed
                let structure = charged random periodic (random.Next(2, 7))
                // Wires have many waves, unless the smooth part is very smooth.
                let split = Nullable(if periodic.Dimensions = 1 then 2.5 else 1.5)
                let exterior: CutoffFunction | null = if random.Next 2 = 0 then CutoffFunction(3., 1.5, CutoffKind.Polynomial) else null

                let set =
                    PotentialSettings(
                        Exponent = p,
                        Smearing = 0.9,
                        Tolerance = 1e-11,
                        ChargeKey = "q",
                        Split = split,
                        Exterior = exterior,
                        OwnCharge = [| OwnCharge.Include; OwnCharge.Exclude; OwnCharge.Separate |][random.Next 3]
                    )

                let f = field set (make ()) 2
                let weights = Array.init (structure.Count * f.ValuesPerCentre) (fun _ -> 2. * random.NextDouble() - 1.)
                let energy s = Array.fold2 (fun e a v -> e + a * v) 0. weights (f.Compute s)

                use state = f.Begin structure
                // In two parts, the second first.
                let half = structure.Count / 2
                let size = f.ValuesPerCentre
                state.Backward(half, structure.Count - half, ReadOnlySpan(weights, half * size, weights.Length - half * size))
                state.Backward(0, half, ReadOnlySpan(weights, 0, half * size))
                let d = state.End()
                let h = 1e-3
                let slope g = (8. * (g h - g (-h)) - (g (2. * h) - g (-2. * h))) / (12. * h)
                let scale = 1. + (d.Forces |> Array.map abs |> Array.max)

                let check what (expected: float) actual =
                    Assert.True(
                        abs (expected - actual) < 1e-7 * scale * float structure.Count,
                        $"{what}, p = {p}, {periodic}, seed {seed}: {expected:R} by differences, {actual:R}"
                    )

                let r = structure.Positions.ToArray()

                for k in [ random.Next r.Length; random.Next r.Length ] do
                    let moved t = structure.WithPositions(ReadOnlySpan(r |> Array.mapi (fun i x -> if i = k then x + t else x)))
                    check "force" (slope (moved >> energy)) -d.Forces[k]

                for e in [ random.Next 9; random.Next 9 ] do
                    let strained t =
                        structure.Transform(ReadOnlySpan(Rotations.identity |> Array.mapi (fun i x -> if i = e then x + t else x)))

                    check "virial" (slope (strained >> energy)) -d.Virial[e]

                let q = structure.AtomProperties["q"].ToReals()
                let k = random.Next q.Length

                let recharged t =
                    structure.WithAtomProperty(
                        "q",
                        PropertyArray.Real(ReadOnlySpan(q |> Array.mapi (fun i x -> if i = k then x + t else x)))
                    )

                check "charge" (slope (recharged >> energy)) -d.ChargeForces[k]

                if periodic.Any then
                    let v = List.find (fun d -> periodic[d]) [ 2; 1; 0 ]
                    let at = 3 * v + random.Next 3

                    let stretched t =
                        structure.WithCell(
                            Cell(ReadOnlySpan((cellOf structure).Vectors.ToArray() |> Array.mapi (fun i x -> if i = at then x + t else x))),
                            periodic
                        )

                    check "cell" (slope (stretched >> energy)) d.CellGradient[at]

        testCase "values and derivatives are bitwise the same for any number of threads" <| fun () ->
            for periodic in [ Periodicity.None; Periodicity.All; Periodicity(true, true, false) ] do
                let structure = charged (Random 3) periodic 60
                let f = field (settings 1 1. 1e-6 (Nullable())) (MonomialBasis(1, 3.)) 3

                let run threads =
                    use state = f.Begin(structure, threads)
                    let v = Array.zeroCreate (60 * f.ValuesPerCentre)
                    state.Forward(0, 60, Span v)
                    state.Backward(0, 60, ReadOnlySpan v)
                    let d = state.End()
                    Array.concat [ v; d.Forces; d.Virial; d.CellGradient; d.ChargeForces ]

                Assert.Equal<float[]>(run 1, run 3)

        testCase "far from one charge the monomial field of 1/r is its multipole expansion"
        <| fun () ->
            let cutoff, lmax = 2., 5

            let f =
                PotentialField(
                    PotentialSettings(OwnCharge = OwnCharge.Exclude, Tolerance = 1e-11),
                    MonomialBasis(1, cutoff),
                    lmax,
                    ReadOnlySpan species
                )

            for distance in [ 30.; 1e3; 1e7 ] do
                let structure =
                    Structure.Create(ReadOnlySpan [| 11; 17 |], ReadOnlySpan [| 0.; 0.; 0.; 6.; -18.; sqrt (distance * distance - 360.) |])

                let values = f.Compute structure
                let r = structure.Positions.ToArray()[3..] |> Array.map (fun x -> x / distance)
                let y = Array.zeroCreate 36
                SphericalHarmonics<float>(lmax).Compute(ReadOnlySpan [| r[0] |], ReadOnlySpan [| r[1] |], ReadOnlySpan [| r[2] |], Span y)

                for l in 0..lmax do
                    // 1/|r − d| = Σ 4π/(2l+1) r^l/d^(l+1) Y Y, and R = √((2l+3)/c³) (r/c)^l.
                    let k = float l
                    let moment = sqrt ((2. * k + 3.) / (cutoff * cutoff * cutoff)) * Math.Pow(cutoff, k + 3.) / (2. * k + 3.)
                    let size = 4. * Math.PI / (2. * k + 1.) * moment / Math.Pow(distance, k + 1.)

                    for m in l * l .. (l + 1) * (l + 1) - 1 do
                        Assert.Equal(size * y[m], values[2 * m + 1], 1e-10 * size)
                        Assert.Equal(0., values[2 * m], 1e-13)

        testCase "a sparse cluster has the values of the definition, and one of any size is tabulated at once"
        <| fun () ->
            for p in 1..6 do
                for name, make in bases do
                    let basis = make ()

                    let f =
                        field
                            (PotentialSettings(
                                Exponent = p,
                                Smearing = 0.7,
                                Tolerance = 1e-8,
                                ChargeKey = "q",
                                OwnCharge = OwnCharge.Exclude
                            ))
                            basis
                            2

                    for distance in [ 11.; 24.; 55. ] do
                        let structure =
                            (Structure.Create(
                                ReadOnlySpan [| 11; 17 |],
                                ReadOnlySpan [| 0.; 0.; 0.; 0.48 * distance; 0.6 * distance; -0.64 * distance |]
                            ))
                                .WithAtomProperty("q", PropertyArray.Real(ReadOnlySpan [| 1.; -2. |]))

                        let expected =
                            PotentialReference.Compute(
                                f.Settings,
                                basis,
                                2,
                                ReadOnlySpan species,
                                structure,
                                ReadOnlySpan [| 1.; -2. |],
                                0,
                                1.5,
                                40,
                                12
                            )

                        let got = (f.Compute structure)[.. f.ValuesPerCentre - 1]
                        // The other species alone has values.
                        let e = error f got got expected
                        Assert.True(e < 1e-8, $"p = {p}, {name}, {distance} Å: error {e:G3}")

            let alone = field (settings 1 1. 1e-6 (Nullable())) (MonomialBasis(1, 2.)) 2
            let apart = charged (Random 3) Periodicity.None 2
            let time = Diagnostics.Stopwatch.StartNew()

            Assert.All(
                alone.Compute(apart.WithPositions(ReadOnlySpan [| 0.; 0.; 0.; 1e12; 0.; 0. |])),
                fun v -> Assert.True(Double.IsFinite v)
            )

            Assert.True(time.Elapsed.TotalSeconds < 20., $"{time.Elapsed}")

        testCase "in strongly skewed, flat and long cells values are the definition's, by waves and by a mesh"
        <| fun () ->
            let random = Random 23
            let basis = MonomialBasis(1, 2.)

            for periodic, stretch in
                [
                    Periodicity.All, [| 1.; 1.; 1. |]
                    Periodicity.All, [| 4.; 4.; 0.25 |]
                    Periodicity.All, [| 0.5; 0.5; 6. |]
                    Periodicity(true, true, false), [| 1.; 1.; 1. |]
                    Periodicity(false, true, true), [| 1.; 3.; 0.6 |]
                ] do
                let built = charged random periodic 4
                let h = (cellOf built).Vectors.ToArray() |> Array.mapi (fun i x -> stretch[i / 3] * x)
                let structure = built.WithCell(Cell(ReadOnlySpan h), periodic)
                let q = structure.AtomProperties["q"].ToReals()
                // The same lattice by vectors that are long and nearly parallel: one is added to the next many times over.
                let skewed = Array.copy h

                for a, b, times in [ 0, 1, 23.; 1, 2, -17.; 2, 0, 5. ] do
                    if periodic[a] && periodic[b] then
                        for x in 0..2 do
                            skewed[3 * b + x] <- skewed[3 * b + x] + times * skewed[3 * a + x]

                for evaluator in [ PotentialEvaluator.Waves; PotentialEvaluator.Mesh ] do
                    let f = field (PotentialSettings(Tolerance = 1e-6, ChargeKey = "q", Evaluator = evaluator)) basis 2

                    let expected =
                        PotentialReference.Compute(f.Settings, basis, 2, ReadOnlySpan species, structure, ReadOnlySpan q, 0, 1.2, 12, 10)

                    let all = f.Compute(structure.WithCell(Cell(ReadOnlySpan skewed), periodic))
                    let e = error f all all[.. f.ValuesPerCentre - 1] expected
                    Assert.True(e < 1e-6, $"{evaluator}, {periodic}, {stretch[0]} {stretch[1]} {stretch[2]}: error {e:G3}")

                    // Forces and virial do not depend on the vectors either.
                    let derivatives (cell: float[]) =
                        use state = f.Begin(structure.WithCell(Cell(ReadOnlySpan cell), periodic))
                        let values = Array.zeroCreate (structure.Count * f.ValuesPerCentre)
                        state.Forward(0, structure.Count, values.AsSpan())
                        state.Backward(0, structure.Count, values.AsSpan())
                        state.End()

                    let a, b = derivatives h, derivatives skewed
                    let largest = a.Forces |> Seq.map abs |> Seq.max

                    Seq.iter2
                        (fun (x: float) y -> Assert.Equal(x, y, 1e-5 * largest))
                        (Seq.append a.Forces a.Virial)
                        (Seq.append b.Forces b.Virial)

        testCase "the exterior field is the field of the atoms outside, and an own charge touches l = 0 only"
        <| fun () ->
            for periodic in [ Periodicity.None; Periodicity.All ] do
                let structure = charged (Random 8) periodic 9
                let make (set: PotentialSettings) = field set (MonomialBasis(2, 2.)) 3
                let basic = settings 2 0.8 1e-10 (Nullable())
                let f = make basic
                let included = f.Compute structure

                let excluded =
                    (make (
                        PotentialSettings(Exponent = 2, Smearing = 0.8, Tolerance = 1e-10, ChargeKey = "q", OwnCharge = OwnCharge.Exclude)
                    ))
                        .Compute
                        structure

                let sharp r =
                    PotentialSettings(Exponent = 2, Smearing = 0.8, Tolerance = 1e-10, ChargeKey = "q", SharpExterior = Nullable r)
                // Nothing is closer than 0.1 Å but the centre itself.
                let outside = (make (sharp 0.1)).Compute structure
                Assert.True(error f included outside excluded < 1e-9)
                let lm, channels = 16, f.ChannelCount

                for at in 0 .. included.Length - 1 do
                    if at / channels % lm > 0 then
                        Assert.Equal(included[at], excluded[at], 1e-13)
                    elif (at % channels) / 2 <> (at / f.ValuesPerCentre) % 2 then
                        Assert.Equal(included[at], excluded[at], 1e-13)

                if not periodic.Any then
                    // Atoms beyond 3 Å of atom 0, alone with an atom 0 without charge.
                    let r = structure.Positions.ToArray()
                    let distance j = sqrt (Seq.sum (seq { for k in 0..2 -> (r[3 * j + k] - r[k]) ** 2. }))

                    let far = [|
                        for j in 1..8 do
                            if distance j >= 3. then
                                j
                    |]

                    Assert.NotEmpty far
                    let rest = structure.Select(ReadOnlySpan(Array.append [| 0 |] far))

                    let expected =
                        (make (
                            PotentialSettings(
                                Exponent = 2,
                                Smearing = 0.8,
                                Tolerance = 1e-10,
                                ChargeKey = "q",
                                OwnCharge = OwnCharge.Exclude
                            )
                        ))
                            .Compute
                            rest

                    let got = (make (sharp 3.)).Compute structure
                    Assert.True(error f included got[.. f.ValuesPerCentre - 1] expected[.. f.ValuesPerCentre - 1] < 1e-9)

        testCase "a separate own charge is what including it adds, in channels of its own"
        <| fun () ->
            for periodic, evaluator in
                [
                    Periodicity.None, PotentialEvaluator.Auto
                    Periodicity.All, PotentialEvaluator.Waves
                    Periodicity.All, PotentialEvaluator.Mesh
                    Periodicity(true, true, false), PotentialEvaluator.Auto
                ] do
                let structure = charged (Random 18) periodic 12

                let make own =
                    field
                        (PotentialSettings(
                            Exponent = 2,
                            Smearing = 0.8,
                            Tolerance = 1e-10,
                            ChargeKey = "q",
                            OwnCharge = own,
                            Evaluator = evaluator
                        ))
                        (MonomialBasis(1, 2.))
                        2

                let included, excluded, separate =
                    (make OwnCharge.Include).Compute structure, (make OwnCharge.Exclude).Compute structure, make OwnCharge.Separate

                let values = separate.Compute structure
                // One radial function, two species and before them the centre's own.
                Assert.Equal(3, separate.ChannelCount)
                let scale = included |> Array.map abs |> Array.max

                for i in 0..11 do
                    for m in 0..8 do
                        let at k = (i * 9 + m) * 3 + k

                        for a in 0..1 do
                            let full = (i * 9 + m) * 2 + a
                            Assert.Equal(excluded[full], values[at (1 + a)], 1e-12 * scale)
                            let own = if a = i % 2 then values[at 0] else 0.
                            Assert.Equal(included[full], excluded[full] + own, 1e-12 * scale)

                        if m > 0 then
                            Assert.Equal(0., values[at 0])

                    Assert.True(abs values[i * 27] > 1e-3 * abs (structure.AtomProperties["q"].ToReals()[i]))

        testCase "the autocorrelation of a Gaussian is a wider one, and charges by species are charges" <| fun () ->
            let structure = charged (Random 4) Periodicity.All 6
            let a = field (PotentialSettings(Smearing = 0.7, Autocorrelation = true, ChargeKey = "q")) (MonomialBasis(2, 2.)) 2
            let b = field (PotentialSettings(Smearing = 0.7 * sqrt 2., ChargeKey = "q")) (MonomialBasis(2, 2.)) 2
            Assert.True(error a (b.Compute structure) (a.Compute structure) (b.Compute structure) < 1e-9)
            let bySpecies = field (PotentialSettings(SpeciesCharges = Dictionary(dict [ 11, 2.; 17, -0.5 ]))) (MonomialBasis(2, 2.)) 2
            let plain = field (PotentialSettings()) (MonomialBasis(2, 2.)) 2
            let values, units = bySpecies.Compute structure, plain.Compute structure
            Array.iteri (fun at v -> Assert.Equal((if at % 4 < 2 then 2. else -0.5) * units[at], v, 1e-12)) values

        testCase "in cells smaller than the charges the few waves that are left are right to the tolerance, or the cell is refused"
        <| fun () ->
            // V = Σ_k c(k) 4π i^l R̃ Y_lm(k̂) e^(ik·(r_i − r_j)), every wave of the lattice by itself.
            let basis, lmax = MonomialBasis(1, 1.5), 2

            let bessel l x =
                match l with
                | 0 -> sin x / x
                | 1 -> (sin x / x - cos x) / x
                | _ -> ((3. / (x * x) - 1.) * sin x - 3. * cos x / x) / x

            let harmonics = SphericalHarmonics<float> lmax

            let definition p sigma (structure: Structure) =
                let power, cell, r = SmearedPower(p, sigma), cellOf structure, structure.Positions.ToArray()
                let b, q = cell.Reciprocal(), structure.AtomProperties["q"].ToReals()
                let values: float[] = Array.zeroCreate (structure.Count * 9 * 2)

                let radial l k =
                    Quadrature.integrate 4 20 0. 1.5 (fun x ->
                        let value, d1, d2 = Array.zeroCreate 3, Array.zeroCreate 3, Array.zeroCreate 3
                        basis.Evaluate(x, lmax, Span value, Span d1, Span d2)
                        x * x * value[l] * (if k = 0. then (if l = 0 then 1. else 0.) else bessel l (k * x)))

                for h0 in -6 .. 6 do
                    for h1 in -6 .. 6 do
                        for h2 in -6 .. 6 do
                            let k = [| for x in 0..2 -> float h0 * b[x] + float h1 * b[3 + x] + float h2 * b[6 + x] |]
                            let length = sqrt (k |> Array.sumBy (fun x -> x * x))
                            let c = (if length = 0. && p <= 3 then 0. else power.Transform length) / cell.Volume

                            if c <> 0. && length < 8.6 / sigma then
                                let y = Array.zeroCreate 9

                                harmonics.Compute(
                                    ReadOnlySpan [| k[0] |],
                                    ReadOnlySpan [| k[1] |],
                                    ReadOnlySpan [| (if length = 0. then 1. else k[2]) |],
                                    Span y
                                )

                                for l in 0..lmax do
                                    let front = 4. * Math.PI * c * radial l length

                                    for i in 0 .. structure.Count - 1 do
                                        for j in 0 .. structure.Count - 1 do
                                            let phase = Seq.sum (seq { for x in 0..2 -> k[x] * (r[3 * i + x] - r[3 * j + x]) })

                                            let wave =
                                                match l with
                                                | 0 -> cos phase
                                                | 1 -> -(sin phase)
                                                | _ -> -(cos phase)

                                            for m in l * l .. l * l + 2 * l do
                                                let at = (i * 9 + m) * 2 + j % 2
                                                values[at] <- values[at] + q[j] * front * wave * y[m]

                values

            let random = Random 41
            let mutable refused, right = 0, 0

            for p in 1..6 do
                for ratio in [ 0.6; 1.1; 1.6; 2.5; 4. ] do
                    let sigma = 0.8 + random.NextDouble()

                    let cell =
                        Cell(
                            ReadOnlySpan [|
                                for k in 0..8 -> sigma * ratio * ((if k % 4 = 0 then 1. else 0.) + 0.15 * (random.NextDouble() - 0.5))
                            |]
                        )

                    let fractional = [| for _ in 1..9 -> random.NextDouble() |]
                    let positions = Array.zeroCreate 9
                    cell.ToCartesian(ReadOnlySpan fractional, Span positions)
                    let q = [| for _ in 1..3 -> 0.5 + random.NextDouble() |]

                    let structure =
                        (Structure.Create(ReadOnlySpan [| 11; 17; 11 |], ReadOnlySpan positions, cell, Periodicity.All))
                            .WithAtomProperty("q", PropertyArray.Real(ReadOnlySpan q))

                    let expected = definition p sigma structure

                    for tolerance in [ 1e-3; 1e-6; 1e-9 ] do
                        let f = field (settings p sigma tolerance (Nullable())) basis lmax

                        match
                            (try
                                Some(f.Compute structure)
                             with :? UnfitStructureException as e ->
                                 (Assert.Contains("smaller smearing", e.Message)
                                  None))
                        with
                        | Some found ->
                            right <- right + 1
                            let e = error f expected found expected

                            Assert.True(
                                e < tolerance,
                                $"p = {p}, σ = {sigma:F2}, {ratio} σ: error {e:G3}, asked for {tolerance}: {f.Plan structure}"
                            )
                        | None ->
                            refused <- refused + 1
                            Assert.True(ratio < 1.5, $"{ratio} σ is refused at {tolerance}")

            Assert.True(refused >= 12 && right >= 48, $"{refused} refused, {right} right")

        testCase "bad input is refused with what was found"
        <| fun () ->
            let structure = charged (Random 4) Periodicity.All 3

            let says (text: string) (f: unit -> unit) =
                let e = Assert.ThrowsAny<Exception>(fun () -> f ())
                Assert.Contains(text, e.Message)

            let basis = MonomialBasis(1, 2.)

            says "has no channels" (fun () ->
                PotentialField(PotentialSettings(), basis, 2, ReadOnlySpan [| 11 |]).Compute structure |> ignore)

            says "no atom property 'charge'" (fun () ->
                (field (PotentialSettings(ChargeKey = "charge")) basis 2).Compute structure |> ignore)

            says "from 1 to 6" (fun () -> field (PotentialSettings(Exponent = 7)) basis 2 |> ignore)
            says "relative error" (fun () -> field (PotentialSettings(Tolerance = 1e-14)) basis 2 |> ignore)
            says "increasing" (fun () -> PotentialField(PotentialSettings(), basis, 2, ReadOnlySpan [| 17; 11 |]) |> ignore)

            says "never ends" (fun () ->
                (field (PotentialSettings(Evaluator = PotentialEvaluator.Pairs)) basis 2).Compute structure |> ignore)
            // Two atoms in a desert: more waves than there is memory.
            let lost = structure.WithCell(Cell.Cubic 1e5, Periodicity.All)

            says "across a slab whose cell is" (fun () ->
                let strayed =
                    (charged (Random 4) (Periodicity(true, true, false)) 3)
                        .WithPositions(ReadOnlySpan [| 0.; 0.; 0.; 1.; 1.; 1.; 0.; 0.; 1e5 |])

                (field (PotentialSettings()) basis 2).Compute strayed |> ignore)

            says "at most 1E+12 Å" (fun () ->
                let lost = (charged (Random 4) Periodicity.None 2).WithPositions(ReadOnlySpan [| 0.; 0.; 0.; 1e200; 0.; 0. |])
                (field (PotentialSettings()) basis 2).Compute lost |> ignore)

            says "smeared by 0.001 Å are points" (fun () -> field (PotentialSettings(Smearing = 0.001)) basis 2 |> ignore)
            says "to 20 times that" (fun () -> field (PotentialSettings(Split = Nullable 50.)) basis 2 |> ignore)

            says "at most 1000000 e" (fun () ->
                let strong = structure.WithAtomProperty("q", PropertyArray.Real(ReadOnlySpan [| 1.; 1e200; 1. |]))
                (field (PotentialSettings(ChargeKey = "q")) basis 2).Compute strong |> ignore)

            says "more than 1E+08 waves" (fun () -> (field (PotentialSettings(Smearing = 0.5)) basis 2).Compute lost |> ignore)
            let sharp = field (PotentialSettings(SharpExterior = Nullable 2.)) basis 2
            use state = sharp.Begin structure
            says "no gradients" (fun () -> state.Backward(0, 1, ReadOnlySpan(Array.zeroCreate sharp.ValuesPerCentre)))
            says "expected centres" (fun () -> state.Forward(2, 2, Span(Array.zeroCreate (2 * sharp.ValuesPerCentre))))
    ]
