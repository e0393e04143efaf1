/// The vocabulary of the tests itself: a claim that does not hold fails, one that holds passes.
module Toolkit.Tests.Laws.AssertTests

open System
open Expecto
open FsCheck.FSharp
open Toolkit.Testing
open Toolkit.Tests.Laws

/// The message with which a test fails.
let private failure (test: unit -> unit) : string =
    try
        test ()
        "no failure"
    with
    | :? AssertException as e -> e.Message
    | :? FailedException as e -> e.Message

[<Tests>]
let tests =
    testList "Laws.AssertTests" [
        testCase "claims that hold pass" <| fun () ->
            Assert.Equal<float>([| 1.; nan |], [| 1.; nan |])
            Assert.Equal<int>([ 1; 2 ], seq { 1..2 })
            Assert.Equal((1, [| "a" |]), (1, [| "a" |]))
            Assert.Equal(infinity, infinity, 1e-3)
            Assert.Equal(1., 1.001, 0.0011)
            Assert.NotEqual<int>([ 1 ], [ 2 ])
            Assert.InRange(1, 1, 1)
            Assert.All([ 1; 2 ], (fun n -> Assert.InRange(n, 1, 2)))
            Assert.Equal(3, Assert.Single [ 3 ])
            Assert.Contains("b", "abc")
            Assert.Contains([ 1; 2 ], Predicate(fun n -> n = 2))
            Assert.Equal("1", Assert.Throws<ArgumentNullException>(fun () -> raise (ArgumentNullException "1")).ParamName)
            Assert.ThrowsAny<ArgumentException>(fun () -> raise (ArgumentNullException())) |> ignore

        testList "claims that do not hold fail, and say what was found" [
            for expected, claim in
                [ "expected 1, found 2", (fun () -> Assert.Equal(1, 2))
                  "expected \"a\", found null", (fun () -> Assert.Equal("a", null))
                  "item 1: expected 2.5, found NaN", (fun () -> Assert.Equal<float>([| 1.; 2.5 |], [| 1.; nan |]))
                  "expected 1 items, found 2: [1] against [1; 2]", (fun () -> Assert.Equal<int>([ 1 ], [ 1; 2 ]))
                  "expected 1 within 0.001, found NaN", (fun () -> Assert.Equal(1., nan, 1e-3))
                  "expected 1 within 0.001, found 1.0011", (fun () -> Assert.Equal(1., 1.0011, 1e-3))
                  "expected 1 within 0.5, found 2", (fun () -> Assert.Equal(1f, 2f, 0.5f))
                  "expected anything but [1]", (fun () -> Assert.NotEqual<int>([ 1 ], [ 1 ]))
                  "expected a value from 0 to 1, found NaN", (fun () -> Assert.InRange(nan, 0., 1.))
                  "expected a value from 0 to 1, found 1.5", (fun () -> Assert.InRange(1.5, 0., 1.))
                  "item 1, 2: expected 1, found 2", (fun () -> Assert.All([ 1; 2 ], (fun n -> Assert.Equal(1, n))))
                  "expected true, found false", (fun () -> Assert.True false)
                  "so", (fun () -> Assert.False(true, "so"))
                  "expected nothing, found 1", (fun () -> Assert.Null(box 1))
                  "found nothing", (fun () -> Assert.NotNull null)
                  "expected the same object, found another one: [1]", (fun () -> Assert.Same([| 1 |], [| 1 |]))
                  "expected a Exception, found a ArgumentException", (fun () -> Assert.IsType<Exception>(ArgumentException()) |> ignore)
                  "expected no items, found [1]", (fun () -> Assert.Empty [ 1 ])
                  "found no items", (fun () -> Assert.NotEmpty [])
                  "expected one item, found 2: [1; 2]", (fun () -> Assert.Single [ 1; 2 ] |> ignore)
                  "expected \"B\" in \"abc\"", (fun () -> Assert.Contains("B", "abc"))
                  "expected 3 in [1; 2]", (fun () -> Assert.Contains(3, [ 1; 2 ]))
                  "none is as wanted in [1]", (fun () -> Assert.Contains([ 1 ], Predicate(fun n -> n = 2)))
                  "expected no \"b\" in \"abc\"", (fun () -> Assert.DoesNotContain("b", "abc"))
                  "expected no 1 in [1; 2]", (fun () -> Assert.DoesNotContain(1, [ 1; 2 ]))
                  "expected \"b\" at the start of \"abc\"", (fun () -> Assert.StartsWith("b", "abc"))
                  "expected \"b\" at the end of \"abc\"", (fun () -> Assert.EndsWith("b", "abc"))
                  "expected ^b in \"abc\"", (fun () -> Assert.Matches("^b", "abc"))
                  "expected a text, found none", (fun () -> Assert.Contains("b", (null: string | null)))
                  "expected a ArgumentException, nothing was thrown", (fun () -> Assert.Throws<ArgumentException>(fun () -> ()) |> ignore)
                  "no", (fun () -> Assert.Fail "no") ] do
                testCase expected <| fun () -> Assert.Equal(expected, failure claim)
        ]

        testCase "another type of exception than the one expected fails, also a derived one where the type is exact" <| fun () ->
            let raises (e: exn) = fun () -> raise e
            let exact = failure (fun () -> Assert.Throws<ArgumentException>(fun () -> raises (ArgumentNullException "x") ()) |> ignore)
            Assert.StartsWith("expected a ArgumentException, found System.ArgumentNullException", exact)
            let other = failure (fun () -> Assert.ThrowsAny<ArgumentException>(fun () -> raises (OverflowException()) ()) |> ignore)
            Assert.StartsWith("expected a ArgumentException, found System.OverflowException", other)

        testCase "a law that does not hold fails on its smallest case and prints the seed that replays it" <| fun () ->
            let law (_: int, size: int) = Assert.InRange(size, 0, 9)
            let part = failure (fun () -> Law.holdsFor 100 (Law.seeded (0, 1000)) law)
            Assert.Matches("TOOLKIT_SEED=\"\\d+,\\d+\"", part)
            Assert.Matches(@"\(\d+, 10\)", part)

            match Law.test "a law" 100 (Law.seeded (0, 1000)) law with
            | Test.TestLabel(_, Test.TestCase(TestCode.AsyncFsCheck(Some config, _, run), _), _) ->
                let whole = failure (fun () -> run config |> Async.RunSynchronously)
                Assert.Matches(@"Original seed: \(\d+UL, \d+UL\)", whole)
                Assert.Matches(@"\(\d+, 10\)", whole)
            | other -> Assert.Fail $"expected a property, found {other}"

        testCase "a law draws as many cases as it is asked to" <| fun () ->
            let cases = ResizeArray()
            Law.holdsFor 7 (Law.from (Gen.choose (0, 1_000_000))) (fun n -> cases.Add n)
            // 7 times TOOLKIT_CASES.
            Assert.Equal(0, cases.Count % 7)
            Assert.InRange(Seq.length (Seq.distinct cases), 2, cases.Count)

        testCase "data that are not there skip a test, also after those that are" <| fun () ->
            let skip (test: unit -> unit) =
                try
                    test ()
                    "not skipped"
                with :? IgnoreException as e ->
                    e.Message

            Assert.Equal("no no-such-data in ../shared/data", skip (fun () -> SharedData.using "no-such-data" ignore))
            let seen = ResizeArray()
            let each () = SharedData.usingEach id [ "none-1"; "."; "none-2" ] (fun name _ -> seen.Add name)
            let skipped = skip each
            Assert.DoesNotContain("none-1", seen)
            Assert.EndsWith("none-2 in ../shared/data", skipped)
            Assert.StartsWith("no none-1, ", skipped)
    ]
