module Toolkit.Tests.Symbolic.Proofs.ScriptTests

open Expecto
open Toolkit.Symbolic.Proofs
open Toolkit.Symbolic.Export
open Toolkit.Tests.Laws

let private scripts generate =
    [ for entry in Catalogue.entries do
          if entry.ByDefault then
              entry.Name, (generate entry.Name (TheoremTests.proved entry): string) ]

let private lastLine (text: string) = text.TrimEnd().Split('\n') |> Array.last |> _.Trim()

[<Tests>]
let tests =
    testList "Symbolic.Proofs.ScriptTests" [
        testCase "SymPy finds no failing identity in any theorem" <| fun () ->
            Tool.withPython "sympy" (fun python ->
                for name, script in scripts Scripts.sympy do
                    Assert.Equal((name, "0"), (name, lastLine (python script []))))

        testCase "Maxima finds no failing identity in any theorem" <| fun () ->
            for name, script in scripts Scripts.maxima do
                match Tool.run "maxima" [ "--very-quiet" ] script with
                | Some(_, out, _) -> Assert.Equal((name, "0"), (name, lastLine out))
                | None -> SharedData.skipped "no maxima"

        testCase "SymPy notices a wrong certificate" <| fun () ->
            Tool.withPython "sympy" (fun python ->
                let name, script = scripts Scripts.sympy |> List.head
                let wrong = script.Replace("failures += (", "failures += (1 + ")
                Assert.NotEqual<string * string>((name, "0"), (name, lastLine (python wrong []))))
    ]
