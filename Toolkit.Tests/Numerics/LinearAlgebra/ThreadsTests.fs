module Toolkit.Tests.Numerics.LinearAlgebra.ThreadsTests

open System
open System.Threading
open Expecto
open Toolkit.Numerics.LinearAlgebra
open Toolkit.Tests.Laws

[<Tests>]
let tests =
    testList "Numerics.LinearAlgebra.ThreadsTests" [
        Law.test "a sequence whose next element is made ahead is the same sequence, and what its making throws comes in its turn" 40 (Law.seeded (0, 30)) (fun (seed, size) ->
            let bad = Random(seed).Next(2 * size + 1)

            let sequence =
                seq {
                    for k in 0 .. size - 1 do
                        if k = bad then raise (InvalidOperationException $"{k}")
                        k
                }

            let seen = ResizeArray()

            let thrown =
                try
                    for k in Threads.Ahead sequence do seen.Add k
                    None
                with :? InvalidOperationException as e -> Some e.Message

            Assert.True((List.ofSeq seen = [ 0 .. min size bad - 1 ]))
            Assert.True((thrown = (if bad < size then Some $"{bad}" else None))))

        testCase "a sequence that is left is made no further, and is disposed of once its last element is there" (fun () ->
            let made, isDisposed = ref 0, ref false

            let sequence =
                seq {
                    try
                        for k in 0..1000 do
                            made.Value <- k
                            Thread.Sleep 1
                            k
                    finally
                        isDisposed.Value <- true
                }

            Assert.Equal<int>(0, Seq.head (Threads.Ahead sequence))
            Assert.True isDisposed.Value
            Assert.InRange(made.Value, 0, 1))

        testCase "the next element is made while the present one is used" (fun () ->
            use made = new ManualResetEventSlim()

            let sequence =
                seq {
                    1
                    made.Set()
                    2
                }

            for k in Threads.Ahead sequence do
                if k = 1 then Assert.True(made.Wait(TimeSpan.FromSeconds 60.)))
    ]
