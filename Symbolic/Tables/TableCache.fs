namespace Toolkit.Symbolic.Tables

open System
open System.IO

/// Tables on demand, kept as table files in the user's cache folder: $TOOLKIT_CACHE, or toolkit in $XDG_CACHE_HOME, or
/// ~/.cache/toolkit (the local application data on Windows). Any number of threads and processes may ask at once: each
/// finds a whole file or writes one under a temporary name and renames it, and all write the same bytes.
module TableCache =

    /// The folder, which need not exist yet.
    [<CompiledName("Folder")>]
    let folder () : string =
        let variable name = Environment.GetEnvironmentVariable name |> Option.ofObj |> Option.filter (fun s -> s <> "")

        match variable "TOOLKIT_CACHE", variable "XDG_CACHE_HOME" with
        | Some folder, _ -> folder
        | None, Some cache -> Path.Combine(cache, "toolkit")
        | None, None when OperatingSystem.IsWindows() ->
            Path.Combine(Environment.GetFolderPath Environment.SpecialFolder.LocalApplicationData, "toolkit", "cache")
        | None, None -> Path.Combine(Environment.GetFolderPath Environment.SpecialFolder.UserProfile, ".cache", "toolkit")

    /// The path of a table file with that content: for `CouplingTable.Load` in C#. Made at the first call and found at later
    /// ones; a file that is damaged, or of another generator, is made anew.
    [<CompiledName("GetOrCreate")>]
    let getOrCreate (spec: TableSpec) : string =
        let path = Path.Combine(folder (), spec.Label + ".table")

        if not (TableFile.isIntact spec path) then
            Directory.CreateDirectory(folder ()) |> ignore
            TableFile.write spec path

        path
