/// Data that is not part of the project: a folder `shared/data` beside the repository, with public data sets and
/// figures of other programs. A test that wants them is skipped where they are absent, and counted as skipped.
module Toolkit.Tests.Laws.SharedData

open System
open System.IO
open Expecto

/// The repository's root: the nearest folder above the tests that holds Toolkit.sln.
let repository: string =
    let rec up (folder: DirectoryInfo | null) =
        match folder with
        | null -> failwith $"no Toolkit.sln above {AppContext.BaseDirectory}"
        | folder when File.Exists(Path.Combine(folder.FullName, "Toolkit.sln")) -> folder.FullName
        | folder -> up folder.Parent

    up (DirectoryInfo AppContext.BaseDirectory)

/// Ends the test here, counted as skipped.
let skipped (why: string) : unit = skiptest why

/// The full path of `name` in shared/data, where it is there.
let private find (name: string) : string option =
    let path = Path.GetFullPath(Path.Combine(repository, "..", "shared", "data", name))
    if File.Exists path || Directory.Exists path then Some path else None

/// Calls `test` with the full path of `name` in shared/data, or skips.
let using (name: string) (test: string -> unit) : unit =
    match find name with
    | Some path -> test path
    | None -> skipped $"no {name} in ../shared/data"

/// Calls `test` with each row that names something in shared/data and with its full path; skips in the end when some
/// are absent.
let usingEach (name: 'a -> string) (rows: 'a list) (test: 'a -> string -> unit) : unit =
    let absent =
        rows
        |> List.filter (fun row ->
            match find (name row) with
            | Some path ->
                test row path
                false
            | None -> true)

    if not absent.IsEmpty then
        let names = String.Join(", ", List.map name absent)
        skipped $"no {names} in ../shared/data"
