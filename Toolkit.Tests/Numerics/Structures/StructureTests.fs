module Toolkit.Tests.Numerics.Structures.StructureTests

open System
open Expecto
open Toolkit.Numerics.Structures
open Toolkit.Testing
open Toolkit.Tests.Laws

let private near (tolerance: float) (expected: float[]) (actual: float[]) =
    Assert.Equal(expected.Length, actual.Length)
    Array.iter2 (fun (e: float) a -> Assert.InRange(a, e - tolerance, e + tolerance)) expected actual

let private fails (part: string) (action: unit -> obj) =
    let e = Assert.ThrowsAny<ArgumentException>(Action(fun () -> action () |> ignore))
    Assert.Contains(part, e.Message)

let private reals (values: float list) = ReadOnlySpan(Array.ofList values)
let private cellOf (values: float list) = Cell(reals values)

[<Tests>]
let tests =
    testList "Numerics.Structures.StructureTests" [
        testCase "element symbols and atomic numbers are each other's inverse in any letter case" <| fun () ->
            for z in 0 .. Elements.Last do
                for text in [ Elements.Symbol z; (Elements.Symbol z).ToUpperInvariant(); (Elements.Symbol z).ToLowerInvariant() ] do
                    let found, number = Elements.TryParse(text.AsSpan())
                    Assert.True found
                    Assert.Equal(z, number)

            Assert.False(fst (Elements.TryParse("Xx".AsSpan())))
            Assert.Equal("Og", Elements.Symbol 118)
            Assert.Equal("Fe", Elements.Symbol 26)

        Law.test "fractional and Cartesian coordinates are each other's inverse" 100 (RandomStructure.recipes (1, 8)) (fun recipe ->
            let s = RandomStructure.build recipe

            match s.Cell with
            | null -> ()
            | cell ->
                let f = Array.zeroCreate (3 * s.Count)
                let r = Array.zeroCreate (3 * s.Count)
                cell.ToFractional(s.Positions, Span f)
                cell.ToCartesian(ReadOnlySpan f, Span r)
                near 1e-10 (s.Positions.ToArray()) r)

        Law.test "reciprocal and lattice vectors have products 2 pi delta" 100 (RandomStructure.crystals (1, 4)) (fun recipe ->
            let cell = nonNull (RandomStructure.build recipe).Cell
            let product = Rotations.multiply (cell.Vectors.ToArray()) (Rotations.transpose (cell.Reciprocal()))
            near 1e-10 (Rotations.identity |> Array.map (fun x -> 2. * Math.PI * x)) product
            let det = Rotations.determinant (cell.Vectors.ToArray())
            near 1e-9 [| abs det |] [| cell.Volume |]
            Assert.Equal(det > 0., cell.IsRightHanded)
            // The height is the volume over the area of the face.
            for d in 0..2 do
                let face = Array.append (cell.Vector((d + 1) % 3).ToArray()) (cell.Vector((d + 2) % 3).ToArray())
                let cross =
                    [| face[1] * face[5] - face[2] * face[4]
                       face[2] * face[3] - face[0] * face[5]
                       face[0] * face[4] - face[1] * face[3] |]
                near 1e-9 [| cell.Volume / sqrt (Array.sumBy (fun x -> x * x) cross) |] [| cell.Height d |])

        Law.test
            "wrapping moves atoms by whole lattice vectors into the cell, along periodic directions only"
            100
            (RandomStructure.recipes (1, 8))
            (fun recipe ->
                let s = RandomStructure.build recipe

                match s.Cell with
                | null -> Assert.Same(s, s.Wrap())
                | cell ->
                    let n = 3 * s.Count
                    let wrapped, shifts = Array.zeroCreate n, Array.zeroCreate n
                    cell.Wrap(s.Positions, s.Periodic, Span wrapped, Span shifts)
                    let f = Array.zeroCreate n
                    cell.ToFractional(ReadOnlySpan wrapped, Span f)
                    let back = Array.zeroCreate n
                    cell.ToCartesian(ReadOnlySpan(Array.map2 (fun x k -> x + float k) f shifts), Span back)
                    near 1e-9 (s.Positions.ToArray()) back

                    for i in 0 .. n - 1 do
                        if s.Periodic[i % 3] then Assert.InRange(f[i], -1e-9, 1. + 1e-9) else Assert.Equal(0, shifts[i])

                    near 0. wrapped (s.Wrap().Positions.ToArray()))

        testCase "missing lattice vectors are completed by orthogonal unit vectors" <| fun () ->
            for rows in
                [ [ 3.; 0.; 0.; 1.; 4.; 0.; 0.; 0.; 0. ]
                  [ 0.; 0.; 0.; 1.; 4.; 0.5; 0.3; 0.; 2. ]
                  [ 0.; 0.; 0.; 1.; 2.; 3.; 0.; 0.; 0. ]
                  [ 0.; 0.; 0.; 0.; 0.; 0.; 0.; 0.; 5. ] ] do
                let cell = cellOf rows
                let h = Array.init 3 (fun d -> cell.Completed.Slice(3 * d, 3).ToArray())
                let dot (a: float[]) b = Array.map2 (*) a b |> Array.sum
                Assert.False cell.IsComplete
                Assert.Equal(0., cell.Volume)

                for d in 0..2 do
                    if not (cell.Has d) then
                        near 1e-14 [| 1. |] [| dot h[d] h[d] |]

                        for e in 0..2 do
                            if e <> d then near 1e-14 [| 0. |] [| dot h[d] h[e] |]

                near 1e-14 Rotations.identity (Rotations.multiply (cell.Completed.ToArray()) (cell.Inverse.ToArray()))

        testCase "a flat, empty or infinite cell is refused" <| fun () ->
            fails "linearly dependent" (fun () -> cellOf [ 1.; 0.; 0.; 0.; 1.; 0.; 1.; 1.; 0. ])
            fails "linearly dependent" (fun () -> cellOf [ 1.; 0.; 0.; 2.; 0.; 0.; 0.; 0.; 0. ])
            fails "zero" (fun () -> cellOf (List.replicate 9 0.))
            fails "NaN" (fun () -> cellOf [ 1.; 0.; 0.; 0.; nan; 0.; 0.; 0.; 1. ])
            fails "9 numbers" (fun () -> cellOf [ 1.; 2.; 3. ])

        testCase "a structure refuses what does not fit together and says what" <| fun () ->
            let one = ReadOnlySpan [| 1 |]
            let origin = [ 0.; 0.; 0. ]
            let make (species: int list) (positions: float list) =
                Structure.Create(ReadOnlySpan(Array.ofList species), reals positions)
            fails "3 coordinates; got 2" (fun () -> make [ 1 ] [ 0.; 0. ])
            fails "atomic number 119" (fun () -> make [ 119 ] origin)
            fails "Coordinate y of atom 1" (fun () -> make [ 1; 1 ] [ 0.; 0.; 0.; 0.; infinity; 0. ])
            let atom = Structure.Create(one, reals origin)
            fails "no lattice vector b" (fun () ->
                atom.WithCell(cellOf [ 3.; 0.; 0.; 0.; 0.; 0.; 0.; 0.; 0. ], Periodicity(true, true, false)))
            fails "has 2 rows; the structure has 1" (fun () -> atom.WithAtomProperty("q", PropertyArray.Real(reals [ 1.; 2. ])))
            fails "no name" (fun () -> atom.WithAtomProperty("a b", PropertyArray.Real(reals [ 1. ])))
            fails "no name" (fun () -> atom.WithAtomProperty("pos", PropertyArray.Real(reals origin, 3)))
            fails "no name" (fun () -> atom.WithProperty("lattice", PropertyValue.Real 1.))
            fails "do not fill" (fun () -> PropertyValue.Real(reals [ 1.; 2. ], ReadOnlySpan [| 3 |]))
            fails "rows of 2" (fun () -> PropertyArray.Real(reals [ 1.; 2.; 3. ], 2))
            fails "without white space" (fun () -> PropertyArray.Text(ReadOnlySpan [| "a b" |]))
            fails "no lattice vector a" (fun () -> atom.Replicate(2, 1, 1))

        Law.test "a supercell is its cell's copies in the stated order" 100 (RandomStructure.crystals (1, 5)) (fun recipe ->
            let s = RandomStructure.build recipe |> RandomStructure.withVectors "v" recipe.Seed
            let big = s.Replicate(2, 1, 3)
            let cell = nonNull s.Cell
            Assert.Equal(6 * s.Count, big.Count)
            near 1e-9 [| 6. * cell.Volume |] [| (nonNull big.Cell).Volume |]

            for x in 0..1 do
                for z in 0..2 do
                    for i in 0 .. s.Count - 1 do
                        let at = (x * 3 + z) * s.Count + i
                        Assert.Equal(s.Species[i], big.Species[at])
                        let shift = Array.init 3 (fun k -> float x * cell.Vector(0)[k] + float z * cell.Vector(2)[k])
                        near 1e-10
                            (Array.map2 (+) shift (s.Positions.Slice(3 * i, 3).ToArray()))
                            (big.Positions.Slice(3 * at, 3).ToArray())
                        near 0.
                            (s.AtomProperties["v"].Reals.Slice(3 * i, 3).ToArray())
                            (big.AtomProperties["v"].Reals.Slice(3 * at, 3).ToArray()))

        Law.test "a structure never changes: With methods leave the original alone" 100 (RandomStructure.recipes (1, 5)) (fun recipe ->
            let s = RandomStructure.build recipe
            let twin = RandomStructure.build recipe
            let positions = s.Positions.ToArray() |> Array.map (fun x -> x + 1.)
            let moved = s.WithPositions(ReadOnlySpan positions)
            positions[0] <- nan
            let labelled = s.WithProperty("energy", PropertyValue.Real 1.)
            Assert.Equal(twin, s)
            Assert.NotEqual(s, moved)
            Assert.NotEqual(s, labelled)
            Assert.True(Double.IsFinite moved.Positions[0])
            Assert.Equal(s, labelled.WithoutProperty "energy"))

        Law.test
            "a random isometry keeps all distances, and an axial vector is left alone by the inversion"
            100
            (RandomStructure.clusters (2, 8))
            (fun recipe ->
                let random = Random recipe.Seed
                let s = RandomStructure.build recipe |> RandomStructure.withVectors "spin" recipe.Seed
                let m = Rotations.randomReflection random
                near 1e-12 [| -1. |] [| Rotations.determinant m |]
                near 1e-12 Rotations.identity (Rotations.multiply m (Rotations.transpose m))
                let turned = Rotations.apply [ "spin", Rotations.Axial ] m s |> Rotations.translate (1., 2., 3.)

                let distances (x: Structure) =
                    let p = x.Positions.ToArray()

                    [|
                        for i in 0 .. x.Count - 1 do
                            for j in 0 .. x.Count - 1 -> sqrt (Seq.sum (seq { for k in 0..2 -> (p[3 * i + k] - p[3 * j + k]) ** 2. }))
                    |]

                near 1e-9 (distances s) (distances turned)
                let inverted = Rotations.apply [ "spin", Rotations.Axial ] Rotations.inversion s
                near 0. (s.AtomProperties["spin"].Reals.ToArray()) (inverted.AtomProperties["spin"].Reals.ToArray()))
    ]
