/// Pictures from plot descriptions, by Node.js and the packages locked in plots/ where they can be had.
module Toolkit.Reproductions.Report.Render

open System
open System.Diagnostics
open System.IO
open System.Text.Json

/// What became of the pictures.
type Pictures =
    /// SVG and PNG files; the programs that drew them, by name and version.
    | Drawn of versions: (string * string) list
    /// SVG files only.
    | DrawnWithoutPng of versions: (string * string) list * why: string
    /// None, for want of something on this machine.
    | Skipped of why: string
    /// The drawing program found something wrong.
    | Failed of why: string

let private start (program: string) (folder: string) (seconds: float) (arguments: string list) =
    // On Windows npm is a batch file.
    let program = if OperatingSystem.IsWindows() && program = "npm" then "npm.cmd" else program
    let info = ProcessStartInfo(program, arguments, WorkingDirectory = folder)
    info.RedirectStandardOutput <- true
    info.RedirectStandardError <- true
    info.RedirectStandardInput <- true

    try
        use running = nonNull (Process.Start info)
        running.StandardInput.Close()
        let out, err = running.StandardOutput.ReadToEndAsync(), running.StandardError.ReadToEndAsync()

        if running.WaitForExit(TimeSpan.FromSeconds seconds) then
            Some(running.ExitCode, out.Result, err.Result)
        else
            running.Kill(entireProcessTree = true)
            Some(-1, "", $"{program} did not end within {seconds} s")
    with :? ComponentModel.Win32Exception ->
        None

let private firstLine (text: string) =
    text.Split('\n') |> Array.map _.Trim() |> Array.tryFind (fun l -> l <> "") |> Option.defaultValue "no message"

// npm writes this file at the end of an installation.
let private installed (plots: string) =
    let mark = Path.Combine(plots, "node_modules", ".package-lock.json")
    File.Exists mark && File.GetLastWriteTimeUtc mark >= File.GetLastWriteTimeUtc(Path.Combine(plots, "package-lock.json"))

let private install (plots: string) (say: string -> unit) : Result<unit, string> =
    say "installing the packages that draw pictures (npm ci, once)"

    match start "npm" plots 300. [ "ci"; "--silent"; "--fetch-retries=1"; "--fetch-timeout=30000" ] with
    | None -> Error "npm was not found, and vega, vega-lite and resvg-js are not installed"
    | Some(0, _, _) -> Ok()
    | Some(_, out, err) -> Error $"npm ci failed: {firstLine (err + out)}"

/// Draws the given descriptions (full paths of *.vl.json files). `plots` is the folder of render.mjs; packages are
/// installed there when `mayInstall`.
let pictures (plots: string) (mayInstall: bool) (say: string -> unit) (descriptions: string list) : Pictures =
    match start "node" plots 30. [ "--version" ] with
    | None -> Skipped "Node.js was not found"
    | Some _ ->
        let ready =
            if installed plots then Ok()
            elif mayInstall then install plots say
            else Error "the packages of plots/ are not installed (npm ci)"

        match ready with
        | Error why -> Skipped why
        | Ok() ->
            match start "node" plots 300. ("render.mjs" :: descriptions) with
            | None -> Skipped "Node.js was not found"
            | Some(0, out, _) ->
                use answer = JsonDocument.Parse out

                let versions =
                    [ for item in answer.RootElement.EnumerateObject() do
                          if item.Value.ValueKind = JsonValueKind.String then
                              item.Name, nonNull (item.Value.GetString()) ]

                if answer.RootElement.GetProperty("fonts").GetBoolean() then
                    Drawn versions
                else
                    DrawnWithoutPng(versions, "this machine has no fonts to draw a PNG's text with")
            | Some(_, out, err) -> Failed(firstLine (err + out))
