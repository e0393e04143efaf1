module Toolkit.Tests.Numerics.Expansion.VectorFieldTests

open System
open Expecto
open Toolkit.Numerics.Structures
open Toolkit.Numerics.Harmonics
open Toolkit.Numerics.Neighbors
open Toolkit.Numerics.Radial
open Toolkit.Numerics.Expansion
open Toolkit.Testing
open Toolkit.Tests.Laws

let private cutoff, nmax, lmax = 3.6, 5, 3
let private lmCount = (lmax + 1) * (lmax + 1)
let private table =
    RadialTable.Build(SmearedGto(GtoBasis(nmax, cutoff), lmax, cutoff, 0.4), CutoffFunction(cutoff, 0.7, CutoffKind.Polynomial), 1e-10)
let private species = [ 1; 6; 8; 14; 26 ]
let private harmonics = SphericalHarmonics<float>(lmax)

/// f g_nl(r) Y_lm(r) at one vector: [lm, n].
let private contribution (x: float) y z =
    let values, derivatives, angular = Array.zeroCreate ((lmax + 1) * nmax), Array.zeroCreate ((lmax + 1) * nmax), Array.zeroCreate lmCount
    table.Evaluate(sqrt (x * x + y * y + z * z), Span values, Span derivatives)
    harmonics.Compute(ReadOnlySpan [| x |], ReadOnlySpan [| y |], ReadOnlySpan [| z |], Span angular)

    Array.init (lmCount * nmax) (fun k ->
        let l = int (sqrt (float (k / nmax)))
        values[l * nmax + k % nmax] * angular[k / nmax])

let private everything = VectorField("spin", "spins", true, true)
let private some = VectorField("dipole", "mu", false, false, [ 6; 26 ], CentrePolicy.Include)
let private none = VectorField("far", "mu", false, false, [ 8; 14 ], CentrePolicy.Exclude)

[<Tests>]
let tests =
    testList "Numerics.Expansion.VectorFieldTests" [
        Law.test
            "coefficients of a vector field are sums over neighbours of the density's contribution times the vector"
            40
            (RandomStructure.recipes (1, 6))
            (fun recipe ->
                let s =
                    RandomStructure.build recipe
                    |> RandomStructure.withVectors "spins" recipe.Seed
                    |> RandomStructure.withVectors "mu" (recipe.Seed ^^^ 1)

                let expansion = DensityExpansion(table, species, CentrePolicy.Include, [ everything; some; none ])
                Assert.Equal<float>(DensityExpansion(table, species).Compute s, expansion.Compute s)
                let list = NeighborList.Build(s, cutoff)
                let own, discard = Array.zeroCreate ((lmax + 1) * nmax), Array.zeroCreate ((lmax + 1) * nmax)
                table.Evaluate(0., Span own, Span discard)

                for f in 0..2 do
                    let field = expansion.Fields[f]
                    let groups = (expansion.FieldGroups f).ToArray()
                    let vectors = s.AtomProperties[field.Key].Reals.ToArray()
                    let carries atom = field.IsCarriedBy s.Species[atom]
                    let channels = groups.Length * nmax
                    let expected = Array.zeroCreate (s.Count * lmCount * 3 * channels)

                    let add centre group atom (weights: float[]) =
                        let slot = Array.IndexOf(groups, group)

                        for lm in 0 .. weights.Length / nmax - 1 do
                            for q in 0..2 do
                                for n in 0 .. nmax - 1 do
                                    let k = ((centre * lmCount + lm) * 3 + q) * channels + slot * nmax + n
                                    expected[k] <- expected[k] + weights[lm * nmax + n] * vectors[3 * atom + (q + 1) % 3]

                    for i in 0 .. s.Count - 1 do
                        for p in list.Offsets[i] .. list.Offsets[i + 1] - 1 do
                            let j = list.Neighbors[p]

                            if carries j then
                                add i s.Species[j] j (contribution list.X[p] list.Y[p] list.Z[p])

                        if carries i then
                            match field.Centre with
                            | CentrePolicy.Separate ->
                                add
                                    i
                                    DensityExpansion.CentreLabel
                                    i
                                    (Array.init nmax (fun n -> if n = 0 then 1. / sqrt (4. * Math.PI) else 0.))
                            | CentrePolicy.Include -> add i s.Species[i] i (Array.init nmax (fun n -> own[n] / sqrt (4. * Math.PI)))
                            | _ -> ()

                    let found = expansion.ComputeField(s, f)
                    Assert.Equal(expected.Length, found.Length)
                    Array.iter2 (fun (x: float) y -> Assert.InRange(abs (x - y), 0., 1e-13 * (1. + abs x))) expected found)

        testCase "vectors that are absent, of another shape or not finite are refused with the key" <| fun () ->
            let atoms = Structure.Create(ReadOnlySpan [| 8; 26 |], ReadOnlySpan [| 0.; 0.; 0.; 0.; 0.; 2. |])
            let field = VectorField("spin", "moment", true, true, [ 26 ])

            let refused (part: string) (field: VectorField) (s: Structure) =
                let message = Assert.Throws<ArgumentException>(fun () -> field.Read s |> ignore).Message
                Assert.Contains("'moment'", message)
                Assert.Contains(part, message)

            let property (values: float[]) components = atoms.WithAtomProperty("moment", PropertyArray.Real(values, components))
            refused "no atom property" field atoms
            refused "expected three numbers per atom" field (property (Array.zeroCreate 4) 2)
            refused "NaN at atom 1" field (property [| 0.; 0.; 0.; 0.; nan; 0. |] 3)
            refused "three numbers per atom" (VectorField("dipole", "moment")) (property (Array.zeroCreate 2) 1)
            // One number per atom is a moment along z; what oxygen has is not looked at.
            Assert.Equal<float>([| 0.; 0.; 0.; 0.; 0.; -2.5 |], field.Read(property [| nan; -2.5 |] 1))

            // Or along an axis of any length.
            let tilted = VectorField("spin", "moment", true, true, [ 26 ], Axis = [| 0.; 3.; -4. |])
            Assert.Equal<float>([| 0.; 0.; 0.; 0.; -1.5; 2. |], tilted.Read(property [| nan; -2.5 |] 1))
            Assert.NotEqual(field, tilted)
            Assert.Equal(tilted, VectorField("spin", "moment", true, true, [ 26 ], Axis = [| 0.; 6.; -8. |]))

            for axis in [ [| 0.; 0.; 0. |]; [| 1.; 0. |]; [| nan; 0.; 1. |] ] do
                Assert.Throws<ArgumentException>(fun () -> VectorField("spin", "moment", Axis = axis) |> ignore) |> ignore

            for name in [ ""; "rho"; "1a"; "a b" ] do
                Assert.ThrowsAny<ArgumentException>(fun () -> VectorField(name, "moment") |> ignore) |> ignore
    ]
