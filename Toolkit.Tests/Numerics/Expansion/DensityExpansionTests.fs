module Toolkit.Tests.Numerics.Expansion.DensityExpansionTests

open System
open Expecto
open FsCheck.FSharp
open Toolkit.Numerics.Structures
open Toolkit.Numerics.Harmonics
open Toolkit.Numerics.Neighbors
open Toolkit.Numerics.Radial
open Toolkit.Numerics.Expansion
open Toolkit.Testing
open Toolkit.Tests.Laws

let private cutoff, nmax, lmax, sigma = 4., 5, 4, 0.4
let private basis = GtoBasis(nmax, cutoff)
let private smooth = CutoffFunction(cutoff, 0.7)
let private table = RadialTable.Build(SmearedGto(basis, lmax, cutoff, sigma), smooth, 1e-11)
let private lmCount = (lmax + 1) * (lmax + 1)

let private harmonics (v: float[]) =
    let h = SphericalHarmonics<float>(lmax)
    let values = Array.zeroCreate h.Count
    h.Compute(ReadOnlySpan [| v[0] |], ReadOnlySpan [| v[1] |], ReadOnlySpan [| v[2] |], Span values)
    values

[<Tests>]
let tests =
    testList "Numerics.Expansion.DensityExpansionTests" [
        testCase "coefficients are the projections of the smeared density, by quadrature in space" <| fun () ->
            let radialRule = [| for p in 0..9 do yield! Quadrature.gaussLegendre 12 (0.8 * float p) (0.8 * float (p + 1)) |]
            let azimuths = 72

            let sphere =
                [| for z, w in Quadrature.gaussLegendre 40 -1. 1. do
                       for k in 0 .. azimuths - 1 do
                           let phi = 2. * Math.PI * float k / float azimuths
                           let s = sqrt (1. - z * z)
                           let u = [| s * cos phi; s * sin phi; z |]
                           u, w * 2. * Math.PI / float azimuths, harmonics u |]

            Law.holdsFor 3 (RandomStructure.clusters (2, 4)) (fun recipe ->
                let s = RandomStructure.build { recipe with Species = [ 1; 8 ]; Spacing = 1. }
                let found = DensityExpansion(table, [ 1; 8 ], CentrePolicy.Include).Compute s
                let p k = [| for d in 0..2 -> s.Positions[3 * k + d] - s.Positions[d] |]
                let radial, first, second = Array.zeroCreate nmax, Array.zeroCreate nmax, Array.zeroCreate nmax

                for group, species in [ 0, 1; 1, 8 ] do
                    // Every atom is a Gaussian of unit integral, times the cutoff function at its own distance.
                    let sources =
                        [| for k in 0 .. s.Count - 1 do
                               if s.Species[k] = species then
                                   let d = p k
                                   d, smooth.Value(sqrt (Array.sumBy (fun x -> x * x) d)) |]

                    let expected = Array.zeroCreate (lmCount * nmax)

                    for r, wr in radialRule do
                        basis.Evaluate(r, 0, Span radial, Span first, Span second)

                        for u, wu, y in sphere do
                            let density =
                                sources
                                |> Array.sumBy (fun (d, f) ->
                                    let square = Seq.sum (seq { for k in 0..2 -> pown (r * u[k] - d[k]) 2 })
                                    f * Math.Pow(2. * Math.PI * sigma * sigma, -1.5) * exp (-square / (2. * sigma * sigma)))

                            for lm in 0 .. lmCount - 1 do
                                for n in 0 .. nmax - 1 do
                                    let k = lm * nmax + n
                                    expected[k] <- expected[k] + wr * wu * r * r * density * radial[n] * y[lm]

                    for lm in 0 .. lmCount - 1 do
                        for n in 0 .. nmax - 1 do
                            Assert.InRange(abs (found[lm * 2 * nmax + group * nmax + n] - expected[lm * nmax + n]), 0., 1e-8))

        testCase "coefficients are the sums over neighbours of radial functions times harmonics, to l = 18" <| fun () ->
            for nmax, lmax in [ 3, 6; 9, 18 ] do
                let table = RadialTable.Build(SmearedGto(GtoBasis(nmax, cutoff), lmax, cutoff, sigma), smooth)
                let harmonics = SphericalHarmonics<float> lmax
                let count = harmonics.Count
                let expansion = DensityExpansion(table, [ 1; 8 ])

                Law.holdsFor 6 (RandomStructure.recipes (1, 9)) (fun recipe ->
                    let s = RandomStructure.build { recipe with Species = [ 1; 8 ] }
                    let list = NeighborList.Build(s, cutoff)
                    let expected = Array.zeroCreate (s.Count * count * 2 * nmax)
                    let radial, slopes, angular =
                        Array.zeroCreate ((lmax + 1) * nmax), Array.zeroCreate ((lmax + 1) * nmax), Array.zeroCreate count

                    let add centre species distance x y z =
                        table.Evaluate(distance, Span radial, Span slopes)
                        harmonics.Compute(ReadOnlySpan [| x |], ReadOnlySpan [| y |], ReadOnlySpan [| z |], Span angular)

                        for lm in 0 .. count - 1 do
                            let l = int (sqrt (float lm))

                            for n in 0 .. nmax - 1 do
                                let at = ((centre * count + lm) * 2 + (if species = 8 then 1 else 0)) * nmax + n
                                expected[at] <- expected[at] + radial[l * nmax + n] * angular[lm]

                    for i in 0 .. s.Count - 1 do
                        // The harmonics of no direction are those of l = 0.
                        add i s.Species[i] 0. 0. 0. 0.
                        for p in list.Offsets[i] .. list.Offsets[i + 1] - 1 do
                            add i s.Species[list.Neighbors[p]] list.Distances[p] list.X[p] list.Y[p] list.Z[p]

                    Representations.close "coefficients" 1e-12 expected (expansion.Compute s))

        testCase "the centre adds its own density to its species, to channels of its own, or not at all" <| fun () ->
            let s = Structure.Create(ReadOnlySpan [| 8; 1 |], ReadOnlySpan [| 0.; 0.; 0.; 0.3; 1.; -0.2 |])
            let compute policy = DensityExpansion(table, [ 1; 8 ], policy).Compute s
            let included, excluded, separate = compute CentrePolicy.Include, compute CentrePolicy.Exclude, compute CentrePolicy.Separate
            let own = Array.zeroCreate ((lmax + 1) * nmax)
            table.Evaluate(0., Span own, Span(Array.zeroCreate own.Length))

            for lm in 0 .. lmCount - 1 do
                for n in 0 .. nmax - 1 do
                    let self = if lm = 0 then own[n] / sqrt (4. * Math.PI) else 0.
                    // The first atom is oxygen, group 1 of (H, O) and group 2 of (centre, H, O).
                    Assert.Equal(excluded[lm * 10 + 5 + n] + self, included[lm * 10 + 5 + n], 1e-13)
                    Assert.Equal(excluded[lm * 10 + n], included[lm * 10 + n])
                    Assert.Equal(self, separate[lm * 15 + n], 1e-14)
                    Assert.Equal(excluded[lm * 10 + n], separate[lm * 15 + 5 + n])
                    Assert.Equal(excluded[lm * 10 + 5 + n], separate[lm * 15 + 10 + n])

        testCase "a species without channels and two atoms at one place are refused by name" <| fun () ->
            let expansion = DensityExpansion(table, [ 1 ])
            let oxygen = Structure.Create(ReadOnlySpan [| 1; 8 |], ReadOnlySpan [| 0.; 0.; 0.; 0.; 0.; 1. |])
            Assert.Contains("atom 1 is O", Assert.Throws<ArgumentException>(fun () -> expansion.Compute oxygen |> ignore).Message)
            let twice = Structure.Create(ReadOnlySpan [| 1; 1 |], ReadOnlySpan [| 1.; 2.; 3.; 1.; 2.; 3. |])
            Assert.Contains("atoms 0 and 1", Assert.Throws<CoincidentAtomsException>(fun () -> expansion.Compute twice |> ignore).Message)

        testCase "an atom beside its own repetition is refused, though rounding keeps them apart"
        <| fun () ->
            let expansion = DensityExpansion(table, [ 1 ])

            Law.holdsFor 40 (Law.seeded (1, 12)) (fun (seed, count) ->
                let random = Random seed
                let cell = RandomStructure.randomCell random (20. * float count)
                let fractional = Array.init (3 * count) (fun _ -> 3. * random.NextDouble() - 1.)
                let positions = Array.zeroCreate (3 * count)
                cell.ToCartesian(ReadOnlySpan fractional, Span positions)
                let lattice, repeated, vector = cell.Vectors.ToArray(), random.Next count, random.Next 3
                let copy = Array.init 3 (fun k -> positions[3 * repeated + k] + lattice[3 * vector + k])

                let s =
                    Structure.Create(
                        ReadOnlySpan(Array.create (count + 1) 1),
                        ReadOnlySpan(Array.append positions copy),
                        cell,
                        Periodicity.All
                    )

                let e = Assert.Throws<CoincidentAtomsException>(fun () -> expansion.Compute s |> ignore)
                Assert.Equal((repeated, count), (e.First, e.Second)))

            // Closer than any nuclei, but a structure.
            let close = Structure.Create(ReadOnlySpan [| 1; 1 |], ReadOnlySpan [| 0.; 0.; 0.; 0.; 1.01e-6; 0. |])
            Assert.All(expansion.Compute close, (fun x -> Assert.True(Double.IsFinite x)))
    ]
