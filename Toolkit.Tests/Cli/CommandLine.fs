/// Runs `toolkit` inside the test process with its output captured.
module Toolkit.Tests.Cli.CommandLine

open System.IO
open Toolkit.Cli

/// (exit code, stdout, stderr) of `toolkit args…`.
let run (args: string list) : int * string * string =
    use out = new StringWriter()
    use err = new StringWriter()
    let code = Application.Run(List.toArray args, out, err)
    code, out.ToString(), err.ToString()
