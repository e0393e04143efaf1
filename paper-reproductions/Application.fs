/// The command line of the main job: exit code 0 when all went well, 1 when something failed, 2 when it was not
/// understood.
module Toolkit.Reproductions.Application

open System
open System.CommandLine
open System.Diagnostics
open System.IO
open System.Reflection
open System.Runtime.InteropServices
open System.Runtime.Intrinsics
open Spectre.Console
open Toolkit.Numerics.Files
open Toolkit.Reproductions.Report

exception private Usage of string

/// The folder of this project in the repository, above the program.
let home: string =
    let rec up (folder: DirectoryInfo | null) =
        match folder with
        | null -> raise (FileNotFoundException $"no paper-reproductions/nice-2020/data above {AppContext.BaseDirectory}")
        | folder ->
            let here = Path.Combine(folder.FullName, "paper-reproductions")
            if Directory.Exists(Path.Combine(here, "nice-2020", "data")) then here else up folder.Parent

    up (DirectoryInfo AppContext.BaseDirectory)

type private Options =
    { Paper: string
      Full: bool
      Out: string
      Data: string option
      Lammps: string }

let private versions: Setting list =
    let bits =
        if Vector512.IsHardwareAccelerated then 512
        elif Vector256.IsHardwareAccelerated then 256
        elif Vector128.IsHardwareAccelerated then 128
        else 0

    let version =
        match Assembly.GetExecutingAssembly().GetCustomAttribute<AssemblyInformationalVersionAttribute>() with
        | null -> "unknown"
        | known -> known.InformationalVersion

    [ "Toolkit", version
      "runtime", $"{RuntimeInformation.FrameworkDescription}, {RuntimeInformation.OSDescription}"
      "processor", $"{Environment.ProcessorCount} × {RuntimeInformation.ProcessArchitecture}, vectors of {bits} bits"
      "pictures", $"ScottPlot {typeof<ScottPlot.Plot>.Assembly.GetName().Version}, set in {Typeface.name}" ]

