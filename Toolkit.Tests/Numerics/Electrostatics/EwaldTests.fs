module Toolkit.Tests.Numerics.Electrostatics.EwaldTests

open System
open System.IO
open System.Text.Json
open Expecto
open FsCheck.FSharp
open Toolkit.Numerics.Electrostatics
open Toolkit.Numerics.Structures
open Toolkit.Testing
open Toolkit.Tests.Laws

let private periodicities =
    [ for a in [ false; true ] do
          for b in [ false; true ] do
              for c in [ false; true ] -> Periodicity(a, b, c) ]

/// A random structure of charges that sum to `net`.
let private charged (random: Random) periodic atoms net =
    let structure =
        RandomStructure.build
            { Seed = random.Next(); Atoms = atoms; Species = [ 11; 17 ]; Periodic = periodic; HasCell = periodic.Any; Spacing = 1.2 }

    let q = Array.init atoms (fun _ -> 2. * random.NextDouble() - 1.)
    let excess = (Array.sum q - net) / float atoms
    structure, q |> Array.map (fun x -> x - excess)

let private cellOf (structure: Structure) : Cell = nonNull structure.Cell

let private compute (sum: EwaldSum) structure (q: float[]) = sum.Compute(structure, ReadOnlySpan q)

let private crystal (vectors: float list) (fractional: (float * float * float * float) list) =
    let cell = Cell(ReadOnlySpan(Array.ofList vectors))
    let r = fractional |> List.collect (fun (_, x, y, z) -> [ x; y; z ]) |> Array.ofList
    let positions = Array.zeroCreate r.Length
    cell.ToCartesian(ReadOnlySpan r, Span positions)
    let q = fractional |> List.map (fun (q, _, _, _) -> q) |> Array.ofList
    let species = q |> Array.map (fun x -> if x > 0. then 11 else 17)
    Structure.Create(ReadOnlySpan species, ReadOnlySpan positions, cell, Periodicity.All), q

let private fcc = [ 0.; 0.5; 0.5; 0.5; 0.; 0.5; 0.5; 0.5; 0. ]

let private crystals =
    let c = sqrt (8. / 3.)

    [ "rock salt", 1.747564594633, 0.5, fcc, [ 1., 0., 0., 0.; -1., 0.5, 0.5, 0.5 ]
      "caesium chloride", 1.762674773071, sqrt 3. / 2., [ 1.; 0.; 0.; 0.; 1.; 0.; 0.; 0.; 1. ], [ 1., 0., 0., 0.; -1., 0.5, 0.5, 0.5 ]
      "zincblende", 1.638055053389, sqrt 3. / 4., fcc, [ 1., 0., 0., 0.; -1., 0.25, 0.25, 0.25 ]
      "wurtzite", 1.641321627372, 0.375 * c, [ 1.; 0.; 0.; -0.5; sqrt 3. / 2.; 0.; 0.; 0.; c ],
      [ 1., 1. / 3., 2. / 3., 0.; 1., 2. / 3., 1. / 3., 0.5; -1., 1. / 3., 2. / 3., 0.375; -1., 2. / 3., 1. / 3., 0.875 ] ]

/// Σ over images within a smooth window of radius `reach`, whose edge leaves an error in powers of 1/reach.
let private windowed p (structure: Structure) (q: float[]) reach =
    let cell, r = cellOf structure, structure.Positions.ToArray()
    let h = cell.Vectors.ToArray()
    let count d = if structure.Periodic[d] then int (6.4 * reach / cell.Height d) + 1 else 0
    let na, nb, nc = count 0, count 1, count 2
    let potentials = Array.zeroCreate q.Length

    for a in -na .. na do
        for b in -nb .. nb do
            for c in -nc .. nc do
                let t k = float a * h[k] + float b * h[3 + k] + float c * h[6 + k]
                let tx, ty, tz = t 0, t 1, t 2
                // 1 − O(u⁴): the sum over images near by is the plain one to that order.
                let u = (tx * tx + ty * ty + tz * tz) / (reach * reach)
                let w = (1. + u * (1. + u / 2. * (1. + u / 3.))) * exp -u

                if w > 1e-13 then
                    for i in 0 .. q.Length - 1 do
                        for j in 0 .. q.Length - 1 do
                            if a <> 0 || b <> 0 || c <> 0 || i <> j then
                                let x = r[3 * j] + tx - r[3 * i]
                                let y = r[3 * j + 1] + ty - r[3 * i + 1]
                                let z = r[3 * j + 2] + tz - r[3 * i + 2]
                                potentials[i] <- potentials[i] + w * q[j] * Math.Pow(x * x + y * y + z * z, -0.5 * float p)

    potentials

