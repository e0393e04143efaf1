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
            "decimals are half-integers, too"
            [ ("0.5", 1); ("-0.5", -1); ("1.0", 2); ("2.50", 5); ("-3.5", -7); ("+1.5", 3); ("-0.0", 0) ]
        <| fun (text: string, twice) ->
            Assert.Equal(Some(HalfInteger.FromTwice twice), HalfInteger.TryParse text)

        testCases
            "anything else is not a half-integer"
            [ ""
              "1/3"
              "0.25"
              "1."
              "1.5/2"
              "."
              "1/2/2"
              "99999999999" ]
        <| fun (text: string) ->
            Assert.True((HalfInteger.TryParse text).IsNone)
    ]
