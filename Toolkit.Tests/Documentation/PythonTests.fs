/// What docs/python.md prints is what runs.
module Toolkit.Tests.Documentation.PythonTests

open System
open System.IO
open Expecto
open Toolkit.Tests.Laws

let private path (parts: string) = Path.Combine(SharedData.repository, parts)

/// The Python blocks of a page.
let private blocks (page: string) : string list =
    (([], None), File.ReadAllLines page)
    ||> Array.fold (fun (found, block) line ->
        match block with
        | None when line = "```python" -> found, Some []
        | Some lines when line = "```" -> (lines |> List.rev |> String.concat "\n") :: found, None
        | Some lines -> found, Some(line :: lines)
        | None -> found, None)
    |> fst
    |> List.rev

let private quoted (file: string) : string =
    let text = (File.ReadAllText file).ReplaceLineEndings "\n"
    let from = text.IndexOf "# <readme>\n" + "# <readme>\n".Length
    text.Substring(from, text.IndexOf "# </readme>" - from).Trim()

/// A program `toolkit` in a folder, as the installed tool is one.
let private install (folder: string) : unit =
    let file name = Path.Combine(AppContext.BaseDirectory, name)
    let program = Path.Combine(folder, "toolkit")

    let runtime, dependencies, library =
        file "Toolkit.Tests.runtimeconfig.json", file "Toolkit.Tests.deps.json", file "toolkit.dll"

    let start = $"exec dotnet exec --runtimeconfig \"{runtime}\" --depsfile \"{dependencies}\" \"{library}\""
    File.WriteAllText(program, "#!/bin/sh\n" + start + " \"$@\"\n")
    File.SetUnixFileMode(program, UnixFileMode.UserRead ||| UnixFileMode.UserWrite ||| UnixFileMode.UserExecute)

[<Tests>]
let tests =
    testList "Documentation.PythonTests" [
        testCase "the page quotes the example" <| fun () ->
            Assert.Equal(quoted (path "examples/python/toolkit_features.py"), (blocks (path "docs/python.md"))[0])

        testCase "the page's snippets run with NumPy, and give features that sum rules hold for" <| fun () ->
            if OperatingSystem.IsWindows() then
                SharedData.skipped "a shell script stands for the installed tool"

            Tool.withPython "numpy" (fun python ->
                TemporaryFolder.using (fun folder ->
                    install folder
                    File.Copy(path "examples/methane.xyz", Path.Combine(folder, "methane.xyz"))

                    let start =
                        "import os, sys\n"
                        + "os.chdir(sys.argv[1])\n"
                        + "sys.path.insert(0, sys.argv[2])\n"
                        + "os.environ['PATH'] = sys.argv[1] + os.pathsep + os.environ['PATH']\n"
                        + "import json, subprocess\n"
                        + "import numpy as np\n"

                    let judge =
                        "\n    assert abs(np.einsum('ijk,ijl->kl', C, C) - np.eye(l3 + 1)).max() < 1e-14\n"
                        + "g, rows = arrays['gradients'], arrays['gradient_samples']\n"
                        + "total = np.zeros((len(X), 3, X.shape[1]))\n"
                        + "np.add.at(total, rows['sample'], g)\n"
                        + "assert abs(total).max() < 1e-10 * abs(g).max()\n"
                        + "assert X.shape == (len(owner), len(labels)) and np.allclose(means[0], X[owner == 0].mean(0))\n"
                        + "assert json.loads(str(arrays['spec']))['lmax'] == 4\n"
                        + "print(len(X), len(table['blocks']))\n"

                    let script = start + String.Join("\n", blocks (path "docs/python.md") |> List.tail) + judge
                    let atoms = Toolkit.Numerics.Structures.ExtendedXyzReader.Read(path "examples/methane.xyz") |> Seq.sumBy _.Count
                    Assert.Equal($"{atoms} 65", (python script [ folder; path "examples/python" ]).Trim())

                    // What goes wrong is one line of the program.
                    let failing = start + "from toolkit_features import features\nfeatures('absent.xyz', {})\n"

                    let failure = Assert.ThrowsAny<exn>(fun () -> python failing [ folder; path "examples/python" ] |> ignore)
                    Assert.Contains("RuntimeError: toolkit: ", failure.Message)))
    ]
