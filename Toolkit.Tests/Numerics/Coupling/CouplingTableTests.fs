module Toolkit.Tests.Numerics.Coupling.CouplingTableTests

open System
open System.IO
open Expecto
open FsCheck.FSharp
open Toolkit.Symbolic.AngularMomentum
open Toolkit.Symbolic.Tables
open Toolkit.Numerics.Coupling
open Toolkit.Testing
open Toolkit.Tests.Laws
open Toolkit.Tests.Symbolic.Tables

let private spec kind twiceLMax half = Specs.ofKind kind twiceLMax half Precision.Double

let private small = lazy (TableFile.toBytes (spec RealCg 4 false))

let private refused (bytes: byte[]) =
    let e =
        Assert.Throws<InvalidDataException>(fun () -> CouplingTable.FromBytes(ReadOnlySpan bytes, "small.table") |> ignore)

    Assert.StartsWith("small.table: ", e.Message)
    Assert.DoesNotContain("\n", e.Message)

[<Tests>]
let tests =
    testList "Numerics.Coupling.CouplingTableTests" [
        testCase "the committed table is what its header's command makes, byte for byte" <| fun () ->
            let committed = File.ReadAllBytes(Path.Combine(SharedData.repository, "Numerics/Coupling/real-cg-8.table"))
            Assert.True(committed.AsSpan().SequenceEqual((TableFile.toBytes (spec RealCg 16 false)).AsSpan()))
            Assert.Equal("toolkit tables --kind real-cg --lmax 8 --format table", CouplingTable.Default.Header.Generator)

        testCase "every entry of the default table is the exact coefficient correctly rounded, and nothing is missing" <| fun () ->
            let table = CouplingTable.Default
            let h (n: int) = HalfInteger.FromInteger n

            for l1 in 0..5 do
                for l2 in 0..5 do
                    for l3 in 0..5 do
                        let block = table.Block(l1, l2, l3)
                        let dense = Array3D.zeroCreate (2 * l1 + 1) (2 * l2 + 1) (2 * l3 + 1)
                        let mutable last = -1

                        for i in 0 .. block.Count - 1 do
                            let m1, m2, m3 = int block.M1[i], int block.M2[i], int block.M3[i]
                            let order = (m3 * 256 + m1) * 256 + m2
                            Assert.True(order > last)
                            last <- order
                            Assert.NotEqual(0.0, block.Value[i])
                            dense[m1, m2, m3] <- block.Value[i]

                        dense
                        |> Array3D.iteri (fun m1 m2 m3 value ->
                            let exact = RealCoupling.exact (h l1, h (m1 - l1), h l2, h (m2 - l2), h l3, h (m3 - l3))
                            Assert.Equal(exact.ToDouble(), value))

        testCase "tables with half-integers read back what was written" <| fun () ->
            let path = Path.Combine(Path.GetTempPath(), $"toolkit-{Guid.NewGuid():N}.table")

            try
                TableFile.write (spec Cg 5 true) path
                use table = CouplingTable.Load path
                Assert.Equal(5, table.Header.TwiceLMax)
                Assert.True table.Header.Half
                let block = table.BlockOfTwice(1, 1, 2)
                Assert.Equal(4, block.Count)
                Assert.Equal(sqrt 0.5, block.Value[1])
                Assert.True((table.BlockOfTwice(1, 1, 1)).IsEmpty)
                Assert.Throws<ArgumentOutOfRangeException>(fun () -> table.Block(3, 3, 0) |> ignore) |> ignore
            finally
                File.Delete path

        testCase "a table cut short anywhere is refused with one line" <| fun () ->
            for length in 0 .. small.Value.Length - 1 do
                refused (Array.truncate length small.Value)

        testCase "a table with any one byte changed is refused with one line" <| fun () ->
            // Every byte once with a fixed change (all 255 occur), then random ones.
            let damaged (at: int) (change: int) =
                let bytes = Array.copy small.Value
                bytes[at] <- bytes[at] ^^^ byte change
                refused bytes

            for at in 0 .. small.Value.Length - 1 do
                damaged at (1 + at * 37 % 255)

            Law.holdsFor
                2000
                (Law.from (Gen.zip (Gen.choose (0, small.Value.Length - 1)) (Gen.choose (1, 255))))
                (fun (at, change) -> damaged at change)

        testCase "a table with extra bytes, or of a later version, is refused with the facts" <| fun () ->
            refused (Array.append small.Value [| 0uy |])
            let text = "toolkit-table/1"B
            let at = small.Value.AsSpan().IndexOf(ReadOnlySpan text)
            let bytes = Array.copy small.Value
            bytes[at + text.Length - 1] <- byte '2'

            let e = Assert.Throws<InvalidDataException>(fun () -> CouplingTable.FromBytes(ReadOnlySpan bytes, "t") |> ignore)
            Assert.Contains("found format 'toolkit-table/2', expected 'toolkit-table/1'", e.Message)

        testCase "an unverified load still checks structure and bounds" <| fun () ->
            let path = Path.Combine(Path.GetTempPath(), $"toolkit-{Guid.NewGuid():N}.table")

            try
                let bytes = Array.copy small.Value
                // The first block is (0, 0, 0): one entry whose index m1 + l1 can only be 0.
                bytes[1024 + 8] <- 1uy
                File.WriteAllBytes(path, bytes)
                let e = Assert.Throws<InvalidDataException>(fun () -> (CouplingTable.Load(path, false)).Dispose())
                Assert.Contains("beyond 2l", e.Message)
            finally
                File.Delete path
    ]
