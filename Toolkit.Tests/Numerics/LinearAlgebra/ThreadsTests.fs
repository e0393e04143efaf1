module Toolkit.Tests.Numerics.LinearAlgebra.ThreadsTests

open System
open System.Threading
open Expecto
open Toolkit.Numerics.LinearAlgebra
open Toolkit.Tests.Laws

[<Tests>]
let tests =
    testList "Numerics.LinearAlgebra.ThreadsTests" [
        Law.test
            "a sequence whose next element is made ahead is the same sequence, and what its making throws comes in its turn"
            40
            (Law.seeded (0, 30))
            (fun (seed, size) ->
                let bad = Random(seed).Next(2 * size + 1)

                let sequence =
                    seq {
                        for k in 0 .. size - 1 do
                            if k = bad then
                                raise (InvalidOperationException $"{k}")

                            k
                    }

                let seen = ResizeArray()

                let thrown =
                    try
                        for k in Threads.Ahead sequence do
                            seen.Add k

                        None
                    with :? InvalidOperationException as e ->
                        Some e.Message

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

        Law.test
            "results of several threads come in order, no more than agreed lie ahead, and what work or reading throws comes in its turn"
            40
            (Law.seeded (0, 60))
            (fun (seed, size) ->
                let random = Random seed
                let threads, most = random.Next(1, 5), random.Next(1, 9)
                let badItem, badWork = random.Next(2 * size + 1), random.Next(2 * size + 1)
                let started, given, alone = [| 0 |], [| 0 |], [| 0 |]
                let ahead, beside = ref 0, ref false
                let isAlone k = k % 7 = 3

                let items =
                    seq {
                        for k in 0 .. size - 1 do
                            if k = badItem then
                                raise (InvalidOperationException $"item {k}")

                            k
                    }

                let work k =
                    let now = Interlocked.Increment &started[0]
                    ahead.Value <- max ahead.Value (k + 1 - Volatile.Read &given[0])

                    if isAlone k then
                        Volatile.Write(&alone[0], 1)

                    if now > 1 && Volatile.Read &alone[0] = 1 then
                        beside.Value <- true

                    Thread.SpinWait((k * 7919) % 2000)

                    if isAlone k then
                        Volatile.Write(&alone[0], 0)

                    Interlocked.Decrement &started[0] |> ignore

                    if k = badWork then
                        raise (InvalidOperationException $"work {k}")

                    k * k

                let seen = ResizeArray()

                let thrown =
                    try
                        for r in Threads.InOrder(items, threads, most, isAlone, work) do
                            seen.Add r
                            Volatile.Write(&given[0], given[0] + 1)

                        None
                    with :? InvalidOperationException as e ->
                        Some e.Message

                let first = min badItem badWork
                Assert.Equal<int list>([ for k in 0 .. min size first - 1 -> k * k ], List.ofSeq seen)

                Assert.Equal<string option>(
                    (if first >= size then None
                     elif badItem = first then Some $"item {first}"
                     else Some $"work {first}"),
                    thrown
                )

                Assert.True((ahead.Value <= most), "too far ahead")
                Assert.False(beside.Value, "something beside an element that is alone"))

        testCase "several threads leave a sequence that is left, and it is disposed of" <| fun () ->
            let isDisposed = ref false

            let items =
                seq {
                    try
                        for k in 0..100_000 do k
                    finally
                        isDisposed.Value <- true
                }

            Assert.Equal<int>(0, Seq.head (Threads.InOrder(items, 2, 4, (fun _ -> false), id)))
            Assert.True isDisposed.Value
    ]
