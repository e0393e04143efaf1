/// The C# blocks of the pages are whole programs: each compiles as the Program.cs of a new console project.
module Toolkit.Tests.Documentation.SnippetTests

open System
open System.Diagnostics
open System.IO
open System.Text.RegularExpressions
open Expecto
open Toolkit.Tests.Laws

/// The compiler of the newest .NET SDK that there is, as `dotnet build` uses it.
let private compiler: Lazy<string> =
    lazy
        (let runtime = nonNull (Path.GetDirectoryName typeof<obj>.Assembly.Location)
         let sdks = Path.GetFullPath(Path.Combine(runtime, "..", "..", "..", "sdk"))

         Directory.GetDirectories sdks
         |> Array.map (fun sdk -> Path.Combine(sdk, "Roslyn", "bincore", "csc.dll"))
         |> Array.filter File.Exists
         |> Array.max)

/// What a new console project has for usings without saying so.
let private implicit =
    [ "System"; "System.Collections.Generic"; "System.IO"; "System.Linq"; "System.Net.Http"; "System.Threading"; "System.Threading.Tasks" ]
    |> List.map (fun name -> $"global using {name};\n")
    |> String.concat ""

/// What the compiler says of a program; empty where it compiles.
let private complaints (folder: string) (program: string) : string =
    let inside name = Path.Combine(folder, name)
    File.WriteAllText(inside "Program.cs", program)
    File.WriteAllText(inside "Implicit.cs", implicit)
    let runtime = nonNull (Path.GetDirectoryName typeof<obj>.Assembly.Location)

    let references = [
        yield! Directory.GetFiles(runtime, "System*.dll")
        yield Path.Combine(runtime, "netstandard.dll")
        for name in [ "Toolkit.Numerics"; "Toolkit.Symbolic"; "Toolkit.Kernel"; "FSharp.Core" ] ->
            Path.Combine(AppContext.BaseDirectory, name + ".dll")
    ]

    let options = [
        "-nologo"
        "-nullable:enable"
        "-langversion:latest"
        "-warn:0"
        "-out:" + inside "program.dll"
        for r in references do
            "-r:" + r
        inside "Program.cs"
        inside "Implicit.cs"
    ]

    File.WriteAllLines(inside "options.rsp", options |> List.map (fun o -> $"\"{o}\""))

    let start =
        ProcessStartInfo("dotnet", [ compiler.Value; "@" + inside "options.rsp" ], RedirectStandardOutput = true, WorkingDirectory = folder)

    use running = nonNull (Process.Start start)
    let said = running.StandardOutput.ReadToEnd()
    running.WaitForExit()
    if running.ExitCode = 0 then "" else said

[<Tests>]
let tests =
    testList "Documentation.SnippetTests" [
        testCase "every C# block of README and of the page on fits compiles as printed"
        <| fun () ->
            TemporaryFolder.using (fun folder ->
                let mutable blocks = 0

                for page in [ "README.md"; "docs/fitting.md" ] do
                    for block in
                        Regex.Matches(
                            File.ReadAllText(Path.Combine(SharedData.repository, page)),
                            "```csharp\n(.*?)```",
                            RegexOptions.Singleline
                        ) do
                        blocks <- blocks + 1
                        Assert.Equal("", complaints folder block.Groups[1].Value)

                Assert.Equal(5, blocks)
                // The compiler is heard: what lacks its using is refused.
                Assert.Contains("error CS0246", complaints folder "Structure? s = null; Console.WriteLine(s);\n"))
    ]