[<Tests>]
let tests =
    testList "Numerics.Electrostatics.EwaldTests" [
        testCase "Madelung constants of rock salt, caesium chloride, zincblende and wurtzite" <| fun () ->
            for name, expected, nearest, vectors, atoms in crystals do
                let structure, q = crystal vectors atoms
                let result = compute (EwaldSum(1, 1e-14)) structure q

                for i in 0 .. q.Length - 1 do
                    let constant = -q[i] * result.Potentials[i] * nearest
                    Assert.True(abs (constant - expected) < 1e-11, $"{name}: {constant:R}")

        testCase "single charges on cubic lattices in a uniform background have the energies of Wigner's crystals" <| fun () ->
            // Energies per charge in e²/r_s, 4π/3 r_s³ the volume of one.
            for name, expected, vectors in
                [ "simple cubic", -0.5 * 2.8372974794806 * Math.Cbrt(3. / (4. * Math.PI)), [ 1.; 0.; 0.; 0.; 1.; 0.; 0.; 0.; 1. ]
                  "body-centred cubic", -0.895929255682, [ -0.5; 0.5; 0.5; 0.5; -0.5; 0.5; 0.5; 0.5; -0.5 ]
                  "face-centred cubic", -0.895873615195, fcc ] do
                let structure, q = crystal vectors [ 1., 0., 0., 0. ]
                let radius = Math.Cbrt(3. * (cellOf structure).Volume / (4. * Math.PI))
                let energy = (compute (EwaldSum(1, 1e-14)) structure q).Energy
                Assert.True(abs (radius * energy - expected) < 1e-11, $"{name}: {radius * energy:R}")

        testCase "the energy does not depend on where the sum is split, with a net charge or without, at any p and periodicity" <| fun () ->
            let case = Gen.zip3 (Gen.choose (0, 1 <<< 30)) (Gen.choose (1, 6)) (Gen.elements periodicities)

            Law.holdsFor 30 (Law.from case) (fun (seed, p, periodic) ->
                let random = Random seed
                let net = if periodic.Dimensions = 3 && p = 3 then 0. else float (random.Next 3) - 1.
                let structure, q = charged random periodic (random.Next(2, 9)) net
                let a = compute (EwaldSum(p, 1e-14, 0.9)) structure q
                let b = compute (EwaldSum(p, 1e-14, 1.4)) structure q
                let scale = 1. + (a.Potentials |> Array.map abs |> Array.max)
                Array.iter2 (fun x y -> Assert.Equal(x, y, 1e-12 * scale)) a.Potentials b.Potentials
                let force = scale + (a.Forces |> Array.map abs |> Array.max)
                Array.iter2 (fun x y -> Assert.Equal(x, y, 1e-12 * force)) a.Forces b.Forces
                Array.iter2 (fun x y -> Assert.Equal(x, y, 1e-12 * force * float q.Length)) a.Virial b.Virial)

        testCase "in slabs and wires the potentials of neutral sets are those of sums over images"
        <| fun () ->
            let case =
                Gen.zip3
                    (Gen.choose (0, 1 <<< 30))
                    (Gen.choose (1, 6))
                    (Gen.elements (periodicities |> List.filter (fun p -> p.Dimensions = 1 || p.Dimensions = 2)))

            for seed, p, periodic in Law.sample 8 case do
                let random = Random seed
                let structure, q = charged random periodic 3 0.
                let wrapped = Array.zeroCreate 9
                (cellOf structure).Wrap(structure.Positions, periodic, Span wrapped)
                let structure = structure.WithPositions(ReadOnlySpan wrapped)
                let expected = (compute (EwaldSum(p, 1e-12)) structure q).Potentials
                let reach = if periodic.Dimensions = 2 then 20. else 60.
                let s k = windowed p structure q (reach * Math.Pow(2., float k))
                let sums = Array.init (if periodic.Dimensions = 2 then 4 else 5) s
                let d = periodic.Dimensions
                // Cells are neutral: odd multipoles cancel between R and −R, even ones, from 1/R^(p+2) on, leave reach^(d−p−2), ^(d−p−4) …
                let mutable rows = sums

                for k in 0 .. sums.Length - 2 do
                    let power = float (p + 2 - d + 2 * k)

                    rows <-
                        rows
                        |> Array.pairwise
                        |> Array.map (fun (a, b) -> Array.map2 (fun x y -> y + (y - x) / (Math.Pow(2., power) - 1.)) a b)

                let scale = 1. + (expected |> Array.map abs |> Array.max)

                Array.iter2
                    (fun x y ->
                        Assert.True(abs (x - y) < 1e-7 * scale, $"p = {p}, {periodic}, seed {seed}: {x:R} by waves, {y:R} by images"))
                    expected
                    rows[0]

        testCase "forces, virial and cell gradient are the derivatives of the energy in every periodicity"
        <| fun () ->
            let case = Gen.zip3 (Gen.choose (0, 1 <<< 30)) (Gen.choose (1, 6)) (Gen.elements periodicities)

            Law.holdsFor 16 (Law.from case) (fun (seed, p, periodic) ->
                let random = Random seed
                let structure, q = charged random periodic (random.Next(2, 6)) 0.
                let sum = EwaldSum(p, 1e-14, 1.3)
                let result = compute sum structure q
                let energy s = (compute sum s q).Energy
                // Differences of fourth order: with this step rounding, 1e-16/h, and the fifth derivative, h⁴, leave some 1e-10 each at p =
                // 6.
                let h = 3e-4
                let r = structure.Positions.ToArray()
                let slope f = (8. * (f h - f (-h)) - (f (2. * h) - f (-2. * h))) / (12. * h)
                let scale = 1. + (result.Forces |> Array.map abs |> Array.max)
                let k = random.Next r.Length
                let moved t = structure.WithPositions(ReadOnlySpan(r |> Array.mapi (fun i x -> if i = k then x + t else x)))
                Assert.Equal(-result.Forces[k], slope (moved >> energy), 2e-9 * scale)
                let e = random.Next 9

                let strained t =
                    structure.Transform(ReadOnlySpan(Rotations.identity |> Array.mapi (fun i x -> if i = e then x + t else x)))

                Assert.Equal(-result.Virial[e], slope (strained >> energy), 2e-9 * scale * float q.Length)

                if periodic.Any then
                    let v = List.find (fun d -> periodic[d]) [ 2; 1; 0 ]
                    let at = 3 * v + random.Next 3

                    let stretched t =
                        structure.WithCell(
                            Cell(ReadOnlySpan((cellOf structure).Vectors.ToArray() |> Array.mapi (fun i x -> if i = at then x + t else x))),
                            periodic
                        )

                    Assert.Equal(result.CellGradient[at], slope (stretched >> energy), 2e-9 * scale * float q.Length))

        testCase "a supercell and another choice of lattice vectors have the same potentials"
        <| fun () ->
            Law.holdsFor
                12
                (Law.from (Gen.zip3 (Gen.choose (0, 1 <<< 30)) (Gen.choose (1, 6)) (Gen.elements periodicities)))
                (fun (seed, p, periodic) ->
                    if periodic.Any then
                        let random = Random seed
                        let structure, q = charged random periodic 4 0.
                        let expected = compute (EwaldSum(p, 1e-12)) structure q
                        let times d = if periodic[d] then 2 else 1
                        let doubled = structure.Replicate(times 0, times 1, times 2)
                        let copies = doubled.Count / q.Length
                        let all = compute (EwaldSum(p, 1e-12)) doubled (Array.init doubled.Count (fun i -> q[i % q.Length]))
                        let scale = 1. + (expected.Potentials |> Array.map abs |> Array.max)
                        Assert.Equal(expected.Energy * float copies, all.Energy, 1e-9 * scale * float doubled.Count)

                        if periodic.Dimensions > 1 then
                            let h = (cellOf structure).Vectors.ToArray()
                            let a, b = (if periodic.A then 0 else 1), (if periodic.C then 2 else 1)
                            let sheared = h |> Array.mapi (fun i x -> if i / 3 = b then x + h[3 * a + i % 3] else x)
                            let other = compute (EwaldSum(p, 1e-12)) (structure.WithCell(Cell(ReadOnlySpan sheared), periodic)) q
                            Array.iter2 (fun x y -> Assert.Equal(x, y, 1e-9 * scale)) expected.Potentials other.Potentials)

        testCase "another program's potentials of 1/r^p are reproduced"
        <| fun () ->
            SharedData.using "reference/torchpme_ewald.json" (fun path ->
                use json = JsonDocument.Parse(File.ReadAllText path)
                let numbers (e: JsonElement) = [| for x in e.EnumerateArray() -> x.GetDouble() |]
                let mutable count = 0

                for case in json.RootElement.GetProperty("cases").EnumerateArray() do
                    let get (name: string) = case.GetProperty name

                    let flat (e: JsonElement) = [|
                        for row in e.EnumerateArray() do
                            yield! numbers row
                    |]

                    let cell = Cell(ReadOnlySpan(flat (get "cell")))
                    let species = numbers (get "numbers") |> Array.map int
                    let structure = Structure.Create(ReadOnlySpan species, ReadOnlySpan(flat (get "positions")), cell, Periodicity.All)
                    let p = (get "exponent").GetInt32()
                    let error = (get "est_error").GetDouble()
                    let result = compute (EwaldSum(p, 1e-13)) structure (numbers (get "charges"))
                    // Their V has the factor ½ of pairs.
                    Array.iter2
                        (fun (x: float) y -> Assert.Equal(x, 0.5 * y, 1e-10 + 20. * error))
                        (numbers (get "potential"))
                        result.Potentials

                    count <- count + 1

                Assert.True(count > 0))

        testCase "frames of ions with another program's energies, forces and stresses are reproduced" <| fun () ->
            SharedData.using "ionic-frames/coulomb_test_frames.xyz" (fun path ->
                for structure in ExtendedXyzReader.Read path do
                    let q = structure.AtomProperties["initial_charges"].ToReals()
                    let result = compute (EwaldSum(1, 1e-12)) structure q
                    let f = structure.AtomProperties["forces"].ToReals()
                    let energy = structure.Properties["energy"].Reals[0]
                    let stress = structure.Properties["stress"].Reals
                    // Their unit is eV; their sums have a relative error of about 1e-5, and their "stress" is −½ virial, not divided by the
                    // volume.
                    let coulomb = 14.3996455
                    // That factor and sign follow from their own numbers, whatever the program: 1/r scales, so that the trace of −∂E/∂ε is
                    // E.
                    Assert.Equal(-0.5 * energy, stress[0] + stress[4] + stress[8], 1e-4 * abs energy)
                    Assert.Equal(energy, coulomb * result.Energy, 1e-4 * abs energy)
                    for k in 0 .. f.Length - 1 do Assert.Equal(f[k], coulomb * result.Forces[k], 1e-3)
                    for k in 0..8 do Assert.Equal(stress[k], -0.5 * coulomb * result.Virial[k], 3e-3))

        testCase "bad input is refused with what was found" <| fun () ->
            let structure, q = crystal fcc [ 1., 0., 0., 0.; -1., 0.5, 0.5, 0.5 ]
            let e = Assert.Throws<ArgumentException>(fun () -> compute (EwaldSum 1) structure [| 1. |] |> ignore)
            Assert.Contains("got 1", e.Message)
            let e = Assert.Throws<ArgumentException>(fun () -> compute (EwaldSum 3) structure [| 1.; 1. |] |> ignore)
            Assert.Contains("net charge of 2", e.Message)
            let e = Assert.Throws<ArgumentException>(fun () -> compute (EwaldSum 1) structure [| 1.; nan |] |> ignore)
            Assert.Contains("atom 1", e.Message)
            Assert.Throws<ArgumentOutOfRangeException>(fun () -> EwaldSum 7 |> ignore) |> ignore
            let same = structure.WithPositions(ReadOnlySpan(Array.zeroCreate 6))
            let e = Assert.Throws<ArgumentException>(fun () -> compute (EwaldSum 1) same q |> ignore)
            Assert.Contains("same place", e.Message)
    ]
