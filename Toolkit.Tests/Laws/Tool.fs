/// Other programs as judges of ours: Python with a module, Maxima, Node. A test whose judge is absent is skipped.
module Toolkit.Tests.Laws.Tool

open System
open System.Collections.Concurrent
open System.Diagnostics

/// Runs a program to its end: exit code, stdout, stderr. None when there is no such program.
let run (program: string) (arguments: string list) (input: string) : (int * string * string) option =
    let start = ProcessStartInfo(program, arguments)
    start.RedirectStandardInput <- true
    start.RedirectStandardOutput <- true
    start.RedirectStandardError <- true

    try
        use started = nonNull (Process.Start start)
        let out = started.StandardOutput.ReadToEndAsync()
        let err = started.StandardError.ReadToEndAsync()
        started.StandardInput.Write input
        started.StandardInput.Close()
        started.WaitForExit()
        Some(started.ExitCode, out.Result, err.Result)
    with :? ComponentModel.Win32Exception ->
        None

// Distributions install their modules for their own Python, which need not be the first one on the path.
let private pythons = [ "python3"; "/usr/bin/python3" ]

let private homes = ConcurrentDictionary<string, string option>()

/// Calls `test` with a function that runs a Python script (which must succeed) with arguments and gives its stdout;
/// skips when there is no python3 with that module.
let withPython (moduleName: string) (test: (string -> string list -> string) -> unit) : unit =
    let imports (python: string) =
        match run python [ "-c"; $"import {moduleName}" ] "" with
        | Some(0, _, _) -> true
        | _ -> false

    match homes.GetOrAdd(moduleName, (fun _ -> List.tryFind imports pythons)) with
    | None -> SharedData.skipped $"no python3 with {moduleName}"
    | Some python ->
        test (fun script arguments ->
            match run python ("-" :: arguments) script with
            | Some(0, out, _) -> out
            | Some(code, out, err) -> failwith $"{python} ended with {code}: {out}{err}"
            | None -> failwith $"{python} disappeared")