/// At a terminal, a bar for the steps of a paper; elsewhere a line a minute at most, where the run takes that long.
let private withProgress (error: TextWriter) (title: string) (work: (int -> int -> unit) -> 'a) : 'a =
    if Console.IsErrorRedirected || not (obj.ReferenceEquals(error, Console.Error)) then
        let clock = Stopwatch.StartNew()
        let said = ref 0.

        work (fun step steps ->
            let now = clock.Elapsed.TotalSeconds

            if now > said.Value + 60. then
                said.Value <- now
                error.WriteLine $"paper-reproductions: {title}: {step} of {steps} steps, {now / 60.:F0} min")
    else
        let console = AnsiConsole.Create(AnsiConsoleSettings(Out = AnsiConsoleOutput error))

        console
            .Progress()
            .AutoClear(true)
            .Start(fun context ->
                let bar = context.AddTask title

                work (fun step steps ->
                    bar.MaxValue <- float steps
                    bar.Value <- float step))

let private work (options: Options) (output: TextWriter) (error: TextWriter) : int =
    let clock = Stopwatch.StartNew()
    let say (message: string) = error.WriteLine $"paper-reproductions: {message}"
    let mode = if options.Full then "--full" else "--quick"
    let command = $"dotnet run -c Release --project paper-reproductions -- {options.Paper} {mode}"
    let threads = Environment.ProcessorCount
    let out = options.Out
    Directory.CreateDirectory out |> ignore

    let checks = withProgress error "exact coefficients" (fun _ -> Checks.ExactCoefficients.all ())

    let proved = withProgress error "theorems" (fun _ -> Checks.Theorems.all ())

    let chapters =
        [ for paper in Papers.all do
              if options.Paper = "all" || options.Paper = paper.Name then
                  withProgress error paper.Name (fun progress ->
                      paper.Make
                          { Home = home
                            Full = options.Full
                            Threads = threads
                            Out = out
                            Data = options.Data
                            Lammps = options.Lammps
                            Progress = progress }) ]

    let pictures =
        Map
            [ for chapter in chapters do
                  for figure in chapter.Figures -> (chapter.Folder, figure.Id), Files.figure out chapter.Folder command figure ]

    let report: Html.Run =
        { Command = command
          Settings = [ "command", command; "threads", string threads ]
          Versions = versions
          Proved = proved
          Checks = checks
          Chapters = chapters
          Picture = fun folder id -> pictures[folder, id]
          Seconds = clock.Elapsed.TotalSeconds }

    let path = Path.Combine(out, "report.html")
    Files.write path (Html.text report)

    for chapter in chapters do
        for figure in chapter.Figures do
            for suffix in Files.suffixes do
                output.WriteLine(Path.Combine(out, chapter.Folder, figure.Id + suffix))

    output.WriteLine path
    let broken = checks @ List.collect (fun (c: Chapter) -> c.Checks) chapters |> List.filter (fun c -> not c.Passed)

    for check in broken do
        say $"check failed: {check.Law}: {check.Found}"

    if broken.IsEmpty then 0 else 1

let private command (output: TextWriter) (error: TextWriter) : RootCommand =
    let names = "all" :: (Papers.all |> List.map _.Name) @ [ "pages" ]
    let expected = String.Join(", ", names)
    let paper = Argument<string>("paper", DefaultValueFactory = (fun _ -> "all"))
    paper.Description <- "which paper: " + expected + "; pages: the pictures of README and docs, from the numbers beside them"
    let quick = Option<bool>("--quick", Description = "a few minutes at most (default)")
    let full = Option<bool>("--full", Description = "more data, more random divisions, Monte Carlo; goes on where it was cut short")
    let out = Option<string>("--out", Description = "folder for the results [default: paper-reproductions/out]")
    let data = Option<string>("--data", Description = "folder of public data sets, for figures of data that is not in the repository [default: ../shared/data beside it, where present]")
    let lammps = Option<string>("--lammps", Description = "LAMMPS for the times of benchmarks: a program with KIM, and ML-SNAP to compare with [default: lmp]")
    let root = RootCommand "Draws the figures of the papers and writes a report: report.html, and CSV, SVG and PNG of each figure."
    root.Arguments.Add paper

    for option in [ quick :> Option; full; out; data; lammps ] do
        root.Options.Add option

    for flag in [ quick; full ] do
        flag.Arity <- ArgumentArity.Zero

    root.SetAction(fun result ->
        let given (flag: Option<bool>) =
            match result.GetResult flag with
            | null -> false
            | found -> not found.Implicit

        let name = nonNull (result.GetValue paper)

        if name.StartsWith '-' then
            raise (Usage $"there is no option '{name}'; --help lists them")

        if not (List.contains name names) then
            raise (Usage $"there is no paper '{name}'; expected one of {expected}")

        if given quick && given full then
            raise (Usage "--quick and --full exclude each other")

        let data =
            match result.GetValue data with
            | null ->
                let beside = Path.GetFullPath(Path.Combine(home, "..", "..", "shared", "data"))
                if Directory.Exists beside then Some beside else None
            | folder when Directory.Exists folder -> Some(Path.GetFullPath folder)
            | folder -> raise (Usage $"--data: there is no folder '{folder}'")

        let lammps =
            match result.GetValue lammps with
            | null -> "lmp"
            | named when (Benchmarks2026.Lammps.find named).IsSome -> named
            | named -> raise (Usage $"--lammps: found '{named}', expected LAMMPS's program")

        let out =
            match result.GetValue out with
            | null -> Path.Combine(home, "out")
            | folder when String.IsNullOrWhiteSpace folder -> raise (Usage "--out: expected the name of a folder")
            | folder when File.Exists folder -> raise (Usage $"--out: '{folder}' is a file; expected a folder")
            | folder -> Path.GetFullPath folder

        if name = "pages" then
            for path in Pages.Pages.write (Path.GetFullPath(Path.Combine(home, ".."))) do
                output.WriteLine path

            0
        else
            work { Paper = name; Full = given full; Out = out; Data = data; Lammps = lammps } output error)

    root

/// Runs the command line; gives the exit code.
let run (arguments: string[]) (output: TextWriter) (error: TextWriter) : int =
    let fail (code: int) (message: string) =
        let lines = message.Split([| '\r'; '\n' |], StringSplitOptions.RemoveEmptyEntries)
        error.WriteLine("paper-reproductions: " + String.Join(" ", lines))
        code

    let parsed = (command output error).Parse(arguments, ParserConfiguration(ResponseFileTokenReplacer = null))

    if parsed.Errors.Count > 0 then
        fail 2 parsed.Errors[0].Message
    else
        try
            parsed.Invoke(InvocationConfiguration(Output = output, Error = error, EnableDefaultExceptionHandler = false))
        with
        | Usage message -> fail 2 message
        // What files and folders can cause. Anything else is a defect of ours and keeps its trace.
        | :? InputException
        | :? IOException
        | :? InvalidDataException
        | :? UnauthorizedAccessException as e -> fail 1 e.Message
