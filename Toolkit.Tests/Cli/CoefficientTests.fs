module Toolkit.Tests.Cli.CoefficientTests

open Expecto
open Toolkit.Tests.Laws
open Toolkit.Tests.Cli

let private coefficient kind j m = CommandLine.run [ "coefficient"; "--kind"; kind; "--j"; j; "--m"; m ]

[<Tests>]
let tests =
    testList "Cli.CoefficientTests" [
        testCases
            "a coefficient is printed exactly and correctly rounded; zero by selection rule prints 0"
            [ ("3j", "2,1,1", "-1,0,1", "-sqrt(1/10) -0.31622776601683794\n")
              ("3j", "1,2,2", "0,1,-1", "-sqrt(1/30) -0.18257418583505536\n")
              ("cg", "1/2,1/2,1", "1/2,-1/2,0", "sqrt(1/2) 0.7071067811865476\n")
              ("cg", "1,1,1", "0,0,0", "0\n")
              ("3j", "1,1,5", "0,0,0", "0\n")
              ("real-cg", "1,1,1", "-1,0,1", "sqrt(1/2) 0.7071067811865476\n") ]
        <| fun (kind, j, m, expected) ->
            let code, out, err = coefficient kind j m
            Assert.Equal("", err)
            Assert.Equal(expected, out)
            Assert.Equal(0, code)

        testCases
            "an invalid argument is one line on stderr and exit code 2"
            [ ("3j", "1,1,1", "2,-1,-1", "m1 = 2")
              ("3j", "1,1", "0,0,0", "--j: found 2 numbers")
              ("3j", "1,1,x", "0,0,0", "'x'")
              ("5j", "1,1,1", "0,0,0", "'5j'")
              ("real-cg", "1/2,1/2,1", "1/2,1/2,1", "l1 = 1/2") ]
        <| fun (kind, j, m, fact) ->
            let code, out, err = coefficient kind j m
            Assert.Equal("", out)
            Assert.Contains(fact, err)
            Assert.Equal(1, err.Trim().Split('\n').Length)
            Assert.Equal(2, code)

        testCase "an unknown option is refused with exit code 2" <| fun () ->
            let code, out, err = CommandLine.run [ "coefficient"; "--kind"; "3j"; "--j"; "1,1,0"; "--m"; "0,0,0"; "--bogus" ]
            Assert.Equal("", out)
            Assert.Contains("--bogus", err)
            Assert.Equal(2, code)

        testCase "an unknown verb is named beside those there are, with exit code 2" <| fun () ->
            let code, out, err = CommandLine.run [ "table"; "--kind"; "3j" ]
            Assert.Equal("", out)
            Assert.Contains("'table'", err)
            Assert.Contains("coefficient, tables, convert", err)
            Assert.Equal(1, err.Trim().Split('\n').Length)
            Assert.Equal(2, code)

        testCase "version and help go to stdout with exit code 0" <| fun () ->
            let code, out, _ = CommandLine.run [ "--version" ]
            Assert.Matches(@"^\d+\.\d+\.\d+", out)
            Assert.Equal(0, code)
            let code, out, _ = CommandLine.run [ "--help" ]
            Assert.Contains("coefficient", out)
            Assert.Equal(0, code)
    ]
