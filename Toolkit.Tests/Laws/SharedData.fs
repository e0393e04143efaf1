/// Data that is not part of the project: a folder `shared/data` beside the repository, with public data sets and
/// figures of other programs. A test that wants them says "skipped" where they are absent.
module Toolkit.Tests.Laws.SharedData

open System
open System.IO

/// The repository's root: the nearest folder above the tests that holds Toolkit.sln.
let repository: string =
    let rec up (folder: DirectoryInfo | null) =
        match folder with
        | null -> failwith $"no Toolkit.sln above {AppContext.BaseDirectory}"
        | folder when File.Exists(Path.Combine(folder.FullName, "Toolkit.sln")) -> folder.FullName
        | folder -> up folder.Parent

    up (DirectoryInfo AppContext.BaseDirectory)

/// Prints the line by which a run shows that a test was not made.
let skipped (why: string) : unit = Console.WriteLine $"skipped: {why}"

/// Calls `test` with the full path of `name` in shared/data, or says that it is skipped.
let using (name: string) (test: string -> unit) : unit =
    let path = Path.GetFullPath(Path.Combine(repository, "..", "shared", "data", name))

    if File.Exists path || Directory.Exists path then
        test path
    else
        skipped $"no {name} in ../shared/data"
