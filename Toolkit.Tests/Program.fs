/// Runs the tests: `dotnet run -c Release --project Toolkit.Tests`, with Expecto's options after `--`.
module Toolkit.Tests.Program

open Expecto

/// 0 when every test that ran passed; 3 when a selection left nothing to run.
[<EntryPoint>]
let main arguments =
    let selected = ref None

    let count (summary: Impl.TestRunSummary) =
        selected.Value <- Some summary.results.Length

    let code = runTestsInAssemblyWithCLIArgs [ Append_Summary_Handler(SummaryHandler count) ] arguments

    match selected.Value with
    | Some 0 ->
        let command = String.concat " " arguments
        eprintfn $"no tests: '{command}' selects none; a filter is the start of a name like 'Numerics.Radial.BasisTests' (all: --list-tests)"
        3
    | _ -> code
