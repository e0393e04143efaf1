/// Runs `toolkit`, inside the test process with its output captured or in a process of its own.
module Toolkit.Tests.Cli.CommandLine

open System
open System.Diagnostics
open System.IO
open Toolkit.Tests.Laws
open Toolkit.Cli

/// (exit code, stdout, stderr) of `toolkit args…`.
let run (args: string list) : int * string * string =
    use out = new StringWriter()
    use err = new StringWriter()
    let code = Application.Run(List.toArray args, out, err)
    code, out.ToString(), err.ToString()

/// `toolkit args…`, which succeeds without a word on standard error; what it prints.
let ok (args: string list) : string =
    let code, out, err = run args
    Assert.Equal("", err)
    Assert.Equal(0, code)
    out

/// `toolkit args…`, which fails with this code, prints nothing, and says so on standard error.
let fails (code: int) (part: string) (args: string list) : unit =
    let actual, out, err = run args
    Assert.Contains(part, err)
    Assert.Equal((code, ""), (actual, out))

/// The arguments that make features of files by spec.json, in a folder whose files `path` names.
let featuresOf (path: string -> string) (files: string list) (out: string) (options: string list) : string list =
    [ "features"; yield! List.map path files; "--spec"; path "spec.json"; "--out"; path out ] @ options

/// The arguments that fit a model to a file by spec.json, in such a folder.
let fitOn (path: string -> string) (train: string) (out: string) (options: string list) : string list =
    [ "fit"; "--spec"; path "spec.json"; "--train"; path train; "--out"; path out ] @ options

/// The program and its arguments that run `toolkit args…` in a process of its own.
let command (args: string list) : string * string list =
    let file name = Path.Combine(AppContext.BaseDirectory, name)
    "dotnet", [ "exec"; "--runtimeconfig"; file "Toolkit.Tests.runtimeconfig.json"; "--depsfile"; file "Toolkit.Tests.deps.json"; file "toolkit.dll" ] @ args

/// `toolkit args…` in a process of its own.
let start (args: string list) : Process =
    let program, all = command args
    nonNull (Process.Start(ProcessStartInfo(program, all)))

/// The largest amount of memory that a process has used so far, in MB; 0 when it has ended.
let peak (id: int) : int =
    try
        File.ReadAllLines $"/proc/{id}/status"
        |> Array.tryFind (fun line -> line.StartsWith "VmHWM:")
        |> Option.map (fun line -> int (line.Split([| ' '; '\t' |], StringSplitOptions.RemoveEmptyEntries)[1]) / 1024)
        |> Option.defaultValue 0
    with :? IOException ->
        0

/// The largest amount of memory that a process uses until its end, in MB.
let peakUntilEnd (run: Process) : int =
    let mutable most = 0

    while not (run.WaitForExit 20) do
        most <- max most (peak run.Id)

    most
