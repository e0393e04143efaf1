/// The commands of docs/fitting.md do what the page says.
module Toolkit.Tests.Documentation.FittingPageTests

open System
open System.IO
open Expecto
open Toolkit.Numerics.Models
open Toolkit.Numerics.Structures
open Toolkit.Tests.Cli
open Toolkit.Tests.Laws

/// The blocks of the page that a shell runs, in order.
let private commands =
    lazy
        (File.ReadAllText(Path.Combine(SharedData.repository, "docs", "fitting.md")).Split "```"
         |> Array.filter (fun block -> block.StartsWith "sh\n")
         |> Array.map (fun block -> block.Substring 3))

[<Tests>]
let tests =
    testList "Documentation.FittingPageTests" [
        testCase "the page goes from a training set to a model that predicts" <| fun () ->
            TemporaryFolder.using (fun folder ->
                let path name = Path.Combine(folder, name)
                let data = "paper-reproductions/nice-2020/data"
                Directory.CreateDirectory(path data) |> ignore
                File.Copy(Path.Combine(SharedData.repository, data, "methane.xyz"), path $"{data}/methane.xyz")
                let program, arguments = CommandLine.command []
                let quoted = program :: arguments |> List.map (fun a -> $"'{a}'") |> String.concat " "
                let script = String.concat "\n" [ $"set -e; cd '{folder}'"; $"toolkit() {{ {quoted} \"$@\"; }}"; yield! commands.Value ]

                match Tool.run "sh" [ "-s" ] script with
                | None -> SharedData.skipped "no sh"
                | Some(code, out, err) ->
                    Assert.Equal((0, ""), (code, err))
                    Assert.Contains("methane: 600 structures", out)
                    let errors = (ModelFolder.Read(path "methane")).About.Errors["test"]
                    Assert.Equal("energy", errors[0].Label)
                    // Of methane with hydrogens at random places a linear model of pairs of neighbours explains most.
                    Assert.InRange(errors[0].Percent.Value, 1., 40.)
                    Assert.Equal(200, Seq.length (ExtendedXyzReader.Read(path "predicted.xyz")))
                    for s in ExtendedXyzReader.Read(path "predicted.xyz") do
                        Assert.True(s.Properties.ContainsKey "ml_energy" && s.AtomProperties.ContainsKey "ml_forces"))
    ]
