module Toolkit.Tests.Cli.CoefficientTests

open Xunit
open Toolkit.Tests.Cli

let private coefficient kind j m = CommandLine.run [ "coefficient"; "--kind"; kind; "--j"; j; "--m"; m ]

[<Theory>]
[<InlineData("3j", "2,1,1", "-1,0,1", "-sqrt(1/10) -0.31622776601683794\n")>]
[<InlineData("3j", "1,2,2", "0,1,-1", "-sqrt(1/30) -0.18257418583505536\n")>]
[<InlineData("cg", "1/2,1/2,1", "1/2,-1/2,0", "sqrt(1/2) 0.7071067811865476\n")>]
[<InlineData("cg", "1,1,1", "0,0,0", "0\n")>]
[<InlineData("3j", "1,1,5", "0,0,0", "0\n")>]
[<InlineData("real-cg", "1,1,1", "-1,0,1", "sqrt(1/2) 0.7071067811865476\n")>]
let ``a coefficient is printed exactly and correctly rounded; zero by selection rule prints 0`` kind j m expected =
    let code, out, err = coefficient kind j m
    Assert.Equal("", err)
    Assert.Equal(expected, out)
    Assert.Equal(0, code)

[<Theory>]
[<InlineData("3j", "1,1,1", "2,-1,-1", "m1 = 2")>]
[<InlineData("3j", "1,1", "0,0,0", "--j: found 2 numbers")>]
[<InlineData("3j", "1,1,x", "0,0,0", "'x'")>]
[<InlineData("5j", "1,1,1", "0,0,0", "'5j'")>]
[<InlineData("real-cg", "1/2,1/2,1", "1/2,1/2,1", "l1 = 1/2")>]
let ``an invalid argument is one line on stderr and exit code 2`` kind j m fact =
    let code, out, err = coefficient kind j m
    Assert.Equal("", out)
    Assert.Contains(fact, err)
    Assert.Equal(1, err.Trim().Split('\n').Length)
    Assert.Equal(2, code)

[<Fact>]
let ``an unknown option is refused with exit code 2`` () =
    let code, out, err = CommandLine.run [ "coefficient"; "--kind"; "3j"; "--j"; "1,1,0"; "--m"; "0,0,0"; "--bogus" ]
    Assert.Equal("", out)
    Assert.Contains("--bogus", err)
    Assert.Equal(2, code)

[<Fact>]
let ``an unknown verb is named beside those there are, with exit code 2`` () =
    let code, out, err = CommandLine.run [ "table"; "--kind"; "3j" ]
    Assert.Equal("", out)
    Assert.Contains("'table'", err)
    Assert.Contains("coefficient, tables, convert", err)
    Assert.Equal(1, err.Trim().Split('\n').Length)
    Assert.Equal(2, code)

[<Fact>]
let ``version and help go to stdout with exit code 0`` () =
    let code, out, _ = CommandLine.run [ "--version" ]
    Assert.Matches(@"^\d+\.\d+\.\d+", out)
    Assert.Equal(0, code)
    let code, out, _ = CommandLine.run [ "--help" ]
    Assert.Contains("coefficient", out)
    Assert.Equal(0, code)
