module Toolkit.Tests.Symbolic.AngularMomentum.HalfIntegerTests

open Expecto
open FsCheck.FSharp
open Toolkit.Symbolic.AngularMomentum
open Toolkit.Testing
open Toolkit.Tests.Laws

[<Tests>]
let tests =
    testList "Symbolic.AngularMomentum.HalfIntegerTests" [
        Law.test "a half-integer reads back what it prints" 100 (Law.from (Gen.choose (-1000, 1000))) (fun n ->
            let j = HalfInteger.FromTwice n
            Assert.Equal(Some j, HalfInteger.TryParse(string j)))

        testCases
            "anything else is not a half-integer"
            [ ""
              "1/3"
              "0.5"
              "1/2/2"
              "99999999999" ]
        <| fun (text: string) ->
            Assert.True((HalfInteger.TryParse text).IsNone)
    ]
