/// Other programs as judges of ours: Python with a module, Maxima, Node. Absent ones make a test say "skipped".
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

let private modules = ConcurrentDictionary<string, bool>()

/// Calls `test` with a function that runs a Python script (which must succeed) with arguments and gives its stdout;
/// says "skipped" when there is no python3 with that module.
let withPython (moduleName: string) (test: (string -> string list -> string) -> unit) : unit =
    let isThere =
        modules.GetOrAdd(
            moduleName,
            fun name ->
                match run "python3" [ "-c"; $"import {name}" ] "" with
                | Some(0, _, _) -> true
                | _ -> false
        )

    if isThere then
        test (fun script arguments ->
            match run "python3" ("-" :: arguments) script with
            | Some(0, out, _) -> out
            | Some(code, out, err) -> failwith $"python3 ended with {code}: {out}{err}"
            | None -> failwith "python3 disappeared")
    else
        SharedData.skipped $"no python3 with {moduleName}"
