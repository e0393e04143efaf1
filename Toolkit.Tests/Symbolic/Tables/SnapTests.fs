/// Numbers of LAMMPS' ML-SNAP against its convention here.
module Toolkit.Tests.Symbolic.Tables.SnapTests

open System
open System.Collections.Generic
open System.Numerics
open Expecto
open Toolkit.Tests.Laws
open Toolkit.Symbolic.Algebra
open Toolkit.Symbolic.AngularMomentum
open Toolkit.Symbolic.Tables

let private snap = OtherPrograms.convention "snap" Basis.Complex

/// The table `toolkit tables --kind cg --half --convention snap`, one block: the three indices from 0 and the value.
let private block =
    let spec =
        match TableSpec.TryCreate(Cg, HalfInteger.FromInteger 4, true, snap, Precision.Double) with
        | Ok spec -> spec
        | Error e -> failwith e

    let made = Dictionary<struct (int * int * int), (int * int * int * float)[]>()

    for struct (j1, j2, j) in spec.Blocks do
        made.Add(
            struct (j1, j2, j),
            [| for struct (i, v) in Coefficients.exactBlock spec j1 j2 j do
                   (i.TwiceM1 + j1) / 2, (i.TwiceM2 + j2) / 2, (i.TwiceM3 + j) / 2, v.ToDouble() |]
        )

    fun j1 j2 j -> made[struct (j1, j2, j)]

/// Z: the matrices of j1 and j2 coupled to j in both indices.
let private couple (j: int) (u1: Complex[,]) (u2: Complex[,]) : Complex[,] =
    let entries = block (u1.GetLength 0 - 1) (u2.GetLength 0 - 1) j
    let z = Array2D.zeroCreate (j + 1) (j + 1)

    for b1, b2, b, vb in entries do
        for a1, a2, a, va in entries do
            z[b, a] <- z[b, a] + Complex(vb * va, 0.) * u1[b1, a1] * u2[b2, a2]

    z

/// U for 2j = 0 … 8 from that for 2j = 1, by coupling one more half each time.
let private matrices (x: float, y: float, z: float, z0: float) : Complex[,][] =
    let norm = sqrt (x * x + y * y + z * z + z0 * z0)
    let a, b = Complex(z0 / norm, -z / norm), Complex(y / norm, -x / norm)
    let half = array2D [ [ Complex.Conjugate a; -Complex.Conjugate b ]; [ b; a ] ]
    let all = Array.create 9 (array2D [ [ Complex.One ] ])

    for j in 1..8 do
        all[j] <- couple j all[j - 1] half

    all

[<Tests>]
let tests =
    testList "Symbolic.Tables.SnapTests" [
        testCase "SNAP's coupling coefficients are those of the table, half-integers included" <| fun () ->
            let rows = OtherPrograms.rows "snap_coupling.txt"

            for row in rows do
                let j1, j2, j = int row[0], int row[1], int row[2]
                let ours = Array2D.zeroCreate (j1 + 1) (j2 + 1)

                for m1, m2, m, v in block j1 j2 j do
                    Assert.Equal(m1 + m2 - (j1 + j2 - j) / 2, m)
                    ours[m1, m2] <- v

                Assert.Equal((j1 + 1) * (j2 + 1), row.Length - 3)
                ours |> Array2D.iteri (fun m1 m2 v -> Assert.InRange(v - float row[3 + m1 * (j2 + 1) + m2], -1e-14, 1e-14))

            // Every block with j2 ≤ j1 and 2j ≤ 8.
            Assert.Equal(125, rows.Length)

        testCase "SNAP's U is Wigner's D with both indices counted down from j and the angles that CONVENTIONS.md states" <| fun () ->
            let rows = OtherPrograms.rows "snap_u.txt"

            for row in rows do
                let n i = int row[i]
                let x, y, z, z0, j = n 0, n 1, n 2, n 3, n 4
                let root (square: int) = Surd.Create(1, BigInteger square, BigInteger(x * x + y * y + z * z + z0 * z0))
                let h = HalfInteger.FromTwice
                // a = (z0 − iz)/N, b = (y − ix)/N; at a pole, b = 0, the angles enter by their sum only.
                let argA, argB = atan2 (float -z) (float z0), atan2 (float -x) (float y)
                let alpha, gamma = argA + argB, argA - argB

                for mb in 0..j do
                    for ma in 0..j do
                        let d = WignerSmallD.exact (h j, h (j - 2 * mb), h (j - 2 * ma), root (z * z + z0 * z0), root (x * x + y * y))
                        let phase = -(float (j - 2 * mb) / 2. * alpha) - float (j - 2 * ma) / 2. * gamma
                        let ours = Complex.FromPolarCoordinates(1., phase) * Complex(d.ToDouble(), 0.)
                        let at = 5 + 2 * (mb * (j + 1) + ma)
                        Assert.InRange((ours - Complex(float row[at], float row[at + 1])).Magnitude, 0., 1e-14)

                Assert.Equal(5 + 2 * (j + 1) * (j + 1), row.Length)

            // Four points, each with every j: U of j = 0 is 1 everywhere, so that nothing else tells whether its point is right.
            Assert.Equal<string list list>(
                List.replicate 4 [ for j in 0..8 -> string j ],
                rows |> List.ofArray |> List.groupBy (Array.take 4) |> List.map (snd >> List.map (Array.item 4))
            )

        testCase "the table couples SNAP's U of one half to those of every j" <| fun () ->
            for row in OtherPrograms.rows "snap_u.txt" do
                let n i = float row[i]
                let j = int row[4]
                let ours = (matrices (n 0, n 1, n 2, n 3))[j]

                ours
                |> Array2D.iteri (fun mb ma u ->
                    let at = 5 + 2 * (mb * (j + 1) + ma)
                    Assert.InRange((u - Complex(float row[at], float row[at + 1])).Magnitude, 0., 1e-14))

        testCase "the bispectrum components of LAMMPS follow from the table and the U of CONVENTIONS.md"
        <| fun () ->
            let rows = OtherPrograms.rows "snap_bispectrum.txt"
            let cutoff, scale = 5., 0.99363
            // The centre itself counts with the unit matrix.
            let total = Array.init 9 (fun j -> Array2D.init (j + 1) (j + 1) (fun b a -> if a = b then Complex.One else Complex.Zero))

            for row in rows do
                if row[0] = "r" then
                    let x, y, z = float row[1], float row[2], float row[3]
                    let r = sqrt (x * x + y * y + z * z)
                    let weight = 0.5 * (cos (Math.PI * r / cutoff) + 1.)

                    matrices (x, y, z, r / tan (scale * Math.PI * r / cutoff))
                    |> Array.iteri (fun j u ->
                        u |> Array2D.iteri (fun b a v -> total[j].[b, a] <- total[j].[b, a] + Complex(weight, 0.) * v))

            let mutable count = 0

            for row in rows do
                if row[0] = "b" then
                    let j1, j2, j = int row[1], int row[2], int row[3]
                    let z = couple j total[j1] total[j2]
                    let mutable sum = Complex.Zero
                    z |> Array2D.iteri (fun b a v -> sum <- sum + Complex.Conjugate(total[j].[b, a]) * v)
                    Assert.InRange(sum.Real - float row[4], -1e-12, 1e-12)
                    Assert.InRange(sum.Imaginary, -1e-12, 1e-12)
                    count <- count + 1

            // j2 ≤ j1 ≤ j.
            Assert.Equal(55, count)
    ]
