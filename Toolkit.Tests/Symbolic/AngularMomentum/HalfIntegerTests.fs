module Toolkit.Tests.Symbolic.AngularMomentum.HalfIntegerTests

open Xunit
open FsCheck.FSharp
open Toolkit.Symbolic.AngularMomentum
open Toolkit.Tests.Laws

[<Fact>]
let ``a half-integer reads back what it prints`` () =
    Law.holds (Law.from (Gen.choose (-1000, 1000))) (fun n ->
        let j = HalfInteger.FromTwice n
        Assert.Equal(Some j, HalfInteger.TryParse(string j)))

[<Theory>]
[<InlineData("")>]
[<InlineData("1/3")>]
[<InlineData("0.5")>]
[<InlineData("1/2/2")>]
[<InlineData("99999999999")>]
let ``anything else is not a half-integer`` (text: string) = Assert.True((HalfInteger.TryParse text).IsNone)
