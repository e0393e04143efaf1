/// No test is forgotten: what is written as a test is in a list, and every list is run under the name of its file.
module Toolkit.Tests.CompletenessTests

open System
open System.IO
open System.Reflection
open Expecto
open Toolkit.Tests.Laws

let private values: PropertyInfo list =
    let everywhere = BindingFlags.Static ||| BindingFlags.Public ||| BindingFlags.NonPublic ||| BindingFlags.DeclaredOnly

    [ for t in Assembly.GetExecutingAssembly().GetTypes() do
          for p in t.GetProperties everywhere do
              let isTest = [ typeof<Test>; typeof<Test seq> ] |> List.exists _.IsAssignableFrom(p.PropertyType)
              // The compiler's own copies have an @ in their names.
              if isTest && not (p.Name.Contains '@') then p ]

let private isRun (p: PropertyInfo) = p.IsDefined typeof<TestsAttribute>

let private place (p: PropertyInfo) = $"{(nonNull p.DeclaringType).FullName}.{p.Name}"

/// The name of a list of tests.
let rec private label (test: Test) =
    match test with
    | Test.TestLabel(name, _, _) -> name
    | Test.Sequenced(_, inner) -> label inner
    | _ -> "(no name)"

[<Tests>]
let tests =
    testList "CompletenessTests" [
        testCase "every value that is a test is one that runs" <| fun () ->
            Assert.Equal<string list>([], values |> List.filter (isRun >> not) |> List.map place)

        testCase "every list of tests has the name of its module, by which it is found" <| fun () ->
            for p in List.filter isRun values do
                match p.GetValue null with
                | :? Test as list -> Assert.Equal(place p, $"Toolkit.Tests.{label list}.tests")
                | other -> Assert.Fail $"{place p}: expected one list of tests, found {other}"

        testCase "every file of tests is built and has its list" <| fun () ->
            let root = Path.Combine(SharedData.repository, "Toolkit.Tests")

            let files =
                [ for path in Directory.GetFiles(root, "*Tests.fs", SearchOption.AllDirectories) do
                      let name = Path.GetRelativePath(root, path)
                      if not (name.StartsWith("obj", StringComparison.Ordinal) || name.StartsWith("bin", StringComparison.Ordinal)) then
                          "Toolkit.Tests." + name[.. name.Length - 4].Replace(Path.DirectorySeparatorChar, '.') + ".tests" ]

            Assert.Equal<string list>(List.sort files, values |> List.filter isRun |> List.map place |> List.sort)
    ]
